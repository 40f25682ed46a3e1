"""Which limits of the model a set of picks keeps, exactly and quickly; no solver here.

The audit recounts the same from its own formulas; a test holds the two together. Names of the limits are the audit's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from portfolio.evaluate import Picks, debt_path, outside_of
from portfolio.finance.funding import reaches
from portfolio.instance import Instance
from portfolio.records import RequirementKind
from portfolio.units import TICKS_PER_TONNE


class Kept(NamedTuple):
    """A limit, what or whom it is about, its year, and whether the plan keeps it."""

    constraint: str
    subject: str
    year: int | None
    holds: bool


def broken(d: Instance, picks: Picks) -> list[Kept]:
    """The limits that the picks break."""
    return [limit for limit in kept(d, picks) if not limit.holds]


def kept(d: Instance, picks: Picks) -> Iterator[Kept]:
    """Every limit of money, time and tonnes; what follows from the choice of investments alone is not asked."""
    yield from _time(d, picks)
    yield from _frames(d, picks)
    yield from _debt(d, picks)
    yield from _delivery(d, picks)
    if d.planning.funding is not None:
        yield Kept("funding", "", None, reaches(d, picks))
    if d.planning.stability is not None:
        adopted = {i: d.investments[i].proposed_start for i in d.adopted}
        now = {i: pick.start for i, pick in picks.items()}
        changed = sum(adopted.get(i) != now.get(i) for i in adopted.keys() | now.keys())
        yield Kept("stability", "", None, changed <= d.planning.stability.changes.value)
    ceiling, emissions = d.planning.emission_ceiling, d.planning.emissions
    if ceiling is not None and emissions is not None:
        allowed = ceiling.tonnes.value if ceiling.tonnes is not None else emissions.target
        yield Kept("emission_ceiling", "", d.planning.horizon.target_year.value, emitted(d, picks) <= Fraction(allowed))


def emitted(d: Instance, picks: Picks) -> Fraction:
    """Emissions in the target year (t) with the city's picks and what external actors then deliver."""
    emissions = d.planning.emissions
    assert emissions is not None, "asked only of a model with emissions"
    year = d.planning.horizon.target_year.value
    reduced = outside_of(d, picks).tonnage.year(year).reductions
    return Fraction(emissions.reference(year)) - Fraction(reduced, TICKS_PER_TONNE)


def meets_target(d: Instance, picks: Picks) -> bool | None:
    """Emissions in the target year are at most the target; None in a model without emissions."""
    emissions = d.planning.emissions
    return None if emissions is None else emitted(d, picks) <= Fraction(emissions.target)


def _time(d: Instance, picks: Picks) -> Iterator[Kept]:
    last, tail = d.years[-1], d.planning.horizon.allow_tail
    for i, pick in picks.items():
        record = d.investments[i]
        in_time = pick.start >= record.earliest_start and pick.start <= last and (tail or pick.start + d.duration(i) - 1 <= last)
        yield Kept("start_window", i, pick.start, in_time)
        for need in record.requires:
            other = picks.get(need.id)
            lag = d.duration(need.id) if need.kind is RequirementKind.FINISH_TO_START else 0
            yield Kept("requires", f"{i} → {need.id}", pick.start, other is not None and other.start + lag <= pick.start)


def _outlays(d: Instance, picks: Picks, ids: Iterable[str]) -> dict[int, int]:
    """Gross outlay (kr) by year of these investments."""
    found: dict[int, int] = {}
    for i in ids:
        for t, kr in d.outlay[i, picks[i].start].items():
            found[t] = found.get(t, 0) + kr * picks[i].percent // 100
    return found


def _frame(name: str, subject: str, d: Instance, spent: Mapping[int, int], frame: Mapping[int, int], carry: bool) -> Iterator[Kept]:
    left = 0
    for t in d.years:
        # with carry_forward unspent money moves on and overspent money is missing: the sums to each year are compared
        left = (left if carry else 0) + frame[t] - spent.get(t, 0)
        yield Kept(name, subject, t, left >= 0)


def _frames(d: Instance, picks: Picks) -> Iterator[Kept]:
    p = d.planning
    if p.plan_frame is not None:
        spent = _outlays(d, picks, (i for i, pick in picks.items() if pick.layer == "plan"))
        yield from _frame("plan_frame", "", d, spent, p.plan_frame.frame.values, p.plan_frame.carry_forward)
    if p.control_envelope is not None:
        yield Kept("control_envelope", "", None, sum(_outlays(d, picks, picks).values()) <= p.control_envelope.total.value)
    if p.owner_frame is not None:
        for owner, frame in sorted(p.owner_frame.frames.items()):
            spent = _outlays(d, picks, (i for i in picks if d.investments[i].owner == owner))
            yield from _frame("owner_frame", owner, d, spent, frame.values, p.owner_frame.carry_forward)
    if p.committee_frame is not None:
        spent = _outlays(d, picks, (i for i in picks if d.is_committee(i)))
        yield from _frame("committee_frame", "", d, spent, p.committee_frame.frame.values, p.committee_frame.carry_forward)
    if p.operating_charge is not None:
        limited = [("", p.operating_charge.limit)] if p.operating_charge.limit is not None else []
        for owner, limit in (*limited, *sorted(p.operating_charge.limits.items())):
            mine = [i for i in picks if not owner or d.investments[i].owner == owner]
            for t, most in sorted(limit.values.items()):
                charged = sum(d.charge(i, picks[i].start, t).total * picks[i].percent // 100 for i in mine)
                yield Kept("operating_charge", owner, t, charged <= most)


def _debt(d: Instance, picks: Picks) -> Iterator[Kept]:
    debt, backing = d.planning.debt, d.planning.bond_backing
    if debt is None:
        return
    path = debt_path(d, picks)
    for t in d.years:
        yield Kept("debt_mandate", "", t, path[t] <= debt.mandate.values[t])
    backed = 0
    if backing is None:
        return
    for t in d.years:
        backed += sum(d.eligible[i, pick.start].get(t, 0) * pick.percent // 100 for i, pick in picks.items())
        backed += backing.other_eligible.values[t] if backing.other_eligible is not None else 0
        yield Kept("bond_backing", "", t, Fraction(backing.share.value) * (path[t] - debt.opening.value) <= backed)


def _delivery(d: Instance, picks: Picks) -> Iterator[Kept]:
    rhs = d.planning.delivery_capacity
    if rhs is None:
        return
    for owner, starts in sorted(rhs.starts.items()):
        mine = [i for i in picks if owner in ("*", d.investments[i].owner)]
        for t, most in sorted(starts.values.items()):
            yield Kept("delivery_capacity", owner, t, sum(picks[i].start == t for i in mine) <= most)
    for owner, outlay in sorted(rhs.outlay.items()):
        spent = _outlays(d, picks, (i for i in picks if owner in ("*", d.investments[i].owner)))
        for t, most in sorted(outlay.values.items()):
            yield Kept("delivery_capacity", owner, t, spent.get(t, 0) <= most)


def highest_debt(d: Instance, picks: Picks) -> int | None:
    """The highest closing net debt (kr) of any plan year, in whole kronor as everywhere; None without a debt table."""
    path = debt_path(d, picks)
    return round(max(path.values())) if path else None
