"""LibreOffice, recalculating every formula from scratch, reaches the figures that our workbooks hold, to the krona."""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl
import pytest

from portfolio.excel.starter import starter_workbook
from portfolio.reports import workbook
from portfolio.text import Text
from sample_run import sample_run

TOP = Path(__file__).parent.parent
SAMPLE = TOP / "inputs" / "helsingborg-2025.xlsx"
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>
"""


def decision_workbook() -> bytes:
    """beslutsunderlag.xlsx of the sample."""
    return workbook.render(sample_run(), Text("sv"))


WORKBOOKS = {"sample": SAMPLE.read_bytes, "starter": lambda: starter_workbook("sv"), "decision basis": decision_workbook}


def recalculated(soffice: str, book: Path, folder: Path) -> Path:
    """The workbook as LibreOffice saves it after recalculating all of it, with a profile of its own."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, "utf-8")
    out = folder / "out"
    command = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(book)]
    subprocess.run(command, check=True, timeout=180, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return out / book.name


def spoiled(book: Path, folder: Path) -> Path:
    """A copy without any cached value: what LibreOffice then says it must have computed itself."""
    path = folder / "spoiled" / book.name
    path.parent.mkdir()
    openpyxl.load_workbook(book).save(path)
    return path


@pytest.mark.long
@pytest.mark.parametrize("name", ["sample", "starter", "decision basis"])
def test_recalculation_agrees(name: str, soffice: str, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(WORKBOOKS[name]())
    formulas = openpyxl.load_workbook(book)
    held = openpyxl.load_workbook(book, data_only=True)
    found = openpyxl.load_workbook(recalculated(soffice, spoiled(book, tmp_path), tmp_path), data_only=True)
    compared = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    ours, theirs = held[sheet.title][cell.coordinate].value, found[sheet.title][cell.coordinate].value
                    where = f"{sheet.title}!{cell.coordinate} {cell.value}"
                    if '""' in str(cell.value):  # an empty text is kept as nothing at all
                        ours, theirs = ("" if value is None else value for value in (ours, theirs))
                    assert ours is not None, f"{where}: no cached value"
                    assert theirs == (pytest.approx(ours, abs=0.005) if isinstance(ours, int | float) else ours), where
                    compared += 1
    assert compared >= 3
