"""The commands that explain a plan: reports of the money, why, compare, scenarios."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.cli.asking import asked_run, proven, unchanged_run
from portfolio.cli.ending import ended, no_proven_plan
from portfolio.cli.face import EXIT_INTERRUPTED, Face
from portfolio.cli.optimise import MANIFEST, MEMORANDUM, REPORT, exit_of
from portfolio.cli.reading import Inputs, model_path, only_the_run, read
from portfolio.cli.tried import tried_against
from portfolio.cli.writing import created, write
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt
from portfolio.errors import InputError, finding

if TYPE_CHECKING:
    from portfolio.explored.grid import Grid
    from portfolio.outcome import Run

HTML = "html"
"""The report that is a file; the others are shown."""
MOST_ROUNDS = 6
"""Rounds that fit beside each other."""


def run_report(options: argparse.Namespace, face: Face) -> int:
    """A part of the money in detail, or the whole story as a file, of a finished run or of one that is made now."""
    with in_one_piece():
        from portfolio.analysis.finished import load_run, run_file
        from portfolio.analysis.optimise import Request, optimise
        from portfolio.reports.findings import finding_line
        from portfolio.reports.money import report
        from portfolio.solve import Clock

    stamp = created()
    if options.finished is not None:
        only_the_run(options)
        path = run_file(options.finished)
        run = load_run(path)
        interrupted = False
    else:
        inputs = read(options)
        path = None
        request = Request(options.time_limit, lang=face.text.lang, created=stamp.isoformat(timespec="seconds"))
        clock = Clock(request.time_limit)
        with instead_of_interrupt(clock.interrupt):
            lines = tuple(finding_line(f, face.text) for f in inputs.findings)
            run = optimise(inputs.portfolio, inputs.planning, request, lines, clock)
        interrupted = clock.interrupted
    if run.totals is None and (options.report == HTML or not face.json):
        face.error(face.text("cli.report.no_plan"))
    elif options.report == HTML:
        interrupted = _html(run, path.parent if path is not None else None, stamp, options, face) or interrupted
    elif face.json:
        print(report.to_json(run, options.report), end="")
    else:
        report.render(run, options.report, face.shown, face.out)
    return EXIT_INTERRUPTED if interrupted else exit_of(run)


def _html(run: Run, beside: Path | None, stamp: datetime, options: argparse.Namespace, face: Face) -> bool:
    """The report and the page to paste, beside the run that they are about; whether the grid of budgets was interrupted."""
    from portfolio.reports import html, memorandum
    from portfolio.reports.run_json import dump
    from portfolio.verify.files import relisted

    tried = tried_against(options.tried, run)
    grid, interrupted = _grid(run, options, face) if options.grid else (None, False)
    files = {REPORT: html.render(run, face.text, grid, tried), MEMORANDUM: memorandum.render(run, face.text)}
    paths = list(files)
    listed = relisted(beside, REPORT, files[REPORT]) if beside is not None else None
    if listed is not None:
        files[MANIFEST] = listed  # the run's own list would otherwise call the report changed
    place = write(beside, stamp, files, [Path(i.file) for i in run.inputs], face)
    paths = [(place / name).as_posix() for name in paths]
    if face.json:
        print(dump({"status": run.status.value, "title": run.title, "scenarios": list(run.scenarios), "files": paths}), end="")
    else:
        face.done([place / name for name in files], face.text("cli.report.written", paths=", ".join(paths)))
    return interrupted


def _grid(run: Run, options: argparse.Namespace, face: Face) -> tuple[Grid | None, bool]:
    """The best plans for other budgets, of the run's own records and model; each solve has the time limit of its own."""
    from portfolio.analysis.base import base_of
    from portfolio.analysis.grid import grid
    from portfolio.planning import Planning
    from portfolio.solve import Clock

    if run.records is None or not proven(run):
        raise InputError([finding("grid_without_plan", run.title)])
    base = base_of(run.records.portfolio(run.inputs), Planning.model_validate(run.model), run.decisions)
    clocks: list[Clock] = []
    stopped = False

    def clock() -> Clock:
        made = Clock(options.time_limit)
        clocks.append(made)
        if stopped:
            made.interrupt()
        return made

    def stop() -> None:
        nonlocal stopped
        stopped = True
        for made in clocks:
            made.interrupt()

    with instead_of_interrupt(stop), face.progress(face.text("cli.report.grid_working")) as progress:
        return grid(base, clock, progress), stopped


