"""An example of a finding: the smallest change of a sound round that makes the programme say it, tried and told in words.

The round is that of `hostile_round`, in Swedish. What an example changes is found by comparing with the sound round, so that what
`docs/findings.md` says was changed is what was changed; only what lies inside a file that is no text must be said in words.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from unittest.mock import patch

from hostile_round import BOOK, Round, sound
from portfolio.cli.face import Face
from portfolio.cli.parser import parser_of
from portfolio.errors import Finding, InputError
from portfolio.excel import read as reading
from portfolio.text import Text

Severity = Literal["error", "warning", "note"]
RUN: Final = "optimise bok.xlsx --out ut"
"""The command before those that are about a finished run."""


def nothing(_: Any) -> None:
    """The round as it is."""


@dataclass(frozen=True)
class Example:
    """One code and what makes the programme say it.

    Attributes:
        make: the change of the sound round.
        place, value, file, severity: where and how it is said; `place` as in `Round.place`.
        also: other errors and warnings that the same change must bring.
        command: what is asked, without `portfolio`; empty: `check` of what the round asks for.
        ran: commands that come before, a line each, on the round as it is made.
        after: what is changed in the folder after that.
        act: what is called instead of a command.
        around: what holds meanwhile (a limit made lower, a library that is not there).
        words: what the comparison of the rounds cannot show.
        long: not in the fast suite.
    """

    code: str
    make: Callable[[Round], None] = nothing
    place: str = ""
    value: Any = ""
    file: str = BOOK
    severity: Severity = "error"
    also: tuple[str, ...] = ()
    command: str = ""
    ran: str = ""
    after: Callable[[Path], None] = nothing
    act: Callable[[Path], object] | None = None
    around: Callable[[], AbstractContextManager[object]] | None = None
    words: str = ""
    long: bool = False

    def made(self) -> Round:
        """The changed round."""
        made = sound("sv")
        self.make(made)
        return made

    def asked(self, made: Round) -> str:
        """The command."""
        scenarios = [word for name in made.scenarios for word in ("--scenario", name)]
        return self.command or shlex.join(["check", *made.asked, *scenarios])


def replaced(name: str, value: object) -> Callable[[], AbstractContextManager[object]]:
    """A name of a module stands for something else."""
    return lambda: patch(name, value)


class _Listening(Face):
    """A face that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(Text("sv"))
        self.heard: list[Finding] = []

    def findings(self, findings: Sequence[Finding]) -> None:
        self.heard += findings


@functools.cache
def _parser() -> Any:
    return parser_of(Text("sv"))


@functools.cache
def _read_before(content: tuple[tuple[str, bytes], ...], years: range, layouts: tuple[Any, ...], real: Any) -> Any:
    return real([Path(name) for name, _ in content], years, layouts)


def _remembering(real: Callable[..., Any]) -> Callable[..., Any]:
    """The same workbooks are read once: most examples change only the model. The cells are read again where they can be told apart."""

    def read(paths: Sequence[Path], years: range, layouts: Sequence[Any] = ()) -> Any:
        plain = [p for p in paths if p.is_file()]
        if layouts or plain != list(paths) or len(plain) != 1 or plain[0].with_name(f"~${plain[0].name}").exists():
            return real(paths, years, layouts)
        return _read_before(tuple((p.as_posix(), p.read_bytes()) for p in plain), years, (), real)

    return read


def _asked(line: str, face: Face) -> None:
    options = _parser().parse_args(shlex.split(line))
    options.command(options, face)


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def heard(example: Example, folder: Path) -> tuple[Round, list[Finding]]:
    """The round as it was made in an empty folder, and all findings of the command."""
    made, face = example.made(), _Listening()
    made.write(folder)
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(io.StringIO()))
        stack.enter_context(redirect_stderr(io.StringIO()))
        stack.enter_context(_inside(folder))
        if example.ran:
            shutil.copytree(_finished(_files(folder), example.ran), folder, dirs_exist_ok=True)
        example.after(folder)
        if example.around is not None:
            stack.enter_context(example.around())
        stack.enter_context(patch.object(reading, "survey", _remembering(reading.survey)))
        try:
            if example.act is not None:
                found = example.act(folder)
                face.heard += found if isinstance(found, list) else []
            else:
                _told_by_check(face, stack)
                _asked(example.asked(made), face)
        except InputError as fault:
            face.heard += fault.findings
    return made, list(dict.fromkeys(face.heard))


def _told_by_check(face: _Listening, stack: ExitStack) -> None:
    """`check` and `import` print what does not stop them: they tell the face instead."""
    stack.enter_context(patch("portfolio.reports.terminal.render_findings", lambda findings, *_: face.findings(findings)))


def _files(folder: Path) -> tuple[tuple[str, bytes], ...]:
    return tuple((p.relative_to(folder).as_posix(), p.read_bytes()) for p in sorted(folder.rglob("*")) if p.is_file())


KEPT: list[tempfile.TemporaryDirectory[str]] = []
"""Folders of finished runs, removed when the process ends."""


@functools.cache
def _finished(files: tuple[tuple[str, bytes], ...], lines: str) -> Path:
    """A folder in which a command has been run on these files."""
    KEPT.append(tempfile.TemporaryDirectory(prefix=f"example-{hashlib.sha256(repr(files).encode()).hexdigest()[:8]}-"))
    folder = Path(KEPT[-1].name)
    for name, content in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    with _inside(folder):
        for line in lines.splitlines():
            _asked(line, _Listening())
    return folder


def brought(example: Example, made: Round, found: Sequence[Finding]) -> Finding:
    """The finding of the example among those that were heard.

    Raises:
        LookupError: it is not there, or not where it should be.
    """
    expected = (example.code, example.file, made.place(example.place), str(made.say(example.value)), example.severity)
    for f in found:
        if (f.code, f.file, f.place, f.value, f.severity.value) == expected:
            return f
    raise LookupError(f"{expected} is not among {[(f.code, f.file, f.place, f.value, f.severity.value) for f in found]}")
