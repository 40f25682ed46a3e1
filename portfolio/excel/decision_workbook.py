"""Draws the sheets that `reports/workbook.py` describes: tables, sums, charts and print set-up, with XlsxWriter.

The bytes depend on nothing but the sheets: the creation date is fixed. Text is always written as text and can never become a formula.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from portfolio.excel.charts import Chart, Place, draw_chart

CREATED: Final = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Fixed, so that the same run gives the same bytes; when the run was made stands in the workbook."""

LINE: Final = 14
"""Height of a line in points at 10-point type."""

CHART_ROWS: Final = 19
"""Rows that a chart covers."""

ROWS_A_PAGE: Final = 50
"""Rows of a landscape page that can still be read."""

ROWS_IN_FULL: Final = 40
WIDTH_IN_FULL: Final = 128
"""Rows, and characters of their columns, that a landscape A4 page holds in full size."""

Value = str | int | Decimal | None

FORMATS: Final[dict[str, str]] = {
    "text": "@",
    "wrapped": "@",
    "year": "0",
    "count": "#,##0",
    "kr": "#,##0",
    "mnkr": "#,##0.0,,",  # whole kronor shown in millions: the cell keeps every krona
    "t": "#,##0",
    "exact": "#,##0.0##",  # only for what is not whole: Excel would show a whole number as `6,600.`
    "per_mnkr": "#,##0.0",
    "percent": "0.0%",
    "rate": "0.00%",
}
"""Number formats by kind of column; Excel shows them with the reader's own separators."""


@dataclass(frozen=True)
class Column:
    """A column: heading with unit, kind (see FORMATS), width in characters, and whether the column is summed."""

    heading: str
    kind: str = "text"
    width: int = 12
    summed: bool = False


@dataclass(frozen=True)
class Block:
    """A table with its heading, and the charts that show it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A sheet: what it is called, what it says first, its tables."""

    name: str
    title: str
    lines: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Labels:
    """Words on every sheet."""

    total: str
    page: str
    author: str


