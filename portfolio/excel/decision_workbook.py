"""Draws the sheets that `reports/workbook.py` describes: tables, formulas, sums, charts and print set-up, with XlsxWriter.

The bytes depend on nothing but the sheets: the creation date is fixed. Text is always written as text and can never become a formula.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from portfolio.excel.charts import Chart, Spot, draw_chart
from portfolio.excel.places import CHART_ROWS, FIRST, Place, Places, places
from portfolio.excel.printing import LINE, TITLE, head_lines, print_setup, room, row_lines, text_lines, widths
from portfolio.excel.sheet_parts import FORMATS, Block, Cell, Column, Edit, Formula, Labels, Mark, Sheet, Value, stored

__all__ = ["Block", "Cell", "Chart", "Column", "Edit", "Formula", "Labels", "Mark", "Sheet", "Value", "stored", "workbook_bytes"]

CREATED: Final = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Fixed, so that the same run gives the same bytes; when the run was made stands in the workbook."""

LANGUAGES: Final = {"sv": "[$-41D]", "en": "[$-809]"}
"""Number formats say whose separators they mean: 1 250,5 in a Swedish workbook, also where the computer speaks another language."""

SHADES: Final[dict[str, dict[str, object]]] = {
    "breach": {"bg_color": "#F8D7DA", "font_color": "#842029", "bold": True},
    "changed": {"bg_color": "#FFE0B2", "italic": True},
    "holds": {"bg_color": "#DDEFE0", "font_color": "#14532D"},
}
"""How the marks look: all of them also differ in type or weight, not only in colour."""

INPUT: Final = {"bg_color": "#FFF8D6", "font_color": "#1F3B8B", "border": 1, "border_color": "#BFA23A"}
"""A cell that the reader may change."""


