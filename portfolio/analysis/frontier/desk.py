"""The programmes that one curve is solved on: the best plan for a budget, and the best ratio above a floor, again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from queue import SimpleQueue
from typing import NamedTuple

from portfolio.analysis.beside import WORKERS
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.evaluate import Measure, Picks, measure
from portfolio.formulation import Programme, build
from portfolio.instance import Instance
from portfolio.reaching import best_reaching
from portfolio.solve import Answer, Clock, Meaning, Session
from portfolio.stages import HALF_KRONA, HALF_TICK
from portfolio.units import TICKS_PER_TONNE


class Found(NamedTuple):
    """A plan and its exact value."""

    picks: Picks
    value: Measure


class Desk:
    """As many sessions of one question as are solved at a time.

    Args:
        d: its objective must be most_tonnes: nothing but the demands stands in the programme.
        layers: layers that investments may be in.

    Raises:
        SolveStopped: by any method, when the clock stopped it before a proof.
    """

    def __init__(self, d: Instance, clock: Clock, layers: tuple[str, ...] = ("plan", "gap"), workers: int = WORKERS) -> None:
        self.d = d
        self._free: SimpleQueue[tuple[Programme, Session]] = SimpleQueue()
        for _ in range(workers):
            programme = build(d, layers)
            self._free.put((programme, Session(programme, clock)))

    @contextmanager
    def _seat(self, *, framed: bool = False) -> Iterator[tuple[Programme, Session]]:
        """A session for one question; its rows are taken back. Layers are left to `in_the_frame` unless the question is `framed`."""
        seat = self._free.get()
        try:
            with seat[1].for_a_while():
                if not framed:
                    seat[1].out_of_the_frame()
                yield seat
        finally:
            self._free.put(seat)

    def most(self, budget: int | None = None, known: Found | None = None) -> Found | None:
        """Most tonnes for at most `budget` kronor, and the fewest kronor for those; None when no plan costs so little.

        Args:
            known: a plan within the budget; what has fewer tonnes is left out of the search.
        """
        with self._seat() as (programme, session):
            if budget is not None:
                session.hold(programme.kronor, at_most=budget / 1000 + HALF_KRONA)
            in_hand = known.value.ticks / TICKS_PER_TONNE if known is not None else None
            first = self._found(session.best(programme.tonnes, maximise=True, known=in_hand))
            if first is None:
                return None
            session.hold(programme.tonnes, at_least=first.value.ticks / TICKS_PER_TONNE - HALF_TICK)
            return self._found(session.best(programme.kronor, maximise=False, known=first.value.kronor / 1000))

    def fewest(self) -> Found:
        """Fewest kronor that the demands allow, and the most tonnes for those.

        Raises:
            InfeasiblePlan: no plan meets the demands.
        """
        with self._seat() as (programme, session):
            first = self._found(session.best(programme.kronor, maximise=False))
            if first is None:
                raise InfeasiblePlan(c.name for c in programme.constraints)
            session.hold(programme.kronor, at_most=first.value.kronor / 1000 + HALF_KRONA)
            best = self._found(session.best(programme.tonnes, maximise=True, known=first.value.ticks / TICKS_PER_TONNE))
            return best if best is not None else first

    def least(self, ticks: int) -> Found | None:
        """Fewest kronor for at least so many ticks; None when no plan has them."""
        with self._seat() as (programme, session):
            session.hold(programme.tonnes, at_least=ticks / TICKS_PER_TONNE - HALF_TICK)
            return self._found(session.best(programme.kronor, maximise=False))

    def ratio(self, floor: int, known: Found) -> Found:
        """Largest ratio with at least `floor` ticks, `known` being a plan with kronor that has them (Dinkelbach 1967, as in stages.py)."""
        with self._seat() as (programme, session):
            session.hold(programme.tonnes, at_least=floor / TICKS_PER_TONNE - HALF_TICK)
            while True:
                rate: Fraction = known.value.ratio
                better = self._found(best_reaching(session, floor, programme.reduced(rate), known=0.0))
                if better is None or better.value.kronor <= 0 or better.value.ratio <= rate:
                    return known
                known = better

    def in_the_frame(self, picks: Picks) -> Found:
        """The same starts, with the least outlay outside the plan's frame that they need."""
        with self._seat(framed=True) as (programme, session):
            session.fix_starts(picks)
            found = self._found(session.best(programme.gap_outlay, maximise=False))
            assert found is not None, "what is in the frame may always be outside it"
            return found

    def _found(self, answer: Answer) -> Found | None:
        if answer.meaning is Meaning.INFEASIBLE:
            return None
        if answer.meaning is not Meaning.PROVEN or answer.picks is None:
            raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
        return Found(answer.picks, measure(self.d, answer.picks))
