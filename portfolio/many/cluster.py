"""Workers of a Dask cluster, on other machines: the scheduler gives what a lost worker had in hand to another one."""

from __future__ import annotations

import pickle
import queue
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

from distributed import CancelledError, Client, Future
from distributed.client import ClosedClientError
from distributed.comm.addressing import get_address_host_port
from distributed.scheduler import KilledWorker

from portfolio import __version__
from portfolio.errors import InputError, WorkerLost, finding
from portfolio.many.processes import together

CONNECT = 10
"""Seconds to wait for the scheduler."""
FIRST_WORKER = 30
"""Seconds to wait for its first worker."""
COUNT_AGAIN = 5.0
"""Seconds between two counts of the workers: they come and go."""


class Cluster:
    """`portfolio.many.Hands` on a Dask cluster.

    The work is the result of a task of its own: a worker fetches it once, one that comes later too, and when all who had it are lost the
    scheduler makes it again (what is scattered would be gone).

    Args:
        work: what to do with an item; unpickled once in every worker, where this version of portfolio must be installed.
        address: the scheduler's.

    Raises:
        InputError: no scheduler, no worker, or workers with another version of portfolio.
    """

    def __init__(self, work: Callable[[Any], Any], address: str) -> None:
        self._done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        try:
            get_address_host_port(address)  # a client of an address that is none is not ended without a traceback
            self._client = Client(address, timeout=CONNECT, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as fault:
            raise InputError([finding("cluster_unreachable", "--cluster", value=address, reason=str(fault))]) from fault
        with ExitStack() as on_fault:
            on_fault.callback(self._client.close)
            self._check(address)
            self._work = self._client.submit(pickle.loads, pickle.dumps(work), pure=False)
            on_fault.pop_all()
        self._room, self._counted = 0, 0.0

    def _check(self, address: str) -> None:
        """Workers there are, and what they would count with is what we are."""
        try:
            self._client.wait_for_workers(1, timeout=FIRST_WORKER)
        except TimeoutError as fault:
            raise InputError([finding("cluster_empty", "--cluster", value=address, seconds=FIRST_WORKER)]) from fault
        found = self._client.run(_version_there())
        if "" in found.values():
            raise InputError([finding("cluster_without_portfolio", "--cluster", value=address, version=__version__)])
        other = sorted({version for version in found.values() if version != __version__})
        if other:
            others = ", ".join(other)
            raise InputError([finding("cluster_version", "--cluster", value=address, version=__version__, others=others)])

    @property
    def room(self) -> int:
        """Two items a thread of the workers that there are now, at least two."""
        if time.monotonic() - self._counted > COUNT_AGAIN or not self._room:
            with _or_lost():
                self._room = max(2, 2 * sum(self._client.ncores().values()))
            self._counted = time.monotonic()
        return self._room

    def give(self, item: Any) -> Future[Any]:
        """Take an item in hand."""
        with _or_lost():
            given: Future[Any] = self._client.submit(_do, self._work, item, pure=False)
        given.add_done_callback(self._done.put)
        return given

    def done(self, seconds: float) -> list[Future[Any]]:
        """Items that have been done since last asked."""
        return together(self._done, seconds)

    def fault(self, given: Future[Any]) -> BaseException | None:
        """What the work raised; an item that was given up is a `WorkerLost`."""
        with _or_lost():
            fault: BaseException | None = given.exception()
        return WorkerLost(str(fault)) if isinstance(fault, KilledWorker) else fault

    def result(self, given: Future[Any]) -> Any:
        """What the work returned; made again when the worker that had it is lost before it is fetched."""
        with _or_lost():
            return given.result()

    def end(self, *, at_once: bool) -> None:  # noqa: ARG002 (what runs on another machine cannot be killed from here)
        """Leave the cluster: what has not begun there is never begun."""
        self._client.close()


@contextmanager
def _or_lost() -> Iterator[None]:
    """A scheduler that is gone is a `WorkerLost`."""
    try:
        yield
    except (CancelledError, ClosedClientError, OSError, TimeoutError) as gone:
        raise WorkerLost(str(gone)) from gone


def _version_there() -> Callable[[], str]:
    """Which version of portfolio a worker has, empty when it has none.

    A function of a module would be sent by its name, which a worker without portfolio cannot look up; this one is sent as it stands.
    """

    def version() -> str:
        try:
            return str(import_module("portfolio").__version__)
        except ModuleNotFoundError:
            return ""

    return version


def _do(work: Callable[[Any], Any], item: Any) -> Any:
    return work(item)
