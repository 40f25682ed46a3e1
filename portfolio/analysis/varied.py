"""Figures of one investment that could be others: its outlay, and its tonnes a year."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from portfolio.amounts.support import counted_grant, spread, whole
from portfolio.analysis.conflict.demands import Question, locked, with_fields
from portfolio.asked import Best
from portfolio.evaluate import Measure, Picks, measure, total_outlay
from portfolio.instance import Instance, build_instance, must_start
from portfolio.planning import ObjectiveName
from portfolio.records import Investment, LockKind
from portfolio.records import Lock as InvestmentLock
from portfolio.solve import Clock
from portfolio.value import Contest


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


def contest(q: Question, clock: Clock, offered: Picks | None = None) -> Contest | None:
    """The question in the solver; None when something that must be started has no year for it."""
    d = build_instance(q.portfolio, q.planning)
    return None if any(not d.starts[j] and must_start(d.investments[j]) for j in d.city) else Contest(d, clock, offered)


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
        """The last step at which the plan `inside`, found at `steps`, is no worse than `outside`, a plan without the investment."""
        raise AssertionError((inside, steps, outside))

    def slope(self, inside: Best, steps: int) -> Fraction:  # noqa: ARG002
        """Ticks that the plan `inside`, found at `steps`, has more with each step."""
        return Fraction(0)

    def most(self, steps: int, clock: Clock) -> int | None:  # noqa: ARG002
        """The step up to which the cheapest plan with it, from `steps` on, stays within all that there is; None where none is stated."""
        return None


class Outlay(Figure):
    """Gross outlay in all, spread as today; never below what the grants that are counted, and partners, pay of it."""

    what = "outlay"

    def __init__(self, asked: Question, d: Instance, i: str) -> None:
        super().__init__(asked, d, i)
        self.step = whole(self.record)
        self.today = self.record.total_outlay // self.step
        self.least = -(-(counted_grant(self.record, asked.planning) + self.record.partner) // self.step)

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

    def most(self, steps: int, clock: Clock) -> int | None:
        envelope = self.asked.planning.control_envelope
        with_it = contest(locked(self.question(steps), self.i, InvestmentLock(kind=LockKind.MUST)), clock)
        cheapest = with_it.cheapest if with_it is not None else None
        if envelope is None or cheapest is None:
            return None
        spent = sum(total_outlay(cheapest.instance, j, pick) for j, pick in cheapest.picks.items())
        return steps + (envelope.total.value - spent) * 100 // (self.step * cheapest.picks[self.i].percent)


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
        slope = self.slope(inside, steps)
        spare = inside.value.ticks - outside.ratio * inside.value.kronor
        return steps - floor(spare / slope) if slope > 0 else None

    def slope(self, inside: Best, steps: int) -> Fraction:
        own = inside.value.ticks - measure(inside.instance, {j: p for j, p in inside.picks.items() if j != self.i}).ticks
        return Fraction(own, steps) if steps else Fraction(0)
