"""What sustainable bonds can finance, what they do finance, and what they give, as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Value
from portfolio.outcome import Layer, Run
from portfolio.reports.answer import Said
from portfolio.reports.figures import in_unit, kronor, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.money.section import NAME_AND_ID, Col, Names, Part, Section, missing
from portfolio.statements import BondStatement
from portfolio.text import Text


def bond_section(run: Run, text: Text) -> Section:
    """Sentences, categories, investments, proceeds, impact, other frameworks, linked bonds."""
    bonds = run.bonds
    if bonds is None:
        return missing("bonds", text)
    parts = [_categories(run, bonds, text), _investments(run, bonds, text), _refused(run, bonds, text), *_pool(bonds, text)]
    parts += [_impact(run, bonds, text)]
    if bonds.views:
        parts.append(_views(bonds, text))
    if bonds.linked:
        parts.append(_linked(bonds, text))
    return Section("bonds", tuple(_lines(run, bonds, text)), tuple(parts))


def _lines(run: Run, bonds: BondStatement, text: Text) -> list[Said]:
    lang = text.lang
    money = {"eligible": bonds.eligible, "issued": bonds.issued, "allocated": bonds.allocated, "refinanced": bonds.refinanced}
    closing = bonds.pool[-1].closing
    values = {name: in_unit(kr, text) for name, kr in {**money, "closing": closing}.items()}
    last = bonds.pool[-1].year
    said = [Said(text("money.bonds.eligible", framework=clean(bonds.framework), **values), "strong")]
    if run.funding is None:
        said.append(Said(text("money.bonds.no_funding")))
    else:
        said.append(Said(text("money.bonds.allocated", last=last, **values)))
    late = [y for y in bonds.pool if y.overdue]
    if late:
        said.append(Said(text("money.bonds.overdue", year=late[0].year, mnkr=in_unit(late[0].overdue, text)), "alarm"))
    if bonds.linked:
        missed = [line for line in bonds.linked if line.missed_by and line.nominal]
        name = "money.bonds.exposure" if missed else "money.bonds.no_exposure"
        years = f"{missed[0].year}–{missed[-1].year}" if len(missed) > 1 else str(missed[0].year) if missed else ""
        figures = {"nominal": in_unit(bonds.linked_outstanding, text), "kr": kronor(bonds.exposure, lang)}
        said.append(Said(text(name, count=len(missed), of=len(bonds.linked), years=years, **figures)))
    factors = _factors(run)
    if factors:
        said.append(Said(text("money.bonds.factors", **{k: clean(str(v)) for k, v in factors.items()})))
    return said


def _factors(run: Run) -> Mapping[str, Any]:
    found: Mapping[str, Any] = run.model.get("bonds", {}).get("factors") or {}
    return found


def _categories(run: Run, bonds: BondStatement, text: Text) -> Part:
    """The framework's categories, with what the plan has of each."""
    chosen = {d.id: d for d in run.decisions if d.layer in (Layer.PLAN, Layer.GAP)}
    categories: Mapping[str, Any] = run.model["bonds"]["framework"]["categories"]
    rows: list[tuple[Value, ...]] = []
    for code, category in sorted(categories.items()):
        tags = [t for t in bonds.tags if t.category == code and t.id in chosen and not t.reason]
        gross = sum(chosen[t.id].total_outlay for t in tags)
        amounts = (sum(t.eligible for t in tags), sum(t.allocated for t in tags), sum(t.refinanced for t in tags))
        rows.append((clean(str(category[f"name_{text.lang}"])), clean(code), len(tags), gross, *amounts))
    columns = (
        Col("category_name", "text", 40),
        Col("category_code", "text", 10),
        Col("count", "count", 10, summed=True, rank=2),
        Col("gross", summed=True, rank=1),
        *_financed(),
    )
    return Part("Kategorier", text("money.bonds.categories"), columns, tuple(rows), names=0)


def _financed() -> tuple[Col, ...]:
    return (Col("eligible", summed=True), Col("allocated", summed=True), Col("refinanced", summed=True))


def _investments(run: Run, bonds: BondStatement, text: Text) -> Part:
    """What of the plan can be financed."""
    names = Names(run)
    rows = tuple(
        (*names.row(t.id), t.eligible, t.allocated, t.refinanced, t.share, clean(t.category or ""), text(f"money.taxonomy.{t.taxonomy}"))
        for t in bonds.tags
        if t.eligible or t.allocated or t.refinanced
    )
    columns = (
        *NAME_AND_ID,
        *_financed(),
        Col("share", "percent", rank=2),
        Col("category", "text"),
        Col("taxonomy", "text", 16, rank=3),
    )
    return Part("Obligationer", text("money.bonds.investments"), columns, rows, names=0)


