"""Plans that are nearly as good as the best: distinct sets of investments, and what all of them agree on. Every claim is a proof."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from portfolio.accounts import ratio_of
from portfolio.analysis.base import Base
from portfolio.analysis.beside import Progress, side_by_side, silent
from portfolio.analysis.frontier.desk import Found
from portfolio.analysis.plan import audited
from portfolio.analysis.seats import Seats, Tie
from portfolio.errors import SolveStopped
from portfolio.evaluate import Measure, measure
from portfolio.explored.near import Near, NearPlan
from portfolio.formulation import Programme
from portfolio.formulation.differences import same_set, starts_of
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import Instance, build_instance
from portfolio.planning import ObjectiveName, Planning
from portfolio.solve import Clock, Session
from portfolio.stages import HALF_KRONA, HALF_TICK, floor_ticks
from portfolio.units import TICKS_PER_TONNE, tonnes_from_ticks

WITHIN = Decimal("0.01")
"""How much worse a plan may be, as a share of the best value, when nobody says."""
MOST = 10
"""Sets of investments that are listed when nobody says."""


def near(base: Base, clock: Clock, within: Decimal = WITHIN, most: int = MOST, progress: Progress = silent) -> Near:
    """At most `most` sets whose best plan is within `within` (0–1) of the best value, and what all such plans agree on.

    Args:
        base: the recommended plan; it must be proven.

    Raises:
        SolveStopped: stopped before the floor of the ratio was known.
        AuditBreached: a fault of ours; nothing is shown.
    """
    planning = base.question.planning
    d = build_instance(base.question.portfolio, planning)
    best = Found(base.picks, measure(d, base.picks))
    seats = Seats(d, clock)
    band = Band(d, best.value, Fraction(within), _floor(planning, seats))
    for programme, session in seats.every:
        band.hold(programme, session)
    around = _Around(seats, band, best)
    tasks = len(d.city) + most
    done = side_by_side(d.city, around.settle, lambda done, _: progress(done, tasks))
    unsettled = [i for i, settled in zip(d.city, done, strict=True) if not settled]
    listed, every_set, in_time = around.listed(most, lambda done, _: progress(len(d.city) + done, tasks))
    seen = [set(found.picks) for found in around.seen.values()]
    in_all, in_some = (set.intersection(*seen), set.union(*seen))
    settled = [i for i in d.city if i in in_some - in_all or i not in unsettled]
    return Near(
        title=planning.title,
        objective=planning.objective.name.value,
        krona=planning.objective.krona.value,
        quantity=planning.objective.quantity.value,
        until=planning.horizon.effects_until.value,
        target_year=planning.horizon.target_year.value,
        within=within,
        most=most,
        plans=tuple(_shown(band, best, found) for found in listed),
        every_set=every_set,
        always=tuple(i for i in settled if i in in_all),
        sometimes=tuple(i for i in settled if i in in_some - in_all),
        never=tuple(i for i in settled if i not in in_some),
        unsettled=tuple(i for i in d.city if i not in settled),
        names={i: d.investments[i].name for i in d.city},
        complete=in_time and len(settled) == len(d.city),
    )


def _floor(planning: Planning, seats: Seats) -> int | None:
    """Ticks that the ratio's plans must reach: the main job's own floor. None for the other objectives."""
    if planning.objective.name is not ObjectiveName.TONNES_PER_KRONA:
        return None
    with seats.one() as (programme, session):
        most = seats.found(session.best(programme.tonnes, maximise=True))
    assert most is not None, "there is a plan, so there is one with the most tonnes"
    return floor_ticks(planning, most.value.ticks)


def _shown(band: Band, best: Found, found: Found) -> NearPlan:
    here, there = found.picks.keys(), best.picks.keys()
    return NearPlan(
        tonnes=tonnes_from_ticks(found.value.ticks),
        kronor=found.value.kronor,
        ratio=ratio_of(found.value.ratio) if found.value.kronor > 0 else None,
        worse=band.worse(found.value),
        outlay_gap=audited(band.d, found.picks, band.floor).totals.outlay_gap,
        chosen=tuple(sorted(here)),
        come=tuple(sorted(here - there)),
        gone=tuple(sorted(there - here)),
    )


class Band:
    """Which plans count, by their exact values: those within a share of the best value.

    A ratio is held as N − λK ≥ 0, λ the least ratio that counts. Where the best plan has no ratio (tonnes for no kronor, or no tonnes at
    all), tonnes are compared instead, among plans for as little.

    Attributes:
        least: value that a plan must have: ticks per krona, ticks, or kronor saved (below nothing).
        floor: ticks that every plan must have; None where nothing is asked for.
    """

    def __init__(self, d: Instance, best: Measure, within: Fraction, floor: int | None) -> None:
        self.d, self.best, self.floor = d, best, floor
        name = d.planning.objective.name
        self.by_cost = name is ObjectiveName.LEAST_COST
        self.by_ratio = name is ObjectiveName.TONNES_PER_KRONA and best.kronor > 0 and best.ticks > 0
        self.for_nothing = name is ObjectiveName.TONNES_PER_KRONA and best.kronor <= 0
        top = self.value(best)
        self.least = top - within * abs(top)
        goal = tonnes_goal(d)
        if goal is not None:
            self.floor = round(goal * TICKS_PER_TONNE)

    def value(self, m: Measure) -> Fraction:
        """What is maximised."""
        return m.ratio if self.by_ratio else Fraction(-m.kronor if self.by_cost else m.ticks)

    def has(self, m: Measure) -> bool:
        """The plan counts."""
        enough = self.floor is None or m.ticks >= self.floor
        return enough and self.value(m) >= self.least and not (self.for_nothing and m.kronor > 0)

    def worse(self, m: Measure) -> Decimal:
        """How much worse than the best, as a share of it, six decimals."""
        top = self.value(self.best)
        lost = (top - self.value(m)) / abs(top) if top else Fraction(0)
        return round(Decimal(lost.numerator) / Decimal(lost.denominator), 6)

    def expression(self, programme: Programme, rate: Fraction | None = None) -> Any:
        """What the solver maximises, or for least cost minimises: N − λK for a ratio, λ = `rate` or the least ratio that counts."""
        if self.by_cost:
            return programme.kronor
        return programme.reduced(self.least if rate is None else rate) if self.by_ratio else programme.tonnes

    def hold(self, programme: Programme, session: Session) -> None:
        """Only plans that count from now on; of ratios also those less than a tick short, which `has` sorts out."""
        if self.floor is not None:
            session.hold(programme.tonnes, at_least=self.floor / TICKS_PER_TONNE - HALF_TICK)
        if self.for_nothing:
            session.hold(programme.kronor, at_most=HALF_KRONA)
        expression = self.expression(programme)
        if self.by_cost:
            most = floor(-self.least) / 1000
            session.hold(expression, at_most=most + HALF_KRONA)
            session.keep_as_good(expression, most, maximise=False)
        else:
            least = 0.0 if self.by_ratio else ceil(self.least) / TICKS_PER_TONNE
            session.hold(expression, at_least=least - HALF_TICK)
            session.keep_as_good(expression, least, maximise=True)


class _Around:
    """What has been found near the recommended plan.

    Attributes:
        seen: by set of investments, a plan that counts; the best of its set only when it has been listed.
    """

    def __init__(self, seats: Seats, band: Band, best: Found) -> None:
        self.seats, self.band, self.best = seats, band, best
        self.seen: dict[frozenset[str], Found] = {frozenset(best.picks): best}

    def settle(self, i: str) -> bool:
        """Find a plan that decides otherwise about i than the recommended one, or prove that there is none; False when stopped."""
        chosen = i in self.best.picks
        if not self.band.d.starts[i] or any((i in other) is not chosen for other in list(self.seen)):
            return True
        try:
            with self.seats.one() as (programme, session):
                mine = starts_of(programme, i)
                session.hold(mine, at_most=0.5) if chosen else session.hold(mine, at_least=0.5)
                found = self._any(programme, session)
        except SolveStopped:
            return False
        if found is not None:
            self.seen.setdefault(frozenset(found.picks), found)
        return True

    def _any(self, programme: Programme, session: Session) -> Found | None:
        """A plan that counts, under the rows so far; None when there is none."""
        while True:
            found = self.seats.found(session.best(self.band.expression(programme), maximise=not self.band.by_cost))
            if found is None or self.band.has(found.value):
                return found
            _exclude(programme, session, found)  # a ratio less than a tick short of the band

    def listed(self, most: int, progress: Progress = silent) -> tuple[list[Found], bool, bool]:
        """The best plans of at most `most` sets, best first; whether there are no other sets; whether this was proven in time."""
        plans = [self.best]
        if not any(self.band.d.starts.values()):
            return plans, True, True  # nothing can be started: there is one set, the empty one
        try:
            with self.seats.one() as (programme, session):
                _exclude(programme, session, self.best)
                while len(plans) < most:
                    progress(len(plans), most)
                    known = [found for chosen, found in self.seen.items() if chosen not in _sets(plans)]
                    found = self._best(programme, session, max(known, key=lambda f: self.band.value(f.value), default=None))
                    if found is None:
                        return plans, True, True
                    plans.append(self._tidy(programme, session, found))
                    self.seen[frozenset(found.picks)] = plans[-1]
                    _exclude(programme, session, found)
                more = len(self.seen) > len(plans) or self._any(programme, session) is not None
                progress(most, most)
        except SolveStopped:
            return plans, False, False
        return plans, not more, True

    def _best(self, programme: Programme, session: Session, known: Found | None) -> Found | None:
        """The best plan under the rows so far, `known` being one of them; None when none counts. A ratio by Dinkelbach's method."""
        band = self.band
        if known is None:
            known = self._any(programme, session)
            if known is None or not band.by_ratio:
                return known
        if not band.by_ratio:
            in_hand = known.value.kronor / 1000 if band.by_cost else known.value.ticks / TICKS_PER_TONNE
            found = self.seats.found(session.best(band.expression(programme), maximise=not band.by_cost, known=in_hand))
            return found if found is not None else known
        while True:
            rate = known.value.ratio
            better = self.seats.found(session.best(programme.reduced(rate), maximise=True, known=0.0))
            if better is None or not band.has(better.value) or better.value.ratio <= rate:
                return known
            known = better

    def _tidy(self, programme: Programme, session: Session, found: Found) -> Found:
        """Of the plans with the same set and value the one that the main job takes: least in layer gap, cheapest, earliest, first ids."""
        band, value = self.band, self.band.value(found.value)
        ties: tuple[Tie, ...] = (
            (programme.gap_outlay, lambda f: f.value.gap_outlay, 1000, HALF_KRONA),
            (programme.kronor, lambda f: f.value.kronor, 1000, HALF_KRONA),
            (programme.start_years, lambda f: f.value.starts, 1, 0.5),
            (programme.id_order, None, 1, 0.0),
        )
        with session.for_a_while():
            session.fix_set(frozenset(found.picks))
            if band.by_cost:
                session.hold(programme.kronor, at_most=found.value.kronor / 1000 + HALF_KRONA)
            else:
                held = 0.0 if band.by_ratio else found.value.ticks / TICKS_PER_TONNE
                session.hold(band.expression(programme, found.value.ratio), at_least=held - HALF_TICK)
            for expression, read, scale, slack in ties:
                other = self.seats.found(session.best(expression, maximise=False))
                if other is None or not band.has(other.value) or band.value(other.value) < value:
                    return found  # a ratio less than a tick short
                found = other
                if read is not None:
                    session.hold(expression, at_most=read(found) / scale + slack)
        return found


def _sets(plans: Sequence[Found]) -> set[frozenset[str]]:
    return {frozenset(plan.picks) for plan in plans}


def _exclude(programme: Programme, session: Session, found: Found) -> None:
    """No plan with exactly these investments from now on."""
    session.hold(same_set(programme, found.picks), at_most=len(found.picks) - 0.5)
