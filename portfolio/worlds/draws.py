"""Samples of what can turn out otherwise: a Latin hypercube, every dimension drawn from its own seed.

A dimension (the outlay of one investment, the delay of another) depends on the seed, the number of worlds and its own name, and on
nothing else: not on the order of rows, not on how many workers there are, not on what else is uncertain. Within a sector that is
correlated the ranks are rearranged after a one-factor Gaussian copula (Iman & Conover 1982), so that every dimension keeps its strata.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from portfolio.worlds.ranges import FIGURES, Range, Uncertain

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
MILLIONTHS = 1_000_000
"""Factors and shares are kept as whole millionths."""


class Draws:
    """All worlds of a sample, as arrays with one place a world.

    Attributes:
        factors: by figure and id, in millionths of the estimate. delays: years late by id. grants: by id, whether the grant comes.
        external: share that external actors deliver, in millionths; None when it is certain.
    """

    def __init__(self, what: Uncertain, distribution: str, number: int, seed: int) -> None:
        self.what, self.number, self.seed = what, number, seed
        self.factors: dict[str, dict[str, Whole]] = {}
        for figure in FIGURES:
            places = {i: self._place(figure, i) for i in what.ranges[figure]}
            self.factors[figure] = {i: _factor(places[i], r, distribution) for i, r in what.ranges[figure].items()}
        self.delays = {i: _years(self._strata(f"delay {i}"), late) for i, late in what.delays.items()}
        self.grants = {i: self._strata(f"grant {i}") < float(p) for i, p in what.grants.items()}
        self.external: Whole | None = None
        if what.external is not None:
            low, mode, high = (float(x) for x in what.external)
            self.external = np.rint(quantile(self._strata("external"), low, mode, high, distribution) * MILLIONTHS).astype(np.int64)

    def _strata(self, name: str) -> Array:
        """One number in each of `number` equal parts of 0–1, in an order of its own."""
        from scipy.stats import qmc

        digest = np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype=np.uint32)
        source = np.random.default_rng([self.seed, self.number, *(int(word) for word in digest)])
        places: Array = qmc.LatinHypercube(d=1, rng=source).random(self.number)[:, 0]
        return places

    def _place(self, figure: str, i: str) -> Array:
        """Where each world is between the lowest and the highest value of a figure, as a probability."""
        own = self._strata(f"{figure} {i}")
        sector = self.what.sectors.get(i, "")
        shared = float(self.what.correlation.get(sector, 0))
        if not shared:
            return own
        from scipy.special import ndtri

        common = ndtri(self._strata(f"{figure} of the sector {sector}"))
        mixed = np.sqrt(shared) * common + np.sqrt(1 - shared) * ndtri(own)
        arranged = np.empty_like(own)
        arranged[np.argsort(mixed, kind="stable")] = np.sort(own)
        return arranged


def _factor(places: Array, r: Range, distribution: str) -> Whole:
    return np.rint(quantile(places, float(r.low), 1.0, float(r.high), distribution) * MILLIONTHS).astype(np.int64)


def quantile(places: Array, low: float, mode: float, high: float, distribution: str) -> Array:
    """Values at these probabilities of a PERT (Malcolm et al. 1959: a beta whose mean is (low + 4 mode + high) / 6) or a triangle."""
    width = high - low
    if width <= 0:
        return np.full_like(places, mode)
    at = (mode - low) / width
    if distribution == "pert":
        from scipy.special import betaincinv

        return low + width * np.asarray(betaincinv(1 + 4 * at, 5 - 4 * at, places), dtype=np.float64)
    return low + width * np.where(places < at, np.sqrt(places * at), 1 - np.sqrt((1 - places) * (1 - at)))


def _years(places: Array, late: Mapping[int, object]) -> Whole:
    """Years late: the first part of 0–1 is in time, then each number of years with its probability."""
    chances = np.array([float(p) for p in late.values()])  # type: ignore[arg-type]
    steps = np.concatenate([[0.0], np.cumsum(chances)]) + (1 - chances.sum())
    years = np.array([0, *late], dtype=np.int64)
    return years[np.minimum(np.searchsorted(steps, places, side="right"), len(late))]
