"""tonnes_ceiling: no more can be counted than there is."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

import making as m
from constraint_case import KILOGRAM, Point, assert_allowed, assert_forbidden, question
from golden_lp import constraint_lp, golden
from portfolio.planning import EmissionCeiling, External, Objective, Removals

QUESTION = question(
    m.investment("A", tonnes=Decimal(100), removal_tonnes=Decimal(30), overlap_group="G"),
    m.investment("B", tonnes=Decimal(60), removal_tonnes=Decimal(20), overlap_group="G"),
    m.investment("C", tonnes=Decimal(30), emission_sector="avfall"),
    m.investment("D", tonnes=Decimal(-5)),
    pairs=[m.pair("A", "B", "0.5")],
    ceilings=[m.ceiling("G", 99)],
    horizon=m.horizon(until=2027),
    objective=Objective(name="most_tonnes", quantity="target_year"),
    emissions=m.emissions(base=200, latest=100, sectors={"transport": 70, "avfall": 25}),
    removals=Removals(allowance_share=m.share("0.15")),
)
STORY = """
In the target year 2027 alone. A: 70 t of reductions and 30 t of removals; B: 40 t and 20 t, and A loses half to B: 35 t and 15 t.
Both are in group G, which can count 99 t, and in sector transport, which emits 70 t. C: 30 t in sector avfall, which emits 25 t.
Removals count up to 15 per cent of 200 t, 30 t. D raises emissions by 5 t, which no ceiling touches.
counted_0001: avfall; 0002: G's reductions, in transport; 0003: G's removals. sector_01: avfall, 02: transport, 03: removals.
"""
ALL = (("A", 2025, "plan"), ("B", 2025, "gap"), ("C", 2025, "plan"), ("D", 2025, "gap"))
YEARS = (2025, 2026, 2027)


def counted(waste: Fraction | int, reductions: Fraction | int, removals: Fraction | int, **stated: str) -> Point:
    """Everything started: 30 t in waste, 70 + 40 − 35 = 75 t of reductions and 30 + 20 − 15 = 35 t of removals to count from."""
    tonnes = {i: dict.fromkeys(YEARS, Decimal(t)) for i, t in ({"A": "40", "B": "59", "C": "25", "D": "-5"} | stated).items()}
    values = {f"counted_objective_{n:04d}_2027": v for n, v in enumerate((waste, reductions, removals), start=1)}
    return QUESTION.at(*ALL, tonnes=tonnes, both_0000=1, **values)


def row(kind: str) -> str:
    return f"tonnes_ceiling_objective_{kind}_2027"


def test_allowed_every_ceiling_filled() -> None:
    full = counted(25, 70, 29)
    assert_allowed(full, row("sector_01"), row("sector_02"), row("group_01"))
    assert full.value(QUESTION.programme.tonnes) == 25 + 99 - 5
    assert full.audit.verdict.value == "breached", "money and ratios are not stated"
    assert {c.constraint for c in full.audit.breaches} == {"stated_figures"}, "every tonne is attributed, none twice"
    assert_allowed(counted(25, 69, 30), row("sector_01"), row("sector_03"), row("group_01"))


def test_allowed_all_that_an_investment_has() -> None:
    """B alone: 40 t of reductions and 20 t of removals, below every ceiling."""
    values = {"counted_objective_0002_2027": 40, "counted_objective_0003_2027": 20}
    alone = QUESTION.at(ALL[1], tonnes={"B": dict.fromkeys(YEARS, Decimal(60))}, **values)
    assert_allowed(alone, "tonnes_ceiling_raw_counted_objective_0002_2027", "tonnes_ceiling_raw_counted_objective_0003_2027")


@pytest.mark.parametrize(
    ("point", "broken"),
    [
        (counted(25 + KILOGRAM, 70, 29, C="25.001"), "sector_01"),
        (counted(25, 70, 29 + KILOGRAM, B="59.001"), "group_01"),
    ],
    ids=["sector", "group"],
)
def test_forbidden_one_kilogram_above_a_ceiling(point: Point, broken: str) -> None:
    assert_forbidden(point, {row(broken): KILOGRAM}, "tonnes_ceiling")


def test_forbidden_one_kilogram_above_a_ceiling_inside_a_group() -> None:
    """The audit sees a group's tonnes together, and the group is not above its own ceiling."""
    assert_forbidden(counted(25, 70 + KILOGRAM, 29 - KILOGRAM), {row("sector_02"): KILOGRAM}, None)
    assert_forbidden(counted(25, 69 - KILOGRAM, 30 + KILOGRAM), {row("sector_03"): KILOGRAM}, None)


def test_forbidden_one_kilogram_more_than_there_is() -> None:
    values = {"counted_objective_0002_2027": 40, "counted_objective_0003_2027": 20 + KILOGRAM}
    alone = QUESTION.at(ALL[1], **values)
    assert_forbidden(alone, {"tonnes_ceiling_raw_counted_objective_0003_2027": KILOGRAM}, None)
    stated = QUESTION.at(ALL[1], tonnes={"B": dict.fromkeys(YEARS, Decimal("60.001"))})
    assert "attribution" in {c.constraint for c in stated.audit.breaches}


def test_the_delivered_externals_share_the_sector_in_the_emission_count() -> None:
    """60 t of the city's and half of 80 t from outside, in a sector of 70 t: the city's own count stays 60 t, the joint one 70 t."""
    made = question(
        m.investment("A", tonnes=Decimal(60)),
        m.investment("X", control="external", tonnes=Decimal(80)),
        emissions=m.emissions(latest=600, sectors={"transport": 70}),
        emission_ceiling=EmissionCeiling(tonnes=m.tonnes(530)),
        external=External(delivery_share=m.share("0.5")),
    )
    start = ("A", 2025, "plan")
    rows = ("tonnes_ceiling_emissions_sector_01_2027", "emission_ceiling_2027")
    assert_allowed(made.at(start, delivered_0001_2025=1, counted_emissions_0001_2027=70), *rows)
    above = made.at(start, delivered_0001_2025=1, counted_emissions_0001_2027=70 + KILOGRAM)
    assert_forbidden(above, {"tonnes_ceiling_emissions_sector_01_2027": KILOGRAM}, None)
    assert set(made.rows("tonnes_ceiling")) == {rows[0], "tonnes_ceiling_raw_counted_emissions_0001_2027"}


def test_golden() -> None:
    golden("tonnes_ceiling.lp", constraint_lp(QUESTION, "tonnes_ceiling", STORY))
