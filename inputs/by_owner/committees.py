"""The workbooks of the two committees with the most investments."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO

from portfolio.records import Investment, Portfolio

from .features import Comment, chain, placeholder, printer, threads
from .parts import Parts
from .table import OUTLAYS, YEARS, Column, Officer, Style, Table, year_field

_AREAS = (
    ("Kollektivtrafik och cykel", ("T-01", "T-02", "T-03", "T-08", "T-09", "T-10")),
    ("Laddning och fordon", ("T-05", "T-06")),
    ("Gatubelysning", ("B-01", "B-07")),
    ("Arbetsmaskiner och masshantering", ("M-01", "M-02", "M-03")),
    ("Grönska och våtmarker", ("K-01", "K-02")),
)
_SPENT_2024 = {"T-01": 96_400, "T-02": 12_250, "T-03": 38_700}
_THREADS = (
    Comment("C9", "Controller stadsbyggnadsförvaltningen", "Tidplanen är avstämd med Trafikverket i februari."),
    Comment("C9", "Budgetekonom stadsledningsförvaltningen", "Tack, då ligger beloppen fast.", "2025-03-17T13:05:00.00"),
    Comment("K16", "Budgetekonom stadsledningsförvaltningen", "Kan delar av utgiften skjutas till 2027?", "2025-03-18T10:12:00.00", True),
)


def by_id(portfolio: Portfolio, ids: Sequence[str]) -> list[Investment]:
    """Investments in the officer's order."""
    known = portfolio.by_id()
    return [known[i] for i in ids]


def urban_planning(portfolio: Portfolio) -> bytes:
    """Stadsbyggnadsnämnden: tkr, merged headings, areas with subtotals, threads, data bars, a chart, printer settings."""
    officer = Officer(Style("tkr", head="#E2EFDA"), "Stadsbyggnadsnämndens investeringsbudget")
    sheet = officer.sheet("Investeringsbudget", 3)
    columns = [
        *(
            Column("id", "Projektnr", 9),
            Column("sector", "Område", 17),
            Column("name", "Projekt", 58),
            Column("emission_sector", "Utsläppssektor", 14),
        ),
        *(Column("in_plan", "I plan", 6), Column("status", "Status", 10), Column("earliest_start", "Tidigast start", 8)),
        *(Column("latest_start", "Senast start", 8), Column("history", "Utfall 2024", 9)),
        *(Column(year_field(y), str(y), 9) for y in YEARS),
        *(Column("later", "Därefter", 9), Column("total", "Totalutgift", 10)),
        *(Column("grant", "Investeringsbidrag (tkr)", 17), Column("grant_status", "Status bidrag", 10)),
        *(Column("operating", "Driftkonsekvens per år (tkr)", 13), Column("life", "Avskrivningstid (år)", 16)),
        *(
            Column("tonnes", "Ton CO2e\nper år", 9),
            Column("removal_tonnes", "Varav upptag", 8),
            Column("counts_to_target", "Räknas mot 2030", 8),
        ),
        *(Column("bond_tonnes", "Ton för obligations-\nrapport", 11), Column("ramp", "Upptrappning", 18), Column("scope", "Scope", 6)),
        *(
            Column("requires", "Kräver", 8),
            Column("overlap_group", "Överlappsgrupp", 11),
            Column("outlay_uncertainty", "Osäkerhet utgift ± %", 9),
        ),
        *(Column("tonnes_uncertainty", "Osäkerhet ton ± %", 9), Column("bond_category", "Obligationskategori", 10)),
        *(Column("source", "Källa", 30), Column("comment", "Kommentar", 40)),
    ]
    officer.title(sheet, 0, "Stadsbyggnadsnämnden – investeringsbudget 2025 och plan 2026–2031", 16)
    sheet.write_string(
        1, 0, "Klimatåtgärder, underlag till budgetberedningen. Bruttoutgifter exklusive moms. Belopp i tkr.", officer.look(italic=True)
    )
    officer.lines(sheet, 2, [("Nämnd:", "Stadsbyggnadsnämnden"), ("Ägartyp:", "nämnd")])
    officer.lines(sheet, 2, [("Rådighet:", "stad"), ("Prisnivå:", 2025)], 3)
    table = Table(officer, sheet, columns)
    groups = [("Projekt", "id", "emission_sector"), ("Beslutsläge och tid", "in_plan", "latest_start")]
    groups += [("Investeringsutgift (tkr)", "history", "total"), ("Finansiering", "grant", "grant_status"), ("Drift", "operating", "life")]
    groups += [("Klimateffekt", "tonnes", "scope"), ("Samband", "requires", "overlap_group")]
    table.groups(5, [*groups, ("Osäkerhet", "outlay_uncertainty", "tonnes_uncertainty"), ("Underlag", "bond_category", "comment")])
    table.headings(6)
    last, sums = _areas(table, portfolio)
    sheet.write_string(
        last + 2, 0, "Utfall 2024 enligt bokslut. Utgifterna är nämndens egen fasning.", officer.look(italic=True, font_size=8)
    )
    sheet.freeze_panes(7, 3)
    sheet.repeat_rows(5, 6)
    table.print_area(last + 2)
    bar = {"type": "data_bar", "bar_color": "#A9D08E", "data_bar_2010": True, "bar_solid": True}
    sheet.conditional_format(7, table.at("tonnes"), last, table.at("tonnes"), bar)
    sheet.conditional_format(7, table.at("total"), last, table.at("total"), {"type": "3_color_scale"})
    for c in dict.fromkeys(_first(_THREADS)):
        text, author = placeholder(c)
        sheet.write_comment(c.cell, text, {"author": author, "x_scale": 2.5})
    officer.book.define_name("Utgift_2025", f"=Investeringsbudget!$J$8:$J${last + 1}")
    _diagram(officer, table, portfolio, sums)
    parts = Parts(officer.saved())
    threads(parts, "Investeringsbudget", _THREADS)
    printer(parts, "Investeringsbudget")
    chain(parts)
    return parts.zipped()


