"""Narrowing before a solve: what a relaxation proves cannot be in any plan as good as the one in hand is fixed.

An investment of half the budget (CCS) ruins the bound of the plain relaxation. Here each of its start years, and leaving it out, gets
a relaxation of its own; then reduced costs fix the rest (Dantzig, Fulkerson & Johnson 1954). Every plan at least as good as `value` stays.

The same numbers say where to look for a first plan: in the *core*, the columns whose reduced cost is small (Balas & Zemel 1980); the others
stay where the relaxation has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Columns = npt.NDArray[np.intp]
"""Numbers of columns."""

ASKED_ONE_BY_ONE = 4
"""Investments, the largest first, whose start years get a relaxation each; reduced costs do for the others."""


AT_BOUND = 1e-9
"""How near its bound a column of a relaxation is at it."""


class Relaxation(Protocol):
    """A linear relaxation that can be asked again with other bounds."""

    def bound(self, lower: Array, upper: Array) -> tuple[float, Array, Array] | None:
        """Best value (to be maximised), solution and reduced costs inside the bounds; None when there is nothing inside them."""


def margin(value: float) -> float:
    """Far above the solver's tolerances."""
    return 1e-3 + 1e-7 * abs(value)


def columns_of(groups: Sequence[Sequence[int]]) -> Columns:
    """The columns of all groups."""
    return np.array([n for group in groups for n in group], dtype=np.intp)


def narrow(relaxation: Relaxation, lower: Array, upper: Array, value: float, groups: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Bounds that keep every plan whose objective, to be maximised, is at least `value`.

    Args:
        lower, upper: bounds of the columns; not changed.
        value: objective of the plan in hand, less a tolerance.
        groups: binary columns of which at most one is 1 (the starts of one investment), the largest investment first.
    """
    lower, upper = lower.copy(), upper.copy()
    columns = columns_of(groups)
    by_reduced_cost(relaxation, lower, upper, value, columns)
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
            by_reduced_cost(relaxation, lower, upper, value, columns)
    return lower, upper


class Option(NamedTuple):
    """A relaxation within some of all bounds: its best value, its solution, its reduced costs, and the bounds."""

    value: float
    at: Array
    reduced: Array
    lower: Array
    upper: Array


def options(relaxation: Relaxation, lower: Array, upper: Array, group: Sequence[int]) -> list[Option]:
    """The relaxation without `group` and with each column of it, the best first; together they hold every plan. Empty: there is none."""
    without = upper.copy()
    without[group] = 0
    inside = [(lower, without)] if not any(lower[n] for n in group) else []
    for n in group:
        if upper[n] > 0:
            with_it, alone = lower.copy(), without.copy()
            with_it[n], alone[n] = 1, 1
            inside.append((with_it, alone))
    found = ((relaxation.bound(low, high), low, high) for low, high in inside)
    return sorted((Option(*f, low, high) for f, low, high in found if f is not None), key=lambda option: -option.value)


def core(option: Option, columns: Columns, most: int) -> tuple[Array, Array]:
    """Bounds that leave about so many of the binary `columns` free, those with the smallest reduced costs."""
    lower, upper = option.lower.copy(), option.upper.copy()
    free = columns[lower[columns] < upper[columns]]
    if len(free) > most:
        sizes = np.abs(option.reduced[free])
        _fix(lower, upper, free[sizes > np.partition(sizes, most)[most]], option.at)
    return lower, upper


def within_reach(option: Option, columns: Columns, value: float) -> int:
    """How many of the `columns` reduced costs leave free in plans at least as good as `value`."""
    free = columns[option.lower[columns] < option.upper[columns]]
    return int(np.count_nonzero(np.abs(option.reduced[free]) <= option.value - value))


def _fix(lower: Array, upper: Array, columns: Columns, at: Array) -> None:
    """Keep, in place, binary columns where the relaxation has them, if it has them at a bound."""
    upper[columns[at[columns] < AT_BOUND]] = 0
    lower[columns[at[columns] > 1 - AT_BOUND]] = 1


def _worse(relaxation: Relaxation, lower: Array, upper: Array, value: float) -> bool:
    found = relaxation.bound(lower, upper)
    return found is None or found[0] < value


def by_reduced_cost(relaxation: Relaxation, lower: Array, upper: Array, value: float, columns: Columns) -> None:
    """Fix, in place, the binaries whose move to the other bound would cost more than there is to spare."""
    found = relaxation.bound(lower, upper)
    if found is None:
        return
    best, at, reduced = found
    free = columns[lower[columns] < upper[columns]]
    # a nonbasic column sits at one of its bounds, and moving it by one costs its reduced cost
    _fix(lower, upper, free[np.abs(reduced[free]) > best - value], at)
