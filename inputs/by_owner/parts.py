"""A workbook as its parts: add raw parts, edit the XML that names them, and zip it all again with fixed order and dates.

The functions work on workbooks that XlsxWriter or openpyxl has just written (UTF-8, no namespace prefix), not on any workbook.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Final
from xml.etree.ElementTree import fromstring

PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES: Final = "[Content_Types].xml"
STAMP: Final = (1980, 1, 1, 0, 0, 0)
HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

SHEET_ORDER: Final = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges"),
    *("scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting"),
    *("dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks"),
    *("customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "picture"),
    *("oleObjects", "mc:AlternateContent", "controls", "webPublishItems", "tableParts", "extLst"),
)
"""Children of `worksheet` in the order of the standard (ECMA-376 part 1, 18.3.1.99); controls stand in an AlternateContent."""

BOOK_ORDER: Final = (
    *("fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups", "externalReferences"),
    *("definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "fileRecoveryPr", "webPublishObjects", "extLst"),
)
"""Children of `workbook` in the order of the standard (18.2.27)."""


def rels_of(part: str) -> str:
    """The part that holds the relationships of `part`; the package's own for an empty name."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def target_of(part: str, target: str) -> str:
    """The part that a relationship of `part` points to."""
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(posixpath.dirname(part), target))


class Parts:
    """The parts of a workbook by name, in the order of the zip."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            # XlsxWriter begins one name with a slash (the relationships of pictures in cells), which the standard does not allow
            self.data: dict[str, bytes] = {e.filename.lstrip("/"): archive.read(e) for e in archive.infolist() if not e.is_dir()}

    def text(self, part: str) -> str:
        """A part as text."""
        return self.data[part].decode("utf-8")

    def put(self, part: str, text: str) -> None:
        """Replace or add a part without declaring it."""
        self.data[part] = text.encode("utf-8")

    def replace(self, part: str, old: str, new: str) -> None:
        """Replace a text that stands exactly once in a part.

        Raises:
            ValueError: it stands there not at all or several times.
        """
        text = self.text(part)
        if text.count(old) != 1:
            raise ValueError(f"{part}: {text.count(old)} × {old}")
        self.put(part, text.replace(old, new))

    def declare(self, part: str, content_type: str) -> None:
        """State the content type of one part."""
        self.replace(TYPES, "</Types>", f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>')

    def declare_ending(self, ending: str, content_type: str) -> None:
        """State the content type of all parts with an ending, unless it is stated."""
        if f'Extension="{ending}"' not in self.text(TYPES):
            head = re.search(r"<Types[^>]*>", self.text(TYPES))
            assert head is not None
            self.replace(TYPES, head[0], f'{head[0]}<Default Extension="{ending}" ContentType="{content_type}"/>')

    def relate(self, part: str, kind: str, target: str, *, external: bool = False) -> str:
        """Add a relationship and return its id; `target` is written as it is."""
        rels = rels_of(part)
        if rels not in self.data:
            self.put(rels, f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"></Relationships>')
        number = max([int(n) for n in re.findall(r'Id="rId(\d+)"', self.text(rels))], default=0) + 1
        mode = ' TargetMode="External"' if external else ""
        link = f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"{mode}/>'
        if re.search(r"<Relationships[^>]*/>", self.text(rels)):
            self.put(rels, re.sub(r"(<Relationships[^>]*)/>", r"\1></Relationships>", self.text(rels)))
        self.replace(rels, "</Relationships>", f"{link}</Relationships>")
        return f"rId{number}"

    def add(self, owner: str, part: str, content: str | bytes, content_type: str, kind: str) -> str:
        """Add a part with its content type and the relationship from `owner`; returns the relationship's id.

        Args:
            owner: the part that refers to it; empty for the package.
            content_type: empty when an ending's default covers it.
            kind: type of the relationship; a short name is one of the office document's own.
        """
        if part in self.data:
            raise ValueError(f"{part} is there already")
        self.data[part] = content if isinstance(content, bytes) else content.encode("utf-8")
        if content_type:
            self.declare(part, content_type)
        away = posixpath.relpath(part, posixpath.dirname(owner) or ".")
        return self.relate(owner, kind if ":" in kind else f"{OFFICE}/{kind}", away)

    def sheet(self, name: str) -> str:
        """The part of the sheet called so."""
        found = re.search(rf'<sheet name="{re.escape(name)}"[^>]*r:id="(rId\d+)"', self.text("xl/workbook.xml"))
        if found is None:
            raise ValueError(f"no sheet {name}")
        link = re.search(rf'<Relationship [^>]*Id="{found[1]}"[^>]*>', self.text("xl/_rels/workbook.xml.rels"))
        assert link is not None
        target = re.search(r'Target="([^"]*)"', link[0])
        assert target is not None
        return target_of("xl/workbook.xml", target[1])

    def into_sheet(self, part: str, element: str) -> None:
        """Put an element where the standard wants it in a worksheet."""
        self._into(part, element, SHEET_ORDER, "worksheet")

    def into_book(self, element: str) -> None:
        """Put an element where the standard wants it in the workbook part."""
        self._into("xl/workbook.xml", element, BOOK_ORDER, "workbook")

    def _into(self, part: str, element: str, order: tuple[str, ...], root: str) -> None:
        tag = re.match(r"<([\w:]+)", element)
        assert tag is not None
        later = "|".join(re.escape(t) for t in order[order.index(tag[1]) + 1 :])
        text = self.text(part)
        # what stands inside other elements (ext lists, cells) comes after the first match, or has another name
        found = re.search(rf"<(?:{later})[\s/>]|</{root}>", text) if later else re.search(rf"</{root}>", text)
        assert found is not None
        self.put(part, text[: found.start()] + element + text[found.start() :])

    def extend(self, part: str, uri: str, prefix: str, namespace: str, inner: str, root: str = "worksheet") -> None:
        """Add an `ext` to the extension list at the end of a part."""
        ext = f'<ext uri="{uri}" xmlns:{prefix}="{namespace}">{inner}</ext>'
        if "</extLst>" in self.text(part):
            text = self.text(part)
            at = text.rindex("</extLst>")
            self.put(part, text[:at] + ext + text[at:])
        else:
            self.replace(part, f"</{root}>", f"<extLst>{ext}</extLst></{root}>")

    def zipped(self) -> bytes:
        """The workbook: content types first, as Excel does, then the other parts as they came, all with the same date."""
        target = BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name in sorted(self.data, key=lambda n: (n != TYPES, n != "_rels/.rels")):
                entry = zipfile.ZipInfo(name, STAMP)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 0  # the machine it was made on does not matter
                archive.writestr(entry, self.data[name], compresslevel=6)
        return target.getvalue()


def package_faults(content: bytes) -> Iterator[str]:
    """What would make Excel offer to repair the workbook, as far as names and links go.

    Every part has a content type, every stated part exists, every relationship leads to a part, ids are unlike each other and those used
    in the XML exist, and every XML part is well formed.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        data = {e.filename: archive.read(e) for e in archive.infolist() if not e.is_dir()}
        names = [e.filename for e in archive.infolist()]
    if len({n.casefold() for n in names}) < len(names):
        yield "two parts of the same name"
    yield from (f"{n}: begins with a slash" for n in names if n.startswith("/"))
    yield from _type_faults(data)
    for part, raw in data.items():
        if part.endswith((".xml", ".rels")) and raw:
            fromstring(raw)
        if part.endswith(".rels"):
            yield from _link_faults(part, data)


