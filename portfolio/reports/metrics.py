"""Six measures side by side in the terminal and as JSON."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console

from portfolio.explored.metrics import Measured, Metrics
from portfolio.outcome import SolveStatus
from portfolio.reports.comparison import render as render_comparison
from portfolio.reports.figures import in_unit, per_mnkr, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.text import Text


def to_json(found: Metrics) -> str:
    """Everything, as it is: kronor are integers, tonnes in t."""
    return dump({"status": "complete" if found.complete else "incomplete", **found.model_dump(mode="json")})


def render(found: Metrics, text: Text, console: Console) -> None:
    """Every plan by every measure, what choosing by the wrong one costs, and what differs."""
    page, lang = Page(text, console), text.lang
    page.line(clean(found.title), "bold")
    page.line(text("metrics.what", objective=text(f"metrics.objective.{found.objective}")))
    if "removal" in found.counts:
        page.line(text("metrics.removals", year=found.target_year))
    names = ("target_year", "cumulative", "lifetime")
    columns = [(text("metrics.best_for"), "left")]
    columns += [(text(f"metrics.quantity.{name}", year=found.target_year, until=found.until), "right") for name in names]
    columns += [(text("metrics.gross"), "right"), (text("metrics.net"), "right"), (text("metrics.ratio"), "right")]
    rows = [
        (
            f"{n + 1} {_label(p, found, text)}{'*' if n == found.own else ''}{'' if _proven(p) else '†'}",
            *(tonnes(p.tonnes[name], lang) for name in names),
            in_unit(p.kronor["gross"], text),
            in_unit(p.kronor["net"], text),
            per_mnkr(Decimal(p.ratio), lang) if p.ratio is not None else "–",
        )
        for n, p in enumerate(found.plans)
    ]
    page.table(columns, rows, names=0, whole=True)
    page.line(text("metrics.own" if found.own is not None else "metrics.own_missing"))
    if found.missing:
        labels = [label(quantity, krona, found.target_year, found.until, text) for quantity, krona in found.missing]
        page.line(text("metrics.missing", measures="; ".join(labels)), "bold red")
    for n, plan in enumerate(found.plans):
        if plan.same_as != n:
            page.line(text("metrics.same", one=n + 1, other=plan.same_as + 1))
    page.line("")
    own = found.plans[found.own] if found.own is not None else None
    for n, plan in enumerate(found.plans):
        # what choosing by another measure costs is known when both plans are proven
        if own is not None and _proven(own) and _proven(plan) and plan.same_as == n != own.same_as:
            page.line(_cost(plan, own, found, text))
    page.line("")
    if not all(map(_proven, found.plans)):
        page.line(text("metrics.incomplete"), "bold red")
    if len(found.plans) > 1:
        render_comparison(found.comparison, text, console)


def _proven(plan: Measured) -> bool:
    return plan.status == SolveStatus.PROVEN_BEST.value


def label(quantity: str, krona: str, year: int, until: int, text: Text) -> str:
    """What a measure is called."""
    return text(f"metrics.label.{quantity}", year=year, until=until, krona=text(f"metrics.krona.{krona}"))


def _label(plan: Measured, found: Metrics, text: Text) -> str:
    return label(plan.quantity, plan.krona, found.target_year, found.until, text)


def _cost(plan: Measured, own: Measured, found: Metrics, text: Text) -> str:
    """What the plan gives by the model's own quantity against the plan that is best by the model's own measure."""
    mine, best = Decimal(plan.tonnes[own.quantity]), Decimal(own.tonnes[own.quantity])
    kronor = plan.kronor[own.krona] - own.kronor[own.krona]
    more, dearer = "more" if mine > best else "fewer", "dearer" if kronor > 0 else "cheaper"
    words = {
        "measure": _label(plan, found, text),
        "quantity": text(f"metrics.quantity.{own.quantity}", year=found.target_year, until=found.until),
        "tonnes": text(f"metrics.{more}", tonnes=tonnes(abs(mine - best), text.lang)) if mine != best else text("metrics.as_many"),
        "kronor": text(f"metrics.{dearer}", mnkr=in_unit(abs(kronor), text)) if kronor else text("metrics.as_dear"),
    }
    return text("metrics.costs", **words)
