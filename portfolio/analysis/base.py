"""The plan that is explained, and the question that it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portfolio.analysis.conflict.demands import Question
from portfolio.evaluate import Pick, Picks
from portfolio.outcome import Decision, Layer
from portfolio.planning import Planning
from portfolio.records import Portfolio


@dataclass(frozen=True)
class Base:
    """The recommended plan, from a run."""

    question: Question
    decisions: Mapping[str, Decision]
    picks: Picks


def base_of(portfolio: Portfolio, planning: Planning, decisions: Sequence[Decision]) -> Base:
    """The recommended plan of a run."""
    started = [x for x in decisions if x.start is not None and x.layer in (Layer.PLAN, Layer.GAP)]
    picks = {x.id: Pick(x.start, x.layer.value, x.percent) for x in started if x.start is not None}
    return Base(Question(portfolio, planning), {x.id: x for x in decisions}, picks)
