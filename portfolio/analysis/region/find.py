"""The best plans of a region: a price of the pool by column generation, then every plan that could still make the choice better.

docs/region.md has the method with its formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import NamedTuple

from portfolio.analysis.beside import Progress, silent
from portfolio.analysis.region.city import Ask, Cities, Column, Wanted
from portfolio.analysis.region.master import better_choice, relaxation
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.many import Crew, Team, at_work
from portfolio.region import Member
from portfolio.solve import Clock

FINISHING = 0.15
"""Part of the time that is kept for the plans that are chosen: their fewest kronor."""
POOL = "grant_pool"
"""The demand that the cities share, as a name beside those of the constraints."""


class _Open(NamedTuple):
    """An interval of kronor drawn in which a city may have plans not seen yet, and how many ticks each of them loses at least."""

    loss: Fraction
    city: int
    low: int
    high: int | None


@dataclass
class Found:
    """What is known about a region.

    Attributes:
        chosen: a plan for each city, together within the pool. price: of the pool, ticks a krona, at the end.
        bound: no choice has more ticks. proven: nor has any other choice more than this one.
        finished: every chosen plan has the fewest kronor for its tonnes. stopped: the clock or Ctrl-C came first.
        asked: questions to cities. most: tonnes (ticks) of each city without a limit to the pool.
    """

    chosen: list[Column]
    price: Fraction
    bound: int
    proven: bool = False
    finished: bool = False
    stopped: bool = False
    asked: int = 0
    most: list[int] = field(default_factory=list)


def find(members: Sequence[Member], pool: int, crew: Crew, clock: Clock, progress: Progress = silent) -> Found:
    """The most tonnes of all cities together within every city's demands and the pool (kr).

    Raises:
        InfeasiblePlan: a city cannot meet its own demands (they are named, after the city's name), or what the cities cannot do without
            is more than the pool (`POOL`).
        SolveStopped: the clock came before any choice.
    """
    with at_work(Cities(members, clock), crew, lambda: clock.interrupted, len(members)) as team:
        search = _Search(members, pool, clock, team, progress)
        try:
            search.begin()
        except SolveStopped as stopped:
            raise SolveStopped(interrupted=clock.interrupted) from stopped
        try:
            search.price_the_pool()
            search.close()
        except SolveStopped:
            search.found.stopped = True
    return search.found


class _Search:
    """One region on its way."""

    found: Found

    def __init__(self, members: Sequence[Member], pool: int, clock: Clock, team: Team[Ask, Column | None], progress: Progress) -> None:
        self._members = members
        self._pool = pool
        self._clock = clock
        self._keep = FINISHING * clock.left
        self._team = team
        self._progress = progress
        self._columns: list[list[Column]] = [[] for _ in members]
        self._asked = 0
        self._price = Fraction(0)

    def _ask(self, asks: Sequence[Ask]) -> list[Column | None]:
        """Answers in the order of the questions.

        Raises:
            SolveStopped: not all of them came.
        """
        answers: dict[int, Column | None] = {}
        self._progress(self._asked, self._asked + len(asks))
        for n, column in self._team.results(asks):
            answers[n] = column
            self._progress(self._asked + len(answers), self._asked + len(asks))
        if len(answers) < len(asks):
            raise SolveStopped(interrupted=True)
        self._asked += len(asks)
        return [answers[n] for n in range(len(asks))]

    def _add(self, columns: Sequence[Column | None]) -> bool:
        """Remember plans; true when one of them is new."""
        new = False
        for column in columns:
            if column is not None and all((column.ticks, column.drawn) != (c.ticks, c.drawn) for c in self._columns[column.city]):
                self._columns[column.city].append(column)
                new = True
        return new

    def begin(self) -> None:
        """Every city's best without a limit to the pool, which is a bound, and what it draws at least."""
        everyone = range(len(self._members))
        for wanted in (Wanted.MOST, Wanted.LEAST):
            answers = self._ask([Ask(c, wanted) for c in everyone])
            lacking = [self._members[c].name for c in everyone if answers[c] is None]
            if lacking:
                raise InfeasiblePlan(lacking)
            self._add(answers)
            if wanted is Wanted.MOST:
                best = [a for a in answers if a is not None]
                self._most = [c.ticks for c in best]
                if sum(c.drawn for c in best) <= self._pool:
                    break
        if sum(min(c.drawn for c in plans) for plans in self._columns) > self._pool:
            raise InfeasiblePlan([POOL])
        self._price, chosen = relaxation(self._columns, self._pool)
        self.found = Found(chosen, self._price, sum(self._most), asked=self._asked, most=self._most)
        self._choose(chosen)

    def _choose(self, also: Sequence[Column] = ()) -> None:
        """The best choice among the plans that are known."""
        found = self.found
        if also and sum(c.ticks for c in also) > sum(c.ticks for c in found.chosen):
            found.chosen = list(also)
        found.chosen = better_choice(self._columns, self._pool, self._price, found.chosen)
        found.proven = found.bound <= sum(c.ticks for c in found.chosen)
        found.asked = self._asked

    def price_the_pool(self) -> None:
        """Column generation (Dantzig and Wolfe 1960): the price at which what is known is best, until no city knows better at it."""
        while not self.found.proven:
            price, chosen = relaxation(self._columns, self._pool)
            best = [max(c.value(price) for c in plans) for plans in self._columns]
            answers = self._ask([Ask(n, Wanted.PRICED, price) for n in range(len(self._members))])
            top = [max(known, a.value(price)) if a is not None else known for known, a in zip(best, answers, strict=True)]
            bound = floor(price * self._pool + sum(top))
            if bound <= self.found.bound:
                self.found.bound, self._price, self.found.price = bound, price, price
            new = self._add(answers)
            self._choose(chosen)
            if not new or top == best:
                return

    def close(self) -> None:
        """Plans that lose less at the price than the bound is above the choice, sought between the known ones until there is none left.

        A choice with a plan that loses more cannot be better than the one in hand, whatever the others are.
        """
        price = self._price
        top = [max(plans, key=lambda c: (c.value(price), -c.drawn)) for plans in self._columns]
        lagrangian = price * self._pool + sum(c.value(price) for c in top)
        opened = [part for c in top for part in self._split(c, Fraction(0), 0, None)]
        while not self.found.proven:
            slack = lagrangian - (sum(c.ticks for c in self.found.chosen) + 1)
            opened = sorted(part for part in opened if part.loss <= slack)
            if not opened or slack < 0:
                self.found.bound = sum(c.ticks for c in self.found.chosen)
                self.found.proven = True
                break
            self.found.bound = min(self.found.bound, floor(lagrangian - opened[0].loss))  # what is better has a plan that is still sought
            if self._clock.left < self._keep:
                self.found.stopped = True
                break
            turn = list({part.city: part for part in reversed(opened)}.values())  # of each city the one that may lose least
            asks = [Ask(part.city, Wanted.PRICED, price, part.low, part.high, top[part.city].value(price) - slack) for part in turn]
            answers = self._ask(asks)
            opened = [part for part in opened if part not in turn]
            for part, column in zip(turn, answers, strict=True):
                if column is not None:
                    loss = max(part.loss, top[part.city].value(price) - column.value(price))
                    opened += self._split(column, loss, part.low, part.high)
            self._add(answers)
            self._choose()
        self._finish()

    def _split(self, column: Column, loss: Fraction, low: int, high: int | None) -> list[_Open]:
        """The interval without what the plan draws: it is the best there is for that."""
        least = min(c.drawn for c in self._columns[column.city])
        parts = [(max(low, least), column.drawn - 1), (column.drawn + 1, high)]
        return [_Open(loss, column.city, a, b) for a, b in parts if b is None or a <= b]

    def _finish(self) -> None:
        """The chosen plans for as few kronor as their tonnes and what they draw allow."""
        chosen = self.found.chosen
        answers = self._ask([Ask(c.city, Wanted.FINISHED, high=c.drawn, floor=Fraction(c.ticks)) for c in chosen])
        self.found.chosen = [a if a is not None else c for a, c in zip(answers, chosen, strict=True)]
        self.found.asked = self._asked
        self.found.finished = True
