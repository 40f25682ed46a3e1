"""plan_frame: outlays in the plan stay inside each year's frame; what is not spent moves on when the model says so."""

from __future__ import annotations

import making as m
from constraint_case import KRONA, Question, assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden


def frames(*amounts: int, carry_forward: bool) -> Question:
    return question(
        m.investment("A", (100_000,)),
        m.investment("B", (60_000, 40_000), latest=2027),
        m.investment("K", (1,), start=2026),
        horizon=m.horizon(allow_tail=True),
        plan_frame=m.frame(*amounts, carry_forward=carry_forward),
    )


CARRIED = frames(110_000, 50_000, 40_000, carry_forward=True)
STORY = """
A costs 100 tkr in 2025; B 60 tkr in its first year, 2025 to 2027, and 40 tkr in the next, which may be 2028; K one krona in 2026.
Frames of 110, 50 and 40 tkr, carried forward: 110, 160 and 200 tkr by the end of each year.
"""
A, B_LATER, K = ("A", 2025, "plan"), ("B", 2026, "plan"), ("K", 2026, "plan")


def test_allowed_to_the_krona_with_what_moves_on() -> None:
    assert_allowed(CARRIED.at(A, B_LATER), "plan_frame_2026", "plan_frame_2027")


def test_forbidden_one_krona_more() -> None:
    point = CARRIED.at(A, B_LATER, K)
    assert_forbidden(point, {"plan_frame_2026": KRONA, "plan_frame_2027": KRONA}, "plan_frame")


def test_allowed_in_the_gap_layer() -> None:
    assert_allowed(CARRIED.at(A, B_LATER, ("K", 2026, "gap")), "plan_frame_2026", "plan_frame_2027")


def test_forbidden_to_borrow_from_a_later_year() -> None:
    """All 200 tkr fit in three years, but 160 tkr are spent in a year that has 110, and 200 tkr in two that have 160."""
    assert_forbidden(CARRIED.at(A, ("B", 2025, "plan")), {"plan_frame_2025": 50, "plan_frame_2026": 40}, "plan_frame")


def test_allowed_a_tail_is_in_no_years_frame() -> None:
    point = CARRIED.at(A, ("B", 2027, "plan"))
    assert_allowed(point)
    assert point.slack("plan_frame_2027") == 200 - 100 - 60


def test_each_year_on_its_own_without_carry_forward() -> None:
    yearly = frames(100_000, 60_000, 40_000, carry_forward=False)
    assert_allowed(yearly.at(A, B_LATER), "plan_frame_2025", "plan_frame_2026", "plan_frame_2027")
    assert_forbidden(yearly.at(B_LATER, K), {"plan_frame_2026": KRONA}, "plan_frame")


def test_golden() -> None:
    golden("plan_frame.lp", constraint_lp(CARRIED, "plan_frame", STORY))
