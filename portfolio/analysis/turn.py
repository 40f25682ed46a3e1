"""Where a decision turns: the outlay, or the tonnes, at which a best plan has an investment and at whose neighbour none has."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil
from threading import Lock
from typing import NamedTuple

from portfolio.analysis.conflict.demands import Question, locked
from portfolio.analysis.varied import Figure, contest
from portfolio.asked import Best
from portfolio.evaluate import Picks
from portfolio.explained import BreakEven
from portfolio.planning import ObjectiveName
from portfolio.records import Lock as InvestmentLock
from portfolio.records import LockKind
from portfolio.solve import Clock
from portfolio.stages import floor_ticks
from portfolio.value import rank

DISTANCES = (Fraction(1, 2), 1, 2, 4, 8, 15)
"""How far away from today's figure the decision is tried, as parts of it: downwards to nothing, upwards to 16 times."""


class Rivals:
    """The best plans without the investment, the same whatever its figures are; shared by both figures.

    `contest` is None when something that must be started has no year for it.
    """

    def __init__(self, asked: Question, i: str, picks: Picks, clock: Clock) -> None:
        """`picks` is the recommended plan: a rival itself when it has not the investment."""
        self._guard = Lock()
        self._contest = contest(locked(asked, i, InvestmentLock(kind=LockKind.NEVER)), clock, picks if i not in picks else None)

    @cached_property
    def most(self) -> int:
        """Most ticks; 0 without a plan."""
        with self._guard:
            return (self._contest.most or 0) if self._contest is not None else 0

    def best(self, floor: int) -> Best | None:
        """The best value above a floor."""
        with self._guard:
            return self._contest.best(floor) if self._contest is not None else None


class Tried(NamedTuple):
    """One step: whether a best plan has the investment, its plan with it, and the rival above the same floor.

    `whole` is False when no plan with it was looked for below the rival.
    """

    chosen: bool
    inside: Best | None
    outside: Best | None
    floor: int
    whole: bool = True


