"""The cost curve in the terminal, as JSON, as a workbook and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rich.console import Console

from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Sheet, workbook_bytes
from portfolio.explored.costs import CostLine, Costs, Ranking
from portfolio.reports.answer import Said
from portfolio.reports.figures import in_unit, per_mnkr, rate, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.money.section import Col, Part, Section, block, show
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.reports.sheets import labels
from portfolio.text import Text


def to_json(found: Costs) -> str:
    """Everything, as it is: kronor are integers, tonnes in t."""
    return dump({"status": "complete" if found.complete else "incomplete", **found.model_dump(mode="json")})


def render(found: Costs, text: Text, console: Console) -> None:
    """The panels, and where a simple ranking goes another way."""
    page = Page(text, console)
    page.line(clean(found.title), "bold")
    for section in sections(found, text):
        show(section, page)
    page.line("")
    if not found.complete:
        page.line(text("costs.incomplete"), "bold red")
    page.line(text("costs.rounded"))


def sections(found: Costs, text: Text) -> list[Section]:
    """Written once, for the terminal and the workbook."""
    made = [curve_section(found, text)]
    if found.ranking is not None:
        made.append(_ranking(found.ranking, found, text))
    return made


def curve_section(found: Costs, text: Text) -> Section:
    """The curve: net cost and tonnes of every started investment."""
    quantity = quantity_name(found, text)
    words = {"first": found.first_year, "last": found.last_year, "quantity": quantity}
    discounted = text("costs.discounted", rate=rate(Decimal(found.rate), text.lang), **words) if found.rate is not None else ""
    lines = [Said(text("costs.what", **words)), Said(discounted or text("costs.undiscounted", **words))]
    total = {"tonnes": tonnes(found.tonnes, text.lang), "outlay": in_unit(found.outlay, text), "net": in_unit(found.net_cost, text)}
    lines.append(Said(text("costs.total", quantity=quantity, **total), "strong"))
    panels = {name: [line for line in found.lines if line.panel == name] for name in ("cost", "saving", "enabler")}
    if not panels["saving"]:
        lines.append(Said(text("costs.no_saving")))
    parts = [_part(name, own, found, text) for name, own in panels.items() if own]
    return Section("costs", tuple(lines), tuple(parts), heading=text("costs.heading"))


def _part(name: str, lines: list[CostLine], found: Costs, text: Text) -> Part:
    columns = [
        Col("", "wrapped", 40, heading=text("costs.column.name")),
        Col("", "text", 9, heading=text("costs.column.id")),
        Col("", "t", 13, summed=True, heading=text("costs.column.tonnes", quantity=quantity_name(found, text))),
        Col("", "mnkr", 12, summed=True, heading=text("costs.column.outlay"), rank=1),
        Col("", "mnkr", 12, summed=True, heading=text("costs.column.net")),
    ]
    charts: tuple[Chart, ...] = ()
    last = "needed_by"
    if name == "cost":
        columns += [
            Col("", "kr", 12, heading=text("costs.column.per_tonne")),
            Col("", "t", 13, heading=text("costs.column.reached"), rank=2),
        ]
        charts = (Chart(text("costs.chart"), text("costs.column.per_tonne"), 1, bars=(5,), number_format="#,##0"),)
        last = ""
    elif name == "enabler":
        columns.append(Col("", "text", 20, heading=text("costs.column.needed_by")))
    reached = Decimal(0)
    rows = []
    for line in lines:
        reached += Decimal(line.tonnes)
        row: list[str | int | Decimal | None] = [clean(line.name), clean(line.id), Decimal(line.tonnes), line.outlay, line.net_cost]
        if name == "cost":
            row += [line.per_tonne, reached]
        elif last and name == "enabler":
            row.append(", ".join(clean(i) for i in line.needed_by) or "–")
        rows.append(tuple(row))
    notes = (text("costs.why_apart"),) if name == "saving" else ()
    return Part(f"kostnad_{name}", text(f"costs.{name}"), tuple(columns), tuple(rows), charts=charts, names=0, notes=notes)


def _ranking(ranking: Ranking, found: Costs, text: Text) -> Section:
    columns = (
        Col("", "count", 7, heading=text("costs.column.rank")),
        Col("", "wrapped", 40, heading=text("costs.column.name")),
        Col("", "text", 9, heading=text("costs.column.id")),
        Col("", "per_mnkr", 12, heading=text("costs.column.alone")),
        Col("", "text", 13, heading=text("costs.column.in_ranking")),
        Col("", "text", 10, heading=text("costs.column.in_plan")),
    )
    yes = {True: text("costs.yes"), False: text("costs.no")}
    rows = [
        (
            line.rank,
            clean(line.name),
            clean(line.id),
            Decimal(line.tonnes) * 1_000_000 / line.kronor if line.kronor else None,
            yes[line.in_ranking],
            yes[line.in_plan],
        )
        for line in ranking.lines
    ]
    part = Part("rangordning", "", columns, tuple(rows), names=1)
    return Section("ranking", tuple(_ranked(ranking, found, text)), (part,), heading=text("costs.ranking"))


def _ranked(ranking: Ranking, found: Costs, text: Text) -> Iterator[Said]:
    lang, quantity = text.lang, quantity_name(found, text)
    yield Said(text("costs.rule", number=ranking.number, kronor=in_unit(ranking.plan_kronor, text)))
    if not ranking.possible:
        yield Said(text("costs.impossible"), "alarm")
        return
    lost = Decimal(ranking.plan_tonnes) - Decimal(ranking.tonnes)
    yield Said(
        text(
            f"costs.{'lost' if lost > 0 else 'won' if lost < 0 else 'level'}",
            tonnes=tonnes(ranking.tonnes, lang),
            kronor=in_unit(ranking.kronor, text),
            per=_per(ranking.tonnes, ranking.kronor, text),
            plan=tonnes(ranking.plan_tonnes, lang),
            plan_kronor=in_unit(ranking.plan_kronor, text),
            plan_per=_per(ranking.plan_tonnes, ranking.plan_kronor, text),
            lost=tonnes(abs(lost), lang),
            quantity=quantity,
        ),
        "strong",
    )
    most = Decimal(ranking.most_tonnes)
    yield Said(text("costs.most", most=tonnes(most, lang), lost=tonnes(most - Decimal(ranking.tonnes), lang), quantity=quantity))
    yield Said(text("costs.disagree", count=len(ranking.lines)) if ranking.lines else text("costs.agree"))


def _per(tonnes_of: Decimal, kr: int, text: Text) -> str:
    return per_mnkr(Decimal(tonnes_of) / kr, text.lang) if kr else "–"


def quantity_name(found: Costs, text: Text) -> str:
    """The tonnes that are counted, in words."""
    return text(f"terminal.quantity.{found.quantity}", year=found.target_year, until=found.until)


def workbook(found: Costs, text: Text) -> bytes:
    """A sheet for the curve, with a native chart, and one for the ranking."""
    sheets = [
        Sheet(
            text(f"costs.sheet.{section.name}"),
            f"{clean(found.title)} – {section.heading}",
            (
                *(said.sentence for said in section.lines),
                *(note for part in section.parts for note in part.notes),
                *(text("costs.bars") for part in section.parts if part.charts),
            ),
            tuple(block(part, text) for part in section.parts if part.rows),
        )
        for section in sections(found, text)
    ]
    return workbook_bytes(sheets, labels(text))
