"""A programme given as arrays inside HiGHS, for questions asked a thousand times over: no PuLP object is made.

The same rules as `solve.Session`: gap 0, HiGHS's own status, values recomputed exactly from rounded starts by whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import highspy
import numpy as np

from portfolio.errors import SolveFailed
from portfolio.evaluate import Pick, Picks
from portfolio.matrix import Array, Key, Matrix
from portfolio.narrow import AT_BOUND, by_reduced_cost, columns_of, margin, narrow, options
from portfolio.solve import MEANING, STRICTLY, SUB_MIP_HEURISTICS, TOLERANCES, Clock, Meaning

LEAST_LIKELY = 6
"""Investments, the largest first, of which it is asked whether a plan that reaches a floor can do without them."""
HEURISTICS = ("mip_heuristic_effort", "mip_heuristic_run_feasibility_jump")
"""Of HiGHS; where a value is known there is nothing for them to find below it."""


class Found(NamedTuple):
    """What one solve says: a plan if there is one, and what no plan under the rows exceeds (to be maximised)."""

    meaning: Meaning
    picks: dict[str, Pick] | None
    bound: float


class Quick:
    """One matrix in HiGHS, once as it is and once relaxed; always maximised.

    Everything that may be in layer gap is there, unless `layers` are to be decided. HiGHS minimises the negative, for its cutoff.

    Args:
        known_rows: rows ≥ −1 that every plan keeps.
    """

    def __init__(self, m: Matrix, clock: Clock, known_rows: Sequence[Array] = (), *, layers: bool = False) -> None:
        self.m, self.clock = m, clock
        self.solves = 0
        self.lower, self.upper = m.lower.copy(), m.upper.copy()
        start = {key: n for n, key in enumerate(m.keys)}
        for (i, s, layer), n in start.items():
            if layer == "plan" and (i, s, "gap") in start and not layers:
                self.upper[n] = 0.0
        self.of: dict[str, list[int]] = {}
        for key, n in start.items():
            if self.upper[n]:
                self.of.setdefault(key[0], []).append(n)
        most = {i: max((m.kronor[m.percent.get(m.keys[n], n)] for n in columns), default=0.0) for i, columns in self.of.items()}
        self.groups = [self.of[i] for i in sorted(self.of, key=lambda i: (-most[i], i))]
        self.mip, self.lp = _highs(m, relaxed=False), _Relaxed(_highs(m, relaxed=True), len(m.columns))
        self.every = np.arange(len(m.columns), dtype=np.int32)
        self.usual = [self.mip.getOptionValue(option)[1] for option in TOLERANCES]
        self.heuristics = [self.mip.getOptionValue(option)[1] for option in HEURISTICS]
        for row in known_rows:
            self.hold(row, low=-1.0)

    def hold(self, expression: Array, low: float = -np.inf, high: float = np.inf) -> None:
        """Add a row."""
        index = np.flatnonzero(expression).astype(np.int32)
        for highs in (self.mip, self.lp.highs):
            highs.addRow(low, high, len(index), index, expression[index])

    @contextmanager
    def for_a_while(self) -> Iterator[None]:
        """Rows and bounds added inside are taken back."""
        rows, lower, upper = self.mip.getNumRow(), self.lower, self.upper
        self.lower, self.upper = lower.copy(), upper.copy()
        try:
            yield
        finally:
            added = np.arange(rows, self.mip.getNumRow(), dtype=np.int32)
            for highs in (self.mip, self.lp.highs):
                highs.deleteRows(len(added), added)
            self.lower, self.upper = lower, upper

    def by_reduced_cost(self, expression: Array, value: float) -> None:
        """Fix from now on what one relaxation says that no plan that has this value can have."""
        self.lp.objective(expression)
        self.lower, self.upper = self.lower.copy(), self.upper.copy()
        by_reduced_cost(self.lp, self.lower, self.upper, value - margin(value), columns_of(self.groups))

    def keep(self, expression: Array, value: float) -> None:
        """Hold a value from now on, and fix for good what no plan that has it can have."""
        self.hold(expression, low=value)
        self.lp.objective(expression)
        self.lower, self.upper = narrow(self.lp, self.lower, self.upper, value - margin(value), self.groups)
        if (self.lower > self.upper).any():
            return
        for group in self.groups[:LEAST_LIKELY]:
            without = self.upper.copy()
            without[group] = 0.0
            if (self.lower[group] > 0).any():
                continue
            found = self.lp.bound(self.lower, without)
            if found is None or found[0] < value - margin(value):
                row = np.zeros(len(self.every))
                row[group] = 1.0
                self.hold(row, low=1.0)

    def not_nothing(self) -> None:
        """At least one investment from now on."""
        row = np.zeros(len(self.every))
        row[columns_of(self.groups)] = 1.0
        self.hold(row, low=1.0)

    def other_set(self, chosen: frozenset[str]) -> None:
        """Only plans with another set of investments from now on."""
        self._not_all([n for i in chosen for n in self.of.get(i, ())], len(chosen))

    def other_plan(self, starts: frozenset[Key]) -> None:
        """Only plans with another start of something from now on."""
        self._not_all([n for group in self.groups for n in group if self.m.keys[n] in starts], len(starts))

    def _not_all(self, there: Sequence[int], number: int) -> None:
        row = np.zeros(len(self.every))
        row[columns_of(self.groups)] = -1.0
        row[there] = 1.0
        self.hold(row, high=number - 1.0)

    def same_set(self, chosen: frozenset[str]) -> None:
        """Only this set from now on."""
        row = np.zeros(len(self.every))
        for i, columns in self.of.items():
            if i in chosen:
                row[columns] = 1.0
            else:
                self.upper[columns] = 0.0
        self.hold(row, low=float(len(chosen)))  # each has at most one start, so all of them have one

    def same_starts(self, picks: Picks) -> None:
        """Only starts in these years from now on."""
        self.upper[[n for n, key in enumerate(self.m.keys) if key[0] not in picks or key[1] != picks[key[0]].start]] = 0.0

    def ceiling(self, expression: Array) -> Found:
        """What no plan exceeds by the relaxations; proven, with the plan, where the best of them is one.

        Infeasible, with minus infinity, when there is no plan, and when there is nothing to choose.
        """
        best = self.relaxed(expression)
        if best is None or not self.m.columns:
            return Found(Meaning.INFEASIBLE, None, -np.inf)
        plan = self._plan(best[1]) if np.isfinite(best[0]) else None
        return Found(Meaning.TIME_LIMIT if plan is None else Meaning.PROVEN, plan, best[0] + margin(best[0]))

    def _plan(self, at: Array) -> dict[str, Pick] | None:
        """A relaxation's solution, where it is a plan."""
        whole = at[self.m.whole]
        return self.picks_of(at) if np.abs(whole - np.rint(whole)).max(initial=0.0) < AT_BOUND else None

    def best(self, expression: Array, known: float | None = None, *, strictly: bool = False) -> Found:
        """The plan with the largest value; with `known`, only one that is at least that good (a hair less, for the tolerances).

        Raises:
            SolveFailed: a status from which no plan may be read.
        """
        lower, upper = self.lower, self.upper
        if known is not None:
            self.lp.objective(expression)
            lower, upper = narrow(self.lp, lower, upper, known - margin(known), self.groups)
        if (lower > upper).any():
            return Found(Meaning.INFEASIBLE, None, -np.inf)
        if not strictly and self.clock.left > 0:
            relaxed = self._relaxed(expression, lower, upper, known)
            if relaxed is not None:
                return relaxed
        self.mip.changeColsCost(len(self.every), self.every, -expression)
        self.mip.changeColsBounds(len(self.every), self.every, lower, upper)
        # what is worse than `known` is cut off, as HiGHS does in its own sub-MIPs: on worlds of the sample a proof of 50 ms takes 14
        self.mip.setOptionValue("objective_bound", np.inf if known is None else margin(known) - known)
        for option, value in zip(HEURISTICS, self.heuristics, strict=True):
            self.mip.setOptionValue(option, value if known is None else type(value)(0))
        for option, value in zip(TOLERANCES, self.usual, strict=True):
            self.mip.setOptionValue(option, STRICTLY if strictly else value)
        self.solves += 1
        with self.clock.stops(self.mip, self.clock.left) as in_time:
            if not in_time:
                return Found(Meaning.INTERRUPTED if self.clock.interrupted else Meaning.TIME_LIMIT, None, np.inf)
            self.mip.run()
        status = MEANING[self.mip.getModelStatus().name]
        if status is Meaning.FAULT:
            raise SolveFailed(self.mip.modelStatusToString(self.mip.getModelStatus()))
        if status is Meaning.TIME_LIMIT and self.clock.interrupted:
            status = Meaning.INTERRUPTED
        info = self.mip.getInfo()
        if status is Meaning.INFEASIBLE or info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return Found(status, None, -float(info.mip_dual_bound))
        if known is not None and status is Meaning.PROVEN and -info.objective_function_value < known - margin(known):
            # the bounds keep every plan that is as good as `known`, and others too: the best of these is not the best of all
            return Found(Meaning.INFEASIBLE, None, -np.inf)
        return Found(status, self.picks_of(np.array(self.mip.getSolution().col_value)), -float(info.mip_dual_bound))

    def _relaxed(self, expression: Array, lower: Array, upper: Array, known: float | None) -> Found | None:
        """What the relaxation alone says: nothing is as good as `known`, or its own solution is a plan; None when it says neither."""
        self.lp.objective(expression)
        found = self.lp.bound(lower, upper)
        if found is None or not np.isfinite(found[0]):  # there is nothing, or HiGHS has not settled it: the MIP is asked
            return None
        value, at, _ = found
        if known is not None and value < known - margin(known):
            return Found(Meaning.INFEASIBLE, None, -np.inf)
        plan = self._plan(at)
        return Found(Meaning.PROVEN, plan, value) if plan is not None else None

    def relaxed(self, expression: Array) -> tuple[float, Array] | None:
        """The relaxation's largest value and where it has it, the largest investment decided; None when there is no plan."""
        self.lp.objective(expression)
        if self.groups:
            return next(((best.value, best.at) for best in options(self.lp, self.lower, self.upper, self.groups[0])), None)
        found = self.lp.bound(self.lower, self.upper)
        return found[:2] if found is not None else None

    def picks_of(self, values: Array) -> dict[str, Pick]:
        """The starts that are 1 in the columns, rounded."""
        m = self.m
        return {
            key[0]: Pick(key[1], key[2], round(values[m.percent[key]]) if key in m.percent else 100)
            for n, key in enumerate(m.keys)
            if values[n] > 0.5
        }


