"""An XML part as bytes with offsets: what is inserted is inserted, and nothing else is serialised anew."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TAG: Final = re.compile(rb"<[^'\">]*(?:(?:\"[^\"]*\"|'[^']*')[^'\">]*)*>")
"""A whole tag from its `<`; a `>` inside an attribute value does not end it."""
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED: Final = re.compile(rb"^<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


class NotSpliced(Exception):
    """A part is not what the standard says; nothing is written. `code` names the finding."""

    def __init__(self, code: str, place: str = "", **values: str | int) -> None:
        super().__init__(code)
        self.code, self.place, self.values = code, place, values


@dataclass
class Node:
    """An element and where it stands: `<` of its start tag, end of the start tag, `<` of its end tag, end of its end tag.

    `tag` is the local name, `space` its namespace, `prefix` what stands before the colon in the file.
    """

    tag: str
    space: str
    prefix: str
    start: int
    head: int
    attributes: dict[str, str]
    tail: int = 0
    end: int = 0
    empty: bool = False
    children: list[Node] = field(default_factory=list)

    def child(self, tag: str) -> Node | None:
        """The first child of that local name in the main namespace."""
        return next((c for c in self.children if c.tag == tag and c.space == self.space), None)

    def all(self, tag: str) -> Iterator[Node]:
        """The children of that local name."""
        return (c for c in self.children if c.tag == tag)


class Document:
    """An XML part, held as UTF-8; `result()` gives it back in its own encoding with the edits made."""

    def __init__(self, content: bytes) -> None:
        self.encoding = _encoding(content)
        self.text = content if self.encoding == "utf-8" else content.decode(self.encoding).encode("utf-8")
        self._edits: list[tuple[int, int, bytes]] = []

    def parser(self) -> expat.XMLParserType:
        """A parser that gives `namespace local prefix` names and refuses document types."""
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        return parser

    def tree(self) -> Node:
        """All elements with their offsets; for parts of ordinary size."""
        parser = self.parser()
        stack: list[Node] = []
        roots: list[Node] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            space, tag, prefix = split_name(name)
            at = parser.CurrentByteIndex
            node = Node(tag, space, prefix, at, self.tag_end(at), {plain_name(k): v for k, v in attributes.items()})
            (stack[-1].children if stack else roots).append(node)
            stack.append(node)

        def end(_: str) -> None:
            node = stack.pop()
            node.tail = parser.CurrentByteIndex
            node.empty = self.text[node.head - 2 : node.head] == b"/>"
            if node.empty:
                node.tail = node.end = node.head
            else:
                node.end = self.tag_end(node.tail)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.Parse(self.text, True)
        return roots[0]

    def tag_end(self, at: int) -> int:
        """Where the tag that starts at `at` ends."""
        found = TAG.match(self.text, at)
        assert found is not None  # expat has accepted the tag
        return found.end()

    def raw(self, node: Node) -> bytes:
        """The element as it stands."""
        return self.text[node.start : node.end]

    def insert(self, at: int, new: bytes) -> None:
        """Put bytes in at an offset."""
        self.replace(at, at, new)

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Put bytes in the place of others."""
        self._edits.append((start, end, new))

    def set_attribute(self, start: int, head: int, name: str, value: str) -> None:
        """Give the start tag at `start`..`head` the attribute, in the place of the one it has."""
        quoted = b'"' + escape(value) + b'"'
        found = re.compile(rb"\s" + name.encode() + rb"\s*=\s*(\"[^\"]*\"|'[^']*')").search(self.text, start, head)
        if found:
            self.replace(found.start(1), found.end(1), quoted)
        else:
            end = head - (2 if self.text[head - 2 : head] == b"/>" else 1)
            self.insert(end, b" " + name.encode() + b"=" + quoted)

    def append(self, node: Node, new: bytes) -> None:
        """Put bytes in as the last children of an element, which may be self-closing."""
        if node.empty:
            name = qualified(node.prefix, node.tag)
            self.replace(node.head - 2, node.head, b">" + new + b"</" + name + b">")
        else:
            self.insert(node.tail, new)

    @property
    def changed(self) -> bool:
        """True when there is an edit."""
        return bool(self._edits)

    def result(self) -> bytes:
        """The part with the edits made, in its own encoding.

        Raises:
            ValueError: two edits overlap, a fault of ours.
        """
        pieces: list[bytes] = []
        at = 0
        for start, end, new in sorted(self._edits, key=lambda e: (e[0], e[1])):
            if start < at:
                raise ValueError(f"edits overlap at byte {start}")
            pieces += (self.text[at:start], new)
            at = end
        pieces.append(self.text[at:])
        made = b"".join(pieces)
        return made if self.encoding == "utf-8" else made.decode("utf-8").encode(self.encoding)


def _encoding(content: bytes) -> str:
    """The encoding of a part by its byte order mark or declaration; bytes must survive decoding and encoding."""
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), "")
    if not encoding:
        declared = _DECLARED.match(content)
        encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
        encoding = "utf-8" if encoding in ("utf-8", "utf8", "us-ascii", "ascii") else encoding
    try:
        if content.decode(encoding).encode(encoding) != content:
            raise NotSpliced("return_damaged", reason=f"encoding {encoding}")
    except (LookupError, UnicodeError) as fault:
        raise NotSpliced("return_damaged", reason=f"encoding {encoding}") from fault
    return encoding


def _refuse_doctype(*_: object) -> None:
    raise NotSpliced("return_damaged", reason="DOCTYPE")


def split_name(name: str) -> tuple[str, str, str]:
    """Namespace, local name and prefix of an expat name."""
    parts = name.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def plain_name(name: str) -> str:
    """An attribute's local name; those of the relationships' namespace keep it as `r:`."""
    space, local, _ = split_name(name)
    return f"r:{local}" if space == RELATIONSHIPS else local if not space else f"{space} {local}"


def qualified(prefix: str, tag: str) -> bytes:
    """`x:row` or `row`."""
    return (f"{prefix}:{tag}" if prefix else tag).encode("ascii")


def escape(text: str) -> bytes:
    """Text as it can stand in an element or an attribute, in ASCII, so that it is right in every encoding; what XML forbids is left out."""
    plain = _UNWRITABLE.sub("", text)
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#10;"), ("\r", "&#13;"), ("\t", "&#9;")):
        plain = plain.replace(sign, entity)
    return plain.encode("ascii", "xmlcharrefreplace")
