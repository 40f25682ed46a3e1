"""The objective's best value without breaking ties: for questions that are asked many times over, where only the value is compared."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from portfolio.errors import SolveStopped
from portfolio.evaluate import Measure, Picks, measure
from portfolio.formulation import build
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import Instance
from portfolio.planning import ObjectiveName
from portfolio.reaching import best_reaching
from portfolio.solve import Answer, Clock, Meaning, Session
from portfolio.stages import HALF_TICK
from portfolio.units import TICKS_PER_TONNE


class Best(NamedTuple):
    """A plan with the best value there is, and that value exactly; of plans that are equally good any one."""

    instance: Instance
    picks: Picks
    value: Measure


def rank(d: Instance, value: Measure) -> tuple[Fraction, int]:
    """What is maximised: ticks and then kronor saved, ticks per krona, or kronor saved. Tonnes for nothing rank above every ratio."""
    match d.planning.objective.name:
        case ObjectiveName.MOST_TONNES:
            return Fraction(value.ticks), -value.kronor
        case ObjectiveName.LEAST_COST:
            return Fraction(-value.kronor), 0
        case ObjectiveName.TONNES_PER_KRONA:
            return value.ratio if value.kronor > 0 else Fraction(10**30 * (1 if value.ticks > 0 else 0)), 0


class Contest:
    """One question inside the solver: its most tonnes, its best value above a floor, its best plan at a rate; each asked once or often.

    Raises:
        SolveStopped: by any of its methods, when something is not proven in time.
    """

    def __init__(self, d: Instance, clock: Clock, offered: Picks | None = None) -> None:
        """`offered` is a plan that is known to keep the constraints; the search begins with it."""
        self.d = d
        self._offered = Best(d, offered, measure(d, offered)) if offered is not None else None
        self._programme = build(d)
        self._session = Session(self._programme, clock)
        self._session.out_of_the_frame()
        self._goal = tonnes_goal(d)
        if self._goal is not None:
            self._session.hold(self._programme.tonnes, at_least=self._goal - HALF_TICK)
        self._bests: dict[int, Best | None] = {}

    @cached_property
    def first(self) -> Best | None:
        """A plan with the most tonnes that the constraints allow; None when no plan keeps them. For least cost the cheapest one."""
        if self.d.planning.objective.name is ObjectiveName.LEAST_COST:
            return self._found(self._session.best(self._programme.kronor, maximise=False))
        return self._found(self._session.best(self._programme.tonnes, maximise=True))

    @property
    def cheapest(self) -> Best | None:
        """A plan with the fewest kronor that the constraints allow; None when no plan keeps them."""
        return self._found(self._session.best(self._programme.kronor, maximise=False))

    @property
    def most(self) -> int | None:
        """Most tonnes (ticks); None without a plan."""
        return self.first.value.ticks if self.first is not None else None

    def best(self, floor: int) -> Best | None:
        """The best value with at least `floor` ticks (the ratio only); None when no plan has them."""
        for lower, best in self._bests.items():
            # the best above a lower floor is the best above this one too, if it reaches it
            if lower == floor or (lower < floor and best is not None and best.value.ticks >= floor):
                return best
        self._bests[floor] = self._best(floor)
        return self._bests[floor]

    def at_rate(self, rate: Fraction, floor: int, *, known: float | None = None) -> Best | None:
        """The plan with the largest N − rate·K (rate in ticks per krona) and at least `floor` ticks; None when no plan has them."""
        with self._session.for_a_while():
            self._session.hold(self._programme.tonnes, at_least=floor / TICKS_PER_TONNE - HALF_TICK)
            return self._found(best_reaching(self._session, floor, self._programme.reduced(rate), known=known))

    def _best(self, floor: int) -> Best | None:
        found = self.first
        name = self.d.planning.objective.name
        if found is None or name is ObjectiveName.LEAST_COST:
            return found
        if name is ObjectiveName.MOST_TONNES:
            with self._session.for_a_while():
                self._session.hold(self._programme.tonnes, at_least=found.value.ticks / TICKS_PER_TONNE - HALF_TICK)
                return self._found(self._session.best(self._programme.kronor, maximise=False)) or found
        if found.value.ticks < floor:
            return None
        seen = (best for best in (self._offered, *self._bests.values()) if best is not None and best.value.ticks >= floor)
        found = max((found, *seen), key=lambda best: rank(self.d, best.value))
        while found.value.kronor > 0 and found.value.ticks > 0:
            # Dinkelbach (1967), as in stages.py
            better = self.at_rate(found.value.ratio, floor, known=0.0)
            if better is None or rank(self.d, better.value) <= rank(self.d, found.value):
                break
            found = better
        return found

    def _found(self, answer: Answer) -> Best | None:
        if answer.meaning is Meaning.INFEASIBLE:
            return None
        if answer.meaning is not Meaning.PROVEN or answer.picks is None:
            raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
        return Best(self.d, answer.picks, measure(self.d, answer.picks))