def workbook_bytes(sheets: Sequence[Sheet], labels: Labels) -> bytes:
    """The workbook as bytes."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"title": sheets[0].title, "author": labels.author, "created": CREATED})
    drawer = _Drawer(book, labels)
    for sheet in sheets:
        drawer.sheet(sheet)
    book.close()
    return target.getvalue()


class _Drawer:
    """Formats and positions of one workbook."""

    def __init__(self, book: Any, labels: Labels) -> None:
        self._book = book
        self._labels = labels
        base = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
        self._title = book.add_format({**base, "bold": True, "font_size": 14})
        self._line = book.add_format({**base, "text_wrap": True})
        self._heading = book.add_format({**base, "bold": True, "font_size": 12})
        header = {**base, "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E4ECF4"}
        self._headers = {kind: book.add_format({**header, **_side(kind)}) for kind in FORMATS}
        self._cells = {
            kind: book.add_format({**base, "num_format": form, **_side(kind), **({"text_wrap": True} if kind == "wrapped" else {})})
            for kind, form in FORMATS.items()
        }
        self._sums = {
            kind: book.add_format({**base, "num_format": form, "bold": True, "top": 1, **_side(kind)}) for kind, form in FORMATS.items()
        }
        self._tables = 0

    def sheet(self, sheet: Sheet) -> None:
        """One sheet from top to bottom."""
        page = self._book.add_worksheet(sheet.name)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.fit_to_pages(1, 1 if self._on_one_page(sheet) else 0)
        page.set_footer(f"&L{sheet.name}&R{self._labels.page}")
        for n, width in enumerate(self._widths(sheet)):
            page.set_column(n, n, width)
        page.write_string(0, 0, sheet.title, self._title)
        page.set_row(0, 22)
        row = 1
        for line in sheet.lines:
            last = max(8, *(len(b.columns) for b in sheet.blocks)) - 1 if sheet.blocks else 8
            page.merge_range(row, 0, row, last, "", self._line)
            page.write_string(row, 0, line, self._line)
            page.set_row(row, LINE * _lines(line, 130))
            row += 1
        row += 1
        page.freeze_panes(1, 0)
        longest = max(range(len(sheet.blocks)), key=lambda n: len(sheet.blocks[n].rows), default=0)
        most, breaks, begun = self._rows_a_page(sheet), [], 0
        for n, block in enumerate(sheet.blocks):
            if n and row - begun + self._rows_of(block) > most:
                # a table that would be torn apart begins on a page of its own
                breaks.append(row)
                begun = row
            if block.title:
                page.write_string(row, 0, block.title, self._heading)
                row += 1
            if n == longest and self._rows_of(block) > most:
                # only where the table itself runs over: its headings must not stand above the rows of another
                page.repeat_rows(row)
            if n == 0 and longest == 0:
                # the headings of a first, short table would stay above the rows of the next
                page.freeze_panes(row + 1, 0)
            started, row = row, self.block(page, sheet.name, row, block)
            charts = CHART_ROWS * len(block.charts)
            if charts and not self._on_one_page(sheet) and (started - begun + self._rows_of(block) - charts) % most + charts > most:
                # a chart that would be torn apart stands on a page of its own
                breaks.append(row - charts)
                begun = row - charts
        if breaks:
            page.set_h_pagebreaks(breaks)

    def _rows_of(self, block: Block) -> int:
        """Lines that a table takes with its title, heading, sum and charts."""
        return sum(self._height(values, block.columns) for values in block.rows) + 4 + CHART_ROWS * len(block.charts)

    def _rows_a_page(self, sheet: Sheet) -> int:
        """Rows of a printed page: the wider the sheet, the smaller it is printed, and the more rows there are."""
        return int(ROWS_IN_FULL * max(1.0, sum(self._widths(sheet)) / WIDTH_IN_FULL))

    @staticmethod
    def _on_one_page(sheet: Sheet) -> bool:
        """A table of years with its chart is not torn apart."""
        rows = sum(len(b.rows) + CHART_ROWS * len(b.charts) + 3 for b in sheet.blocks)
        return len(sheet.blocks) == 1 and bool(sheet.blocks[0].charts) and rows <= ROWS_A_PAGE

    @staticmethod
    def _widths(sheet: Sheet) -> list[int]:
        widest: list[int] = []
        for block in sheet.blocks:
            for n, column in enumerate(block.columns):
                if n == len(widest):
                    widest.append(column.width)
                widest[n] = max(widest[n], column.width)
        return widest

    def block(self, page: Any, sheet: str, top: int, block: Block) -> int:
        """A table from its header row down, then its charts; the row after them."""
        self._tables += 1
        summed = any(c.summed for c in block.columns) and bool(block.rows)
        bottom = top + max(1, len(block.rows))
        columns = [{"header": c.heading, "header_format": self._headers[c.kind], "format": self._cells[c.kind]} for c in block.columns]
        page.add_table(
            top,
            0,
            bottom,
            len(block.columns) - 1,
            {
                "name": f"{block.name}_{self._tables}",
                "columns": columns,
                "style": "Table Style Light 1",
                "autofilter": len(block.rows) > 1,
            },
        )
        page.set_row(top, LINE * max(_lines(c.heading, c.width) for c in block.columns))
        for r, values in enumerate(block.rows, start=top + 1):
            page.set_row(r, LINE * self._height(values, block.columns))
            for c, (value, column) in enumerate(zip(values, block.columns, strict=True)):
                self._write(page, r, c, value, column.kind)
        if summed:
            bottom += 1
            self._sum_row(page, bottom, top + 1, block)
        row = bottom + 2
        for chart in block.charts:
            draw_chart(self._book, page, Place(sheet, row, top + 1, top + len(block.rows)), [c.heading for c in block.columns], chart)
            row += CHART_ROWS
        return row

    @staticmethod
    def _height(values: tuple[Value, ...], columns: tuple[Column, ...]) -> int:
        """Lines that the highest wrapped cell of a row needs."""
        wrapped = [_lines(v, c.width) for v, c in zip(values, columns, strict=True) if c.kind == "wrapped" and isinstance(v, str)]
        return max([1, *wrapped])

    def _sum_row(self, page: Any, row: int, first: int, block: Block) -> None:
        """Live sums under the table, over what the filter shows, with our own figure as the stored value."""
        page.write_string(row, 0, self._labels.total, self._sums["text"])
        for n, column in enumerate(block.columns):
            if column.summed:
                letter = xl_col_to_name(n)
                total = sum(v for v in (values[n] for values in block.rows) if isinstance(v, int | Decimal))
                page.write_formula(row, n, f"=SUBTOTAL(109,{letter}{first + 1}:{letter}{row})", self._sums[column.kind], _number(total))
            elif n:
                page.write_blank(row, n, None, self._sums["text"])

    def _write(self, page: Any, row: int, column: int, value: Value, kind: str) -> None:
        form = self._cells[_kind(value) if kind == "exact" else kind]
        if value is None:
            page.write_blank(row, column, None, form)
        elif isinstance(value, str):
            page.write_string(row, column, value, form)
        else:
            page.write_number(row, column, _number(value), form)


def _kind(value: Value) -> str:
    """How a figure of a mixed column is shown: a calendar year, a whole number, or with the decimals it has."""
    if not isinstance(value, int | Decimal) or value != int(value):
        return "exact"
    return "year" if 1900 <= value <= 2200 else "count"


def _side(kind: str) -> dict[str, str | int]:
    """Numbers to the right, with their headings; text to the left, a little away from the number before it."""
    return {"align": "left", "indent": 1} if kind in ("text", "wrapped") else {"align": "right"}


def _lines(text: str, width: int) -> int:
    """Lines of a wrapped text in a column of `width` characters."""
    return len(textwrap.wrap(text, max(4, width - 1))) or 1


def _number(value: int | Decimal) -> int | float:
    """Excel keeps 15 digits: a whole krona up to a thousand billion is exact."""
    return value if isinstance(value, int) else float(value)
