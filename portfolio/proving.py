"""One matrix on its way to its best plan: the most tonnes, a plan to begin with, a proof against other sets, the earliest starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from math import ceil, inf, isfinite

from portfolio.errors import SolveFailed, SolveStopped
from portfolio.evaluate import Measure, Pick, Picks, measure
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import Instance
from portfolio.matrix import Array
from portfolio.planning import ObjectiveName
from portfolio.quick import Found, Quick
from portfolio.solve import Meaning
from portfolio.stages import HALF_KRONA, HALF_TICK, reachable_floor
from portfolio.trial import TOLERATED, fitting
from portfolio.units import TICKS_PER_TONNE
from portfolio.value import rank

GUESSES = (0.0002, 0.001, 0.004, 0.016)
"""How far below the relaxation's ceiling a value is guessed, as a part of the tonnes; measured on the sample."""


@dataclass(frozen=True)
class Optimum:
    """The best plan of a question.

    Attributes:
        meaning: proven, infeasible (no plan keeps the limits), or what stopped the search.
        picks, value: the plan; None without one.
        most, floor: most ticks that the limits allow, and what the ratio's plans must reach; None where nobody asks.
        most_picks: the plan with the most ticks, where it was looked for.
        unique: it is proven that no other set of investments is as good.
        gap: ticks that a better plan could at most have at the same kronor, or kronor that it could save (least cost); 0 when proven,
            None when not known.
    """

    meaning: Meaning
    picks: dict[str, Pick] | None = None
    value: Measure | None = None
    most: int | None = None
    floor: int | None = None
    unique: bool = False
    gap: int | None = None
    solves: int = 0
    most_picks: dict[str, Pick] | None = None


def searched(d: Instance, quick: Quick, offered: Sequence[Picks], floor: int | None) -> Optimum:
    """The best plan of the matrix in `quick`, proven if there is time; for `offered` and `floor` see `optimum`."""
    try:
        return _Search(d, quick, offered, floor).found()
    except SolveStopped as stopped:
        return Optimum(Meaning.INTERRUPTED if stopped.interrupted else Meaning.TIME_LIMIT, solves=quick.solves)


