"""The sheet `Överlapp`: pairs (who loses how much while who is in effect) and ceilings of overlap groups."""

from __future__ import annotations

from portfolio.errors import Finding
from portfolio.excel.cells import CellReader
from portfolio.excel.columns import OverlapType
from portfolio.excel.grid import Grid
from portfolio.excel.layout import Layout, overlaps_layout
from portfolio.records import Origin, OverlapCeiling, OverlapPair


def read_overlaps(grid: Grid, file: str, findings: list[Finding]) -> list[OverlapPair | OverlapCeiling]:
    """Pairs and ceilings of a sheet; faults are added to `findings` and the faulty rows left out."""
    layout = overlaps_layout(grid, file, findings)
    if layout is None:
        return []
    rows = [r for r in sorted(grid.rows) if r >= layout.first_row and r not in grid.hidden_rows]
    found = [_row(layout, row, file, findings) for row in rows if any(c.column in layout.columns.values() for c in grid.cells_in(row))]
    return [f for f in found if f is not None]


def _row(layout: Layout, row: int, file: str, findings: list[Finding]) -> OverlapPair | OverlapCeiling | None:
    reader = CellReader(layout, file, row, findings)
    kind = reader.word("overlap_type", OverlapType)
    subject, winner, basis = reader.text("loser"), reader.text("winner"), reader.text("basis")
    amount = reader.tonnes("amount") if kind is OverlapType.CEILING else reader.share("amount", percent=False)
    for name, value in (("overlap_type", kind), ("loser", subject), ("amount", amount)):
        if value is None or value == "":
            reader.missing(name)
    if kind is OverlapType.PAIR and not winner:
        reader.missing("winner")
    if reader.broken or amount is None:
        return None
    origin = Origin(file=file, sheet=layout.grid.name, row=row, cells=dict(reader.cells))
    if kind is OverlapType.PAIR:
        return OverlapPair(loser=subject, winner=winner, share=amount, basis=basis, origin=origin)
    return OverlapCeiling(group=subject, tonnes=amount, basis=basis, origin=origin)
