"""Hostile cases of structure: sheets, headings, rows that are no investments, and how a sheet is stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from openpyxl.utils import column_index_from_string

import workbook_parts as raw
from hostile_round import YEARS, Case, Found, Round, Said, sound, warning, without
from portfolio.excel.standard import fields

Make = Callable[[Round], None]
SHEETS: Final = "sheet missing, renamed, hidden, very hidden, wrong case, trailing blank"
TWO: Final = "two candidate sheets"
HEAD: Final = "header missing, duplicated, moved, merged, on two rows, in another language"
MOVED: Final = "table moved right/down"
YEAR: Final = "year columns missing, out of order, doubled, as text, as dates, `2026*`, two-digit"
TOTAL: Final = "total row taken for an investment"
HIDDEN: Final = "filtered and hidden rows and columns"
STORED: Final = "wrong `dimension`"


def named(name: Any) -> Make:
    def make(r: Round) -> None:
        r.sheet = r.say(name)

    return make


def emptied(r: Round) -> None:
    """A sheet with titles only."""
    r.fields, r.rows = [], []


def elsewhere(r: Round) -> None:
    """A sheet with another name and no table."""
    emptied(r)
    r.sheet = "Blad1"


def hidden(how: str, name: str = "") -> Make:
    def hide(book: Any, sheet: Any) -> None:
        book.worksheets()[1].activate()
        book.worksheets()[1].set_first_sheet()
        getattr(sheet, how)()

    def make(r: Round) -> None:
        r.sheet = name or r.sheet
        r.finish.append(hide)

    return make


def copied(rename: str) -> Make:
    """The same table on a second sheet."""

    def make(r: Round) -> None:
        r.sheet = rename or r.sheet
        again = sound(r.lang)

        def fill(sheet: Any) -> None:
            for n, name in enumerate(again.fields):
                for row, value in enumerate([again.head[name], *(line[name] for line in again.rows)]):
                    sheet.write(3 + row, n, value)

        r.other_sheets["Budget 2"] = fill

    return make


def heading(name: str, text: Any) -> Make:
    def make(r: Round) -> None:
        r.head[name] = r.say(text)

    return make


def both(*makes: Make) -> Make:
    def make(r: Round) -> None:
        for one in makes:
            one(r)

    return make


def dropped(name: str) -> Make:
    return lambda r: r.fields.remove(name)


def put(where: str, value: Any) -> Make:
    identity, _, name = where.partition(".")
    return lambda r: r.put(identity, name, value)


def capitals(r: Round) -> None:
    r.head["tonnes"] = "\n".join(r.head["tonnes"].upper().split())


def reversed_columns(r: Round) -> None:
    r.fields.reverse()


def other_language(r: Round) -> None:
    r.head = dict(sound("en" if r.lang == "sv" else "sv").head)


def german(r: Round) -> None:
    r.head = dict.fromkeys(r.head) | {"id": "Kennung", "name": "Vorhaben", "owner": "Amt", "outlay.2025": "Ausgaben"}


def merged(r: Round) -> None:
    """Every heading but the years' over two rows, as Excel merges them: the text stands in the upper one."""
    years = {f"outlay.{y}" for y in YEARS}

    def merge(book: Any, sheet: Any) -> None:
        plain = book.add_format()
        for name in r.fields:
            if name not in years:
                at = r.column(name) - 1
                sheet.merge_range(r.top - 2, at, r.top - 1, at, said[name], plain)

    said = dict(r.head)
    for name in r.fields:
        if name not in years:
            r.head[name] = None
    r.finish.append(merge)


def on_two_rows(r: Round) -> None:
    for year in YEARS:
        r.above[(r.top - 1, r.column(f"outlay.{year}"))] = "Plan"


def titles(rows: int) -> Make:
    def make(r: Round) -> None:
        r.top += rows
        for n in range(rows):
            r.above[(3 + n, 1)] = f"{n + 1}. Diarienummer KS 2025/{n:03}, ID och Investering"

    return make


def moved(down: int, right: int) -> Make:
    def make(r: Round) -> None:
        r.top += down
        r.left += right

    return make


def year_order(r: Round) -> None:
    at = [r.fields.index(f"outlay.{y}") for y in YEARS]
    for place, year in zip(at, reversed(YEARS), strict=True):
        r.fields[place] = f"outlay.{year}"


def doubled_year(r: Round) -> None:
    r.add_column("again", r.head["outlay.2026"])


def below(*lines: Mapping[str, Any]) -> Make:
    def make(r: Round) -> None:
        for n, line in enumerate(lines, start=1):
            for name, value in line.items():
                r.below[(n, name)] = value

    return make


def blank_row(r: Round) -> None:
    r.rows.insert(2, {"was": ""})


def rows_hidden(*identities: str) -> Make:
    def make(r: Round) -> None:
        r.hidden_rows |= {r.row(i) for i in identities}

    return make


