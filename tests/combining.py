"""Several faults in one round: which examples of findings can stand beside each other, and what is said of those that do.

An example says what one change of the sound round brings. What an example touches is read off the round that it makes, so that two of
them can be told apart that change the same thing.
"""

from __future__ import annotations

import argparse
import difflib
import functools
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import example_books
import example_hostile
import example_models
from example import Example
from hostile_round import BOOK, MODEL, Round, sound
from portfolio.cli.reading import read
from portfolio.errors import Finding, InputError

Told = tuple[str, str, str, str, str]
"""Code, file, place, value and severity; the place of a cell as investment and field, so that a column more or less moves nothing."""
Atom = tuple[str, ...]
"""One thing that a change touches: a cell, a heading, the overlaps, a line or a table of the model, a file."""


def touched(example: Example) -> frozenset[Atom] | None:
    """What the example changes; None when it is no change of cells, headings, overlaps or model that others can stand beside."""
    if example.command or example.ran or example.act or example.around or example.long or example.after is not Example.after:
        return None
    was, made = sound("sv"), example.made()
    same = replace(made, rows=was.rows, fields=was.fields, head=was.head, overlaps=was.overlaps, model=was.model, files=was.files)
    if same != was or [r["was"] for r in made.rows] != [r["was"] for r in was.rows] or any("layouts" in name for name in made.files):
        return None
    found: set[Atom] = {("file", name) for name in made.files}
    for old, new in zip(was.rows, made.rows, strict=True):
        found |= {("cell", old["was"], name) for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    found |= {("column", name) for name in {*made.fields} ^ {*was.fields}}
    found |= {("heading", name) for name in made.head if name in was.head and made.head[name] != was.head[name]}
    found |= {("overlaps",)} if made.overlaps != was.overlaps else set()
    return frozenset(found | _of_model(was.model, made.model))


def _of_model(was: str, made: str) -> set[Atom]:
    lines = [line for line in difflib.ndiff(was.splitlines(), made.splitlines()) if line[0] in "+-"]
    found: set[Atom] = {("line" if line[0] == "-" else "added", line[2:]) for line in lines}
    return found | {("table", m[1]) for line in lines if (m := re.match(r"\+ \[+([^\]]+)\]", line))}


def combined(examples: Iterable[Example], second: Iterable[Example] = ()) -> Round:
    """The sound round with all the changes, and beside it a second workbook with changes of its own, when there are any.

    Raises:
        ValueError: a change does not find what it is to replace.
    """
    made = sound("sv")
    for example in examples:
        example.make(made)
    if second := tuple(second):
        other = sound("sv")
        for example in second:
            example.make(other)
        other.rows = [{name: _renamed(value) if name != "was" else value for name, value in row.items()} for row in other.rows]
        other.overlaps = [tuple(map(_renamed, line)) for line in other.overlaps]
        made.files[SECOND] = other.content()
        made.asked = [BOOK, SECOND]
    return made


def _renamed(value: Any) -> Any:
    """Investments and overlap groups of the second workbook have names of their own."""
    return value.replace("EX-", "BX-").replace("LADD", "BADD") if isinstance(value, str) else value


def told(made: Round) -> frozenset[Told]:
    """Errors and warnings of one pass over a round."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path.cwd()
        os.chdir(folder)
        try:
            made.write(Path())
            found = _findings([Path(name) for name in made.asked])
        finally:
            os.chdir(home)
    there = {made.place(f"{row['was']}.{name}"): f"{row['was']}.{name}" for row in made.rows for name in made.fields}
    there |= {made.place(f"#{name}"): f"#{name}" for name in made.fields}
    serious = (f for f in found if f.severity.value != "note")
    # the second workbook has all columns where they are, so its places say themselves
    return frozenset(
        (f.code, f.file, there.get(f.place, f.place) if f.file == BOOK else f.place, f.value, f.severity.value) for f in serious
    )


def _findings(paths: Sequence[Path]) -> Sequence[Finding]:
    options = argparse.Namespace(model=Path(MODEL), workbooks=[p.as_posix() for p in paths], scenarios=[])
    try:
        return read(options).findings
    except InputError as fault:
        return fault.findings


@functools.cache
def alone(example: Example, *, second: bool = False) -> frozenset[Told]:
    """What is said of one example alone, in the round or in its second workbook."""
    return told(combined((), [example]) if second else combined([example]))


ALL: Final = (*example_hostile.OWN, *example_books.OWN, *example_models.OWN)
SECOND: Final = "andra.xlsx"
"""The second workbook."""
