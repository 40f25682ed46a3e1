"""The objectives: what each stage maximises or minimises, and in which order the stages are asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pulp
import pytest

import making as m
from constraint_case import Question, question
from golden_lp import golden, objective_lp
from portfolio import stages
from portfolio.planning import Objective, ObjectiveName
from portfolio.solve import Answer, Clock, Session

TIES = [("gap_outlay", False), ("kronor", False), ("start_years", False), ("id_order", False)]

MOST_TONNES = question(
    m.investment("A", (60_000, 40_000), latest=2026, tonnes=Decimal(10), ramp=(Decimal(0), Decimal("0.5"), Decimal(1))),
    m.investment("B", (30_000,), tonnes=Decimal("2.5"), life=1),
    m.investment("D", (1_000,), tonnes=Decimal(-3)),
    m.investment("S", (20_000,), tonnes=Decimal(4), minimum_share=40),
    horizon=m.horizon(until=2027),
    objective=Objective(name="most_tonnes"),
)
TONNES_PER_KRONA = question(
    m.investment("A", (100_000,), tonnes=Decimal(10), grant=30_000, grant_status="granted"),
    m.investment("B", (50_000,), tonnes=Decimal(6), removal_tonnes=Decimal(2), grant=9_000, grant_status="applied"),
    pairs=[m.pair("A", "B", "0.3")],
    horizon=m.horizon(until=2027),
    objective=Objective(name="tonnes_per_krona", quantity="target_year", krona="net", counts=("reduction",)),
)
LEAST_COST = question(
    m.investment("A", (100_000,), tonnes=Decimal(10), life=2),
    m.investment("B", (50_000,), start=2026, tonnes=Decimal(6), life=1, status="committed"),
    horizon=m.horizon(until=2027),
    emissions=m.emissions(sectors={"transport": 12}),
    objective=Objective(name="least_cost", quantity="lifetime", tonnes=m.tonnes(20)),
)

CASES = {
    ObjectiveName.MOST_TONNES: (
        MOST_TONNES,
        [("tonnes", True), *TIES],
        """
Most tonnes, cumulative over 2025 to 2027. A: 10 t a year with nothing in its first year, half in the second: 0 + 5 + 10 from 2025,
0 + 5 from 2026. B: 2.5 t a year for one year of building and one of life. D raises emissions by 3 t a year.
S: 4 t a year, 12 t in all, 0.12 t a per cent; its kronor are a hundredth of 20 tkr a per cent. Then the ties.
""",
    ),
    ObjectiveName.TONNES_PER_KRONA: (
        TONNES_PER_KRONA,
        [("tonnes", True), *TIES],
        """
Tonnes per krona: N (tonnes) and K (kronor) of the largest N/K, of reductions alone in 2027, and kronor net of grants.
A: 10 t, of which 3 t are lost while B is there too. B: 4 t of reductions; its 2 t of removals do not count here.
A's grant is granted, 100 - 30 = 70 tkr; B's is only applied for and does not count, 50 tkr. Outlay in the gap is gross.
""",
    ),
    ObjectiveName.LEAST_COST: (
        LEAST_COST,
        [("tonnes", None), ("kronor", False), *TIES],
        """
Least cost: kronor, gross. The tonnes, over the whole life, are held to 20 t and more.
A: 10 t in 2025, 2026 and 2027, B: 6 t in 2026 and 2027. The sector emits 12 t, so that 2026 and 2027 have a counted variable each;
2025 only has A. B is committed and in the gap. Then the ties.
""",
    ),
}


@pytest.mark.parametrize("name", list(ObjectiveName))
def test_golden(name: ObjectiveName) -> None:
    made, expressions, story = CASES[name]
    golden(f"objective_{name}.lp", objective_lp(made, expressions, story))


class Recording(Session):
    """A session that remembers what it was asked."""

    asked: list[tuple[str, bool]]

    def best(self, expression: pulp.LpAffineExpression, *, maximise: bool, **given: Any) -> Answer:
        programme = self.programme
        names = ("tonnes", "kronor", "gap_outlay", "start_years", "id_order")
        name = next((n for n in names if getattr(programme, n) is expression), "ratio")
        type(self).asked.append((name, maximise))
        return super().best(expression, maximise=maximise, **given)


def asked(made: Question, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    monkeypatch.setattr(Recording, "asked", [], raising=False)
    monkeypatch.setattr(stages, "Session", Recording)
    assert stages.solve_stages(made.programme.instance, Clock(60)).proven
    return Recording.asked


def test_stages_are_asked_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(MOST_TONNES, monkeypatch) == [("tonnes", True), *TIES]
    assert asked(LEAST_COST, monkeypatch) == [("kronor", False), *TIES]
    ratio = asked(TONNES_PER_KRONA, monkeypatch)
    assert ratio[:5] == [("tonnes", True), *TIES], "N* first, and of the plans with N* the cheapest"
    middle = ratio[5:-4]
    assert ("ratio", True) in middle
    assert set(middle) == {("ratio", True)}
    assert ratio[-4:] == TIES
