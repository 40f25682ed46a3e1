"""The best plan of a question that differs only in its figures from others: the objective's value proven, equals told apart, quickly.

The same plan as the main job's stages (`stages.py`) but for two things: layers are not decided, and of plans that are equally good the
one with the earliest starts is taken, then the first ids (the main job first takes the one with the least outlay in layer gap).
"""

from __future__ import annotations

from collections.abc import Sequence

from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.evaluate import Picks, measure
from portfolio.formulation import build
from portfolio.instance import Instance, must_start
from portfolio.limits import broken
from portfolio.matrix import can_be_made, matrix_of
from portfolio.planning import ObjectiveName
from portfolio.proving import Optimum, searched
from portfolio.quick import Quick
from portfolio.shorter import overlap_rows, shorter
from portfolio.solve import Clock, Meaning
from portfolio.stages import solve_stages
from portfolio.written_out import written_out


def optimum(d: Instance, clock: Clock, offered: Sequence[Picks] = (), floor: int | None = None) -> Optimum:
    """The best plan, proven if there is time.

    Args:
        floor: ticks that the ratio's plan must reach, where they can be reached, instead of the model's share of the most that there are.
        offered: plans that may be good here, as they are or with other starts, such as those of similar questions. They save time only:
            what is found, and proven, is the same without them.
    """
    if any(must_start(d.investments[i]) and not d.starts[i] for i in d.city):
        return Optimum(Meaning.INFEASIBLE)
    if can_be_made(d):
        short = shorter(d, matrix_of(d, years_of_money=False))
        found = searched(d, Quick(short, clock, overlap_rows(d, short)), offered, floor)
        if found.meaning is not Meaning.PROVEN or _stands(d, found):
            return found
        # best without the years of money, but it does not keep them
        whole = matrix_of(d)
        found = searched(d, Quick(whole, clock, overlap_rows(d, whole)), offered, floor)
    else:
        found = searched(d, Quick(written_out(build(d)), clock), offered, floor)
    return found if found.meaning is not Meaning.PROVEN or _stands(d, found) else _by_stages(d, clock, floor)


def _stands(d: Instance, found: Optimum) -> bool:
    """The best plan, and the plan with the most tonnes that its floor is counted from, keep every limit exactly."""
    return not any(broken(d, plan) for plan in (found.picks, found.most_picks) if plan is not None)


def _by_stages(d: Instance, clock: Clock, floor: int | None) -> Optimum:
    """The main job's way, for a plan that keeps a limit only inside the solver's tolerances."""
    try:
        solved = solve_stages(d, clock, floor=floor)
    except InfeasiblePlan:
        return Optimum(Meaning.INFEASIBLE)
    except SolveStopped as stopped:
        return Optimum(Meaning.INTERRUPTED if stopped.interrupted else Meaning.TIME_LIMIT)
    most = measure(d, solved.most).ticks if solved.most is not None else None
    by_cost = d.planning.objective.name is ObjectiveName.LEAST_COST
    gap = 0 if solved.proven else solved.gap_kronor if by_cost else solved.gap_ticks
    meaning = Meaning.PROVEN if solved.proven else solved.stopped or Meaning.TIME_LIMIT
    return Optimum(meaning, solved.picks, solved.value, most, solved.floor_ticks, solved.unique and solved.proven, gap, solved.solves)
