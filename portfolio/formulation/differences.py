"""How much a plan differs from a given one, as expressions: from the adopted plan in changes, from a set in which investments there are."""

from __future__ import annotations

from collections.abc import Collection

import pulp

from portfolio.formulation import Programme
from portfolio.formulation.choice import started, total


def changes(programme: Programme) -> pulp.LpAffineExpression:
    """Σ_{i∈A} (1 − start[i,proposed,·]) + Σ_{i∉A,s,l} start[i,s,l]    (investments; A the adopted plan)

    City investments that differ from the adopted plan: in, out, or another start year; as the constraint `stability` counts them.
    """
    x, d = programme.choice, programme.instance
    kept = {x.start[k]: -1.0 for k in x.keys if k[0] in d.adopted and k[1] == d.investments[k[0]].proposed_start}
    added = {x.start[k]: 1.0 for k in x.keys if k[0] not in d.adopted}
    return pulp.LpAffineExpression({**kept, **added}, constant=len(d.adopted))


def same_set(programme: Programme, chosen: Collection[str]) -> pulp.LpAffineExpression:
    """Σ_{i∈chosen,s,l} start[i,s,l] − Σ_{i∉chosen,s,l} start[i,s,l]    (investments)

    As large as the set itself for plans that start exactly these investments, and smaller for all others.
    """
    x = programme.choice
    return total({x.start[k]: (1.0 if k[0] in chosen else -1.0) for k in x.keys})


def starts_of(programme: Programme, i: str) -> pulp.LpAffineExpression:
    """Σ_{s,l} start[i,s,l]: 1 when i is started, otherwise 0."""
    return started(programme.choice, (k for k in programme.choice.keys if k[0] == i))
