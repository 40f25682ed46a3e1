"""Decisions in every world of the ranges: `portfolio robust --interval`."""

from __future__ import annotations

import argparse
from pathlib import Path

from portfolio.cli.asking import asked_run, proven
from portfolio.cli.ending import no_proven_plan
from portfolio.cli.face import EXIT_DONE, Face
from portfolio.cli.writing import created, write
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt

BOOK = "intervall.xlsx"
"""Name of the workbook."""


def in_the_ranges(options: argparse.Namespace, face: Face) -> int:
    """What every plan has that holds, and that no other plan beats, wherever in their ranges the figures end."""
    with in_one_piece():
        from portfolio.analysis.base import base_of
        from portfolio.analysis.robust.interval import interval
        from portfolio.reports import interval as shown
        from portfolio.solve import Clock

    clock = Clock(options.time_limit)
    with instead_of_interrupt(clock.interrupt), face.progress(face.text("robust.interval.working")):
        run, portfolio, planning = asked_run(options, face, clock)
    if run.totals is None or not proven(run):
        return no_proven_plan(face, clock, run)
    found = interval(base_of(portfolio, planning, run.decisions), options.deviations)
    if face.json:
        print(shown.to_json(found), end="")
    else:
        shown.render(found, face.shown, face.out)
    if options.out is not None:
        place = write(options.out, created(), {BOOK: shown.workbook(found, face.text)}, [Path(i.file) for i in portfolio.inputs], face)
        face.remark(face.text("cli.written", files=(place / BOOK).as_posix()))
    return EXIT_DONE
