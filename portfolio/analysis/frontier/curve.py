"""One curve: the best plan for a row of budgets, then closer where plans are missing or change in kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from portfolio.analysis.beside import Progress, side_by_side
from portfolio.analysis.frontier.desk import Desk, Found
from portfolio.errors import SolveStopped
from portfolio.evaluate import Picks
from portfolio.instance import Instance

KIND = Fraction(1, 10)
"""From one plan to a dearer one the portfolio changes in kind when so large a part of its outlay goes out."""


def changes_in_kind(d: Instance, cheaper: Picks, dearer: Picks) -> bool:
    """Whether at least a tenth of the cheaper plan's gross outlay is not in the dearer one."""
    outlay = {i: d.investments[i].total_outlay * p.percent for i, p in cheaper.items()}
    gone = sum(outlay[i] for i in cheaper.keys() - dearer.keys())
    return gone > 0 and gone >= KIND * sum(outlay.values())


@dataclass
class Traced:
    """The plans found so far, by kronor.

    Attributes:
        empty: by the kronor of a plan, the largest budget for which it is still the best: nothing lies between the two.
        complete: nothing that was asked for was stopped by the clock.
    """

    d: Instance
    found: dict[int, Found] = field(default_factory=dict)
    empty: dict[int, int] = field(default_factory=dict)
    complete: bool = True

    def add(self, budget: int, plan: Found) -> None:
        """The best plan for a budget."""
        kronor = plan.value.kronor
        self.found.setdefault(kronor, plan)
        self.empty[kronor] = max(budget, kronor, self.empty.get(kronor, 0))

    def plans(self) -> list[Found]:
        """By kronor; tonnes grow with them."""
        return [self.found[kr] for kr in sorted(self.found)]

    def below(self, budget: int) -> Found | None:
        """The dearest plan found that costs no more."""
        inside = [kr for kr in self.found if kr <= budget]
        return self.found[max(inside)] if inside else None

    def gaps(self) -> Iterator[tuple[Found, Found]]:
        """Neighbours between which there may be other plans."""
        plans = self.plans()
        for low, high in pairwise(plans):
            if self.empty[low.value.kronor] < high.value.kronor - 1:
                yield low, high


def trace(desk: Desk, points: int, progress: Progress) -> Traced:
    """The curve: at least `points` plans, where there are so many, and every change in kind at its exact budget.

    Raises:
        InfeasiblePlan: no plan meets the demands.
        SolveStopped: stopped before the two ends were known.
    """
    traced = Traced(desk.d)
    first = desk.fewest()
    last = desk.most()
    assert last is not None, "there is a plan, so there is one with the most tonnes"
    traced.add(first.value.kronor, first)
    traced.add(last.value.kronor, last)
    low, high = first.value.kronor, last.value.kronor
    _fill(desk, traced, [low + (high - low) * n // (points - 1) for n in range(1, points - 1)], progress)
    while traced.complete:
        wanted = _wanted(traced, points)
        if not wanted:
            break
        _fill(desk, traced, wanted, progress)
    return traced


def _fill(desk: Desk, traced: Traced, budgets: list[int], progress: Progress) -> None:
    """The best plan for every budget; what the clock stops is left out."""

    def solve(budget: int) -> Found | None:
        try:
            return desk.most(budget, traced.below(budget))
        except SolveStopped:
            return None

    for budget, plan in zip(budgets, side_by_side(budgets, solve, progress), strict=True):
        if plan is None:
            traced.complete = False
        else:
            traced.add(budget, plan)


def _wanted(traced: Traced, points: int) -> list[int]:
    """Budgets to be asked for next: inside every change in kind, and in the widest gaps while there are too few plans."""
    steps = [g for g in traced.gaps() if changes_in_kind(traced.d, g[0].picks, g[1].picks)]
    missing = points - len(traced.found)
    wide = sorted((g for g in traced.gaps() if g not in steps), key=lambda g: g[0].value.kronor - g[1].value.kronor)[: max(0, missing)]
    return sorted({budget for low, high in (*steps, *wide) for budget in _inside(traced, low, high)})


def _inside(traced: Traced, low: Found, high: Found) -> tuple[int, ...]:
    """In the middle of what is not known yet, and a krona below the dearer plan: nothing there means that nothing is between them."""
    top = high.value.kronor - 1
    return (traced.empty[low.value.kronor] + 1 + top) // 2, top
