"""The plan that is explained, and the question that it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portfolio.analysis.conflict.demands import Question
from portfolio.evaluate import Pick, Picks
from portfolio.outcome import Decision, Layer, ObjectiveReport
from portfolio.planning import Planning
from portfolio.records import Portfolio
from portfolio.units import TICKS_PER_TONNE


@dataclass(frozen=True)
class Base:
    """The recommended plan, from a run.

    Attributes:
        floor: ticks that its ratio had to reach; None where none was asked for, or where nobody needs it.
    """

    question: Question
    decisions: Mapping[str, Decision]
    picks: Picks
    floor: int | None = None


def base_of(portfolio: Portfolio, planning: Planning, decisions: Sequence[Decision], objective: ObjectiveReport | None = None) -> Base:
    """The recommended plan of a run."""
    started = [x for x in decisions if x.start is not None and x.layer in (Layer.PLAN, Layer.GAP)]
    picks = {x.id: Pick(x.start, x.layer.value, x.percent) for x in started if x.start is not None}
    tonnes = objective.floor_tonnes if objective is not None else None
    floor = int(tonnes * TICKS_PER_TONNE) if tonnes is not None else None
    return Base(Question(portfolio, planning), {x.id: x for x in decisions}, picks, floor)
