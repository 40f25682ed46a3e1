"""The programmes that one curve is solved on: the best plan for a budget, and the best ratio above a floor, again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from queue import SimpleQueue
from typing import NamedTuple

from portfolio.analysis.beside import WORKERS
from portfolio.asked import BOTH, FEWEST_KRONOR, MOST_TONNES, Asked, Best, Limits, at_rate
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.evaluate import Measure, Picks, measure
from portfolio.formulation import build
from portfolio.instance import Instance
from portfolio.solve import Clock, Meaning, Session


class Found(NamedTuple):
    """A plan and its exact value."""

    picks: Picks
    value: Measure


class _Seat:
    """What one solve at a time needs."""

    def __init__(self, d: Instance, clock: Clock, layers: tuple[str, ...]) -> None:
        self._d, self._clock, self._layers = d, clock, layers
        self.asked = Asked(d, clock, layers)

    @cached_property
    def framed(self) -> Session:
        """The session in which layers matter."""
        return Session(build(self._d, self._layers), self._clock)


class Desk:
    """As many programmes of one question as are solved at a time.

    Args:
        d: its objective must be most_tonnes: nothing but the demands stands in the programme.
        layers: layers that investments may be in.

    Raises:
        SolveStopped: by any method, when the clock stopped it before a proof.
    """

    def __init__(self, d: Instance, clock: Clock, layers: tuple[str, ...] = BOTH, workers: int = WORKERS) -> None:
        self.d = d
        self._layers = layers
        self._free: SimpleQueue[_Seat] = SimpleQueue()
        for _ in range(workers):
            self._free.put(_Seat(d, clock, layers))

    @contextmanager
    def _seat(self) -> Iterator[_Seat]:
        """Somewhere to ask one question; layers are left to `in_the_frame`."""
        seat = self._free.get()
        try:
            yield seat
        finally:
            self._free.put(seat)

    def most(self, budget: int | None = None, known: Found | None = None) -> Found | None:
        """Most tonnes for at most `budget` kronor, and the fewest kronor for those; None when no plan costs so little.

        Args:
            known: a plan within the budget; what has fewer tonnes is left out of the search.
        """
        with self._seat() as seat:
            first = seat.asked.best(MOST_TONNES, Limits(at_most=budget), MOST_TONNES.of(known.value) if known is not None else None)
            if first is None:
                return None
            limits = Limits(at_least=first.value.ticks, at_most=budget)
            return _found(seat.asked.best(FEWEST_KRONOR, limits, FEWEST_KRONOR.of(first.value))) or _found(first)

    def fewest(self) -> Found:
        """Fewest kronor that the demands allow, and the most tonnes for those.

        Raises:
            InfeasiblePlan: no plan meets the demands.
        """
        with self._seat() as seat:
            first = seat.asked.best(FEWEST_KRONOR)
            if first is None:
                raise InfeasiblePlan(c.name for c in build(self.d, self._layers).constraints)
            best = seat.asked.best(MOST_TONNES, Limits(at_most=first.value.kronor), MOST_TONNES.of(first.value))
            return _found(best) or Found(first.picks, first.value)

    def least(self, ticks: int) -> Found | None:
        """Fewest kronor for at least so many ticks; None when no plan has them."""
        with self._seat() as seat:
            return _found(seat.asked.best(FEWEST_KRONOR, Limits(at_least=ticks)))

    def ratio(self, floor: int, known: Found) -> Found:
        """Largest ratio with at least `floor` ticks, `known` being a plan with kronor that has them (Dinkelbach 1967, as in stages.py)."""
        with self._seat() as seat:
            while True:
                rate = known.value.ratio
                better = _found(seat.asked.best(at_rate(rate), Limits(at_least=floor), 0.0))
                if better is None or better.value.kronor <= 0 or better.value.ratio <= rate:
                    return known
                known = better

    def in_the_frame(self, picks: Picks) -> Found:
        """The same starts, with the least outlay outside the plan's frame that they need."""
        with self._seat() as seat, seat.framed.for_a_while():
            seat.framed.fix_starts(picks)
            answer = seat.framed.best(seat.framed.programme.gap_outlay, maximise=False)
            if answer.meaning is not Meaning.PROVEN or answer.picks is None:
                assert answer.meaning is not Meaning.INFEASIBLE, "what is in the frame may always be outside it"
                raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
            return Found(answer.picks, measure(self.d, answer.picks))


def _found(best: Best | None) -> Found | None:
    return Found(best.picks, best.value) if best is not None else None
