"""alternatives: at most one of an exclusive group is started."""

from __future__ import annotations

import making as m
from constraint_case import assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden

QUESTION = question(
    m.investment("A", alternatives="heat", latest=2026),
    m.investment("B", alternatives="heat"),
    m.investment("C", alternatives="bus"),
    m.investment("D"),
    m.investment("X", alternatives="heat", control="external", owner_type="external"),
)
STORY = """
A and B are alternatives. X is a third one, but external and nobody's decision here; C is alone in its group, D in none: no rows.
"""


def test_allowed_one_of_the_group_and_all_the_others() -> None:
    assert_allowed(QUESTION.at(("A", 2026, "gap"), ("C", 2025, "plan"), ("D", 2025, "plan")), "alternatives_01")
    assert_allowed(QUESTION.at(("B", 2025, "plan")), "alternatives_01")


def test_forbidden_two_of_the_group_also_in_other_years_and_layers() -> None:
    assert_forbidden(QUESTION.at(("A", 2026, "gap"), ("B", 2025, "plan")), {"alternatives_01": 1}, "alternatives")


def test_golden() -> None:
    golden("alternatives.lp", constraint_lp(QUESTION, "alternatives", STORY))
