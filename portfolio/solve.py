"""The only place that names a solver: the PuLP model is handed to HiGHS once, and the stages are solved on it.

A PuLP status is never read: PuLP calls a timed-out run "Optimal". HiGHS's own model status, bound and gap are, and every status is mapped
once, in `MEANING`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import highspy
import numpy as np
import pulp

from portfolio.errors import SolveFailed
from portfolio.evaluate import Pick
from portfolio.formulation import Programme


class Meaning(Enum):
    """What a status of the solver allows us to say."""

    PROVEN = "proven"
    INFEASIBLE = "infeasible"
    TIME_LIMIT = "time limit"
    INTERRUPTED = "interrupted"
    FAULT = "fault"


MEANING: Mapping[str, Meaning] = {
    "kOptimal": Meaning.PROVEN,
    "kInfeasible": Meaning.INFEASIBLE,
    "kTimeLimit": Meaning.TIME_LIMIT,
    "kIterationLimit": Meaning.TIME_LIMIT,
    "kSolutionLimit": Meaning.TIME_LIMIT,
    "kMemoryLimit": Meaning.TIME_LIMIT,
    "kInterrupt": Meaning.INTERRUPTED,
    "kHighsInterrupt": Meaning.INTERRUPTED,
    # every variable of ours is bounded where it matters: unbounded, or "one of the two", is a fault and never a plan
    "kUnbounded": Meaning.FAULT,
    "kUnboundedOrInfeasible": Meaning.FAULT,
    "kObjectiveBound": Meaning.FAULT,
    "kObjectiveTarget": Meaning.FAULT,
    "kNotset": Meaning.FAULT,
    "kLoadError": Meaning.FAULT,
    "kModelError": Meaning.FAULT,
    "kPresolveError": Meaning.FAULT,
    "kSolveError": Meaning.FAULT,
    "kPostsolveError": Meaning.FAULT,
    "kModelEmpty": Meaning.FAULT,
    "kUnknown": Meaning.FAULT,
}
"""Every model status of HiGHS; a test holds the table complete."""


@dataclass(frozen=True)
class Answer:
    """What one solve says. `picks` is None without a plan; `value` and `bound` are in the objective's unit; nothing beats `bound`."""

    meaning: Meaning
    picks: dict[str, Pick] | None
    value: float
    bound: float


