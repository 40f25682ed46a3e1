"""The gap ladder: from what is identified to what is recommended, the three gaps by name, and what it takes to close them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from portfolio.accounts import Accounts
from portfolio.evaluate import Picks, Tonnage, adopted_picks, everything_picks, outside_of
from portfolio.finance.gap import gap_investments
from portfolio.instance import Instance, counts_here
from portfolio.outcome import GapLadder, Rung, Totals
from portfolio.solved import Solved
from portfolio.statements import FundingStatement
from portfolio.units import tonnes_from_ticks


class Stood(NamedTuple):
    """A rung before its step is known: kronor (gross), tonnes (t) in the target year, investments."""

    name: str
    kronor: int
    tonnes: Decimal
    number: int


def gap_ladder(d: Instance, solved: Solved, within: Totals | None, chosen: Totals, funding: FundingStatement | None) -> GapLadder:
    """identified → city control → in plan → affordable → recommended, and the three gaps by name.

    Args:
        within: totals of the plan inside the frame with the most tonnes; None when there is none to compare with.
        chosen: totals of the recommended plan. funding: who pays for it.
    """
    target_year = d.planning.horizon.target_year.value
    everything = everything_picks(d)
    all_of_it = outside_of(d, everything, Fraction(1)).tonnage.year(target_year).reductions
    with_shares = outside_of(d, everything).tonnage.year(target_year).reductions
    kronor = {i: d.investments[i].total_outlay for i in (*d.city, *d.external)}
    adopted = adopted_picks(d)
    affordable = solved.most if solved.most is not None else solved.picks

    def rung(name: str, ids: Sequence[str], ticks: int) -> Stood:
        return Stood(name, sum(kronor[i] for i in ids), tonnes_from_ticks(ticks), len(ids))

    rungs = _stepped(
        rung("identified", (*d.city, *d.external), all_of_it),
        rung("city_control", d.city, Tonnage(d, everything).year(target_year).reductions),
        rung("in_plan", d.adopted, Tonnage(d, adopted).year(target_year).reductions),
        _spent_rung(d, "affordable", affordable),
        _spent_rung(d, "recommended", solved.picks),
    )
    by_name = {r.name: r for r in rungs}
    emissions = d.planning.emissions
    target = emissions.target if emissions is not None else None
    left_with_all = emissions.reference(target_year) - tonnes_from_ticks(with_shares) if emissions is not None else None
    useful = _useful(d)
    idle = [i for i in d.city if i not in affordable and i not in useful]
    without_tonnes = sum(kronor[i] for i in idle)
    closing_kronor = chosen.kronor - within.kronor if within is not None else 0
    closing_tonnes = chosen.tonnes - within.tonnes if within is not None else Decimal(0)
    return GapLadder(
        rungs=rungs,
        money_gap=by_name["city_control"].kronor - by_name["in_plan"].kronor,
        capacity_gap=by_name["city_control"].kronor - by_name["affordable"].kronor - without_tonnes,
        without_tonnes=without_tonnes,
        needed_by=_needed_by(d, solved.picks),
        tonne_gap=chosen.emissions_target_year - target if chosen.emissions_target_year is not None and target is not None else None,
        tonne_gap_all=left_with_all - target if left_with_all is not None and target is not None else None,
        closing_kronor=closing_kronor,
        closing_tonnes=closing_tonnes,
        closing_price=price_of(closing_kronor, closing_tonnes) if closing_tonnes > 0 else None,
        investments=gap_investments(d, solved.picks, funding),
    )


def _useful(d: Instance) -> frozenset[str]:
    """City investments with tonnes that count, and what they require, directly or through others."""
    found = {i for i in d.city if counts_here(d.investments[i]) and d.investments[i].tonnes != 0}
    waiting = list(found)
    while waiting:
        needs = {need.id for need in d.investments[waiting.pop()].requires} - found
        found |= needs
        waiting += sorted(needs)
    return frozenset(found)


def _needed_by(d: Instance, picks: Picks) -> dict[str, tuple[str, ...]]:
    """What is in the gap but needed by what is in the plan: without the further decision the plan cannot be carried out either."""
    found: dict[str, list[str]] = {}
    for i, pick in sorted(picks.items()):
        for need in d.investments[i].requires if pick.layer == "plan" else ():
            if need.id in picks and picks[need.id].layer == "gap":
                found.setdefault(need.id, []).append(i)
    return {j: tuple(ids) for j, ids in found.items()}


def _spent_rung(d: Instance, name: str, picks: Picks) -> Stood:
    totals = Accounts(d, picks).totals()
    return Stood(name, totals.outlay_plan + totals.outlay_gap, totals.tonnes_target_year, totals.chosen)


def _stepped(*stood: Stood) -> tuple[Rung, ...]:
    """The rungs with the step from the one above, and its price."""
    rungs = []
    above = stood[0]
    for here in stood:
        kronor, tonnes = here.kronor - above.kronor, here.tonnes - above.tonnes
        rungs.append(
            Rung(
                name=here.name,
                kronor=here.kronor,
                tonnes_target_year=here.tonnes,
                count=here.number,
                step_kronor=kronor,
                step_tonnes=tonnes,
                price=price_of(kronor, tonnes) if kronor * tonnes > 0 else None,
            )
        )
        above = here
    return tuple(rungs)


def price_of(kronor: int, tonnes: Decimal) -> int | None:
    """Kronor per tonne, whole kr, half to even; None without tonnes."""
    return round(Fraction(kronor) / Fraction(tonnes)) if tonnes else None
