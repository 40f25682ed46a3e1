"""What is made elastic gives in its own rows and in no others: by the names of rows, without a solver."""

from __future__ import annotations

from typing import Any

import pytest

import making as m
from constraint_case import rate
from portfolio.explained import Demand
from portfolio.formulation import Programme, build
from portfolio.formulation.elastic import soften, unmet
from portfolio.instance import build_instance
from portfolio.planning import CommitteeFrame, CountByYear, DeliveryCapacity, OperatingCharge, OwnerFrame, SelectionLimit, Stability

ONE = CountByYear(unit="starts", stated="", source="test", values={2025: 1, 2026: 1})
I, J = "I", "J"


def both(kronor: int) -> Any:
    return m.money_by_year({2025: kronor, 2026: kronor})


def programme(*, carry_forward: bool) -> Programme:
    """Two years and every kind of limit; owners, capacities and selections of which there are several come in order of name."""
    items = (
        m.investment(I, (50, 20), owner="A", owner_type="committee", in_plan=True),
        m.investment(J, (30,), latest=2026, owner="B", owner_type="company"),
    )
    limits = {
        "plan_frame": m.frame(100, 100, carry_forward=carry_forward),
        "owner_frame": OwnerFrame(frames={"B": both(9), "A": both(8)}, carry_forward=carry_forward),
        "committee_frame": CommitteeFrame(frame=both(7), carry_forward=carry_forward),
        "debt": m.debt(100, 200, years=range(2025, 2027)),
        "operating_charge": OperatingCharge(internal_rate=rate("0.02"), limit=both(50), limits={"B": both(5), "A": both(4)}),
        "delivery_capacity": DeliveryCapacity(starts={"*": ONE, "A": ONE}, outlay={"B": both(7), "A": both(7)}),
        "selection": (
            SelectionLimit(name="x", members=(I, J), at_least=1, source="test"),
            SelectionLimit(name="y", members=(I, J), at_least=1, at_most=1, source="test"),
        ),
        "stability": Stability(changes=m.count(1, "changes")),
    }
    return build(build_instance(m.portfolio_of(*items), m.planning(horizon=m.horizon(2025, 2026, 2027, 2026), **limits)))


def gives(constraint: str, subject: str, *, carry_forward: bool = False) -> dict[str, dict[str, float]]:
    """Rows that give, and what they give with, in the programme where only this demand is elastic."""
    made = programme(carry_forward=carry_forward)
    demand = Demand(constraint=constraint, subject=subject, unit="kr", file="", place="")
    given = soften(made, [demand], 3.0)
    found = {row.name: {v.name: c for v, c in row.items() if v.name.startswith("give")} for row in made.problem.constraints()}
    used = {name for row in found.values() for name in row}
    assert {v.name: c for v, c in given.items()} == dict.fromkeys(used, 1.0), "what is given is counted once, and nothing else is"
    assert all(v.lowBound == 0 for v in given)
    return {name: row for name, row in found.items() if row}


EACH_YEAR = [
    ("plan_frame", "", "plan_frame"),
    ("owner_frame", "A", "owner_frame_01"),
    ("owner_frame", "B", "owner_frame_02"),
    ("committee_frame", "", "committee_frame"),
]
OF_A_YEAR = [
    *EACH_YEAR,
    ("delivery_starts", "*", "delivery_capacity_starts_01"),
    ("delivery_starts", "A", "delivery_capacity_starts_02"),
    ("delivery_outlay", "A", "delivery_capacity_outlay_01"),
    ("delivery_outlay", "B", "delivery_capacity_outlay_02"),
]


@pytest.mark.parametrize(("constraint", "subject", "rows"), OF_A_YEAR)
def test_each_year_gives_by_itself(constraint: str, subject: str, rows: str) -> None:
    found = gives(constraint, subject)
    assert found == {f"{rows}_2025": {"give_01_2025": -1.0}, f"{rows}_2026": {"give_01_2026": -1.0}}


@pytest.mark.parametrize(("constraint", "subject", "rows"), EACH_YEAR)
def test_what_moves_on_is_given_to_later_years_too(constraint: str, subject: str, rows: str) -> None:
    """The rows are cumulative then."""
    found = gives(constraint, subject, carry_forward=True)
    assert found == {f"{rows}_2025": {"give_01_2025": -1.0}, f"{rows}_2026": {"give_01_2025": -1.0, "give_01_2026": -1.0}}


@pytest.mark.parametrize(
    ("constraint", "subject", "rows"),
    [("debt_mandate", "", "debt_mandate"), ("operating_charge", "", "operating_charge"), ("operating_charge", "B", "operating_charge_02")],
)
def test_a_level_gives_the_same_every_year(constraint: str, subject: str, rows: str) -> None:
    found = gives(constraint, subject)
    assert found == {f"{rows}_{t}": {"give_01_0": -1.0} for t in (2025, 2026)}


def test_what_has_no_year_gives_once() -> None:
    assert gives("selection", "x") == {"selection_low_01": {"give_01_0": 1.0}}
    assert gives("selection", "y") == {"selection_low_02": {"give_01_0": 1.0}, "selection_high_02": {"give_01_0": -1.0}}
    assert gives("stability", "") == {"stability_changes": {"give_01_0": -1.0}}
    assert gives("required_tonnes", "") == {"required_tonnes": {"give_01_0": 1.0}}


def test_what_is_not_started_as_it_must_be_is_counted() -> None:
    """I must start in 2025 in the plan, J must not start at all: 1 less I's start there, and 1 for each start of J."""
    made = programme(carry_forward=False)
    found = unmet(made, {I: frozenset({(2025, "plan")}), J: frozenset()})
    terms = {key: found.get(variable, 0.0) for key, variable in made.choice.start.items()}
    assert terms == {key: (1.0 if key[0] == J else -1.0 if key == (I, 2025, "plan") else 0.0) for key in made.choice.start}
    assert found.constant == 1.0
