"""Who pays for what, as people read it."""

from __future__ import annotations

from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Value
from portfolio.outcome import Run
from portfolio.reports.answer import Said
from portfolio.reports.figures import in_unit
from portfolio.reports.findings import clean
from portfolio.reports.money.section import NAME_AND_ID, Col, Names, Part, Section, missing
from portfolio.statements import FundingStatement, SourceLine
from portfolio.text import Text


def funding_section(run: Run, text: Text) -> Section:
    """Sources first, then by year, what is left, and by investment."""
    funding = run.funding
    if funding is None:
        return missing("funding", text)
    used = [s for s in funding.sources if s.kronor]
    listed = ", ".join(text("money.funding.of", source=source_name(s.source, text), mnkr=in_unit(s.kronor, text)) for s in used)
    lines = [
        Said(text("money.funding.all", mnkr=in_unit(funding.kronor, text), listed=listed or "–"), "strong"),
        Said(text("money.funding.order")),
        *_refinanced(run, text),
    ]
    parts = (_by_source(funding, text), _by_year(funding, used, text), _left(funding, text), _by_investment(run, funding, used, text))
    return Section("funding", tuple(lines), parts)


def _refinanced(run: Run, text: Text) -> list[Said]:
    """Why bonds have less left than their limit here says: what no outlay of the plan needs may refinance earlier loans."""
    refinanced = sum(y.refinanced for y in run.bonds.pool) if run.bonds is not None else 0
    if run.bonds is None or not refinanced:
        return []
    last = run.bonds.pool[-1]
    said = {"refinanced": in_unit(refinanced, text), "last": last.year, "closing": in_unit(last.closing, text)}
    return [Said(text("money.funding.refinanced", **said))]


def source_name(source: str, text: Text) -> str:
    """Grants and partners by what they are; a source of the model by its own name."""
    return text(f"money.source.{source}") if text.has(f"money.source.{source}") else clean(source)


def _by_source(funding: FundingStatement, text: Text) -> Part:
    rows = tuple((source_name(s.source, text), s.price, s.kronor, text(f"money.kind.{s.kind}")) for s in funding.sources)
    columns = (Col("source", "text", 40), Col("price", "rate"), Col("paid", summed=True), Col("kind", "text", rank=1))
    return Part("Kallor", text("money.funding.sources"), columns, rows, names=0)


def _by_year(funding: FundingStatement, used: list[SourceLine], text: Text) -> Part:
    """Year by source, with the total."""
    years = [y.year for y in funding.sources[0].years]
    columns = (
        Col("year", "year", 40),
        *(Col("", heading=source_name(s.source, text), width=16, summed=True) for s in used),
        Col("total", summed=True),
    )
    rows: list[tuple[Value, ...]] = []
    for n, year in enumerate(years):
        paid = [s.years[n].used for s in used]
        rows.append((year, *paid, sum(paid)))
    chart = Chart(text("money.funding.chart"), text("workbook.mnkr"), 0, bars=tuple(range(1, len(used) + 1)))
    return Part("Kallor_och_ar", text("money.funding.years"), columns, tuple(rows), (chart,) if used else ())


def _left(funding: FundingStatement, text: Text) -> Part:
    """Sources with a limit: what they have, pay and keep, year by year."""
    rows = tuple(
        (source_name(s.source, text), y.year, y.available, y.used, y.left)
        for s in funding.sources
        for y in s.years
        if y.available is not None
    )
    columns = (Col("source", "text", 40), Col("year", "year"), Col("available"), Col("used"), Col("left"))
    return Part("Granser", text("money.funding.limits"), columns, rows, names=0)


def _by_investment(run: Run, funding: FundingStatement, used: list[SourceLine], text: Text) -> Part:
    names = Names(run)
    sums: dict[str, dict[str, int]] = {}
    for use in funding.uses:
        of = sums.setdefault(use.id, {})
        of[use.source] = of.get(use.source, 0) + use.kronor
    columns = (
        *NAME_AND_ID,
        *(Col("", heading=source_name(s.source, text), width=16, summed=True) for s in used),
        Col("total", summed=True),
    )
    rows: list[tuple[Value, ...]] = []
    for i, paid in sorted(sums.items()):
        rows.append((*names.row(i), *(paid.get(s.source, 0) for s in used), sum(paid.values())))
    return Part("Investeringar_och_kallor", text("money.funding.investments"), columns, tuple(rows), names=0)
