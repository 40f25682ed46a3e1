"""The curves of a question: tonnes and target-year tonnes against kronor, ratio against floor share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from math import ceil

from portfolio.accounts import ratio_of
from portfolio.analysis.beside import WORKERS, Progress, side_by_side, silent
from portfolio.analysis.conflict.demands import Question
from portfolio.analysis.frontier.curve import Traced, changes_in_kind, trace
from portfolio.analysis.frontier.desk import Desk, Found
from portfolio.analysis.plan import audited
from portfolio.errors import SolveStopped
from portfolio.evaluate import Picks
from portfolio.explored.frontier import Curve, Frontier, FrontierPoint, SharePoint
from portfolio.instance import Instance, build_instance
from portfolio.outcome import Totals
from portfolio.planning import ObjectiveName, Planning, TonnesQuantity
from portfolio.solve import Clock
from portfolio.stages import DEFAULT_FLOOR
from portfolio.units import tonnes_from_ticks

POINTS = 40
"""Plans of a curve at least, where there are so many."""
SHARES = tuple(Decimal(n) / 100 for n in range(101))
"""Floor shares that are asked for; the model's own comes to them."""


def frontier(q: Question, clock: Clock, points: int = POINTS, progress: Progress = silent) -> Frontier:
    """All curves.

    Raises:
        InfeasiblePlan: no plan meets the demands.
        SolveStopped: stopped before the two ends of any curve were known.
        AuditBreached: a fault of ours; nothing is shown.
    """
    planning = q.planning
    horizon, emissions, envelope = planning.horizon, planning.emissions, planning.control_envelope
    desk = Desk(build_instance(q.portfolio, most_tonnes(planning)), clock)
    counts_target = planning.objective.quantity is TonnesQuantity.TARGET_YEAR

    def objective_s() -> tuple[Curve | None, tuple[SharePoint, ...], bool]:
        try:
            traced = trace(desk, points, progress)
        except SolveStopped:
            return None, (), False
        return _curve("tonnes", desk, traced, progress), *_shares(desk, traced.plans(), planning)

    def target_s() -> Curve | None:
        other = Desk(build_instance(q.portfolio, most_tonnes(planning, target_year=True)), clock)
        try:
            return _curve("target_year", other, trace(other, points, silent), silent)
        except SolveStopped:
            return None

    with ThreadPoolExecutor(WORKERS) as pool:
        first = pool.submit(objective_s)
        second = pool.submit(target_s) if not counts_target else None
        curve, shares, settled = first.result()
        asked: dict[str, Curve | None] = {"tonnes": curve} | ({"target_year": second.result()} if second is not None else {})
    curves = tuple(curve for curve in asked.values() if curve is not None)
    if not curves:
        raise SolveStopped(interrupted=clock.interrupted)
    return Frontier(
        title=planning.title,
        krona=planning.objective.krona.value,
        until=horizon.effects_until.value,
        target_year=horizon.target_year.value,
        target_tonnes=emissions.target if emissions is not None else None,
        envelope=envelope.total.value if envelope is not None else None,
        curves=curves,
        missing=tuple(name for name, curve in asked.items() if curve is None),
        shares=shares,
        shares_complete=settled,
        complete=settled and all(curve is not None and curve.complete for curve in asked.values()),
    )


def most_tonnes(planning: Planning, *, target_year: bool = False) -> Planning:
    """The same demands with the most tonnes as the objective; with `target_year`, reductions in the target year are what is counted."""
    update: dict[str, object] = {"name": ObjectiveName.MOST_TONNES, "tonnes": None}
    if target_year:
        update |= {"quantity": TonnesQuantity.TARGET_YEAR, "counts": ("reduction",)}
    return planning.model_copy(update={"objective": planning.objective.model_copy(update=update)})


