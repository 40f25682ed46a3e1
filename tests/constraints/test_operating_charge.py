"""operating_charge: depreciation, internal rate and operating effects fit the operating budget."""

from __future__ import annotations

from fractions import Fraction

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


def test_thirds_of_a_krona_are_held_exactly() -> None:
    """100 000 and 200 000 kr over three years: 35 833.33… and 71 666.66… the first year, 107 500 kr together, to the krona."""
    thirds = (m.investment("A", (100_000,), life=3), m.investment("B", (200_000,), life=3))
    fits, tight = (charged((0, limit, 110_000), *thirds) for limit in (107_500, 107_499))
    both = ("A", 2025, "plan"), ("B", 2025, "gap")
    assert_allowed(fits.at(*both), "operating_charge_2026")
    assert_forbidden(tight.at(*both), {"operating_charge_2026": KRONA}, "operating_charge")
    assert fits.at(both[0]).slack("operating_charge_2026") == 71 + Fraction(2, 3)


def test_what_is_finer_than_an_ore_is_rounded_against_the_plan() -> None:
    """1 000 kr over 101 years: 9.90099… and 25 kr the first year, 34.91 kr in the row."""
    fine = charged((0, 34, 40), m.investment("A", (1_000,), life=101))
    assert_whole(fine, "operating_charge", ORE)
    assert_forbidden(fine.at(A), {"operating_charge_2026": exact(0.00091)}, "operating_charge")


def test_per_cents_of_a_scalable_investment_are_held_exactly() -> None:
    """Three per cent of 35 833.33… and of 35 000 kr are 1 075 and 1 050 kr."""
    made = charged((0, 1_075, 1_050), m.investment("A", (100_000,), life=3, minimum_share=1))
    assert_allowed(made.at(("A", 2025, "plan", 3)), "operating_charge_2026", "operating_charge_2027")
    beyond = {"operating_charge_2026": KRONA * 1_075 / 3, "operating_charge_2027": KRONA * 350}
    assert_forbidden(made.at(("A", 2025, "plan", 4)), beyond, "operating_charge")


def test_golden() -> None:
    golden("operating_charge.lp", constraint_lp(CHARGED, "operating_charge", STORY))
