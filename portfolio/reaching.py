"""A best plan that reaches a floor of tonnes exactly, whatever the solver's tolerances let through."""

from __future__ import annotations

from itertools import count

import pulp

from portfolio.evaluate import measure
from portfolio.solve import Answer, Meaning, Session
from portfolio.units import TICKS_PER_TONNE


def best_reaching(session: Session, floor: int, expression: pulp.LpAffineExpression, *, known: float | None = None) -> Answer:
    """The largest value, as `Session.best` finds it, of a plan with at least `floor` ticks recomputed exactly.

    The session already holds a row for the floor. Inside the solver integers are 1e-6 off and a tonne row adds up millions of them, so
    that a plan may be called feasible that falls short by some ticks. The question is then asked again, as strictly as HiGHS can, and if
    that is not enough with the row raised: what lies closer to the floor than HiGHS can tell is then passed over.
    """
    programme = session.programme
    answer = session.best(expression, maximise=True, known=known)
    for tries in count():
        short = floor - measure(programme.instance, answer.picks).ticks if answer.picks is not None else 0
        if answer.meaning is not Meaning.PROVEN or short <= 0:
            return answer
        if tries:
            session.hold(programme.tonnes, at_least=(floor + short * 2**tries) / TICKS_PER_TONNE)
        with session.strictly():
            answer = session.best(expression, maximise=True, known=known)
    raise AssertionError
