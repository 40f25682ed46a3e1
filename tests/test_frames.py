"""A run as pandas tables: the same figures, exact."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from portfolio.analysis.optimise import Request, optimise
from portfolio.excel.read import read_portfolio
from portfolio.frames import checks, decisions, outlays, years
from portfolio.planning_load import load_planning
from portfolio.starter import write_round


def test_tables_hold_the_figures_of_the_run(tmp_path: Path) -> None:
    write_round(tmp_path, "sv")
    planning, _ = load_planning(next((tmp_path / "models").glob("*.toml")))
    portfolio, _ = read_portfolio(list((tmp_path / "inputs").glob("*.xlsx")), planning.horizon.years)
    run = optimise(portfolio, planning, Request())
    assert run.totals is not None
    table = decisions(run)
    city = table[table["layer"].isin(["plan", "gap"])]
    assert int(city["outlay"].sum()) == run.totals.outlay_plan + run.totals.outlay_gap
    assert sum(city["tonnes_objective"], Decimal(0)) == run.totals.tonnes
    assert int(city["outlay"].sum()) == int(outlays(run).loc[city.index].to_numpy().sum())
    assert list(years(run).index) == list(planning.horizon.years)
    assert int(years(run)["net_debt"].max()) == run.totals.highest_net_debt
    assert checks(run)["holds"].all()
    assert len(checks(run)) == len(run.audit.checks if run.audit is not None else ())


def test_a_run_without_a_plan_has_empty_tables(tmp_path: Path) -> None:
    write_round(tmp_path, "sv")
    planning, _ = load_planning(next((tmp_path / "models").glob("*.toml")))
    portfolio, _ = read_portfolio(list((tmp_path / "inputs").glob("*.xlsx")), planning.horizon.years)
    stopped = optimise(portfolio, planning, Request(time_limit=1e-6))
    assert stopped.totals is None
    assert decisions(stopped).empty
    assert checks(stopped).empty
    with pytest.raises(KeyError):
        years(stopped)
