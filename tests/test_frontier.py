"""The frontier: every point is a plan that no other beats, every change in kind is closed in on, the ends are the single-goal optima."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as Tree
from zipfile import ZipFile

import pytest
from rich.console import Console

import exhaustive
import making as m
from portfolio.analysis.conflict.demands import Question
from portfolio.analysis.frontier.find import frontier, most_tonnes
from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.explored.frontier import Frontier
from portfolio.outcome import SolveStatus
from portfolio.planning import Objective, ObjectiveName
from portfolio.reports.frontier import render
from portfolio.reports.plot import Axes, Mark, plot
from portfolio.solve import Clock
from portfolio.text import LANGUAGES, Text
from random_questions import question

Capture = pytest.CaptureFixture[str]
MOST = 750
"""Choices of a question that are tried one by one."""


def best_plans(q: Question) -> dict[int, Fraction] | None:
    """Every non-dominated value by enumeration: kronor to ticks; None without a choice, or with too many."""
    oracle = exhaustive.Question(q.portfolio, q.planning)
    size = 1
    for options in oracle.options.values():
        size *= len(options)
    if size > MOST:
        return None
    values = sorted({(v.kronor, -v.ticks) for v in (oracle.value(c) for c in oracle.all() if oracle.feasible(c))})
    kept: dict[int, Fraction] = {}
    for kronor, less in values:
        if not kept or -less > max(kept.values()):
            kept[kronor] = Fraction(-less)
    return kept or None


def check_against(q: Question, points: int) -> tuple[int, int] | None:
    """Points and steps of the frontier that were compared with enumeration."""
    target = Question(q.portfolio, most_tonnes(q.planning))
    wanted = best_plans(target)
    if wanted is None:
        return None
    found = frontier(q, Clock(60), points)
    assert found.complete
    curve = found.curves[0]
    shown = {p.kronor: Fraction(p.tonnes) * 100_000 for p in curve.points}
    assert shown.items() <= wanted.items()
    assert len(shown) >= min(points, len(wanted))
    assert {min(wanted), max(wanted)} <= shown.keys()
    order = sorted(wanted)
    for before, here in pairwise(curve.points):
        if here.step:
            assert order.index(here.kronor) == order.index(before.kronor) + 1, "a plan lies inside a change in kind"
    check_shares(wanted, found)
    return len(shown), sum(p.step for p in curve.points)


def check_shares(wanted: dict[int, Fraction], found: Frontier) -> None:
    """The largest ratio above each floor that is shown equals enumeration's."""
    most = max(wanted.values())
    for point in found.shares:
        if point.ratio is not None and most > 0:
            ratios = [ticks / kr for kr, ticks in wanted.items() if kr > 0 and ticks >= Fraction(point.floor_share) * most]
            assert Fraction(point.tonnes) * 100_000 / point.kronor == max(ratios)
            assert Fraction(point.own_share) <= Fraction(point.tonnes) * 100_000 / most


def many_plans(seed: int) -> Question:
    """Six investments in one year each, some needing another, under an envelope: a dozen plans that no other beats."""
    draw = Random(seed)
    items = []
    for n in range(6):
        needs = m.needs(f"I{draw.randrange(n)}") if n and draw.random() < 0.2 else ()
        outlay, tonnes = draw.randrange(10, 200), Decimal(draw.randrange(1, 60))
        items.append(m.investment(f"I{n}", (outlay,), tonnes=tonnes, latest=2025, requires=needs))
    return Question(m.portfolio_of(*items), m.planning(control_envelope=m.envelope(500)))


def run_block(seeds: range, points: int) -> tuple[int, int, int]:
    """Every other question is one of the whole mathematics, every other one of many plans."""
    asked = plans = steps = 0
    for seed in seeds:
        q = many_plans(seed) if seed % 2 else Question(*question(seed))
        if any(i.minimum_share for i in q.portfolio.investments):
            continue
        try:
            compared = check_against(q, points)
        except InfeasiblePlan:
            continue
        if compared is not None:
            asked, plans, steps = asked + 1, plans + compared[0], steps + compared[1]
    return asked, plans, steps


def test_the_frontier_equals_enumeration() -> None:
    asked, plans, steps = run_block(range(5), 8)
    assert asked >= 2
    assert plans >= 15
    assert steps >= 3


@pytest.mark.long
@pytest.mark.parametrize("block", range(2))
def test_the_frontier_equals_enumeration_on_many(block: int) -> None:
    asked, plans, steps = run_block(range(3000 + 50 * block, 3050 + 50 * block), 6 + 6 * block)
    assert asked >= 30
    assert plans >= 200
    assert steps >= 40


SMALL = m.investment("A", (100,), tonnes=Decimal(10), latest=2025)
LARGE = m.investment("B", (300,), tonnes=Decimal(90), latest=2025)
BETWEEN = m.investment("C", (150,), tonnes=Decimal(20), latest=2025)


def by_hand(**tables: object) -> Frontier:
    """A (100 kr, 10 t a year), C (150, 20), B (300, 90), over five years; together at most 400 kronor."""
    planning = m.planning(control_envelope=m.envelope(400), **tables)
    return frontier(Question(m.portfolio_of(SMALL, LARGE, BETWEEN), planning), Clock(60))


