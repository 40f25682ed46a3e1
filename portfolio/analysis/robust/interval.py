"""Core index over every world in the ranges, for small portfolios: Robust Portfolio Modeling (Liesiö, Mild & Salo 2007, 2008).

Outlays and tonnes lie anywhere in their ranges, at most so many of them away from their estimates at the same time (Bertsimas & Sim 2004).
A plan *holds* when it keeps the limits in every such world, and, for tonnes per krona, reaches the floor's share of the most tonnes that a
plan that keeps them has as estimated. Of two plans that hold one *beats* the other when it is worth as much in every world
and more in some. What is in every plan that holds and is not beaten stands whatever happens.

The worth of a plan (N − λK, N, or kronor saved, as in `comparison.py`) and its rows of money are sums over the investments, and each
figure is in the terms of one investment alone. So the worst world for a row, or for one plan against another, has the figures that move
it most at their ends: the estimate, and the sum of the largest moves. Every plan is written out; nothing is sampled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from portfolio.analysis.base import Base
from portfolio.analysis.robust.candidates import LIMITS, SLACK
from portfolio.analysis.robust.comparison import Scale, scale_of
from portfolio.analysis.robust.summary import core_lines
from portfolio.errors import InputError, finding
from portfolio.explored.interval import Interval
from portfolio.explored.robust import CoreLine
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import Instance, build_instance, must_start
from portfolio.matrix import Array, Matrix, can_be_made, matrix_of
from portfolio.planning import ObjectiveName
from portfolio.stages import floor_ticks
from portfolio.trial import can_be_tried, tried
from portfolio.units import TICKS_PER_TONNE
from portfolio.worlds.question import World, question_in
from portfolio.worlds.ranges import FIGURES, uncertain

MOST_PLANS = 2**18
"""Combinations of starts that are written out."""
MOST_HOLDING = 20_000
"""Plans that are compared with each other."""
AT_A_TIME = 8_192
"""Plans that are tried at a time."""
EQUAL = 1e-6
"""t or tkr: values nearer to each other are the same."""

Bools = npt.NDArray[np.bool_]


class Figure(NamedTuple):
    """An uncertain figure and its two ends as worlds of their own."""

    figure: str
    id: str
    ends: tuple[World, World]


@dataclass(frozen=True)
class _Terms:
    """A world's worth and rows of money as sums over the columns of the plans: worth (t or tkr); rows ≤ their high sides, by name."""

    worth: Array
    rows: Mapping[str, Array]
    high: Mapping[str, float]


def figures_of(base: Base) -> list[Figure]:
    """Outlays and tonnes of the city's investments that have a range."""
    d = build_instance(base.question.portfolio, base.question.planning)
    ranges = uncertain(base.question.portfolio, base.question.planning).ranges
    found = []
    for name in FIGURES:
        for i, r in sorted(ranges[name].items()):
            if i in d.starts:
                low, high = (World(0, outlay={i: x}) if name == "outlay" else World(0, tonnes={i: x}) for x in (r.low, r.high))
                found.append(Figure(name, i, (low, high)))
    return found


