"""What an officer's layout file says: where things stand that the headers do not say for sure. `models/layouts/README.md` explains it."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import PurePath
from typing import Annotated

from pydantic import Field

from portfolio.records import Frozen
from portfolio.units import MoneyUnit


class TableLayout(Frozen):
    """One table of a workbook.

    Attributes:
        sheet: the sheet's name.
        header_row: the row of the headings, the lower one when there are two.
        unit: money unit of all amounts that do not state their own.
        outlays_are_negative: outlays are written with a minus sign.
        columns: field to heading as it stands, or column letter.
        constants: field to the value that holds for every row.
        words: field to the officer's words and what they mean: `in_plan = { B = "ja" }`.
        skip: rows whose first text begins so are no investments.
    """

    sheet: str
    header_row: Annotated[int, Field(ge=1)] | None = None
    unit: MoneyUnit | None = None
    outlays_are_negative: bool = False
    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str | int | bool] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    skip: tuple[str, ...] = ()


class LayoutFile(Frozen):
    """`models/layouts/<name>.toml`: for which workbooks it holds, and their tables. `file` is where it was read."""

    schema_version: Annotated[int, Field(ge=1, le=1)]
    workbooks: Annotated[tuple[str, ...], Field(min_length=1)]
    table: Annotated[tuple[TableLayout, ...], Field(min_length=1)]
    file: str = ""

    def fits(self, workbook: str) -> bool:
        """True when the workbook's name matches one of the patterns; case does not matter."""
        name = PurePath(workbook).name.casefold()
        return any(fnmatch(name, pattern.casefold()) for pattern in self.workbooks)


def layout_of(layouts: Sequence[LayoutFile], workbook: str, sheet: str) -> tuple[str, TableLayout] | None:
    """The layout file of a sheet and what it says; the first file that fits."""
    for layout in layouts:
        if layout.fits(workbook):
            for table in layout.table:
                if table.sheet.casefold() == sheet.casefold():
                    return layout.file, table
    return None


def has_layout(layouts: Sequence[LayoutFile], workbook: str) -> bool:
    """True when some layout file is about the workbook."""
    return any(layout.fits(workbook) for layout in layouts)
