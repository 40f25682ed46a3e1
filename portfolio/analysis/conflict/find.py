"""What to say when no plan meets the demands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product

from portfolio.analysis.conflict.demands import Question, demands_of, without
from portfolio.analysis.conflict.smallest import of_investments, possible, smallest_clash
from portfolio.analysis.conflict.ways import way_out
from portfolio.errors import SolveStopped
from portfolio.explained import Conflict, Demand, WayOut
from portfolio.solve import Clock

MOST_CLASHES = 4
"""Clashes that are looked for; a question with more of them is better mended a few at a time."""
MOST_COMBINED = 12
"""Combinations of one demand from each clash that are tried."""

Steps = list[list[Demand]]


def find_conflict(q: Question, clock: Clock) -> Conflict:
    """The clashes and the ways out of them.

    What the clock or Ctrl-C cuts short is left out, and `complete` says so.

    Raises:
        AuditBreached: a fault of ours.
    """
    demands = demands_of(q)
    clashes: list[tuple[Demand, ...]] = []
    ways: list[WayOut] = []
    try:
        for clash in _clashes(q, demands, clock):
            clashes.append(clash)
        for steps in _ways(clashes, demands):
            if any({r.demand for r in way.reliefs} <= {demand for group in steps for demand in group} for way in ways):
                continue  # a part of them is enough
            way = way_out(q, steps, clock)
            if way is not None:
                ways.append(way)
    except SolveStopped:
        return Conflict(clashes=tuple(clashes), ways=tuple(ways), complete=False)
    ways.sort(key=lambda way: len({r.demand for r in way.reliefs}))
    return Conflict(clashes=tuple(clashes), ways=tuple(ways), complete=True)


def _clashes(q: Question, demands: Sequence[Demand], clock: Clock) -> Iterator[tuple[Demand, ...]]:
    """One smallest clash after the other, each in what is left without the demands of those before it."""
    left = list(demands)
    for _ in range(MOST_CLASHES):
        clash = smallest_clash(q, left, clock)
        if not clash:
            return
        yield clash
        q, left = without(q, clash), [demand for demand in left if demand not in clash]
        if possible(q, clock):
            return


def _ways(clashes: Sequence[Sequence[Demand]], demands: Sequence[Demand]) -> Iterator[Steps]:
    """One demand of each clash; then, one unit at a time, all demands of that unit together."""
    if not clashes:
        return
    for combined in islice(product(*clashes), MOST_COMBINED):
        yield _steps(combined)
    for unit in ("kr", "t", "starts", "changes"):
        group = [demand for demand in demands if demand.unit == unit]
        if group:
            yield [group]
    for group in ([d for d in demands if d.constraint == "selection"], [d for d in demands if of_investments(d)]):
        if group:
            yield [group]


def _steps(combined: Sequence[Demand]) -> Steps:
    """Demands that can give together in one step, the others one after the other; investments first, then money, then tonnes."""
    groups: dict[str, list[Demand]] = {}
    for demand in combined:
        groups.setdefault("bound" if of_investments(demand) else demand.unit, []).append(demand)
    order = ("bound", "investments", "changes", "starts", "kr", "t")
    return [groups[name] for name in order if name in groups]
