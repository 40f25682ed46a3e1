"""Raw parts for test workbooks: what `inputs/by_owner` adds to the officers' workbooks, and rarer things that only tests need.

`Parts`, `package_faults` and the functions of `by_owner.features` are the same ones that make the kept workbooks.
"""

from __future__ import annotations

import re
import struct
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Final

INPUTS: Final = Path(__file__).parents[1] / "inputs"
sys.path.append(str(INPUTS))  # the scripts that make the inputs are no package

from by_owner import features  # noqa: E402
from by_owner.features import MC, SML, X15, anchored, shape  # noqa: E402
from by_owner.parts import HEAD, MAIN, OFFICE, PACKAGE, STAMP, TYPES, Parts, package_faults, rels_of  # noqa: E402
from by_owner.pivot import Pivot, add_pivot  # noqa: E402
from by_owner.vba import compound, vba_project  # noqa: E402

__all__ = ["INPUTS", "STAMP", "Parts", "Pivot", "add_pivot", "compound", "features", "package_faults", "vba_project"]

BOOK: Final = "xl/workbook.xml"
STRINGS: Final = "xl/sharedStrings.xml"
STYLES: Final = "xl/styles.xml"
Change = Callable[[Parts], None]


def main_sheet(parts: Parts) -> str:
    """The part of the first sheet."""
    name = re.search(r'<sheet name="([^"]*)"', parts.text(BOOK))
    assert name is not None
    return parts.sheet(name[1])


def rewrite(part: str, pattern: str, new: str, count: int = 0) -> Change:
    """A change of a part by pattern; a pattern that is not there is a fault of the test. `*` is the first sheet."""

    def change(parts: Parts) -> None:
        where = main_sheet(parts) if part == "*" else part
        text, found = re.subn(pattern, new, parts.text(where), count=count, flags=re.DOTALL)
        if not found:
            raise ValueError(f"{where}: {pattern} is not there")
        parts.put(where, text)

    return change


def both(first: Change, second: Change) -> Change:
    """Two changes after each other."""

    def change(parts: Parts) -> None:
        first(parts)
        second(parts)

    return change


def unknown_relationship(parts: Parts) -> None:
    """A relationship of a type that no standard knows, to something outside."""
    parts.relate(BOOK, "urn:exempel:lank", "https://exempel.invalid/", external=True)


def unrelated_part(parts: Parts) -> None:
    """A part that nothing refers to."""
    parts.data["xl/ovrigt.bin"] = b"abc"
    parts.declare_ending("bin", "application/octet-stream")


def in_sheet(element: str) -> Change:
    """An element of the first sheet, in its right place."""
    return lambda parts: parts.into_sheet(main_sheet(parts), element)


def in_book(element: str) -> Change:
    """An element of the workbook part, in its right place."""
    return lambda parts: parts.into_book(element)


def part_of(owner: str, path: str, content: str | bytes, content_type: str, kind: str) -> Change:
    """A new part. `*` is the first sheet as owner."""

    def change(parts: Parts) -> None:
        parts.add(main_sheet(parts) if owner == "*" else owner, path, content, content_type, kind)

    return change


def external_link(parts: Parts) -> None:
    """A link to last year's workbook with its saved values."""
    path = "xl/externalLinks/externalLink1.xml"
    cell = '<row r="1"><cell r="A1"><v>1250</v></cell></row>'
    data = f'<sheetNames><sheetName val="Blad1"/></sheetNames><sheetDataSet><sheetData sheetId="0">{cell}</sheetData></sheetDataSet>'
    body = f'{HEAD}<externalLink xmlns="{MAIN}" xmlns:r="{OFFICE}"><externalBook r:id="rId1">{data}</externalBook></externalLink>'
    link = parts.add(BOOK, path, body, f"{SML}.externalLink+xml", "externalLink")
    parts.relate(path, f"{OFFICE}/externalLinkPath", "budget-2024.xlsx", external=True)
    parts.into_book(f'<externalReferences><externalReference r:id="{link}"/></externalReferences>')


def inline_strings(parts: Parts) -> None:
    """All texts inside their cells, no shared strings left in use on the first sheet."""
    texts = re.findall(r"<si>(.*?)</si>", parts.text(STRINGS), re.DOTALL)
    sheet = main_sheet(parts)

    def inline(found: re.Match[str]) -> str:
        return f'<c{found[1]} t="inlineStr"><is>{texts[int(found[2])]}</is></c>'

    parts.put(sheet, re.sub(r'<c((?: [rs]="[^"]*")*) t="s"><v>(\d+)</v></c>', inline, parts.text(sheet)))


def formula_texts(parts: Parts) -> None:
    """Texts as results of formulas (`t="str"`)."""
    rewrite("*", r'(<c r="B5"[^>]*?) t="s"><v>\d+</v></c>', r'\1 t="str"><f>"Sol"&amp;"celler"</f><v>Solceller</v></c>')(parts)


