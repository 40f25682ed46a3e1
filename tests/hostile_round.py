"""A small round – workbook, model, other files – that the hostile cases spoil in one way each, in Swedish and in English.

The workbook says the same as the starter of `portfolio init`: titles in rows 1–2, headings in row 4, four investments in rows 5–8, and the
sheet of overlaps. It is written by XlsxWriter cell by cell, so that a case decides what stands in each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal

import openpyxl
import xlsxwriter
from openpyxl.utils import get_column_letter

from portfolio.excel.standard import HEADER_ROW, fields
from portfolio.excel.starter import STARTER_YEARS, starter_workbook
from portfolio.records import Investment
from portfolio.text import Lang, Text
from workbook_parts import Parts

YEARS: Final = STARTER_YEARS
BOOK: Final = "bok.xlsx"
MODEL: Final = "models/exempel-2025.toml"


@dataclass(frozen=True)
class Said:
    """A value that is spelt in the language of the workbook."""

    sv: Any
    en: Any


@dataclass(frozen=True)
class Formula:
    """A formula with the value that Excel saved; None is not saved at all."""

    text: str
    saved: Any = None


@dataclass(frozen=True)
class Shown:
    """A number with the format that shows it."""

    value: float
    code: str


@dataclass(frozen=True)
class Rich:
    """A text in several formats."""

    runs: tuple[str, ...]


@cache
def _starter(lang: Lang) -> tuple[dict[str, str], tuple[dict[str, Any], ...], tuple[tuple[Any, ...], ...]]:
    """Headings, rows and overlaps of the starter workbook."""
    book = openpyxl.load_workbook(BytesIO(starter_workbook(lang)))
    text = Text(lang)
    sheet = book[text("excel.sheet.investments")]
    names = fields(YEARS)
    head = {name: str(sheet.cell(HEADER_ROW + 1, n).value) for n, name in enumerate(names, start=1)}
    rows = tuple({name: sheet.cell(r, n).value for n, name in enumerate(names, start=1)} for r in range(HEADER_ROW + 2, HEADER_ROW + 6))
    overlaps = tuple(tuple(c.value for c in row) for row in book[text("excel.sheet.overlaps")].iter_rows())
    return head, rows, overlaps


@dataclass
class Round:
    """What a case changes.

    Attributes:
        fields: from left to right; head: their headings; rows: the investments, in order, by field.
        top, left: where the heading row begins. above, below: cells by (row, column), below counted from the row under the last one.
        changes: of the parts of the finished workbook. spoil: of its bytes.
        files: other files of the round, by path. asked: what `check` is asked to read.
    """

    lang: Lang
    fields: list[str]
    head: dict[str, Any]
    rows: list[dict[str, Any]]
    overlaps: list[tuple[Any, ...]]
    sheet: str
    model: str
    top: int = 4
    left: int = 1
    above: dict[tuple[int, int], Any] = field(default_factory=dict)
    below: dict[tuple[int, str], Any] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[str] = field(default_factory=set)
    other_sheets: dict[str, Callable[[Any], None]] = field(default_factory=dict)
    finish: list[Callable[[Any, Any], None]] = field(default_factory=list)
    changes: list[Callable[[Parts], None]] = field(default_factory=list)
    spoil: Callable[[bytes], bytes] | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=lambda: [BOOK])
    scenarios: list[str] = field(default_factory=list)
    date_1904: bool = False
    macro: bytes | None = None

    def column(self, name: str) -> int:
        """Number of a field's column."""
        return self.left + self.fields.index(name)

    def row(self, identity: str) -> int:
        """Number of an investment's row, by its id in the starter."""
        return self.top + 1 + next(n for n, row in enumerate(self.rows) if row["was"] == identity)

    def place(self, where: str) -> str:
        """`EX-1.tonnes` is a cell, `#tonnes` a heading, `+1.name` a cell below the table; anything else stands as it is."""
        if where.startswith("#"):
            return f"{self.sheet}!{get_column_letter(self.column(where[1:]))}{self.top}"
        if found := re.fullmatch(r"(EX-\d|\+\d)\.(.+)", where):
            row = self.top + len(self.rows) + int(found[1][1:]) if found[1][0] == "+" else self.row(found[1])
            return f"{self.sheet}!{get_column_letter(self.column(found[2]))}{row}"
        return where.replace("{sheet}", self.sheet).replace("{top}", str(self.top)).replace("{overlaps}", self.t("excel.sheet.overlaps"))

    def t(self, key: str) -> str:
        """A word of the catalogue in the language of the workbook."""
        return Text(self.lang)(key)

    def say(self, value: Any) -> Any:
        """The value in the language of the workbook."""
        return getattr(value, self.lang) if isinstance(value, Said) else value

    def put(self, identity: str, name: str, value: Any) -> None:
        """What stands in a cell."""
        next(row for row in self.rows if row["was"] == identity)[name] = self.say(value)

    def add_column(self, name: str, heading: Any, values: Sequence[Any] = ()) -> None:
        """A column after the last one."""
        self.fields.append(name)
        self.head[name] = self.say(heading)
        for row, value in zip(self.rows, values, strict=False):
            row[name] = self.say(value)

    def content(self) -> bytes:
        """The workbook's bytes."""
        stream = BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "date_1904": self.date_1904}
        book: Any = xlsxwriter.Workbook(stream, options)
        book.set_properties({"created": datetime(2025, 1, 1)})
        sheet: Any = book.add_worksheet(self.sheet)
        write = _Writer(book, sheet)
        titles = {(1, 1): "Budget 2025–2031", (2, 1): self.say(Said("Belopp i tkr", "Amounts in tkr"))}
        for (row, column), value in {**titles, **self.above}.items():
            write(row, column, self.say(value))
        for name in self.fields:
            write(self.top, self.column(name), self.head.get(name))
        for n, row in enumerate(self.rows, start=self.top + 1):
            for name in self.fields:
                write(n, self.column(name), self.say(row.get(name)))
        for (n, name), value in self.below.items():
            write(self.top + len(self.rows) + n, self.column(name), self.say(value))
        for n in self.hidden_rows:
            sheet.set_row(n - 1, None, None, {"hidden": True})
        for name in self.hidden_columns:
            sheet.set_column(self.column(name) - 1, self.column(name) - 1, None, None, {"hidden": True})
        over: Any = book.add_worksheet(self.t("excel.sheet.overlaps"))
        for n, values in enumerate(self.overlaps, start=1):
            for k, value in enumerate(values, start=1):
                _Writer(book, over)(n, k, self.say(value))
        for name, fill in self.other_sheets.items():
            fill(book.add_worksheet(name))
        for act in self.finish:
            act(book, sheet)
        if self.macro is not None:
            book.add_vba_project(BytesIO(self.macro), is_stream=True)
        book.close()
        made = stream.getvalue()
        if b"<v></v>" in Parts(made).data["xl/worksheets/sheet1.xml"] or self.changes:
            parts = Parts(made)
            parts.data["xl/worksheets/sheet1.xml"] = parts.data["xl/worksheets/sheet1.xml"].replace(b"<v></v>", b"")
            for change in self.changes:
                change(parts)
            made = parts.zipped()
        return self.spoil(made) if self.spoil is not None else made

    def write(self, folder: Path) -> None:
        """The whole round in a folder."""
        was = sound(self.lang)
        untouched = replace(self, model=was.model, files=was.files, asked=was.asked, scenarios=was.scenarios) == was
        files = {BOOK: _sound_content(self.lang) if untouched else self.content(), MODEL: self.model.encode("utf-8")} | _frameworks()
        for name, content in {**files, **self.files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


@dataclass
class _Writer:
    """Writes one value the way its kind is written."""

    book: Any
    sheet: Any

    def __call__(self, row: int, column: int, value: Any) -> None:
        at = (row - 1, column - 1)
        match value:
            case None:
                return
            case bool():
                self.sheet.write_boolean(*at, value)
            case int() | float():
                self.sheet.write_number(*at, value)
            case date():
                when = datetime(value.year, value.month, value.day)
                self.sheet.write_datetime(*at, when, self.book.add_format({"num_format": "yyyy-mm-dd"}))
            case Formula():
                self.sheet.write_formula(*at, value.text, None, "" if value.saved is None else value.saved)
            case Shown():
                self.sheet.write_number(*at, value.value, self.book.add_format({"num_format": value.code}))
            case Rich():
                bold = self.book.add_format({"bold": True})
                pieces = [piece for n, run in enumerate(value.runs) for piece in ((bold, run) if n % 2 else (run,))]
                self.sheet.write_rich_string(*at, *pieces)
            case _:
                self.sheet.write_string(*at, str(value))


@cache
def _frameworks() -> dict[str, bytes]:
    data = resources.files("portfolio.starter")
    return {"models/frameworks/exempel.toml": (data / "framework.toml").read_bytes()}


@cache
def _model(lang: Lang) -> str:
    return (resources.files("portfolio.starter") / f"model.{lang}.toml").read_text("utf-8")


def sound(lang: Lang) -> Round:
    """The round without any fault."""
    head, rows, overlaps = _starter(lang)
    sheet = Text(lang)("excel.sheet.investments")
    return Round(lang, list(head), dict(head), [{**row, "was": row["id"]} for row in rows], list(overlaps), sheet, _model(lang))


@cache
def _sound_content(lang: Lang) -> bytes:
    """The workbook without any fault, which the cases of the model share."""
    return sound(lang).content()


Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Found:
    """A finding that is expected: `place` as in `Round.place`, `value` as read; `file` where it is said."""

    code: str
    place: str = ""
    value: Any = ""
    file: str = BOOK
    severity: Severity = "error"


Changed = Callable[[dict[str, Investment]], None]


@dataclass(frozen=True)
class Case:
    """One way to spoil the round.

    Attributes:
        fault: its class in `hostile_classes`. name: the variant.
        make: the spoiling.
        found: all errors and warnings that are to be told; none else may be.
        changed: what is read differs so from the sound round, when there is no error.
        langs: the languages in which it is tried.
    """

    fault: str
    name: str
    make: Callable[[Round], None]
    found: tuple[Found, ...] = ()
    changed: Changed | None = None
    langs: tuple[Lang, ...] = ("sv", "en")

    @property
    def refused(self) -> bool:
        """It is an error."""
        return any(f.severity == "error" for f in self.found)


def warning(code: str, place: str = "", value: Any = "", file: str = BOOK) -> Found:
    """A finding that does not stop the run."""
    return Found(code, place, value, file, "warning")


def cell(fault: str, where: str, value: Any, *found: Found | str, name: str = "", changed: Changed | None = None, shown: Any = ...) -> Case:
    """A case of one cell `EX-1.tonnes`; a code alone is a finding at the cell with the value as it stands."""
    identity, _, column = where.partition(".")
    expected = tuple(Found(f, where, value if shown is ... else shown) if isinstance(f, str) else f for f in found)
    title = name or f"{column} {value!r}"[:60]
    return Case(fault, title, lambda r: r.put(identity, column, value), expected, changed)


def updated(identity: str, **values: Any) -> Changed:
    """The investment with other values."""

    def change(known: dict[str, Investment]) -> None:
        known[identity] = known[identity].model_copy(update=values)

    return change


def without(*identities: str) -> Changed:
    """These investments are not read."""

    def change(known: dict[str, Investment]) -> None:
        for identity in identities:
            del known[identity]

    return change