def _highs(m: Matrix, *, relaxed: bool) -> highspy.Highs:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(m.columns), len(m.rows)
    lp.col_cost_ = np.zeros(len(m.columns))
    lp.col_lower_, lp.col_upper_ = m.lower, m.upper
    lp.row_lower_, lp.row_upper_ = m.low, m.high
    if relaxed:
        lp.sense_ = highspy.ObjSense.kMaximize
    else:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in m.whole]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = m.starts, m.index, m.value
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    if relaxed:
        highs.setOptionValue("presolve", "off")
    else:
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", 0.0)
        for option in SUB_MIP_HEURISTICS:
            highs.setOptionValue(option, False)
    highs.passModel(lp)
    return highs


class _Relaxed:
    """The linear relaxation; its basis is kept from one question to the next."""

    def __init__(self, highs: highspy.Highs, columns: int) -> None:
        self.highs = highs
        self._every = np.arange(columns, dtype=np.int32)

    def objective(self, costs: Array) -> None:
        """What to maximise."""
        self.highs.changeColsCost(len(self._every), self._every, costs)

    def bound(self, lower: Array, upper: Array) -> tuple[float, Array, Array] | None:
        """Best value, solution and reduced costs inside the bounds; None when there is nothing inside them."""
        self.highs.changeColsBounds(len(self._every), self._every, lower, upper)
        self.highs.run()
        status = MEANING[self.highs.getModelStatus().name]
        if status is Meaning.INFEASIBLE:
            return None
        if status is not Meaning.PROVEN:
            return np.inf, np.zeros(len(self._every)), np.zeros(len(self._every))
        solution = self.highs.getSolution()
        return float(self.highs.getInfo().objective_function_value), np.array(solution.col_value), np.array(solution.col_dual)
