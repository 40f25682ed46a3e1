"""Decisions under uncertainty: sampled worlds, and stress tests by name."""

from __future__ import annotations

import argparse
from pathlib import Path

from portfolio.cli.asking import asked_run, proven
from portfolio.cli.ending import no_proven_plan
from portfolio.cli.explain import read_each, solve_beside
from portfolio.cli.face import EXIT_DONE, EXIT_INTERRUPTED, EXIT_STOPPED, Face
from portfolio.cli.interval import in_the_ranges
from portfolio.cli.optimise import exit_of
from portfolio.cli.reading import read
from portfolio.cli.writing import created, write
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt
from portfolio.errors import InputError, cannot_write, finding

BOOK = "robusthet.xlsx"
"""Name of the workbook."""
STRESS_BOOK = "stresstest.xlsx"
"""Name of the workbook of the stress tests."""


def run_robust(options: argparse.Namespace, face: Face) -> int:
    """The best plan of many worlds, and what the recommended one is worth in them; with `--interval`, every world in the ranges."""
    if options.interval:
        return in_the_ranges(options, face)
    if options.deviations is not None:
        raise InputError([finding("deviations_without_interval", "--deviations")])
    with in_one_piece():
        from portfolio.analysis.base import base_of
        from portfolio.analysis.robust.find import Asked, robust
        from portfolio.analysis.robust.store import NAME, Store, key_of
        from portfolio.many import Crew
        from portfolio.reports import robust as shown
        from portfolio.solve import Clock
        from portfolio.units import TICKS_PER_TONNE

    if options.resume and options.out is None:
        raise InputError([finding("resume_without_out", "--resume")])
    clock = Clock(options.time_limit)
    stop = Clock(1e9)  # the worlds have no common time limit, only Ctrl-C

    def interrupt() -> None:
        clock.interrupt()
        stop.interrupt()

    with instead_of_interrupt(interrupt), face.progress(face.text("robust.working")) as progress:
        run, portfolio, planning = asked_run(options, face, clock)
        if run.totals is None or not proven(run) or run.objective is None:
            return no_proven_plan(face, clock, run)
        base = base_of(portfolio, planning, run.decisions)
        place = _ready(options.out) if options.out is not None else None
        store = Store(place / NAME if place is not None else None, key_of(portfolio, planning, base.picks, options.worlds, options.seed))
        known = store.load() if options.resume else {}
        most = round(run.objective.most_tonnes * TICKS_PER_TONNE) if run.objective.most_tonnes is not None else None
        asked = Asked(options.worlds, options.seed, options.time_limit, options.often)
        crew = Crew(options.workers, options.cluster)
        found = robust(base, most, asked, crew, lambda: stop.interrupted, progress, store, known)
    if face.json:
        print(shown.to_json(found), end="")
    else:
        shown.render(found, options.choice, face.shown, face.out)
    if place is not None:
        write(place, created(), {BOOK: shown.workbook(found, face.text)}, [Path(i.file) for i in portfolio.inputs], face)
        face.remark(face.text("cli.written", files=", ".join((place / name).as_posix() for name in (BOOK, NAME))))
    if stop.interrupted:
        return EXIT_INTERRUPTED
    return EXIT_DONE if found.complete and not found.not_proven else EXIT_STOPPED


def _ready(place: Path) -> Path:
    """The folder in which finished worlds are kept while the others are solved."""
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise cannot_write(place, fault) from fault
    return place


def run_stress(options: argparse.Namespace, face: Face) -> int:
    """Every stress test of the model: the recommended plan held as it is, and the plan that would be made instead."""
    with in_one_piece():
        from portfolio.analysis.base import base_of
        from portfolio.analysis.robust.stress import Shock, stress
        from portfolio.reports import stress as shown

    given = list(options.scenarios)
    first = read(options)
    names = first.planning.uncertainty.stress
    if not names:
        raise InputError([finding("stress_none", first.planning.file, "uncertainty.stress")])
    shocks = read_each(options, [[*given, name] for name in names])
    runs = solve_beside(options, [first, *shocks], face, face.text("stress.working"))
    run = runs[0]
    if run.totals is None or not proven(run):
        face.error(face.text("cli.why.no_plan"))
        return EXIT_INTERRUPTED if options.stopped else exit_of(run)
    tests = [Shock(name, asked.planning, asked.portfolio, its) for name, asked, its in zip(names, shocks, runs[1:], strict=True)]
    found = stress(base_of(first.portfolio, first.planning, run.decisions), run, tests)
    if face.json:
        print(shown.to_json(found), end="")
    else:
        shown.render(found, face.shown, face.out)
    if options.out is not None:
        books = {STRESS_BOOK: shown.workbook(found, face.text)}
        place = write(options.out, created(), books, [Path(i.file) for i in first.portfolio.inputs], face)
        face.remark(face.text("cli.written", files=(place / STRESS_BOOK).as_posix()))
    return EXIT_INTERRUPTED if options.stopped else EXIT_DONE if found.complete else EXIT_STOPPED
