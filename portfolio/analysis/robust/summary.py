"""What all worlds say together: core index, what the plan decided now is worth, how often it keeps each limit, its regret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from portfolio.analysis.robust.outcome import Held, Outcome
from portfolio.evaluate import Picks
from portfolio.explored.robust import CoreLine, KeptLine, Regret, Spread
from portfolio.instance import Instance
from portfolio.limits import kept
from portfolio.planning import ObjectiveName
from portfolio.units import tonnes_from_ticks

EACH_YEAR = ("plan_frame", "owner_frame", "committee_frame", "debt_mandate", "operating_charge", "bond_backing", "delivery_capacity")
"""Limits that are shown year by year; a plan that is late breaks the others as wholes."""


def part(count: int, whole: int) -> Decimal:
    """A share (0–1) with four decimals."""
    return round(Decimal(count) / Decimal(whole), 4) if whole else Decimal(0)


def at_rank(values: Sequence[int], percent: int) -> int:
    """The value that so many per cent of the values do not exceed: one of them (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def cores(d: Instance, picks: Picks, outcomes: Sequence[Outcome]) -> tuple[CoreLine, ...]:
    """How often each city investment, and each of its start years, is in the best plan of a world."""
    plans = [outcome.plan for outcome in outcomes if outcome.has_plan]
    started: dict[str, Counter[int]] = {i: Counter() for i in d.city}
    for plan in plans:
        for one in plan:
            started[one.id][one.start] += 1
    return core_lines(d, picks, started, len(plans))


def core_lines(d: Instance, picks: Picks, started: Mapping[str, Counter[int]], plans: int) -> tuple[CoreLine, ...]:
    """The core index, when so many of so many plans start each investment in each year."""
    lines = []
    for i in d.city:
        times = sum(started[i].values())
        core = "always" if plans and times == plans else "never" if times == 0 else "contested"
        lines.append(
            CoreLine(
                id=i,
                name=d.investments[i].name,
                core=core,
                share=part(times, plans),
                recommended=i in picks,
                recommended_start=picks[i].start if i in picks else None,
                starts={year: part(n, plans) for year, n in sorted(started[i].items())},
            )
        )
    return tuple(lines)


def kept_lines(d: Instance, picks: Picks, outcomes: Sequence[Outcome]) -> tuple[KeptLine, ...]:
    """How often the plan decided now keeps every limit, the target, and each limit and year."""
    told = [outcome.held for outcome in outcomes]
    lines = [KeptLine(constraint="all", subject="", year=None, share=part(sum(not h.broken for h in told), len(told)))]
    if d.planning.emissions is not None:
        year = d.planning.horizon.target_year.value
        lines.append(KeptLine(constraint="target", subject="", year=year, share=part(sum(h.target is True for h in told), len(told))))
    limits: dict[tuple[str, str, int | None], None] = {}
    for limit in kept(d, picks):
        by_year = limit.constraint in EACH_YEAR
        limits[limit.constraint, limit.subject if by_year else "", limit.year if by_year else None] = None
    wholes = {name for name, _, year in limits if year is not None}
    lines += [KeptLine(constraint=name, subject="", year=None, share=_holds(told, name)) for name in sorted(wholes)]
    for name, subject, at in limits:
        lines.append(KeptLine(constraint=name, subject=subject, year=at, share=_holds(told, name, (subject, at) if at else None)))
    return tuple(lines)


def _holds(told: Sequence[Held], name: str, place: tuple[str, int] | None = None) -> Decimal:
    """How often a limit holds: everywhere, or in one place."""
    fails = sum(any(b[0] == name and (place is None or b[1:] == place) for b in held.broken) for held in told)
    return part(len(told) - fails, len(told))


def spreads(estimate: Held, outcomes: Sequence[Outcome]) -> tuple[Spread, ...]:
    """Tonnes, kronor, outlay and debt of the plan decided now, and tonnes and kronor of each world's best plan."""
    told = [outcome.held for outcome in outcomes]
    best = [outcome for outcome in outcomes if outcome.status == "proven"]
    figures: list[tuple[str, str, int | None, list[int]]] = [
        ("tonnes", "t", estimate.ticks, [h.ticks for h in told]),
        ("kronor", "kr", estimate.kronor, [h.kronor for h in told]),
        ("outlay", "kr", estimate.outlay, [h.outlay for h in told]),
        ("debt", "kr", estimate.debt, [h.debt for h in told if h.debt is not None]),
        ("best_tonnes", "t", None, [outcome.ticks for outcome in best]),
        ("best_kronor", "kr", None, [outcome.kronor for outcome in best]),
    ]
    return tuple(_spread(what, unit, stated, values) for what, unit, stated, values in figures if values)


def _spread(what: str, unit: str, estimate: int | None, values: Sequence[int]) -> Spread:
    def shown(value: int) -> Decimal:
        return tonnes_from_ticks(value) if unit == "t" else Decimal(value)

    mean = round(Fraction(sum(values), len(values)))
    return Spread(
        what=what,
        unit=unit,
        estimate=shown(estimate) if estimate is not None else None,
        p5=shown(at_rank(values, 5)),
        p50=shown(at_rank(values, 50)),
        p95=shown(at_rank(values, 95)),
        mean=shown(mean),
    )


def regrets(name: ObjectiveName, outcome: Outcome, ticks: int, kronor: int) -> tuple[int | None, int | None]:
    """Ticks, and kronor, that a plan with these values has less, or costs more, than the best plan of the world would.

    For the ratio: at the best plan's ratio, for the same kronor, and for the same ticks.
    """
    match name:
        case ObjectiveName.MOST_TONNES:
            return outcome.ticks - ticks, None
        case ObjectiveName.LEAST_COST:
            return None, kronor - outcome.kronor
        case _ if outcome.kronor > 0 and outcome.ticks > 0:
            return round(Fraction(outcome.ticks * kronor, outcome.kronor)) - ticks, kronor - round(
                Fraction(ticks * outcome.kronor, outcome.ticks)
            )
    return None, None


def regret(name: ObjectiveName, picks: Picks, outcomes: Sequence[Outcome]) -> Regret | None:
    """The regret of the plan decided now over the worlds whose best plan is proven; None when there is none."""
    proven = [outcome for outcome in outcomes if outcome.status == "proven"]
    if not proven:
        return None
    told = [regrets(name, outcome, outcome.held.ticks, outcome.held.kronor) for outcome in proven]
    ticks = _of([t for t, _ in told if t is not None])
    kronor = _of([kr for _, kr in told if kr is not None])
    same = sum({one.id for one in outcome.plan} == picks.keys() for outcome in proven)
    in_tonnes = [None if t is None else tonnes_from_ticks(t) for t in ticks]
    return Regret(
        mean_tonnes=in_tonnes[0],
        p95_tonnes=in_tonnes[1],
        most_tonnes=in_tonnes[2],
        mean_kronor=kronor[0],
        p95_kronor=kronor[1],
        most_kronor=kronor[2],
        best=part(same, len(proven)),
        worlds=len(proven),
    )


def _of(values: Sequence[int]) -> tuple[int | None, int | None, int | None]:
    """Mean, the value that 95 per cent do not exceed, and the largest."""
    if not values:
        return None, None, None
    return round(Fraction(sum(values), len(values))), at_rank(values, 95), max(values)


def counts(outcomes: Sequence[Outcome]) -> Mapping[str, int]:
    """Worlds by status."""
    return Counter(outcome.status for outcome in outcomes)
