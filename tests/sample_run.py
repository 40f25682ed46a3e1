"""The Helsingborg sample, read and optimised once for all tests and all their processes."""

from __future__ import annotations

import os
import pickle
import time
from functools import cache
from pathlib import Path

from portfolio.analysis.optimise import Request, optimise
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
    give_up = time.monotonic() + LONGEST
    while not done.exists():
        assert time.monotonic() < give_up, "the process that began the run has not finished it"
        time.sleep(0.05)
    made: Run = pickle.loads(done.read_bytes())
    return made


def _mine(lock: Path) -> bool:
    """True for the first process that asks."""
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