def interval(base: Base, deviations: int | None) -> Interval:
    """The study of every plan in every world.

    Args:
        deviations: so many figures at most are away from their estimates at a time; None: all of them.

    Raises:
        InputError: too many plans, or values that are not sums over the investments.
    """
    portfolio, planning = base.question.portfolio, base.question.planning
    d = build_instance(portfolio, planning)
    figures = figures_of(base)
    m = matrix_of(d) if can_be_made(d) and can_be_tried(d) else None
    most = World(0, tonnes={f.id: f.ends[1].tonnes[f.id] for f in figures if f.figure == "tonnes"})
    if m is None or _cuts(m) or _cuts(matrix_of(build_instance(*question_in(portfolio, planning, most)))):
        raise InputError([finding("interval_not_sums", planning.file)])
    scale = scale_of(d, base.picks)
    as_estimated = _terms(d, m, d, m, scale, planning.file)
    x = _plans(d, m, as_estimated, planning.file)
    moves = [
        [_terms(e := build_instance(*question_in(portfolio, planning, end)), matrix_of(e), d, m, scale, planning.file) for end in f.ends]
        for f in figures
    ]
    holds = np.ones(x.shape[1], dtype=bool)
    for name, row in as_estimated.rows.items():
        worse = np.array([np.maximum(0.0, np.maximum(*((end.rows[name] - row) @ x for end in ends))) for ends in moves])
        holds &= row @ x + _largest(worse, deviations) <= as_estimated.high[name] + SLACK
    recommended = _recommended(m, base, x)
    held = x[:, holds]
    enough = np.ones(held.shape[1], dtype=bool)
    if planning.objective.name is ObjectiveName.TONNES_PER_KRONA and held.shape[1]:
        ticks = np.rint((m.tonnes @ held) * TICKS_PER_TONNE)
        enough = ticks >= floor_ticks(planning, int(ticks.max()))
    held = held[:, enough]
    if held.shape[1] > MOST_HOLDING:
        raise InputError([finding("interval_too_large", planning.file, plans=held.shape[1], most=MOST_HOLDING)])
    value = as_estimated.worth @ held
    moved = np.array([[(end.worth - as_estimated.worth) @ held for end in ends] for ends in moves]).reshape(len(moves), 2, held.shape[1])
    best = _unbeaten(value, moved, deviations)
    unbeaten = held[:, best]
    return Interval(
        title=planning.title,
        objective=planning.objective.name.value,
        deviations=deviations if deviations is not None and deviations < len(figures) else None,
        figures=len(figures),
        plans=x.shape[1],
        holding=int(holds.sum()),
        enough=held.shape[1],
        unbeaten=unbeaten.shape[1],
        recommended_holds=bool((recommended & holds).any()),
        recommended_unbeaten=bool(recommended[holds][enough][best].any()),
        cores=_cores(d, m, base, unbeaten) if unbeaten.shape[1] else (),
    )


def _cuts(m: Matrix) -> bool:
    """A ceiling of tonnes could cut what is counted: then it is not a sum over the investments."""
    return any(name.startswith("counted_") for name in m.columns)


def columns_of(d: Instance, m: Matrix) -> dict[int, Hashable]:
    """What the columns of the plans are about: starts, and overlaps, whose numbers are not the same in every world."""
    starts: dict[int, Hashable] = dict(enumerate(m.keys))
    losses = {column: d.losses[n] for n, column in m.both.items()}
    return starts | {n: (x.loser, x.loser_start, x.winner, x.winner_start) for n, x in losses.items()}


def _terms(d: Instance, m: Matrix, estimate: Instance, first: Matrix, scale: Scale, file: str) -> _Terms:
    """The terms of a world's matrix in the columns of the estimate's: starts and overlaps are the same in every world."""
    place = {what: n for n, what in columns_of(estimate, first).items()}
    here = [(n, place[what]) for n, what in columns_of(d, m).items() if what in place]
    mine, theirs = np.array(here, dtype=np.intp).reshape(-1, 2).T

    def over(vector: Array) -> Array:
        made = np.zeros(len(first.columns))
        made[theirs] = vector[mine]
        return made

    dense: dict[str, Array] = {}
    paid: dict[int, Array] = {}
    for k, name in enumerate(m.rows):
        if name.startswith((*LIMITS, "funding_")):
            row = np.zeros(len(m.columns))
            row[m.index[m.starts[k] : m.starts[k + 1]]] = m.value[m.starts[k] : m.starts[k + 1]]
            dense[name] = row
        if name.startswith("funding_need_"):
            payers = [n for n in np.flatnonzero(dense[name]) if m.columns[n].startswith("paid_")]
            if len(payers) > 1:
                raise InputError([finding("interval_not_sums", file)])
            paid[int(payers[0])] = over(dense.pop(name))
    rows = {name: np.asarray(sum((paid[n] for n in map(int, np.flatnonzero(row)) if n in paid), over(row))) for name, row in dense.items()}
    high = {name: float(m.high[k]) for k, name in enumerate(m.rows) if name in rows}
    goal = tonnes_goal(d)
    if goal is not None:
        rows["tonnes"], high["tonnes"] = -over(m.tonnes), -float(goal)
    return _Terms(scale.tonnes * over(m.tonnes) - scale.kronor * over(m.kronor), rows, high)


