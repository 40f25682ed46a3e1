"""The main job: from records and planning model to a proven, audited plan beside the adopted plan and the plan inside the frame."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from portfolio import __version__
from portfolio.accounts import Accounts, ratio_of
from portfolio.analysis.limits import binding_limits
from portfolio.analysis.reasons import Reason, reasons
from portfolio.audit import audit
from portfolio.errors import AuditBreached, InfeasiblePlan, SolveStopped
from portfolio.evaluate import Picks, Tonnage, adopted_picks, everything_picks, measure, outside_of
from portfolio.instance import Instance, build_instance, counts_here
from portfolio.outcome import (
    FindingLine,
    GapLadder,
    ObjectiveReport,
    Plan,
    Run,
    Rung,
    Software,
    SolveStatus,
    StopReason,
    Totals,
    Verdict,
)
from portfolio.planning import ObjectiveName, Planning
from portfolio.records import Portfolio
from portfolio.solve import Clock, Meaning, versions
from portfolio.stages import DEFAULT_FLOOR, Solved, solve_stages
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
    portfolio: Portfolio, planning: Planning, request: Request, findings: Sequence[FindingLine] = (), clock: Clock | None = None
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
        solved, inside = _solve_both(d, clock, request.seed)
    except InfeasiblePlan:
        return _without_plan(d, request, findings, SolveStatus.INFEASIBLE, StopReason.NONE)
    except SolveStopped as stopped:
        reason = StopReason.INTERRUPTED if stopped.interrupted else StopReason.TIME_LIMIT
        return _without_plan(d, request, findings, SolveStatus.STOPPED_WITHOUT_PLAN, reason)
    chosen = make_plan(d, solved.picks, reasons(d, solved), solved.floor_ticks)
    most = make_plan(d, solved.most, no_reasons(d)) if solved.most is not None else None
    plan_only = make_plan(d, inside.picks, no_reasons(d)) if inside is not solved else None
    for plan in (chosen, most, plan_only):
        if plan is not None and plan.audit.verdict is not Verdict.HOLDS:
            raise AuditBreached(f"{c.constraint} {c.subject} {c.year or ''}".strip() for c in plan.audit.breaches)
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
        gap=gap_ladder(d, solved, inside.most if inside is not solved else None, chosen.totals),
        limits=binding_limits(d, chosen),
        plan_only=plan_only,
        most_tonnes_plan=most.totals if most is not None else None,
        audit=chosen.audit,
    )


def _without_plan(d: Instance, request: Request, findings: Sequence[FindingLine], status: SolveStatus, reason: StopReason) -> Run:
    """A run that has no plan to show: only the adopted plan with its breaches."""
    return _run(d, request, findings, status=status, stop_reason=reason)


def _run(d: Instance, request: Request, findings: Sequence[FindingLine], **found: Any) -> Run:
    planning = d.planning
    empty: dict[str, Any] = {
        "objective": None,
        "decisions": (),
        "years": (),
        "emissions": (),
        "totals": None,
        "gap": None,
        "limits": (),
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
        software=Software(portfolio=__version__, python=platform.python_version(), **versions()),
        **{**empty, **found},
    )


def _solve_both(d: Instance, clock: Clock, seed: int) -> tuple[Solved, Solved]:
    """Both layers, and the frame only, side by side: HiGHS leaves Python free while it works. Ctrl-C stops both and keeps their plans."""
    with ThreadPoolExecutor(2) as pool:
        both = pool.submit(solve_stages, d, clock, seed=seed)
        frame = pool.submit(solve_stages, d, clock, ("plan",), seed)
        while not (both.done() and frame.done()):
            try:
                wait((both, frame), timeout=0.2)
            except KeyboardInterrupt:
                clock.interrupt()
    solved = both.result()
    try:
        return solved, frame.result()
    except (SolveStopped, InfeasiblePlan):
        # nothing found in time, or what is committed outside the frame cannot be inside it: there is no such plan to compare with
        return solved, solved


def no_reasons(d: Instance) -> dict[str, Reason]:
    """For plans that nobody has explained."""
    return dict.fromkeys((*d.city, *d.external), ("", {}))


def make_plan(d: Instance, picks: Picks, why: dict[str, Reason], floor_ticks: int | None = None) -> Plan:
    """Figures of a set of picks, audited by the code that shares nothing with them."""
    accounts = Accounts(d, picks)
    decisions, years, emissions, totals = accounts.decisions(why), accounts.years(), accounts.emissions(), accounts.totals()
    checked = audit(
        d.portfolio,
        d.planning,
        decisions,
        stated=totals,
        years=years,
        emissions=emissions,
        floor_tonnes=tonnes_from_ticks(floor_ticks) if floor_ticks is not None else None,
    )
    return Plan(decisions=decisions, years=years, emissions=emissions, totals=totals, audit=checked)


def _stop_reason(solved: Solved) -> StopReason:
    match solved.stopped:
        case Meaning.TIME_LIMIT:
            return StopReason.TIME_LIMIT
        case Meaning.INTERRUPTED:
            return StopReason.INTERRUPTED
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


def gap_ladder(d: Instance, solved: Solved, inside: Picks | None, chosen: Totals) -> GapLadder:
    """identified → city control → in plan → affordable → recommended, and the three gaps by name.

    Args:
        inside: the plan inside the frame with the most tonnes; None when there is none to compare with.
        chosen: totals of the recommended plan.
    """
    target_year = d.planning.horizon.target_year.value
    everything = everything_picks(d)
    all_of_it = outside_of(d, everything, Fraction(1)).tonnage.year(target_year).reductions
    with_shares = outside_of(d, everything).tonnage.year(target_year).reductions
    kronor = {i: d.investments[i].total_outlay for i in (*d.city, *d.external)}
    adopted = adopted_picks(d)
    affordable = solved.most if solved.most is not None else solved.picks

    def rung(name: str, ids: Sequence[str], ticks: int) -> Rung:
        return Rung(name=name, kronor=sum(kronor[i] for i in ids), tonnes_target_year=tonnes_from_ticks(ticks), count=len(ids))

    rungs = (
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
    idle = [i for i in d.city if i not in affordable and (not counts_here(d.investments[i]) or d.investments[i].tonnes == 0)]
    without_tonnes = sum(kronor[i] for i in idle)
    within = Accounts(d, inside).totals() if inside is not None else None
    return GapLadder(
        rungs=rungs,
        money_gap=by_name["city_control"].kronor - by_name["in_plan"].kronor,
        capacity_gap=by_name["city_control"].kronor - by_name["affordable"].kronor - without_tonnes,
        without_tonnes=without_tonnes,
        needed_by=_needed_by(d, solved.picks),
        tonne_gap=chosen.emissions_target_year - target if chosen.emissions_target_year is not None and target is not None else None,
        tonne_gap_all=left_with_all - target if left_with_all is not None and target is not None else None,
        closing_kronor=chosen.kronor - within.kronor if within is not None else 0,
        closing_tonnes=chosen.tonnes - within.tonnes if within is not None else Decimal(0),
    )


def _needed_by(d: Instance, picks: Picks) -> dict[str, tuple[str, ...]]:
    """What is in the gap but needed by what is in the plan: without the further decision the plan cannot be carried out either."""
    found: dict[str, list[str]] = {}
    for i, pick in sorted(picks.items()):
        for need in d.investments[i].requires if pick.layer == "plan" else ():
            if need.id in picks and picks[need.id].layer == "gap":
                found.setdefault(need.id, []).append(i)
    return {j: tuple(ids) for j, ids in found.items()}


def _spent_rung(d: Instance, name: str, picks: Picks) -> Rung:
    accounts = Accounts(d, picks).totals()
    return Rung(
        name=name,
        kronor=accounts.outlay_plan + accounts.outlay_gap,
        tonnes_target_year=accounts.tonnes_target_year,
        count=accounts.chosen,
    )
