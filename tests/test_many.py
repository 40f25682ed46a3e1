"""Work in worker processes and on a cluster: the same results whatever the crew, no result lost, no process left."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import portfolio.errors
from many_work import FAULT, Counted, all_but_one_slow, ends_itself, faulty, says_that_it_begins, slow_square, square, until_stopped, where
from portfolio.cli import EXIT_INPUT
from portfolio.errors import AuditBreached, CannotWrite, InfeasiblePlan, InputError, PortfolioError, SolveFailed, SolveStopped, WorkerLost
from portfolio.many import Crew, at_work, in_parallel
from portfolio.solve import Clock
from scheduler import TESTS, Scheduler

ONE, TWO = Crew(1), Crew(2)


def alive(pid: int) -> bool:
    """The process exists and has not ended (a zombie has)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except FileNotFoundError:
        return False


def wait_until_gone(pids: set[int], seconds: float = 30) -> None:
    """Fails when one of the processes is still there."""
    end = time.monotonic() + seconds
    while (left := {p for p in pids if alive(p)}) and time.monotonic() < end:
        time.sleep(0.05)
    assert not left


@pytest.mark.long
def test_results_are_the_same_with_one_and_two_workers() -> None:
    work = partial(square, 10)
    items = range(60)
    expected = {i: (i, i * i + 10) for i in items}
    assert dict(in_parallel(work, items, ONE)) == expected
    with at_work(work, TWO) as team:
        for _ in range(2):  # the same workers, round after round
            assert dict(team.results(iter(items))) == expected
        assert dict(team.results([])) == {}


def test_one_worker_starts_no_process_and_one_item_needs_none() -> None:
    here = os.getpid()
    assert dict(in_parallel(where, [1, 2], ONE)) == {0: here, 1: here}
    assert dict(in_parallel(where, [1], Crew())) == {0: here}
    with pytest.raises(ValueError, match="0"):
        Crew(0)


@pytest.mark.long
def test_work_is_sent_once_a_worker_items_as_results_are_taken_and_faults_pass_through(tmp_path: Path) -> None:
    asked = 0

    def items() -> Iterator[int]:
        nonlocal asked
        while asked < 200:
            asked += 1
            yield asked

    counter = tmp_path / "unpickled"
    results = in_parallel(Counted(counter), items(), TWO)
    taken = [next(results) for _ in range(4)]
    time.sleep(0.3)  # time enough for two workers to do all of them
    assert asked <= len(taken) + 4, "only what keeps the workers busy is in hand"
    taken += list(results)
    assert sorted(taken) == [(n, n + 1) for n in range(200)]
    workers = counter.read_text("utf-8").split()
    assert len(workers) == len(set(workers)) == 2
    wait_until_gone({int(pid) for pid in workers})


@pytest.mark.parametrize("crew", [ONE, pytest.param(TWO, marks=pytest.mark.long)], ids=["here", "processes"])
def test_a_fault_comes_with_its_own_type_after_what_is_done(crew: Crew) -> None:
    done: dict[int, int] = {}
    with pytest.raises(InputError) as raised:
        _kept(in_parallel(faulty, range(40), crew), done)
    assert raised.value.findings == (FAULT,)
    assert done == {n: n for n in done}
    assert 3 not in done
    assert len(done) == 3 if crew is ONE else done


def _kept(results: Iterator[tuple[int, int]], done: dict[int, int]) -> dict[int, int]:
    for n, result in results:
        done[n] = result
    return done


def test_every_fault_of_ours_can_be_sent() -> None:
    faults = [
        InputError([FAULT]),
        InfeasiblePlan(["mandate"]),
        SolveStopped(interrupted=True),
        SolveFailed("kUnknown"),
        WorkerLost("killed"),
        AuditBreached(["a", "b"]),
        CannotWrite("x.json", "exists"),
        portfolio.errors.SolverUnavailable("no HiGHS"),
    ]
    kinds = {k for k in vars(portfolio.errors).values() if isinstance(k, type) and issubclass(k, PortfolioError)}
    assert {type(f) for f in faults} == kinds - {PortfolioError}
    for fault in faults:
        sent = pickle.loads(pickle.dumps(fault))
        assert type(sent) is type(fault)
        assert (str(sent), vars(sent)) == (str(fault), vars(fault))


