"""The objective's best value without breaking ties: for questions that are asked many times over, where only the value is compared."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from portfolio.errors import SolveStopped
from portfolio.evaluate import Measure, Picks, measure
from portfolio.formulation import build
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import Instance
from portfolio.planning import ObjectiveName
from portfolio.solve import Answer, Clock, Meaning, Session
from portfolio.stages import HALF_TICK, reduced
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
    """One question inside the solver, asked first for its most tonnes and then for its best value above a floor.

    Raises:
        SolveStopped: by any of its methods, when something is not proven in time.
    """

    def __init__(self, d: Instance, clock: Clock) -> None:
        self.d = d
        self._programme = build(d)
        self._session = Session(self._programme, clock)
        self._goal = tonnes_goal(d)
        if self._goal is not None:
            self._session.hold(self._programme.tonnes, at_least=self._goal - HALF_TICK)
        self._first: Picks | None = None

    def most(self) -> int | None:
        """Most tonnes that the constraints allow (ticks); None when no plan keeps them. For least cost any plan will do."""
        least_cost = self.d.planning.objective.name is ObjectiveName.LEAST_COST
        if least_cost:
            answer = self._proven(self._session.best(self._programme.kronor, maximise=False))
        else:
            answer = self._proven(self._session.best(self._programme.tonnes, maximise=True))
        self._first = answer.picks
        return measure(self.d, answer.picks).ticks if answer.picks is not None else None

    def best(self, floor: int) -> Best | None:
        """The best value with at least `floor` ticks (the ratio only); None when no plan has them. `most` has been asked before."""
        if self._first is None:
            return None
        found = Best(self.d, self._first, measure(self.d, self._first))
        name = self.d.planning.objective.name
        if name is ObjectiveName.MOST_TONNES:
            self._session.hold(self._programme.tonnes, at_least=found.value.ticks / TICKS_PER_TONNE - HALF_TICK)
            answer = self._proven(self._session.best(self._programme.kronor, maximise=False))
            return Best(self.d, answer.picks, measure(self.d, answer.picks)) if answer.picks is not None else found
        if name is ObjectiveName.LEAST_COST:
            return found
        if found.value.ticks < floor:
            return None
        self._session.hold(self._programme.tonnes, at_least=floor / TICKS_PER_TONNE - HALF_TICK)
        while found.value.kronor > 0 and found.value.ticks > 0:
            # Dinkelbach (1967), as in stages.py
            answer = self._proven(self._session.best(reduced(self._programme, found.value.ratio), maximise=True, known=0.0))
            if answer.picks is None:
                break
            value = measure(self.d, answer.picks)
            if value.ticks < floor or rank(self.d, value) <= rank(self.d, found.value):
                break
            found = Best(self.d, answer.picks, value)
        return found

    @staticmethod
    def _proven(answer: Answer) -> Answer:
        if answer.meaning not in (Meaning.PROVEN, Meaning.INFEASIBLE):
            raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
        return answer
