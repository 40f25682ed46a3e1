"""What following the simplest ranking would give: tonnes per krona one by one, from the top, while there are kronor."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from portfolio.analysis.frontier.desk import Desk
from portfolio.analysis.frontier.find import most_tonnes
from portfolio.analysis.plan import audited
from portfolio.errors import SolveStopped
from portfolio.evaluate import Measure, Pick, Picks, measure
from portfolio.explored.costs import RankedLine, Ranking
from portfolio.formulation import build
from portfolio.formulation.differences import starts_of
from portfolio.instance import Instance, build_instance, must_start
from portfolio.solve import Answer, Clock, Meaning, Session
from portfolio.stages import HALF_KRONA, HALF_TICK
from portfolio.units import TICKS_PER_TONNE, tonnes_from_ticks


class Alone(NamedTuple):
    """One investment on its own at its first start."""

    id: str
    value: Measure

    @property
    def order(self) -> tuple[int, Fraction, str]:
        """The most tonnes per krona first; tonnes for nothing before all, no tonnes last; of equals the first id."""
        free = self.value.kronor <= 0 and self.value.ticks > 0
        return (0 if free else 1), -self.value.ratio, self.id


def ranking(d: Instance, picks: Picks, clock: Clock) -> Ranking:
    """The portfolio of the ranking beside the recommended plan.

    An investment is taken, with what it requires, when some plan with everything taken so far keeps every demand for at most the
    recommended plan's kronor; start years and layers are then set so that the set gives the most tonnes.

    Raises:
        SolveStopped: something was not proven in time.
    """
    budget = measure(d, picks).kronor
    ranked = sorted(
        (Alone(i, measure(d, {i: Pick(d.starts[i][0], d.layers[i][-1])})) for i in d.city if d.starts[i]), key=lambda a: a.order
    )
    taken = _taken(d, [alone.id for alone in ranked], budget, clock)
    best = _scheduled(d, taken, budget, clock)
    if best is not None:
        audited(d, best)
    most = Desk(build_instance(d.portfolio, most_tonnes(d.planning)), clock, workers=1).most(budget)
    assert most is not None, "the recommended plan is one"
    value = measure(d, best) if best is not None else Measure(0, 0, 0, 0)
    mine = measure(d, picks)
    return Ranking(
        possible=best is not None,
        tonnes=tonnes_from_ticks(value.ticks),
        kronor=value.kronor,
        plan_tonnes=tonnes_from_ticks(mine.ticks),
        plan_kronor=mine.kronor,
        most_tonnes=tonnes_from_ticks(most.value.ticks),
        lines=tuple(
            RankedLine(
                id=alone.id,
                name=d.investments[alone.id].name,
                rank=n,
                tonnes=tonnes_from_ticks(alone.value.ticks),
                kronor=alone.value.kronor,
                in_ranking=alone.id in taken,
                in_plan=alone.id in picks,
            )
            for n, alone in enumerate(ranked, start=1)
            if (alone.id in taken) is not (alone.id in picks)
        ),
        number=len(ranked),
    )


def _alone(d: Instance, i: str) -> Alone:
    return Alone(i, measure(d, {i: Pick(d.starts[i][0], d.layers[i][-1])}))


def _taken(d: Instance, order: list[str], budget: int, clock: Clock) -> frozenset[str]:
    """Down the list, each with what it requires, while there is room."""
    programme = build(d)
    session = Session(programme, clock)
    session.hold(programme.kronor, at_most=budget / 1000 + HALF_KRONA)
    taken: set[str] = set()
    for i in order:
        bundle = _bundle(d, i) - taken
        if not bundle or _alone(d, i).value.ticks <= 0:
            continue
        with session.for_a_while():
            for j in bundle:
                session.hold(starts_of(programme, j), at_least=0.5)
            found = _proven(session.best(programme.kronor, maximise=False)) is not None
        if found:
            for j in bundle:
                session.hold(starts_of(programme, j), at_least=0.5)
            taken |= bundle
    return frozenset(taken) | frozenset(_forced(d))


def _bundle(d: Instance, i: str) -> set[str]:
    """The investment and what it requires, directly or through others."""
    found, waiting = {i}, [i]
    while waiting:
        needs = {need.id for need in d.investments[waiting.pop()].requires} - found
        found |= needs
        waiting += sorted(needs)
    return found


def _forced(d: Instance) -> list[str]:
    """What is committed or must be started, ranked or not."""
    return [i for i in d.city if must_start(d.investments[i])]


def _scheduled(d: Instance, chosen: frozenset[str], budget: int, clock: Clock) -> Picks | None:
    """The plan of a set with the most tonnes, within the budget; None when the set breaks a demand."""
    programme = build(d)
    session = Session(programme, clock)
    session.hold(programme.kronor, at_most=budget / 1000 + HALF_KRONA)
    session.fix_set(chosen)
    first = _proven(session.best(programme.tonnes, maximise=True))
    if first is None:
        return None
    session.hold(programme.tonnes, at_least=measure(d, first).ticks / TICKS_PER_TONNE - HALF_TICK)
    cheapest = _proven(session.best(programme.kronor, maximise=False)) or first
    session.hold(programme.kronor, at_most=measure(d, cheapest).kronor / 1000 + HALF_KRONA)
    return _proven(session.best(programme.gap_outlay, maximise=False)) or cheapest


def _proven(answer: Answer) -> Picks | None:
    if answer.meaning is Meaning.INFEASIBLE:
        return None
    if answer.meaning is not Meaning.PROVEN or answer.picks is None:
        raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
    return answer.picks