def rich_phonetic(parts: Parts) -> None:
    """A shared string in two formats, with phonetics."""
    runs = '<r><t>Sol</t></r><r><rPr><b/><sz val="11"/><rFont val="Calibri"/></rPr><t>celler</t></r>'
    rewrite(
        STRINGS,
        r"<si><t>Solceller</t></si>",
        f'<si>{runs}<rPh sb="0" eb="3"><t>ソル</t></rPh><phoneticPr fontId="0" type="noConversion"/></si>',
    )(parts)


def shared_formulas(parts: Parts) -> None:
    """The totals of the rows as one shared formula."""
    sheet = main_sheet(parts)
    cells = re.findall(r'<c r="([A-Z]+)([5-8])"[^>]*><f>(SUM\([^<]*\))</f>', parts.text(sheet))
    column, _, first = cells[0]
    parts.replace(sheet, f"<f>{first}</f>", f'<f t="shared" ref="{column}5:{column}8" si="0">{first}</f>')
    for _, _, formula in cells[1:]:
        parts.replace(sheet, f"<f>{formula}</f>", '<f t="shared" si="0"/>')


def data_table(parts: Parts) -> None:
    """A what-if table below the investments."""
    cells = '<c r="AC20"><v>1</v></c><c r="AD20"><f t="dataTable" ref="AD20:AD21" dt2D="0" dtr="0" r1="AC18"/><v>5</v></c>'
    parts.replace(main_sheet(parts), "</sheetData>", f'<row r="20">{cells}</row><row r="21"><c r="AD21"><v>6</v></c></row></sheetData>')


def prefixed(parts: Parts) -> None:
    """`x:worksheet`, as some programs write it, in workbook, sheets, styles and strings."""
    for name in [n for n in parts.data if re.fullmatch(r"xl/(?:workbook|styles|sharedStrings|worksheets/[^/]+)\.xml", n)]:
        text = re.sub(r"<(/?)([A-Za-z]\w*)(?=[\s/>])", r"<\1x:\2", parts.text(name))
        parts.put(name, text.replace(" xmlns=", " xmlns:x="))


def absolute_targets(parts: Parts) -> None:
    """Relationships that begin with a slash."""
    parts.put("xl/_rels/workbook.xml.rels", re.sub(r'Target="(?!/)', 'Target="/xl/', parts.text("xl/_rels/workbook.xml.rels")))
    parts.put("_rels/.rels", re.sub(r'Target="(?!/)', 'Target="/', parts.text("_rels/.rels")))


def moved_sheet(parts: Parts) -> None:
    """The first sheet under a name that no program expects."""
    old, new = main_sheet(parts), "xl/worksheets/budget-ark.xml"
    parts.data[new] = parts.data.pop(old)
    if rels_of(old) in parts.data:
        parts.data[rels_of(new)] = parts.data.pop(rels_of(old))
    parts.replace(TYPES, f'"/{old}"', f'"/{new}"')
    parts.replace("xl/_rels/workbook.xml.rels", f'"{old[3:]}"', f'"{new[3:]}"')


def without(part: str) -> Change:
    """A workbook that lacks a part which the standard does not demand."""

    def change(parts: Parts) -> None:
        del parts.data[part]
        parts.put(TYPES, re.sub(rf'<Override PartName="/{re.escape(part)}"[^>]*/>', "", parts.text(TYPES)))
        for rels in ("_rels/.rels", "xl/_rels/workbook.xml.rels"):
            name = part if rels == "_rels/.rels" else part.removeprefix("xl/")
            parts.put(rels, re.sub(rf'<Relationship [^>]*Target="{re.escape(name)}"[^>]*/>', "", parts.text(rels)))

    return change


def no_styles(parts: Parts) -> None:
    """A workbook without formats."""
    for name in [n for n in parts.data if n.startswith("xl/worksheets/sheet")]:
        parts.put(name, re.sub(r' (?:s|style)="\d+"', "", parts.text(name)))
    without(STYLES)(parts)


def signed(parts: Parts) -> None:
    """A digital signature (its content does not matter: the workbook must not be touched at all)."""
    digital = f"{PACKAGE}/relationships/digital-signature"
    kind = "application/vnd.openxmlformats-package.digital-signature"
    origin = "_xmlsignatures/origin.sigs"
    parts.add("", origin, b"", f"{kind}-origin", f"{digital}/origin")
    body = f'{HEAD}<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="idPackageSignature"/>'
    parts.add(origin, "_xmlsignatures/sig1.xml", body, f"{kind}-xmlsignature+xml", f"{digital}/signature")


def shared_workbook(parts: Parts) -> None:
    """The old way of sharing, with a log of revisions."""
    header = (
        '<header guid="{00000000-0000-0000-0000-000000000001}" dateTime="2025-03-14T08:00:00Z" maxSheetId="3"'
        ' userName="Ekonom" r:id="rId1"/>'
    )
    head = "xl/revisions/revisionHeaders.xml"
    body = f'{HEAD}<headers xmlns="{MAIN}" xmlns:r="{OFFICE}" guid="{{00000000-0000-0000-0000-000000000001}}">{header}</headers>'
    parts.add(BOOK, head, body, f"{SML}.revisionHeaders+xml", "revisionHeaders")
    parts.add(head, "xl/revisions/revisionLog1.xml", f'{HEAD}<revisions xmlns="{MAIN}"/>', f"{SML}.revisionLog+xml", "revisionLog")