def _first(comments: Sequence[Comment]) -> list[Comment]:
    """The comments that open a thread."""
    return list({c.cell: c for c in reversed(comments)}.values())


def _areas(table: Table, portfolio: Portfolio) -> tuple[int, dict[str, int]]:
    """Rows by area with a subtotal each, and the grand total; returns its row and those of the subtotals."""
    row, sums, first = 7, {}, 7
    for area, ids in _AREAS:
        table.heading(row, area)
        start = row + 1
        for row, i in enumerate(by_id(portfolio, ids), start=start):
            table.investment(row, i, {"history": _SPENT_2024.get(i.id)})
        table.sums(row + 1, f"Delsumma {area[0].lower()}{area[1:]}", start, row)
        sums[area] = row + 1
        row += 2
    table.sums(row, "Summa stadsbyggnadsnämnden", first, row - 1, list(sums.values()))
    return row, sums


def _diagram(officer: Officer, table: Table, portfolio: Portfolio, sums: dict[str, int]) -> None:
    sheet = officer.sheet("Diagram")
    sheet.set_column(0, 0, 34)
    officer.title(sheet, 0, "Utgift per område och år (tkr)", 14)
    sheet.write_string(2, 0, "Område", officer.head)
    for n, year in enumerate(YEARS, start=1):
        sheet.write_number(2, n, year, officer.head)
    chart = officer.book.add_chart({"type": "column", "subtype": "stacked"})
    for row, (area, ids) in enumerate(_AREAS, start=3):
        sheet.write_string(row, 0, area, officer.look())
        for n, year in enumerate(YEARS, start=1):
            value = table.total(year_field(year), by_id(portfolio, ids))
            formula = f"=Investeringsbudget!{table.letter(year_field(year))}{sums[area] + 1}"
            sheet.write_formula(row, n, formula, officer.look(num_format="#,##0"), float(value))
        spot = {"name": ["Diagram", row, 0], "categories": ["Diagram", 2, 1, 2, 7], "values": ["Diagram", row, 1, row, 7]}
        chart.add_series(spot)
    chart.set_title({"name": "Investeringsutgift per område"})
    chart.set_y_axis({"name": "tkr", "num_format": "#,##0"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 860, "height": 380})
    sheet.insert_chart("A11", chart)


