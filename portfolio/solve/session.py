"""The search for a best plan: a value is guessed, the columns narrowed, cores searched first; what is proven does not depend on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pulp

from portfolio.evaluate import Picks
from portfolio.formulation import Programme
from portfolio.narrow import columns_of, core, margin, narrow, options, within_reach
from portfolio.solve.answer import Answer, Meaning, kept
from portfolio.solve.clock import Clock
from portfolio.solve.engine import SLIGHTLY, Engine

CORES = (250, 600, 1_500)
"""Columns of a core."""
LARGER_CORES = (4_000, 10_000)
"""More of them where HiGHS does not get going on the whole."""
CORE_SHARES = ((2_000, 0.1), (6_000, 0.3), (1_000_000, 0.7))
"""Part of the time that is left that a core of at most so many columns may take; many columns have no reduced cost at all."""
WORTH_DECIDING = 1e-4
"""Part by which the relaxation must fall when the largest investment is decided, for cores to be worth while below `TOO_LARGE`. Measured:
with an investment of half the money 300 are proven in a sixth of the time; without one HiGHS alone was as good, or better."""
TOO_LARGE = 40_000
"""Columns from which HiGHS alone does not get going in a minute."""
WAYS = 2
"""Ways to decide the largest investment whose cores are searched, the best first."""
GUESSES = (0.001, 0.004, 0.016)
"""How far below the relaxations' ceiling a value is guessed, as a part of all that is added up in it. Measured: 16 budgets of the sample
took 0.02–0.47 s each instead of 0.05–1.5 s."""
FARTHEST = 0.5
"""With a plan in hand, no guess goes farther down to it than this part of the way."""
GUESS_SHARE = 0.1
"""Part of the time that is left that one guess may take."""


class Session(Engine):
    """A programme inside HiGHS, and the ways to its best plan.

    `layers_matter` is False while neither what is asked nor a row that is held tells the layers apart: whatever can be paid in the plan can
    then as well be paid in the gap, and large programmes are searched without the choice (dominated starts).
    """

    def __init__(self, programme: Programme, clock: Clock, seed: int = 0, watch: Callable[[float], None] | None = None) -> None:
        super().__init__(programme, clock, seed, watch)
        self._groups = self._start_groups()
        self.layers_matter = True

    def _start_groups(self) -> list[list[int]]:
        """Columns of the starts of each investment, the one with the largest outlay first."""
        d, x = self.programme.instance, self.programme.choice
        groups: dict[str, list[int]] = {}
        for key, variable in x.start.items():
            groups.setdefault(key[0], []).append(self._column[variable.name])
        return [groups[i] for i in sorted(groups, key=lambda i: (-d.investments[i].total_outlay, i))]

    def not_nothing(self) -> None:
        """Something must be started."""
        self.hold(pulp.LpAffineExpression(dict.fromkeys(self.programme.choice.start.values(), 1.0)), at_least=1.0)

    def fix_set(self, chosen: frozenset[str]) -> None:
        """Only `chosen` from now on, each of them started."""
        for key, variable in self.programme.choice.start.items():
            if key[0] not in chosen:
                self._upper[self._column[variable.name]] = 0.0
        for i in sorted(chosen):
            starts = {v: 1.0 for key, v in self.programme.choice.start.items() if key[0] == i}
            self.hold(pulp.LpAffineExpression(starts), at_least=1.0)

    def fix_starts(self, picks: Picks) -> None:
        """Only these investments from now on, in these years and to these per cent; the layers are free."""
        choice = self.programme.choice
        mine: dict[str, list[pulp.LpVariable]] = {i: [] for i in picks}
        bought: dict[str, list[pulp.LpVariable]] = {i: [] for i in picks}
        for key, variable in choice.start.items():
            if key[0] in picks and picks[key[0]].start == key[1]:
                mine[key[0]].append(variable)
                bought[key[0]] += [choice.percent[key]] if key in choice.percent else []
            else:
                self._upper[self._column[variable.name]] = 0.0
        for i, pick in picks.items():
            self.hold(pulp.LpAffineExpression(dict.fromkeys(mine[i], 1.0)), at_least=1.0)
            if bought[i]:
                self.hold(pulp.LpAffineExpression(dict.fromkeys(bought[i], 1.0)), at_least=pick.percent, at_most=pick.percent)

    def out_of_the_frame(self) -> None:
        """Everything that may be in layer gap is there: then no layer is left to decide."""
        starts = self.programme.choice.start
        for (i, s, layer), variable in starts.items():
            if layer == "plan" and (i, s, "gap") in starts:
                self._upper[self._column[variable.name]] = 0.0

    def other_set_as_good(self, expression: pulp.LpAffineExpression, chosen: frozenset[str], value: float) -> Meaning:
        """Whether plans that choose another set of investments than `chosen` reach `value` as well; starts and layers do not matter.

        PROVEN: one does. INFEASIBLE: none does, not even one a margin below, far above the solver's tolerances.
        """
        terms = {v: (1.0 if key[0] in chosen else -1.0) for key, v in self.programme.choice.start.items()}
        if not terms:
            return Meaning.INFEASIBLE
        self.solves += 1
        with self.for_a_while():
            self.hold(pulp.LpAffineExpression(terms), at_most=len(chosen) - 1.0)
            self.hold(expression, at_least=value - margin(value))
            bounds = self._narrowed(expression, value, maximise=True)
            if (bounds[0] > bounds[1]).any():
                return Meaning.INFEASIBLE
            return self._run(pulp.LpAffineExpression(), bounds, None, maximise=True).meaning

    def keep_as_good(self, expression: pulp.LpAffineExpression, value: float, *, maximise: bool) -> None:
        """Fix for good what no plan can have whose `expression` is at least (at most) `value`, a value that is held from now on."""
        self._lower, self._upper = self._narrowed(expression, value, maximise=maximise)

    def _narrowed(self, expression: pulp.LpAffineExpression, value: float, *, maximise: bool) -> tuple[np.ndarray, np.ndarray]:
        """Bounds inside which every plan lies that is at least as good as `value`, with a margin far above the solver's tolerances."""
        sign = 1.0 if maximise else -1.0
        self._relaxed.objective(sign * self._costs(expression), sign * float(expression.constant))
        return narrow(self._relaxed, self._lower, self._upper, sign * value - margin(value), self._groups)

    def relaxed_bound(self, expression: pulp.LpAffineExpression, *, maximise: bool) -> float:
        """What no plan under all rows so far can beat, from the linear relaxation alone, with a margin above the solver's tolerances.

        It does not ask the clock: it is what can still be said when the clock has stopped the search. Infinite when the relaxation has
        no bound.
        """
        sign = 1.0 if maximise else -1.0
        if not self._variables:
            return float(expression.constant)
        self._relaxed.objective(sign * self._costs(expression), sign * float(expression.constant))
        found = self._relaxed.bound(self._lower, self._upper)
        if found is None:
            return sign * float("inf")  # a relaxation without a solution bounds nothing that is in hand
        return sign * (found[0] + margin(found[0]))

    def best(
        self, expression: pulp.LpAffineExpression, *, maximise: bool, known: float | None = None, seconds: float | None = None
    ) -> Answer:
        """Solve for one expression under all rows so far, to gap 0 or until the clock or Ctrl-C stops it.

        Args:
            known: value of a plan in hand that meets all rows; what cannot be at least as good is left out of the search.
            seconds: most time for this solve, when less than what the clock has left.

        Raises:
            SolveFailed: a status from which no plan may be read.
        """
        if not self._variables:
            return self._nothing_to_decide(expression)
        self.solves += 1
        found: Answer | None = None
        if self._is_large:
            with self.for_a_while():
                if not self.layers_matter:
                    self.out_of_the_frame()
                found = self._in_cores(expression, known, seconds, maximise=maximise)
                answer = self._from(found, expression, seconds, maximise=maximise) if found.picks is not None else found
            if answer.picks is not None and answer.meaning is not Meaning.INFEASIBLE:
                return answer
        for target, most in self._targets(expression, known, maximise=maximise):
            with self.for_a_while():
                low, high = (target, None) if maximise else (None, target)
                self.hold(expression, at_least=low, at_most=high)
                bounds = self._narrowed(expression, target, maximise=maximise)
                if (bounds[0] > bounds[1]).any():
                    continue  # no plan reaches it
                with self._listening(known):
                    answer = self._run(expression, bounds, min(most, seconds or most), maximise=maximise)
            if answer.meaning is Meaning.PROVEN:
                return answer
            if answer.picks is not None:
                # a plan all the same, and a better one than any of a later, easier guess; what is worse than the guess was left out
                found = answer
                break
        bounds = (self._lower, self._upper) if known is None else self._narrowed(expression, known, maximise=maximise)
        with self._listening(known if found is None or found.picks is None else found.value):
            answer = self._run(expression, bounds, seconds, maximise=maximise)
        return kept(answer, found, maximise=maximise)

    def _in_cores(self, expression: pulp.LpAffineExpression, known: float | None, seconds: float | None, *, maximise: bool) -> Answer:
        """A good plan, better than `known`, from the cores of the relaxation, smallest core first; with what no plan at all can beat.

        The largest investment is decided first: without it, and at each of its starts, there is a relaxation of its own. A larger core is
        not worth while when what can still be better than the plan in hand is not much more than the core that it was found in.
        """
        sign, columns = 1.0 if maximise else -1.0, columns_of(self._groups)
        best = Answer(Meaning.TIME_LIMIT, None, 0.0, sign * float("inf"))
        self._relaxed.objective(sign * self._costs(expression), sign * float(expression.constant))
        root = self._relaxed.bound(self._lower, self._upper)
        ways = options(self._relaxed, self._lower, self._upper, self._groups[0])
        if root is None or not ways:
            return best
        best = replace(best, bound=sign * (ways[0].value + margin(ways[0].value)))
        if root[0] - ways[0].value < WORTH_DECIDING * abs(root[0]) and len(self._variables) < TOO_LARGE:
            return best  # nothing dominates, and HiGHS finds its own way
        searched = set()
        for size in (*CORES, *(LARGER_CORES if len(self._variables) >= TOO_LARGE else ())):
            for number, way in enumerate(ways[:WAYS]):
                if known is not None and way.value <= sign * known:
                    break  # nothing better on this way, nor on the next
                lower, upper = core(way, columns, size)
                free = np.count_nonzero(lower[columns] < upper[columns])
                if (number, free) in searched:
                    continue  # the same core as before
                searched.add((number, free))
                share = next(share for most, share in CORE_SHARES if free <= most)
                answer = self._run(expression, (lower, upper), min(share * self._clock.left, seconds or float("inf")), maximise=maximise)
                if answer.meaning is Meaning.INTERRUPTED:
                    return kept(answer, best, maximise=maximise)
                if answer.picks is not None and (known is None or sign * answer.value > sign * known):
                    best, known = replace(best, picks=answer.picks, value=answer.value), answer.value
            if known is not None and within_reach(ways[0], columns, sign * known) <= 2 * size:
                break
        return best

    def _from(self, found: Answer, expression: pulp.LpAffineExpression, seconds: float | None, *, maximise: bool) -> Answer:
        """The best plan of all, when a good one is in hand: what reduced costs prove to be in no better plan is left out.

        No row asks for better plans: with such a row HiGHS 1.15.1 finds hardly any in large programmes.
        """
        bounds = self._narrowed(expression, found.value, maximise=maximise)
        with self._listening(found.value):
            answer = self._run(expression, bounds, seconds, maximise=maximise)
        return kept(answer, found, maximise=maximise)

    def _targets(self, expression: pulp.LpAffineExpression, known: float | None, *, maximise: bool) -> Iterator[tuple[float, float]]:
        """Values that the best plan may reach, just below what the relaxations allow, and the seconds that each may be tried for.

        A programme that must reach such a value is many times easier. A plan found is then the best of all; when there is none, the
        next, easier value is tried, and in the end none is asked for: a wrong guess, or a wrong "infeasible", costs time and nothing else.
        """
        if self._is_large or not self._groups:
            return
        sign, costs = 1.0 if maximise else -1.0, self._costs(expression)
        self._relaxed.objective(sign * costs, sign * float(expression.constant))
        ways = options(self._relaxed, self._lower, self._upper, self._groups[0])
        if not ways:
            return
        ceiling = ways[0].value
        turnover = float(np.abs(costs) @ np.abs(ways[0].at))
        room = ceiling - sign * known + margin(known) if known is not None else float("inf")
        far = [part * turnover for part in GUESSES if part * turnover < FARTHEST * room]
        for below in [*far, room] if known is not None else far:
            if below > SLIGHTLY * turnover and self._clock.left > 0 and not self._clock.interrupted:
                yield sign * (ceiling - below), GUESS_SHARE * self._clock.left

    def best_once_more(self, expression: pulp.LpAffineExpression, *, maximise: bool) -> Answer:
        """The same question as it stands, nothing guessed, narrowed or taken out: "infeasible" is believed only when said twice.

        Raises:
            SolveFailed: a status from which no plan may be read.
        """
        if not self._variables:
            return self._nothing_to_decide(expression)
        self.solves += 1
        with self._without_presolve():
            return self._run(expression, (self._lower, self._upper), None, maximise=maximise)
