"""debt_mandate: net debt stays under the mandate every year."""

from __future__ import annotations

from fractions import Fraction

import making as m
from constraint_case import KRONA, ORE, Question, assert_allowed, assert_forbidden, assert_whole, exact, question, rate
from golden_lp import constraint_lp, golden
from portfolio.planning import Debt

GRANTED = m.investment("A", (60_000, 40_000), grant=30_000, grant_status="granted", operating=5_000)
KRONA_MORE = m.investment("K", (1,), start=2027)


def debt(mandate: tuple[int, int, int], interest: str | None, own: int = 10_000) -> Debt:
    terms = {}
    if interest is not None:
        terms = {"interest_rate": rate(interest), "reference_net_debt": m.money_by_year(dict.fromkeys(range(2024, 2028), 10**6))}
    table = m.debt(10**6, 0, other=20_000, own=own, **terms)
    return table.model_copy(update={"mandate": m.money_by_year(dict(zip((2025, 2026, 2027), mandate, strict=True)))})


WITH_INTEREST = question(GRANTED, KRONA_MORE, debt=debt((1_052_000, 1_095_200, 1_119_720), "0.1"))
STORY = """
Opening debt 1,000 tkr, which is the reference path too; every year 20 tkr of other investment and 10 tkr of self-financing; 10 % interest.
Nothing started: 1,010, 1,010 + 10 + 1 = 1,021, 1,021 + 10 + 2.1 = 1,033.1 tkr. Mandates: 1,052, 1,095.2 and 1,119.72 tkr.
A: outlays of 60 and 40 tkr, 30 tkr of grant in proportion, 18 and 12, and 5 tkr a year of operating effect from 2027.
It adds 42, 42 + 4.2 + 28 = 74.2, and 74.2 + 7.42 + 5 = 86.62 tkr. K is one krona in 2027.
"""
A, K = ("A", 2025, "plan"), ("K", 2027, "gap")


def test_allowed_to_the_krona_every_year() -> None:
    assert_allowed(WITH_INTEREST.at(A), "debt_mandate_2025", "debt_mandate_2026", "debt_mandate_2027")


def test_forbidden_one_krona_more_in_either_layer() -> None:
    for layer in ("plan", "gap"):
        assert_forbidden(WITH_INTEREST.at(A, ("K", 2027, layer)), {"debt_mandate_2027": KRONA}, "debt_mandate")


def test_without_interest() -> None:
    flat = question(GRANTED, KRONA_MORE, debt=debt((1_052_000, 1_090_000, 1_105_000), None))
    assert_allowed(flat.at(A), "debt_mandate_2025", "debt_mandate_2026", "debt_mandate_2027")
    assert_forbidden(flat.at(A, K), {"debt_mandate_2027": KRONA}, "debt_mandate")


def test_forbidden_in_a_year_in_the_middle() -> None:
    """The last year is not the only one that counts: a grant paid late leaves the debt too high until it comes."""
    tight = question(GRANTED, KRONA_MORE, debt=debt((1_052_000, 1_095_199, 1_119_720), "0.1"))
    assert_forbidden(tight.at(A), {"debt_mandate_2026": KRONA}, "debt_mandate")


def test_allowed_nothing_started_at_the_mandate_with_interest() -> None:
    """Other investment alone takes the debt to the mandate, to the krona: that is within it."""
    full = question(GRANTED, debt=debt((1_010_000, 1_021_000, 1_033_100), "0.1"))
    assert_allowed(full.at(), "debt_mandate_2025", "debt_mandate_2026", "debt_mandate_2027")


def test_what_is_no_whole_ore_is_rounded_against_the_plan() -> None:
    """1 001 kr with 3.1 % interest is 1 064.023961 kr two years later, 1 064.03 kr in the row."""
    made: Question = question(m.investment("A", (1_001,)), debt=debt((1_020_000, 1_040_000, 1_060_000), "0.031"))
    assert_whole(made, "debt_mandate", ORE)
    row = made.rows("debt_mandate")["debt_mandate_2027"]
    assert 1_001 * 1_031**2 == 1_064_023_961, "in millionths of a krona"
    assert {exact(c) for _, c in row.items()} == {exact(1.06403)}
    # nothing started: 10 tkr more a year, with interest on 10 and then on 20.31 tkr
    assert Fraction(1_030_000) + 310 + Fraction(20_310 * 31, 1000) == Fraction("1030939.61")
    assert exact(-row.constant) == exact(1_060 - 1_030.93961)


def test_half_a_krona_of_room_is_no_room_for_a_krona() -> None:
    """Nothing started: 1 010 005 kr, then 10 005 kr and 10 % of 10 005 kr more, 1 021 010.50 kr. 1 021 011 kr leave 50 öre."""
    krona = m.investment("K", (1,), start=2026)
    half, enough = (question(krona, debt=debt((1_052_000, mandate, 1_119_720), "0.1", 9_995)) for mandate in (1_021_011, 1_021_012))
    point = ("K", 2026, "plan")
    assert_forbidden(half.at(point), {"debt_mandate_2026": KRONA}, "debt_mandate")
    assert_allowed(half.at(), "debt_mandate_2026")
    assert_allowed(enough.at(point), "debt_mandate_2026")


def test_golden() -> None:
    golden("debt_mandate.lp", constraint_lp(WITH_INTEREST, "debt_mandate", STORY))