def _logo() -> bytes:
    """A picture: a green field with a white roof, 96 × 64, as PNG with stored data so that the bytes are always the same."""
    width, height = 96, 64
    rows = b""
    for y in range(height):
        line = bytes(1 if (abs(x - 48) <= (y - 12) * 2 and 12 <= y < 28) or (24 <= x < 72 and 28 <= y < 52) else 0 for x in range(width))
        rows += b"\0" + line

    def block(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">2I5B", width, height, 8, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + block(b"IHDR", head)
        + block(b"PLTE", b"\x2e\x7d\x32\xff\xff\xff")
        + block(b"IDAT", zlib.compress(rows, 0))
        + block(b"IEND", b"")
    )


_DEPARTMENTS = (("Energi", 7, ("B-02", "B-03", "B-06")), ("Fordon och laddning", 8, ("T-04",)), ("Återbruk", 10, ("B-08",)))


def property_committee(portfolio: Portfolio) -> bytes:
    """Fastighetsnämnden: mnkr, one department a sheet, line-broken year headings, a picture, old notes, sparklines."""
    style = Style("mnkr", font="Arial", size=9, head="#1F3864", ink="#FFFFFF", band="#D9E1F2", percent=True)
    officer = Officer(style, "Fastighetsnämnden, investeringar")
    sheet = officer.sheet("Läs mig")
    sheet.set_column(0, 0, 100)
    sheet.set_row(0, 52)
    sheet.insert_image(
        "A1", "logo.png", {"image_data": BytesIO(_logo()), "object_position": 1, "description": "Fastighetsförvaltningens märke"}
    )
    text = (
        "Fastighetsförvaltningens underlag till investeringsbudget 2025–2031",
        "",
        "En avdelning per blad. Belopp i mnkr, brutto, exklusive moms.",
    )
    for row, line in enumerate(text, start=1):
        sheet.write_string(row, 0, line, officer.look(bold=row == 1, font_size=14 if row == 1 else 10))
    tables = [_department(officer, name, top, by_id(portfolio, ids)) for name, top, ids in _DEPARTMENTS]
    _summary(officer, tables, portfolio)
    parts = Parts(officer.saved())
    return parts.zipped()


