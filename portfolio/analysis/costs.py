"""The cost curve of a plan: net cost and attributed tonnes of every started investment."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from portfolio.accounts import Accounts
from portfolio.analysis.base import Base
from portfolio.analysis.plan import audited, no_reasons
from portfolio.analysis.ranking import ranking
from portfolio.errors import SolveStopped
from portfolio.evaluate import Pick, Picks, total_outlay
from portfolio.explored.costs import CostLine, Costs
from portfolio.instance import Instance, build_instance
from portfolio.planning import TonnesQuantity
from portfolio.solve import Clock

ORDER = ("cost", "saving", "enabler")


def costs(base: Base, clock: Clock) -> Costs:
    """The curve of the recommended plan, and where a simple ranking goes another way.

    Raises:
        AuditBreached: a fault of ours.
    """
    d = build_instance(base.question.portfolio, base.question.planning)
    totals = audited(d, base.picks).totals
    found = plan_costs(d, base.picks)
    assert Decimal(found.tonnes) == totals.tonnes, "attributed tonnes sum to the plan's"
    assert found.outlay == totals.outlay_plan + totals.outlay_gap, "outlays sum to the plan's"
    try:
        return found.model_copy(update={"ranking": ranking(d, base.picks, clock), "complete": True})
    except SolveStopped:
        return found


def plan_costs(d: Instance, picks: Picks) -> Costs:
    """The curve of a plan, without a ranking to compare with: nothing is solved."""
    planning = d.planning
    decisions = Accounts(d, picks).decisions(no_reasons(d))
    tonnes = {x.id: x.tonnes_objective for x in decisions if x.id in picks}
    table = planning.operating_charge
    rate = table.internal_rate.value if table is not None else None
    last = max(d.all_years) if planning.objective.quantity is TonnesQuantity.LIFETIME else planning.horizon.effects_until.value
    lines = [_line(d, i, pick, tonnes, net_cost(d, i, pick, rate, last), _needed_by(d, i, picks)) for i, pick in picks.items()]
    lines.sort(key=_place)
    return Costs(
        title=planning.title,
        quantity=planning.objective.quantity.value,
        until=planning.horizon.effects_until.value,
        target_year=planning.horizon.target_year.value,
        krona=planning.objective.krona.value,
        rate=rate,
        first_year=d.years[0],
        last_year=last,
        lines=tuple(lines),
        tonnes=sum((Decimal(line.tonnes) for line in lines), Decimal(0)),
        outlay=sum(line.outlay for line in lines),
        net_cost=sum(line.net_cost for line in lines),
        ranking=None,
        complete=False,
    )


def net_cost(d: Instance, i: str, pick: Pick, rate: Decimal | None, last: int) -> int:
    """Outlay − grants − partners' money + operating effects (kr), discounted to the first plan year at `rate` a year; whole kronor.

    Operating effects count from the year after the last outlay, while the investment is in use, until the year `last`.
    """
    key = (i, pick.start)
    paid = {
        t: d.outlay[key].get(t, 0) - d.grant[key].get(t, 0) - d.partner[key].get(t, 0)
        for t in {*d.outlay[key], *d.grant[key], *d.partner[key]}
    }
    in_use = range(pick.start + d.duration(i), min(last, pick.start + d.duration(i) + d.investments[i].life - 1) + 1)
    for t in in_use:
        paid[t] = paid.get(t, 0) + d.investments[i].operating
    growth = 1 + Fraction(rate or 0)
    present = sum((Fraction(kr) / growth ** (t - d.years[0]) for t, kr in paid.items()), Fraction(0))
    return round(present * pick.percent / 100)


def _line(d: Instance, i: str, pick: Pick, tonnes: Mapping[str, Decimal], cost: int, needed_by: tuple[str, ...]) -> CostLine:
    own = tonnes[i]
    panel = "enabler" if own <= 0 else "saving" if cost < 0 else "cost"
    return CostLine(
        id=i,
        name=d.investments[i].name,
        panel=panel,
        tonnes=own,
        outlay=total_outlay(d, i, pick),
        net_cost=cost,
        per_tonne=round(Fraction(cost) / Fraction(own)) if panel == "cost" else None,
        needed_by=needed_by,
    )


def _needed_by(d: Instance, i: str, picks: Mapping[str, Pick]) -> tuple[str, ...]:
    return tuple(sorted(j for j in picks if any(need.id == i for need in d.investments[j].requires)))


def _place(line: CostLine) -> tuple[int, Fraction, str]:
    by = (
        Fraction(line.net_cost) / Fraction(line.tonnes)
        if line.panel == "cost"
        else Fraction(line.net_cost if line.panel == "saving" else 0)
    )
    return ORDER.index(line.panel), by, line.id
