"""Rows that are not investments: sums, `varav`, headings, blanks and hidden rows. And whether stated sums agree with ours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openpyxl.utils import get_column_letter

from portfolio.errors import Severity
from portfolio.excel.cells import CellReader, clean
from portfolio.excel.columns import normal
from portfolio.excel.layout import Layout

_SUM: Final = re.compile(
    r"^(?:delsumma|summa|summor|slutsumma|årssumma|summering|s:a|σ"
    r"|totalt|total|totalsumma|totalbelopp|totaler|sum|subtotal|grand total|varav|därav|of which)(?![a-zåäö])",
    re.IGNORECASE,
)
_PART: Final = re.compile(r"^(?:varav|därav|of which)\b", re.IGNORECASE)
_NOTE: Final = re.compile(
    r"^(?:[*†¹²³]|\(?\d\)|not(?:er|eringar)?\b|obs\b|anm(?:ärkning)?\b|källa\b|kommentar\b|note\b|source\b)", re.IGNORECASE
)
MOST_BLANKS: Final = 2
"""A lone text with so many blanks is a sentence, no id."""
_BLOCK: Final = re.compile(r"^(?:delsumma|subtotal)\b", re.IGNORECASE)


class RowKind(StrEnum):
    INVESTMENT = "investment"
    SUM = "sum"
    PART = "part"  # varav: already counted in the row above
    HEADING = "heading"
    HIDDEN = "hidden"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Counted:
    """Row number of an investment and its outlay as it stands in each year column (kr); `broken`: the columns that could not be read."""

    row: int
    outlay: Mapping[str, int]
    broken: frozenset[str] = frozenset()


def label(layout: Layout, row: int) -> str:
    """The text that says what a row is: its id, name or owner, whichever comes first."""
    for name in ("id", "name", "owner"):
        column = layout.columns.get(name)
        cell = layout.grid.at(row, column) if column is not None else None
        if cell is not None and clean(cell.value):
            return clean(cell.value)
    return ""


def row_kind(layout: Layout, row: int) -> RowKind:
    """What a row below the header is."""
    known = [c for c in layout.grid.cells_in(row) if c.column in layout.columns.values()]
    if not known:
        return RowKind.BLANK
    text = label(layout, row)
    if _PART.match(text):
        return RowKind.PART
    if _SUM.match(text):
        return RowKind.SUM
    if layout.skip and normal(text).startswith(layout.skip):
        return RowKind.HEADING
    if len(known) == 1 and isinstance(known[0].value, str):
        # a lone text is a heading or a note; in the column of ids it may be an id whose row is not filled in
        alone = clean(known[0].value)
        if (
            known[0].column != layout.columns.get("id")
            or _NOTE.match(alone)
            or not any(c.isdigit() for c in alone)
            or alone.count(" ") >= MOST_BLANKS
        ):
            return RowKind.HEADING
    return RowKind.HIDDEN if row in layout.grid.hidden_rows else RowKind.INVESTMENT


def check_sums(reader: CellReader, counted: Sequence[Counted], since: int) -> None:
    """Compare a sum row with the investments above it: with all of them, or with those since the last sum row.

    Args:
        reader: of the sum row.
        counted: the investments above.
        since: the row of the sum row before this one, 0 when there is none.
    """
    block = [c for c in counted if c.row > since]
    everything = block if _BLOCK.match(label(reader.layout, reader.row)) else list(counted)
    for name in reader.layout.year_fields:
        cell = reader.layout.grid.at(reader.row, reader.layout.columns[name])
        if cell is None or cell.uncached or cell.is_error:
            continue
        stated = reader.money(name, negative=True)
        if any(not c.broken.isdisjoint((name, "outlay")) for c in everything):
            continue  # a sum of which a part could not be read is not compared
        sums = [sum(c.outlay.get(name, 0) for c in rows) for rows in (block, everything)]
        if stated is not None and stated not in sums and everything:
            letter = get_column_letter(cell.column)
            cells = f"{letter}{everything[0].row}:{letter}{everything[-1].row}"
            reader.fault(
                "sum_differs", name, cell, Severity.WARNING, stated=stated, summed=sums[1], difference=stated - sums[1], cells=cells
            )
