"""pair_overlap: what the loser loses while the winner is in effect, subtracted once."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

import making as m
from constraint_case import Point, assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden
from portfolio.planning import EmissionCeiling, External
from portfolio.records import Requirement

QUESTION = question(
    m.investment("A", latest=2026, tonnes=Decimal(100)),
    m.investment("B", tonnes=Decimal(10)),
    m.investment("S", tonnes=Decimal(50), minimum_share=40),
    pairs=[m.pair("A", "B", "0.9"), m.pair("S", "B", "0.5")],
    horizon=m.horizon(until=2027),
)
STORY = """
A (100 t a year, from 2025 or 2026) loses 90 per cent to B (10 t a year, from 2025); S (50 t a year, bought to 40 per cent or more)
loses half to B. both_0000: A in 2025 and B; both_0001: A in 2026 and B; both_0002: the share of S that is bought, and B.
"""
PLAN = (("A", 2026, "plan"), ("B", 2025, "gap"), ("S", 2025, "gap", 40))
ROWS = ("pair_overlap_0000", "pair_overlap_0001", "pair_overlap_0002")


def each(tonnes: str, *years: int) -> dict[int, Decimal]:
    return dict.fromkeys(years, Decimal(tonnes))


def point(late: Fraction | int, bought: Fraction, *, a: str = "10", s: str = "10") -> Point:
    """A in 2026 is left with 10 t, 40 per cent of S with 20 − 10 t."""
    stated = {"A": each(a, 2026, 2027), "B": each("10", 2025, 2026, 2027), "S": each(s, 2025, 2026, 2027)}
    return QUESTION.at(*PLAN, tonnes=stated, both_0001=late, both_0002=bought)


def test_allowed_the_exact_product_of_the_choices() -> None:
    exact_product = point(1, Fraction(40, 100))
    assert_allowed(exact_product, *ROWS)
    assert exact_product.value(QUESTION.programme.tonnes) == 2 * 10 + 3 * 10 + 3 * 10
    assert "attribution" not in {c.constraint for c in exact_product.audit.breaches}


def test_allowed_nothing_is_lost_to_what_is_not_started() -> None:
    alone = QUESTION.at(("A", 2025, "plan"), ("S", 2025, "plan"), tonnes={"A": each("100", 2025, 2026, 2027)})
    assert_allowed(alone, "pair_overlap_0000", "pair_overlap_0002")
    assert alone.value(QUESTION.programme.tonnes) == 3 * 100 + 3 * 50


def test_forbidden_to_subtract_less_than_the_product() -> None:
    """One per cent less lost than is lost: 1.8 t of A, 0.25 t a year of S."""
    assert_forbidden(point(Fraction(99, 100), Fraction(40, 100), a="10.9"), {"pair_overlap_0001": Fraction(1, 100)}, "pair_overlap")
    less = point(1, Fraction(39, 100), s="10.25")
    assert_forbidden(less, {"pair_overlap_0002": Fraction(1, 100)}, "pair_overlap")
    assert less.value(QUESTION.programme.tonnes) == 80 + Fraction(3, 4)


@pytest.mark.parametrize(
    ("kind", "delivered", "row"),
    [
        ("finish_to_start", {"delivered_0001_2026": 1}, "0001"),
        ("start_to_start", {"delivered_0001_2025": 1, "delivered_0001_2026": 1}, "0000"),
    ],
)
def test_an_external_loser_loses_from_the_year_it_is_delivered(kind: str, delivered: dict[str, int], row: str) -> None:
    """X needs A finished (delivered in 2026) or started (2025): half of 80 t, less 90 per cent of it, floor(0.5 · 72) t, to A, once."""
    made = question(
        m.investment("A", tonnes=Decimal(100)),
        m.investment("X", latest=2026, control="external", tonnes=Decimal(80), requires=(Requirement(id="A", kind=kind),)),
        pairs=[m.pair("X", "A", "0.9")],
        emissions=m.emissions(latest=600),
        emission_ceiling=EmissionCeiling(tonnes=m.tonnes(600 - 100 - 40 + 36)),
        external=External(delivery_share=m.share("0.5")),
    )
    start = ("A", 2025, "plan")
    assert_allowed(made.at(start, **delivered, **{f"both_{row}": 1}), "pair_overlap_0000", "pair_overlap_0001", "emission_ceiling_2027")
    forbidden = made.at(start, **delivered)
    assert_forbidden(forbidden, {f"pair_overlap_{row}": 1}, None)
    assert forbidden.slack("emission_ceiling_2027") == 36, "the 36 t that are lost are not to be had"


def test_golden() -> None:
    golden("pair_overlap.lp", constraint_lp(QUESTION, "pair_overlap", STORY))
