"""committee_frame: committees' outlays together stay inside the tax-funded frame; companies are outside it."""

import making as m
from constraint_case import KRONA, Question, assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden
from portfolio.planning import CommitteeFrame
from portfolio.records import OwnerType

A = m.investment("A", (60_000, 40_000), latest=2026)
B = m.investment("B", (40_000,), start=2026, owner="Skolnämnden")
C = m.investment("C", (10**9,), owner="Bolaget", owner_type=OwnerType.COMPANY)
K = m.investment("K", (1,), start=2026)


def framed(*, carry_forward: bool) -> Question:
    frame = m.money_by_year({2025: 60_000, 2026: 80_000, 2027: 40_000})
    return question(A, B, C, K, committee_frame=CommitteeFrame(frame=frame, carry_forward=carry_forward))


YEARLY, CARRIED = framed(carry_forward=False), framed(carry_forward=True)
STORY = """
A (60 + 40 tkr), B (40 tkr in 2026) and K (one krona in 2026) are committees'; C's thousand million is a company's and stands in no row.
The committees have 60, 80 and 40 tkr, each year for itself.
"""


def test_allowed_to_the_krona_in_both_layers_whatever_the_companies_spend() -> None:
    plan = YEARLY.at(("A", 2025, "plan"), ("B", 2026, "gap"), ("C", 2025, "plan"))
    assert_allowed(plan, "committee_frame_2025", "committee_frame_2026")


def test_forbidden_one_krona_more() -> None:
    plan = YEARLY.at(("A", 2025, "plan"), ("B", 2026, "gap"), ("K", 2026, "plan"))
    assert_forbidden(plan, {"committee_frame_2026": KRONA}, "committee_frame")


def test_allowed_later_when_unspent_money_moves_on() -> None:
    late = (("A", 2026, "plan"), ("B", 2026, "plan"), ("K", 2026, "plan"))
    assert_allowed(CARRIED.at(*late))
    assert CARRIED.at(*late).slack("committee_frame_2026") == 40 - KRONA
    assert_forbidden(YEARLY.at(*late), {"committee_frame_2026": 20 + KRONA}, "committee_frame")


def test_golden() -> None:
    golden("committee_frame.lp", constraint_lp(YEARLY, "committee_frame", STORY))
