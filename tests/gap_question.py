"""Small questions about the frame, answered by hand: what is adopted but in the gap, what the plan needs there, what fits alone."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import making as m
from portfolio.analysis.optimise import Request, optimise
from portfolio.outcome import Run
from portfolio.planning import Objective

MNKR = 1_000_000


@cache
def outside(frame: int = 100, more: int = 0) -> Run:
    """Everything is worth doing; inside a frame of 100 mnkr A and N fill it, and M, which N needs, is left outside with whatever is `more`.

    A of 90 and M of 50 mnkr are adopted; N of 10 mnkr is new, and so is what costs `more` mnkr, G.
    """
    items = [
        m.investment("A", [90 * MNKR], tonnes=Decimal(10), in_plan=True),
        m.investment("M", [50 * MNKR], tonnes=Decimal(5), in_plan=True),
        m.investment("N", [10 * MNKR], tonnes=Decimal(3), requires=m.needs("M")),
        *([m.investment("G", [more * MNKR], tonnes=Decimal(4))] if more else []),
    ]
    return optimise(m.portfolio_of(*items), m.planning(plan_frame=m.frame(frame * MNKR, 0, 0)), Request())


@cache
def beside(frame: int = 100) -> Run:
    """Most tonnes per krona. Five effect years: A of 50 mnkr gives 500 t, B of 50 mnkr 300 t, C of 100 mnkr 400 t.

    All three give 1,200 t, 95 % of it is 1,140 t, which only all three reach. A frame of 100 mnkr holds at most A and B, 800 t.
    """
    items = [
        m.investment("A", [50 * MNKR], tonnes=Decimal(100)),
        m.investment("B", [50 * MNKR], tonnes=Decimal(60)),
        m.investment("C", [100 * MNKR], tonnes=Decimal(80)),
    ]
    ratio = Objective(name="tonnes_per_krona", floor_share=m.share("0.95"))
    return optimise(m.portfolio_of(*items), m.planning(plan_frame=m.frame(frame * MNKR, 0, 0), objective=ratio), Request())