def filtered(r: Round) -> None:
    last = len(r.fields) - 1
    r.finish.append(lambda _, sheet: sheet.autofilter(r.top - 1, 0, r.top + 3, last))
    rows_hidden("EX-3")(r)


def corner(r: Round) -> None:
    r.finish.append(lambda _, sheet: sheet.write_number(1_048_575, 16_383, 1))


def changed(change: Callable[[raw.Parts], None]) -> Make:
    return lambda r: r.changes.append(change)


def years_only(r: Round) -> None:
    """A draft without anything but ids, names and years."""
    r.fields = [f for f in r.fields if f in ("id", "name") or f.startswith("outlay.")]


MISSING_OF_A_DRAFT: Final = (
    *("owner", "owner_type", "control", "in_plan", "earliest_start", "latest_start", "grant", "grant_status"),
    *("operating", "life", "tonnes", "removal_tonnes", "counts_to_target", "ramp"),
)


def addressless(parts: raw.Parts) -> None:
    """Cells that follow each other from the first column on, blank ones too, as the standard allows."""
    part = raw.main_sheet(parts)

    def filled(row: re.Match[str]) -> str:
        cells = {column_index_from_string(c[1]): c[0] for c in re.finditer(r'<c r="([A-Z]+)\d+".*?(?:/>|</c>)', row[2], re.DOTALL)}
        made = "".join(re.sub(r'<c r="[A-Z]+\d+"', "<c", cells.get(n, "<c/>")) for n in range(1, max(cells, default=0) + 1))
        return f"{row[1]}{made}</row>"

    parts.put(part, re.sub(r"(<row [^>]*[^/>]>)(.*?)</row>", filled, parts.text(part), flags=re.DOTALL))


def no_titles(r: Round) -> None:
    """No blank row above the table, for rows without numbers follow each other."""
    r.above[(3, 1)] = r.say(Said("Enhet: tkr", "Unit: tkr"))


CORNER: Final = warning("column_without_header", "{sheet}!XFD1048576", 1)
GONE: Final = warning("hidden_row", "EX-3.id", "EX-3")
ALIKE: Final = Found("sheets_alike", "", "Budget, Budget 2")
SUM: Final = {"name": Said("Summa", "Total"), "outlay.2025": 8_000, "outlay.2026": 87_000}

