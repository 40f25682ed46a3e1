"""A grid of budgets – frame × mandate × floor share – and the best plan for each, solved the main job's way and audited.

A plan that was best under a higher mandate, and keeps a lower one, is best there too: fewer plans are allowed, and it is still one of them.
The same holds for the plan with the most tonnes, from which the floor is counted. Only where one of them breaks the mandate is a question
solved again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from typing import Final

from portfolio.analysis.base import Base
from portfolio.analysis.beside import Progress, side_by_side, silent
from portfolio.analysis.plan import audited
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.evaluate import Picks, debt_path
from portfolio.explored.grid import Grid, GridPlan, GridPoint
from portfolio.instance import Instance, build_instance
from portfolio.planning import MoneyByYear, ObjectiveName, Planning, ShareValue
from portfolio.solve import Clock
from portfolio.stages import DEFAULT_FLOOR, solve_stages

FRAMES: Final = (80, 90, 100, 110, 120)
MANDATES: Final = (110, 100, 90, 80)
"""Per cent of the model's own; mandates from the highest."""
FLOORS: Final = (Decimal("0.85"), Decimal("0.9"), Decimal("0.95"), Decimal(1))
"""Shares of the most tonnes; the model's own is one more."""
LAYERS: Final = {"both": ("plan", "gap"), "inside": ("plan",)}


@dataclass(frozen=True)
class _Best:
    """What was found for one question: None for the plan where there is none, and `stopped` where nothing was settled."""

    picks: Picks | None
    floor: int | None
    stopped: bool = False


def grid(base: Base, clock: Callable[[], Clock], progress: Progress = silent) -> Grid:
    """The best plans of every combination.

    Args:
        clock: makes the clock of one solve.

    Raises:
        AuditBreached: a fault of ours.
    """
    planning = base.question.planning
    d = build_instance(base.question.portfolio, planning)
    frames = FRAMES if planning.plan_frame is not None else (None,)
    mandates = MANDATES if planning.debt is not None else (None,)
    floors: Sequence[Decimal | None] = (None,)
    if planning.objective.name is ObjectiveName.TONNES_PER_KRONA:
        own = planning.objective.floor_share
        floors = sorted({*FLOORS, own.value if own is not None else DEFAULT_FLOOR})
    kinds = tuple(LAYERS) if planning.plan_frame is not None else ("both",)
    chains = list(product(frames, floors, kinds))

    def solved(chain: tuple[int | None, Decimal | None, str]) -> tuple[list[_Best], int]:
        frame, floor, kind = chain
        return _chain([replace(d, planning=_other(planning, frame, m, floor)) for m in mandates], LAYERS[kind], clock)

    found = dict(zip(chains, side_by_side(chains, solved, progress), strict=True))
    points = []
    for frame, floor in product(frames, floors):
        for n, mandate in enumerate(mandates):
            asked = replace(d, planning=_other(planning, frame, mandate, floor))
            best = {kind: found[frame, floor, kind][0][n] for kind in kinds}
            points.append(_point(asked, (frame, mandate, floor), best, base.picks))
    complete = all(p.status != "stopped" for p in points)
    return Grid(points=tuple(points), complete=complete, solves=sum(solves for _, solves in found.values()))


def _chain(asked: Sequence[Instance], layers: tuple[str, ...], clock: Callable[[], Clock]) -> tuple[list[_Best], int]:
    """The best plan of each question, mandates falling, and how many were solved."""
    best: list[_Best] = []
    solves = 0
    followed: list[Picks] | None = None
    for d in asked:
        if best and best[-1].picks is None and not best[-1].stopped:
            best.append(best[-1])  # what a higher mandate does not allow, a lower one does not
        elif best and followed is not None and all(_keeps(d, plan) for plan in followed):
            best.append(best[-1])
        else:
            solves += 1
            made, followed = _solve(d, layers, clock())
            best.append(made)
    return best, solves


def _solve(d: Instance, layers: tuple[str, ...], clock: Clock) -> tuple[_Best, list[Picks] | None]:
    """The best plan, and the plans on which it rests."""
    try:
        solved = solve_stages(d, clock, layers)
    except InfeasiblePlan:
        return _Best(None, None), None
    except SolveStopped:
        return _Best(None, None, stopped=True), None
    if not solved.proven:
        return _Best(None, None, stopped=True), None
    return _Best(solved.picks, solved.floor_ticks), [solved.picks, *([solved.most] if solved.most is not None else [])]


def _keeps(d: Instance, picks: Picks) -> bool:
    assert d.planning.debt is not None, "only mandates fall"
    return all(owed <= d.planning.debt.mandate.values[t] for t, owed in debt_path(d, picks).items())


def _other(planning: Planning, frame: int | None, mandate: int | None, floor: Decimal | None) -> Planning:
    """The model with another frame, mandate and floor; whole kronor, rounded down."""
    changed: dict[str, object] = {}
    if planning.plan_frame is not None and frame is not None:
        changed["plan_frame"] = planning.plan_frame.model_copy(update={"frame": _part(planning.plan_frame.frame, frame)})
    if planning.debt is not None and mandate is not None:
        changed["debt"] = planning.debt.model_copy(update={"mandate": _part(planning.debt.mandate, mandate)})
    if floor is not None:
        stated = ShareValue(unit="share", stated=str(floor), source="grid", value=floor)
        changed["objective"] = planning.objective.model_copy(update={"floor_share": stated})
    return planning.model_copy(update=changed)


def _part(amounts: MoneyByYear, percent: int) -> MoneyByYear:
    return amounts.model_copy(update={"values": {t: kr * percent // 100 for t, kr in amounts.values.items()}})


def _point(d: Instance, at: tuple[int | None, int | None, Decimal | None], best: dict[str, _Best], recommended: Picks) -> GridPoint:
    frame, debt = d.planning.plan_frame, d.planning.debt
    both, inside = best["both"], best.get("inside")
    stopped = both.stopped or (inside is not None and inside.stopped)
    return GridPoint(
        frame=at[0],
        mandate=at[1],
        floor=at[2],
        frame_kr=sum(frame.frame.values[t] for t in d.years) if frame is not None else None,
        mandate_kr=min(debt.mandate.values[t] for t in d.years) if debt is not None else None,
        status="stopped" if stopped else "infeasible" if both.picks is None else "proven",
        both=_plan(d, both, recommended) if not stopped else None,
        inside=_plan(d, inside, recommended) if inside is not None and not stopped else None,
    )


def _plan(d: Instance, best: _Best, recommended: Picks) -> GridPlan | None:
    """The figures of a plan, once the audit has counted it."""
    if best.picks is None:
        return None
    totals = audited(d, best.picks, best.floor).totals
    here, there = best.picks.keys(), recommended.keys()
    return GridPlan(
        chosen=totals.chosen,
        outlay_plan=totals.outlay_plan,
        outlay_gap=totals.outlay_gap,
        tonnes=totals.tonnes,
        emissions=totals.emissions_target_year,
        debt=totals.highest_net_debt,
        come=tuple(sorted(here - there)),
        gone=tuple(sorted(there - here)),
    )