def _type_faults(data: dict[str, bytes]) -> Iterator[str]:
    tree = fromstring(data[TYPES])
    stated = [str(e.get("PartName")).lstrip("/") for e in tree if e.tag.endswith("Override")]
    endings = {str(e.get("Extension")).casefold() for e in tree if e.tag.endswith("Default")}
    known = {n.casefold() for n in data}
    if len(set(stated)) < len(stated):
        yield "a part with two content types"
    yield from (f"{n}: stated, not there" for n in stated if n.casefold() not in known)
    for name in data:
        if name != TYPES and name not in stated and name.rpartition(".")[2].casefold() not in endings:
            yield f"{name}: no content type"


def _link_faults(part: str, data: dict[str, bytes]) -> Iterator[str]:
    owner = posixpath.join(posixpath.dirname(posixpath.dirname(part)), posixpath.basename(part)[: -len(".rels")])
    links = list(fromstring(data[part]))
    ids = [str(e.get("Id")) for e in links]
    if len(set(ids)) < len(ids):
        yield f"{part}: an id twice"
    if owner and owner not in data:
        yield f"{part}: {owner} is not there"
    known = {n.casefold() for n in data}
    for link in links:
        target = str(link.get("Target"))
        if link.get("TargetMode") != "External" and not target.startswith("#") and target_of(owner, target).casefold() not in known:
            yield f"{part}: {target} is not there"
    used = set(re.findall(rb'\b(?:r|relationships):(?:id|embed|link|pict)="([^"]*)"', data.get(owner, b"")))
    yield from (f"{owner}: {i.decode()} is no relationship" for i in sorted(used) if i and i.decode() not in ids)