def test_a_frontier_by_hand() -> None:
    """0, A (100), C (150), A and C (250), B (300), A and B (400). B throws out A and C: a change in kind at 300 kronor."""
    found = by_hand()
    points = found.curves[0].points
    assert [(p.kronor, p.tonnes) for p in points] == [(0, 0), (100, 50), (150, 100), (250, 150), (300, 450), (400, 500)]
    assert [p.kronor for p in points if p.step] == [150, 300]
    assert points[4].gone == ("A", "C")
    assert points[4].come == ("B",)
    assert (found.shares[0].kronor, found.shares[0].tonnes, found.shares[0].own_share) == (300, 450, Decimal("0.9000"))
    assert (found.shares[-1].kronor, found.shares[-1].floor_share) == (400, Decimal("0.91"))


@pytest.mark.long
def test_the_ends_and_the_stated_floor_are_the_main_job_s() -> None:
    portfolio, planning = m.portfolio_of(SMALL, LARGE, BETWEEN), m.planning(control_envelope=m.envelope(550))
    ratio = planning.model_copy(update={"objective": Objective(name="tonnes_per_krona", floor_share=m.share("0.95"))})
    found = frontier(Question(portfolio, ratio), Clock(60))
    most = optimise(portfolio, most_tonnes(planning), Request())
    best = optimise(portfolio, ratio, Request())
    assert most.objective is not None
    assert best.objective is not None
    assert most.status is best.status is SolveStatus.PROVEN_BEST
    last = found.curves[0].points[-1]
    assert (last.kronor, last.tonnes) == (most.objective.kronor, most.objective.tonnes)
    stated = next(p for p in found.shares if p.stated)
    assert (stated.kronor, stated.tonnes) == (best.objective.kronor, best.objective.tonnes)


def test_what_is_committed_is_where_the_curve_begins() -> None:
    committed = m.investment("K", (70,), tonnes=Decimal(1), status="committed", in_plan=True, latest=2025)
    found = frontier(Question(m.portfolio_of(SMALL, committed), m.planning()), Clock(60))
    assert [p.kronor for p in found.curves[0].points] == [70, 170]


def test_no_plan_and_no_time() -> None:
    must = m.investment("M", (500,), lock=m.lock("must"))
    with pytest.raises(InfeasiblePlan):
        frontier(Question(m.portfolio_of(must), m.planning(control_envelope=m.envelope(100))), Clock(60))
    with pytest.raises(SolveStopped):
        frontier(Question(m.portfolio_of(SMALL, LARGE), m.planning()), Clock(0))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_terminal_says(lang: Any) -> None:
    console = Console(width=80, record=True, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: SIM115
    render.render(by_hand(), Text(lang), console, everything=True)
    shown = console.export_text()
    assert max(map(len, shown.splitlines())) <= 80
    assert {"sv": "Portföljen ändrar karaktär 2 gånger", "en": "The plan changes in kind 2 times"}[lang] in shown
    assert {"sv": "A, C utgår, B kommer till; 300 ton mer", "en": "out A, C, in B; 300 tonnes more"}[lang] in shown


def test_marks_are_where_they_belong() -> None:
    lines = plot([Mark(0, 0), Mark(50, 5, "O"), Mark(100, 10)], Axes(("0", "100"), ("0", "10")), 30, rows=3)
    assert lines[0] == "10 |" + " " * 25 + "*"
    assert lines[1].index("O") == 4 + round(Fraction(25, 2))
    assert lines[2] == " 0 |*"
    assert lines[3] == "   +" + "-" * 26
    assert lines[4] == "    0" + " " * 22 + "100"


@pytest.mark.long
def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert main(["optimise", "--out", "ut"]) == 0
    capsys.readouterr()
    few = ["--points", "3"]
    assert main(["frontier", "--run", "ut", "--json", "--out", "kurvor", *few]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["status"] == "complete"
    files = {path.name: path.read_bytes() for path in Path("kurvor").iterdir()}
    assert sorted(files) == ["budgetkurva.png", "budgetkurva.svg", "budgetkurva.xlsx"]
    assert files["budgetkurva.png"].startswith(b"\x89PNG")
    assert Tree.fromstring(files["budgetkurva.svg"]).tag.endswith("svg")
    with ZipFile(Path("kurvor") / "budgetkurva.xlsx") as book:
        assert sum(name.startswith("xl/charts/chart") for name in book.namelist()) == len(said["curves"]) + 1
    with pytest.raises(SystemExit, match="2"):
        main(["frontier", "--points", "1"])
    assert main(["frontier", "--time-limit", "0.000001"]) == 4
    assert ObjectiveName.MOST_TONNES.value not in capsys.readouterr().out


@pytest.mark.long
def test_the_same_question_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    made = []
    for _ in range(2):
        assert main(["frontier", "--out", "kurvor"]) == 0
        assert "PUNKTERNA" not in capsys.readouterr().out
        made.append({path.name: path.read_bytes() for path in Path("kurvor").glob("[!.]*")})
    assert made[0] == made[1]
