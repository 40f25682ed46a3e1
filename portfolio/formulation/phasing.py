"""The plan's frame with money that may change year: the same sum, and what is moved is bounded."""

from __future__ import annotations

import pulp

from portfolio.formulation import Programme
from portfolio.formulation.choice import tkr


def movable(programme: Programme) -> pulp.LpAffineExpression:
    """Let the frame's money change year, and return how much of it does, in all (tkr).

    The frame of a year becomes frame[t] + into[t] − out[t], 0 ≤ out[t] ≤ frame[t], Σ into = Σ out.
    """
    table = programme.instance.planning.plan_frame
    assert table is not None, "there is a frame to move money in"
    years = programme.instance.years
    into = {t: pulp.LpVariable(f"into_{t}", 0) for t in years}
    out = {t: pulp.LpVariable(f"out_{t}", 0, tkr(table.frame.values[t])) for t in years}
    for row in programme.problem.constraints():
        start, _, last = row.name.rpartition("_")
        if start == "plan_frame":
            window = [t for t in years if t == int(last) or (table.carry_forward and t < int(last))]
            row.addInPlace(pulp.LpAffineExpression({**{into[t]: -1.0 for t in window}, **{out[t]: 1.0 for t in window}}))
    balance = pulp.LpAffineExpression({**dict.fromkeys(into.values(), 1.0), **dict.fromkeys(out.values(), -1.0)})
    programme.problem.addConstraint(balance == 0, "same_frame")
    return pulp.LpAffineExpression(dict.fromkeys(into.values(), 1.0))
