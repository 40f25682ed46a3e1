"""Metric conflicts: the best plan by each of six measures equals enumeration's, and is valued right by all the others."""

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
from portfolio.analysis.metrics import MEASURES, metrics
from portfolio.analysis.optimise import Request
from portfolio.cli import main
from portfolio.errors import InfeasiblePlan
from portfolio.explored.metrics import Metrics
from portfolio.planning import Objective
from portfolio.reports.metrics import label, render
from portfolio.solve import Clock
from portfolio.text import LANGUAGES, Text
from random_questions import question

Capture = pytest.CaptureFixture[str]
MOST = 300
"""Choices of a question that are tried one by one."""


def made(q: Question) -> Metrics:
    return metrics(q, Clock(60), lambda quantity, krona: f"{quantity} {krona}", Request())


def check(seed: int) -> bool:
    """Whether the seed gave a question that was compared."""
    portfolio, planning = question(seed)
    size = 1
    for options in exhaustive.Question(portfolio, planning).options.values():
        size *= len(options)
    if size > MOST or planning.objective.name == "least_cost":
        return False
    try:
        found = made(Question(portfolio, planning))
    except InfeasiblePlan:
        return False
    assert found.complete
    for (quantity, krona), plan in zip(MEASURES, found.plans, strict=True):
        if planning.objective.name == "most_tonnes":
            assert all(Decimal(other.tonnes[quantity.value]) <= Decimal(plan.tonnes[quantity.value]) for other in found.plans)
        if quantity == "lifetime":
            continue  # the oracle does not know that quantity
        objective = planning.objective.model_copy(update={"quantity": quantity, "krona": krona})
        top = exhaustive.Question(portfolio, planning.model_copy(update={"objective": objective})).best()
        assert top is not None
        oracle = exhaustive.Question(portfolio, planning.model_copy(update={"objective": objective}))
        best = oracle.value(top[1][0])
        assert (Fraction(plan.tonnes[quantity.value]) * 100_000, plan.kronor[krona.value]) == (best.ticks, best.kronor)
    return True


def test_every_measure_equals_enumeration() -> None:
    assert sum(check(seed) for seed in range(5)) >= 1


@pytest.mark.long
def test_every_measure_equals_enumeration_on_many() -> None:
    assert sum(check(seed) for seed in range(700, 760)) >= 12


def early_or_late() -> Metrics:
    """For 100 kronor: E has 10 t from 2025 on for two years, L 30 t from 2028 on for twenty; both cost 100. The target year is 2026."""
    horizon = m.horizon(first=2025, last=2027, until=2029, target=2026)
    early = m.investment("E", (100,), tonnes=Decimal(10), life=1)
    late = m.investment("L", (100,), tonnes=Decimal(30), ramp=(Decimal(0), Decimal(0), Decimal(0), Decimal(1)))
    objective = Objective(name="most_tonnes", quantity="cumulative")
    return made(Question(m.portfolio_of(early, late), m.planning(horizon=horizon, control_envelope=m.envelope(100), objective=objective)))


def test_the_target_year_trap() -> None:
    """By 2026 only E counts (10 t); by 2029 L has 60 t against 20."""
    found = early_or_late()
    by = {(p.quantity, p.krona): p for p in found.plans}
    assert by["target_year", "gross"].tonnes["target_year"] == 10
    assert by["target_year", "gross"].tonnes["cumulative"] == 20
    assert by["cumulative", "gross"].tonnes == {"target_year": 0, "cumulative": 60, "lifetime": 540}
    assert (found.plans[found.own].quantity, found.plans[found.own].krona) == ("cumulative", "gross")
    assert found.plans[found.own].same_as == found.own


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_terminal_says(lang: Any) -> None:
    console = Console(width=80, file=StringIO(), highlight=False)
    render(early_or_late(), Text(lang), console)
    assert isinstance(console.file, StringIO)
    shown = " ".join(console.file.getvalue().split())
    said = {
        "sv": "Väljer man efter 2026, brutto blir det 40 färre ton till och med 2029 och lika dyrt än med modellens eget mått.",
        "en": "Choosing by 2026, gross gives 40 fewer tonnes until 2029",
    }
    assert said[lang] in shown
    assert label("target_year", "net", 2030, 2045, Text("sv")) == "2030, efter bidrag"


@pytest.mark.long
def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    capsys.readouterr()
    assert main(["metrics", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["status"], len(said["plans"])) == ("complete", 6)
