"""Raw parts that XlsxWriter cannot make, each as Excel writes it, added to a workbook's `Parts`.

Sources: ECMA-376, [MS-XLSX] (x14, x15, threaded comments), [MS-OI29500], [MS-OSHARED] (sensitivity labels).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape

from .parts import HEAD, MAIN, OFFICE, Parts

X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
X15 = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
SML = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def guid(name: str) -> str:
    """The same identifier for the same name, so that the bytes do not change."""
    return "{" + str(uuid5(NAMESPACE_URL, f"portfolio:{name}")).upper() + "}"


@dataclass(frozen=True)
class Comment:
    """One comment of a thread. The first of a cell opens the thread, the others answer it.

    Args:
        author: a role, never a person.
        done: the thread is marked as settled (first comment only).
    """

    cell: str
    author: str
    text: str
    when: str = "2025-03-14T09:30:00.00"
    done: bool = False


def placeholder(comment: Comment) -> tuple[str, str]:
    """Text and author of the old note that stands in for a thread; written with XlsxWriter before `threads` is called."""
    text = f"[Trådad kommentar]\n\nDin version av Excel kan inte visa trådade kommentarer.\n\nKommentar:\n    {comment.text}"
    return text, f"tc={guid(comment.cell + comment.text)}"


def threads(parts: Parts, sheet: str, comments: Sequence[Comment]) -> None:
    """Threaded comments with their persons; the sheet has the old notes already."""
    part = parts.sheet(sheet)
    people = sorted({c.author for c in comments})
    opened: dict[str, str] = {}
    lines = ""
    for c in comments:
        own = guid(c.cell + c.text)
        parent = f' parentId="{opened[c.cell]}"' if c.cell in opened else ""
        done = ' done="1"' if c.done and not parent else ""
        opened.setdefault(c.cell, own)
        text = f"<text>{escape(c.text)}</text>"
        lines += (
            f'<threadedComment ref="{c.cell}" dT="{c.when}" personId="{guid(c.author)}" id="{own}"{parent}{done}>{text}</threadedComment>'
        )
    number = sum(n.startswith("xl/threadedComments/") for n in parts.data) + 1
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/"
    body = f'{HEAD}<ThreadedComments xmlns="{THREADS}" xmlns:x="{MAIN}">{lines}</ThreadedComments>'
    path = f"xl/threadedComments/threadedComment{number}.xml"
    parts.add(part, path, body, "application/vnd.ms-excel.threadedcomments+xml", f"{kind}threadedComment")
    persons = "".join(f'<person displayName="{escape(p)}" id="{guid(p)}" userId="{escape(p)}" providerId="None"/>' for p in people)
    body = f'{HEAD}<personList xmlns="{THREADS}" xmlns:x="{MAIN}">{persons}</personList>'
    parts.add("xl/workbook.xml", "xl/persons/person.xml", body, "application/vnd.ms-excel.person+xml", f"{kind}person")


def custom_xml(parts: Parts, xml: str) -> None:
    """A custom XML item, as document systems leave behind."""
    item = "customXml/item1.xml"
    parts.add("xl/workbook.xml", item, HEAD + xml, "", "customXml")
    space = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
    props = f'{HEAD}<ds:datastoreItem ds:itemID="{guid(xml)}" xmlns:ds="{space}"><ds:schemaRefs/></ds:datastoreItem>'
    kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    parts.add(item, "customXml/itemProps1.xml", props, kind, "customXmlProps")


def label(parts: Parts) -> None:
    """A sensitivity label (MIP)."""
    space = "http://schemas.microsoft.com/office/2020/mipLabelMetadata"
    inner = (
        f'<clbl:label id="{guid("label").lower()}" enabled="1" method="Standard" siteId="{guid("site").lower()}"'
        ' contentBits="0" removed="0"/>'
    )
    body = f'{HEAD}<clbl:labelList xmlns:clbl="{space}">{inner}</clbl:labelList>'
    kind = "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels"
    parts.add("", "docMetadata/LabelInfo.xml", body, "application/vnd.ms-office.classificationlabels+xml", kind)


def printer(parts: Parts, sheet: str) -> None:
    """Settings of a printer (DEVMODEW: A4, landscape) for a sheet that has a pageSetup."""
    name = "Stadens utskriftskö".encode("utf-16-le").ljust(64, b"\0")
    fields = 0x1 | 0x2 | 0x100  # orientation, paper, copies
    devmode = name + struct.pack("<4HI", 0x0401, 0, 220, 0, fields) + struct.pack("<6h", 2, 9, 0, 0, 100, 1)
    part = parts.sheet(sheet)
    number = sum(n.startswith("xl/printerSettings/") for n in parts.data) + 1
    path = f"xl/printerSettings/printerSettings{number}.bin"
    link = parts.add(part, path, devmode.ljust(220, b"\0"), f"{SML}.printerSettings", "printerSettings")
    parts.put(part, re.sub(r"(<pageSetup[^>]*?)/>", rf'\1 r:id="{link}"/>', parts.text(part), count=1))


def list_elsewhere(parts: Parts, sheet: str, cells: str, source: str) -> None:
    """A validation list whose words stand on another sheet, in the x14 form that Excel uses for it."""
    rule = '<x14:dataValidation type="list" allowBlank="1" showInputMessage="1" showErrorMessage="1">'
    rule += f"<x14:formula1><xm:f>{escape(source)}</xm:f></x14:formula1><xm:sqref>{cells}</xm:sqref></x14:dataValidation>"
    inner = f'<x14:dataValidations count="1" xmlns:xm="{XM}">{rule}</x14:dataValidations>'
    parts.extend(parts.sheet(sheet), "{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}", "x14", X14, inner)


def protected_range(parts: Parts, sheet: str, name: str, cells: str) -> None:
    """A range that keeps its own protection; the sheet itself is not protected."""
    parts.into_sheet(parts.sheet(sheet), f'<protectedRanges><protectedRange sqref="{cells}" name="{name}"/></protectedRanges>')


def chain(parts: Parts) -> None:
    """The order of calculation that Excel keeps: every cell with a formula, sheet by sheet."""
    cells = ""
    for number, name in enumerate(re.findall(r'<sheet name="([^"]*)"', parts.text("xl/workbook.xml")), start=1):
        formulas = re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f[ >]', parts.text(parts.sheet(name)))
        cells += "".join(f'<c r="{c}" i="{number}"/>' for c in formulas)
    body = f'{HEAD}<calcChain xmlns="{MAIN}">{cells}</calcChain>'
    parts.add("xl/workbook.xml", "xl/calcChain.xml", body, f"{SML}.calcChain+xml", "calcChain")


def drawing_of(parts: Parts, sheet: str) -> str:
    """The drawing part of a sheet; a new empty one when there is none."""
    part = parts.sheet(sheet)
    rels = parts.data.get(f"xl/worksheets/_rels/{part.rpartition('/')[2]}.rels", b"").decode()
    found = re.search(r'Target="\.\./drawings/(drawing\d+\.xml)"', rels)
    if found:
        return f"xl/drawings/{found[1]}"
    number = sum(re.fullmatch(r"xl/drawings/drawing\d+\.xml", n) is not None for n in parts.data) + 1
    path = f"xl/drawings/drawing{number}.xml"
    empty = f'{HEAD}<xdr:wsDr xmlns:xdr="{XDR}" xmlns:a="{DRAWING}"></xdr:wsDr>'
    link = parts.add(part, path, empty, "application/vnd.openxmlformats-officedocument.drawing+xml", "drawing")
    parts.into_sheet(part, f'<drawing r:id="{link}"/>')
    return path


def anchored(parts: Parts, sheet: str, box: tuple[int, int, int, int], inner: str, edit: str = "oneCell") -> None:
    """Put a drawing over cells; `box` is column, row of the corner and of the opposite one, from 0."""
    ends = zip(("from", "to"), (box[:2], box[2:]), strict=True)
    corners = "".join(
        f"<xdr:{tag}><xdr:col>{c}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{r}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:{tag}>"
        for tag, (c, r) in ends
    )
    anchor = f'<xdr:twoCellAnchor editAs="{edit}">{corners}{inner}<xdr:clientData/></xdr:twoCellAnchor>'
    parts.replace(drawing_of(parts, sheet), "</xdr:wsDr>", f"{anchor}</xdr:wsDr>")


def shape(number: int, name: str, text: str, attributes: str = "") -> str:
    """A rectangle with a text, as drawing markup."""
    body = f'<a:p><a:r><a:rPr lang="sv-SE" sz="900"/><a:t>{escape(text)}</a:t></a:r></a:p>'
    return (
        f'<xdr:sp macro="" textlink=""{attributes}><xdr:nvSpPr><xdr:cNvPr id="{number}" name="{escape(name)}"/><xdr:cNvSpPr/></xdr:nvSpPr>'
        '<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1828800" cy="600000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        '<a:solidFill><a:srgbClr val="F2F2F2"/></a:solidFill><a:ln w="6350"><a:solidFill><a:srgbClr val="7F7F7F"/></a:solidFill></a:ln>'
        f"</xdr:spPr><xdr:txBody><a:bodyPr/><a:lstStyle/>{body}</xdr:txBody></xdr:sp>"
    )


def table_slicer(parts: Parts, sheet: str, table: int, column: int, caption: str, box: tuple[int, int, int, int]) -> None:
    """A slicer over a column of an Excel table.

    Args:
        table: id of the table.
        column: id of the table's column.
        caption: heading of the column, also the slicer's name.
        box: see `anchored`.
    """
    name = re.sub(r"\W", "_", caption)
    cache = f"Utsnitt_{name}"
    kind = "http://schemas.microsoft.com/office/2007/relationships/"
    ext = (
        f'<x:ext xmlns:x15="{X15}" uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}">'
        f'<x15:tableSlicerCache tableId="{table}" column="{column}"/></x:ext>'
    )
    body = (
        f'{HEAD}<slicerCacheDefinition xmlns="{X14}" xmlns:x="{MAIN}" name="{cache}" sourceName="{escape(caption)}">'
        f"<extLst>{ext}</extLst></slicerCacheDefinition>"
    )
    book = "xl/workbook.xml"
    link = parts.add(book, "xl/slicerCaches/slicerCache1.xml", body, "application/vnd.ms-excel.slicerCache+xml", f"{kind}slicerCache")
    inner = f'<x15:slicerCaches xmlns:x14="{X14}"><x14:slicerCache r:id="{link}"/></x15:slicerCaches>'
    parts.extend(book, "{46BE6895-7355-4a93-B00E-2C351335B9C9}", "x15", X15, inner, "workbook")
    defined = f'<definedName name="{cache}">#N/A</definedName>'
    if "</definedNames>" in parts.text(book):
        parts.replace(book, "</definedNames>", f"{defined}</definedNames>")
    else:
        parts.into_book(f"<definedNames>{defined}</definedNames>")
    body = f'{HEAD}<slicers xmlns="{X14}"><slicer name="{name}" cache="{cache}" caption="{escape(caption)}" rowHeight="241300"/></slicers>'
    part = parts.sheet(sheet)
    link = parts.add(part, "xl/slicers/slicer1.xml", body, "application/vnd.ms-excel.slicer+xml", f"{kind}slicer")
    inner = f'<x14:slicerList xmlns:x14="{X14}"><x14:slicer r:id="{link}"/></x14:slicerList>'
    parts.extend(part, "{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}", "x15", X15, inner)
    space = "http://schemas.microsoft.com/office/drawing/2010/slicer"
    frame = (
        f'<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="31" name="{name}"/><xdr:cNvGraphicFramePr/>'
        "</xdr:nvGraphicFramePr>"
        '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>'
        f'<a:graphic><a:graphicData uri="{space}"><sle:slicer xmlns:sle="{space}" name="{name}"/></a:graphicData>'
        "</a:graphic></xdr:graphicFrame>"
    )
    choice = f'<mc:Choice xmlns:sle15="http://schemas.microsoft.com/office/drawing/2012/slicer" Requires="sle15">{frame}</mc:Choice>'
    fallback = f"<mc:Fallback>{shape(31, name, 'Tabellutsnitt. Visas i Excel 2013 och senare.')}</mc:Fallback>"
    anchored(parts, sheet, box, f'<mc:AlternateContent xmlns:mc="{MC}">{choice}{fallback}</mc:AlternateContent>')


def checkbox(parts: Parts, sheet: str, caption: str, linked: str, box: tuple[int, int, int, int]) -> None:
    """A form control of the old kind: control properties, VML shape and drawing, ticked, linked to a cell (`$B$3`)."""
    part = parts.sheet(sheet)
    if "<legacyDrawing " in parts.text(part):
        raise ValueError("the sheet has notes: their VML part would have to be shared")
    body = f'{HEAD}<formControlPr xmlns="{X14}" objectType="CheckBox" checked="Checked" fmlaLink="{linked}" lockText="1" noThreeD="1"/>'
    link = parts.add(part, "xl/ctrlProps/ctrlProp1.xml", body, "application/vnd.ms-excel.controlproperties+xml", f"{OFFICE}/ctrlProp")
    number = int(re.findall(r"\d+", part)[-1])
    parts.declare_ending("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    vml = parts.add(part, f"xl/drawings/vmlDrawing9{number}.vml", _vml(caption, linked, box, number), "", "vmlDrawing")
    identity = number * 1024 + 1
    text = shape(identity, caption, caption, "")
    alike = (
        f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice'
        f' xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" Requires="a14">{text}</mc:Choice>'
        "<mc:Fallback/></mc:AlternateContent>"
    )
    drawing = drawing_of(parts, sheet)
    ends = "".join(
        f"<{t}><xdr:col>{c}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{r}</xdr:row><xdr:rowOff>0</xdr:rowOff></{t}>"
        for t, (c, r) in zip(("from", "to"), (box[:2], box[2:]), strict=True)
    )
    anchored(parts, sheet, box, alike)
    alias = f'<a:ext uri="{{63B3BB69-23CF-44E3-9099-C40C66FF867C}}"><a14:compatExt spid="_x0000_s{identity}"/></a:ext>'
    tied = f'name="{escape(caption)}" hidden="1"><a:extLst>{alias}</a:extLst></xdr:cNvPr>'
    parts.replace(drawing, f'name="{escape(caption)}"/>', tied)
    control = (
        f'<control shapeId="{identity}" r:id="{link}" name="{escape(caption)}">'
        '<controlPr defaultSize="0" autoFill="0" autoLine="0" autoPict="0">'
        f'<anchor moveWithCells="1">{ends}</anchor></controlPr></control>'
    )
    inner = f'<mc:AlternateContent><mc:Choice Requires="x14">{control}</mc:Choice></mc:AlternateContent>'
    parts.into_sheet(part, f'<legacyDrawing r:id="{vml}"/>')
    outer = (
        f'<mc:AlternateContent xmlns:mc="{MC}" xmlns:x14="{X14}" xmlns:xdr="{XDR}"><mc:Choice Requires="x14">'
        f"<controls>{inner}</controls></mc:Choice></mc:AlternateContent>"
    )
    parts.into_sheet(part, outer)


def _vml(caption: str, linked: str, box: tuple[int, int, int, int], number: int) -> str:
    c1, r1, c2, r2 = box
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{number}"/></o:shapelayout>'
        '<v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
        '<v:path shadowok="f" o:extrusionok="f" strokeok="f" fillok="f" o:connecttype="rect"/>'
        '<o:lock v:ext="edit" shapetype="t"/></v:shapetype>'
        f'<v:shape id="_x0000_s{number * 1024 + 1}" type="#_x0000_t201"'
        ' style="position:absolute;margin-left:50pt;margin-top:30pt;width:150pt;height:18pt;z-index:1" '
        'filled="f" stroked="f" o:insetmode="auto"><v:path shadowok="t" strokeok="t" fillok="t"/><o:lock v:ext="edit" rotation="t"/>'
        '<v:textbox style="mso-direction-alt:auto" o:singleclick="f"><div style="text-align:left">'
        f'<font face="Calibri" size="200" color="auto">{escape(caption)}</font></div></v:textbox>'
        '<x:ClientData ObjectType="Checkbox"><x:SizeWithCells/>'
        f"<x:Anchor>{c1}, 0, {r1}, 0, {c2}, 0, {r2}, 0</x:Anchor><x:AutoFill>False</x:AutoFill>"
        "<x:AutoLine>False</x:AutoLine><x:TextVAlign>Center</x:TextVAlign><x:Checked>1</x:Checked>"
        f"<x:FmlaLink>{linked}</x:FmlaLink><x:NoThreeD/></x:ClientData></v:shape></xml>"
    )
