"""The objective, stage by stage, each earlier value held exactly.

Most tonnes → largest ratio → least outlay in layer gap → fewest kronor → earliest starts → order of ids.

Every value that is compared or held is recomputed from the rounded starts in integers; the solver's floats only steer.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import ceil, isfinite
from math import floor as floor_of

import pulp

from portfolio.bounds import Ceiling, better
from portfolio.evaluate import Measure, into_the_frame, measure
from portfolio.formulation import build
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import Instance
from portfolio.planning import ObjectiveName, Planning
from portfolio.reaching import best_reaching
from portfolio.solve import Answer, Clock, Meaning, Session
from portfolio.solved import Solved
from portfolio.solving import TIES, Watch
from portfolio.solving import Search as _Search
from portfolio.units import TICKS_PER_TONNE

HALF_TICK = 0.5 / TICKS_PER_TONNE
"""Half of the smallest difference in tonnes (t): what is held may fall short of the exact value by less than one tick."""
HALF_KRONA = 0.0005
"""Half of the smallest difference in money (tkr)."""
TIE_SECONDS = 10.0
"""Most time for one tie-break: they decide between plans that are equally good, and must not use up the time for what is not."""
DEFAULT_FLOOR = Decimal("0.95")
"""floor_share when the model does not state one (docs/method.md)."""


_Exact = Callable[[Measure], int]
_Stage = tuple[Callable[[Measure], tuple[Fraction | int, ...]], list[_Exact], _Exact | None]
"""The objective's held value, the tie-breaks already held, and the tie-break in hand."""


def floor_ticks(planning: Planning, most: int) -> int:
    """Ticks that a plan must reach to be compared by its ratio, of the most that there are: at least one, for nothing has no ratio."""
    share = planning.objective.floor_share
    floor = ceil(Fraction(share.value if share is not None else DEFAULT_FLOOR) * most)
    return max(1, floor) if most > 0 else floor


def reachable_floor(planning: Planning, most: int, asked: int | None) -> int:
    """The floor that is asked for (ticks) where there are plans that reach it, otherwise the model's share of the most that there are."""
    return asked if asked is not None and 0 < asked <= most else floor_ticks(planning, most)


def solve_stages(
    d: Instance,
    clock: Clock,
    layers: tuple[str, ...] = ("plan", "gap"),
    seed: int = 0,
    watch: Watch | None = None,
    *,
    floor: int | None = None,
) -> Solved:
    """The best plan of an instance within `layers`, through all stages; a person who watches is told how far it has come.

    Args:
        floor: ticks that the ratio's plan must reach, where they can be reached, instead of the model's share of the most that there are.

    Raises:
        InfeasiblePlan: no portfolio meets the demands.
        SolveStopped: stopped before any plan was found.
    """
    programme = build(d, layers)
    session = Session(programme, clock, seed, None if watch is None else lambda gap: search.better(gap))  # noqa: PLW0108 - not there yet
    search = _Search(d, programme, session, layers, watch)
    search.session.layers_matter = False  # until ties are broken
    match d.planning.objective.name:
        case ObjectiveName.MOST_TONNES:
            solved = _most_tonnes(search)
        case ObjectiveName.TONNES_PER_KRONA:
            solved = _tonnes_per_krona(search, floor)
        case ObjectiveName.LEAST_COST:
            solved = _least_cost(search)
    solved.solves = search.session.solves
    if not solved.proven and "gap" in layers:
        solved.picks = into_the_frame(d, solved.picks)  # what a stopped search has in hand may stand in the gap for no reason
        solved.value = measure(d, solved.picks)
    return solved


def _most_tonnes(search: _Search) -> Solved:
    search.looks_for("most_tonnes")
    answer = search.first(search.programme.tonnes, maximise=True)
    value = measure(search.d, search.best)
    solved = Solved(search.programme, search.best, value, answer.meaning is Meaning.PROVEN, most=search.best, bound=Fraction(value.ticks))
    if solved.proven:
        search.session.hold(search.programme.tonnes, at_least=value.ticks / TICKS_PER_TONNE - HALF_TICK)
        return _break_ties(search, solved, lambda m: (-m.ticks,))
    return _leave(solved, search.stopped, _tonnes_left(search, answer, value))


def _tonnes_left(search: _Search, answer: Answer, value: Measure) -> int | None:
    """Ticks that a better plan could at most have more; None when neither the solver nor the relaxation has a bound."""
    bound = min(answer.bound, search.session.relaxed_bound(search.programme.tonnes, maximise=True))
    return max(0, ceil(bound * TICKS_PER_TONNE) - value.ticks) if isfinite(bound) else None


def _leave(solved: Solved, stopped: Meaning | None, gap_ticks: int | None) -> Solved:
    """The plan, marked as not proven."""
    solved.proven, solved.unique, solved.stopped = False, False, stopped
    solved.gap_ticks = gap_ticks or 0
    solved.bound = Fraction(solved.value.ticks + gap_ticks) if gap_ticks is not None else None
    return solved


