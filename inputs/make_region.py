"""Makes the two invented neighbours of the example region: `python inputs/make_region.py` (models/region/exempel.toml reads them)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from portfolio.excel.standard import standard_workbook
from portfolio.records import GrantStatus, Investment, Origin, OwnerType, Portfolio, Requirement

YEARS = range(2025, 2032)
MNKR = 1_000_000
ORIGIN = Origin(file="", sheet="", row=0)
Row = tuple[str, str, str, OwnerType, str, int, tuple[int, ...], int, int, str]
NORTH: tuple[Row, ...] = (
    ("N-01", "Biogas i stadsbussarna", "Tekniska nämnden", OwnerType.COMMITTEE, "transport", 2026, (20, 20), 16, 1200, ""),
    ("N-02", "Fjärrvärme till industriområdet", "Norrbo Energi AB", OwnerType.COMPANY, "el_fjarrvarme", 2026, (45, 60, 25), 52, 2600, ""),
    ("N-03", "Laddning vid kommunala parkeringar", "Tekniska nämnden", OwnerType.COMMITTEE, "transport", 2025, (12,), 5, 260, ""),
    ("N-04", "Elektriska renhållningsfordon", "Norrbo Renhållning AB", OwnerType.COMPANY, "transport", 2026, (18, 18), 0, 420, "N-03"),
    ("N-05", "Rötgas från avloppsverket", "Norrbo Vatten AB", OwnerType.COMPANY, "avfall", 2026, (35, 30), 30, 1900, ""),
    ("N-06", "Energieffektivare skolor", "Fastighetsnämnden", OwnerType.COMMITTEE, "el_fjarrvarme", 2025, (25, 25, 25), 0, 700, ""),
    ("N-07", "Solceller på kommunala tak", "Fastighetsnämnden", OwnerType.COMMITTEE, "el_fjarrvarme", 2026, (22,), 0, 150, ""),
    ("N-08", "Cykelstråk till resecentrum", "Tekniska nämnden", OwnerType.COMMITTEE, "transport", 2027, (30, 30), 24, 380, ""),
)
SOUTH: tuple[Row, ...] = (
    ("S-01", "Deponigas till värmeverket", "Södervik Avfall AB", OwnerType.COMPANY, "avfall", 2025, (14,), 6, 1500, ""),
    ("S-02", "Värmepump på renat avloppsvatten", "Södervik Energi AB", OwnerType.COMPANY, "el_fjarrvarme", 2026, (40, 45), 34, 2100, ""),
    ("S-03", "Utfasning av olja i spetslasten", "Södervik Energi AB", OwnerType.COMPANY, "el_fjarrvarme", 2026, (28,), 0, 950, ""),
    ("S-04", "Landström i hamnen", "Södervik Hamn AB", OwnerType.COMPANY, "transport", 2027, (30, 35), 32, 1300, ""),
    ("S-05", "Elbussar i egen regi", "Samhällsnämnden", OwnerType.COMMITTEE, "transport", 2026, (38, 38), 30, 1050, ""),
    ("S-06", "Matavfallsinsamling i hela kommunen", "Södervik Avfall AB", OwnerType.COMPANY, "avfall", 2025, (10, 6), 0, 520, ""),
    ("S-07", "Återvätning av torvmark", "Samhällsnämnden", OwnerType.COMMITTEE, "jordbruk", 2026, (9, 9), 8, 640, ""),
)
"""Id, name, owner, kind of owner, emission sector, earliest start, outlay (mnkr by year), applied grant (mnkr), tonnes a year, needs."""


def investment(row: Row) -> Investment:
    """One invented investment."""
    id, name, owner, kind, sector, start, outlay, grant, tonnes, needs = row
    return Investment(
        id=id,
        name=name,
        owner=owner,
        owner_type=kind,
        sector=sector,
        emission_sector=sector,
        earliest_start=start,
        latest_start=min(start + 3, YEARS[-1] - len(outlay) + 1),
        proposed_start=start,
        outlay=tuple(kr * MNKR for kr in outlay),
        grant=grant * MNKR,
        grant_status=GrantStatus.APPLIED if grant else GrantStatus.NONE,
        life=20,
        tonnes=Decimal(tonnes),
        ramp=(Decimal(0), Decimal("0.5"), Decimal(1)),
        requires=(Requirement(id=needs),) if needs else (),
        price_level=2025,
        source="illustrative",
        origin=ORIGIN,
    )


def main() -> None:
    folder = Path(__file__).parent / "region"
    for name, rows in (("norrbo", NORTH), ("sodervik", SOUTH)):
        book = standard_workbook(
            Portfolio(investments=tuple(map(investment, rows))), YEARS, title=f"{name} – påhittad grannkommun, exempel"
        )
        (folder / f"{name}.xlsx").write_bytes(book)


if __name__ == "__main__":
    main()
