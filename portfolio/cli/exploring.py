"""How a command explores a question or a plan: it asks, tells who watches how far it has come, shows what was found, writes, and ends."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

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


@dataclass(frozen=True)
class View(Generic[F]):
    """How what is found is told.

    Attributes:
        working: the message that who watches is told. show: on the terminal. files: what is written with `--out`, by name.
    """

    working: str
    to_json: Callable[[F], str]
    show: Callable[[F], None]
    files: Callable[[F], Mapping[str, bytes]] | None = None


def of_question(options: argparse.Namespace, face: Face, view: View[F], find: Callable[[Question, Clock, Progress], F]) -> int:
    """Explore the question itself."""
    with in_one_piece():
        from portfolio.analysis.conflict.demands import Question
        from portfolio.solve import Clock

    portfolio, planning = question_asked(options)
    clock = Clock(options.time_limit)
    try:
        with instead_of_interrupt(clock.interrupt), face.progress(face.text(view.working)) as progress:
            found = find(Question(portfolio, planning), clock, progress)
    except InfeasiblePlan:
        face.error(face.text("cli.no_plan"))
        return EXIT_INFEASIBLE
    except SolveStopped:
        return nothing_proven(face, clock)
    return _told(options, face, view, found, portfolio, clock)


def of_plan(options: argparse.Namespace, face: Face, view: View[F], find: Callable[[Base, Clock, Progress], F]) -> int:
    """Explore the recommended plan, of a finished run or of one that is made now."""
    with in_one_piece():
        from portfolio.analysis.base import base_of
        from portfolio.solve import Clock

    clock = Clock(options.time_limit)
    try:
        with instead_of_interrupt(clock.interrupt), face.progress(face.text(view.working)) as progress:
            run, portfolio, planning = asked_run(options, face, clock)
            if run.totals is None or not proven(run):
                return no_proven_plan(face, clock, run)
            found = find(base_of(portfolio, planning, run.decisions), clock, progress)
    except SolveStopped:
        return nothing_proven(face, clock)
    return _told(options, face, view, found, portfolio, clock)


def _told(options: argparse.Namespace, face: Face, view: View[F], found: F, portfolio: Portfolio, clock: Clock) -> int:
    if face.json:
        print(view.to_json(found), end="")
    else:
        view.show(found)
    if view.files is not None and options.out is not None:
        made = view.files(found)
        place = write(options.out, created(), made, [Path(i.file) for i in portfolio.inputs], face)
        face.remark(face.text("cli.written", files=", ".join((place / name).as_posix() for name in made)))
    return ended(face, clock, complete=found.complete)
