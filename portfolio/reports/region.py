"""A region's plans in the terminal, as JSON and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rich.console import Console

from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Sheet, workbook_bytes
from portfolio.explored.region import RegionPlan
from portfolio.reports.answer import Said
from portfolio.reports.figures import in_unit, per_mnkr, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.money.section import Col, Part, block
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.reports.sheets import labels
from portfolio.text import Text


def to_json(found: RegionPlan) -> str:
    """Everything, as it is: kronor are integers, tonnes in t."""
    status = "proven_best" if found.proven else "feasible_not_proven"
    return dump({"status": status, **found.model_dump(mode="json")})


def render(found: RegionPlan, text: Text, console: Console) -> None:
    """How far the proof goes, the pool and its price, and a row for each city."""
    page, lang = Page(text, console), text.lang
    page.line(clean(found.title), "bold")
    for said in _head(found, text):
        page.line(said.sentence, "bold red" if said.weight == "alarm" else "bold" if said.weight == "strong" else "")
    columns = [(text("region.city"), "left")]
    columns += [(text(f"region.{name}"), "right") for name in ("chosen", "kronor", "drawn", "tonnes", "unlimited")]
    rows = [
        (
            clean(c.name),
            text("region.of", chosen=len(c.decisions), of=c.of),
            in_unit(c.kronor, text),
            in_unit(c.drawn, text),
            tonnes(c.tonnes, lang),
            tonnes(c.unlimited, lang),
        )
        for c in found.cities
    ]
    together = (
        text("region.together"),
        text("region.of", chosen=sum(len(c.decisions) for c in found.cities), of=sum(c.of for c in found.cities)),
        in_unit(sum(c.kronor for c in found.cities), text),
        in_unit(found.drawn, text),
        tonnes(found.tonnes, lang),
        tonnes(sum((c.unlimited for c in found.cities), Decimal(0)), lang),
    )
    page.line("")
    page.table(columns, [*rows, together], names=0)
    page.line(text("region.footnote", until=found.until))
    if not found.finished:
        page.line(text("region.unfinished"))


def _head(found: RegionPlan, text: Text) -> Iterator[Said]:
    """How far the proof goes, the pool and its price, the audit."""
    lang = text.lang
    words = {"tonnes": tonnes(found.tonnes, lang), "until": found.until, "count": len(found.cities)}
    if found.proven:
        yield Said(text("region.proven", **words), "strong")
    else:
        yield Said(text("region.not_proven", bound=tonnes(found.bound, lang), gap=tonnes(found.gap, lang), **words), "alarm")
    pool = {"drawn": found.drawn, "pool": found.pool, "left": found.pool - found.drawn}
    yield Said(text("region.pool", **{name: in_unit(kr, text) for name, kr in pool.items()}))
    yield Said(
        text("region.price" if found.pool == found.drawn else "region.price_left", price=per_mnkr(found.price, lang))
        if found.price
        else text("region.free")
    )
    yield Said(text("region.audit", checks=sum(c.checks for c in found.cities)))


def workbook(found: RegionPlan, text: Text) -> bytes:
    """A sheet with a row for each city, and one with a row for each investment that is started and what it draws from the pool."""
    by_city = (
        Col("", "text", 28, heading=text("region.city")),
        Col("", "count", 9, summed=True, heading=text("region.chosen")),
        Col("", "count", 9, summed=True, heading=text("region.possible")),
        Col("", "mnkr", 13, summed=True, heading=text("region.kronor")),
        Col("", "mnkr", 16, summed=True, heading=text("region.drawn_mnkr")),
        Col("", "t", 14, summed=True, heading=text("region.tonnes")),
        Col("", "t", 14, summed=True, heading=text("region.unlimited")),
    )
    cities = tuple(
        (clean(c.name), len(c.decisions), c.of, c.kronor, c.drawn, Decimal(c.tonnes), Decimal(c.unlimited)) for c in found.cities
    )
    chart = Chart(text("region.chart"), text("region.drawn_mnkr"), 0, bars=(4,))
    by_investment = (
        Col("", "text", 28, heading=text("region.city")),
        Col("", "text", 44, heading=text("region.investment")),
        Col("", "text", 10, heading=text("region.id")),
        Col("", "year", 9, heading=text("region.start")),
        Col("", "count", 10, heading=text("region.percent")),
        Col("", "mnkr", 13, summed=True, heading=text("region.kronor")),
        Col("", "mnkr", 16, summed=True, heading=text("region.drawn_mnkr")),
    )
    investments = tuple(
        (clean(c.name), clean(x.name), clean(x.id), x.start, x.percent, x.outlay, x.drawn)
        for c in found.cities
        for x in sorted(c.decisions, key=lambda x: (x.drawn == 0, x.id))
    )
    lines = [*(said.sentence for said in _head(found, text)), text("region.footnote", until=found.until)]
    lines += [] if found.finished else [text("region.unfinished")]
    title = clean(found.title)
    sheets = [
        Sheet(text("region.sheet.cities"), title, tuple(lines), (block(Part("stader", "", by_city, cities, (chart,)), text),)),
        Sheet(
            text("region.sheet.investments"),
            f"{title} – {text('region.sheet.investments')}",
            (text("region.granted"),),
            (block(Part("beviljat", "", by_investment, investments), text),),
        ),
    ]
    return workbook_bytes(sheets, labels(text))
