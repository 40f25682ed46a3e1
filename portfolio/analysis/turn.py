"""Where a decision turns: the outlay, or the tonnes, at which a best plan has an investment and at whose neighbour none has."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from portfolio.amounts.support import spread, whole
from portfolio.analysis.conflict.demands import Question, locked, with_fields
from portfolio.evaluate import Measure, measure
from portfolio.explained import BreakEven
from portfolio.instance import Instance, build_instance, must_start
from portfolio.planning import ObjectiveName, Planning
from portfolio.records import Investment, Lock, LockKind
from portfolio.solve import Clock
from portfolio.stages import DEFAULT_FLOOR
from portfolio.value import Best, Contest, rank

DOUBLINGS = 5
"""How far away from today's figure the decision is tried: half of it, twice that, and so on, to 16 times."""


def _plain(q: Question, d: Instance, i: str) -> Question:
    """The same question with a scenario's factors on i written into its record."""
    change = q.planning.investments.get(i)
    if change is None:
        return q
    factor = change.tonnes_factor if change.tonnes_factor is not None else Decimal(1)
    record = next(r for r in q.portfolio.investments if r.id == i)
    fields = {"outlay": d.investments[i].outlay, "tonnes": record.tonnes * factor, "removal_tonnes": record.removal_tonnes * factor}
    kept = {**q.planning.investments, i: change.model_copy(update={"outlay_factor": None, "tonnes_factor": None})}
    return with_fields(Question(q.portfolio, q.planning.model_copy(update={"investments": kept})), i, **fields)


class Figure:
    """A figure of one investment that could be another one, in whole steps of a krona or a kilogram.

    Attributes:
        today, least: the figure as it is, and the smallest that it can be. more_is_worse: a larger figure speaks against it.
    """

    what = ""
    today = 0
    least = 0
    more_is_worse = True

    def __init__(self, asked: Question, d: Instance, i: str) -> None:
        self.i = i
        self.asked = _plain(asked, d, i)
        self.record: Investment = next(r for r in self.asked.portfolio.investments if r.id == i)

    def question(self, steps: int) -> Question:
        """The question with the figure at so many steps."""
        raise AssertionError(steps)

    def shown(self, steps: int) -> Decimal:
        """The figure in its unit."""
        raise AssertionError(steps)

    def guess(self, inside: Best, steps: int, outside: Measure) -> int | None:
        """Where the plan `inside`, the best one at `steps`, becomes no better than `outside`, a plan without the investment."""
        raise AssertionError((inside, steps, outside))


