"""Walks through the guides that can be walked through: does what they say, in an empty folder, and compares what they show.

    python docs/walk.py docs/sv/genomgang-*.md

A block `sh` is run line by line, all in this process, so that nothing is loaded twice; `# kod 2` after a command is the exit code that it
must have, otherwise 0. A block `text` below it shows lines of what was printed, with `…` for what is left out. A block `toml` is saved as
the file that the paragraph above it names. A table below a paragraph that begins with `I Excel:` is filled in: the file, the sheet and the
row's id or number stand in the paragraph, in order.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from portfolio.cli import main as portfolio

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$|^(I Excel: [^\n]*)$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"\s+# kod (\d+)$")
NAMED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Step:
    """One thing to do: `kind` is sh, text, toml or excel."""

    kind: str
    content: str
    before: str


class Astray(Exception):
    """The guide says something that is not so."""


def steps(guide: str) -> Iterator[Step]:
    """What a guide says, in order."""
    for found in BLOCK.finditer(guide):
        before = guide[: found.start()].rstrip().rpartition("\n\n")[2]
        if found[3]:
            rest = guide[found.end() :].lstrip("\n")
            table = re.match(r"(?:\|.*\n)+", rest)
            if table is None:
                raise Astray(f"no table below: {found[3]}")
            yield Step("excel", table[0], found[3])
        elif found[1] in ("sh", "text", "toml"):
            yield Step(found[1], found[2], before)


def commands(guide: str) -> list[str]:
    """Every command line of a guide, without its exit code."""
    return [CODE.sub("", line) for step in steps(guide) if step.kind == "sh" for line in step.content.splitlines()]


def run(line: str) -> str:
    """Run one line; what it printed.

    Raises:
        Astray: another exit code than the guide says.
    """
    wanted = CODE.search(line)
    words = shlex.split(CODE.sub("", line))
    print(f"$ {line}", flush=True)
    os.environ |= {"COLUMNS": "80", "NO_COLOR": "1"}
    match words:
        case ["portfolio", *arguments]:
            printed = io.StringIO()
            with redirect_stdout(printed), redirect_stderr(printed):
                try:
                    code = portfolio(arguments)
                except SystemExit as end:  # misspelt
                    code = int(end.code or 0)
            if code != int(wanted[1] if wanted else 0):
                raise Astray(f"exit code {code}: {line}\n{printed.getvalue()}")
            return printed.getvalue()
        case ["cp", "-r", source, target]:
            shutil.copytree(source, target)
        case ["cp", source, target]:
            shutil.copy(source, target)
        case ["mkdir", folder]:
            Path(folder).mkdir()
        case ["cd", folder]:
            os.chdir(folder)
        case _:
            raise Astray(f"not a command that a guide may have: {line}")
    return ""


def shows(text: str, printed: str) -> None:
    """Every line of a block stands in what was printed, in order, whatever the blanks.

    Raises:
        Astray: one does not.
    """
    plain = " ".join(printed.split())
    place = 0
    for part in re.split(r"…|\n\n", text):
        wanted = " ".join(part.split())
        found = plain.find(wanted, place)
        if found < 0:
            raise Astray(f"not shown: {wanted}\nbut:\n{printed}")
        place = found + len(wanted)


def fill(about: str, table: str) -> None:
    """Write into a workbook as a person would; an empty cell of the table empties the workbook's.

    Raises:
        Astray: the sheet has no such heading or row.
    """
    file, name, row = NAMED.findall(about)[:3]
    print(f"  {about}", flush=True)
    book = openpyxl.load_workbook(file)
    sheet = book[name]
    top = next(cell.row for cell in sheet["A"] if cell.value == "ID")
    columns = {str(cell.value).split(" (")[0]: cell.column for cell in sheet[top] if cell.value}
    known = {str(cell.value): cell.row for cell in sheet["A"] if cell.row > top and cell.value}
    at = known.get(row) or (int(row) if row.isdigit() else None)
    if at is None:
        raise Astray(f"{file}: no row {row}")
    for line in table.splitlines()[2:]:
        heading, value = (part.strip().replace(r"\|", "|") for part in re.split(r"(?<!\\)\|", line.strip())[1:3])
        if heading not in columns:
            raise Astray(f"{file}: no column {heading}")
        sheet.cell(at, columns[heading]).value = int(value) if re.fullmatch(r"-?\d+", value) else value or None
    book.save(file)


def walk(guide: Path) -> float:
    """Do everything that a guide says, in an empty folder of its own; the seconds it took."""
    began, printed, home = time.monotonic(), "", Path.cwd()
    text = guide.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for step in steps(text):
                match step.kind:
                    case "sh":
                        printed = "\n".join(run(line) for line in step.content.splitlines())
                    case "text":
                        shows(step.content, printed)
                    case "toml":
                        path = Path(NAMED.findall(step.before)[-1])
                        path.parent.mkdir(parents=True, exist_ok=True)
                        path.write_text(step.content, "utf-8")
                    case _:
                        fill(step.before, step.content)
        finally:
            os.chdir(home)
    return time.monotonic() - began


def main(guides: list[str]) -> int:
    """Walk through all of them; the first that goes astray is said."""
    for name in guides:
        print(f"== {name}", flush=True)
        try:
            print(f"== {walk(Path(name).resolve()):.0f} s", flush=True)
        except Astray as fault:
            print(f"{name}: {fault}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
