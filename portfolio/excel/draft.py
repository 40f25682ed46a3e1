"""What can be found out about an officer's workbook, and what must be asked: the stuff of a layout file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from portfolio.errors import Finding
from portfolio.excel.cells import clean
from portfolio.excel.columns import INVESTMENTS, normal
from portfolio.excel.grid import read_grids
from portfolio.excel.headers import STANDARD_SHEETS
from portfolio.excel.layout import Layout, candidate
from portfolio.excel.preflight import open_workbook
from portfolio.excel.sheets import OVERLAP_SHEETS
from portfolio.text import Lang


@dataclass(frozen=True)
class DraftTable:
    """One sheet: what stands where, and what was not found (field and heading in the standard workbook)."""

    sheet: str
    header_row: int
    unit: str
    negative: bool
    columns: tuple[tuple[str, str], ...]
    constants: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


def draft_tables(path: Path, lang: Lang) -> list[DraftTable]:
    """The sheets of a workbook that have a heading of ours.

    Raises:
        InputError: the file is no workbook that can be read.
    """
    workbook = open_workbook(path)
    found = []
    for grid in read_grids(workbook):
        if grid.is_ours or grid.hidden or normal(grid.name) in OVERLAP_SHEETS:
            continue
        said: list[Finding] = []
        layout = candidate(grid, workbook.file, said)
        if layout is not None and ("id" in layout.columns or normal(grid.name) in STANDARD_SHEETS):
            unknown = tuple(clean(f.value) for f in said if f.code in ("other_column", "unknown_column", "unknown_column_near"))
            found.append(_draft(layout, unknown, lang))
    return found


def _draft(layout: Layout, unknown: tuple[str, ...], lang: Lang) -> DraftTable:
    columns = tuple((field, layout.header(field)) for field in layout.columns)
    missing = tuple((c.field, c.header(lang)) for c in INVESTMENTS if c.required and not layout.has(c.field))
    constants = tuple((field, clean(cell.value)) for field, cell in layout.constants.items())
    rows = [r for r in layout.grid.rows if r >= layout.first_row]
    cells = [c for f in layout.year_fields for r in rows if (c := layout.grid.at(r, layout.columns[f])) is not None]
    numbers = [c.value for c in cells if isinstance(c.value, int | float) and not isinstance(c.value, bool) and c.value]
    negative = bool(numbers) and all(v < 0 for v in numbers)
    return DraftTable(layout.grid.name, layout.header_row, layout.unit, negative, columns, constants, missing, unknown)
