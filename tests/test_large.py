"""The way of large programmes: cores, dominated starts, what is kept when the clock stops it; equal to HiGHS alone on the whole."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
import pytest
from instances import SHAPES, make

from portfolio.errors import InfeasiblePlan
from portfolio.evaluate import into_the_frame, measure
from portfolio.formulation import Programme, build
from portfolio.instance import Instance, build_instance
from portfolio.planning import Objective, ObjectiveName
from portfolio.solve import Answer, Clock, Meaning, Session, engine
from portfolio.solve import session as searching
from portfolio.stages import solve_stages
from random_questions import question

REAL = Session._run
CASES = [(40 if shape == "loose" else size, shape, seed) for seed in range(1, 7) for shape in SHAPES for size in (10, 14)]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every programme is large, everything is worth deciding first, and cores are small."""
    monkeypatch.setattr(engine, "LARGE", 0)
    monkeypatch.setattr(searching, "WORTH_DECIDING", -1.0)
    monkeypatch.setattr(searching, "CORES", (10, 30, 60))


def alone(programme: Programme) -> float:
    """Most tonnes by HiGHS as it comes, gap 0, on the whole matrix."""
    session = Session(programme, Clock(300))
    lp = session._matrix(programme.problem)
    lp.col_cost_ = session._costs(programme.tonnes)
    lp.sense_ = highspy.ObjSense.kMaximize
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", 0.0)
    highs.passModel(lp)
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(highs.getInfo().objective_function_value)


def instance(size: int, shape: str, seed: int, objective: str = "most_tonnes") -> Instance:
    return build_instance(*make(size, shape, seed, objective))


def at_length(case: tuple[int, str, int]) -> Any:
    """Two cases are fast, the seeds up to 3 long, the others run by hand."""
    if case in ((10, "city", 1), (14, "knotty", 2)):
        return case
    return pytest.param(case, marks=pytest.mark.long if case[2] <= 3 else pytest.mark.soak)


@pytest.mark.parametrize("case", [at_length(case) for case in CASES])
def test_as_good_as_highs_alone(case: tuple[int, str, int], large: None) -> None:
    del large
    programme = build(instance(*case))
    session = Session(programme, Clock(300))
    session.layers_matter = False
    found = session.best(programme.tonnes, maximise=True)
    assert found.meaning is Meaning.PROVEN
    assert found.picks is not None
    assert found.value == pytest.approx(alone(programme), abs=1e-3)
    assert measure(programme.instance, found.picks).ticks / 100_000 == pytest.approx(found.value, abs=1e-3)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long if n < 4 else pytest.mark.soak) for n in range(2, 8))])
def test_the_stages_give_the_same_plan(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ratio, its ties and its layers: the way of large programmes changes the path, never the plan."""
    portfolio, planning = make(12, "knotty", seed)
    d = build_instance(portfolio, planning.model_copy(update={"objective": Objective(name=ObjectiveName.TONNES_PER_KRONA)}))
    usual = solve_stages(d, Clock(300))
    monkeypatch.setattr(engine, "LARGE", 0)
    monkeypatch.setattr(searching, "WORTH_DECIDING", -1.0)
    found = solve_stages(d, Clock(300))
    assert (found.proven, found.unique, usual.proven, usual.unique) == (True, True, True, True)
    assert found.picks == usual.picks


@pytest.mark.parametrize("seeds", [range(6), pytest.param(range(6, 80), marks=pytest.mark.long)])
def test_small_questions_of_every_kind(seeds: range, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in seeds:
        d = build_instance(*question(seed))
        monkeypatch.undo()
        try:
            usual = solve_stages(d, Clock(60))
        except InfeasiblePlan:
            usual = None
        monkeypatch.setattr(engine, "LARGE", 0)
        monkeypatch.setattr(searching, "WORTH_DECIDING", -1.0)
        try:
            found = solve_stages(d, Clock(60))
        except InfeasiblePlan:
            assert usual is None, seed
            continue
        assert usual is not None
        assert found.value == usual.value, seed


def test_cores_that_hold_no_plan(large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A heuristic that finds nothing costs its time and nothing else."""
    del large
    monkeypatch.setattr(searching, "core", lambda way, columns, most: (way.lower + 2 * (way.lower < way.upper), way.upper))  # noqa: ARG005
    programme = build(instance(10, "city", 1))
    session = Session(programme, Clock(300))
    session.layers_matter = False
    found = session.best(programme.tonnes, maximise=True)
    assert found.meaning is Meaning.PROVEN
    assert found.value == pytest.approx(alone(programme), abs=1e-3)


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.long
def test_interrupted_in_any_phase(at: int, large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was found before stays, and the bound holds for the best plan there is."""
    del large
    d = instance(10, "city", 1)
    programme = build(d)
    best = alone(programme)
    clock = Clock(300)
    session = Session(programme, clock)
    session.layers_matter = False
    runs = []

    def run(self: Session, *given: Any, **named: Any) -> Answer:
        runs.append(1)
        if len(runs) == at:
            clock.interrupt()
        return REAL(self, *given, **named)

    monkeypatch.setattr(Session, "_run", run)
    found = session.best(programme.tonnes, maximise=True)
    assert found.meaning is Meaning.INTERRUPTED
    assert len(runs) <= at + 1
    assert found.bound >= best - 1e-3
    if at > 1:
        assert found.picks
        assert found.value <= best + 1e-3


def test_a_stopped_plan_stands_in_the_frame_as_far_as_there_is_room() -> None:
    d = instance(12, "even", 1)
    usual = solve_stages(d, Clock(300))
    assert usual.unique
    outside = {i: pick._replace(layer="gap") for i, pick in usual.picks.items()}
    placed = into_the_frame(d, outside)
    frame = d.planning.plan_frame
    assert frame is not None
    for t in d.years:
        paid = sum(
            kr * pick.percent // 100
            for i, pick in placed.items()
            if pick.layer == "plan"
            for tau, kr in d.outlay[i, pick.start].items()
            if tau <= t
        )
        assert paid <= sum(kr for tau, kr in frame.frame.values.items() if tau <= t)
    assert {i: pick[::2] for i, pick in placed.items()} == {i: pick[::2] for i, pick in outside.items()}
    assert usual.value.gap_outlay <= measure(d, placed).gap_outlay < measure(d, outside).gap_outlay


@pytest.mark.long
def test_reduced_costs_leave_the_best_plan(large: None) -> None:
    """Nothing that the best plan has is fixed away, however near to it the plan in hand is."""
    del large
    programme = build(instance(12, "knotty", 3))
    session = Session(programme, Clock(300))
    found = session.best(programme.tonnes, maximise=True)
    lower, upper = session._narrowed(programme.tonnes, found.value, maximise=True)
    assert found.picks is not None
    for (i, s, layer), variable in programme.choice.start.items():
        column = session._column[variable.name]
        if i in found.picks and found.picks[i].start == s:
            same = [session._column[v.name] for k, v in programme.choice.start.items() if k[:2] == (i, s)]
            assert any(upper[n] == 1 for n in same), (i, s, layer)
        elif i not in found.picks:
            assert lower[column] == 0
    assert np.all(lower <= upper)