class Clock:
    """Time that is left, for all solves of a run together (s)."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())


class Session:
    """A programme inside HiGHS. Objectives are exchanged and rows added between solves; each solve starts from the last plan.

    Args:
        programme: what `formulation.build` made.
        clock: the time all solves share.
        seed: HiGHS's random seed; it must change nothing but the path.
    """

    def __init__(self, programme: Programme, clock: Clock, seed: int = 0) -> None:
        self._programme = programme
        self._clock = clock
        self.solves = 0
        self.interrupted = False
        self._variables = list(programme.problem.variables())
        self._column = {v.name: n for n, v in enumerate(self._variables)}
        self._highs = highspy.Highs()
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("mip_rel_gap", 0.0)
        self._highs.setOptionValue("mip_abs_gap", 0.0)
        self._highs.setOptionValue("random_seed", seed)
        self._highs.HandleKeyboardInterrupt = True
        self._pass_model(programme.problem)
        self._last: np.ndarray | None = None

    def _pass_model(self, problem: pulp.LpProblem) -> None:
        """Hand the whole matrix over at once; PuLP's own way, column by column, is many times slower."""
        lp = highspy.HighsLp()
        infinity = highspy.kHighsInf
        rows = problem.constraints()
        lp.num_col_, lp.num_row_ = len(self._variables), len(rows)
        lp.col_cost_ = np.zeros(len(self._variables))
        lp.col_lower_ = np.array([-infinity if v.lowBound is None else v.lowBound for v in self._variables], dtype=float)
        lp.col_upper_ = np.array([infinity if v.upBound is None else v.upBound for v in self._variables], dtype=float)
        lp.integrality_ = [
            highspy.HighsVarType.kInteger if v.cat == pulp.LpInteger else highspy.HighsVarType.kContinuous for v in self._variables
        ]
        lower, upper, starts, index, value = [], [], [0], [], []
        for row in rows:
            right = -row.constant
            lower.append(right if row.sense != pulp.LpConstraintLE else -infinity)
            upper.append(right if row.sense != pulp.LpConstraintGE else infinity)
            for variable, coefficient in row.items():
                if coefficient:
                    index.append(self._column[variable.name])
                    value.append(coefficient)
            starts.append(len(index))
        lp.row_lower_, lp.row_upper_ = np.array(lower, dtype=float), np.array(upper, dtype=float)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(index, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(value, dtype=float)
        self._highs.passModel(lp)

    def hold(self, expression: pulp.LpAffineExpression, at_least: float | None = None, at_most: float | None = None) -> None:
        """Add a row that keeps an earlier stage's value; the expression's constant is taken into account."""
        infinity = highspy.kHighsInf
        terms = [(self._column[v.name], c) for v, c in expression.items() if c]
        low = -infinity if at_least is None else at_least - expression.constant
        high = infinity if at_most is None else at_most - expression.constant
        index = np.array([n for n, _ in terms], dtype=np.int32)
        self._highs.addRow(low, high, len(terms), index, np.array([c for _, c in terms], dtype=float))

    def best(self, expression: pulp.LpAffineExpression, *, maximise: bool) -> Answer:
        """Solve for one expression under all rows so far, to gap 0 or until the clock or Ctrl-C stops it.

        Raises:
            SolveFailed: a status from which no plan may be read.
        """
        costs = np.zeros(len(self._variables))
        for variable, coefficient in expression.items():
            costs[self._column[variable.name]] = coefficient
        self._highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        self._highs.changeObjectiveOffset(float(expression.constant))
        sense = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        if self._clock.left <= 0:
            return Answer(Meaning.TIME_LIMIT, None, 0.0, float("inf") if maximise else float("-inf"))
        self._highs.setOptionValue("time_limit", float(self._highs.getRunTime() + self._clock.left))
        if self._last is not None:
            start = highspy.HighsSolution()
            start.col_value = self._last.tolist()
            self._highs.setSolution(start)
        self._run()
        self.solves += 1
        return self._answer(maximise=maximise)

    def _run(self) -> None:
        """Run HiGHS in its thread so that Ctrl-C stops the search and keeps the best plan."""
        thread = self._highs.startSolve()
        while thread.is_alive():
            try:
                thread.join(0.05)
            except KeyboardInterrupt:
                self.interrupted = True
                self._highs.cancelSolve()

    def _answer(self, *, maximise: bool) -> Answer:
        status = self._highs.getModelStatus()
        meaning = MEANING[status.name]
        if meaning is Meaning.FAULT:
            raise SolveFailed(self._highs.modelStatusToString(status))
        info = self._highs.getInfo()
        worst = float("inf") if maximise else float("-inf")
        is_mip = any(v.cat == pulp.LpInteger for v in self._variables)
        bound = float(info.mip_dual_bound) if is_mip else float(info.objective_function_value)
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if meaning is Meaning.INFEASIBLE or not feasible:
            return Answer(meaning, None, 0.0, worst if np.isinf(bound) else bound)
        self._last = np.array(self._highs.getSolution().col_value)
        return Answer(meaning, self._picks(self._last), float(info.objective_function_value), bound)

    def _picks(self, values: np.ndarray) -> dict[str, Pick]:
        """Round the integers; everything else is recomputed from them exactly."""
        x = self._programme.choice
        picks = {}
        for key, variable in x.start.items():
            if round(values[self._column[variable.name]]) == 1:
                percent = round(values[self._column[x.percent[key].name]]) if key in x.percent else 100
                picks[key[0]] = Pick(key[1], key[2], percent)
        return picks


def versions() -> dict[str, str]:
    """Versions of PuLP and HiGHS that this process uses."""
    return {"pulp": pulp.__version__, "highs": highspy.Highs().version()}
