"""Writes a workbook in the standard layout: the template, the starter workbook and the Helsingborg sample.

The bytes depend on nothing but the arguments (fixed creation date), and a text never becomes a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from portfolio.excel.cells import plain
from portfolio.excel.columns import (
    INVESTMENTS,
    NOT_WRITTEN,
    OVERLAPS,
    YEARS_AFTER,
    Column,
    Kind,
    OverlapType,
    word,
    words_of,
    yes_no,
)
from portfolio.records import Investment, LockKind, Portfolio, RequirementKind
from portfolio.text import Lang, Text
from portfolio.units import KRONOR_PER, MoneyUnit

CREATED: Final = datetime(2025, 1, 1)  # fixed, so that the same figures give the same bytes
OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
HEADER_ROW: Final = 4
"""Row of the headers, counted from 0; above it the title, the unit and the sums."""
SPARE_ROWS: Final = 200
"""Validation lists reach this many rows below the last investment."""

_MARK: Final[dict[Lang, str]] = {"sv": ",", "en": "."}


class _Sheet:
    """One table sheet under construction: formats, header, rows, validation."""

    def __init__(self, book: Any, name: str, lang: Lang) -> None:
        self.sheet = book.add_worksheet(name)
        self.lang = lang
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DCE6F1", "border": 1})
        self.text = book.add_format({"valign": "top"})
        self.whole = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.exact = book.add_format({"num_format": "#,##0.0##", "valign": "top"})
        self.year = book.add_format({"num_format": "0", "valign": "top"})
        self.bold = book.add_format({"bold": True})
        self.bold_whole = book.add_format({"bold": True, "num_format": "#,##0"})
        self.title = book.add_format({"bold": True, "font_size": 14})

    def put(self, row: int, column: int, value: str | int | Decimal | None, *, year: bool = False) -> None:
        """A typed cell: text as text, numbers as numbers, None and empty text as blank."""
        if isinstance(value, str):
            if value:
                self.sheet.write_string(row, column, value, self.text)
        elif value is not None:
            is_whole = value == int(value)
            layout = self.year if year else self.whole if is_whole else self.exact
            self.sheet.write_number(row, column, int(value) if is_whole else float(value), layout)

    def table(self, name: str, row: int, headers: list[str], last_row: int) -> None:
        """The header row and the Excel table, at least one row long."""
        columns = [{"header": h, "header_format": self.head} for h in headers]
        bottom = max(last_row, row + 1)
        self.sheet.add_table(row, 0, bottom, len(headers) - 1, {"name": name, "columns": columns, "style": "Table Style Light 9"})

    def choices(self, column: int, first: int, last: int, words: list[str]) -> None:
        """A list of the words that a column accepts."""
        self.sheet.data_validation(first, column, last, column, {"validate": "list", "source": words, "ignore_blank": True})

    def paper(self, header_row: int, footer: str, columns: int) -> None:
        """A4 landscape, one page wide per twenty columns, headers repeated, page x of y."""
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(-(-columns // 20), 0)
        self.sheet.repeat_rows(header_row)
        self.sheet.set_footer(f"&L&A&R{footer}")
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)


def standard_workbook(portfolio: Portfolio, years: range, *, unit: MoneyUnit = "tkr", lang: Lang = "sv", title: str = "") -> bytes:
    """The workbook as bytes.

    Args:
        portfolio: investments in the order they are to stand; may be empty (the template).
        years: plan years; outlay of the year after the last goes in `Därefter`.
        unit: money unit of all amounts.
        title: the first line of the sheet.

    Raises:
        ValueError: an outlay lies outside the plan years and the year after, so that it has no column.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, OPTIONS)
    text = Text(lang)
    book.set_properties({"created": CREATED, "title": title})
    _investments(_Sheet(book, text("excel.sheet.investments"), lang), portfolio, years, unit, title)
    _overlaps(_Sheet(book, text("excel.sheet.overlaps"), lang), portfolio)
    _guide(book, _Sheet(book, text("excel.sheet.guide"), lang), unit)
    book.close()
    return stream.getvalue()


Row = dict[str, str | int | Decimal | None]
"""What stands in the columns of a row, by field; a field that is left out is a blank cell."""


