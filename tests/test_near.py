"""Near-optimal sets: what all agree on, which sets are listed and in what order equals enumeration."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import exhaustive
import making as m
from portfolio.analysis.base import base_of
from portfolio.analysis.near import near
from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.explored.near import Near
from portfolio.outcome import Run, SolveStatus
from portfolio.planning import Objective, Planning
from portfolio.records import Portfolio
from portfolio.reports.near import render
from portfolio.solve import Clock
from portfolio.text import LANGUAGES, Text
from random_questions import question

Capture = pytest.CaptureFixture[str]
MOST = 600
"""Choices of a question that are tried one by one."""
Sets = dict[frozenset[str], Fraction]


def near_by_enumeration(portfolio: Portfolio, planning: Planning, within: Fraction) -> Sets:
    """Every set of investments that counts, with the best value of any of its choices."""
    oracle = exhaustive.Question(portfolio, planning)
    values = [(c, oracle.value(c)) for c in oracle.all() if oracle.feasible(c)]
    objective = planning.objective
    match objective.name.value:
        case "least_cost":
            goal = objective.tonnes.value * 100_000 if objective.tonnes is not None else 0
            worth = [(c, Fraction(-v.kronor)) for c, v in values if v.ticks >= goal]
        case "most_tonnes":
            worth = [(c, Fraction(v.ticks)) for c, v in values]
        case _:
            top = max(v.ticks for _, v in values)
            share = objective.floor_share.value if objective.floor_share is not None else Decimal("0.95")
            kept = [(c, v) for c, v in values if v.ticks >= Fraction(share) * top and (v.ticks > 0 or top <= 0)]
            worth = [(c, Fraction(v.ticks, v.kronor)) for c, v in kept if v.kronor > 0]
            assert len(worth) == len(kept), "only questions with a ratio are drawn"
    best = max(value for _, value in worth)
    sets: Sets = {}
    for choice, value in worth:
        if value >= best - within * abs(best):
            sets[frozenset(choice)] = max(value, sets.get(frozenset(choice), value))
    return sets


def drawn(seed: int) -> tuple[Portfolio, Planning, Run] | None:
    """A random question with a proven plan that has tonnes and kronor, and so few choices that they can be tried; None for other seeds."""
    portfolio, planning = question(seed)
    size = 1
    for options in exhaustive.Question(portfolio, planning).options.values():
        size *= len(options)
    if size > MOST:
        return None
    run = optimise(portfolio, planning, Request())
    if run.status is not SolveStatus.PROVEN_BEST or run.totals is None or run.totals.kronor <= 0 or run.totals.tonnes <= 0:
        return None
    return portfolio, planning, run


def check(seed: int, within: Decimal, most: int) -> int | None:
    """Sets that count; None for a seed without a question."""
    made = drawn(seed)
    if made is None:
        return None
    portfolio, planning, run = made
    found = near(base_of(portfolio, planning, run.decisions), Clock(60), within, most)
    sets = near_by_enumeration(portfolio, planning, Fraction(within))
    everywhere, somewhere = frozenset.intersection(*sets), frozenset.union(*sets)
    assert found.complete
    assert set(found.always) == everywhere
    assert set(found.sometimes) == somewhere - everywhere
    assert set(found.never) == {i.id for i in portfolio.investments if i.control == "city"} - somewhere
    listed = [frozenset(plan.chosen) for plan in found.plans]
    assert len(set(listed)) == len(listed) == min(most, len(sets))
    assert found.every_set is (len(sets) <= most)
    assert listed[0] == {d.id for d in run.decisions if d.layer in ("plan", "gap")}
    assert [sets[chosen] for chosen in listed] == sorted(sets.values(), reverse=True)[:most], "the best ones, in order"
    return len(sets)


def run_block(seeds: range) -> tuple[int, int]:
    """Questions, and those of them with several sets."""
    asked = [n for seed in seeds for within, most in ((Decimal("0.05"), 3), (Decimal("0.3"), 10)) if (n := check(seed, within, most))]
    return len(asked), sum(n > 1 for n in asked)


def test_near_sets_equal_enumeration() -> None:
    asked, several = run_block(range(500, 508))
    assert asked >= 4
    assert several >= 1


@pytest.mark.long
def test_near_sets_equal_enumeration_on_many() -> None:
    asked, several = run_block(range(500, 590))
    assert asked >= 50
    assert several >= 15


def two_of_three() -> Near:
    """Two of A (10 t), B (9.9 t) and C (9 t) fit, 100 kronor each, and K is committed: A and B; within 2 % A and C too, not B and C."""
    items = [m.investment(i, (100,), tonnes=Decimal(t)) for i, t in (("A", "10"), ("B", "9.9"), ("C", "9.6"))]
    items.append(m.investment("K", (50,), tonnes=Decimal(1), status="committed", in_plan=True))
    planning = m.planning(control_envelope=m.envelope(250), objective=Objective(name="most_tonnes"))
    portfolio = m.portfolio_of(*items)
    run = optimise(portfolio, planning, Request())
    return near(base_of(portfolio, planning, run.decisions), Clock(60), Decimal("0.015"))


def test_by_hand() -> None:
    """A and B with K: 20.9 t a year. A and C: 20.6, 1.44 % worse. B and C: 20.5, 1.91 % worse."""
    found = two_of_three()
    assert [plan.chosen for plan in found.plans] == [("A", "B", "K"), ("A", "C", "K")]
    assert found.every_set
    assert (found.always, found.sometimes, found.never) == (("A", "K"), ("B", "C"), ())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_terminal_says(lang: Any) -> None:
    console = Console(width=80, file=StringIO(), highlight=False)
    render(two_of_three(), Text(lang), console)
    assert isinstance(console.file, StringIO)
    written = console.file.getvalue()
    assert max(map(len, written.splitlines())) <= 80
    shown = " ".join(written.split())
    assert {"sv": "I alla (står fast), 2: A, K.", "en": "A, K."}[lang] in shown
    assert {"sv": "in: C; ut: B", "en": "in: C; out: B"}[lang] in shown


@pytest.mark.long
def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert main(["optimise", "--out", "ut"]) == 0
    capsys.readouterr()
    assert main(["near", "--run", "ut", "--within", "60", "--most", "2", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["status"], said["within"], said["every_set"]) == ("complete", 0.6, True)
    with pytest.raises(SystemExit, match="2"):
        main(["near", "--within", "101"])
