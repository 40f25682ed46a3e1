"""Many independent solves, side by side: HiGHS leaves Python free while it works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")

WORKERS = 2
"""Solves at a time."""


class Progress(Protocol):
    """Told how many of how many tasks are done."""

    def __call__(self, done: int, total: int, /) -> None: ...


def silent(_done: int, _total: int, /) -> None:
    """Nobody is watching."""


def side_by_side(tasks: Sequence[Task], work: Callable[[Task], Done], progress: Progress = silent) -> list[Done]:
    """`work` on every task, a few at a time; the results in the order of the tasks.

    Raises:
        Exception: of the first task, in their order, that failed.
    """
    done, guard = 0, Lock()

    def one(task: Task) -> Done:
        nonlocal done
        result = work(task)
        with guard:
            done += 1
            progress(done, len(tasks))
        return result

    progress(0, len(tasks))
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, tasks))
