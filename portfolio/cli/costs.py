"""What a tonne costs, and what choosing by another measure would give."""

from __future__ import annotations

import argparse
from pathlib import Path

from portfolio.cli.asking import asked_run, proven, question_asked
from portfolio.cli.ending import ended, no_proven_plan, nothing_proven
from portfolio.cli.face import EXIT_INFEASIBLE, Face
from portfolio.cli.writing import created, write
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt
from portfolio.errors import InfeasiblePlan, SolveStopped

CURVE = "kostnadskurva"
"""Name of the workbook and the pictures."""


def run_costs(options: argparse.Namespace, face: Face) -> int:
    """The cost curve of the recommended plan, and where a simple ranking gives another plan."""
    with in_one_piece():
        from portfolio.analysis.base import base_of
        from portfolio.analysis.costs import costs
        from portfolio.reports import costs as shown
        from portfolio.solve import Clock

    clock = Clock(options.time_limit)
    with instead_of_interrupt(clock.interrupt):
        run, portfolio, planning = asked_run(options, face, clock)
        if run.totals is None or not proven(run):
            return no_proven_plan(face, clock, run)
        found = costs(base_of(portfolio, planning, run.decisions), clock)
    if face.json:
        print(shown.to_json(found), end="")
    else:
        shown.render(found, face.shown, face.out)
    if options.out is not None:
        from portfolio.reports.costs_picture import picture

        files = {
            f"{CURVE}.xlsx": shown.workbook(found, face.text),
            f"{CURVE}.png": picture(found, "png", face.text),
            f"{CURVE}.svg": picture(found, "svg", face.text),
        }
        place = write(options.out, created(), files, [Path(i.file) for i in portfolio.inputs], face)
        face.remark(face.text("costs.written", files=", ".join((place / name).as_posix() for name in files)))
    return ended(face, clock, complete=found.complete)


def run_metrics(options: argparse.Namespace, face: Face) -> int:
    """The plans that are best by each measure, side by side."""
    with in_one_piece():
        from portfolio.analysis.conflict.demands import Question
        from portfolio.analysis.metrics import metrics
        from portfolio.analysis.optimise import Request
        from portfolio.reports import metrics as shown
        from portfolio.solve import Clock

    portfolio, planning = question_asked(options)
    clock = Clock(options.time_limit)

    def label(quantity: str, krona: str) -> str:
        return shown.label(quantity, krona, planning.horizon.target_year.value, planning.horizon.effects_until.value, face.text)

    try:
        with instead_of_interrupt(clock.interrupt), face.progress(face.text("metrics.working")) as progress:
            found = metrics(Question(portfolio, planning), clock, label, Request(options.time_limit, lang=face.text.lang), progress)
    except InfeasiblePlan:
        face.error(face.text("cli.no_plan"))
        return EXIT_INFEASIBLE
    except SolveStopped:
        return nothing_proven(face, clock)
    if face.json:
        print(shown.to_json(found), end="")
    else:
        shown.render(found, face.shown, face.out)
    return ended(face, clock, complete=found.complete)
