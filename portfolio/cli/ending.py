"""How a command that explains a plan ends: what was proven is shown already, and what came in between is said."""

from __future__ import annotations

import argparse
from pathlib import PurePath
from typing import TYPE_CHECKING

from portfolio.cli.face import EXIT_DONE, EXIT_INTERRUPTED, EXIT_STOPPED, Face
from portfolio.cli.optimise import exit_of

if TYPE_CHECKING:
    from portfolio.outcome import Run
    from portfolio.solve import Clock


def ended(face: Face, clock: Clock, *, complete: bool) -> int:
    """The exit code after a result has been shown; on stderr what ended the work before all of it was proven.

    Args:
        complete: everything that was asked for is proven.
    """
    if clock.interrupted:
        face.remark(face.text("cli.interrupted"))
        return EXIT_INTERRUPTED
    if not complete:
        face.remark(face.text("cli.more_time"))
        return EXIT_STOPPED
    return EXIT_DONE


def nothing_proven(face: Face, clock: Clock) -> int:
    """The exit code when there is no result to show."""
    face.error(face.text("cli.interrupted" if clock.interrupted else "cli.nothing_in_time"))
    return EXIT_INTERRUPTED if clock.interrupted else EXIT_STOPPED


def no_proven_plan(face: Face, clock: Clock, run: Run) -> int:
    """The exit code when the plan that was to be explained is not there, or not proven."""
    impossible = run.status.value == "infeasible"
    face.error(face.text("cli.interrupted" if clock.interrupted else "cli.no_plan" if impossible else "cli.why.no_plan"))
    return EXIT_INTERRUPTED if clock.interrupted else exit_of(run)


def shown(path: object) -> str:
    """A path as it can be typed again: in quotes when it has blanks."""
    name = path.as_posix() if isinstance(path, PurePath) else str(path)
    return f'"{name}"' if " " in name else name


def suggest(options: argparse.Namespace, face: Face) -> None:
    """The command that usually comes next, after everything else; nothing beside JSON or when it is to be quiet."""
    name = f"cli.{options.name}.next"
    if face.json or face.quiet or getattr(options, "nothing_next", False) or not face.text.has(name):
        return
    finished = getattr(options, "finished", None) or getattr(options, "folder", None)
    about = face.text("cli.about_run", run=shown(finished)) if finished is not None else ""
    command = face.text(name, run=about, folder=shown(finished or ""), file=shown(getattr(options, "file", "")))
    face.write(["", face.text("cli.next", command=command)])
