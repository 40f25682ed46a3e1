"""What a city answers: its best plan when the pool's kronor have a price and lie between two amounts. Runs in worker processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from fractions import Fraction
from threading import Lock
from typing import Any, NamedTuple

from portfolio.errors import SolveFailed, SolveStopped
from portfolio.evaluate import Pick, measure, total_grant
from portfolio.formulation import Programme, build
from portfolio.instance import Instance, build_instance
from portfolio.reaching import best_reaching
from portfolio.region import Member
from portfolio.solve import Answer, Clock, Meaning, Session
from portfolio.stages import HALF_KRONA, HALF_TICK
from portfolio.units import TICKS_PER_TONNE


class Wanted(Enum):
    """What is asked of a city."""

    PRICED = "most tonnes less the price of what is drawn"
    MOST = "most tonnes, and of those plans what draws least"
    LEAST = "least drawn, and of those plans the most tonnes"
    FINISHED = "as many tonnes for as little drawn, with the fewest kronor and the least of them outside the frame"


class Ask(NamedTuple):
    """A question to city number `city`.

    Attributes:
        price: ticks a krona drawn. low, high: least and most drawn (kr); no high is no limit.
        floor: what is worth less (ticks, less the price) is not asked for; for `FINISHED` the ticks to reach.
    """

    city: int
    wanted: Wanted
    price: Fraction = Fraction(0)
    low: int = 0
    high: int | None = None
    floor: Fraction | None = None


class Column(NamedTuple):
    """A proven plan of a city: its cumulative tonnes (ticks), what it draws from the pool (kr), and the plan."""

    city: int
    ticks: int
    drawn: int
    picks: dict[str, Pick]

    def value(self, price: Fraction) -> Fraction:
        """Ticks less the price of what is drawn."""
        return self.ticks - price * self.drawn


class Cities:
    """All cities; called with an `Ask` it answers with a `Column`, or None when the city has no such plan.

    Every question has a session of its own, so that an answer never depends on what was asked before, or where.

    Raises:
        SolveStopped: the clock came before a proof.
    """

    def __init__(self, members: Sequence[Member], clock: Clock) -> None:
        self._members = tuple(members)
        self._clock = clock
        self._built: dict[int, tuple[Instance, Programme]] = {}
        self._guard = Lock()

    def __reduce__(self) -> tuple[Callable[..., Cities], tuple[Any, ...]]:
        """A worker process builds for itself the programmes of the cities that it is asked about."""
        return Cities, (self._members, self._clock)

    def _of(self, city: int) -> tuple[Instance, Programme]:
        with self._guard:
            if city not in self._built:
                member = self._members[city]
                d = build_instance(member.portfolio, member.planning)
                self._built[city] = d, build(d)
            return self._built[city]

    def __call__(self, ask: Ask) -> Column | None:
        d, programme = self._of(ask.city)
        session = Session(programme, self._clock)
        session.out_of_the_frame()
        drawn = programme.grants(self._members[ask.city].drawing)
        with session.strictly():
            # a krona more or less drawn decides here; as the solver usually rounds, a large grant would hide it
            if ask.high is not None:
                session.hold(drawn, at_most=ask.high / 1000 + HALF_KRONA)
            if ask.low > 0:
                session.hold(drawn, at_least=ask.low / 1000 - HALF_KRONA)
            answer = self._answer(ask, programme, session)
        if answer.meaning is Meaning.INFEASIBLE:
            return None
        column = self._column(ask.city, d, self._proven(answer))
        if not (ask.low <= column.drawn and (ask.high is None or column.drawn <= ask.high)):
            raise SolveFailed(f"{self._members[ask.city].name}: {column.drawn} kr")
        return column

    def _answer(self, ask: Ask, programme: Programme, session: Session) -> Answer:
        d = programme.instance
        drawn = programme.grants(self._members[ask.city].drawing)
        match ask.wanted:
            case Wanted.PRICED:
                value = programme.less(drawn, ask.price)
                if ask.floor is not None:
                    least = ask.floor / TICKS_PER_TONNE
                    session.hold(value, at_least=least - HALF_TICK - 1e-7 * abs(least))
                return session.best(value, maximise=True)
            case Wanted.MOST:
                answer = session.best(programme.tonnes, maximise=True)
                if answer.meaning is not Meaning.PROVEN or answer.picks is None:
                    return answer
                ticks = measure(d, answer.picks).ticks
                session.hold(programme.tonnes, at_least=ticks / TICKS_PER_TONNE - HALF_TICK)
                return best_reaching(session, ticks, -drawn)
            case Wanted.LEAST:
                answer = session.best(drawn, maximise=False)
                if answer.meaning is not Meaning.PROVEN or answer.picks is None:
                    return answer
                least_drawn = sum(total_grant(d, i, p) for i, p in answer.picks.items() if i in self._members[ask.city].drawing)
                session.hold(drawn, at_most=least_drawn / 1000 + HALF_KRONA)
                return session.best(programme.tonnes, maximise=True)
            case Wanted.FINISHED:
                assert ask.floor is not None
                floor = int(ask.floor)
                session.hold(programme.tonnes, at_least=floor / TICKS_PER_TONNE - HALF_TICK)
                picks = self._proven(best_reaching(session, floor, -programme.kronor))
                framed = Session(programme, self._clock)
                framed.fix_starts(picks)
                return framed.best(programme.gap_outlay, maximise=False)

    def _proven(self, answer: Answer) -> dict[str, Pick]:
        if answer.meaning is not Meaning.PROVEN or answer.picks is None:
            raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
        return answer.picks

    def _column(self, city: int, d: Instance, picks: dict[str, Pick]) -> Column:
        drawing = self._members[city].drawing
        return Column(city, measure(d, picks).ticks, sum(total_grant(d, i, p) for i, p in picks.items() if i in drawing), picks)
