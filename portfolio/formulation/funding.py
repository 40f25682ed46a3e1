"""Kinds of need and the sources that may pay for them: what the constraint `funding` is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulp

from portfolio.amounts.sources import Limit, limits
from portfolio.finance.funding import Kind, needs
from portfolio.formulation.choice import Choice, Key
from portfolio.instance import Instance


@dataclass(frozen=True)
class Stack:
    """The part of the funding whose limits can bind.

    Attributes:
        kinds: the sources that may pay for kind c, all of them limited.
        needs: net outlay (kr at 100 per cent) of kind c in year t, by investment, start and layer.
        limits: limit of every source that has one.
    """

    kinds: Mapping[int, Kind]
    needs: Mapping[tuple[int, int], Mapping[Key, int]]
    limits: Mapping[str, Limit]


def make_stack(x: Choice, d: Instance) -> Stack:
    """The stack of an instance, and the variables of the payments in it; empty without a funding table."""
    if d.planning.funding is None:
        return Stack({}, {}, {})
    limited = {name: limit for name, limit in limits(d.planning).items() if limit is not None}
    amounts: dict[tuple[Kind, int], dict[Key, int]] = {}
    for key in x.keys:
        for (kind, t), kr in needs(d, *key[:2]).items():
            if all(name in limited for name in kind):
                amounts.setdefault((kind, t), {})[key] = kr
    numbers = {kind: n for n, kind in enumerate(sorted({kind for kind, _ in amounts}), start=1)}
    sources = {name: n for n, name in enumerate(limited, start=1)}
    wanted = {(numbers[kind], t): amounts[kind, t] for kind, t in sorted(amounts)}
    kinds = {c: kind for kind, c in numbers.items()}
    for c, t in wanted:
        for name in kinds[c]:
            x.paid[name, c, t] = pulp.LpVariable(f"paid_{sources[name]:02d}_{c:02d}_{t}", 0)
    return Stack(kinds, wanted, limited)
