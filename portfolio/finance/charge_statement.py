"""Operating charges of a plan by year and owner (docs/method.md, Operating charge)."""

from __future__ import annotations

from portfolio.amounts.charges import Charge
from portfolio.evaluate import Picks
from portfolio.instance import Instance
from portfolio.planning import MoneyByYear
from portfolio.statements import ChargeLine, ChargeStatement, OwnerCharges

PARTS = ("depreciation", "release", "internal_rate", "expensed", "operating")


def charge_statement(d: Instance, picks: Picks) -> ChargeStatement | None:
    """Every effect year, all owners together and each owner that has an investment in the plan; None without an internal rate."""
    table = d.planning.operating_charge
    if table is None:
        return None
    owners = sorted({d.investments[i].owner for i in picks})
    total = _lines(d, picks, table.limit)
    highest = max(total, key=lambda line: (line.total, -line.year))
    return ChargeStatement(
        rate=table.internal_rate.value,
        total=total,
        owners=tuple(
            OwnerCharges(
                owner=owner, lines=_lines(d, {i: p for i, p in picks.items() if d.investments[i].owner == owner}, table.limits.get(owner))
            )
            for owner in owners
        ),
        highest_year=highest.year,
        highest=highest.total,
    )


def _lines(d: Instance, picks: Picks, limit: MoneyByYear | None) -> tuple[ChargeLine, ...]:
    lines = []
    for t in d.planning.horizon.effect_years:
        charges: list[tuple[Charge, int]] = [(d.charge(i, p.start, t), p.percent) for i, p in picks.items()]
        parts = {name: sum(getattr(charge, name) * percent // 100 for charge, percent in charges) for name in PARTS}
        lines.append(ChargeLine(year=t, **parts, total=sum(parts.values()), limit=limit.values.get(t) if limit is not None else None))
    return tuple(lines)