class _Search:
    """One question on its way to its best plan."""

    def __init__(self, d: Instance, quick: Quick, offered: Sequence[Picks], floor: int | None) -> None:
        self.d, self.quick, self.m = d, quick, quick.m
        self.offered = fitting(d, quick.m, quick.of, offered)
        self.floor: int | None = None
        self.asked_floor = floor
        self.most: int | None = None
        self.most_picks: dict[str, Pick] | None = None
        self._known_values: dict[frozenset[tuple[str, Pick]], Measure] = {}

    def _measured(self, picks: dict[str, Pick]) -> Measure:
        """The exact value of a plan, counted once."""
        key = frozenset(picks.items())
        if key not in self._known_values:
            self._known_values[key] = measure(self.d, picks)
        return self._known_values[key]

    def found(self) -> Optimum:
        """The best plan, the most tonnes first.

        Raises:
            SolveStopped: the clock came before there was a plan.
        """
        name = self.d.planning.objective.name
        quick = self.quick
        if name is ObjectiveName.LEAST_COST:
            goal = tonnes_goal(self.d)
            if goal is not None:
                quick.keep(self.m.tonnes, goal - HALF_TICK)
                self.floor = round(goal * TICKS_PER_TONNE)
            first = self._first(-self.m.kronor)
        else:
            first = self._first(self.m.tonnes)
        if first.picks is None:
            return Optimum(Meaning.INFEASIBLE, solves=quick.solves)
        value = self._measured(first.picks)
        if first.meaning is not Meaning.PROVEN:
            return self._left(first, first.picks, value)
        if name is not ObjectiveName.LEAST_COST:
            self.most, self.most_picks = value.ticks, first.picks
        if name is ObjectiveName.TONNES_PER_KRONA and value.ticks > 0 and value.kronor > 0:
            self.floor = reachable_floor(self.d.planning, value.ticks, self.asked_floor)
            quick.not_nothing()  # a floor of one tick is not much more than the solver's tolerance
        elif name is not ObjectiveName.LEAST_COST:
            self.floor = value.ticks  # the most tonnes, and then the fewest kronor
        if self.floor is not None and name is not ObjectiveName.LEAST_COST:
            quick.keep(self.m.tonnes, self.floor / TICKS_PER_TONNE - HALF_TICK)
        return self._final(first.picks, value)

    def _first(self, expression: Array) -> Found:
        """The best value of an expression: guessed just below the relaxation's ceiling first."""
        relaxed = self.quick.ceiling(expression)
        if relaxed.meaning is Meaning.INFEASIBLE or (relaxed.picks is not None and self._short(relaxed.picks) <= 0):
            return relaxed
        ceiling = relaxed.bound
        if not isfinite(ceiling):  # HiGHS has not settled the relaxation
            return self._asked(expression, None)
        reached = max((float(expression @ x) for x in self.offered), default=-inf)
        for below in GUESSES[1:]:
            guess = max(ceiling - below * abs(ceiling), reached)
            answer = self._asked(expression, guess)
            if answer.picks is not None:
                return answer
            if guess == reached:
                break
        return self._asked(expression, None)

    def _asked(self, expression: Array, known: float | None) -> Found:
        """The best plan that reaches the floor exactly.

        Raises:
            SolveStopped: stopped without a plan.
        """
        for tries in count():
            answer = self.quick.best(expression, known, strictly=tries > 0)
            if answer.picks is None and answer.meaning is not Meaning.INFEASIBLE:
                raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
            short = self._short(answer.picks) if answer.picks is not None else 0
            if short <= 0:
                return answer
            if tries:
                self.quick.hold(self.m.tonnes, low=(self.floor or 0) / TICKS_PER_TONNE + short * 2**tries / TICKS_PER_TONNE)
        raise AssertionError

    def _short(self, picks: dict[str, Pick]) -> int:
        """Ticks that a plan lacks to the floor."""
        return self.floor - self._measured(picks).ticks if self.floor is not None else 0

    def _expression(self, value: Measure) -> Array:
        """What a better plan has more of: N − λK at the ratio in hand, or kronor saved."""
        if self._by_ratio(value):
            return self.m.tonnes - self._rate(value.ratio) * self.m.kronor
        return -self.m.kronor

    def _by_ratio(self, value: Measure) -> bool:
        return self.d.planning.objective.name is ObjectiveName.TONNES_PER_KRONA and value.kronor > 0 and value.ticks > 0

    @staticmethod
    def _rate(ratio: Fraction) -> float:
        """Ticks per krona to t per tkr."""
        return float(ratio * 1000 / TICKS_PER_TONNE)

    def _known(self, value: Measure) -> float:
        return 0.0 if self._by_ratio(value) else -value.kronor / 1000

    def _better(self, one: Measure, other: Measure) -> bool:
        if self._by_ratio(other):
            return rank(self.d, one) > rank(self.d, other)
        return one.kronor < other.kronor

    def _final(self, picks: dict[str, Pick], value: Measure) -> Optimum:
        """No other set is as good, and within the set no other starts are better; then the earliest of them."""
        if self._by_ratio(value):
            picks, value = self._begun(picks, value)
        unique, most_kronor = True, inf
        while True:
            expression, known = self._expression(value), self._known(value)
            with self.quick.for_a_while():
                self.quick.other_set(frozenset(picks))
                if isfinite(most_kronor):
                    self.quick.hold(self.m.kronor, high=most_kronor)
                try:
                    answer = self._asked(expression, known)
                except SolveStopped as stopped:
                    meaning = Meaning.INTERRUPTED if stopped.interrupted else Meaning.TIME_LIMIT
                    return self._left(Found(meaning, None, float("inf")), picks, value)
            if answer.picks is None:
                break
            other = self._measured(answer.picks)
            if not self._better(other, value):
                unique = self._better(value, other)
                break
            if self._by_ratio(value):
                # nothing has more of N − λK than this plan, so what has a better ratio has fewer kronor, and what has the same, no more
                most_kronor = other.kronor / 1000 + HALF_KRONA
            picks, value = answer.picks, other
            if answer.meaning is not Meaning.PROVEN:
                return self._left(answer, picks, value)
            if value.kronor <= 0 < value.ticks and self.d.planning.objective.name is ObjectiveName.TONNES_PER_KRONA:
                picks, value = self._free(picks, value)
        if self._could_be_better(picks, value):
            picks, value = self._within(picks, value)
        picks, value = self._earliest(picks, value, any_set=not unique)
        return Optimum(Meaning.PROVEN, picks, value, self.most, self.floor, unique, 0, self.quick.solves, self.most_picks)

    def _free(self, picks: dict[str, Pick], value: Measure) -> tuple[dict[str, Pick], Measure]:
        """Tonnes enough for no kronor at all: no ratio is larger, so the most of them, and then the fewest kronor."""
        self.quick.hold(self.m.kronor, high=HALF_KRONA)
        answer = self._asked(self.m.tonnes, value.ticks / TICKS_PER_TONNE)
        if answer.picks is None or answer.meaning is not Meaning.PROVEN:
            return picks, value
        best = self._measured(answer.picks)
        self.quick.keep(self.m.tonnes, best.ticks / TICKS_PER_TONNE - HALF_TICK)
        return answer.picks, best

    def _begun(self, picks: dict[str, Pick], value: Measure) -> tuple[dict[str, Pick], Measure]:
        """A better plan to begin with: the best that was offered, otherwise one that is guessed."""
        low = (self.floor or 0) / TICKS_PER_TONNE - HALF_TICK
        told = [(float(self.m.tonnes @ x), float(self.m.kronor @ x), x) for x in self.offered]
        for _, _, x in sorted((o for o in told if o[0] >= low and o[1] > 0), key=lambda o: -o[0] / o[1])[:2]:
            plan = self.quick.picks_of(x)
            measured = self._measured(plan)
            if measured.ticks >= (self.floor or 0) and self._better(measured, value):
                return plan, measured
        return self._guessed(picks, value)

    def _guessed(self, picks: dict[str, Pick], value: Measure) -> tuple[dict[str, Pick], Measure]:
        """A better plan near the relaxation's best ratio (Dinkelbach 1967 on the relaxation), if one is found quickly."""
        rate = self._rate(value.ratio)
        for _ in range(6):
            best = self.quick.relaxed(self.m.tonnes - rate * self.m.kronor)
            if best is None:
                break
            tonnes, spent = (float(amounts @ best[1]) for amounts in (self.m.tonnes, self.m.kronor))
            if spent <= 0 or tonnes / spent <= rate * (1 + 1e-9):
                break
            rate = tonnes / spent
        expression = self.m.tonnes - rate * self.m.kronor
        for below in GUESSES:
            answer = self._asked(expression, -below * value.ticks / TICKS_PER_TONNE)
            if answer.picks is not None:
                found = self._measured(answer.picks)
                return (answer.picks, found) if self._better(found, value) else (picks, value)
        return picks, value

    def _could_be_better(self, picks: dict[str, Pick], value: Measure) -> bool:
        """Whether one relaxation leaves room for a better plan with the same investments."""
        with self.quick.for_a_while():
            self.quick.same_set(frozenset(picks))
            self.quick.lp.objective(self._expression(value))
            found = self.quick.lp.bound(self.quick.lower, self.quick.upper)
        return found is None or found[0] > self._known(value) + TOLERATED

    def _within(self, picks: dict[str, Pick], value: Measure) -> tuple[dict[str, Pick], Measure]:
        """The best plan with the same investments."""
        with self.quick.for_a_while():
            self.quick.same_set(frozenset(picks))
            while True:
                try:
                    answer = self._asked(self._expression(value), self._known(value))
                except SolveStopped:
                    return picks, value
                found = self._measured(answer.picks) if answer.picks is not None else value
                if answer.picks is None or not self._better(found, value):
                    return picks, value
                picks, value = answer.picks, found

    def _earliest(self, picks: dict[str, Pick], value: Measure, *, any_set: bool) -> tuple[dict[str, Pick], Measure]:
        """Of the plans with the same value the one with the earliest starts, then the first ids: of the same set, or of any."""
        with self.quick.for_a_while():
            if any_set and self._by_ratio(value):
                self.quick.hold(self._expression(value), low=-HALF_TICK)
            elif not any_set:
                self.quick.same_set(frozenset(picks))
            if not (any_set and self._by_ratio(value)):
                self.quick.hold(self.m.tonnes, low=value.ticks / TICKS_PER_TONNE - HALF_TICK)
                self.quick.hold(self.m.kronor, high=value.kronor / 1000 + HALF_KRONA)
            self.quick.by_reduced_cost(self._expression(value), self._known(value))
            while True:
                try:
                    answer = self._asked(-(1000 * self.m.start_years + self.m.id_order), None)
                except (SolveStopped, SolveFailed):
                    return picks, value
                found = self._measured(answer.picks) if answer.picks is not None else value
                if answer.picks is None:
                    return picks, value
                if not self._better(value, found):
                    break
                if not any_set:
                    return picks, value
                # as good but for less than the solver tells apart
                self.quick.other_plan(frozenset((i, pick.start, pick.layer) for i, pick in answer.picks.items()))
        if not any_set and found.starts > value.starts:
            return picks, value
        return answer.picks, found

    def _left(self, answer: Found, picks: dict[str, Pick], value: Measure) -> Optimum:
        """A plan that is not proven, and what better there could be."""
        meaning = answer.meaning if answer.meaning is not Meaning.PROVEN else Meaning.TIME_LIMIT
        by_tonnes = self.most is None and self.d.planning.objective.name is not ObjectiveName.LEAST_COST
        expression = self.m.tonnes if by_tonnes else self._expression(value)
        in_hand = value.ticks / TICKS_PER_TONNE if by_tonnes else self._known(value)
        room = self.quick.ceiling(expression).bound - in_hand
        scale = TICKS_PER_TONNE if by_tonnes or self._by_ratio(value) else 1000
        gap = ceil(max(0.0, room) * scale) if isfinite(room) else None
        return Optimum(meaning, picks, value, self.most, self.floor, False, gap, self.quick.solves)