def _department(officer: Officer, name: str, top: int, chosen: list[Investment]) -> Table:
    sheet = officer.sheet(name, 3)
    columns = [
        *(Column("id", "Nr", 7), Column("name", "Åtgärd", 48), Column("status", "Status", 11), Column("in_plan", "I planen", 8)),
        *(Column("earliest_start", "Start\ntidigast", 8), Column("latest_start", "Start\nsenast", 8)),
        *(Column(year_field(y), f"{'Budget' if y == 2025 else 'Plan'}\n{y}", 8) for y in YEARS),
        *(Column("trend", "", 12), Column("grant", "Statsbidrag", 10), Column("grant_status", "Bidragsstatus", 11)),
        *(
            Column("operating", "Driftkonsekvens\n(mnkr/år)", 13),
            Column("life", "Nyttjandeperiod\n(år)", 13),
            Column("tonnes", "CO2-effekt\n(ton/år)", 10),
        ),
        *(
            Column("counts_to_target", "Räknas mot målet", 10),
            Column("bond_tonnes", "Undvikna utsläpp\n(ton/år)", 13),
            Column("ramp", "Upptrappning", 16),
        ),
        *(Column("scope", "Scope", 7), Column("emission_sector", "Utsläppssektor", 14), Column("sector", "Verksamhet", 13)),
        *(
            Column("bond_category", "Hållbar obligation", 11),
            Column("requires", "Förutsättningar", 13),
            Column("overlap_group", "Överlappsgrupp", 12),
        ),
        *(Column("outlay_uncertainty", "Osäkerhet\nutgift", 9), Column("tonnes_uncertainty", "Osäkerhet\nton", 9)),
        *(Column("source", "Källa", 30), Column("comment", "Anmärkning", 40)),
    ]
    officer.title(sheet, 0, f"Fastighetsförvaltningen – {name.lower()}", 14)
    for row, line in enumerate(
        ("Nämnd: Fastighetsnämnden", "Ägartyp: nämnd", "Rådighet: stad", "Prisnivå: 2025", "Varav upptag: 0"), start=1
    ):
        sheet.write_string(row, 0, line, officer.look())
    sheet.write_string(1, 6, "Enhet: mnkr", officer.look(bold=True))
    table = Table(officer, sheet, columns)
    table.headings(top, 38)
    for row, i in enumerate(chosen, start=top + 1):
        table.investment(row, i)
    last = top + len(chosen)
    if len(chosen) > 1:
        table.sums(last + 1, f"Summa {name.lower()}", top + 1, last)
    span = f"{table.letter('y2025')}{{0}}:{table.letter('y2031')}{{0}}"
    for row in range(top + 1, last + 1):
        sheet.add_sparkline(
            row, table.at("trend"), {"range": f"'{name}'!{span.format(row + 1)}", "type": "column", "series_color": "#1F3864"}
        )
    note = {"author": "Ekonom fastighetsförvaltningen", "x_scale": 1.6}
    sheet.write_comment(top, table.at("operating"), "Minus är lägre driftkostnad.", note)
    sheet.write_comment(top + 1, table.at("y2025"), "Enligt beslutad budget 2025.", note)
    states = {"validate": "list", "source": ["beviljat", "sökt", "möjligt", "inget"], "ignore_blank": True}
    sheet.data_validation(top + 1, table.at("grant_status"), last, table.at("grant_status"), states)
    sheet.freeze_panes(top + 1, 2)
    table.print_area(last + 1)
    return table


def _summary(officer: Officer, tables: list[Table], portfolio: Portfolio) -> None:
    sheet = officer.sheet("Sammanställning")
    sheet.set_column(0, 0, 26)
    officer.title(sheet, 0, "Sammanställning per avdelning (mnkr)", 14)
    fields = [f for f in OUTLAYS if f != "later"]
    for n, text in enumerate(("Avdelning", *(str(y) for y in YEARS), "Totalt")):
        sheet.write_string(2, n, text, officer.head)
    money = officer.look(num_format=officer.style.money)
    sums = [Decimal(0)] * (len(fields) + 1)
    for row, ((name, _, ids), table) in enumerate(zip(_DEPARTMENTS, tables, strict=True), start=3):
        chosen = by_id(portfolio, ids)
        sheet.write_string(row, 0, name, officer.look())
        values = [table.total(f, chosen) for f in fields]
        first, last = min(table.rows.values()) + 1, max(table.rows.values()) + 1
        for n, (f, value) in enumerate(zip(fields, values, strict=True), start=1):
            letter = table.letter(f)
            sheet.write_formula(row, n, f"=SUM('{name}'!{letter}{first}:{letter}{last})", money, float(value))
        values.append(sum(values, Decimal(0)))
        sheet.write_formula(row, len(fields) + 1, f"=SUM(B{row + 1}:H{row + 1})", money, float(values[-1]))
        sums = [a + b for a, b in zip(sums, values, strict=True)]
    row = 3 + len(tables)
    bold = officer.look(num_format=officer.style.money, bold=True, top=1)
    sheet.write_string(row, 0, "Summa fastighetsnämnden", officer.look(bold=True, top=1))
    for n, value in enumerate(sums, start=1):
        letter = "ABCDEFGHI"[n]
        sheet.write_formula(row, n, f"=SUM({letter}4:{letter}{row})", bold, float(value))
