"""The programmes that one curve is solved on: the best plan for a budget, and the best ratio above a floor, again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from queue import SimpleQueue
from typing import NamedTuple

import numpy as np

from portfolio.analysis.beside import WORKERS
from portfolio.asked import BOTH, FEWEST_KRONOR, MOST_TONNES, Asked, Best, Limits, at_rate
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.evaluate import Measure, Picks, into_the_frame, measure
from portfolio.formulation import build
from portfolio.instance import Instance
from portfolio.limits import broken
from portfolio.matrix import Array, Matrix, can_be_made, matrix_of
from portfolio.quick import Quick
from portfolio.solve import Clock, Meaning
from portfolio.stages import HALF_KRONA, HALF_TICK
from portfolio.units import TICKS_PER_TONNE
from portfolio.written_out import written_out


class Found(NamedTuple):
    """A plan and its exact value."""

    picks: Picks
    value: Measure


class _Seat:
    """What one solve at a time needs."""

    def __init__(self, d: Instance, clock: Clock, layers: tuple[str, ...]) -> None:
        self._d, self._clock = d, clock
        self.asked = Asked(d, clock, layers)

    @cached_property
    def framed(self) -> Quick:
        """The whole question, in which layers matter."""
        m = matrix_of(self._d) if can_be_made(self._d) else written_out(build(self._d))
        return Quick(m, self._clock, layers=True)


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

    def in_the_frame(self, found: Found) -> Found:
        """The same investments, kronor and tonnes: of these plans the main job's, with the least outlay in layer gap, started earliest."""
        with self._seat() as seat:
            quick = seat.framed
            with quick.for_a_while():
                quick.same_set(frozenset(found.picks))
                quick.hold(quick.m.tonnes, low=found.value.ticks / TICKS_PER_TONNE - HALF_TICK)
                quick.hold(quick.m.kronor, high=found.value.kronor / 1000 + HALF_KRONA)
                gap = _gap_outlay(self.d, quick.m)
                # first with the earliest starts: then all that is left is mostly to prove that no other starts need less of the gap
                found = self._least(quick, quick.m.start_years, None, found)
                framed = into_the_frame(self.d, found.picks)
                found = Found(framed, measure(self.d, framed))
                if found.value.gap_outlay == 0:
                    return found
                with quick.for_a_while():
                    quick.same_starts(found.picks)
                    found = self._least(quick, gap, found.value.gap_outlay / 1000, found)
                least = self._least(quick, gap, found.value.gap_outlay / 1000, found)
                if least.value.gap_outlay == found.value.gap_outlay:
                    return found
                quick.hold(gap, high=least.value.gap_outlay / 1000 + HALF_KRONA)
                earliest = self._least(quick, quick.m.start_years, least.value.starts, least)
        return earliest if earliest.value.gap_outlay == least.value.gap_outlay else least

    def _least(self, quick: Quick, expression: Array, known: float | None, found: Found) -> Found:
        """As good, and with the least of the expression; `found` where HiGHS cannot tell what is as good."""
        answer = quick.best(-expression, -known if known is not None else None)
        if answer.meaning not in (Meaning.PROVEN, Meaning.INFEASIBLE):
            raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
        if answer.picks is None or broken(self.d, answer.picks):
            return found
        value = measure(self.d, answer.picks)
        return Found(answer.picks, value) if (value.ticks, value.kronor) == (found.value.ticks, found.value.kronor) else found


def _gap_outlay(d: Instance, m: Matrix) -> Array:
    """Gross outlay (tkr) in layer gap."""
    outlay = np.zeros(len(m.columns))
    for n, key in enumerate(m.keys):
        if key[2] == "gap":
            column, factor = (m.percent[key], 0.01) if key in m.percent else (n, 1.0)
            outlay[column] = sum(d.outlay[key[:2]].values()) / 1000 * factor
    return outlay


def _found(best: Best | None) -> Found | None:
    return Found(best.picks, best.value) if best is not None else None
