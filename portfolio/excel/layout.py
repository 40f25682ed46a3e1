"""Finding the layout of a sheet: header row by its words, year columns, money unit. What cannot be found for sure is a finding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from openpyxl.utils import column_index_from_string

from portfolio.errors import Finding, Severity, finding
from portfolio.excel.columns import INVESTMENTS, OVERLAPS, Column, Kind, header_index, normal
from portfolio.excel.grid import Cell, Grid
from portfolio.excel.headers import (
    HISTORY,
    LATER,
    MAX_HEADER,
    MINUS,
    OWN,
    STANDARD_SHEETS,
    UNIT_IN_TITLE,
    Header,
    find_header,
    headers_of,
    read_header,
)
from portfolio.excel.layout_file import TableLayout
from portfolio.units import MONEY_ALIASES


@dataclass(frozen=True)
class Layout:
    """Where things stand in a sheet.

    Args:
        columns: field to column number; `outlay.2027` for years and `outlay.later` for what follows the plan years.
        headers: field to the header cell.
        unit: the money unit of the outlay years; `units` of other money columns that state their own.
        unit_place: the cell that says so.
        own: columns of the officer's own, which are not read. ours: columns that an earlier run has written.
        constants: field to the cell that says it for every row. joined: field to cell by row id, on another sheet.
        words: field to the officer's words and what they mean. skip: how rows begin that are no investments.
        sign: -1 when outlays are written with a minus sign.
        lacking: fields that should have had a column: said once, and nothing is concluded about a row from their not being there.
        doubtful: fields of which a fault of the headings leaves open what stands in them: their cells are read, but no check uses them.
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
    ours: Mapping[str, int] = field(default_factory=dict)
    constants: Mapping[str, Cell] = field(default_factory=dict)
    joined: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skip: tuple[str, ...] = ()
    sign: int = 1
    lacking: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """True when the field stands somewhere: in a column, on a joined sheet, or once for all rows."""
        return name in self.columns or name in self.joined or name in self.constants

    @property
    def year_fields(self) -> list[str]:
        """The outlay columns from left to right in time, `Därefter` last."""
        return sorted(f for f in self.columns if f.startswith("outlay."))

    def header(self, name: str) -> str:
        """The header as it stands, on one line."""
        cell = self.headers.get(name)
        return " ".join(str(cell.value).split()) if cell is not None else name


def candidate(grid: Grid, file: str, findings: list[Finding], told: TableLayout | None = None, said_by: str = "") -> Layout | None:
    """What a sheet seems to hold, before it is checked whether that is enough; None when it has no header of ours."""
    rows = find_header(grid)
    if told is not None and told.header_row is not None:
        rows = (told.header_row,)
    if not rows:
        return None
    found = list(headers_of(grid, rows, "investments"))
    if told is not None:
        found = _told(grid, rows[-1], found, told, (file, said_by), findings)
    layout = _layout(grid, rows[-1], found, (file, "investments"), findings, strict=told is None and normal(grid.name) in STANDARD_SHEETS)
    constants = dict(_constants(layout, rows[0]))
    if told is not None:
        constants |= {f: Cell(0, 0, v, sheet=f"{said_by} constants.{f}") for f, v in told.constants.items()}
        words = {f: {normal(w): meaning for w, meaning in table.items()} for f, table in told.words.items()}
        sign = -1 if told.outlays_are_negative else 1
        layout = replace(layout, words=words, skip=tuple(normal(t) for t in told.skip), sign=sign)
    layout = replace(layout, constants={f: c for f, c in constants.items() if f not in layout.columns})
    return _with_unit(layout, [(c, h) for c, h in found if h.unit], file, findings, told, said_by)


def check_investments(layout: Layout, file: str, years: range, findings: list[Finding]) -> Layout:
    """The layout of an investment table after it is seen that it says all that it must; outlays written with minus are turned."""
    _check_columns(layout, INVESTMENTS, file, findings)
    _check_years(layout, file, years, findings)
    wanted = [*(c.field for c in INVESTMENTS if c.required), *(f"outlay.{y}" for y in years)]
    layout = replace(layout, lacking=frozenset(name for name in wanted if not layout.has(name)))
    layout = replace(layout, doubtful=_doubtful(layout, file, findings))
    if not layout.unit:
        findings.append(finding("unit_missing", file, f"{layout.grid.name}!{layout.header_row}"))
        layout = replace(layout, unit="kr")
    return _with_sign(layout, file, findings)


