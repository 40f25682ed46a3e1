"""control_envelope: all outlays, both layers and the tail, stay inside the identified need."""

from __future__ import annotations

import making as m
from constraint_case import KRONA, assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden

QUESTION = question(
    m.investment("A", (100_000,), grant=50_000, grant_status="granted"),
    m.investment("B", (60_000, 40_000), start=2027),
    m.investment("K", (1,)),
    m.investment("S", (100_000,), minimum_share=40),
    horizon=m.horizon(allow_tail=True),
    control_envelope=m.envelope(240_000),
)
STORY = """
A costs 100 tkr, gross, whatever its grant; B 60 tkr in 2027 and 40 tkr in 2028, after the plan years; K one krona;
S 100 tkr, of which 40 per cent or more can be bought. Together at most 240 tkr.
"""
POINT = (("A", 2025, "plan"), ("B", 2027, "gap"), ("S", 2025, "gap", 40))


def test_allowed_to_the_krona() -> None:
    assert_allowed(QUESTION.at(*POINT), "control_envelope_total")


def test_forbidden_one_krona_more_in_either_layer() -> None:
    for layer in ("plan", "gap"):
        assert_forbidden(QUESTION.at(*POINT, ("K", 2025, layer)), {"control_envelope_total": KRONA}, "control_envelope")


def test_forbidden_one_per_cent_more() -> None:
    point = QUESTION.at(*POINT[:2], ("S", 2025, "gap", 41))
    assert_forbidden(point, {"control_envelope_total": 1}, "control_envelope")


def test_golden() -> None:
    golden("control_envelope.lp", constraint_lp(QUESTION, "control_envelope", STORY))