def test_stopped_in_this_process_keeps_what_is_done() -> None:
    clock = Clock(60)
    done = []
    threading.Timer(0.3, clock.interrupt).start()
    for _, result in in_parallel(partial(until_stopped, clock), range(10), ONE, lambda: clock.interrupted):
        done.append(result)
    assert done == [0, 1, 2]
    with pytest.raises(SolveStopped):
        list(in_parallel(partial(until_stopped, clock), range(10), ONE))  # nobody asked for the stop


def test_a_clock_is_sent_with_the_time_that_is_left() -> None:
    sent = pickle.loads(pickle.dumps(Clock(100)))
    assert 90 < sent.left <= 100
    assert not sent.interrupted


def test_stopped_workers_end_at_once_and_what_is_done_is_kept(tmp_path: Path) -> None:
    done: dict[int, int] = {}
    start = time.monotonic()
    for n, result in in_parallel(partial(says_that_it_begins, tmp_path, 0.0), range(1000), TWO, lambda: len(done) >= 3):
        done[n] = result
    assert time.monotonic() - start < 20
    assert {n: n * n for n in done} == done
    assert 3 <= len(done) <= 7
    wait_until_gone({int(p.suffix[1:]) for p in tmp_path.iterdir()})


@pytest.mark.long
def test_a_worker_that_is_killed_is_told_of_and_none_is_left(tmp_path: Path) -> None:
    with pytest.raises(WorkerLost):
        list(in_parallel(ends_itself, range(40), TWO))
    next(in_parallel(partial(says_that_it_begins, tmp_path, 0.2), range(40), TWO))  # and left
    start = time.monotonic()
    with at_work(all_but_one_slow, TWO) as team:
        assert next(team.results(range(40))) == (0, 0)  # a round that is left: nobody waits for its end
    assert time.monotonic() - start < 30
    wait_until_gone({int(p.suffix[1:]) for p in tmp_path.iterdir()})


SCRIPT = """
import sys, json
from functools import partial
from pathlib import Path
from many_work import says_that_it_begins
from portfolio.ctrl_c import instead_of_interrupt
from portfolio.many import Crew, in_parallel
from portfolio.solve import Clock

def items():
    (Path(sys.argv[1]).parent / "asked").touch()
    yield from range(10_000)

if __name__ == "__main__":
    clock, done = Clock(600), {}
    with instead_of_interrupt(clock.interrupt):
        work = partial(says_that_it_begins, Path(sys.argv[1]), float(sys.argv[2]))
        for n, result in in_parallel(work, items(), Crew(2), lambda: clock.interrupted):
            done[n] = result
    print(json.dumps(done))
"""


def _running(folder: Path, seconds: float, items: int) -> subprocess.Popen[str]:
    """A process group of its own, at work until Ctrl-C, with so many items begun."""
    script = folder / "script.py"
    script.write_text(SCRIPT, "utf-8")
    begun = folder / "begun"
    begun.mkdir()
    command = [sys.executable, str(script), str(begun), str(seconds)]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, env=environment, text=True, start_new_session=True, **streams)  # type: ignore[call-overload]
    end = time.monotonic() + 60
    while not (folder / "asked").exists() or len(list(begun.iterdir())) < items:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    return process  # type: ignore[no-any-return]


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="a process group is sent its signals another way on Windows")
@pytest.mark.parametrize("items", [0, 40], ids=["while the workers start", "at work"])
def test_ctrl_c_keeps_what_is_done_and_leaves_nobody(tmp_path: Path, items: int) -> None:
    process = _running(tmp_path, 0.05, items)
    if not items:
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    done = {int(n): r for n, r in json.loads(out).items()}
    begun = {int(p.stem) for p in (tmp_path / "begun").iterdir()}
    assert done == {n: n * n for n in done}
    assert len(begun) - len(done) <= 4, "what was begun is done, but for what was in hand"
    assert err == ""
    wait_until_gone({int(p.suffix[1:]) for p in (tmp_path / "begun").iterdir()})


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_workers_end_with_a_process_that_is_killed(tmp_path: Path) -> None:
    process = _running(tmp_path, 0.5, 3)
    process.kill()
    process.communicate(timeout=20)
    wait_until_gone({int(p.suffix[1:]) for p in (tmp_path / "begun").iterdir()})


# --- a cluster -------------------------------------------------------------------------------------------------------


def test_without_dask_the_cluster_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portfolio.many.find_spec", lambda _name: None)
    with pytest.raises(InputError) as raised:
        list(in_parallel(where, [1], Crew(cluster="tcp://127.0.0.1:8786")))
    assert [f.code for f in raised.value.findings] == ["cluster_missing"]
    assert raised.value.exit_code == EXIT_INPUT


