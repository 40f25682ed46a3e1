"""Files that are refused before anything in them is parsed; each with one finding that says what to do."""

from __future__ import annotations

import hashlib
import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from portfolio.errors import InputError
from portfolio.excel import preflight
from portfolio.excel.preflight import open_workbook
from portfolio.excel.starter import starter_workbook
from portfolio.text import LANGUAGES, Text

GOOD = starter_workbook()
CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def rezip(change: dict[str, bytes | None] | None = None, extra: list[tuple[str, bytes]] | None = None) -> bytes:
    """The good workbook with some parts replaced, removed (None) or added."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(GOOD)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = (change or {}).get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in extra or []:
            new.writestr(name, content)
    return stream.getvalue()


def part(name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(GOOD)) as archive:
        return archive.read(name)


def damaged() -> bytes:
    """A stored part with one byte changed, so that its CRC is wrong."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as new, zipfile.ZipFile(BytesIO(GOOD)) as old:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    content = stream.getvalue()
    where = content.index(b"<sheetData>") + 3
    return content[:where] + b"X" + content[where + 1 :]


def lying() -> bytes:
    """A part whose header says that it is smaller than it is."""
    content = bytearray(rezip(extra=[("xl/media/big.bin", b"\0" * 5_000_000)]))
    real = (5_000_000).to_bytes(4, "little")
    while real in content:
        where = content.index(real)
        content[where : where + 4] = (1000).to_bytes(4, "little")
    return bytes(content)


def encrypted_part() -> bytes:
    content = bytearray(GOOD)
    where = 0
    while (where := content.find(b"PK\x01\x02", where)) >= 0:
        content[where + 8] |= 1
        where += 4
    return bytes(content)


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
UTF16 = "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE x><x/>".encode("utf-16")
BOMB = [(f"xl/media/{n}.bin", b"\0" * 30_000_000) for n in range(2)]

REFUSED = {
    "empty.xlsx": (b"", "file_empty"),
    "old.xls": (CFB, "file_old_format"),
    "renamed.xlsx": (CFB, "file_old_format"),
    "locked.xlsx": (CFB + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
    "flag.xlsx": (encrypted_part(), "file_encrypted"),
    "text.xlsx": (b"ID;Investering;2025\n1;A;100\n", "file_not_workbook"),
    "page.xlsx": (b"<html><table></table></html>", "file_not_workbook"),
    "half.xlsx": (GOOD[: len(GOOD) // 2], "file_truncated"),
    "cut.xlsx": (GOOD[:-10], "file_truncated"),
    "zip.xlsx": (rezip({"[Content_Types].xml": None}), "file_not_workbook"),
    "calc.ods": (rezip(extra=[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]), "file_not_workbook"),
    "binary.xlsb": (rezip(extra=[("xl/workbook.bin", b"x")]), "file_not_workbook"),
    "twice.xlsx": (rezip(extra=[("XL/workbook.xml", part("xl/workbook.xml"))]), "zip_duplicate_part"),
    "up.xlsx": (rezip(extra=[("xl/../../evil.xml", b"<a/>")]), "zip_unsafe_name"),
    "root.xlsx": (rezip(extra=[("/etc/evil.xml", b"<a/>")]), "zip_unsafe_name"),
    "drive.xlsx": (rezip(extra=[("C:\\evil.xml", b"<a/>")]), "zip_unsafe_name"),
    "crc.xlsx": (damaged(), "zip_damaged_part"),
    "lies.xlsx": (lying(), "zip_damaged_part"),
    "bomb.xlsx": (rezip(extra=BOMB), "zip_part_too_large"),
    "doctype.xlsx": (rezip({"xl/workbook.xml": DOCTYPE + b"<workbook/>"}), "xml_doctype"),
    "doctype-unread.xlsx": (rezip(extra=[("customXml/item1.xml", DOCTYPE + b"<x>&a;</x>")]), "xml_doctype"),
    "utf16.xlsx": (rezip(extra=[("customXml/i.xml", UTF16)]), "xml_doctype"),
    "broken.xlsx": (rezip({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData>"}), "xml_damaged"),
    "strict.xlsx": (
        rezip({"xl/workbook.xml": b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'}),
        "file_strict",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "code"), [(n, c, k) for n, (c, k) in REFUSED.items()], ids=list(REFUSED))
def test_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    expect(path, code)
    assert path.read_bytes() == content


def expect(path: Path, code: str) -> None:
    with pytest.raises(InputError) as caught:
        open_workbook(path)
    (found,) = caught.value.findings
    assert found.code == code
    assert found.file == path.as_posix()
    for lang in LANGUAGES:
        text = Text(lang)
        values = dict(found.parameters)
        assert text(f"finding.{code}", **values)
        assert text(f"finding.{code}_remedy", **values)


def test_missing_folder_and_lock_file(tmp_path: Path) -> None:
    expect(tmp_path / "nowhere.xlsx", "file_missing")
    expect(tmp_path, "file_is_folder")
    (tmp_path / "~$budget.xlsx").write_bytes(b"x")
    expect(tmp_path / "~$budget.xlsx", "file_owner")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read every file")
def test_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "secret.xlsx"
    path.write_bytes(GOOD)
    path.chmod(0)
    expect(path, "file_unreadable")


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "big.xlsx"
    path.write_bytes(GOOD)
    for limit, value, code in (
        ("MAX_FILE", 1000, "file_too_large"),
        ("MAX_ENTRIES", 3, "zip_too_many_parts"),
        ("MAX_PART", 1000, "zip_part_too_large"),
        ("MAX_TOTAL", 5000, "zip_too_large"),
        ("MAX_ROWS", 2, "sheet_too_long"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(preflight, limit, value)
            expect(path, code)


def test_accepted(tmp_path: Path) -> None:
    types = part("[Content_Types].xml")
    macro = types.replace(b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml")
    macro = macro.replace(b"vnd.openxmlformats-officedocument.ms-excel", b"vnd.ms-excel")
    for name, content in (("a.xlsx", GOOD), ("b.xlsm", rezip({"[Content_Types].xml": macro}))):
        path = tmp_path / name
        path.write_bytes(content)
        before = path.stat().st_mtime_ns
        workbook = open_workbook(path)
        assert workbook.sha256 == hashlib.sha256(content).hexdigest()
        assert workbook.input_file.file == path.as_posix()
        assert path.stat().st_mtime_ns == before
