"""How uncertain the plan is: the workbooks' own estimates, what is left to the limits, and what the plan has been tried against."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from portfolio.explored.robust import Robust
from portfolio.explored.stress import Stress, Worth
from portfolio.outcome import Decision, Layer, Run
from portfolio.records import Investment
from portfolio.reports.figures import mnkr, share, tonnes
from portfolio.reports.html.elements import Content, el
from portfolio.reports.html.story import NOT_TRIED, Story, section, unbroken
from portfolio.reports.html.tables import Cell, Head, table
from portfolio.text import Text

LARGEST: Final = 5
"""Investments of the table, the largest outlay first."""
CONTESTED: Final = 6
"""Contested investments that are listed."""


def uncertainty(story: Story) -> Element:
    """The section; without sampled worlds or stress tests it says that there are none."""
    run, prose = story.run, story.prose
    found: list[Content] = [el("p", *unbroken(said)) for said in _estimates(story)]
    if (largest := _largest(story)) is not None:
        found.append(largest)
    found += [el("p", said) for said in _room(run, story)]
    robust, stress = story.tried
    if robust is not None:
        found += _worlds(robust, story)
    if stress is not None:
        found += _shocks(stress, story)
    if robust is None and stress is None:
        found.append(el("p", prose("html.uncertainty.not_tried"), class_="strong"))
    made = section("uncertainty", story, *found)
    if story.tried != NOT_TRIED:
        made.set("class", "tried")  # on paper the other long tables give way
    return made


def _chosen(run: Run) -> list[tuple[Decision, Investment]]:
    """What is recommended, with its row in the workbooks, the largest outlay first; empty for a run without records."""
    records = {i.id: i for i in run.records.investments} if run.records is not None else {}
    started = [d for d in run.decisions if d.layer in (Layer.PLAN, Layer.GAP) and d.id in records]
    return [(d, records[d.id]) for d in sorted(started, key=lambda d: (-d.total_outlay, d.id))]


def _estimates(story: Story) -> Iterator[str]:
    """For how many investments the workbooks say how uncertain they are."""
    chosen, prose = _chosen(story.run), story.prose
    if not chosen:
        yield prose("html.uncertainty.unknown")
        return
    stated = [i for _, i in chosen if i.outlay_uncertainty is not None or i.tonnes_uncertainty is not None]
    name = "html.uncertainty.all_stated" if len(stated) == len(chosen) > 1 else "html.uncertainty.stated"
    yield prose(name, count=len(stated), of=len(chosen))


def _largest(story: Story) -> Element | None:
    text, chosen = story.text, _chosen(story.run)[:LARGEST]
    rows = [(d.name, d.id, d.total_outlay, i.outlay_uncertainty, i.tonnes_uncertainty) for d, i in chosen]
    heads = [
        Head(text("money.short.name"), "text"),
        Head(text("money.short.id"), "code"),
        Head(text("html.column.outlay")),
        Head(text("html.uncertainty.outlay"), "percent"),
        Head(text("html.uncertainty.tonnes"), "percent"),
    ]
    return table(text("html.uncertainty.table"), heads, rows, text) if rows else None


def _room(run: Run, story: Story) -> Iterator[str]:
    """What is left to the tightest limits of money."""
    lang, prose = story.lang, story.prose
    for limit in run.limits:
        if limit.constraint in ("plan_frame", "debt_mandate") and limit.year is not None:
            values = {"mnkr": mnkr(int(limit.slack), lang), "year": limit.year}
            yield prose(f"html.uncertainty.{limit.constraint}", **values)


def _worlds(found: Robust, story: Story) -> Iterator[Content]:
    """What sampled worlds say of the recommended plan."""
    text, prose, lang = story.text, story.prose, story.lang
    yield el("h3", text("html.uncertainty.worlds"))
    yield el("p", prose("html.uncertainty.sampled", done=found.done, proven=found.proven))
    kinds = {kind: [line for line in found.cores if line.core == kind and line.recommended] for kind in ("always", "contested", "never")}
    counts = {kind: len(lines) for kind, lines in kinds.items()}
    yield el("p", prose("html.uncertainty.core", **counts), class_="strong")
    if found.regret is not None and found.regret.mean_tonnes is not None:
        values = {"mean": tonnes(found.regret.mean_tonnes, lang), "best": share(Decimal(found.regret.best), lang)}
        yield el("p", prose("html.uncertainty.regret", **values))
    contested = sorted((x for x in found.cores if x.core == "contested"), key=lambda x: (-x.share, x.id))[:CONTESTED]
    if contested:
        words = {True: text("excel.word.yes"), False: text("excel.word.no")}
        rows = [(x.name, x.id, words[x.recommended], Decimal(x.share)) for x in contested]
        heads = [Head(text("money.short.name"), "text"), Head(text("money.short.id"), "code")]
        heads += [Head(text("html.uncertainty.recommended"), "code"), Head(text("html.uncertainty.share"), "percent")]
        yield table(text("html.uncertainty.contested"), heads, rows, text)


def _shocks(found: Stress, story: Story) -> Iterator[Content]:
    """The recommended plan held through each stress test."""
    text = story.text
    yield el("h3", text("html.uncertainty.stress"))
    yield el("p", story.prose("html.uncertainty.held"))
    rows = [_shock(line.title if line.name else text("html.uncertainty.as_it_is"), line.held, line.broken, text) for line in found.lines]
    heads = [Head(text("html.uncertainty.test"), "text"), Head(text("html.budgets.tonnes"), "t"), Head(text("html.column.outlay"))]
    heads += [Head(text("html.column.emissions", year=found.target_year), "t"), Head(text("html.column.highest_debt"))]
    heads.append(Head(text("html.uncertainty.broken"), "text"))
    yield table(text("html.uncertainty.stress_table"), heads, rows, text)
    yield story.rounded()


def _shock(title: str, held: Worth, broken: tuple[str, ...], text: Text) -> list[Cell]:
    names = ", ".join(text(f"constraint.{name}.name") for name in broken) or "–"
    return [title, held.tonnes, held.kronor, held.emissions, held.debt, names]
