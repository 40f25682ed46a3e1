"""Robust plans among the candidates: best on average, smallest worst regret, or within the limits often enough."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from portfolio.analysis.robust.comparison import Comparison
from portfolio.analysis.robust.outcome import Started
from portfolio.explored.robust import Choice


def choices(plans: Sequence[tuple[Started, ...]], c: Comparison, floor: float | None, often: Decimal) -> tuple[Choice, ...]:
    """The recommended plan and the three choices; each is the best of the candidates, and of nothing else.

    Args:
        floor: tonnes (t) that a choice must have on average.
        often: part of the worlds in which the plan of `feasible` keeps the limits; when no candidate does, the one that does most often.
    """
    mean = c.value / c.worlds
    allowed = np.flatnonzero(c.admissible(floor))
    expected = int(allowed[np.argmax(mean[allowed])])
    least = int(allowed[np.argmin(c.regret[allowed])])
    share = c.kept / c.worlds
    enough = [n for n in allowed if share[n] >= float(often)]
    feasible = int(max(enough, key=lambda n: mean[n])) if enough else int(max(allowed, key=lambda n: (share[n], mean[n])))
    found = (("recommended", 0), ("expected", expected), ("regret", least), ("feasible", feasible))
    return tuple(_choice(name, n, plans, c) for name, n in found)


def _choice(name: str, n: int, plans: Sequence[tuple[Started, ...]], c: Comparison) -> Choice:
    mine, first = {one.id: one for one in plans[n]}, {one.id: one for one in plans[0]}
    both = sorted(mine.keys() & first.keys())
    unit = 1 if c.scale.tonnes else 1000

    def shown(value: float) -> Decimal:
        return round(Decimal(value * unit), 3)

    return Choice(
        name=name,
        come=tuple(sorted(mine.keys() - first.keys())),
        gone=tuple(sorted(first.keys() - mine.keys())),
        moved=tuple(i for i in both if mine[i].start != first[i].start),
        resized=tuple(i for i in both if mine[i].percent != first[i].percent),
        starts={one.id: one.start for one in plans[n]},
        percents={one.id: one.percent for one in plans[n] if one.percent != 100},
        tonnes=round(Decimal(c.tonnes[n] / c.worlds), 3),
        kronor=round(c.kronor[n] / c.worlds * 1000),
        value=shown(c.value[n] / c.worlds),
        most_regret=shown(float(c.regret[n])) if np.isfinite(c.regret[n]) else Decimal(0),
        kept=round(Decimal(c.kept[n] / c.worlds), 4),
    )
