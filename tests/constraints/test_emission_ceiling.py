"""emission_ceiling: emissions in the target year are at most the target."""

from __future__ import annotations

from decimal import Decimal

import pytest

import making as m
from constraint_case import KILOGRAM, TICK, Question, assert_allowed, assert_forbidden, assert_whole, exact, question
from golden_lp import constraint_lp, golden
from portfolio.planning import EmissionCeiling, External


def ceiling(most: str | None) -> Question:
    return question(
        m.investment("A", tonnes=Decimal(100), removal_tonnes=Decimal(0)),
        m.investment("B", tonnes=Decimal("99.999")),
        m.investment("D", tonnes=Decimal(-5)),
        m.investment("R", tonnes=Decimal(7), removal_tonnes=Decimal(7)),
        m.investment("X", control="external", tonnes=Decimal(80), emission_sector="avfall"),
        emissions=m.emissions(base=1000, latest=600, sectors={"transport": 500, "avfall": 30}),
        emission_ceiling=EmissionCeiling(tonnes=m.tonnes(most) if most is not None else None),
        external=External(delivery_share=m.share("0.5")),
    )


QUESTION = ceiling("475")
STORY = """
600 t without anything done, at most 475 t in 2027: 125 t must be counted. A reduces by 100 t, B by one kilogram less; D raises
emissions by 5 t; R only removes, which does not count here. The external X delivers half of 80 t, in sector avfall, which emits 30 t:
counted_emissions_0001_2027.
"""
A, B, D, R = (("A", 2025, "plan"), ("B", 2025, "plan"), ("D", 2025, "gap"), ("R", 2025, "plan"))
OUTSIDE = {"delivered_0001_2025": 1, "counted_emissions_0001_2027": 30}


def test_allowed_to_the_kilogram() -> None:
    assert_allowed(QUESTION.at(A, D, R, **OUTSIDE), "emission_ceiling_2027")


def test_forbidden_one_kilogram_more_emitted() -> None:
    assert_forbidden(QUESTION.at(B, D, R, **OUTSIDE), {"emission_ceiling_2027": KILOGRAM}, "emission_ceiling")


def test_without_a_stated_ceiling_it_is_the_target() -> None:
    """85 per cent below 1 000 t: 150 t, so 450 t must go; A and X give 130 t."""
    target = ceiling(None)
    assert_forbidden(target.at(A, **OUTSIDE), {"emission_ceiling_2027": 450 - 130}, "emission_ceiling")


@pytest.mark.parametrize("most", ["474.9999995", "474.999999", "474.99999"])
def test_a_ceiling_finer_than_the_solver_sees_is_held_to_the_next_10_g(most: str) -> None:
    """Tonnes are counted in whole 10 g, so half a gram below asks for 10 g more; the solver overlooks a gram, the audit nothing."""
    fine = ceiling(most)
    assert_whole(fine, "emission_ceiling", TICK)
    assert_forbidden(fine.at(A, D, **OUTSIDE), {"emission_ceiling_2027": TICK}, "emission_ceiling")
    assert exact(-fine.rows("emission_ceiling")["emission_ceiling_2027"].constant) == 125 + TICK


def test_golden() -> None:
    golden("emission_ceiling.lp", constraint_lp(QUESTION, "emission_ceiling", STORY))
