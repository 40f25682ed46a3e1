"""Published capital-budgeting instances: a resource is a plan year, a capacity the owner's frame, a value tonnes of the target year.

`as_question` takes the figures as a mapping (names as in `tests/published.json`), so that other instances of the same families can be
tried: values[n], weights[m][n], capacities[m]; optional groups [{index, sense}], linear [{coef, sense, rhs}] with 0/1 coefficients,
upper_bounds[n].
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import making as b
from portfolio.planning import Objective, OwnerFrame, Planning, SelectionLimit
from portfolio.records import Portfolio

KRONOR = 1_000_000
"""Kronor of one unit of a resource: six decimals are kept exactly."""
FIRST = 2025


def as_question(instance: Mapping[str, Any]) -> tuple[Portfolio, Planning]:
    """Records and model of an instance (maximise the values under the capacities)."""
    weights, capacities = instance["weights"], instance["capacities"]
    copies = instance.get("upper_bounds") or [1] * len(instance["values"])
    members: list[list[str]] = [[f"C{n:04d}-{k}" for k in range(copies[n])] for n in range(len(instance["values"]))]
    in_group: dict[int, str] = {}
    limits = []
    for g, group in enumerate(instance.get("groups") or ()):
        if group["sense"] == "<=":
            in_group |= dict.fromkeys(group["index"], f"G{g:03d}")
        else:
            ids = tuple(i for n in group["index"] for i in members[n])
            limits.append(SelectionLimit(name=f"G{g:03d}", members=ids, at_least=1, at_most=1, source=instance["source"]))
    for n, row in enumerate(instance.get("linear") or ()):
        assert set(row["coef"]) <= {0, 1}, "only counts of columns are a selection limit"
        ids = tuple(i for column, c in enumerate(row["coef"]) if c for i in members[column])
        side = "at_least" if row["sense"] == ">=" else "at_most"
        limits.append(SelectionLimit(name=f"L{n:03d}", members=ids, source=instance["source"], **{side: row["rhs"]}))
    investments = [
        b.investment(
            i,
            [kronor(weights[r][n]) for r in range(len(weights))],
            start=FIRST,
            tonnes=Decimal(str(value)),
            alternatives=in_group.get(n),
            emission_sector="alla",
        )
        for n, value in enumerate(instance["values"])
        for i in members[n]
    ]
    last = FIRST + len(capacities) - 1
    planning = b.planning(
        horizon=b.horizon(FIRST, last, last, FIRST),
        objective=Objective(name="most_tonnes", quantity="target_year"),
        # a resource limits everything that is started, in whichever layer
        owner_frame=OwnerFrame(frames={"Nämnden": b.money_by_year({FIRST + r: kronor(c) for r, c in enumerate(capacities)})}),
        selection=tuple(limits),
    )
    return b.portfolio_of(*investments), planning


def kronor(amount: float) -> int:
    """An amount of a resource in kronor, exactly."""
    exact = Decimal(str(amount)) * KRONOR
    assert exact == exact.to_integral_value()
    return int(exact)
