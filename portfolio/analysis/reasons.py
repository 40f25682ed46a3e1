"""One true sentence for every decision: a catalogue name (`reason.<name>`) and its values.

A rejected investment is tried in every allowed start and layer beside the chosen plan, with the others left as they are; what is said
is what was found then, recomputed exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf

from portfolio.accounts import ratio_of
from portfolio.evaluate import Pick, measure, total_outlay
from portfolio.finance.funding import paid_by
from portfolio.formulation import Programme
from portfolio.formulation.choice import Key
from portfolio.instance import Instance, counts_here
from portfolio.records import LockKind, Status
from portfolio.stages import Solved
from portfolio.units import TICKS_PER_TONNE

Reason = tuple[str, dict[str, str | int]]

SLACK = 1e-6
"""Rows are in tkr, t and counts: less than this is rounding of floats, not a breach."""


def reasons(d: Instance, solved: Solved) -> dict[str, Reason]:
    """The reason of every investment's decision under `solved`."""
    fit = Fit(solved.programme, solved.picks)
    found: dict[str, Reason] = {i: ("external", {}) for i in d.external}
    for i in d.city:
        found[i] = _chosen(d, solved, i) if i in solved.picks else _rejected(d, solved, fit, i)
    return found


def _chosen(d: Instance, solved: Solved, i: str) -> Reason:
    investment, pick = d.investments[i], solved.picks[i]
    if investment.status is Status.COMMITTED:
        return "committed", {}
    if investment.lock.kind is LockKind.MUST:
        return "must", {}
    if investment.lock.kind is LockKind.START:
        return "locked_start", {"year": pick.start}
    needed_by = sorted(j for j in solved.picks if any(r.id == i for r in d.investments[j].requires))
    without = measure(d, {j: p for j, p in solved.picks.items() if j != i})
    ticks = solved.value.ticks - without.ticks
    if ticks <= 0 and needed_by:
        return "required_by", {"other": ", ".join(needed_by)}
    gross = total_outlay(d, i, pick)
    values: dict[str, str | int] = {"tonnes_t": _whole_tonnes(ticks), "outlay_kr": gross}
    if gross:
        values["gain_ratio"] = str(ratio_of(Fraction(ticks, gross)))
    if not solved.unique and gross:
        return "chosen_open", values  # which of the chosen stand in the plan was not settled in time
    return ("chosen_plan" if pick.layer == "plan" else "chosen_gap") + ("" if gross else "_free"), values


def _rejected(d: Instance, solved: Solved, fit: Fit, i: str) -> Reason:
    investment = d.investments[i]
    if investment.lock.kind is LockKind.NEVER:
        return "never", {}
    others = [j for j in d.alternatives.get(investment.alternatives or "", ()) if j in solved.picks]
    if others:
        return "alternative", {"other": ", ".join(others)}
    if not solved.proven:
        return "not_proven", {}
    missing = [r.id for r in investment.requires if r.id not in solved.picks]
    if missing:
        return "missing_requirement", {"other": ", ".join(missing)}
    if not counts_here(investment) or investment.tonnes == 0:
        return "not_tonnes", {}
    best: tuple[Fraction, int, int] | None = None
    blocked: list[tuple[float, str]] = []
    for s in d.starts[i]:
        for layer in d.layers[i]:
            breach = fit.first_breach((i, s, layer))
            if breach is not None:
                blocked.append(breach)
                continue
            with_it = {**solved.picks, i: Pick(s, layer)}
            if fit.limited_funding and paid_by(d, with_it) is None:
                blocked.append(UNPAID)
                continue
            value = measure(d, with_it)
            gain, cost = value.ticks - solved.value.ticks, value.kronor - solved.value.kronor
            candidate = (Fraction(gain, cost) if cost > 0 else Fraction(gain), gain, cost)
            best = candidate if best is None or candidate > best else best
    if best is None:
        return ("limits", dict(fit.constraint_of(max(blocked)[1]))) if blocked else ("no_start", {})
    rate, gain, cost = best
    if gain <= 0:
        return "overlap", {}
    if solved.hurdle is not None and cost > 0:
        return "not_ratio", {
            "gain_ratio": str(ratio_of(rate)),
            "hurdle_ratio": str(ratio_of(solved.hurdle)),
            "tonnes_t": _whole_tonnes(gain),
        }
    return "dearer", {"tonnes_t": str(round(gain / 100_000)), "outlay_kr": cost}


def _whole_tonnes(ticks: int) -> str:
    return str(round(Fraction(ticks, TICKS_PER_TONNE)))


UNPAID = (-inf, "funding")
"""No source can pay for it: named only when nothing else stands in the way."""


class Fit:
    """Whether one more start fits beside a plan, read from the programme's own rows of money, choice and capacity."""

    IGNORED = frozenset({"pair_overlap", "tonnes_ceiling", "emission_ceiling", "external_delivery", "scale", "funding"})
    """Rows whose other variables adapt: one more start can always be counted less. Who pays for it is asked of `paid_by`."""

    def __init__(self, programme: Programme, picks: Mapping[str, Pick]) -> None:
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

    def first_breach(self, key: Key) -> tuple[float, str] | None:
        """The row most exceeded by starting `key` as well, as (−excess, row name); None when it fits."""
        moves = [(self._x.start[key], 1.0)] + ([(self._x.percent[key], 100.0)] if key in self._x.percent else [])
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
