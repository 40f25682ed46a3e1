"""Why: what is said of a forced plan, of the room beside the plan and of where the decision turns equals what enumeration gives."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import exhaustive
import making as m
from portfolio.analysis.base import base_of
from portfolio.analysis.conflict.demands import Question, locked
from portfolio.analysis.optimise import Request, optimise
from portfolio.analysis.varied import Outlay, TonnesAYear
from portfolio.analysis.why import why
from portfolio.cli import main
from portfolio.explained import Why
from portfolio.instance import build_instance
from portfolio.outcome import Layer, Run, SolveStatus
from portfolio.planning import Adjustment, Objective, Planning
from portfolio.records import GrantStatus, Lock, LockKind, Portfolio
from portfolio.reports.why import lines
from portfolio.solve import Clock
from portfolio.text import LANGUAGES, Text
from random_questions import question

Capture = pytest.CaptureFixture[str]
MOST = 500
"""Choices of a question that are tried one by one."""


def best(q: Question) -> tuple[Any, list[exhaustive.Choice]] | None:
    """The best value of the objective, of the most tonnes for the fewest kronor, and every choice that has it; None without a choice."""
    oracle = exhaustive.Question(q.portfolio, q.planning)
    valued = [(oracle.value(c), c) for c in oracle.all() if oracle.feasible(c)]
    name, goal = q.planning.objective.name.value, q.planning.objective.tonnes
    if name == "least_cost" and goal is not None:
        valued = [(v, c) for v, c in valued if v.ticks >= goal.value * 100_000]
    if not valued:
        return None
    if name == "tonnes_per_krona":
        most = max(v.ticks for v, _ in valued)
        share = q.planning.objective.floor_share
        floor = Fraction(share.value if share is not None else Fraction(95, 100)) * most
        valued = [(v, c) for v, c in valued if v.ticks >= floor and (v.ticks > 0 or most <= 0)]
    rank = {
        "least_cost": lambda v: Fraction(-v.kronor),
        "most_tonnes": lambda v: (v.ticks, -v.kronor),
        "tonnes_per_krona": lambda v: Fraction(v.ticks, v.kronor) if v.kronor > 0 else Fraction(10**30 * (v.ticks > 0)),
    }[name]
    top = max(rank(v) for v, _ in valued)
    return top, [c for v, c in valued if rank(v) == top]


def drawn(seed: int) -> tuple[Question, Run] | None:
    """A random question with a proven plan that has tonnes for kronor; None for other seeds."""
    portfolio, planning = question(seed)
    oracle = exhaustive.Question(portfolio, planning)
    size = 1
    for options in oracle.options.values():
        size *= len(options)
    if size > MOST or any(i.minimum_share for i in portfolio.investments):
        return None
    run = optimise(portfolio, planning, Request())
    if run.status is not SolveStatus.PROVEN_BEST or run.totals is None or run.totals.kronor <= 0 or run.totals.tonnes <= 0:
        return None
    return Question(portfolio, planning), run


def check(q: Question, run: Run, found: Why) -> tuple[int, int]:
    """Everything that is said; the number of forced plans and of turns that were compared."""
    forced = turns = 0
    kinds = {"in": Lock(kind=LockKind.MUST), "out": Lock(kind=LockKind.NEVER)}
    assert run.totals is not None
    assert run.objective is not None
    floor = int(run.objective.floor_tonnes * 100_000) if run.objective.floor_tonnes is not None else None
    for f in found.forced:
        lock = kinds.get(f.what, Lock(kind=LockKind.START, year=f.year))
        asked = locked(q, found.id, lock)
        oracle = exhaustive.Question(asked.portfolio, asked.planning)
        top = oracle.best(floor)
        assert f.possible is (top is not None)
        if top is None:
            continue
        value = oracle.value(top[1][0])
        assert f.below_floor is (floor is not None and value.ticks < floor)
        assert Fraction(f.tonnes) == Fraction(value.ticks, 100_000) - Fraction(run.totals.tonnes)
        assert f.kronor == value.kronor - run.totals.kronor
        if len({frozenset(c) for c in top[1]}) == 1:
            chosen = {d.id for d in run.decisions if d.start is not None and d.layer is not Layer.EXTERNAL}
            assert set(f.gone) == chosen - set(top[1][0]) - {found.id}
            assert set(f.come) == set(top[1][0]) - chosen - {found.id}
        forced += 1
    d = build_instance(q.portfolio, q.planning)
    for turn in found.break_even:
        if turn.chosen_at is None or turn.not_chosen_at is None:
            continue
        figure = (Outlay if turn.what == "outlay" else TonnesAYear)(q, d, found.id)
        steps = [int(x * (1 if turn.what == "outlay" else 1000)) for x in (turn.chosen_at, turn.not_chosen_at)]
        assert abs(steps[0] - steps[1]) == 1
        inside, outside = (best(figure.question(s)) for s in steps)
        assert inside is not None
        assert any(found.id in c for c in inside[1]), f"{turn}: no best plan has it"
        assert outside is None or not any(found.id in c for c in outside[1]), f"{turn}: a best plan has it"
        turns += 1
    return forced, turns


def run_block(seeds: range) -> tuple[int, int, int]:
    asked = forced = turns = 0
    for seed in seeds:
        made = drawn(seed)
        if made is None:
            continue
        q, run = made
        ids = [d.id for d in run.decisions if d.layer is not Layer.EXTERNAL]
        i = ids[seed % len(ids)]
        found = why(base_of(q.portfolio, q.planning, run.decisions, run.objective), i, Clock(60))
        assert found.complete
        compared = check(q, run, found)
        asked, forced, turns = asked + 1, forced + compared[0], turns + compared[1]
    return asked, forced, turns


def test_every_statement_equals_enumeration() -> None:
    asked, forced, turns = run_block(range(24))
    assert asked >= 4
    assert forced >= 3
    assert turns >= 2


@pytest.mark.long
@pytest.mark.parametrize("block", range(4))
def test_every_statement_equals_enumeration_on_many(block: int) -> None:
    asked, forced, turns = run_block(range(2000 + 160 * block, 2160 + 160 * block))
    assert asked >= 35
    assert forced >= 20
    assert turns >= 15


def explained(portfolio: Portfolio, planning: Planning, i: str, lang: str = "sv") -> str:
    run = optimise(portfolio, planning, Request())
    found = why(base_of(portfolio, planning, run.decisions, run.objective), i, Clock(60))
    decision = next(d for d in run.decisions if d.id == i)
    shown = list(lines(found, decision, Text("sv" if lang == "sv" else "en")))
    assert len(shown) <= 10
    return "\n".join(shown)


CHEAP = m.investment("A", (100,), tonnes=Decimal(10), latest=2027)
DEAR = m.investment("B", (400,), tonnes=Decimal(10), latest=2027)


def test_the_limit_that_stops_it_and_what_must_give() -> None:
    """450 kronor hold A (10 t) and not B as well: 50 are missing. For the most tonnes B comes in as soon as it costs 350."""
    model = m.planning(control_envelope=m.envelope(450))
    shown = explained(m.portfolio_of(CHEAP, DEAR), model, "B")
    assert "Låt investeringarna inom stadens rådighet sammanlagt kosta 50 kr mer" in shown
    assert "vid 350 kr är den med i en bästa plan, vid 351 kr inte i någon; underlaget anger 400 kr" in shown


def test_the_outlay_at_which_the_ratio_turns_by_hand() -> None:
    """Without a floor, A alone gives 50 t (5 years) for 100 kronor; B comes in when it is as good: 100 kronor."""
    model = m.planning(objective=Objective(name="tonnes_per_krona", floor_share=m.share("0.1")))
    shown = explained(m.portfolio_of(CHEAP, DEAR), model, "B")
    assert "vid 100 kr är den med i en bästa plan, vid 101 kr inte i någon; underlaget anger 400 kr" in shown
    assert "vid 40,000 ton är den med i en bästa plan, vid 39,999 ton inte i någon; underlaget anger 10,000 ton" in shown
    assert "Den får plats bredvid allt som rekommenderas" in shown


def test_an_outlay_below_a_grant_that_is_not_counted() -> None:
    """B as by hand above, with 250 kronor applied for and not counted: it still turns at 100 kronor, not at what the grant would pay."""
    model = m.planning(objective=Objective(name="tonnes_per_krona", floor_share=m.share("0.1")))
    applied = DEAR.model_copy(update={"grant": 250, "grant_status": GrantStatus.APPLIED})
    assert "vid 100 kr är den med i en bästa plan, vid 101 kr inte i någon; underlaget anger 400 kr" in explained(
        m.portfolio_of(CHEAP, applied), model, "B"
    )
    granted = applied.model_copy(update={"grant_status": GrantStatus.GRANTED})
    shown = explained(m.portfolio_of(CHEAP, granted), model, "B")
    assert "beslutet är detsamma för varje utgift från 250 kr till 16 gånger dagens" in shown


def test_a_scenario_s_factors_are_part_of_today() -> None:
    """The scenario makes B twice as dear, so today's 400 kronor are 800."""
    change = Adjustment(outlay_factor=Decimal(2), source="test")
    objective = Objective(name="tonnes_per_krona", floor_share=m.share("0.1"))
    model = m.planning(objective=objective, investments={"B": change})
    shown = explained(m.portfolio_of(CHEAP, DEAR), model, "B")
    assert "vid 100 kr är den med i en bästa plan, vid 101 kr inte i någon; underlaget anger 800 kr" in shown


