"""Writes the rows of an officer's table with XlsxWriter, in the officer's unit and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from portfolio.excel.cells import plain
from portfolio.excel.columns import word
from portfolio.records import Investment
from portfolio.units import KRONOR_PER

YEARS: Final = range(2025, 2032)
CREATED: Final = datetime(2025, 3, 14, 8, 0)  # fixed, so that the same figures give the same bytes
Value = str | int | Decimal | None
_SHORT: Final = ("in_plan", "counts_to_target", "bond_category", "control", "scope", "grant_status")
_MONEY: Final = ("grant", "operating", "total")


def year_field(year: int) -> str:
    """`y2027`."""
    return f"y{year}"


OUTLAYS: Final = (*(year_field(y) for y in YEARS), "later")


@dataclass(frozen=True)
class Style:
    """What the officer's sheet looks like and how the officer writes figures.

    Args:
        unit: money unit of the sheet.
        sign: −1 when outlays are written with a minus sign.
        words: field to own words, by the catalogue's Swedish word (`ja`, `sökt`).
        ramp_mark: what separates the shares of the ramp-up.
        ids_mark: what separates ids.
        percent: per cent cells hold 0.2 shown as 20 %, not 20.
        head, band: colours of headings and sums.
    """

    unit: str
    sign: int = 1
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ramp_mark: str = "|"
    ids_mark: str = " | "
    percent: bool = False
    font: str = "Calibri"
    size: int = 10
    head: str = "#DCE6F1"
    ink: str = "#000000"
    band: str = "#F2F2F2"

    @property
    def money(self) -> str:
        """Number format of amounts."""
        return "#,##0.00;[Red]-#,##0.00" if self.unit in ("mnkr", "mdkr") else "#,##0;[Red]-#,##0"


class Officer:
    """A workbook under construction in one officer's style."""

    def __init__(self, style: Style, title: str) -> None:
        self.style = style
        self.stream = BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book: Any = xlsxwriter.Workbook(self.stream, options)
        self.book.set_properties({"created": CREATED, "title": title, "company": "Helsingborgs stad (exempel)"})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def look(self, **properties: Any) -> Any:
        """A cell format in the officer's font."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": self.style.font, "font_size": self.style.size, "valign": "top"}
            self._formats[key] = self.book.add_format(base | properties)
        return self._formats[key]

    @property
    def head(self) -> Any:
        """The format of headings."""
        return self.look(bold=True, text_wrap=True, border=1, bg_color=self.style.head, font_color=self.style.ink, valign="vcenter")

    def sheet(self, name: str, pages: int = 1) -> Any:
        """A new sheet, landscape, so many pages wide; A3 when it is more than one, with the first two columns on each."""
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(8 if pages > 1 else 9)
        sheet.set_landscape()
        sheet.fit_to_pages(pages, 0)
        if pages > 1:
            sheet.repeat_columns(0, 1)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_footer("&L&F&C&A&RSida &P av &N")
        return sheet

    def title(self, sheet: Any, row: int, text: str, size: int = 16, column: int = 0, **properties: Any) -> None:
        """A line of title in a row that is high enough for it."""
        sheet.set_row(row, size * 1.5)
        sheet.write_string(row, column, text, self.look(bold=True, font_size=size, **properties))

    def lines(self, sheet: Any, row: int, pairs: Sequence[tuple[str, Value]], column: int = 0) -> None:
        """Explicit cells above a table: a label and, when there is a value, the value in the next cell."""
        for n, (label, value) in enumerate(pairs):
            sheet.write_string(row + n, column, label, self.look(bold=value is not None))
            put(sheet, row + n, column + 1, value, self.look(align="left"))

    def saved(self) -> bytes:
        """The workbook's bytes."""
        self.book.close()
        return self.stream.getvalue()


def put(sheet: Any, row: int, column: int, value: Value, look: Any) -> None:
    """A typed cell; nothing for None."""
    if isinstance(value, str):
        sheet.write_string(row, column, value, look)
    elif value is not None:
        whole = value == int(value)
        sheet.write_number(row, column, int(value) if whole else float(value), look)
    else:
        sheet.write_blank(row, column, None, look)


@dataclass(frozen=True)
class Column:
    """A column of the officer's table: field, heading, width."""

    field: str
    header: str
    width: float = 10


