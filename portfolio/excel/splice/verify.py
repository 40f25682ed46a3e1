"""What was written is read again before it is delivered: every untouched part byte for byte, every old cell, every link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from portfolio.excel.splice.document import NotSpliced
from portfolio.excel.splice.package import Package
from portfolio.excel.splice.scan import letters

_COLS: Final = re.compile(rb"<(?:[\w.-]+:)?cols>.*?</(?:[\w.-]+:)?cols\s*>", re.DOTALL)
_COL: Final = re.compile(rb"<(?:[\w.-]+:)?col\s[^>]*>")
_ATTRIBUTE: Final = re.compile(rb"\s([\w:.-]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_SPANS: Final = re.compile(rb"(<(?:[\w.-]+:)?row\b[^>]*?)\sspans=[\"'][^\"']*[\"']")
_GROWING: Final = re.compile(rb"(<(?:[\w.-]+:)?(?:dimension|autoFilter)\b[^>]*?)\sref=[\"'][^\"']*[\"']")


@dataclass(frozen=True, slots=True)
class Ours:
    """The cells of a sheet that are ours: some columns of some rows."""

    top: int
    bottom: int
    columns: frozenset[int]


def verify(before: bytes, after: bytes, allowed: frozenset[str], written: Mapping[str, Ours]) -> None:
    """Compare the workbook as it came with the one to be returned.

    Args:
        before: the officer's workbook.
        after: the same with our columns and sheet.
        allowed: parts that may be new, changed or gone.
        written: sheet part to the cells that are ours.

    Raises:
        NotSpliced: something else has changed; nothing is delivered.
    """
    old, new = Package(before), Package(after)
    for name in old.names:
        if name not in allowed and (new.find(name) != name or old.read(name) != new.read(name)):
            raise NotSpliced("return_check", reason=name)
    for name in new.names:
        if name not in allowed and old.find(name) is None:
            raise NotSpliced("return_check", reason=name)
    for sheet, ours in written.items():
        was, now = old.document(sheet).text, new.document(sheet)
        now.parser().Parse(now.text, True)  # sound XML
        if _rest(was, ours) != _rest(now.text, ours) or _widths(was, ours) != _widths(now.text, ours):
            raise NotSpliced("return_check", reason=sheet)
    faults = list(broken_links(new))
    if faults and faults != list(broken_links(old)):
        raise NotSpliced("return_check", reason=faults[0])


def broken_links(package: Package) -> Iterator[str]:
    """Relationships to parts that are not there, and parts without a content type."""
    types = {name.casefold() for name in package.content_types()}
    root = package.document("[Content_Types].xml").tree()
    endings = {c.attributes.get("Extension", "").casefold() for c in root.all("Default")}
    for part in package.names:
        if part != "[Content_Types].xml" and part.casefold() not in types and part.rsplit(".", 1)[-1].casefold() not in endings:
            yield f"{part}: content type"
        if part.endswith(".rels"):
            owner = part.replace("_rels/", "", 1) if part.startswith("_rels/") else part.replace("/_rels/", "/", 1)
            for relation in package.relationships(owner.removesuffix(".rels")):
                if not relation.external and package.find(relation.target) is None:
                    yield f"{part}: {relation.target}"


def _widths(text: bytes, ours: Ours) -> list[tuple[int, list[tuple[bytes, bytes]]]]:
    """What is said of the columns beside ours, from each column where it changes."""
    ranges: list[tuple[int, int, list[tuple[bytes, bytes]]]] = []
    group = _COLS.search(text)
    for tag in _COL.findall(group[0]) if group is not None else ():
        about = {name: value.strip(b"\"'") for name, value in _ATTRIBUTE.findall(tag)}
        bounds = int(about.pop(b"min")), int(about.pop(b"max"))
        ranges.append((*bounds, sorted(about.items())))
    said: list[tuple[int, list[tuple[bytes, bytes]]]] = []
    for column in sorted({n for low, high, _ in ranges for n in (low, high + 1)} | {c + n for c in ours.columns for n in (0, 1)}):
        about_it = next((a for low, high, a in ranges if low <= column <= high), [])
        if column not in ours.columns and (not said or said[-1][1] != about_it):
            said.append((column, about_it))
    return said


def _rest(text: bytes, ours: Ours) -> bytes:
    """The sheet without our cells, the widths of columns, and the references and row spans that may grow."""
    names = b"|".join(letters(column).encode() for column in sorted(ours.columns))
    cell = re.compile(rb"<((?:[\w.-]+:)?c)\s[^>]*?\br=[\"'](?:" + names + rb")(\d+)[\"'][^>]*?(?:/>|>.*?</\1\s*>)", re.DOTALL)
    rest = cell.sub(lambda m: b"" if ours.top <= int(m[2]) <= ours.bottom else m[0], text)
    rest = _COLS.sub(b"", rest)
    rest = _SPANS.sub(rb"\1", rest)
    return _GROWING.sub(rb"\1", rest)
