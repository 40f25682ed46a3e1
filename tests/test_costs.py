"""The cost curve by hand, its sums against the plan, and the ranking trap."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from rich.console import Console

import making as m
from portfolio.analysis.base import base_of
from portfolio.analysis.costs import costs, net_cost
from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.evaluate import Pick
from portfolio.explored.costs import Costs
from portfolio.instance import build_instance
from portfolio.planning import Objective, OperatingCharge, Planning, Rate
from portfolio.records import Portfolio
from portfolio.reports.costs import render
from portfolio.solve import Clock
from portfolio.text import LANGUAGES, Text
from sample_run import sample, sample_run

Capture = pytest.CaptureFixture[str]


def made(portfolio: Portfolio, planning: Planning) -> Costs:
    run = optimise(portfolio, planning, Request())
    return costs(base_of(portfolio, planning, run.decisions), Clock(60))


def ten_per_cent() -> OperatingCharge:
    return OperatingCharge(internal_rate=Rate(unit="share", stated="10 %", source="test", value=Decimal("0.1")))


def test_net_cost_by_hand() -> None:
    """121 in 2026 is 110 in 2025; 13.31 less a year in 2027 and 2028 (two years of use) is 11 + 10 less; in whole kronor."""
    item = m.investment("A", (121_000,), start=2026, operating=-13_310, life=2, tonnes=Decimal(1))
    d = build_instance(m.portfolio_of(item), m.planning(operating_charge=ten_per_cent()))
    exact = Fraction(121_000) / Fraction("1.1") - 13_310 / Fraction("1.21") - 13_310 / Fraction("1.331")
    assert net_cost(d, "A", Pick(2026, "plan"), Decimal("0.1"), 2029) == round(exact) == 110_000 - 11_000 - 10_000
    assert net_cost(d, "A", Pick(2026, "plan"), None, 2029) == 121_000 - 2 * 13_310
    assert net_cost(d, "A", Pick(2026, "plan"), None, 2027) == 121_000 - 13_310, "nothing counts after the last effect year"


def test_the_panels_by_hand() -> None:
    """A saves 60 over three years for 50; B costs 100 for 50 t, C 100 for 100 t; D has no tonnes but C needs it."""
    items = (
        m.investment("A", (50,), operating=-20, life=3, tonnes=Decimal(1)),
        m.investment("B", (100,), tonnes=Decimal(10)),
        m.investment("C", (100,), tonnes=Decimal(20), requires=m.needs("D")),
        m.investment("D", (10,), tonnes=Decimal(0)),
    )
    found = made(m.portfolio_of(*items), m.planning())
    assert [(line.panel, line.id, line.net_cost, line.per_tonne) for line in found.lines] == [
        ("cost", "C", 100, 1),
        ("cost", "B", 100, 2),
        ("saving", "A", -10, None),
        ("enabler", "D", 10, None),
    ]
    assert found.lines[-1].needed_by == ("C",)
    assert (found.tonnes, found.outlay, found.net_cost) == (154, 260, 200)


@pytest.mark.long
def test_the_lines_sum_to_the_plan_of_the_sample() -> None:
    run = sample_run()
    portfolio, planning = sample()
    found = costs(base_of(portfolio, planning, run.decisions), Clock(60))
    assert run.totals is not None
    assert found.tonnes == run.totals.tonnes == sum(Decimal(line.tonnes) for line in found.lines)
    assert found.outlay == run.totals.outlay_plan + run.totals.outlay_gap == sum(line.outlay for line in found.lines)
    assert {line.id for line in found.lines} == {d.id for d in run.decisions if d.start is not None and d.layer != "external"}
    prices = [line.per_tonne for line in found.lines if line.panel == "cost"]
    assert prices == sorted(p for p in prices if p is not None)
    assert found.ranking is not None
    assert found.ranking.plan_tonnes - Decimal(found.ranking.tonnes) == 16_565


def trap() -> Costs:
    """For 100 kronor: A (60 kr, 66 t in all) is first by ratio and leaves no room; B and C (50 kr, 50 t each) give more together."""
    items = [m.investment(i, (kr,), tonnes=Decimal(t)) for i, kr, t in (("A", 60, "13.2"), ("B", 50, "10"), ("C", 50, "10"))]
    return made(m.portfolio_of(*items), m.planning(control_envelope=m.envelope(100), objective=Objective(name="most_tonnes")))


def test_the_ranking_trap() -> None:
    ranking = trap().ranking
    assert ranking is not None
    assert ranking.possible
    assert (ranking.tonnes, ranking.kronor, ranking.plan_tonnes, ranking.plan_kronor, ranking.most_tonnes) == (66, 60, 100, 100, 100)
    assert [(line.id, line.rank, line.in_ranking, line.in_plan) for line in ranking.lines] == [
        ("A", 1, True, False),
        ("B", 2, False, True),
        ("C", 3, False, True),
    ]


def test_the_ranking_brings_along_what_is_required() -> None:
    """A is first but needs N: together they cost 100 and leave nothing for B."""
    items = (
        m.investment("A", (40,), tonnes=Decimal(10), requires=m.needs("N")),
        m.investment("B", (100,), tonnes=Decimal(12)),
        m.investment("N", (60,), tonnes=Decimal(0)),
    )
    found = made(m.portfolio_of(*items), m.planning(control_envelope=m.envelope(100), objective=Objective(name="most_tonnes")))
    assert found.ranking is not None
    assert {line.id: line.in_ranking for line in found.ranking.lines} == {"A": True, "N": True, "B": False}
    assert (found.ranking.tonnes, found.ranking.plan_tonnes) == (50, 60)


def test_the_ranking_stays_within_the_plan_s_kronor() -> None:
    """S can be bought in part: the plan buys what the floor asks for, and the ranking gets no more kronor than that."""
    items = (m.investment("A", (100,), tonnes=Decimal(10)), m.investment("S", (1_000,), tonnes=Decimal(20), minimum_share=50))
    found = made(m.portfolio_of(*items), m.planning(objective=Objective(name="tonnes_per_krona", floor_share=m.share("0.8"))))
    assert found.ranking is not None
    assert found.ranking.plan_kronor == 800
    assert (found.ranking.tonnes, found.ranking.kronor) == (found.ranking.plan_tonnes, 800)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_terminal_says(lang: Any) -> None:
    console = Console(width=80, file=StringIO(), highlight=False)
    render(trap(), Text(lang), console)
    assert isinstance(console.file, StringIO)
    written = console.file.getvalue()
    assert max(map(len, written.splitlines())) <= 80
    assert {"sv": "Att följa den kostar 34 ton.", "en": "Following it costs 34 tonnes."}[lang] in " ".join(written.split())


@pytest.mark.long
def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert main(["optimise", "--out", "ut"]) == 0
    capsys.readouterr()
    assert main(["costs", "--run", "ut", "--json", "--out", "k"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["status"] == "complete"
    assert sorted(path.name for path in Path("k").iterdir()) == ["kostnadskurva.png", "kostnadskurva.svg", "kostnadskurva.xlsx"]
    with ZipFile(Path("k") / "kostnadskurva.xlsx") as book:
        assert any(name.startswith("xl/charts/chart") for name in book.namelist())
    first = {path.name: path.read_bytes() for path in Path("k").iterdir()}
    assert main(["costs", "--run", "ut", "--out", "k"]) == 0
    assert {path.name: path.read_bytes() for path in Path("k").glob("[!.]*")} == first
    assert main(["costs", "--run", "ut", "--model", "models/exempel-2025.toml"]) == 2
