"""The interval version of the robust decisions in the terminal, as JSON and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console

from portfolio.excel.decision_workbook import Sheet, workbook_bytes
from portfolio.explored.interval import Interval
from portfolio.explored.robust import CoreLine
from portfolio.reports.answer import Said
from portfolio.reports.findings import clean
from portfolio.reports.money.section import Part, Section, block, show
from portfolio.reports.page import Page
from portfolio.reports.robust import core_columns, core_row
from portfolio.reports.run_json import dump
from portfolio.reports.sheets import labels
from portfolio.text import Text


def to_json(found: Interval) -> str:
    """Everything, as it is: shares 0–1."""
    return dump({"status": "complete", **found.model_dump(mode="json")})


def render(found: Interval, text: Text, console: Console) -> None:
    """What was asked, whether the recommended plan holds, and what stands."""
    page = Page(text, console)
    page.line(clean(found.title), "bold")
    show(section(found, text), page)


def section(found: Interval, text: Text) -> Section:
    """Written once, for the terminal and the workbook."""
    by_kind = {kind: [line for line in found.cores if line.core == kind] for kind in ("always", "contested", "never")}
    ordered = sorted(by_kind["contested"], key=lambda line: (-line.share, line.id))
    columns = core_columns(text)
    settled = tuple(core_row(x, text) for kind in ("always", "never") for x in by_kind[kind])
    parts = (
        Part("omstridda", text("robust.contested"), columns, tuple(core_row(x, text) for x in ordered), names=0),
        Part("avgjorda", text("robust.settled"), columns, settled, names=0),
    )
    return Section("core", tuple(_lines(found, by_kind, text)), tuple(p for p in parts if p.rows), heading=text("robust.heading.core"))


def _lines(found: Interval, by_kind: Mapping[str, Sequence[CoreLine]], text: Text) -> Iterator[Said]:
    most = text("robust.interval.all") if found.deviations is None else text("robust.interval.most", count=found.deviations)
    yield Said(text("robust.interval.what", figures=found.figures, most=most))
    yield Said(text("robust.interval.plans", plans=found.plans, holding=found.holding, enough=found.enough, unbeaten=found.unbeaten))
    if not found.cores:
        yield Said(text("robust.interval.none"), "alarm")
        return
    if not found.recommended_holds:
        yield Said(text("robust.interval.recommended_breaks"), "alarm")
    elif found.recommended_unbeaten:
        yield Said(text("robust.interval.recommended_unbeaten"))
    else:
        yield Said(text("robust.interval.recommended_beaten"), "alarm")
    for kind in ("always", "never"):
        ids = ", ".join(clean(line.id) for line in by_kind[kind])
        yield Said(text(f"robust.interval.{kind}", count=len(by_kind[kind]), ids=ids or "–"))
    if not by_kind["contested"]:
        yield Said(text("robust.contested_none"))


def workbook(found: Interval, text: Text) -> bytes:
    """One sheet: what stands, what is contested."""
    made = section(found, text)
    sheet = Sheet(
        text("robust.sheet.core"),
        f"{clean(found.title)} – {made.heading}",
        tuple(said.sentence for said in made.lines),
        tuple(block(part, text) for part in made.parts),
    )
    return workbook_bytes([sheet], labels(text))
