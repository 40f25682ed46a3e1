"""Number of changes against the adopted plan, against tonnes: the most tonnes for every number of changes, each proven and audited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from portfolio.analysis.beside import Progress, side_by_side, silent
from portfolio.analysis.conflict.demands import Question
from portfolio.analysis.frontier.desk import Found
from portfolio.analysis.frontier.find import most_tonnes
from portfolio.analysis.plan import audited
from portfolio.analysis.seats import Seats, Tie
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.evaluate import Picks
from portfolio.explored.stability import Change, Stability, StabilityCurve, StabilityRow
from portfolio.formulation.differences import changes
from portfolio.instance import Instance, build_instance, must_start
from portfolio.planning import Count, Planning
from portfolio.planning import Stability as Limit
from portfolio.solve import Clock, Session
from portfolio.stages import HALF_KRONA, HALF_TICK
from portfolio.units import TICKS_PER_TONNE, tonnes_from_ticks

SCOPES = {"both": ("plan", "gap"), "frame": ("plan",)}
"""The layers of each curve."""


def stability(q: Question, clock: Clock, price: Decimal | None = None, progress: Progress = silent) -> Stability:
    """Both curves: with the gap, and inside the frame when the model has one.

    Args:
        price: tonnes (t) that a change must be worth, 0 or more.

    Raises:
        InfeasiblePlan: no plan meets the demands, whatever is changed.
        SolveStopped: stopped before any row of any curve was known.
        AuditBreached: a fault of ours; nothing is shown.
    """
    planning = q.planning
    objective, horizon = planning.objective, planning.horizon
    scopes = [scope for scope in SCOPES if scope == "both" or planning.plan_frame is not None]
    free = Question(q.portfolio, most_tonnes(planning).model_copy(update={"stability": None}))
    d = build_instance(free.portfolio, free.planning)
    curves = tuple(_curve(free, d, scope, clock, price, progress) for scope in scopes)
    if curves[0].complete and curves[0].fewest is None:
        raise InfeasiblePlan(())
    if not any(curve.rows for curve in curves):
        raise SolveStopped(interrupted=clock.interrupted)
    return Stability(
        title=planning.title,
        krona=objective.krona.value,
        quantity=objective.quantity.value,
        until=horizon.effects_until.value,
        target_year=horizon.target_year.value,
        adopted=len(d.adopted),
        limit=planning.stability.changes.value if planning.stability is not None else None,
        price=price,
        curves=curves,
        complete=all(curve.complete for curve in curves),
    )


def changes_of(d: Instance, picks: Picks) -> tuple[Change, ...]:
    """What differs from the adopted plan: in, out, or another start year; by id."""
    found = []
    for i in d.city:
        before = d.investments[i].proposed_start if i in d.adopted else None
        after = picks[i].start if i in picks else None
        if before != after:
            kind = "in" if before is None else "out" if after is None else "moved"
            found.append(Change(id=i, name=d.investments[i].name, kind=kind, before=before, after=after))
    return tuple(found)


def worth_it(rows: Sequence[StabilityRow], price: Decimal) -> int:
    """The number of changes that has the most tonnes when each change costs `price` tonnes; of several the fewest."""
    return max(rows, key=lambda row: (Decimal(row.tonnes) - price * row.changes, -row.changes)).changes


def _curve(q: Question, d: Instance, scope: str, clock: Clock, price: Decimal | None, progress: Progress) -> StabilityCurve:
    none = StabilityCurve(scope=scope, fewest=None, rows=(), missing=(), worth=None, complete=True)
    unknown = none.model_copy(update={"complete": False})
    if any(not d.starts[i] and must_start(d.investments[i]) for i in d.city):
        return none
    bench = _Bench(d, clock, SCOPES[scope])
    try:
        last = bench.most(None)
    except SolveStopped:
        return unknown
    if last is None:
        return none
    # the plan with all there is makes the fewest changes that have it: more changes than those give nothing more
    enough = len(changes_of(d, last.picks))
    try:
        fewest = bench.fewest()
    except SolveStopped:
        return unknown.model_copy(update={"rows": (_row(q, enough, last),)})
    numbers = range(fewest, enough + 1)

    def solve(n: int) -> StabilityRow | None:
        try:
            return _row(q, n, last if n == enough else bench.most(n))
        except SolveStopped:
            return None

    found = side_by_side(numbers, solve, progress)
    rows = tuple(_with_gains([row for row in found if row is not None]))
    complete = None not in found
    worth = worth_it(rows, price) if price is not None and complete else None
    missing = tuple(n for n, row in zip(numbers, found, strict=True) if row is None)
    return StabilityCurve(scope=scope, fewest=fewest, rows=rows, missing=missing, worth=worth, complete=complete)


def _row(q: Question, n: int, found: Found | None) -> StabilityRow:
    """The plan with at most n changes, audited under that limit."""
    assert found is not None, "there is a plan with the fewest changes"
    d = build_instance(q.portfolio, _limited(q.planning, n))
    return StabilityRow(
        changes=n,
        tonnes=tonnes_from_ticks(found.value.ticks),
        kronor=found.value.kronor,
        outlay_gap=audited(d, found.picks).totals.outlay_gap,
        gain=None,
        made=changes_of(d, found.picks),
    )


def _with_gains(rows: Sequence[StabilityRow]) -> Iterator[StabilityRow]:
    """Each row against the row with one change less; none where that row is missing."""
    before: StabilityRow | None = None
    for row in rows:
        beside = before is not None and before.changes == row.changes - 1
        yield row.model_copy(update={"gain": Decimal(row.tonnes) - Decimal(before.tonnes)}) if before is not None and beside else row
        before = row


def _limited(planning: Planning, most: int) -> Planning:
    """The same demands with at most so many changes."""
    count = Count(unit="changes", stated=str(most), source="portfolio stability", value=most)
    return planning.model_copy(update={"stability": Limit(changes=count)})


class _Bench:
    """What is asked about one question in one scope.

    Raises:
        SolveStopped: by any method, when the clock stopped it before a proof.
    """

    def __init__(self, d: Instance, clock: Clock, layers: tuple[str, ...]) -> None:
        self.d = d
        self._seats = Seats(d, clock, layers)

    def fewest(self) -> int:
        """The fewest changes with which there is a plan."""
        with self._seats.one() as (programme, session):
            found = self._seats.found(session.best(changes(programme), maximise=False))
            assert found is not None, "there is a plan"
            return len(changes_of(self.d, found.picks))

    def most(self, n: int | None) -> Found | None:
        """Most tonnes with at most n changes (None: any number), the fewest kronor for those, the fewest changes for both.

        Of several such plans the one with the earliest starts and the first ids, and of its layers those with the least outlay in layer
        gap. None without a plan.
        """
        with self._seats.one() as (programme, session):
            if n is not None:
                session.hold(changes(programme), at_most=n + 0.5)
            session.out_of_the_frame()
            best = self._seats.found(session.best(programme.tonnes, maximise=True))
            if best is None:
                return None
            session.hold(programme.tonnes, at_least=best.value.ticks / TICKS_PER_TONNE - HALF_TICK)
            session.keep_as_good(programme.tonnes, best.value.ticks / TICKS_PER_TONNE, maximise=True)
            ties: tuple[Tie, ...] = (
                (programme.kronor, lambda f: f.value.kronor, 1000, HALF_KRONA),
                (changes(programme), lambda f: len(changes_of(self.d, f.picks)), 1, 0.5),
                (programme.start_years, lambda f: f.value.starts, 1, 0.5),
                (programme.id_order, None, 1, 0.0),
            )
            best = self._first_of_equals(session, best, ties)
        with self._seats.one() as (programme, session):
            session.fix_starts(best.picks)
            layers: tuple[Tie, ...] = (
                (programme.gap_outlay, lambda f: f.value.gap_outlay, 1000, HALF_KRONA),
                (programme.id_order, None, 1, 0.0),
            )
            return self._first_of_equals(session, best, layers)

    def _first_of_equals(self, session: Session, best: Found, ties: Sequence[Tie]) -> Found:
        """The least of each expression in turn, each held before the next is asked for."""
        for expression, read, scale, slack in ties:
            known = read(best) / scale if read is not None else None
            found = self._seats.found(session.best(expression, maximise=False, known=known))
            assert found is not None, "the plan in hand is one"
            best = found
            if read is not None:
                session.hold(expression, at_most=read(best) / scale + slack)
        return best