class Table:
    """One table: where it stands, its columns, and the rows written so far."""

    def __init__(self, officer: Officer, sheet: Any, columns: Sequence[Column], *, left: int = 0) -> None:
        self.officer, self.sheet, self.columns, self.left = officer, sheet, columns, left
        self.rows: dict[str, int] = {}
        self.amounts: dict[int, dict[str, Decimal]] = {}
        for number, column in enumerate(columns, start=left):
            sheet.set_column(number, number, column.width)

    def at(self, name: str) -> int:
        """Column number of a field."""
        return next(n for n, c in enumerate(self.columns, start=self.left) if c.field == name)

    def letter(self, name: str) -> str:
        """Column letter of a field."""
        return str(xl_col_to_name(self.at(name)))

    def has(self, name: str) -> bool:
        """True when the table has the field."""
        return any(c.field == name for c in self.columns)

    def headings(self, row: int, height: float = 45) -> None:
        """The row of headings."""
        self.sheet.set_row(row, height)
        for number, column in enumerate(self.columns, start=self.left):
            self.sheet.write_string(row, number, column.header, self.officer.head)

    def groups(self, row: int, groups: Sequence[tuple[str, str, str]]) -> None:
        """Merged headings over the headings: text, first field, last field."""
        look = self.officer.look(
            bold=True, align="center", border=1, bg_color=self.officer.style.head, font_color=self.officer.style.ink, italic=True
        )
        for text, first, last in groups:
            a, b = self.at(first), self.at(last)
            if a == b:
                self.sheet.write_string(row, a, text, look)
            else:
                self.sheet.merge_range(row, a, row, b, text, look)

    def investment(self, row: int, i: Investment, own: Mapping[str, Value] | None = None) -> None:
        """One row. `own` holds the values of columns that are the officer's own business."""
        style = self.officer.style
        self.rows[i.id] = row
        self.amounts[row] = {}
        for number, column in enumerate(self.columns, start=self.left):
            name = column.field
            if name == "total":
                self._total(row, number, i)
                continue
            value = value_of(i, name, style)
            if value is None and own is not None:
                value = own.get(name)
            if name in OUTLAYS or name in _MONEY:
                self.amounts[row][name] = Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)
            put(self.sheet, row, number, value, self._look(name, value))

    def _total(self, row: int, number: int, i: Investment) -> None:
        """The sum of the row's years as a formula, with the value that Excel would have saved."""
        style = self.officer.style
        total = Decimal(i.total_outlay) * style.sign / KRONOR_PER[style.unit]
        self.amounts[row]["total"] = total
        years = [f for f in OUTLAYS if self.has(f)]
        formula = f"=SUM({self.letter(years[0])}{row + 1}:{self.letter(years[-1])}{row + 1})"
        self.sheet.write_formula(row, number, formula, self._look("total", total, bold=True), float(total))

    def print_area(self, last: int) -> None:
        """Print from the top to row `last` and no further than the table is wide."""
        self.sheet.print_area(0, 0, last, self.left + len(self.columns) - 1)

    def _look(self, name: str, value: Value, *, bold: bool = False) -> Any:
        style = self.officer.style
        given: dict[str, Any] = {"bold": True} if bold else {}
        if name in OUTLAYS or name in _MONEY or name.startswith("history"):
            return self.officer.look(num_format=style.money, border=1, border_color="#BFBFBF", **given)
        if name in ("tonnes", "removal_tonnes", "bond_tonnes"):
            return self.officer.look(num_format="#,##0", border=1, border_color="#BFBFBF")
        if name.endswith("uncertainty") and style.percent:
            return self.officer.look(num_format="0%", border=1, border_color="#BFBFBF")
        aside = isinstance(value, str) and len(value) < 14
        return self.officer.look(border=1, border_color="#BFBFBF", **({"align": "center"} if aside and name in _SHORT else {}))

    def heading(self, row: int, text: str, name: str = "name") -> None:
        """A row that only names what follows."""
        self.sheet.write_string(row, self.at(name), text, self.officer.look(bold=True, italic=True))

    def sums(self, row: int, text: str, first: int, last: int, parts: Sequence[int] = ()) -> None:
        """A row of sums over rows `first`–`last`, or over the sum rows `parts`; with the values that Excel would have saved."""
        look = self.officer.look(bold=True, num_format=self.officer.style.money, bg_color=self.officer.style.band, top=1)
        label = self.officer.look(bold=True, bg_color=self.officer.style.band, top=1)
        inside = [r for r in self.rows.values() if first <= r <= last]
        for number, column in enumerate(self.columns, start=self.left):
            name = column.field
            if name in OUTLAYS or name in ("grant", "total"):
                value = sum((self.amounts[r][name] for r in inside), Decimal(0))
                letter = xl_col_to_name(number)
                whole = f"=SUM({letter}{first + 1}:{letter}{last + 1})"
                formula = "=" + "+".join(f"{letter}{r + 1}" for r in parts) if parts else whole
                self.sheet.write_formula(row, number, formula, look, float(value))
            elif name == "name":
                self.sheet.write_string(row, number, text, label)
            else:
                self.sheet.write_blank(row, number, None, label)

    def total(self, name: str, investments: Sequence[Investment]) -> Decimal:
        """The sum of a money field over some investments, in the sheet's unit."""
        return sum((self.amounts[self.rows[i.id]][name] for i in investments), Decimal(0))


def value_of(i: Investment, name: str, style: Style) -> Value:
    """What the officer writes for a field; None for a blank cell and for fields that are no investment's."""
    if name in OUTLAYS:
        year = YEARS[-1] + 1 if name == "later" else int(name[1:])
        place = year - i.proposed_start
        amount = i.outlay[place] if 0 <= place < len(i.outlay) else 0
        return Decimal(amount * style.sign) / KRONOR_PER[style.unit] if amount else None
    value = _plain_value(i, name, style)
    return style.words.get(name, {}).get(value, value) if isinstance(value, str) else value


def _plain_value(i: Investment, name: str, style: Style) -> Value:
    match name:
        case "grant" | "operating":
            amount: int = getattr(i, name)
            return Decimal(amount) / KRONOR_PER[style.unit] if amount else None
        case "control" | "owner_type" | "status" | "grant_status" | "taxonomy":
            return word(getattr(i, name), "sv")
        case "in_plan" | "counts_to_target" | "capitalised":
            return "ja" if getattr(i, name) else "nej"
        case "ramp":
            return style.ramp_mark.join(plain(s, ",") for s in i.ramp)
        case "requires":
            return style.ids_mark.join(r.id for r in i.requires) or None
        case "outlay_uncertainty" | "tonnes_uncertainty":
            share: Decimal | None = getattr(i, name)
            return None if share is None else share if style.percent else share * 100
        case "scope":
            return int(i.scope) if i.scope else None
        case "removal_tonnes":
            return i.removal_tonnes or None
    value = getattr(i, name, None)
    return value if value != "" else None
