"""The cells of a workbook as its XML has them: kind, stored value, formula. Shares nothing with the reader of budgets."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal, InvalidOperation
from io import BytesIO
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST: Final = 250 * 1024 * 1024
"""Most bytes of one part once inflated."""
_DIGITS: Final = Context(prec=15)
"""Excel keeps 15 digits: a workbook that was only saved again has the same figures."""
_ZIP_FAULTS: Final = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error),
    *(NotImplementedError, RuntimeError, OverflowError),  # a way of packing, encryption and sizes that a changed bit can claim
)
_ADDRESS: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class Damaged(ValueError):
    """Not a workbook that can be read."""


class Cell(NamedTuple):
    """Kind: `n` number, `s` text, `b` truth, `e` fault. `value` is what is stored, also under a formula; `formula` without `=`."""

    kind: str
    value: str
    formula: str = ""

    @property
    def number(self) -> Decimal | None:
        """The stored number; None for anything else."""
        return Decimal(self.value) if self.kind == "n" and self.value else None


Sheet = Mapping[int, Mapping[str, Cell]]
"""Cells that hold something, by row and by the letters of the column."""


def read_cells(content: bytes) -> dict[str, dict[int, dict[str, Cell]]]:
    """Every sheet by name, in order.

    Raises:
        Damaged: not a zip, a part is missing or is no XML, or a part is larger than `MOST`.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            texts = _texts(archive)
            return {name: _sheet(_part(archive, part), texts) for name, part in _sheets(archive)}
    except (*_ZIP_FAULTS, KeyError, ParseError, DefusedXmlException, EOFError, OSError, ValueError, IndexError, InvalidOperation) as fault:
        raise Damaged(str(fault)) from fault


def _part(archive: zipfile.ZipFile, name: str) -> Element:
    with archive.open(name) as part:
        content = part.read(MOST + 1)
    if len(content) > MOST:
        raise Damaged(name)
    root: Element = fromstring(content, forbid_dtd=True)
    return root


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name and part of every worksheet."""
    targets = {
        r.attrib["Id"]: r.attrib["Target"] for r in _part(archive, "xl/_rels/workbook.xml.rels") if r.attrib["Type"].endswith("/worksheet")
    }
    for sheet in _part(archive, "xl/workbook.xml").iterfind("{*}sheets/{*}sheet"):
        key = next(value for name, value in sheet.attrib.items() if name.endswith("}id"))
        if key in targets:
            target = targets[key]
            yield sheet.attrib["name"], target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _texts(archive: zipfile.ZipFile) -> list[str]:
    """The shared texts, runs joined, readings (rPh) left out."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_text(item) for item in _part(archive, "xl/sharedStrings.xml")]


def _text(item: Element) -> str:
    return "".join((part.text or "") for child in item if not child.tag.endswith("}rPh") for part in _leaves(child))


def _leaves(child: Element) -> Iterator[Element]:
    if child.tag.endswith("}t"):
        yield child
    else:
        yield from child.iterfind("{*}t")


def _sheet(root: Element, texts: list[str]) -> dict[int, dict[str, Cell]]:
    rows: dict[int, dict[str, Cell]] = {}
    for cell in (c for data in root if _is(data, "sheetData") for row in data if _is(row, "row") for c in row if _is(c, "c")):
        found = _cell(cell, texts)
        place = _ADDRESS.fullmatch(cell.attrib.get("r", ""))
        if place is None:
            raise Damaged(cell.attrib.get("r", "?"))
        if found is not None:
            rows.setdefault(int(place[2]), {})[place[1]] = found
    return rows


def _is(element: Element, name: str) -> bool:
    """Its name, in whatever namespace."""
    return element.tag.rpartition("}")[2] == name


def _cell(cell: Element, texts: list[str]) -> Cell | None:
    kind = cell.attrib.get("t", "n")
    parts = {part.tag.rpartition("}")[2]: part for part in reversed(cell)}  # the first of each name
    stored, formula, inline = parts.get("v"), parts.get("f"), parts.get("is")
    value = (stored.text or "") if stored is not None else ""
    said = "" if formula is None else (formula.text or "=")
    if kind == "inlineStr":
        kind, value = "s", _text(inline) if inline is not None else ""
    elif kind == "s":
        value = texts[int(value)]
    elif kind == "str":
        kind = "s"
    elif kind == "n" and value:
        value = f"{_DIGITS.create_decimal(value).normalize():f}"
    return Cell(kind, value, said) if value or said else None
