"""A workbook as its parts: relationships, content types, and a zip in which untouched parts stay byte for byte what they were."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from portfolio.excel.splice.document import Document, NotSpliced, escape, qualified

CONTENT_TYPES: Final = "[Content_Types].xml"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_RELATIONSHIPS: Final = "application/vnd.openxmlformats-package.relationships+xml"
_EMPTY_RELS: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""Time of new and changed entries, so that the same run gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship: `target` is the part's name in the package, or an address when it is outside it."""

    id: str
    kind: str
    target: str
    external: bool = False


class Package:
    """The parts of a workbook in their order."""

    def __init__(self, content: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._infos = {i.filename: i for i in self._archive.infolist()}
        self._folded = {name.casefold(): name for name in self._infos}
        self._changed: dict[str, bytes] = {}
        self._removed: set[str] = set()

    @property
    def names(self) -> list[str]:
        """The names of all parts, new ones last."""
        old = [n for n in self._infos if n not in self._removed and not n.endswith("/")]
        return old + [n for n in self._changed if n not in self._infos]

    @property
    def touched(self) -> frozenset[str]:
        """Parts that are new, changed or gone."""
        return frozenset(self._changed) | frozenset(self._removed)

    def find(self, name: str) -> str | None:
        """A part's name as it is spelled here; names differ by more than case."""
        found = self._folded.get(name.casefold())
        if found is not None and found not in self._removed:
            return found
        return name if name in self._changed else None

    def read(self, name: str) -> bytes:
        """The bytes of a part.

        Raises:
            NotSpliced: something refers to a part that is not there.
        """
        if name in self._changed:
            return self._changed[name]
        found = self.find(name)
        if found is None:
            raise NotSpliced("return_damaged", reason=name)
        return self._archive.read(found)

    def document(self, name: str) -> Document:
        """An XML part, ready for edits."""
        return Document(self.read(name))

    def put(self, name: str, content: bytes) -> None:
        """Change or add a part."""
        self._removed.discard(name)
        self._changed[self.find(name) or name] = content
        self._folded.setdefault(name.casefold(), name)

    def remove(self, name: str) -> None:
        """Take a part away."""
        self._changed.pop(name, None)
        if name in self._infos:
            self._removed.add(name)

    def free_name(self, pattern: str) -> str:
        """The first unused name, `pattern` with a number for `{}`."""
        number = 1
        while self.find(pattern.format(number)) is not None or pattern.format(number).casefold() in self._folded:
            number += 1
        return pattern.format(number)

    def relationships(self, part: str) -> list[Relationship]:
        """What a part refers to; `part` is empty for the package itself."""
        name = self.find(rels_name(part))
        if name is None:
            return []
        found = []
        for node in self.document(name).tree().children:
            outside = node.attributes.get("TargetMode") == "External"
            target = node.attributes.get("Target", "")
            found.append(
                Relationship(node.attributes.get("Id", ""), node.attributes.get("Type", ""), _target(part, target, outside), outside)
            )
        return found

    def related(self, part: str, kind: str) -> list[str]:
        """The parts of a kind (the last word of the relationship's type) that a part refers to."""
        return [r.target for r in self.relationships(part) if r.kind.rsplit("/", 1)[-1] == kind and not r.external]

    def add_relationship(self, part: str, kind: str, target: str) -> str:
        """Refer to another part; the id of the relationship."""
        name = self.find(rels_name(part))
        if name is None:
            name = rels_name(part)
            self.put_relationships(part, ())
        document = self.document(name)
        root = document.tree()
        taken = {c.attributes.get("Id", "") for c in root.children}
        number = len(root.children) + 1
        while f"rId{number}" in taken:
            number += 1
        where = posixpath.relpath(target, posixpath.dirname(part) or ".")
        tag = qualified(root.prefix, "Relationship")
        document.append(root, b"<%b Id=%b Type=%b Target=%b/>" % (tag, _quoted(f"rId{number}"), _quoted(kind), _quoted(where)))
        self.put(name, document.result())
        return f"rId{number}"

    def drop_relationship(self, part: str, target: str) -> None:
        """No longer refer to a part."""
        name = self.find(rels_name(part))
        if name is None:
            return
        document = self.document(name)
        for node in document.tree().children:
            if _target(part, node.attributes.get("Target", ""), False) == target:
                document.replace(node.start, node.end, b"")
        if document.changed:
            self.put(name, document.result())

    def declare(self, part: str, content_type: str) -> None:
        """Say what kind of part a new one is."""
        document = self.document(CONTENT_TYPES)
        root = document.tree()
        if any(c.attributes.get("PartName", "").casefold() == f"/{part}".casefold() for c in root.all("Override")):
            return
        tag = qualified(root.prefix, "Override")
        document.append(root, b"<%b PartName=%b ContentType=%b/>" % (tag, _quoted(f"/{part}"), _quoted(content_type)))
        self.put(CONTENT_TYPES, document.result())

    def undeclare(self, parts: set[str]) -> None:
        """Take the content types of removed parts away."""
        document = self.document(CONTENT_TYPES)
        gone = {f"/{p}".casefold() for p in parts}
        for node in document.tree().all("Override"):
            if node.attributes.get("PartName", "").casefold() in gone:
                document.replace(node.start, node.end, b"")
        if document.changed:
            self.put(CONTENT_TYPES, document.result())

    def content_types(self) -> Mapping[str, str]:
        """Content type by part name, of those that are declared by name."""
        root = self.document(CONTENT_TYPES).tree()
        return {c.attributes.get("PartName", "").lstrip("/"): c.attributes.get("ContentType", "") for c in root.all("Override")}

    def to_bytes(self) -> bytes:
        """The zip: entries in their old order, with their old stamps, new ones at the end."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, info in self._infos.items():
                if name in self._removed:
                    continue
                content = self._changed[name] if name in self._changed else self._archive.read(name)
                archive.writestr(_entry(name, info), content)
            for name, content in self._changed.items():
                if name not in self._infos:
                    archive.writestr(_entry(name, None), content)
        return target.getvalue()

    def put_relationships(self, part: str, relations: Sequence[Relationship]) -> None:
        """Say anew what a part of ours refers to."""
        where = posixpath.dirname(part) or "."
        lines = [
            b"<Relationship Id=%b Type=%b Target=%b/>" % (_quoted(r.id), _quoted(r.kind), _quoted(posixpath.relpath(r.target, where)))
            for r in relations
        ]
        self.put(rels_name(part), _EMPTY_RELS.replace(b"></Rel", b">" + b"".join(lines) + b"</Rel"))
        document = self.document(CONTENT_TYPES)
        root = document.tree()
        if any(c.attributes.get("Extension", "").casefold() == "rels" for c in root.all("Default")):
            return
        tag = qualified(root.prefix, "Default")
        new = b"<%b Extension=%b ContentType=%b/>" % (tag, _quoted("rels"), _quoted(_PACKAGE_RELATIONSHIPS))
        document.insert(root.head, new)
        self.put(CONTENT_TYPES, document.result())


def rels_name(part: str) -> str:
    """Where the relationships of a part stand."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _target(part: str, target: str, outside: bool) -> str:
    if outside:
        return target
    path = unquote(target.split("#", maxsplit=1)[0]).replace("\\", "/")
    return path.lstrip("/") if path.startswith("/") else posixpath.normpath(posixpath.join(posixpath.dirname(part), path))


def _quoted(value: str) -> bytes:
    return b'"' + escape(value) + b'"'


def _entry(name: str, old: zipfile.ZipInfo | None) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, old.date_time if old is not None else _STAMP)
    stored = old is not None and old.compress_type == zipfile.ZIP_STORED
    made.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    made.external_attr = old.external_attr if old is not None else 0o600 << 16
    return made
