"""Small hard workbooks for the splice writer's tests: one feature or a combination each, every one with an investment table.

`corpus()` yields them one at a time. Most are written with decisions; the others must be refused with a sentence, either before they
are parsed (strict, encrypted, damaged) or before anything is written (signed, shared, protected, no room).
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any, Final, Literal

import corpus_base as base
import openpyxl
import workbook_parts as raw
from by_owner import features
from by_owner.parts import TYPES, Parts
from by_owner.pivot import Pivot, add_pivot
from by_owner.vba import vba_project
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table
from workbook_parts import Change, encoded, in_book, in_sheet, part_of, rewrite, without

Expected = Literal["written", "refused"]
X14AC: Final = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"


@dataclass(frozen=True)
class Case:
    """A workbook of the corpus.

    Attributes:
        features: what is in it, in the words of the lists below.
        content: its bytes.
        expected: whether decisions can be written beside the table.
        sheet: where the table stands; its rows and columns are those of `corpus_base`.
        suffix: of the file's name.
    """

    name: str
    features: tuple[str, ...]
    content: bytes
    expected: Expected = "written"
    sheet: str = "Budget"
    suffix: str = ".xlsx"


MADE: Final[dict[str, base.Make]] = {
    "plain": lambda _: None,
    "autofilter": lambda b: b.sheet.autofilter("A4:W8"),
    "filtered rows": base.filtered,
    "table": base.excel_table(),
    "table with totals row": base.excel_table(totals=True),
    "second table beside": base.second_table,
    "merged header": base.merged_header,
    "notes": base.notes,
    "validation": base.validation,
    "colour rules": base.colour_rule,
    "data bars": base.conditional("data_bar"),
    "data bars x14": base.conditional("data_bar", data_bar_2010=True, bar_negative_color="#C00000"),
    "icon set": base.conditional("icon_set", icon_style="3_arrows"),
    "colour scale": base.conditional("3_color_scale"),
    "top ten": base.conditional("top", value=3),
    "sparklines": base.sparklines,
    "chart below": base.chart("column", "B12"),
    "chart beside": base.chart("line", "Y4"),
    "chart over the next columns": base.chart("bar", "X3"),
    "pie chart": base.chart("pie", "B12"),
    "chart sheet": base.chart("area", "", sheet=True),
    "hyperlinks": base.links,
    "defined names": base.defined_names,
    "outline": base.outline,
    "widths to the last column": base.widths,
    "rich text": base.rich,
    "array formula": base.arrays,
    "dynamic array beside": base.spill,
    "occupied cells": base.occupied,
    "merged cells beside": base.beside_merged,
    "formatted cells beside": base.formatted_beside,
    "protection elsewhere": base.protected_elsewhere,
    "hidden sheets": base.hidden_sheets,
    "shapes and buttons": base.shapes,
    "cell checkboxes": base.checkboxes,
    "pictures": base.pictures,
    "print set-up": base.paper,
    "views": base.views,
    "kinds of cells": base.kinds_of_cells,
    "many sheets": base.many_sheets,
    "document properties": base.document,
}
"""What XlsxWriter makes."""


def _threads(parts: Parts) -> None:
    features.threads(parts, "Budget", _COMMENTS)


_COMMENTS: Final = (
    features.Comment("B5", "Controller miljöförvaltningen", "Är bidraget sökt?"),
    features.Comment("B5", "Ekonom tekniska nämnden", "Ja, i mars.", "2025-03-20T08:00:00.00"),
)


def _opened(b: base.Base) -> None:
    text, author = features.placeholder(_COMMENTS[0])
    b.sheet.write_comment("B5", text, {"author": author})


def _pivot(sheet: str) -> Change:
    """A pivot table on the second sheet, or right beside the investments."""
    place = "A5:C8" if sheet == "Noter" else "Y5:AA8"
    records = [("nämnd", "ja", 4.0), ("nämnd", "ja", 6.0)]
    pivot = Pivot(("Budget", "D4:F6"), ("Ägartyp", "I plan", "Utgift"), records, 0, 1, 2, place)
    return lambda parts: add_pivot(parts, sheet, pivot)


RAW: Final[dict[str, Change]] = {
    "custom XML": lambda p: features.custom_xml(p, '<post xmlns="urn:exempel:post"/>'),
    "sensitivity label": features.label,
    "printer settings": lambda p: features.printer(p, "Budget"),
    "validation x14": lambda p: features.list_elsewhere(p, "Budget", "F5:F8", "Noter!$A$1:$A$3"),
    "protected range": lambda p: features.protected_range(p, "Budget", "Utgift", "I5:O8"),
    "calculation chain": features.chain,
    "form control": lambda p: features.checkbox(p, "Noter", "Klart", "$D$5", (1, 4, 3, 5)),
    "form control beside": lambda p: features.checkbox(p, "Budget", "Klart", "$AH$5", (28, 4, 30, 5)),
    "pivot": _pivot("Noter"),
    "external link": raw.external_link,
    "connection": raw.connection,
    "shape in AlternateContent": raw.shape_beside,
    "AlternateContent in the workbook": raw.alternate_in_book,
    "custom property part": raw.custom_property,
    "web extension": raw.web_extension,
    "shared formulas": raw.shared_formulas,
    "data table": raw.data_table,
    "rich text with phonetics": raw.rich_phonetic,
    "inline strings": raw.inline_strings,
    "texts from formulas": raw.formula_texts,
    "cells without addresses": rewrite("*", r'<c r="[A-Z]+\d+"', "<c"),
    "rows without numbers": rewrite("*", r'<row r="\d+"', "<row"),
    "neither addresses nor numbers": lambda p: (rewrite("*", r'<c r="[A-Z]+\d+"', "<c")(p), rewrite("*", r'<row r="\d+"', "<row")(p), None)[-1],
    "namespace prefix": raw.prefixed,
    "no dimension": rewrite("*", r"<dimension [^>]*/>", ""),
    "wrong dimension": rewrite("*", r'<dimension ref="[^"]*"', '<dimension ref="A1"'),
    "no spans": rewrite("*", r' spans="[^"]*"', ""),
    "extension list": lambda p: p.extend(raw.main_sheet(p), "{00000000-1111-2222-3333-444444444444}", "ny", "urn:exempel:ny", '<ny:sak v="1"/>'),
    "extensions in styles": lambda p: p.extend(raw.STYLES, "{00000000-1111-2222-3333-555555555555}", "ny", "urn:exempel:ny", "<ny:stil/>", "styleSheet"),
    "extensions in the workbook": lambda p: p.extend(raw.BOOK, "{00000000-1111-2222-3333-666666666666}", "ny", "urn:exempel:ny", "<ny:bok/>", "workbook"),
    "ignorable row attributes": rewrite(
        "*", r"<worksheet ", f'<worksheet xmlns:mc="{features.MC}" mc:Ignorable="x14ac" xmlns:x14ac="{X14AC}" ', 1
    ),
    "custom views": in_sheet('<customSheetViews><customSheetView guid="{00000000-0000-0000-0000-00000000000A}" scale="80"/></customSheetViews>'),
    "scenarios": in_sheet('<scenarios current="0"><scenario name="Hög" count="1"><inputCells r="I5" val="2000"/></scenario></scenarios>'),
    "watched cells": in_sheet('<cellWatches><cellWatch r="I9"/></cellWatches>'),
    "book view settings": in_book('<customWorkbookViews><customWorkbookView name="Alla" guid="{00000000-0000-0000-0000-00000000000A}" windowWidth="100" windowHeight="100" activeSheetId="1"/></customWorkbookViews>'),
    "byte order mark": encoded("utf-8", mark=b"\xef\xbb\xbf"),
    "UTF-16": encoded("utf-16"),
    "Latin-1": encoded("iso-8859-1"),
    "single quotes": lambda p: p.put(raw.main_sheet(p), re.sub(r'="([^"\']*)"', r"='\1'", p.text(raw.main_sheet(p)))),
    "comments and instructions": rewrite("*", r"<sheetData>", "<!-- <row r='1'><c r='Z9'/></row> --><?program kör?><sheetData>"),
    "line breaks between elements": lambda p: p.put(raw.main_sheet(p), re.sub(r"><(c|row|/row|/sheetData)\b", r">\r\n  <\1", p.text(raw.main_sheet(p)))),
    "absolute targets": raw.absolute_targets,
    "sheet under another name": raw.moved_sheet,
    "no styles": raw.no_styles,
    "no theme": without("xl/theme/theme1.xml"),
    "no document properties": lambda p: (without("docProps/app.xml")(p), without("docProps/core.xml")(p), None)[-1],
    "part of another program": part_of("xl/workbook.xml", "xl/model/item.data", b"\0" * 64, "application/vnd.openxmlformats-officedocument.model+data", "http://schemas.microsoft.com/office/2011/relationships/powerPivotData"),
    "unrelated part": lambda p: (p.data.update({"xl/ovrigt.bin": b"abc"}), p.declare_ending("bin", "application/octet-stream"), None)[-1],
    "relationship without target part": lambda p: (p.relate(raw.BOOK, "urn:exempel:lank", "https://exempel.invalid/", external=True), None)[-1],
    "hidden by height": rewrite("*", r'<row r="6"', '<row r="6" ht="0" customHeight="1"'),
    "background of a style": rewrite(raw.STYLES, r'<dxfs count="0"\s*/>', '<dxfs count="1"><dxf><font><b/></font></dxf></dxfs>'),
    "calculated by hand": rewrite(raw.BOOK, r"<calcPr [^>]*/>", '<calcPr calcId="191029" calcMode="manual" iterate="1"/>'),
    "no calcPr": rewrite(raw.BOOK, r"<calcPr [^>]*/>", ""),
}
"""What is added to or changed in the parts."""

REFUSED: Final[dict[str, Change | base.Make]] = {
    "signed": raw.signed,
    "shared workbook": raw.shared_workbook,
    "strict": raw.strict,
    "structure protected": in_book('<workbookProtection lockStructure="1"/>'),
    "sheet protected": base.protected_sheet,
    "no room": base.full_width,
    "DOCTYPE": rewrite("*", r"^(<\?xml[^>]*\?>)", r"\1<!DOCTYPE worksheet>"),
    "cells out of order": lambda p: p.put(raw.main_sheet(p), p.text(raw.main_sheet(p)).replace('<c r="A5"', '<c r="C5"')),
    "broken XML": lambda p: p.put(raw.main_sheet(p), p.text(raw.main_sheet(p)).replace("</sheetData>", "</sheetdata>")),
}

Zip = Callable[[Parts], bytes]
ZIPS: Final[dict[str, Zip]] = {
    "stored": lambda p: raw.zipped(p, stored=True),
    "data descriptors": lambda p: raw.zipped(p, descriptors=True),
    "folder entries": lambda p: raw.zipped(p, folders=True),
    "zip comment": lambda p: raw.zipped(p, comment=b"fran ett arendesystem"),
    "content types last": lambda p: raw.zipped(_turned(p)),
    "stored with descriptors": lambda p: raw.zipped(p, stored=True, descriptors=True),
}


def _turned(parts: Parts) -> Parts:
    parts.data = dict(reversed(parts.data.items()))
    return parts


@cache
def _made(names: tuple[str, ...]) -> bytes:
    b = base.Base()
    for name in names:
        MADE[name](b)
    return b.saved()


def corpus() -> Iterator[Case]:
    """All workbooks; the same names and bytes every time."""
    for name in MADE:
        yield Case(name, (name,), _made((name,)))
    for name, change in RAW.items():
        yield Case(name, (name,), _changed(("plain",), [change]))
    for name, make in ZIPS.items():
        yield Case(name, (name,), make(Parts(_made(("plain",)))))
    yield from _special()
    yield from _by_openpyxl()
    yield from _together()
    yield from _refused()


def _changed(made: tuple[str, ...], changes: Sequence[Change]) -> bytes:
    parts = Parts(_made(made))
    for change in changes:
        change(parts)
    return parts.zipped()


def _special() -> Iterator[Case]:
    """What needs something of XlsxWriter and of the parts, or another name."""
    b = base.Base()
    _opened(b)
    parts = Parts(b.saved())
    _threads(parts)
    yield Case("threaded comments", ("threaded comments", "persons", "notes"), parts.zipped())
    parts = Parts(_made(("table",)))
    features.table_slicer(parts, "Budget", 1, 6, "I plan", (23, 9, 26, 16))
    yield Case("slicer", ("table", "slicer", "AlternateContent"), parts.zipped())
    b = base.Base()
    base.pivot_words(b)
    parts = Parts(b.saved())
    _pivot("Noter")(parts)
    yield Case("pivot with its cells", ("pivot",), parts.zipped())
    yield Case("pivot beside the table", ("pivot",), _changed(("plain",), [_pivot("Budget")]))
    b = base.Base(macro=vba_project(("Sheet1", "Sheet2"), "Modul1", "Sub Ingenting()\nEnd Sub\n"))
    yield Case("macro", ("macro",), b.saved(), suffix=".xlsm")
    b = base.Base(date_1904=True)
    yield Case("1904 dates", ("1904 dates",), b.saved())
    for name in ("Bidrag & lån", "År 2025's 'plan'", "Σ – ü 予算", "B" * 31):
        yield Case(f"sheet called {name}", ("sheet name",), _with_name(name), sheet=name)


def _with_name(name: str) -> bytes:
    b = base.Base(name=name)
    return b.saved()


def _by_openpyxl() -> Iterator[Case]:
    """The plain workbook as openpyxl writes it, with some of its own features."""

    def saved(change: Callable[[Any], None]) -> bytes:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(BytesIO(_made(("plain",))))
        change(book)
        book.properties.created = book.properties.modified = datetime(2025, 1, 1)
        target = BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            openpyxl.writer.excel.ExcelWriter(book, archive).write_data()
            archive.writestr(TYPES, b"") if TYPES not in archive.namelist() else None
        return _stamped(book)

    def array(book: Any) -> None:
        book["Budget"]["X12"] = ArrayFormula("X12:X13", "=I5:I6*2")

    def table(book: Any) -> None:
        book["Budget"].add_table(Table(displayName="Investeringar", ref="A4:W8"))

    yield Case("openpyxl", ("openpyxl",), saved(lambda book: None))
    yield Case("openpyxl array", ("openpyxl", "array formula"), saved(array))
    yield Case("openpyxl table", ("openpyxl", "table"), saved(table))


def _together() -> Iterator[Case]:
    """Combinations, chosen so that every feature meets several others."""
