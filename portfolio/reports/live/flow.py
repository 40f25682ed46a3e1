"""The most that can be counted under ceilings, as a formula: the smallest cut (Ford & Fulkerson 1956) of the flow of docs/method.md.

Tonnes flow from cells – an overlap group with a ceiling, or none, and a destination – to sectors and the removal allowance. Which side of
the cut a destination stands on can be chosen for each that has a ceiling; where groups do not join them, each has a least value of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, combinations
from typing import Final

from portfolio.flows import Cell

MOST_JOINED: Final = 5
"""Destinations with a ceiling that overlap groups may join in one formula: 2⁵ cuts."""
LONGEST: Final = 7_500
"""Characters of a formula; Excel allows 8,192."""


class TooManyCuts(ValueError):
    """Overlap groups join more destinations than a formula can hold."""


def counted(cells: Mapping[Cell, str], groups: Mapping[str, int], destinations: Mapping[str, int]) -> str:
    """A formula for the counted amount of all cells.

    Args:
        cells: what refers to the amount of each cell. groups, destinations: ceilings in the same unit; what is missing has none.

    Raises:
        TooManyCuts: see MOST_JOINED and LONGEST.
    """
    parts = [_least(part, groups, destinations) for part in _components(list(cells), destinations, cells)]
    formula = "+".join(parts) or "0"
    if len(formula) > LONGEST:
        raise TooManyCuts
    return formula


def _components(cells: list[Cell], destinations: Mapping[str, int], amounts: Mapping[Cell, str]) -> list[dict[Cell, str]]:
    """Cells that a group or a destination with a ceiling joins, in the order in which they come."""
    left, found = list(cells), []
    while left:
        members, grown = [left.pop(0)], True
        while grown:
            near = [c for c in left if any(_joined(c, m, destinations) for m in members)]
            left = [c for c in left if c not in near]
            members += near
            grown = bool(near)
        found.append({c: amounts[c] for c in cells if c in members})
    return found


def _joined(a: Cell, b: Cell, destinations: Mapping[str, int]) -> bool:
    return (a[0] is not None and a[0] == b[0]) or (a[1] == b[1] and a[1] in destinations)


def _least(cells: Mapping[Cell, str], groups: Mapping[str, int], destinations: Mapping[str, int]) -> str:
    """The least cut of one component."""
    limited = sorted({k for _, k in cells if k in destinations})
    if len(limited) > MOST_JOINED:
        raise TooManyCuts
    chosen = chain.from_iterable(combinations(limited, n) for n in range(len(limited) + 1))
    cuts = [_cut(cells, groups, destinations, frozenset(closed)) for closed in chosen]
    return f"MIN({','.join(cuts)})" if len(cuts) > 1 else cuts[0]


def _cut(cells: Mapping[Cell, str], groups: Mapping[str, int], destinations: Mapping[str, int], closed: frozenset[str]) -> str:
    """What passes when these destinations are full and every group takes what it can."""
    through: dict[str | None, list[str]] = {}
    for (group, destination), amount in cells.items():
        if destination not in closed:
            through.setdefault(group, []).append(amount)
    parts = [str(destinations[k]) for k in sorted(closed)]
    for group, amounts in through.items():
        whole = "+".join(amounts)
        parts.append(whole if group is None else f"MIN({groups[group]},{whole})")
    return "+".join(parts) or "0"
