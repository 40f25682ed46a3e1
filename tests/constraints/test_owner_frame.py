"""owner_frame: each committee or company stays inside its own frame, in both layers."""

from __future__ import annotations

import making as m
from constraint_case import KRONA, Question, assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden
from portfolio.planning import OwnerFrame


def frames(committee: tuple[int, int, int], *, carry_forward: bool) -> Question:
    table = OwnerFrame(
        frames={
            "Nämnden": m.money_by_year(dict(zip((2025, 2026, 2027), committee, strict=True))),
            "Bolaget": m.money_by_year({2025: 0, 2026: 30_000, 2027: 0}),
        },
        carry_forward=carry_forward,
    )
    return question(
        m.investment("A", (100_000,)),
        m.investment("B", (60_000, 40_000), latest=2026),
        m.investment("C", (30_000,), start=2026, owner="Bolaget"),
        m.investment("D", (999_000,), owner="Regionen"),
        m.investment("K", (1,), start=2026, owner="Bolaget"),
        owner_frame=table,
    )


YEARLY = frames((100_000, 60_000, 40_000), carry_forward=False)
STORY = """
A (100 tkr in 2025) and B (60 and 40 tkr from 2025 or 2026) are the committee's, owner 02, with frames of 100, 60 and 40 tkr.
C (30 tkr) and K (one krona), both in 2026, are the company's, owner 01, with 30 tkr in 2026. D's owner has no frame.
"""
POINT = (("A", 2025, "plan"), ("B", 2026, "gap"), ("C", 2026, "plan"), ("D", 2025, "plan"))


def test_allowed_every_owner_to_the_krona() -> None:
    on_the_limit = ("owner_frame_02_2025", "owner_frame_02_2026", "owner_frame_02_2027", "owner_frame_01_2026")
    assert_allowed(YEARLY.at(*POINT), *on_the_limit)


def test_forbidden_one_krona_more() -> None:
    assert_forbidden(YEARLY.at(*POINT, ("K", 2026, "gap")), {"owner_frame_01_2026": KRONA}, "owner_frame")


def test_forbidden_one_owners_money_is_not_anothers() -> None:
    """The committee has 100 tkr left in 2025 when A is not started; that is no help for the company's krona."""
    assert_forbidden(YEARLY.at(*POINT[1:], ("K", 2026, "plan")), {"owner_frame_01_2026": KRONA}, "owner_frame")


def test_forbidden_to_move_money_between_years_unless_the_model_says_so() -> None:
    yearly, carried = (frames((110_000, 50_000, 40_000), carry_forward=c) for c in (False, True))
    assert_forbidden(yearly.at(*POINT), {"owner_frame_02_2026": 10}, "owner_frame")
    assert_allowed(carried.at(*POINT), "owner_frame_02_2026", "owner_frame_02_2027")
    early = carried.at(("A", 2025, "plan"), ("B", 2025, "plan"))
    assert_forbidden(early, {"owner_frame_02_2025": 50, "owner_frame_02_2026": 40}, "owner_frame")


def test_golden() -> None:
    golden("owner_frame.lp", constraint_lp(YEARLY, "owner_frame", STORY))
