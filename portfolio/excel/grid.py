"""A sheet as plain cells: value, formula, cached value and number format, with hidden rows. The only reader of cells.

openpyxl is used because it keeps error cells and formulas apart from blanks. A workbook without formulas is read once; one with
formulas is read a second time for the values that Excel saved.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.utils.escape import unescape

from portfolio.ctrl_c import in_one_piece
from portfolio.excel.preflight import Workbook, refusal

OUR_NAMES: Final = "portfolio_"
OUR_SHEET: Final = f"{OUR_NAMES}beslut"
"""Defined names that mark what a run of ours has written into an officer's workbook."""
ERROR_WORDS: Final = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!", "#GETTING_DATA", "#BLOCKED!"}
_FAULTS: Final = (
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError, AssertionError, NameError, EOFError),
    *(ParseError, zipfile.BadZipFile),
)
"""What openpyxl ends in when sound XML does not make a workbook; it checks little, so the fault comes wherever the missing part is used."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something.

    Args:
        value: what Excel shows: number, text, bool, date; None when a formula has no saved value.
        formula: the formula's text, empty for a constant.
        number_format: Excel's format code.
        is_error: the value is one of Excel's error words.
        uncached: a formula that was saved without its value.
        sheet: the sheet's name, when the cell stands elsewhere than the row that it belongs to.
    """

    row: int
    column: int
    value: Any
    formula: str = ""
    number_format: str = "General"
    is_error: bool = False
    uncached: bool = False
    sheet: str = ""

    @property
    def address(self) -> str:
        """`F14`, or `Effekter!F14` when the cell stands elsewhere."""
        if not self.row:
            return self.sheet  # said in a layout file
        plain = f"{get_column_letter(self.column)}{self.row}"
        return f"{self.sheet}!{plain}" if self.sheet else plain

    def elsewhere(self, sheet: str) -> Cell:
        """The same cell, for a row of another sheet."""
        return replace(self, sheet=sheet)

    @property
    def text(self) -> str:
        """What stands there, as text."""
        if self.uncached:
            return self.formula
        return format(self.value, ".15g") if isinstance(self.value, float) else str(self.value)

    @property
    def is_percent(self) -> bool:
        """True when the cell is formatted as per cent: 0.2 is shown as 20 %."""
        return "%" in self.number_format


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet, by row and column, and the rows that are hidden or filtered away.

    `ours` are the columns that an earlier run has written (a defined name marks them), `is_ours` a whole sheet of ours.
    """

    name: str
    rows: Mapping[int, Mapping[int, Cell]]
    hidden_rows: frozenset[int] = frozenset()
    hidden: bool = False
    last_row: int = 0
    columns: frozenset[int] = field(default_factory=frozenset)
    ours: frozenset[int] = field(default_factory=frozenset)
    is_ours: bool = False

    def at(self, row: int, column: int) -> Cell | None:
        """The cell, or None when it is blank."""
        return self.rows.get(row, {}).get(column)

    def cells_in(self, row: int) -> Iterator[Cell]:
        """The cells of a row from left to right."""
        cells = self.rows.get(row, {})
        return (cells[c] for c in sorted(cells))

    def place_of(self, cell: Cell) -> str:
        """`Sheet!F14` of a cell that a row of this sheet uses."""
        return cell.address if cell.sheet else f"{self.name}!{cell.address}"

    def place(self, row: int, column: int) -> str:
        """`Sheet!F14`."""
        return f"{self.name}!{get_column_letter(column)}{row}"


def read_grids(workbook: Workbook) -> list[Grid]:
    """All worksheets of a workbook in their order.

    Raises:
        InputError: the parts are sound but do not make a workbook that can be understood.
    """
    try:
        formulas = _load(workbook.content, data_only=False)
        sheets = [s for s in formulas.worksheets if hasattr(s, "iter_rows")]
        has_formulas = any(c.data_type == "f" for s in sheets for c in _cells_of(s))
        cached = _load(workbook.content, data_only=True) if has_formulas else formulas
        ours = _marked(formulas)
        return [replace(_grid(s, cached[s.title]), **ours.get(s.title, {})) for s in sheets]
    except _FAULTS as fault:
        raise refusal("file_not_understood", workbook.file, reason=f"{type(fault).__name__}: {fault}") from fault


def sheet_names(workbook: Workbook) -> list[str]:
    """What the sheets are called, without reading their cells.

    Raises:
        InputError: the parts are sound but do not make a workbook that can be understood.
    """
    try:
        with closing(_load(workbook.content, data_only=True, read_only=True)) as book:
            return list(book.sheetnames)
    except _FAULTS as fault:
        raise refusal("file_not_understood", workbook.file, reason=f"{type(fault).__name__}: {fault}") from fault


def _marked(book: Any) -> dict[str, dict[str, Any]]:
    """What earlier runs have written, by sheet: our columns and our own sheet."""
    found: dict[str, dict[str, Any]] = {}
    for name, defined in book.defined_names.items():
        if name.startswith(OUR_NAMES):
            for sheet, area in defined.destinations:
                if name == OUR_SHEET:
                    found.setdefault(sheet, {})["is_ours"] = True
                else:
                    first, _, last = area.replace("$", "").partition(":")
                    low, high = (coordinate_to_tuple(a)[1] for a in (first, last or first))
                    found.setdefault(sheet, {})["ours"] = frozenset(range(low, high + 1))
    return found


def _load(content: bytes, *, data_only: bool, read_only: bool = False) -> Any:
    with in_one_piece(), warnings.catch_warnings():  # openpyxl makes a TypeError, a damaged file, of Ctrl-C inside a conversion
        # openpyxl warns about what it would lose on saving; nothing is saved here
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(BytesIO(content), data_only=data_only, read_only=read_only, keep_links=False)


def _cells_of(sheet: Any) -> list[Any]:
    """The cells that the file holds, row by row.

    `iter_rows` of openpyxl makes every cell of the square around them: with one cell in the last corner of a sheet 17 thousand million.
    """
    cells: dict[tuple[int, int], Any] = sheet._cells
    return [cells[at] for at in sorted(cells)]


def _grid(sheet: Any, cached: Any) -> Grid:
    rows: dict[int, dict[int, Cell]] = {}
    for cell in _cells_of(sheet):
        made = _cell(cell, cached)
        if made is not None:
            rows.setdefault(made.row, {})[made.column] = made
    hidden = frozenset(r for r, d in sheet.row_dimensions.items() if d.hidden or d.height == 0)
    columns = frozenset(c for cells in rows.values() for c in cells)
    return Grid(sheet.title, rows, hidden, sheet.sheet_state != "visible", max(rows, default=0), columns)


def _cell(cell: Any, cached: Any) -> Cell | None:
    value, kind, formula = cell.value, cell.data_type, ""
    if value is None:
        return None
    uncached = False
    if kind == "f":
        formula = str(getattr(value, "text", None) or value)
        saved = cached._cells[cell.row, cell.column]
        value, kind = saved.value, saved.data_type
        # a formula whose saved value is an empty text is a blank to the reader, not an unsaved value
        if value is None and kind == "str":
            return None
        uncached = value is None
    if isinstance(value, str) and "_x" in value:
        value = unescape(value)  # Excel writes what XML cannot hold, such as a carriage return, as _x000D_
    if isinstance(value, str) and not value.strip() and not uncached:
        return None
    is_error = kind == "e" or (isinstance(value, str) and value.strip().upper() in ERROR_WORDS)
    return Cell(cell.row, cell.column, value, formula, cell.number_format, is_error, uncached)