def _refused(run: Run, bonds: BondStatement, text: Text) -> Part:
    """What of the plan cannot, and why; what is not in the plan stands in the allocation report."""
    names = Names(run)
    chosen = {d.id: d for d in run.decisions if d.layer in (Layer.PLAN, Layer.GAP)}
    rows = tuple(
        (*names.row(t.id), chosen[t.id].total_outlay, text(f"money.refused.{t.reason}")) for t in bonds.tags if t.reason and t.id in chosen
    )
    columns = (*NAME_AND_ID, Col("gross", summed=True), Col("why", "text"))
    return Part("Kan_inte", text("money.bonds.refused"), columns, rows, names=0)


def _pool(bonds: BondStatement, text: Text) -> list[Part]:
    pool = tuple((y.year, y.opening, y.issued, y.allocated, y.refinanced, y.closing, y.overdue) for y in bonds.pool)
    columns = (
        Col("year", "year", 40),
        Col("pool_opening"),
        Col("issued", summed=True),
        Col("allocated", summed=True),
        Col("refinanced", summed=True),
        Col("pool_closing"),
        Col("overdue", rank=1),
    )
    chart = Chart(text("money.bonds.pool_chart"), text("workbook.mnkr"), 0, bars=(3, 4), lines=(5,))
    issues = tuple((clean(i.name), i.year, i.amount, i.allocated_before, i.allocated, i.unallocated, i.deadline) for i in bonds.issues)
    lines = (
        Col("issue", "text", 40),
        Col("issue_year", "year", rank=2),
        Col("amount", summed=True),
        Col("before", summed=True),
        Col("allocated_in_plan", summed=True),
        Col("unallocated", summed=True),
        Col("deadline", "year", rank=1),
    )
    return [
        Part("Medel", text("money.bonds.pool"), columns, pool, (chart,)),
        Part("Emissioner", text("money.bonds.issues"), lines, issues, names=0),
    ]


def _impact(run: Run, bonds: BondStatement, text: Text) -> Part:
    """Expected impact in the target year, in all and the part that bonds finance."""
    names = Names(run)
    rows = tuple(
        (
            *names.row(i.id),
            i.financed,
            i.share,
            i.reduced,
            i.removed,
            i.avoided,
            i.financed_reduced,
            i.financed_removed,
            i.financed_avoided,
            i.tonnes_per_mnkr,
        )
        for i in bonds.impact
        if i.financed
    )
    columns = (
        *NAME_AND_ID,
        Col("financed", summed=True, rank=6),
        Col("financed_share", "percent"),
        Col("reduced", "t", summed=True, rank=3),
        Col("removed", "t", summed=True, rank=4),
        Col("avoided", "t", summed=True, rank=5),
        Col("financed_reduced", "t", summed=True),
        Col("financed_removed", "t", summed=True),
        Col("financed_avoided", "t", summed=True),
        Col("per_mnkr", "per_mnkr", rank=7),
    )
    sums = {n: sum(getattr(i, f"financed_{n}") for i in bonds.impact) for n in ("reduced", "removed", "avoided")}
    note = text("money.bonds.impact_sum", year=bonds.impact_year, **{n: tonnes(t, text.lang) for n, t in sums.items()})
    return Part("Effekt", text("money.bonds.impact", year=bonds.impact_year), columns, rows, names=0, notes=(note,))


def _views(bonds: BondStatement, text: Text) -> Part:
    rows = tuple((clean(v.title), v.full, v.pocket, v.refused) for v in bonds.views)
    columns = (Col("framework", "text", 40), Col("full"), Col("pocket"), Col("not_accepted"))
    return Part("Ramverk", text("money.bonds.views"), columns, rows, names=0)


def _linked(bonds: BondStatement, text: Text) -> Part:
    """Kronor, not mnkr: a step-up is small."""
    rows = tuple((y.year, y.emissions, y.target, y.missed_by, y.nominal, y.exposure) for y in bonds.linked)
    columns = (
        Col("year", "year", 40),
        Col("emissions", "t"),
        Col("linked_target", "t"),
        Col("missed_by", "t", rank=1),
        Col("nominal", rank=2),
        Col("exposure", "kr", summed=True),
    )
    return Part("Lankade", text("money.bonds.linked"), columns, rows)
