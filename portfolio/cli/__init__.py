"""The command line: the only place that prints and exits. A thin face of the library."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache

from portfolio.cli.completion import answer_the_shell
from portfolio.cli.ending import suggest
from portfolio.cli.face import (
    EXIT_CLOSED,
    EXIT_DONE,
    EXIT_FAULT,
    EXIT_INFEASIBLE,
    EXIT_INPUT,
    EXIT_INTERRUPTED,
    EXIT_STOPPED,
    EXIT_WRITE,
    Face,
    say_what_the_stream_can,
)
from portfolio.cli.parser import REPORTS, parser_of
from portfolio.ctrl_c import interrupt_wins
from portfolio.errors import AuditBreached, CannotWrite, InputError, PortfolioError, SolveFailed, WorkerLost
from portfolio.reports.fault import fault_line
from portfolio.text import Lang, Text

__all__ = [
    "EXIT_CLOSED",
    "EXIT_DONE",
    "EXIT_FAULT",
    "EXIT_INFEASIBLE",
    "EXIT_INPUT",
    "EXIT_INTERRUPTED",
    "EXIT_STOPPED",
    "EXIT_WRITE",
    "REPORTS",
    "main",
]


@cache
def _command_line(lang: Lang, json: bool) -> argparse.ArgumentParser:
    """Made once, for whoever runs many commands in one process: it has hundreds of options."""
    return parser_of(Text(lang), json=json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (docs/exit-codes.md)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    lang = _language(given)
    text = Text(lang)
    say_what_the_stream_can(sys.stdout, sys.stderr)
    parser = _command_line(lang, "--json" in given)
    if "_ARGCOMPLETE" in os.environ:  # the shell asks what could come next
        answer_the_shell(parser)
    options = parser.parse_args(given)
    wanted = {name: getattr(options, name, False) for name in ("json", "quiet", "no_color")}
    face = Face(text, getattr(options, "unit", "mnkr"), **wanted)
    try:
        command: Callable[[argparse.Namespace, Face], int] = options.command
        with face.unforeseen(), interrupt_wins():
            code = command(options, face)
        if code == EXIT_DONE:
            suggest(options, face)
        return code
    except KeyboardInterrupt:
        face.error(text("cli.interrupted"))
        return EXIT_INTERRUPTED
    except InputError as fault:
        face.findings(fault.findings)
        return EXIT_INPUT
    except (CannotWrite, AuditBreached, SolveFailed, WorkerLost, MemoryError) as fault:
        face.error(fault_line(fault, text))
        return EXIT_WRITE if isinstance(fault, CannotWrite) else EXIT_FAULT
    except PortfolioError as fault:
        face.error(str(fault))
        return fault.exit_code


def _language(given: Sequence[str]) -> Lang:
    """The language must be known before the arguments are parsed: `--lang en`, `--lang=en`, or PORTFOLIO_LANG; Swedish otherwise."""
    wanted = os.environ.get("PORTFOLIO_LANG", "sv")
    for n, argument in enumerate(given):
        if argument == "--lang" and n + 1 < len(given):
            wanted = given[n + 1]
        elif argument.startswith("--lang="):
            wanted = argument.removeprefix("--lang=")
    return "en" if wanted == "en" else "sv"
