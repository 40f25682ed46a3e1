"""What was found, city by city, with all figures and audited."""

from __future__ import annotations

from collections.abc import Sequence

from portfolio.accounts import ratio_of
from portfolio.analysis.plan import holding, make_plan, no_reasons
from portfolio.analysis.region.city import Column
from portfolio.analysis.region.find import POOL, Found
from portfolio.errors import AuditBreached
from portfolio.explored.region import RegionCity, RegionDecision, RegionPlan
from portfolio.instance import build_instance
from portfolio.region import Member
from portfolio.units import ticks_from_tonnes, tonnes_from_ticks


def account(title: str, members: Sequence[Member], pool: int, found: Found) -> RegionPlan:
    """The region's plans; pool in kr.

    Raises:
        AuditBreached: a city's plan fails its audit, or the plans together the pool: a fault of ours, nothing is shown.
    """
    cities = tuple(_city(m, c, most) for m, c, most in zip(members, found.chosen, found.most, strict=True))
    drawn, ticks = sum(c.drawn for c in cities), sum(ticks_from_tonnes(c.tonnes) for c in cities)
    if drawn > pool:
        raise AuditBreached([f"{POOL} {drawn} > {pool}"])
    if ticks > found.bound:
        raise AuditBreached([f"bound {found.bound} < {ticks}"])
    return RegionPlan(
        title=title,
        until=members[0].planning.horizon.effects_until.value,
        pool=pool,
        drawn=drawn,
        price=ratio_of(found.price),
        tonnes=tonnes_from_ticks(ticks),
        bound=tonnes_from_ticks(found.bound),
        gap=tonnes_from_ticks(found.bound - ticks),
        proven=found.proven,
        finished=found.finished,
        stopped=found.stopped,
        questions=found.asked,
        cities=cities,
    )


def _city(member: Member, column: Column, most: int) -> RegionCity:
    d = build_instance(member.portfolio, member.planning)
    plan = holding(make_plan(d, column.picks, no_reasons(d)), f"{member.name}: ")
    decisions = tuple(
        RegionDecision(
            id=x.id,
            name=x.name,
            start=x.start,
            percent=x.percent,
            outlay=x.total_outlay,
            drawn=sum(x.grant.values()) if x.id in member.drawing else 0,
        )
        for x in plan.decisions
        if x.id in column.picks and x.start is not None
    )
    return RegionCity(
        name=member.name,
        tonnes=plan.totals.tonnes,
        unlimited=tonnes_from_ticks(most),
        kronor=plan.totals.outlay_plan + plan.totals.outlay_gap,
        drawn=sum(x.drawn for x in decisions),
        of=len(d.city),
        checks=len(plan.audit.checks),
        decisions=decisions,
    )
