"""Decisions go into an officer's workbook, and nothing else in it changes: read back by zipfile, openpyxl and, at the end, LibreOffice."""

from __future__ import annotations

import io
import re
import subprocess
import warnings
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from portfolio.errors import InputError
from portfolio.excel.decision_workbook import Block, Chart, Column, Labels, Sheet, workbook_bytes
from portfolio.excel.preflight import open_workbook
from portfolio.excel.splice.book import Book
from portfolio.excel.splice.columns import NewColumn
from portfolio.excel.splice.document import Document, NotSpliced
from portfolio.excel.splice.package import Package
from portfolio.excel.splice.returned import Target, return_workbook
from portfolio.excel.splice.scan import area_of
from portfolio.excel.splice.verify import Ours, broken_links, verify

PUBLIC = Path(__file__).parents[2] / "shared" / "data" / "workbooks"
FIELDS = ("decision", "decided_start", "tonnes_per_krona", "bond_share", "motive")
PAYLOADS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "=cmd|' /C calc'!A0",
    "<b>&amp;",
    "å\nö",
    "'",
    '"',
    "\x07bell",
    "\ud800",
    "{=1}",
    "#REF!",
    "=",
)


def our_sheet(name: str) -> bytes:
    """A workbook whose first sheet has a table, a sum, a format of its own and a chart over it."""
    columns = (Column("Beslut"), Column("År", "year", 8), Column("Utgift (mnkr)", "mnkr", 12, summed=True))
    rows = (("i planen", 2025, 3_000_000), ("gap", 2026, 12_500_000))
    block = Block("T", "Rubrik", columns, rows, (Chart("Utgift", "mnkr", 0, (2,)),))
    return workbook_bytes([Sheet(name, "Beslut", ("=1+1",), (block,))], Labels("Summa", "Sida &P", "portfolio"))


def target_in(content: bytes, text: str = "=cmd|å") -> Target | None:
    """The first sheet with more than a row, its first row taken for headings; None for a workbook without cells."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = next((s for s in book.worksheets if s.max_row > 1), book.worksheets[0])
    filled: dict[int, int] = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                filled[cell.row] = max(filled.get(cell.row, 0), cell.column)
    if not filled:
        return None
    top = min(filled)
    rows = [r for r in filled if r > top]
    columns = (
        NewColumn("decision", "Beslut", "text", 14, dict.fromkeys(rows, "i planen")),
        NewColumn("decided_start", "Startår", "year", 9, dict.fromkeys(rows, 2026)),
        NewColumn("tonnes_per_krona", "Ton per mnkr", "ratio", 12, dict.fromkeys(rows, Decimal("923.25"))),
        NewColumn("bond_share", "Obligation", "text", 12, dict.fromkeys(rows, "")),
        NewColumn("motive", "Motiv", "note", 40, dict.fromkeys(rows, text)),
    )
    return Target(sheet.title, top, max(filled), filled[top], columns)


def again(target: Target, made: bytes) -> Target:
    """The same table in the workbook that we returned: our columns are there."""
    area = area_of(Book(Package(made)).names()["portfolio_kolumner_1"].rpartition("!")[2])
    standing = {f: area.left + n for n, f in enumerate(FIELDS)}
    return Target(target.sheet, target.header_row, target.last_row, target.right, target.columns, standing)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {n: archive.read(n) for n in archive.namelist() if not n.endswith("/")}


@lru_cache(3)
def cells(content: bytes) -> dict[tuple[str, str], tuple[Any, str, str]]:
    """Every cell as openpyxl sees it: value, number format, fill."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        (s.title, c.coordinate): (str(getattr(c.value, "text", c.value)), c.number_format, str(c.fill.fgColor.rgb))
        for s in book.worksheets
        for row in s.iter_rows()
        for c in row
        if c.value is not None
    }


def check_returned(before: bytes, after: bytes, target: Target) -> None:
    """Independent of the writer's own check: parts, cells, links, and what is new."""
    old, new = parts(before), parts(after)
    book = Book(Package(before))
    sheet = next(s.part for s in book.sheets() if s.name == target.sheet)
    may = {"[Content_Types].xml", book.part, "xl/_rels/workbook.xml.rels", "xl/styles.xml", sheet}
    changed = {n for n in old if new.get(n) != old[n]}
    tables = {n for n in changed if re.fullmatch(r"xl/tables/[^/]+\.xml", n)}
    assert {n.casefold() for n in changed - tables} <= {n.casefold() for n in may}
    assert len(tables) <= 1
    was, now = cells(before), cells(after)
    assert {k: now.get(k) for k in was} == was
    ours = {k for k in now.keys() - was.keys() if k[0] == target.sheet}
    wanted = 5 + sum(1 for c in target.columns for v in c.values.values() if v != "")
    assert len(ours) == wanted
    assert set(broken_links(Package(after))) <= set(broken_links(Package(before)))


