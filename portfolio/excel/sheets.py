"""Which sheets of a workbook hold investments, which only add to them, and which are none of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from portfolio.errors import Finding, Severity, finding
from portfolio.excel.cells import clean, shown
from portfolio.excel.columns import INVESTMENTS, normal, normal_id
from portfolio.excel.grid import Cell, Grid
from portfolio.excel.headers import STANDARD_SHEETS
from portfolio.excel.layout import Layout, candidate, check_investments
from portfolio.excel.layout_file import LayoutFile, has_layout, layout_of

OVERLAP_SHEETS: Final = {"överlapp", "overlaps", "overlap"}
"""Names of the sheet with overlaps."""
_OF_THE_ROW: Final = ("id", "name", "owner")
"""Fields that a joined sheet repeats so that people can read it; they are not compared."""


def tables_of(grids: Sequence[Grid], file: str, years: range, layouts: Sequence[LayoutFile], findings: list[Finding]) -> list[Layout]:
    """The tables of investments of a workbook, checked, with what other sheets add to their rows.

    A sheet called Investeringar is the table; otherwise those that a layout file names; otherwise every visible sheet with ids and plan
    years. A sheet with the same ids and other columns is joined by id.
    """
    found = _candidates(grids, file, layouts, findings)
    named = [layout for layout in found if normal(layout.grid.name) in STANDARD_SHEETS]
    tables = named or [layout for layout in found if {"id", "name"} <= layout.columns.keys() and _plan_years(layout, years)]
    if not tables:
        empty = [g for g in grids if normal(g.name) in STANDARD_SHEETS]
        for grid in empty:
            findings.append(finding("header_missing", file, grid.name))
        unseen = [g for g in grids if g.hidden and not g.is_ours and _would_be(g, file, years)] if not empty else []
        findings += [finding("sheet_hidden", file, g.name, g.name) for g in unseen]
        if not empty and not unseen:
            findings.append(finding("sheet_missing", file, "", "", sheets=", ".join(g.name for g in grids)))
        return []
    findings += [finding("sheet_hidden_read", file, t.grid.name, t.grid.name, Severity.WARNING) for t in tables if t.grid.hidden]
    if not named:
        told = {t.grid.name for t in tables if layout_of(layouts, file, t.grid.name) is not None}
        findings += [finding("sheet_by_header", file, t.grid.name, t.grid.name, Severity.NOTE) for t in tables if t.grid.name not in told]
    if _same_ids(tables):
        findings.append(finding("sheets_alike", file, "", ", ".join(t.grid.name for t in tables)))
        return []
    for layout in found:
        if layout not in tables and _plan_years(layout, years):
            findings.append(finding("sheet_not_read", file, layout.grid.name, layout.grid.name, Severity.WARNING, read=tables[0].grid.name))
    others = [layout for layout in found if layout not in tables and "id" in layout.columns and not layout.year_fields]
    return [check_investments(_joined(table, others, file, findings), file, years, findings) for table in tables]


def _would_be(grid: Grid, file: str, years: range) -> bool:
    """The sheet would be read if it were not hidden."""
    layout = candidate(grid, file, [])
    return layout is not None and {"id", "name"} <= layout.columns.keys() and _plan_years(layout, years)


def _candidates(grids: Sequence[Grid], file: str, layouts: Sequence[LayoutFile], findings: list[Finding]) -> list[Layout]:
    """Every sheet with a header of investments, but overlaps, hidden sheets and what earlier runs of ours have written."""
    found = []
    about = has_layout(layouts, file)
    for grid in grids:
        if grid.is_ours or normal(grid.name) in OVERLAP_SHEETS or not grid.rows:
            continue
        told = layout_of(layouts, file, grid.name)
        if about and told is None:
            continue
        said: list[Finding] = []
        layout = candidate(grid, file, said, told[1] if told else None, f"{told[0]}" if told else "")
        if layout is None:
            findings += said
        elif grid.hidden and normal(grid.name) not in STANDARD_SHEETS and told is None:
            findings.append(finding("hidden_sheet", file, grid.name, grid.name, Severity.NOTE))
        elif "id" in layout.columns or normal(grid.name) in STANDARD_SHEETS or told is not None:
            findings += said
            found.append(layout)
    return found


def _plan_years(layout: Layout, years: range) -> bool:
    """At least half of the plan years have a column."""
    stated = {f"outlay.{y}" for y in years} & set(layout.year_fields)
    return 2 * len(stated) >= len(years)


def _ids(layout: Layout) -> dict[str, int]:
    """Ids of the rows below the header."""
    column = layout.columns["id"]
    cells = {r: layout.grid.at(r, column) for r in layout.grid.rows if r >= layout.first_row}
    return {normal_id(shown(c)): r for r, c in cells.items() if shown(c)}


def _same_ids(tables: Sequence[Layout]) -> bool:
    """Two tables with mostly the same ids are two versions of one table, and only the officer knows which one holds."""
    seen = [set(_ids(t)) for t in tables if "id" in t.columns]
    return any(len(a & b) * 2 > min(len(a), len(b)) for n, a in enumerate(seen) for b in seen[n + 1 :] if a and b)


def _joined(table: Layout, others: Sequence[Layout], file: str, findings: list[Finding]) -> Layout:
    """The table with the fields that other sheets give for its ids."""
    mine = _ids(table) if "id" in table.columns else {}
    joined: dict[str, Mapping[str, Cell]] = dict(table.joined)
    units = dict(table.units)
    money = {c.field for c in INVESTMENTS if c.kind.value in ("money", "total")}
    for other in others:
        theirs = {key: row for key, row in _ids(other).items() if key in mine}
        if not theirs:
            continue
        added = []
        for name, column in other.columns.items():
            cells = {k: c.elsewhere(other.grid.name) for k, r in theirs.items() if (c := other.grid.at(r, column)) is not None}
            if name in table.columns:
                findings += _differing(table, name, cells, file) if name not in _OF_THE_ROW else []
            elif name not in joined:
                joined[name] = cells
                added.append(other.header(name))
                if name in money:
                    units[name] = other.units.get(name, other.unit or table.unit)
        if added:
            place = f"{other.grid.name}!{other.header_row}"
            findings.append(
                finding("understood_joined", file, place, other.grid.name, Severity.NOTE, columns=", ".join(added), table=table.grid.name)
            )
    return replace(table, joined=joined, units=units)


def _differing(table: Layout, name: str, cells: Mapping[str, Cell], file: str) -> list[Finding]:
    """The same figure on two sheets must be the same."""
    found = []
    for key, row in _ids(table).items():
        mine, theirs = table.grid.at(row, table.columns[name]), cells.get(key)
        if mine is not None and theirs is not None and clean(mine.value) != clean(theirs.value):
            place = table.grid.place_of(mine)
            column = table.header(name)
            found.append(finding("join_differs", file, place, mine.text, other=theirs.address, value_there=theirs.text, column=column))
    return found
