"""What each candidate plan is worth in one world: tonnes, kronor and whether it keeps the limits, all candidates at once.

Candidates differ only in starts, so one matrix of the world says all of them. Sums are of whole ticks and kronor as floats: exact to
far less than a tick.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from portfolio.analysis.robust.held import held
from portfolio.analysis.robust.outcome import Started
from portfolio.evaluate import Pick, measure
from portfolio.instance import Instance, build_instance
from portfolio.limits import broken
from portfolio.matrix import Array, Key, Matrix, can_be_made, matrix_of
from portfolio.planning import Planning
from portfolio.records import Investment, Portfolio, Status
from portfolio.trial import Trial, can_be_tried, placed, tried
from portfolio.units import TICKS_PER_TONNE
from portfolio.worlds.question import World, question_in

LIMITS = ("control_envelope", "owner_frame", "committee_frame", "debt_mandate", "operating_charge", "bond_backing", "delivery", "stability")
"""Rows that a plan of a world may break; the yearly frame is not one: what does not fit lies in the gap."""
SLACK = 1e-6
"""tkr: a thousandth of a krona."""
REMEMBERED = 32
"""Patterns of delays for which the candidates' starts are remembered."""


class Worth(NamedTuple):
    """Of every candidate in one world: t, tkr, and whether it keeps the limits."""

    number: int
    tonnes: Array
    kronor: Array
    kept: Array


def packed(plans: Sequence[tuple[Started, ...]]) -> bytes:
    """The candidates, to be sent with every world: unpacked once by who is asked about them again and again."""
    return pickle.dumps(tuple(plans))


@dataclass
class _Late:
    """The candidates when some investments are so many years late: the starts that they get, and their places in a matrix of these."""

    plans: Sequence[Mapping[str, Pick]]
    wanted: frozenset[tuple[str, int]]
    in_time: Array
    keys: tuple[Key, ...] = ()
    x: Array = field(default_factory=lambda: np.zeros((0, 0)))

    def placed(self, m: Matrix) -> Array:
        """The candidates in the columns of the matrix."""
        if m.keys != self.keys or len(m.columns) != len(self.x):
            self.keys, self.x = m.keys, placed(m, self.plans)
        return self.x


@dataclass(frozen=True)
class Candidates:
    """What every world is asked about the candidates."""

    portfolio: Portfolio
    planning: Planning
    _known: dict[tuple[bytes, tuple[tuple[str, int], ...]], _Late] = field(default_factory=dict, repr=False, compare=False)

    def worth(self, world: World, candidates: bytes) -> Worth:
        """The worth of every candidate (`packed`) in one world."""
        late = self._late(candidates, world.delay)
        d = build_instance(*question_in(self.portfolio, self.planning, world), only=late.wanted)
        if not (can_be_made(d) and can_be_tried(d)):
            return _one_by_one(d, late.plans, world.number)
        return _at_once(d, late, world.number)

    def _late(self, candidates: bytes, delay: Mapping[str, int]) -> _Late:
        key = candidates, tuple(sorted(delay.items()))
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            records, horizon = self.portfolio.by_id(), self.planning.horizon
            plans = [
                held(records, {s.id: Pick(s.start, _layer(records[s.id]), s.percent) for s in plan}, delay)
                for plan in pickle.loads(candidates)
            ]
            last, tail = horizon.years[-1], horizon.allow_tail
            ends = [{i: pick.start + (0 if tail else len(records[i].outlay) - 1) for i, pick in plan.items()} for plan in plans]
            in_time = np.array([all(year <= last for year in of_plan.values()) for of_plan in ends], dtype=np.float64)
            wanted = frozenset((i, pick.start) for plan in plans for i, pick in plan.items())
            self._known[key] = _Late(plans, wanted, in_time)
        return self._known[key]


def _layer(record: Investment) -> str:
    """In the gap, unless the layer is decided."""
    return "plan" if record.status is Status.COMMITTED and record.in_plan else "gap"


def _one_by_one(d: Instance, plans: Sequence[Mapping[str, Pick]], number: int) -> Worth:
    values = [measure(d, plan) for plan in plans]
    kept = [all(limit.constraint == "plan_frame" for limit in broken(d, plan)) for plan in plans]
    return Worth(
        number,
        np.array([v.ticks for v in values]) / TICKS_PER_TONNE,
        np.array([v.kronor for v in values]) / 1000,
        np.array(kept, dtype=np.float64),
    )


def _at_once(d: Instance, late: _Late, number: int) -> Worth:
    """All candidates through the world's own matrix, which has the starts that the candidates get and no others."""
    m = matrix_of(d)
    trial = tried(d, m, late.placed(m), (*LIMITS, "funding_"))
    kept = late.in_time.copy()
    for name, k in trial.rows.items():
        if name.startswith(LIMITS):
            kept *= (trial.sums[k] <= m.high[k] + SLACK) & (trial.sums[k] >= m.low[k] - SLACK)
    paid = _paid(m, trial)
    if paid is None:
        return _one_by_one(d, late.plans, number)
    return Worth(number, trial.tonnes, trial.kronor, kept * paid)


def _paid(m: Matrix, trial: Trial) -> Array | None:
    """Every need is paid, where only one source may pay for each; None where several may: then it takes a flow."""
    payments: dict[int, Array] = {}
    for name, k in trial.rows.items():
        if name.startswith("funding_need_"):
            payers = [int(n) for n in m.index[m.starts[k] : m.starts[k + 1]] if m.columns[n].startswith("paid_")]
            if len(payers) > 1:
                return None
            payments[payers[0]] = trial.sums[k]
    kept = np.ones(trial.sums.shape[1])
    for name, k in trial.rows.items():
        if name.startswith("funding_limit_"):
            total = sum(payments[int(n)] for n in m.index[m.starts[k] : m.starts[k + 1]])
            kept *= total <= m.high[k] + SLACK
    return kept
