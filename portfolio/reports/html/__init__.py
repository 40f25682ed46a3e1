"""`rapport.html`: the story of a plan for a council member, in one file that asks for nothing outside itself.

It has no script, but for the one that moves the sliders over a grid of budgets, when one was asked for.
It computes nothing: every figure is one of the run's, and stands in the file exactly beside the rounded one. A section is a module's
function of a `Story`; a section that the model has no figures for is None.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Final
from xml.etree.ElementTree import Element

from portfolio.explored.grid import Grid
from portfolio.outcome import Run
from portfolio.reports.figures import moment
from portfolio.reports.html import elements
from portfolio.reports.html.assumptions import assumptions
from portfolio.reports.html.climate import emissions
from portfolio.reports.html.elements import el
from portfolio.reports.html.gap import ladder
from portfolio.reports.html.money import bonds, charges, debt, funding, year_by_year
from portfolio.reports.html.opening import opening
from portfolio.reports.html.plan import proposal, recommended, rejected
from portfolio.reports.html.proof import proven_and_audited
from portfolio.reports.html.slider import allowed, budgets
from portfolio.reports.html.story import NOT_TRIED, Prose, Story, Tried
from portfolio.reports.html.uncertainty import uncertainty
from portfolio.text import Text

SECTIONS: Final[tuple[Callable[[Story], Element | None], ...]] = (
    proposal,
    ladder,
    recommended,
    rejected,
    year_by_year,
    debt,
    charges,
    funding,
    bonds,
    emissions,
    uncertainty,
    assumptions,
    proven_and_audited,
)
"""The story in its order."""
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""What the browser lets the file do: use its own style sheet, and nothing else."""


def render(run: Run, text: Text, grid: Grid | None = None, tried: Tried = NOT_TRIED) -> bytes:
    """The report of a run that has a plan; the same run gives the same bytes.

    Args:
        grid: other budgets, which sliders move between. tried: what sampled worlds and stress tests have shown of the plan.
    """
    story = Story(run, text, Prose(text.lang), tried)
    sections = [made for make in SECTIONS if (made := make(story)) is not None]
    if grid is not None:
        sections.insert(next(n for n, s in enumerate(sections) if s.get("id") == "assumptions"), budgets(story, grid))
    main = el("main", opening(story), _contents(sections, text), *sections, id="content")
    skip = el("a", text("html.skip"), href="#content", class_="skip")
    body = el("body", skip, main, el("footer", el("p", _made(run, text)), el("p", text("html.footer"))))
    return elements.written(el("html", _head(run, text, f"{POLICY}; {allowed()}" if grid is not None else POLICY), body, lang=text.lang))


def _head(run: Run, text: Text, policy: str) -> Element:
    title = text("html.title", first=run.years[0].year, last=run.years[-1].year)
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{title} – {' · '.join((run.title, *run.scenarios))}"),
        elements.style(resources.files(__package__).joinpath("style.css").read_text("utf-8")),
    )


def _contents(sections: list[Element], text: Text) -> Element:
    """The list of contents; headings as they stand."""
    links = [el("li", el("a", text(f"html.{s.get('id')}.heading"), href=f"#{s.get('id')}")) for s in sections]
    return el("nav", el("h2", text("html.contents"), id="contents"), el("ol", *links), aria_labelledby="contents")


def _made(run: Run, text: Text) -> str:
    software = run.software
    return text("workbook.summary.created", created=moment(run.created), version=software.portfolio, highs=software.highs)
