"""Worker processes on this machine: joblib's pool of them (loky), which starts each afresh on every system."""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import Pipe, resource_tracker
from multiprocessing.connection import Connection
from typing import Any

from joblib.externals.loky import ProcessPoolExecutor, cpu_count
from joblib.externals.loky.backend import resource_tracker as loky_tracker

from portfolio.errors import WorkerLost

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Environment of a worker: the workers are what there is of side by side."""

LONGEST_TAKING = 1.0
"""Seconds that an item that has just been given may take to be taken up, when all is ended at once."""

_known: list[Callable[[Any], Any]] = []
"""In a worker: the work, unpickled once."""


def cores() -> int:
    """Cores that this process may use: what the machine, its affinity and its container allow."""
    return int(cpu_count())


class Processes:
    """`portfolio.many.Hands` in processes of this machine.

    Args:
        work: what to do with an item; unpickled once in every worker.
        workers: number of processes.
    """

    def __init__(self, work: Callable[[Any], Any], workers: int) -> None:
        theirs, self._ours = Pipe(duplex=False)
        self._theirs = theirs
        self._done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._last: Future[Any] | None = None
        self.room = 2 * workers
        _start_trackers()
        self._pool = ProcessPoolExecutor(workers, initializer=_begin, initargs=(theirs, pickle.dumps(work)), env=ONE_THREAD)

    def give(self, item: Any) -> Future[Any]:
        """Take an item in hand; the first one starts the processes."""
        with _ctrl_c_waits():
            given: Future[Any] = self._pool.submit(_do, item)
        self._last = given
        given.add_done_callback(self._done.put)
        return given

    def done(self, seconds: float) -> list[Future[Any]]:
        """Items that have been done since last asked."""
        return together(self._done, seconds)

    def fault(self, given: Future[Any]) -> BaseException | None:
        """What the work raised; a worker that ended by itself is a `WorkerLost`."""
        fault = given.exception()
        return WorkerLost(str(fault)) if isinstance(fault, BrokenProcessPool) else fault

    def result(self, given: Future[Any]) -> Any:
        """What the work returned."""
        return given.result()

    def end(self, *, at_once: bool) -> None:
        """End the processes; at once by closing the pipe that all of them listen to."""
        if at_once:
            if self._last is not None:
                _taken(self._last)
            self._ours.close()
        self._pool.shutdown(wait=True, kill_workers=at_once)
        self._ours.close()
        self._theirs.close()


def _taken(given: Future[Any]) -> None:
    """Wait the few milliseconds that loky's own thread needs to take an item from its list.

    Ended before that, joblib 1.6's loky forgets the item but not its number, and its thread ends with a KeyError.
    """
    end = time.monotonic() + LONGEST_TAKING
    while not (given.running() or given.done()) and time.monotonic() < end:
        time.sleep(0.001)


def together(done: queue.SimpleQueue[Any], seconds: float) -> list[Any]:
    """All that is in the queue, after waiting for the first at most these seconds."""
    found = []
    try:
        found.append(done.get(timeout=seconds) if seconds > 0 else done.get_nowait())
        while True:
            found.append(done.get_nowait())
    except queue.Empty:
        return found


def _start_trackers() -> None:
    """What looks after the pool's semaphores comes first: starting it lets Ctrl-C through again, whatever waited for the end of a block."""
    if sys.platform != "win32":
        resource_tracker.ensure_running()
        loky_tracker.ensure_running()


@contextmanager
def _ctrl_c_waits() -> Iterator[None]:
    """A process that is started inside never sees Ctrl-C, not even before it can say so itself; in this one it comes at the end."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(theirs: Connection, work: bytes) -> None:
    """In a new worker: Ctrl-C is the affair of who started us, with whom we end, also when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(theirs,), daemon=True).start()
    _known.append(pickle.loads(work))
    gc.freeze()  # modules and the work stay to the end: no collection need look through them


def _end_with(theirs: Connection) -> None:
    """Nothing is ever sent: the pipe is at its end when its other end is closed, or the process that held it is gone."""
    try:
        theirs.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


def _do(item: Any) -> Any:
    return _known[-1](item)
