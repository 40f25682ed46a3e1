"""How a command explores a question or a plan: it asks, tells who watches how far it has come, shows what was found, writes, and ends."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from portfolio.cli.asking import asked_run, proven, question_asked
from portfolio.cli.ending import ended, no_proven_plan, nothing_proven
from portfolio.cli.face import EXIT_INFEASIBLE, Face
from portfolio.cli.writing import created, write
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt
from portfolio.errors import InfeasiblePlan, SolveStopped

if TYPE_CHECKING:
    from portfolio.analysis.base import Base
    from portfolio.analysis.beside import Progress
    from portfolio.analysis.conflict.demands import Question
    from portfolio.records import Portfolio
    from portfolio.solve import Clock


class Explored(Protocol):
    """What was found; `complete` when all of it is proven."""

    @property
    def complete(self) -> bool: ...


F = TypeVar("F", bound=Explored)
Files = Callable[[F], Mapping[str, bytes]]
"""What is written with `--out`, by name."""


def of_question(
    options: argparse.Namespace,
    face: Face,
    working: str,
    find: Callable[[Question, Clock, Progress], F],
    to_json: Callable[[F], str],
    show: Callable[[F], None],
    files: Files[F] | None = None,
) -> int:
    """Explore the question itself; `working` names what who watches is told."""
    with in_one_piece():
        from portfolio.analysis.conflict.demands import Question
        from portfolio.solve import Clock

    portfolio, planning = question_asked(options)
    clock = Clock(options.time_limit)
    try:
        with instead_of_interrupt(clock.interrupt), face.progress(face.text(working)) as progress:
            found = find(Question(portfolio, planning), clock, progress)
    except InfeasiblePlan:
        face.error(face.text("cli.no_plan"))
        return EXIT_INFEASIBLE
    except SolveStopped:
        return nothing_proven(face, clock)
    _told(face, found, to_json, show)
    _written(options, face, found, portfolio, files)
    return ended(face, clock, complete=found.complete)


def of_plan(
    options: argparse.Namespace,
    face: Face,
    working: str,
    find: Callable[[Base, Clock, Progress], F],
    to_json: Callable[[F], str],
    show: Callable[[F], None],
    files: Files[F] | None = None,
) -> int:
    """Explore the recommended plan, of a finished run or of one that is made now."""
    with in_one_piece():
        from portfolio.analysis.base import base_of
        from portfolio.solve import Clock

    clock = Clock(options.time_limit)
    try:
        with instead_of_interrupt(clock.interrupt), face.progress(face.text(working)) as progress:
            run, portfolio, planning = asked_run(options, face, clock)
            if run.totals is None or not proven(run):
                return no_proven_plan(face, clock, run)
            found = find(base_of(portfolio, planning, run.decisions), clock, progress)
    except SolveStopped:
        return nothing_proven(face, clock)
    _told(face, found, to_json, show)
    _written(options, face, found, portfolio, files)
    return ended(face, clock, complete=found.complete)


def _told(face: Face, found: F, to_json: Callable[[F], str], show: Callable[[F], None]) -> None:
    if face.json:
        print(to_json(found), end="")
    else:
        show(found)


def _written(options: argparse.Namespace, face: Face, found: F, portfolio: Portfolio, files: Files[F] | None) -> None:
    if files is None or options.out is None:
        return
    made = files(found)
    place = write(options.out, created(), made, [Path(i.file) for i in portfolio.inputs], face)
    face.remark(face.text("cli.written", files=", ".join((place / name).as_posix() for name in made)))
