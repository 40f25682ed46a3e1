"""What an example changed and what the programme said, in the words of docs/findings.md: found by comparing with the sound round."""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

from openpyxl.utils import get_column_letter
from rich.console import Console

from example import Example
from hostile_round import Formula, Rich, Round, Shown, sound
from portfolio.errors import Finding
from portfolio.reports.terminal import render_findings
from portfolio.text import LANGUAGES, Text

WIDTH: Final = 100
"""Columns of the terminal that the page shows."""


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
    if not said and not blocks:
        said = ["The round is as it was: the command brings it."]
    return [" ".join(said), *([""] if blocks else []), *blocks] if said else blocks


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
