"""Whether one more start, or several at once, fit beside a plan that stands as it is."""

from __future__ import annotations

from math import inf

from portfolio.evaluate import Pick, Picks
from portfolio.formulation import Programme
from portfolio.formulation.choice import Key

SLACK = 1e-6
"""Rows are in tkr, t and counts: less than this is rounding of floats, not a breach."""
UNPAID = (-inf, "funding")
"""No source can pay for it: named only when nothing else stands in the way."""


class Fit:
    """Whether more starts fit beside a plan, read from the programme's own rows of money, choice and capacity."""

    IGNORED = frozenset({"pair_overlap", "tonnes_ceiling", "emission_ceiling", "external_delivery", "scale", "funding"})
    """Rows whose other variables adapt: one more start can always be counted less. Who pays for it is asked of `paid_by`."""

    def __init__(self, programme: Programme, picks: Picks) -> None:
        x = programme.choice
        self._x = x
        self._names = {**programme.row_names, UNPAID[1]: "funding"}
        self.limited_funding = bool(x.paid)
        at = {v.name: 0.0 for v in (*x.start.values(), *x.percent.values())}
        for key, variable in x.start.items():
            pick = picks.get(key[0])
            if pick is not None and (pick.start, pick.layer) == key[1:]:
                at[variable.name] = 1.0
                if key in x.percent:
                    at[x.percent[key].name] = float(pick.percent)
        self._rows: dict[str, list[tuple[str, float, float, int]]] = {}
        for row in programme.problem.constraints():
            name = programme.row_names[row.name]
            if name not in self.IGNORED:
                # constant + Σ c·x, compared with 0 in the row's sense
                level = row.constant + sum(c * at[v.name] for v, c in row.items())
                for variable, coefficient in row.items():
                    self._rows.setdefault(variable.name, []).append((row.name, coefficient, level, row.sense))

    def first_breach(self, added: Picks) -> tuple[float, str] | None:
        """The row most exceeded by starting all of `added` as well, as (−excess, row name); None when they fit."""
        keys: list[tuple[Key, Pick]] = [((i, pick.start, pick.layer), pick) for i, pick in added.items()]
        moves = [(self._x.start[key], 1.0) for key, _ in keys]
        moves += [(self._x.percent[key], float(pick.percent)) for key, pick in keys if key in self._x.percent]
        change: dict[str, tuple[float, float, int]] = {}
        for variable, amount in moves:
            for name, coefficient, level, sense in self._rows.get(variable.name, ()):
                change[name] = (change.get(name, (level, level, sense))[0] + coefficient * amount, level, sense)
        breaches = [
            (-abs(after), name)
            for name, (after, _, sense) in change.items()
            if (after > SLACK and sense <= 0) or (after < -SLACK and sense >= 0)
        ]
        return min(breaches, default=None)

    def constraint_of(self, row: str) -> list[tuple[str, str | int]]:
        """The constraint of a row, and its year when the row has one."""
        name = self._names[row]
        last = row.removeprefix(name).rsplit("_", 1)[-1]
        return [("constraint", name)] + ([("year", int(last))] if last.isdigit() and len(last) == 4 else [])
