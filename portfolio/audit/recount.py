"""Compares a stated figure tree with the same tree recounted: every leaf, so that nothing that is stated goes unchecked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from portfolio.audit.sheet import Exact, Sheet, Tally, Unit, ticks

YEARS: Final = frozenset({"year", "start", "start_without", "outlay_year", "deadline"})
"""Names of figures that are calendar years; so are those that end in `_year`."""
OTHERS: Final[Mapping[str, Unit]] = {"percent": "percent", "percent_without": "percent", "count": "investments"}


@dataclass(frozen=True, slots=True)
class Ticks:
    """Recounted tonnes, in ticks of 10 g; the statement has them in t."""

    value: Exact


Recounted = Mapping[str, Any] | Sequence[Any] | Ticks | int | Fraction | str | None
"""What a statement should say: a map or a list of the same, tonnes, kronor or another number, a name, or nothing."""


class Recount:
    """One statement against its recount; every leaf is counted in the tally of its constraint.

    Args:
        constraint: name that the rows get.
    """

    def __init__(self, sheet: Sheet, constraint: str) -> None:
        self.tally = Tally(sheet, constraint, "figures")

    def demand(self, subject: str, year: int | None, holds: bool) -> None:
        """A check without figures."""
        self.tally.demand(subject, year, holds)

    def compare(self, subject: str, stated: Any, own: Recounted, year: int | None = None) -> None:
        """Walk both trees; a leaf, a name or a line that only one of them has is a breach.

        Args:
            stated: as `model_dump` gives it.
            year: the year that the surrounding line is about.
        """
        if isinstance(own, Mapping):
            self._map(subject, stated, own, year)
        elif isinstance(own, Sequence) and not isinstance(own, str):
            same = isinstance(stated, Sequence) and not isinstance(stated, str) and len(stated) == len(own)
            self.demand(f"{subject} lines", year, same)
            for n, (said, counted) in enumerate(zip(stated, own, strict=True) if same else ()):
                self.compare(f"{subject} {_name(counted, n)}", said, counted, year)
        elif isinstance(own, Ticks):
            self._number(subject, year, ticks(stated) if isinstance(stated, Decimal) else None, own.value, "t")
        elif isinstance(own, int | Fraction) and not isinstance(own, bool):
            self._number(subject, year, stated, own, _unit(subject))
        else:
            self.demand(subject, year, type(stated) is type(own) and stated == own)

    def _map(self, subject: str, stated: Any, own: Mapping[Any, Any], year: int | None) -> None:
        if not isinstance(stated, Mapping) or stated.keys() != own.keys():
            self.demand(f"{subject} names", year, False)
            return
        about = own.get("year", year)
        for name, counted in own.items():
            self.compare(f"{subject} {name}", stated[name], counted, about)

    def _number(self, subject: str, year: int | None, stated: Any, own: Exact, unit: Unit) -> None:
        if isinstance(stated, bool) or not isinstance(stated, int | Fraction | Decimal):
            self.demand(subject, year, False)
        else:
            self.tally.check(subject, year, Fraction(stated) if isinstance(stated, Decimal) else stated, "=", own, unit)


def _name(line: Any, number: int) -> str:
    """What a line is called in a row of the audit: its id, name or year, otherwise its number."""
    if isinstance(line, Mapping):
        for key in ("id", "name", "source", "owner", "framework", "year"):
            if key in line:
                return str(line[key])
    return str(number + 1)


def _unit(subject: str) -> Unit:
    name = subject.rsplit(" ", 1)[-1]
    if name in YEARS or name.endswith("_year"):
        return "year"
    return OTHERS.get(name, "kr")
