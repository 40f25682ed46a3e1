"""Stress tests by name: the recommended plan held as it is under a scenario, and the plan that would be made instead."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from portfolio.analysis.base import Base, base_of
from portfolio.analysis.robust.held import held
from portfolio.evaluate import Picks, measure
from portfolio.explored.stress import Stress, StressLine, Worth
from portfolio.instance import Instance, build_instance
from portfolio.limits import broken, emitted, highest_debt
from portfolio.outcome import Run, SolveStatus
from portfolio.planning import Planning
from portfolio.records import LockKind, Portfolio
from portfolio.units import tonnes_from_ticks

SETTLED = (SolveStatus.PROVEN_BEST, SolveStatus.INFEASIBLE)


class Shock(NamedTuple):
    """A stress test: the scenario's file name, the model with it, the portfolio, and the run that was made of them."""

    name: str
    planning: Planning
    portfolio: Portfolio
    run: Run


def stress(base: Base, run: Run, tests: Sequence[Shock]) -> Stress:
    """The table of all stress tests; `run` is the model as it is."""
    planning = base.question.planning
    first = Shock("", planning, base.question.portfolio, run)
    return Stress(
        title=planning.title,
        objective=planning.objective.name.value,
        krona=planning.objective.krona.value,
        quantity=planning.objective.quantity.value,
        until=planning.horizon.effects_until.value,
        target_year=planning.horizon.target_year.value,
        target=planning.emissions.target if planning.emissions is not None else None,
        lines=tuple(_line(base, test) for test in (first, *tests)),
        complete=all(test.run.status in SETTLED for test in tests),
    )


def _line(base: Base, test: Shock) -> StressLine:
    before, after = base.question.planning.investments, test.planning.investments
    late = {}
    for i in base.picks:
        delays = [change.delay.value if change is not None and change.delay is not None else 0 for change in (before.get(i), after.get(i))]
        late[i] = delays[1] - delays[0]
    falls = tuple(
        i for i in base.picks if (change := after.get(i)) is not None and change.lock is not None and change.lock.kind is LockKind.NEVER
    )
    now = held(test.portfolio.by_id(), {i: pick for i, pick in base.picks.items() if i not in falls}, late)
    d = build_instance(test.portfolio, test.planning, ((i, pick.start) for i, pick in now.items()))
    adapted = base_of(test.portfolio, test.planning, test.run.decisions).picks if test.run.totals is not None else None
    return StressLine(
        name=test.name,
        title=test.planning.scenarios[-1] if test.name else "",
        held=_worth(d, now),
        broken=tuple(dict.fromkeys(limit.constraint for limit in broken(d, now))),
        falls=falls,
        status=test.run.status.value,
        adapted=_worth(build_instance(test.portfolio, test.planning), adapted) if adapted is not None else None,
        come=tuple(sorted((adapted or base.picks).keys() - base.picks.keys())),
        gone=tuple(sorted(base.picks.keys() - (adapted or base.picks).keys())),
        moved=tuple(sorted(i for i, pick in (adapted or {}).items() if i in now and now[i].start != pick.start)),
    )


def _worth(d: Instance, picks: Picks) -> Worth:
    value = measure(d, picks)
    left = None
    if d.planning.emissions is not None:
        exact = emitted(d, picks)
        left = Decimal(exact.numerator) / Decimal(exact.denominator)
    return Worth(tonnes=tonnes_from_ticks(value.ticks), kronor=value.kronor, emissions=left, debt=highest_debt(d, picks))
