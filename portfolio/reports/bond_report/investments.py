"""The sheets about investments: by category, one by one, krona by krona, and how all of them were tried by the framework."""

from __future__ import annotations

from portfolio.excel.decision_workbook import Block, Sheet, Value
from portfolio.outcome import Layer
from portfolio.reports.bond_report.parts import EFFECTS, Parts, financing, tonnes_of
from portfolio.reports.figures import mnkr
from portfolio.reports.findings import clean
from portfolio.statements import BondTag, Impact

FINANCED = tuple(f"financed_{n}" for n in EFFECTS)


def categories(p: Parts) -> Sheet:
    """The framework's categories, with what the plan has of each and what the bonds' part of it gives."""
    chosen = [t for t in p.bonds.tags if t.id in p.impact]
    # a run that is read back from run.json has its categories in another order
    given = sorted(p.model["framework"]["categories"].items())
    rows: list[tuple[Value, ...]] = []
    for code, category in given:
        tags = [t for t in chosen if t.category == code and not t.reason]
        effects = [p.impact[t.id] for t in tags]
        kind = p.t("bond_report.categories.green" if category["green"] else "bond_report.categories.social")
        named = (clean(code), clean(str(category[f"name_{p.lang}"])), kind)
        rows.append((*named, len(tags), sum(i.gross for i in effects), *financing(tags), *(tonnes_of(effects, n) for n in FINANCED)))
    columns = (
        p.column("category_code", "text", 10),
        p.column("category_name", "wrapped", 46),
        p.column("category_kind", "text", 9),
        p.column("count", "count", 8, summed=True),
        *p.summed("gross", "eligible", "allocated", "refinanced", width=15),
        *p.summed(*FINANCED, kind="t", width=13),
    )
    lines = [p.t("bond_report.categories.line", year=p.bonds.impact_year)]
    outside = [t for t in chosen if t.reason]
    if outside:
        amount = mnkr(sum(p.impact[t.id].gross for t in outside), p.lang)
        lines.append(p.t("bond_report.categories.outside", count=len(outside), mnkr=amount))
    return p.sheet("categories", Block("Kategorier", "", columns, tuple(rows)), lines=lines)


def projects(p: Parts) -> Sheet:
    """Every chosen investment: what is allocated to it, and its expected impact in all and the part that is financed."""
    columns = (
        *p.identity(name=46, decision=9),
        p.column("category_code", "text", 9),
        *p.summed("gross", "eligible", width=12),
        *p.summed("allocated", "refinanced", width=14),
        p.column("financed_share", "percent", 11),
        *p.summed(*EFFECTS, kind="t", width=11),
        *p.summed(*FINANCED, kind="t", width=12),
        p.column("per_mnkr", "per_mnkr", 9),
    )
    rows = tuple(_project(p, i, p.tags[i.id]) for i in p.bonds.impact)
    lines = (p.t("bond_report.projects.line", year=p.bonds.impact_year), p.t("bond_report.projects.per_mnkr"))
    return p.sheet("projects", Block("Projekt", "", columns, rows), lines=lines)


def _project(p: Parts, i: Impact, tag: BondTag) -> tuple[Value, ...]:
    effects = (getattr(i, n) for n in (*EFFECTS, *FINANCED))
    return (*p.who(i.id), _code(i.category), i.gross, *financing([tag]), i.share, *effects, i.tonnes_per_mnkr)


def allocations(p: Parts) -> Sheet:
    """Every krona of every issue, to the outlay that it pays."""
    columns = (
        p.column("issue", "wrapped", 32),
        p.column("id", "text", 8),
        p.column("name", "wrapped", 58),
        p.column("outlay_year", "year", 12),
        p.column("allocation_year", "year", 14),
        p.column("allocation_kind", "text", 16),
        *p.summed("kronor", width=15),
    )
    rows = tuple(
        (clean(a.issue), *p.who(a.id)[:2], a.outlay_year, a.year, p.t(f"bond_report.kind.{a.kind}"), a.kronor) for a in p.bonds.allocations
    )
    return p.sheet("allocations", Block("Allokering", "", columns, rows), lines=(p.t("bond_report.allocations.line"),))


def selection(p: Parts) -> Sheet:
    """What every investment of the city is tagged with, chosen or not; the taxonomy status is kept apart from the category."""
    columns = (
        *p.identity(name=52, decision=19),
        p.column("category_code", "text", 10),
        p.column("share", "percent", 9),
        p.column("taxonomy", "text", 16),
        p.column("tried", "wrapped", 34),
        *p.summed("eligible"),
    )
    order = {layer: n for n, layer in enumerate(Layer)}
    tags = sorted(p.bonds.tags, key=lambda t: (order[p.decisions[t.id].layer], t.id))
    return p.sheet(
        "selection",
        Block("Urval", "", columns, tuple(_selected(p, t) for t in tags)),
        lines=(p.t("bond_report.selection.line"), p.t("bond_report.selection.apart")),
    )


def _selected(p: Parts, tag: BondTag) -> tuple[Value, ...]:
    tried = p.t(f"money.refused.{tag.reason}" if tag.reason else "bond_report.selection.can")
    # 0 would read as if nothing of it could be financed
    eligible = tag.eligible if tag.id in p.impact else None
    return (*p.who(tag.id), _code(tag.category), tag.share, p.t(f"money.taxonomy.{tag.taxonomy}"), tried, eligible)


def _code(category: str | None) -> str | None:
    return clean(category) if category is not None else None
