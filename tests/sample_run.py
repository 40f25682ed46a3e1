"""The Helsingborg sample and a starter round, optimised once for all tests and all their processes."""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import time
from functools import cache
from pathlib import Path

from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.excel.read import read_portfolio
from portfolio.outcome import Run
from portfolio.planning import Planning
from portfolio.planning_load import load_planning
from portfolio.records import Portfolio

TOP = Path(__file__).parent.parent
FOLDERS: list[Path] = []
"""Where the processes of this session share their runs; set by conftest.py."""
LONGEST = 120.0
"""Seconds that one process waits for the run that another has begun."""


@cache
def sample(scenario: str = "") -> tuple[Portfolio, Planning]:
    """The shipped workbook and model."""
    scenarios = [TOP / "models" / "scenarios" / f"{scenario}.toml"] if scenario else []
    planning, _ = load_planning(TOP / "models" / "helsingborg-2025.toml", scenarios)
    portfolio, _ = read_portfolio([TOP / "inputs" / "helsingborg-2025.xlsx"], planning.horizon.years)
    return portfolio, planning


def sample_run(scenario: str = "") -> Run:
    """The run; the processes of one test session share it through a file of their own."""
    return _shared(scenario)


@cache
def _shared(scenario: str) -> Run:
    done = FOLDERS[-1] / f"{scenario or 'sample'}.pickle"
    if _mine(done.with_suffix(".begun")):
        run = optimise(*sample(scenario), Request())
        part = done.with_suffix(".part")
        part.write_bytes(pickle.dumps(run))
        part.replace(done)
        return run
    _wait_for(done)
    made: Run = pickle.loads(done.read_bytes())
    return made


def starter_round(folder: Path) -> Path:
    """A starter round that has been run once, the run in `ut`, copied to a folder that does not exist yet."""
    done = FOLDERS[-1] / "starter"
    if _mine(done.with_suffix(".begun")):
        part = done.with_suffix(".part")
        part.mkdir()
        with contextlib.chdir(part):
            assert main(["init", ".", "--quiet"]) == 0
            assert main(["optimise", "--out", "ut", "--quiet"]) == 0
        part.rename(done)
    _wait_for(done)
    return shutil.copytree(done, folder)


def _wait_for(done: Path) -> None:
    give_up = time.monotonic() + LONGEST
    while not done.exists():
        assert time.monotonic() < give_up, "the process that began the run has not finished it"
        time.sleep(0.05)


def _mine(lock: Path) -> bool:
    """True for the first process that asks."""
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
