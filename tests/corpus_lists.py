"""The features of the corpus, by name: what XlsxWriter makes, what is added to the parts, how the zip is written, what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import corpus_base as base
import workbook_parts as raw
from workbook_parts import Change, Parts, Pivot, add_pivot, encoded, features, in_book, in_sheet, part_of, rewrite, without

X14AC: Final = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"


MADE: Final[dict[str, base.Make]] = {
    "plain": lambda _: None,
    "autofilter": lambda b: b.sheet.autofilter("A4:X8"),
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
    "chart beside": base.chart("line", "Z4"),
    "chart over the next columns": base.chart("bar", "Y3"),
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


def pivot_on(sheet: str) -> Change:
    """A pivot table on the second sheet, or right beside the investments."""
    place = "A5:C8" if sheet == "Noter" else "Z5:AB8"
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
    "pivot": pivot_on("Noter"),
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
    "neither addresses nor numbers": raw.both(rewrite("*", r'<c r="[A-Z]+\d+"', "<c"), rewrite("*", r'<row r="\d+"', "<row")),
    "namespace prefix": raw.prefixed,
    "no dimension": rewrite("*", r"<dimension [^>]*/>", ""),
    "wrong dimension": rewrite("*", r'<dimension ref="[^"]*"', '<dimension ref="A1"'),
    "no spans": rewrite("*", r' spans="[^"]*"', ""),
    "extension list": lambda p: p.extend(
        raw.main_sheet(p), "{00000000-1111-2222-3333-444444444444}", "ny", "urn:exempel:ny", '<ny:sak v="1"/>'
    ),
    "extensions in styles": lambda p: p.extend(
        raw.STYLES, "{00000000-1111-2222-3333-555555555555}", "ny", "urn:exempel:ny", "<ny:stil/>", "styleSheet"
    ),
    "extensions in the workbook": lambda p: p.extend(
        raw.BOOK, "{00000000-1111-2222-3333-666666666666}", "ny", "urn:exempel:ny", "<ny:bok/>", "workbook"
    ),
    "ignorable row attributes": rewrite(
        "*", r"<worksheet ", f'<worksheet xmlns:mc="{features.MC}" mc:Ignorable="x14ac" xmlns:x14ac="{X14AC}" ', 1
    ),
    "custom views": in_sheet(
        '<customSheetViews><customSheetView guid="{00000000-0000-0000-0000-00000000000A}" scale="80"/></customSheetViews>'
    ),
    "scenarios": in_sheet('<scenarios current="0"><scenario name="Hög" count="1"><inputCells r="I5" val="2000"/></scenario></scenarios>'),
    "watched cells": in_sheet('<cellWatches><cellWatch r="I9"/></cellWatches>'),
    "book view settings": in_book(
        '<customWorkbookViews><customWorkbookView name="Alla" guid="{00000000-0000-0000-0000-00000000000A}"'
        ' windowWidth="100" windowHeight="100" activeSheetId="1"/></customWorkbookViews>'
    ),
    "byte order mark": encoded("utf-8", mark=b"\xef\xbb\xbf"),
    "UTF-16": encoded("utf-16"),
    "Latin-1": encoded("iso-8859-1"),
    "single quotes": lambda p: p.put(raw.main_sheet(p), re.sub(r'="([^"\']*)"', r"='\1'", p.text(raw.main_sheet(p)))),
    "comments and instructions": rewrite("*", r"<sheetData>", "<!-- <row r='1'><c r='Z9'/></row> --><?program kör?><sheetData>"),
    "line breaks between elements": lambda p: p.put(
        raw.main_sheet(p), re.sub(r"><(c|row|/row|/sheetData)\b", r">\r\n  <\1", p.text(raw.main_sheet(p)))
    ),
    "absolute targets": raw.absolute_targets,
    "sheet under another name": raw.moved_sheet,
    "no styles": raw.no_styles,
    "no theme": without("xl/theme/theme1.xml"),
    "no document properties": raw.both(without("docProps/app.xml"), without("docProps/core.xml")),
    "part of another program": part_of(
        "xl/workbook.xml",
        "xl/model/item.data",
        b"\0" * 64,
        "application/vnd.openxmlformats-officedocument.model+data",
        "http://schemas.microsoft.com/office/2011/relationships/powerPivotData",
    ),
    "unrelated part": raw.unrelated_part,
    "relationship of another program": raw.unknown_relationship,
    "hidden by height": rewrite("*", r'<row r="6"', '<row r="6" ht="0" customHeight="1"'),
    "background of a style": rewrite(raw.STYLES, r'<dxfs count="0"\s*/>', '<dxfs count="1"><dxf><font><b/></font></dxf></dxfs>'),
    "calculated by hand": rewrite(raw.BOOK, r"<calcPr [^>]*/>", '<calcPr calcId="191029" calcMode="manual" iterate="1"/>'),
    "no calcPr": rewrite(raw.BOOK, r"<calcPr [^>]*/>", ""),
}
"""What is added to or changed in the parts."""

REFUSED_MADE: Final[dict[str, base.Make]] = {"sheet protected": base.protected_sheet, "no room": base.full_width}

REFUSED: Final[dict[str, Change]] = {
    "signed": raw.signed,
    "shared workbook": raw.shared_workbook,
    "strict": raw.strict,
    "structure protected": in_book('<workbookProtection lockStructure="1"/>'),
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
