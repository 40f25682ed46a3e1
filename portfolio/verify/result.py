"""What a verification says: every difference with its place, what could not be checked, and how much was counted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

Exact = int | Fraction
"""Kronor, ticks of 10 g, counts or years, without rounding."""
Raw = dict[str, Any]
"""A map as JSON has it; numbers with decimals are `Decimal`."""

TICKS: Final = 100_000
"""Ticks of 10 g in a tonne."""
DAMAGED: Final = (KeyError, TypeError, ValueError, ArithmeticError, IndexError, AttributeError)
"""What reading figures out of a map of any shape can raise."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be.

    Args:
        what: `verify.difference.<code>` is its sentence in the catalogue.
        file: the file it is about, as the run names it.
        place: `Sheet!F14` of a workbook, `decisions.A-01.outlay.2027` of run.json; empty for the whole file.
        said, counted: what stands there, and what it should be.
    """

    what: str
    file: str
    place: str = ""
    said: str = ""
    counted: str = ""


@dataclass
class Verification:
    """The differences, and what was compared to find them.

    Attributes:
        differences: in the order in which they were found, none twice.
        unchecked: what could not be checked, and why; said and counted are empty.
        notes: what is said and is no difference: files of others in the folder, an input under another name.
        files, inputs: number of files whose digest was taken.
        limits, figures, cells, leaves: number of limits recomputed, and of figures, cells and stored values compared.
        proof: what the run says is proven, and with which software.
        fingerprint: SHA-256 of the list of files; empty when there is none.
    """

    differences: list[Difference] = field(default_factory=list)
    unchecked: list[Difference] = field(default_factory=list)
    notes: list[Difference] = field(default_factory=list)
    files: int = 0
    inputs: int = 0
    limits: int = 0
    figures: int = 0
    cells: int = 0
    leaves: int = 0
    proof: Raw = field(default_factory=dict)
    fingerprint: str = ""

    def differ(self, what: str, file: str, place: str = "", said: object = "", counted: object = "") -> None:
        """Add a difference, unless it is there."""
        found = Difference(what, file, place, shown(said), shown(counted))
        if found not in self.differences:
            self.differences.append(found)

    def unreadable(self, file: str, fault: BaseException) -> None:
        """A JSON file that cannot be read, with line and column where they are known."""
        if isinstance(fault, json.JSONDecodeError):
            self.differ("json_damaged", file, "", fault.lineno, fault.colno)
        else:
            self.differ("json_unreadable", file, "", fault)

    def malformed(self, file: str, fault: BaseException) -> None:
        """A JSON file in which something is missing or of another kind, so that counting could not go on."""
        if isinstance(fault, KeyError):
            self.differ("value_missing", file, "", fault.args[0] if fault.args else "")
        else:
            self.differ("malformed", file, "", f"{type(fault).__name__}: {fault}")

    def leave(self, what: str, file: str, place: str = "") -> None:
        """Something that could not be checked."""
        self.unchecked.append(Difference(what, file, place))

    def figure(self, place: str, said: object, counted: Exact | str | bool | None, scale: int = 1) -> None:
        """Compare a figure of run.json, exactly.

        Args:
            scale: units of `counted` in one of `said`: `TICKS` when the file states tonnes.
        """
        self.figures += 1
        if not same(said, counted, scale):
            self.differ("figure", RUN, place, said, _unscaled(counted, scale))

    def ratio(self, place: str, said: object, counted: Fraction | None) -> None:
        """Compare tonnes per krona, stated to 12 significant digits."""
        self.figures += 1
        number = exact(said)
        if counted is None or number is None:
            agrees = counted is None and (said is None or number == 0)
        else:
            agrees = abs(number - counted) <= abs(counted) * Fraction(1, 10**11)
        if not agrees:
            self.differ("figure", RUN, place, said, None if counted is None else f"{float_free(counted)}")


RUN: Final = "run.json"
MANIFEST: Final = "manifest.json"


def exact(value: object) -> Fraction | None:
    """A JSON number, or a decimal written as a string, exactly; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return Fraction(str(value))
    except ValueError:
        return None


def same(said: object, counted: Exact | str | bool | None, scale: int = 1) -> bool:
    """Whether a stated value is the counted one."""
    if counted is None or isinstance(counted, str | bool):
        return said == counted and type(said) is type(counted)
    number = exact(said) if not isinstance(said, str) else None
    return number is not None and number * scale == counted


def float_free(value: Exact, digits: int = 12) -> str:
    """A figure in decimals, exact when it has few of them."""
    whole, rest = divmod(abs(Fraction(value)) * 10**digits, 1)
    text = f"{int(whole) + (rest >= Fraction(1, 2)):0{digits + 1}d}"
    return ("-" if value < 0 else "") + f"{text[:-digits]}.{text[-digits:]}".rstrip("0").rstrip(".")


def _unscaled(value: Exact | str | bool | None, scale: int) -> object:
    return float_free(Fraction(value) / scale) if isinstance(value, int | Fraction) and not isinstance(value, bool) else value


def shown(value: object) -> str:
    """A value as a person reads it; long texts are cut."""
    if isinstance(value, Fraction):
        value = float_free(value)
    text = "–" if value is None else str(value)
    return text if len(text) <= 80 else text[:79] + "…"
