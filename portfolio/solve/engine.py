"""A programme inside HiGHS: handed over once, asked again and again; every plan that comes out keeps its rows with whole integers.

A PuLP status is never read: PuLP calls a timed-out run "Optimal". HiGHS's own model status, bound and gap are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import highspy
import numpy as np
import pulp

from portfolio.errors import SolveFailed
from portfolio.evaluate import Pick, Picks
from portfolio.formulation import Programme
from portfolio.solve.answer import MEANING, Answer, Meaning
from portfolio.solve.beside import Relaxed, Standing
from portfolio.solve.clock import Clock

RESTARTS = "mip_allow_restart"
SUB_MIP_HEURISTICS = ("mip_heuristic_run_rins", "mip_heuristic_run_rens", "mip_heuristic_run_root_reduced_cost", RESTARTS)
SLIGHTLY = 1e-6
"""The solver's tolerance."""
TOLERANCES = ("mip_feasibility_tolerance", "primal_feasibility_tolerance")
STRICTLY = 1e-10
"""The smallest tolerance that HiGHS takes."""
LARGE = 1_000
"""Columns from which the heuristics and restarts of HiGHS stay on, no value is guessed, and cores are searched first."""


class Engine:
    """A programme inside HiGHS. Objectives are exchanged and rows added between solves.

    No MIP start is given: HiGHS 1.15.1 has called a start optimal that was not (tests/test_traps.py keeps the case).

    Args:
        programme: what `formulation.build` made.
        clock: the time all solves share.
        seed: HiGHS's random seed; it must change nothing but the path.
        watch: told now and then during a long solve how much better than the plan in hand a plan could at most be, in the unit of what is
            asked. HiGHS needs Python's lock for it, so only while a person watches.
    """

    def __init__(self, programme: Programme, clock: Clock, seed: int = 0, watch: Callable[[float], None] | None = None) -> None:
        self.programme = programme
        self._watch = watch
        self._listens = False
        self._in_hand: float | None = None
        self._clock = clock
        self.solves = 0
        self._variables = list(programme.problem.variables())
        self._column = {v.name: n for n, v in enumerate(self._variables)}
        self._highs = highspy.Highs()
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("mip_rel_gap", 0.0)
        self._highs.setOptionValue("mip_abs_gap", 0.0)
        self._highs.setOptionValue("random_seed", seed)
        self._highs.setOptionValue("threads", 1)
        if watch is not None:
            self._highs.setOptionValue("output_flag", True)  # HiGHS calls nobody while it is silent
            self._highs.setOptionValue("log_to_console", False)
            self._highs.cbMipLogging.subscribe(self._hear)
        lp = self._matrix(programme.problem)
        self._highs.passModel(lp)
        self._relaxed = Relaxed(lp)
        self._standing = Standing(lp)
        self._lower, self._upper = np.array(lp.col_lower_), np.array(lp.col_upper_)

    def _matrix(self, problem: pulp.LpProblem) -> highspy.HighsLp:
        """The whole matrix at once; PuLP's own way, column by column, is many times slower."""
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
        return lp

    def _hear(self, event: highspy.HighsCallbackEvent) -> None:
        """A line of HiGHS's log: the plan and the bound of the run that is going on."""
        if self._watch is None or not self._listens:
            return
        plan, bound = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
        in_hand = plan if np.isfinite(plan) else self._in_hand
        if in_hand is not None and np.isfinite(bound):
            self._watch(abs(bound - in_hand))

    @contextmanager
    def _listening(self, known: float | None) -> Iterator[None]:
        """Inside, HiGHS's bound holds for every plan that is better than the one in hand, worth `known`."""
        self._listens, self._in_hand = True, known
        try:
            yield
        finally:
            self._listens = False

    def hold(self, expression: pulp.LpAffineExpression, at_least: float | None = None, at_most: float | None = None) -> None:
        """Add a row that keeps an earlier stage's value; the expression's constant is taken into account."""
        infinity = highspy.kHighsInf
        terms = [(self._column[v.name], c) for v, c in expression.items() if c]
        low = -infinity if at_least is None else at_least - expression.constant
        high = infinity if at_most is None else at_most - expression.constant
        index = np.array([n for n, _ in terms], dtype=np.int32)
        value = np.array([c for _, c in terms], dtype=float)
        self._highs.addRow(low, high, len(terms), index, value)
        self._relaxed.add_row(low, high, index, value)

    @contextmanager
    def for_a_while(self) -> Iterator[None]:
        """Rows and bounds added inside are taken back at the end."""
        rows, lower, upper = self._highs.getNumRow(), self._lower.copy(), self._upper.copy()
        yield
        added = np.arange(rows, self._highs.getNumRow(), dtype=np.int32)
        self._highs.deleteRows(len(added), added)
        self._relaxed.delete_rows(added)
        self._lower, self._upper = lower, upper

    @contextmanager
    def strictly(self) -> Iterator[None]:
        """Inside, integers are held as near to whole numbers as HiGHS can be asked to."""
        usual = [self._highs.getOptionValue(option)[1] for option in TOLERANCES]
        for option in TOLERANCES:
            self._highs.setOptionValue(option, STRICTLY)
        yield
        for option, value in zip(TOLERANCES, usual, strict=True):
            self._highs.setOptionValue(option, value)

    def _costs(self, expression: pulp.LpAffineExpression) -> np.ndarray:
        costs = np.zeros(len(self._variables))
        for variable, coefficient in expression.items():
            costs[self._column[variable.name]] = coefficient
        return costs

    @property
    def _is_large(self) -> bool:
        return len(self._variables) > LARGE and bool(self.programme.choice.start)

    def _run(
        self, expression: pulp.LpAffineExpression, bounds: tuple[np.ndarray, np.ndarray], seconds: float | None, *, maximise: bool
    ) -> Answer:
        """The best plan over all rows so far and these bounds of the columns, one that keeps the rows with its integers rounded.

        Inside HiGHS an integer is up to 1e-6 off, and a millionth of 50 mnkr is 50 kr: a plan that stands on that is asked for again, as
        strictly as HiGHS can. A limit so near that even this does not help rules the plan out by name, and the search goes on.
        """
        answer = self._once(expression, bounds, seconds, maximise=maximise)
        while answer.picks is not None and not self._stands(answer.picks):
            if answer.meaning is not Meaning.PROVEN:
                return replace(answer, picks=None)
            with self.strictly():
                strict = self._once(expression, bounds, seconds, maximise=maximise, again=True)
            if strict.meaning is not Meaning.INFEASIBLE and (strict.picks is None or self._stands(strict.picks)):
                return strict
            self._rule_out(answer.picks)
            answer = self._once(expression, bounds, seconds, maximise=maximise, again=True)
        return answer

    def _stands(self, picks: Picks) -> bool:
        """Whether the programme's own rows can be kept with the integers of a plan exactly whole."""
        x = self.programme.choice
        values = np.zeros(len(self._variables))
        for i, pick in picks.items():
            key = (i, pick.start, pick.layer)
            values[self._column[x.start[key].name]] = 1.0
            if key in x.percent:
                values[self._column[x.percent[key].name]] = pick.percent
        return self._standing.holds(values)

    def _rule_out(self, picks: Picks) -> None:
        """No plan with just these starts from now on.

        Raises:
            SolveFailed: a share of an investment is bought: other shares in the same years may be good.
        """
        x = self.programme.choice
        chosen = {(i, pick.start, pick.layer) for i, pick in picks.items()}
        if any(key in x.percent for key in chosen):
            raise SolveFailed("kUnknown")
        self.hold(pulp.LpAffineExpression({v: 1.0 if key in chosen else -1.0 for key, v in x.start.items()}), at_most=len(chosen) - 1.0)

    def _once(
        self,
        expression: pulp.LpAffineExpression,
        bounds: tuple[np.ndarray, np.ndarray],
        seconds: float | None,
        *,
        maximise: bool,
        again: bool = False,
    ) -> Answer:
        """One run of HiGHS.

        Args:
            again: after a plan that did not stand. No restarts then: with them HiGHS 1.15.1 has called a worse plan best
                (tests/test_traps.py, one krona below the best plan, seed 31).
        """
        costs = self._costs(expression)
        every = np.arange(len(costs), dtype=np.int32)
        self._highs.changeColsCost(len(costs), every, costs)
        self._highs.changeColsBounds(len(costs), every, *bounds)
        self._highs.changeObjectiveOffset(float(expression.constant))
        sense = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        for option in SUB_MIP_HEURISTICS:
            # on small programmes they cost more than they find: measured on the sample, 8 s became 2 s
            self._highs.setOptionValue(option, self._is_large and not (again and option == RESTARTS))
        with self._clock.stops(self._highs, seconds or self._clock.left) as in_time:
            if not in_time:
                meaning = Meaning.INTERRUPTED if self._clock.interrupted else Meaning.TIME_LIMIT
                return Answer(meaning, None, 0.0, float("inf") if maximise else float("-inf"))
            try:
                self._highs.run()
                if self._highs.getModelStatus().name == "kSolveError":
                    # HiGHS 1.15.1 rounds a limit a hair below a whole multiple of its row up to it, and then refuses its own plan:
                    # tests/test_traps.py keeps the case
                    with self._without_presolve():
                        self._highs.run()
            except MemoryError:
                return Answer(Meaning.MEMORY_LIMIT, None, 0.0, float("inf") if maximise else float("-inf"))
        return self._answer(maximise=maximise)

    @contextmanager
    def _without_presolve(self) -> Iterator[None]:
        """The programme as it stands, nothing taken out of it first."""
        self._highs.setOptionValue("presolve", "off")
        yield
        self._highs.setOptionValue("presolve", "choose")

    def _nothing_to_decide(self, expression: pulp.LpAffineExpression) -> Answer:
        """No investment can start: the empty plan, if the rows allow it (HiGHS has no answer to a programme without columns)."""
        allowed = all(row.valid(SLIGHTLY) for row in self.programme.problem.constraints())
        value = float(expression.constant)
        return Answer(Meaning.PROVEN, {}, value, value) if allowed else Answer(Meaning.INFEASIBLE, None, 0.0, value)

    def _answer(self, *, maximise: bool) -> Answer:
        status = self._highs.getModelStatus()
        meaning = MEANING[status.name]
        if meaning is Meaning.FAULT:
            raise SolveFailed(self._highs.modelStatusToString(status))
        if meaning is Meaning.TIME_LIMIT and self._clock.interrupted:
            meaning = Meaning.INTERRUPTED
        info = self._highs.getInfo()
        worst = float("inf") if maximise else float("-inf")
        is_mip = any(v.cat == pulp.LpInteger for v in self._variables)
        bound = float(info.mip_dual_bound) if is_mip else float(info.objective_function_value)
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if meaning is Meaning.INFEASIBLE or not feasible:
            return Answer(meaning, None, 0.0, worst if np.isinf(bound) else bound)
        values = np.array(self._highs.getSolution().col_value)
        return Answer(meaning, self._picks(values), float(info.objective_function_value), bound)

    def _picks(self, values: np.ndarray) -> dict[str, Pick]:
        """Round the integers; everything else is recomputed from them exactly."""
        x = self.programme.choice
        picks = {}
        for key, variable in x.start.items():
            if round(values[self._column[variable.name]]) == 1:
                percent = round(values[self._column[x.percent[key].name]]) if key in x.percent else 100
                picks[key[0]] = Pick(key[1], key[2], percent)
        return picks


def versions() -> dict[str, str]:
    """Versions of PuLP and HiGHS that this process uses."""
    return {"pulp": pulp.__version__, "highs": highspy.Highs().version()}
