"""Ctrl-C at the right moment: not in the middle of loading a library, and not at the cost of a plan that has been found."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType, TracebackType

_came = threading.Event()
"""Ctrl-C has become a KeyboardInterrupt inside `interrupt_wins`."""


@contextmanager
def instead_of_interrupt(act: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C inside calls `act`, the second one is a KeyboardInterrupt as usual.

    Does nothing outside the main thread, or where whoever runs us has a way of his own with Ctrl-C.
    """
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or usual not in (signal.default_int_handler, _interrupt):
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
    try:
        with instead_of_interrupt(came.set):
            yield
    finally:
        if came.is_set():
            raise KeyboardInterrupt


@contextmanager
def interrupt_wins() -> Iterator[None]:
    """A fault that comes out of the block after Ctrl-C is the interrupt.

    Some libraries make a fault of another name of whatever goes wrong inside them, as openpyxl does when it converts a value.

    Raises:
        KeyboardInterrupt: in place of that fault.
    """
    main_thread = threading.current_thread() is threading.main_thread()
    if not main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _came.clear()
    signal.signal(signal.SIGINT, _interrupt)
    with ExitStack() as stack:
        stack.callback(signal.signal, signal.SIGINT, signal.default_int_handler)
        stack.push(_as_interrupt)
        yield


def _as_interrupt(kind: type[BaseException] | None, fault: BaseException | None, _trace: TracebackType | None) -> None:
    if kind is not None and issubclass(kind, Exception) and _came.is_set():
        raise KeyboardInterrupt from fault


def _interrupt(number: int, frame: FrameType | None) -> None:
    _came.set()
    signal.default_int_handler(number, frame)
