"""What the decision workbook should show for decisions that somebody has typed into it: counted by accounts and audit alone.

`check` compares a recalculated workbook with it: totals, frames, debt, charges, emissions, and every limit and the year of it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl

from portfolio.analysis.plan import make_plan, no_reasons
from portfolio.evaluate import Pick
from portfolio.finance.charge_statement import charge_statement
from portfolio.finance.debt import city_path, group_path
from portfolio.instance import Instance, build_instance
from portfolio.outcome import Check, Layer, Run
from portfolio.planning import Planning
from portfolio.records import Portfolio
from portfolio.reports import workbook
from portfolio.reports.live.limits import NOT_LIVE
from portfolio.text import Text
from portfolio.units import ticks_from_tonnes

SV = Text("sv")
Picks = Mapping[str, Pick]
COUNTED = {"pair_overlap", "attribution", "tonnes_ceiling", "stated_figures", "start_at_most_once"}
"""Checks of figures, not limits: a sheet that counts them once cannot break them."""


def picks_of(run: Run) -> dict[str, Pick]:
    """The recommended plan."""
    return {
        d.id: Pick(d.start, d.layer.value, d.percent) for d in run.decisions if d.layer in (Layer.PLAN, Layer.GAP) and d.start is not None
    }


def instance_of(run: Run) -> Instance:
    """The question of a run, from the run alone."""
    assert run.records is not None
    records = Portfolio(investments=run.records.investments, pairs=run.records.pairs, ceilings=run.records.ceilings)
    return build_instance(records, Planning.model_validate(run.model))


def typed(run: Run, plans: Sequence[Picks]) -> list[bytes]:
    """The workbook of a run after somebody has typed the decisions of each plan into the yellow cells; no stored results are left in it."""
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(run, SV)))
    sheet = book["Beslut"]
    top = next(c.row for c in sheet["A"] if c.value == SV("workbook.column.id"))
    city = set(instance_of(run).city)
    made = []
    for picks in plans:
        for row in range(top + 1, sheet.max_row + 1):
            i = sheet.cell(row, 1).value
            if i in city:
                pick = picks.get(str(i))
                sheet.cell(row, 4).value = SV(f"workbook.layer.{pick.layer if pick else 'not_recommended'}")
                sheet.cell(row, 5).value = pick.start if pick else None
                sheet.cell(row, 6).value = pick.percent if pick else None
        target = io.BytesIO()
        book.save(target)
        made.append(target.getvalue())
    return made


class Shown:
    """A recalculated workbook."""

    def __init__(self, path: Path) -> None:
        self.book = openpyxl.load_workbook(path, data_only=True)

    def table(self, sheet: str, *headings: str) -> list[tuple[Any, ...]]:
        """The rows of the table that has these headings, in their order, down to the first row without a first cell or with the sums."""
        rows = list(self.book[sheet].iter_rows(values_only=True))
        top = next(n for n, row in enumerate(rows) if all(h in row for h in headings))
        columns = [rows[top].index(h) for h in headings]
        found = []
        for row in rows[top + 1 :]:
            if row[0] in (None, "", SV("workbook.total")):
                break
            found.append(tuple(row[c] for c in columns))
        return found


def column(name: str, **values: object) -> str:
    return SV(f"workbook.column.{name}", **values)


def money(name: str) -> str:
    return SV(f"money.column.{name}")


def same(shown: Sequence[Sequence[Any]], wanted: Sequence[Sequence[Any]], what: str) -> int:
    """Every figure to the krona, and tonnes to 10 g; the number of figures."""
    assert len(shown) == len(wanted), what
    for ours, theirs in zip(wanted, shown, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            assert (b in (None, "")) if a is None else abs(Fraction(a) - Fraction(b or 0)) < Fraction(1, 100_000), (what, ours, theirs)
    return sum(len(row) for row in wanted)


def check(run: Run, picks: Picks, shown: Shown) -> int:
    """Everything that is live; the number of figures compared."""
    d = instance_of(run)
    floor = run.objective.floor_tonnes if run.objective is not None else None
    plan = make_plan(d, picks, no_reasons(d), ticks_from_tonnes(floor) if floor is not None else None)
    t, year = plan.totals, run.target_year
    now = [column("outlay_plan"), column("outlay_gap"), column("count"), column("grants"), column("objective_tonnes")]
    figures: list[Any] = [t.outlay_plan, t.outlay_gap, t.chosen, t.grants, t.tonnes, t.tonnes_target_year]
    now.append(column("target_tonnes", year=year))
    for heading, value in ((column("highest_debt"), t.highest_net_debt), (column("emissions", year=year), t.emissions_target_year)):
        if value is not None:
            now.append(heading)
            figures.append(value)
    compared = 0
    for sheet in ("Sammanfattning", "Beslut"):
        compared += same(shown.table(sheet, *now)[1:2], [figures], "now")
    frames = ("year", "frame_available", "outlay_plan", "outlay_gap", "grants", "operating")
    lines = [[getattr(y, name) for name in frames] for y in plan.years]
    compared += same(shown.table("Årsplan", *(column(name) for name in frames)), lines, "frames")
    group = (
        "year",
        "opening",
        "outlay_plan",
        "outlay_gap",
        "grants",
        "partners",
        "operating",
        "interest",
        "closing",
        "headroom",
        "borrowable",
    )
    if path := group_path(d, picks):
        lines = [[getattr(y, name) for name in group] for y in path]
        compared += same(shown.table("Skuld", *(money(name) for name in group)), lines, "debt")
    if path := city_path(d, picks):
        table = shown.book["Skuld"]
        closing = [row for row in table.iter_rows(values_only=True) if row[0] in d.years][-len(path) :]
        compared += same([(row[0], row[1], row[10]) for row in closing], [(y.year, y.opening, y.closing) for y in path], "city")
    if (charges := charge_statement(d, picks)) is not None:
        parts = ("year", "depreciation", "release", "internal_rate", "expensed", "operating")
        lines = [[*(getattr(y, name) for name in parts), y.total] for y in charges.total]
        compared += same(shown.table("Driftkonsekvenser", *(money(n) for n in parts), money("charge_total")), lines, "charges")
        for owner in charges.owners:
            rows = shown.table("Driftkonsekvenser", money("year"), owner.owner)
            compared += same(rows, [(y.year, y.total) for y in owner.lines], owner.owner)
    if plan.emissions:
        fields = {"year": "year", "reductions": "reductions", "external_reductions": "external_reductions", "left": "emissions"}
        lines = [[getattr(e, name) for name in (*fields.values(), "removals")] for e in plan.emissions]
        compared += same(shown.table("Utsläpp", *(column(h) for h in (*fields, "removals"))), lines, "emissions")
    return compared + limits(plan.audit.checks, shown)


def limits(checks: Sequence[Check], shown: Shown) -> int:
    """Every limit of the audit is on the sheet with the same sides, and the same ones are broken; the number of sides compared."""
    heads = ("constraint", "subject", "year", "relation", "left_side", "right_side", "slack", "holds")
    rows = shown.table("Kontroll", *(column(h) for h in heads))
    names = {SV(f"constraint.{c.constraint}.name"): c.constraint for c in checks}
    found = {(names.get(r[0], r[0]), r[1] or "", r[2], r[3]): r for r in rows}
    compared = 0
    alone = {"committed", "lock", "requires", "layers", "scale", "start_window"}
    for c in checks:
        if c.constraint in COUNTED | NOT_LIVE | alone:
            continue
        row = found[c.constraint, c.subject, c.year, c.relation]
        for theirs, ours in zip(row[4:7], (c.left, c.right, c.slack), strict=True):
            # what a cell shows of interest is rounded to a tenth of an öre
            fine = Decimal("0.00001") if c.unit == "t" else Decimal("0.001")
            assert abs(Decimal(repr(theirs or 0)) - ours) <= fine, (c, row)
            compared += 1
    holds = {key for key, row in found.items() if row[7] == SV("workbook.control.breached")}
    wanted = {(c.constraint, c.subject) for c in checks if not c.holds and c.constraint not in COUNTED | NOT_LIVE}
    assert {key[:2] for key in holds} == wanted, (holds, wanted)
    # a limit that is broken in several years is one limit, in so many years
    limits_broken = {(c.constraint, c.subject, c.unit) for c in checks if (c.constraint, c.subject) in wanted and not c.holds}
    counts = (SV("workbook.live.column.broken"), SV("workbook.live.column.broken_years"))
    assert shown.table("Sammanfattning", *counts)[1] == (len(limits_broken), len({key[2] for key in holds if key[2]}))
    assert not any(r[4] in ("#NAME?", "#VALUE!", "#REF!") for r in rows)
    return compared
