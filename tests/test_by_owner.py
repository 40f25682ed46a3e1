"""The officers' workbooks: made anew byte for byte, sound, reconciled to the krona, and read to the same records as the sample."""

from __future__ import annotations

import hashlib
import re
import subprocess
import warnings
import zlib
from collections import Counter
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from portfolio.errors import InputError, Severity
from portfolio.excel.read import read_portfolio, read_workbooks
from portfolio.layout_load import load_layouts
from portfolio.records import Control, Portfolio
from portfolio.units import KRONOR_PER
from workbook_parts import INPUTS, Parts, package_faults

FOLDER = INPUTS / "helsingborg-2025-by-owner"
SAMPLE = INPUTS / "helsingborg-2025.xlsx"
LAYOUTS = INPUTS.parent / "models" / "layouts"
YEARS = range(2025, 2032)
KEPT = sorted(p for p in FOLDER.iterdir() if p.suffix in (".xlsx", ".xlsm"))
MNKR = KRONOR_PER["mnkr"]
FEATURES = {
    "externa-aktorer.xlsx": ("sparklineGroups", "dataBar", "printerSettings", "autoFilter", "outlineLevel", "mergeCells"),
    "fastighetsnamnden.xlsx": ("xl/media/image1.png", "sparklineGroups", "xl/comments", "dataValidations", "definedNames"),
    "helsingborgs-hamn.xlsx": ("xl/comments", "featurePropertyBag", "numFmt"),
    "helsingborgshem.xlsx": ("totalsRowCount", "xl/slicers", "protectedRanges", 'hidden="1"', "xl/slicerCaches", "mc:AlternateContent"),
    "kommunstyrelsen.xlsx": (
        "x14:dataValidation",
        "docMetadata/LabelInfo.xml",
        "customXml/item1.xml",
        'state="veryHidden"',
        'state="hidden"',
    ),
    "nsr.xlsm": ("xl/vbaProject.bin", "xl/ctrlProps", "macroEnabled", "<controls>", 'ObjectType="Checkbox"', "codeName"),
    "oresundskraft.xlsx": (
        "xl/pivotTables",
        "xl/pivotCache/pivotCacheRecords1.xml",
        "pivotCaches",
        "x14:conditionalFormatting",
        "definedNames",
    ),
    "stadsbyggnadsnamnden.xlsx": ("xl/threadedComments", "xl/persons", "xl/charts", "x14:dataBar", "xl/calcChain.xml", "printerSettings"),
}


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    import make_by_owner

    result: dict[str, bytes] = make_by_owner.workbooks(SAMPLE)
    return result


@pytest.fixture(scope="module")
def sample() -> Portfolio:
    return read_portfolio([SAMPLE], YEARS)[0]


def parts_of(path: Path) -> dict[str, bytes]:
    return Parts(path.read_bytes()).data


def test_one_workbook_an_owner_and_nothing_else(made: dict[str, bytes]) -> None:
    assert {p.name for p in FOLDER.iterdir()} == {*made, "README.md"}
    assert sorted(made) == [p.name for p in KEPT] == sorted(FEATURES)
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert all(f"`{name}`" in readme for name in made)


def test_the_kept_workbooks_are_what_the_script_makes(made: dict[str, bytes]) -> None:
    for path in KEPT:
        again, kept = Parts(made[path.name]).data, parts_of(path)
        assert list(again) == list(kept), path.name
        assert [n for n in kept if kept[n] != again[n]] == [], path.name


@pytest.mark.skipif("ng" in zlib.ZLIB_RUNTIME_VERSION, reason="this zlib compresses the same parts to other bytes than the usual one")
def test_byte_for_byte(made: dict[str, bytes]) -> None:
    for path in KEPT:
        assert hashlib.sha256(made[path.name]).hexdigest() == hashlib.sha256(path.read_bytes()).hexdigest(), path.name


@pytest.mark.parametrize("path", KEPT, ids=lambda p: p.stem)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert list(package_faults(path.read_bytes())) == []


@pytest.mark.parametrize("path", KEPT, ids=lambda p: p.stem)
def test_the_features_are_there(path: Path) -> None:
    parts = parts_of(path)
    everything = "\n".join(parts) + "\n" + "\n".join(d.decode("utf-8") for n, d in parts.items() if n.endswith((".xml", ".rels", ".vml")))
    assert [f for f in FEATURES[path.name] if f not in everything] == []


def broken(change: Any) -> list[str]:
    parts = Parts(KEPT[0].read_bytes())
    change(parts)
    return list(package_faults(parts.zipped()))


