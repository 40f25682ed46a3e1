"""scale: a scalable investment is bought to at least its minimum share, or not at all."""

from __future__ import annotations

import making as m
from constraint_case import assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden
from portfolio.audit import audit
from portfolio.outcome import Decision, Layer

QUESTION = question(m.investment("A", (100_000,), minimum_share=40), m.investment("B", (100_000,)))
STORY = """
A can be bought to 40 per cent or more; B is all or nothing and has no row.
"""


def test_allowed_from_the_minimum_share_to_the_whole() -> None:
    assert_allowed(QUESTION.at(("A", 2025, "plan", 40)), "scale_low_0001_2025_plan")
    assert_allowed(QUESTION.at(("A", 2025, "gap", 100), ("B", 2025, "plan")), "scale_high_0001_2025_gap")
    assert_allowed(QUESTION.at(), "scale_low_0001_2025_plan", "scale_high_0001_2025_plan")


def test_forbidden_one_per_cent_less() -> None:
    assert_forbidden(QUESTION.at(("A", 2025, "plan", 39)), {"scale_low_0001_2025_plan": 1}, "scale")


def test_forbidden_started_and_nothing_bought() -> None:
    assert_forbidden(QUESTION.at(("A", 2025, "gap", 0)), {"scale_low_0001_2025_gap": 40}, "scale")


def test_forbidden_bought_and_not_started() -> None:
    assert_forbidden(QUESTION.at(percent_0001_2025_plan=1), {"scale_high_0001_2025_plan": 1}, None)
    decisions = [Decision(id=i, name=i, owner="", layer=Layer.NOT_RECOMMENDED, percent=p) for i, p in (("A", 1), ("B", 0))]
    found = audit(QUESTION.portfolio, QUESTION.planning, decisions)
    assert [c.constraint for c in found.breaches if c.constraint != "stated_figures"] == ["scale"]


def test_golden() -> None:
    golden("scale.lp", constraint_lp(QUESTION, "scale", STORY))
