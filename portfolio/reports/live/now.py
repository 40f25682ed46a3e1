"""The plan as the workbook now has it beside the recommended one: the same figures on the summary and above the decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from portfolio.excel.decision_workbook import Block, Cell, Column, Formula, Mark, Value
from portfolio.outcome import Run, Totals
from portfolio.planning import KronaKind
from portfolio.reports.live.limits import BROKEN, BROKEN_YEARS
from portfolio.reports.live.options import Options
from portfolio.reports.live.tonnes import Tonnes

NAME = "Nu"


class Figure(NamedTuple):
    """A figure of a plan: its column, its formula, and what it is for the recommended plan. `name` is a defined name for the live cell."""

    key: str
    heading: str
    kind: str
    width: int
    text: str
    value: Value


class Now:
    """Live totals.

    Args:
        totals: of the recommended plan.
    """

    def __init__(self, options: Options, tonnes: Tonnes, run: Run, totals: Totals) -> None:
        self.o, self.tonnes, self.run, self.t = options, tonnes, run, options.t
        self._totals = totals

    def figures(self) -> list[Figure]:
        """In the order of the columns of `block`."""
        o, t, totals, d = self.o, self.t, self._totals, self.o.d
        net = d.planning.objective.krona is KronaKind.NET
        gross, year = totals.outlay_plan + totals.outlay_gap, self.run.target_year
        # a limit with a row for each year is one limit
        broken, when = (f"SUM([[Kontroll.{column}]])" for column in (BROKEN, BROKEN_YEARS))
        reduced = self.tonnes.of("reductions", year)
        kronor = o.summed("net" if net else "total")
        ratio = f"IF(({kronor})>0,{self.tonnes.objective()}/({kronor})*1000000,0)"
        per = totals.tonnes_per_krona * 1_000_000 if totals.tonnes_per_krona is not None else 0
        count = f"SUMPRODUCT(--({o.kronor.ref('share')}>0))" if o.rows else "0"
        found = [
            Figure("outlay_plan", t("workbook.column.outlay_plan"), "mnkr", 13, o.summed("total", "plan"), totals.outlay_plan),
            Figure("outlay_gap", t("workbook.column.outlay_gap"), "mnkr", 13, o.summed("total", "gap"), totals.outlay_gap),
            Figure("outlay", t("workbook.column.outlay"), "mnkr", 12, o.summed("total"), gross),
            Figure("broken", t("workbook.live.column.broken"), "count", 8, broken, 0),
            Figure("broken_years", t("workbook.live.column.broken_years"), "count", 8, when, 0),
            Figure("count", t("workbook.column.count"), "count", 9, count, totals.chosen),
            Figure("ratio", t("workbook.column.ratio"), "per_mnkr", 9, ratio, per),
            Figure("grants", t("workbook.column.grants"), "mnkr", 10, o.summed("grant_total"), totals.grants),
        ]
        if totals.highest_net_debt is not None:
            found.append(Figure("debt", t("workbook.column.highest_debt"), "mnkr", 10, "MAX([[Skuld.10]])", totals.highest_net_debt))
        if totals.emissions_target_year is not None:
            line = next(n for n, e in enumerate(self.run.emissions) if e.year == year)
            heading = t("workbook.column.emissions", year=year)
            found.append(Figure("emissions", heading, "t", 10, f"[[Utslapp.4.{line}]]", totals.emissions_target_year))
        found.append(Figure("tonnes", t("workbook.column.objective_tonnes"), "t", 10, self.tonnes.objective(), totals.tonnes))
        found.append(Figure("target", t("workbook.column.target_tonnes", year=year), "t", 10, reduced, totals.tonnes_target_year))
        eligible = "+".join(text for y in d.years if (text := o.summed(("eligible", y))) != "0") or "0"
        if d.planning.bonds is not None:
            found.append(Figure("eligible", t("workbook.column.bond_eligible"), "mnkr", 12, eligible, totals.bond_eligible))
        return found

    def block(self) -> Block:
        """Recommended, as it stands now, and the difference."""
        found = self.figures()
        now = tuple(Formula(f.text, f.value) for f in found)
        return self._three(NAME, found, now)

    def copy(self, name: str) -> Block:
        """The same three rows on another sheet, taken from the first."""
        found = self.figures()
        return self._three(name, found, tuple(Formula(f"[[{NAME}.{n}.1]]", f.value) for n, f in enumerate(found, start=1)))

    def _three(self, name: str, found: Sequence[Figure], now: tuple[Cell, ...]) -> Block:
        t = self.t
        columns = (Column(t("workbook.column.plan"), "text", 13), *(Column(f.heading, f.kind, f.width) for f in found))
        change = tuple(Formula(f"[[{name}.{n}.1]]-[[{name}.{n}.0]]", 0) for n in range(1, len(found) + 1))
        rows: tuple[tuple[Cell, ...], ...] = (
            (t("workbook.live.recommended"), *(f.value for f in found)),
            (t("workbook.live.now"), *now),
            (t("workbook.live.difference"), *change),
        )
        broken = 1 + next(n for n, f in enumerate(found) if f.key == "broken")
        marks = (Mark(broken, broken + 1, f"[[@{broken}]]>0", "breach"),)
        return Block(name, t("workbook.live.title"), columns, rows, filtered=False, marks=marks)

    def names(self) -> tuple[tuple[str, str], ...]:
        """Defined names of the live figures."""
        return tuple((self.t(f"workbook.names.{f.key}"), f"{NAME}.{n}.1") for n, f in enumerate(self.figures(), start=1))
