"""One question inside the solver, asked for its best plan again and again under other limits of tonnes and of kronor.

First of a shorter matrix that loses no best plan (`shorter.py`), then of the whole one, and last of the main job's session: a plan is
taken only when it keeps every limit exactly. The value is proven; of plans that are equally good any one is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from itertools import count
from math import isfinite
from typing import NamedTuple

import numpy as np

from portfolio.errors import SolveStopped
from portfolio.evaluate import Measure, Picks, measure
from portfolio.formulation import build
from portfolio.instance import Instance
from portfolio.limits import broken
from portfolio.matrix import Array, Matrix, can_be_made, matrix_of
from portfolio.quick import Quick
from portfolio.reaching import best_reaching
from portfolio.shorter import overlap_rows, shorter
from portfolio.solve import Clock, Meaning, Session
from portfolio.stages import HALF_KRONA, HALF_TICK
from portfolio.units import TICKS_PER_TONNE
from portfolio.written_out import written_out

GUESSES = (0.001, 0.004, 0.016)
"""How far below the relaxation's ceiling a value is guessed, as a part of its size; measured on the sample."""


class Best(NamedTuple):
    """A plan with the best value there is, and that value exactly; of plans that are equally good any one."""

    instance: Instance
    picks: Picks
    value: Measure


class Wanted(NamedTuple):
    """What is maximised: tonnes (t) less kronor (tkr), each weighed."""

    tonnes: float
    kronor: float

    def of(self, value: Measure) -> float:
        """What a plan has of it."""
        return self.tonnes * value.ticks / TICKS_PER_TONNE - self.kronor * value.kronor / 1000


MOST_TONNES = Wanted(1.0, 0.0)
FEWEST_KRONOR = Wanted(0.0, 1.0)


def at_rate(rate: Fraction) -> Wanted:
    """Tonnes less so many ticks for each krona."""
    return Wanted(1.0, float(rate * 1000 / TICKS_PER_TONNE))


class Limits(NamedTuple):
    """What a plan must have at least (ticks) and at most (kronor); None: no limit."""

    at_least: int | None = None
    at_most: int | None = None

    def keep(self, value: Measure) -> bool:
        """A plan with this value is within them."""
        return (self.at_least is None or value.ticks >= self.at_least) and (self.at_most is None or value.kronor <= self.at_most)


NO_LIMITS = Limits()


BOTH = ("plan", "gap")
"""The layers that the matrices have."""


class Asked:
    """The question.

    Args:
        layers: layers that investments may be in; a question without layer gap is asked of the session alone.

    Raises:
        SolveStopped: by any method, when something is not proven in time.
    """

    def __init__(self, d: Instance, clock: Clock, layers: tuple[str, ...] = BOTH) -> None:
        self.d, self.clock, self.layers = d, clock, layers

    def best(self, wanted: Wanted, limits: Limits = NO_LIMITS, known: float | None = None) -> Best | None:
        """The best plan within the limits; None when there is none.

        Args:
            known: a value that a plan must have to be of interest.
        """
        for quick in self._matrices():
            with quick.for_a_while():
                best = self._within(quick, wanted, limits, known)
            if best is None or not broken(self.d, best.picks):
                return best
        return self._in_the_session(wanted, limits, known)

    def _matrices(self) -> Iterator[Quick]:
        if self.layers == BOTH:
            if can_be_made(self.d):
                yield self._short
            yield self._whole

    @cached_property
    def _short(self) -> Quick:
        short = shorter(self.d, matrix_of(self.d, years_of_money=False))
        return Quick(short, self.clock, overlap_rows(self.d, short))

    @cached_property
    def _whole(self) -> Quick:
        made = can_be_made(self.d)
        return Quick(self._matrix, self.clock, overlap_rows(self.d, self._matrix) if made else ())

    @cached_property
    def _matrix(self) -> Matrix:
        return matrix_of(self.d) if can_be_made(self.d) else written_out(build(self.d))

    def _within(self, quick: Quick, wanted: Wanted, limits: Limits, known: float | None) -> Best | None:
        """The best plan of the matrix whose exact value is within the limits."""
        m = quick.m
        if limits.at_most is not None:
            quick.hold(m.kronor, high=limits.at_most / 1000 + HALF_KRONA)
        if limits.at_least is not None:
            quick.keep(m.tonnes, limits.at_least / TICKS_PER_TONNE - HALF_TICK)
        expression = wanted.tonnes * m.tonnes - wanted.kronor * m.kronor
        for tries in count():
            answer = self._answer(quick, expression, known, strictly=tries > 0)
            if answer is None:
                return None
            value = measure(self.d, answer)
            if limits.keep(value):
                return Best(self.d, answer, value)
            # inside the solver integers are 1e-6 off and a row adds up millions of them, as in reaching.py
            if tries and limits.at_least is not None and value.ticks < limits.at_least:
                short = limits.at_least - value.ticks
                quick.hold(m.tonnes, low=(limits.at_least + short * 2**tries) / TICKS_PER_TONNE)
            if tries and limits.at_most is not None and value.kronor > limits.at_most:
                over = value.kronor - limits.at_most
                quick.hold(m.kronor, high=(limits.at_most - over * 2**tries) / 1000)
        raise AssertionError

    def _answer(self, quick: Quick, expression: Array, known: float | None, *, strictly: bool) -> Picks | None:
        """The best plan of the matrix as it stands."""
        lowest = [known]
        if known is None:
            ceiling = quick.ceiling(expression).bound
            if not isfinite(ceiling):
                return None
            best = quick.relaxed(expression)
            size = float(np.abs(expression) @ best[1]) if best is not None else abs(ceiling)
            lowest = [*(ceiling - part * size for part in GUESSES), None]
        for low in lowest:
            answer = quick.best(expression, low, strictly=strictly)
            if answer.meaning is not Meaning.PROVEN and answer.meaning is not Meaning.INFEASIBLE:
                raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
            if answer.picks is not None:
                return answer.picks
        return None

    def _in_the_session(self, wanted: Wanted, limits: Limits, known: float | None) -> Best | None:
        """The main job's way, for a plan that keeps a limit only inside the solver's tolerances."""
        session, p = self._session, self._session.programme
        expression = wanted.tonnes * p.tonnes - wanted.kronor * p.kronor
        with session.for_a_while():
            if limits.at_most is not None:
                session.hold(p.kronor, at_most=limits.at_most / 1000 + HALF_KRONA)
            if limits.at_least is not None:
                session.hold(p.tonnes, at_least=limits.at_least / TICKS_PER_TONNE - HALF_TICK)
                answer = best_reaching(session, limits.at_least, expression, known=known)
            else:
                answer = session.best(expression, maximise=True, known=known)
        if answer.meaning is Meaning.INFEASIBLE:
            return None
        if answer.meaning is not Meaning.PROVEN or answer.picks is None:
            raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
        return Best(self.d, answer.picks, measure(self.d, answer.picks))

    @cached_property
    def _session(self) -> Session:
        programme = build(self.d, self.layers)
        session = Session(programme, self.clock)
        session.out_of_the_frame()
        return session
