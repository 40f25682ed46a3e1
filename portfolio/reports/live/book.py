"""All that is live in the decision workbook of a run, or why nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from portfolio.evaluate import Pick
from portfolio.excel.decision_workbook import Block, Edit, Formula, Mark, Sheet, stored
from portfolio.instance import Instance, build_instance
from portfolio.outcome import Layer, Run
from portfolio.planning import Planning
from portfolio.reports.findings import clean
from portfolio.reports.live.flow import TooManyCuts
from portfolio.reports.live.limits import ABOUT, HOLDS, OWN, Limits
from portfolio.reports.live.now import Now
from portfolio.reports.live.options import Options
from portfolio.reports.live.overlay import Money, overlay
from portfolio.reports.live.table import quoted
from portfolio.reports.live.tonnes import Tonnes
from portfolio.text import Text

MOST_CELLS: Final = 200_000
"""Cells of data under which the workbook is live: beyond, it would take long to open, and the plain figures are what one can read."""

DECISION, START, PERCENT, STATE = 3, 4, 5, 6
"""Columns of the sheet of decisions."""


class Live:
    """Formulas over the decisions of a run that has a plan and its records."""

    def __init__(self, run: Run, d: Instance, order: Sequence[str], text: Text) -> None:
        assert run.totals is not None
        started = (x for x in run.decisions if x.layer in (Layer.PLAN, Layer.GAP))
        picks = {x.id: Pick(x.start, x.layer.value, x.percent) for x in started if x.start is not None}
        self.run, self.d, self.t = run, d, text
        self.options = Options(d, picks, order, text)
        self.tonnes = Tonnes(self.options)
        self.money = Money(self.options)
        floor = run.objective.floor_tonnes if run.objective is not None else None
        self.limits = Limits(self.options, self.money, self.tonnes, floor)
        self.now = Now(self.options, self.tonnes, run, run.totals)

    @property
    def cells(self) -> int:
        """Cells of data on the calculation sheets."""
        tables = [self.options.state, self.options.kronor, *([self.options.charges] if self.has_charges else []), *self.tonnes.tables()]
        return sum(table.cells for table in tables)

    @property
    def has_charges(self) -> bool:
        """The model has operating charges."""
        return self.d.planning.operating_charge is not None

    def decisions(self, block: Block) -> Block:
        """The sheet of decisions: cells to change, the row's own limits, and its kronor as formulas."""
        o, d = self.options, self.d
        ids = {clean(i): i for i in d.city}
        rows = [ids.get(str(stored(row[0]))) for row in block.rows]

        columns = {c.heading: n for n, c in enumerate(block.columns)}
        head = {key: columns[self.t(f"workbook.column.{key}")] for key in ("outlay", "grants", "operating", "bond_eligible")}
        live = []
        for n, row in enumerate(block.rows):
            i = rows[n]
            cells = list(row)
            if i is not None:
                cells[STATE] = Formula(self._state(i), "")
                for key, column in (("total", head["outlay"]), ("grant_total", head["grants"])):
                    cells[column] = Formula(self._own_sum(i, key), stored(cells[column]) or 0)
                share = f"({o.state.ref('plan', o.lines[i])}+{o.state.ref('gap', o.lines[i])})"
                cells[head["operating"]] = Formula(f"{d.investments[i].operating}*{share}/100", stored(cells[head["operating"]]) or 0)
                eligible = "+".join(text for t in d.years if (text := self._own_sum(i, ("eligible", t))) != "0") or "0"
                cells[head["bond_eligible"]] = Formula(eligible, stored(cells[head["bond_eligible"]]) or 0)
            live.append(tuple(cells))
        edits = tuple(e for n, i in enumerate(rows) if i is not None for e in self._edits(n, i))
        recommended = f"[[@{columns[self.t('workbook.live.column.recommended')]}]]"
        changed = f'AND({recommended}<>"",{self._said()}<>{recommended})'
        marks = (Mark(STATE, STATE, f'[[@{STATE}]]<>""', "breach"), Mark(DECISION, PERCENT, changed, "changed"))
        return replace(block, rows=tuple(live), edits=edits, marks=marks)

    def _said(self) -> str:
        """What a row now decides, in the words of the column that says what is recommended."""
        out = quoted(self.t("workbook.layer.not_recommended"))
        share = f'IF(OR([[@{PERCENT}]]="",[[@{PERCENT}]]=100),""," "&[[@{PERCENT}]]&" %")'
        return f'IF([[@{DECISION}]]={out},{out},[[@{DECISION}]]&" "&[[@{START}]]&{share})'

    def _own_sum(self, i: str | None, key: object) -> str:
        span = self.options.span(i) if i is not None else None
        return self.options.summed(key, rows=span) if span else "0"

    def _state(self, i: str) -> str:
        """What is wrong with the decision of a row: the first that is."""
        t, o = self.t, self.options
        plan, gap, out = (quoted(t(f"workbook.layer.{layer}")) for layer in ("plan", "gap", "not_recommended"))
        word, bought = f"[[@{DECISION}]]", f"[[@{PERCENT}]]"
        said = {name: quoted(t(f"workbook.live.row.{name}")) for name in (*OWN, "other")}
        least = self.d.investments[i].minimum_share or 100
        percent = f'AND({bought}<>"",OR(N({bought})<{least},N({bought})>100,N({bought})<>INT(N({bought}))))'
        other = '""'
        if (rows := self.limits.choices) is not None:
            about, holds = (f"[[Kontroll.{column}.{rows[0]}:{rows[1]}]]" for column in (ABOUT, HOLDS))
            broken = f"SUMPRODUCT(({about}=[[@0]])*({holds}={quoted(t('workbook.control.breached'))}))>0"
            other = f'IF({broken},{said["other"]},"")'
        begun = f"IF({o.start_of(i)}=0,{said['start_window']},IF({percent},{said['scale']},{other}))"
        return f"IF(OR({word}={plan},{word}={gap}),{begun},IF({word}={out},{other},{said['layers']}))"

    def _edits(self, n: int, i: str) -> list[Edit]:
        """The three cells that can be changed of an investment."""
        t, record = self.t, self.d.investments[i]
        words = tuple(t(f"workbook.layer.{layer}") for layer in ("plan", "gap", "not_recommended"))
        starts = self.d.starts[i]
        found = [Edit(n, DECISION, words, t("workbook.live.edit.decision"), t("workbook.live.edit.decision_what"))]
        years = t("workbook.live.edit.start_what", years=f"{starts[0]}–{starts[-1]}") if starts else t("workbook.live.edit.start_none")
        found.append(Edit(n, START, starts, t("workbook.live.edit.start"), years))
        if record.minimum_share is not None:
            message = t("workbook.live.edit.percent_what", least=str(record.minimum_share))
            found.append(Edit(n, PERCENT, (record.minimum_share, 100), t("workbook.live.edit.percent"), message, between=True))
        return found

    def owner_totals(self, block: Block, owners: Sequence[str]) -> Block:
        """Operating charges by owner: the target year, the highest year, what is left of a limit of its own."""
        years = list(self.d.planning.horizon.effect_years)
        target = years.index(self.run.target_year)
        last = len(years) - 1
        charge = self.d.planning.operating_charge
        limited = charge.limits if charge is not None else {}
        first = self._first_row("operating_charge")

        def left(n: int) -> str:
            if owners[n] not in limited or first is None or charge is None:
                return ""
            before = len(charge.limit.values) if charge.limit is not None else 0
            before += sum(len(limited[o].values) for o in sorted(limited) if o < owners[n])
            return f"MIN([[Kontroll.6.{first + before}:{first + before + len(limited[owners[n]].values) - 1}]])"

        def column(n: int) -> str:
            return f"[[Agare_och_ar.{n + 1}.0:{last}]]"

        return overlay(
            block,
            {
                1: lambda n: f"[[Agare_och_ar.{n + 1}.{target}]]",
                2: lambda n: f"MAX({column(n)})",
                3: lambda n: f"INDEX([[Agare_och_ar.0.0:{last}]],MATCH(MAX({column(n)}),{column(n)},0))",
                4: left,
            },
        )

    def owner_years(self, block: Block, owners: Sequence[str]) -> Block:
        """Operating charges by year and owner."""
        years = list(self.d.planning.horizon.effect_years)
        return overlay(block, {k: partial(self._owner_year, o, years) for k, o in enumerate(owners, start=1)})

    def _owner_year(self, owner: str, years: Sequence[int], n: int) -> str:
        return self.money.owner_charge(owner, years[n])

    def _first_row(self, constraint: str) -> int | None:
        name = self.t(f"constraint.{constraint}.name")
        rows = self.limits.block().rows
        return next((n for n, row in enumerate(rows) if row[0] == name), None)

    def names(self) -> tuple[tuple[str, str], ...]:
        """Defined names of the cells that can be changed."""
        columns = {"id": 0, "decision": DECISION, "start": START, "percent": PERCENT}
        return tuple((self.t(f"workbook.names.{key}"), f"Beslut.{column}") for key, column in columns.items())

    def sheets(self) -> list[Sheet]:
        """What the formulas count with."""
        t = self.t

        def sheet(name: str, frozen: tuple[str, int], *blocks: Block) -> Sheet:
            title = t(f"workbook.{name}.title", title=clean(self.run.title))
            lines = (t(f"workbook.{name}.line"),)
            return Sheet(t(f"workbook.{name}.sheet"), title, lines, blocks, frozen=frozen, calculation=True)

        exact = [self.money.exact.block()] if self.money.exact is not None else []
        found = [sheet("options", ("Alternativ", 2), *exact, self.options.state.block(), self.options.kronor.block())]
        if self.has_charges:
            found.append(sheet("charge_options", ("Drift", 2), self.options.charges.block()))
        tonnes = [table.block() for table in self.tonnes.tables()]
        found.append(sheet("tonnes_options", (tonnes[0].name, 2), *tonnes))
        return found


def live_of(run: Run, order: Sequence[str], text: Text) -> Live | str:
    """What is live, or the name of the sentence that says why nothing is: an older run without records, a portfolio too large, ceilings too
    entangled."""
    if run.records is None or run.totals is None:
        return "workbook.live.without.records"
    d = build_instance(run.records.portfolio(run.inputs), Planning.model_validate(run.model))
    if sum(len(starts) for starts in d.starts.values()) * len(d.planning.horizon.effect_years) > MOST_CELLS:
        return "workbook.live.without.size"
    try:
        live = Live(run, d, order, text)
        return live if live.cells <= MOST_CELLS else "workbook.live.without.size"
    except TooManyCuts:
        return "workbook.live.without.ceilings"
