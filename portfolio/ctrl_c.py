"""Ctrl-C at the right moment: not in the middle of loading a library, and not at the cost of a plan that has been found."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def instead_of_interrupt(act: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C inside calls `act`, the second one is a KeyboardInterrupt as usual.

    Does nothing outside the main thread, or where whoever runs us has a way of his own with Ctrl-C.
    """
    usual = signal.default_int_handler
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is not usual:
        yield
        return

    def heed(_signal: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, usual)
        act()

    signal.signal(signal.SIGINT, heed)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


@contextmanager
def in_one_piece() -> Iterator[None]:
    """Ctrl-C waits until the end of the block.

    For imports: half of a library is a fault of its own, and some libraries take a KeyboardInterrupt for a missing module.

    Raises:
        KeyboardInterrupt: at the end, when Ctrl-C came inside.
    """
    came = threading.Event()
    with instead_of_interrupt(came.set):
        yield
    if came.is_set():
        raise KeyboardInterrupt
