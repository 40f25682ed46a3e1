"""Ways out of a clash: how little must give, found by an elastic programme, then solved and audited as a question of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from portfolio.accounts import Accounts
from portfolio.analysis.conflict.demands import Question, without
from portfolio.analysis.conflict.relax import relaxed
from portfolio.analysis.conflict.smallest import least, least_and_most, of_investments
from portfolio.analysis.plan import audited, no_reasons
from portfolio.audit import audit
from portfolio.errors import AuditBreached, InfeasiblePlan, SolveFailed
from portfolio.evaluate import Pick, Picks
from portfolio.explained import LEVELS, Demand, Relief, WayOut
from portfolio.formulation import build
from portfolio.formulation.elastic import carries, soften, unmet
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import Instance, build_instance
from portfolio.outcome import Check
from portfolio.records import LockKind
from portfolio.solve import Clock
from portfolio.stages import HALF_KRONA, HALF_TICK, solve_stages

AUDITED = {"delivery_starts": ("delivery_capacity", "starts"), "delivery_outlay": ("delivery_capacity", "kr")}
"""Name and unit of the audit's check where they are not the demand's own."""


def way_out(q: Question, steps: Sequence[Sequence[Demand]], clock: Clock) -> WayOut | None:
    """The least that these demands must give so that there is a plan; None when they do not suffice.

    Args:
        steps: demands of one unit give together, one step after the other: an earlier step gives as little as it can when the demands of
            later steps are left out.

    Raises:
        SolveStopped: not settled in time.
        AuditBreached: a fault of ours; the way out is not shown.
        SolveFailed: the plan that needs the least gives nothing: the question was not impossible after all.
    """
    found: list[Relief] = []
    for n, group in enumerate(steps):
        asked = without(relaxed(q, found), [demand for later in steps[n + 1 :] for demand in later])
        given = _freeing(asked, group, clock) if of_investments(group[0]) else _giving(asked, group, clock)
        if given is None:
            return None
        found += given
    if not found:
        # an "infeasible" that nothing has to give for is none (the elastic optimum is 0)
        raise SolveFailed("infeasible, and possible when the demands may give nothing")
    question = relaxed(q, found)
    d = build_instance(question.portfolio, question.planning)
    try:
        best = solve_stages(d, clock)
    except InfeasiblePlan as fault:
        raise AuditBreached([f"way out: {'; '.join(r.demand.constraint for r in found)}"]) from fault
    totals = audited(d, best.picks, best.floor_ticks).totals
    return WayOut(
        reliefs=tuple(found),
        chosen=totals.chosen,
        kronor=totals.kronor,
        outlay_gap=totals.outlay_gap,
        tonnes=totals.tonnes,
        proven=best.proven,
    )


def _giving(q: Question, demands: Sequence[Demand], clock: Clock) -> list[Relief] | None:
    """Amounts of kronor, tonnes or numbers, recomputed exactly from the plan that needs the least."""
    d = build_instance(q.portfolio, q.planning)
    programme = build(d)
    goal = tonnes_goal(d)
    soft_goal = any(demand.constraint == "required_tonnes" for demand in demands)
    total = soften(programme, demands, goal)
    slack = {"kr": HALF_KRONA, "t": HALF_TICK}.get(demands[0].unit, 0.5)
    answers = least_and_most(programme, total, clock, None if soft_goal else goal, slack)
    given = [overstepped(d, a.picks, demands) for a in answers if a.picks is not None]
    # of what is equally little the one that gives most tonnes, unless HiGHS could not tell that it is more
    return min(reversed(given), key=_in_all) if given else None


def _in_all(reliefs: Sequence[Relief]) -> tuple[Decimal, Decimal]:
    """What a way out asks for: of levels the highest year, of all else the sum; and then the sum over all years."""
    amounts: dict[Demand, list[Decimal]] = {}
    for relief in reliefs:
        amounts.setdefault(relief.demand, []).append(Decimal(relief.amount))
    sums = {demand: sum(a, Decimal(0)) for demand, a in amounts.items()}
    counted = (max(a) if demand.constraint in LEVELS else sums[demand] for demand, a in amounts.items())
    return sum(counted, Decimal(0)), sum(sums.values(), Decimal(0))


def overstepped(d: Instance, picks: Picks, demands: Sequence[Demand]) -> list[Relief]:
    """What a plan oversteps of these demands, by year, as the audit counts it."""
    decisions = Accounts(d, picks).decisions(no_reasons(d))
    breaches = audit(d.portfolio, d.planning, decisions).breaches
    return [relief for demand in demands for relief in _reliefs(d, breaches, demand)]


def _reliefs(d: Instance, breaches: Sequence[Check], demand: Demand) -> Iterator[Relief]:
    name, unit = AUDITED.get(demand.constraint, (demand.constraint, demand.unit))
    checks = [c for c in breaches if _is_of(c, name, unit, demand)]
    reached = Decimal(0)
    carried = carries(d.planning, demand)
    for check in sorted(checks, key=lambda c: c.year or 0):
        over = -check.slack
        if carried or demand.constraint == "bond_backing":
            # what one year needs more is there in the years after it too
            over, reached = over - reached, max(over, reached)
        if over > 0:
            yield Relief(demand=demand, year=check.year, amount=over)


def _is_of(check: Check, name: str, unit: str, demand: Demand) -> bool:
    return check.constraint == name and check.subject == demand.subject and (demand.constraint not in AUDITED or check.unit == unit)


def _freeing(q: Question, demands: Sequence[Demand], clock: Clock) -> list[Relief] | None:
    """The fewest investments that must be let go of what they are locked or committed to."""
    bound = build_instance(q.portfolio, q.planning)
    wanted = {demand.subject: _fulfilling(bound, demand.subject) for demand in demands}
    free = without(q, demands)
    d = build_instance(free.portfolio, free.planning)
    programme = build(d)
    answer = least(programme, unmet(programme, wanted), clock, tonnes_goal(d))
    if answer.picks is None:
        return None
    picks = answer.picks
    given = [demand for demand in demands if not _fulfilled(picks.get(demand.subject), wanted[demand.subject])]
    return [Relief(demand=demand, year=None, amount=Decimal(1)) for demand in given]


def _fulfilling(d: Instance, i: str) -> frozenset[tuple[int, str]]:
    """Starts and layers that fulfil the demand on i; none when it must not be started."""
    if d.investments[i].lock.kind is LockKind.NEVER:
        return frozenset()
    return frozenset((s, l) for s in d.starts[i] for l in d.layers[i])


def _fulfilled(pick: Pick | None, wanted: frozenset[tuple[int, str]]) -> bool:
    return pick is None if not wanted else pick is not None and (pick.start, pick.layer) in wanted
