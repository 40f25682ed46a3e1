"""The workbook of the external actors, kept by the climate unit."""

from __future__ import annotations

from portfolio.records import Control, Portfolio

from .features import printer
from .parts import Parts
from .table import YEARS, Column, Officer, Style, Table, year_field


def external_actors(portfolio: Portfolio) -> bytes:
    """mnkr, the owner in a column, a merged heading a sector, grouped rows, a filter, sparklines, a chart sheet."""
    officer = Officer(Style("mnkr", font="Calibri", size=10, head="#D6DCE4", words={"in_plan": {}}), "Externa aktörers klimatinvesteringar")
    sheet = officer.sheet("Externa aktörer", 3)
    columns = [
        *(
            Column("id", "ID", 7),
            Column("name", "Åtgärd", 56),
            Column("owner", "Aktör", 38),
            Column("emission_sector", "Utsläppssektor", 16),
        ),
        *(Column("sector", "Sektor", 17), Column("earliest_start", "Tidigast start", 8), Column("latest_start", "Senast start", 8)),
        *(Column(year_field(y), f"{y} (mnkr)", 9) for y in YEARS),
        *(
            Column("trend", "", 14),
            Column("total", "Totalutgift (mnkr)", 10),
            Column("grant", "Bidrag (mnkr)", 9),
            Column("grant_status", "Bidragsstatus", 11),
        ),
        *(
            Column("operating", "Driftkonsekvens per år (mnkr)", 13),
            Column("life", "Livslängd", 9),
            Column("tonnes", "Ton CO2e per år", 10),
        ),
        *(
            Column("removal_tonnes", "Varav upptag", 9),
            Column("counts_to_target", "Räknas mot 2030", 9),
            Column("bond_tonnes", "Ton för obligationsrapport", 12),
        ),
        *(Column("ramp", "Upptrappning", 22), Column("scope", "Scope", 7), Column("requires", "Kräver", 8)),
        *(Column("alternatives", "Alternativgrupp", 13), Column("overlap_group", "Överlappsgrupp", 13)),
        *(Column("outlay_uncertainty", "Osäkerhet utgift ± %", 10), Column("tonnes_uncertainty", "Osäkerhet ton ± %", 10)),
        *(Column("source", "Källa", 30), Column("comment", "Kommentar", 40)),
    ]
    officer.title(sheet, 0, "Åtgärder utanför stadens rådighet", 16)
    sheet.write_string(
        1, 0, "Klimatenhetens sammanställning av externa aktörers planer. Staden beslutar inte om dem.", officer.look(italic=True)
    )
    lines = ("Rådighet: extern", "Ägartyp: extern", "I plan: nej", "Status: föreslagen", "Prisnivå: 2025")
    for row, line in enumerate(lines, start=2):
        sheet.write_string(row, 0, line, officer.look())
    table = Table(officer, sheet, columns)
    top = 8
    table.headings(top, 34)
    last = _sectors(officer, table, portfolio, top + 1)
    sheet.autofilter(top, 0, last, len(columns) - 1)
    table.sums(last + 1, "Summa externa aktörer", top + 1, last)
    for row in table.rows.values():
        span = f"{table.letter('y2025')}{row + 1}:{table.letter('y2031')}{row + 1}"
        sheet.add_sparkline(row, table.at("trend"), {"range": f"'Externa aktörer'!{span}", "markers": True})
    sheet.conditional_format(
        top + 1, table.at("tonnes"), last, table.at("tonnes"), {"type": "data_bar", "bar_color": "#9BC2E6", "data_bar_2010": True}
    )
    sheet.freeze_panes(top + 1, 2)
    table.print_area(last + 1)
    sheet.outline_settings(True, False, True, False)
    parts = Parts(officer.saved())
    printer(parts, "Externa aktörer")
    return parts.zipped()


def _sectors(officer: Officer, table: Table, portfolio: Portfolio, row: int) -> int:
    """A merged heading for each sector and its investments, grouped below; returns the last row."""
    chosen = [i for i in portfolio.investments if i.control is Control.EXTERNAL]
    look = officer.look(bold=True, bg_color=officer.style.band)
    for sector in sorted({i.sector for i in chosen}):
        table.sheet.merge_range(row, 0, row, len(table.columns) - 1, sector[0].upper() + sector[1:], look)
        for i in (c for c in chosen if c.sector == sector):
            row += 1
            table.investment(row, i)
            table.sheet.set_row(row, None, None, {"level": 1})
        row += 1
    return row - 1
