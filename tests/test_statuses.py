"""Every status of HiGHS, at every solve: what it allows us to say, and that a plan in hand is kept, audited and never called best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import highspy
import pytest
from rich.console import Console

from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.errors import InfeasiblePlan, SolveFailed
from portfolio.evaluate import measure
from portfolio.instance import Instance, build_instance
from portfolio.outcome import Run, SolveStatus, StopReason, Verdict
from portfolio.planning import Objective, ObjectiveName
from portfolio.reports import terminal
from portfolio.solve import MEANING, Answer, Clock, Meaning, Session
from portfolio.stages import Solved, solve_stages
from portfolio.text import Text
from random_questions import question

STATUSES = sorted(set(highspy.HighsModelStatus.__members__) - {"kMin", "kMax"})
SEED = 2
"""A question with a plan, several solves, and a ratio to improve."""
REAL = Session._answer
Which = Callable[[int], bool]


class _Says:
    """HiGHS as it is, but for its status."""

    def __init__(self, highs: Any, status: str) -> None:
        self._highs, self._status = highs, highspy.HighsModelStatus.__members__[status]

    def getModelStatus(self) -> Any:  # noqa: N802 - HiGHS's own name
        return self._status

    def __getattr__(self, name: str) -> Any:
        return getattr(self._highs, name)


def says(monkeypatch: pytest.MonkeyPatch, status: str, which: Which) -> None:
    """HiGHS answers `status` at the solves of each session that `which` picks, counted from 1."""
    asked: Counter[int] = Counter()

    def answer(self: Session, *, maximise: bool) -> Answer:
        asked[id(self)] += 1
        if not which(asked[id(self)]):
            return REAL(self, maximise=maximise)
        highs = self._highs
        self._highs = _Says(highs, status)  # type: ignore[assignment]
        try:
            return REAL(self, maximise=maximise)
        finally:
            self._highs = highs

    monkeypatch.setattr(Session, "_answer", answer)
    monkeypatch.setattr(Session, "_targets", lambda *_, **__: iter(()))  # no guesses: the n-th solve is the n-th question


def asked() -> tuple[Any, Any]:
    portfolio, planning = question(SEED)
    return portfolio, planning.model_copy(update={"objective": Objective(name=ObjectiveName.TONNES_PER_KRONA)})


@cache
def unhindered() -> tuple[Instance, Solved]:
    """The question, and the plan of a solver that answers as it does; asked for before anything is planted."""
    d = build_instance(*asked())
    return d, solve_stages(d, Clock(60))


def best() -> Run:
    return optimise(*asked(), Request())


@pytest.mark.parametrize("status", [s for s in STATUSES if MEANING[s] is Meaning.FAULT])
def test_a_fault_without_a_plan_shows_no_plan(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, status, lambda n: n == 1)
    with pytest.raises(SolveFailed):
        solve_stages(build_instance(*asked()), Clock(60))


@pytest.mark.parametrize("status", [s for s in STATUSES if MEANING[s] is not Meaning.PROVEN])
@pytest.mark.parametrize(
    "at", [2, pytest.param(5, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long), pytest.param(4, marks=pytest.mark.long)]
)
def test_a_plan_in_hand_is_kept(status: str, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From solve `at` on the status is all there is: the plan meets everything, and what better could exist is a bound that holds."""
    d, whole = unhindered()
    says(monkeypatch, status, lambda n: n >= at)
    found = solve_stages(d, Clock(60))
    assert found.picks
    assert not found.unique or found.picks == whole.picks
    assert found.value == measure(d, found.picks)
    if found.proven:
        assert found.value.ratio == whole.value.ratio, "only ties are left open"
        return
    meant = MEANING[status]
    assert found.stopped is (Meaning.FAULT if meant is Meaning.INFEASIBLE else meant), "with a plan in hand nothing is infeasible"
    assert found.bound is None or whole.value.ratio <= found.bound
    assert Fraction(found.gap_ticks) >= 0 <= found.gap_kronor


@pytest.mark.parametrize("status", ["kTimeLimit", "kInterrupt", "kMemoryLimit", "kSolveError", "kInfeasible"])
def test_the_run_says_so(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first question is proven; then nothing more is: the plan is audited and marked, never called best."""
    says(monkeypatch, status, lambda n: n >= 2)
    run = best()
    assert run.status is SolveStatus.FEASIBLE_NOT_PROVEN
    assert run.audit is not None
    assert run.audit.verdict is Verdict.HOLDS
    reasons = {"kInterrupt": StopReason.INTERRUPTED, "kSolveError": StopReason.SOLVER_FAULT, "kInfeasible": StopReason.SOLVER_FAULT}
    reasons["kMemoryLimit"] = StopReason.MEMORY_LIMIT
    assert run.stop_reason is reasons.get(status, StopReason.TIME_LIMIT)
    assert run.objective is not None
    assert not run.objective.unique


def test_infeasible_is_believed_only_when_said_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    d, whole = unhindered()
    says(monkeypatch, "kInfeasible", lambda n: n == 1)
    found = solve_stages(d, Clock(60))
    assert (found.picks, found.proven) == (whole.picks, True), "asked once more, without presolve"
    says(monkeypatch, "kInfeasible", lambda n: n <= 2)
    with pytest.raises(InfeasiblePlan):
        solve_stages(d, Clock(60))


def test_infeasible_that_nothing_has_to_give_for_is_a_fault_of_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said twice, and the elastic programme needs nothing: no plan is refused on that word."""
    known: list[int] = []

    def answer(self: Session, *, maximise: bool) -> Answer:
        known.extend([id(self)] if id(self) not in known else [])
        if known.index(id(self)) > 1:
            return REAL(self, maximise=maximise)  # only the two searches themselves are lied to
        return Answer(Meaning.INFEASIBLE, None, 0.0, 0.0)

    monkeypatch.setattr(Session, "_answer", answer)
    monkeypatch.setattr("portfolio.analysis.optimise.can_bind", lambda _: False)
    with pytest.raises(SolveFailed):
        best()


class _Exhausted(_Says):
    """HiGHS as it is, but memory ends while it runs."""

    def run(self) -> None:
        raise MemoryError


@pytest.mark.parametrize("at", [1, 2])
def test_memory_that_ends_is_said_as_that(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the solver's own status or by Python: a plan in hand is kept, and no time limit is blamed."""
    asked_for: Counter[int] = Counter()
    real = Session._run

    def run(self: Session, *given: Any, **named: Any) -> Answer:
        asked_for[id(self)] += 1
        highs = self._highs
        if asked_for[id(self)] >= at:
            self._highs = _Exhausted(highs, "kNotset")  # type: ignore[assignment]
        try:
            return real(self, *given, **named)
        finally:
            self._highs = highs

    monkeypatch.setattr(Session, "_run", run)
    monkeypatch.setattr(Session, "_targets", lambda *_, **__: iter(()))
    found = best()
    assert found.status is (SolveStatus.STOPPED_WITHOUT_PLAN if at == 1 else SolveStatus.FEASIBLE_NOT_PROVEN)
    assert found.stop_reason is StopReason.MEMORY_LIMIT
    said = StringIO()
    terminal.render(found, Text("sv"), Console(file=said, width=100), Path("ut"), 0)
    assert "arbetsminne räckte inte till" in said.getvalue()
    assert "Tidsgränsen" not in said.getvalue()


def test_memory_that_ends_elsewhere_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("portfolio.cli.optimise.read", exhausted)
    assert main(["optimise"]) == 1
    said = capsys.readouterr().err
    assert "arbetsminne räckte inte till" in said
    assert "Traceback" not in said
