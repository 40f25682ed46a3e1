"""Much work that does not hang together: in processes on this machine, or on a Dask cluster; the one place for both.

`joblib.Parallel` is not used, only joblib's process pool and its count of cores. Measured with joblib 1.6: an unordered generator gives
out all items as fast as the workers finish them, whether or not anybody has taken the results (200 of 200 while the caller held the
fourth), so that results pile up; it drops finished results when it is left (196 of them); and it cannot be stopped while it waits. The
Dask backend of joblib has the same loop. Here an item is given out when a result is taken, and one loop serves both places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Generic, Protocol, TypeVar

from portfolio.errors import InputError, SolveStopped, finding

Item = TypeVar("Item")
Result = TypeVar("Result")

PAUSE = 0.1
"""Seconds between two looks at whether to stop."""


@dataclass(frozen=True)
class Crew:
    """Who does the work.

    Args:
        workers: processes on this machine, at least 1; None is one a core that this process may use. 1 starts no process.
        cluster: address of a Dask scheduler, such as `tcp://10.0.0.5:8786`; it decides how many workers there are.

    Raises:
        ValueError: no worker at all.
    """

    workers: int | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise ValueError(self.workers)


class Hands(Protocol):
    """A place where work is done; what it gives back for an item stands for the item until its result is taken."""

    @property
    def room(self) -> int:
        """Most items that should be in hand at a time."""

    def give(self, item: Any) -> Any:
        """Take an item in hand."""

    def done(self, seconds: float) -> list[Any]:
        """Items that have been done since last asked; waits for the first of them at most these seconds."""

    def fault(self, given: Any) -> BaseException | None:
        """What the work raised on an item that is done."""

    def result(self, given: Any) -> Any:
        """What the work returned on an item that is done."""

    def end(self, *, at_once: bool) -> None:
        """End the workers; at once: whatever they are doing."""


class Team(Generic[Item, Result]):
    """Workers that have been given their work once, for many rounds of items; made by `at_work`."""

    def __init__(self, work: Callable[[Item], Result], hands: Hands | None, stopped: Callable[[], bool]) -> None:
        self._work = work
        self._hands = hands
        self._stopped = stopped
        self.cut = False
        """A round was left before its end: the workers still have some of it in hand."""

    def results(self, items: Iterable[Item]) -> Iterator[tuple[int, Result]]:
        """Results with the places of their items, as they finish; see `in_parallel`. One round at a time, taken to its end."""
        return self._here(items) if self._hands is None else self._elsewhere(items, self._hands)

    def _here(self, items: Iterable[Item]) -> Iterator[tuple[int, Result]]:
        """One after the other, in this process."""
        for index, item in enumerate(items):
            if self._stopped():
                return
            try:
                result = self._work(item)
            except SolveStopped:
                if self._stopped():
                    return
                raise
            if self._stopped():
                return  # cut short: perhaps not what the whole work would have given
            yield index, result

    def _elsewhere(self, items: Iterable[Item], hands: Hands) -> Iterator[tuple[int, Result]]:
        numbered, more = iter(enumerate(items)), True
        given: dict[Any, int] = {}
        try:
            while not self._stopped():
                while more and len(given) < hands.room:
                    index, item = next(numbered, (-1, None))
                    more = index >= 0
                    if more:
                        given[hands.give(item)] = index
                if not given:
                    return
                yield from _taken(hands, given, PAUSE)
            yield from _taken(hands, given, 0.0)
        finally:
            self.cut = self.cut or bool(given)


def _taken(hands: Hands, given: dict[Any, int], seconds: float) -> Iterator[tuple[int, Any]]:
    """Results of what is done, then the fault of the first item that failed."""
    faults: dict[int, BaseException] = {}
    for one in hands.done(seconds):
        index = given.pop(one)
        fault = hands.fault(one)
        if fault is None:
            yield index, hands.result(one)
        else:
            faults[index] = fault
    if faults:
        raise faults[min(faults)]


def never() -> bool:
    """Nobody stops the work."""
    return False


@contextmanager
def at_work(
    work: Callable[[Item], Result], crew: Crew, stopped: Callable[[], bool] = never, most: int | None = None
) -> Iterator[Team[Item, Result]]:
    """Workers that know `work`, until the end of the block; however it ends, none of them is left.

    Args:
        most: items of a round, when known: no more workers than that are started.
    """
    hands = _hands(work, crew, most)
    if hands is None:
        yield Team(work, None, stopped)
        return
    team, well = Team(work, hands, stopped), False
    try:
        yield team
        well = not team.cut
    finally:
        hands.end(at_once=not well)


def _hands(work: Callable[[Item], Result], crew: Crew, most: int | None) -> Hands | None:
    """Where the work is done; None is here, in this process."""
    if crew.cluster is not None:
        if find_spec("distributed") is None:
            raise InputError([finding("cluster_missing", "--cluster", value=crew.cluster)])
        from portfolio.many.cluster import Cluster

        return Cluster(work, crew.cluster)
    if crew.workers == 1 or (most is not None and most <= 1):
        return None
    from portfolio.many.processes import Processes, cores

    workers = min(crew.workers or cores(), most or crew.workers or cores())
    return Processes(work, workers) if workers > 1 else None


def in_parallel(
    work: Callable[[Item], Result], items: Iterable[Item], crew: Crew, stopped: Callable[[], bool] = never
) -> Iterator[tuple[int, Result]]:
    """`work` on every item: the place of the item and its result, as they finish, in no promised order.

    Only as many items are in hand as keep the workers busy: the next ones are asked for when results are taken, so that neither items nor
    results pile up. A result may depend on nothing but its item and `work`; then it is the same whatever the crew and the order.

    Args:
        work: sent once to every worker, not once an item: bind what all items share to it with `functools.partial`. It is pickled by name,
            so it is a function of a module or such a partial; with one worker it may be anything.
        stopped: asked at least every tenth of a second, also while work goes on; when it is true, what is done by then is given, what is in
            hand is dropped, and the iteration ends (Ctrl-C: `lambda: clock.interrupted`). A `Clock` bound to `work` stops the one that is
            in hand when there is one worker; worker processes are ended; what a cluster has in hand runs to its end there, unseen.

    Raises:
        InputError: there is no such cluster, or nothing to reach it with.
        WorkerLost: a worker process ended by itself, or a cluster gave up an item because the workers that had it ended, one after another.
        Exception: what `work` raised, with its own type; results that are done by then are given first.
    """
    with at_work(work, crew, stopped, len(items) if isinstance(items, Sized) else None) as team:
        yield from team.results(items)
