"""Tonnes counted once: the maximum flow from investments through group ceilings to sectors and the removal allowance.

Amounts are integer ticks (10 g). Sectors come before the removal allowance, so that reductions are counted first (`docs/method.md`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from portfolio.instance import REMOVAL

Cell = tuple[str | None, str]
"""An overlap group with a ceiling (or None) and a destination."""

SOURCE, SINK = "·source", "·sink"


def counted_flow(
    raw: Mapping[Cell, int], groups: Mapping[str, int], destinations: Mapping[str, int], *, removal_first: bool = False
) -> dict[Cell, int]:
    """Counted ticks of every cell.

    Args:
        raw: adjusted ticks of each cell, all >= 0.
        groups, destinations: ceilings in ticks; what is missing has none.
        removal_first: removals are counted before reductions (only when the objective counts nothing but removals).

    Returns:
        Counted ticks by cell, at most `raw`; their sum is the maximum flow.
    """
    if _fits(raw, groups, destinations):
        return dict(raw)
    capacity: dict[str, dict[str, int]] = {SOURCE: {}}
    for n, ((group, destination), amount) in enumerate(sorted(raw.items(), key=lambda c: (c[0][0] or "", c[0][1]))):
        # a cell without a group has a node of its own, as wide as its amount
        node = f"group {group}" if group is not None else f"cell {n}"
        capacity[SOURCE][node] = groups[group] if group is not None else amount
        capacity.setdefault(node, {})[f"to {destination}"] = amount
        capacity.setdefault(f"to {destination}", {})
    full = {node: dict(arcs) for node, arcs in capacity.items()}
    names = sorted({destination for _, destination in raw}, key=lambda d: ((d == REMOVAL) != removal_first, d))
    unlimited = sum(raw.values())
    for phase in ([d for d in names if (d == REMOVAL) == removal_first], [d for d in names if (d == REMOVAL) != removal_first]):
        for destination in phase:
            capacity[f"to {destination}"][SINK] = destinations.get(destination, unlimited)
        while augment(capacity):
            pass
    counted: dict[Cell, int] = {}
    for n, cell in enumerate(sorted(raw, key=lambda c: (c[0] or "", c[1]))):
        node = f"group {cell[0]}" if cell[0] is not None else f"cell {n}"
        counted[cell] = full[node][f"to {cell[1]}"] - capacity[node][f"to {cell[1]}"]
    return counted


def counted_total(raw: Mapping[Cell, int], groups: Mapping[str, int], destinations: Mapping[str, int]) -> int:
    """Counted ticks of all cells together: what `counted_flow` adds up to, without saying whose they are."""
    by_group: dict[str, int] = {}
    by_destination: dict[str, int] = {}
    led: dict[str, str] = {}
    for (group, destination), amount in raw.items():
        if group is None:
            by_destination[destination] = by_destination.get(destination, 0) + amount
        elif led.setdefault(group, destination) != destination:
            # a group that leads to several destinations: which of them its ceiling leaves room in takes a flow
            return sum(counted_flow(raw, groups, destinations).values())
        else:
            by_group[group] = by_group.get(group, 0) + amount
    for group, amount in by_group.items():
        destination = led[group]
        by_destination[destination] = by_destination.get(destination, 0) + min(amount, groups[group])
    return sum(min(amount, destinations.get(destination, amount)) for destination, amount in by_destination.items())


def _fits(raw: Mapping[Cell, int], groups: Mapping[str, int], destinations: Mapping[str, int]) -> bool:
    by_group: dict[str, int] = {}
    by_destination: dict[str, int] = {}
    for (group, destination), amount in raw.items():
        by_destination[destination] = by_destination.get(destination, 0) + amount
        if group is not None:
            by_group[group] = by_group.get(group, 0) + amount
    return all(amount <= groups[g] for g, amount in by_group.items()) and all(
        amount <= destinations.get(d, amount) for d, amount in by_destination.items()
    )


def augment(capacity: dict[str, dict[str, int]]) -> bool:
    """Push flow along one shortest path in the residual network (Edmonds & Karp 1972); False when there is none."""
    before: dict[str, str] = {SOURCE: ""}
    queue = deque([SOURCE])
    while queue and SINK not in before:
        node = queue.popleft()
        for to, left in capacity.get(node, {}).items():
            if left > 0 and to not in before:
                before[to] = node
                queue.append(to)
    if SINK not in before:
        return False
    path = [SINK]
    while path[-1] != SOURCE:
        path.append(before[path[-1]])
    steps = [(path[n + 1], path[n]) for n in range(len(path) - 1)]
    amount = min(capacity[a][b] for a, b in steps)
    for a, b in steps:
        capacity[a][b] -= amount
        if b != SINK:
            back = capacity.setdefault(b, {})
            back[a] = back.get(a, 0) + amount
    return True


def shared_out(total: int, weights: Sequence[tuple[str, int]]) -> dict[str, int]:
    """`total` shared in proportion to the weights: whole ticks, largest remainder first, ties by id; the parts sum to `total`."""
    whole = sum(weight for _, weight in weights)
    if whole == 0:
        return {name: 0 for name, _ in weights}
    parts = {name: total * weight // whole for name, weight in weights}
    left = total - sum(parts.values())
    for name, _ in sorted(weights, key=lambda w: (-(total * w[1] % whole), w[0]))[:left]:
        parts[name] += 1
    return parts


def add_up(amounts: Iterable[tuple[Cell, int]]) -> dict[Cell, int]:
    """Sum of the amounts of each cell; empty cells are left out."""
    cells: dict[Cell, int] = {}
    for cell, amount in amounts:
        if amount:
            cells[cell] = cells.get(cell, 0) + amount
    return cells
