"""An Excel table or a filter that grows with the new columns beside it."""

from __future__ import annotations

from collections.abc import Sequence

from portfolio.excel.splice.document import Document, Node, NotSpliced, escape, qualified
from portfolio.excel.splice.package import Package
from portfolio.excel.splice.scan import Area, Scan, area_of


class Table:
    """A table part of the sheet."""

    def __init__(self, package: Package, part: str) -> None:
        self.part = part
        self._package = package
        self._document = package.document(part)
        self._root = self._document.tree()
        self.area = area_of(self._root.attributes.get("ref", ""))

    @property
    def grows(self) -> bool:
        """True for a table with a heading row that is not fed by a query: it may have further columns."""
        fed = self._root.attributes.get("tableType", "worksheet") != "worksheet"
        return not fed and self._root.attributes.get("headerRowCount", "1") == "1" and self._root.child("tableColumns") is not None

    def grow(self, headings: Sequence[str]) -> list[str]:
        """Add columns at the right; the headings as they must stand in the cells, where each must be unlike the others.

        Raises:
            NotSpliced: the part is no table.
        """
        columns = self._root.child("tableColumns")
        if columns is None:
            raise NotSpliced("return_damaged", reason=self.part)
        standing = list(columns.all("tableColumn"))
        taken = {c.attributes.get("name", "").casefold() for c in standing}
        number = max([int(c.attributes.get("id", 0)) for c in standing], default=0)
        named: list[str] = []
        new = b""
        for heading in headings:
            name, n = heading, 2
            while name.casefold() in taken:
                name, n = f"{heading} {n}", n + 1
            taken.add(name.casefold())
            named.append(name)
            number += 1
            new += b'<%b id="%d" name="%b"/>' % (qualified(self._root.prefix, "tableColumn"), number, escape(name))
        self._document.append(columns, new)
        self._document.set_attribute(columns.start, columns.head, "count", str(len(standing) + len(headings)))
        grown = Area(self.area.top, self.area.left, self.area.bottom, self.area.right + len(headings))
        self._document.set_attribute(self._root.start, self._root.head, "ref", grown.ref)
        for node in self._root.all("autoFilter"):
            old = area_of(node.attributes.get("ref", ""))
            wider = Area(old.top, old.left, old.bottom, grown.right)
            self._document.set_attribute(node.start, node.head, "ref", wider.ref)
        self._package.put(self.part, self._document.result())
        return named


def tables_of(package: Package, sheet_part: str) -> list[Table]:
    """The tables of a sheet."""
    return [Table(package, part) for part in package.related(sheet_part, "table")]


def grow_filter(scan: Scan, header_row: int, last: int, right: int) -> tuple[Area, Area] | None:
    """Let the sheet's own filter over the table reach to column `right`; the filter's old and new area, None when there is none to grow."""
    node = scan.node("autoFilter")
    if node is None or "ref" not in node.attributes:
        return None
    old = area_of(node.attributes["ref"])
    if old.top != header_row or old.right != last:
        return None
    grown = Area(old.top, old.left, old.bottom, right)
    scan.document.set_attribute(node.start, node.head, "ref", grown.ref)
    return old, grown


def in_the_way(package: Package, sheet_part: str) -> list[Area]:
    """What covers cells of a sheet from other parts: tables, pivot tables, drawings."""
    found = [t.area for t in tables_of(package, sheet_part)]
    for part in package.related(sheet_part, "pivotTable"):
        location = package.document(part).tree().child("location")
        if location is not None:
            found.append(area_of(location.attributes.get("ref", "")))
    for part in package.related(sheet_part, "drawing"):
        found += _anchors(package.document(part))
    return found


def _anchors(document: Document) -> list[Area]:
    """The cells that charts, images and shapes lie over."""
    found = []
    text = document.text
    pending = [document.tree()]
    while pending:
        anchor = pending.pop()
        # anchors also stand inside mc:AlternateContent
        pending += anchor.children if anchor.tag in ("wsDr", "AlternateContent", "Choice") else []
        if anchor.tag == "twoCellAnchor":
            first, last = (_corner(text, node) for tag in ("from", "to") for node in list(anchor.all(tag))[:1])
            found.append(Area(first[0], first[1], last[0], last[1]))
        elif anchor.tag == "oneCellAnchor":
            row, column = next(_corner(text, node) for node in anchor.all("from"))
            found.append(Area(row, column, row, column))
    return found


def _corner(text: bytes, node: Node) -> tuple[int, int]:
    """Row and column (from 1) of a corner."""
    values = {c.tag: int(text[c.head : c.tail].strip() or b"0") for c in node.children if c.tag in ("row", "col")}
    return values["row"] + 1, values["col"] + 1
