"""What another budget would give: a grid of proven, audited plans as a table, and – where scripts run – as sliders over its rows.

The script computes nothing: it shows the cells of the row that the sliders point at. Without it the table says the same.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from decimal import Decimal
from importlib import resources
from typing import NamedTuple
from xml.etree.ElementTree import Element

from portfolio.explored.grid import Grid, GridPlan, GridPoint
from portfolio.reports.figures import share
from portfolio.reports.html import elements
from portfolio.reports.html.elements import el
from portfolio.reports.html.story import Story, section
from portfolio.reports.html.tables import Cell, Head, table

AXES = ("frame", "mandate", "floor")
"""What can be moved, in the order of the first columns."""


class Axis(NamedTuple):
    """One dimension of the grid: its values from the lowest, and each in words."""

    name: str
    values: tuple[object, ...]
    words: tuple[str, ...]


def budgets(story: Story, grid: Grid) -> Element:
    """The sliders and the table."""
    text, prose = story.text, story.prose
    axes = [axis for name in AXES if (axis := _axis(name, grid, story)) is not None]
    points = sorted(grid.points, key=lambda p: [axis.values.index(getattr(p, axis.name)) for axis in axes])
    framed = any(p.frame is not None for p in points)
    heads = _heads(axes, framed, story)
    rows = [_row(p, axes, framed, story) for p in points]
    found = table(text("html.budgets.table"), heads, rows, text)
    for point, row in zip(points, found.iter("tbody").__next__(), strict=True):
        row.set("data-at", "-".join(str(axis.values.index(getattr(point, axis.name))) for axis in axes))
        row.set("data-says", text(f"html.budgets.{point.status}") if point.status != "proven" else "")
    said = [el("p", prose("html.budgets.how", count=len(points))), *([el("p", prose("html.budgets.layers"))] if framed else [])]
    if framed and any(p.floor is not None and p.inside is not None for p in points):
        said.append(el("p", prose("html.budgets.inside")))
    if not grid.complete:
        said.append(el("p", prose("html.budgets.incomplete"), class_="alarm"))
    details = el("details", el("summary", text("html.budgets.every", count=len(points))), found, story.rounded())
    return section("budgets", story, *said, _panel(axes, heads, story), details, elements.script(source()))


def source() -> str:
    """The script, as it stands in the file."""
    return resources.files(__package__).joinpath("slider.js").read_text("utf-8")


def allowed() -> str:
    """What the policy says of the script: this one, known by its digest, and no other."""
    return f"script-src 'sha256-{b64encode(hashlib.sha256(source().encode()).digest()).decode()}'"


def _axis(name: str, grid: Grid, story: Story) -> Axis | None:
    """A dimension that has more than one value."""
    points = {getattr(p, name): p for p in grid.points}
    if len(points) < 2:
        return None
    values = tuple(sorted(points))
    return Axis(name, values, tuple(_words(name, points[value], story) for value in values))


def _words(name: str, point: GridPoint, story: Story) -> str:
    """A value of a dimension, as it stands beside its slider."""
    if name == "floor":
        return share(Decimal(point.floor or 0), story.lang)
    kronor = point.frame_kr if name == "frame" else point.mandate_kr
    percent = point.frame if name == "frame" else point.mandate
    return story.text("html.budgets.part", mnkr=story.mnkr(kronor or 0), percent=str(percent))


def _heads(axes: list[Axis], framed: bool, story: Story) -> list[Head]:
    text = story.text
    kinds = {"frame": "mnkr", "mandate": "mnkr", "floor": "percent"}
    found = [Head(text(f"html.budgets.{axis.name}"), kinds[axis.name]) for axis in axes]
    found += [Head(text("html.budgets.count"), "count"), Head(text("html.budgets.outlay"), "mnkr")]
    found += [Head(text("html.budgets.gap"), "mnkr")] if framed else []
    found += [Head(text("html.budgets.tonnes"), "t"), Head(text("html.budgets.emissions", year=story.run.target_year), "t")]
    found.append(Head(text("html.budgets.debt"), "mnkr"))
    if framed:
        found += [
            Head(text(f"html.budgets.inside_{name}"), kind) for name, kind in (("count", "count"), ("outlay", "mnkr"), ("tonnes", "t"))
        ]
    return [*found, Head(text("html.budgets.changes"), "text")]


def _row(point: GridPoint, axes: list[Axis], framed: bool, story: Story) -> list[Cell]:
    where: dict[str, Cell] = {"frame": point.frame_kr, "mandate": point.mandate_kr, "floor": point.floor}
    both, inside = point.both, point.inside
    row: list[Cell] = [where[axis.name] for axis in axes]
    row += [both.chosen, both.outlay_plan + both.outlay_gap] if both is not None else [None, None]
    if framed:
        row.append(both.outlay_gap if both is not None else None)
    row += [both.tonnes, both.emissions, both.debt] if both is not None else [None, None, None]
    if framed:
        row += [inside.chosen, inside.outlay_plan, inside.tonnes] if inside is not None else [None, None, None]
    return [*row, _changes(both, story)]


def _changes(plan: GridPlan | None, story: Story) -> str:
    """What comes and what goes against the recommended plan."""
    if plan is None:
        return "–"
    parts = [story.text(f"html.budgets.{name}", ids=", ".join(ids)) for name, ids in (("come", plan.come), ("gone", plan.gone)) if ids]
    return "; ".join(parts) or story.text("html.budgets.same")


def _panel(axes: list[Axis], heads: list[Head], story: Story) -> Element:
    """The sliders, at the model's own values, and the figures of the row that they point at; hidden until the script has run."""
    text = story.text
    stated = story.run.objective.floor_share if story.run.objective is not None else None
    own: dict[str, object] = {"frame": 100, "mandate": 100, "floor": stated}
    moved = []
    for axis in axes:
        at = axis.values.index(own[axis.name]) if own[axis.name] in axis.values else len(axis.values) - 1
        name = f"slider-{axis.name}"
        slider = el("input", type="range", id=name, min=0, max=len(axis.values) - 1, step=1, value=at, data_steps="|".join(axis.words))
        moved.append(el("p", el("label", text(f"html.budgets.{axis.name}"), for_=name), slider, el("output", axis.words[at], for_=name)))
    figures = []
    for n, head in enumerate(heads[len(axes) :], start=len(axes)):
        figures.append(el("div", el("dt", head.heading), el("dd", "–", data_column=n)))
    none = el("p", "", id="slider-none", class_="alarm", hidden="hidden")
    shown = el("div", none, el("dl", *figures, class_="budget"), role="status", aria_label=text("html.budgets.shown"))
    return el("div", el("div", *moved, class_="sliders"), shown, id="slider", hidden="hidden")
