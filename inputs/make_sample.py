"""Makes `helsingborg-2025.xlsx` from the two tables of figures: `python inputs/make_sample.py --investments A.csv --overlaps B.csv`.

The tables are read exactly; every amount must be whole kronor. Phasing: total outlay times the spend profile, from the earliest start.
The sector bases of the overlap table belong to the planning model, so they are not written here.
"""

from __future__ import annotations

import argparse
import csv
import sys
from decimal import Decimal
from pathlib import Path

from portfolio.excel.standard import standard_workbook
from portfolio.records import (
    Control,
    GrantStatus,
    Investment,
    Origin,
    OverlapCeiling,
    OverlapPair,
    OwnerType,
    Portfolio,
    Requirement,
    Status,
    Taxonomy,
)

YEARS = range(2025, 2032)
PRICE_LEVEL = 2025
TITLE = "Helsingborgs stad – klimatinvesteringar 2025–2031, exempelunderlag (antagna uppgifter är märkta illustrative)"
OWNER_TYPES = {"nämnd": OwnerType.COMMITTEE, "bolag": OwnerType.COMPANY, "extern": OwnerType.EXTERNAL}
STATUSES = {"beslutad": Status.COMMITTED, "planerad": Status.PLANNED, "föreslagen": Status.PROPOSED, "": Status.PROPOSED}
GRANTS = {"beviljat": GrantStatus.GRANTED, "sökt": GrantStatus.APPLIED, "möjligt": GrantStatus.POSSIBLE, "inget": GrantStatus.NONE}
# capture at a waste incinerator: incineration is not an eligible mitigation activity under the taxonomy
TAXONOMY = {"W-01": Taxonomy.NOT_ELIGIBLE}
EXPENSED = {"H-01"}
"""The hydrogen pre-study: a pre-study may not be capitalised."""
ORIGIN = Origin(file="", sheet="", row=0)


def kronor(msek: str) -> int:
    """Million kronor as text to whole kronor; refuses what is not whole."""
    amount = Decimal(msek) * 1_000_000
    if amount != int(amount):
        raise ValueError(f"{msek} MSEK is not whole kronor")
    return int(amount)


def share(percent: str) -> Decimal | None:
    """`20` is 0.2; blank is none."""
    return Decimal(percent) / 100 if percent else None


def outlay(row: dict[str, str]) -> tuple[int, ...]:
    """Total outlay times spend profile, whole kronor that sum to the total."""
    total = kronor(row["capex_msek"])
    years = [Decimal(part) * total for part in row["spend_profile"].split("|")]
    if any(y != int(y) for y in years) or sum(years) != total:
        raise ValueError(f"{row['id']}: profile {row['spend_profile']} does not give whole kronor that sum to {total}")
    return tuple(int(y) for y in years)


def investment(row: dict[str, str]) -> Investment:
    """One line of the investment table."""
    tonnes = Decimal(row["annual_tonnes_co2e"])
    category = row["bond_category"]
    return Investment(
        id=row["id"],
        name=row["name_sv"],
        owner=row["owner"],
        owner_type=OWNER_TYPES[row["owner_type"]],
        sector=row["sector"],
        emission_sector=row["emission_sector"],
        control=Control(row["control"]),
        in_plan=row["in_plan"] == "yes",
        status=STATUSES[row["status"]],
        earliest_start=int(row["earliest_start"]),
        latest_start=int(row["latest_start"]),
        proposed_start=int(row["earliest_start"]),
        outlay=outlay(row),
        grant=kronor(row["grant_msek"]),
        grant_status=GRANTS[row["grant_status"]],
        operating=kronor(row["opex_effect_msek_per_year"]),
        life=int(row["lifetime_years"]),
        capitalised=row["id"] not in EXPENSED,
        tonnes=tonnes,
        removal_tonnes=tonnes * Decimal(row["removal_share"]),
        counts_to_target=row["counts_to_2030_target"] == "yes",
        bond_tonnes=Decimal(row["annual_tonnes_bond_impact"]),
        ramp=tuple(Decimal(part) for part in row["ramp"].split("|")),
        scope="" if row["scope"] == "-" else row["scope"],
        bond_category=None if category in ("", "none") else category,
        taxonomy=TAXONOMY.get(row["id"], Taxonomy.UNKNOWN),
        requires=tuple(Requirement(id=i) for i in sorted(row["prerequisite_ids"].split("|")) if i),
        alternatives=row["exclusive_group"] or None,
        overlap_group=row["overlap_group"] or None,
        outlay_uncertainty=share(row["capex_uncertainty_pct"]),
        tonnes_uncertainty=share(row["tonnes_uncertainty_pct"]),
        price_level=PRICE_LEVEL,
        source=row["basis"],
        comment=". ".join(part for part in (row["basis_detail"], row["overlap_note"]) if part),
        origin=ORIGIN,
    )


def sample(investments: Path, overlaps: Path) -> Portfolio:
    """The portfolio of the two tables, in their order."""
    with investments.open(encoding="utf-8", newline="") as file:
        chosen = tuple(investment(row) for row in csv.DictReader(file))
    with overlaps.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pairs = tuple(
        OverlapPair(
            loser=r["group_or_loser"],
            winner=r["while_in_effect"],
            share=Decimal(r["share_lost_or_ceiling_t"]),
            basis=r["basis"],
            origin=ORIGIN,
        )
        for r in rows
        if r["kind"] == "pair"
    )
    ceilings = tuple(
        OverlapCeiling(group=r["group_or_loser"], tonnes=Decimal(r["share_lost_or_ceiling_t"]), basis=r["basis"], origin=ORIGIN)
        for r in rows
        if r["kind"] == "ceiling"
    )
    return Portfolio(investments=chosen, pairs=pairs, ceilings=ceilings)


def main(arguments: list[str]) -> None:
    """Write the workbook."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--investments", type=Path, required=True)
    parser.add_argument("--overlaps", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("helsingborg-2025.xlsx"))
    chosen = parser.parse_args(arguments)
    chosen.out.write_bytes(standard_workbook(sample(chosen.investments, chosen.overlaps), YEARS, unit="tkr", title=TITLE))


if __name__ == "__main__":
    main(sys.argv[1:])
