"""The workbook part: its sheets, the names we mark our own columns and sheet with, and the demand that Excel recalculates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portfolio.excel.splice.document import RELATIONSHIPS, Document, Node, NotSpliced, escape, qualified
from portfolio.excel.splice.package import OFFICE, Package
from portfolio.excel.splice.scan import Area, area_of, letters

_BEFORE_NAMES: Final = ("sheets", "functionGroups", "externalReferences")
_AREA: Final = re.compile(r"\$[A-Z]{1,3}\$\d+:\$[A-Z]{1,3}\$\d+|\$[A-Z]{1,3}:\$[A-Z]{1,3}")
"""`$A$1:$H$20` or `$A:$H`; a sheet's name has no colon."""
MOST_NAME: Final = 31
"""Characters in a sheet's name."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet of the workbook: its name, its part, its place among the sheets from 0."""

    name: str
    part: str
    index: int


class Book:
    """The workbook part of a package, with the edits to it."""

    def __init__(self, package: Package) -> None:
        self._package = package
        parts = package.related("", "officeDocument")
        if not parts:
            raise NotSpliced("return_damaged", reason="officeDocument")
        self.part = parts[0]
        self._document = package.document(self.part)
        self._root = self._document.tree()
        self._new_names: list[bytes] = []
        self._sheets = self._root.child("sheets")
        if self._sheets is None:
            raise NotSpliced("return_damaged", reason="sheets")
        self._refuse_protected()

    def sheets(self) -> list[SheetEntry]:
        """The sheets in their order; those whose part is not in the package are left out."""
        targets = {r.id: r.target for r in self._package.relationships(self.part)}
        assert self._sheets is not None
        found = []
        for index, node in enumerate(self._sheets.all("sheet")):
            part = self._package.find(targets.get(node.attributes.get("r:id", ""), ""))
            if part is not None:
                found.append(SheetEntry(node.attributes.get("name", ""), part, index))
        return found

    def names(self) -> Mapping[str, str]:
        """What the workbook's own names refer to."""
        group = self._root.child("definedNames")
        nodes = group.all("definedName") if group is not None else ()
        return {n.attributes.get("name", ""): self._inner(n) for n in nodes if "localSheetId" not in n.attributes}

    def free_sheet_name(self, wanted: str) -> str:
        """The name, or the name with a number, that no sheet has."""
        taken = {s.name.casefold() for s in self.sheets()}
        name, number = wanted[:MOST_NAME], 2
        while name.casefold() in taken:
            tail = f" ({number})"
            name, number = wanted[: MOST_NAME - len(tail)] + tail, number + 1
        return name

    def add_sheet(self, name: str, part: str) -> None:
        """Put a new sheet last."""
        assert self._sheets is not None
        ids = [int(n.attributes.get("sheetId", 0)) for n in self._sheets.all("sheet")]
        reference = self._package.add_relationship(self.part, f"{OFFICE}/worksheet", part)
        tag = qualified(self._sheets.prefix, "sheet")
        new = b'<%b name="%b" sheetId="%d" xmlns:pr="%b" pr:id="%b"/>'
        self._document.append(self._sheets, new % (tag, escape(name), max(ids, default=0) + 1, RELATIONSHIPS.encode(), reference.encode()))

    def set_name(self, name: str, refers_to: str) -> None:
        """Define a hidden name of ours, or let it refer to something else."""
        group = self._root.child("definedNames")
        for node in group.all("definedName") if group is not None else ():
            if node.attributes.get("name", "").casefold() == name.casefold() and "localSheetId" not in node.attributes:
                self._document.replace(node.head, node.tail, escape(refers_to))
                return
        tag = qualified(self._root.prefix, "definedName")
        self._new_names.append(b'<%b name="%b" hidden="1">%b</%b>' % (tag, escape(name), escape(refers_to), tag))

    def grow_filter_name(self, index: int, old: Area, grown: Area) -> None:
        """Excel keeps the filtered area of a sheet as a hidden name as well; the two must agree."""
        group = self._root.child("definedNames")
        for node in group.all("definedName") if group is not None else ():
            if node.attributes.get("name") == "_xlnm._FilterDatabase" and node.attributes.get("localSheetId") == str(index):
                sheet, _, ref = self._inner(node).rpartition("!")
                if ref.replace("$", "") == old.ref:
                    self._document.replace(node.head, node.tail, escape(f"{sheet}!{absolute(grown)}"))

    def grow_print_area(self, index: int, ours: Area) -> None:
        """What is printed of a sheet reaches over our columns too, where it reached to the column before them in the same rows."""
        group = self._root.child("definedNames")
        for node in group.all("definedName") if group is not None else ():
            if node.attributes.get("name") == "_xlnm.Print_Area" and node.attributes.get("localSheetId") == str(index):
                before = self._inner(node)
                grown = _AREA.sub(lambda found: _reaching(found, ours), before)
                if grown != before:
                    self._document.replace(node.head, node.tail, escape(grown))

    def save(self) -> None:
        """Write the part back."""
        calculation = self._root.child("calcPr")
        place = self._names_place()
        if self._new_names:
            group = self._root.child("definedNames")
            if group is not None:
                self._document.append(group, b"".join(self._new_names))
            else:
                tag = qualified(self._root.prefix, "definedNames")
                self._document.insert(place, b"<%b>%b</%b>" % (tag, b"".join(self._new_names), tag))
        if calculation is not None:
            self._document.set_attribute(calculation.start, calculation.head, "fullCalcOnLoad", "1")
        else:
            group = self._root.child("definedNames")
            at = group.end if group is not None else place
            self._document.insert(at, b'<%b fullCalcOnLoad="1"/>' % qualified(self._root.prefix, "calcPr"))
        self._package.put(self.part, self._document.result())

    def _names_place(self) -> int:
        """Where defined names belong: after the sheets and what follows them in the standard's order."""
        before = [c.end for c in self._root.children if c.tag in _BEFORE_NAMES and c.space == self._root.space]
        return max(before)

    def _inner(self, node: Node) -> str:
        return _unescaped(self._document.text[node.head : node.tail])

    def _refuse_protected(self) -> None:
        protection = self._root.child("workbookProtection")
        if protection is not None and protection.attributes.get("lockStructure", "0") in ("1", "true"):
            raise NotSpliced("return_structure_protected")
        kinds = {r.kind.rsplit("/", 1)[-1] for r in self._package.relationships("")}
        if kinds & {"origin", "signature"}:
            raise NotSpliced("return_signed")
        if any(r.kind.endswith("/revisionHeaders") for r in self._package.relationships(self.part)):
            raise NotSpliced("return_shared")


def _unescaped(raw: bytes) -> str:
    document = Document(b"<a>" + raw + b"</a>")
    pieces: list[str] = []
    parser = document.parser()
    parser.CharacterDataHandler = pieces.append
    parser.Parse(document.text, True)
    return "".join(pieces)


def _reaching(found: re.Match[str], ours: Area) -> str:
    """An area of a print area, as far as our last column where it reached to the column before our first."""
    area = area_of(found[0])
    beside = area.left < ours.left <= area.right + 1 and area.right < ours.right
    if beside and area.top <= ours.bottom and ours.top <= area.bottom:
        begin, _, end = found[0].rpartition(letters(area.right))
        return f"{begin}{letters(ours.right)}{end}"
    return found[0]


def quoted(sheet: str) -> str:
    """A sheet's name as it stands in a formula."""
    return "'" + sheet.replace("'", "''") + "'"


def absolute(area: Area) -> str:
    """`$K$5:$O$20`."""
    return f"${letters(area.left)}${area.top}:${letters(area.right)}${area.bottom}"
