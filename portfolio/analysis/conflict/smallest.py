"""A smallest set of clashing demands, by deletion: leave one out; what is still impossible did not need it (Chinneck 2008)."""

from __future__ import annotations

from collections.abc import Sequence

from portfolio.analysis.conflict.demands import Question, without
from portfolio.errors import SolveStopped
from portfolio.explained import Demand
from portfolio.formulation import Programme, build
from portfolio.formulation.elastic import Expression, nothing
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import build_instance, must_start
from portfolio.solve import Answer, Clock, Meaning, Session
from portfolio.stages import HALF_TICK


def possible(q: Question, clock: Clock) -> bool:
    """Whether any plan meets all demands of a question.

    Raises:
        SolveStopped: not settled in time.
    """
    d = build_instance(q.portfolio, q.planning)
    if any(not d.starts[i] and must_start(d.investments[i]) for i in d.city):
        return False  # the programme has no variable that could start it
    programme = build(d)
    return least(programme, nothing(), clock, tonnes_goal(d)).picks is not None


def least(programme: Programme, expression: Expression, clock: Clock, goal: float | None) -> Answer:
    """The least value of an expression under the rows of a programme; no picks when no plan keeps the rows.

    Args:
        goal: tonnes (t) that the plan must have as well.

    Raises:
        SolveStopped: not proven in time.
    """
    return _settled(_session(programme, clock, goal).best(expression, maximise=False))


def least_and_most(programme: Programme, expression: Expression, clock: Clock, goal: float | None, slack: float) -> tuple[Answer, ...]:
    """As `least`; and then, of the plans within `slack` of that value, the one with the most tonnes.

    Raises:
        SolveStopped: not proven in time.
    """
    session = _session(programme, clock, goal)
    first = _settled(session.best(expression, maximise=False))
    if first.picks is None:
        return (first,)
    session.hold(expression, at_most=first.value + slack)
    return first, _settled(session.best(programme.tonnes, maximise=True))


def _session(programme: Programme, clock: Clock, goal: float | None) -> Session:
    session = Session(programme, clock)
    if goal is not None:
        session.hold(programme.tonnes, at_least=goal - HALF_TICK)
    return session


def _settled(answer: Answer) -> Answer:
    if answer.meaning not in (Meaning.PROVEN, Meaning.INFEASIBLE):
        raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
    return answer


def of_investments(demand: Demand) -> bool:
    """The demand is that one investment is started, or is not."""
    return demand.constraint in ("lock", "committed", "never")


def smallest_clash(q: Question, demands: Sequence[Demand], clock: Clock) -> tuple[Demand, ...]:
    """Demands that cannot be met together, though with any of them left out the rest can.

    Empty when the question is impossible without all of them too: then it is no demand that stands in the way.

    Raises:
        SolveStopped: not settled in time.
    """
    if not possible(without(q, demands), clock):
        return ()
    left = list(demands)
    bound = [demand for demand in demands if of_investments(demand)]
    # many investments may be locked; often none of them matters
    if bound and not possible(without(q, bound), clock):
        q, left = without(q, bound), [demand for demand in demands if demand not in bound]
    for demand in list(left):
        rest = without(q, [demand])
        if not possible(rest, clock):
            q = rest
            left.remove(demand)
    return tuple(left)