SLOW = ("apache__bug66675.xlsx",)
"""A sheet of 514 × 15 cells with thousands of formats takes openpyxl four seconds; the corpus has large sheets of its own."""


def public() -> list[Path]:
    return sorted(PUBLIC.glob("*.xlsx"))


@pytest.mark.skipif(not public(), reason="the public workbooks lie beside the project, in ../shared/data/workbooks, and are not here")
@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.long), 8])
def test_public_workbooks_lose_nothing(every: int) -> None:
    """All of them behind the marker, every eighth in the fast suite."""
    written, refused = 0, set()
    for path in public()[::every]:
        content = open_workbook(path).content
        target = target_in(content)
        if target is None or path.name in SLOW:
            continue
        try:
            made = return_workbook(content, [target], "Beslut", our_sheet)
        except NotSpliced as fault:
            refused.add((path.name, fault.code))
            continue
        check_returned(content, made, target)
        second = return_workbook(made, [again(target, made)], "Beslut", our_sheet)
        # the third equals the second to the byte, so that a round more or less changes nothing
        assert return_workbook(second, [again(target, second)], "Beslut", our_sheet) == second, path.name
        written += 1
    assert written >= 30 // every
    assert every > 1 or refused == {("closedxml__simple-cell-changes.xlsx", "return_shared")}


