"""Where a command writes: the folder of a run, and never over what is not ours."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.cli.face import Face
from portfolio.errors import CannotWrite, os_reason

if TYPE_CHECKING:
    from portfolio.reports.returned import Returned


EDITED = (".xlsx", ".xlsm", ".md")
"""Files that people work on."""


def write(folder: Path, made: Sequence[Returned], books: Mapping[str, bytes | None], inputs: Sequence[Path], face: Face) -> None:
    """The run's workbooks and the officers' with decisions: never onto an input, never over what somebody has saved since."""
    from portfolio.excel.keep import aside

    workbooks = {f"returned/{w.name}": w.content for w in made}
    workbooks |= {name: content for name, content in books.items() if content is not None}
    _never_an_input(folder, workbooks, inputs)
    try:
        (folder / "returned").mkdir(exist_ok=True)
        write_files(folder, workbooks, inputs, face)
        for path in (folder / name for name, content in books.items() if content is None):
            if path.exists():
                # a workbook of an earlier run must not stand beside a run that has none
                face.remark(face.text("cli.kept", path=path.as_posix(), kept=path.replace(aside(path)).name))
    except OSError as fault:
        raise CannotWrite((folder / "returned").as_posix(), os_reason(fault)) from fault


def write_files(folder: Path, files: Mapping[str, bytes], inputs: Sequence[Path], face: Face) -> None:
    """Files of ours in a folder that is there: never onto an input, never over a file that somebody may have worked on since."""
    from portfolio.excel.keep import keep_edited
    from portfolio.excel.safe_write import write_atomically

    _never_an_input(folder, files, inputs)
    for path, content in ((folder / name, content) for name, content in files.items()):
        try:
            kept = keep_edited(path, content) if path.suffix in EDITED else None
            if kept is not None:
                face.remark(face.text("cli.kept", path=path.as_posix(), kept=kept.name))
            write_atomically(path, content)
        except OSError as fault:
            raise CannotWrite(path.as_posix(), os_reason(fault)) from fault


def _never_an_input(folder: Path, files: Iterable[str], inputs: Sequence[Path]) -> None:
    read = {p.resolve() for p in inputs}
    for path in (folder / name for name in files):
        if path.resolve() in read:
            raise CannotWrite(path.as_posix(), "input")


def created() -> datetime:
    """Now, or SOURCE_DATE_EPOCH for runs that must be the same to the byte."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)


def folder(wanted: Path | None, created: datetime) -> Path:
    """The folder of this run: the one named, or the first free `outputs/<date>-<number>`."""
    try:
        if wanted is not None:
            wanted.mkdir(parents=True, exist_ok=True)
            return wanted
        Path("outputs").mkdir(exist_ok=True)
        for number in range(1, 10_000):
            folder = Path("outputs") / f"{created:%Y-%m-%d}-{number:02d}"
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except OSError as fault:
        raise CannotWrite((wanted or Path("outputs")).as_posix(), os_reason(fault)) from fault
    raise CannotWrite("outputs", "10 000")
