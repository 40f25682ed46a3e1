"""Stability: every row of both curves, the fewest changes and the number that a price makes best equal enumeration."""

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
from portfolio.analysis.conflict.demands import Question
from portfolio.analysis.frontier.find import most_tonnes
from portfolio.analysis.stability import stability
from portfolio.cli import main
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.explored.stability import Stability, StabilityCurve
from portfolio.reports.stability import render
from portfolio.solve import Clock
from portfolio.text import LANGUAGES, Text
from random_questions import question

Capture = pytest.CaptureFixture[str]
LAYERS = {"both": ("plan", "gap"), "frame": ("plan",)}
PRICE = Decimal(7)
MOST = 600
"""Choices of a question that are tried one by one."""


def changes(oracle: exhaustive.Question, choice: exhaustive.Choice) -> int:
    """In, out, or another start year than the adopted plan's."""
    adopted = {i: r.proposed_start if r.in_plan else None for i, r in oracle.items.items()}
    return sum((choice[i][0] if i in choice else None) != before for i, before in adopted.items())


def check(q: Question) -> int | None:
    """Rows that were compared; None for a question with too many choices."""
    size = 1
    for options in exhaustive.Question(q.portfolio, q.planning).options.values():
        size *= len(options)
    if size > MOST:
        return None
    free = most_tonnes(q.planning).model_copy(update={"stability": None})
    values = {}
    for scope, layers in LAYERS.items():
        oracle = exhaustive.Question(q.portfolio, free, layers)
        values[scope] = [(changes(oracle, c), oracle.value(c)) for c in oracle.all() if oracle.feasible(c)]
    try:
        found = stability(q, Clock(60), PRICE)
    except InfeasiblePlan:
        assert not values["both"]
        return 0
    curves = {curve.scope: curve for curve in found.curves}
    assert ("frame" in curves) is (q.planning.plan_frame is not None)
    return sum(check_curve(curve, values[scope]) for scope, curve in curves.items())


def check_curve(curve: StabilityCurve, values: list[tuple[int, exhaustive.Value]]) -> int:
    """Every row: the most tonnes for the fewest kronor with so many changes, and the fewest changes for those."""
    assert curve.complete
    assert curve.fewest == min((n for n, _ in values), default=None)

    def best(most: int) -> tuple[int, int]:
        return max((v.ticks, -v.kronor) for n, v in values if n <= most)

    for row in curve.rows:
        assert (Fraction(row.tonnes) * 100_000, -row.kronor) == best(row.changes)
        assert len(row.made) == min(n for n, v in values if n <= row.changes and (v.ticks, -v.kronor) == best(row.changes))
    if curve.rows:
        assert [row.changes for row in curve.rows] == list(range(curve.rows[0].changes, curve.rows[-1].changes + 1))
        last = curve.rows[-1].changes
        assert best(last) == max((v.ticks, -v.kronor) for _, v in values)
        assert last == curve.fewest or best(last - 1) < best(last)
        # with every change priced in tonnes in the objective itself
        assert curve.worth == -max((Fraction(v.ticks, 100_000) - Fraction(PRICE) * n, -n) for n, v in values)[1]
    return len(curve.rows)


def run_block(seeds: range) -> tuple[int, int]:
    rows = [r for seed in seeds if (r := check(Question(*question(seed)))) is not None]
    return len(rows), sum(rows)


def test_every_row_equals_enumeration() -> None:
    asked, rows = run_block(range(24))
    assert asked >= 10
    assert rows >= 20


@pytest.mark.long
def test_every_row_equals_enumeration_on_many() -> None:
    asked, rows = run_block(range(400, 480))
    assert asked >= 40
    assert rows >= 90


def three_changes() -> Stability:
    """A is adopted; B, C and D (10, 20 and 30 t a year over five years) are not. All of them fit."""
    items = [m.investment("A", (100,), tonnes=Decimal(5), in_plan=True)]
    items += [m.investment(i, (100,), tonnes=Decimal(t)) for i, t in (("B", 10), ("C", 20), ("D", 30))]
    return stability(Question(m.portfolio_of(*items), m.planning(plan_frame=m.frame(300, 0, 0))), Clock(60), Decimal(60))


def test_by_hand() -> None:
    found = three_changes()
    both, frame = found.curves
    assert [(r.changes, r.tonnes, r.kronor, r.gain) for r in both.rows] == [
        (0, 25, 100, None),
        (1, 175, 200, 150),
        (2, 275, 300, 100),
        (3, 325, 400, 50),
    ]
    assert both.worth == 2, "the third change gives 50 t, less than its price of 60"
    assert [[c.id for c in r.made] for r in both.rows] == [[], ["D"], ["C", "D"], ["B", "C", "D"]]
    # inside the frame only three fit: the third and fourth change put B in for A
    assert [(r.changes, r.tonnes) for r in frame.rows] == [(0, 25), (1, 175), (2, 275), (3, 275), (4, 300)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_terminal_says(lang: Any) -> None:
    console = Console(width=80, file=StringIO(), highlight=False)
    render(three_changes(), Text(lang), console)
    assert isinstance(console.file, StringIO)
    written = console.file.getvalue()
    assert max(map(len, written.splitlines())) <= 80
    shown = " ".join(written.split())
    three = {
        "sv": "De tre förändringar som ger mest: in 2025: B, C, D. Tillsammans 300 ton mer",
        "en": "in 2025: B, C, D. Together 300 tonnes more",
    }
    assert three[lang] in shown


def test_an_adopted_plan_that_breaks_a_demand() -> None:
    """Two adopted, one fits: at least one change."""
    items = [m.investment(i, (100,), in_plan=True) for i in ("A", "B")]
    found = stability(Question(m.portfolio_of(*items), m.planning(control_envelope=m.envelope(100))), Clock(60))
    assert found.curves[0].fewest == 1
    with pytest.raises(SolveStopped):
        stability(Question(m.portfolio_of(*items), m.planning()), Clock(0))


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    capsys.readouterr()
    assert main(["stability", "--price", "10"]) == 0
    assert "MED GAPET" in capsys.readouterr().out
    assert main(["stability", "--json", "--time-limit", "0.000001"]) == 4
    assert json.loads(capsys.readouterr().out)["status"] == "error"
