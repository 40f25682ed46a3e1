"""A second solver on the same question: exported as MPS and solved by SCIP, whose answer must be the run's to the tick and the krona.

It stands apart from `portfolio/verify`: the programme is built anew by `formulation/` from the records and the model that run.json keeps,
so it tries the solver and its use (stages, guesses, tolerances), not the formulation. Needs the extra `audit` (PySCIPOpt brings SCIP).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, Literal

import pyscipopt

from portfolio.accounts import Accounts
from portfolio.analysis.plan import no_reasons
from portfolio.audit import audit
from portfolio.evaluate import Measure, Pick, measure
from portfolio.formulation import Programme, build
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import Instance, build_instance
from portfolio.outcome import ObjectiveReport, Records, Run, Verdict
from portfolio.planning import ObjectiveName, Planning
from portfolio.records import Portfolio
from portfolio.units import TICKS_PER_TONNE, ticks_from_tonnes, tonnes_from_ticks

HALF_TICK = 0.5 / TICKS_PER_TONNE
STRICTLY = 1e-9
"""SCIP's feasibility tolerance."""

Judgement = Literal["agrees", "second_better", "second_worse", "second_stopped", "second_inexact"]


@dataclass(frozen=True)
class Opinion:
    """What the second solver says.

    Attributes:
        verdict: `agrees`; it has a better plan, or cannot reach the run's; it was stopped; its plan breaks a constraint counted exactly.
        place: the figure of run.json that it is about. said, counted: its value and the run's: ticks, ticks per krona, or kronor.
        software: name and version.
        solved: questions solved to gap 0.
    """

    verdict: Judgement
    software: str
    place: str = ""
    said: Fraction = Fraction(0)
    counted: Fraction = Fraction(0)
    solved: int = 0


def second_opinion(run: Run, records: Records, seconds: float) -> Opinion:
    """Ask SCIP what the run asked HiGHS.

    Args:
        run: proven, with a plan.
        records: those of the run.
        seconds: most time for each question.
    """
    portfolio = Portfolio(investments=records.investments, pairs=records.pairs, ceilings=records.ceilings)
    d = build_instance(portfolio, Planning.model_validate(run.model))
    report = run.objective
    assert report is not None
    asked = _Asked(d, seconds)
    if d.planning.objective.name is ObjectiveName.LEAST_COST:
        goal = tonnes_goal(d)
        if goal is not None:
            asked.hold_tonnes(round(goal * TICKS_PER_TONNE))
        return asked.best("objective.kronor", asked.programme.kronor, -1, lambda m: Fraction(-m.kronor), Fraction(-report.kronor))
    most = report.most_tonnes if report.most_tonnes is not None else report.tonnes
    found = asked.best("objective.most_tonnes", asked.programme.tonnes, 1, lambda m: Fraction(m.ticks), Fraction(ticks_from_tonnes(most)))
    if found.verdict != "agrees" or d.planning.objective.name is ObjectiveName.MOST_TONNES or report.kronor <= 0 or report.tonnes <= 0:
        return found
    return _ratio(asked, report)


def _ratio(asked: _Asked, report: ObjectiveReport) -> Opinion:
    """No plan above the floor has N − λK > 0, λ the ratio of the plan (Dinkelbach 1967)."""
    floor = ceil(Fraction(report.floor_tonnes or 0) * TICKS_PER_TONNE)
    rate = Fraction(ticks_from_tonnes(report.tonnes), report.kronor)
    asked.hold_tonnes(floor)
    found = asked.best("objective.tonnes_per_krona", asked.programme.reduced(rate), 1, lambda m: m.ticks - rate * m.kronor, Fraction(0))
    said = rate if found.verdict == "agrees" else (rate + found.said / report.kronor)
    return Opinion(found.verdict, found.software, found.place, said, rate, found.solved)


class _Asked:
    """One programme, exported and read by SCIP for each question."""

    def __init__(self, d: Instance, seconds: float) -> None:
        self.d, self._seconds = d, seconds
        self.programme: Programme = build(d)
        self._solved = 0
        self._floor: Decimal | None = None

    def hold_tonnes(self, ticks: int) -> None:
        """Plans must have so many ticks."""
        self._floor = tonnes_from_ticks(ticks)
        tonnes = ticks / TICKS_PER_TONNE
        self.programme.problem.addConstraint(self.programme.tonnes >= tonnes - HALF_TICK, "held_tonnes")

    def best(self, place: str, expression: Any, sign: int, exactly: Callable[[Measure], Fraction], stated: Fraction) -> Opinion:
        """The largest `sign` · `expression`, against what the run states; its plan is counted exactly by `exactly`."""
        model = pyscipopt.Model()
        model.hideOutput()
        columns = self._read(model, -sign * expression)
        for option, value in (("numerics/feastol", STRICTLY), ("limits/time", self._seconds), ("limits/gap", 0.0), ("limits/absgap", 0.0)):
            model.setParam(option, value)
        model.optimize()
        software = f"SCIP {model.getMajorVersion()}.{model.getMinorVersion()}.{model.getTechVersion()}"
        status = model.getStatus()
        if status == "infeasible":
            return Opinion("second_worse", software, place, Fraction(0), stated)
        if status != "optimal":
            return Opinion("second_stopped", software, place, solved=self._solved)
        self._solved += 1
        picks = self._picks(model, columns)
        said = exactly(measure(self.d, picks))
        decisions = Accounts(self.d, picks).decisions(no_reasons(self.d))
        if audit(self.d.portfolio, self.d.planning, decisions, floor_tonnes=self._floor).verdict is not Verdict.HOLDS:
            return Opinion("second_inexact", software, place, said, stated, self._solved)
        # a plan less than a tick, or a krona, below the best is the best to a solver that counts in floats
        verdict: Judgement = "second_better" if said > stated else "second_worse" if said <= stated - 1 else "agrees"
        return Opinion(verdict, software, place, said, stated, self._solved)

    def _read(self, model: Any, objective: Any) -> dict[str, str]:
        """Write the programme with generated names, minimised, and let SCIP read it; its names by ours."""
        self.programme.problem.setObjective(objective)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "question.mps"
            names: dict[str, str] = self.programme.problem.writeMPS(str(path), rename=1)[1]
            model.readProblem(str(path))
        return names

    def _picks(self, model: Any, names: Mapping[str, str]) -> dict[str, Pick]:
        columns = {v.name: v for v in model.getVars()}

        def whole(variable: Any) -> int:
            column = columns.get(names[variable.name])
            return round(model.getVal(column)) if column is not None else 0

        choice, picks = self.programme.choice, {}
        for key, variable in choice.start.items():
            if whole(variable) == 1:
                picks[key[0]] = Pick(key[1], key[2], whole(choice.percent[key]) if key in choice.percent else 100)
        return picks