def test_nothing_heavy_is_imported_by_a_run_that_does_not_need_it() -> None:
    """Processes, clusters, pictures and distributions: the main job has none of them."""
    code = """
import sys, portfolio.many, portfolio.cli.parser, portfolio.analysis.optimise, portfolio.reports.workbook, portfolio.reports.returned
print([name for name in sys.modules if name in ("joblib", "distributed", "dask", "matplotlib", "scipy", "pandas")])
"""
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.long
def test_a_cluster_that_loses_a_worker_loses_no_item(scheduler: Scheduler, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    begun.mkdir()
    first, _ = scheduler.add_worker(), scheduler.add_worker()
    scheduler.wait_for(2)

    def workers() -> int:
        return len({p.suffix for p in begun.iterdir()})

    asked = 0

    def items() -> Iterator[int]:
        nonlocal asked
        while asked < 60 or workers() < 3:
            yield asked
            asked += 1

    found: dict[int, int] = {}
    for n, result in in_parallel(partial(says_that_it_begins, begun, 0.05), items(), Crew(cluster=scheduler.address)):
        assert n not in found
        found[n] = result
        if len(found) >= 20 and workers() == 2 and first.poll() is None:
            first.kill()
            first.wait()
            scheduler.add_worker()  # comes late, and is given the work as well
    assert first.poll() is not None
    assert found == dict(in_parallel(partial(slow_square, 0.0), range(asked), ONE))


@pytest.mark.long
def test_a_cluster_that_loses_all_workers_goes_on_with_new_ones(scheduler: Scheduler) -> None:
    first = scheduler.add_worker()
    scheduler.wait_for(1)
    found: dict[int, int] = {}
    for n, result in in_parallel(partial(slow_square, 0.02), range(60), Crew(cluster=scheduler.address)):
        found[n] = result
        if len(found) == 20:
            first.kill()
            first.wait()
            scheduler.add_worker()
    assert found == {n: n * n for n in range(60)}


WITHOUT = """
import sys

class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "portfolio":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nowhere())
"""
"""An environment in which portfolio is not installed."""


@pytest.mark.long
def test_faults_and_stops_on_a_cluster(scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    crew = Crew(cluster=scheduler.address)
    monkeypatch.setattr("portfolio.many.cluster.FIRST_WORKER", 1)
    with pytest.raises(InputError) as raised:
        list(in_parallel(where, [1], crew))
    assert [f.code for f in raised.value.findings] == ["cluster_empty"]
    monkeypatch.undo()
    scheduler.add_worker()
    scheduler.wait_for(1)
    with pytest.raises(InputError) as raised:
        list(in_parallel(faulty, range(20), crew))
    assert raised.value.findings == (FAULT,)
    done = []
    start = time.monotonic()
    for n, _ in in_parallel(partial(slow_square, 0.1), range(10_000), crew, lambda: len(done) >= 3):
        done.append(n)
    assert len(done) >= 3
    assert time.monotonic() - start < 10
    monkeypatch.setattr("portfolio.many.cluster.__version__", "0.0.0")
    with pytest.raises(InputError) as raised:
        list(in_parallel(where, [1], crew))
    assert [f.code for f in raised.value.findings] == ["cluster_version"]


@pytest.mark.long
def test_a_worker_without_portfolio_is_a_finding(scheduler: Scheduler, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT, "utf-8")
    scheduler.add_worker(str(tmp_path))
    scheduler.wait_for(1)
    with pytest.raises(InputError) as raised:
        list(in_parallel(where, [1], Crew(cluster=scheduler.address)))
    assert [f.code for f in raised.value.findings] == ["cluster_without_portfolio"]


@pytest.mark.long
def test_a_scheduler_that_is_not_there_or_goes_away(scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portfolio.many.cluster.CONNECT", 1)
    for address in ("tcp://127.0.0.1:9", "no_port", "ftp://127.0.0.1:9"):
        with pytest.raises(InputError) as raised:
            list(in_parallel(where, [1], Crew(cluster=address)))
        assert [f.code for f in raised.value.findings] == ["cluster_unreachable"]
    monkeypatch.undo()
    scheduler.add_worker()
    scheduler.wait_for(1)
    results = in_parallel(partial(slow_square, 0.05), range(10_000), Crew(cluster=scheduler.address))
    assert next(results) is not None
    scheduler.close()
    with pytest.raises(WorkerLost):
        list(results)
