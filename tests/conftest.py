"""Nothing leaves the machine: in every test connections to other addresses than its own are refused."""

from __future__ import annotations

import gc
import importlib
import os
import shutil
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import sample_run
from scheduler import Scheduler

THINNED = {
    "test_a_plan_in_hand_is_kept": 3,
    "test_bad_header": 4,
    "test_bad_overlap": 4,
    "test_code_pages": 4,
    "test_every_fault_in_the_small_question_is_caught": 2,
    "test_killed_at_every_step_of_the_writing": 3,
    "test_one_bad_cell_one_finding": 10,
    "test_published_optimum": 12,
    "test_report_of_the_sample": 2,
    "test_sound_and_read_as_it_stands": 12,
    "test_stopped_on_time": 2,
    "test_summary": 2,
    "test_the_bounds_hold_for_what_the_whole_search_finds": 2,
    "test_the_stages_give_the_same_plan": 2,
    "test_units": 6,
    "test_what_is_said_of_the_rejected_is_what_enumeration_finds": 2,
    "test_what_the_terminal_says": 2,
    "test_year_headers_as_officers_write_them": 6,
    "test_years_in_every_spelling": 6,
}
"""Tests of many cases of one kind: each n-th is in the fast suite, the others among the long tests."""

# two workers and the commands they start would otherwise compile the same modules again and again; what is compiled is ignored by git
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection(session: pytest.Session) -> None:
    """Each worker compiles its share of the test modules first and finds the rest compiled: to rewrite every assert takes long."""
    top, worker = Path(__file__).parent, os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None and [Path(name).resolve() for name in session.config.args] == [top]:
        number, workers = int(worker.removeprefix("gw")), int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        for path in sorted(top.rglob("test_*.py"))[number::workers]:
            importlib.import_module(path.stem)


def pytest_collection_finish() -> None:
    """What has been imported stays to the end, so that nobody need look through it for dead cycles; the rest as in a command."""
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seen: Counter[str] = Counter()
    for item in items:
        name = getattr(item, "originalname", item.name)
        if seen[name] % THINNED.get(name, 1) > 0:
            item.add_marker(pytest.mark.long)
        seen[name] += 1


def _at_home(real: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, to this machine only; the address is the last argument."""

    def call(mine: socket.socket, *arguments: Any) -> Any:
        if not (isinstance(arguments[-1], tuple) and arguments[-1][0] == "127.0.0.1"):
            raise AssertionError("a test tried to open a network connection")
        return real(mine, *arguments)

    return call


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt to connect to another machine is a failure."""
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, _at_home(getattr(socket.socket, name)))


@pytest.fixture(scope="session", autouse=True)
def shared_runs(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The folder that all processes of this session share, and pytest removes in time."""
    mine = tmp_path_factory.getbasetemp()
    sample_run.FOLDERS.append(mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    """A Dask scheduler without workers."""
    _or_skip("distributed" if find_spec("distributed") is not None else "", "distributed is not installed: no cluster is tried")
    found = Scheduler(tmp_path)
    yield found
    found.close()


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice, the independent reader of workbooks."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return _or_skip(found, "LibreOffice is not installed: no independent recalculation of workbooks")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Chromium, which shows the report as its readers see it."""
    return _or_skip(
        shutil.which("chromium") or shutil.which("chromium-browser"), "Chromium is not installed: nobody has looked at the report"
    )


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which looks for faults of accessibility; AXE_CORE names the file."""
    found = os.environ.get("AXE_CORE", "")
    return Path(_or_skip(found, "AXE_CORE names no axe.min.js: accessibility is not checked")).read_text("utf-8")


def _or_skip(found: str | None, reason: str) -> str:
    """What was found. Without it the test is skipped, with the reason; .ci/run sets REQUIRE_ORACLES=1, and then it fails."""
    if not found and os.environ.get("REQUIRE_ORACLES") == "1":
        pytest.fail(f"{reason}, and REQUIRE_ORACLES asks for it")
    if not found:
        pytest.skip(reason)
    assert found
    return found