def small(rows: int = 3) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Budget"
    sheet.append(["ID", "Investering", "2025"])
    for n in range(rows):
        sheet.append([f"A-{n}", "Solceller", 100 * n])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def replaced(content: bytes, part: str, change: Any) -> bytes:
    """The workbook with one part changed by a function."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts(content).items():
            archive.writestr(name, change(data) if name == part else data)
    return target.getvalue()


def wanted(content: bytes, text: str = "i planen") -> Target:
    target = target_in(content, text)
    assert target is not None
    return target


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_never_becomes_a_formula(payload: str) -> None:
    content = small()
    made = return_workbook(content, [wanted(content, payload)], "Beslut", our_sheet)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        styles = archive.read("xl/styles.xml")
    assert b"<f" not in sheet
    assert b'quotePrefix="1"' in styles
    book = openpyxl.load_workbook(io.BytesIO(made))
    cell = book["Budget"]["H2"]
    assert cell.data_type in ("s", "inlineStr")
    assert cell.value == re.sub("[\x00-\x08\ud800]", "", payload)


ENCODINGS = {
    "bom": lambda d: b"\xef\xbb\xbf" + d.replace(b"encoding='UTF-8'", b"encoding='utf-8'"),
    "utf-16": lambda d: re.sub(rb"<\?xml.*?\?>", b"", d).decode().encode("utf-16"),
    "prefix": lambda d: re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", d).replace(b"xmlns=", b"xmlns:x="),
    "no dimension": lambda d: re.sub(rb"<dimension[^>]*/>", b"", d),
    "no addresses": lambda d: re.sub(rb'<c r="[A-Z]+\d+"', b"<c", d),
    "no row numbers": lambda d: re.sub(rb'<row r="\d+"', b"<row", d),
    "single quotes": lambda d: re.sub(rb'r="([A-Z]+\d+)"', rb"r='\1'", d),
    "wide columns": lambda d: d.replace(b"<sheetData>", b'<cols><col min="2" max="16384" width="9" hidden="1"/></cols><sheetData>'),
    "comment": lambda d: d.replace(b"<sheetData>", b"<!-- <row r='1'><c r='Z9'/> --><sheetData>"),
    "spans": lambda d: re.sub(rb'<row r="(\d+)"', rb'<row r="\1" spans="1:3"', d),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_sheets_written_in_other_ways(name: str) -> None:
    content = replaced(small(), "xl/worksheets/sheet1.xml", ENCODINGS[name])
    target = wanted(content)
    made = return_workbook(content, [target], "Beslut", our_sheet)
    check_returned(content, made, target)
    assert openpyxl.load_workbook(io.BytesIO(made))["Budget"]["D2"].value == "i planen"


def test_our_columns_are_seen_where_the_columns_to_the_right_are_hidden() -> None:
    content = replaced(small(), "xl/worksheets/sheet1.xml", ENCODINGS["wide columns"])
    made = return_workbook(content, [wanted(content)], "Beslut", our_sheet)
    sheet = parts(made)["xl/worksheets/sheet1.xml"]
    columns = [dict(re.findall(rb'(\w+)="([^"]*)"', tag)) for tag in re.findall(rb"<col [^>]*>", sheet)]
    shown = [(int(c[b"min"]), int(c[b"max"]), c.get(b"hidden") == b"1") for c in columns]
    assert shown == [(2, 3, True), (4, 4, False), (5, 5, False), (6, 6, False), (7, 7, False), (8, 8, False), (9, 16384, True)]


PROTECTED = {
    "return_sheet_protected": (
        "xl/worksheets/sheet1.xml",
        lambda d: d.replace(b"<pageMargins", b'<sheetProtection sheet="1"/><pageMargins'),
    ),
    "return_structure_protected": (
        "xl/workbook.xml",
        lambda d: re.sub(rb"<workbookProtection ?/>", b'<workbookProtection lockStructure="1"/>', d),
    ),
    "return_damaged": ("xl/worksheets/sheet1.xml", lambda d: d.replace(b'r="A2"', b'r="C2"')),
    "return_signed": (
        "_rels/.rels",
        lambda d: d.replace(
            b"</Relationships>",
            b'<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"'
            b' Target="_xmlsignatures/origin.sigs"/></Relationships>',
        ),
    ),
}


@pytest.mark.parametrize("code", PROTECTED)
def test_what_is_refused(code: str) -> None:
    part, change = PROTECTED[code]
    content = small()
    target = wanted(content)
    with pytest.raises(NotSpliced) as fault:
        return_workbook(replaced(content, part, change), [target], "Beslut", our_sheet)
    assert fault.value.code == code


def test_occupied_cells_are_left_alone() -> None:
    book = openpyxl.load_workbook(io.BytesIO(small()))
    sheet = book["Budget"]
    sheet["E3"] = "egen anteckning"
    sheet.merge_cells("J2:K2")
    target_bytes = io.BytesIO()
    book.save(target_bytes)
    content = target_bytes.getvalue()
    target = wanted(small())
    made = return_workbook(content, [target], "Beslut", our_sheet)
    assert Book(Package(made)).names()["portfolio_kolumner_1"] == "'Budget'!$L$1:$P$4"
    assert openpyxl.load_workbook(io.BytesIO(made))["Budget"]["E3"].value == "egen anteckning"


def test_a_table_grows_with_unlike_headings() -> None:
    book = openpyxl.load_workbook(io.BytesIO(small()))
    sheet = book["Budget"]
    sheet["B1"] = "Beslut"
    sheet.add_table(openpyxl.worksheet.table.Table(displayName="Tabell1", ref="A1:C4"))
    target_bytes = io.BytesIO()
    book.save(target_bytes)
    content = target_bytes.getvalue()
    made = return_workbook(content, [wanted(content)], "Beslut", our_sheet)
    table = openpyxl.load_workbook(io.BytesIO(made))["Budget"].tables["Tabell1"]
    assert table.ref == "A1:H4"
    assert table.autoFilter is None or table.autoFilter.ref == "A1:H4"
    headings = [c.name for c in table.tableColumns]
    assert headings == ["ID", "Beslut", "2025", "Beslut 2", "Startår", "Ton per mnkr", "Obligation", "Motiv"]
    assert [c.value for c in openpyxl.load_workbook(io.BytesIO(made))["Budget"][1]] == headings


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A1:C4", "$A$1:$H$4"),  # to the edge of the table: ours are printed too
        ("A:C", "$A:$H"),
        ("A1:B4", "$A$1:$B$4"),  # somebody does not want the last column printed
        ("A9:C20", "$A$9:$C$20"),  # other rows
        ("A1:C4,A9:C20", "$A$1:$H$4,$A$9:$C$20"),
    ],
)
def test_the_print_area_grows_with_our_columns(before: str, after: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("ID", "Namn", "2025"), ("A", "Åtgärd", 1), ("B", "Åtgärd", 2), ("C", "Åtgärd", 3)):
        sheet.append(row)
    sheet.print_area = "A1:C4" if before == "A:C" else before
    saved, content = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts(saved.getvalue()).items():
            # openpyxl writes no whole columns
            archive.writestr(name, part.replace(b"$A$1:$C$4", b"$A:$C") if before == "A:C" else part)
    target = target_in(content.getvalue())
    assert target is not None
    made = return_workbook(content.getvalue(), [target], "Beslut", our_sheet)
    names = parts(made)["xl/workbook.xml"].decode()
    found = re.search(r"Print_Area[^>]*>([^<]*)<", names)
    assert found is not None
    assert re.sub(r"'[^']*'!", "", found[1]) == after
    again_made = return_workbook(made, [again(target, made)], "Beslut", our_sheet)
    assert found[0] in parts(again_made)["xl/workbook.xml"].decode()


def test_notes_beside_our_sheet_are_kept() -> None:
    content = small()
    made = return_workbook(content, [wanted(content)], "Beslut", our_sheet)
    book = openpyxl.load_workbook(io.BytesIO(made))
    book["Beslut"]["Z99"] = "officerens anteckning"
    edited = io.BytesIO()
    book.save(edited)
    second = return_workbook(edited.getvalue(), [again(wanted(content), made)], "Beslut", our_sheet)
    result = openpyxl.load_workbook(io.BytesIO(second))
    assert result.sheetnames == ["Budget", "Beslut", "Beslut (2)"]
    assert result["Beslut"]["Z99"].value == "officerens anteckning"


def faulty(made: bytes) -> Iterator[tuple[str, bytes]]:
    """What must not pass the check after writing."""
    sheet = "xl/worksheets/sheet1.xml"
    yield "a figure changed", replaced(made, sheet, lambda d: d.replace(b"<v>100</v>", b"<v>101</v>"))
    yield "a cell gone", replaced(made, sheet, lambda d: re.sub(rb'<c r="C3".*?</c>', b"", d))
    yield "a format changed", replaced(made, sheet, lambda d: d.replace(b'<c r="A3"', b'<c r="A3" s="1"'))
    yield "a part changed", replaced(made, "docProps/core.xml", lambda d: d.replace(b"openpyxl", b"someone"))
    yield "a width changed", replaced(made, sheet, lambda d: d.replace(b"<cols>", b'<cols><col min="1" max="1" width="3"/>'))


def test_the_check_after_writing_finds_every_planted_change() -> None:
    content = small()
    made = return_workbook(content, [wanted(content)], "Beslut", our_sheet)
    allowed = frozenset(n for n in parts(made) if n not in parts(content)) | {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
    }
    written = {"xl/worksheets/sheet1.xml": Ours(1, 4, frozenset(range(4, 9)))}
    verify(content, made, allowed, written)
    for name, bad in faulty(made):
        assert bad != made, name
        with pytest.raises(NotSpliced):
            verify(content, bad, allowed, written)


def test_edits_that_overlap_are_a_fault_of_ours() -> None:
    document = Document(b"<a><b/></a>")
    document.replace(3, 7, b"x")
    document.replace(5, 6, b"y")
    with pytest.raises(ValueError, match="overlap"):
        document.result()


def test_the_input_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "nämnd.xlsx"
    path.write_bytes(small())
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    content = open_workbook(path).content
    return_workbook(content, [wanted(content)], "Beslut", our_sheet)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_damaged_workbook_is_refused_before(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(small()[:-300])
    with pytest.raises(InputError):
        open_workbook(path)


@pytest.mark.long
def test_libreoffice_reads_what_was_written(tmp_path: Path, soffice: str) -> None:
    content = small()
    path = tmp_path / "r.xlsx"
    path.write_bytes(return_workbook(content, [wanted(content)], "Beslut", our_sheet))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    filters = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run([soffice, "--headless", profile, "--convert-to", filters, "--outdir", tmp_path, path], check=True, capture_output=True)
    table = (tmp_path / "r-Budget.csv").read_text("utf-8").splitlines()
    assert table[0] == "ID,Investering,2025,Beslut,Startår,Ton per mnkr,Obligation,Motiv"
    assert table[1].startswith("A-0,Solceller,0,i planen,2026,923.25,,i planen")
    assert "Summa,,15500000" in (tmp_path / "r-Beslut.csv").read_text("utf-8")
