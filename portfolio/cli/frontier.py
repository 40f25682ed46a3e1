"""What other budgets would give, and what another krona is worth."""

from __future__ import annotations

import argparse
from pathlib import Path

from portfolio.cli.asking import asked_run, proven, question_asked
from portfolio.cli.ending import ended, no_proven_plan, nothing_proven
from portfolio.cli.face import EXIT_INFEASIBLE, Face
from portfolio.cli.writing import created, write
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt
from portfolio.errors import InfeasiblePlan, SolveStopped

CURVE = "budgetkurva"
"""Name of the workbook and the pictures."""


def run_frontier(options: argparse.Namespace, face: Face) -> int:
    """Budget against tonnes, target-year tonnes against kronor, ratio against floor share."""
    with in_one_piece():
        from portfolio.analysis.conflict.demands import Question
        from portfolio.analysis.frontier.find import frontier
        from portfolio.reports.frontier import render
        from portfolio.solve import Clock

    portfolio, planning = question_asked(options)
    clock = Clock(options.time_limit)
    try:
        with instead_of_interrupt(clock.interrupt), face.progress(face.text("frontier.working")) as progress:
            found = frontier(Question(portfolio, planning), clock, options.points, progress)
    except InfeasiblePlan:
        face.error(face.text("cli.no_plan"))
        return EXIT_INFEASIBLE
    except SolveStopped:
        return nothing_proven(face, clock)
    if face.json:
        print(render.to_json(found), end="")
    else:
        render.render(found, face.shown, face.out, everything=options.all)
    if options.out is not None:
        from portfolio.reports.frontier.pictures import drawn

        files = {
            f"{CURVE}.xlsx": render.workbook(found, face.text),
            f"{CURVE}.png": drawn(found, "png", face.text),
            f"{CURVE}.svg": drawn(found, "svg", face.text),
        }
        place = write(options.out, created(), files, [Path(i.file) for i in portfolio.inputs], face)
        face.remark(face.text("frontier.written", files=", ".join((place / name).as_posix() for name in files)))
    return ended(face, clock, complete=found.complete)


def run_prices(options: argparse.Namespace, face: Face) -> int:
    """What a step of each limit is worth, and whether another spread over the years is better."""
    with in_one_piece():
        from portfolio.analysis.base import base_of
        from portfolio.analysis.prices import prices
        from portfolio.reports import prices as shown
        from portfolio.solve import Clock

    clock = Clock(options.time_limit)
    try:
        with instead_of_interrupt(clock.interrupt), face.progress(face.text("prices.working")) as progress:
            run, portfolio, planning = asked_run(options, face, clock)
            if run.totals is None or not proven(run):
                return no_proven_plan(face, clock, run)
            found = prices(base_of(portfolio, planning, run.decisions), clock, progress=progress)
    except SolveStopped:
        return nothing_proven(face, clock)
    if face.json:
        print(shown.to_json(found), end="")
    else:
        shown.render(found, face.shown, face.out)
    return ended(face, clock, complete=found.complete)
