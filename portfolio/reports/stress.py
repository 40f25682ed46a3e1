"""Stress tests in the terminal, as JSON and as a workbook with charts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rich.console import Console

from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Sheet, Value, workbook_bytes
from portfolio.explored.stress import Stress, StressLine, Worth
from portfolio.reports.answer import Said
from portfolio.reports.figures import tonnes
from portfolio.reports.findings import clean
from portfolio.reports.limits import limit_name
from portfolio.reports.money.section import Col, Part, Section, block, show
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.reports.sheets import labels
from portfolio.text import Text


def to_json(found: Stress) -> str:
    """Everything, as it is: kronor are integers, tonnes in t."""
    return dump({"status": "complete" if found.complete else "incomplete", **found.model_dump(mode="json")})


def render(found: Stress, text: Text, console: Console) -> None:
    """The plan held, the adapted plan, and what each test changes."""
    page = Page(text, console)
    page.line(clean(found.title), "bold")
    for section in sections(found, text):
        show(section, page)
    page.line("")
    if not found.complete:
        page.line(text("stress.incomplete"), "bold red")
    page.line(text("stress.rounded"))


def sections(found: Stress, text: Text) -> list[Section]:
    """Written once, for the terminal and the workbook."""
    quantity = text(f"terminal.quantity.{found.quantity}", year=found.target_year, until=found.until)
    what = [Said(text("stress.what"))]
    if found.target is not None:
        what.append(Said(text("stress.target", year=str(found.target_year), target=tonnes(found.target, text.lang))))
    held = [Said(sentence) for line in found.lines for sentence in _held(line, text)]
    changes = [Said(_change(line, text)) for line in found.lines if line.name]
    rows = tuple(_row(line, line.held, text) for line in found.lines)
    adapted = tuple(_row(line, line.adapted, text) for line in found.lines if line.adapted is not None)
    return [
        Section("held", (*what, *held), (_part("hallen", quantity, rows, found, text),), heading=text("stress.heading.held")),
        Section("adapted", tuple(changes), (_part("anpassad", quantity, adapted, found, text),), heading=text("stress.heading.adapted")),
    ]


def _part(name: str, quantity: str, rows: tuple[tuple[Value, ...], ...], found: Stress, text: Text) -> Part:
    columns = [Col("", "text", 34, heading=text("stress.column.test")), Col("", "t", 13, heading=quantity)]
    columns += [Col("", "mnkr", 12, heading=text("stress.column.kronor", krona=text(f"terminal.krona.{found.krona}")))]
    columns += [Col("", "t", 13, heading=text("stress.column.emissions", year=str(found.target_year)))]
    columns += [Col("", "mnkr", 12, heading=text("stress.column.debt"))]
    charts = (
        Chart(quantity, quantity, 0, bars=(1,), number_format="#,##0"),
        Chart(text("stress.column.debt"), text("stress.column.debt"), 0, bars=(4,)),
    )
    return Part(name, "", tuple(columns), rows, charts, names=0)


def _row(line: StressLine, worth: Worth, text: Text) -> tuple[Value, ...]:
    emissions = Decimal(worth.emissions) if worth.emissions is not None else None
    return (_title(line, text), Decimal(worth.tonnes), worth.kronor, emissions, worth.debt)


def _title(line: StressLine, text: Text) -> str:
    return clean(line.title) if line.name else text("stress.as_it_is")


def _held(line: StressLine, text: Text) -> Iterator[str]:
    if line.falls:
        yield text("stress.falls", test=_title(line, text), ids=", ".join(clean(i) for i in line.falls))
    if line.broken:
        limits = ", ".join(limit_name(name, text) for name in line.broken)
        yield text("stress.breaks", test=_title(line, text), limits=limits)


def _change(line: StressLine, text: Text) -> str:
    test = _title(line, text)
    if line.adapted is None:
        return text("stress.no_plan" if line.status == "infeasible" else "stress.not_found", test=test)
    lists = (("come", line.come), ("gone", line.gone), ("moved", line.moved))
    parts = [text(f"stress.{name}", ids=", ".join(clean(i) for i in ids)) for name, ids in lists if ids]
    return text("stress.changes", test=test, change="; ".join(parts) if parts else text("stress.same"))


def workbook(found: Stress, text: Text) -> bytes:
    """A sheet for the plan held and one for the adapted plans, with native charts."""
    sheets = [
        Sheet(
            text(f"stress.sheet.{section.name}"),
            f"{clean(found.title)} – {section.heading}",
            tuple(said.sentence for said in section.lines),
            tuple(block(part, text) for part in section.parts),
        )
        for section in sections(found, text)
    ]
    return workbook_bytes(sheets, labels(text))
