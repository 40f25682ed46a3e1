"""What is refused before anything in a workbook is parsed, and why: one sentence and a remedy each.

The bytes are read once and hashed; the file is never opened again and never written. Headers of a zip can lie, so every part is
inflated under a limit (which also checks its CRC) and every XML part is parsed with DOCTYPE forbidden.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from portfolio.errors import InputError, Severity, finding, os_reason
from portfolio.records import InputFile

_MIB: Final = 1024 * 1024
MAX_FILE: Final = 50 * _MIB
MAX_ENTRIES: Final = 5_000
MAX_PART: Final = 250 * _MIB
MAX_TOTAL: Final = 400 * _MIB
MAX_RATIO: Final = 250
RATIO_FROM: Final = 20 * _MIB
MAX_ROWS: Final = 200_000
"""Limits of the preflight (bytes, parts, rows of one sheet)."""

_CFB: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_STRICT: Final = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_WORKBOOK_TYPES: Final = (b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml", b"spreadsheetml.template.main+xml")


@dataclass(frozen=True, slots=True)
class Workbook:
    """The bytes of a workbook that passed the preflight, with its name as given and its SHA-256."""

    file: str
    content: bytes
    sha256: str

    @property
    def input_file(self) -> InputFile:
        """What the run's list of inputs says about it."""
        return InputFile(file=self.file, sha256=self.sha256)


def open_workbook(path: Path) -> Workbook:
    """Read `path` once and refuse what is not a sound .xlsx or .xlsm workbook.

    Raises:
        InputError: with one finding; nothing of the file has been parsed as a workbook.
    """
    name = path.as_posix()
    content = _read(path, name)
    _check_signature(content, path, name)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_directory(archive.infolist(), name)
            _check_parts(archive, name)
    except zipfile.BadZipFile as fault:
        raise refusal("file_truncated", name, reason=str(fault)) from fault
    return Workbook(name, content, hashlib.sha256(content).hexdigest())


def refusal(code: str, file: str, place: str = "", value: object = "", **parameters: str | int) -> InputError:
    """An `InputError` with a single finding about the whole file."""
    return InputError([finding(code, file, place, value, Severity.ERROR, **parameters)])


def _read(path: Path, name: str) -> bytes:
    if path.name.startswith("~$"):
        raise refusal("file_owner", name, workbook=path.name[2:])
    try:
        if path.stat().st_size > MAX_FILE:
            raise refusal("file_too_large", name, limit=MAX_FILE // _MIB, size=path.stat().st_size // _MIB)
        return path.read_bytes()
    except FileNotFoundError as fault:
        raise refusal("file_missing", name) from fault
    except IsADirectoryError as fault:
        raise refusal("file_is_folder", name) from fault
    except OSError as fault:
        raise refusal("file_unreadable", name, reason=os_reason(fault)) from fault


def _check_signature(content: bytes, path: Path, name: str) -> None:
    if not content:
        raise refusal("file_empty", name)
    if content.startswith(_CFB):
        raise refusal("file_encrypted" if _ENCRYPTED in content else "file_old_format", name, suffix=path.suffix or ".xls")
    if not content.startswith(b"PK"):
        raise refusal("file_not_workbook", name, suffix=path.suffix)


def _check_directory(entries: list[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > MAX_ENTRIES:
        raise refusal("zip_too_many_parts", name, count=len(entries), limit=MAX_ENTRIES)
    # Excel takes names that differ only in case for the same part
    doubled = [n for n, count in Counter(e.filename.casefold() for e in entries).items() if count > 1]
    if doubled:
        raise refusal("zip_duplicate_part", name, part=doubled[0])
    for entry in entries:
        # some writers begin the names of parts with a slash; no file is ever written by these names
        parts = entry.filename.replace("\\", "/").split("/")
        parts = parts[1:] if parts[:2] == ["", "xl"] else parts
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise refusal("zip_unsafe_name", name, part=entry.filename)
        if entry.flag_bits & 0x1:
            raise refusal("file_encrypted", name, suffix=".zip")
        if entry.file_size > MAX_PART or _ratio(entry) > MAX_RATIO:
            raise refusal("zip_part_too_large", name, part=entry.filename, limit=MAX_PART // _MIB)
    if sum(e.file_size for e in entries) > MAX_TOTAL:
        raise refusal("zip_too_large", name, limit=MAX_TOTAL // _MIB)


def _ratio(entry: zipfile.ZipInfo) -> float:
    return entry.file_size / max(entry.compress_size, 1) if entry.file_size > RATIO_FROM else 0


def _check_parts(archive: zipfile.ZipFile, name: str) -> None:
    names = {e.filename for e in archive.infolist()}
    kind = _other_kind(archive, names)
    if kind:
        raise refusal("file_not_workbook", name, suffix=kind)
    total = 0
    for entry in archive.infolist():
        sheet = _SheetRows() if "worksheets/" in entry.filename else None
        for chunk in _inflate(archive, entry, name):
            total += len(chunk)
            if total > MAX_TOTAL:
                raise refusal("zip_too_large", name, limit=MAX_TOTAL // _MIB)
        if entry.filename.endswith((".xml", ".rels", ".vml")):
            _check_xml(archive.read(entry), entry.filename, name, sheet)


def _other_kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    """What else the zip is (`.ods`, `.xlsb`, `.zip`), or nothing when it is a workbook."""
    if "xl/workbook.bin" in names:
        return ".xlsb"
    if "mimetype" in names:
        return ".ods"
    if "[Content_Types].xml" not in names:
        return ".zip"
    types = archive.read("[Content_Types].xml") if archive.getinfo("[Content_Types].xml").file_size < _MIB else b""
    return "" if any(t in types for t in _WORKBOOK_TYPES) else ".zip"


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The part in chunks, never more than the limit whatever its header says; the CRC is checked at the end."""
    size = 0
    try:
        with archive.open(entry) as part:
            while chunk := part.read(_MIB):
                size += len(chunk)
                if size > MAX_PART:
                    raise refusal("zip_part_too_large", name, part=entry.filename, limit=MAX_PART // _MIB)
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as fault:
        raise refusal("zip_damaged_part", name, part=entry.filename, reason=str(fault)) from fault


class _SheetRows:
    """Counts the rows of a sheet while it is parsed, and forgets everything else."""

    def __init__(self) -> None:
        self.rows = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        del attributes
        if tag.endswith("}row"):
            self.rows += 1

    def close(self) -> int:
        return self.rows


class _Nothing:
    """Forgets every element: the part is only parsed to see that it is sound."""

    def close(self) -> None:
        return None


def _check_xml(content: bytes, part: str, name: str, sheet: _SheetRows | None) -> None:
    if not content.strip():
        return  # some programs leave empty drawing parts behind
    if part.endswith("workbook.xml") and _STRICT in content:
        raise refusal("file_strict", name)
    parser = DefusedXMLParser(target=sheet or _Nothing(), forbid_dtd=True)
    try:
        parser.feed(content)
        parser.close()
    except DefusedXmlException as fault:
        raise refusal("xml_doctype", name, part=part) from fault
    except ParseError as fault:
        # VML drawings are often not well-formed XML and are never read here
        if not part.endswith(".vml"):
            raise refusal("xml_damaged", name, part=part, reason=str(fault)) from fault
    if sheet is not None and sheet.rows > MAX_ROWS:
        raise refusal("sheet_too_long", name, part=part, rows=sheet.rows, limit=MAX_ROWS)