class Turn:
    """The search for two neighbouring steps: at the one a best plan has the investment, at the other none has. Both are solved.

    From the best plan with it follows where that plan is no better than the best one without it; that place is tried next (Newton's way).
    Where that does not help, the bracket is halved. Ties are not broken: only values are compared.
    """

    def __init__(self, figure: Figure, rivals: Rivals, clock: Clock, ahead: Executor) -> None:
        """`ahead` tries a step that will probably be asked for next, while the one before it is tried."""
        self.figure, self.rivals, self.clock, self._ahead = figure, rivals, clock, ahead
        self.tried: dict[int, Tried] = {}
        self._begun: dict[int, Future[Tried]] = {}

    def begun(self, today: Tried) -> Turn:
        """With the answer for today, which is the same for every figure."""
        self.tried[self.figure.today] = today
        return self

    def chosen(self, steps: int, *, whole: bool = False) -> bool:
        """Whether a best plan has the investment at so many steps."""
        if steps not in self.tried:
            begun = self._begun.pop(steps, None)
            self.tried[steps] = begun.result() if begun is not None else self.try_step(steps, whole=whole)
        return self.tried[steps].chosen

    def begin(self, steps: int) -> None:
        """Try a step in the other thread: it is not waited for unless it is asked for."""
        if steps not in self.tried and steps not in self._begun:
            self._begun[steps] = self._ahead.submit(self.try_step, steps, whole=False)

    def try_step(self, steps: int, *, whole: bool = True) -> Tried:
        """The best plans with and without the investment, above the floor that both of them set together."""
        q = self.figure.question(steps)
        with_it = contest(locked(q, self.figure.i, InvestmentLock(kind=LockKind.MUST)), self.clock)
        most = with_it.most if with_it is not None else None
        floor = floor_ticks(q.planning, max(most or 0, self.rivals.most))
        rival = self.rivals.best(floor)
        if with_it is None or most is None:
            return Tried(False, None, rival, floor)
        by_ratio = q.planning.objective.name is ObjectiveName.TONNES_PER_KRONA
        if by_ratio and rival is not None and rival.value.ratio > 0:
            # one proof settles it: no plan with it has N − rate·K ≥ 0, or this one has
            inside = with_it.at_rate(rival.value.ratio, floor, known=None if whole else 0.0)
            if inside is None or inside.value.kronor > 0:
                chosen = inside is not None and inside.value.ticks - rival.value.ratio * inside.value.kronor >= 0
                return Tried(chosen, inside, rival, floor, whole)
        inside = with_it.best(floor)
        chosen = inside is not None and (rival is None or rank(inside.instance, inside.value) >= rank(rival.instance, rival.value))
        return Tried(chosen, inside, rival, floor)

    def find(self) -> BreakEven:
        """The neighbours, or none within bounds."""
        figure = self.figure
        place = self.bracket()
        while place is not None and abs(place[0] - place[1]) > 1:
            place = self.narrowed(*place)
        shown = [figure.shown(steps) for steps in place] if place is not None else [None, None]
        return BreakEven(
            what=figure.what,
            today=figure.shown(figure.today),
            least=figure.shown(figure.least),
            chosen_at=shown[0],
            not_chosen_at=shown[1],
        )

    def narrowed(self, inside: int, outside: int) -> tuple[int, int]:
        """A smaller bracket: places where the decision probably turns, the neighbour of one that is tried, the middle if none helps."""
        width = abs(inside - outside)
        for guess, expected in list(self.guesses(inside, outside)):
            steps = guess
            if guess == (inside if expected else outside):
                # tried already, and said again by the plans that were found there: now its neighbour
                steps += 1 if (outside > inside) is expected else -1
            if not min(inside, outside) < steps < max(inside, outside):
                continue
            inside, outside = (steps, outside) if self.chosen(steps) else (inside, steps)
            if abs(inside - outside) * 4 <= width:
                return inside, outside
        middle = (inside + outside) // 2
        if min(inside, outside) < middle < max(inside, outside):
            inside, outside = (middle, outside) if self.chosen(middle) else (inside, middle)
        return inside, outside

    def guesses(self, inside: int, outside: int) -> Iterator[tuple[int, bool]]:
        """Steps next to which the decision probably turns, and whether it is chosen there.

        Where a plan with the investment is no better than a rival; where a rival falls below the floor; where it costs all that there is.
        """
        here, there = self.tried[inside], self.tried[outside]
        for place, tried in ((inside, here), (outside, there)):
            for other in (there.outside, here.outside):
                guess = self.figure.guess(tried.inside, place, other.value) if tried.inside is not None and other is not None else None
                if guess is not None:
                    yield guess, True
        if here.inside is not None and here.floor != there.floor:
            # where the plan with the investment falls below the floor, which moves too
            gain = self.figure.slope(here.inside, inside) - Fraction(here.floor - there.floor, inside - outside)
            if gain:
                yield ceil(inside + (here.floor - here.inside.value.ticks) / gain), True
        if there.outside is not None and here.floor != there.floor:
            # the floor follows the most tonnes, and they follow the figure in a straight line as long as the same plans have them
            yield outside + (there.outside.value.ticks - there.floor) * (inside - outside) // (here.floor - there.floor), False
        if there.inside is None and there.whole:
            most = self.figure.most(inside, self.clock)
            if most is not None:
                yield most, True

    def bracket(self) -> tuple[int, int] | None:
        """A chosen and a not chosen step, from today on outwards, none tried between them; None when the decision does not turn."""
        figure = self.figure
        here = self.chosen(figure.today)
        away = 1 if here is figure.more_is_worse else -1
        far = [max(figure.today + away * max(1, int(figure.today * part)), figure.least) for part in DISTANCES]
        following, last = dict(pairwise(far)), figure.today
        for steps in (*(max(place, figure.least) for place in self.near(away)), *far):
            if following.get(steps, steps) != steps:
                self.begin(following[steps])
            if self.chosen(steps) is not here:
                return (last, steps) if here else (steps, last)
            if steps == figure.least:
                return None
            last = steps
        return None

    def near(self, away: int) -> Iterator[int]:
        """The step just beyond where the plan of today says that the decision turns, when that is within bounds."""
        figure, today = self.figure, self.tried[self.figure.today]
        if today.inside is None or today.outside is None:
            return
        guess = figure.guess(today.inside, figure.today, today.outside.value)
        if guess is not None:
            beyond = guess + away if today.chosen else guess
            if figure.least < beyond <= figure.today * 16 and (beyond - figure.today) * away > 0:
                yield beyond
