"""The what-if on the screen: the plan is changed and solved again, and what is worth keeping is saved as a scenario."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from portfolio.cli.asking import unchanged_run
from portfolio.cli.ending import shown
from portfolio.cli.face import EXIT_DONE, EXIT_FAULT, Face
from portfolio.cli.reading import model_path, read, scenario_paths
from portfolio.ctrl_c import in_one_piece
from portfolio.errors import InputError, finding


def run_whatif(options: argparse.Namespace, face: Face) -> int:
    """Change decisions, frames and mandate and see what the plan then is."""
    if find_spec("textual") is None:
        raise InputError([finding("whatif_missing", "textual")])
    if face.json or not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise InputError([finding("whatif_no_screen", "portfolio whatif")])
    if options.finished is not None:
        run, portfolio, _ = unchanged_run(options)
        model, scenarios = model_path(options), list[Path]()
    else:
        run, portfolio = None, read(options).portfolio
        model = model_path(options)
        scenarios = scenario_paths(options, model)
    if face.out.no_color:
        os.environ["NO_COLOR"] = "1"  # what Textual asks
    with in_one_piece():
        from portfolio.analysis.optimise import Request
        from portfolio.whatif.background import Background
        from portfolio.whatif.question import Basis
        from portfolio.whatif.screen import WhatIf
        from portfolio.whatif.session import Session

    basis = Basis(model, scenarios, portfolio, run)
    solver = Background(portfolio, Request(options.time_limit, lang=face.text.lang))
    screen = WhatIf(Session(basis, face.shown), solver, face.text)
    try:
        screen.run()
    finally:
        solver.end()
    for path in screen.saved:
        face.say(face.text("cli.whatif.saved", file=path.as_posix(), command=_asking_for(path, options)))
    return EXIT_FAULT if screen.return_code else EXIT_DONE


def _asking_for(path: Path, options: argparse.Namespace) -> str:
    """The command that makes the plan of a scenario that has been saved."""
    given = [shown(workbook) for workbook in options.workbooks] if options.finished is None else []
    given += ["--model", shown(options.model)] if options.model is not None and options.finished is None else []
    given += [word for name in (*options.scenarios, path.stem) for word in ("--scenario", shown(name))]
    return " ".join(["portfolio", "optimise", *given])
