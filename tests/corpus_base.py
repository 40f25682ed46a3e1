"""The small investment table that every workbook of the corpus carries, and what XlsxWriter can put beside it.

The table stands on the sheet `Budget`: headings in row 4, four investments in rows 5–8, the sum in row 9, columns A–X. Rows 1–3 are
titles.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import xlsxwriter

HEADER_ROW, FIRST_ROW, LAST_ROW, SUM_ROW = 4, 5, 8, 9
YEARS: Final = range(2025, 2032)
HEADINGS: Final = (
    *("ID", "Investering", "Nämnd/bolag", "Ägartyp", "Rådighet", "I plan", "Tidigast start", "Senast start"),
    *(f"{y} (tkr)" for y in YEARS),
    *(
        "Total utgift",
        "Bidrag",
        "Bidragsstatus",
        "Driftkonsekvens per år",
        "Nyttjandeperiod",
        "Ton CO2e per år",
        "Varav upptag",
        "Räknas mot 2030",
        "Upptrappning",
    ),
)
RIGHT: Final = len(HEADINGS)
TOTAL: Final = HEADINGS.index("Total utgift")
ROWS: Final[tuple[tuple[str, str, str, int, int, tuple[int, ...], int, int, int], ...]] = (
    ("A-1", "Solceller", "ja", 2025, 2027, (1_500, 2_500), -120, 25, 40),
    ("A-2", "Laddplatser & elnät", "nej", 2026, 2029, (0, 900, 900), 15, 12, 310),
    ("A-3", "Fjärrvärme <etapp 2>", "ja", 2025, 2028, (10_000, 12_500, 7_500), -800, 40, 1_900),
    ("A-4", "Våtmark", "nej", 2027, 2030, (0, 0, 4_000, 4_000), 30, 50, 250),
)
Make = Callable[["Base"], None]


class Base:
    """A workbook under construction, with its table written."""

    def __init__(self, *, name: str = "Budget", macro: bytes | None = None, date_1904: bool = False) -> None:
        self.stream = BytesIO()
        options = {"in_memory": True, "strings_to_urls": False, "date_1904": date_1904}
        self.book: Any = xlsxwriter.Workbook(self.stream, options)
        self.book.set_properties({"created": datetime(2025, 1, 1), "title": "Prov"})
        self.head: Any = self.book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
        self.money: Any = self.book.add_format({"num_format": "#,##0", "border": 1})
        self.plain: Any = self.book.add_format({"border": 1})
        self.sheet: Any = self.book.add_worksheet(name)
        self.notes: Any = self.book.add_worksheet("Noter")
        for row, text in enumerate(("Investeringsbudget", "Belopp i tkr", "Underlag till budgetberedningen")):
            self.sheet.write_string(row, 0, text)
            self.notes.write_string(row, 0, f"{text}, noter")
        self._table()
        if macro is not None:
            self.book.add_vba_project(BytesIO(macro), is_stream=True)

    def _table(self) -> None:
        for column, text in enumerate(HEADINGS):
            self.sheet.write_string(HEADER_ROW - 1, column, text, self.head)
        for row, (identity, name, plan, first, last, outlay, operating, life, tonnes) in enumerate(ROWS, start=HEADER_ROW):
            years = [*outlay, *([None] * 7)][:7]
            start: list[Any] = [identity, name, "Tekniska nämnden", "nämnd", "stad", plan, first, last, *years]
            values = [*start, None, 0, "inget", operating, life, tonnes, 0, "ja", "0|0,5|1"]
            for column, value in enumerate(values):
                self.sheet.write(row, column, value, self.money if isinstance(value, int) and column > 7 else self.plain)
            self.sheet.write_formula(row, TOTAL, f"=SUM(I{row + 1}:O{row + 1})", self.money, sum(outlay))
        for column in range(RIGHT):
            self.sheet.write_blank(SUM_ROW - 1, column, None, self.plain)
        self.sheet.write_string(SUM_ROW - 1, 1, "Summa", self.head)
        for n in range(7):
            letter = "IJKLMNO"[n]
            value = sum(r[5][n] for r in ROWS if n < len(r[5]))
            self.sheet.write_formula(SUM_ROW - 1, 8 + n, f"=SUM({letter}5:{letter}8)", self.money, value)

    def saved(self) -> bytes:
        """The bytes."""
        self.book.close()
        return self.stream.getvalue()


def picture() -> bytes:
    """A small PNG."""

    def block(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    data = zlib.compress(b"".join(b"\0" + bytes((30, 120, 60)) * 24 for _ in range(24)), 0)
    return b"\x89PNG\r\n\x1a\n" + block(b"IHDR", struct.pack(">2I5B", 24, 24, 8, 2, 0, 0, 0)) + block(b"IDAT", data) + block(b"IEND", b"")


def excel_table(*, totals: bool = False, names: Sequence[str] = HEADINGS, right: int = RIGHT) -> Make:
    """An Excel table over the investments, with or without a row of totals."""

    def make(b: Base) -> None:
        columns: list[dict[str, Any]] = [{"header": n, "header_format": b.head} for n in names]
        if totals:
            columns[1]["total_string"] = "Summa"
            for n in range(7):
                value = sum(r[5][n] for r in ROWS if n < len(r[5]))
                columns[8 + n] |= {"total_function": "sum", "total_value": value}
        bottom = SUM_ROW - 1 if totals else LAST_ROW - 1
        b.sheet.add_table(HEADER_ROW - 1, 0, bottom, right - 1, {"name": "Investeringar", "columns": columns, "total_row": totals})

    return make


def second_table(b: Base) -> None:
    """Another Excel table right beside the investments."""
    b.sheet.add_table(3, RIGHT + 1, 7, RIGHT + 3, {"name": "Kontakter", "columns": [{"header": h} for h in ("Roll", "Enhet", "Datum")]})


def pivot_words(b: Base) -> None:
    """The cells of a pivot table on the second sheet."""
    for row, values in enumerate(
        (("Summa av Utgift", "I plan", None), ("Ägartyp", "ja", "Totalsumma"), ("nämnd", 10.0, 10.0), ("Totalsumma", 10.0, 10.0)), start=4
    ):
        for column, value in enumerate(values):
            b.notes.write(row, column, value)


def chart(kind: str, cell: str, *, sheet: bool = False) -> Make:
    """A chart over the amounts, on the sheet or on a sheet of its own."""

    def make(b: Base) -> None:
        made = b.book.add_chart({"type": kind})
        made.add_series({"categories": "=Budget!$B$5:$B$8", "values": "=Budget!$I$5:$I$8", "name": "2025"})
        made.set_title({"name": "Utgift 2025 (tkr)"})
        if sheet:
            b.book.add_chartsheet("Diagramblad").set_chart(made)
        else:
            b.sheet.insert_chart(cell, made)

    return make


def filtered(b: Base) -> None:
    """A filter in use: a row is filtered away."""
    b.sheet.autofilter(HEADER_ROW - 1, 0, LAST_ROW - 1, RIGHT - 1)
    b.sheet.filter_column(5, "x == ja")
    for row in (5, 7):
        b.sheet.set_row(row, None, None, {"hidden": True})


def merged_header(b: Base) -> None:
    """A merged heading above the years, in the row of the third title."""
    b.sheet.merge_range(2, 8, 2, 14, "Investeringsutgift (tkr)", b.head)


def notes(b: Base) -> None:
    """Old notes, also beside the table."""
    for cell in ("B5", "I5", "Z6"):
        b.sheet.write_comment(cell, f"Not vid {cell}", {"author": "Ekonom"})


def conditional(kind: str, **more: Any) -> Make:
    """A conditional format over the years."""
    return lambda b: b.sheet.conditional_format("I5:O8", {"type": kind, **more})


def colour_rule(b: Base) -> None:
    """A conditional format with a format of its own (dxf)."""
    red = b.book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
    b.sheet.conditional_format("I5:O8", {"type": "cell", "criteria": ">", "value": 5_000, "format": red})
    b.sheet.conditional_format("A5:X8", {"type": "formula", "criteria": '=$F5="nej"', "format": red})


def validation(b: Base) -> None:
    """Lists and limits."""
    b.sheet.data_validation("F5:F8", {"validate": "list", "source": ["ja", "nej"]})
    b.sheet.data_validation(
        "I5:O8", {"validate": "integer", "criteria": ">=", "value": 0, "input_title": "Utgift", "input_message": "Brutto"}
    )


def sparklines(b: Base) -> None:
    """Sparklines right beside the table."""
    for row in range(FIRST_ROW, LAST_ROW + 1):
        b.sheet.add_sparkline(row - 1, RIGHT, {"range": f"Budget!I{row}:O{row}", "type": "column"})


def links(b: Base) -> None:
    """Links out, within and by mail, and one by formula."""
    b.sheet.write_url("B5", "https://exempel.invalid/solceller", b.plain, "Solceller")
    b.sheet.write_url("B12", "internal:'Noter'!A1", None, "Till noterna")
    b.sheet.write_url("B13", "mailto:budget@exempel.invalid", None, "Budgetfunktionen")


def defined_names(b: Base) -> None:
    """Names of the workbook and of a sheet, print area and titles."""
    b.book.define_name("Utgifter", "=Budget!$I$5:$O$8")
    b.book.define_name("Noter!Fot", "=Noter!$A$1:$A$3")
    b.book.define_name("Moms", "=0.25")
    b.sheet.print_area("A1:X9")
    b.sheet.repeat_rows(3)
    b.sheet.repeat_columns("A:B")


def outline(b: Base) -> None:
    """Groups of rows and columns, some closed."""
    for row in range(4, 8):
        b.sheet.set_row(row, None, None, {"level": 1})
    b.sheet.set_column("R:S", 9, None, {"level": 1, "hidden": True})
    b.sheet.set_column("T:T", 9, None, {"collapsed": True})


def widths(b: Base) -> None:
    """Widths for every column to the end of the sheet, those to the right hidden."""
    b.sheet.set_column("A:X", 11.5)
    b.sheet.set_column("Y:XFD", 9, None, {"hidden": True})


def rich(b: Base) -> None:
    """A text in two formats."""
    b.sheet.write_rich_string("B14", "Obs: ", b.book.add_format({"bold": True, "color": "red"}), "preliminärt", " belopp")


def arrays(b: Base) -> None:
    """An array formula over several cells away from the table."""
    b.sheet.write_array_formula("AC12:AE12", "{=I5:K5*2}", b.money, 3_000)
    for column, value in ((29, 5_000), (30, 0)):
        b.sheet.write_number(11, column, value, b.money)


def spill(b: Base) -> None:
    """A dynamic array whose spill lies right beside the table."""
    b.sheet.write_dynamic_array_formula(4, RIGHT + 1, 7, RIGHT + 1, "=SORT(B5:B8)", b.plain, "Fjärrvärme <etapp 2>")
    for row, text in enumerate(("Laddplatser & elnät", "Solceller", "Våtmark"), start=5):
        b.sheet.write_string(row, RIGHT + 1, text, b.plain)


def occupied(b: Base) -> None:
    """The officer's own notes three columns right of the table."""
    for row in (4, 6):
        b.sheet.write_string(row, RIGHT + 2, "egen anteckning")


