"""Formulas over tables that hold figures of the run: the figure stays as what the formula gives for the recommended plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from portfolio.evaluate import debt_path
from portfolio.excel.decision_workbook import Block, Cell, Formula, Mark, stored
from portfolio.finance.charge_statement import PARTS
from portfolio.instance import Instance
from portfolio.reports.live.options import Options
from portfolio.reports.live.table import Table
from portfolio.reports.live.tonnes import Tonnes
from portfolio.units import decimal_of

Written = str | Callable[[int], str]
"""The formula of a column, the same in each row or one for each; empty where the figure stays as it is."""


def overlay(block: Block, formulas: Mapping[int, Written]) -> Block:
    """The table with formulas in some columns; a cell without a figure stays empty."""
    rows = []
    for n, row in enumerate(block.rows):
        cells: list[Cell] = list(row)
        for column, written in formulas.items():
            value, text = stored(cells[column]), written if isinstance(written, str) else written(n)
            if text and value is not None:
                cells[column] = Formula(text, value)
        rows.append(tuple(cells))
    return replace(block, rows=tuple(rows))


class Money:
    """The tables of kronor by year.

    Args:
        options: what each start gives. The tables refer to each other by name: `Arsram`, `Utgifter`, `Skuld`.
    """

    def __init__(self, options: Options) -> None:
        self.o, self.d = options, options.d
        self.years = list(options.d.years)
        self.exact = _exact_debt(options.d, options)

    def frames(self, block: Block) -> Block:
        """Frame, what is left of it, outlays by layer, grants and operating effects."""
        frame = self.d.planning.plan_frame

        def available(n: int) -> str:
            return "[[@1]]" + ("+[[@2-1]]-[[@3-1]]" if n and frame is not None and frame.carry_forward else "")

        formulas: dict[int, Written] = {2: available}
        for column, key, weight in ((3, "outlay", "plan"), (4, "outlay", "gap"), (5, "grant", "share"), (6, "operating", "share")):
            formulas[column] = self._by_year(key, weight)
        over = Mark(2, 3, 'AND([[@2]]<>"",[[@3]]>[[@2]])', "breach")
        return replace(overlay(block, formulas), marks=(over,) if frame is not None else ())

    def _by_year(self, key: str, weight: str = "share", only: str = "") -> Written:
        return lambda n: self.o.summed((key, self.years[n]), weight, only=only)

    def outlays(self, block: Block, ids: list[str]) -> Block:
        """Outlays of every investment by year: `ids` in the order of the rows."""
        o, first = self.o, 3
        keys: list[object] = [("outlay", t) for t in self.years]
        if len(block.columns) > first + len(keys) + 1:
            keys.append("later")
        keys.append("total")

        def cell(key: object) -> Written:
            return lambda n: o.summed(key, rows=span) if (span := o.span(ids[n])) else "0"

        formulas: dict[int, Written] = {first + k: cell(key) for k, key in enumerate(keys)}
        formulas[2] = lambda n: o.state.ref("decision", o.lines[ids[n]])
        return overlay(block, formulas)

    def debt(self, block: Block, *, city: bool = False) -> Block:
        """The debt path of the group, or of the city alone: only committees' investments, no interest, no mandate."""
        only = f"({self.o.kronor.ref('committee')}=1)" if city else ""
        keys = ((2, "outlay", "plan"), (3, "outlay", "gap"), (4, "grant", "share"), (5, "partner", "share"), (6, "operating", "share"))
        formulas: dict[int, Written] = {column: self._by_year(key, weight, only) for column, key, weight in keys}
        rolled = "[[@1]]+[[@2]]+[[@3]]-[[@4]]-[[@5]]+[[@6]]+[[@7]]-[[@8]]"
        formulas[1] = lambda n: "[[@10-1]]" if n else ""
        if self.exact is None or city:
            formulas[10] = rolled
        else:
            exact = self.exact
            formulas[9] = f"[[@10]]-({rolled})"
            formulas[10] = lambda n: _half_even(exact.ref("rounded", n))
        if city:
            return overlay(block, formulas)
        formulas[12], formulas[13] = "[[@11]]-[[@10]]", self._borrowable
        return replace(overlay(block, formulas), marks=(Mark(10, 12, "[[@10]]>[[@11]]", "breach"),))

    def _borrowable(self, n: int) -> str:
        """How much more could be borrowed and kept: the least of what is left in this year and the later ones, less its interest."""
        if self.exact is None:
            return f"MIN([[Skuld.12.{n}:{len(self.years) - 1}]])"
        return f"INT(ROUND({self.exact.ref('room', n)},4))"

    def closing(self, n: int) -> str:
        """The exact debt at the end of the n-th plan year."""
        return self.exact.ref("rounded", n) if self.exact is not None else f"[[Skuld.10.{n}]]"

    def charges(self, block: Block) -> Block:
        """Operating charges by year and part."""
        years = list(self.d.planning.horizon.effect_years)
        formulas: dict[int, Written] = {column: partial(self._part, part, years) for column, part in enumerate(PARTS, start=1)}
        formulas[6] = "SUM([[@1]],[[@2]],[[@3]],[[@4]],[[@5]])"
        over = Mark(6, 7, 'AND([[@7]]<>"",[[@6]]>[[@7]])', "breach")
        return replace(overlay(block, formulas), marks=(over,))

    def _part(self, part: str, years: Sequence[int], n: int) -> str:
        return self.o.summed((part, years[n]))

    def owner_charge(self, owner: str, t: int) -> str:
        """The operating charge of an owner's investments in a year; of all without a name."""
        only = self.o.owned(owner) if owner else ""
        parts = [text for part in PARTS if (text := self.o.summed((part, t), only=only)) != "0"]
        return "+".join(parts) or "0"


