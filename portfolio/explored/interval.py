"""Decisions when every figure may be anywhere in its range: what every plan has that no other plan beats."""

from __future__ import annotations

from portfolio.explored.robust import CoreLine
from portfolio.records import Frozen


class Interval(Frozen):
    """What `portfolio robust --interval` finds.

    Attributes:
        deviations: so many figures at most are away from their estimates at the same time; None: all may be.
        figures: uncertain outlays and tonnes. plans: that keep the limits as estimated. holding: those of them that keep the limits in
            every world. enough: those of these that reach the floor. unbeaten: those of these that no other one beats.
        recommended_holds, recommended_unbeaten: whether the recommended plan is one of them.
        cores: `always` (in every unbeaten plan), `never`, or `contested`; shares are parts of the unbeaten plans. Empty without any.
    """

    title: str
    objective: str
    deviations: int | None
    figures: int
    plans: int
    holding: int
    enough: int
    unbeaten: int
    recommended_holds: bool
    recommended_unbeaten: bool
    cores: tuple[CoreLine, ...]
