"""Workbooks to a portfolio: every file, every sheet, every fault in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from portfolio.errors import Finding, InputError, Severity, finding, has_errors
from portfolio.excel.cells import CellReader, clean
from portfolio.excel.checks import check_portfolio
from portfolio.excel.columns import INVESTMENTS, normal, normal_id
from portfolio.excel.formulas import check_formulas
from portfolio.excel.found import TableFound
from portfolio.excel.grid import Cell, read_grids
from portfolio.excel.headers import LATER
from portfolio.excel.layout import Layout
from portfolio.excel.layout_file import LayoutFile
from portfolio.excel.overlaps import read_overlaps
from portfolio.excel.personal import personal_numbers
from portfolio.excel.preflight import odd_names, open_workbook, refusal
from portfolio.excel.rows import Draft, check_stated_total, read_row
from portfolio.excel.sheets import OVERLAP_SHEETS, tables_of
from portfolio.excel.totals import Counted, RowKind, check_sums, row_kind
from portfolio.records import Control, InputFile, Investment, OverlapCeiling, OverlapPair, Portfolio
from portfolio.unread import ALL_READ, Row, Unread, row_of


@dataclass(frozen=True)
class Reading:
    """What workbooks hold.

    Attributes:
        portfolio: what could be read, rows with faults too.
        findings: about it, file by file.
        tables: where the tables stand.
        unread: what nothing may be concluded from.
        nameless: rows without an id; they are in no portfolio, but have all their other faults said.
    """

    portfolio: Portfolio
    findings: list[Finding]
    tables: tuple[TableFound, ...]
    unread: Unread = ALL_READ
    nameless: tuple[Investment, ...] = ()


@dataclass
class _Read:
    """What has been read so far, of all files."""

    layouts: Sequence[LayoutFile] = ()
    findings: list[Finding] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    overlaps: list[OverlapPair | OverlapCeiling] = field(default_factory=list)
    inputs: list[InputFile] = field(default_factory=list)
    tables: list[TableFound] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)
    """Id to place of rows that are hidden."""
    broken: dict[Row, frozenset[str]] = field(default_factory=dict)
    """Fields that have a finding, by row, of investments and overlaps."""
    row_lost: bool = False
    """Some row could not be read at all."""


def read_portfolio(paths: Sequence[Path], years: range, layouts: Sequence[LayoutFile] = ()) -> tuple[Portfolio, list[Finding]]:
    """The portfolio of one or several workbooks, with the warnings and notes about them; see `read_workbooks`."""
    reading = read_workbooks(paths, years, layouts)
    return reading.portfolio, reading.findings


def read_workbooks(paths: Sequence[Path], years: range, layouts: Sequence[LayoutFile] = ()) -> Reading:
    """One or several workbooks that can be used; see `survey`.

    Raises:
        InputError: with the findings of all files, warnings and notes included, when any of them is an error.
    """
    reading = survey(paths, years, layouts)
    if has_errors(reading.findings):
        raise InputError(reading.findings)
    return reading


def survey(paths: Sequence[Path], years: range, layouts: Sequence[LayoutFile] = ()) -> Reading:
    """One or several workbooks as far as they can be read, with all findings about them, errors too.

    Args:
        paths: workbooks (.xlsx, .xlsm) as the user named them.
        years: the plan years of the model; the year columns must be these, and `Därefter` is the year after.
        layouts: layout files, for what the headers do not say for sure.
    """
    read = _Read(layouts)
    for path in paths:
        try:
            _read_file(path, years, read)
        except InputError as fault:
            read.findings += fault.findings
    portfolio = _portfolio(read)
    if not portfolio.investments and not has_errors(read.findings):
        read.findings.append(finding("no_investments", ", ".join(p.as_posix() for p in paths)))
    files = [p.as_posix() for p in paths]
    # when a file, a sheet or an id could not be read at all, links into it cannot be judged
    lost = any(f.severity is Severity.ERROR and f.code != "file_twice" and (not f.place or f.code in _LOST) for f in read.findings)
    read.broken |= {row_of(d.investment.origin): d.broken for d in read.drafts if d.broken}
    lost |= read.row_lost
    unread = Unread(read.broken, lost=lost, ids_lost=lost or _ids_in_doubt(read.drafts))
    nameless = tuple(d.investment for d in read.drafts if d.nameless)
    read.findings += [_said_hidden(f, read.hidden) for f in check_portfolio(portfolio, unread, nameless)]
    findings = sorted(read.findings, key=lambda f: files.index(f.file) if f.file in files else len(files))
    return Reading(portfolio, findings, tuple(read.tables), unread, nameless)


def _ids_in_doubt(drafts: Sequence[Draft]) -> bool:
    """An id is missing, has lost digits, or stands twice in one sheet: what is named elsewhere may be what should have stood there."""
    rows = [(d.investment.origin.file, d.investment.origin.sheet, normal_id(d.investment.id)) for d in drafts]
    return len(set(rows)) < len(rows) or any("id" in d.broken for d in drafts)


_LOST: Final = {"header_missing", "sheet_hidden"}
"""Findings with a place after which a whole sheet is not read."""


def _said_hidden(f: Finding, hidden: Mapping[str, str]) -> Finding:
    """An id that stands on a hidden row is not unknown."""
    if f.code in ("unknown_requirement", "overlap_unknown_id") and f.value in hidden:
        return finding("hidden_needed", f.file, f.place, f.value, where=hidden[f.value])
    return f


def _portfolio(read: _Read) -> Portfolio:
    # sorted, so that neither row order nor file order means anything
    return Portfolio(
        investments=tuple(sorted((d.investment for d in read.drafts if not d.nameless), key=lambda i: i.id)),
        pairs=tuple(sorted((o for o in read.overlaps if isinstance(o, OverlapPair)), key=lambda p: (p.loser, p.winner))),
        ceilings=tuple(sorted((o for o in read.overlaps if isinstance(o, OverlapCeiling)), key=lambda c: c.group)),
        inputs=tuple(read.inputs),
    )


def _read_file(path: Path, years: range, read: _Read) -> None:
    workbook = open_workbook(path)
    same = next((i.file for i in read.inputs if i.sha256 == workbook.sha256), None)
    if same is not None:
        raise refusal("file_twice", workbook.file, other=same)
    read.inputs.append(workbook.input_file)
    read.findings += odd_names(path)
    grids = read_grids(workbook)
    read.findings += personal_numbers(grids, workbook.file)
    for layout in tables_of(grids, workbook.file, years, read.layouts, read.findings):
        _read_sheet(layout, workbook.file, years, read)
    for grid in grids:
        if normal(grid.name) in OVERLAP_SHEETS and grid.rows:
            read.overlaps += read_overlaps(grid, workbook.file, read.findings, read.broken)


def _read_sheet(layout: Layout, file: str, years: range, read: _Read) -> None:
    skipped: dict[RowKind, int] = dict.fromkeys(RowKind, 0)
    counted: list[Counted] = []
    rows: dict[str, int] = {}
    since, began = 0, len(read.drafts)
    for row in sorted(r for r in layout.grid.rows if r >= layout.first_row):
        kind = row_kind(layout, row)
        skipped[kind] += 1
        if kind is RowKind.INVESTMENT:
            before = len(read.drafts)
            counted.append(_investment(layout, row, file, years, read))
            rows |= {d.investment.id: row for d in read.drafts[before:] if not d.nameless}
        elif kind is RowKind.SUM:
            check_sums(CellReader(layout, file, row, read.findings), counted, since)
            since = row
        elif kind is RowKind.HIDDEN:
            place = layout.grid.place(row, layout.columns.get("id", 1))
            value = _shown(layout.grid.at(row, layout.columns.get("id", 1)))
            read.hidden[clean(value)] = place
            read.findings.append(finding("hidden_row", file, place, value, Severity.WARNING, row=str(row)))
    last = max(rows.values(), default=layout.first_row)
    table = TableFound(file, layout.grid.name, layout.header_row, layout.first_row, last, layout.columns, rows, layout.ours)
    read.tables.append(table)
    read.findings += _stray_columns(layout, file)
    read.findings += check_formulas(layout, file, [d.investment.origin.row for d in read.drafts[began:]])
    read.findings += _understood(layout, file, skipped)


def _shown(cell: Cell | None) -> str:
    return cell.text if cell is not None else ""


def _investment(layout: Layout, row: int, file: str, years: range, read: _Read) -> Counted:
    reader = CellReader(layout, file, row, read.findings, set(layout.lacking))
    draft = read_row(reader, years)
    if draft is None:
        read.row_lost = True
        return Counted(row, {}, frozenset({"outlay"}))
    check_stated_total(reader, draft)
    read.drafts.append(draft)
    i = draft.investment
    outlay = {f"outlay.{i.proposed_start + k}": kr for k, kr in enumerate(i.outlay)}
    return Counted(row, outlay | {LATER: outlay.get(f"outlay.{years[-1] + 1}", 0)}, draft.broken)


def _stray_columns(layout: Layout, file: str) -> Iterator[Finding]:
    """Columns without a header that hold something beside the investments."""
    known = set(layout.columns.values()) | layout.own | layout.grid.ours
    headed = {c.column for r in range(max(1, layout.header_row - 1), layout.header_row + 1) for c in layout.grid.cells_in(r)}
    for column in sorted(layout.grid.columns - known - headed):
        cells = [c for r, cells in layout.grid.rows.items() if r >= layout.first_row and (c := cells.get(column)) is not None]
        if cells:
            first = min(cells, key=lambda c: c.row)
            place = f"{layout.grid.name}!{first.address}"
            yield finding("column_without_header", file, place, first.text, Severity.WARNING, count=len(cells))


def _understood(layout: Layout, file: str, rows: dict[RowKind, int]) -> Iterator[Finding]:
    """What the reader took the sheet for, so that the officer can see a misunderstanding."""
    place = f"{layout.grid.name}!{layout.header_row}"
    yield finding(
        "understood",
        file,
        place,
        "",
        Severity.NOTE,
        unit=layout.unit,
        unit_place=layout.unit_place or "–",
        investments=rows[RowKind.INVESTMENT],
        years=len([f for f in layout.year_fields if f != LATER]),
        sums=rows[RowKind.SUM] + rows[RowKind.PART],
        headings=rows[RowKind.HEADING],
        hidden=rows[RowKind.HIDDEN],
    )
    for name, cell in sorted(layout.constants.items()):
        code = "understood_constant"
        yield finding(code, file, layout.grid.place_of(cell), cell.text, Severity.NOTE, **_names_of(name))
    if layout.sign == -1:
        yield finding("understood_signs", file, place, "", Severity.NOTE)


def _names_of(name: str) -> dict[str, str]:
    """The heading of a field in the standard workbook, in both languages."""
    column = next((c for c in INVESTMENTS if c.field == name), None)
    return {"column": column.header("sv") if column else name, "column_en": column.header("en") if column else name}


def outlay_by_control(portfolio: Portfolio) -> dict[str, int]:
    """Gross outlay (kr) in the plan, in the city's control and outside it: the three figures a finance department reconciles first."""
    city = [i for i in portfolio.investments if i.control is Control.CITY]
    return {
        "in_plan": sum(i.total_outlay for i in city if i.in_plan),
        "city": sum(i.total_outlay for i in city),
        "external": sum(i.total_outlay for i in portfolio.investments if i.control is Control.EXTERNAL),
    }
