"""A pivot table with its cache: one row field, one column field, one sum. The shown cells are written by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from .features import SML
from .parts import HEAD, MAIN, OFFICE, Parts

Record = Sequence[str | float]


@dataclass(frozen=True)
class Pivot:
    """What is summed.

    Args:
        source: sheet and range of the figures, headings included.
        fields: headings of the range.
        records: its rows: texts, and numbers in the field `data`.
        row, column, data: which fields stand where.
        place: range of the shown table, headings included.
    """

    source: tuple[str, str]
    fields: Sequence[str]
    records: Sequence[Record]
    row: int
    column: int
    data: int
    place: str

    def items(self, field: int) -> list[str]:
        """The words of a field, sorted as Excel shows them."""
        return sorted({str(r[field]) for r in self.records})

    def sums(self) -> dict[tuple[str, str], float]:
        """Row word and column word to the sum."""
        result: dict[tuple[str, str], float] = {}
        for r in self.records:
            key = str(r[self.row]), str(r[self.column])
            result[key] = result.get(key, 0.0) + float(r[self.data])
        return result


def add_pivot(parts: Parts, sheet: str, pivot: Pivot) -> None:
    """Add cache definition, records and table; Excel recalculates when it is refreshed, not on opening."""
    book = "xl/workbook.xml"
    kind = f"{SML}.pivotCacheDefinition+xml"
    definition = "xl/pivotCache/pivotCacheDefinition1.xml"
    records = "xl/pivotCache/pivotCacheRecords1.xml"
    parts.data[records] = _records(pivot).encode()
    parts.declare(records, f"{SML}.pivotCacheRecords+xml")
    link = parts.relate(definition, f"{OFFICE}/pivotCacheRecords", "pivotCacheRecords1.xml")
    cache = parts.add(book, definition, _definition(pivot, link), kind, "pivotCacheDefinition")
    parts.into_book(f'<pivotCaches><pivotCache cacheId="7" r:id="{cache}"/></pivotCaches>')
    table = "xl/pivotTables/pivotTable1.xml"
    parts.add(parts.sheet(sheet), table, _table(pivot), f"{SML}.pivotTable+xml", "pivotTable")
    parts.relate(table, f"{OFFICE}/pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")


def _definition(pivot: Pivot, link: str) -> str:
    fields = ""
    for number, name in enumerate(pivot.fields):
        if number == pivot.data:
            values = [float(r[number]) for r in pivot.records]
            shared = (
                '<sharedItems containsSemiMixedTypes="0" containsString="0" containsNumber="1"'
                f' minValue="{min(values):g}" maxValue="{max(values):g}"/>'
            )
        elif number in (pivot.row, pivot.column):
            words = pivot.items(number)
            shared = f'<sharedItems count="{len(words)}">' + "".join(f'<s v="{escape(w)}"/>' for w in words) + "</sharedItems>"
        else:
            shared = "<sharedItems/>"
        fields += f'<cacheField name="{escape(name)}" numFmtId="0">{shared}</cacheField>'
    sheet, ref = pivot.source
    return (
        f'{HEAD}<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" r:id="{link}" refreshedBy="Controller"'
        ' refreshedDate="45730" createdVersion="6" '
        f'refreshedVersion="6" minRefreshableVersion="3" recordCount="{len(pivot.records)}"><cacheSource type="worksheet">'
        f'<worksheetSource ref="{ref}" sheet="{escape(sheet)}"/></cacheSource>'
        f'<cacheFields count="{len(pivot.fields)}">{fields}</cacheFields></pivotCacheDefinition>'
    )


def _records(pivot: Pivot) -> str:
    lines = ""
    for r in pivot.records:
        cells = ""
        for number, value in enumerate(r):
            if number == pivot.data:
                cells += f'<n v="{float(value):.15g}"/>'
            elif number in (pivot.row, pivot.column):
                cells += f'<x v="{pivot.items(number).index(str(value))}"/>'
            else:
                cells += f'<s v="{escape(str(value))}"/>'
        lines += f"<r>{cells}</r>"
    return f'{HEAD}<pivotCacheRecords xmlns="{MAIN}" xmlns:r="{OFFICE}" count="{len(pivot.records)}">{lines}</pivotCacheRecords>'


def _table(pivot: Pivot) -> str:
    fields = ""
    for number in range(len(pivot.fields)):
        if number in (pivot.row, pivot.column):
            axis = "axisRow" if number == pivot.row else "axisCol"
            words = pivot.items(number)
            items = "".join(f'<item x="{n}"/>' for n in range(len(words)))
            fields += (
                f'<pivotField axis="{axis}" showAll="0"><items count="{len(words) + 1}">{items}<item t="default"/></items></pivotField>'
            )
        else:
            fields += '<pivotField dataField="1" showAll="0"/>' if number == pivot.data else '<pivotField showAll="0"/>'
    rows, columns = (_axis(len(pivot.items(f))) for f in (pivot.row, pivot.column))
    name = pivot.fields[pivot.data]
    return (
        f'{HEAD}<pivotTableDefinition xmlns="{MAIN}" name="Pivottabell1" cacheId="7" applyNumberFormats="0"'
        ' applyBorderFormats="0" applyFontFormats="0" '
        'applyPatternFormats="0" applyAlignmentFormats="0" applyWidthHeightFormats="1" dataCaption="Värden"'
        ' updatedVersion="6" minRefreshableVersion="3" '
        'useAutoFormatting="1" itemPrintTitles="1" createdVersion="6" indent="0" outline="1" outlineData="1" multipleFieldFilters="0" '
        f'rowHeaderCaption="{escape(pivot.fields[pivot.row])}"'
        f' colHeaderCaption="{escape(pivot.fields[pivot.column])}" grandTotalCaption="Totalsumma">'
        f'<location ref="{pivot.place}" firstHeaderRow="1" firstDataRow="2" firstDataCol="1"/>'
        f'<pivotFields count="{len(pivot.fields)}">{fields}</pivotFields>'
        f'<rowFields count="1"><field x="{pivot.row}"/></rowFields>{rows.replace("AXIS", "rowItems")}'
        f'<colFields count="1"><field x="{pivot.column}"/></colFields>{columns.replace("AXIS", "colItems")}'
        f'<dataFields count="1"><dataField name="Summa av {escape(name)}" fld="{pivot.data}" baseField="0"'
        ' baseItem="0" numFmtId="4"/></dataFields>'
        '<pivotTableStyleInfo name="PivotStyleLight16" showRowHeaders="1" showColHeaders="1" showRowStripes="0"'
        ' showColStripes="0" showLastColumn="1"/>'
        "</pivotTableDefinition>"
    )


def _axis(count: int) -> str:
    items = "".join(f'<i><x v="{n}"/></i>' if n else "<i><x/></i>" for n in range(count))
    return f'<AXIS count="{count + 1}">{items}<i t="grand"><x/></i></AXIS>'