def run_why(options: argparse.Namespace, face: Face) -> int:
    """What decides one investment, from a finished run or one that is made now."""
    with in_one_piece():
        from portfolio.analysis.base import base_of
        from portfolio.analysis.why import why
        from portfolio.reports import why as shown
        from portfolio.solve import Clock

    clock = Clock(options.time_limit)
    with instead_of_interrupt(clock.interrupt):
        run, portfolio, planning = asked_run(options, face, clock)
        decisions = {d.id: d for d in run.decisions}
        if run.totals is None or not proven(run):
            return no_proven_plan(face, clock, run)
        if options.id not in decisions:
            alike = [i for i in decisions if i.casefold() == options.id.casefold()]
            options.id = alike[0] if len(alike) == 1 else options.id
        if options.id not in decisions:
            near = ", ".join(i for i in decisions if i.startswith(options.id[:1].upper())) or ", ".join(decisions)
            raise InputError([finding("why_unknown", options.id, near=near)])
        with face.progress(face.text("why.working", id=options.id)) as progress:
            found = why(base_of(portfolio, planning, run.decisions, run.objective), options.id, clock, progress)
    if face.json:
        print(shown.to_json(found), end="")
    else:
        face.write(shown.lines(found, decisions[options.id], face.shown))
    return ended(face, clock, complete=found.complete)


def run_compare(options: argparse.Namespace, face: Face) -> int:
    """Two to six rounds beside each other: finished runs, scenarios of the model, or `-` for the model as it is."""
    from portfolio.analysis.finished import load_run, run_file

    if not 2 <= len(options.rounds) <= MOST_ROUNDS:
        raise InputError([finding("compare_number", ", ".join(options.rounds), most=MOST_ROUNDS)])
    finished: dict[str, Run] = {}
    asked: list[str] = []
    for name in options.rounds:
        path = run_file(Path(name))
        if path.name == "run.json" or path.is_file():
            finished[name] = load_run(path)
        else:
            asked.append(name)
    options.workbooks = []
    made = solved_beside(options, [() if name == "-" else (name,) for name in asked], face)
    solved = dict(zip(asked, made, strict=True))
    return _beside([(name, finished[name] if name in finished else solved[name]) for name in options.rounds], options, face)


def run_scenarios(options: argparse.Namespace, face: Face) -> int:
    """The model as it is and every overlay beside it; the model as it is may be a finished run."""
    from portfolio.planning_load import find_scenarios

    options.scenarios = []
    base = unchanged_run(options).run if options.finished is not None else None
    names = [path.stem for path in find_scenarios(model_path(options).parent)]
    if not names:
        raise InputError([finding("scenarios_none", (model_path(options).parent / "scenarios").as_posix())])
    asked = [(name,) for name in names]
    runs = [base, *solved_beside(options, asked, face)] if base is not None else solved_beside(options, [(), *asked], face)
    return _beside(list(zip(["-", *names], runs, strict=True)), options, face)


def solved_beside(options: argparse.Namespace, asked: Sequence[Sequence[str]], face: Face) -> list[Run]:
    """Every question with its scenarios, two at a time; all are read, and their faults told, before any is solved."""
    return solve_beside(options, read_each(options, asked), face, face.text("comparison.working"))


def read_each(options: argparse.Namespace, asked: Sequence[Sequence[str]]) -> list[Inputs]:
    """Every question with its scenarios."""
    found = []
    for scenarios in asked:
        options.scenarios = list(scenarios)
        found.append(read(options))
    return found


def solve_beside(options: argparse.Namespace, asked: Sequence[Inputs], face: Face, title: str) -> list[Run]:
    """The questions, two at a time."""
    with in_one_piece():
        from portfolio.analysis.beside import side_by_side
        from portfolio.analysis.optimise import Request, optimise
        from portfolio.reports.findings import finding_line
        from portfolio.solve import Clock

    clocks: list[Clock] = []

    def stop() -> None:
        options.stopped = True
        for clock in clocks:
            clock.interrupt()

    def solve(inputs: Inputs) -> Run:
        clock = Clock(options.time_limit)
        clocks.append(clock)
        if options.stopped:
            clock.interrupt()
        lines = tuple(finding_line(f, face.text) for f in inputs.findings)
        return optimise(inputs.portfolio, inputs.planning, Request(options.time_limit, lang=face.text.lang), lines, clock)

    options.stopped = False
    with instead_of_interrupt(stop), face.progress(title) as progress:
        return side_by_side(asked, solve, progress)


def _beside(rounds: Sequence[tuple[str, Run]], options: argparse.Namespace, face: Face) -> int:
    from portfolio.analysis.comparison import compared
    from portfolio.reports import comparison

    named = [(face.text("comparison.base") if name == "-" else name, run) for name, run in rounds]
    found = compared(named, everything=options.all)
    if face.json:
        print(comparison.to_json(found), end="")
    else:
        comparison.render(found, face.shown, face.out, everything=options.all)
    if options.stopped:
        face.remark(face.text("cli.interrupted"))
        return EXIT_INTERRUPTED
    return max(exit_of(run) for _, run in rounds)