def beside_merged(b: Base) -> None:
    """Merged cells where new columns would stand."""
    b.sheet.merge_range(4, RIGHT + 1, 5, RIGHT + 3, "Sammanslagen ruta", b.plain)


def full_width(b: Base) -> None:
    """Merged cells all the way to the last column: no room."""
    b.sheet.merge_range(4, RIGHT + 1, 4, 16_383, "Hela bredden", b.plain)


def formatted_beside(b: Base) -> None:
    """Cells with a format and no content where new columns would stand."""
    for row in range(3, 9):
        for column in range(RIGHT, RIGHT + 6):
            b.sheet.write_blank(row, column, None, b.plain)


def protected_sheet(b: Base) -> None:
    """A protected sheet."""
    b.sheet.protect("", {"format_cells": True})


def protected_elsewhere(b: Base) -> None:
    """Protection on another sheet than the table's."""
    b.notes.protect("")


def hidden_sheets(b: Base) -> None:
    """A hidden and a very hidden sheet."""
    b.notes.hide()
    b.book.add_worksheet("Listor").very_hidden()


def shapes(b: Base) -> None:
    """A text box, and a button that runs nothing."""
    b.sheet.insert_textbox("B16", "Underlaget är preliminärt.", {"width": 220, "height": 50})
    b.sheet.insert_button("F16", {"caption": "Räkna om", "width": 90, "height": 28})


