"""What is refused before anything in a workbook is parsed, and why: one sentence and a remedy each.

The bytes are read once and hashed; the file is never opened again and never written. Headers of a zip can lie, so every part is
inflated under a limit (which also checks its CRC), and what would be too much is counted before anything is parsed. Then every XML part
is parsed, piece by piece, with DOCTYPE forbidden: whatever the file is, no more than a piece of it is held at a time.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final, NoReturn
from xml.parsers import expat

from portfolio.errors import Finding, InputError, Severity, finding, os_reason
from portfolio.records import InputFile

_MIB: Final = 1024 * 1024
MAX_FILE: Final = 50 * _MIB
MAX_ENTRIES: Final = 5_000
MAX_PART: Final = 250 * _MIB
MAX_TOTAL: Final = 400 * _MIB
MAX_RATIO: Final = 250
RATIO_FROM: Final = 20 * _MIB
MAX_ROWS: Final = 200_000
MAX_TAGS: Final = 4_000_000
MAX_DEPTH: Final = 200
"""Limits of the preflight (bytes, parts, rows of one sheet, tags of all XML parts together – about a million cells –, and how deep
elements may stand in each other)."""

_CFB: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_STRICT: Final = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_WORKBOOK_TYPES: Final = (b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml", b"spreadsheetml.template.main+xml")


_ZIP_FAULTS: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError, struct.error)
"""What reading a damaged zip can end in: a directory that points outside it is a ValueError, an encrypted part a RuntimeError."""


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
    except _ZIP_FAULTS as fault:
        raise refusal("file_truncated", name, reason=str(fault)) from fault
    return Workbook(name, content, hashlib.sha256(content).hexdigest())


_CONFLICT: Final = re.compile(r"conflict(?:ed)?[ _-]copy|konfliktkopia|konfliktexemplar|motstridig kopia", re.IGNORECASE)


def odd_names(path: Path) -> list[Finding]:
    """Warnings about what lies around a workbook: it is open in Excel, or is the copy of a quarrel between two computers."""
    found = []
    if path.with_name(f"~${path.name}").exists():
        found.append(finding("file_open", path.as_posix(), "", "", Severity.WARNING))
    if _CONFLICT.search(path.name):
        found.append(finding("file_conflict_copy", path.as_posix(), "", "", Severity.WARNING))
    return found


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
        raise refusal("zip_too_many_parts", name, parts=len(entries), limit=MAX_ENTRIES)
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
    total = tags = 0
    for entry in archive.infolist():
        rows = 0
        for chunk in _inflate(archive, entry, name):
            total += len(chunk)
            if total > MAX_TOTAL:
                raise refusal("zip_too_large", name, limit=MAX_TOTAL // _MIB)
            if _is_xml(entry.filename):
                # the same byte in every encoding that XML is written in; a few too many do no harm
                tags += chunk.count(b"<")
                rows += chunk.count(b"<row") if _is_sheet(entry.filename) else 0
        if rows > MAX_ROWS:
            raise refusal("sheet_too_long", name, part=entry.filename, rows=rows, limit=MAX_ROWS)
        if tags > MAX_TAGS:
            raise refusal("workbook_too_full", name, part=entry.filename)
    there = {n.removeprefix("/").casefold() for n in names}
    for entry in archive.infolist():
        if _is_xml(entry.filename):
            folder = PurePosixPath(entry.filename).parent.parent
            for target in _check_xml(archive, entry, name):
                part = target.removeprefix("/") if target.startswith("/") else (folder / target).as_posix()
                # openpyxl would pass over the sheet, and it would be said that nobody has called one Investeringar
                if ".." not in part and part.removeprefix("/").casefold() not in there:
                    raise refusal("zip_part_missing", name, part=part)


def _is_xml(part: str) -> bool:
    return part.endswith((".xml", ".rels", ".vml"))


def _is_sheet(part: str) -> bool:
    return "worksheets/" in part


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
    except _ZIP_FAULTS as fault:
        raise refusal("zip_damaged_part", name, part=entry.filename, reason=str(fault)) from fault


class _Refused(Exception):
    """What the parser met: the code of the finding."""

    def __init__(self, code: str) -> None:
        self.code = code


class _Watched:
    """Counts rows, and how deep elements stand, while a part is parsed, and notes the sheets it names; forgets everything else."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.rows = self.depth = 0
        self.sheets: list[str] = []
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.rows += tag == "row" or tag.endswith(":row")
        if tag.endswith("Relationship") and attributes.get("Type", "").endswith("/worksheet"):
            self.sheets.append(attributes.get("Target", ""))
        if self.depth > MAX_DEPTH:
            raise _Refused("xml_too_deep")
        if self.rows > MAX_ROWS:
            raise _Refused("sheet_too_long")

    def _end(self, _tag: str) -> None:
        self.depth -= 1


def _no_doctype(*_: object) -> NoReturn:
    raise _Refused("xml_doctype")


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> list[str]:
    """Parse a part with the parser that Python itself uses; without a DOCTYPE there are no entities, so nothing can grow or be fetched.

    Returns:
        The sheets that it relates to.
    """
    part = entry.filename
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_doctype
    seen = _Watched(parser)
    blank = True
    try:
        for chunk in _inflate(archive, entry, name):
            if part.endswith("workbook.xml") and _STRICT in chunk:
                raise _Refused("file_strict")
            blank = blank and not chunk.strip()
            if not blank:
                parser.Parse(chunk)
        if not blank:  # some programs leave empty drawing parts behind
            parser.Parse(b"", True)
    except _Refused as fault:
        raise refusal(fault.code, name, part=part, rows=seen.rows, limit=MAX_ROWS) from fault
    except (expat.ExpatError, LookupError, ValueError) as fault:  # the last two for an encoding that nobody knows
        # VML drawings are often not well-formed XML and are never read here
        if not part.endswith(".vml"):
            raise refusal("xml_damaged", name, part=part, reason=str(fault)) from fault
    return seen.sheets
