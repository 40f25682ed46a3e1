"""What each investment in the gap takes and gives (docs/method.md, Gap)."""

from __future__ import annotations

from fractions import Fraction

from portfolio.evaluate import Pick, Picks, Tonnage, total_outlay
from portfolio.instance import Instance
from portfolio.statements import FundingStatement, GapInvestment
from portfolio.units import tonnes_from_ticks


def gap_investments(d: Instance, picks: Picks, funding: FundingStatement | None) -> tuple[GapInvestment, ...]:
    """One for every investment that is recommended outside the frame, in order of id."""
    target = d.planning.horizon.target_year.value
    with_all = Tonnage(d, picks).year(target).reductions
    found = []
    for i, pick in sorted(picks.items()):
        if pick.layer != "gap":
            continue
        falls = _falls(d, picks, i)
        left = {j: p for j, p in picks.items() if j != i and j not in falls}
        charges = {t: d.charge(i, pick.start, t).total * pick.percent // 100 for t in d.planning.horizon.effect_years}
        rated = d.planning.operating_charge is not None
        highest = max(charges, key=lambda t: (charges[t], -t)) if rated else None
        found.append(
            GapInvestment(
                id=i,
                kronor=total_outlay(d, i, pick),
                funding=_by_source(funding, i),
                debt=_debt_added(d, i, pick),
                charge=d.charge(i, pick.start, pick.start + d.duration(i)).total * pick.percent // 100 if rated else None,
                highest_charge=charges[highest] if highest is not None else None,
                highest_year=highest,
                falls=falls,
                tonnes_lost=tonnes_from_ticks(with_all - Tonnage(d, left).year(target).reductions),
            )
        )
    return tuple(found)


def _debt_added(d: Instance, i: str, pick: Pick) -> int | None:
    """Kronor that it has added to the net debt by the end of the last plan year; None without a debt table."""
    if d.planning.debt is None:
        return None
    return round(Fraction(d.debt_added[i, pick.start][d.years[-1]]) * pick.percent / 100)


def _falls(d: Instance, picks: Picks, i: str) -> tuple[str, ...]:
    """Started investments that require i, directly or through others."""
    gone = {i}
    while True:
        more = {j for j in picks if j not in gone and any(need.id in gone for need in d.investments[j].requires)}
        if not more:
            return tuple(sorted(gone - {i}))
        gone |= more


def _by_source(funding: FundingStatement | None, i: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for use in funding.uses if funding is not None else ():
        if use.id == i:
            sums[use.source] = sums.get(use.source, 0) + use.kronor
    return sums
