"""What each candidate plan is worth in one world: tonnes, kronor and whether it keeps the limits, all candidates at once.

Candidates differ only in starts, so one matrix of the world says all of them. Sums are of whole ticks and kronor as floats: exact to
far less than a tick.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from portfolio.analysis.robust.held import held
from portfolio.analysis.robust.outcome import Started
from portfolio.evaluate import Pick, measure
from portfolio.instance import Instance, build_instance
from portfolio.limits import broken
from portfolio.matrix import Array, Matrix, can_be_made, matrix_of
from portfolio.planning import Planning
from portfolio.records import Investment, Portfolio, Status
from portfolio.worlds.question import World, question_in

LIMITS = ("control_envelope", "owner_frame", "committee_frame", "debt_mandate", "operating_charge", "bond_backing", "delivery", "stability")
"""Rows that a plan of a world may break; the yearly frame is not one: what does not fit lies in the gap."""
SLACK = 1e-6
"""tkr: a thousandth of a krona."""


class Worth(NamedTuple):
    """Of every candidate in one world: t, tkr, and whether it keeps the limits."""

    number: int
    tonnes: Array
    kronor: Array
    kept: Array


@dataclass(frozen=True)
class Candidates:
    """What every world is asked about the candidates."""

    portfolio: Portfolio
    planning: Planning

    def worth(self, world: World, candidates: Sequence[tuple[Started, ...]]) -> Worth:
        """The worth of every candidate in one world."""
        records = self.portfolio.by_id()
        plans = [held(records, {s.id: Pick(s.start, _layer(records[s.id]), s.percent) for s in plan}, world.delay) for plan in candidates]
        wanted = {(i, pick.start) for plan in plans for i, pick in plan.items()}
        d = build_instance(*question_in(self.portfolio, self.planning, world), wanted)
        if not can_be_made(d) or any(d.is_scalable(i) for i, _ in wanted) or not _plain_groups(d):
            return _one_by_one(d, plans, world.number)
        return _at_once(d, plans, wanted, world.number)


def _layer(record: Investment) -> str:
    """In the gap, unless the layer is decided."""
    return "plan" if record.status is Status.COMMITTED and record.in_plan else "gap"


def _plain_groups(d: Instance) -> bool:
    """Every overlap group with a ceiling lies within one destination: then ceilings cut group by group and sector by sector."""
    found: dict[str, set[str]] = {}
    for i in d.city:
        group, record = d.group_of(i), d.investments[i]
        if group is not None:
            mine = {record.emission_sector} if record.tonnes != record.removal_tonnes else set()
            found.setdefault(group, set()).update(mine | ({"·"} if record.removal_tonnes else set()))
    return all(len(destinations) <= 1 for destinations in found.values())


def _one_by_one(d: Instance, plans: Sequence[Mapping[str, Pick]], number: int) -> Worth:
    values = [measure(d, plan) for plan in plans]
    kept = [all(limit.constraint == "plan_frame" for limit in broken(d, plan)) for plan in plans]
    return Worth(
        number,
        np.array([v.ticks for v in values]) / 100_000,
        np.array([v.kronor for v in values]) / 1000,
        np.array(kept, dtype=np.float64),
    )


def _at_once(d: Instance, plans: Sequence[Mapping[str, Pick]], wanted: set[tuple[str, int]], number: int) -> Worth:
    """All candidates through the world's own matrix, whose windows are widened to every start that a candidate gets."""
    starts = {i: tuple(sorted({*d.starts[i], *(s for j, s in wanted if j == i)})) for i in d.city}
    m = matrix_of(dataclasses.replace(d, starts=starts))
    column = {key: n for n, key in enumerate(m.keys)}
    x = np.zeros((len(m.columns), len(plans)))
    for p, plan in enumerate(plans):
        x[[column[i, pick.start, pick.layer] for i, pick in plan.items()], p] = 1.0
    started: dict[tuple[str, int], Array] = {}
    for key, n in column.items():
        started[key[:2]] = started.get(key[:2], 0) + x[n]
    for n, both in m.both.items():
        loss = d.losses[n]
        x[both] = started[loss.loser, loss.loser_start] * started[loss.winner, loss.winner_start]
    rows = np.zeros((len(m.rows), len(m.columns)))
    rows[np.repeat(np.arange(len(m.rows)), np.diff(m.starts)), m.index] = m.value
    direct = m.tonnes.copy()
    counted = [n for n, name in enumerate(m.columns) if name.startswith("counted_")]
    direct[counted] = 0.0
    sums = rows @ x
    kept = np.ones(len(plans))
    for k, name in enumerate(m.rows):
        if name.startswith(LIMITS):
            kept *= (sums[k] <= m.high[k] + SLACK) & (sums[k] >= m.low[k] - SLACK)
    paid = _paid(m, rows, x)
    if paid is None:
        return _one_by_one(d, plans, number)
    kept *= paid
    last, tail = d.years[-1], d.planning.horizon.allow_tail
    for p, plan in enumerate(plans):
        if not all(pick.start <= last and (tail or pick.start + d.duration(i) - 1 <= last) for i, pick in plan.items()):
            kept[p] = 0.0
    return Worth(number, direct @ x + _counted(m, sums), m.kronor @ x, kept)


def _counted(m: Matrix, sums: Array) -> Array:
    """Tonnes that the ceilings let through: each pool cut by its group, then the groups of a sector by the sector."""
    pool: dict[int, Array] = {}
    for k, name in enumerate(m.rows):
        if name.startswith("tonnes_ceiling_raw_"):
            mine = [int(n) for n in m.index[m.starts[k] : m.starts[k + 1]] if m.columns[n].startswith("counted_")]
            pool[mine[0]] = -sums[k]
    for kind in ("tonnes_ceiling_objective_group_", "tonnes_ceiling_objective_sector_"):
        for k, name in enumerate(m.rows):
            if name.startswith(kind):
                columns = [int(n) for n in m.index[m.starts[k] : m.starts[k + 1]]]
                total = sum(pool[n] for n in columns)
                part = np.minimum(1.0, m.high[k] / np.maximum(total, 1e-9))
                for n in columns:
                    pool[n] = pool[n] * part
    return sum(pool.values(), np.zeros(sums.shape[1]))


def _paid(m: Matrix, rows: Array, x: Array) -> Array | None:
    """Every need is paid, where only one source may pay for each; None where several may: then it takes a flow."""
    paid = x.copy()
    sums = rows @ x
    for k in (k for k, name in enumerate(m.rows) if name.startswith("funding_need_")):
        payers = [int(n) for n in m.index[m.starts[k] : m.starts[k + 1]] if m.columns[n].startswith("paid_")]
        if len(payers) > 1:
            return None
        paid[payers] = sums[k]
    totals = rows @ paid
    kept = np.ones(x.shape[1])
    for k in (k for k, name in enumerate(m.rows) if name.startswith("funding_limit_")):
        kept *= totals[k] <= m.high[k] + SLACK
    return kept
