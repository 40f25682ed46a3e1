"""What is close to a plan: few changes of the adopted plan, and plans nearly as good as the recommended one."""

from __future__ import annotations

import argparse

from portfolio.cli.exploring import View, of_plan, of_question
from portfolio.cli.face import Face
from portfolio.ctrl_c import in_one_piece


def run_stability(options: argparse.Namespace, face: Face) -> int:
    """The most tonnes for every number of changes against the adopted plan."""
    with in_one_piece():
        from portfolio.analysis.stability import stability
        from portfolio.reports import stability as shown

    view = View("stability.working", shown.to_json, lambda found: shown.render(found, face.shown, face.out))
    return of_question(options, face, view, lambda question, clock, progress: stability(question, clock, options.price, progress))


def run_near(options: argparse.Namespace, face: Face) -> int:
    """Sets of investments that are nearly as good as the recommended one, and what all of them agree on."""
    with in_one_piece():
        from portfolio.analysis.near import near
        from portfolio.reports import near as shown

    view = View("near.working", shown.to_json, lambda found: shown.render(found, face.shown, face.out))
    return of_plan(options, face, view, lambda base, clock, progress: near(base, clock, options.within, options.most, progress))