def _doubtful(layout: Layout, file: str, findings: list[Finding]) -> frozenset[str]:
    """What the faults of the headings leave open: amounts without a sure unit, a year that is not read, a heading that may be any."""
    here = f"{layout.grid.name}!"
    about = [f for f in findings if f.severity is Severity.ERROR and f.file == file and f.place.startswith(here)]
    codes = {f.code for f in about}
    twice = {dict(f.parameters)["first"] for f in about if f.code == "column_twice"}
    fields = {name for name, cell in layout.headers.items() if cell.address in twice}
    if not layout.unit or "unit_conflict" in codes:
        fields.add("unit")
    if "extra_year" in codes:
        fields.add("outlay")
    if codes & {"unknown_column", "unknown_column_near"}:
        fields |= {c.field for c in INVESTMENTS if not layout.has(c.field)}
    return frozenset(fields)


def _told(
    grid: Grid, header_row: int, found: list[tuple[Cell, Header]], told: TableLayout, source: tuple[str, str], findings: list[Finding]
) -> list[tuple[Cell, Header]]:
    """The headers with those that a layout file names: by heading or by column letter."""
    file, said_by = source
    by_field = {c.field: c for c in INVESTMENTS}
    chosen: dict[int, tuple[Cell, Header]] = {}
    for name, where in told.columns.items():
        cell = next((c for c, _ in found if normal(c.text) == normal(where)), None)
        if cell is None and re.fullmatch(r"[A-Za-z]{1,3}", where):
            column = column_index_from_string(where)
            cell = grid.at(header_row, column) or Cell(header_row, column, where)
        if cell is None:
            findings.append(finding("layout_column_missing", said_by, f"columns.{name}", where, workbook=file))
        elif name not in by_field and not re.fullmatch(r"outlay\.(?:20\d\d|later)", name):
            findings.append(finding("layout_field_unknown", said_by, f"columns.{name}", name, fields=", ".join(by_field)))
        else:
            unit = read_header(cell).unit
            chosen[cell.column] = (cell, Header(name, unit, by_field.get(name)))
    kept = [(c, h) for c, h in found if c.column not in chosen and h.field not in told.columns]
    return sorted([*kept, *chosen.values()], key=lambda pair: pair[0].column)


def _constants(layout: Layout, header_row: int) -> Iterator[tuple[str, Cell]]:
    """What stands once above the table for all rows: `Nämnd: Stadsbyggnadsnämnden`, or label and value side by side."""
    for row in sorted(r for r in layout.grid.rows if r < header_row):
        cells = list(layout.grid.cells_in(row))
        used: Cell | None = None
        for cell, after in zip(cells, [*cells[1:], None], strict=True):
            if cell is used or not isinstance(cell.value, str):
                continue
            label, colon, rest = cell.value.partition(":")
            column = header_index("investments").get(normal(label)) if len(label) <= MAX_HEADER else None
            if column is None or column.kind in (Kind.OURS, Kind.TOTAL):
                continue
            if colon and rest.strip():
                yield column.field, replace(cell, value=rest.strip())
            elif after is not None and after.column == cell.column + 1 and not after.text.rstrip().endswith(":"):
                used = after
                yield column.field, after


def overlaps_layout(grid: Grid, file: str, findings: list[Finding]) -> Layout | None:
    """The layout of an overlap sheet, or None."""
    rows = find_header(grid, "overlaps")
    if not rows:
        findings.append(finding("header_missing", file, grid.name))
        return None
    layout = _layout(grid, rows[-1], list(headers_of(grid, rows, "overlaps")), (file, "overlaps"), findings)
    _check_columns(layout, OVERLAPS, file, findings)
    return layout


