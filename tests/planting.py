"""One fault for every kind of constraint, planted beside a plan that only just keeps it: for test_planted.

Each kind has two points: `kept`, where the plan lies exactly on the limit, and `broken`, one krona, 10 g, start or year beyond it. What the
plan uses is counted with the accounts and with sums of what the decisions state, never with the audit that is tried.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Any

import making as m
from portfolio.analysis.plan import make_plan, no_reasons
from portfolio.audit import audit
from portfolio.evaluate import Pick, debt_path
from portfolio.finance.funding import needs
from portfolio.instance import Instance, build_instance
from portfolio.outcome import Decision, Layer, Plan
from portfolio.planning import (
    BondBacking,
    CommitteeFrame,
    CountByYear,
    DeliveryCapacity,
    EmissionCeiling,
    Funding,
    FundingSource,
    ObjectiveName,
    OperatingCharge,
    OwnerFrame,
    Planning,
    Rate,
    SelectionLimit,
    Stability,
)
from portfolio.records import Lock, LockKind, OwnerType, Portfolio, Requirement, RequirementKind, Status

TICK = Decimal("0.00001")
FREE = {"lock": Lock(), "requires": (), "alternatives": None, "status": Status.PLANNED}
"""An investment that nothing holds."""


@dataclass(frozen=True)
class Sown:
    """A plan for a question, and what its audit is asked besides."""

    portfolio: Portfolio
    planning: Planning
    plan: Plan
    floor: Decimal | None = None
    layers: tuple[str, ...] = ("plan", "gap")

    @cached_property
    def alarms(self) -> frozenset[tuple[str, str, int | None]]:
        """What the audit says is broken: constraint, subject, year."""
        found = audit(
            self.portfolio,
            self.planning,
            self.plan.decisions,
            layers_allowed=self.layers,
            stated=self.plan.totals,
            years=self.plan.years,
            emissions=self.plan.emissions,
            floor_tonnes=self.floor,
        )
        return frozenset((c.constraint, c.subject, c.year) for c in found.breaches)

    @cached_property
    def city(self) -> list[Decision]:
        """Started investments of the city."""
        return [x for x in self.plan.decisions if x.layer in (Layer.PLAN, Layer.GAP)]

    @cached_property
    def idle(self) -> list[Decision]:
        return [x for x in self.plan.decisions if x.layer is Layer.NOT_RECOMMENDED]

    @cached_property
    def picks(self) -> dict[str, Pick]:
        return {x.id: Pick(x.start, x.layer.value, x.percent) for x in self.city if x.start is not None}

    @cached_property
    def instance(self) -> Instance:
        return build_instance(self.portfolio, self.planning)

    def under(self, **tables: Any) -> Sown:
        """The same choices under a model with these tables, all figures counted anew."""
        planning = self.planning.model_copy(update=tables)
        d = build_instance(self.portfolio, planning)
        return replace(self, planning=planning, plan=make_plan(d, self.picks, no_reasons(d)))

    def decided(self, i: str, **fields: Any) -> Sown:
        """One decision changed."""
        changed = tuple(x.model_copy(update=fields) if x.id == i else x for x in self.plan.decisions)
        return replace(self, plan=self.plan.model_copy(update={"decisions": changed}))

    def records(self, **by_id: Mapping[str, Any]) -> Sown:
        """What the workbook says of some investments changed."""
        made = tuple(i.model_copy(update={**FREE, **by_id[i.id]}) if i.id in by_id else i for i in self.portfolio.investments)
        return replace(self, portfolio=self.portfolio.model_copy(update={"investments": made}))


Points = tuple[Sown, Sown]
"""Kept, broken."""
Kind = Callable[[random.Random, Sown], Points | None]
"""None when the plan has nothing of the kind."""


def one(r: random.Random, these: Iterable[Decision]) -> Decision | None:
    found = list(these)
    return r.choice(found) if found else None


def spent(s: Sown, of: Iterable[Decision]) -> dict[int, int]:
    """Gross outlay (kr) by plan year."""
    found = dict.fromkeys(s.planning.horizon.years, 0)
    for x in of:
        for t, kr in x.outlay.items():
            if t in found:
                found[t] += kr
    return found


def one_less(r: random.Random, values: Mapping[int, int]) -> dict[int, int] | None:
    """One unit taken from a year that has any."""
    years = [t for t, value in values.items() if value > 0]
    if not years:
        return None
    year = r.choice(years)
    return {t: value - (t == year) for t, value in values.items()}


# --- choices ---------------------------------------------------------------------------------------------------------


def start_at_most_once(r: random.Random, s: Sown) -> Points:
    x, every = r.choice(s.plan.decisions), s.plan.decisions
    stranger = Decision(id="?", name="?", owner="", layer=Layer.NOT_RECOMMENDED)
    wrong = r.choice([tuple(y for y in every if y.id != x.id), (*every, x), (*every, stranger)])
    return s, replace(s, plan=s.plan.model_copy(update={"decisions": wrong}))


def layers(r: random.Random, s: Sown) -> Points | None:
    x = r.choice(s.plan.decisions)
    if x.layer in (Layer.PLAN, Layer.GAP):
        if r.random() < 0.3:
            return s, replace(s, layers=tuple(n for n in s.layers if n != x.layer.value))
        return s, s.decided(x.id, layer=r.choice([Layer.NOT_RECOMMENDED, Layer.EXTERNAL]))
    return s, s.decided(x.id, layer=Layer.PLAN if x.layer is Layer.EXTERNAL else r.choice([Layer.GAP, Layer.EXTERNAL]))


def scale(r: random.Random, s: Sown) -> Points | None:
    x = one(r, (*s.city, *s.idle))
    if x is None:
        return None
    least = s.instance.investments[x.id].minimum_share or 100
    wrong = r.choice([101, least - 1]) if x.start is not None else 1
    right = least if x.start is not None else 0
    # figures of another share would be other alarms; only the share itself is asked about at the point that is kept
    return (s if x.percent != right else s.decided(x.id, percent=right)), s.decided(x.id, percent=wrong)


def start_window(r: random.Random, s: Sown) -> Points | None:
    x = one(r, (y for y in s.city if s.instance.starts[y.id]))
    if x is None:
        return None
    window = s.instance.starts[x.id]
    return s, s.decided(x.id, start=r.choice([window[0] - 1, window[-1] + 1]))


def committed(r: random.Random, s: Sown) -> Points | None:
    x, y = one(r, s.city), one(r, (*s.city, *s.idle))
    if x is None or y is None:
        return None
    keeps = {i.id: {"status": Status.COMMITTED, "in_plan": i.in_plan} for i in s.portfolio.investments}
    kept = s.records(**{x.id: {**keeps[x.id], "in_plan": x.layer is Layer.PLAN}})
    return kept, s.records(**{y.id: {**keeps[y.id], "in_plan": y.layer is not Layer.PLAN}})


def lock(r: random.Random, s: Sown) -> Points | None:
    x = one(r, (*s.city, *s.idle))
    if x is None:
        return None
    must, never = {"lock": Lock(kind=LockKind.MUST)}, {"lock": Lock(kind=LockKind.NEVER)}
    if x.start is None:
        return s.records(**{x.id: never}), s.records(**{x.id: must})
    at = [{"lock": Lock(kind=LockKind.START, year=x.start + n)} for n in (-1, 0, 1)]
    return s.records(**{x.id: r.choice([must, at[1]])}), s.records(**{x.id: r.choice([never, at[0], at[2]])})


def requires(r: random.Random, s: Sown) -> Points | None:
    """A need that is met and one that is not, found among all pairs."""
    met, unmet = [], []
    for x in s.city:
        for y in (*s.city, *s.idle):
            for kind in RequirementKind if y.id != x.id else ():
                need = {x.id: {"requires": (Requirement(id=y.id, kind=kind),)}}
                lag = s.instance.duration(y.id) if kind is RequirementKind.FINISH_TO_START else 0
                assert x.start is not None
                (met if y.start is not None and y.start + lag <= x.start else unmet).append(need)
    return (s.records(**r.choice(met)) if met else s, s.records(**r.choice(unmet))) if unmet else None


def alternatives(r: random.Random, s: Sown) -> Points | None:
    if len(s.city) < 2:
        return None
    x, y = r.sample(s.city, 2)
    z = one(r, s.idle) or x
    group = {"alternatives": "Z"}
    return s.records(**{x.id: group, z.id: group}), s.records(**{x.id: group, y.id: group})


def selection(r: random.Random, s: Sown) -> Points | None:
    members = [x.id for x in (*s.city, *s.idle) if r.random() < 0.7]
    count = sum(i in s.picks for i in members)
    if not members:
        return None

    def limited(**limit: int) -> Sown:
        return s.under(selection=(SelectionLimit(name="urval", members=tuple(members), source="test", **limit),))

    return limited(at_least=count, at_most=count), limited(at_most=count - 1) if count and r.random() < 0.5 else limited(at_least=count + 1)


def stability(_: random.Random, s: Sown) -> Points | None:
    adopted = {i: s.instance.investments[i].proposed_start for i in s.instance.adopted}
    now = {i: pick.start for i, pick in s.picks.items()}
    changed = sum(adopted.get(i) != now.get(i) for i in adopted.keys() | now.keys())
    most = [s.under(stability=Stability(changes=m.count(n, "changes"))) for n in (changed, changed - 1)]
    return (most[0], most[1]) if changed else None


# --- money and hands -------------------------------------------------------------------------------------------------


def plan_frame(r: random.Random, s: Sown) -> Points | None:
    used = spent(s, (x for x in s.city if x.layer is Layer.PLAN))
    less, carry = one_less(r, used), r.random() < 0.5
    made = [m.frame(*f.values(), first=min(f), carry_forward=carry) for f in (used, less or used)]
    return (s.under(plan_frame=made[0]), s.under(plan_frame=made[1])) if less is not None else None


def control_envelope(_: random.Random, s: Sown) -> Points | None:
    total = sum(x.total_outlay for x in s.city)
    return (s.under(control_envelope=m.envelope(total)), s.under(control_envelope=m.envelope(total - 1))) if total else None


def owner_frame(r: random.Random, s: Sown) -> Points | None:
    x = one(r, s.city)
    if x is None:
        return None
    used = spent(s, (y for y in s.city if y.owner == x.owner))
    less, carry = one_less(r, used), r.random() < 0.5

    def framed(values: dict[int, int]) -> Sown:
        return s.under(owner_frame=OwnerFrame(frames={x.owner: m.money_by_year(values)}, carry_forward=carry))

    return (framed(used), framed(less)) if less is not None else None


def committee_frame(r: random.Random, s: Sown) -> Points | None:
    theirs = {x.id for x in s.city if r.random() < 0.7}
    s = s.records(**{i: {"owner_type": OwnerType.COMMITTEE} for i in theirs})
    used = spent(s, (x for x in s.city if x.id in theirs))
    less, carry = one_less(r, used), r.random() < 0.5

    def framed(values: dict[int, int]) -> Sown:
        return s.under(committee_frame=CommitteeFrame(frame=m.money_by_year(values), carry_forward=carry))

    return (framed(used), framed(less)) if less is not None else None


def debt_mandate(r: random.Random, s: Sown) -> Points | None:
    debt = s.planning.debt
    if debt is None:
        return None
    path = {t: ceil(kr) for t, kr in debt_path(s.instance, s.picks).items()}
    year = r.choice(sorted(path))

    def mandated(values: dict[int, int]) -> Sown:
        return s.under(debt=debt.model_copy(update={"mandate": m.money_by_year(values)}))

    return mandated(path), mandated({t: kr - (t == year) for t, kr in path.items()})


def operating_charge(r: random.Random, s: Sown) -> Points | None:
    interest = Rate(unit="share", stated="2,5 %", source="test", value=Decimal("0.025"))
    d = s.under(operating_charge=OperatingCharge(internal_rate=interest)).instance
    owner = r.choice(["", *sorted({x.owner for x in s.city})])
    mine = [(i, pick) for i, pick in s.picks.items() if owner in ("", d.investments[i].owner)]
    years = s.planning.horizon.effect_years
    used = {t: sum(d.charge(i, p.start, t).total * p.percent // 100 for i, p in mine) for t in years}
    less = one_less(r, used)

    def limited(values: Mapping[int, int]) -> Sown:
        limit = m.money_by_year(values)
        tables = {"limits": {owner: limit}} if owner else {"limit": limit}
        return s.under(operating_charge=OperatingCharge(internal_rate=interest, **tables))

    return (limited(used), limited(less)) if less is not None else None


def bond_backing(r: random.Random, s: Sown) -> Points | None:
    debt = s.planning.debt
    if debt is None or s.planning.bonds is None:
        return None
    share, path, backed, lacking = r.choice(["1", "0.9", "0.335"]), debt_path(s.instance, s.picks), 0, 0
    for t in s.planning.horizon.years:
        backed += sum(s.instance.eligible[i, p.start].get(t, 0) * p.percent // 100 for i, p in s.picks.items())
        lacking = max(lacking, ceil(Fraction(share) * (path[t] - debt.opening.value)) - backed)
    if lacking <= 0:
        return None
    first = s.planning.horizon.first_year.value

    def backing(kronor: int) -> Sown:
        other = m.money_by_year({t: kronor * (t == first) for t in s.planning.horizon.years})
        return s.under(bond_backing=BondBacking(share=m.share(share), other_eligible=other))

    return backing(lacking), backing(lacking - 1)


def funding(r: random.Random, s: Sown) -> Points | None:
    free = Rate(unit="share", stated="0", source="test", value=Decimal(0))

    def paid(values: Mapping[int, int]) -> Sown:
        return s.under(
            funding=Funding(sources={"egna": FundingSource(kind="own", limit=m.money_by_year(values), price=free, source="test")})
        )

    used = dict.fromkeys(s.planning.horizon.years, 0)
    d = paid(used).instance
    for i, pick in s.picks.items():
        for (_, t), kr in needs(d, i, pick.start).items():
            used[t] += kr * pick.percent // 100
    less = one_less(r, used)
    return (paid(used), paid(less)) if less is not None else None


def delivery_capacity(r: random.Random, s: Sown) -> Points | None:
    owner = r.choice(["*", *sorted({x.owner for x in s.city})])
    mine = [x for x in s.city if owner in ("*", x.owner)]
    outlay = r.random() < 0.5
    used = spent(s, mine) if outlay else {t: sum(x.start == t for x in mine) for t in s.planning.horizon.years}
    less = one_less(r, used)

    def limited(values: Mapping[int, int]) -> Sown:
        starts = CountByYear(unit="starts", stated="", source="test", values=dict(values))
        tables = {"outlay": {owner: m.money_by_year(values)}} if outlay else {"starts": {owner: starts}}
        return s.under(delivery_capacity=DeliveryCapacity(**tables))

    return (limited(used), limited(less)) if less is not None else None


# --- tonnes ----------------------------------------------------------------------------------------------------------


def pair_overlap(r: random.Random, s: Sown) -> Points | None:
    """A loser is given 10 g of what the winner has taken."""
    pairs = [p for p in s.portfolio.pairs if p.loser in s.picks and p.winner in s.picks]
    losers = [x for x in s.city if any(p.loser == x.id for p in pairs) and any(kg > 0 for kg in x.raw_tonnes.values())]
    x = one(r, losers)
    if x is None:
        return None
    t = r.choice([t for t, tonnes in x.raw_tonnes.items() if tonnes > 0])
    return s, s.decided(x.id, tonnes={**x.tonnes, t: x.raw_tonnes[t] + TICK})


def attribution(r: random.Random, s: Sown) -> Points | None:
    x = one(r, (y for y in s.city if y.tonnes))
    if x is None:
        return None
    t = r.choice(sorted(x.tonnes))
    return s, s.decided(x.id, tonnes={**x.tonnes, t: x.tonnes[t] + r.choice([-TICK, TICK])})


def tonnes_ceiling(r: random.Random, s: Sown) -> Points | None:
    """The ceiling of a group cut to what is counted in its fullest year, and to a kilogram less."""
    groups = {i.overlap_group for i in s.portfolio.investments if i.overlap_group}
    for group in r.sample(sorted(groups), len(groups)):
        ids = {i.id for i in s.portfolio.investments if i.overlap_group == group}
        mine = [x for x in s.city if x.id in ids]
        years = [sum((x.tonnes.get(t, Decimal(0)) for x in mine), Decimal(0)) for t in s.planning.horizon.effect_years]
        most = max(years, default=Decimal(0))
        capped = {c.group: c.tonnes for c in s.portfolio.ceilings}
        if most <= 0 or group not in capped or any(x.raw_tonnes and min(x.raw_tonnes.values()) < 0 for x in mine):
            continue
        kg = Decimal("0.001")

        def cut(to: Decimal, group: str = group) -> Sown:
            ceilings = tuple(c.model_copy(update={"tonnes": to}) if c.group == group else c for c in s.portfolio.ceilings)
            return replace(s, portfolio=s.portfolio.model_copy(update={"ceilings": ceilings}))

        down = Decimal(floor(most / kg)) * kg
        return (cut(min(down + (kg if down < most else 0), capped[group])), cut(down - (kg if down == most else 0)))
    return None


def emission_ceiling(_: random.Random, s: Sown) -> Points | None:
    left = s.plan.totals.emissions_target_year
    if left is None or left < TICK:
        return None
    made = [s.under(emission_ceiling=EmissionCeiling(tonnes=m.tonnes(t))) for t in (left, left - TICK)]
    return made[0], made[1]


def required_tonnes(_: random.Random, s: Sown) -> Points | None:
    tonnes = s.plan.totals.tonnes
    if tonnes < 0:
        return None

    def demanded(t: Decimal) -> Sown:
        return s.under(objective=s.planning.objective.model_copy(update={"name": ObjectiveName.LEAST_COST, "tonnes": m.tonnes(t)}))

    return demanded(tonnes), demanded(tonnes + TICK)


def floor_tonnes(_: random.Random, s: Sown) -> Points:
    return replace(s, floor=s.plan.totals.tonnes), replace(s, floor=s.plan.totals.tonnes + TICK)


def stated_figures(r: random.Random, s: Sown) -> Points | None:
    """A figure of the totals, of a year or of a decision."""

    def beside(value: Any) -> Any:
        return value + (1 if isinstance(value, int) else TICK)

    which = r.choice(["totals", "years", "decisions"])
    if which == "totals":
        name, value = r.choice([(n, v) for n, v in s.plan.totals if v is not None])
        totals = s.plan.totals.model_copy(update={name: beside(value)})
        return s, replace(s, plan=s.plan.model_copy(update={"totals": totals}))
    if which == "years":
        n = r.randrange(len(s.plan.years))
        name, value = r.choice([(n, v) for n, v in s.plan.years[n] if v is not None])
        lines = list(s.plan.years)
        lines[n] = lines[n].model_copy(update={name: beside(value)})
        return s, replace(s, plan=s.plan.model_copy(update={"years": tuple(lines)}))
    x = one(r, (y for y in s.city if y.outlay))
    if x is None:
        return None
    name = r.choice(["operating", "bond_eligible", "outlay", "tonnes_objective"])
    value = getattr(x, name)
    changed = {**value, min(value): value[min(value)] + 1} if isinstance(value, dict) else beside(value)
    return s, s.decided(x.id, **{name: changed})


KINDS: Mapping[str, Kind] = {
    "start_at_most_once": start_at_most_once,
    "layers": layers,
    "scale": scale,
    "start_window": start_window,
    "committed": committed,
    "lock": lock,
    "requires": requires,
    "alternatives": alternatives,
    "selection": selection,
    "stability": stability,
    "plan_frame": plan_frame,
    "control_envelope": control_envelope,
    "owner_frame": owner_frame,
    "committee_frame": committee_frame,
    "debt_mandate": debt_mandate,
    "operating_charge": operating_charge,
    "bond_backing": bond_backing,
    "funding": funding,
    "delivery_capacity": delivery_capacity,
    "pair_overlap": pair_overlap,
    "attribution": attribution,
    "tonnes_ceiling": tonnes_ceiling,
    "emission_ceiling": emission_ceiling,
    "required_tonnes": required_tonnes,
    "floor": floor_tonnes,
    "stated_figures": stated_figures,
}
"""Every constraint of the audit but the statements, which test_audit_statements plants faults in leaf by leaf."""
