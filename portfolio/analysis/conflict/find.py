"""What to say when no plan meets the demands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portfolio.analysis.conflict.demands import Question, demands_of
from portfolio.analysis.conflict.smallest import of_investments, smallest_clash
from portfolio.analysis.conflict.ways import way_out
from portfolio.errors import SolveStopped
from portfolio.explained import Conflict, Demand, WayOut
from portfolio.solve import Clock


def find_conflict(q: Question, clock: Clock) -> Conflict:
    """The smallest clash and the ways out of it.

    What the clock or Ctrl-C cuts short is left out, and `complete` says so.

    Raises:
        AuditBreached: a fault of ours.
    """
    demands = demands_of(q)
    try:
        clash = smallest_clash(q, demands, clock)
    except SolveStopped:
        return Conflict(demands=(), alone=False, ways=(), complete=False)
    ways: list[WayOut] = []
    complete = True
    for group in _groups(clash, demands):
        if len(group) > 1 and any({r.demand for r in w.reliefs} <= set(group) for w in ways):
            continue  # one of them is enough
        try:
            way = way_out(q, group, clock)
        except SolveStopped:
            complete = False
            break
        if way is not None:
            ways.append(way)
    alone = any(len({r.demand for r in way.reliefs}) == 1 for way in ways)
    return Conflict(demands=clash, alone=alone, ways=tuple(ways), complete=complete)


def _groups(clash: Sequence[Demand], demands: Sequence[Demand]) -> Iterator[list[Demand]]:
    """Each clashing demand alone; then, one unit at a time, all demands of that unit together."""
    for demand in clash:
        yield [demand]
    for unit in ("kr", "t", "starts", "changes"):
        group = [demand for demand in demands if demand.unit == unit]
        if group:
            yield group
    chosen = [demand for demand in demands if demand.constraint == "selection"]
    if chosen:
        yield chosen
    bound = [demand for demand in demands if of_investments(demand)]
    if bound:
        yield bound