def _layout(
    grid: Grid, header_row: int, found: list[tuple[Cell, Header]], source: tuple[str, str], findings: list[Finding], *, strict: bool = True
) -> Layout:
    file, sheet = source
    columns: dict[str, int] = {}
    headers: dict[str, Cell] = {}
    kinds: dict[str, Column] = {}
    own: set[int] = set()
    ours: dict[str, int] = {}
    for cell, header in found:
        place = f"{grid.name}!{cell.address}"
        is_ours = header.column is not None and header.column.kind is Kind.OURS
        if is_ours and cell.column in grid.ours:
            ours[header.field] = cell.column
        elif header.field == HISTORY:
            own.add(cell.column)
            findings.append(finding("history_column", file, place, cell.text, Severity.NOTE))
        elif not header.field or is_ours:
            # a heading like one of ours, in a column that we have not written, is the officer's own
            if is_ours or OWN.match(cell.text.strip()):
                own.add(cell.column)
                findings.append(finding("own_column", file, place, cell.text, Severity.NOTE))
            else:
                unknown = _unknown(cell, file, place, sheet)
                if not strict and unknown.code == "unknown_column":
                    own.add(cell.column)
                    unknown = finding("other_column", file, place, cell.text, Severity.NOTE)
                findings.append(unknown)
        elif header.field in columns:
            first = headers[header.field].address
            findings.append(finding("column_twice", file, place, cell.text, first=first))
        else:
            columns[header.field] = cell.column
            headers[header.field] = cell
            if header.column is not None:
                kinds[header.field] = header.column
    return Layout(grid, header_row, header_row + 1, columns, headers, kinds, own=frozenset(own), ours=ours)


def _unknown(cell: Cell, file: str, place: str, sheet: str) -> Finding:
    index = header_index(sheet)
    near = get_close_matches(normal(cell.text), list(index), 1, 0.75)
    if not near:
        return finding("unknown_column", file, place, cell.text)
    column = index[near[0]]
    return finding("unknown_column_near", file, place, cell.text, near=column.header("sv"), near_en=column.header("en"))


def _check_columns(layout: Layout, declared: tuple[Column, ...], file: str, findings: list[Finding]) -> None:
    here = f"{layout.grid.name}!"
    meant = {
        dict(f.parameters)["near"] for f in findings if f.code == "unknown_column_near" and f.file == file and f.place.startswith(here)
    }
    for column in declared:
        # a heading that is misspelt is one fault, not two
        if column.required and not layout.has(column.field) and column.header("sv") not in meant:
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


def _with_unit(
    layout: Layout, stated: list[tuple[Cell, Header]], file: str, findings: list[Finding], told: TableLayout | None, said_by: str
) -> Layout:
    """The layout with its money unit: from the layout file, the year headers, otherwise from what stands above the header."""
    name = layout.grid.name
    units = {h.field: h.unit for _, h in stated if h.column is not None and h.column.kind in (Kind.MONEY, Kind.TOTAL)}
    if told is not None and told.unit is not None:
        return replace(layout, unit=told.unit, unit_place=said_by, units=units)
    # reversed, so that the first cell that states a unit is the one that is cited
    of_years = dict(reversed([(h.unit, c) for c, h in stated if h.field.startswith("outlay.")]))
    above = dict(reversed([(unit, cell) for cell, unit in _units_above(layout)]))
    chosen = of_years or above
    if len(chosen) > 1:
        (unit, cell), (other, second) = list(chosen.items())[:2]
        findings.append(finding("unit_conflict", file, f"{name}!{second.address}", second.text, unit=other, other=unit, first=cell.address))
    unit, where = next(iter(chosen.items()), ("", None))
    return replace(layout, unit=unit, unit_place=f"{name}!{where.address}" if where is not None else "", units=units)


def _with_sign(layout: Layout, file: str, findings: list[Finding]) -> Layout:
    """Outlays that all have a minus sign are turned when something says that they are written so; otherwise it is asked."""
    if layout.sign == -1:
        return layout
    cells = [
        cell
        for name in layout.year_fields
        for row in layout.grid.rows
        if row >= layout.first_row and (cell := layout.grid.at(row, layout.columns[name])) is not None
    ]
    numbers = [c for c in cells if isinstance(c.value, int | float) and not isinstance(c.value, bool) and c.value]
    if not numbers or any(c.value > 0 for c in numbers):
        return layout
    texts = [c for r in layout.grid.rows if r <= layout.header_row for c in layout.grid.cells_in(r) if isinstance(c.value, str)]
    if not any(MINUS.search(c.text.casefold()) for c in texts):
        first = numbers[0]
        findings.append(finding("signs_not_stated", file, f"{layout.grid.name}!{first.address}", first.text, count=len(numbers)))
    return replace(layout, sign=-1)


def _units_above(layout: Layout) -> Iterator[tuple[Cell, str]]:
    for row in sorted(r for r in layout.grid.rows if r < layout.header_row):
        for cell in layout.grid.cells_in(row):
            if isinstance(cell.value, str):
                for match in UNIT_IN_TITLE.finditer(unicodedata.normalize("NFKC", cell.value).casefold()):
                    yield cell, MONEY_ALIASES[match[1]]
