"""Candidate plans against each other over the worlds: the robust choices, and what it is worth to know a figure before choosing.

The value of a plan in a world is N − λK in tonnes, λ the recommended plan's tonnes per krona (Dinkelbach's λ: it makes tonnes and kronor
comparable where the ratio alone would not), N for most tonnes, and kronor saved for least cost. Only sums over the worlds are kept, so
that memory does not grow with them.

The value of knowing one figure φ is E[max_p E(V_p | φ)] − max_p E[V_p] (Raiffa & Schlaifer 1961). E(V_p | φ) is estimated by a straight
line through the sample (regression: Strong, Oakley & Brennan 2014): a plan's value is a straight line in each outlay and each tonnage
but for ceilings. What a plan and the recommended one have alike tells nothing about which is better: its slope is none. Nor does a slope
that is not `CERTAIN` standard errors from none count, so that chance is not taken for information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portfolio.analysis.robust.parameters import Parameter
from portfolio.evaluate import Picks, measure
from portfolio.instance import Instance
from portfolio.matrix import Array
from portfolio.planning import ObjectiveName
from portfolio.units import TICKS_PER_TONNE

CERTAIN = 3.0
"""Standard errors."""


@dataclass(frozen=True)
class Scale:
    """How tonnes (t) and kronor (tkr) make one value: tonnes · a − tkr · b."""

    tonnes: float
    kronor: float

    def value(self, tonnes: Array, kronor: Array) -> Array:
        """The value of each plan."""
        return self.tonnes * tonnes - self.kronor * kronor


def scale_of(d: Instance, picks: Picks) -> Scale:
    """What a plan's value is: N − λK at the recommended plan's ratio, N, or kronor saved."""
    value = measure(d, picks)
    match d.planning.objective.name:
        case ObjectiveName.TONNES_PER_KRONA if value.kronor > 0:
            return Scale(1.0, float(value.ratio * 1000 / TICKS_PER_TONNE))
        case ObjectiveName.LEAST_COST:
            return Scale(0.0, 1.0)
    return Scale(1.0, 0.0)


class Comparison:
    """Sums over the worlds for each candidate; candidate 0 is the recommended plan.

    Args:
        scale: what is compared.
        known: the uncertain figures; their means over the sample are known beforehand.
        differs: for each figure and candidate, whether the figure can matter to which of the candidate and the recommended plan is better.
    """

    def __init__(self, candidates: int, scale: Scale, known: Sequence[Parameter], differs: npt.NDArray[np.bool_]) -> None:
        self.scale, self.known, self.differs = scale, known, differs
        self.worlds = 0
        self.tonnes, self.kronor, self.value, self.kept = (np.zeros(candidates) for _ in range(4))
        self.best = 0.0
        self.regret = np.full(candidates, -np.inf)
        self._more, self._squares = np.zeros(candidates), np.zeros(candidates)
        self._centred = [p.values - p.values.mean() for p in known]
        self._along = np.zeros((len(known), candidates))
        self._spread = np.zeros(len(known))

    def add(
        self,
        number: int,
        tonnes: Array,
        kronor: Array,
        kept: Array,
        regret: Array | None = None,
        best: tuple[float, float] | None = None,
        floor: float | None = None,
    ) -> None:
        """One world.

        Args:
            tonnes, kronor, kept: of each plan: t, tkr, whether it keeps the limits.
            regret: of each plan against the world's best plan, when that is known.
            best: t and tkr of the world's best plan; None: nothing better than the recommended plan is known.
            floor: t that a plan of this world must reach; None where nothing is asked for.
        """
        value = self.scale.value(tonnes, kronor)
        more = value - value[0]
        self.worlds += 1
        self.tonnes += tonnes
        self.kronor += kronor
        self.value += value
        self.kept += kept
        # whoever knew this world would take the best plan that keeps its limits and reaches its floor: its own, or a candidate that is
        # worth more by this measure
        possible = (kept > 0) & (tonnes >= floor - 1e-6) if floor is not None else kept > 0
        own = float(value[0]) if best is None else self.scale.tonnes * best[0] - self.scale.kronor * best[1]
        self.best += max(own, float(value[possible].max(initial=-np.inf)))
        self._more += more
        self._squares += more * more
        for j, centred in enumerate(self._centred):
            self._along[j] += more * centred[number]
            self._spread[j] += centred[number] ** 2
        if regret is not None:
            self.regret = np.maximum(self.regret, regret)

    def admissible(self, floor: float | None) -> Array:
        """Which plans may be chosen: they keep the limits at least as often as the recommended one, and reach the floor (t) on average."""
        enough = self.tonnes / self.worlds >= floor - 1e-6 if floor is not None else np.ones(len(self.kept), dtype=bool)
        allowed: Array = (self.kept >= self.kept[0]) & enough
        allowed[0] = True
        return allowed

    def information(self, floor: float | None) -> list[float]:
        """The value of knowing each figure, in the order of `known`."""
        allowed = np.flatnonzero(self.admissible(floor))
        mean = self._more[allowed] / self.worlds
        found = []
        for j, centred in enumerate(self._centred):
            if self._spread[j] <= 0 or self.worlds < 4:
                found.append(0.0)
                continue
            slope = self._along[j][allowed] / self._spread[j]
            left = self._squares[allowed] - self.worlds * mean**2 - slope**2 * self._spread[j]
            error = np.sqrt(np.maximum(left, 0.0) / (self.worlds - 2) / self._spread[j])
            slope = np.where((np.abs(slope) > CERTAIN * error) & self.differs[j][allowed], slope, 0.0)
            chosen = (mean[None, :] + np.unique(centred)[:, None] * slope[None, :]).max(axis=1)
            _, counts = np.unique(centred, return_counts=True)
            found.append(max(0.0, float((chosen * counts).sum() / counts.sum() - mean.max())))
        return found

    def perfect(self, floor: float | None) -> float:
        """The value of knowing everything: the best plan of each world on average, less the best that can be chosen beforehand.

        Never negative: what is chosen beforehand may break a limit in some world, as nobody does who knows the world.
        """
        return max(0.0, float(self.best / self.worlds - (self.value / self.worlds)[self.admissible(floor)].max()))
