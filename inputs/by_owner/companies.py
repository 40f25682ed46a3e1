"""The four companies' workbooks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from portfolio.records import Investment, Portfolio

from .committees import by_id
from .features import checkbox, protected_range, table_slicer
from .parts import Parts
from .pivot import Pivot, add_pivot
from .table import YEARS, Column, Officer, Style, Table, year_field
from .vba import vba_project

_ENERGY = ("W-01", "F-01", "T-07", "T-13", "F-02", "F-03", "F-04", "F-05", "F-06", "F-07", "F-08", "H-02", "T-11")
_MACRO = """Option Explicit

Sub VisaSumma()
    MsgBox "Summa utgifter (tkr): " & Format(Worksheets("Investeringar NSR").Range("NSR_summa").Value, "#,##0")
End Sub
"""


def energy(portfolio: Portfolio) -> bytes:
    """Öresundskraft: MSEK, money and climate effect on sheets of their own, own letters for the plan, a pivot table."""
    style = Style(
        "mnkr", words={"in_plan": {"ja": "B", "nej": "F"}}, font="Segoe UI", size=9, head="#FFE699", ids_mark=", ", ramp_mark=" | "
    )
    officer = Officer(style, "Öresundskraft investeringsplan")
    chosen = by_id(portfolio, _ENERGY)
    sheet = officer.sheet("Investeringsplan", 3)
    columns = [
        *(Column("id", "Projekt-ID", 9), Column("name", "Projekt", 66), Column("sector", "Område", 18), Column("in_plan", "Läge", 6)),
        *(Column("total", "Total", 10), Column("status", "Status", 11), Column("earliest_start", "Tidigast start", 8)),
        Column("latest_start", "Senast start", 8),
        *(Column(year_field(y), f"{'B' if y == 2025 else 'P'}{y % 100}", 9) for y in YEARS),
        *(Column("later", "Efter 2031", 9), Column("grant", "Bidrag", 9), Column("grant_status", "Bidragsstatus", 11)),
        *(Column("operating", "Driftkonsekvens", 13), Column("life", "Avskrivningstid", 12), Column("price_level", "Prisnivå", 8)),
        *(Column("outlay_uncertainty", "Osäkerhet utgift ± %", 10), Column("bond_category", "Obligationskategori", 11)),
        *(Column("taxonomy", "EU-taxonomi", 13), Column("requires", "Kräver", 14), Column("alternatives", "Alternativgrupp", 14)),
        *(Column("source", "Källa", 36), Column("comment", "Kommentar", 60)),
    ]
    officer.title(sheet, 0, "Öresundskraft AB – investeringsplan 2025–2031", 14)
    officer.lines(sheet, 1, [("Bolag:", "Öresundskraft AB"), ("Ägartyp:", "bolag"), ("Rådighet:", "stad"), ("Belopp i MSEK", None)])
    sheet.write_string(4, 3, "Läge: B = beslutad plan, F = förslag", officer.look(italic=True))
    table = Table(officer, sheet, columns)
    table.headings(6, 32)
    for row, i in enumerate(chosen, start=7):
        table.investment(row, i)
    last = 6 + len(chosen)
    table.sums(last + 1, "Totalt", 7, last)
    sheet.freeze_panes(7, 2)
    table.print_area(last + 1)
    plan = {
        "type": "cell",
        "criteria": "==",
        "value": '"B"',
        "format": officer.book.add_format({"bg_color": "#C6EFCE", "font_color": "#006100"}),
    }
    sheet.conditional_format(7, table.at("in_plan"), last, table.at("in_plan"), plan)
    sheet.data_validation(7, table.at("in_plan"), last, table.at("in_plan"), {"validate": "list", "source": ["B", "F"]})
    officer.book.define_name("Plan_total", f"=Investeringsplan!$E$8:$E${last + 1}")
    _effects(officer, chosen)
    pivot = _pivot(officer, chosen, last)
    parts = Parts(officer.saved())
    add_pivot(parts, "Pivot", pivot)
    return parts.zipped()


def _effects(officer: Officer, chosen: list[Investment]) -> None:
    """The climate effects, in another order and with only the ids in common."""
    sheet = officer.sheet("Klimateffekt")
    columns = [
        *(Column("id", "Projekt-ID", 9), Column("emission_sector", "Utsläppssektor", 18), Column("tonnes", "Ton CO2e per år", 12)),
        *(Column("removal_tonnes", "Varav upptag", 10), Column("counts_to_target", "Räknas mot 2030", 10)),
        *(Column("bond_tonnes", "Ton för obligationsrapport", 14), Column("ramp", "Upptrappning", 26), Column("scope", "Scope", 7)),
        *(Column("overlap_group", "Överlappsgrupp", 13), Column("tonnes_uncertainty", "Osäkerhet ton ± %", 11)),
    ]
    officer.title(sheet, 0, "Klimateffekt vid full drift, ton CO2e per år", 14)
    table = Table(officer, sheet, columns)
    table.headings(2, 32)
    for row, i in enumerate(sorted(chosen, key=lambda i: (-i.tonnes, i.id)), start=3):
        table.investment(row, i)
    scale = {"type": "data_bar", "bar_color": "#FFC000", "data_bar_2010": True}
    sheet.conditional_format(3, 2, 2 + len(chosen), 2, scale)
    sheet.freeze_panes(3, 1)


def _pivot(officer: Officer, chosen: list[Investment], last: int) -> Pivot:
    """The sheet with what the pivot table shows, and its description."""
    sheet = officer.sheet("Pivot")
    sheet.set_column(0, 0, 24)
    records = [(i.id, i.name, i.sector, "B" if i.in_plan else "F", float(Decimal(i.total_outlay) / 1_000_000)) for i in chosen]
    fields = ("Projekt-ID", "Projekt", "Område", "Läge", "Total")
    pivot = Pivot(("Investeringsplan", f"A7:E{last + 1}"), fields, records, 2, 3, 4, "A3:D" + str(5 + len({r[2] for r in records})))
    bold, money = officer.look(bold=True, bg_color="#DDEBF7"), officer.look(num_format="#,##0.00")
    strong = officer.look(bold=True, num_format="#,##0.00", bg_color="#DDEBF7")
    officer.title(sheet, 0, "Utgift per område och läge (MSEK)", 14)
    sheet.write_string(2, 0, "Summa av Total", bold)
    sheet.write_string(2, 1, "Läge", bold)
    rows, columns = pivot.items(2), pivot.items(3)
    for n, text in enumerate(("Område", *columns, "Totalsumma")):
        sheet.write_string(3, n, text, bold)
    sums = pivot.sums()
    for r, word in enumerate((*rows, "Totalsumma"), start=4):
        sheet.write_string(r, 0, word, bold if word == "Totalsumma" else officer.look())
        for n, column in enumerate((*columns, "Totalsumma"), start=1):
            matching = [v for (a, b), v in sums.items() if word in (a, "Totalsumma") and column in (b, "Totalsumma")]
            if matching:
                sheet.write_number(r, n, sum(matching), strong if "Totalsumma" in (word, column) else money)
    return pivot


def waste(portfolio: Portfolio) -> bytes:
    """NSR: a macro workbook, tkr with a minus before outlays, a checkbox of the old kind."""
    style = Style("tkr", sign=-1, font="Verdana", size=9, head="#EDEDED", ramp_mark="; ", words={"in_plan": {"ja": "J", "nej": "N"}})
    officer = Officer(style, "NSR investeringar")
    sheet = officer.sheet("Investeringar NSR", 3)
    columns = [
        *(Column("id", "Projektnr", 9), Column("name", "Benämning", 46), Column("status", "Status", 11), Column("in_plan", "I planen", 8)),
        *(Column("earliest_start", "Start tidigast", 8), Column("latest_start", "Start senast", 8)),
        *(Column(year_field(y), f"{'Prognos' if y == 2025 else 'Plan'} {y}", 10) for y in YEARS),
        *(Column("total", "Totalt", 11), Column("grant", "Investeringsbidrag", 17), Column("grant_status", "Bidragsstatus", 11)),
        *(Column("operating", "Driftkonsekvens per år", 12), Column("life", "Livslängd", 9), Column("tonnes", "Utsläppsminskning", 12)),
        *(
            Column("removal_tonnes", "Upptag", 8),
            Column("counts_to_target", "Räknas mot målet", 9),
            Column("bond_tonnes", "Undvikna utsläpp", 10),
        ),
        *(Column("ramp", "Upptrappning", 17), Column("scope", "Scope", 7), Column("bond_category", "Obligationskategori", 10)),
        *(Column("sector", "Verksamhet", 17), Column("emission_sector", "Utsläppssektor", 13), Column("requires", "Beroende", 9)),
        *(Column("overlap_group", "Överlappsgrupp", 12), Column("outlay_uncertainty", "Osäkerhet utgift", 10)),
        *(Column("tonnes_uncertainty", "Osäkerhet ton", 10), Column("source", "Källor", 24), Column("comment", "Anmärkning", 40)),
    ]
    officer.title(sheet, 0, "NSR AB", 16)
    sheet.write_string(1, 0, "Investeringsbudget och plan, belopp i tkr", officer.look(bold=True))
    lines = [("Bolag: NSR AB", None), ("Ägartyp: bolag", None), ("Rådighet: stad", None), ("Prisnivå: 2025", None)]
    officer.lines(sheet, 2, lines)
    sheet.write_string(
        2, 6, "Teckenregel: utgifter anges med minus. Driftkonsekvens: plus är kostnad, minus är besparing.", officer.look(italic=True)
    )
    table = Table(officer, sheet, columns)
    table.headings(7, 36)
    for row, i in enumerate(by_id(portfolio, ("A-01", "A-02", "A-03", "A-04", "A-05", "K-03")), start=8):
        table.investment(row, i)
    table.sums(15, "Summa", 8, 13)
    table.print_area(15)
    officer.book.define_name("NSR_summa", f"='Investeringar NSR'!${table.letter('total')}$16")
    check = officer.sheet("Checklista")
    check.set_column(0, 0, 50)
    officer.title(check, 0, "Checklista före inlämning", 14)
    check.write_string(2, 0, "Styrelsen har behandlat underlaget", officer.look())
    check.write_boolean(2, 3, True, officer.look(font_color="#808080"))
    names = ("Blad1", "Blad2")
    officer.book.add_vba_project(BytesIO(vba_project(names, "Modul1", _MACRO)), is_stream=True)
    officer.book.set_vba_name("ThisWorkbook")
    for name, one in zip(names, (sheet, check), strict=True):
        one.set_vba_name(name)
    parts = Parts(officer.saved())
    checkbox(parts, "Checklista", "Behandlat", "$D$3", (1, 2, 3, 3))
    return parts.zipped()


def housing(portfolio: Portfolio) -> bytes:
    """Helsingborgshem: tkr, an Excel table with a totals row and a slicer, a hidden row, a protected range."""
    officer = Officer(Style("tkr", head="#C00000", ink="#FFFFFF"), "Helsingborgshem, klimatinvesteringar")
    sheet = officer.sheet("Projekt", 3)
    columns = [
        *(Column("id", "ID", 8), Column("name", "Projektnamn", 40), Column("status", "Status", 14), Column("in_plan", "I plan", 8)),
        *(Column("earliest_start", "Tidigast start", 9), Column("latest_start", "Senast start", 9)),
        *(Column(year_field(y), f"År {y}", 10) for y in YEARS),
        *(Column("grant", "Bidrag", 9), Column("grant_status", "Bidragsstatus", 11), Column("operating", "Driftkonsekvens per år", 13)),
        Column("life", "Nyttjandeperiod", 13),
        *(
            Column("tonnes", "Ton per år", 9),
            Column("counts_to_target", "Räknas mot målet", 10),
            Column("bond_tonnes", "Ton för obligationsrapport", 13),
        ),
        *(Column("ramp", "Upptrappning", 16), Column("scope", "Scope", 7), Column("sector", "Verksamhet", 12)),
        *(Column("emission_sector", "Utsläppssektor", 14), Column("bond_category", "Hållbar obligation", 11)),
        *(Column("overlap_group", "Överlappsgrupp", 13), Column("outlay_uncertainty", "Osäkerhet utgift ± %", 11)),
        *(Column("tonnes_uncertainty", "Osäkerhet ton ± %", 11), Column("source", "Källa", 30), Column("comment", "Kommentar", 40)),
    ]
    officer.title(sheet, 0, "AB Helsingborgshem – klimatinvesteringar", 16, font_color="#C00000")
    sheet.write_string(1, 0, "Belopp i tkr", officer.look(italic=True))
    officer.lines(sheet, 2, [("Bolag:", "AB Helsingborgshem"), ("Ägartyp:", "bolag")])
    officer.lines(sheet, 2, [("Rådighet:", "stad"), ("Prisnivå:", 2025), ("Varav upptag:", 0)], 2)
    table = Table(officer, sheet, columns)
    top = 11
    table.headings(top, 32)
    ended: dict[str, Any] = {"id": "B-00", "name": "Solceller etapp 1 (avslutat)", "status": "beslutad", "in_plan": "ja", "y2025": 1_200}
    for column in columns:
        if column.field in ended:
            sheet.write(top + 1, table.at(column.field), ended[column.field], officer.look(font_color="#808080"))
    sheet.set_row(top + 1, None, None, {"hidden": True})
    chosen = by_id(portfolio, ("B-04", "B-05"))
    for row, i in enumerate(chosen, start=top + 2):
        table.investment(row, i)
    _excel_table(officer, table, top, chosen)
    sheet.freeze_panes(top + 1, 2)
    table.print_area(top + 2 + len(chosen))
    parts = Parts(officer.saved())
    protected_range(parts, "Projekt", "Utgifter", f"{table.letter('y2025')}13:{table.letter('y2031')}15")
    table_slicer(parts, "Projekt", 1, table.at("status") + 1, "Status", (8, 0, 11, 10))
    return parts.zipped()


def _excel_table(officer: Officer, table: Table, top: int, chosen: list[Investment]) -> None:
    """The Excel table over the rows, with the sums of the visible ones below."""
    described: list[dict[str, Any]] = []
    for column in table.columns:
        spot: dict[str, Any] = {"header": column.header, "header_format": officer.head}
        if column.field in [year_field(y) for y in YEARS]:
            total = float(table.total(column.field, chosen))
            spot |= {"total_function": "sum", "total_value": total, "format": officer.look(num_format=officer.style.money)}
        elif column.field == "name":
            spot |= {"total_string": "Summa"}
        described.append(spot)
    bottom = top + 2 + len(chosen)
    options = {"name": "Klimatprojekt", "columns": described, "total_row": True, "style": "Table Style Light 10"}
    table.sheet.add_table(top, 0, bottom, len(table.columns) - 1, options)


def port(portfolio: Portfolio) -> bytes:
    """Helsingborgs Hamn: mnkr, years as dates, one project with its parts below, notes, cell checkboxes."""
    officer = Officer(Style("mnkr", font="Times New Roman", size=11, head="#BDD7EE", ramp_mark=" | "), "Helsingborgs Hamn, investering")
    sheet = officer.sheet("Hamnen", 3)
    columns = [
        *(
            Column("id", "Nr", 7),
            Column("name", "Investeringsprojekt", 52),
            Column("control", "Rådighet", 9),
            Column("in_plan", "I plan", 7),
        ),
        *(Column("status", "Status", 11), Column("earliest_start", "Tidigast start", 9), Column("latest_start", "Senast start", 9)),
        *(Column(year_field(y), str(y), 9) for y in YEARS),
        *(Column("total", "Bruttoutgift", 11), Column("grant", "Statsbidrag", 11), Column("grant_status", "Status bidrag", 11)),
        *(Column("operating", "Driftkonsekvenser per år", 14), Column("life", "Nyttjandeperiod", 13), Column("tonnes", "Klimateffekt", 10)),
        *(
            Column("removal_tonnes", "Varav upptag", 9),
            Column("counts_to_target", "Räknas mot 2030", 10),
            Column("bond_tonnes", "Ton effektrapport", 10),
        ),
        *(Column("ramp", "Upptrappning", 18), Column("scope", "Scope", 7), Column("sector", "Verksamhet", 11)),
        *(
            Column("emission_sector", "Utsläppssektor", 15),
            Column("bond_category", "Obligationskategori", 11),
            Column("requires", "Kräver", 8),
        ),
        *(Column("outlay_uncertainty", "Osäkerhet utgift ± %", 11), Column("tonnes_uncertainty", "Osäkerhet ton ± %", 11)),
        *(Column("price_level", "Prisnivå", 8), Column("source", "Källa", 16), Column("comment", "Kommentar", 24)),
    ]
    officer.title(sheet, 1, "Helsingborgs Hamn AB", 18, column=1)
    sheet.write_string(2, 1, "Investeringsbehov i hamnen, mnkr", officer.look(italic=True, font_size=12))
    sheet.write_string(3, 1, "Bolag: Helsingborgs Hamn AB", officer.look())
    sheet.write_string(4, 1, "Ägartyp: bolag", officer.look())
    table = Table(officer, sheet, columns, left=1)
    table.headings(6, 34)
    year_look = officer.look(bold=True, border=1, bg_color=officer.style.head, num_format="yyyy", align="center", valign="vcenter")
    for year in YEARS:
        sheet.write_datetime(6, table.at(year_field(year)), date(year, 1, 1), year_look)
    investment = by_id(portfolio, ("T-12",))[0]
    table.investment(8, investment)
    _parts_of(officer, table, investment)
    sheet.write_comment(8, table.at("y2026"), "Upphandling hösten 2026.", {"author": "Ekonom Helsingborgs Hamn"})
    for row, text in enumerate(
        ("Anmärkningar", "1. Elanslutning förutsätter förstärkt elnät (T-13).", "2. Bidrag söks hos Klimatklivet."), start=14
    ):
        sheet.write_string(row, 1, text, officer.look(bold=row == 14, font_size=10))
    table.print_area(16)
    tasks = officer.sheet("Att göra")
    tasks.set_column(1, 1, 46)
    for row, (text, done) in enumerate((("Kalkyl granskad", True), ("Bidragsansökan inlämnad", False))):
        tasks.insert_checkbox(row, 0, done)
        tasks.write_string(row, 1, text, officer.look())
    return Parts(officer.saved()).zipped()


def _parts_of(officer: Officer, table: Table, investment: Investment) -> None:
    """`varav` rows: parts of the amounts above, never to be added."""
    shares = (("varav landström", Decimal("0.6")), ("varav terminalmaskiner", Decimal("0.4")))
    look = officer.look(italic=True, num_format=officer.style.money, font_color="#595959")
    for row, (text, share) in enumerate(shares, start=9):
        table.sheet.write_string(row, table.at("name"), text, officer.look(italic=True, indent=1, font_color="#595959"))
        for year, kronor in enumerate(investment.outlay, start=investment.proposed_start):
            table.sheet.write_number(row, table.at(year_field(year)), float(share * kronor / 1_000_000), look)
