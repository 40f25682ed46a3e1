"""The objective's best value without breaking ties: for questions that are asked many times over, where only the value is compared."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from math import ceil

from portfolio.asked import FEWEST_KRONOR, MOST_TONNES, NO_LIMITS, Asked, Best, Limits, at_rate
from portfolio.evaluate import Measure, Picks, measure
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import Instance
from portfolio.planning import ObjectiveName
from portfolio.solve import Clock
from portfolio.units import TICKS_PER_TONNE


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
        goal = tonnes_goal(d)
        self._asked = Asked(d, clock)
        self._goal = Limits(at_least=ceil(goal * TICKS_PER_TONNE)) if goal is not None else NO_LIMITS
        self._bests: dict[int, Best | None] = {}

    @cached_property
    def first(self) -> Best | None:
        """A plan with the most tonnes that the constraints allow; None when no plan keeps them. For least cost the cheapest one."""
        if self.d.planning.objective.name is ObjectiveName.LEAST_COST:
            return self.cheapest
        return self._asked.best(MOST_TONNES, self._goal)

    @cached_property
    def cheapest(self) -> Best | None:
        """A plan with the fewest kronor that the constraints allow; None when no plan keeps them."""
        return self._asked.best(FEWEST_KRONOR, self._goal)

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
        return self._asked.best(at_rate(rate), Limits(at_least=floor), known)

    def _best(self, floor: int) -> Best | None:
        found = self.first
        name = self.d.planning.objective.name
        if found is None or name is ObjectiveName.LEAST_COST:
            return found
        if name is ObjectiveName.MOST_TONNES:
            return self._asked.best(FEWEST_KRONOR, Limits(at_least=found.value.ticks), FEWEST_KRONOR.of(found.value)) or found
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
