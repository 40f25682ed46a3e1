"""start_at_most_once: an investment is started at most once; what must be started is started."""

from __future__ import annotations

import pytest

import making as m
from constraint_case import assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden

QUESTION = question(
    m.investment("A", latest=2026),
    m.investment("C", status="committed", in_plan=True),
    m.investment("M", lock=m.lock("must")),
    m.investment("N", lock=m.lock("never")),
    m.investment("S", latest=2026, lock=m.lock("start", 2026)),
)
STORY = """
A is free and can start in 2025 or 2026; C is committed and in the plan; M must be started; N never is and has no variable;
S is locked to 2026, one of the two years of its window.
"""
MUST = [("C", 2025, "plan"), ("M", 2025, "gap"), ("S", 2026, "plan")]


def test_allowed_what_must_be_started_once_and_the_rest_at_most_once() -> None:
    fixed = ("start_at_most_once_0002", "start_at_most_once_0003", "start_at_most_once_0005")
    assert_allowed(QUESTION.at(*MUST), *fixed)
    assert_allowed(QUESTION.at(*MUST, ("A", 2026, "gap")), "start_at_most_once_0001", *fixed)


def test_forbidden_a_second_start() -> None:
    for second in (("A", 2025, "gap"), ("A", 2026, "plan")):
        twice = QUESTION.at(*MUST, ("A", 2025, "plan"), second)
        assert_forbidden(twice, {"start_at_most_once_0001": 1}, "start_at_most_once")


@pytest.mark.parametrize(("missing", "row", "audited"), [("C", "0002", "committed"), ("M", "0003", "lock"), ("S", "0005", "lock")])
def test_forbidden_to_leave_out_what_must_be_started(missing: str, row: str, audited: str) -> None:
    point = QUESTION.at(*(start for start in MUST if start[0] != missing))
    assert_forbidden(point, {f"start_at_most_once_{row}": 1}, audited)


def test_what_is_never_started_and_other_years_and_layers_have_no_variable() -> None:
    keys = set(QUESTION.programme.choice.start)
    assert {s for i, s, _ in keys if i == "S"} == {2026}
    assert {l for i, _, l in keys if i == "C"} == {"plan"}
    assert not [i for i, _, _ in keys if i == "N"]


def test_golden() -> None:
    golden("start_at_most_once.lp", constraint_lp(QUESTION, "start_at_most_once", STORY))
