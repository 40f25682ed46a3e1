"""What the commands that explain a plan start from: a finished run, or the workbooks and the model as they are."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from portfolio.cli.face import Face
from portfolio.cli.reading import only_the_run, read
from portfolio.errors import InputError, finding

if TYPE_CHECKING:
    from portfolio.outcome import Run
    from portfolio.planning import Planning
    from portfolio.records import Portfolio
    from portfolio.solve import Clock


class Asked(NamedTuple):
    """A run and the question that it answers."""

    run: Run
    portfolio: Portfolio
    planning: Planning


def asked_run(options: argparse.Namespace, face: Face, clock: Clock) -> Asked:
    """The finished run of `--run`, or one that is made now."""
    if options.finished is not None:
        return finished_run(options)
    from portfolio.analysis.optimise import Request, optimise

    portfolio, planning = question_asked(options)
    return Asked(optimise(portfolio, planning, Request(options.time_limit, lang=face.text.lang), (), clock), portfolio, planning)


def question_asked(options: argparse.Namespace) -> tuple[Portfolio, Planning]:
    """Only the question: what the finished run of `--run` was made from, or the workbooks and the model as they are."""
    if options.finished is not None:
        asked = finished_run(options)
        return asked.portfolio, asked.planning
    inputs = read(options)
    return inputs.portfolio, inputs.planning


def finished_run(options: argparse.Namespace) -> Asked:
    """The finished run of `--run`, and what it was made from as it was then.

    With a proven plan its own records say it; where demands clash, or might, the workbooks are read again, so that cells can be named.
    """
    from portfolio.analysis.finished import kept_question, load_run, run_file

    only_the_run(options)
    path = run_file(options.finished)
    run = load_run(path)
    question = kept_question(run, path) if proven(run) else None
    if question is None:
        from portfolio.analysis.sides import question_of_run
        from portfolio.layout_load import load_layouts

        question = question_of_run(run, path, load_layouts(Path("models") / "layouts"))
    return Asked(run, *question)


def unchanged_run(options: argparse.Namespace) -> Asked:
    """The finished run of `--run`, whose workbooks and model file, still what they were, become those of the command.

    Raises:
        InputError: one of them has changed or gone since, or the run has scenarios of its own.
    """
    from portfolio.planning_load import load_planning

    asked = finished_run(options)
    model = Path(asked.planning.file)
    if asked.planning.scenarios:
        raise InputError([finding("scenarios_on_scenario", options.finished.as_posix(), names=", ".join(asked.planning.scenarios))])
    if not model.is_file() or load_planning(model)[0] != asked.planning:
        raise InputError([finding("run_model_changed", options.finished.as_posix(), model=asked.planning.file)])
    options.model, options.workbooks = model, [Path(i.file) for i in asked.portfolio.inputs]
    return asked


def proven(run: Run) -> bool:
    """There is a plan and it is proven."""
    from portfolio.outcome import SolveStatus

    return run.status is SolveStatus.PROVEN_BEST
