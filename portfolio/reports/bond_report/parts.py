"""What the sheets of the bond report share: columns, names, marks, and the sentences that stand on more than one sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from portfolio.excel.decision_workbook import Block, Column, Sheet
from portfolio.outcome import Run
from portfolio.reports.figures import kronor, mnkr
from portfolio.reports.findings import clean
from portfolio.statements import BondStatement, BondTag, Impact
from portfolio.text import Text

EFFECTS: Final = ("reduced", "removed", "avoided")
"""Kinds of impact, never added to each other."""


class Parts:
    """One run's bonds, and what every sheet is made with.

    Attributes:
        model: the table `bonds` of the model file, as the run states it.
        tags, impact: of the statement, by investment id.
    """

    def __init__(self, run: Run, bonds: BondStatement, text: Text) -> None:
        self.run = run
        self.bonds = bonds
        self.t = text
        self.lang = text.lang
        self.model: Mapping[str, Any] = run.model["bonds"]
        self.decisions = {d.id: d for d in run.decisions}
        self.tags = {t.id: t for t in bonds.tags}
        self.impact = {i.id: i for i in bonds.impact}

    def sheet(self, name: str, *blocks: Block, lines: Iterable[str] = ()) -> Sheet:
        """A sheet with its name and title from the catalogue."""
        title = self.t(f"bond_report.{name}.title", title=clean(self.run.title))
        return Sheet(self.t(f"bond_report.{name}.sheet"), title, tuple(lines), blocks)

    def column(self, name: str, kind: str = "mnkr", width: int = 13, *, summed: bool = False) -> Column:
        """A column with this report's own heading, or the one that all money reports share."""
        own = f"bond_report.column.{name}"
        return Column(self.t(own if self.t.has(own) else f"money.column.{name}"), kind, width, summed)

    def summed(self, *names: str, kind: str = "mnkr", width: int = 13) -> tuple[Column, ...]:
        """Columns with a sum below them."""
        return tuple(self.column(name, kind, width, summed=True) for name in names)

    def identity(self, *, name: int, decision: int) -> tuple[Column, ...]:
        """Columns for `who`; widths in characters."""
        return (
            self.column("id", "text", 8),
            self.column("name", "wrapped", name),
            self.column("owner", "wrapped", 23),
            self.column("decision", "wrapped", decision),
        )

    def who(self, i: str) -> tuple[str, str, str, str]:
        """Id, name and owner of an investment, and what is decided for it."""
        d = self.decisions[i]
        return clean(i), clean(d.name), clean(d.owner), self.t(f"workbook.layer.{d.layer.value}")

    def mark(self, value: Any) -> str:
        """A mark for what is an example to count with, not a known figure."""
        return self.t("workbook.assumptions.illustrative") if illustrative(value) else ""

    def overdue(self) -> str:
        """Whether anything is unallocated past the framework's deadline, and when."""
        if not self.model["framework"].get("allocation_months"):
            return self.t("bond_report.issues.no_deadline")
        late = [y for y in self.bonds.pool if y.overdue]
        if not late:
            return self.t("bond_report.issues.in_time")
        listed = ", ".join(self.t("bond_report.issues.late", year=y.year, mnkr=mnkr(y.overdue, self.lang)) for y in late)
        return self.t("bond_report.issues.overdue", listed=listed)

    def exposure(self) -> str:
        """What the sustainability-linked bonds cost when their target is missed."""
        linked = self.bonds.linked
        # a target without a bond that is outstanding costs nothing, and an issue without a penalty misses its target all the same
        missed = [y for y in linked if y.missed_by and y.nominal]
        years = f"{missed[0].year}–{missed[-1].year}" if len(missed) > 1 else str(missed[0].year) if missed else ""
        figures = {"nominal": mnkr(self.bonds.linked_outstanding, self.lang), "kr": kronor(self.bonds.exposure, self.lang)}
        name = "money.bonds.exposure" if missed else "money.bonds.no_exposure"
        return self.t(name, count=len(missed), of=len(linked), years=years, **figures)


def financing(tags: Iterable[BondTag]) -> tuple[int, int, int]:
    """Kronor that can be financed, are newly financed, and are refinanced."""
    found = list(tags)
    return sum(t.eligible for t in found), sum(t.allocated for t in found), sum(t.refinanced for t in found)


def tonnes_of(impact: Iterable[Impact], name: str) -> Decimal:
    """Sum of one kind of impact (t)."""
    return sum((getattr(i, name) for i in impact), Decimal(0))


def illustrative(value: Any) -> bool:
    """Something in this part of the model is an example to count with."""
    if isinstance(value, Mapping):
        return value.get("illustrative") is True or any(illustrative(part) for part in value.values())
    return isinstance(value, list | tuple) and any(illustrative(part) for part in value)
