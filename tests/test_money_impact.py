"""Impact of what bonds finance, the same plan seen with other frameworks, and the sustainability-linked bonds, by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import making as m
from portfolio.accounts import Accounts
from portfolio.evaluate import Pick
from portfolio.finance.bonds import bond_statement
from portfolio.instance import Instance, build_instance
from portfolio.outcome import EmissionLine
from portfolio.planning import Adjustment, BondFramework, Bonds, Pocket, TonnesByYear
from portfolio.records import Investment, Taxonomy
from portfolio.statements import BondStatement, BondView, Impact, LinkedYear
from sample_run import sample_run as run
from test_money_bonds import framework, issue, item, ledger, linked, new, stack, stated


def by_id(made: BondStatement) -> dict[str, Impact]:
    return {line.id: line for line in made.impact}


def instance(*investments: Investment, **tables: Any) -> Instance:
    bonds = tables.pop("bonds", Bonds(framework=framework()))
    return build_instance(m.portfolio_of(*investments), m.planning(bonds=bonds, funding=stack(), **tables))


def test_avoided_is_what_lies_beyond_the_inventory_and_is_kept_apart() -> None:
    """Half of the effect in the first two years. A: 10 t in the inventory and 25 t in the bond report leave 15 t avoided.

    B stands outside the inventory (scope 3), all of its 8 t are avoided. C's bond figure is the lower one: nothing is.
    D is not chosen to more than 50 per cent.
    """
    half = (Decimal("0.5"), Decimal("0.5"), Decimal(1))
    a = item("A", 100, tonnes=10, bond_tonnes=25, ramp=half, start=2026)
    b = item("B", 100, tonnes=9, bond_tonnes=8, scope="3")
    c = item("C", 100, tonnes=5, bond_tonnes=3)
    d = item("D", 10_000, tonnes=6, bond_tonnes=Decimal("7.001"), minimum_share=50)
    built = instance(a, b, c, d)
    made = stated(built, {**{i: Pick(built.starts[i][0], "plan") for i in "ABC"}, "D": Pick(2025, "gap", 50)})
    found = {i: (line.reduced, line.removed, line.avoided) for i, line in by_id(made).items()}
    assert found == {
        "A": (5, 0, Decimal("7.5")),
        "B": (0, 0, 8),
        "C": (5, 0, 0),
        "D": (3, 0, Decimal("0.5005")),
    }
    assert made.impact_year == 2027


def test_a_scenario_s_factor_scales_what_is_avoided_too() -> None:
    change = {"A": Adjustment(tonnes_factor=Decimal("0.5"), source="test")}
    made = stated(instance(item("A", 100, tonnes=10, bond_tonnes=24), investments=change), {"A": Pick(2025, "plan")})
    assert [(line.reduced, line.avoided) for line in made.impact] == [(5, 7)]


def test_shares_financed_are_rounded_down_and_the_price_is_of_everything() -> None:
    """A third of A's 3 mnkr is financed: of 10 t reduced, 4 t removed and 6 t avoided as well, each down to 10 g; 20 t for 3 mnkr."""
    a = item("A", 3_000_000, tonnes=14, removal_tonnes=4, bond_tonnes=20)
    made = by_id(ledger(a, issues=(issue("2024", 2024, 1_000_000),), new_issues=new(0, 0, 0)))["A"]
    assert (made.gross, made.financed, made.share) == (3_000_000, 1_000_000, Decimal("0.333333"))
    assert (made.reduced, made.removed, made.avoided) == (10, 4, 6)
    assert (made.financed_reduced, made.financed_removed, made.financed_avoided) == (Decimal("3.33333"), Decimal("1.33333"), 2)
    assert made.tonnes_per_mnkr == Decimal("6.667")


def test_new_financing_and_refinancing_are_both_financed() -> None:
    made = ledger(item("A", 60, 40), new_issues=new(0, 30, 90), framework=framework(look_back=24))
    assert [(a.kind, a.outlay_year, a.year, a.kronor) for a in made.allocations] == [
        ("new", 2026, 2026, 30),
        ("refinancing", 2025, 2027, 60),
        ("refinancing", 2026, 2027, 10),
    ]
    assert (by_id(made)["A"].financed, by_id(made)["A"].share) == (100, 1)
    assert made.pool[-1].closing == 20


def test_without_outlay_there_is_no_share_and_no_price() -> None:
    made = by_id(ledger(item("A", 0, tonnes=7)))["A"]
    assert (made.gross, made.share, made.reduced, made.financed_reduced, made.tonnes_per_mnkr) == (0, 0, 7, 0, None)


