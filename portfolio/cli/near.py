"""What is close to a plan: few changes of the adopted plan, and plans nearly as good as the recommended one."""

from __future__ import annotations

import argparse

from portfolio.cli.asking import asked_run, proven, question_asked
from portfolio.cli.ending import ended, no_proven_plan, nothing_proven
from portfolio.cli.face import EXIT_INFEASIBLE, Face
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt
from portfolio.errors import InfeasiblePlan, SolveStopped


def run_stability(options: argparse.Namespace, face: Face) -> int:
    """The most tonnes for every number of changes against the adopted plan."""
    with in_one_piece():
        from portfolio.analysis.conflict.demands import Question
        from portfolio.analysis.stability import stability
        from portfolio.reports import stability as shown
        from portfolio.solve import Clock

    portfolio, planning = question_asked(options)
    clock = Clock(options.time_limit)
    try:
        with instead_of_interrupt(clock.interrupt), face.progress(face.text("stability.working")) as progress:
            found = stability(Question(portfolio, planning), clock, options.price, progress)
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


def run_near(options: argparse.Namespace, face: Face) -> int:
    """Sets of investments that are nearly as good as the recommended one, and what all of them agree on."""
    with in_one_piece():
        from portfolio.analysis.base import base_of
        from portfolio.analysis.near import near
        from portfolio.reports import near as shown
        from portfolio.solve import Clock

    clock = Clock(options.time_limit)
    try:
        with instead_of_interrupt(clock.interrupt), face.progress(face.text("near.working")) as progress:
            run, portfolio, planning = asked_run(options, face, clock)
            if run.totals is None or not proven(run):
                return no_proven_plan(face, clock, run)
            found = near(base_of(portfolio, planning, run.decisions), clock, options.within, options.most, progress)
    except SolveStopped:
        return nothing_proven(face, clock)
    if face.json:
        print(shown.to_json(found), end="")
    else:
        shown.render(found, face.shown, face.out)
    return ended(face, clock, complete=found.complete)
