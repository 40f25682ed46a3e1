"""The table of investments on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text as Line
from textual.message import Message
from textual.widgets import DataTable

from portfolio.whatif.shown import COLUMNS, NUMBERS, Row

NAME = COLUMNS.index("name")
SHORTEST_NAME = 12
"""Characters that are left of a name in the narrowest window; the table is then moved sideways."""


class Investments(DataTable[Line]):
    """The table; its names have what room there is."""

    class Resized(Message):
        """It has another size."""

    def __init__(self, **given: Any) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, **given)
        self._fitted: tuple[int, ...] = ()

    def on_resize(self) -> None:
        """The columns follow."""
        self.post_message(self.Resized())

    @property
    def selected(self) -> str:
        """The id of the investment that the cursor is on."""
        return str(self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value)

    def show(self, headings: Sequence[str], rows: Sequence[Row]) -> None:
        """The rows in place; the columns anew only when their widths have changed, so that the cursor and the view stay."""
        widths = self._widths(headings, rows)
        if widths == self._fitted:
            for r in rows:
                for name, cell in zip(COLUMNS, _cells(r), strict=True):
                    self.update_cell(r.id, name, cell)
            return
        row, top = self.cursor_row, self.scroll_y
        self.clear(columns=True)
        for name, heading, width in zip(COLUMNS, headings, widths, strict=True):
            self.add_column(_cell(heading, name), key=name, width=width)
        for r in rows:
            self.add_row(*_cells(r), key=r.id)
        self.move_cursor(row=row, animate=False)
        self.scroll_to(y=top, animate=False)
        self._fitted = widths

    def _widths(self, headings: Sequence[str], rows: Sequence[Row]) -> tuple[int, ...]:
        """The width of each column: what it needs, and of the names what is left beside the scrollbar."""
        needed = [max(len(line[n]) for line in (headings, *(r.cells for r in rows))) for n in range(len(headings))]
        beside = sum(width + 2 for n, width in enumerate(needed) if n != NAME)
        needed[NAME] = max(SHORTEST_NAME, min(needed[NAME], self.size.width - 2 - beside - 2))
        return tuple(needed)


def _cells(row: Row) -> list[Line]:
    style = "bold" if row.changed or row.edited else "" if row.chosen else "dim"
    return [_cell(cell, name, style) for name, cell in zip(COLUMNS, row.cells, strict=True)]


def _cell(cell: str, column: str, style: str = "") -> Line:
    return Line(cell, style=style, justify="right" if column in NUMBERS else "left", no_wrap=True, overflow="ellipsis")