def strict(parts: Parts) -> None:
    """ISO strict: other namespaces for everything."""
    old = "http://schemas.openxmlformats.org/"
    for name, data in parts.data.items():
        text = data.replace(f"{old}spreadsheetml/2006/main".encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        parts.data[name] = text.replace(
            f"{old}officeDocument/2006/relationships".encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        )
    rewrite(BOOK, r"<workbook ", '<workbook conformance="strict" ', 1)(parts)


def web_extension(parts: Parts) -> None:
    """A task pane of an add-in, related from the package."""
    kind = "http://schemas.microsoft.com/office/2011/relationships/webextension"
    pane = "xl/webextensions/taskpanes.xml"
    space = "http://schemas.microsoft.com/office/webextensions"
    body = f'{HEAD}<wetp:taskpanes xmlns:wetp="{space}/taskpanes/2010/11"/>'
    parts.add("", pane, body, "application/vnd.ms-office.webextensiontaskpanes+xml", f"{kind}taskpanes")
    body = f'{HEAD}<we:webextension xmlns:we="{space}/webextension/2010/11" id="{{00000000-0000-0000-0000-000000000002}}"/>'
    parts.add(pane, "xl/webextensions/webextension1.xml", body, "application/vnd.ms-office.webextension+xml", kind)


def shape_beside(parts: Parts) -> None:
    """A note drawn over the cells right of the table, for programs that know a14, with a fallback."""
    text = shape(41, "Notering", "Avstämt med controllern")
    choice = f'<mc:Choice xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" Requires="a14">{text}</mc:Choice>'
    fallback = f"<mc:Fallback>{text}</mc:Fallback>"
    anchored(parts, "Budget", (24, 4, 27, 8), f'<mc:AlternateContent xmlns:mc="{MC}">{choice}{fallback}</mc:AlternateContent>')


def alternate_in_book(parts: Parts) -> None:
    """The saved path that Excel puts in an AlternateContent."""
    ac = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"
    path = f'<x15ac:absPath url="https://exempel.invalid/budget/" xmlns:x15ac="{ac}"/>'
    inner = f'<mc:Choice Requires="x15">{path}</mc:Choice>'
    rewrite(BOOK, r"(<workbookPr[^>]*/>)", rf'\1<mc:AlternateContent xmlns:mc="{MC}" xmlns:x15="{X15}">{inner}</mc:AlternateContent>', 1)(
        parts
    )


def custom_property(parts: Parts) -> None:
    """A binary property of the sheet, as add-ins leave behind."""
    link = parts.add(main_sheet(parts), "xl/customProperty1.bin", struct.pack("<4I", 1, 2, 3, 4), f"{SML}.customProperty", "customProperty")
    parts.into_sheet(main_sheet(parts), f'<customProperties><customPr name="Tillagg" r:id="{link}"/></customProperties>')


def connection(parts: Parts) -> None:
    """A connection to a text file, as queries leave behind."""
    inner = (
        '<connection id="1" name="Utfall" type="6" refreshedVersion="6"><textPr sourceFile="utfall.csv">'
        "<textFields><textField/></textFields></textPr></connection>"
    )
    parts.add(
        BOOK, "xl/connections.xml", f'{HEAD}<connections xmlns="{MAIN}">{inner}</connections>', f"{SML}.connections+xml", "connections"
    )


def encoded(encoding: str, *, mark: bytes = b"") -> Change:
    """The first sheet in another encoding."""

    def change(parts: Parts) -> None:
        sheet = main_sheet(parts)
        text = re.sub(r"<\?xml[^>]*\?>\s*", "", parts.text(sheet))
        head = f'<?xml version="1.0" encoding="{encoding}" standalone="yes"?>\n'
        parts.data[sheet] = mark + (head + text).encode(encoding)

    return change


def zipped(parts: Parts, *, stored: bool = False, descriptors: bool = False, folders: bool = False, comment: bytes = b"") -> bytes:
    """The workbook in zips of other programs: not compressed, sizes after the data, entries for folders, a comment."""
    target = _Unseekable() if descriptors else BytesIO()
    names = list(parts.data)
    if folders:
        names = sorted({f"{n.rpartition('/')[0]}/" for n in names if "/" in n}) + names
    with zipfile.ZipFile(target, "w") as archive:
        archive.comment = comment
        for name in names:
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_STORED if stored or name.endswith("/") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, parts.data.get(name, b""))
    return target.getvalue()


class _Unseekable(BytesIO):
    """A stream like standard output: the zip must state sizes after the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError("not seekable")

    def tell(self) -> int:
        raise OSError("not seekable")
