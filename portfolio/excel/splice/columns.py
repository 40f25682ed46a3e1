"""New columns beside an officer's table: where they fit, their cells, and what must grow with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from portfolio.excel.splice.document import Document, escape, qualified
from portfolio.excel.splice.scan import LAST_COLUMN, Area, Row, Scan, address, area_of
from portfolio.excel.splice.styles import Styles

Value = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column to write: heading, kind (see `Styles.like`), width in characters, and its value by row number."""

    field: str
    heading: str
    kind: str
    width: float
    values: Mapping[int, Value]


def first_free(scan: Scan, rows: range, after: int, count: int, taken: Iterable[Area]) -> int | None:
    """The first column right of `after` from which `count` columns are free in all `rows`; None when there is no room."""
    busy = set()
    last_without_address = 0
    for number in rows:
        row = scan.rows.get(number)
        for n in scan.cells(row) if row is not None else ():
            if scan.filled(n):
                busy.add(scan.columns[n])
            if not scan.addressed[n]:
                # cells without an address would move if one were put before them
                last_without_address = max(last_without_address, scan.columns[n])
    areas = [a for a in (*scan.taken, *taken) if a.top <= rows[-1] and a.bottom >= rows[0]]
    column = max(after, last_without_address) + 1
    while column + count - 1 <= LAST_COLUMN:
        block = Area(rows[0], column, rows[-1], column + count - 1)
        blocked = [a.right for a in areas if a.meets(block)] + [c for c in busy if block.left <= c <= block.right]
        if not blocked:
            return column
        column = max(blocked) + 1
    return None


def write_columns(
    scan: Scan, styles: Styles | None, header_row: int, columns: Sequence[tuple[int, NewColumn]], beside: int, standing: frozenset[int]
) -> None:
    """Put the headings and values into the sheet.

    Args:
        scan: the sheet, with its rows from the header to the last investment.
        styles: where formats are appended; None when the workbook has no styles.
        header_row: the row of the headings.
        columns: column number and what stands in it, from left to right.
        beside: the table's column whose look is continued.
        standing: the columns that are there from an earlier run: they keep heading, look and width.
    """
    rows = sorted({header_row, *(r for _, c in columns for r in c.values)})
    for number in rows:
        row = scan.rows[number]
        base = _style_at(scan, row, beside)
        looks = {scan.columns[n]: scan.styles[n] for n in scan.cells(row)}
        made: list[tuple[int, bytes]] = []
        for column, new in columns:
            heading = number == header_row
            if heading and column in standing:
                continue
            value = new.heading if heading else new.values.get(number)
            style = base if heading or styles is None else styles.like(base, new.kind)
            if column in standing and column in looks:
                style = looks[column]
            if heading or number in new.values:
                made.append((column, _cell(scan.prefix, number, column, value, style if styles is not None else 0)))
        _into_row(scan, row, made)
    _dimension(scan, columns)
    _widths(scan, {number: new.width for number, new in columns if number not in standing})


def _style_at(scan: Scan, row: Row, column: int) -> int:
    """The format of the row's cell in a column, or of the nearest cell left of it."""
    before = [n for n in scan.cells(row) if scan.columns[n] <= column]
    return scan.styles[before[-1]] if before else 0


def _cell(prefix: str, row: int, column: int, value: Value, style: int) -> bytes:
    """A cell; text is typed as text and can never be a formula."""
    c, v, inline, t = (qualified(prefix, name) for name in ("c", "v", "is", "t"))
    look = b' s="%d"' % style if style else b""
    place = b'r="%b"%b' % (address(row, column).encode(), look)
    if value is None or value == "":
        return b"<%b %b/>" % (c, place)
    if isinstance(value, str):
        return b'<%b %b t="inlineStr"><%b><%b xml:space="preserve">%b</%b></%b></%b>' % (c, place, inline, t, _text(value), t, inline, c)
    return b"<%b %b><%b>%b</%b></%b>" % (c, place, v, format(value, "f").encode(), v, c)


def _text(value: str) -> bytes:
    return escape(value).replace(b"&#10;", b"\n").replace(b"&#9;", b"\t")


def _into_row(scan: Scan, row: Row, made: Sequence[tuple[int, bytes]]) -> None:
    """Cells take the place of those that stand at their columns, or go before the next one."""
    document = scan.document
    here = {scan.columns[n]: n for n in scan.cells(row)}
    if document.text[row.head - 2 : row.head] == b"/>":
        cells = b"".join(new for _, new in made)
        document.replace(row.head - 2, row.head, b">" + cells + b"</" + qualified(scan.prefix, "row") + b">")
        return
    for column, new in made:
        if column in here:
            document.replace(scan.starts[here[column]], scan.ends[here[column]], new)
            continue
        later = next((n for n in scan.cells(row) if scan.columns[n] > column), None)
        document.insert(scan.starts[later] if later is not None else row.tail, new)
    if row.spans:
        first, _, last = row.spans.split(" ")[0].partition(":")
        widest = max([*(c for c, _ in made), int(last or first)])
        document.set_attribute(row.start, row.head, "spans", f"{first}:{widest}")


def _dimension(scan: Scan, columns: Sequence[tuple[int, NewColumn]]) -> None:
    node = scan.node("dimension")
    if node is None or not columns:
        return
    old = area_of(node.attributes.get("ref", "A1"))
    last = max(c for c, _ in columns)
    bottom = max([old.bottom, *(r for _, new in columns for r in new.values)])
    grown = Area(old.top, old.left, bottom, max(old.right, last))
    if grown != old:
        scan.document.set_attribute(node.start, node.head, "ref", grown.ref)


_WIDTH: Final = ' customWidth="1"'


def _widths(scan: Scan, widths: Mapping[int, float]) -> None:
    """Our columns get their width; a `col` that covers more columns than ours is split, the others keep what they had."""
    document = scan.document
    if not widths:
        return
    col = qualified(scan.prefix, "col").decode()
    new = [f'<{col} min="{n}" max="{n}" width="{w:g}"{_WIDTH}/>' for n, w in sorted(widths.items())]
    group = scan.node("cols")
    if group is None:
        cols = qualified(scan.prefix, "cols").decode()
        document.insert(scan.data_start, f"<{cols}>{''.join(new)}</{cols}>".encode())
        return
    standing = scan.nodes.get("col", [])
    covered: set[int] = set()
    for node in standing:
        first, last = int(node.attributes["min"]), int(node.attributes["max"])
        ours = [n for n in sorted(widths) if first <= n <= last]
        if not ours:
            continue
        raw = document.text[node.start : node.end]
        pieces: list[bytes] = []
        at = first
        for n in ours:
            covered.add(n)
            if n > at:
                pieces.append(_bounded(raw, at, n - 1))
            pieces.append(f'<{col} min="{n}" max="{n}" width="{widths[n]:g}"{_WIDTH}/>'.encode())
            at = n + 1
        if at <= last:
            pieces.append(_bounded(raw, at, last))
        document.replace(node.start, node.end, b"".join(pieces))
    for n, element in zip(sorted(widths), new, strict=True):
        if n not in covered:
            later = next((node for node in standing if int(node.attributes["min"]) > n), None)
            document.insert(later.start if later is not None else group.tail, element.encode())


def _bounded(raw: bytes, first: int, last: int) -> bytes:
    """A `col` element for fewer columns."""
    piece = Document(raw)
    end = piece.tag_end(0)
    piece.set_attribute(0, end, "min", str(first))
    piece.set_attribute(0, end, "max", str(last))
    return piece.result()
