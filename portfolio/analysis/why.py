"""Why an investment is decided as it is: the question solved again with it forced in, out or earlier, and where the decision turns."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from decimal import Decimal
from itertools import count
from typing import Any

from portfolio.accounts import ratio_of
from portfolio.analysis.base import Base
from portfolio.analysis.beside import Progress, silent
from portfolio.analysis.conflict.demands import Question, demands_of, locked
from portfolio.analysis.conflict.smallest import of_investments, possible, smallest_clash
from portfolio.analysis.conflict.ways import overstepped, way_out
from portfolio.analysis.turn import Rivals, Turn
from portfolio.analysis.varied import Outlay, TonnesAYear
from portfolio.asked import Best
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.evaluate import Measure, Picks, kronor_of, measure
from portfolio.explained import BreakEven, Forced, Relief, Why
from portfolio.instance import Instance, build_instance, must_start
from portfolio.optimum import optimum
from portfolio.outcome import Layer
from portfolio.planning import ObjectiveName
from portfolio.records import Lock, LockKind
from portfolio.solve import Clock, Meaning
from portfolio.stages import solve_stages


def why(base: Base, i: str, clock: Clock, progress: Progress = silent) -> Why:
    """What decides investment i. What the clock cuts short is left out, and `complete` says so."""
    d = build_instance(base.question.portfolio, base.question.planning)
    decision = base.decisions[i]
    found = Parts(progress)
    bound = decision.layer is not Layer.EXTERNAL and (must_start(d.investments[i]) or d.investments[i].lock.kind is LockKind.NEVER)
    if decision.layer is not Layer.EXTERNAL:
        try:
            found.explain(base, d, i, clock, bound=bound)
        except SolveStopped:
            found.complete = False
    return Why(
        id=i,
        name=decision.name,
        owner=decision.owner,
        objective=d.planning.objective.name.value,
        layer=decision.layer.value,
        start=decision.start,
        percent=decision.percent,
        reason=decision.reason,
        reason_values=decision.reason_values,
        forced=tuple(found.forced),
        fits=found.fits,
        bound=bound,
        beside=found.beside,
        break_even=tuple(found.turns),
        complete=found.complete,
    )


class Parts:
    """What has been found out so far."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._done, self._total = progress, count(1), 0
        self.forced: list[Forced] = []
        self.fits = True
        self.beside: tuple[Relief, ...] = ()
        self.turns: list[BreakEven] = []
        self.complete = True

    def explain(self, base: Base, d: Instance, i: str, clock: Clock, *, bound: bool) -> None:
        """Forced plans first, then the place beside the plan, then where the decision turns.

        Where a decision or a lock binds the investment, the other way is solved all the same: it is what the decision or lock costs.
        """
        value, chosen = measure(d, base.picks), i in base.picks
        wanted: list[tuple[str, int | None, Lock]] = []
        wanted.append(("out", None, Lock(kind=LockKind.NEVER)) if chosen else ("in", None, Lock(kind=LockKind.MUST)))
        if chosen and base.picks[i].start > d.starts[i][0]:
            wanted.append(("earlier", d.starts[i][0], Lock(kind=LockKind.START, year=d.starts[i][0])))
        self._total = len(wanted) + (0 if bound else 2) + (0 if chosen else 1)
        self._progress(0, self._total)
        with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(1) as ahead:
            # the longest first: both threads are then done at about the same time
            turns = pool.submit(self._begin, base, d, i, clock, pool, ahead) if not bound else None
            solved = [pool.submit(_solved, locked(base.question, i, w[2]), clock, base.floor) for w in wanted]
            beside = pool.submit(_beside, base, i, clock) if not chosen else None
            self._watch(*solved, *([beside] if beside is not None else []))
            for (what, year, lock), other in zip(wanted, solved, strict=True):
                forced = _forced(base, value, i, what, year, other.result())
                self.forced.append(forced)
                if not forced.possible:
                    forced = forced.model_copy(update={"stops": _least_relief(locked(base.question, i, lock), clock)})
                elif year is not None:
                    moved = {**base.picks, i: base.picks[i]._replace(start=year)}
                    stops = tuple(overstepped(d, moved, demands_of(base.question)))
                    if not stops and forced.tonnes == 0 and forced.kronor == 0:
                        # as good, and nothing stops it: then it is the gap
                        framed = _solved(locked(base.question, i, lock), clock, base.floor, framed=True)
                        forced = forced.model_copy(update={"gap_outlay": framed.value.gap_outlay - value.gap_outlay if framed else 0})
                    forced = forced.model_copy(update={"stops": stops})
                self.forced[-1] = forced
            if beside is not None:
                self.fits, self.beside = beside.result()
            if turns is not None:
                self.turns += [turn.result() for turn in reversed(turns.result())]

    def _begin(self, base: Base, d: Instance, i: str, clock: Clock, pool: Executor, ahead: Executor) -> list[Future[BreakEven]]:
        """Where the decision turns, by the tonnes, which takes longest, and by the outlay: both begin with what is so today."""
        rivals = Rivals(base.question, i, base.picks, clock)
        figures = (TonnesAYear(base.question, d, i), Outlay(base.question, d, i))
        turns = [Turn(figure, rivals, clock, ahead) for figure in figures if figure.today]
        if not turns:
            return []
        today = turns[0].try_step(turns[0].figure.today)
        found = [pool.submit(turn.begun(today).find) for turn in turns]
        self._watch(*found)
        return found

    def _watch(self, *parts: Future[Any]) -> None:
        """Tell when these parts are done."""
        for part in parts:
            part.add_done_callback(lambda _: self._progress(next(self._done), self._total))


