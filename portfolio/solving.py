"""One programme on its way through the stages: what is asked of the solver, and what is kept when it is stopped or fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from typing import Final, Protocol

import pulp

from portfolio.errors import InfeasiblePlan, SolveFailed, SolveStopped
from portfolio.evaluate import Pick
from portfolio.formulation import Programme
from portfolio.instance import Instance
from portfolio.solve import Answer, Meaning, Session

TIES: Final = "ties"
"""The stage in which plans that are equally good are told apart; what is asked there has no unit that a person would know."""


class Watch(Protocol):
    """Told of a long search, for a person who watches."""

    def __call__(self, stage: str, *, tonnes: float | None = None, kronor: float | None = None) -> None:
        """What is looked for now, and how much better than the plan in hand a plan could at most be, where that is known."""


@dataclass
class Search:
    """One programme on its way through the stages."""

    d: Instance
    programme: Programme
    session: Session
    layers: tuple[str, ...]
    watch: Watch | None = None
    stopped: Meaning | None = None
    best: dict[str, Pick] = field(default_factory=dict)
    in_hand: bool = False
    stage: str = ""
    kronor_in_one: Fraction | None = None

    def looks_for(self, stage: str, *, kronor_in_one: Fraction | None = None) -> None:
        """What is looked for from now on; kronor in one of the unit that is asked in, None when that is a tonne that nobody has priced."""
        self.stage, self.kronor_in_one = stage, kronor_in_one
        if self.watch is not None:
            self.watch(stage)

    def better(self, gap: float) -> None:
        """How much better than the plan in hand a plan could at most be, in the unit of what is asked; told by the session."""
        if self.watch is None or self.stage == TIES:
            return
        if self.kronor_in_one is None:
            self.watch(self.stage, tonnes=gap)
        else:
            self.watch(self.stage, kronor=gap * self.kronor_in_one)

    def ask(
        self, expression: pulp.LpAffineExpression, *, maximise: bool, known: float | None = None, seconds: float | None = None
    ) -> Answer:
        return self.heard(lambda: self.session.best(expression, maximise=maximise, known=known, seconds=seconds), maximise=maximise)

    def heard(self, asked: Callable[[], Answer], *, maximise: bool) -> Answer:
        """The answer; what stopped it is remembered. A solver that fails with a plan in hand has proven nothing; the plan is kept.

        Raises:
            SolveFailed: there is no plan yet.
        """
        try:
            answer = asked()
        except SolveFailed:
            if not self.in_hand:
                raise
            answer = Answer(Meaning.FAULT, None, 0.0, inf if maximise else -inf)
        if answer.meaning is Meaning.INFEASIBLE and self.in_hand:
            # the plan in hand meets every row: whatever the solver means, it has proven nothing
            answer = Answer(Meaning.FAULT, None, 0.0, inf if maximise else -inf)
        if answer.meaning in (Meaning.TIME_LIMIT, Meaning.MEMORY_LIMIT, Meaning.INTERRUPTED, Meaning.FAULT):
            self.stopped = answer.meaning
        return answer

    def no_other_set(self, reduced: pulp.LpAffineExpression, chosen: frozenset[str]) -> bool:
        """It is proven that no other set of investments is as good; False also when the solver fails."""
        try:
            return self.session.other_set_as_good(reduced, chosen, 0.0) is Meaning.INFEASIBLE
        except SolveFailed:
            self.stopped = Meaning.FAULT
            return False

    def first(self, expression: pulp.LpAffineExpression, *, maximise: bool) -> Answer:
        """The first stage: here, and only here, the programme may turn out infeasible. It is asked once more, without presolve.

        Raises:
            InfeasiblePlan: proven twice.
            SolveFailed: a status from which no plan may be read.
            SolveStopped: the clock, Ctrl-C or the end of the memory came before any plan.
        """
        answer = self.ask(expression, maximise=maximise)
        if answer.meaning is Meaning.INFEASIBLE:
            answer = self.heard(lambda: self.session.best_once_more(expression, maximise=maximise), maximise=maximise)
        if answer.meaning is Meaning.INFEASIBLE:
            raise InfeasiblePlan(c.name for c in self.programme.constraints)
        if answer.picks is None:
            raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED, out_of_memory=answer.meaning is Meaning.MEMORY_LIMIT)
        self.best, self.in_hand = answer.picks, True
        return answer
