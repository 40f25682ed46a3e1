"""Rounds beside each other: every difference is there, nothing that is the same is, and each figure is the run's own."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import making as m
from money_question import planning, portfolio
from portfolio.analysis.comparison import compared
from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.outcome import Layer, Run
from portfolio.reports.comparison import render
from portfolio.reports.run_json import to_json
from portfolio.text import LANGUAGES, Lang, Text
from test_cli import golden

Capture = pytest.CaptureFixture[str]


@cache
def run(mandate: int = 3_300_000) -> Run:
    """The small question under a mandate (kr)."""
    debt = planning().debt
    assert debt is not None
    wide = debt.model_copy(update={"mandate": m.money_by_year(dict.fromkeys(range(2025, 2028), mandate))})
    return optimise(portfolio(), planning(debt=wide), Request())


NARROW, WIDE = 3_300_000, 9_000_000


def shown(*rounds: Run, lang: Lang = "sv", columns: int = 80, everything: bool = False) -> str:
    console = Console(width=columns, file=io.StringIO(), highlight=False)
    named = [(f"omgång {n}", r) for n, r in enumerate(rounds, start=1)]
    render(compared(named, everything=everything), Text(lang), console, everything=everything)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_only_what_differs_and_all_of_it() -> None:
    found = compared([("a", run(NARROW)), ("b", run(WIDE))])
    first, second = run(NARROW), run(WIDE)
    assert first.totals is not None
    assert second.totals is not None
    differing = {
        d.id
        for d, e in zip(first.decisions, second.decisions, strict=True)
        if (d.start, d.layer, d.percent) != (e.start, e.layer, e.percent)
    }
    differing -= {d.id for d in first.decisions if d.layer is Layer.EXTERNAL}
    assert {d.id for d in found.decisions} == differing
    assert differing
    by_name = {f.name: f.values for f in found.figures}
    assert by_name["kronor"] == (first.totals.kronor, second.totals.kronor)
    assert by_name["highest_net_debt"] == (first.totals.highest_net_debt, second.totals.highest_net_debt)
    assert "removals_target_year" not in by_name or len(set(by_name["removals_target_year"])) == 2
    assert [y.values for y in found.net_debt] == [(a.net_debt, b.net_debt) for a, b in zip(first.years, second.years, strict=True)]
    assert not found.same


def test_the_same_twice_differs_in_nothing() -> None:
    found = compared([("a", run()), ("b", run())])
    assert found.same
    assert (found.figures, found.decisions, found.outlay, found.net_debt, found.charges) == ((), (), (), (), ())
    assert "Ingenting skiljer." in shown(run(), run())
    everything = compared([("a", run()), ("b", run())], everything=True)
    assert everything.same
    assert len(everything.decisions) == sum(d.layer is not Layer.EXTERNAL for d in run().decisions)
    assert len(everything.outlay) == len(run().years)


def test_a_round_without_a_plan_has_dashes() -> None:
    must = m.portfolio_of(m.investment("A", (100,), lock=m.lock("must")))
    none = optimise(must, m.planning(control_envelope=m.envelope(50)), Request())
    printed = shown(run(), none)
    assert "ingen plan uppfyller kraven" in printed
    assert "–" in printed


def test_another_investment_is_not_started_where_it_is_unknown() -> None:
    other = optimise(m.portfolio_of(m.investment("NY", tonnes=Decimal(5))), m.planning(), Request())
    found = compared([("a", run()), ("b", other)])
    new = next(d for d in found.decisions if d.id == "NY")
    assert (new.starts, new.percents) == ((None, 2025), (0, 100))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("number", [2, 6])
def test_fits_eighty_columns(lang: Lang, number: int) -> None:
    rounds = [run(NARROW), run(WIDE)] * (number // 2)
    printed = shown(*rounds, lang=lang)
    assert max(len(line) for line in printed.splitlines()) <= 80
    assert all(len(line) <= 80 for line in shown(*rounds, lang=lang, everything=True).splitlines())
    if number == 2:
        golden(f"compare-{lang}.txt", printed)


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    """Two finished runs."""
    found = []
    for name, made in (("a", run(NARROW)), ("b", run(WIDE))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(to_json(made), "utf-8")
        found.append(str(tmp_path / name))
    return found


def test_compare_runs_and_json(folders: list[str], capsys: Capture) -> None:
    assert main(["compare", *folders, "--json"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["status"] == "different"
    assert said["labels"] == folders
    assert main(["compare", *folders, "--all"]) == 0
    assert "SIFFROR (mnkr" in capsys.readouterr().out


def test_wrong_numbers_and_names(folders: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert main(["compare", folders[0]]) == 2
    assert main(["compare", *folders * 4]) == 2
    assert "två till 6" in capsys.readouterr().err
    assert main(["compare", folders[0], "finns-inte"]) == 2
    assert "finns-inte" in capsys.readouterr().err


@pytest.mark.long
def test_scenarios_are_solved_beside_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert main(["scenarios"]) == 2
    assert "scenarier" in capsys.readouterr().err
    folder = tmp_path / "models" / "scenarios"
    folder.mkdir(exist_ok=True)
    (folder / "dyrt.toml").write_text('title = "Dyrt"\n[investments."EX-2"]\noutlay_factor = 3\nsource = "test"\n', "utf-8")
    assert main(["scenarios"]) == 0
    printed = capsys.readouterr().out
    assert "A  grundmodellen – bevisat bäst" in printed
    assert "B  dyrt – bevisat bäst" in printed
    assert main(["compare", "-", "dyrt", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "different"
