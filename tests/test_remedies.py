"""Sentences that name the right remedy, and words as a municipal economist would read them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import making as m
from portfolio.analysis.comparison import compared
from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.errors import Severity
from portfolio.explained import Demand, Relief
from portfolio.planning import KronaKind, Objective, ObjectiveName, TonnesQuantity
from portfolio.planning_against import check_against
from portfolio.reports.conflict import given
from portfolio.text import LANGUAGES, Text

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("locked", "code", "severity"), [("must", "requirement_never_must", "error"), ("free", "requirement_never", "warning")]
)
def test_a_lock_is_lifted_and_no_window_is_moved(locked: str, code: str, severity: str) -> None:
    first = m.investment("A", lock=m.lock("never"))
    second = m.investment("B", lock=m.lock(locked), requires=m.needs("A"))
    found = [f for f in check_against(m.planning(), m.portfolio_of(first, second)) if f.code.startswith("requirement")]
    assert [(f.code, f.severity) for f in found] == [(code, Severity(severity))]


def test_a_window_is_moved_where_no_lock_stands_in_the_way() -> None:
    first = m.investment("A", start=2027)
    second = m.investment("B", start=2025, requires=m.needs("A"))
    found = [f.code for f in check_against(m.planning(), m.portfolio_of(first, second))]
    assert "requirement_too_late" in found


@pytest.mark.parametrize(("lang", "words"), [("sv", "alla med 2 starter (2027: 2 starter)"), ("en", "all by 2 starts (2027: 2 starts)")])
def test_a_relief_names_its_year_and_everybody(lang: str, words: str) -> None:
    demand = Demand(constraint="delivery_starts", subject="*", unit="starts", place="delivery_capacity.starts.*", file="m.toml")
    said = given([Relief(demand=demand, year=2027, amount=Decimal(2))], Text("en" if lang == "en" else "sv"))
    assert said.endswith(words)


def test_figures_of_different_quantities_stand_in_rows_of_their_own() -> None:
    portfolio = m.portfolio_of(m.investment("A", (100,), tonnes=Decimal(3)))

    def run(quantity: TonnesQuantity, krona: KronaKind) -> object:
        objective = Objective(name=ObjectiveName.MOST_TONNES, quantity=quantity, krona=krona)
        return optimise(portfolio, m.planning(objective=objective), Request())

    one = run(TonnesQuantity.CUMULATIVE, KronaKind.GROSS)
    two = run(TonnesQuantity.TARGET_YEAR, KronaKind.GROSS)
    found = {(f.name, f.counts): f.values for f in compared([("a", one), ("b", two)], everything=True).figures}  # type: ignore[list-item]
    assert ("tonnes", None) not in found
    # five effect years of 3 t, one of them the target year
    assert found["tonnes", "cumulative"] == (15, None)
    assert found["tonnes", "target_year"] == (None, 3)
    assert found["kronor", None] == (100, 100)
    assert found["tonnes_per_krona", "own"] == (Decimal("0.15"), Decimal("0.03"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_system_speaks_the_language(lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["why", "A", "--run", "finns-inte", "--lang", lang]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert Text("en" if lang == "en" else "sv")("os.ENOENT") in said
    assert "No such file" not in said


def test_near_speaks_of_plans(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["near", "--most", "1"])
    said = capsys.readouterr().err
    assert "planer" in said
    assert "punkter" not in said


@pytest.mark.long
def test_scenarios_start_from_a_finished_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    folder = tmp_path / "models" / "scenarios"
    folder.mkdir(exist_ok=True)
    (folder / "lag.toml").write_text('title = "Låg"\n[objective]\nname = "most_tonnes"\n', "utf-8")
    assert main(["optimise", "--out", "ut"]) == 0
    capsys.readouterr()
    assert main(["scenarios", "--json"]) == 0
    whole = capsys.readouterr().out
    # the same answer, with the workbooks out of the way that are read without --run
    (tmp_path / "models" / "annan.toml").write_text("", "utf-8")
    assert main(["scenarios", "--json", "--run", "ut"]) == 0
    assert capsys.readouterr().out == whole
    assert main(["why", "ex-2", "--run", "ut"]) == 0
    assert capsys.readouterr().out.startswith("EX-2")
    assert main(["scenarios", "--run", "ut", "--model", "models/annan.toml"]) == 2
    model = next(p for p in (tmp_path / "models").glob("*.toml") if p.name != "annan.toml")
    model.write_text(model.read_text("utf-8") + "\n# changed\n", "utf-8")
    capsys.readouterr()
    assert main(["scenarios", "--run", "ut"]) == 2
    assert "modell har ändrats" in " ".join(capsys.readouterr().err.split())