def _tonnes_per_krona(search: _Search, asked_floor: int | None) -> Solved:
    """Dinkelbach (1967): maximise N − λK, λ ← N/K, until it no longer grows; finite and exact with integer variables."""
    most = _most_plan(search)
    floor = reachable_floor(search.d.planning, most.value.ticks, asked_floor)
    if not most.proven:
        # N* is at least the tonnes in hand: every plan that counts reaches this share of them, but it may cost more than this one
        more = most.gap_ticks
        search.session.hold(search.programme.tonnes, at_least=floor / TICKS_PER_TONNE - HALF_TICK)
        _ratio_left(search, most, floor, None)
        most.gap_ticks = more
        return most
    solved = Solved(search.programme, most.picks, most.value, proven=True, most=most.picks, floor_ticks=floor)
    if most.value.ticks <= 0 or most.value.kronor <= 0:
        # nothing to divide: no tonnes, or tonnes for no kronor; the plan with the most tonnes is the answer
        search.session.hold(search.programme.tonnes, at_least=most.value.ticks / TICKS_PER_TONNE - HALF_TICK)
        return _break_ties(search, solved, lambda m: (-m.ticks,))
    search.session.hold(search.programme.tonnes, at_least=floor / TICKS_PER_TONNE - HALF_TICK)
    search.session.not_nothing()  # a floor of one tick is not much more than the solver's tolerance
    while True:
        rate = solved.value.ratio
        search.looks_for("tonnes_per_krona", kronor_in_one=TICKS_PER_TONNE / rate)
        # the plan in hand has 0
        asked = partial(best_reaching, search.session, floor, search.programme.reduced(rate), known=0.0)
        answer = search.heard(asked, maximise=True)
        candidate = measure(search.d, answer.picks) if answer.picks is not None else None
        if answer.picks is not None and candidate is not None and candidate.ticks >= floor and candidate.kronor <= 0:
            return _free(search, solved)
        if answer.picks is not None and candidate is not None and candidate.ticks >= floor and candidate.ratio > rate:
            solved.picks, solved.value = answer.picks, candidate
            if answer.meaning is Meaning.PROVEN:
                continue
        break
    solved.hurdle = solved.bound = solved.value.ratio
    if answer.meaning is not Meaning.PROVEN:
        solved.proven, solved.unique, solved.stopped = False, False, search.stopped
        return _ratio_left(search, solved, floor, most.value.ticks, (rate, answer.bound))
    return _break_ties(search, solved, lambda m: (-m.ratio,), search.programme.reduced(solved.value.ratio))


def _free(search: _Search, solved: Solved) -> Solved:
    """Tonnes enough for no kronor at all: no ratio is larger, so the most of them."""
    search.session.hold(search.programme.kronor, at_most=HALF_KRONA)
    answer = search.ask(search.programme.tonnes, maximise=True)
    if answer.picks is None:
        return _leave(solved, search.stopped, None)
    solved.picks, solved.value = answer.picks, measure(search.d, answer.picks)
    if answer.meaning is not Meaning.PROVEN:
        _leave(solved, search.stopped, _tonnes_left(search, answer, solved.value))
        solved.bound = None
        return solved
    search.session.hold(search.programme.tonnes, at_least=solved.value.ticks / TICKS_PER_TONNE - HALF_TICK)
    return _break_ties(search, solved, lambda m: (-m.ticks,))


def _ratio_left(search: _Search, solved: Solved, floor: int, most: int | None, asked: tuple[Fraction, float] | None = None) -> Solved:
    """What better could at most exist (bounds.py), from the relaxation and from the rate and bound (t) of the last solve, `asked`.

    `floor` is held by the session: every plan which counts has that many ticks. No plan has more than `most`, when that is known.
    """
    solved.bound = None
    if solved.value.ticks <= 0 or solved.value.kronor <= 0:
        return solved  # no ratio to improve on
    rate, session = solved.value.ratio, search.session
    known = [(rate, session.relaxed_bound(search.programme.reduced(rate), maximise=True)), *([asked] if asked is not None else [])]
    ceilings = [Ceiling(r, max(0, ceil(e * TICKS_PER_TONNE))) for r, e in known if isfinite(e)]
    fewest = session.relaxed_bound(search.programme.kronor, maximise=False)
    kronor = floor_of(fewest * 1000) if isfinite(fewest) else None
    solved.gap_ticks, solved.gap_kronor, solved.bound = better(solved.value.ticks, solved.value.kronor, ceilings, floor, most, kronor)
    return solved


