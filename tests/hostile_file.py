"""Hostile cases of the file itself: what is refused before anything is parsed, and what only looks odd."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Final

import workbook_parts as raw
from hostile_round import BOOK, Case, Found, Round, warning
from portfolio.excel.preflight import MAX_ENTRIES
from portfolio.text import LANGUAGES, Lang
from workbook_parts import Change, Parts, compound, vba_project

MIB: Final = 1024 * 1024
SHEET: Final = "xl/worksheets/sheet1.xml"


def rezip(content: bytes, extra: list[tuple[str, bytes]]) -> bytes:
    """The workbook with more parts, each of any name."""
    stream = BytesIO(content)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, data in extra:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def bytes_of(
    fault: str, name: str, spoil: Callable[[bytes], bytes], code: str, file: str = BOOK, langs: tuple[Lang, ...] = LANGUAGES
) -> Case:
    """A case of the bytes; the finding is about the whole file. Large ones are tried in one language."""

    def make(r: Round) -> None:
        if file == BOOK:
            r.spoil = spoil
        else:
            r.files[file] = spoil(r.content())
            r.asked = [file]

    return Case(fault, name, make, (Found(code, file=file),) if code else (), langs=langs)


def parts_of(fault: str, name: str, change: Change, *found: Found) -> Case:
    """A case of the parts."""
    return Case(fault, name, lambda r: r.changes.append(change), found)


def with_head(part: str, head: str, encoding: str = "utf-8") -> Change:
    """A part with a DOCTYPE, in some encoding."""

    def change(parts: Parts) -> None:
        body = re.sub(r"^<\?xml[^>]*\?>\s*", "", parts.text(part))
        text = f'<?xml version="1.0" encoding="{encoding}"?>{head}{body}'
        parts.data[part] = text.encode(encoding)

    return change


LAUGHS: Final = (
    "<!DOCTYPE l ["
    + '<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{"&" + a + ";"}{"&" + a + ";"}">'
        for a, b in zip("abcdefghijklmnopqrstuvwx", "bcdefghijklmnopqrstuvwxy", strict=True)
    )
    + "]>"
)
OUTSIDE: Final = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
PARAMETER: Final = '<!DOCTYPE l [<!ENTITY % p SYSTEM "http://exempel.invalid/x.dtd"> %p;]>'


def overlapping(content: bytes) -> bytes:
    """Fifty names in the directory for the data of one part."""
    start = content.rindex(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    first = content.index(b"PK\x01\x02")
    last = content[start:end]
    length = struct.unpack("<H", last[28:30])[0]
    more = b"".join(last[:46] + f"xl/m{n:02}.bin".ljust(length, "x")[:length].encode() + last[46 + length :] for n in range(50))
    count = struct.unpack("<H", content[end + 10 : end + 12])[0] + 50
    tail = bytearray(content[end:])
    tail[8:12] = struct.pack("<HH", count, count)
    tail[12:16] = struct.pack("<I", end - first + len(more))
    return content[:end] + more + bytes(tail)


def lying(content: bytes) -> bytes:
    """A part whose headers say that it is smaller than it is."""
    grown = bytearray(rezip(content, [("xl/media/big.bin", b"\0" * 5_000_000)]))
    real = (5_000_000).to_bytes(4, "little")
    while real in grown:
        where = grown.index(real)
        grown[where : where + 4] = (1000).to_bytes(4, "little")
    return bytes(grown)


def nested(content: bytes) -> bytes:
    """A bomb inside the zip: nobody opens it."""
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.bin", b"\0" * 40 * MIB)
    return rezip(content, [("xl/embeddings/bilaga.zip", inner.getvalue())])


def damaged(content: bytes) -> bytes:
    """One byte of a stored part, which nobody reads, changed."""
    stored = raw.zipped(_with(content, "docProps/lapp.bin", b"A" * 64), stored=True)
    return stored.replace(b"A" * 64, b"A" * 63 + b"B", 1)


def _with(content: bytes, name: str, data: bytes) -> Parts:
    parts = Parts(content)
    parts.data[name] = data
    return parts


def flagged(content: bytes) -> bytes:
    """The flag of encryption in the directory."""
    changed = bytearray(content)
    where = 0
    while (where := changed.find(b"PK\x01\x02", where)) >= 0:
        changed[where + 8] |= 1
        where += 4
    return bytes(changed)


def _missing(r: Round) -> None:
    r.asked = ["finns-inte.xlsx"]


def _folder(r: Round) -> None:
    r.files["mapp/x.txt"] = b"x"
    r.asked = ["mapp"]


def _owner(r: Round) -> None:
    r.files["~$bok.xlsx"] = b"\x06Ekonom" + b" " * 158
    r.asked = ["~$bok.xlsx"]


def _open(r: Round) -> None:
    r.files["~$bok.xlsx"] = b"\x06Ekonom" + b" " * 158


def _copy(name: str) -> Callable[[Round], None]:
    def make(r: Round) -> None:
        r.files[name] = r.content()
        r.asked = [name]

    return make


def _copy_beside(r: Round) -> None:
    r.files["bok (1).xlsx"] = r.content()
    r.asked = [BOOK, "bok (1).xlsx"]


def _macro(r: Round) -> None:
    r.macro = vba_project(("Sheet1", "Sheet2"), "Modul1", "Sub Ingenting()\nEnd Sub\n")
    r.files["bok.xlsm"] = r.content()
    r.asked = ["bok.xlsm"]


CFB: Final = compound({"Workbook": b"\0" * 64})
ENCRYPTED: Final = compound({"EncryptedPackage": b"\0" * 64, "EncryptionInfo": b"\4\0\4\0"})
ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"
HTML: Final = b"<html><table><tr><th>ID</th></tr></table></html>"
OTHER, BOMB = ".xls, .ods, .csv, .html renamed .xlsx", "zip bomb (one part, many parts, nested, overlapping entries, lying sizes)"
SLASHES: Final = "prefixed or absolute part names"
COPY: Final = '"(conflict copy)"'

CASES: Final = (
    Case("missing", "no such file", _missing, (Found("file_missing", file="finns-inte.xlsx"),)),
    Case("missing", "a folder without workbooks", _folder, (Found("file_is_folder", file="mapp"),)),
    bytes_of("empty", "no bytes", lambda _: b"", "file_empty"),
    bytes_of("truncated", "half", lambda c: c[: len(c) // 2], "file_truncated"),
    bytes_of("truncated", "the last ten bytes are gone", lambda c: c[:-10], "file_truncated"),
    bytes_of("truncated", "only the signature", lambda _: b"PK\x03\x04", "file_truncated"),
    bytes_of("not a zip", "text", lambda _: "Det här är ingen arbetsbok".encode(), "file_not_workbook"),
    bytes_of("not a zip", "zeros", lambda _: b"\0" * 4096, "file_not_workbook"),
    bytes_of("not a zip", "a zip of something else", lambda _: _plain_zip(), "file_not_workbook"),
    bytes_of(OTHER, ".xls", lambda _: CFB, "file_old_format"),
    bytes_of(OTHER, ".csv with semicolons", lambda _: b"ID;Investering;2025\n1;A;100\n", "file_not_workbook"),
    bytes_of(OTHER, ".csv in UTF-16", lambda _: "ID\tInvestering\n".encode("utf-16"), "file_not_workbook"),
    bytes_of(OTHER, ".html", lambda _: HTML, "file_not_workbook"),
    bytes_of(OTHER, ".ods", lambda c: rezip(c, [("mimetype", ODS)]), "file_not_workbook"),
    bytes_of(OTHER, ".xlsb", lambda c: rezip(c, [("xl/workbook.bin", b"x")]), "file_not_workbook"),
    bytes_of("password-protected (CFB)", "to open", lambda _: ENCRYPTED, "file_encrypted"),
    bytes_of("password-protected (CFB)", "the zip itself", flagged, "file_encrypted"),
    Case(".xlsm (accepted, macros kept)", "with a module", _macro),
    bytes_of(BOMB, "one part", lambda c: rezip(c, [("xl/media/1.bin", b"\0" * 60 * MIB)]), "zip_part_too_large", langs=("sv",)),
    bytes_of(
        BOMB, "many parts", lambda c: rezip(c, [(f"xl/media/{n}.bin", b"\0" * 19 * MIB) for n in range(23)]), "zip_too_large", langs=("sv",)
    ),
    bytes_of(BOMB, "nested", nested, ""),
    bytes_of(BOMB, "overlapping entries", overlapping, "zip_damaged_part"),
    bytes_of(BOMB, "lying sizes", lying, "zip_damaged_part"),
    bytes_of(
        BOMB,
        "many tags",
        lambda c: rezip(c, [(f"customXml/item{n}.xml", b"<a>" + b"<b/>" * 1_000_000 + b"</a>") for n in range(5)]),
        "workbook_too_full",
        langs=("sv",),
    ),
    parts_of("XML bomb", "laughs in the texts", with_head("xl/sharedStrings.xml", LAUGHS), Found("xml_doctype")),
    parts_of(
        "XML bomb",
        "laughs in a part that is not read",
        lambda p: p.data.update({"customXml/item1.xml": f"{LAUGHS}<l>&y;</l>".encode()}),
        Found("xml_doctype"),
    ),
    parts_of(
        "XML bomb",
        "elements in each other",
        lambda p: p.data.update({"customXml/item1.xml": b"<a>" * 100_000 + b"</a>" * 100_000}),
        Found("xml_too_deep"),
    ),
    parts_of("external entity", "a file", with_head("xl/workbook.xml", OUTSIDE), Found("xml_doctype")),
    parts_of("external entity", "an address, by parameter", with_head("xl/styles.xml", PARAMETER), Found("xml_doctype")),
    parts_of("DOCTYPE", "in the sheet", with_head(SHEET, "<!DOCTYPE worksheet>"), Found("xml_doctype")),
    parts_of("DOCTYPE", "in UTF-16", with_head("docProps/app.xml", "<!DOCTYPE x>", "utf-16"), Found("xml_doctype")),
    Case("`~$` owner file", "named", _owner, (Found("file_owner", file="~$bok.xlsx"),)),
    Case(
        COPY,
        "of OneDrive, alone",
        _copy("bok (motstridig kopia 2025-01-07).xlsx"),
        (warning("file_conflict_copy", file="bok (motstridig kopia 2025-01-07).xlsx"),),
    ),
    Case(
        COPY,
        "of Dropbox, alone",
        _copy("bok (Annas conflicted copy 2025-01-07).xlsx"),
        (warning("file_conflict_copy", file="bok (Annas conflicted copy 2025-01-07).xlsx"),),
    ),
    Case(COPY, "beside the original", _copy_beside, (Found("file_twice", file="bok (1).xlsx"),)),
    Case("open/locked", "open in Excel", _open, (warning("file_open"),)),
    bytes_of("duplicate zip entries", "another case", lambda c: rezip(c, [("XL/workbook.xml", b"<workbook/>")]), "zip_duplicate_part"),
    bytes_of("duplicate zip entries", "the same name", lambda c: rezip(c, [(SHEET, b"<worksheet/>")]), "zip_duplicate_part"),
    bytes_of("`..` in a name", "up", lambda c: rezip(c, [("xl/../../x.xml", b"<a/>")]), "zip_unsafe_name"),
    bytes_of("`..` in a name", "up with backslashes", lambda c: rezip(c, [("xl\\..\\..\\x.xml", b"<a/>")]), "zip_unsafe_name"),
    bytes_of("`..` in a name", "a drive", lambda c: rezip(c, [("C:/x.xml", b"<a/>")]), "zip_unsafe_name"),
    bytes_of("`..` in a name", "the root", lambda c: rezip(c, [("/etc/x.xml", b"<a/>")]), "zip_unsafe_name"),
    bytes_of("bad CRC in a part that is not read", "a note", damaged, "zip_damaged_part"),
    parts_of("digital signature", "read as it stands", raw.signed),
    parts_of("shared workbook (revisions)", "read as it stands", raw.shared_workbook),
    parts_of("strict OOXML", "all namespaces", raw.strict, Found("file_strict")),
    parts_of(SLASHES, "prefixed elements", raw.prefixed),
    parts_of(SLASHES, "absolute targets", raw.absolute_targets),
    parts_of(SLASHES, "a sheet under another name", raw.moved_sheet),
    bytes_of(
        "> 5,000 parts", "one more", lambda c: rezip(c, [(f"xl/media/{n}.bin", b"") for n in range(MAX_ENTRIES)]), "zip_too_many_parts"
    ),
    parts_of("truncated", "a sheet whose XML ends too early", lambda p: p.put(SHEET, p.text(SHEET)[:400]), Found("xml_damaged")),
    parts_of("truncated", "the part of the sheet is gone", lambda p: p.data.pop(SHEET) and None, Found("zip_part_missing")),
)


def _plain_zip() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("brev.txt", b"hej")
    return stream.getvalue()
