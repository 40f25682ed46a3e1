"""bond_backing: new borrowing is backed by outlays, net of grants, that sustainable bonds can finance."""

from __future__ import annotations

import making as m
from constraint_case import KRONA, ORE, Question, assert_allowed, assert_forbidden, assert_whole, question, rate
from golden_lp import constraint_lp, golden
from portfolio.planning import BondBacking, BondCategory, BondFramework, Bonds, Owner
from portfolio.records import Investment

FRAMEWORK = BondFramework(
    schema_version=1,
    name="F",
    title="F",
    source="test",
    categories={"RE": BondCategory(name_sv="förnybart", name_en="renewable")},
    participants=("Nämnden",),
)
OWNERS = {
    "Nämnden": Owner(type="committee", source="test"),
    "Bolaget": Owner(type="company", source="test"),
}
ELIGIBLE = m.investment("E", (60_000, 40_000), grant=10_000, grant_status="granted", bond_category="RE")
OTHERS = (
    m.investment("B", (10_000,), start=2026),
    m.investment("C", (10_000,), start=2026, bond_category="RE", owner="Bolaget"),
    m.investment("K", (1,), start=2027),
)


def backed(*investments: Investment, share: str = "0.9", other: int = 0, other_eligible: int | None = None, **debt: object) -> Question:
    eligible = None if other_eligible is None else m.money_by_year(dict.fromkeys(range(2025, 2028), other_eligible))
    return question(
        *investments,
        debt=m.debt(500_000, 10**9, other=other, **debt),
        bonds=Bonds(framework=FRAMEWORK),
        bond_backing=BondBacking(share=m.share(share), other_eligible=eligible),
        owners=OWNERS,
    )


QUESTION = backed(ELIGIBLE, *OTHERS, other=20_000, own=10_000, other_eligible=9_000)
STORY = """
90 per cent of what is borrowed since the opening is backed. Others borrow 20 - 10 = 10 tkr a year, of which 9 tkr are backed: all even.
E can be financed with bonds: 60 - 6 = 54 tkr in 2025 and 40 - 4 = 36 tkr in 2026, net of its grant, and borrows as much:
0.9 * 54 - 54 = -5.4 tkr, and -9 tkr by 2026. B has no category and C's owner takes no part: 0.9 * 10 = 9 tkr each from 2026.
K is one krona in 2027, 0.9 kr of which have no backing.
"""
E, B, C, K = (("E", 2025, "plan"), ("B", 2026, "gap"), ("C", 2026, "plan"), ("K", 2027, "plan"))


def test_allowed_to_the_krona() -> None:
    assert_allowed(QUESTION.at(E, B), "bond_backing_2026", "bond_backing_2027")
    assert_allowed(QUESTION.at(E, C), "bond_backing_2026", "bond_backing_2027")
    assert_allowed(QUESTION.at(), "bond_backing_2025", "bond_backing_2026", "bond_backing_2027")


def test_forbidden_one_krona_that_nothing_backs() -> None:
    assert_forbidden(QUESTION.at(E, B, K), {"bond_backing_2027": KRONA * 9 / 10}, "bond_backing")


def test_forbidden_an_owner_that_takes_no_part_backs_nothing() -> None:
    assert_forbidden(QUESTION.at(C), {"bond_backing_2026": 9, "bond_backing_2027": 9}, "bond_backing")


def test_allowed_when_all_borrowing_must_be_backed_and_all_of_it_is() -> None:
    """Every issue sustainable, share 100 %: nothing borrowed is even, and what is eligible backs itself to the krona."""
    everything = backed(ELIGIBLE, *OTHERS, share="1")
    rows = ("bond_backing_2025", "bond_backing_2026", "bond_backing_2027")
    assert_allowed(everything.at(), *rows)
    assert_allowed(everything.at(E), *rows)
    assert_forbidden(everything.at(E, K), {"bond_backing_2027": KRONA}, "bond_backing")


def test_allowed_debt_that_falls_needs_no_backing() -> None:
    """10 tkr a year are repaid, 20 tkr by 2026: B's 10 tkr borrow nothing since the opening."""
    falling = backed(*OTHERS, own=10_000)
    assert_allowed(falling.at(B))
    assert falling.at(B).slack("bond_backing_2026") == 9


def test_what_is_no_whole_ore_is_rounded_against_the_plan() -> None:
    terms = {"interest_rate": rate("0.031"), "reference_net_debt": m.money_by_year(dict.fromkeys(range(2024, 2028), 500_000))}
    assert_whole(backed(ELIGIBLE, *OTHERS, other=1_001, share="0.905", **terms), "bond_backing", ORE)


def test_golden() -> None:
    golden("bond_backing.lp", constraint_lp(QUESTION, "bond_backing", STORY))
