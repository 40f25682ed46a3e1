"""The same question has the same answer: whatever the order of rows, the seed, the hashes of the process and the place of the files."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.outcome import Run
from portfolio.planning import Planning
from portfolio.records import Portfolio
from random_questions import question
from test_funding_stack import funded

SEEDS = (0, 17, 2_025)
"""Of the solver."""
T = TypeVar("T")


def shuffled(these: Sequence[T], r: random.Random) -> tuple[T, ...]:
    return tuple(r.sample(these, len(these)))


def in_another_order(portfolio: Portfolio, r: random.Random) -> Portfolio:
    """The rows of every sheet in another order."""
    return portfolio.model_copy(update={name: shuffled(getattr(portfolio, name), r) for name in ("investments", "pairs", "ceilings")})


def said(portfolio: Portfolio, planning: Planning, seed: int) -> Run:
    """All that the run says, but for the number of solves, which a solver's seed may change."""
    run = optimise(portfolio, planning, Request(seed=seed))
    if run.objective is None:
        return run
    return run.model_copy(update={"objective": run.objective.model_copy(update={"solves": 0})})


def compared(instances: int, shuffles: int, seeds: Sequence[int]) -> tuple[int, int]:
    """Every instance in so many orders with every seed, against the first; every fifth instance has all kinds of money.

    Returns:
        instances that have a plan, and runs that were compared with the first of their instance.
    """
    plans = runs = 0
    for n in range(instances):
        made = funded(n) if n % 5 == 4 else None
        portfolio, planning = (made.portfolio, made.planning) if made is not None else question(3_000 + n)
        first, r = said(portfolio, planning, 0), random.Random(n)
        plans += first.totals is not None
        for _ in range(shuffles):
            other = in_another_order(portfolio, r)
            for seed in seeds:
                assert said(other, planning, seed) == first, f"instance {n}, seed {seed}"
                runs += 1
    return plans, runs


def test_row_order_and_seed_change_nothing() -> None:
    plans, runs = compared(2, 1, SEEDS[1:])
    assert (plans, runs) == (2, 4)


@pytest.mark.long
def test_row_order_and_seed_change_nothing_with_all_kinds_of_money() -> None:
    plans, runs = compared(5, 1, SEEDS[1:])
    assert plans >= 3
    assert runs == 10


@pytest.mark.soak
def test_fifty_instances_five_orders_three_seeds() -> None:
    plans, runs = compared(50, 5, SEEDS)
    print(f"{plans} of 50 instances have a plan; {runs} runs, all as the first of their instance")
    assert plans >= 25
    assert runs == 750


# --- bytes -----------------------------------------------------------------------------------------------------------

STAMP = "1735689600"
WRITE = """
from portfolio.cli import main
for command in ("optimise --out ut --json", "costs --run ut --out kurvor"):
    assert main(command.split()) == 0
"""
EXPECTED = {
    *("ut/run.json", "ut/beslutsunderlag.xlsx", "ut/rapport.html", "ut/tjansteskrivelse.md", "ut/returned/exempel-2025.xlsx"),
    *("kurvor/kostnadskurva.xlsx", "kurvor/kostnadskurva.png", "kurvor/kostnadskurva.svg"),
}


def written(round_: Path, place: Path, hash_seed: str) -> dict[str, str]:
    """What a process that runs the commands that write leaves and says in a copy of the round: SHA-256 by name."""
    shutil.copytree(round_, place)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": STAMP, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", WRITE], cwd=place, env=environment, capture_output=True, check=True)
    found = {"standard output": hashlib.sha256(done.stdout).hexdigest()}
    for path in (*(place / "ut").rglob("*"), *(place / "kurvor").rglob("*")):
        if path.is_file():
            found[path.relative_to(place).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.mark.long
def test_two_runs_are_the_same_to_the_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With other hashes and in another place: workbooks, web page, memorandum, pictures, JSON, the list of files and standard output."""
    round_ = tmp_path / "round"
    round_.mkdir()
    monkeypatch.chdir(round_)
    assert main(["init", "."]) == 0
    first = written(round_, tmp_path / "a", "0")
    assert first.keys() >= EXPECTED
    assert written(round_, tmp_path / "en mapp med åäö" / "under en annan", "4294967295") == first


EVERYTHING = """
import hashlib, sys
from money_question import small
from portfolio.analysis.optimise import Request, optimise
from portfolio.reports import bond_report, html, memorandum, workbook
from portfolio.reports.run_json import to_json
from portfolio.text import Text
from test_audit_random import random_plan, random_question
runs = [small().run]
for seed in range(int(sys.argv[1])):
    portfolio, planning, _ = random_question(seed)
    runs.append(optimise(portfolio, planning, Request()))
for run in runs:
    made = [to_json(run).encode()]
    if run.totals is not None:
        made += [render(run, Text("sv")) for render in (workbook.render, html.render, memorandum.render)]
    if run.bonds is not None:
        made.append(bond_report.render(run, Text("sv")))
    print(run.status.value, *(hashlib.sha256(content).hexdigest() for content in made))
for seed in range(20, 45):
    print(hashlib.sha256(random_plan(seed)[2].model_dump_json().encode()).hexdigest())
"""
"""Digests of all that is rendered of proven plans, and of random plans with their audits, breaches among them."""


def under_hash_seed(hash_seed: int, questions: int) -> list[str]:
    """`EVERYTHING` of random questions with all that the method knows."""
    here = Path(__file__).parent
    path = os.pathsep.join(str(p) for p in (here.parent, here, here / "constraints"))
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", EVERYTHING, str(questions)], env=environment, capture_output=True, check=True, text=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("questions", [pytest.param(2, marks=pytest.mark.long), pytest.param(60, marks=pytest.mark.soak)])
def test_hashes_change_nothing_that_is_written(questions: int) -> None:
    """Sets are never walked in the order of their hashes."""
    first, other = (under_hash_seed(seed, questions) for seed in (1, 2))
    assert len(first) == questions + 26
    assert sum("proven_best" in line for line in first) > questions // 2
    assert other == first


@pytest.mark.long
def test_only_the_stamp_tells_two_runs_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a fixed stamp: the time of the run is the only thing in `run.json` that differs."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    kept = []
    for stamp in ("1735689600", "1767225600"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", stamp)
        assert main(["optimise", "--out", f"ut-{stamp}"]) == 0
        raw = json.loads(Path(f"ut-{stamp}/run.json").read_bytes())
        kept.append((raw.pop("created"), raw))
    assert kept[0][0] != kept[1][0]
    assert kept[0][1] == kept[1][1]
