"""The main job: from records and planning model to a proven, audited plan beside the adopted plan and the plan inside the frame."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portfolio import __version__
from portfolio.accounts import Accounts, ratio_of
from portfolio.analysis.conflict.demands import Question
from portfolio.analysis.conflict.find import find_conflict
from portfolio.analysis.gap import gap_ladder
from portfolio.analysis.limits import binding_limits
from portfolio.analysis.money import decided, money_of, without_mandate
from portfolio.analysis.plan import holding, make_plan, no_reasons
from portfolio.analysis.reasons import reasons
from portfolio.audit import Statements
from portfolio.errors import InfeasiblePlan, SolveFailed, SolveStopped
from portfolio.evaluate import Picks, adopted_picks, measure
from portfolio.finance.debt import can_bind
from portfolio.instance import Instance, build_instance
from portfolio.outcome import (
    Decision,
    FindingLine,
    ObjectiveReport,
    Records,
    Run,
    Software,
    SolveStatus,
    StopReason,
)
from portfolio.planning import ObjectiveName, Planning
from portfolio.records import Portfolio
from portfolio.solve import Clock, Meaning, versions
from portfolio.solved import Solved
from portfolio.solving import Watch
from portfolio.stages import DEFAULT_FLOOR, solve_stages
from portfolio.units import tonnes_from_ticks

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True)
class Request:
    """How to run: time for all solves (s), the seed of the solver, and what the run is stamped with."""

    time_limit: float = 60.0
    seed: int = 0
    lang: str = "sv"
    created: str = ""


def optimise(
    portfolio: Portfolio,
    planning: Planning,
    request: Request,
    findings: Sequence[FindingLine] = (),
    clock: Clock | None = None,
    watch: Watch | None = None,
) -> Run:
    """The whole run.

    Args:
        findings: warnings and notes about the input, for the run's own record.
        clock: for who wants to interrupt the search; otherwise one of `request.time_limit` seconds.

    Raises:
        AuditBreached: a fault of ours; nothing is shown.
    """
    d = build_instance(portfolio, planning)
    clock = clock if clock is not None else Clock(request.time_limit)
    try:
        solved, inside, unbound = _solve_all(d, clock, request.seed, watch)
    except InfeasiblePlan:
        conflict = find_conflict(Question(portfolio, planning), clock)
        return _run(d, request, findings, status=SolveStatus.INFEASIBLE, stop_reason=StopReason.NONE, conflict=conflict)
    except SolveStopped as stopped:
        memory = StopReason.MEMORY_LIMIT if stopped.out_of_memory else StopReason.TIME_LIMIT
        reason = StopReason.INTERRUPTED if stopped.interrupted else memory
        return _run(d, request, findings, status=SolveStatus.STOPPED_WITHOUT_PLAN, stop_reason=reason)
    most = make_plan(d, solved.most, no_reasons(d)) if solved.most is not None else None
    plan_only = make_plan(d, inside.picks, no_reasons(d)) if inside is not solved else None
    money = money_of(d, solved, unbound, can_bind=can_bind(d))
    within = Accounts(d, inside.most) if inside is not solved and inside.most is not None else None
    totals = Accounts(d, solved.picks).totals()
    gap = gap_ladder(d, solved, within.totals() if within is not None else None, totals, money.funding)
    statements = Statements(
        money.debt,
        money.charges,
        money.funding,
        money.bonds,
        gap,
        most=most.decisions if most is not None else None,
        inside=_decisions(d, within.picks) if within is not None else None,
        unbound=Accounts(d, unbound.picks).decisions(no_reasons(d))
        if unbound is not None and decided(unbound) and decided(solved)
        else None,
    )
    chosen = make_plan(d, solved.picks, reasons(d, solved), solved.floor_ticks, statements)
    for plan in (chosen, most, plan_only):
        if plan is not None:
            holding(plan)
    return _run(
        d,
        request,
        findings,
        status=SolveStatus.PROVEN_BEST if solved.proven else SolveStatus.FEASIBLE_NOT_PROVEN,
        stop_reason=_stop_reason(solved if not solved.proven else inside),
        objective=objective_report(d, solved, inside),
        decisions=chosen.decisions,
        years=chosen.years,
        emissions=chosen.emissions,
        totals=chosen.totals,
        gap=gap,
        debt=money.debt,
        charges=money.charges,
        funding=money.funding,
        bonds=money.bonds,
        limits=binding_limits(d, chosen),
        plan_only=plan_only,
        most_tonnes_plan=most.totals if most is not None else None,
        audit=chosen.audit,
    )


def _decisions(d: Instance, picks: Picks) -> tuple[Decision, ...]:
    return Accounts(d, picks).decisions(no_reasons(d))


def _run(d: Instance, request: Request, findings: Sequence[FindingLine], **found: Any) -> Run:
    planning = d.planning
    empty: dict[str, Any] = {
        "objective": None,
        "decisions": (),
        "years": (),
        "emissions": (),
        "totals": None,
        "gap": None,
        "debt": None,
        "charges": None,
        "funding": None,
        "bonds": None,
        "limits": (),
        "conflict": None,
        "plan_only": None,
        "most_tonnes_plan": None,
        "audit": None,
    }
    return Run(
        schema_version=SCHEMA_VERSION,
        created=request.created,
        lang=request.lang,
        title=planning.title,
        scenarios=planning.scenarios,
        target_year=planning.horizon.target_year.value,
        target_tonnes=planning.emissions.target if planning.emissions is not None else None,
        adopted_plan=make_plan(d, adopted_picks(d), no_reasons(d)),
        findings=tuple(findings),
        inputs=d.portfolio.inputs,
        model=planning.model_dump(mode="json", exclude_none=True),
        records=records_of(d.portfolio),
        software=Software(portfolio=__version__, python=platform.python_version(), **versions()),
        **{**empty, **found},
    )


def records_of(portfolio: Portfolio) -> Records:
    """What the run keeps of the workbooks, in the order of ids; an investment's own row still says where it stands."""
    rows = sorted(portfolio.investments, key=lambda i: i.id)
    kept = (i.model_copy(update={"origin": i.origin.model_copy(update={"cells": {}})}) for i in rows)
    return Records(investments=tuple(kept), pairs=portfolio.pairs, ceilings=portfolio.ceilings)


