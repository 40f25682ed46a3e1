"""The bond statement: tags, impact, views and the sustainability-linked bonds (docs/method.md, Bond ledger)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from math import floor

from portfolio.amounts.eligibility import eligible_outlay, refusal
from portfolio.amounts.support import half_even
from portfolio.evaluate import Picks, total_outlay
from portfolio.finance.funding import Paid
from portfolio.finance.ledger import bond_ledger
from portfolio.instance import Instance, counts_here, ramp_share
from portfolio.outcome import EmissionLine
from portfolio.planning import BondFramework, BondIssue, Bonds
from portfolio.statements import Allocation, BondStatement, BondTag, BondView, Impact, LinkedYear
from portfolio.units import TICKS_PER_TONNE, tonnes_from_ticks

Attributed = Mapping[str, tuple[int, int]]
"""Reduction and removal of each investment in the target year (ticks)."""


def bond_statement(
    d: Instance, picks: Picks, paid: Paid, attributed: Attributed, emissions: Sequence[EmissionLine]
) -> BondStatement | None:
    """The whole statement; None without a bond table.

    Args:
        paid: who pays for the outlays; empty without a funding table.
        attributed: tonnes of the target year, as the decisions state them.
        emissions: the emission path, for the sustainability-linked bonds.
    """
    bonds = d.planning.bonds
    if bonds is None:
        return None
    ledger = bond_ledger(d, picks, paid)
    allocated = {kind: _by_id(ledger.allocations, kind) for kind in ("new", "refinancing")}
    financed = {i: allocated["new"].get(i, 0) + allocated["refinancing"].get(i, 0) for i in d.city}
    tags = tuple(_tag(d, picks, i, bonds.framework, allocated) for i in d.city)
    linked = _linked(bonds, emissions)
    first = d.years[0]
    return BondStatement(
        framework=bonds.framework.title,
        tags=tags,
        issues=ledger.issue_lines(),
        pool=tuple(ledger.pool),
        allocations=tuple(ledger.allocations),
        impact=tuple(_impact(d, picks, i, financed[i], attributed.get(i, (0, 0))) for i in sorted(picks)),
        impact_year=d.planning.horizon.target_year.value,
        views=tuple(_view(d, picks, view) for view in bonds.views),
        linked=linked,
        linked_outstanding=sum(i.amount.value for i in bonds.issues if i.kind == "sustainability_linked" and _outstands(i, first)),
        exposure=sum(line.exposure for line in linked),
        eligible=sum(tag.eligible for tag in tags),
        issued=sum(line.issued for line in ledger.pool),
        allocated=sum(line.allocated for line in ledger.pool),
        refinanced=sum(line.refinanced for line in ledger.pool),
    )


def _by_id(allocations: Sequence[Allocation], kind: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for allocation in allocations:
        if allocation.kind == kind:
            sums[allocation.id] = sums.get(allocation.id, 0) + allocation.kronor
    return sums


def _tag(d: Instance, picks: Picks, i: str, framework: BondFramework, allocated: Mapping[str, Mapping[str, int]]) -> BondTag:
    investment, pick = d.investments[i], picks.get(i)
    return BondTag(
        id=i,
        category=investment.bond_category,
        share=investment.eligible_share,
        taxonomy=investment.taxonomy.value,
        reason=refusal(investment, framework),
        eligible=sum(d.eligible[i, pick.start].values()) * pick.percent // 100 if pick is not None else 0,
        allocated=allocated["new"].get(i, 0),
        refinanced=allocated["refinancing"].get(i, 0),
    )


def _impact(d: Instance, picks: Picks, i: str, financed: int, attributed: tuple[int, int]) -> Impact:
    gross = total_outlay(d, i, picks[i])
    ticks = {"reduced": attributed[0], "removed": attributed[1], "avoided": _avoided(d, i, picks[i].start, picks[i].percent)}
    parts = {f"financed_{name}": floor(Fraction(amount * financed, gross)) if gross else 0 for name, amount in ticks.items()}
    per_mnkr = Fraction(sum(ticks.values()) * 1_000_000, TICKS_PER_TONNE * gross) if gross else None
    share = Decimal(financed) / gross if gross else Decimal(0)
    return Impact(
        id=i,
        category=d.investments[i].bond_category,
        gross=gross,
        financed=financed,
        share=share.quantize(Decimal("0.000001"), rounding=ROUND_DOWN),
        **{name: tonnes_from_ticks(amount) for name, amount in {**ticks, **parts}.items()},
        tonnes_per_mnkr=Decimal(round(per_mnkr * 1000)).scaleb(-3) if per_mnkr is not None else None,
    )


def _avoided(d: Instance, i: str, start: int, percent: int) -> int:
    """Emissions avoided outside the territorial inventory in the target year (ticks)."""
    investment = d.investments[i]
    change = d.planning.investments.get(i)
    factor = change.tonnes_factor if change is not None and change.tonnes_factor is not None else Decimal(1)
    beyond = max(Decimal(0), investment.bond_tonnes - (investment.tonnes if counts_here(investment) else 0))
    share = ramp_share(investment, d.planning.horizon.target_year.value - start)
    return half_even(beyond * factor * share * 1000) * percent


def _view(d: Instance, picks: Picks, framework: BondFramework) -> BondView:
    full = pocket = everything = 0
    for i, pick in picks.items():
        investment = d.investments[i]
        in_plan_years = [t in d.years for t in range(pick.start, pick.start + d.duration(i))]
        met = sum(kr for kr, inside in zip(eligible_outlay(investment, d.planning), in_plan_years, strict=True) if inside)
        everything += sum(d.net_outlay(i, pick.start, t) for t in d.years) * pick.percent // 100
        stopped = refusal(investment, framework)
        if not stopped:
            full += met * pick.percent // 100
        elif stopped == "taxonomy" and framework.pocket is not None and investment.taxonomy in framework.pocket.taxonomy:
            pocket += met * pick.percent // 100
    if framework.pocket is not None:
        share = Fraction(framework.pocket.share.value)
        pocket = min(pocket, floor(full * share / (1 - share))) if share < 1 else pocket
    return BondView(framework=framework.name, title=framework.title, full=full, pocket=pocket, refused=everything - full - pocket)


def _outstands(issue: BondIssue, t: int) -> bool:
    return issue.year.value <= t and (issue.matures is None or t <= issue.matures.value)


def _linked(bonds: Bonds, emissions: Sequence[EmissionLine]) -> tuple[LinkedYear, ...]:
    """Every effect year that has a target; nothing without sustainability-linked issues."""
    issues = [i for i in bonds.issues if i.kind == "sustainability_linked"]
    if not issues or bonds.linked_targets is None:
        return ()
    lines = []
    for line in emissions:
        target = bonds.linked_targets.values.get(line.year)
        if target is None:
            continue
        missed = max(Decimal(0), line.emissions - target)
        due = [i for i in issues if _outstands(i, line.year)]
        lines.append(
            LinkedYear(
                year=line.year,
                emissions=line.emissions,
                target=target,
                missed_by=missed,
                nominal=sum(i.amount.value for i in due),
                exposure=sum(half_even(i.amount.value * i.penalty.value) for i in due if i.penalty is not None) if missed else 0,
            )
        )
    return tuple(lines)
