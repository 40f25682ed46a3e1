"""operating_charge: depreciation, internal rate and operating effects fit the operating budget."""

from __future__ import annotations

import making as m
from constraint_case import KRONA, Question, assert_allowed, assert_forbidden, assert_whole, question, rate
from golden_lp import constraint_lp, golden
from portfolio.planning import OperatingCharge
from portfolio.records import Investment


def charged(limits: tuple[int, int, int], *investments: Investment, **by_owner: dict[int, int]) -> Question:
    limit = m.money_by_year(dict(zip((2025, 2026, 2027), limits, strict=True)))
    owners = {owner: m.money_by_year(years) for owner, years in by_owner.items()}
    return question(*investments, operating_charge=OperatingCharge(internal_rate=rate("0.025"), limit=limit, limits=owners))


GRANTED = m.investment("A", (110_000_000,), grant=10_000_000, grant_status="granted", operating=-500_000, life=25)
KRONA_A_YEAR = m.investment("K", (0,), operating=1, life=1)
CHARGED = charged((0, 6_000_000, 5_900_000), GRANTED, KRONA_A_YEAR)
STORY = """
A: 110 mnkr less 10 mnkr of grant over 25 years is 4 mnkr a year; 2.5 % of 100 mnkr, then of 96 mnkr; 0.5 mnkr a year is saved.
4 + 2.5 - 0.5 = 6.0 mnkr in 2026, 4 + 2.4 - 0.5 = 5.9 mnkr in 2027, nothing while it is built. K costs one krona a year from 2026.
The limits are 0, 6.0 and 5.9 mnkr.
"""
A, K = ("A", 2025, "plan"), ("K", 2025, "gap")


def test_allowed_to_the_krona() -> None:
    assert_allowed(CHARGED.at(A), "operating_charge_2025", "operating_charge_2026", "operating_charge_2027")


def test_allowed_nothing_where_there_is_nothing_to_spend() -> None:
    """A year whose limit is zero: before anything is commissioned there is no charge, and no charge is within it."""
    nothing = charged((0, 0, 0), GRANTED)
    assert_allowed(nothing.at(), "operating_charge_2025", "operating_charge_2026", "operating_charge_2027")
    assert nothing.at(A).breaches == {"operating_charge"}


def test_forbidden_one_krona_more() -> None:
    broken = {"operating_charge_2026": KRONA, "operating_charge_2027": KRONA}
    assert_forbidden(CHARGED.at(A, K), broken, "operating_charge")


def test_thirds_of_a_krona_are_counted_once_and_whole() -> None:
    """100 000 kr over three years: 33 333, 33 333 and 33 334 kr, and 2 500 kr of internal rate the first of them."""
    fits, tight = (charged((0, limit, 110_000), m.investment("A", (100_000,), life=3)) for limit in (35_833, 35_832))
    assert_allowed(fits.at(A), "operating_charge_2026")
    assert_forbidden(tight.at(A), {"operating_charge_2026": KRONA}, "operating_charge")
    instance = fits.programme.instance
    assert [instance.charge("A", 2025, t).depreciation for t in range(2025, 2030)] == [0, 33_333, 33_333, 33_334, 0]
    # 2.5 % of 66 667 kr is 1 666.675 kr, of 33 334 kr 833.35 kr
    assert [instance.charge("A", 2025, t).internal_rate for t in range(2025, 2030)] == [0, 2_500, 1_667, 833, 0]


def test_every_figure_is_whole_kronor() -> None:
    assert_whole(charged((0, 34, 40), m.investment("A", (1_000,), life=101)), "operating_charge", KRONA)


def test_per_cents_of_a_scalable_investment_are_whole_kronor() -> None:
    """Whole hundreds at 100 per cent: 33 300 + 2 500 kr, of which three per cent are 999 + 75 kr; then 33 300 + 1 700 kr."""
    made = charged((0, 1_074, 1_050), m.investment("A", (100_000,), life=3, minimum_share=1))
    assert_allowed(made.at(("A", 2025, "plan", 3)), "operating_charge_2026", "operating_charge_2027")
    beyond = {"operating_charge_2026": KRONA * 358, "operating_charge_2027": KRONA * 350}
    assert_forbidden(made.at(("A", 2025, "plan", 4)), beyond, "operating_charge")


def test_forbidden_by_an_owner_s_own_limit_in_a_year_after_the_plan() -> None:
    """The company's 100 000 kr over ten years is 10 000 + 2 000 kr in 2028; its own budget has a krona less, the committee's nothing."""
    mine = m.investment("B", (100_000,), owner="Bolaget", life=10)
    fits = charged((0, 10**6, 10**6), mine, Bolaget={2028: 12_000}, Nämnden={2028: 0})
    tight = charged((0, 10**6, 10**6), mine, Bolaget={2028: 11_999}, Nämnden={2028: 0})
    assert_allowed(fits.at(("B", 2025, "plan")), "operating_charge_01_2028", "operating_charge_02_2028")
    assert_forbidden(tight.at(("B", 2025, "plan")), {"operating_charge_01_2028": KRONA}, "operating_charge")


def test_what_may_not_be_capitalised_is_a_cost_at_once() -> None:
    """A pre-study of 400 kr with a grant of 100 kr: 300 kr the year it is paid, and nothing after it but its operating effect."""
    study = m.investment("A", (400,), grant=100, grant_status="granted", capitalised=False, operating=7)
    made = charged((300, 7, 7), study)
    assert_allowed(made.at(A), "operating_charge_2025", "operating_charge_2026", "operating_charge_2027")
    assert_forbidden(charged((299, 7, 7), study).at(A), {"operating_charge_2025": KRONA}, "operating_charge")


def test_golden() -> None:
    golden("operating_charge.lp", constraint_lp(CHARGED, "operating_charge", STORY))
