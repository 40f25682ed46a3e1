"""What a tonne costs, and what choosing by another measure would give."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from portfolio.cli.exploring import View, of_plan, of_question
from portfolio.cli.face import Face
from portfolio.ctrl_c import in_one_piece

if TYPE_CHECKING:
    from portfolio.analysis.beside import Progress
    from portfolio.analysis.conflict.demands import Question
    from portfolio.solve import Clock

CURVE = "kostnadskurva"
"""Name of the workbook and the pictures."""


def run_costs(options: argparse.Namespace, face: Face) -> int:
    """The cost curve of the recommended plan, and where a simple ranking gives another plan."""
    with in_one_piece():
        from portfolio.analysis.costs import costs
        from portfolio.explored.costs import Costs
        from portfolio.reports import costs as shown

    def files(found: Costs) -> dict[str, bytes]:
        from portfolio.reports.costs_picture import picture

        pictures = {f"{CURVE}.{kind}": picture(found, kind, face.text) for kind in ("png", "svg")}
        return {f"{CURVE}.xlsx": shown.workbook(found, face.text), **pictures}

    view = View("costs.working", shown.to_json, lambda found: shown.render(found, face.shown, face.out), files)
    return of_plan(options, face, view, lambda base, clock, _progress: costs(base, clock))


def run_metrics(options: argparse.Namespace, face: Face) -> int:
    """The plans that are best by each measure, side by side."""
    with in_one_piece():
        from portfolio.analysis.metrics import metrics
        from portfolio.analysis.optimise import Request
        from portfolio.explored.metrics import Metrics
        from portfolio.reports import metrics as shown

    def find(question: Question, clock: Clock, progress: Progress) -> Metrics:
        horizon = question.planning.horizon

        def label(quantity: str, krona: str) -> str:
            return shown.label(quantity, krona, horizon.target_year.value, horizon.effects_until.value, face.text)

        return metrics(question, clock, label, Request(options.time_limit, lang=face.text.lang), progress)

    view = View("metrics.working", shown.to_json, lambda found: shown.render(found, face.shown, face.out))
    return of_question(options, face, view, find)
