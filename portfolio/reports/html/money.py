"""Frame and outlay, debt against mandate, operating charges, funding, and bonds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.etree.ElementTree import Element

from portfolio.excel.decision_workbook import Value
from portfolio.outcome import Run
from portfolio.reports.html import drawing
from portfolio.reports.html.drawing import Bars, Level, Picture
from portfolio.reports.html.elements import Content, el
from portfolio.reports.html.story import Story, paragraphs, section
from portfolio.reports.html.tables import Head, of_part, table
from portfolio.reports.money.bonds import bond_section
from portfolio.reports.money.debt import charge_section, debt_section
from portfolio.reports.money.funding import funding_section, source_name
from portfolio.reports.money.section import Part, Section
from portfolio.statements import DebtStatement, FundingStatement

MILLION = 1_000_000
WHOLE = 8
"""Highest rank of a column of the debt path with which each row adds up, as the sentence below it says."""


def year_by_year(story: Story) -> Element:
    """Outlays in the plan and in the gap against the plan's frame."""
    run, text = story.run, story.text
    years = [y.year for y in run.years]
    bars = [Bars(text("html.look.plan"), [y.outlay_plan for y in run.years])]
    if any(y.outlay_gap for y in run.years):
        bars.append(Bars(text("html.look.gap"), [y.outlay_gap for y in run.years], "hatch"))
    framed = any(y.frame is not None for y in run.years)
    levels = [Level(text("html.years.available"), [y.frame_available for y in run.years], "frame")] if framed else []
    picture = Picture(
        "outlay",
        text("html.years.picture" if framed else "html.years.picture_no_frame"),
        text("html.years.says", **_ends(run)),
        text("workbook.mnkr"),
        MILLION,
    )
    heads = [
        Head(text("money.short.year"), "year"),
        Head(text("html.years.frame")),
        Head(text("html.years.available")),
        Head(text("html.look.plan"), summed=True),
        Head(text("html.look.gap"), summed=True),
        Head(text("money.short.grants"), summed=True),
    ]
    rows: list[tuple[Value, ...]] = [(y.year, y.frame, y.frame_available, y.outlay_plan, y.outlay_gap, y.grants) for y in run.years]
    if not framed:
        heads, rows = [heads[0], *heads[3:]], [(r[0], *r[3:]) for r in rows]
    how = text("html.years.how" if framed else "html.years.no_frame")
    drawn = drawing.over_years(picture, years, bars, levels, story.lang)
    return section("years", story, el("p", how), drawn, table(text("html.years.table"), heads, rows, text), story.rounded())


def _ends(run: Run) -> dict[str, int]:
    return {"first": run.years[0].year, "last": run.years[-1].year}


def debt(story: Story) -> Element | None:
    """The debt path against the mandate; nothing for a model without debt."""
    run, text = story.run, story.text
    statement = run.debt
    if statement is None:
        return None
    said, parts = _said(debt_section(run, story.prose)), _parts(debt_section(run, text))
    found: list[Content] = [*said[:-1], _debt_picture(story, statement), of_part(parts["Skuld"], text, widest=WHOLE)]
    if "Fick_ge_vika" in parts:
        found.append(of_part(parts["Fick_ge_vika"], text))
    return section("debt", story, *found, _formula(said[-1]), story.rounded())


def _debt_picture(story: Story, statement: DebtStatement) -> Element:
    text, lines = story.text, statement.group
    picture = Picture(
        "debt-path",
        text("money.debt.chart"),
        text("html.debt.says", year=statement.tightest_year, headroom=story.mnkr(statement.headroom), **_ends(story.run)),
        text("workbook.mnkr"),
        MILLION,
    )
    bars = [Bars(text("html.debt.closing"), [y.closing for y in lines])]
    levels = [Level(text("html.debt.mandate"), [y.mandate for y in lines])]
    return drawing.over_years(picture, [y.year for y in lines], bars, levels, story.lang)


def charges(story: Story) -> Element | None:
    """Operating charges by year and owner; nothing for a model without an internal rate."""
    run, text = story.run, story.text
    statement = run.charges
    if statement is None:
        return None
    said, parts = _said(charge_section(run, story.prose)), _parts(charge_section(run, text))
    highest = {"year": statement.highest_year, "mnkr": story.mnkr(statement.highest)}
    picture = Picture(
        "charge-path",
        text("html.charges.picture"),
        text("html.charges.says", **highest),
        text("workbook.mnkr"),
        MILLION,
        statement.highest_year,
    )
    lines = statement.total
    limits = [Level(text("html.charges.limit"), [y.limit for y in lines])] if any(y.limit is not None for y in lines) else []
    bars = [Bars(text("html.charges.total"), [y.total for y in lines])]
    drawn = drawing.over_years(picture, [y.year for y in lines], bars, limits, story.lang)
    shown = {y.year for y in run.years} | {run.target_year}
    within = _kept(parts["Driftkonsekvenser"], lambda row: row[0] in shown)
    tables = (of_part(part, text, widest=4) for part in (within, parts.get("Per_agare")) if part is not None)
    return section("charges", story, *said[:-1], drawn, *tables, _formula(said[-1]), story.rounded())


def funding(story: Story) -> Element | None:
    """Who pays; nothing for a model without sources."""
    run, text = story.run, story.text
    statement = run.funding
    if statement is None:
        return None
    parts = _parts(funding_section(run, text))
    found = [
        *_said(funding_section(run, story.prose)),
        _sources(story, statement),
        of_part(_kept(parts["Kallor"], lambda row: bool(row[2])), text, widest=1),
    ]
    return section("funding", story, *found, story.rounded())


def _sources(story: Story, statement: FundingStatement) -> Element:
    text = story.text
    used = [s for s in statement.sources if s.kronor]
    rows = [drawing.Rung(source_name(s.source, text), f"{story.mnkr(s.kronor)} {text('workbook.mnkr')}", [(s.kronor, "bar")]) for s in used]
    says = "; ".join(f"{row.name}: {row.said}" for row in rows)
    return drawing.rungs(Picture("sources", text("html.funding.picture"), says, text("workbook.mnkr"), MILLION), rows)


def bonds(story: Story) -> Element | None:
    """What sustainable bonds finance; nothing for a model without bonds."""
    run, text = story.run, story.text
    if run.bonds is None:
        return None
    parts = _parts(bond_section(run, text))
    told = bond_section(run, story.prose)
    found = _said(told)
    if "Kategorier" in parts:
        found.append(of_part(_kept(parts["Kategorier"], lambda row: bool(row[2])), text, widest=1))
    found += paragraphs(note for part in told.parts if part.name == "Effekt" for note in part.notes)
    if "Ramverk" in parts:
        found.append(of_part(parts["Ramverk"], text))
    return section("bonds", story, *found, story.rounded())


def _parts(found: Section) -> dict[str, Part]:
    return {p.name: p for p in found.parts if p.rows}


def _kept(part: Part, wanted: Callable[[tuple[Value, ...]], bool]) -> Part:
    """The part with only some of its rows."""
    return replace(part, rows=tuple(row for row in part.rows if wanted(row)))


def _said(found: Section) -> list[Element]:
    return paragraphs(found.lines)


def _formula(said: Element) -> Element:
    """How the figures hang together, smaller than what they say."""
    said.set("class", "note")
    return said
