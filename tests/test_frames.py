"""A run as pandas tables: the same figures, exact."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from money_question import asked, planning, portfolio, small
from portfolio import frames
from portfolio.analysis.optimise import Request, optimise
from portfolio.excel.read import read_portfolio
from portfolio.frames import checks, decisions, outlays, years
from portfolio.planning_load import load_planning
from portfolio.starter import write_round


def test_tables_hold_the_figures_of_the_run(tmp_path: Path) -> None:
    write_round(tmp_path, "sv")
    model, _ = load_planning(next((tmp_path / "models").glob("*.toml")))
    records, _ = read_portfolio(list((tmp_path / "inputs").glob("*.xlsx")), model.horizon.years)
    run = optimise(records, model, Request())
    assert run.totals is not None
    table = decisions(run)
    city = table[table["layer"].isin(["plan", "gap"])]
    assert int(city["outlay"].sum()) == run.totals.outlay_plan + run.totals.outlay_gap
    assert sum(city["tonnes_objective"], Decimal(0)) == run.totals.tonnes
    assert int(city["outlay"].sum()) == int(outlays(run).loc[city.index].to_numpy().sum())
    assert list(years(run).index) == list(model.horizon.years)
    assert int(years(run)["net_debt"].max()) == run.totals.highest_net_debt
    assert checks(run)["holds"].all()
    assert len(checks(run)) == len(run.audit.checks if run.audit is not None else ())


@pytest.mark.parametrize("name", frames.UNITS)
def test_every_column_is_documented_with_its_unit(name: str) -> None:
    """The documented columns are those of the table, and what is said to be kronor is whole, tonnes exact."""
    table = getattr(frames, name)(small().run)
    documented = frames.UNITS[name]
    index = [n for n in table.index.names if n is not None] or (["id"] if name == "outlays" else [])
    if name == "outlays":
        assert documented == {"id": "text", "every year": "kr"}
        assert all(isinstance(year, int) for year in table.columns)
        return
    assert {*index, *table.columns} == set(documented)
    for column in table.columns:
        values = list(table[column].dropna())
        if documented[column].startswith("kr"):
            assert all(float(v).is_integer() for v in values), column
        if documented[column] == "t":
            assert all(isinstance(v, Decimal) for v in values), column


def test_a_run_without_a_plan_has_empty_tables(tmp_path: Path) -> None:
    write_round(tmp_path, "sv")
    model, _ = load_planning(next((tmp_path / "models").glob("*.toml")))
    records, _ = read_portfolio(list((tmp_path / "inputs").glob("*.xlsx")), model.horizon.years)
    stopped = optimise(records, model, Request(time_limit=1e-6))
    assert stopped.totals is None
    assert decisions(stopped).empty
    assert checks(stopped).empty
    with pytest.raises(KeyError):
        years(stopped)


def test_the_statements_as_tables() -> None:
    run = small().run
    assert run.debt is not None
    assert run.charges is not None
    assert run.funding is not None
    assert run.bonds is not None
    assert frames.debt(run)["closing"].tolist() == [y.closing for y in run.debt.group]
    assert frames.charges(run)["total"].groupby("year").sum().tolist() == [y.total for y in run.charges.total]
    assert frames.uses(run)["kronor"].sum() == run.funding.kronor
    assert frames.allocations(run)["kronor"].sum() == run.bonds.allocated + run.bonds.refinanced
    assert frames.decisions(run)["partners"].sum() == sum(y.partners for y in run.years)


def test_statements_that_the_model_has_no_table_for_are_empty() -> None:
    run = asked(portfolio(), planning(debt=None, operating_charge=None, bonds=None, funding=None)).run
    assert all(made(run).empty for made in (frames.debt, frames.charges, frames.uses, frames.allocations))
