"""Near-optimal plans and what they agree on, in the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from portfolio.explored.near import Near, NearPlan
from portfolio.reports.figures import in_unit, number, per_mnkr, rate, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.folded import folded_table
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.text import Text


def to_json(found: Near) -> str:
    """Everything, as it is: kronor are integers, tonnes in t."""
    return dump({"status": "complete" if found.complete else "incomplete", **found.model_dump(mode="json")})


def render(found: Near, text: Text, console: Console) -> None:
    """The plans, the recommended one first, then the investments by how many of all such plans have them."""
    page = Page(text, console)
    page.line(clean(found.title), "bold")
    objective = text(f"near.objective.{found.objective}", krona=text(f"terminal.krona.{found.krona}"))
    page.line(text("near.what", within=rate(found.within, text.lang), objective=objective))
    page.line(_count(found, text))
    names = (("plan", "right"), ("worse", "right"), ("ratio", "right"), ("tonnes", "right"), ("kronor", "right"), ("against", "left"))
    columns = [(text(f"near.column.{name}"), side) for name, side in names]
    folded_table(page, columns, [_row(n, plan, text) for n, plan in enumerate(found.plans, start=1)])
    for sentence in _agreed(found, text):
        page.line(sentence)
    if found.sometimes:
        page.title(text("near.sometimes", count=len(found.sometimes)))
        heads = (("id", "left"), ("name", "left"), ("recommended", "left"), ("listed", "right"))
        rows = [_contested(i, found, text) for i in found.sometimes]
        page.table([(text(f"near.column.{name}"), side) for name, side in heads], rows, names=1)
    page.line("")
    if not found.complete:
        page.line(text("near.incomplete"), "bold red")
    if found.unsettled:
        page.line(text("near.unsettled", ids=_ids(found.unsettled)))
    page.line(text("near.rounded"))


def _count(found: Near, text: Text) -> str:
    """How many there are, or that there are more; only what is proven is said."""
    if found.every_set:
        return text("near.only" if len(found.plans) == 1 else "near.every", count=len(found.plans))
    return text("near.more" if found.complete or len(found.plans) == found.most else "near.some", count=len(found.plans))


def _row(n: int, plan: NearPlan, text: Text) -> Sequence[str]:
    lang = text.lang
    ratio = per_mnkr(plan.ratio, lang) if plan.ratio is not None else "–"
    worse = number(plan.worse * 100, 2, lang)
    against = _against(plan, text) if n > 1 else text("near.first")
    return (str(n), worse, ratio, tonnes(plan.tonnes, lang), in_unit(plan.kronor, text), against)


def _against(plan: NearPlan, text: Text) -> str:
    parts = [text(f"near.{name}", ids=_ids(ids)) for name, ids in (("come", plan.come), ("gone", plan.gone)) if ids]
    return "; ".join(parts)


def _agreed(found: Near, text: Text) -> Iterator[str]:
    """What is in all of them and in none, proven over all plans within the share."""
    within = rate(found.within, text.lang)
    yield text("near.proven", within=within)
    for name, ids in (("always", found.always), ("never", found.never)):
        if ids:
            yield text(f"near.{name}", count=len(ids), ids=_ids(ids))
        else:
            yield text(f"near.{name}_none")
    if not found.sometimes and not found.unsettled:
        yield text("near.sometimes_none")


def _contested(i: str, found: Near, text: Text) -> Sequence[str]:
    inside = sum(i in plan.chosen for plan in found.plans)
    recommended = text("near.yes" if i in found.plans[0].chosen else "near.no")
    return (clean(i), clean(found.names[i]), recommended, text("near.of", inside=inside, all=len(found.plans)))


def _ids(ids: Sequence[str]) -> str:
    return ", ".join(clean(i) for i in ids)
