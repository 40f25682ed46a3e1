"""Work for the tests of portfolio.many: functions of a module, as worker processes find them by name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from portfolio.errors import Finding, InputError, SolveStopped, finding
from portfolio.solve import Clock

FAULT: Finding = finding("model_missing", "m.toml", "a.b", 3, most=7)


def square(shared: int, item: int) -> tuple[int, int]:
    """Something of the item and of what all items share."""
    return item, item * item + shared


def slow_square(seconds: float, item: int) -> int:
    """Takes its time."""
    time.sleep(seconds)
    return item * item


def all_but_one_slow(item: int) -> int:
    """Item 0 is done at once, the others take a minute."""
    time.sleep(60 if item else 0)
    return item


def where(_item: int) -> int:
    """The process that does it."""
    return os.getpid()


def faulty(item: int) -> int:
    """Fails on item 3, with a fault of our own."""
    if item == 3:
        raise InputError([FAULT])
    return item


def ends_itself(item: int) -> int:
    """On item 3 the worker is killed, as by a system without memory."""
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def until_stopped(clock: Clock, item: int) -> int:
    """The first items are quick; item 3 goes on until somebody interrupts the clock."""
    while item >= 3 and not clock.interrupted:
        time.sleep(0.01)
    if item >= 3:
        raise SolveStopped(interrupted=True)
    return item


def says_that_it_begins(folder: Path, seconds: float, item: int) -> int:
    """Leaves a file with the name of the item and of its process, and takes its time."""
    (folder / f"{item}.{os.getpid()}").touch()
    time.sleep(seconds)
    return item * item


class Counted:
    """Work that notes in a file each time it is unpickled."""

    def __init__(self, counter: Path) -> None:
        self.counter = counter

    def __reduce__(self) -> tuple[Callable[[Path], Counted], tuple[Path]]:
        return note, (self.counter,)

    def __call__(self, item: int) -> int:
        return item


def note(counter: Path) -> Counted:
    """One line for every time."""
    with counter.open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    return Counted(counter)
