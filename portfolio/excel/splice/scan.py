"""One pass over a sheet's XML: where its rows and cells stand, and what is in the way of new columns."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from portfolio.excel.splice.document import MAIN, Document, Node, NotSpliced, plain_name, split_name

_REF: Final = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7})$", re.IGNORECASE)
_CONTENT: Final = re.compile(rb"<(?:[\w.-]+:)?(?:v|is|f)[\s/>]")
LAST_COLUMN: Final = 16_384
LAST_ROW: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class Area:
    """A block of cells, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: Area) -> bool:
        """True when the two share a cell."""
        return self.top <= other.bottom and other.top <= self.bottom and self.left <= other.right and other.left <= self.right

    @property
    def ref(self) -> str:
        """`A1:C9`."""
        first, last = address(self.top, self.left), address(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the sheet: offsets of its tag, and which of the cells in `Scan` are its own."""

    number: int
    start: int
    head: int
    tail: int
    spans: str
    first: int
    last: int


@dataclass
class Scan:
    """What a sheet holds, as offsets into `Document.text`.

    Attributes:
        rows: of the wanted rows, by number.
        columns, starts, ends, styles, addressed: one entry a cell of those rows.
        nodes: elements of the sheet outside sheetData that edits concern, by local name.
        taken: merged cells, array formulas and what else nobody may write into.
    """

    document: Document
    prefix: str = ""
    data_start: int = 0
    rows: dict[int, Row] = field(default_factory=dict)
    columns: array[int] = field(default_factory=lambda: array("H"))
    starts: array[int] = field(default_factory=lambda: array("Q"))
    ends: array[int] = field(default_factory=lambda: array("Q"))
    styles: array[int] = field(default_factory=lambda: array("L"))
    addressed: array[int] = field(default_factory=lambda: array("b"))
    nodes: dict[str, list[Node]] = field(default_factory=dict)
    taken: list[Area] = field(default_factory=list)

    def cells(self, row: Row) -> Iterator[int]:
        """Indices of the cells of a row, in the order of the file."""
        return iter(range(row.first, row.last))

    def filled(self, cell: int) -> bool:
        """True when the cell holds a value, a text or a formula, and not only a format."""
        return _CONTENT.search(self.document.text, self.starts[cell] + 2, self.ends[cell]) is not None

    def node(self, tag: str) -> Node | None:
        """The element of that name, or None."""
        return next(iter(self.nodes.get(tag, [])), None)


_KEPT: Final = frozenset(
    ("dimension", "cols", "col", "autoFilter", "sheetProtection", "tablePart", "drawing", "legacyDrawing", "mergeCell", "sheetView")
)


def scan_sheet(document: Document, rows: range) -> Scan:
    """Read a sheet once.

    Args:
        document: the sheet's XML.
        rows: the rows whose cells are wanted.

    Raises:
        NotSpliced: the part is no worksheet, or its rows or cells are out of order.
    """
    reader = _Reader(Scan(document), rows)
    reader.run()
    if not reader.scan.data_start:
        raise NotSpliced("return_damaged", reason="sheetData")
    return reader.scan


class _Reader:
    """Handlers of one pass. A large sheet has a million elements, so what is met most often is asked for first."""

    def __init__(self, scan: Scan, rows: range) -> None:
        self.scan = scan
        self._rows = rows
        self._parser = scan.document.parser()
        self._row = 0
        self._column = 0
        self._row_tag: tuple[int, int, str, int] | None = None
        self._cell_start = -1
        self._open: list[Node] = []
        self._names: dict[str, str] = {}
        self._columns: dict[str, int] = {}

    def run(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.Parse(self.scan.document.text, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self._names.get(name)
        if tag is None:
            space, local, _ = split_name(name)
            tag = self._names[name] = local if space == MAIN else "other"
        if tag == "c":
            self._cell(attributes)
        elif tag in ("v", "t", "is", "other"):
            return
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "f":
            if attributes.get("t") in ("array", "dataTable") and "ref" in attributes:
                self.scan.taken.append(area_of(attributes["ref"]))
        elif tag == "sheetData":
            self.scan.data_start = self._parser.CurrentByteIndex
            self.scan.prefix = split_name(name)[2]
        elif tag in _KEPT:
            space, _, prefix = split_name(name)
            at = self._parser.CurrentByteIndex
            plain = {plain_name(k): v for k, v in attributes.items()}
            node = Node(tag, space, prefix, at, self.scan.document.tag_end(at), plain)
            node.empty = self._empty(node.head)
            self.scan.nodes.setdefault(tag, []).append(node)
            self._open.append(node)
            if tag == "mergeCell":
                self.scan.taken.append(area_of(plain.get("ref", "")))

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._row + 1))
        if number <= self._row:
            raise NotSpliced("return_damaged", reason=f"row {number}")
        self._row, self._column = number, 0
        self._row_tag = None
        if number in self._rows:
            at = self._parser.CurrentByteIndex
            self._row_tag = (at, self.scan.document.tag_end(at), attributes.get("spans", ""), len(self.scan.columns))

    def _cell(self, attributes: dict[str, str]) -> None:
        stated = attributes.get("r")
        if stated is None:
            column = self._column + 1
        else:
            named = stated.rstrip("0123456789")
            column = self._columns.get(named) or self._columns.setdefault(named, column_of(named))
        if column <= self._column:
            raise NotSpliced("return_damaged", reason=f"c {stated or column}")
        self._column = column
        if self._row_tag is None:
            return
        scan = self.scan
        self._cell_start = self._parser.CurrentByteIndex
        scan.columns.append(column)
        scan.starts.append(self._cell_start)
        scan.styles.append(int(attributes.get("s", 0)))
        scan.addressed.append(stated is not None)

    def _end(self, name: str) -> None:
        tag = self._names[name]
        if tag == "c":
            if self._cell_start >= 0:
                self.scan.ends.append(self._element_end(self._cell_start))
                self._cell_start = -1
        elif tag == "row":
            if self._row_tag is not None:
                start, head, spans, first = self._row_tag
                tail = head if self._empty(head) else self._parser.CurrentByteIndex
                self.scan.rows[self._row] = Row(self._row, start, head, tail, spans, first, len(self.scan.columns))
                self._row_tag = None
        elif tag in _KEPT:
            node = self._open.pop()
            node.tail = node.head if node.empty else self._parser.CurrentByteIndex
            node.end = self._element_end(node.start)

    def _empty(self, head: int) -> bool:
        """True when the start tag that ends at `head` is the whole element."""
        return self.scan.document.text[head - 2 : head] == b"/>"

    def _element_end(self, start: int) -> int:
        """The end of the element that is being closed: expat stands behind an empty element, but before the end tag of another."""
        document = self.scan.document
        at = self._parser.CurrentByteIndex
        if document.text[at - 2 : at] == b"/>" and document.tag_end(start) == at:
            return at
        return document.text.index(b">", at) + 1


def column_of(ref: str) -> int:
    """28 for `AB7`."""
    number = 0
    for sign in ref:
        if not sign.isalpha():
            break
        number = number * 26 + ord(sign.upper()) - 64
    return number


def letters(column: int) -> str:
    """`AB` for 28."""
    made = ""
    while column:
        column, rest = divmod(column - 1, 26)
        made = chr(65 + rest) + made
    return made


def address(row: int, column: int) -> str:
    """`F14`."""
    return f"{letters(column)}{row}"


def area_of(ref: str) -> Area:
    """The block that `A1:C9`, `$A$1`, `A:C` or `3:5` names.

    Raises:
        NotSpliced: it names none.
    """
    first, _, last = ref.replace("$", "").partition(":")
    last = last or first
    if first.isalpha() and last.isalpha():
        return Area(1, column_of(first), LAST_ROW, column_of(last))
    if first.isdigit() and last.isdigit():
        return Area(int(first), 1, int(last), LAST_COLUMN)
    a, b = _REF.match(first), _REF.match(last)
    if a is None or b is None:
        raise NotSpliced("return_damaged", reason=f"ref {ref}")
    return Area(int(a[2]), column_of(a[1]), int(b[2]), column_of(b[1]))
