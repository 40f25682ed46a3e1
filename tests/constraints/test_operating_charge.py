"""operating_charge: depreciation, internal rate and operating effects fit the operating budget."""

from __future__ import annotations

import making as m
from constraint_case import KRONA, ORE, Question, assert_allowed, assert_forbidden, assert_whole, exact, question, rate
from golden_lp import constraint_lp, golden
from portfolio.planning import OperatingCharge
from portfolio.records import Investment


def charged(limits: tuple[int, int, int], *investments: Investment) -> Question:
    limit = m.money_by_year(dict(zip((2025, 2026, 2027), limits, strict=True)))
    return question(*investments, operating_charge=OperatingCharge(internal_rate=rate("0.025"), limit=limit))


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


def test_what_is_no_whole_ore_is_rounded_against_the_plan() -> None:
    """100 000 kr over three years: 33 333.33… and 2 500 kr the first year, 35 833.34 kr in the row."""
    thirds = m.investment("A", (100_000,), life=3)
    fits, tight = (charged((0, limit, 40_000), thirds) for limit in (35_834, 35_833))
    assert_whole(fits, "operating_charge", ORE)
    assert_allowed(fits.at(A))
    assert fits.at(A).slack("operating_charge_2026") == exact(35.834 - 35.83334)
    assert_forbidden(tight.at(A), {"operating_charge_2026": exact(35.83334 - 35.833)}, "operating_charge")


def test_one_per_cent_of_a_scalable_investment_is_a_whole_ore() -> None:
    scalable = m.investment("A", (100_000,), life=3, minimum_share=1)
    made = charged((0, 359, 400), scalable)
    assert_whole(made, "operating_charge", ORE)
    assert_allowed(made.at(("A", 2025, "plan", 1)))
    assert_forbidden(
        made.at(("A", 2025, "plan", 2)),
        {"operating_charge_2026": exact(0.71668 - 0.359), "operating_charge_2027": exact(0.3)},
        "operating_charge",
    )


def test_golden() -> None:
    golden("operating_charge.lp", constraint_lp(CHARGED, "operating_charge", STORY))
