"""What better than a plan in hand could at most exist, when the search for the largest ratio is stopped: exact arithmetic, no solver.

Whoever knows N − r·K ≤ E for every plan with N ≥ floor also knows N ≤ r·K + E at the same kronor, K ≥ (N − E) / r at the same tonnes, and
N/K ≤ r + E/K wherever K is at least the fewest kronor. (Dinkelbach 1967: max N − r·K is 0 exactly when r is the largest ratio.)
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import NamedTuple


class Ceiling(NamedTuple):
    """N − rate·K ≤ excess for every plan that counts: rate > 0 in ticks per krona, excess ≥ 0 in ticks."""

    rate: Fraction
    excess: int


class Better(NamedTuple):
    """What could at most exist: ticks more for the same kronor, kronor less for the same ticks, ticks per krona (None: not known)."""

    ticks: int
    kronor: int
    ratio: Fraction | None


def better(ticks: int, kronor: int, ceilings: Sequence[Ceiling], floor: int, most: int | None, fewest: int | None) -> Better:
    """What could be better than a plan of `ticks` > 0 and `kronor` > 0.

    Args:
        ceilings: what is known of N − r·K; each narrows the answer.
        floor: ticks that every plan which counts has.
        most: ticks that no plan exceeds; None when not known.
        fewest: kronor below which no plan with N ≥ floor can cost; None when not known.
    """
    cheapest = [ceil((floor - c.excess) / c.rate) for c in ceilings] + ([fewest] if fewest is not None else [])
    same_kronor = [int(c.rate * kronor) + c.excess for c in ceilings] + ([most] if most is not None else [])
    same_ticks = cheapest + [ceil((ticks - c.excess) / c.rate) for c in ceilings]
    more = max(0, min(same_kronor, default=ticks) - ticks)
    less = max(0, kronor - max(same_ticks, default=kronor))
    if not ceilings or max(cheapest) <= 0:
        return Better(more, less, None)  # a plan for no kronor is not ruled out, and its ratio has no bound
    ratio = min(c.rate + Fraction(c.excess, max(cheapest)) for c in ceilings)
    return Better(more, less, max(Fraction(ticks, kronor), ratio))
