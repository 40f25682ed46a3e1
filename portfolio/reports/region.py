"""A region's plans in the terminal and as JSON."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console

from portfolio.explored.region import RegionPlan
from portfolio.reports.figures import in_unit, per_mnkr, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.text import Text


def to_json(found: RegionPlan) -> str:
    """Everything, as it is: kronor are integers, tonnes in t."""
    status = "proven_best" if found.proven else "feasible_not_proven"
    return dump({"status": status, **found.model_dump(mode="json")})


def render(found: RegionPlan, text: Text, console: Console) -> None:
    """How far the proof goes, the pool and its price, and a row for each city."""
    page, lang = Page(text, console), text.lang
    page.line(clean(found.title), "bold")
    words = {"tonnes": tonnes(found.tonnes, lang), "until": found.until, "count": len(found.cities)}
    if found.proven:
        page.line(text("region.proven", **words), "bold")
    else:
        page.line(text("region.not_proven", bound=tonnes(found.bound, lang), gap=tonnes(found.gap, lang), **words), "bold red")
    pool = {"drawn": found.drawn, "pool": found.pool, "left": found.pool - found.drawn}
    page.line(text("region.pool", **{name: in_unit(kr, text) for name, kr in pool.items()}))
    page.line(text("region.price", price=per_mnkr(found.price, lang)) if found.price else text("region.free"))
    page.line(text("region.audit", checks=sum(c.checks for c in found.cities)))
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
