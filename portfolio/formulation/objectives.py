"""What is maximised or minimised, stage by stage. Tonnes in t, money in tkr."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from math import ceil

import pulp

from portfolio.formulation.choice import Choice, Terms, spent, tkr, total
from portfolio.instance import Instance
from portfolio.planning import KronaKind, ObjectiveName
from portfolio.units import TICKS_PER_TONNE


def kronor(x: Choice, d: Instance) -> pulp.LpAffineExpression:
    """K = Σ_{i,s,l,k} outlay[i,k] · start[i,s,l]    (tkr; net: less the grants that count and partners' money)

    The kronor of the objective: gross outlay, or net of grants and partners' money.
    """
    net = d.planning.objective.krona is KronaKind.NET
    return spent(x, ((k, tkr(d.net_total(*k[:2]) if net else sum(d.outlay[k[:2]].values()))) for k in x.keys))


def gap_outlay(x: Choice, d: Instance) -> pulp.LpAffineExpression:
    """Σ_{i,s,k} outlay[i,k] · start[i,s,gap]    (tkr)

    Outlay that needs a further decision.
    """
    return spent(x, ((k, tkr(sum(d.outlay[k[:2]].values()))) for k in x.keys if k[2] == "gap"))


def grants(x: Choice, d: Instance, of: Collection[str]) -> pulp.LpAffineExpression:
    """Σ_{i∈of,s,l,k} grant[i,k] · start[i,s,l]    (tkr)

    Grants that count of some of the investments: what they draw from a pool that the city shares with others.
    """
    return spent(x, ((k, tkr(sum(d.grant[k[:2]].values()))) for k in x.keys if k[0] in of))


def start_years(x: Choice, d: Instance) -> pulp.LpAffineExpression:
    """Σ_{i,s,l} (s − first_year + 1) · start[i,s,l]    (years)

    Earlier is better, all else equal.
    """
    return total({x.start[k]: float(k[1] - d.years[0] + 1) for k in x.keys})


def id_order(x: Choice, d: Instance) -> pulp.LpAffineExpression:
    """Σ_{i,s,l} weight[i,s,l] · start[i,s,l] + percent    (no unit)

    Of plans that are equal in everything else the one with the first ids. The weight is the rank of the id, with a fixed spread below one
    that makes sums of different sets differ, so that the plan is unique.
    """
    terms: Terms = {}
    for n, key in enumerate(x.keys):
        spread = (n * 0x9E3779B1 & 0xFFFF) / 0x10000  # multiplicative hashing (Knuth, TAOCP 3, 6.4): even and without pattern
        terms[x.start[key]] = d.index[key[0]] + round(0.9 * spread, 4)
        if key in x.percent:
            terms[x.percent[key]] = round(0.001 * (1 + spread), 6)
    return total(terms)


def tonnes_goal(d: Instance) -> float | None:
    """Tonnes (t) that least_cost must reach, in whole ticks: a finer demand is met by the next one. None when nothing is asked for."""
    objective = d.planning.objective
    if objective.name is not ObjectiveName.LEAST_COST or objective.tonnes is None:
        return None
    return ceil(Fraction(objective.tonnes.value) * TICKS_PER_TONNE) / TICKS_PER_TONNE
