"""Prices: every step and every other phasing equals what enumeration gives under the demands so changed."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from rich.console import Console

import exhaustive
import making as m
from portfolio.analysis.base import base_of
from portfolio.analysis.conflict.demands import Question
from portfolio.analysis.frontier.find import most_tonnes
from portfolio.analysis.optimise import Request, optimise
from portfolio.analysis.phasing import least_moves
from portfolio.analysis.prices import Limit, prices, stepped
from portfolio.cli import main
from portfolio.explored.prices import Move, Phasing, Prices
from portfolio.planning import Objective, PlanFrame
from portfolio.reports.prices import render
from portfolio.solve import Clock
from portfolio.text import LANGUAGES, Text

Capture = pytest.CaptureFixture[str]
SCOPES = {"frame": ("plan",), "both": ("plan", "gap")}
STEPS = (40, 15)


def best(q: Question, layers: tuple[str, ...], least_ticks: Fraction | None = None) -> tuple[int, int] | None:
    """Most ticks and the fewest kronor for them, or with `least_ticks` the fewest kronor for so many; None without a choice."""
    oracle = exhaustive.Question(q.portfolio, q.planning, layers)
    values = [oracle.value(c) for c in oracle.all() if oracle.feasible(c)]
    if least_ticks is not None:
        return min(((0, v.kronor) for v in values if v.ticks >= least_ticks), default=None)
    return max(((v.ticks, -v.kronor) for v in values), default=None)


def drawn(seed: int) -> Question:
    """Four investments with windows and outlays of one or two years, a frame by year, an envelope and a mandate that may bind."""
    draw = Random(seed)
    items = []
    for n in range(4):
        outlay = [draw.randrange(10, 90) for _ in range(draw.choice((1, 1, 2)))]
        latest = 2025 + draw.randrange(3)
        items.append(m.investment(f"I{n}", outlay, tonnes=Decimal(draw.randrange(1, 60)), latest=latest, life=draw.randrange(1, 9)))
    frame = m.frame(*(draw.randrange(0, 120) for _ in range(3)), carry_forward=draw.random() < 0.6)
    objective = Objective(name="tonnes_per_krona", floor_share=m.share("0.8"))
    tables = {"control_envelope": m.envelope(draw.randrange(80, 260)), "debt": m.debt(0, draw.randrange(60, 300))}
    return Question(m.portfolio_of(*items), m.planning(plan_frame=frame, objective=objective, **tables))


def made(q: Question) -> Prices:
    run = optimise(q.portfolio, q.planning, Request())
    return prices(base_of(q.portfolio, q.planning, run.decisions), Clock(60), STEPS)


def check(seed: int) -> tuple[int, int, int]:
    """Steps that move the plan, phasings that do, and what was compared in all."""
    q = drawn(seed)
    found = made(q)
    assert found.complete
    target = Question(q.portfolio, most_tonnes(q.planning))
    base = {scope: best(target, layers) for scope, layers in SCOPES.items()}
    seen = set()
    for step in found.steps:
        seen.add((step.limit, step.year, step.step, step.scope))
        changed = stepped(target, Limit(step.limit, step.year, step.scope), step.step)
        assert changed is not None
        wanted, before = best(changed, SCOPES[step.scope]), base[step.scope]
        assert step.possible is (wanted is not None)
        assert before is not None
        if wanted is not None:
            assert (Fraction(step.tonnes) * 100_000, step.kronor) == (wanted[0] - before[0], before[1] - wanted[1]), step
    table = q.planning.plan_frame
    assert table is not None
    for year, kronor in table.frame.values.items():
        for step in STEPS:
            assert ("plan_frame", year, step, "frame") in seen
            assert (("plan_frame", year, -step, "frame") in seen) is (kronor >= step)
    for priced in found.tonnes:
        goal = Fraction(priced.reductions) * 100_000
        again = best(Question(q.portfolio, most_tonnes(q.planning, target_year=True)), SCOPES["both"], goal)
        assert priced.possible is (again is not None)
        if again is not None:
            assert priced.kronor == again[1] - found.reductions_kronor
    moving = sum(check_phasing(target, p, base["frame"]) for p in found.phasings)
    return sum(bool(s.tonnes) for s in found.steps), moving, len(found.steps) + len(found.phasings)


def check_phasing(q: Question, p: Phasing, before: tuple[int, int] | None) -> bool:
    """The best use of the same sum, and the least that must change year for it; True when anything must."""
    table = q.planning.plan_frame
    assert table is not None
    assert before is not None
    free = Question(q.portfolio, q.planning.model_copy(update={"plan_frame": None}))
    oracle = exhaustive.Question(free.portfolio, free.planning, ("plan",))
    values = []
    for choice in oracle.all():
        if oracle.feasible(choice):
            spent = [sum(oracle.outlay(i, o, t) for i, o in choice.items()) for t in oracle.years]
            moved = least_by_hand(spent, list(table.frame.values.values()), carried=table.carry_forward)
            if moved is not None and (p.most is None or moved <= p.most):
                value = oracle.value(choice)
                values.append((value.ticks, -value.kronor, -moved))
    top = max(values)
    assert (Fraction(p.tonnes) * 100_000, p.kronor, sum(x.kronor for x in p.moves)) == (top[0] - before[0], before[1] - top[1], -top[2])
    return bool(p.moves)


def least_by_hand(spent: list[Fraction], frame: list[int], *, carried: bool) -> Fraction | None:
    """Least kronor that must change year; None when the sum is not enough."""
    if sum(spent) > sum(frame):
        return None
    if carried:
        return max(Fraction(0), *(sum(spent[: n + 1]) - sum(frame[: n + 1]) for n in range(len(spent))))
    return sum((max(s - f, Fraction(0)) for s, f in zip(spent, frame, strict=True)), Fraction(0))


def run_block(seeds: range) -> tuple[int, int, int]:
    results = [check(seed) for seed in seeds]
    return sum(r[0] for r in results), sum(r[1] for r in results), sum(r[2] for r in results)


def test_every_price_equals_enumeration() -> None:
    steps, moving, compared = run_block(range(2))
    assert steps >= 5
    assert moving >= 1
    assert compared >= 30


@pytest.mark.parametrize("block", [pytest.param(0, marks=pytest.mark.long), pytest.param(1, marks=pytest.mark.soak)])
def test_every_price_equals_enumeration_on_many(block: int) -> None:
    steps, moving, compared = run_block(range(100 + 20 * block, 120 + 20 * block))
    assert steps >= 60
    assert moving >= 10
    assert compared >= 400


def moves(frame: PlanFrame, *spent: int) -> list[tuple[int, int, int]]:
    found = least_moves(frame, {2025 + n: kr for n, kr in enumerate(spent)})
    return [(x.source, x.target, x.kronor) for x in found]


def test_the_least_that_must_change_year_by_hand() -> None:
    assert moves(m.frame(100, 0, 50), 100, 0, 50) == []
    assert moves(m.frame(0, 100, 50), 80, 0, 0) == [(2026, 2025, 80)]
    assert moves(m.frame(0, 30, 90), 80, 0, 40) == [(2026, 2025, 30), (2027, 2025, 50)]
    # what is left of 2025 is there in 2026 anyway: only 20 are missing
    assert moves(m.frame(100, 0, 50), 60, 60, 0) == [(2027, 2026, 20)]
    # without carrying on, it has to be moved
    assert moves(m.frame(100, 0, 50, carry_forward=False), 60, 60, 0) == [(2025, 2026, 40), (2027, 2026, 20)]
    # one and the same krona, moved once, helps both years
    assert moves(m.frame(10, 10, 100), 30, 10, 0) == [(2027, 2025, 20)]


def too_late() -> Prices:
    """A (100 kr, 2025 only) and B (60 kr, 2026 only); the frame has 90, 40 and 30: A fits when 10 kr come to 2025."""
    items = (m.investment("A", (100,), tonnes=Decimal(10)), m.investment("B", (60,), start=2026, tonnes=Decimal(1)))
    return made(Question(m.portfolio_of(*items), m.planning(plan_frame=m.frame(90, 40, 30), control_envelope=m.envelope(1_000))))


def test_prices_by_hand() -> None:
    """As it is only B fits (4 t over four years). With 15 kr more in 2025 A fits (50 t over five) instead, with 40 more both do."""
    found = too_late()
    assert (found.frame_tonnes, found.frame_kronor) == (4, 60)
    steps = {(s.year, s.step): (s.tonnes, s.kronor) for s in found.steps if s.limit == "plan_frame"}
    assert steps[2025, 15] == (46, 40)
    assert steps[2025, 40] == (50, 100)
    assert steps[2026, 40] == (0, 0)
    assert steps[2025, -40] == (0, 0)
    ten = (Move(source=2026, target=2025, kronor=10),)
    thirty = (Move(source=2027, target=2025, kronor=10), Move(source=2027, target=2026, kronor=20))
    wanted = [(15, ten, 46, 40), (40, thirty, 50, 100), (None, thirty, 50, 100)]
    assert [(p.most, p.moves, p.tonnes, p.kronor) for p in found.phasings] == wanted


def test_a_step_of_the_whole_frame_is_shared_out_to_the_krona() -> None:
    q = Question(m.portfolio_of(m.investment("A")), m.planning(plan_frame=m.frame(10, 20, 40)))
    changed = stepped(q, Limit("plan_frame", None, "frame"), 100)
    assert changed is not None
    assert changed.planning.plan_frame is not None
    assert changed.planning.plan_frame.frame.values == {2025: 24, 2026: 48, 2027: 98}
    assert stepped(q, Limit("plan_frame", 2025, "frame"), -11) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_terminal_says(lang: Any) -> None:
    console = Console(width=80, file=StringIO(), highlight=False)
    render(too_late(), Text(lang), console)
    assert isinstance(console.file, StringIO)
    shown = " ".join(console.file.getvalue().split())
    assert {"sv": "Får hur mycket som helst byta år: flytta", "en": "If any amount may change year: move"}[lang] in shown
    assert {"sv": "0,0 mnkr från 2027 till 2025", "en": "0.0 mnkr from 2027 to 2025"}[lang] in shown
    assert {"sv": "ger planen inom ramen 50 ton mer", "en": "gives 50 tonnes more"}[lang] in shown


@pytest.mark.long
def test_without_a_frame_there_is_no_price_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    found = made(Question(m.portfolio_of(m.investment("A")), m.planning(control_envelope=m.envelope(90))))
    assert found.frame_tonnes is None
    assert found.phasings == ()
    assert {s.limit for s in found.steps} == {"control_envelope"}
    assert [s.tonnes for s in found.steps if s.step == 15] == [5]
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert main(["optimise", "--out", "ut"]) == 0
    capsys.readouterr()
    assert main(["prices", "--run", "ut", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "complete"
    assert main(["prices", "--run", "ut", "--time-limit", "0.000001"]) == 4
