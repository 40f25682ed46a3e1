"""stability: at most so many investments may differ from the adopted plan."""

from __future__ import annotations

import making as m
from constraint_case import assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden
from portfolio.planning import Stability

QUESTION = question(
    m.investment("A", latest=2026, in_plan=True),
    m.investment("B", in_plan=True),
    m.investment("C"),
    m.investment("P", in_plan=True, proposed_start=2024),
    stability=Stability(changes=m.count(2, "changes")),
)
STORY = """
A (2025 or 2026), B and P are in the adopted plan, all proposed for 2025 but P, whose 2024 can no longer be: P differs whatever is done.
C is not in the plan. Two investments may differ, P and one more: - A in 2025 - B + C <= 2 - 3.
"""
B, P = ("B", 2025, "plan"), ("P", 2025, "plan")


def test_allowed_as_many_changes_as_the_model_says() -> None:
    kept = ("A", 2025, "plan")
    for point in ((("A", 2026, "plan"), B, P), (B, P), (kept, P), (kept, B, ("C", 2025, "gap")), (kept, B, P, ("C", 2025, "plan"))):
        assert_allowed(QUESTION.at(*point), "stability_changes")


def test_allowed_another_layer_is_no_change() -> None:
    assert_allowed(QUESTION.at(("A", 2025, "gap"), ("B", 2025, "gap"), ("C", 2025, "gap")), "stability_changes")


def test_forbidden_one_change_more() -> None:
    moved_and_added = QUESTION.at(("A", 2026, "plan"), B, P, ("C", 2025, "plan"))
    assert_forbidden(moved_and_added, {"stability_changes": 1}, "stability")
    assert_forbidden(QUESTION.at(P), {"stability_changes": 1}, "stability")


def test_golden() -> None:
    golden("stability.lp", constraint_lp(QUESTION, "stability", STORY))
