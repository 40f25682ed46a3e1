"""Stress tests: the plan held as it is and the adapted plan, by hand; every shipped test is a scenario that loads and has its plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import making as m
from portfolio.analysis.base import base_of
from portfolio.analysis.optimise import Request, optimise
from portfolio.analysis.robust.stress import Shock, stress
from portfolio.cli import main
from portfolio.planning import Adjustment, Planning
from portfolio.planning_load import find_scenarios, load_planning
from portfolio.records import Portfolio

TOP = Path(__file__).parent.parent
Capture = pytest.CaptureFixture[str]


def question(**changes: Adjustment) -> tuple[Portfolio, Planning]:
    """A (10 t a year, with C that needs it) and B (8 t) at 1,000 kr each, C at 100 kr and 1 t; 1,100 kr in all."""
    a = m.investment("A", [1000], latest=2026, tonnes=10)
    items = (a, m.investment("B", [1000], tonnes=8), m.investment("C", [100], latest=2027, tonnes=1, requires=m.needs("A")))
    return m.portfolio_of(*items), m.planning(control_envelope=m.envelope(1100), emissions=m.emissions(), investments=changes)


def shocked(name: str, change: Adjustment) -> Shock:
    portfolio, planning = question(A=change)
    planning = planning.model_copy(update={"scenarios": (f"Prov {name}",)})
    return Shock(name, planning, portfolio, optimise(portfolio, planning, Request()))


def test_three_shocks_by_hand() -> None:
    """As it is: A and C from 2025, 11 t · 5 years. A year late: 11 t · 4, and B would give 40. Cancelled: C needs what is not there."""
    portfolio, planning = question()
    run = optimise(portfolio, planning, Request())
    tests = [
        shocked("sen", Adjustment(delay=m.count(1, "years"), source="test")),
        shocked("dyr", Adjustment(outlay_factor=2, source="test")),
        shocked("bort", Adjustment(lock=m.lock("never"), source="test")),
    ]
    found = stress(base_of(portfolio, planning, run.decisions), run, tests)
    lines = {line.name: line for line in found.lines}
    assert found.complete
    assert (lines[""].held.tonnes, lines[""].broken, lines[""].moved) == (55, (), ())
    late = lines["sen"]
    assert (late.held.tonnes, late.broken, late.falls) == (44, (), ())
    assert late.adapted is not None
    assert (late.adapted.tonnes, late.come, late.gone, late.moved) == (44, (), (), ())
    assert late.held.emissions == 589  # 600 t less A and C
    dear = lines["dyr"]
    assert (dear.held.kronor, dear.broken) == (2100, ("control_envelope",))
    assert dear.adapted is not None
    assert (dear.adapted.tonnes, dear.come, dear.gone) == (40, ("B",), ("A", "C"))
    gone = lines["bort"]
    assert (gone.falls, gone.held.tonnes, gone.broken) == (("A",), 5, ("requires",))
    assert gone.title == "Prov bort"


def test_every_shipped_stress_test_is_a_scenario() -> None:
    planning, _ = load_planning(TOP / "models" / "helsingborg-2025.toml")
    names = planning.uncertainty.stress
    assert len(names) == 7
    assert set(names) <= {path.stem for path in find_scenarios(TOP / "models")}


def test_the_command(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model without stress tests says so; one with a test shows it and writes its workbook."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert main(["stress"]) == 2
    model = next((tmp_path / "models").glob("*.toml"))
    model.write_text(model.read_text("utf-8") + '\n[uncertainty]\nstress = ["dyrare"]\n', "utf-8")
    (tmp_path / "models" / "scenarios").mkdir(exist_ok=True)
    overlay = 'title = "Dyrare"\n[investments."EX-1"]\noutlay_factor = 1.5\nsource = "test"\n'
    (tmp_path / "models" / "scenarios" / "dyrare.toml").write_text(overlay, "utf-8")
    capsys.readouterr()
    assert main(["stress", "--json", "--out", "ut"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [line["name"] for line in found["lines"]] == ["", "dyrare"]
    assert found["lines"][1]["title"] == "Dyrare"
    assert (tmp_path / "ut" / "stresstest.xlsx").is_file()
