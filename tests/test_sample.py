"""The shipped Helsingborg sample: reads clean, reconciles to the krona, and is what the kept script makes of the tables."""

from __future__ import annotations

import csv
import runpy
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from portfolio.errors import Severity
from portfolio.excel.read import outlay_by_control, read_portfolio
from portfolio.records import Control, Portfolio, Status, Taxonomy

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "inputs" / "helsingborg-2025.xlsx"
SHARED = ROOT.parent / "shared" / "data"
INVESTMENTS = SHARED / "helsingborg_investments.csv"
OVERLAPS = SHARED / "helsingborg_overlaps.csv"
YEARS = range(2025, 2032)
MNKR = 1_000_000
needs_tables = pytest.mark.skipif(not INVESTMENTS.exists(), reason="the tables of figures are not beside the project (../shared/data)")


@pytest.fixture(scope="module")
def sample() -> Portfolio:
    return read_portfolio([SAMPLE], YEARS)[0]


def test_reads_without_errors_or_warnings() -> None:
    _, found = read_portfolio([SAMPLE], YEARS)
    assert {f.severity for f in found} == {Severity.NOTE}
    assert {f.code for f in found} == {"understood", "outlay_without_effect"}


def test_totals_reconcile_to_the_krona(sample: Portfolio) -> None:
    assert outlay_by_control(sample) == {"in_plan": 4_500 * MNKR, "city": 6_600 * MNKR, "external": 8_400 * MNKR}


def test_counts(sample: Portfolio) -> None:
    city = [i for i in sample.investments if i.control is Control.CITY]
    in_plan = [i for i in city if i.in_plan]
    assert len(sample.investments) == 66
    assert (len(city), len(in_plan), len(city) - len(in_plan)) == (44, 20, 24)
    assert Counter(i.status for i in in_plan) == {Status.PLANNED: 16, Status.COMMITTED: 4}
    assert (len(sample.pairs), len(sample.ceilings)) == (1, 4)


def test_grants_and_tonnes(sample: Portfolio) -> None:
    grants = Counter[str]()
    for i in sample.investments:
        grants["external" if i.control is Control.EXTERNAL else "plan" if i.in_plan else "gap"] += i.grant
    assert grants == {"plan": 1_161_800_000, "gap": 495_000_000, "external": 1_538_000_000}
    ccs = sample.by_id()["W-01"]
    assert (ccs.tonnes, ccs.removal_tonnes) == (210_000, 100_800)
    assert ccs.outlay == (450 * MNKR, 900 * MNKR, 1_050 * MNKR, 600 * MNKR)
    assert (ccs.proposed_start, ccs.taxonomy) == (2026, Taxonomy.NOT_ELIGIBLE)
    assert sample.by_id()["H-01"].outlay == (400_000,)


def test_every_figure_has_its_cell_and_price_level(sample: Portfolio) -> None:
    for i in sample.investments:
        assert i.origin.file == SAMPLE.as_posix()
        assert {"id", "tonnes", "life", "grant", f"outlay.{i.proposed_start}"} <= set(i.origin.cells)
        assert i.price_level == 2025
        assert i.source


@needs_tables
def test_workbook_is_what_the_script_makes(tmp_path: Path) -> None:
    made = tmp_path / "made.xlsx"
    script = runpy.run_path(str(ROOT / "inputs" / "make_sample.py"))
    script["main"](["--investments", str(INVESTMENTS), "--overlaps", str(OVERLAPS), "--out", str(made)])
    assert made.read_bytes() == SAMPLE.read_bytes()


@needs_tables
def test_every_row_agrees_with_the_table(sample: Portfolio) -> None:
    by_id = sample.by_id()
    with INVESTMENTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(by_id) == sorted(r["id"] for r in rows)
    for r in rows:
        i = by_id[r["id"]]
        assert i.total_outlay == Decimal(r["capex_msek"]) * MNKR
        assert i.operating == Decimal(r["opex_effect_msek_per_year"]) * MNKR
        assert i.removal_tonnes == i.tonnes * Decimal(r["removal_share"])
        assert i.ramp == tuple(Decimal(p) for p in r["ramp"].split("|"))
        assert {q.id for q in i.requires} == set(r["prerequisite_ids"].split("|")) - {""}
        assert (i.earliest_start, i.latest_start, i.life) == (int(r["earliest_start"]), int(r["latest_start"]), int(r["lifetime_years"]))
        assert (i.name, i.owner, i.emission_sector) == (r["name_sv"], r["owner"], r["emission_sector"])


@needs_tables
def test_groups_have_the_members_of_the_overlap_table(sample: Portfolio) -> None:
    with OVERLAPS.open(encoding="utf-8", newline="") as file:
        ceilings = [r for r in csv.DictReader(file) if r["kind"] == "ceiling"]
    for r in ceilings:
        assert {i.id for i in sample.investments if i.overlap_group == r["group_or_loser"]} == set(r["members"].split("|"))