def test_attributed_tonnes_sum_to_the_portfolio_s_under_ceilings_and_overlaps() -> None:
    """Two of 10 t under a sector that has 12 t count 6 each; the removals have an allowance of 3 t, of which A and C have equal parts."""
    a = item("A", 100, tonnes=14, removal_tonnes=4)
    b, c = item("B", 100, tonnes=10), item("C", 100, tonnes=4, removal_tonnes=4)
    tables = m.emissions(200, 150, sectors={"transport": 12})
    removals = m.planning().removals.model_copy(update={"allowance_share": m.share("0.015")})
    d = instance(a, b, c, emissions=tables, removals=removals)
    picks = {i: Pick(2025, "plan") for i in "ABC"}
    made = by_id(stated(d, picks))
    assert {i: (line.reduced, line.removed) for i, line in made.items()} == {
        "A": (6, Decimal("1.5")),
        "B": (6, 0),
        "C": (0, Decimal("1.5")),
    }
    line = next(e for e in Accounts(d, picks).emissions() if e.year == 2027)
    assert (line.reductions, line.removals) == (12, 3)


def test_the_sample_s_impact_sums_to_its_target_year() -> None:
    found = run()
    assert found.bonds is not None
    assert found.totals is not None
    impact = found.bonds.impact
    assert found.bonds.impact_year == 2030
    assert sum(line.reduced for line in impact) == found.totals.tonnes_target_year
    assert sum(line.removed for line in impact) == next(e.removals for e in found.emissions if e.year == 2030)
    assert sum(line.financed for line in impact) == found.bonds.allocated + found.bonds.refinanced
    assert sum(line.gross for line in impact) == found.totals.outlay_plan + found.totals.outlay_gap
    assert sum(line.financed_removed for line in impact) > 0
    for line in impact:
        for part, financed in ((line.reduced, line.financed_reduced), (line.removed, line.financed_removed)):
            assert financed == Decimal(floor(Fraction(part) * 100_000 * line.financed / line.gross)) / 100_000


EU = framework(
    name="eu",
    title="EU",
    taxonomy=(Taxonomy.ALIGNED,),
    pocket=Pocket(taxonomy=(Taxonomy.NOT_ELIGIBLE,), share=m.share("0.15")),
)


def view(seen: BondFramework, *investments: Investment) -> BondView:
    (found,) = ledger(*investments, views=(seen,)).views
    return found


@pytest.mark.parametrize(("candidates", "pocket"), [(300, 150), (150, 150), (149, 149), (0, 0)])
def test_the_pocket_is_at_most_fifteen_per_cent_of_what_is_accepted(candidates: int, pocket: int) -> None:
    """850 kr are aligned: 150 more are 15 per cent of 1 000. What is only eligible, or has no category, is never in the pocket."""
    found = view(
        EU,
        item("A", 850, taxonomy="aligned"),
        item("B", candidates, taxonomy="not_eligible"),
        item("C", 70, taxonomy="eligible"),
        item("D", 30, taxonomy="not_eligible", bond_category=None),
        item("E", 5, taxonomy="unknown"),
    )
    assert (found.framework, found.title, found.full, found.pocket) == ("eu", "EU", 850, pocket)
    assert found.refused == 850 + candidates + 70 + 30 + 5 - 850 - pocket


def test_nothing_aligned_leaves_no_pocket() -> None:
    found = view(EU, item("B", 300, taxonomy="not_eligible"))
    assert (found.full, found.pocket, found.refused) == (0, 0, 300)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(full=st.integers(0, 10**10), candidates=st.integers(0, 10**10), share=st.sampled_from(["0.15", "0.05", "0.333", "0"]))
def test_the_pocket_is_the_largest_the_share_allows(full: int, candidates: int, share: str) -> None:
    pocket = Pocket(taxonomy=(Taxonomy.NOT_ELIGIBLE,), share=m.share(share))
    seen = EU.model_copy(update={"pocket": pocket})
    found = view(seen, item("A", full, taxonomy="aligned"), item("B", candidates, taxonomy="not_eligible"))
    part = Fraction(share)
    assert found.full == full
    assert found.pocket <= part * (found.full + found.pocket)
    assert found.pocket == candidates or found.pocket + 1 > part * (found.full + found.pocket + 1)
    assert found.full + found.pocket + found.refused == full + candidates


def test_a_view_counts_net_outlay_in_the_plan_years_that_meets_the_criteria() -> None:
    """A: 100 kr less a grant of 20, half of it meets the criteria: 40 kr. B: the 50 of its 150 kr that fall after the plan are left out."""
    granted: dict[str, Any] = {"grant": 20, "grant_status": "granted", "eligible_share": Decimal("0.5")}
    icma = framework(name="icma", title="ICMA")
    a, b = item("A", 100, **granted), item("B", 100, 50, start=2027)
    made = ledger(a, b, views=(icma, EU), horizon=m.horizon(allow_tail=True))
    assert [(v.framework, v.full, v.pocket, v.refused) for v in made.views] == [("icma", 140, 0, 40), ("eu", 0, 0, 180)]