CASES: Final = (
    Case(SHEETS, "missing", elsewhere, (Found("sheet_missing"),)),
    Case(SHEETS, "without a table", emptied, (Found("header_missing", "{sheet}"),)),
    Case(SHEETS, "renamed", named("Budget")),
    Case(SHEETS, "hidden", hidden("hide"), (warning("sheet_hidden_read", "{sheet}", Said("Investeringar", "Investments")),)),
    Case(SHEETS, "very hidden", hidden("very_hidden"), (warning("sheet_hidden_read", "{sheet}", Said("Investeringar", "Investments")),)),
    Case(SHEETS, "hidden under another name", hidden("hide", "Budget"), (Found("sheet_hidden", "Budget", "Budget"),)),
    Case(SHEETS, "wrong case", named(Said("INVESTERINGAR", "inVestments"))),
    Case(SHEETS, "trailing blank", named(Said("Investeringar ", "Investments "))),
    Case(TWO, "two versions", copied("Budget"), (ALIKE,)),
    Case(TWO, "one of them with the right name", copied(""), (warning("sheet_not_read", "Budget 2", "Budget 2"),)),
    Case(
        HEAD,
        "missing",
        both(put("EX-1.removal_tonnes", 10), heading("tonnes", None)),
        (Found("missing_column", "{sheet}!{top}"), warning("column_without_header", "EX-1.tonnes", 300)),
    ),
    Case(HEAD, "column missing", both(put("EX-1.removal_tonnes", 10), dropped("tonnes")), (Found("missing_column", "{sheet}!{top}"),)),
    Case(
        HEAD,
        "misspelt tonnes",
        both(put("EX-1.removal_tonnes", 10), heading("tonnes", Said("Tonn CO2e per år", "Tonne CO2e a yer"))),
        (Found("unknown_column_near", "#tonnes", Said("Tonn CO2e per år", "Tonne CO2e a yer")),),
    ),
    Case(
        HEAD,
        "misspelt start",
        heading("earliest_start", Said("Tidigst start", "Earliest strat")),
        (Found("unknown_column_near", "#earliest_start", Said("Tidigst start", "Earliest strat")),),
    ),
    Case(
        HEAD,
        "misspelt control",
        heading("control", Said("Rådiget", "Contorl")),
        (Found("unknown_column_near", "#control", Said("Rådiget", "Contorl")),),
    ),
    Case(HEAD, "unknown", heading("comment", "Projektledare"), (Found("unknown_column", "#comment", "Projektledare"),)),
    Case(
        HEAD,
        "duplicated",
        lambda r: r.head.update(bond_tonnes=r.head["tonnes"]),
        (Found("column_twice", "#bond_tonnes", Said("Ton CO2e per år", "Tonnes CO2e per year")),),
    ),
    Case(HEAD, "moved", reversed_columns),
    Case(HEAD, "merged", merged),
    Case(HEAD, "on two rows", on_two_rows),
    Case(HEAD, "in our other language", other_language),
    Case(HEAD, "in a language that is not ours", german, (Found("header_missing", "{sheet}"),)),
    Case(HEAD, "with line breaks and capitals", capitals),
    Case(
        HEAD,
        "only years",
        years_only,
        (*(Found("missing_column", "{sheet}!{top}") for _ in MISSING_OF_A_DRAFT), Found("ceiling_unknown_group", "{overlaps}!B2", "LADD")),
    ),
    Case("extra title rows", "twelve", titles(12)),
    Case("extra title rows", "too many", titles(45), (Found("header_missing", "{sheet}"),)),
    Case(MOVED, "right", moved(0, 5)),
    Case(MOVED, "down", moved(20, 0)),
    Case(MOVED, "both", moved(7, 30)),
    Case(YEAR, "missing", dropped("outlay.2030"), (Found("missing_year", "{sheet}!{top}"),)),
    Case(YEAR, "missing with amounts", dropped("outlay.2027"), (Found("missing_year", "{sheet}!{top}"),)),
    Case(YEAR, "out of order", year_order),
    Case(YEAR, "doubled", doubled_year, (Found("column_twice", "#again", Said("2026 (tkr)", "2026 (tkr)")),)),
    Case(YEAR, "as numbers", heading("outlay.2027", 2027)),
    Case(YEAR, "as text", heading("outlay.2027", "2027")),
    Case(YEAR, "as a date", heading("outlay.2027", date(2027, 1, 1))),
    Case(YEAR, "with a footnote", heading("outlay.2026", "2026*")),
    Case(YEAR, "two digits after a word", heading("outlay.2027", "B27")),
    Case(
        YEAR,
        "two digits alone",
        heading("outlay.2027", "27"),
        (Found("unknown_column", "#outlay.2027", "27"), Found("missing_year", "{sheet}!{top}")),
    ),
    Case(YEAR, "in mnkr among tkr", heading("outlay.2027", "2027 (mnkr)"), (Found("unit_conflict", "#outlay.2027", "2027 (mnkr)"),)),
    Case(
        YEAR,
        "a year that is no plan year",
        heading("outlay.2031", "2033 (tkr)"),
        (Found("missing_year", "{sheet}!{top}"), Found("extra_year", "#outlay.2031", "2033 (tkr)")),
    ),
    Case(TOTAL, "called so", below({}, SUM)),
    Case(TOTAL, "in the column of ids", below({"id": Said("Slutsumma", "Grand total"), "outlay.2025": 8_000})),
    Case(TOTAL, "with another sum", below(SUM | {"outlay.2025": 8_001}), (warning("sum_differs", "+1.outlay.2025", 8001),)),
    Case(TOTAL, "without a name", below({"outlay.2025": 8_000, "outlay.2026": 87_000}), (Found("missing_value", "+1.id"),)),
    Case("`varav` rows", "below the sum", below(SUM, {"name": Said("varav bolag", "of which companies"), "outlay.2025": 1})),
    Case(
        "`varav` rows",
        "under a heading",
        below({"name": "Exempelbolaget AB"}, {"name": Said("därav lån", "of which loans"), "outlay.2026": 5}),
    ),
    Case("blank row in the middle", "one", blank_row),
    Case(HIDDEN, "a hidden row", rows_hidden("EX-3"), (GONE,), without("EX-3")),
    Case(HIDDEN, "a filtered row", filtered, (GONE,), without("EX-3")),
    Case(
        HIDDEN,
        "a hidden row that another needs",
        rows_hidden("EX-2"),
        (warning("hidden_row", "EX-2.id", "EX-2"), Found("hidden_needed", "EX-4.requires", "EX-2")),
    ),
    Case(HIDDEN, "a hidden row with a fault", both(rows_hidden("EX-3"), put("EX-3.life", "x")), (GONE,), without("EX-3")),
    Case(HIDDEN, "a hidden year", lambda r: r.hidden_columns.add("outlay.2026")),
    Case("one cell at XFD1048576", "a number", corner, (CORNER,)),
    Case(STORED, "A1", changed(raw.rewrite("*", r'<dimension ref="[^"]*"', '<dimension ref="A1"'))),
    Case(STORED, "the whole sheet", changed(raw.rewrite("*", r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"'))),
    Case(STORED, "none", changed(raw.rewrite("*", r"<dimension [^>]*/>", ""))),
    Case("no `r=` attributes", "cells", changed(addressless)),
    Case("no `r=` attributes", "cells and rows", both(changed(addressless), no_titles, changed(raw.rewrite("*", r'<row r="\d+"', "<row")))),
)
assert set(fields(YEARS)) >= set(MISSING_OF_A_DRAFT)
