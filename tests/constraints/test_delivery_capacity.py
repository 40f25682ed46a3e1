"""delivery_capacity: an owner can only manage so many starts, or so much outlay under way, in a year."""

from __future__ import annotations

import making as m
from constraint_case import KRONA, assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden
from portfolio.planning import CountByYear, DeliveryCapacity


def starts(values: dict[int, int]) -> CountByYear:
    return CountByYear(unit="starts", stated="", source="test", values=values)


QUESTION = question(
    m.investment("A", (100_000,)),
    m.investment("B", (60_000, 40_000)),
    m.investment("C", (30_000,), start=2026, owner="Bolaget"),
    m.investment("D", (0,), latest=2026),
    m.investment("K", (1,), start=2026, owner="Bolaget"),
    delivery_capacity=DeliveryCapacity(
        starts={"Nämnden": starts({2025: 2}), "*": starts({2026: 2})},
        outlay={"*": m.money_by_year({2026: 70_000}), "Bolaget": m.money_by_year({2026: 30_001})},
    ),
)
STORY = """
The committee owns A (100 tkr in 2025), B (60 and 40 tkr from 2025) and D (nothing, 2025 or 2026), and manages two starts in 2025.
The company owns C (30 tkr) and K (one krona), both in 2026. All owners (*) together manage two starts and 70 tkr in 2026,
the company 30 001 kr. Years that are not named have no limit.
"""
A, B, C, K = (("A", 2025, "plan"), ("B", 2025, "gap"), ("C", 2026, "plan"), ("K", 2026, "gap"))


def test_allowed_as_many_starts_and_as_much_outlay_as_there_is_room_for() -> None:
    rows = ("delivery_capacity_starts_02_2025", "delivery_capacity_outlay_01_2026")
    assert_allowed(QUESTION.at(A, B, C), *rows)
    assert_allowed(QUESTION.at(A, B, C, ("D", 2026, "plan")), *rows, "delivery_capacity_starts_01_2026")
    assert_allowed(QUESTION.at(A, C, K), "delivery_capacity_outlay_02_2026", "delivery_capacity_starts_01_2026")


def test_forbidden_one_start_more_of_an_owner_or_of_all() -> None:
    third = QUESTION.at(A, B, ("D", 2025, "gap"))
    assert_forbidden(third, {"delivery_capacity_starts_02_2025": 1}, "delivery_capacity")
    of_all = QUESTION.at(C, K, ("D", 2026, "plan"))
    assert_forbidden(of_all, {"delivery_capacity_starts_01_2026": 1}, "delivery_capacity")


def test_forbidden_one_krona_more_under_way() -> None:
    assert_forbidden(QUESTION.at(A, B, C, K), {"delivery_capacity_outlay_01_2026": KRONA}, "delivery_capacity")


def test_golden() -> None:
    golden("delivery_capacity.lp", constraint_lp(QUESTION, "delivery_capacity", STORY))