def emitted(**tonnes: str) -> list[EmissionLine]:
    """`y2025="500"`: emissions of that year."""
    zero = Decimal(0)
    parts = {"reference": zero, "reductions": zero, "external_reductions": zero, "removals": zero}
    return [EmissionLine(year=int(y[1:]), emissions=Decimal(t), **parts) for y, t in tonnes.items()]


def exposed(emissions: list[EmissionLine], **bonds: Any) -> BondStatement:
    d = build_instance(m.portfolio_of(item("A", 10)), m.planning(bonds=Bonds(framework=framework(), **bonds)))
    made = bond_statement(d, {}, {}, {}, emissions)
    assert made is not None
    return made


def targets(values: dict[int, str]) -> TonnesByYear:
    return TonnesByYear(unit="t", stated="t", source="test", values={t: Decimal(tonnes) for t, tonnes in values.items()})


LINKED = (linked("L1", 500_000, "0.0005", matures=2026), linked("L2", 300_000, "0.001"), linked("L3", 200_000, None))


def test_exposure_by_year_until_each_issue_matures() -> None:
    """2025: 10 g too much costs as much as 50 t, 250 + 300 kr. 2026: exactly on the target costs nothing. 2027: L1 has matured.

    2028 has no target and no line. L3 has no penalty: it is outstanding and costs nothing. Issues with use of proceeds never cost.
    """
    made = exposed(
        emitted(y2025="400.00001", y2026="350", y2027="350", y2028="999", y2029="299.9"),
        issues=(*LINKED, issue("grön", 2023, 7)),
        linked_targets=targets({2025: "400", 2026: "350", 2027: "300", 2029: "300"}),
    )
    assert [(y.year, y.missed_by, y.nominal, y.exposure) for y in made.linked] == [
        (2025, Decimal("0.00001"), 1_000_000, 550),
        (2026, 0, 1_000_000, 0),
        (2027, 50, 500_000, 300),
        (2029, 0, 500_000, 0),
    ]
    first = LinkedYear(
        year=2025, emissions=Decimal("400.00001"), target=Decimal(400), missed_by=Decimal("0.00001"), nominal=1_000_000, exposure=550
    )
    assert made.linked[0] == first
    assert (made.linked_outstanding, made.exposure) == (1_000_000, 850)


def test_what_has_matured_before_the_plan_is_neither_outstanding_nor_exposed() -> None:
    gone = (linked("L1", 500_000, "0.0005", matures=2024), linked("L2", 300_000, "0.001", matures=2025))
    made = exposed(emitted(y2025="2", y2026="2"), issues=gone, linked_targets=targets({2025: "1", 2026: "1"}))
    assert [(y.nominal, y.exposure) for y in made.linked] == [(300_000, 300), (0, 0)]
    assert made.linked_outstanding == 300_000


def test_each_issue_s_penalty_is_rounded_by_itself_half_to_even() -> None:
    """0.5 + 0.5 kr are 0 + 0, 2.5 + 0.5 kr are 2 + 0, 1.5 + 1.5 kr are 2 + 2."""
    for nominals, exposure in (((1_000, 1_000), 0), ((5_000, 1_000), 2), ((3_000, 3_000), 4)):
        issues = tuple(linked(f"L{n}", kr, "0.0005") for n, kr in enumerate(nominals))
        made = exposed(emitted(y2025="2"), issues=issues, linked_targets=targets({2025: "1"}))
        assert made.exposure == exposure


@pytest.mark.parametrize(("issues", "years"), [((), {2025: "1"}), (LINKED, None)])
def test_no_linked_bonds_or_no_targets_is_no_exposure(issues: Any, years: dict[int, str] | None) -> None:
    made = exposed(emitted(y2025="2"), issues=issues, linked_targets=targets(years) if years is not None else None)
    assert (made.linked, made.exposure) == ((), 0)


def test_the_sample_s_exposure_follows_its_emission_path() -> None:
    """1 000 mnkr at 5 points is 500 000 kr for every year in which the emissions are above the target."""
    found = run()
    assert found.bonds is not None
    assert found.bonds.linked_outstanding == 1_000_000_000
    path = {e.year: e.emissions for e in found.emissions}
    assert [y.year for y in found.bonds.linked] == list(range(2025, 2036))
    for y in found.bonds.linked:
        assert (y.emissions, y.missed_by) == (path[y.year], max(Decimal(0), path[y.year] - y.target))
        assert y.exposure == (500_000 if path[y.year] > y.target else 0)
    assert found.bonds.exposure == sum(y.exposure for y in found.bonds.linked) > 0
