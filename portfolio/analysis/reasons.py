"""One true sentence for every decision: a catalogue name (`reason.<name>`) and its values.

A rejected investment is tried in every allowed start and layer beside the chosen plan, with the others left as they are and together with
what it needs; what is said is what was found then, recomputed exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import prod

from portfolio.accounts import ratio_of
from portfolio.analysis.fit import UNPAID, Fit
from portfolio.evaluate import Pick, measure, total_outlay
from portfolio.finance.funding import paid_by
from portfolio.instance import Instance, counts_here
from portfolio.records import LockKind, Status
from portfolio.solved import Solved
from portfolio.units import TICKS_PER_TONNE

Reason = tuple[str, dict[str, str | int]]

MOST_WAYS = 500
"""Most combinations of start years and layers that are tried for an investment together with what it needs."""


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
    layer = "chosen_plan" if pick.layer == "plan" else "chosen_gap"
    if gross and solved.floor_ticks is not None and without.ticks < solved.floor_ticks and without.ratio > solved.value.ratio:
        return f"{layer}_floor", values  # the rest has more tonnes per krona: it is there for the floor
    return layer + ("" if gross else "_free"), values


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
        reason, values = _beside(d, solved, fit, [i, *needed(d, solved, i)])
        return _TOGETHER.get(reason, "missing_requirement"), {"other": ", ".join(missing), **values}
    if not counts_here(investment) or investment.tonnes == 0:
        return "not_tonnes", {}
    return _beside(d, solved, fit, [i])


_TOGETHER = {
    "limits": "together_limits",
    "overlap": "together_no_tonnes",
    "not_ratio": "together_not_ratio",
    "dearer": "together_dearer",
}
"""What is said of an investment and of what it needs, tried together."""


def needed(d: Instance, solved: Solved, i: str) -> list[str]:
    """What `i` needs that is not in the plan, and what that needs in its turn; sorted."""
    found: set[str] = set()
    ahead = [i]
    while ahead:
        more = {r.id for r in d.investments[ahead.pop()].requires if r.id not in solved.picks} - found - {i}
        found |= more
        ahead += sorted(more)
    return sorted(found)


def ways_to_start(d: Instance, i: str) -> list[Pick]:
    """Every allowed start and layer, whole and, where a share can be bought, the least of it."""
    percents = sorted({100, d.investments[i].minimum_share or 100})
    return [Pick(s, layer, percent) for s in d.starts[i] for layer in d.layers[i] for percent in percents]


def _beside(d: Instance, solved: Solved, fit: Fit, added: Sequence[str]) -> Reason:
    """What becomes of the plan when all of `added` are started as well, in the years and layers that are best for them."""
    if any(j not in d.starts or d.investments[j].lock.kind is LockKind.NEVER for j in added):
        return "no_start", {}
    ways = [ways_to_start(d, j) for j in added]
    if not 0 < prod(map(len, ways)) <= MOST_WAYS:
        return "no_start", {}
    best: tuple[Fraction, int, int] | None = None
    blocked: list[tuple[float, str]] = []
    for picks in product(*ways):
        more = dict(zip(added, picks, strict=True))
        breach = fit.first_breach(more)
        if breach is not None:
            blocked.append(breach)
            continue
        with_it = {**solved.picks, **more}
        if fit.limited_funding and paid_by(d, with_it) is None:
            blocked.append(UNPAID)
            continue
        value = measure(d, with_it)
        gain, cost = value.ticks - solved.value.ticks, value.kronor - solved.value.kronor
        candidate = (Fraction(gain, cost) if cost > 0 else Fraction(gain), gain, cost)
        best = candidate if best is None or candidate > best else best
    if best is None:
        return "limits", dict(fit.constraint_of(max(blocked)[1]))
    rate, gain, cost = best
    if gain <= 0:
        return "overlap", {}
    if solved.hurdle is not None and cost > 0 and rate < solved.hurdle:
        return "not_ratio", {
            "gain_ratio": str(ratio_of(rate)),
            "hurdle_ratio": str(ratio_of(solved.hurdle)),
            "tonnes_t": _whole_tonnes(gain),
        }
    return "dearer", {"tonnes_t": _whole_tonnes(gain), "outlay_kr": cost}


def _whole_tonnes(ticks: int) -> str:
    return str(round(Fraction(ticks, TICKS_PER_TONNE)))
