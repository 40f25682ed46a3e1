"""Where a command speaks, in any code page."""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from portfolio.ctrl_c import in_one_piece
from portfolio.errors import Finding
from portfolio.text import Text

EXIT_DONE, EXIT_FAULT, EXIT_INPUT, EXIT_INFEASIBLE, EXIT_STOPPED, EXIT_WRITE, EXIT_INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
"""docs/exit-codes.md"""


def say_what_the_stream_can(*streams: object) -> None:
    """A character that the code page lacks becomes its plain relative, never a traceback."""
    codecs.register_error("plain", _plain)
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="plain")


PLAIN = str.maketrans({"–": "-", "−": "-", "—": "-", "…": ".", "█": "#", "·": ".", "\u00a0": " ", "”": '"', "’": "'", "≤": "<"})
"""What stands in for a character that cp1252, cp850 or ascii lacks; one for one, so that columns stay aligned."""


def _plain(fault: UnicodeError) -> tuple[str, int]:
    """Error handler for `str.encode`: the plain relative, the letter without its accent, or a question mark."""
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    wanted = fault.object[fault.start : fault.end].translate(PLAIN)
    letters = unicodedata.normalize("NFD", wanted)
    return "".join(c if c.isascii() else "?" for c in letters if not unicodedata.combining(c)), fault.end


Progress = Callable[[int, int], None]
"""Told how many of how many tasks are done."""


class Face:
    """Where a command speaks: results on stdout, faults on stderr; with --json nothing but JSON on stdout."""

    def __init__(self, text: Text, *, json: bool) -> None:
        self.text = text
        self.json = json
        with in_one_piece():
            from rich.console import Console

        self.out = Console(highlight=False, width=None if sys.stdout.isatty() else _piped_width())
        self.err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _piped_width())

    def say(self, message: str) -> None:
        """A line of plain text on stdout."""
        print(message)

    def error(self, message: str) -> None:
        """A fault, in one sentence."""
        if self.json:
            from portfolio.reports.run_json import error_json

            print(error_json(message), end="")
        print(message, file=sys.stderr)

    def remark(self, message: str) -> None:
        """A sentence beside the result: on stderr, so that stdout stays what it is."""
        print(message, file=sys.stderr)

    @contextmanager
    def progress(self, title: str) -> Iterator[Progress]:
        """A bar on stderr while a person watches; told (done, total) by the work."""
        if not sys.stderr.isatty():
            yield lambda _done, _total: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=self.err, transient=True) as bars:
            bar = bars.add_task(title, total=None)
            yield lambda done, total: bars.update(bar, completed=done, total=total)

    def findings(self, findings: Sequence[Finding]) -> None:
        """All findings, errors first."""
        from portfolio.reports.run_json import findings_json
        from portfolio.reports.terminal import render_findings

        if self.json:
            print(findings_json(findings, self.text), end="")
        else:
            render_findings(findings, self.text, self.err)


def _piped_width() -> int:
    """80 columns unless COLUMNS says otherwise."""
    stated = os.environ.get("COLUMNS", "")
    return int(stated) if stated.isdigit() and 40 <= int(stated) <= 400 else 80