def _most_plan(search: _Search) -> Solved:
    """The plan with the most tonnes, N*; the ratio's starting point and the ladder's rung `affordable`."""
    search.looks_for("most_tonnes")
    answer = search.first(search.programme.tonnes, maximise=True)
    value = measure(search.d, search.best)
    solved = Solved(search.programme, search.best, value, answer.meaning is Meaning.PROVEN, most=search.best, bound=Fraction(value.ticks))
    if not solved.proven:
        return _leave(solved, search.stopped, _tonnes_left(search, answer, value))
    with search.session.for_a_while():
        search.session.hold(search.programme.tonnes, at_least=value.ticks / TICKS_PER_TONNE - HALF_TICK)
        search.session.out_of_the_frame()
        layers = search.d.layers
        solved.picks = {i: pick._replace(layer="gap") if "gap" in layers[i] else pick for i, pick in solved.picks.items()}
        solved.value = measure(search.d, solved.picks)
        search.session.keep_as_good(search.programme.tonnes, value.ticks / TICKS_PER_TONNE, maximise=True)
        _break_ties(search, solved, lambda m: (-m.ticks,))
    search.session.layers_matter = False
    solved.most = solved.picks
    return solved


def _least_cost(search: _Search) -> Solved:
    search.looks_for("least_cost", kronor_in_one=Fraction(1000))
    goal = tonnes_goal(search.d)
    if goal is not None:
        search.session.hold(search.programme.tonnes, at_least=goal - HALF_TICK)
    answer = search.first(search.programme.kronor, maximise=False)
    value = measure(search.d, search.best)
    solved = Solved(search.programme, search.best, value, answer.meaning is Meaning.PROVEN, bound=Fraction(value.kronor))
    if solved.proven:
        search.session.hold(search.programme.kronor, at_most=value.kronor / 1000 + HALF_KRONA)
        return _break_ties(search, solved, lambda m: (m.kronor,))
    solved.unique, solved.stopped, solved.bound = False, search.stopped, None
    bound = max(answer.bound, search.session.relaxed_bound(search.programme.kronor, maximise=False))
    if isfinite(bound):
        solved.gap_kronor = max(0, value.kronor - floor_of(bound * 1000))
        solved.bound = Fraction(value.kronor - solved.gap_kronor)
    return solved


def _break_ties(
    search: _Search, solved: Solved, held: Callable[[Measure], tuple[Fraction | int, ...]], reduced: pulp.LpAffineExpression | None = None
) -> Solved:
    """Least gap outlay, fewest kronor, earliest starts, order of ids; each value held before the next is asked for.

    Args:
        held: the objective's own value as a tuple to be minimised; no later stage may make it worse.
        reduced: N − λK when the objective is the ratio; it is 0 at the optimum and must stay so.
    """
    programme, session = search.programme, search.session
    search.looks_for(TIES)
    session.layers_matter = True
    if reduced is not None:
        chosen = frozenset(solved.picks)
        if search.no_other_set(reduced, chosen):
            # no other set of investments is as good: what is left to decide is layers and start years
            session.fix_set(chosen)
        session.hold(reduced, at_least=-HALF_TICK)
        session.keep_as_good(reduced, 0.0, maximise=True)
    exact: list[tuple[pulp.LpAffineExpression, _Exact, float, float]] = [
        (programme.gap_outlay, lambda m: m.gap_outlay, 1e-3, HALF_KRONA),
        (programme.kronor, lambda m: m.kronor, 1e-3, HALF_KRONA),
        (programme.start_years, lambda m: m.starts, 1.0, 0.5),
    ]
    order: list[_Exact] = []
    for expression, read, scale, slack in exact:
        if not expression:  # the same for every plan: no layer gap in this programme
            continue
        answer = search.ask(expression, maximise=False, known=read(solved.value) * scale, seconds=TIE_SECONDS)
        _take(search.d, solved, answer, (held, order, read))
        order.append(read)
        if answer.meaning is not Meaning.PROVEN:
            solved.unique, solved.stopped = False, search.stopped
            return solved
        session.hold(expression, at_most=read(solved.value) * scale + slack)
        session.keep_as_good(expression, read(solved.value) * scale, maximise=False)
    answer = search.ask(programme.id_order, maximise=False, seconds=TIE_SECONDS)
    _take(search.d, solved, answer, (held, order, None))
    if answer.meaning is not Meaning.PROVEN:
        solved.unique, solved.stopped = False, search.stopped
    return solved


def _take(d: Instance, solved: Solved, answer: Answer, stage: _Stage) -> None:
    """Accept the answer's plan unless an earlier value, recomputed exactly, got worse."""
    if answer.picks is None:
        return
    held, order, read = stage
    value = measure(d, answer.picks)
    before = (held(solved.value), *(earlier(solved.value) for earlier in order))
    after = (held(value), *(earlier(value) for earlier in order))
    if after > before or (after == before and read is not None and read(value) > read(solved.value)):
        return
    solved.picks, solved.value = answer.picks, value
