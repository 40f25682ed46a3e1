"""Narrowing before a solve: what a relaxation proves cannot be in any plan as good as the one in hand is fixed.

An investment of half the budget (CCS) ruins the bound of the plain relaxation. Here each of its start years, and leaving it out, gets
a relaxation of its own; then reduced costs fix the rest (Dantzig, Fulkerson & Johnson 1954). Every plan at least as good as `value` stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

ASKED_ONE_BY_ONE = 4
"""Investments, the largest first, whose start years get a relaxation each; reduced costs do for the others."""


class Relaxation(Protocol):
    """A linear relaxation that can be asked again with other bounds."""

    def bound(self, lower: Array, upper: Array) -> tuple[float, Array, Array] | None:
        """Best value (to be maximised), solution and reduced costs inside the bounds; None when there is nothing inside them."""


def narrow(relaxation: Relaxation, lower: Array, upper: Array, value: float, groups: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Bounds that keep every plan whose objective, to be maximised, is at least `value`.

    Args:
        lower, upper: bounds of the columns; not changed.
        value: objective of the plan in hand, less a tolerance.
        groups: binary columns of which at most one is 1 (the starts of one investment), the largest investment first.
    """
    lower, upper = lower.copy(), upper.copy()
    _by_reduced_cost(relaxation, lower, upper, value, groups)
    for group in groups[:ASKED_ONE_BY_ONE]:
        free = [n for n in group if lower[n] < upper[n]]
        if len(free) == 0:
            continue
        without = upper.copy()
        without[group] = 0
        if _worse(relaxation, lower, without, value):
            possible = []
            for n in free:
                inside, alone = lower.copy(), without.copy()
                inside[n], alone[n] = 1, 1
                if not _worse(relaxation, inside, alone, value):
                    possible.append(n)
            upper[[n for n in free if n not in possible]] = 0
            if len(possible) == 1:
                lower[possible[0]] = 1
            _by_reduced_cost(relaxation, lower, upper, value, groups)
    return lower, upper


def highest(relaxation: Relaxation, lower: Array, upper: Array, group: Sequence[int]) -> tuple[float, Array] | None:
    """What no plan exceeds, and where: the best relaxation of those without `group` and with each column of it. None: nothing."""
    without = upper.copy()
    without[group] = 0
    found = [relaxation.bound(lower, without)] if not any(lower[n] for n in group) else []
    for n in group:
        if upper[n] > 0:
            inside, alone = lower.copy(), without.copy()
            inside[n], alone[n] = 1, 1
            found.append(relaxation.bound(inside, alone))
    best = max((f for f in found if f is not None), key=lambda f: f[0], default=None)
    return (best[0], best[1]) if best is not None else None


def _worse(relaxation: Relaxation, lower: Array, upper: Array, value: float) -> bool:
    found = relaxation.bound(lower, upper)
    return found is None or found[0] < value


def _by_reduced_cost(relaxation: Relaxation, lower: Array, upper: Array, value: float, groups: Sequence[Sequence[int]]) -> None:
    """Fix, in place, the binaries whose move to the other bound would cost more than there is to spare."""
    found = relaxation.bound(lower, upper)
    if found is None:
        return
    best, at, reduced = found
    spare = best - value
    for group in groups:
        for n in group:
            if lower[n] < upper[n] and abs(reduced[n]) > spare:
                # a nonbasic column sits at one of its bounds, and moving it by one costs its reduced cost
                if at[n] < 1e-9:
                    upper[n] = 0
                elif at[n] > 1 - 1e-9:
                    lower[n] = 1
