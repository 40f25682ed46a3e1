"""The time that all solves of a run share."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import highspy


class Clock:
    """Time that is left, for all solves of a run together (s)."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._interrupted = threading.Event()
        self._running: set[highspy.Highs] = set()

    def interrupt(self) -> None:
        """Stop every solve that uses this clock; the best plans so far are kept (Ctrl-C)."""
        self._interrupted.set()
        for highs in tuple(self._running):
            highs.setOptionValue("time_limit", 0.0)

    @contextmanager
    def stops(self, highs: highspy.Highs, seconds: float) -> Iterator[bool]:
        """A run of `highs` inside takes at most so many seconds more, and `interrupt` ends it; false when there is no time for it at all.

        HiGHS reads its time limit over and over while it works, without asking Python. A callback would need Python's lock each time, and
        solves side by side would wait for whoever has it: measured on the sample, 5 to 10 per cent of the time of two solves.
        """
        self._running.add(highs)  # before the limit is set: what comes in between then still ends the run
        try:
            highs.setOptionValue("time_limit", float(min(self.left, seconds)))  # of a MIP: of each run, not of all runs together
            yield self.left > 0 and not self.interrupted
        finally:
            self._running.discard(highs)

    def __reduce__(self) -> tuple[type[Clock], tuple[float]]:
        """Sent to a worker process it has the time that is left; a worker is ended, not interrupted."""
        return Clock, (self.left,)

    @property
    def interrupted(self) -> bool:
        """True after `interrupt`."""
        return self._interrupted.is_set()

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())
