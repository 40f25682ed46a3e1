"""The money statements of the recommended plan, and what the mandate costs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portfolio.accounts import Accounts
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.evaluate import Picks, debt_path, total_outlay
from portfolio.finance.bonds import bond_statement
from portfolio.finance.charge_statement import charge_statement
from portfolio.finance.debt import city_path, group_path
from portfolio.finance.debt import without_mandate as unbound_debt
from portfolio.finance.funding import funding_statement, paid_by
from portfolio.instance import Instance, build_instance
from portfolio.outcome import Totals
from portfolio.solve import Clock
from portfolio.solved import Solved
from portfolio.stages import solve_stages
from portfolio.statements import BondStatement, ChargeStatement, DebtStatement, FundingStatement, GaveWay, LeftOut, Moved


@dataclass(frozen=True)
class Money:
    """The statements of one plan; None where the model has no table for it."""

    debt: DebtStatement | None
    charges: ChargeStatement | None
    funding: FundingStatement | None
    bonds: BondStatement | None


def without_mandate(d: Instance, clock: Clock, seed: int) -> Solved | None:
    """The same question with a mandate that no choice can reach; None when it could not be solved in time."""
    planning = d.planning.model_copy(update={"debt": unbound_debt(d)})
    try:
        return solve_stages(build_instance(d.portfolio, planning), clock, seed=seed)
    except (SolveStopped, InfeasiblePlan):
        return None


def money_of(d: Instance, solved: Solved, unbound: Solved | None, *, can_bind: bool) -> Money:
    """All statements of the recommended plan.

    Args:
        unbound: the same question solved without the mandate. can_bind: the mandate could be reached at all.
    """
    picks = solved.picks
    accounts = Accounts(d, picks)
    paid = paid_by(d, picks) if d.planning.funding is not None else {}
    assert paid is not None, "the programme holds that everything can be paid"
    target = d.planning.horizon.target_year.value
    attributed: Mapping[str, tuple[int, int]] = {i: accounts.attributed(i, target) for i in picks}
    return Money(
        debt=_debt(d, solved, unbound, can_bind=can_bind),
        charges=charge_statement(d, picks),
        funding=funding_statement(d, picks, paid) if d.planning.funding is not None else None,
        bonds=bond_statement(d, picks, paid, attributed, accounts.emissions()),
    )


def _debt(d: Instance, solved: Solved, unbound: Solved | None, *, can_bind: bool) -> DebtStatement | None:
    lines = group_path(d, solved.picks)
    if not lines:
        return None
    tightest = min(lines, key=lambda line: (line.mandate or 0) - line.closing)
    costs: bool | None = None
    gave_way = None
    if not can_bind:
        costs = False
    elif unbound is not None and decided(solved) and decided(unbound):
        costs = starts_of(unbound.picks) != starts_of(solved.picks)
        gave_way = _gave_way(d, solved, unbound) if costs else None
    return DebtStatement(
        group=lines,
        city=city_path(d, solved.picks),
        tightest_year=tightest.year,
        headroom=(tightest.mandate or 0) - tightest.closing,
        mandate_costs=costs,
        gave_way=gave_way,
    )


def decided(solved: Solved) -> bool:
    """The plan is the one best plan: ties between plans that are equally good are broken too."""
    return solved.proven and solved.unique


def starts_of(picks: Picks) -> dict[str, tuple[int, int]]:
    """Start year and per cent of every pick; the layer is the plan frame's affair, not the mandate's."""
    return {i: (p.start, p.percent) for i, p in picks.items()}


def _gave_way(d: Instance, solved: Solved, unbound: Solved) -> GaveWay:
    here, there = starts_of(solved.picks), starts_of(unbound.picks)
    path = debt_path(d, unbound.picks)
    year = max(path, key=lambda t: (path[t], -t))
    mine, theirs = (_totals(d, picks) for picks in (solved.picks, unbound.picks))
    moved = [
        Moved(id=i, start=here[i][0], percent=here[i][1], start_without=there[i][0], percent_without=there[i][1])
        for i in sorted(here.keys() & there.keys())
        if here[i] != there[i]
    ]
    return GaveWay(
        left_out=_only_in(d, unbound.picks, solved.picks),
        instead=_only_in(d, solved.picks, unbound.picks),
        moved=tuple(moved),
        tonnes_lost=theirs.tonnes - mine.tonnes,
        kronor_without=theirs.kronor,
        debt_without=round(path[year]),
        debt_without_year=year,
    )


def _only_in(d: Instance, picks: Picks, other: Picks) -> tuple[LeftOut, ...]:
    """What the one plan has and the other has not."""
    ids = sorted(picks.keys() - other.keys())
    return tuple(LeftOut(id=i, start=picks[i].start, percent=picks[i].percent, kronor=total_outlay(d, i, picks[i])) for i in ids)


def _totals(d: Instance, picks: Picks) -> Totals:
    return Accounts(d, picks).totals()
