"""requires: what an investment needs has started, or is finished, by then."""

from __future__ import annotations

import making as m
from constraint_case import assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden
from portfolio.records import Requirement

QUESTION = question(
    m.investment("A", latest=2026, requires=m.needs("B")),
    m.investment("B", (60, 40), latest=2026),
    m.investment("C", start=2026, latest=2027, requires=(Requirement(id="B", kind="finish_to_start"),)),
)
STORY = """
A (2025 or 2026) needs B started no later; C (2026 or 2027) needs B finished. B takes two years from 2025 or 2026, so its last
outlay is in 2026 at the earliest: C can start in 2027 if B did in 2025, and in 2026 C comes too early whatever is done.
"""


def test_allowed_the_same_year_and_the_year_after_the_last_outlay() -> None:
    point = QUESTION.at(("A", 2025, "plan"), ("B", 2025, "gap"), ("C", 2027, "plan"))
    assert_allowed(point, "requires_0001_0002_2025", "requires_0003_0002_2027")
    assert_allowed(QUESTION.at(("B", 2026, "plan")), "requires_0001_0002_2025")


def test_forbidden_a_year_before_what_it_needs() -> None:
    point = QUESTION.at(("A", 2025, "plan"), ("B", 2026, "plan"))
    assert_forbidden(point, {"requires_0001_0002_2025": 1}, "requires")


def test_forbidden_without_what_it_needs() -> None:
    point = QUESTION.at(("A", 2026, "plan"))
    assert_forbidden(point, {"requires_0001_0002_2026": 1, "requires_0001_0002_2027": 1}, "requires")


def test_forbidden_before_what_it_needs_is_finished() -> None:
    early = QUESTION.at(("B", 2025, "plan"), ("C", 2026, "plan"))
    assert_forbidden(early, {"requires_0003_0002_2026": 1}, "requires")
    late = QUESTION.at(("B", 2026, "plan"), ("C", 2027, "plan"))
    assert_forbidden(late, {"requires_0003_0002_2027": 1}, "requires")


def test_golden() -> None:
    golden("requires.lp", constraint_lp(QUESTION, "requires", STORY))