def test_the_link_check_finds_planted_faults() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    assert broken(lambda _: None) == []
    assert broken(lambda p: p.data.pop("xl/printerSettings/printerSettings1.bin"))
    assert broken(lambda p: p.data.update({"xl/okand.dat": b"?"})) == ["xl/okand.dat: no content type"]
    assert broken(lambda p: p.put(sheet, p.text(sheet).replace('r:id="rId1"', 'r:id="rId99"')))
    assert broken(lambda p: p.relate("xl/workbook.xml", "x", "worksheets/borta.xml"))
    assert broken(lambda p: p.data.pop("xl/styles.xml"))
    with pytest.raises(SyntaxError):
        broken(lambda p: p.put(sheet, p.text(sheet) + "<"))


@pytest.mark.parametrize("path", KEPT, ids=lambda p: p.stem)
def test_saved_sums_are_the_sums(path: Path) -> None:
    """Every SUM over a column or row that we wrote with a saved value, computed anew by this test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formulas = openpyxl.load_workbook(path)
        values = openpyxl.load_workbook(path, data_only=True)
    for sheet in formulas.worksheets:
        for cell in (c for row in sheet.iter_rows() for c in row if c.data_type == "f"):
            found = re.fullmatch(r"=(?:SUM|SUBTOTAL)\((?:109,)?([A-Z]+\d+:[A-Z]+\d+)\)", str(cell.value))
            if found:
                block = values[sheet.title][found[1]]
                numbers = [c.value for row in block for c in (row if isinstance(row, tuple) else (row,))]
                # a total is 0 where the column has no amounts; hidden rows are not summed by SUBTOTAL and there are none but one
                total = sum((Decimal(format(n, ".15g")) for n in numbers if isinstance(n, int | float)), Decimal(0))
                assert Decimal(format(values[sheet.title][cell.coordinate].value, ".15g")) == total, f"{sheet.title}!{cell.coordinate}"


def test_reading_the_set_gives_the_same_records(sample: Portfolio) -> None:
    read = read_workbooks(KEPT, YEARS, load_layouts(LAYOUTS)).portfolio
    alike = [{i.id: i.model_dump(exclude={"origin"}) for i in p.investments} for p in (sample, read)]
    assert alike[1].keys() == alike[0].keys()
    assert [(i, f) for i, fields in alike[0].items() for f, value in fields.items() if alike[1][i][f] != value] == []
    assert [p.model_dump(exclude={"origin"}) for p in read.pairs] == [p.model_dump(exclude={"origin"}) for p in sample.pairs]
    assert [c.model_dump(exclude={"origin"}) for c in read.ceilings] == [c.model_dump(exclude={"origin"}) for c in sample.ceilings]


def test_totals_of_every_owner_to_the_krona(sample: Portfolio) -> None:
    totals = Counter[str]()
    for i in read_workbooks(KEPT, YEARS, load_layouts(LAYOUTS)).portfolio.investments:
        totals[Path(i.origin.file).name] += i.total_outlay
    owned = Counter[str]()
    for i in sample.investments:
        owned[i.owner if i.control is Control.CITY else "externa"] += i.total_outlay
    assert sorted(totals.values()) == sorted(owned.values())
    assert totals["oresundskraft.xlsx"] == 4_055 * MNKR
    assert totals["externa-aktorer.xlsx"] == 8_400 * MNKR
    assert sum(totals.values()) == 15_000 * MNKR


def test_what_the_reader_says_is_no_fault() -> None:
    said = read_workbooks(KEPT, YEARS, load_layouts(LAYOUTS)).findings
    warned = {(Path(f.file).name, f.code) for f in said if f.severity is not Severity.NOTE}
    # the row that is hidden on purpose
    assert warned == {("helsingborgshem.xlsx", "hidden_row")}
    assert {Path(f.file).name for f in said if f.code == "understood"} == {p.name for p in KEPT}


def test_own_letters_are_asked_for_and_never_guessed() -> None:
    with pytest.raises(InputError) as fault:
        read_workbooks(KEPT, YEARS)
    assert {Path(f.file).name for f in fault.value.findings if f.severity is Severity.ERROR} == {"oresundskraft.xlsx"}


@pytest.mark.parametrize("path", KEPT, ids=lambda p: p.stem)
def test_openpyxl_opens_it(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(path.read_bytes()), keep_vba=path.suffix == ".xlsm")
    assert any(s.max_row > 2 for s in book.worksheets)
    if book.vba_archive is not None:
        book.vba_archive.close()  # openpyxl leaves its copy of the macros open


@pytest.mark.long
def test_libreoffice_opens_all(tmp_path: Path, soffice: str) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run([soffice, "--headless", profile, "--convert-to", "pdf", "--outdir", tmp_path, *KEPT], check=True, capture_output=True)
    assert sorted(p.stem for p in tmp_path.glob("*.pdf")) == sorted(p.stem for p in KEPT)
