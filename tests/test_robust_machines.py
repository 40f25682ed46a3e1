"""Decisions under uncertainty on machines as they are: Ctrl-C as a signal, worlds that go on, workers that are lost, memory that stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest

import making as m
from portfolio.analysis.base import Base, base_of
from portfolio.analysis.optimise import Request, optimise
from portfolio.analysis.robust.find import Asked, robust
from portfolio.cli import EXIT_DONE, EXIT_INTERRUPTED, main
from portfolio.excel.standard import standard_workbook
from portfolio.many import Crew
from portfolio.planning import Objective, Planning, Uncertainty
from portfolio.records import Portfolio
from scheduler import TESTS, Scheduler

Capture = pytest.CaptureFixture[str]

MODEL = """
schema_version = 1
title = "T"
[objective]
name = "tonnes_per_krona"
[horizon]
first_year = { value = 2025, unit = "year", source = "t" }
last_year = { value = 2027, unit = "year", source = "t" }
effects_until = { value = 2029, unit = "year", source = "t" }
target_year = { value = 2027, unit = "year", source = "t" }
[control_envelope]
total = { value = 4000, unit = "kr", source = "t" }
[uncertainty]
correlation = { value = 40, unit = "%", source = "t" }
delays = { 1 = { value = 20, unit = "%", source = "t" } }
"""


def few() -> Portfolio:
    """Five investments of a sector, of which some fit."""
    given: dict[str, Any] = {"outlay_uncertainty": Decimal("0.3"), "tonnes_uncertainty": Decimal("0.3"), "sector": "s", "latest": 2026}
    return m.portfolio_of(*(m.investment(f"I-{n}", [1000 + 100 * n], tonnes=Decimal(10 + n), **given) for n in range(5)))


def planned() -> Planning:
    table = Uncertainty(correlation=m.share("0.4"), delays={1: m.share("0.2")})
    return m.planning(objective=Objective(name="tonnes_per_krona"), uncertainty=table, control_envelope=m.envelope(4000))


def based() -> Base:
    return base_of(few(), planned(), optimise(few(), planned(), Request()).decisions)


SCRIPT = """
import signal, sys, time
from portfolio.analysis.robust.store import Store
from portfolio.cli import main

keep = Store.keep


def slowly(self, outcomes, *, now=False):
    keep(self, outcomes, now=True)
    if not now and len(outcomes) >= 3:
        time.sleep(1.0)  # there is time for a signal


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests in the background has it ignored
    Store.keep = slowly
    sys.exit(main(sys.argv[1:]))
"""


def _kept(file: Path) -> int:
    """Worlds in the file of finished worlds."""
    try:
        return len(json.loads(file.read_bytes())["worlds"])
    except (OSError, ValueError):
        return 0


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="a process group is sent its signals another way on Windows")
def test_ctrl_c_keeps_finished_worlds_and_resume_goes_on_to_the_same_result(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "model.toml").write_text(MODEL, "utf-8")
    (tmp_path / "in.xlsx").write_bytes(standard_workbook(few(), range(2025, 2028)))
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    asked = ["robust", str(tmp_path / "in.xlsx"), "--model", str(tmp_path / "model.toml"), "--worlds", "40", "--seed", "3"]
    stopped = [*asked, "--workers", "2", "--json", "--out", str(tmp_path / "ut")]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    command = [sys.executable, str(tmp_path / "script.py"), *stopped]
    process = subprocess.Popen(command, env=environment, start_new_session=True, **streams)  # type: ignore[call-overload]
    file = tmp_path / "ut" / "varldar.json"
    end = time.monotonic() + 120
    while _kept(file) < 3:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == EXIT_INTERRUPTED, err
    part = json.loads(out)
    assert part["status"] == "incomplete"
    assert 3 <= part["done"] < part["asked"] == 40
    assert _kept(file) == part["done"]
    assert main([*stopped, "--resume"]) == EXIT_DONE
    whole = json.loads(capsys.readouterr().out)
    assert main([*asked, "--workers", "1", "--json"]) == EXIT_DONE
    assert whole == json.loads(capsys.readouterr().out)
    assert (whole["status"], whole["done"]) == ("complete", 40)


@pytest.mark.long
def test_a_cluster_that_loses_a_worker_loses_no_world(scheduler: Scheduler) -> None:
    first = scheduler.add_worker()
    scheduler.add_worker()
    scheduler.wait_for(2)
    done: list[int] = []

    def watch(now: int, _total: int) -> None:
        done.append(now)
        if len(done) == 8:
            first.kill()
            first.wait()

    found = robust(based(), None, Asked(30, seed=2), Crew(cluster=scheduler.address), progress=watch)
    assert first.poll() is not None
    assert found.complete
    assert found == robust(based(), None, Asked(30, seed=2), Crew(1))


def _megabytes(worlds: int) -> tuple[float, float]:
    """Most memory of this process, and of any of its workers, while so many worlds are studied with two workers."""
    me = psutil.Process()
    most = [0.0, 0.0]

    def watch(now: int, _total: int) -> None:
        if now % 50 == 0:
            workers = [p.memory_info().rss for p in me.children(recursive=True) if "loky" in " ".join(p.cmdline())]
            most[0] = max(most[0], me.memory_info().rss / 1e6)
            most[1] = max(most[1], *(rss / 1e6 for rss in workers), 0.0)

    found = robust(based(), None, Asked(worlds), Crew(2), progress=watch)
    assert found.complete
    return most[0], most[1]


@pytest.mark.soak
def test_ten_thousand_worlds_do_not_grow_the_process() -> None:
    """Against 1,000: the workers not at all, this process by what the sample itself takes, a few numbers a world and figure."""
    _megabytes(200)  # what is imported and remembered once
    few_worlds, many_worlds = _megabytes(1_000), _megabytes(10_000)
    print(f"this process {few_worlds[0]:.0f} → {many_worlds[0]:.0f} MB, a worker {few_worlds[1]:.0f} → {many_worlds[1]:.0f} MB")
    assert few_worlds[1] > 0, "workers were seen"
    assert many_worlds[1] - few_worlds[1] < 10
    assert many_worlds[0] - few_worlds[0] < 60
