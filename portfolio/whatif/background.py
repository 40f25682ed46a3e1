"""The solves of a what-if: one at a time, in a process of its own, which can be left at any moment."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import redirect_stderr
from functools import partial
from typing import Protocol

from portfolio.analysis.optimise import Request, optimise
from portfolio.errors import WorkerLost
from portfolio.many.processes import Processes
from portfolio.outcome import Run
from portfolio.records import Portfolio
from portfolio.whatif.session import Next


class Solver(Protocol):
    """Where questions are answered."""

    def begin(self, asked: Next) -> Future[Run]:
        """Begin with a question; one that is still being answered is dropped."""

    def end(self) -> None:
        """Drop what is being answered, at once."""


def answer_to(portfolio: Portfolio, request: Request, asked: Next) -> Run:
    """The main job: solved, and audited, or a fault."""
    return optimise(portfolio, asked.planning, request, asked.findings)


def what_happened(fault: BaseException) -> BaseException:
    """A fault of a solve; a process that ended by itself is a `WorkerLost`."""
    return WorkerLost(str(fault)) if isinstance(fault, BrokenProcessPool) else fault


class Background:
    """`Solver` in one worker process. It stays between questions, so that only the first one, and one after a dropped one, waits for it.

    A thread would not do: what HiGHS has begun can be interrupted, but not the work around it, and who leaves must not wait.
    """

    def __init__(self, portfolio: Portfolio, request: Request) -> None:
        self._work: Callable[[Next], Run] = partial(answer_to, portfolio, request)
        self._hands: Processes | None = None
        self._given: Future[Run] | None = None

    def begin(self, asked: Next) -> Future[Run]:
        """Begin with a question; one that is still being answered is dropped, and the process with it."""
        if self._given is not None and not self._given.done():
            self.end()
        # whoever shows a screen has put something else in the place of stderr, which no process can be started with
        with redirect_stderr(sys.__stderr__):
            try:
                self._given = self._give(asked)
            except OSError as fault:  # no process can be started
                self._given = Future()
                self._given.set_exception(fault)
        return self._given

    def _give(self, asked: Next) -> Future[Run]:
        if self._hands is not None:
            self._hands.done(0)  # what it keeps of the answers that have been taken
            try:
                return self._hands.give(asked)
            except BrokenProcessPool:  # it was lost with the last question, or while it had none
                self.end()
        self._hands = Processes(self._work, 1)
        return self._hands.give(asked)

    def end(self) -> None:
        """End the process, at once."""
        if self._hands is not None:
            self._hands.end(at_once=True)
        self._hands, self._given = None, None
