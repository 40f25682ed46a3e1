"""Finding the layout of a sheet: header row by its words, year columns, money unit. What cannot be found for sure is a finding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Final

from portfolio.errors import Finding, Severity, finding
from portfolio.excel.columns import INVESTMENTS, OVERLAPS, Column, Kind, header_index, normal
from portfolio.excel.grid import Cell, Grid
from portfolio.units import MONEY_ALIASES

HEADER_ROWS: Final = 40
"""How far down a header row is looked for."""
MAX_HEADER: Final = 80
"""No header is longer; names, sources and comments often are."""
LATER: Final = "outlay.later"
"""Key of the column `Därefter`."""

_LATER_WORDS: Final = {"därefter", "thereafter", "senare", "later", "efter planperioden"}
_UNIT: Final = "|".join(sorted((re.escape(u) for u in MONEY_ALIASES), key=len, reverse=True))
_UNIT_TAIL: Final = re.compile(rf"[\s,;(\[]+(?:i |in )?({_UNIT})\.?(?:\s*(?:/|per)\s*(?:år|year)|\s+a year)?\s*[)\]]*\s*$")
_UNIT_IN_TITLE: Final = re.compile(rf"(?<![a-zåäö0-9])({_UNIT})(?![a-zåäö0-9])")
_FOOTNOTE: Final = re.compile(r"(?:\s*[*†]+|\s+\d\))+\s*$")
_YEAR: Final = re.compile(
    r"^(?:(?:utgift(?:er)?|investeringsutgift|outlay|budget|plan|prognos|år|year|b|p)\s*)?(20\d\d)(?: per år)?$"
    r"|^(?:budget|plan|b|p)\s*(\d\d)$"
)
_OWN: Final = re.compile(r"^\(.*\)$", re.DOTALL)


@dataclass(frozen=True)
class Layout:
    """Where things stand in a sheet.

    Args:
        columns: field to column number; `outlay.2027` for years and `outlay.later` for what follows the plan years.
        headers: field to the header cell.
        unit: the money unit of the outlay years; `units` of other money columns that state their own.
        unit_place: the cell that says so.
    """

    grid: Grid
    header_row: int
    first_row: int
    columns: Mapping[str, int]
    headers: Mapping[str, Cell]
    kinds: Mapping[str, Column] = field(default_factory=dict)
    unit: str = ""
    unit_place: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[int] = frozenset()

    @property
    def year_fields(self) -> list[str]:
        """The outlay columns from left to right in time, `Därefter` last."""
        return sorted(f for f in self.columns if f.startswith("outlay."))

    def header(self, name: str) -> str:
        """The header as it stands, on one line."""
        cell = self.headers.get(name)
        return " ".join(str(cell.value).split()) if cell is not None else name


@dataclass(frozen=True, slots=True)
class Header:
    """What one header cell says: a field, or nothing known; and the unit it states."""

    field: str
    unit: str = ""
    column: Column | None = None


def read_header(cell: Cell, sheet: str = "investments") -> Header:
    """The meaning of a header cell; `field` is empty when it has none."""
    if isinstance(cell.value, date):
        return Header(f"outlay.{cell.value.year}")
    if len(cell.text) > MAX_HEADER or _OWN.match(cell.text.strip()):
        return Header("")
    text = " ".join(unicodedata.normalize("NFKC", cell.text).casefold().split())
    text = _FOOTNOTE.sub("", text)
    unit = ""
    if tail := _UNIT_TAIL.search(text):
        unit, text = MONEY_ALIASES[tail[1]], text[: tail.start()]
    plain = normal(text)
    if sheet == "investments":
        if year := _YEAR.match(plain):
            return Header(f"outlay.{year[1] or '20' + year[2]}", unit)
        if plain in _LATER_WORDS or re.fullmatch(r"(?:efter|after) 20\d\d", plain):
            return Header(LATER, unit)
    column = header_index(sheet).get(plain)
    return Header(column.field, unit, column) if column is not None else Header("", unit)


def score(grid: Grid, row: int, sheet: str = "investments") -> int:
    """How many different known headers a row holds."""
    return len({h.field for c in grid.cells_in(row) if (h := read_header(c, sheet)).field})


def find_header(grid: Grid, sheet: str = "investments") -> tuple[int, ...]:
    """The header row, or the two rows that together are the header; empty when there is none."""
    rows = [r for r in sorted(grid.rows) if r <= HEADER_ROWS]
    best = max(rows, key=lambda r: (score(grid, r, sheet), -r), default=0)
    if not best or score(grid, best, sheet) < 3:
        return ()
    for other in (best + 1, best - 1):
        pair = (min(best, other), max(best, other))
        known = {c.column for c in grid.cells_in(best) if read_header(c, sheet).field}
        more = [c for c in grid.cells_in(other) if c.column not in known and read_header(c, sheet).field]
        if len(more) >= 2:
            return pair
    return (best,)


def investments_layout(grid: Grid, file: str, years: range, findings: list[Finding]) -> Layout | None:
    """The layout of an investment sheet; faults are added to `findings`, None when there is no header at all."""
    rows = find_header(grid)
    if not rows:
        findings.append(finding("header_missing", file, grid.name))
        return None
    found = list(_headers(grid, rows, "investments"))
    layout = _layout(grid, rows[-1], found, (file, "investments"), findings)
    _check_columns(layout, INVESTMENTS, file, findings)
    _check_years(layout, file, years, findings)
    return _with_unit(layout, [(c, h) for c, h in found if h.unit], file, findings)


def overlaps_layout(grid: Grid, file: str, findings: list[Finding]) -> Layout | None:
    """The layout of an overlap sheet, or None."""
    rows = find_header(grid, "overlaps")
    if not rows:
        findings.append(finding("header_missing", file, grid.name))
        return None
    layout = _layout(grid, rows[-1], list(_headers(grid, rows, "overlaps")), (file, "overlaps"), findings)
    _check_columns(layout, OVERLAPS, file, findings)
    return layout


def _headers(grid: Grid, rows: tuple[int, ...], sheet: str) -> Iterator[tuple[Cell, Header]]:
    for column in sorted(grid.columns):
        cells = [c for r in reversed(rows) if (c := grid.at(r, column)) is not None]
        known = [(c, h) for c in cells if (h := read_header(c, sheet)).field]
        if known:
            yield known[0]
        elif cells:
            yield cells[0], Header("")


def _layout(grid: Grid, header_row: int, found: list[tuple[Cell, Header]], source: tuple[str, str], findings: list[Finding]) -> Layout:
    file, sheet = source
    columns: dict[str, int] = {}
    headers: dict[str, Cell] = {}
    kinds: dict[str, Column] = {}
    own: set[int] = set()
    for cell, header in found:
        place = f"{grid.name}!{cell.address}"
        if not header.field:
            if _OWN.match(cell.text.strip()):
                own.add(cell.column)
                findings.append(finding("own_column", file, place, cell.text, Severity.NOTE))
            else:
                findings.append(_unknown(cell, file, place, sheet))
        elif header.field in columns:
            first = headers[header.field].address
            findings.append(finding("column_twice", file, place, cell.text, first=first))
        else:
            columns[header.field] = cell.column
            headers[header.field] = cell
            if header.column is not None:
                kinds[header.field] = header.column
    return Layout(grid, header_row, header_row + 1, columns, headers, kinds, own=frozenset(own))


def _unknown(cell: Cell, file: str, place: str, sheet: str) -> Finding:
    index = header_index(sheet)
    near = get_close_matches(normal(cell.text), list(index), 1, 0.75)
    if not near:
        return finding("unknown_column", file, place, cell.text)
    column = index[near[0]]
    return finding("unknown_column_near", file, place, cell.text, near=column.header("sv"), near_en=column.header("en"))


def _check_columns(layout: Layout, declared: tuple[Column, ...], file: str, findings: list[Finding]) -> None:
    for column in declared:
        if column.required and column.field not in layout.columns:
            names = {"column": column.header("sv"), "column_en": column.header("en")}
            findings.append(finding("missing_column", file, f"{layout.grid.name}!{layout.header_row}", "", Severity.ERROR, **names))


def _check_years(layout: Layout, file: str, years: range, findings: list[Finding]) -> None:
    stated = {int(f[7:]) for f in layout.year_fields if f != LATER}
    row = f"{layout.grid.name}!{layout.header_row}"
    for year in years:
        if year not in stated:
            findings.append(finding("missing_year", file, row, year=str(year), first=str(years[0]), last=str(years[-1])))
    for year in sorted(stated - set(years)):
        cell = layout.headers[f"outlay.{year}"]
        place = f"{layout.grid.name}!{cell.address}"
        findings.append(finding("extra_year", file, place, cell.text, year=str(year), first=str(years[0]), last=str(years[-1])))


def _with_unit(layout: Layout, stated: list[tuple[Cell, Header]], file: str, findings: list[Finding]) -> Layout:
    """The layout with its money unit: from the year headers, otherwise from what stands above the header."""
    name = layout.grid.name
    # reversed, so that the first cell that states a unit is the one that is cited
    of_years = dict(reversed([(h.unit, c) for c, h in stated if h.field.startswith("outlay.")]))
    above = dict(reversed([(unit, cell) for cell, unit in _units_above(layout)]))
    chosen = of_years or above
    if len(chosen) > 1:
        (unit, cell), (other, second) = list(chosen.items())[:2]
        findings.append(finding("unit_conflict", file, f"{name}!{second.address}", second.text, unit=other, other=unit, first=cell.address))
    elif not chosen:
        findings.append(finding("unit_missing", file, f"{name}!{layout.header_row}"))
    unit, where = next(iter(chosen.items()), ("kr", None))
    place = f"{name}!{where.address}" if where is not None else ""
    units = {h.field: h.unit for _, h in stated if h.column is not None and h.column.kind in (Kind.MONEY, Kind.TOTAL)}
    return Layout(
        layout.grid, layout.header_row, layout.first_row, layout.columns, layout.headers, layout.kinds, unit, place, units, layout.own
    )


def _units_above(layout: Layout) -> Iterator[tuple[Cell, str]]:
    for row in sorted(r for r in layout.grid.rows if r < layout.header_row):
        for cell in layout.grid.cells_in(row):
            if isinstance(cell.value, str) and cell.column not in layout.own:
                for match in _UNIT_IN_TITLE.finditer(unicodedata.normalize("NFKC", cell.value).casefold()):
                    yield cell, MONEY_ALIASES[match[1]]
