"""A sheet that XlsxWriter made, with its tables, charts and formats, put into an officer's workbook."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from portfolio.excel.splice.document import Document
from portfolio.excel.splice.package import Package, Relationship, rels_name
from portfolio.excel.splice.styles import Styles

_PATTERNS: Final = {"worksheet": "xl/worksheets/sheet{}.xml", "drawing": "xl/drawings/drawing{}.xml", "chart": "xl/charts/chart{}.xml"}
_TABLE: Final = "xl/tables/table{}.xml"
_SHARED_TEXT: Final = re.compile(rb'<c r="([A-Z]+\d+)"((?: s="\d+")?) t="s"><v>(\d+)</v></c>')
_STYLE: Final = re.compile(rb'(<(?:c|row)\b[^>]*? s|<col\b[^>]*? style)="(\d+)"')
_DIFFERENTIAL: Final = re.compile(rb'(\bdxfId|dataDxfId|headerRowDxfId|totalsRowDxfId)="(\d+)"')
_SELECTED: Final = re.compile(rb' tabSelected="1"')
_WORKSHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
STYLES_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


@dataclass(frozen=True)
class Donor:
    """The workbook of ours that holds the sheet, and which of its sheets it is."""

    package: Package
    sheet: str

    @property
    def styles(self) -> Document:
        """Its formats."""
        return self.package.document("xl/styles.xml")


def donor(content: bytes) -> Donor:
    """The first sheet of a workbook of ours."""
    package = Package(content)
    return Donor(package, "xl/worksheets/sheet1.xml")


def transplant(source: Donor, target: Package, styles: Styles | None, part: str | None = None) -> str:
    """Copy the sheet and all it refers to into the package.

    Args:
        source: the workbook of ours.
        target: the officer's workbook.
        styles: the officer's formats; None when there are none and ours have been put in whole.
        part: the part to put the sheet into; None: a new one.

    Returns:
        The part's name.
    """
    formats, differential = styles.merge(source.styles) if styles is not None else ([], [])
    moved = _moves(source, target, part)
    types = source.package.content_types()
    for old, new in moved.items():
        content = source.package.read(old)
        if old == source.sheet:
            content = _sheet(content, _strings(source.package), formats, differential)
        elif "/tables/" in old:
            content = _table(content, target, new, differential)
        target.put(new, content)
        target.declare(new, types[old])
        relations = source.package.relationships(old)
        if relations:
            target.put_relationships(new, [Relationship(r.id, r.kind, moved[r.target]) for r in relations])
    return moved[source.sheet]


def remove_what_hangs_on(package: Package, sheet: str) -> None:
    """Take away the drawings, charts and tables of a sheet of ours that is about to be written anew; what others refer to stays."""
    reached = _reached(package, sheet) - {sheet}
    others = {p for p in package.names if p.endswith(".rels") and _owner(p) not in reached | {sheet}}
    held = {r.target for p in others for r in package.relationships(_owner(p)) if not r.external}
    gone = reached - held
    for part in gone:
        package.remove(part)
        if (rels := package.find(rels_name(part))) is not None:
            package.remove(rels)
    if (rels := package.find(rels_name(sheet))) is not None:
        package.remove(rels)
    package.undeclare(gone)


def _reached(package: Package, part: str) -> set[str]:
    found, pending = {part}, [part]
    while pending:
        for relation in package.relationships(pending.pop()):
            target = None if relation.external else package.find(relation.target)
            if target is not None and target not in found:
                found.add(target)
                pending.append(target)
    return found


def _owner(rels: str) -> str:
    folder, name = posixpath.split(rels)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def _moves(source: Donor, target: Package, part: str | None) -> Mapping[str, str]:
    """Every part that the sheet needs, to an unused name in the target."""
    moved: dict[str, str] = {}
    for old in sorted(_reached(source.package, source.sheet)):
        if old == source.sheet and part is not None:
            moved[old] = part
            continue
        kind = "worksheet" if old == source.sheet else posixpath.basename(posixpath.dirname(old)).rstrip("s")
        pattern = _TABLE if kind == "table" else _PATTERNS[kind]
        number = 1
        while target.find(name := pattern.format(number)) is not None or name in moved.values():
            number += 1
        moved[old] = name
    return moved


def _strings(package: Package) -> Sequence[bytes]:
    """The inside of every shared text of ours."""
    if package.find("xl/sharedStrings.xml") is None:
        return ()
    document = package.document("xl/sharedStrings.xml")
    return [document.text[n.head : n.tail] for n in document.tree().children]


def _sheet(content: bytes, strings: Sequence[bytes], formats: Sequence[int], differential: Sequence[int]) -> bytes:
    """The sheet with its texts in its cells, its formats renumbered, and not selected beside the officer's own sheet."""
    content = _SHARED_TEXT.sub(lambda m: b'<c r="%b"%b t="inlineStr"><is>%b</is></c>' % (m[1], m[2], strings[int(m[3])]), content)
    if formats:
        content = _STYLE.sub(lambda m: b'%b="%d"' % (m[1], formats[int(m[2])]), content)
        # cells without a format have our default one
        content = re.sub(rb'<c r="([A-Z]+\d+)"(?! s=)', lambda m: b'<c r="%b" s="%d"' % (m[1], formats[0]), content)
    content = _numbered(content, differential)
    return _SELECTED.sub(b"", content)


def _numbered(content: bytes, differential: Sequence[int]) -> bytes:
    if not differential:
        return content
    return _DIFFERENTIAL.sub(lambda m: b'%b="%d"' % (m[1], differential[int(m[2])]), content)


def _table(content: bytes, target: Package, part: str, differential: Sequence[int]) -> bytes:
    """The table with an id and a name that no other table of the workbook has."""
    ids, names = {0}, set[str]()
    for name in target.names:
        if "/tables/" in name and name.endswith(".xml") and name != part:
            root = target.document(name).tree()
            ids.add(int(root.attributes.get("id", 0)))
            names.add(root.attributes.get("displayName", "").casefold())
    document = Document(_numbered(content, differential))
    root = document.tree()
    wanted = root.attributes["displayName"]
    number, free = 2, wanted
    while free.casefold() in names:
        free, number = f"{wanted}_{number}", number + 1
    for attribute, value in (("id", str(max(ids) + 1)), ("name", free), ("displayName", free)):
        document.set_attribute(root.start, root.head, attribute, value)
    return document.result()
