"""Where a command speaks, in any code page."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from portfolio.ctrl_c import in_one_piece
from portfolio.errors import Finding, PortfolioError
from portfolio.text import Text
from portfolio.units import MoneyUnit

if TYPE_CHECKING:
    from portfolio.solving import Watch

EXIT_DONE, EXIT_FAULT, EXIT_INPUT, EXIT_INFEASIBLE, EXIT_STOPPED, EXIT_WRITE, EXIT_INTERRUPTED, EXIT_CLOSED = 0, 1, 2, 3, 4, 5, 130, 141
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
    """Where a command speaks: results on stdout, faults on stderr; with --json nothing but JSON on stdout.

    Attributes:
        text: the words of files, whose money is in mnkr.
        shown: the words of the terminal, in the unit that was asked for.
        quiet: only results and faults: no progress, no remarks, no next step.
    """

    def __init__(self, text: Text, unit: MoneyUnit = "mnkr", *, json: bool = False, quiet: bool = False, no_color: bool = False) -> None:
        self.text = text
        self.shown = Text(text.lang, unit)
        self.json = json
        self.quiet = quiet
        with in_one_piece():
            from rich.console import Console

        class Terminal(Console):
            """Rich would end the process with exit code 1, which is a fault of ours; `__main__` knows better."""

            def on_broken_pipe(self) -> None:
                raise BrokenPipeError

        plain = True if no_color else None  # None: as NO_COLOR says
        self.out = Terminal(highlight=False, width=_width(sys.stdout), no_color=plain)
        self.err = Terminal(stderr=True, highlight=False, width=_width(sys.stderr), no_color=plain)

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
        if not self.quiet:
            print(message, file=sys.stderr)

    @contextmanager
    def unforeseen(self) -> Iterator[None]:
        """A fault that nobody foresaw is JSON as well where JSON was asked for; it goes on, and what happened stands on stderr."""
        with ExitStack() as stack:
            stack.push(self._told)
            yield

    def _told(self, kind: type[BaseException] | None, fault: BaseException | None, _trace: TracebackType | None) -> None:
        if self.json and kind is not None and issubclass(kind, Exception) and not isinstance(fault, PortfolioError):
            self.error(f"{kind.__name__}: {fault}")

    def write(self, lines: Iterable[str]) -> None:
        """Lines of text on stdout, no wider than the console."""
        from portfolio.reports.page import Page

        page = Page(self.shown, self.out)
        for line in lines:
            page.line(line)

    def done(self, files: Sequence[Path], message: str) -> None:
        """What a command that only writes files has written."""
        if self.json:
            from portfolio.reports.run_json import dump

            print(dump({"status": "written", "files": [f.as_posix() for f in files]}), end="")
        else:
            self.say("\n".join(f.as_posix() for f in files) if self.quiet else message)

    @contextmanager
    def progress(self, title: str) -> Iterator[Progress]:
        """A bar on stderr while a person watches; told (done, total) by the work."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda _done, _total: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=self.err, transient=True) as bars:
            bar = bars.add_task(title, total=None)
            yield lambda done, total: bars.update(bar, completed=done, total=total)

    @contextmanager
    def watch(self) -> Iterator[Watch | None]:
        """A line on stderr while a person watches one long search: what is looked for, how much better it can at most get, the time."""
        if self.quiet or not sys.stderr.isatty():
            yield None
            return
        from rich.progress import Progress as Bars
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        from portfolio.reports.figures import in_unit
        from portfolio.reports.figures import tonnes as shown_tonnes

        def told(stage: str, *, tonnes: float | None = None, kronor: float | None = None) -> None:
            said = self.shown(f"cli.watch.{stage}")
            if kronor is not None:
                said += self.shown("cli.watch.kronor", mnkr=in_unit(ceil(kronor), self.shown))
            if tonnes is not None:
                said += self.shown("cli.watch.tonnes", tonnes=shown_tonnes(ceil(tonnes), self.shown.lang))
            bars.update(line, description=said)

        columns = (SpinnerColumn("line"), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        with Bars(*columns, console=self.err, transient=True) as bars:
            line = bars.add_task(self.shown("cli.watch.begin"), total=None)
            yield told

    def findings(self, findings: Sequence[Finding]) -> None:
        """All findings, errors first."""
        from portfolio.reports.run_json import findings_json
        from portfolio.reports.terminal import render_findings

        if self.json:
            print(findings_json(findings, self.text), end="")
        else:
            render_findings(findings, self.shown, self.err)


WIDEST = 160
"""Columns of a window that are used: longer lines are hard to read."""


def _width(stream: TextIO) -> int:
    """COLUMNS where it says something; otherwise the window's width, and 80 where nobody watches."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdigit() and 40 <= int(stated) <= 400:
        return int(stated)
    return min(WIDEST, shutil.get_terminal_size().columns) if stream.isatty() else 80
