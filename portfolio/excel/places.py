"""Where tables stand on their sheets, and references between them: `[[Beslut.3]]` in a formula becomes `Beslut!$D$9:$D$74`.

Rows and columns are counted from 0 within a table, without its headings.

    [[Table.3]]        the whole column       [[Table.3.5]]     its cell in row 5      [[Table.3.5:8]]  rows 5 to 8
    [[@3]]             the same row           [[@3-1]]          the row above          [[@3:]]          from the first row to this one
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from xlsxwriter.utility import quote_sheetname, xl_col_to_name

from portfolio.excel.sheet_parts import Block, Sheet

CHART_ROWS: Final = 18
"""Rows that a chart covers, with one below it."""
FIRST: Final = 1
"""Row below the title of a sheet, where its sentences begin."""

_REFERENCE: Final = re.compile(
    r"\[\[(?:@(?P<own>\d+)(?P<move>-1|:)?|(?P<table>\w+)\.(?P<column>\d+)(?:\.(?P<from>\d+)(?::(?P<to>\d+))?)?)\]\]"
)


class Place(NamedTuple):
    """A table on its sheet (rows of the sheet from 0): its title, its headings, its last row, and the first row of its charts."""

    sheet: str
    title: int
    top: int
    bottom: int
    charts: int


def places(sheet: Sheet) -> list[Place]:
    """The place of each table, from top to bottom."""
    row = FIRST + len(sheet.lines) + 1
    found = []
    for block in sheet.blocks:
        title, top = row, row + bool(block.title)
        bottom = top + max(1, len(block.rows))
        charts = bottom + block.summed + 2
        found.append(Place(sheet.name, title, top, bottom, charts))
        row = charts + CHART_ROWS * len(block.charts)
    return found


class Places:
    """The places of all tables of a workbook, by the name of the table; of two with the same name the first."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._places: dict[str, tuple[Place, Block]] = {}
        for sheet in sheets:
            for place, block in zip(places(sheet), sheet.blocks, strict=True):
                self._places.setdefault(block.name, (place, block))

    def __getitem__(self, name: str) -> Place:
        return self._places[name][0]

    def resolved(self, text: str, own: Place | None = None, row: int = 0) -> str:
        """The text with its references put in; `row` is of the table `own`, from 0.

        Raises:
            KeyError: no such table. IndexError: no such row or column.
        """

        def put_in(found: re.Match[str]) -> str:
            if found["own"] is not None:
                assert own is not None, text
                return _own(own, row, int(found["own"]), found["move"] or "")
            return self._range(found)

        return _REFERENCE.sub(put_in, text)

    def _range(self, found: Mapping[str, str | None] | re.Match[str]) -> str:
        place, block = self._places[str(found["table"])]
        column = int(str(found["column"]))
        first = int(str(found["from"])) if found["from"] is not None else 0
        last = int(str(found["to"])) if found["to"] is not None else first
        if found["from"] is None:
            last = max(0, len(block.rows) - 1)
        if column >= len(block.columns) or last >= max(1, len(block.rows)):
            raise IndexError(f"{block.name} {column} {last}")
        letter = f"${xl_col_to_name(column)}$"
        begin, end = (f"{letter}{place.top + 2 + n}" for n in (first, last))
        whole = begin if first == last and found["to"] is None and found["from"] is not None else f"{begin}:{end}"
        return f"{quote_sheetname(place.sheet)}!{whole}"


def _own(place: Place, row: int, column: int, move: str) -> str:
    letter, here = f"${xl_col_to_name(column)}", place.top + 2 + row
    if move == "-1":
        return f"{letter}{here - 1}"
    return f"{letter}${place.top + 2}:{letter}{here}" if move else f"{letter}{here}"