def test_what_a_decision_and_a_lock_cost() -> None:
    """K, committed, gives nothing for 100 kronor beside A's 50 t for 100; N, locked out, gives 100 t (5 years) for 100."""
    records = m.portfolio_of(
        CHEAP,
        m.investment("K", (100,), tonnes=0, status="committed", in_plan=True),
        m.investment("N", (100,), tonnes=20, lock=m.lock("never")),
        m.investment("X", control="external"),
    )
    committed = explained(records, m.planning(), "K").splitlines()
    assert committed[1] == "Beslutad: genomförs i planen enligt beslutet."
    assert committed[2].startswith("Utan den ger den bästa planen lika många ton för 0,0 mnkr mindre")
    assert len(committed) == 3
    never = explained(records, m.planning(), "N").splitlines()
    assert never[1] == "Låst som aldrig i underlaget eller scenariot."
    assert never[2].startswith("Tvingas den in ger den bästa planen 100 ton mer för 0,0 mnkr mer")
    assert never[3] == "Den får plats bredvid allt som rekommenderas, i planens ram eller i gapet; det är låset som avgör, inte utrymmet."
    assert len(never) == 4
    for lang in LANGUAGES:
        assert len(explained(records, m.planning(), "X", lang).splitlines()) == 2


def test_an_earlier_start_of_what_is_delayed() -> None:
    """The frame of 2025 is nothing, of 2026 enough: A starts in 2026, and in 2025 it would have to stand in the gap."""
    item = m.investment("A", (100,), tonnes=Decimal(10), latest=2027, life=1, in_plan=True, status="committed")
    shown = explained(m.portfolio_of(item), m.planning(plan_frame=m.frame(0, 100, 0)), "A")
    assert "startar 2026" in shown
    assert "Med start redan 2025 finns ingen plan som uppfyller kraven." in shown


