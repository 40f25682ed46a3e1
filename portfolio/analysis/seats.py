"""Sessions of one question, as many as are solved at a time; what is asked in one is taken back before the next question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

from portfolio.analysis.beside import WORKERS
from portfolio.analysis.frontier.desk import Found
from portfolio.errors import SolveStopped
from portfolio.evaluate import measure
from portfolio.formulation import Programme, build
from portfolio.instance import Instance
from portfolio.solve import Answer, Clock, Meaning, Session

Tie = tuple[Any, Callable[[Found], int] | None, int, float]
"""What decides between equals: an expression, its exact value, how many units of the value its own unit is, and the slack of its row."""


class Seats:
    """Where the solves of one question sit.

    Attributes:
        every: each programme and its session; rows that are held in them outside a seat stay for good.
    """

    def __init__(self, d: Instance, clock: Clock, layers: tuple[str, ...] = ("plan", "gap")) -> None:
        self.d = d
        programmes = [build(d, layers) for _ in range(WORKERS)]
        self.every = tuple((programme, Session(programme, clock)) for programme in programmes)
        self._free: SimpleQueue[tuple[Programme, Session]] = SimpleQueue()
        for seat in self.every:
            self._free.put(seat)

    @contextmanager
    def one(self) -> Iterator[tuple[Programme, Session]]:
        """A session for one question; its rows are taken back."""
        seat = self._free.get()
        try:
            with seat[1].for_a_while():
                yield seat
        finally:
            self._free.put(seat)

    def found(self, answer: Answer) -> Found | None:
        """The plan of an answer and its exact value; None when it is proven that there is none.

        Raises:
            SolveStopped: the clock came before a proof.
        """
        if answer.meaning is Meaning.INFEASIBLE:
            return None
        if answer.meaning is not Meaning.PROVEN or answer.picks is None:
            raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
        return Found(answer.picks, measure(self.d, answer.picks))
