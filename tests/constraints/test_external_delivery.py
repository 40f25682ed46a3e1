"""external_delivery: an external actor delivers from the first year in which what it needs is there."""

from __future__ import annotations

from decimal import Decimal

import pytest

import making as m
from constraint_case import Point, assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden
from portfolio.planning import EmissionCeiling, External
from portfolio.records import Requirement

NOTHING = Decimal(0)
QUESTION = question(
    m.investment("A", latest=2026, tonnes=NOTHING),
    m.investment("C", tonnes=NOTHING, alternatives="heat"),
    m.investment("X", latest=2026, control="external", tonnes=Decimal(50), alternatives="heat", requires=m.needs("A")),
    m.investment(
        "Y", start=2026, latest=2027, control="external", tonnes=Decimal(30), requires=(Requirement(id="X", kind="finish_to_start"),)
    ),
    m.investment("Z", control="external", tonnes=Decimal(40), alternatives="heat"),
    horizon=m.horizon(target=2026),
    emissions=m.emissions(latest=600),
    emission_ceiling=EmissionCeiling(tonnes=m.tonnes(600)),
    external=External(delivery_share=m.share("1")),
)
STORY = """
The city decides A (2025 or 2026) and C. The external X (0001, 2025 or 2026) needs A, and is an alternative to C; of X and Z, both
external and in that group, only X is expected, for it has more tonnes. The external Y (0002, 2026 or 2027) needs X finished.
delivered_0001_2026 is 1 when X is delivered in 2026 or before.
"""
EARLY = {"delivered_0001_2025": 1, "delivered_0001_2026": 1, "delivered_0002_2026": 1, "delivered_0002_2027": 1}
LATE = {"delivered_0001_2026": 1, "delivered_0002_2027": 1}
Starts = tuple[tuple[str, int, str], ...]
A_2025, A_2026, C = ("A", 2025, "plan"), ("A", 2026, "gap"), ("C", 2025, "plan")


def emissions(point: Point) -> Decimal:
    """Emissions in the target year as the audit finds them from the city's decisions alone."""
    return next(c.left for c in point.audit.checks if c.constraint == "emission_ceiling")


@pytest.mark.parametrize(
    ("starts", "delivered", "reductions"),
    [((A_2025,), EARLY, 50 + 30), ((A_2026,), LATE, 50), ((), {}, 0), ((C,), {}, 0), ((A_2025, C), {}, 0)],
    ids=["early", "a year later", "not at all", "the alternative alone", "the alternative too"],
)
def test_allowed_what_follows_from_the_citys_starts(starts: Starts, delivered: dict[str, int], reductions: int) -> None:
    point = QUESTION.at(*starts, **delivered)
    assert_allowed(point)
    assert point.slack("emission_ceiling_2026") == reductions
    assert emissions(point) == 600 - reductions, "the audit derives the same years"


@pytest.mark.parametrize(
    ("starts", "delivered", "row"),
    [
        ((A_2026,), LATE | {"delivered_0001_2025": 1, "delivered_0002_2026": 1}, "0001_2025_01"),
        ((A_2026,), LATE | {"delivered_0002_2026": 1}, "0002_2026_01"),
        ((A_2025, C), EARLY, None),
        ((A_2026,), {"delivered_0001_2026": 1}, "0002_2027_all"),
        ((A_2026,), {}, "0001_2026_all"),
    ],
    ids=["before what it needs", "before what it needs is finished", "beside the alternative", "Y held back", "X held back"],
)
def test_forbidden_another_year(starts: Starts, delivered: dict[str, int], row: str | None) -> None:
    broken = {f"external_delivery_{row}": 1} if row else {f"external_delivery_0001_{s}_02": 1 for s in (2025, 2026)}
    assert_forbidden(QUESTION.at(*starts, **delivered), broken, None)


def test_golden() -> None:
    golden("external_delivery.lp", constraint_lp(QUESTION, "external_delivery", STORY))
