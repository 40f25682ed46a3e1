"""What must not matter does not: the unit of money, a further investment that nobody must take, a larger frame, too many sectors."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import making as m
from portfolio.cli import main
from portfolio.errors import InfeasiblePlan
from portfolio.excel.read import read_portfolio
from portfolio.excel.standard import standard_workbook
from portfolio.instance import build_instance
from portfolio.planning import Objective, Planning
from portfolio.planning_against import check_against
from portfolio.planning_load import load_planning
from portfolio.records import Portfolio, Status
from portfolio.solve import Clock
from portfolio.stages import solve_stages
from portfolio.units import MoneyUnit
from random_questions import question

TOP = Path(__file__).parents[1]


def without_origin(p: Portfolio) -> list[dict[str, object]]:
    return [i.model_dump(exclude={"origin"}) for i in p.investments]


@pytest.mark.parametrize("unit", ["kr", "tkr", "mnkr"])
@pytest.mark.long
def test_the_unit_of_the_workbook_changes_no_record(unit: MoneyUnit, tmp_path: Path) -> None:
    years = range(2025, 2032)
    given, _ = read_portfolio([TOP / "inputs" / "helsingborg-2025.xlsx"], years)
    path = tmp_path / "a.xlsx"
    path.write_bytes(standard_workbook(given, years, unit=unit))
    found, _ = read_portfolio([path], years)
    assert without_origin(found) == without_origin(given)
    assert [(p.loser, p.winner, p.share) for p in found.pairs] == [(p.loser, p.winner, p.share) for p in given.pairs]


def test_the_unit_of_the_model_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    path = next(Path("models").glob("*.toml"))
    mnkr = path.read_text("utf-8")
    assert 'value = 800, unit = "mnkr"' in mnkr
    given, _ = load_planning(path)
    for unit, factor in (("tkr", "800_000"), ("kr", "800_000_000")):
        path.write_text(mnkr.replace('value = 800, unit = "mnkr"', f'value = {factor}, unit = "{unit}"'), "utf-8")
        found, _ = load_planning(path)
        assert found.debt is not None
        assert given.debt is not None
        assert found.debt.mandate.values == given.debt.mandate.values


def most_tonnes(portfolio: Portfolio, planning: Planning) -> int | None:
    """Ticks of the best plan, None when there is none."""
    try:
        solved = solve_stages(build_instance(portfolio, planning), Clock(60))
    except InfeasiblePlan:
        return None
    assert solved.proven
    return solved.value.ticks


@pytest.mark.long
def test_a_further_investment_and_a_larger_frame_never_make_it_worse() -> None:
    compared = 0
    for seed in range(40):
        portfolio, drawn = question(seed)
        planning = drawn.model_copy(update={"objective": Objective(name="most_tonnes"), "stability": None, "selection": ()})
        whole = most_tonnes(portfolio, planning)
        needed = {r.id for i in portfolio.investments for r in i.requires} | {x for p in portfolio.pairs for x in (p.loser, p.winner)}
        free = [i for i in portfolio.investments if i.id not in needed and i.status is not Status.COMMITTED and i.control.value == "city"]
        if free:
            # one that may be left alone cannot make the best plan worse by being there
            rest = portfolio.model_copy(update={"investments": tuple(i for i in portfolio.investments if i.id != free[-1].id)})
            fewer = most_tonnes(rest, planning)
            assert fewer is None or (whole is not None and whole >= fewer) or free[-1].lock.kind.value in ("must", "start"), seed
            compared += fewer is not None
        if planning.plan_frame is not None and whole is not None:
            wider = {y: kr + 500 for y, kr in planning.plan_frame.frame.values.items()}
            frame = planning.plan_frame.model_copy(update={"frame": m.money_by_year(wider)})
            more = most_tonnes(portfolio, planning.model_copy(update={"plan_frame": frame}))
            assert more is not None, seed
            assert more >= whole, seed
            compared += 1
    assert compared >= 30


def test_too_many_joined_sectors_are_a_finding_before_anything_is_computed() -> None:
    names = [f"s{n:02d}" for n in range(13)]
    portfolio = m.portfolio_of(
        *(m.investment(f"I{n}", emission_sector=s, overlap_group="G", tonnes=Decimal(5)) for n, s in enumerate(names)),
        ceilings=(m.ceiling("G", 9),),
    )
    planning = m.planning(emissions=m.emissions(latest=1300, sectors=dict.fromkeys(names, 100)))
    assert "sectors_joined" in {f.code for f in check_against(planning, portfolio)}
    fewer = m.planning(emissions=m.emissions(latest=1200, sectors=dict.fromkeys(names[1:], 100)))
    assert "sectors_joined" not in {f.code for f in check_against(fewer, portfolio)}