def _solved(q: Question, clock: Clock, floor: int | None, *, framed: bool = False) -> Best | None:
    """The proven best plan that reaches the floor, or its own where that cannot be reached; None when there is none.

    Args:
        framed: its layers matter too.

    Raises:
        SolveStopped: not proven in time.
    """
    d = build_instance(q.portfolio, q.planning)
    if d.planning.objective.name is ObjectiveName.TONNES_PER_KRONA and not framed:
        quick = optimum(d, clock, floor=floor)
        if quick.meaning is Meaning.INFEASIBLE:
            return None
        if quick.meaning is Meaning.PROVEN and quick.unique and quick.picks and quick.value and _costs_the_same(d, quick.picks):
            return Best(d, quick.picks, quick.value)
    # among plans that are equally good the main job's
    try:
        found = solve_stages(d, clock, floor=floor)
    except InfeasiblePlan:
        return None
    if not (found.proven and found.unique):
        raise SolveStopped(interrupted=clock.interrupted)
    return Best(d, found.picks, found.value)


def _costs_the_same(d: Instance, picks: Picks) -> bool:
    """Whenever these investments start: what has the same ratio has then the same tonnes too."""
    return not any(d.is_scalable(i) or len({kronor_of(d, i, s) for s in d.starts[i]}) > 1 for i in picks)


def _forced(base: Base, value: Measure, i: str, what: str, year: int | None, other: Best | None) -> Forced:
    picks = base.picks
    if other is None:
        before = ratio_of(value.ratio) if value.kronor > 0 else None
        return Forced(what=what, year=year, possible=False, tonnes=Decimal(0), kronor=0, ratio=None, ratio_before=before, gone=(), come=())
    new = other.value
    return Forced(
        what=what,
        year=year,
        possible=True,
        tonnes=Decimal(new.ticks - value.ticks) / 100_000,
        kronor=new.kronor - value.kronor,
        ratio=ratio_of(new.ratio) if new.kronor > 0 else None,
        ratio_before=ratio_of(value.ratio) if value.kronor > 0 else None,
        below_floor=base.floor is not None and new.ticks < base.floor,
        gone=tuple(sorted(j for j in picks if j not in other.picks and j != i)),
        come=tuple(sorted(j for j in other.picks if j not in picks and j != i)),
    )


def _beside(base: Base, i: str, clock: Clock) -> tuple[bool, tuple[Relief, ...]]:
    """Whether i fits beside everything that is in the plan; otherwise the least that limits must give, nothing when none would do."""
    q = locked(base.question, i, Lock(kind=LockKind.MUST))
    for j in base.picks:
        q = locked(q, j, Lock(kind=LockKind.MUST))
    return (True, ()) if possible(q, clock) else (False, _least_relief(q, clock))


def _least_relief(q: Question, clock: Clock) -> tuple[Relief, ...]:
    """The least that a limit alone must give for there to be a plan; empty when none would do."""
    limits = [demand for demand in demands_of(q) if not of_investments(demand)]
    ways = [way_out(q, [[demand]], clock) for demand in smallest_clash(q, limits, clock)]
    return next((way.reliefs for way in ways if way is not None), ())
