"""Nothing leaves the machine and nobody is named: no sockets, no authors, personal identity numbers warned about and not repeated."""

from __future__ import annotations

import socket
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from portfolio.errors import InputError, Severity
from portfolio.excel.grid import Cell
from portfolio.excel.personal import holds_one
from portfolio.excel.read import read_workbooks
from portfolio.excel.starter import write_template
from portfolio.reports import bond_report, workbook
from portfolio.text import Text
from sample_run import TOP, sample_run


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 443), ("::1", 80, 0, 0)])
def test_no_test_reaches_another_machine(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as mine:
        for connect in (mine.connect, mine.connect_ex):
            with pytest.raises(AssertionError, match="network"):
                connect(address)


# The numbers are Skatteverket's own for tests (Luhn holds), and ones that the Luhn digit or the date rules out.
@pytest.mark.parametrize(
    "value",
    [
        "811218-9876",
        "19811218-9876",
        "8112189876",
        "198112189876",
        198112189876,
        "Kontakt: Test 670919-9530, växeln",
        "701063-2391",
        "640823+3234",
    ],
)
def test_personal_numbers_are_seen(value: str | int) -> None:
    assert holds_one(Cell(1, 1, value))


@pytest.mark.parametrize(
    "value",
    [
        "811218-9875",  # the check digit is wrong
        "811318-9876",  # no such month
        "556036-0793",  # an organisation number
        "212000-1157",  # the city's own
        8112189876,  # an amount
        811218.9876,
        "0811218-98761",
        "2025-2031",
        "072-811218-9876",
        "19811218",
        True,
        "",
    ],
)
def test_other_numbers_are_not(value: object) -> None:
    assert not holds_one(Cell(1, 1, value))


def test_a_personal_number_is_warned_about_and_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "underlag.xlsx"
    write_template(path, range(2025, 2032), "sv")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.cell(row=sheet.max_row + 3, column=2, value="ring 19811218-9876")
    address = sheet.cell(row=sheet.max_row, column=2).coordinate
    book.save(path)
    try:
        findings = read_workbooks([path], range(2025, 2032)).findings
    except InputError as fault:
        findings = list(fault.findings)  # an empty template has errors of its own
    mine = [f for f in findings if f.code == "personal_number"]
    assert [(f.place, f.severity, f.value) for f in mine] == [(f"{sheet.title}!{address}", Severity.WARNING, "")]
    assert not any("9876" in f.value for f in mine)


def test_the_sample_has_none() -> None:
    books = [TOP / "inputs" / "helsingborg-2025.xlsx"]
    assert not [f for f in read_workbooks(books, range(2025, 2032)).findings if f.code == "personal_number"]


@pytest.mark.long
def test_the_officers_workbooks_have_none() -> None:
    from portfolio.layout_load import load_layouts

    books = sorted((TOP / "inputs" / "helsingborg-2025-by-owner").glob("*.xls[xm]"))
    found = read_workbooks(books, range(2025, 2032), load_layouts(TOP / "models" / "layouts")).findings
    assert not [f for f in found if f.code == "personal_number"]


def test_our_workbooks_name_no_person() -> None:
    """The author of what we write is the programme, whoever wrote the workbooks that were read."""
    run, text = sample_run(), Text("sv")
    for content in (workbook.render(run, text), bond_report.render(run, text)):
        with zipfile.ZipFile(BytesIO(content)) as made:
            core = made.read("docProps/core.xml").decode()
            assert "<dc:creator>portfolio</dc:creator>" in core
            assert "<cp:lastModifiedBy>portfolio</cp:lastModifiedBy>" in core
            assert not any("person" in name.lower() or "comment" in name.lower() for name in made.namelist())
