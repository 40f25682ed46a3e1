"""selection: of the named investments at least and at most so many are started."""

from __future__ import annotations

import making as m
from constraint_case import assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden
from portfolio.planning import SelectionLimit

QUESTION = question(
    *(m.investment(i) for i in "ABCD"),
    selection=(
        SelectionLimit(name="one or two", members=("A", "B", "C"), at_least=1, at_most=2, source="test"),
        SelectionLimit(name="not both", members=("C", "D"), at_most=1, source="test"),
    ),
)
STORY = """
Of A, B and C one or two are started; of C and D at most one.
"""
A, B, C, D = (("A", 2025, "plan"), ("B", 2025, "gap"), ("C", 2025, "plan"), ("D", 2025, "gap"))


def test_allowed_as_few_and_as_many_as_the_model_says() -> None:
    assert_allowed(QUESTION.at(A), "selection_low_01")
    assert_allowed(QUESTION.at(A, B, D), "selection_high_01", "selection_high_02")
    assert_allowed(QUESTION.at(A, C), "selection_high_01", "selection_high_02")


def test_forbidden_one_too_few() -> None:
    assert_forbidden(QUESTION.at(D), {"selection_low_01": 1}, "selection")


def test_forbidden_one_too_many() -> None:
    assert_forbidden(QUESTION.at(A, B, C), {"selection_high_01": 1}, "selection")
    assert_forbidden(QUESTION.at(C, D), {"selection_high_02": 1}, "selection")


def test_golden() -> None:
    golden("selection.lp", constraint_lp(QUESTION, "selection", STORY))
