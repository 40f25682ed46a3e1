"""The curves in the terminal, as JSON and as a workbook."""

from __future__ import annotations

from rich.console import Console

from portfolio.excel.decision_workbook import Sheet, workbook_bytes
from portfolio.explored.frontier import Curve, Frontier
from portfolio.reports.figures import in_unit, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.frontier.sections import sections
from portfolio.reports.money.section import block, show
from portfolio.reports.page import STYLES, Page
from portfolio.reports.plot import Axes, Mark, plot
from portfolio.reports.run_json import dump
from portfolio.reports.sheets import labels
from portfolio.text import Text


def to_json(found: Frontier) -> str:
    """Everything, as it is: kronor are integers, tonnes in t."""
    status = "complete" if found.complete else "incomplete"
    return dump({"status": status, **found.model_dump(mode="json")})


def render(found: Frontier, text: Text, console: Console, *, everything: bool = False) -> None:
    """A plot of each curve and what is said of it; with `everything` also its points."""
    page = Page(text, console)
    page.line(clean(found.title), "bold")
    for section in sections(found, text):
        curve = next((c for c in found.curves if c.name == section.name), None)
        if curve is None:
            show(section, page)
            continue
        page.title(section.heading)
        page.line("")
        for line in _plotted(curve, text, console.width):
            page.verbatim(line)
        page.line("")
        for said in section.lines:
            page.line(said.sentence, STYLES[said.weight])
        if everything:
            show(section, page, told=True)
    page.line("")
    page.line(text("frontier.rounded"))


def _plotted(curve: Curve, text: Text, width: int) -> list[str]:
    marks = [Mark(p.kronor, p.tonnes, "O" if p.step else "*") for p in curve.points]
    first, last = curve.points[0], curve.points[-1]
    axes = Axes(
        (in_unit(first.kronor, text), f"{in_unit(last.kronor, text)} {text('terminal.unit.mnkr')}"),
        (tonnes(first.tonnes, text.lang), tonnes(last.tonnes, text.lang)),
    )
    return plot(marks, axes, min(width, 100))


def workbook(found: Frontier, text: Text) -> bytes:
    """A sheet for each curve, with a native chart."""
    sheets = [
        Sheet(
            text(f"frontier.sheet.{section.name}"),
            f"{clean(found.title)} – {section.heading}",
            tuple(said.sentence for said in section.lines),
            tuple(block(part, text) for part in section.parts if part.rows),
        )
        for section in sections(found, text)
    ]
    return workbook_bytes(sheets, labels(text))