def emissions(block: Block, tonnes: Tonnes) -> Block:
    """The emission path: what the city and external actors take away."""
    years = [int(str(stored(row[0]))) for row in block.rows]
    formulas: dict[int, Written] = {
        2: lambda n: tonnes.of("reductions", years[n]),
        3: lambda n: f"{tonnes.reduced(years[n])}-[[@2]]" if tonnes.joint else "",
        4: "[[@1]]-[[@2]]-[[@3]]",
        5: lambda n: tonnes.of("removals", years[n]),
    }
    return overlay(block, formulas)


def _exact_debt(d: Instance, options: Options) -> Table | None:
    """The debt before it is rounded to whole kronor, and how much more could be borrowed; None without interest, where all is whole."""
    debt = d.planning.debt
    if debt is None or debt.interest_rate is None or debt.reference_net_debt is None:
        return None
    t, table = options.t, Table("Skuldrakning", options.t("workbook.live.debt"))
    table.column("year", t("workbook.column.year"), "year", 10)
    for key, kind in (("rate", "rate"), ("reference", "mnkr"), ("exact", "kr"), ("rounded", "kr"), ("room", "kr")):
        table.column(key, options.head(key), kind, 18)
    years = list(d.years)
    rate, path = Fraction(debt.interest_rate.value), list(debt_path(d, options.picks).values())
    rooms: list[Fraction] = []
    for n in reversed(range(len(years))):
        here = debt.mandate.values[years[n]] - path[n]
        rooms.insert(0, min(here, rooms[0] / (1 + rate)) if rooms else here)
    for n, year in enumerate(years):
        before = str(debt.opening.value) if n == 0 else "[[@3-1]]"
        borrowed = f"[[Skuld.2.{n}]]+[[Skuld.3.{n}]]-[[Skuld.4.{n}]]-[[Skuld.5.{n}]]+[[Skuld.6.{n}]]+[[Skuld.7.{n}]]-[[Skuld.8.{n}]]"
        left = f"[[Skuld.11.{n}]]-[[@3]]"
        room = f"MIN({left},{table.ref('room', n + 1)}/(1+[[@1]]))" if n + 1 < len(years) else left
        table.add(
            {
                "year": year,
                "rate": debt.interest_rate.value,
                "reference": debt.reference_net_debt.values[year - 1],
                "exact": Formula(f"{before}+{borrowed}+[[@1]]*({before}-[[@2]])", decimal_of(path[n])),
                # a cell's own arithmetic is not exact: what is within its noise of half a krona is half a krona
                "rounded": Formula("ROUND([[@3]],4)", decimal_of(path[n])),
                "room": Formula(room, decimal_of(rooms[n])),
            }
        )
    return table


def _half_even(x: str) -> str:
    """Whole kronor, half to even."""
    return f"ROUND({x},0)-(ABS({x}-TRUNC({x}))=0.5)*ISODD(ROUND({x},0))*SIGN({x})"
