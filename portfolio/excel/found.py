"""Where an officer's investments stand: what the reader found, for those who write beside it or cite it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TableFound:
    """A table of investments in a workbook.

    Attributes:
        file, sheet: where it is.
        header_row: the row of the headings, the lower one when there are two.
        first_row, last_row: of the investments.
        columns: field to column number, as far as they were understood.
        rows: investment id to row number.
        ours: field to column number of columns that an earlier run of ours has written.
    """

    file: str
    sheet: str
    header_row: int
    first_row: int
    last_row: int
    columns: Mapping[str, int]
    rows: Mapping[str, int]
    ours: Mapping[str, int] = field(default_factory=dict)
