"""The price of a krona and of a tonne: each limit moved by stated steps and the question solved again; never duals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from portfolio.analysis.base import Base
from portfolio.analysis.beside import Progress, side_by_side, silent
from portfolio.analysis.conflict.demands import Question, demands_of
from portfolio.analysis.conflict.relax import relaxed
from portfolio.analysis.frontier.desk import Desk, Found
from portfolio.analysis.frontier.find import most_tonnes
from portfolio.analysis.phasing import phasings
from portfolio.analysis.plan import audited
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.explained import Relief
from portfolio.explored.prices import Phasing, Prices, Step, TonneStep, Unproven
from portfolio.instance import build_instance, must_start
from portfolio.planning import Planning
from portfolio.solve import Clock
from portfolio.units import TICKS_PER_TONNE, tonnes_from_ticks

MNKR = 1_000_000
STEPS = (100 * MNKR, 50 * MNKR, 10 * MNKR)
"""Kronor by which a limit is moved, upwards and downwards."""
TONNES = (1_000, -1_000)
"""Tonnes by which the target year's reductions are moved."""
SCOPES = {"frame": ("plan",), "both": ("plan", "gap")}


class Limit(NamedTuple):
    """What is moved: a limit, its year (None for all of it), and the layers whose plan is asked for."""

    name: str
    year: int | None
    scope: str


def prices(base: Base, clock: Clock, steps: Sequence[int] = STEPS, progress: Progress = silent) -> Prices:
    """All prices around the demands as they are.

    Raises:
        InfeasiblePlan: no plan meets the demands. SolveStopped: stopped before the plan without a step was known.
        AuditBreached: a fault of ours.
    """
    planning = base.question.planning
    q = Question(base.question.portfolio, most_tonnes(planning))
    both = _best(q, "both", clock)
    if both is None:
        raise InfeasiblePlan(())
    frame, frame_settled = None, True
    if planning.plan_frame is not None:
        try:
            frame = _best(q, "frame", clock)
        except SolveStopped:
            frame_settled = False
    found = _Steps(q, {"both": both, "frame": frame}, clock)
    rows = _rows(planning, with_frame=frame is not None)
    asked = [(row, sign * step) for row in rows for sign in (1, -1) for step in sorted(steps, reverse=True)]
    moved = side_by_side(asked, lambda ask: found.row(*ask), progress)
    wanted = _reductions(base)
    target = _TonneSteps(base.question, wanted, clock)
    tonnes = side_by_side((0, *TONNES), target.step, progress)
    amounts: list[int | None] = [*sorted(steps), None]
    phased: list[Phasing | None] = phasings(q, frame, amounts, clock, progress) if frame is not None else []
    flat = [step for row in moved for step in row]
    here = tonnes[0]
    priced = [step for step in tonnes[1:] if step is not None] if here is not None else []
    base_kronor = here.kronor if here is not None else 0
    return Prices(
        title=planning.title,
        krona=planning.objective.krona.value,
        quantity=planning.objective.quantity.value,
        until=planning.horizon.effects_until.value,
        target_year=planning.horizon.target_year.value,
        frame_tonnes=tonnes_from_ticks(frame.value.ticks) if frame is not None else None,
        frame_kronor=frame.value.kronor if frame is not None else None,
        frame_settled=frame_settled,
        both_tonnes=tonnes_from_ticks(both.value.ticks),
        both_kronor=both.value.kronor,
        reductions=wanted,
        reductions_kronor=here.kronor if here is not None else None,
        steps=tuple(step for step in flat if isinstance(step, Step)),
        unproven=tuple(step for step in flat if isinstance(step, Unproven)),
        tonnes=tuple(step.model_copy(update={"kronor": step.kronor - base_kronor if step.possible else 0}) for step in priced),
        phasings=tuple(p for p in phased if p is not None),
        complete=frame_settled and all(isinstance(step, Step) for step in flat) and None not in tonnes and None not in phased,
    )


def _best(q: Question, scope: str, clock: Clock) -> Found | None:
    """The plan with the most tonnes in the layers of a scope, audited; None when there is none."""
    d = build_instance(q.portfolio, q.planning)
    if any(not d.starts[i] and must_start(d.investments[i]) for i in d.city):
        return None
    found = Desk(d, clock, SCOPES[scope], workers=1).most()
    if found is not None:
        audited(d, found.picks)
    return found


def _rows(p: Planning, *, with_frame: bool) -> list[list[Limit]]:
    """What the model limits: the frame by year and in all, the need within control, the mandate.

    With carry_forward a krona in an earlier year can do all that it can in a later one: the years are one row. Otherwise each stands alone.
    """
    rows: list[list[Limit]] = []
    if with_frame and p.plan_frame is not None:
        years = [Limit("plan_frame", t, "frame") for t in p.horizon.years]
        rows += [years] if p.plan_frame.carry_forward else [[limit] for limit in years]
        rows.append([Limit("plan_frame", None, "frame")])
    for name, table in (("control_envelope", p.control_envelope), ("debt_mandate", p.debt)):
        if table is not None:
            rows += [[Limit(name, None, scope)] for scope in (("frame", "both") if with_frame else ("both",))]
    return rows


