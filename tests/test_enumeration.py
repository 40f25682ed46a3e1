"""The optimum equals exhaustive enumeration, with every constraint kind mixed in."""

from __future__ import annotations

import pytest

from exhaustive import Question
from portfolio.errors import InfeasiblePlan
from portfolio.instance import build_instance
from portfolio.solve import Clock
from portfolio.stages import solve_stages
from random_questions import question


def agree(seed: int) -> bool:
    """Compare one question; True when a plan exists."""
    portfolio, planning = question(seed)
    expected = Question(portfolio, planning).best()
    d = build_instance(portfolio, planning)
    try:
        solved = solve_stages(d, Clock(60))
    except InfeasiblePlan:
        assert expected is None, f"seed {seed}: the solver says infeasible, enumeration finds {expected}"
        return False
    assert expected is not None, f"seed {seed}: enumeration finds nothing, the solver {solved.picks}"
    best, choices = expected
    assert {i: tuple(p) for i, p in solved.picks.items()} in choices, f"seed {seed}: {solved.value} is not {best}"
    assert solved.proven
    assert solved.unique
    return True


def test_optimum_equals_enumeration() -> None:
    feasible = sum(agree(seed) for seed in range(25))
    assert feasible >= 10


@pytest.mark.parametrize("block", [pytest.param(n, marks=pytest.mark.long if n % 2 else pytest.mark.soak) for n in range(10)])
def test_optimum_equals_enumeration_on_many(block: int) -> None:
    feasible = sum(agree(seed) for seed in range(1000 + block * 60, 1060 + block * 60))
    assert feasible >= 25


@pytest.mark.soak
@pytest.mark.parametrize("block", range(20))
def test_optimum_equals_enumeration_on_two_thousand(block: int) -> None:
    seeds = range(10_000 + block * 100, 10_100 + block * 100)
    feasible = sum(agree(seed) for seed in seeds)
    print(f"{len(seeds)} questions enumerated, {feasible} of them with a plan")
    assert feasible >= 40
