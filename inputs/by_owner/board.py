"""The executive board's workbook, with the overlaps of all owners."""

from __future__ import annotations

from portfolio.records import Portfolio

from .committees import by_id
from .features import custom_xml, label, list_elsewhere
from .parts import Parts
from .table import YEARS, Column, Officer, Style, Table, Value, put, year_field


def executive_board(portfolio: Portfolio) -> bytes:
    """Kommunstyrelsen: kronor, amounts as text, the overlaps of all owners, lists on a hidden sheet, a label, custom XML."""
    officer = Officer(Style("kr", font="Calibri", size=11, head="#FCE4D6"), "Kommunstyrelsens investeringar")
    sheet = officer.sheet("KS investeringar", 3)
    columns = [
        *(
            Column("id", "Projektnummer", 14),
            Column("name", "Projektnamn", 44),
            Column("owner", "Nämnd", 18),
            Column("owner_type", "Typ av ägare", 11),
        ),
        *(Column("control", "Rådighet", 10), Column("in_plan", "I plan (ja/nej)", 9), Column("status", "Status", 12)),
        *(Column("earliest_start", "Tidigaste start", 10), Column("latest_start", "Senaste start", 10)),
        *(Column(year_field(y), str(y), 12) for y in YEARS),
        *(
            Column("grant", "Investeringsbidrag", 17),
            Column("grant_status", "Bidragsstatus", 13),
            Column("operating", "Driftkonsekvenser per år", 16),
        ),
        *(Column("life", "Avskrivningstid", 15), Column("tonnes", "Ton CO2e per år", 10), Column("removal_tonnes", "Varav upptag", 9)),
        *(Column("counts_to_target", "Räknas mot 2030", 10), Column("ramp", "Upptrappning", 13), Column("sector", "Verksamhet", 20)),
        *(
            Column("emission_sector", "Utsläppssektor", 14),
            Column("outlay_uncertainty", "Osäkerhet utgift ± %", 11),
            Column("price_level", "Prisnivå", 9),
        ),
        *(Column("source", "Källa", 22), Column("comment", "Kommentar", 60), Column("capitalised", "Får aktiveras", 10)),
    ]
    officer.title(sheet, 0, "Kommunstyrelsen", 18)
    sheet.write_string(1, 0, "Äskande investeringsmedel 2025–2031, möjliggörare och förstudier", officer.look(font_size=12))
    sheet.write_string(2, 0, "Belopp i kronor", officer.look(bold=True))
    table = Table(officer, sheet, columns)
    table.headings(4, 34)
    for n, year in enumerate(YEARS):
        sheet.write_number(4, table.at(year_field(year)), year, officer.head)
        assert table.at(year_field(year)) == table.at("y2025") + n
    for row, i in enumerate(by_id(portfolio, ("D-01", "H-01")), start=5):
        table.investment(row, i)
    # typed by hand with hard spaces, as it happens
    sheet.write_string(6, table.at("y2025"), "400\u00a0000", officer.look(align="right", border=1, border_color="#BFBFBF"))
    sheet.freeze_panes(5, 2)
    table.print_area(6)
    officer.book.define_name("KS_utgifter", "='KS investeringar'!$J$6:$P$7")
    _overlaps(officer, portfolio)
    _hidden(officer)
    parts = Parts(officer.saved())
    list_elsewhere(parts, "KS investeringar", "G6:G40", "Listor!$A$2:$A$4")
    label(parts)
    custom_xml(parts, '<dokument xmlns="urn:exempel:arende"><arende>2025/00000</arende><typ>Budgetunderlag</typ></dokument>')
    return parts.zipped()


def _overlaps(officer: Officer, portfolio: Portfolio) -> None:
    sheet = officer.sheet("Överlapp")
    rows: list[tuple[Value, ...]] = [("par", p.loser, p.winner, p.share, p.basis) for p in portfolio.pairs]
    rows += [("tak", c.group, None, c.tonnes, c.basis) for c in portfolio.ceilings]
    for n, (text, width) in enumerate((("Typ", 8), ("Förlorare/Grupp", 18), ("När i drift", 14), ("Andel/Ton", 12), ("Grund", 80))):
        sheet.set_column(n, n, width)
        sheet.write_string(0, n, text, officer.head)
    for row, values in enumerate(rows, start=1):
        for n, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, n, value, officer.look())
            elif value is not None:
                put(sheet, row, n, value, officer.look(num_format="#,##0.##"))


def _hidden(officer: Officer) -> None:
    lists = officer.book.add_worksheet("Listor")
    for row, text in enumerate(("Status", "beslutad", "planerad", "föreslagen")):
        lists.write_string(row, 0, text, officer.look())
    lists.hide()
    history = officer.book.add_worksheet("Historik")
    headings = ("ID", "Investering", "Status", "Tidigast start", "Senast start", "2023", "2024")
    for n, text in enumerate(headings):
        history.write_string(0, n, text, officer.head)
    for n, value in enumerate(("KS-9", "Avslutad förstudie laddplan", "beslutad", 2023, 2023, 250_000, 0)):
        history.write(1, n, value, officer.look())
    history.very_hidden()