def workbook_bytes(sheets: Sequence[Sheet], labels: Labels) -> bytes:
    """The workbook as bytes."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"title": sheets[0].title, "author": labels.author, "created": CREATED})
    drawer = _Drawer(book, labels, Places(sheets))
    for sheet in sheets:
        drawer.sheet(sheet)
    book.close()
    return target.getvalue()


class _Drawer:
    """Formats and positions of one workbook."""

    def __init__(self, book: Any, labels: Labels, found: Places) -> None:
        self._book = book
        self._labels = labels
        self._places = found
        base = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
        self._title = book.add_format({**base, "bold": True, "font_size": 14})
        self._line = book.add_format({**base, "text_wrap": True})
        self._heading = book.add_format({**base, "bold": True, "font_size": 12})
        header = {**base, "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E4ECF4"}
        language = LANGUAGES.get(labels.lang, "")
        forms = {kind: form if form in {"@", "0"} else language + form for kind, form in FORMATS.items()}
        self._headers = {kind: book.add_format({**header, **_side(kind)}) for kind in FORMATS}
        cells = {
            kind: {**base, "num_format": form, **_side(kind), **({"text_wrap": True} if kind == "wrapped" else {})}
            for kind, form in forms.items()
        }
        self._cells = {kind: book.add_format(form) for kind, form in cells.items()}
        self._inputs = {kind: book.add_format({**form, **INPUT}) for kind, form in cells.items()}
        self._sums = {
            kind: book.add_format({**base, "num_format": form, "bold": True, "top": 1, **_side(kind)}) for kind, form in forms.items()
        }
        self._shades = {name: book.add_format(shade) for name, shade in SHADES.items()}
        self._tables = 0

    def sheet(self, sheet: Sheet) -> None:
        """One sheet from top to bottom."""
        page = self._book.add_worksheet(sheet.name)
        page.hide_gridlines(2)
        if sheet.calculation:
            page.set_tab_color("#9AA5B1")
        wide = widths(sheet)
        for n, width in enumerate(wide):
            page.set_column(n, n, width)
        page.write_string(0, 0, sheet.title, self._title)
        page.set_row(0, TITLE)
        last, characters = room(sheet, wide)
        for row, line in enumerate(sheet.lines, start=FIRST):
            page.merge_range(row, 0, row, last, "", self._line)
            page.write_string(row, 0, line, self._line)
            page.set_row(row, LINE * text_lines(line, characters))
        placed = places(sheet)
        print_setup(page, sheet, placed, self._labels.page)
        self._freeze(page, sheet, placed)
        for block, place in zip(sheet.blocks, placed, strict=True):
            if block.title:
                page.write_string(place.title, 0, block.title, self._heading)
            self.block(page, place, block, wide)
        for name, refers in sheet.names:
            self._book.define_name(name, "=" + self._places.resolved(f"[[{refers}]]"))

    def _freeze(self, page: Any, sheet: Sheet, placed: list[Place]) -> None:
        """Headings stay in view; those of a first, short table would stay above the rows of the next."""
        if sheet.frozen is not None:
            page.freeze_panes(self._places[sheet.frozen[0]].top + 1, sheet.frozen[1])
        elif placed and self._longest(sheet) == 0:
            page.freeze_panes(placed[0].top + 1, 0)
        else:
            page.freeze_panes(1, 0)

    @staticmethod
    def _longest(sheet: Sheet) -> int:
        return max(range(len(sheet.blocks)), key=lambda n: len(sheet.blocks[n].rows), default=0)

    def block(self, page: Any, place: Place, block: Block, wide: Sequence[int]) -> None:
        """A table from its header row down, then its charts; `wide` are the columns of the sheet in characters."""
        self._tables += 1
        columns = [{"header": c.heading, "header_format": self._headers[c.kind], "format": self._cells[c.kind]} for c in block.columns]
        page.add_table(
            place.top,
            0,
            place.bottom,
            len(block.columns) - 1,
            {
                "name": f"{block.name}_{self._tables}",
                "columns": columns,
                "style": "Table Style Light 1",
                "autofilter": block.filtered and len(block.rows) > 1,
            },
        )
        page.set_row(place.top, LINE * head_lines(block.columns, wide))
        edited = {(e.row, e.column) for e in block.edits}
        for r, values in enumerate(block.rows):
            row = place.top + 1 + r
            page.set_row(row, LINE * row_lines(values, block.columns, wide))
            for c, (value, column) in enumerate(zip(values, block.columns, strict=True)):
                forms = self._inputs if (r, c) in edited else self._cells
                form = forms[_kind(value) if column.kind == "exact" else column.kind]
                if isinstance(value, Formula):
                    text = self._places.resolved(value.text, place, r)
                    page.write_formula(row, c, f"={text}", form, _held(value.value))
                else:
                    _write(page, row, c, value, form)
        if block.summed:
            self._sum_row(page, place, block)
        for edit in block.edits:
            _validate(page, place, edit)
        for mark in block.marks:
            rule = {"type": "formula", "criteria": "=" + self._places.resolved(mark.text, place, 0), "format": self._shades[mark.style]}
            page.conditional_format(place.top + 1, mark.first, place.bottom, mark.last, rule)
        for n, chart in enumerate(block.charts):
            spot = Spot(place.sheet, place.charts + n * CHART_ROWS, place.top + 1, place.top + len(block.rows))
            draw_chart(self._book, page, spot, [c.heading for c in block.columns], chart, LANGUAGES.get(self._labels.lang, ""))

    def _sum_row(self, page: Any, place: Place, block: Block) -> None:
        """Live sums under the table, over what the filter shows, with our own figure as the stored value."""
        row = place.bottom + 1
        page.write_string(row, 0, self._labels.total, self._sums["text"])
        for n, column in enumerate(block.columns):
            if column.summed:
                letter = xl_col_to_name(n)
                total = sum(v for v in (stored(values[n]) for values in block.rows) if isinstance(v, int | Decimal))
                text = f"=SUBTOTAL(109,{letter}{place.top + 2}:{letter}{row})"
                page.write_formula(row, n, text, self._sums[column.kind], _number(total))
            elif n:
                page.write_blank(row, n, None, self._sums["text"])


def _write(page: Any, row: int, column: int, value: Value, form: Any) -> None:
    if value is None:
        page.write_blank(row, column, None, form)
    elif isinstance(value, str):
        page.write_string(row, column, value, form)
    else:
        page.write_number(row, column, _number(value), form)


def _held(value: Value) -> str | int | float:
    """A value as it is stored with its formula."""
    return _number(value) if isinstance(value, int | Decimal) else value or ""


def _validate(page: Any, place: Place, edit: Edit) -> None:
    """What may be written in an input cell; a list in Excel holds at most 255 characters."""
    row = place.top + 1 + edit.row
    rule: dict[str, object] = {"input_title": edit.title, "input_message": edit.message, "ignore_blank": True, "error_type": "warning"}
    if edit.between:
        rule |= {"validate": "integer", "criteria": "between", "minimum": edit.allowed[0], "maximum": edit.allowed[-1]}
    elif edit.allowed and len(",".join(str(a) for a in edit.allowed)) <= 255:
        rule |= {"validate": "list", "source": list(edit.allowed)}
    else:
        rule |= {"validate": "any"}
    page.data_validation(row, edit.column, row, edit.column, rule)


def _kind(cell: Cell) -> str:
    """How a cell of a mixed column is shown: words, a calendar year, a whole number, or with the decimals it has."""
    value = stored(cell)
    if isinstance(value, str):
        # a formula that says a word here is a year otherwise
        return "year" if isinstance(cell, Formula) else "wrapped"
    if not isinstance(value, int | Decimal) or value != int(value):
        return "exact"
    return "year" if 1900 <= value <= 2200 else "count"


def _side(kind: str) -> dict[str, str | int]:
    """Numbers to the right, with their headings; text to the left, a little away from the number before it."""
    return {"align": "left", "indent": 1} if kind in ("text", "wrapped") else {"align": "right"}


def _number(value: int | Decimal) -> int | float:
    """Excel keeps 15 digits: a whole krona up to a thousand billion is exact."""
    return value if isinstance(value, int) else float(value)
