"""The gap ladder and the investments of the gap recounted (docs/method.md, Gap)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from portfolio.audit.counted import Counted, reductions_of
from portfolio.audit.debt_statement import debt_added
from portfolio.audit.facts import Facts
from portfolio.audit.ledger import Started
from portfolio.audit.recount import Recounted, Ticks
from portfolio.audit.sheet import Exact, ticks
from portfolio.outcome import Layer
from portfolio.records import Investment
from portfolio.statements import FundingStatement
from portfolio.units import TICKS_PER_TONNE


def gap_statement(c: Counted, most: Counted | None, inside: Counted | None, funding: FundingStatement | None) -> Recounted:
    """What the ladder should say.

    Args:
        most: the plan with the most tonnes; the plan itself when None.
        inside: the plan inside the frame with the most tonnes; None when there is none to compare with.
        funding: who pays; checked on its own.
    """
    affordable = most if most is not None else c
    rungs = _rungs(c, affordable)
    kronor = {r["name"]: r["kronor"] for r in rungs}
    idle = _without_tonnes(c, affordable)
    more: Exact = c.kronor - inside.kronor if inside is not None else 0
    tonnes = c.tonnes.objective - inside.tonnes.objective if inside is not None else 0
    reached, possible = _tonne_gaps(c)
    return {
        "rungs": rungs,
        "money_gap": kronor["city_control"] - kronor["in_plan"],
        "capacity_gap": kronor["city_control"] - kronor["affordable"] - idle,
        "without_tonnes": idle,
        "needed_by": _needed_by(c),
        "tonne_gap": reached,
        "tonne_gap_all": possible,
        "closing_kronor": more,
        "closing_tonnes": Ticks(tonnes),
        "closing_price": _price(more, tonnes) if tonnes > 0 else None,
        "investments": [_investment(c, x, funding) for x in c.started.values() if x.layer is Layer.GAP],
    }


def _price(kronor: Exact, tonnes: Exact) -> int | None:
    """Kronor per tonne, half to even; `tonnes` in ticks."""
    return round(Fraction(kronor) * TICKS_PER_TONNE / Fraction(tonnes)) if tonnes else None


def _proposed(f: Facts) -> Started:
    return Started(f, Layer.PLAN, f.proposed_start, 100)


def _all_of_the_city(c: Counted) -> dict[str, Started]:
    """Everything in the city's control as proposed; of alternatives the one with the most tonnes, then the first id."""
    kept: dict[str, Facts] = {}
    for i, f in sorted(c.facts.items()):
        group = f.alternatives or f"\n{i}"  # a line break is in no group's name: an investment without a group is one of its own
        if f.city and (group not in kept or f.tonnes > kept[group].tonnes):
            kept[group] = f
    return {f.id: _proposed(f) for f in kept.values()}


def _rungs(c: Counted, affordable: Counted) -> list[dict[str, Any]]:
    everything = _all_of_the_city(c)
    adopted = {i: _proposed(f) for i, f in c.facts.items() if f.city and f.adopted}
    stated = {i: sum(f.outlay) for i, f in c.facts.items()}
    city = [i for i, f in c.facts.items() if f.city]
    plain: list[tuple[str, Exact, int, int]] = [
        ("identified", sum(stated.values()), reductions_of(c, everything, outside=True, in_full=True), len(stated)),
        ("city_control", sum(stated[i] for i in city), reductions_of(c, everything), len(city)),
        ("in_plan", sum(stated[i] for i in adopted), reductions_of(c, adopted), len(adopted)),
        *((name, plan.gross, plan.reductions, len(plan.started)) for name, plan in (("affordable", affordable), ("recommended", c))),
    ]
    rungs = []
    for n, (name, kronor, tonnes, count) in enumerate(plain):
        above = plain[max(0, n - 1)]
        step, saved = kronor - above[1], tonnes - above[2]
        figures = {"name": name, "kronor": kronor, "tonnes_target_year": Ticks(tonnes), "count": count}
        rungs.append(
            {**figures, "step_kronor": step, "step_tonnes": Ticks(saved), "price": _price(step, saved) if step * saved > 0 else None}
        )
    return rungs


def _without_tonnes(c: Counted, affordable: Counted) -> int:
    """Outlays in the city's control without tonnes that count, and not required by any that have them, outside the plan with the most."""
    records: Mapping[str, Investment] = {i.id: i for i in c.portfolio.investments}
    idle = {i for i, f in c.facts.items() if f.city and (not f.tonnes or not records[i].counts_to_target or records[i].scope == "3")}
    while True:
        # what is required by something that is not idle is not idle either
        needed = {need.id for i, f in c.facts.items() if f.city and i not in idle for need in f.requires}
        if not needed & idle:
            return sum(sum(c.facts[i].outlay) for i in idle if i not in affordable.started)
        idle -= needed


def _needed_by(c: Counted) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for i, x in c.started.items():
        for need in x.facts.requires:
            other = c.started.get(need.id)
            if x.layer is Layer.PLAN and other is not None and other.layer is Layer.GAP:
                found.setdefault(need.id, []).append(i)
    return found


def _tonne_gaps(c: Counted) -> tuple[Ticks | None, Ticks | None]:
    """What is left to the target with the plan, and with everything; None without a table of emissions."""
    table = c.planning.emissions
    emissions = c.tonnes.years[c.target_year].emissions
    if table is None or emissions is None:
        return None, None
    target, start = ticks(table.target), ticks(table.reference(c.target_year))
    return Ticks(emissions - target), Ticks(start - reductions_of(c, _all_of_the_city(c), outside=True) - target)


def _investment(c: Counted, x: Started, funding: FundingStatement | None) -> dict[str, Any]:
    i = x.facts.id
    by_source: dict[str, int] = {}
    for use in funding.uses if funding is not None else ():
        if use.id == i:
            by_source[use.source] = by_source.get(use.source, 0) + use.kronor
    falls = _falls(c, i)
    left = {j: other for j, other in c.started.items() if j != i and j not in falls}
    last = c.planning.horizon.years[-1]
    return {
        "id": i,
        "kronor": x.total_outlay(),
        "funding": by_source,
        "debt": round(debt_added(x, c.planning)[last]) if c.planning.debt is not None else None,
        **_charges(c, x),
        "falls": falls,
        "tonnes_lost": Ticks(c.reductions - reductions_of(c, left)),
    }


def _charges(c: Counted, x: Started) -> dict[str, Exact | None]:
    table = c.planning.operating_charge
    if table is None:
        return {"charge": None, "highest_charge": None, "highest_year": None}
    rate = Fraction(table.internal_rate.value)
    by_year = {t: x.charge(t, rate).total for t in c.planning.horizon.effect_years}
    highest = max(by_year.values())
    year = next(t for t, kr in by_year.items() if kr == highest)
    return {"charge": x.charge(x.running_from, rate).total, "highest_charge": highest, "highest_year": year}


def _falls(c: Counted, i: str) -> list[str]:
    """What requires i among the started, or requires something that does."""
    lost: set[str] = set()
    waiting = [i]
    while waiting:
        gone = waiting.pop()
        needing = [j for j, x in c.started.items() if j != i and j not in lost and gone in {need.id for need in x.facts.requires}]
        lost.update(needing)
        waiting += needing
    return sorted(lost)
