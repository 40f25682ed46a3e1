"""Native charts over the columns of a table, with XlsxWriter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

COLOURS: Final[dict[str, tuple[str, ...]]] = {
    "column": ("#1F5A99", "#E08A1E", "#4F8A5B", "#8E6BB0", "#5F6B7A", "#B0413E", "#3BA3B5", "#B58A3B"),
    "line": ("#111111", "#B0413E"),
    "scatter": ("#1F5A99",),
}
"""Of series by kind and order; neighbours differ in lightness too, so that they can be told apart in grey."""


def stroke(kind: str, n: int) -> dict[str, Any]:
    """How the n-th series of a kind is drawn."""
    colour = COLOURS[kind][n % len(COLOURS[kind])]
    match kind:
        case "column":
            return {"gap": 60, "fill": {"color": colour}}
        case "line":
            return {"line": {"width": 2.25, "color": colour, **({"dash_type": "dash"} if n else {})}}
        case _:
            return {"marker": {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}}


@dataclass(frozen=True)
class Chart:
    """A native chart over columns of the table above it; in mnkr or t.

    Attributes:
        categories: the column below the chart. bars, lines: columns shown as stacked columns and as lines.
        points: columns shown as points at their place along `categories`, whose axis has a title and a number format of its own.
        floor: the column that the stacked columns stand on, itself not drawn (a waterfall); their names are long, so it is wider.
    """

    title: str
    axis: str
    categories: int
    bars: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()
    number_format: str = "#,##0,,"
    points: tuple[int, ...] = ()
    x_axis: str = ""
    x_format: str = ""
    floor: int | None = None


class Spot(NamedTuple):
    """Where a chart stands, and the first and last row of the table that it shows; rows from 0."""

    sheet: str
    row: int
    first: int
    last: int


def draw_chart(book: Any, page: Any, spot: Spot, headings: Sequence[str], chart: Chart, language: str = "") -> None:
    """A chart of a table whose columns have these headings; `language` goes before the number formats of its axes."""
    sheet, row, first, last = spot
    drawn = None
    kinds: tuple[tuple[str, tuple[int, ...], dict[str, str]], ...] = (
        ("column", (*([] if chart.floor is None else [chart.floor]), *chart.bars), {"subtype": "stacked"}),
        ("line", chart.lines, {}),
        ("scatter", chart.points, {}),
    )
    for kind, numbers, options in kinds:
        if not numbers:
            continue
        part = book.add_chart({"type": kind, **options})
        drawn_before = 0
        for n in numbers:
            look = {"gap": 60, "fill": {"none": True}, "border": {"none": True}} if n == chart.floor else stroke(kind, drawn_before)
            drawn_before += n != chart.floor
            part.add_series(
                {
                    "name": headings[n],
                    "categories": [sheet, first, chart.categories, last, chart.categories],
                    "values": [sheet, first, n, last, n],
                    **look,
                }
            )
        if drawn is None:
            drawn = part
        else:
            drawn.combine(part)
    if drawn is not None:
        drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
        grid = {"visible": True, "line": {"color": "#DDDDDD"}}
        if chart.points:
            drawn.set_x_axis(
                {"name": chart.x_axis, "num_format": language + chart.x_format if chart.x_format else "", "major_gridlines": grid}
            )
        if chart.floor is not None:
            drawn.set_x_axis({"num_font": {"size": 9}})
        drawn.set_y_axis({"name": chart.axis, "num_format": language + chart.number_format, "major_gridlines": grid})
        hidden = {"delete_series": [0]} if chart.floor is not None else {}
        drawn.set_legend({"none": True} if chart.points or len(chart.bars) + len(chart.lines) == 1 else {"position": "bottom", **hidden})
        drawn.set_size({"width": 760 if chart.floor is None else 1040, "height": 340})
        page.insert_chart(row, 0, drawn, {"description": chart.title})