def _solve_all(d: Instance, clock: Clock, seed: int, watch: Watch | None) -> tuple[Solved, Solved, Solved | None]:
    """Both layers, the frame only, and without a mandate that could bind, side by side: HiGHS leaves Python free while it works.

    Ctrl-C stops all of them and keeps their plans.
    """
    with ThreadPoolExecutor(3) as pool:
        both = pool.submit(solve_stages, d, clock, seed=seed, watch=watch)
        frame = pool.submit(solve_stages, d, clock, ("plan",), seed)
        unbound = pool.submit(without_mandate, d, clock, seed) if can_bind(d) else None
        waiting: list[Future[Any]] = [future for future in (both, frame, unbound) if future is not None]
        while not all(future.done() for future in waiting):
            try:
                wait(waiting, timeout=0.2)
            except KeyboardInterrupt:
                clock.interrupt()
    solved = both.result()
    free = _or_none(unbound) if unbound is not None else None
    # nothing found in time, or what is committed outside the frame cannot be inside it: there is no such plan to compare with
    return solved, _or_none(frame) or solved, free


def _or_none(future: Future[Any]) -> Solved | None:
    """A plan to compare with; None where there is none, also when the solver failed on the way to it: the plan itself is kept."""
    try:
        found: Solved | None = future.result()
    except (SolveStopped, InfeasiblePlan, SolveFailed):
        return None
    return found


def _stop_reason(solved: Solved) -> StopReason:
    match solved.stopped:
        case Meaning.TIME_LIMIT:
            return StopReason.TIME_LIMIT
        case Meaning.MEMORY_LIMIT:
            return StopReason.MEMORY_LIMIT
        case Meaning.INTERRUPTED:
            return StopReason.INTERRUPTED
        case Meaning.FAULT:
            return StopReason.SOLVER_FAULT
        case _:
            return StopReason.NONE


def objective_report(d: Instance, solved: Solved, inside: Solved) -> ObjectiveReport:
    """What was maximised and how far the proof goes."""
    objective = d.planning.objective
    bound: Decimal | None = None
    if solved.bound is not None:
        match objective.name:
            case ObjectiveName.TONNES_PER_KRONA:
                bound = ratio_of(solved.bound)
            case ObjectiveName.LEAST_COST:
                bound = Decimal(int(solved.bound))
            case _:
                bound = tonnes_from_ticks(int(solved.bound))
    ratio_used = objective.name is ObjectiveName.TONNES_PER_KRONA
    share = objective.floor_share.value if objective.floor_share is not None else DEFAULT_FLOOR
    return ObjectiveReport(
        name=objective.name.value,
        quantity=objective.quantity.value,
        krona=objective.krona.value,
        tonnes=tonnes_from_ticks(solved.value.ticks),
        kronor=solved.value.kronor,
        tonnes_per_krona=ratio_of(solved.value.ratio) if solved.value.kronor > 0 else None,
        bound=bound,
        gap_tonnes=tonnes_from_ticks(solved.gap_ticks),
        gap_kronor=solved.gap_kronor,
        most_tonnes=tonnes_from_ticks(measure(d, solved.most).ticks) if solved.most is not None else None,
        floor_share=share if ratio_used else None,
        floor_tonnes=tonnes_from_ticks(solved.floor_ticks) if solved.floor_ticks is not None else None,
        hurdle=ratio_of(solved.hurdle) if solved.hurdle is not None else None,
        unique=solved.unique,
        solves=solved.solves + (inside.solves if inside is not solved else 0),
    )
