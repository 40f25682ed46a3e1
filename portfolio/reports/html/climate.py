"""The emission path against the target."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from portfolio.reports.answer import target
from portfolio.reports.figures import tonnes
from portfolio.reports.html import drawing
from portfolio.reports.html.drawing import Bars, Level, Picture
from portfolio.reports.html.elements import el
from portfolio.reports.html.story import Story, paragraphs, section
from portfolio.reports.html.tables import Head, table

COLUMNS = ("reference", "reductions", "external_reductions", "emissions", "removals")


def emissions(story: Story) -> Element | None:
    """The path to the last effect year, the target year in its place; nothing for a model without emissions."""
    run, text, prose, lang = story.run, story.text, story.prose, story.lang
    lines = run.emissions
    at = next((e for e in lines if e.year == run.target_year), None)
    if at is None:
        return None
    goal = run.target_tonnes
    figures = {"year": run.target_year, "emissions": tonnes(at.emissions, lang), "reference": tonnes(at.reference, lang)}
    picture = Picture("path", text("html.emissions.picture"), text("html.emissions.says", **figures), text("workbook.tonnes"), 1, at.year)
    levels = [Level(text("html.emissions.reference"), [e.reference for e in lines], "frame")]
    said = [said.sentence for said in target(run, prose)]
    if goal is not None:
        levels.append(Level(text("html.emissions.target", year=at.year), [goal] * len(lines)))
        net = at.emissions - at.removals
        values = {"year": at.year, "removals": tonnes(at.removals, lang), "net": tonnes(net, lang)}
        said.append(prose("terminal.emissions.net" if net > 0 else "terminal.emissions.net_zero", **values))
    drawn = drawing.over_years(
        picture, [e.year for e in lines], [Bars(text("html.emissions.left"), [e.emissions for e in lines])], levels, lang
    )
    shown = [e for e in lines if e.year <= max(run.target_year, run.years[-1].year)]
    heads = [Head(text("money.short.year"), "year"), *(Head(text(f"terminal.emissions.{n}"), "t") for n in COLUMNS)]
    rows = [(e.year, *(getattr(e, n) for n in COLUMNS)) for e in shown]
    found = table(text("html.emissions.table"), heads, rows, text)
    return section("emissions", story, *paragraphs(said), drawn, found, el("p", text("html.emissions.how"), class_="note"))
