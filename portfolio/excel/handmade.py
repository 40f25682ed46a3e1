"""Decisions that somebody has changed by hand, in a decision basis or in a returned workbook: read as they stand, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from portfolio.errors import Finding, InputError, finding
from portfolio.excel.cells import clean
from portfolio.excel.columns import normal
from portfolio.excel.found import TableFound
from portfolio.excel.grid import Cell, Grid, read_grids, sheet_names
from portfolio.excel.preflight import open_workbook
from portfolio.outcome import Layer
from portfolio.text import LANGUAGES, Lang, Text

_SHARE: Final = re.compile(r"^(.*?)[,;(]?\s*(\d{1,3})\s*%\)?$")
_PLACES: Final = ("id", "start", "percent")
_HEADS: Final = ("decision", *_PLACES)


@dataclass(frozen=True, slots=True)
class Decided:
    """What stands for one investment: layer, start year (None when it is not started), per cent, and the cells in which they stand.

    Attributes:
        place: of the decision. id_place, start_place, percent_place: of the id, the start year and the share; that of the decision
            where they have no column of their own.
    """

    layer: Layer
    start: int | None
    percent: int
    file: str
    place: str
    id_place: str = ""
    start_place: str = ""
    percent_place: str = ""


def is_basis(path: Path) -> bool:
    """True for a decision basis of ours: it has both the sheet of decisions and the sheet of controls.

    Raises:
        InputError: the file is no workbook that can be read.
    """
    names = set(sheet_names(open_workbook(path)))
    return any({Text(lang)(f"workbook.{s}.sheet") for s in ("decisions", "control", "assumptions")} <= names for lang in LANGUAGES)


def decided_in_basis(path: Path) -> dict[str, Decided]:
    """The sheet of decisions of a decision basis.

    Raises:
        InputError: with every cell that cannot be understood.
    """
    workbook = open_workbook(path)
    sheets = {Text(lang)("workbook.decisions.sheet") for lang in LANGUAGES}
    grid = next(g for g in read_grids(workbook) if g.name in sheets)
    top, columns = _header(grid)
    if not top:
        raise InputError([finding("header_missing", workbook.file, grid.name)])
    rows = {
        clean(cell.value): r for r in sorted(grid.rows) if r > top and (cell := grid.at(r, columns["id"])) is not None and clean(cell.value)
    }
    return _decided(grid, workbook.file, rows, columns)


def decided_in_tables(tables: Sequence[TableFound]) -> dict[str, Decided]:
    """The columns that we have written beside officers' own tables; empty when none of them has any.

    Raises:
        InputError: with every cell that cannot be understood.
    """
    found: dict[str, Decided] = {}
    for table in tables:
        if "decision" in table.ours:
            workbook = open_workbook(Path(table.file))
            grid = next(g for g in read_grids(workbook) if g.name == table.sheet)
            columns = {"decision": table.ours["decision"], "start": table.ours.get("decided_start", 0), "id": table.columns.get("id", 0)}
            found |= _decided(grid, table.file, table.rows, columns)
    return found


def _header(grid: Grid) -> tuple[int, dict[str, int]]:
    """The row of headings of the sheet of decisions, and where its columns stand."""
    words = {normal(Text(lang)(f"workbook.column.{name}")): name for lang in LANGUAGES for name in _HEADS}
    for row in sorted(grid.rows):
        columns = {words[normal(c.text)]: c.column for c in grid.cells_in(row) if normal(c.text) in words}
        if {"id", "decision", "start"} <= columns.keys():
            return row, columns
    return 0, {}


def _decided(grid: Grid, file: str, rows: Mapping[str, int], columns: Mapping[str, int]) -> dict[str, Decided]:
    findings: list[Finding] = []
    found: dict[str, Decided] = {}
    words = {normal(word): layer for word, layer in _words()}
    for id, row in rows.items():
        cell = grid.at(row, columns["decision"])
        said = clean(cell.value) if cell is not None else ""
        share = _SHARE.match(said)
        layer = words.get(normal(share[1] if share else said))
        place, *places = (grid.place(row, columns.get(name) or columns["decision"]) for name in ("decision", *_PLACES))
        if layer is None:
            findings.append(finding("decision_unknown", file, place, said, id=id, words=_known("sv"), words_en=_known("en")))
            continue
        start = grid.at(row, columns["start"]) if columns.get("start") else None
        percent = grid.at(row, columns["percent"]) if columns.get("percent") else None
        year = _whole(start)
        if layer in (Layer.PLAN, Layer.GAP) and year is None:
            text = start.text if start is not None else ""
            findings.append(finding("decision_without_start", file, places[1], text, id=id))
            continue
        bought = int(share[2]) if share else _whole(percent)
        chosen = layer in (Layer.PLAN, Layer.GAP)
        places[2] = place if share else places[2]
        found[id] = Decided(layer, year if chosen else None, (bought if bought is not None else 100) if chosen else 0, file, place, *places)
    if findings:
        raise InputError(findings)
    return found


def _known(lang: Lang) -> str:
    """The words of a decision."""
    return ", ".join(Text(lang)(f"workbook.layer.{layer.value}") for layer in Layer)


def _words() -> Iterator[tuple[str, Layer]]:
    for lang in LANGUAGES:
        for layer in Layer:
            yield Text(lang)(f"workbook.layer.{layer.value}"), layer


def _whole(cell: Cell | None) -> int | None:
    """A whole number, also when it was typed as text."""
    if cell is None or isinstance(cell.value, bool):
        return None
    text = cell.text.strip()
    whole = re.fullmatch(r"(\d+)(?:\.0+)?", text)
    return int(whole[1]) if whole else None
