"""A shorter matrix that no plan of the whole one is lost from: for proving what nothing can beat.

Two steps, both valid: rows about the years of money are left out (a relaxation), and then a start that is later than another start of the
same investment and gives no more is left out, because nothing that is left prefers it. Rows are added that follow from the overlaps. A
plan that is best here and keeps the rows that were left out is best.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from portfolio.instance import Instance
from portfolio.matrix import Array, Matrix

KEPT = ("start_at_most_once", "scale", "alternatives", "requires", "selection", "stability", "control_envelope", "pair_overlap", "tonnes_")
"""Rows that stay: those about which investments are started, and which start of them comes before which."""
SHARED = ("pair_overlap", "tonnes_")
"""Rows in which one start is weighed against the starts of others: every start of such investments stays."""


def shorter(d: Instance, m: Matrix) -> Matrix:
    """The matrix without the rows of the years of money, without layer plan where there is a choice, and without dominated starts."""
    rows = [k for k, name in enumerate(m.rows) if name.startswith(KEPT)]
    kept = np.ones(len(m.columns), dtype=bool)
    for n in _dominated(d, m):
        kept[n] = False
        if m.keys[n] in m.percent:
            kept[m.percent[m.keys[n]]] = False
    paid = [n for n, name in enumerate(m.columns) if name.startswith("paid_")]
    kept[paid] = False
    number = np.cumsum(kept) - 1
    inside = kept[m.index]
    counts = [int(inside[m.starts[k] : m.starts[k + 1]].sum()) for k in rows]
    entries = np.concatenate([np.arange(m.starts[k], m.starts[k + 1]) for k in rows]) if rows else np.zeros(0, dtype=np.int64)
    entries = entries[inside[entries]]
    return dataclasses.replace(
        m,
        keys=tuple(key for n, key in enumerate(m.keys) if kept[n]),
        percent={key: int(number[n]) for key, n in m.percent.items() if kept[n]},
        both={n: int(number[column]) for n, column in m.both.items()},
        **{name: getattr(m, name)[kept] for name in ("tonnes", "kronor", "start_years", "id_order", "lower", "upper", "whole")},
        starts=np.cumsum([0, *counts], dtype=np.int32),
        index=number[m.index[entries]].astype(np.int32),
        value=m.value[entries],
        low=m.low[rows],
        high=m.high[rows],
        rows=tuple(m.rows[k] for k in rows),
        columns=tuple(name for n, name in enumerate(m.columns) if kept[n]),
    )


def _dominated(d: Instance, m: Matrix) -> list[int]:
    """Start columns that nothing in the kept rows prefers: layer plan where gap is free too, and later starts that give no more."""
    shared: set[int] = set()
    for k, name in enumerate(m.rows):
        if name.startswith(SHARED):
            shared |= {int(n) for n in m.index[m.starts[k] : m.starts[k + 1]]}
    column = {key: n for n, key in enumerate(m.keys)}
    dropped = [n for (i, s, layer), n in column.items() if layer == "plan" and (i, s, "gap") in column]
    in_the_plan = frozenset(dropped)
    free: dict[str, list[int]] = {}
    for key, n in column.items():
        if n not in in_the_plan:
            free.setdefault(key[0], []).append(n)
    steady = frozenset(d.adopted) if d.planning.stability is not None else frozenset()
    for i, columns in free.items():
        if d.investments[i].requires or i in steady or d.is_scalable(i) or any(n in shared for n in columns):
            continue
        best = max(columns, key=lambda n: (m.tonnes[n], -m.keys[n][1]))
        dropped += [n for n in columns if m.keys[n][1] > m.keys[best][1] and m.kronor[n] >= m.kronor[best]]
    return dropped


def overlap_rows(d: Instance, m: Matrix) -> list[Array]:
    """Rows ≥ −1 that follow from the overlaps: of one pair, Σ both ≥ Σ loser's starts + Σ winner's starts − 1 for sets of starts.

    At most one start of each is 1. A row for each pair of starts alone is weak: the relaxation spreads an investment over its starts.
    """
    start: dict[tuple[str, int], list[int]] = {}
    for n, key in enumerate(m.keys):
        start.setdefault(key[:2], []).append(n)
    pairs: dict[tuple[str, str], dict[tuple[int, int], int]] = {}
    for number, column in m.both.items():
        loss = d.losses[number]
        if not (d.is_scalable(loss.loser) or d.is_scalable(loss.winner) or loss.loser in d.external or loss.winner in d.external):
            pairs.setdefault((loss.loser, loss.winner), {})[loss.loser_start, loss.winner_start] = column
    rows = []
    for (loser, winner), both in pairs.items():
        first, second = (sorted({starts[n] for starts in both}) for n in (0, 1))
        sets = [(first, second), *(([s], second) for s in first), *((first, [s]) for s in second)]
        for ours, theirs in sets:
            if all((s, s2) in both for s in ours for s2 in theirs):
                row = np.zeros(len(m.columns))
                row[[n for s in ours for n in start.get((loser, s), ())]] = -1.0
                row[[n for s in theirs for n in start.get((winner, s), ())]] = -1.0
                row[[both[s, s2] for s in ours for s2 in theirs]] = 1.0
                rows.append(row)
    return rows
