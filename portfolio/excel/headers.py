"""Reading the headings of a table: fields by their words in Swedish and English, years in every spelling, units, one row or two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from portfolio.excel.columns import Column, Kind, header_index, normal
from portfolio.excel.grid import Cell, Grid
from portfolio.units import MONEY_ALIASES

HEADER_ROWS: Final = 40
"""How far down a header row is looked for."""
MAX_HEADER: Final = 80
"""No header is longer; names, sources and comments often are."""
LATER: Final = "outlay.later"
"""Key of the column `Därefter`."""

HISTORY: Final = "history"
"""What has been paid before the plan years; said, never read."""

_LATER_WORDS: Final = {"därefter", "thereafter", "senare", "later", "efter planperioden"}
_UNIT: Final = "|".join(sorted((re.escape(u) for u in MONEY_ALIASES), key=len, reverse=True))
_UNIT_TAIL: Final = re.compile(rf"[\s,;(\[]+(?:i |in )?({_UNIT})\.?(?:\s*(?:/|per)\s*(?:år|year)|\s+a year)?\s*[)\]]*\s*$")
UNIT_IN_TITLE: Final = re.compile(rf"(?<![a-zåäö0-9])({_UNIT})(?![a-zåäö0-9])")
_REMARK: Final = re.compile(r"\s*\([^()]*\)$")
_FOOTNOTE: Final = re.compile(r"(?:\s*[*†]+|\s+\d\))+\s*$")
_PLAN_WORD: Final = "budget|flerårsplan|verksamhetsplan|plan|prognos|forecast|bu|b|p|vp"
_YEAR_WORD: Final = rf"(?:{_PLAN_WORD}|utgift(?:er)?|investering(?:s?utgift)?|outlay|capex|belopp|ram|år|year)"
_YEAR: Final = re.compile(rf"^(?:{_YEAR_WORD}\s*){{0,2}}(20\d\d)(?: per år| {_YEAR_WORD})?$|^(?:{_PLAN_WORD})\s*(\d\d)$")
_HISTORY: Final = re.compile(r"^(?:utfall|bokslut|redovisat|ackumulerat(?: utfall)?|tidigare år|actual|spent)\b.*?(20\d\d)?$")
MINUS: Final = re.compile(
    r"(?:utgift|kostnad|belopp|investering)\w*[^.]*\b(?:minus|negativ)|\bminus\w*[^.]*(?:utgift|kostnad)|outlays?[^.]*negative"
)
"""What says that outlays are written with a minus sign."""
STANDARD_SHEETS: Final = {"investeringar", "investments"}
"""Names of the sheet in the standard workbook; there every heading must be known."""
OWN: Final = re.compile(r"^\(.*\)$", re.DOTALL)


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
    if len(cell.text) > MAX_HEADER or OWN.match(cell.text.strip()):
        return Header("")
    # a word that is divided over two lines is one word
    whole = re.sub(r"(?<=\w)-\s*[\r\n]+\s*(?=[a-zåäö])", "", unicodedata.normalize("NFKC", cell.text))
    text = " ".join(whole.casefold().split())
    text = _FOOTNOTE.sub("", text)
    known = header_index(sheet).get(normal(text))
    if known is not None and known.kind is Kind.OURS:
        return Header(known.field, "", known)  # `Ton per mnkr` states no unit of money
    unit = ""
    if tail := _UNIT_TAIL.search(text):
        unit, text = MONEY_ALIASES[tail[1]], text[: tail.start()]
    plain = normal(text)
    if sheet == "investments":
        if _HISTORY.match(plain):
            return Header(HISTORY, unit)
        if year := _YEAR.match(plain):
            return Header(f"outlay.{year[1] or '20' + year[2]}", unit)
        if plain in _LATER_WORDS or re.fullmatch(r"(?:efter|after) 20\d\d", plain):
            return Header(LATER, unit)
    column = header_index(sheet).get(plain)
    if column is None and (bare := _REMARK.sub("", text)) != text:
        column = header_index(sheet).get(normal(bare))  # `Nyttjandeperiod (år)`
    return Header(column.field, unit, column) if column is not None else Header("", unit)


def score(grid: Grid, row: int, sheet: str = "investments") -> int:
    """How many different known headers a row holds."""
    return len({h.field for c in grid.cells_in(row) if (h := read_header(c, sheet)).field})


def _is_figures(grid: Grid, row: int) -> bool:
    """A row of an investment may hold three years – earliest, latest, price level – and a `nej`; but it holds amounts too."""
    numbers = [c.value for c in grid.cells_in(row) if isinstance(c.value, int | float) and not isinstance(c.value, bool)]
    return sum(1 for n in numbers if not 1990 <= n <= 2150) >= 2


def find_header(grid: Grid, sheet: str = "investments") -> tuple[int, ...]:
    """The header row, or the two rows that together are the header; empty when there is none."""
    rows = [r for r in sorted(grid.rows) if r <= HEADER_ROWS and not _is_figures(grid, r)]
    best = max(rows, key=lambda r: (score(grid, r, sheet), -r), default=0)
    if not best or score(grid, best, sheet) < 3:
        return ()
    known = {c.column for c in grid.cells_in(best) if read_header(c, sheet).field}
    for other in (best - 1, best + 1):
        pair = (min(best, other), max(best, other))
        cells = list(grid.cells_in(other))
        rest = [c for c in cells if c.column not in known]
        together = sum(1 for c in rest if other < best and _both(grid, pair, c.column, sheet))
        alone = sum(1 for c in rest if read_header(c, sheet).field)
        # a row of figures below a header may hold years, but it holds much else besides
        if together or (alone >= 2 and 2 * sum(1 for c in cells if read_header(c, sheet).field) >= len(cells)):
            return pair
    return (best,)


def _both(grid: Grid, rows: tuple[int, ...], column: int, sheet: str) -> tuple[Cell, Header] | None:
    """What the two cells of a two-row header say together: `Tidigast` over `start`."""
    cells = [grid.at(r, column) for r in rows]
    if len(cells) != 2 or cells[0] is None or cells[1] is None:
        return None
    header = read_header(replace(cells[1], value=f"{cells[0].text} {cells[1].text}"), sheet)
    return (cells[1], header) if header.field else None


def headers_of(grid: Grid, rows: tuple[int, ...], sheet: str) -> Iterator[tuple[Cell, Header]]:
    for column in sorted(grid.columns):
        cells = [c for r in reversed(rows) if (c := grid.at(r, column)) is not None]
        known = [(c, h) for c in cells if (h := read_header(c, sheet)).field]
        both = _both(grid, rows, column, sheet) if len(rows) == 2 else None
        if both is not None and (not known or both[1].field != known[0][1].field):
            known.insert(0, both)
        if known:
            yield known[0]
        elif cells:
            yield cells[0], Header("")
