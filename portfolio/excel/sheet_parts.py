"""What a sheet of ours is made of, as plain values: tables with their columns, formulas, input cells, marks and charts."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from portfolio.excel.charts import Chart

Value = str | int | Decimal | None

FORMATS: Final[dict[str, str]] = {
    "text": "@",
    "wrapped": "@",
    "year": "0",
    "count": "#,##0",
    "kr": "#,##0",
    "mnkr": "#,##0.0,,",  # whole kronor shown in millions: the cell keeps every krona
    "t": "#,##0",
    "exact": "#,##0.0####",  # only for what is not whole: Excel would show a whole number as `6,600.`
    "per_mnkr": "#,##0.0",
    "percent": "0.0%",
    "rate": "0.00%",
}
"""Number formats by kind of column. `excel/decision_workbook.py` adds the language, so that a reader elsewhere sees our separators too."""


@dataclass(frozen=True)
class Formula:
    """A live cell.

    Attributes:
        text: without the equals sign; functions that Excel has had since 2010, in English. References are written `[[…]]` and are put in
            when the places of all tables are known (excel/places.py).
        value: what it gives for the recommended plan; stored with the formula, so that a reader that does not calculate sees it.
    """

    text: str
    value: Value


Cell = Value | Formula


@dataclass(frozen=True)
class Column:
    """A column: heading with unit, kind (see FORMATS), width in characters, and whether the column is summed."""

    heading: str
    kind: str = "text"
    width: int = 12
    summed: bool = False


@dataclass(frozen=True)
class Edit:
    """A cell that the reader may change: the values of its list, or a lowest and a highest whole number; what Excel says about it."""

    row: int
    column: int
    allowed: tuple[str | int, ...]
    title: str
    message: str
    between: bool = False


@dataclass(frozen=True)
class Mark:
    """A conditional format over whole columns of a table: `text` is a condition on the row, with references as in a formula."""

    first: int
    last: int
    text: str
    style: Literal["breach", "changed", "holds"]


@dataclass(frozen=True)
class Block:
    """A table with its heading, and the charts that show it.

    Attributes:
        filtered: filter buttons on the headings, when there is more than one row.
        edits, marks: cells to change, and conditional formats.
        printed: False for what is read on the screen only; the last tables of a sheet.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    charts: tuple[Chart, ...] = ()
    filtered: bool = True
    edits: tuple[Edit, ...] = ()
    marks: tuple[Mark, ...] = ()
    printed: bool = True

    @property
    def summed(self) -> bool:
        """A row of sums stands below the table."""
        return any(c.summed for c in self.columns) and bool(self.rows)


@dataclass(frozen=True)
class Sheet:
    """A sheet: what it is called, what it says first, its tables.

    Attributes:
        names: defined names and what they refer to, written as a reference in a formula (`Beslut.0`).
        frozen: the table whose headings stay in view, and how many columns do; chosen from the tables when absent.
        printed: columns that are printed; all when 0.
        calculation: the sheet only holds what the formulas of the others need; its title and sentences are printed, not its figures.
    """

    name: str
    title: str
    lines: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = field(default_factory=tuple)
    names: tuple[tuple[str, str], ...] = ()
    frozen: tuple[str, int] | None = None
    printed: int = 0
    calculation: bool = False


@dataclass(frozen=True)
class Labels:
    """Words on every sheet, and the language whose separators numbers have."""

    total: str
    page: str
    author: str
    lang: str = ""


def stored(cell: Cell) -> Value:
    """The value of a cell, live or not."""
    return cell.value if isinstance(cell, Formula) else cell
