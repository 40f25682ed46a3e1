"""What is refused is refused at once and with little memory; what only looks too large is read. Measured in processes of their own."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import hostile_file
from hostile_round import BOOK, Round, sound
from workbook_parts import Parts

MOST_SECONDS, MOST_MEGABYTES = 2.0, 150
MEASURED = """
import json, resource, sys, time
from pathlib import Path
from portfolio.errors import InputError
from portfolio.excel.read import read_portfolio
read_portfolio([Path(sys.argv[1])], range(2025, 2032))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun, cpu = time.monotonic(), time.process_time()
try:
    read_portfolio([Path(sys.argv[2])], range(2025, 2032))
    found = []
except InputError as fault:
    found = [f.code for f in fault.findings if f.severity.value == "error"]
spent = time.process_time() - cpu
print(json.dumps([found, spent, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024]))
"""


def rows(count: int, cells: int = 0) -> Callable[[Round], None]:
    """Formatted rows below the table, as a format of whole columns leaves behind."""

    def change(parts: Parts) -> None:
        sheet = "xl/worksheets/sheet1.xml"
        text = parts.text(sheet)
        empty = "".join(f'<c r="{letter}{{n}}" s="1"/>' for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:cells])
        more = "".join(f'<row r="{n}" s="0" customFormat="1">{empty.replace("{n}", str(n))}</row>' for n in range(20, 20 + count))
        parts.put(sheet, text.replace("</sheetData>", f"{more}</sheetData>"))

    return lambda r: r.changes.append(change)


def xml_of(megabytes: int, piece: bytes) -> Callable[[Round], None]:
    """A part of XML as large as it may be."""

    def change(parts: Parts) -> None:
        parts.data["customXml/item1.xml"] = b"<a>" + piece * (megabytes * 1024 * 1024 // len(piece)) + b"</a>"

    return lambda r: r.changes.append(change)


def random_bytes(r: Round) -> None:
    """Near the largest file: bytes that cannot be pressed together, and something that is no workbook around them."""
    r.spoil = lambda _: b"PK\x03\x04" + os.urandom(45 * 1024 * 1024)


HEAVY: dict[str, tuple[Callable[[Round], None], str]] = {
    "a million formatted rows": (rows(1_000_000), "sheet_too_long"),
    "two hundred thousand rows of cells": (rows(190_000, 26), "workbook_too_full"),
    "240 MB of blanks": (xml_of(240, b" " * 1024), "zip_part_too_large"),
    "five million tags": (xml_of(19, b"<b/>"), "workbook_too_full"),
    "45 MB of anything": (random_bytes, "file_truncated"),
}
BOMBS = [c for c in hostile_file.CASES if "bomb" in c.fault or c.fault in ("> 5,000 parts", "truncated")]
CASES: list[tuple[str, Callable[[Round], None], str]] = [(n, make, code) for n, (make, code) in HEAVY.items()]
CASES += [(f"{c.fault[:9]}: {c.name}", c.make, c.found[0].code) for c in BOMBS if c.found]


def measured(folder: Path, make: Callable[[Round], None]) -> tuple[list[str], float, float]:
    """Errors, seconds of the processor and extra megabytes."""
    (folder / "sund.xlsx").write_bytes(sound("sv").content())
    spoilt = sound("sv")
    make(spoilt)
    spoilt.write(folder)
    asked = [sys.executable, "-c", MEASURED, str(folder / "sund.xlsx"), str(folder / spoilt.asked[0])]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=120)
    found, seconds, megabytes = json.loads(done.stdout)
    return found, seconds, megabytes


@pytest.mark.skipif(os.name == "nt", reason="the memory of a process is measured with a call of POSIX")
@pytest.mark.parametrize(
    ("make", "code"), [pytest.param(m, c, id=n, marks=[pytest.mark.long] * (n != "XML bomb: laughs in the texts")) for n, m, c in CASES]
)
def test_refused_at_once(make: Callable[[Round], None], code: str, tmp_path: Path) -> None:
    found, seconds, megabytes = measured(tmp_path, make)
    print(f"{seconds:.2f} s, {megabytes:.0f} MB")
    assert found == [code]
    assert seconds < MOST_SECONDS
    assert megabytes < MOST_MEGABYTES


READ: dict[str, Callable[[Round], None]] = {
    "70,000 rows, most of them formats": rows(70_000),
    "one cell in the last corner": lambda r: r.finish.append(lambda _, sheet: sheet.write_number(1_048_575, 16_383, 1)),
    "a total in row 100,000": lambda r: r.finish.append(lambda _, sheet: sheet.write_string(99_999, 1, "Summa")),
}


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="the memory of a process is measured with a call of POSIX")
@pytest.mark.parametrize("name", list(READ))
def test_large_only_in_appearance(name: str, tmp_path: Path) -> None:
    found, seconds, _ = measured(tmp_path, READ[name])
    assert found == []
    assert seconds < 10


def test_a_read_only_workbook_is_read(tmp_path: Path) -> None:
    from hostile_round import YEARS
    from portfolio.excel.read import read_portfolio

    sound("sv").write(tmp_path)
    path = tmp_path / BOOK
    path.chmod(stat.S_IREAD)
    assert len(read_portfolio([path], YEARS)[0].investments) == 4


def test_the_cases_are_what_they_are_called() -> None:
    assert {c for _, _, c in CASES} >= {"zip_part_too_large", "zip_too_large", "zip_damaged_part", "xml_doctype", "zip_too_many_parts"}
