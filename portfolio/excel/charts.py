"""Native charts over the columns of a table, with XlsxWriter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

STROKES: Final[dict[str, dict[str, Any]]] = {
    "column": {"gap": 60},
    "line": {"line": {"width": 2.25}},
    "scatter": {"marker": {"type": "circle", "size": 5}},
}
"""How each kind of series is drawn."""


@dataclass(frozen=True)
class Chart:
    """A native chart over columns of the table above it; in mnkr or t.

    Attributes:
        categories: the column below the chart. bars, lines: columns shown as stacked columns and as lines.
        points: columns shown as points at their place along `categories`, whose axis has a title and a number format of its own.
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


class Place(NamedTuple):
    """Where a chart stands, and the first and last row of the table that it shows; rows from 0."""

    sheet: str
    row: int
    first: int
    last: int


def draw_chart(book: Any, page: Any, place: Place, headings: Sequence[str], chart: Chart) -> None:
    """A chart of a table whose columns have these headings."""
    sheet, row, first, last = place
    drawn = None
    kinds: tuple[tuple[str, tuple[int, ...], dict[str, str]], ...] = (
        ("column", chart.bars, {"subtype": "stacked"}),
        ("line", chart.lines, {}),
        ("scatter", chart.points, {}),
    )
    for kind, numbers, options in kinds:
        if not numbers:
            continue
        part = book.add_chart({"type": kind, **options})
        for n in numbers:
            part.add_series(
                {
                    "name": headings[n],
                    "categories": [sheet, first, chart.categories, last, chart.categories],
                    "values": [sheet, first, n, last, n],
                    **STROKES[kind],
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
            drawn.set_x_axis({"name": chart.x_axis, "num_format": chart.x_format, "major_gridlines": grid})
        drawn.set_y_axis({"name": chart.axis, "num_format": chart.number_format, "major_gridlines": grid})
        drawn.set_legend({"none": True} if chart.points else {"position": "bottom"})
        drawn.set_size({"width": 760, "height": 340})
        page.insert_chart(row, 0, drawn, {"description": chart.title})