def filled_workbook(rows: Sequence[Row], years: range, *, unit: MoneyUnit = "tkr", lang: Lang = "sv", title: str = "") -> bytes:
    """The workbook as bytes, with rows that are not investments yet: blank cells are for the officer to fill in.

    Args:
        rows: amounts in `unit`; words as the officer would write them.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, OPTIONS)
    text = Text(lang)
    book.set_properties({"created": CREATED, "title": title})
    _table(_Sheet(book, text("excel.sheet.investments"), lang), rows, years, unit, title)
    _overlaps(_Sheet(book, text("excel.sheet.overlaps"), lang), Portfolio(investments=()))
    _guide(book, _Sheet(book, text("excel.sheet.guide"), lang), unit)
    book.close()
    return stream.getvalue()


def fields(years: range) -> list[str]:
    """The fields of the sheet `Investeringar` from left to right."""
    declared = [c.field for c in INVESTMENTS if c.field not in NOT_WRITTEN]
    after = declared.index(YEARS_AFTER) + 1
    return [*declared[:after], *(f"outlay.{y}" for y in years), "outlay.later", *declared[after:]]


def _by_field() -> dict[str, Column]:
    return {c.field: c for c in (*INVESTMENTS, *OVERLAPS)}


def _header(field: str, unit: MoneyUnit, lang: Lang) -> str:
    text = Text(lang)
    if field == "outlay.later":
        return text("excel.title.money", column=text("excel.column.later"), unit=unit)
    if field.startswith("outlay."):
        return text("excel.title.year", year=field[7:], unit=unit)
    column = _by_field()[field]
    return text("excel.title.money", column=column.header(lang), unit=unit) if column.kind is Kind.MONEY else column.header(lang)


def _help(field: str, lang: Lang) -> str:
    if field.startswith("outlay."):
        return Text(lang)("excel.help.later" if field == "outlay.later" else "excel.help.year")
    return Text(lang)(f"excel.help.{field}")


def _investments(sheet: _Sheet, portfolio: Portfolio, years: range, unit: MoneyUnit, title: str) -> None:
    _table(sheet, [_values(i, years, unit, sheet.lang) for i in portfolio.investments], years, unit, title)


def _table(sheet: _Sheet, rows: Sequence[Row], years: range, unit: MoneyUnit, title: str) -> None:
    text = Text(sheet.lang)
    names = fields(years)
    first, last = HEADER_ROW + 1, HEADER_ROW + max(len(rows), 1)
    sheet.sheet.write_string(0, 0, title or text("excel.sheet.investments"), sheet.title)
    sheet.sheet.write_string(1, 0, text("excel.title.amounts", unit=unit))
    sheet.sheet.write_string(2, 0, text("excel.title.unit"), sheet.bold)
    sheet.sheet.write_string(2, 1, unit)
    sheet.table("Investeringar", HEADER_ROW, [_header(n, unit, sheet.lang) for n in names], last)
    sheet.sheet.set_row(HEADER_ROW, 48)
    by_field = _by_field()
    for number, name in enumerate(names):
        column = by_field.get(name)
        sheet.sheet.set_column(number, number, column.width if column is not None else 11)
        sheet.sheet.write_comment(HEADER_ROW, number, _help(name, sheet.lang), {"x_scale": 2, "author": "portfolio"})
        words = _words(column, sheet.lang)
        if words:
            sheet.choices(number, first, last + SPARE_ROWS, words)
    for row, values in enumerate(rows, start=first):
        for number, name in enumerate(names):
            sheet.put(row, number, values.get(name), year=name in ("earliest_start", "latest_start", "price_level", "life", "lock"))
    _sums(sheet, rows, years)
    sheet.sheet.freeze_panes(HEADER_ROW + 1, 2)
    sheet.paper(HEADER_ROW, text("excel.title.page"), len(names))


def _sums(sheet: _Sheet, rows: Sequence[Row], years: range) -> None:
    """Sums of the visible rows, above the header so that the table can grow."""
    names = fields(years)
    first, last = HEADER_ROW + 2, HEADER_ROW + 1 + max(len(rows), 1)
    sheet.sheet.write_string(HEADER_ROW - 1, 0, Text(sheet.lang)("excel.title.sum"), sheet.bold)
    for number, name in enumerate(names):
        if name.startswith("outlay.") or name == "grant":
            letter = xl_col_to_name(number)
            total = sum((Decimal(v) for v in (row.get(name) for row in rows) if v), Decimal(0))
            formula = f"=SUBTOTAL(109,{letter}{first}:{letter}{last})"
            sheet.sheet.write_formula(HEADER_ROW - 1, number, formula, sheet.bold_whole, float(total))


def _words(column: Column | None, lang: Lang) -> list[str]:
    if column is None:
        return []
    if column.words is not None:
        return words_of(column.words, lang)
    return [yes_no(v, lang) for v in (True, False)] if column.kind is Kind.YES_NO else []


def _values(i: Investment, years: range, unit: MoneyUnit, lang: Lang) -> Row:
    """What stands in each column of an investment's row."""
    mark = _MARK[lang]
    values: Row = {
        "id": i.id,
        "name": i.name,
        "owner": i.owner,
        "owner_type": word(i.owner_type, lang),
        "sector": i.sector,
        "emission_sector": i.emission_sector,
        "control": word(i.control, lang),
        "in_plan": yes_no(i.in_plan, lang),
        "status": word(i.status, lang),
        "earliest_start": i.earliest_start,
        "latest_start": i.latest_start,
        "grant": _amount(i.grant, unit),
        "grant_status": word(i.grant_status, lang),
        "operating": _amount(i.operating, unit),
        "life": i.life,
        "tonnes": i.tonnes,
        "removal_tonnes": i.removal_tonnes,
        "counts_to_target": yes_no(i.counts_to_target, lang),
        "bond_tonnes": i.bond_tonnes,
        "ramp": "|".join(plain(share, mark) for share in i.ramp),
        "scope": i.scope,
        "bond_category": i.bond_category,
        "taxonomy": word(i.taxonomy, lang),
        "requires": _requires(i, lang),
        "alternatives": i.alternatives,
        "overlap_group": i.overlap_group,
        "outlay_uncertainty": i.outlay_uncertainty * 100 if i.outlay_uncertainty is not None else None,
        "tonnes_uncertainty": i.tonnes_uncertainty * 100 if i.tonnes_uncertainty is not None else None,
        "price_level": i.price_level,
        "lock": _lock(i, lang),
        "minimum_share": i.minimum_share,
        "source": i.source,
        "comment": i.comment,
        # blank is the rule; only what differs from it is written
        "partner": _amount(i.partner, unit) if i.partner else None,
        "capitalised": None if i.capitalised else yes_no(False, lang),
        "eligible_share": None if i.eligible_share == 1 else i.eligible_share * 100,
    }
    return values | _outlays(i, years, unit)