def stepped(q: Question, limit: Limit, step: int) -> Question | None:
    """The question with a limit moved by a step (kr); None when a frame would fall below nothing."""
    table = q.planning.plan_frame
    if limit.name == "plan_frame" and table is not None:
        values = table.frame.values
        wanted = {limit.year: step} if limit.year is not None else _shared(values, step)
        values = {t: kr + wanted.get(t, 0) for t, kr in values.items()}
        if min(values.values()) < 0:
            return None
        frame = table.model_copy(update={"frame": table.frame.model_copy(update={"values": values})})
        return Question(q.portfolio, q.planning.model_copy(update={"plan_frame": frame}))
    demand = next(x for x in demands_of(q) if x.constraint == limit.name and not x.subject)
    return relaxed(q, [Relief(demand=demand, year=None, amount=Decimal(step))])


def _shared(values: dict[int, int], step: int) -> dict[int | None, int]:
    """A step shared out over the years in proportion to their frames; what rounding leaves goes to the largest."""
    total = sum(values.values())
    if not total:
        return {min(values): step}
    parts: dict[int | None, int] = {t: step * kr // total for t, kr in values.items()}
    parts[max(values, key=lambda t: values[t])] += step - sum(parts.values())
    return parts


@dataclass
class _Steps:
    """The steps around every limit, against the plans without a step."""

    q: Question
    base: dict[str, Found | None]
    clock: Clock
    idle: dict[tuple[Limit, bool], int] = field(default_factory=dict)
    """By limit and direction a step (kr) that changes nothing: no shorter one does either."""

    def row(self, limits: Sequence[Limit], step: int) -> list[Step | Unproven]:
        """One step of every limit of a row, in which each limit allows at least as much as the next one, or at most as much.

        Limits between two with the same answer have that answer too, so they are not solved.
        """
        asked = [(limit, q) for limit in limits if (q := stepped(self.q, limit, step)) is not None]
        found: dict[int, Step | Unproven] = {}
        waiting = [(0, len(asked) - 1)] if asked else []
        while waiting:
            low, high = waiting.pop()
            for n in (low, high):
                if n not in found:
                    found[n] = self._step(*asked[n], step)
            first, last = found[low], found[high]
            if isinstance(first, Step) and isinstance(last, Step) and _value(first) == _value(last):
                found |= {n: first.model_copy(update={"year": asked[n][0].year}) for n in range(low + 1, high)}
            elif high - low > 1:
                waiting += [(low, (low + high) // 2), ((low + high) // 2, high)]
        return [found[n] for n in sorted(found)]

    def _step(self, limit: Limit, q: Question, step: int) -> Step | Unproven:
        base = self.base[limit.scope]
        assert base is not None, "a limit is only moved where there is a plan"
        try:
            best = base if abs(step) <= self.idle.get((limit, step > 0), 0) else _best(q, limit.scope, self.clock)
        except SolveStopped:
            return Unproven(limit=limit.name, year=limit.year, step=step, scope=limit.scope)
        if best is not None and best.value.ticks == base.value.ticks and best.value.kronor == base.value.kronor:
            self.idle[limit, step > 0] = max(abs(step), self.idle.get((limit, step > 0), 0))
        return Step(
            limit=limit.name,
            year=limit.year,
            step=step,
            scope=limit.scope,
            possible=best is not None,
            tonnes=tonnes_from_ticks(best.value.ticks - base.value.ticks) if best is not None else Decimal(0),
            kronor=best.value.kronor - base.value.kronor if best is not None else 0,
        )


def _value(step: Step) -> tuple[bool, Decimal, int]:
    return step.possible, Decimal(step.tonnes), step.kronor


def _reductions(base: Base) -> Decimal:
    """Target-year reductions (t) of the recommended plan."""
    d = build_instance(base.question.portfolio, base.question.planning)
    return audited(d, base.picks).totals.tonnes_target_year


@dataclass
class _TonneSteps:
    """The fewest kronor for so many target-year reductions and a step more or less."""

    q: Question
    reductions: Decimal
    clock: Clock

    def step(self, step: int) -> TonneStep | None:
        """`kronor` is still the plan's own here; None for what the clock stopped."""
        wanted = max(Decimal(0), self.reductions + step)
        d = build_instance(self.q.portfolio, most_tonnes(self.q.planning, target_year=True))
        try:
            best = Desk(d, self.clock, workers=1).least(int(wanted * TICKS_PER_TONNE))
        except SolveStopped:
            return None
        if best is not None:
            audited(d, best.picks)
        return TonneStep(step=step, reductions=wanted, possible=best is not None, kronor=best.value.kronor if best is not None else 0)