def checkboxes(b: Base) -> None:
    """Checkboxes in cells, of the new kind."""
    for row in range(3):
        b.notes.insert_checkbox(row + 5, 0, row == 1)


def pictures(b: Base) -> None:
    """A picture on the sheet, one in a cell, one in the header, one behind."""
    b.sheet.insert_image("B18", "a.png", {"image_data": BytesIO(picture())})
    b.notes.embed_image("C3", "b.png", {"image_data": BytesIO(picture())})
    b.sheet.set_header("&L&G&RBudget", {"image_left": "c.png", "image_data_left": BytesIO(picture())})
    b.notes.set_background(BytesIO(picture()))


def paper(b: Base) -> None:
    """Page breaks, margins, headers, scaling."""
    b.sheet.set_h_pagebreaks([9, 20])
    b.sheet.set_v_pagebreaks([8])
    b.sheet.set_landscape()
    b.sheet.set_paper(9)
    b.sheet.fit_to_pages(1, 0)
    b.sheet.set_footer("&LBudget&RSida &P av &N")


def views(b: Base) -> None:
    """Frozen panes, zoom, tab colour, no grid."""
    b.sheet.freeze_panes(4, 2)
    b.sheet.set_zoom(85)
    b.sheet.set_tab_color("#70AD47")
    b.sheet.hide_gridlines(2)
    b.notes.split_panes(15, 8.43)
    b.notes.right_to_left()


def kinds_of_cells(b: Base) -> None:
    """Dates, truth, errors, long and odd texts."""
    b.notes.write_datetime("A5", datetime(2025, 3, 14), b.book.add_format({"num_format": "yyyy-mm-dd"}))
    b.notes.write_boolean("A6", True)
    b.notes.write_formula("A7", "=1/0", None, "#DIV/0!")
    b.notes.write_string("A8", "x" * 32_000)
    b.notes.write_string("A9", "  blanksteg \n radbrytning\ttabb  ")
    b.notes.write_string("A10", "=1+1")
    b.sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def many_sheets(b: Base) -> None:
    """Ten more sheets with formulas into the table."""
    for n in range(10):
        b.book.add_worksheet(f"Avdelning {n + 1}").write_formula("A1", "=Budget!I5*2", None, 3_000)


def document(b: Base) -> None:
    """Properties of the document."""
    b.book.set_custom_property("Ärende", "2025/00000")
    b.book.set_custom_property("Klart", True)
    b.book.read_only_recommended()
