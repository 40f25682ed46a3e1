"""The debt path and the operating charges as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Value
from portfolio.outcome import Run
from portfolio.reports.answer import Said
from portfolio.reports.figures import in_unit, rate, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.money.section import NAME_AND_ID, NEVER, Col, Names, Part, Section, missing
from portfolio.statements import ChargeLine, ChargeStatement, DebtLine, DebtStatement, GaveWay, OwnerCharges
from portfolio.text import Text

PATH = (
    Col("year", "year", 10),
    Col("opening", rank=5),
    Col("outlay_plan", summed=True),
    Col("outlay_gap", summed=True),
    Col("grants", summed=True, rank=4),
    Col("partners", summed=True, rank=7),
    Col("operating", summed=True, rank=6),
    Col("other_net_investment", summed=True, rank=3),
    Col("self_financing", summed=True, rank=3),
    Col("interest", summed=True, rank=8),
    Col("closing"),
)
GROUP = (*PATH, Col("mandate", rank=2), Col("headroom"), Col("borrowable", rank=9))
CLOSING, MANDATE = 10, 11
"""Columns of the debt at the end of the year and of the mandate."""


def debt_section(run: Run, text: Text) -> Section:
    """The path of group and city against the mandate, and what had to give."""
    debt = run.debt
    if debt is None:
        return missing("debt", text)
    group = tuple(_row(line) for line in debt.group)
    chart = Chart(text("money.debt.chart"), text("workbook.mnkr"), 0, bars=(CLOSING,), lines=(MANDATE,))
    parts = [Part("Skuld", text("money.debt.group"), GROUP, group, (chart,))]
    if debt.gave_way is not None:
        parts.append(_gave_way_part(run, debt.gave_way, text))
    if debt.city:
        city = tuple(_row(line)[: len(PATH)] for line in debt.city)
        parts.append(Part("Stadens_skuld", text("money.debt.city"), PATH, city))
    return Section("debt", tuple(_debt_lines(run, debt, text)), tuple(parts))


def _row(y: DebtLine) -> tuple[Value, ...]:
    path = (y.year, y.opening, y.outlay_plan, y.outlay_gap, y.grants, y.partners, y.operating, y.other_net_investment)
    return (*path, y.self_financing, y.interest, y.closing, y.mandate, y.headroom, y.borrowable)


def _debt_lines(run: Run, debt: DebtStatement, text: Text) -> list[Said]:
    first, last = debt.group[0], debt.group[-1]
    values = {"year": debt.tightest_year, "headroom": in_unit(debt.headroom, text), "first": first.year, "last": last.year}
    ends = {"opening": in_unit(first.opening, text), "closing": in_unit(last.closing, text)}
    said = [
        Said(text("money.debt.path", **values, **ends)),
        Said(text("money.debt.tightest", **values), "strong"),
        Said(text("money.debt.borrowable", first=first.year, mnkr=in_unit(first.borrowable or 0, text))),
        _mandate(run, debt, text),
    ]
    if debt.city:
        ends = {"opening": in_unit(debt.city[0].opening, text), "closing": in_unit(debt.city[-1].closing, text), "last": str(last.year)}
        said.append(Said(text("money.debt.city_path", **ends)))
    return [*said, Said(text("money.debt.formula"))]


def _mandate(run: Run, debt: DebtStatement, text: Text) -> Said:
    """Whether the mandate costs anything, and what."""
    gave = debt.gave_way
    values = {"year": debt.tightest_year, "headroom": in_unit(debt.headroom, text)}
    if gave is None:
        return Said(text("money.debt.free" if debt.mandate_costs is False else "money.debt.unknown", **values))
    assert run.objective is not None
    more = gave.kronor_without - run.objective.kronor
    figures = {
        "tonnes": tonnes(abs(gave.tonnes_lost), text.lang),
        "mnkr": in_unit(abs(more), text),
        "debt": in_unit(gave.debt_without, text),
        "debt_year": gave.debt_without_year,
    }
    tonnes_word = text(f"money.debt.tonnes_{'more' if gave.tonnes_lost >= 0 else 'fewer'}", **figures)
    kronor_word = text(f"money.debt.kronor_{'more' if more >= 0 else 'fewer'}", **figures)
    return Said(text("money.debt.binds", tonnes_word=tonnes_word, kronor_word=kronor_word, **figures, **values), "alarm")


def _gave_way_part(run: Run, gave: GaveWay, text: Text) -> Part:
    """Each investment that had to give, or came instead."""
    names = Names(run)
    planned = {d.id: d for d in run.decisions}
    rows: list[tuple[Value, ...]] = [(*names.row(x.id), x.start, None, x.kronor, text("money.debt.left_out")) for x in gave.left_out]
    rows += [(*names.row(x.id), None, x.start, x.kronor, text("money.debt.instead")) for x in gave.instead]
    for m in gave.moved:
        what = text("money.debt.moved")
        if m.percent != m.percent_without:
            what = text("money.debt.scaled", percent=m.percent, without=m.percent_without)
        rows.append((*names.row(m.id), m.start_without, m.start, planned[m.id].total_outlay, what))
    columns = (*NAME_AND_ID, Col("start_without", "year"), Col("start_with", "year"), Col("gross"), Col("what", "text"))
    return Part("Fick_ge_vika", text("money.debt.gave_way"), columns, tuple(rows), names=0)


CHARGE = (
    Col("year", "year", 10),
    Col("depreciation", rank=1),
    Col("release", rank=3),
    Col("internal_rate", rank=1),
    Col("expensed", rank=2),
    Col("operating", rank=1),
    Col("charge_total"),
    Col("limit", rank=4),
)


def charge_section(run: Run, text: Text) -> Section:
    """Operating charges by year and by owner."""
    charges = run.charges
    if charges is None:
        return missing("charges", text)
    table = [Part("Driftkonsekvenser", text("money.charges.all"), CHARGE, tuple(_charge_row(line) for line in charges.total))]
    table.append(_owners_part(run, charges, text))
    table.append(_owner_years(charges, text))
    values = {"year": charges.highest_year, "mnkr": in_unit(charges.highest, text), "rate": rate(charges.rate, text.lang)}
    lines = [Said(text("money.charges.highest", **values), "strong"), Said(text("money.charges.formula", **values))]
    tight = _tightest([line for line in charges.total if line.limit is not None])
    if tight is not None and tight.limit is not None:
        lines.insert(1, Said(text("money.charges.limit", year=tight.year, mnkr=in_unit(tight.limit - tight.total, text))))
    return Section("charges", tuple(lines), tuple(table))


def _tightest(lines: Sequence[ChargeLine]) -> ChargeLine | None:
    return min(lines, key=lambda line: (line.limit or 0) - line.total, default=None)


def _charge_row(y: ChargeLine) -> tuple[Value, ...]:
    return (y.year, y.depreciation, y.release, y.internal_rate, y.expensed, y.operating, y.total, y.limit)


def owner_tables(run: Run, charges: ChargeStatement, owners: Sequence[str], text: Text) -> tuple[Part, Part]:
    """The two tables by owner for all these owners, one without an investment in the plan included."""
    known = {o.owner: o for o in charges.owners}
    nothing = {"depreciation": 0, "release": 0, "internal_rate": 0, "expensed": 0, "operating": 0, "total": 0}
    none = tuple(ChargeLine(year=line.year, **nothing) for line in charges.total)
    every = charges.model_copy(update={"owners": tuple(known.get(o) or OwnerCharges(owner=o, lines=none) for o in owners)})
    return _owners_part(run, every, text), _owner_years(every, text)


def _owners_part(run: Run, charges: ChargeStatement, text: Text) -> Part:
    """Each owner: the highest year, the target year, and what is left of its own limit."""
    rows = []
    for owner in charges.owners:
        highest = max(owner.lines, key=lambda line: (line.total, -line.year))
        target = next(line for line in owner.lines if line.year == run.target_year)
        tight = _tightest([line for line in owner.lines if line.limit is not None])
        left = tight.limit - tight.total if tight is not None and tight.limit is not None else None
        rows.append((clean(owner.owner), target.total, highest.total, highest.year, left))
    target_heading = text("money.charges.in_target_year", year=run.target_year)
    columns = (
        Col("owner", "text", 30),
        Col("", heading=target_heading, summed=True),
        Col("highest"),
        Col("highest_year", "year"),
        Col("left_of_limit", rank=1),
    )
    return Part("Per_agare", text("money.charges.owners"), columns, tuple(rows), names=0)


def _owner_years(charges: ChargeStatement, text: Text) -> Part:
    """Year by owner, for the chart; too wide for a terminal."""
    columns = (Col("year", "year", 10), *(Col("", heading=clean(o.owner), width=16, rank=NEVER) for o in charges.owners))
    rows = tuple((line.year, *(o.lines[n].total for o in charges.owners)) for n, line in enumerate(charges.total))
    bars = tuple(range(1, len(columns)))
    chart = Chart(text("money.charges.chart"), text("workbook.mnkr"), 0, bars=bars)
    return Part("Agare_och_ar", text("money.charges.by_year"), columns, rows, (chart,) if bars else (), terminal=False)