def _plans(d: Instance, m: Matrix, terms: _Terms, file: str) -> Array:
    """Every plan that keeps the rows as estimated, in the columns of the matrix, a plan a column.

    The yearly frame is not asked: what does not fit in it lies in the gap.
    """
    column = {key: n for n, key in enumerate(m.keys)}
    options = []
    for i in d.city:
        layer = d.layers[i][-1]
        options.append([*([] if must_start(d.investments[i]) else [-1]), *(column[i, s, layer] for s in d.starts[i])])
    number = prod(len(o) for o in options)
    if number > MOST_PLANS:
        raise InputError([finding("interval_too_large", file, plans=number, most=MOST_PLANS)])
    asked = [k for k, name in enumerate(m.rows) if not name.startswith((*LIMITS, "funding_", "plan_frame"))]
    found = [np.zeros((len(m.columns), 0))]
    for first in range(0, number, AT_A_TIME):
        chosen = np.unravel_index(np.arange(first, min(first + AT_A_TIME, number)), [len(o) for o in options])
        x = np.zeros((len(m.columns), len(chosen[0]) if options else 1))
        for o, places in zip(options, chosen, strict=True):
            columns = np.array(o)[places]
            inside = columns >= 0
            x[columns[inside], np.flatnonzero(inside)] = 1.0
        trial = tried(d, m, x)
        keeps = (trial.sums[asked] >= m.low[asked, None] - SLACK).all(axis=0) & (trial.sums[asked] <= m.high[asked, None] + SLACK).all(
            axis=0
        )
        for name, row in terms.rows.items():
            keeps &= row @ trial.x <= terms.high[name] + SLACK
        found.append(trial.x[:, keeps])
    return np.concatenate(found, axis=1)


def _largest(amounts: Array, most: int | None) -> Array:
    """For each plan the sum of its `most` largest amounts, none below 0. Shape figures × plans."""
    if most is None or most >= len(amounts):
        return np.asarray(amounts.sum(axis=0)) if len(amounts) else np.zeros(amounts.shape[-1] if amounts.ndim > 1 else 1)
    if most == 0:
        return np.zeros(amounts.shape[1])
    return np.asarray(np.partition(amounts, len(amounts) - most, axis=0)[len(amounts) - most :].sum(axis=0))


def _unbeaten(value: Array, moved: Array, most: int | None) -> npt.NDArray[np.intp]:
    """The plans that no other one beats.

    Args:
        value: of each plan as estimated. moved: what each figure's two ends change in it; shape figures × 2 × plans.

    A plan that beats another is worth as much as estimated, so that it comes before it, or beside it, from the most on; and what is
    beaten by a beaten plan is beaten by what beats that.
    """
    kept: list[int] = []
    for p in np.argsort(-value, kind="stable"):
        others = np.array(kept, dtype=np.intp)
        ahead = value[others] - value[p]
        change = moved[:, :, others] - moved[:, :, [p]]
        least = ahead - _largest(np.maximum(0.0, -change).max(axis=1), most)
        most_ahead = ahead + _largest(np.maximum(0.0, change).max(axis=1), most)
        if ((least >= -EQUAL) & (most_ahead > EQUAL)).any():
            continue
        beaten = (most_ahead <= EQUAL) & (least < -EQUAL)
        kept = [n for n, lost in zip(kept, beaten, strict=True) if not lost]
        kept.append(int(p))
    return np.array(sorted(kept), dtype=np.intp)


def _recommended(m: Matrix, base: Base, x: Array) -> Bools:
    """Which of the plans has the recommended one's starts."""
    starts = {(i, pick.start) for i, pick in base.picks.items()}
    there = np.array([(i, s) in starts for i, s, _ in m.keys])
    columns = [n for n, (i, _, layer) in enumerate(m.keys) if layer != "plan" or (i, m.keys[n][1], "gap") not in m.keys]
    return np.asarray((x[columns] == there[columns, None]).all(axis=0))


def _cores(d: Instance, m: Matrix, base: Base, x: Array) -> tuple[CoreLine, ...]:
    """Of every investment the part of the plans that have it, and from which years."""
    started: dict[str, Counter[int]] = {i: Counter() for i in d.city}
    for n, (i, s, _) in enumerate(m.keys):
        times = int(x[n].sum())
        if times:
            started[i][s] += times
    return core_lines(d, base.picks, started, x.shape[1])
