"""The programme with some of its demands made elastic: each may give, and what it gives is to be as little as possible.

Only rows of money, tonnes and hands are made elastic; what follows from physics stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import pulp

from portfolio.explained import LEVELS, Demand
from portfolio.formulation import Programme
from portfolio.planning import Planning

Expression: TypeAlias = pulp.LpAffineExpression
"""A linear expression of the programme's variables."""


def nothing() -> Expression:
    """An objective that prefers no plan to another: is there any at all?"""
    return pulp.LpAffineExpression()


ROWS = {"delivery_starts": "delivery_capacity_starts", "delivery_outlay": "delivery_capacity_outlay", "funding": "funding_need"}
"""Beginning of the rows' names where it is not the constraint's."""


def soften(programme: Programme, demands: Iterable[Demand], goal: float | None) -> Expression:
    """Let the rows of these demands give, and return what they give in all: kr in tkr, tonnes in t, numbers as they are.

    Args:
        goal: tonnes (t) that `required_tonnes` asks for, when it is among the demands; its row is added here.
    """
    given: dict[pulp.LpVariable, float] = {}
    for number, demand in enumerate(demands, start=1):
        for variable in _soften(programme, demand, number, goal):
            given[variable] = 1.0
    return pulp.LpAffineExpression(given)


def _soften(programme: Programme, demand: Demand, number: int, goal: float | None) -> list[pulp.LpVariable]:
    made: dict[int | None, pulp.LpVariable] = {}

    def slack(year: int | None) -> pulp.LpVariable:
        if year not in made:
            made[year] = pulp.LpVariable(f"give_{number:02d}_{year or 0}", 0)
        return made[year]

    if demand.constraint == "required_tonnes":
        assert goal is not None
        programme.problem.addConstraint(programme.tonnes + slack(None) >= goal, "required_tonnes")
        return list(made.values())
    carried = carries(programme.instance.planning, demand)
    for row in programme.problem.constraints():
        year = _year(programme, demand, row.name)
        if year is MISSING:
            continue
        if carried and year is not None:
            terms = [slack(tau) for tau in programme.instance.years if tau <= year]
        else:
            terms = [slack(None if demand.constraint in LEVELS else year)]
        sign = 1.0 if row.sense == pulp.LpConstraintGE else -1.0
        row.addInPlace(pulp.LpAffineExpression(dict.fromkeys(terms, sign)))
    return list(made.values())


MISSING = -1
"""Stands for: the row is none of the demand's."""


def _year(programme: Programme, demand: Demand, row: str) -> int | None:
    """The year that a row of the demand is about, None for all years; MISSING when the row is another's."""
    start = ROWS.get(demand.constraint, demand.constraint)
    if not row.startswith(f"{start}_"):
        return MISSING
    *numbers, last = row.removeprefix(f"{start}_").split("_")
    subject = _number(programme, demand)
    if demand.constraint == "selection":
        return None if last == subject else MISSING
    if demand.constraint != "funding" and (numbers[-1] if numbers else None) != subject:
        return MISSING
    return int(last) if last.isdigit() else None


def _number(programme: Programme, demand: Demand) -> str | None:
    """The number that stands for the demand's subject in the names of its rows; None when it has none."""
    p, name = programme.instance.planning, demand.subject
    names: Mapping[str, Iterable[str]] = {
        "owner_frame": sorted(p.owner_frame.frames) if p.owner_frame is not None else (),
        "operating_charge": sorted(p.operating_charge.limits) if p.operating_charge is not None else (),
        "delivery_starts": sorted(p.delivery_capacity.starts) if p.delivery_capacity is not None else (),
        "delivery_outlay": sorted(p.delivery_capacity.outlay) if p.delivery_capacity is not None else (),
        "selection": [limit.name for limit in p.selection],
    }
    found = list(names.get(demand.constraint, ()))
    return f"{found.index(name) + 1:02d}" if name in found else None


def carries(p: Planning, demand: Demand) -> bool:
    """What is not used in a year moves on: the rows are cumulative."""
    tables = {"plan_frame": p.plan_frame, "owner_frame": p.owner_frame, "committee_frame": p.committee_frame}
    table = tables.get(demand.constraint)
    return table is not None and table.carry_forward


def unmet(programme: Programme, wanted: Mapping[str, frozenset[tuple[int, str]]]) -> Expression:
    """How many investments are not started as they must be.

    Args:
        wanted: start years and layers that fulfil each demand; none at all for one that must not be started.
    """
    terms: dict[pulp.LpVariable, float] = {}
    for key, variable in programme.choice.start.items():
        if key[0] in wanted:
            terms[variable] = (-1.0 if key[1:] in wanted[key[0]] else 0.0) if wanted[key[0]] else 1.0
    return pulp.LpAffineExpression(terms, constant=float(sum(1 for years in wanted.values() if years)))