def test_too_little_time_is_said() -> None:
    run = optimise(m.portfolio_of(CHEAP, DEAR), m.planning(control_envelope=m.envelope(450)), Request())
    found = why(base_of(m.portfolio_of(CHEAP, DEAR), m.planning(control_envelope=m.envelope(450)), run.decisions), "B", Clock(1e-9))
    assert not found.complete
    assert found.forced == ()
    assert "hann inte avgöras" in "\n".join(lines(found, run.decisions[1], Text("sv")))


@pytest.mark.long
def test_the_command_on_a_finished_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert main(["optimise", "--out", "ut"]) == 0
    capsys.readouterr()
    assert main(["why", "EX-3", "--run", "ut", "--json"]) == 0
    from_run = capsys.readouterr().out
    assert main(["why", "EX-3", "--json"]) == 0
    assert capsys.readouterr().out == from_run
    said: dict[str, Any] = json.loads(from_run)
    assert (said["id"], said["complete"]) == ("EX-3", True)
    assert main(["why", "EX-99"]) == 2
    assert "EX-1" in capsys.readouterr().err
    assert main(["why", "EX-3", "--run", "ut", "--scenario", "x"]) == 2
    book = next(Path("inputs").glob("*.xlsx"))
    book.write_bytes(book.read_bytes() + b" ")
    capsys.readouterr()
    assert main(["why", "EX-3", "--run", "ut"]) == 2
    assert "har ändrats" in capsys.readouterr().err