def _outlays(i: Investment, years: range, unit: MoneyUnit) -> Row:
    amounts = {i.proposed_start + k: kr for k, kr in enumerate(i.outlay)}
    columns = {y: f"outlay.{y}" for y in years} | {years[-1] + 1: "outlay.later"}
    if any(kr and y not in columns for y, kr in amounts.items()):
        raise ValueError(f"{i.id}: outlay outside {years[0]}-{years[-1]} and the year after")
    return {name: _amount(amounts[y], unit) if amounts.get(y) else None for y, name in columns.items()}


def _amount(kronor: int, unit: MoneyUnit) -> Decimal:
    return Decimal(kronor) / KRONOR_PER[unit]


def _requires(i: Investment, lang: Lang) -> str:
    finished = Text(lang)("excel.word.lock.finished")
    return " | ".join(r.id if r.kind is RequirementKind.START_TO_START else f"{r.id} {finished}" for r in i.requires)


def _lock(i: Investment, lang: Lang) -> str | int | None:
    if i.lock.kind is LockKind.FREE:
        return None
    return i.lock.year if i.lock.kind is LockKind.START else Text(lang)(f"excel.word.lock.{i.lock.kind.value}")


def _overlaps(sheet: _Sheet, portfolio: Portfolio) -> None:
    rows: list[tuple[str, str, str, Decimal, str]] = [
        (word(OverlapType.PAIR, sheet.lang), p.loser, p.winner, p.share, p.basis) for p in portfolio.pairs
    ]
    rows += [(word(OverlapType.CEILING, sheet.lang), c.group, "", c.tonnes, c.basis) for c in portfolio.ceilings]
    sheet.table("Overlapp", 0, [c.header(sheet.lang) for c in OVERLAPS], len(rows))
    for number, column in enumerate(OVERLAPS):
        sheet.sheet.set_column(number, number, column.width)
        sheet.sheet.write_comment(0, number, _help(column.field, sheet.lang), {"x_scale": 2, "author": "portfolio"})
    sheet.choices(0, 1, len(rows) + SPARE_ROWS, words_of(OverlapType, sheet.lang))
    for row, (kind, loser, winner, amount, basis) in enumerate(rows, start=1):
        for number, value in enumerate((kind, loser, winner, basis)):
            sheet.put(row, number if number < 3 else 4, value)
        sheet.put(row, 3, amount)
    sheet.sheet.freeze_panes(1, 0)
    sheet.paper(0, Text(sheet.lang)("excel.title.page"), len(OVERLAPS))


def _guide(book: Any, sheet: _Sheet, unit: MoneyUnit) -> None:
    text = Text(sheet.lang)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.sheet.set_column(0, 0, 30, wrap)
    sheet.sheet.set_column(1, 1, 100, wrap)
    sheet.sheet.write_string(0, 0, text("excel.guide.title"), sheet.title)
    row = 2
    for name in ("rows", "unit", "start", "blank", "own", "illustrative"):
        sheet.sheet.merge_range(row, 0, row, 1, text(f"excel.guide.{name}", unit=unit), wrap)
        sheet.sheet.set_row(row, 32)
        row += 1
    sheet.sheet.write_string(row + 1, 0, text("excel.guide.columns"), sheet.bold)
    declared = [c for c in (*INVESTMENTS, *OVERLAPS) if c.field not in NOT_WRITTEN]
    for line, column in enumerate(declared, start=row + 2):
        sheet.sheet.write_string(line, 0, column.header(sheet.lang), wrap)
        sheet.sheet.write_string(line, 1, text(f"excel.help.{column.field}"), wrap)
    sheet.paper(0, text("excel.title.page"), 2)
