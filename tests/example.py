"""An example of a finding: the smallest change of a sound round that makes the programme say it, tried and told in words.

The round is that of `hostile_round`, in Swedish. What an example changes is found by comparing with the sound round, so that what
`docs/findings.md` says was changed is what was changed; only what lies inside a file that is no text must be said in words.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import io
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from unittest.mock import patch

from openpyxl.utils import get_column_letter
from rich.console import Console

from hostile_round import BOOK, Formula, Rich, Round, Said, Shown, sound
from portfolio.cli.face import Face
from portfolio.cli.parser import parser_of
from portfolio.errors import Finding, InputError
from portfolio.excel import read as reading
from portfolio.reports.terminal import render_findings
from portfolio.text import LANGUAGES, Text

Severity = Literal["error", "warning", "note"]
WIDTH: Final = 100
"""Columns of the terminal that the page shows."""
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


# --- trying ----------------------------------------------------------------------------------------------------------


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
        stack.enter_context(patch.object(reading, "read_workbooks", _remembering(reading.read_workbooks)))
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


# --- telling ---------------------------------------------------------------------------------------------------------


def entry(example: Example, made: Round, said: Finding) -> str:
    """The entry of docs/findings.md: what was changed, what was asked, and what the programme said in both languages."""
    lines = [f"### `{example.code}`", "", *told(example, made)]
    asked = [f"$ portfolio {line}" for line in (*example.ran.splitlines(), "" if example.act else example.asked(made)) if line]
    return "\n".join([*lines, "", "```console", *asked, *(shown(said, lang) for lang in LANGUAGES), "```", ""])


def shown(said: Finding, lang: Any) -> str:
    """The finding as the terminal shows it."""
    stream = io.StringIO()
    render_findings([said], Text(lang), Console(file=stream, width=WIDTH, highlight=False, no_color=True))
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    return "\n".join(lines[:-1] if said.severity.value == "error" else lines)


def told(example: Example, made: Round) -> list[str]:
    """What was changed, as a list in Markdown."""
    was = sound("sv")
    said = [*_cells(was, made), *_structure(was, made)]
    if example.words:
        said = [*(said if len(said) <= MOST_SAID else []), example.words]
    blocks = [*_model(was, made), *_other_files(example, made)]
    return [" ".join(said), *([""] if said and blocks else []), *blocks] if said else blocks


MOST_SAID: Final = 6
"""More changes than so are said by the words of the example alone."""


def _value(made: Round, value: Any) -> str:
    value = made.say(value)
    match value:
        case None | "":
            return "blank"
        case bool():
            return "`SANT`" if value else "`FALSKT`"
        case Formula():
            return f"`{value.text}`, saved " + ("without a value" if value.saved is None else f"as `{value.saved}`")
        case Shown():
            return f"`{value.value}` with the format `{value.code}`"
        case Rich():
            return f"`{''.join(value.runs)}`"
        case _:
            text = str(value)
            return f"`{text}`" if len(text) <= 60 else f"`{text[:20]}…` ({len(text)} characters)"


def _cells(was: Round, made: Round) -> Iterator[str]:
    before = {row["was"]: row for row in was.rows}
    for row in made.rows:
        old = before.get(row["was"])
        for name in made.fields if old is not None else ():
            if old is not None and name in old and row.get(name) != old[name]:
                identity = row["was"]
                where = f"`{made.place(f'{identity}.{name}')}` ({identity}, {made.head[name]})"
                yield f"{where}: {_value(made, row.get(name))} instead of {_value(made, old[name])}."
    for name in made.fields:
        if name not in was.fields:
            values = ", ".join(_value(made, row.get(name)) for row in made.rows if row.get(name) is not None)
            heading = f"the heading `{made.say(made.head[name])}`" if made.head[name] is not None else "no heading"
            yield f"A column after the last one, with {heading}{f' and {values}' if values else ''}."
        elif made.head.get(name) != was.head[name]:
            yield f"The heading `{made.place('#' + name)}`: {_value(made, made.head.get(name))} instead of {_value(made, was.head[name])}."


def _structure(was: Round, made: Round) -> Iterator[str]:
    for name in was.fields:
        if made.rows and name not in made.fields:
            yield f"The column *{was.head[name]}* is removed."
    if was.sheet != made.sheet:
        yield f"The sheet is called `{made.sheet}`."
    for (row, column), value in made.above.items():
        yield f"`{made.sheet}!{get_column_letter(column)}{row}`, above the table: {_value(made, value)}."
    for (n, name), value in made.below.items():
        yield f"`{made.place(f'+{n}.{name}')}`, below the table: {_value(made, value)}."
    for n, line in enumerate(made.overlaps, start=1):
        if n > len(was.overlaps) or line != was.overlaps[n - 1]:
            cells = " | ".join(str(made.say(v)) for v in line if v is not None)
            yield f"Row {n} of the sheet {made.t('excel.sheet.overlaps')}: `{cells}`."
    for n in sorted(made.hidden_rows):
        yield f"Row {n} is hidden."


def _model(was: Round, made: Round) -> Iterator[str]:
    if was.model != made.model:
        changed = difflib.unified_diff(was.model.splitlines(), made.model.splitlines(), n=0, lineterm="")
        lines = [line for line in changed if not line.startswith(("---", "+++", "@@"))]
        yield "In the model:"
        yield ""
        yield from ("```diff", *lines, "```")


MAPPING: Final = """schema_version = 1
title = "Verktyget"
unit = "tkr"

[fields]
id = "id"
name = "namn"
tonnes = "ton"

[outlay]
total = "utgift"
first = "från"
last = "till"
"""
LIST: Final = "id;namn;ton;utgift;från;till\nA1;Cykelväg;10;500;2026;2027\n"
USUAL: Final[Mapping[str, str]] = {"karta.toml": MAPPING, "lista.csv": LIST}
"""A sound mapping file and action list; what differs from them is shown."""
LONGEST: Final = 30
"""Lines of a file that is shown whole."""


def _other_files(example: Example, made: Round) -> Iterator[str]:
    for name, content in made.files.items():
        if name in USUAL:
            changed = difflib.unified_diff(USUAL[name].splitlines(), content.decode().splitlines(), n=0, lineterm="")
            lines = [line for line in changed if not line.startswith(("---", "+++", "@@"))]
            if lines and len(lines) <= LONGEST:
                yield from (f"In `{name}`:", "", "```diff", *lines, "```")
            continue
        text = content.decode("utf-8", errors="ignore") if name.endswith((".toml", ".json", ".csv")) and len(content) < 4_000 else ""
        if text and text.encode() == content and text.count("\n") <= LONGEST:
            kind = name.rpartition(".")[2]
            yield f"`{name}`:"
            yield ""
            yield from (f"```{kind}", *text.rstrip("\n").split("\n"), "```")
        elif not example.words:
            raise ValueError(f"{example.code}: {name} must be said in words")
