"""Reading typed cells. Every fault becomes a finding that names the cell; a faulty cell gives None and marks its field as broken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Final, TypeVar

from portfolio.errors import Finding, Severity, finding
from portfolio.excel.columns import normal as normal_text
from portfolio.excel.columns import normal_id, word_index, words_of, yes_no, yes_no_index
from portfolio.excel.grid import Cell
from portfolio.excel.layout import Layout
from portfolio.excel.numbers import Number, Reading, parse_float, parse_number
from portfolio.inert import inert
from portfolio.text import LANGUAGES
from portfolio.units import KRONOR_PER

MAX_KRONOR: Final = 10**12
MAX_TONNES: Final = 10**9
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2150
_ZEROS: Final = re.compile("0{2,}")
_T = TypeVar("_T")


def clean(value: object) -> str:
    """A text as it is kept: composed, without control characters, blanks at the ends or no-break spaces; 101.0 is `101`."""
    if isinstance(value, float):
        return format(value, ".15g")
    return inert(unicodedata.normalize("NFC", str(value))).replace("\u00a0", " ").strip()


def shown(cell: Cell | None) -> str:
    """The text of a cell as Excel shows it: a number with the format 000 keeps its zeros, for they are a part of an id."""
    if cell is None:
        return ""
    text = clean(cell.value)
    return text.zfill(len(cell.number_format)) if text.isdigit() and _ZEROS.fullmatch(cell.number_format) else text


@dataclass
class CellReader:
    """Reads the cells of one row of a sheet by field and collects findings, broken fields and addresses."""

    layout: Layout
    file: str
    row: int
    findings: list[Finding]
    broken: set[str] = field(default_factory=set)
    cells: dict[str, str] = field(default_factory=dict)

    def found(self, name: str) -> Cell | None:
        """The cell of a field as it stands: in the row, on a sheet that is joined to it, or the one cell that says it for every row."""
        column = self.layout.columns.get(name)
        if column is not None:
            return self.layout.grid.at(self.row, column)
        if name in self.layout.joined:
            return self.layout.joined[name].get(self.key)
        return self.layout.constants.get(name)

    @cached_property
    def key(self) -> str:
        """The row's id, as sheets are joined by it."""
        cell = self.layout.grid.at(self.row, self.layout.columns["id"]) if "id" in self.layout.columns else None
        return normal_id(shown(cell))

    def cell(self, name: str) -> Cell | None:
        """The usable cell of a field; blank, an error value and an unsaved formula give None (the last two with a finding)."""
        cell = self.found(name)
        if cell is None:
            return None
        self.cells[name] = cell.address
        # a stated total is only compared with ours: without a value there is nothing to compare, and nothing is lost
        severity = Severity.WARNING if name == "stated_total" else Severity.ERROR
        if cell.uncached:
            self.fault("formula_without_value", name, cell, severity)
        elif cell.is_error:
            self.fault("error_value", name, cell, severity)
        else:
            return cell
        return None

    def fault(self, code: str, name: str, cell: Cell | None = None, severity: Severity = Severity.ERROR, **parameters: str | int) -> None:
        """Add a finding about a field; an error marks the field as broken."""
        if severity is Severity.ERROR:
            self.broken.add(name)
        place = self.layout.grid.place_of(cell) if cell is not None else self.blank_place(name)
        value = cell.text if cell is not None else ""
        self.findings.append(finding(code, self.file, place, value, severity, column=self.layout.header(name), **parameters))

    def blank_place(self, name: str) -> str:
        """Where the value should have stood."""
        column = self.layout.columns.get(name)
        return self.layout.grid.place(self.row, column) if column is not None else f"{self.layout.grid.name}!{self.row}"

    def missing(self, name: str) -> None:
        """A cell that must be filled is blank; said once, and not when the column itself is missing or the cell already has a fault."""
        if self.layout.has(name) and name not in self.broken:
            self.fault("missing_value", name)
        self.broken.add(name)

    def text(self, name: str) -> str:
        """A text; a lone dash is no value."""
        cell = self.cell(name)
        text = shown(cell)
        return "" if parse_number(text).reading is Reading.EMPTY else text

    def number(self, name: str, *, percent: bool = False) -> Decimal | None:
        """A number, exact; None when blank, a dash, or faulty. With `percent` a plain 20 means 20 % and the share 0.2 is returned."""
        cell = self.cell(name)
        if cell is None:
            return None
        value = self._number(cell, name)
        if value is None:
            return None
        shown_as_percent = value.percent or (cell.is_percent and not isinstance(cell.value, str))
        if shown_as_percent and self.unit_of(name):
            self.fault("percent_for_amount", name, cell)
            return None
        return value.value / 100 if percent and not shown_as_percent else value.value

    def _number(self, cell: Cell, name: str) -> Number | None:
        if isinstance(cell.value, bool):
            self.fault("boolean_for_number", name, cell)
        elif isinstance(cell.value, date | time | timedelta):
            self.fault("date_for_number", name, cell)
        elif isinstance(cell.value, int | float):
            return Number(Reading.VALUE, parse_float(float(cell.value)) if isinstance(cell.value, float) else Decimal(cell.value))
        else:
            return self.accept(parse_number(clean(cell.value)), name, cell)
        return None

    def accept(self, number: Number, name: str, cell: Cell) -> Number | None:
        """The number, or None with a finding when the text is not for sure one number."""
        match number.reading:
            case Reading.VALUE:
                return number
            case Reading.EMPTY:
                return None
            case Reading.AMBIGUOUS:
                readings = {"small": plain(number.value, ","), "small_en": plain(number.value, "."), "large": plain(number.other, ",")}
                self.fault("ambiguous_number", name, cell, Severity.ERROR, **readings)
            case Reading.UNIT if number.unit == "t" and "tonnes" in name:
                return Number(Reading.VALUE, number.value)
            case Reading.UNIT if number.unit in KRONOR_PER and self.unit_of(name):
                self._unit_typed(number, name, cell)
            case _:
                self.fault("text_for_number", name, cell)
        return None

    def _unit_typed(self, number: Number, name: str, cell: Cell) -> None:
        unit = self.unit_of(name)
        should = number.value * KRONOR_PER[number.unit] / KRONOR_PER[unit]
        self.fault("unit_in_cell", name, cell, Severity.ERROR, unit=unit, write=plain(should, ","), write_en=plain(should, "."))

    def unit_of(self, name: str) -> str:
        """The money unit of a field; empty when it is not money."""
        if name.startswith("outlay.") or name in ("grant", "partner", "operating", "stated_total"):
            return self.layout.units.get(name, self.layout.unit)
        return ""

    def money(self, name: str, *, negative: bool = False) -> int | None:
        """Whole kronor from an amount in the sheet's unit; None when blank or faulty."""
        value = self.number(name)
        if value is None:
            return None
        cell = self.found(name)
        kronor = value * KRONOR_PER[self.unit_of(name)]
        if name.startswith("outlay.") or name == "stated_total":
            kronor *= self.layout.sign
        if abs(kronor) > MAX_KRONOR:
            self.fault("amount_too_large", name, cell)
        elif kronor != kronor.to_integral_value():
            self.fault("not_whole_kronor", name, cell, unit=self.unit_of(name))
        elif kronor < 0 and not negative:
            self.fault("negative_amount", name, cell)
        else:
            return int(kronor)
        return None

    def tonnes(self, name: str, *, negative: bool = False) -> Decimal | None:
        """t CO2e a year; None when blank or faulty."""
        value = self.number(name)
        if value is None:
            return None
        cell = self.found(name)
        if abs(value) > MAX_TONNES:
            self.fault("tonnes_too_large", name, cell)
        elif value < 0 and not negative:
            self.fault("negative_tonnes_here", name, cell)
        else:
            return value
        return None

    def whole(self, name: str, low: int, high: int, code: str) -> int | None:
        """A whole number within limits; otherwise a finding `code` with the limits."""
        cell = self.cell(name)
        if cell is not None and isinstance(cell.value, date) and low == FIRST_YEAR:
            return cell.value.year
        value = self.number(name) if cell is not None and name not in self.broken else None
        if value is None:
            return None
        if value != value.to_integral_value() or not low <= value <= high:
            self.fault(code, name, cell, low=str(low), high=str(high))
            return None
        return int(value)

    def year(self, name: str) -> int | None:
        """A calendar year; a date gives its year."""
        return self.whole(name, FIRST_YEAR, LAST_YEAR, "not_a_year")

    def share(self, name: str, *, percent: bool) -> Decimal | None:
        """A share between 0 and 1; `percent` as in `number`."""
        value = self.number(name, percent=percent)
        if value is not None and not 0 <= value <= 1:
            cell = self.found(name)
            self.fault("percent_outside" if percent else "share_outside", name, cell)
            return None
        return value

    def word(self, name: str, words: type[Enum]) -> Enum | None:
        """A member of a closed list."""
        return self._listed(name, lambda text: word_index(words).get(text), words_of(words, "sv"), words_of(words, "en"))

    def yes_no(self, name: str) -> bool | None:
        """Ja or nej; Excel's own TRUE and FALSE count as well."""
        cell = self.cell(name)
        if cell is not None and isinstance(cell.value, bool):
            return cell.value
        return self._listed(name, lambda text: yes_no_index().get(text), *([yes_no(v, lang) for v in (True, False)] for lang in LANGUAGES))

    def _listed(self, name: str, find: Callable[[str], _T | None], swedish: list[str], english: list[str]) -> _T | None:
        text = self.text(name)
        if not text:
            return None
        said = normal_text(text)
        found = find(normal_text(self.layout.words.get(name, {}).get(said, said)))
        if found is None:
            cell = self.found(name)
            self.fault("unknown_word", name, cell, words=", ".join(swedish), words_en=", ".join(english))
        return found


def plain(value: Decimal, mark: str) -> str:
    """A decimal without exponent or trailing zeros, with this decimal mark."""
    return format(value.normalize() + 0, "f").replace(".", mark)
