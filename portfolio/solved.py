"""What the stages found: the plan, and how far the proof goes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from portfolio.evaluate import Measure, Pick
from portfolio.formulation import Programme
from portfolio.solve import Meaning


@dataclass
class Solved:
    """The plan of all stages, and how far the proof goes.

    Attributes:
        programme: what was solved.
        picks, value: the plan and its exact measure.
        proven: every stage that decides tonnes and kronor was proven with gap 0.
        stopped: what stopped the search, or None.
        most: the plan with the most tonnes (fewest kronor among those), N*; None for least_cost.
        floor_ticks: what the ratio's plan must reach.
        bound: best that could exist: ticks (most_tonnes), ticks per krona (tonnes_per_krona), kronor (least_cost).
        gap_ticks, gap_kronor: what better could at most exist; for the ratio, once N* is known, at the same kronor and the same ticks.
        hurdle: ticks per krona at the end of Dinkelbach's method.
        unique: the tie-breaks were all proven as well.
    """

    programme: Programme
    picks: dict[str, Pick]
    value: Measure
    proven: bool
    stopped: Meaning | None = None
    most: dict[str, Pick] | None = None
    floor_ticks: int | None = None
    bound: Fraction | None = None
    gap_ticks: int = 0
    gap_kronor: int = 0
    hurdle: Fraction | None = None
    unique: bool = True
    solves: int = 0
