"""The styles part: formats are appended, never renumbered, so that every cell of the officer's keeps its look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from portfolio.excel.splice.document import MAIN, Document, Node, NotSpliced, qualified

_ORDER: Final = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst")
MOST_FORMATS: Final = 64_000
"""Cell formats that Excel allows in a workbook."""
_FIRST_CUSTOM: Final = 164
_ATTRIBUTE: Final = re.compile(rb"\s([\w:.-]+)\s*=\s*(\"[^\"]*\"|'[^']*')")


class Styles:
    """The styles of a workbook, and what is appended to them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._root = document.tree()
        self._new: dict[str, list[bytes]] = {}
        self._made: dict[tuple[int, str], int] = {}
        self._known: dict[str, dict[bytes, int]] = {}

    def like(self, base: int, change: str) -> int:
        """A cell format as `base` but for `change`: `text`, `note` (wrapped text), `year`, `number`, `ratio`; its index.

        Fonts, fills and borders stay as they are, so that our columns look like the table they continue.
        """
        key = (base, change)
        if key not in self._made:
            formats = self._section("cellXfs")
            stood = list(formats.all("xf")) if formats is not None else []
            tag = self._document.raw(stood[base])[: stood[base].head - stood[base].start] if base < len(stood) else b"<xf/>"
            self._made[key] = self._append("cellXfs", _changed(tag, change, self._prefix))
        return self._made[key]

    def merge(self, other: Document) -> tuple[list[int], list[int]]:
        """Append every format of another workbook of ours; the new index of each cell format and of each conditional format."""
        root = other.tree()
        places: dict[str, list[int]] = {name: [] for name in ("fonts", "fills", "borders")}
        numbers: dict[int, int] = {}
        for name in ("numFmts", "fonts", "fills", "borders"):
            for node in _children(root, name):
                raw = other.raw(node)
                if name == "numFmts":
                    numbers[int(node.attributes["numFmtId"])] = self._number_format(node.attributes["formatCode"], raw)
                else:
                    places[name].append(self._append(name, self._named(raw)))
        formats = []
        for node in _children(root, "cellXfs"):
            a = node.attributes
            values = {f"{n[:-1]}Id": str(new[int(a.get(f"{n[:-1]}Id", 0))]) for n, new in places.items()}
            values |= {"xfId": "0", "numFmtId": str(numbers.get(int(a.get("numFmtId", 0)), int(a.get("numFmtId", 0))))}
            values |= {"applyFont": "1", "applyFill": "1", "applyBorder": "1", "applyNumberFormat": "1"}
            formats.append(self._append("cellXfs", self._named(_with(other.raw(node), values))))
        differential = [self._append("dxfs", self._named(other.raw(node))) for node in _children(root, "dxfs")]
        return formats, differential

    def result(self) -> bytes:
        """The part with what was appended.

        Raises:
            NotSpliced: the workbook would have more cell formats than Excel allows.
        """
        if self._count("cellXfs") > MOST_FORMATS:
            raise NotSpliced("return_too_many_formats", limit=MOST_FORMATS)
        for name, items in self._new.items():
            section = self._section(name)
            count = self._count(name)
            if section is None:
                tag = qualified(self._prefix, name)
                new = b'<%b count="%d">%b</%b>' % (tag, count, b"".join(items), tag)
                self._document.insert(self._place(name), new)
            else:
                if "count" in section.attributes:
                    self._document.set_attribute(section.start, section.head, "count", str(count))
                self._document.append(section, b"".join(items))
        return self._document.result()

    @property
    def _prefix(self) -> str:
        return self._root.prefix

    def _section(self, name: str) -> Node | None:
        return self._root.child(name)

    def _count(self, name: str) -> int:
        section = self._section(name)
        old = len(section.children) if section is not None else 0
        return old + len(self._new.get(name, []))

    def _append(self, name: str, raw: bytes) -> int:
        """The index of an element in its section: of one that is there already, or of a new last one."""
        known = self._known.get(name)
        if known is None:
            section = self._section(name)
            standing = section.children if section is not None else []
            # from the end, so that the first of several alike is the one that is used
            known = self._known[name] = {self._document.raw(node): n for n, node in reversed(list(enumerate(standing)))}
        if raw not in known:
            known[raw] = self._count(name)
            self._new.setdefault(name, []).append(raw)
        return known[raw]

    def _number_format(self, code: str, raw: bytes) -> int:
        """The id of a number format: of one that is there already, or the next free one."""
        section = self._section("numFmts")
        standing = section.children if section is not None else []
        ids = {n.attributes.get("formatCode", ""): int(n.attributes.get("numFmtId", 0)) for n in standing}
        if code in ids:
            return ids[code]
        free = max([_FIRST_CUSTOM - 1, *ids.values()]) + 1 + len(self._new.get("numFmts", []))
        self._append("numFmts", self._named(_with(raw, {"numFmtId": str(free)})))
        return free

    def _named(self, raw: bytes) -> bytes:
        """An element without prefix, fit for a file in which the main namespace has one."""
        if not self._prefix:
            return raw
        end = re.match(rb"<[\w.-]+", raw)
        assert end is not None
        return raw[: end.end()] + b' xmlns="' + MAIN.encode() + b'"' + raw[end.end() :]

    def _place(self, name: str) -> int:
        """Where a section that is missing belongs: before the first that follows it in the standard's order."""
        later = _ORDER[_ORDER.index(name) + 1 :]
        follower = next((c for c in self._root.children if c.tag in later), None)
        return follower.start if follower is not None else self._root.tail


def _children(root: Node, name: str) -> Sequence[Node]:
    section = root.child(name)
    return section.children if section is not None else ()


def _with(raw: bytes, values: dict[str, str]) -> bytes:
    """The element with attributes of its start tag set."""
    end = Document(raw).tag_end(0)
    document = Document(raw)
    for name, value in values.items():
        document.set_attribute(0, end, name, value)
    return document.result()


_NUMBERS: Final = {"text": "49", "note": "49", "year": "1", "number": "3", "ratio": "4"}
"""Built-in number formats: text, 0, #,##0, #,##0.00."""


def _changed(tag: bytes, change: str, prefix: str) -> bytes:
    """A cell format's start tag turned into one of ours: what is not an attribute of looks is taken over as it stands."""
    kept = {m[1].decode(): m[2] for m in _ATTRIBUTE.finditer(tag)}
    kept |= {"numFmtId": b'"%b"' % _NUMBERS[change].encode(), "applyNumberFormat": b'"1"', "applyAlignment": b'"1"'}
    kept.pop("quotePrefix", None)
    if change in ("text", "note"):
        kept["quotePrefix"] = b'"1"'
    name = qualified(prefix, "xf")
    aligned = qualified(prefix, "alignment")
    side = b"left" if change in ("text", "note") else b"right"
    wrap = b' wrapText="1"' if change == "note" else b""
    attributes = b"".join(b" %b=%b" % (k.encode(), v) for k, v in kept.items())
    return b'<%b%b><%b horizontal="%b" vertical="top"%b/></%b>' % (name, attributes, aligned, side, wrap, name)
