"""What other budgets would give, and what another krona is worth."""

from __future__ import annotations

import argparse

from portfolio.cli.exploring import View, of_plan, of_question
from portfolio.cli.face import Face
from portfolio.ctrl_c import in_one_piece

CURVE = "budgetkurva"
"""Name of the workbook and the pictures."""


def run_frontier(options: argparse.Namespace, face: Face) -> int:
    """Budget against tonnes, target-year tonnes against kronor, ratio against floor share."""
    with in_one_piece():
        from portfolio.analysis.frontier.find import frontier
        from portfolio.explored.frontier import Frontier
        from portfolio.reports.frontier import render

    def files(found: Frontier) -> dict[str, bytes]:
        from portfolio.reports.frontier.pictures import drawn

        pictures = {f"{CURVE}.{kind}": drawn(found, kind, face.text) for kind in ("png", "svg")}
        return {f"{CURVE}.xlsx": render.workbook(found, face.text), **pictures}

    def show(found: Frontier) -> None:
        render.render(found, face.shown, face.out, everything=options.all)

    view = View("frontier.working", render.to_json, show, files)
    return of_question(options, face, view, lambda question, clock, progress: frontier(question, clock, options.points, progress))


def run_prices(options: argparse.Namespace, face: Face) -> int:
    """What a step of each limit is worth, and whether another spread over the years is better."""
    with in_one_piece():
        from portfolio.analysis.prices import prices
        from portfolio.reports import prices as shown

    view = View("prices.working", shown.to_json, lambda found: shown.render(found, face.shown, face.out))
    return of_plan(options, face, view, lambda base, clock, progress: prices(base, clock, progress=progress))
