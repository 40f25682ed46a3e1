"""Time and memory of writing decisions into a large workbook: 5,000 × 60 cells get five columns and a sheet.

    python benchmarks/splice.py [--most-seconds 5] [--most-megabytes 200]

Beside it the time that zlib needs to pack the same parts once, which no writer can do without. Exit code 1 above a limit that is given.
"""

from __future__ import annotations

import argparse
import io
import resource
import sys
import time
import zipfile
import zlib
from decimal import Decimal

import xlsxwriter

from portfolio.excel.decision_workbook import Block, Column, Labels, Sheet, workbook_bytes
from portfolio.excel.splice.columns import NewColumn
from portfolio.excel.splice.returned import Target, return_workbook

ROWS, COLUMNS = 5_000, 60


def large() -> bytes:
    """A workbook of texts and numbers."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet("Investeringar")
    for row in range(ROWS):
        for column in range(COLUMNS):
            if row == 0 or column % 3 == 0:
                sheet.write_string(row, column, f"text {row} {column}")
            else:
                sheet.write_number(row, column, row * column * 1.5)
    book.close()
    return target.getvalue()


def our_sheet(name: str) -> bytes:
    """A small sheet of ours."""
    block = Block("T", "Beslut", (Column("Id"), Column("mnkr", "mnkr", 12, summed=True)), (("A", 3_000_000),))
    return workbook_bytes([Sheet(name, "Beslut", (), (block,))], Labels("Summa", "&P", "portfolio"))


def main() -> int:
    """Measure once and compare with the limits."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--most-seconds", type=float)
    parser.add_argument("--most-megabytes", type=float)
    limits = parser.parse_args()
    content = large()
    rows = range(2, ROWS + 1)
    columns = (
        NewColumn("decision", "Beslut", "text", 14, dict.fromkeys(rows, "i planen")),
        NewColumn("decided_start", "Startår", "year", 9, dict.fromkeys(rows, 2026)),
        NewColumn("tonnes_per_krona", "Ton per mnkr", "ratio", 12, dict.fromkeys(rows, Decimal("923.25"))),
        NewColumn("bond_share", "Obligation", "text", 12, dict.fromkeys(rows, "CT, 100 %")),
        NewColumn("motive", "Motiv", "note", 40, dict.fromkeys(rows, "Ger 6 250 ton mer i planen för 40,0 mnkr, 156 ton per mnkr.")),
    )
    start = time.perf_counter()
    made = return_workbook(content, [Target("Investeringar", 1, ROWS, COLUMNS, columns)], "Beslut", our_sheet)
    spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        for name in archive.namelist():
            zlib.compress(archive.read(name), 6)
    packing = time.perf_counter() - start
    print(f"{ROWS} x {COLUMNS} cells: {spent:.1f} s, {peak:.0f} MB at most, {spent / packing:.1f} times the packing alone")
    slow = limits.most_seconds is not None and spent > limits.most_seconds
    large_ = limits.most_megabytes is not None and peak > limits.most_megabytes
    return 1 if slow or large_ else 0


if __name__ == "__main__":
    sys.exit(main())