class Outlay(Figure):
    """Gross outlay in all, spread as today; never below what grants and partners pay of it."""

    what = "outlay"

    def __init__(self, asked: Question, d: Instance, i: str) -> None:
        super().__init__(asked, d, i)
        self.step = whole(self.record)
        self.today = self.record.total_outlay // self.step
        self.least = -(-(self.record.grant + self.record.partner) // self.step)

    def question(self, steps: int) -> Question:
        outlay = tuple(spread(steps * self.step, self.record.outlay, self.step))
        return with_fields(self.asked, self.i, outlay=outlay)

    def shown(self, steps: int) -> Decimal:
        return Decimal(steps * self.step)

    def guess(self, inside: Best, steps: int, outside: Measure) -> int | None:
        match self.asked.planning.objective.name:
            case ObjectiveName.TONNES_PER_KRONA if outside.ratio > 0:
                spare = Fraction(inside.value.ticks) / outside.ratio - inside.value.kronor
            case ObjectiveName.LEAST_COST:
                spare = Fraction(outside.kronor - inside.value.kronor)
            case _:
                return None
        return steps + floor(spare * 100 / (self.step * inside.picks[self.i].percent))


class TonnesAYear(Figure):
    """Tonnes a year at full effect, removals in the same proportion."""

    what = "tonnes"
    more_is_worse = False

    def __init__(self, asked: Question, d: Instance, i: str) -> None:
        super().__init__(asked, d, i)
        self.today = max(0, int(self.record.tonnes * 1000))

    def question(self, steps: int) -> Question:
        share = Fraction(self.record.removal_tonnes) / Fraction(self.record.tonnes) if self.record.tonnes else Fraction(0)
        return with_fields(self.asked, self.i, tonnes=Decimal(steps) / 1000, removal_tonnes=Decimal(round(share * steps)) / 1000)

    def shown(self, steps: int) -> Decimal:
        return Decimal(steps) / 1000

    def guess(self, inside: Best, steps: int, outside: Measure) -> int | None:
        if self.asked.planning.objective.name is not ObjectiveName.TONNES_PER_KRONA or outside.ratio <= 0:
            return None
        own = inside.value.ticks - measure(inside.instance, {j: p for j, p in inside.picks.items() if j != self.i}).ticks
        spare = inside.value.ticks - outside.ratio * inside.value.kronor
        return steps - floor(spare * steps / own) if own > 0 else None


def floor_of(planning: Planning, most: int) -> int:
    """Ticks that every plan which counts has, of the most that there are; only the ratio has a floor."""
    share = planning.objective.floor_share
    return ceil(Fraction(share.value if share is not None else DEFAULT_FLOOR) * most)


class Turn:
    """The search for two neighbouring steps: at the one a best plan has the investment, at the other none has. Both are solved.

    From the best plan with it follows where that plan is no better than the best one without it; that place is tried next (Newton's way).
    Where that does not help, the bracket is halved. Ties are not broken: only values are compared.
    """

    def __init__(self, figure: Figure, clock: Clock) -> None:
        self.figure, self.clock = figure, clock
        self.inside: dict[int, Best | None] = {}
        self.outside: dict[int, Best | None] = {}
        self.floors: dict[int, int] = {}

    def chosen(self, steps: int) -> bool:
        """Whether a best plan has the investment at so many steps."""
        if steps not in self.inside:
            self._solve(steps)
        inside, outside = self.inside[steps], self.outside[steps]
        if inside is None or outside is None:
            return inside is not None
        return rank(inside.instance, inside.value) >= rank(outside.instance, outside.value)

    def _solve(self, steps: int) -> None:
        """The best plans with and without the investment, above the floor that both of them set together."""
        q, i = self.figure.question(steps), self.figure.i
        with_it = self._contest(locked(q, i, Lock(kind=LockKind.MUST)))
        without_it = self._contest(locked(q, i, Lock(kind=LockKind.NEVER)))
        with ThreadPoolExecutor(2) as pool:
            most = list(pool.map(lambda contest: contest.most() if contest is not None else None, (with_it, without_it)))
            floor = self.floors[steps] = floor_of(q.planning, max((m for m in most if m is not None), default=0))
            asked = [lambda c=c: c.best(floor) if c is not None else None for c in (with_it, without_it)]
            self.inside[steps], self.outside[steps] = pool.map(lambda ask: ask(), asked)

    def _contest(self, q: Question) -> Contest | None:
        """The question in the solver; None when something that must be started has no year for it."""
        d = build_instance(q.portfolio, q.planning)
        return None if any(not d.starts[j] and must_start(d.investments[j]) for j in d.city) else Contest(d, self.clock)

    def find(self) -> BreakEven:
        """The neighbours, or none within bounds."""
        figure = self.figure
        place = self.bracket()
        while place is not None and abs(place[0] - place[1]) > 1:
            place = self.narrowed(*place)
        shown = [figure.shown(steps) for steps in place] if place is not None else [None, None]
        return BreakEven(what=figure.what, today=figure.shown(figure.today), chosen_at=shown[0], not_chosen_at=shown[1])

    def narrowed(self, inside: int, outside: int) -> tuple[int, int]:
        """A smaller bracket: a place where the decision probably turns, and its neighbours; and the middle, if none of them helps."""
        width = abs(inside - outside)
        for guess in self.guesses(inside, outside):
            for steps in (guess, guess + 1, guess - 1):
                if min(inside, outside) < steps < max(inside, outside):
                    inside, outside = (steps, outside) if self.chosen(steps) else (inside, steps)
            if abs(inside - outside) * 4 <= width:
                return inside, outside
        middle = (inside + outside) // 2
        if min(inside, outside) < middle < max(inside, outside):
            inside, outside = (middle, outside) if self.chosen(middle) else (inside, middle)
        return inside, outside

    def guesses(self, inside: int, outside: int) -> Iterator[int]:
        """Where the best plan with the investment is no better than one without it, and where one without it falls below the floor."""
        best = self.inside[inside]
        if self.inside[outside] is None:
            return  # it is impossible there: nothing is known of where that begins
        for other in (self.outside[inside], self.outside[outside]):
            guess = self.figure.guess(best, inside, other.value) if best is not None and other is not None else None
            if guess is not None:
                yield guess
        rival, low, high = self.outside[outside], self.floors[outside], self.floors[inside]
        if rival is not None and high != low:
            # the floor follows the most tonnes, and they follow the figure in a straight line as long as the same plans have them
            yield outside + (rival.value.ticks - low) * (inside - outside) // (high - low)

    def bracket(self) -> tuple[int, int] | None:
        """A chosen and a not chosen step, from today on outwards; None when the decision does not turn within bounds."""
        figure = self.figure
        here = self.chosen(figure.today)
        away = 1 if here is figure.more_is_worse else -1
        distance = max(1, figure.today // 2)
        for _ in range(DOUBLINGS):
            steps = max(figure.today + away * distance, figure.least)
            if self.chosen(steps) is not here:
                return (figure.today, steps) if here else (steps, figure.today)
            if steps == figure.least:
                return None
            distance *= 2
        return None
