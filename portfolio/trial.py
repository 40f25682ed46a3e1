"""What many plans are worth by one matrix, all at once: tonnes, kronor and the sums of the rows, as floats exact to far less than a tick.

For trying plans that are already known, and for comparing them; whoever builds on a value measures it exactly (`evaluate.measure`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from portfolio.evaluate import Picks
from portfolio.instance import Instance
from portfolio.matrix import Array, Matrix

TOLERATED = 1e-6
"""A thousandth of a krona, or a gram, by which an offered plan may be beside a row: what is built on it is measured exactly."""


@dataclass(frozen=True)
class Trial:
    """Of every plan, a place each: tonnes (t) and kronor (tkr) of the objective.

    Attributes:
        rows: number of each row that was asked for, by name. sums: `sums[row, plan]` of these, without payments: who pays is not part of a
            plan. x: the plans in the columns of the matrix, overlaps and counted tonnes filled in.
    """

    tonnes: Array
    kronor: Array
    rows: Mapping[str, int]
    sums: Array
    x: Array


def can_be_tried(d: Instance) -> bool:
    """No per cents, and ceilings that cut group by group and sector by sector: every overlap group leads to one destination."""
    found: dict[str, set[str]] = {}
    for i in d.city:
        group, record = d.group_of(i), d.investments[i]
        if d.starts[i] and d.is_scalable(i):
            return False
        if group is not None:
            mine = {record.emission_sector} if record.tonnes != record.removal_tonnes else set()
            found.setdefault(group, set()).update(mine | ({"·"} if record.removal_tonnes else set()))
    return all(len(destinations) <= 1 for destinations in found.values())


def placed(m: Matrix, plans: Sequence[Picks]) -> Array:
    """Plans, whose starts the matrix must have, in its columns: 1 in those of their starts. Shape columns × plans."""
    column = {key: n for n, key in enumerate(m.keys)}
    x = np.zeros((len(m.columns), len(plans)))
    for p, plan in enumerate(plans):
        x[[column[i, pick.start, pick.layer] for i, pick in plan.items()], p] = 1.0
    return x


def tried(d: Instance, m: Matrix, x: Array, rows: tuple[str, ...] = ("",)) -> Trial:
    """All plans of `placed`, of an instance for which `can_be_tried` is true.

    Args:
        rows: beginnings of the names of the rows whose sums are wanted.
    """
    x = x.copy()
    if m.both:
        number: dict[tuple[str, int], int] = {}
        of_column = [number.setdefault(key[:2], len(number)) for key in m.keys]
        started = np.zeros((len(number) + 1, x.shape[1]))  # the last is for starts that there are not
        np.add.at(started, of_column, x[: len(m.keys)])
        losses = [d.losses[n] for n in m.both]
        losers = [number.get((loss.loser, loss.loser_start), -1) for loss in losses]
        winners = [number.get((loss.winner, loss.winner_start), -1) for loss in losses]
        x[list(m.both.values())] = started[losers] * started[winners]
    wanted = [k for k, name in enumerate(m.rows) if name.startswith((*rows, "tonnes_ceiling_raw_"))]
    dense = np.zeros((len(wanted), len(m.columns)))
    for place, k in enumerate(wanted):
        part = slice(m.starts[k], m.starts[k + 1])
        dense[place, m.index[part]] = m.value[part]
    sums = np.zeros((len(m.rows), x.shape[1]))
    sums[wanted] = dense @ x
    counted = _counted(m, sums)
    for n, amount in counted.items():
        x[n] = amount
    if counted:
        columns = list(counted)
        sums[wanted] += dense[:, columns] @ x[columns]
    return Trial(m.tonnes @ x, m.kronor @ x, {m.rows[k]: k for k in wanted}, sums, x)


def _counted(m: Matrix, sums: Array) -> Mapping[int, Array]:
    """Tonnes that the ceilings let through, by column: each pool cut by its group, then the groups of a sector by the sector."""
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
    return pool


def fitting(d: Instance, m: Matrix, of: Mapping[str, Sequence[int]], plans: Sequence[Picks]) -> list[Array]:
    """Those of the plans that keep the rows, with the starts that come closest, as columns of the matrix.

    Args:
        of: the start columns of each investment that may be started.
    """
    plans = [plan for plan in plans if plan.keys() <= of.keys()]
    if not plans or not can_be_tried(d):
        return []
    closest: dict[tuple[str, int], int] = {}
    x = np.zeros((len(m.columns), len(plans)))
    for p, plan in enumerate(plans):
        for i, pick in plan.items():
            if (i, pick.start) not in closest:
                closest[i, pick.start] = _closest(m, of[i], pick.start)
        x[[closest[i, pick.start] for i, pick in plan.items()], p] = 1.0
    trial = tried(d, m, x)
    asked = [k for name, k in trial.rows.items() if not name.startswith("funding_")]
    sums = trial.sums[asked]
    keeps = ((sums >= m.low[asked, None] - TOLERATED) & (sums <= m.high[asked, None] + TOLERATED)).all(axis=0)
    return [trial.x[:, p] for p in np.flatnonzero(keeps)]


def _closest(m: Matrix, columns: Sequence[int], start: int) -> int:
    """The column with the same start, otherwise with the next one, otherwise with the last."""
    later = [n for n in columns if m.keys[n][1] >= start]
    return min(later, key=lambda n: m.keys[n][1]) if later else max(columns, key=lambda n: m.keys[n][1])
