"""The sheet `Överlapp`: pairs (who loses how much while who is in effect) and ceilings of overlap groups."""

from __future__ import annotations

from decimal import Decimal

from portfolio.errors import Finding
from portfolio.excel.cells import CellReader
from portfolio.excel.columns import OverlapType
from portfolio.excel.grid import Grid
from portfolio.excel.layout import Layout, overlaps_layout
from portfolio.records import Origin, OverlapCeiling, OverlapPair
from portfolio.unread import Row, row_of


def read_overlaps(grid: Grid, file: str, findings: list[Finding], broken: dict[Row, frozenset[str]]) -> list[OverlapPair | OverlapCeiling]:
    """Pairs and ceilings of a sheet; faults are added to `findings`, and their fields to `broken`.

    A row whose kind or subject cannot be read is left out; another fault leaves the rest of the row to be checked.
    """
    layout = overlaps_layout(grid, file, findings)
    if layout is None:
        return []
    rows = [r for r in sorted(grid.rows) if r >= layout.first_row and r not in grid.hidden_rows]
    filled = [row for row in rows if any(c.column in layout.columns.values() for c in grid.cells_in(row))]
    found = [_row(layout, row, file, findings, broken) for row in filled]
    return [f for f in found if f is not None]


def _row(
    layout: Layout, row: int, file: str, findings: list[Finding], broken: dict[Row, frozenset[str]]
) -> OverlapPair | OverlapCeiling | None:
    reader = CellReader(layout, file, row, findings)
    kind = reader.word("overlap_type", OverlapType)
    subject, winner, basis = reader.text("loser"), reader.text("winner"), reader.text("basis")
    amount = reader.tonnes("amount") if kind is OverlapType.CEILING else reader.share("amount", percent=False)
    for name, value in (("overlap_type", kind), ("loser", subject), ("amount", amount)):
        if value is None or value == "":
            reader.missing(name)
    if kind is OverlapType.PAIR and not winner:
        reader.missing("winner")
    if kind is None or not subject:
        return None
    origin = Origin(file=file, sheet=layout.grid.name, row=row, cells=dict(reader.cells))
    if reader.broken:
        broken[row_of(origin)] = frozenset(reader.broken)
    share = amount if amount is not None else Decimal(0)
    if kind is OverlapType.PAIR:
        return OverlapPair(loser=subject, winner=winner, share=share, basis=basis, origin=origin)
    return OverlapCeiling(group=subject, tonnes=share, basis=basis, origin=origin)