def _curve(name: str, desk: Desk, traced: Traced, progress: Progress) -> Curve:
    def framed(found: Found) -> tuple[Found, Totals, bool]:
        settled = True
        try:
            found = desk.in_the_frame(found)
        except SolveStopped:
            settled = False  # as good, but with more of it in layer gap, or started later, than it needs
        return found, audited(desk.d, found.picks).totals, settled

    plans = side_by_side(traced.plans(), framed, progress)
    return Curve(
        name=name,
        quantity=desk.d.planning.objective.quantity.value,
        points=tuple(_points(desk.d, plans)),
        complete=all(settled for _, _, settled in plans) and traced.complete,
    )


def _points(d: Instance, plans: Sequence[tuple[Found, Totals, bool]]) -> Iterable[FrontierPoint]:
    before: Picks | None = None
    for found, totals, settled in plans:
        here, there = found.picks.keys(), before.keys() if before is not None else found.picks.keys()
        yield FrontierPoint(
            kronor=found.value.kronor,
            tonnes=tonnes_from_ticks(found.value.ticks),
            outlay_gap=totals.outlay_gap if settled else None,
            emissions=totals.emissions_target_year if settled else None,
            chosen=tuple(sorted(here)),
            come=tuple(sorted(here - there)),
            gone=tuple(sorted(there - here)),
            step=before is not None and changes_in_kind(d, before, found.picks),
        )
        before = found.picks


def _shares(desk: Desk, plans: Sequence[Found], planning: Planning) -> tuple[tuple[SharePoint, ...], bool]:
    """Largest ratio above each floor. The search starts from the plan of the curve that has the largest one.

    Returns:
        One point for each plan, at the lowest floor that was asked for, and whether all of them were settled in time.
    """
    stated = planning.objective.floor_share.value if planning.objective.floor_share is not None else DEFAULT_FLOOR
    ratio_used = planning.objective.name is ObjectiveName.TONNES_PER_KRONA
    most = plans[-1].value.ticks
    floors = {share: ceil(Fraction(share) * most) for share in sorted({*SHARES, *([stated] if ratio_used else [])})}

    points: list[SharePoint] = []
    reached = -1
    for share, floor in floors.items():
        if points and floor <= reached:
            continue  # the best plan above a lower floor reaches this one too, so it is the best here as well
        try:
            best = _best_ratio(desk, plans, floor)
        except SolveStopped:
            return _with_stated(points, None), False
        audited(desk.d, best.picks, floor)
        points.append(_share_point(best, share, most))
        reached = best.value.ticks
    return _with_stated(points, stated if ratio_used else None), True


def _best_ratio(desk: Desk, plans: Sequence[Found], floor: int) -> Found:
    inside = [found for found in plans if found.value.ticks >= floor]
    if inside[0].value.kronor <= 0 and (inside[0].value.ticks > 0 or len(inside) == 1):
        return inside[0]  # tonnes enough for no kronor: no ratio is larger
    # a plan without kronor and tonnes has no ratio
    return desk.ratio(floor, max(inside, key=lambda found: (found.value.ratio, -found.value.kronor)))


def _with_stated(points: Sequence[SharePoint], stated: Decimal | None) -> tuple[SharePoint, ...]:
    """The points, the answer to the model's own floor marked."""
    own = max((n for n, point in enumerate(points) if stated is not None and Decimal(point.floor_share) <= stated), default=None)
    return tuple(point.model_copy(update={"stated": n == own}) for n, point in enumerate(points))


def _share_point(best: Found, share: Decimal, most: int) -> SharePoint:
    return SharePoint(
        floor_share=share,
        own_share=(Decimal(best.value.ticks) / most).quantize(Decimal("0.0001"), rounding=ROUND_FLOOR) if most > 0 else Decimal(1),
        stated=False,
        kronor=best.value.kronor,
        tonnes=tonnes_from_ticks(best.value.ticks),
        ratio=ratio_of(best.value.ratio) if best.value.kronor > 0 else None,
        chosen=tuple(sorted(best.picks)),
    )
