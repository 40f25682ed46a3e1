"""Results reach a folder whole: what was there before or what is new, never some of each, whatever happens while they are written.

A new folder is made beside its place and gets its name when it is complete. In a folder that is there everything is first written and
flushed to a folder of its own inside it; then a journal says what is to be moved where, the moves are made, and the journal is deleted.
While there is a journal, what lies there is not to be believed: who reads says so, and who writes next puts everything back first. One
process at a time delivers into a folder. (The rollback journal of a database, for files.)
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from portfolio.errors import CannotWrite, cannot_write
from portfolio.excel.keep import aside, edited
from portfolio.excel.safe_write import flush_folder, write_flushed

STAGE: Final = ".portfolio-"
"""How the names of our folders begin in which results wait."""
LOCK: Final = ".portfolio.lock"
JOURNAL: Final = "journal.json"
PATIENCE: Final = 10.0
"""Seconds that another process has to finish its writing; it takes tens of milliseconds."""
FORGOTTEN: Final = 3600.0
"""Seconds after which a half-made new folder belongs to nobody: making one takes less than one second."""

Move = tuple[str, str]
"""From and to, relative to the folder."""


def deliver_new(parent: Path, names: Iterable[str], files: Mapping[str, bytes]) -> Path:
    """A new folder under the first of `names` that is free.

    Returns:
        The folder.

    Raises:
        CannotWrite: it cannot be made, or no name is free.
    """
    stage: Path | None = None
    tried = ""
    try:
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except FileExistsError as fault:
            raise CannotWrite(parent.as_posix(), "not_folder") from fault
        _sweep(parent)
        stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=parent))
        for name, content in files.items():
            _write(stage / name, content)
        stage.chmod(0o755)
        for tried in names:
            if (parent / tried).exists():
                continue
            try:
                stage.rename(parent / tried)
            except OSError:
                if (parent / tried).exists():
                    continue  # somebody else was first
                raise
            stage = None
            flush_folder(parent)
            return parent / tried
    except OSError as fault:
        raise cannot_write(parent / tried, fault) from fault
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)
    raise CannotWrite((parent / tried).as_posix(), "exists")


def deliver(folder: Path, files: Mapping[str, bytes], retired: Sequence[str] = (), *, fresh: bool = False) -> list[tuple[Path, Path]]:
    """Files into a folder that is there, in place of what has the same names.

    Args:
        files: name, perhaps with a folder in it, to content.
        retired: names that must not stand beside them; what has one of them is kept under another name.
        fresh: nothing that exists may be replaced.

    Returns:
        What somebody has saved since we wrote it, or is retired: its name and the one it has now.

    Raises:
        CannotWrite: the folder is read-only, the disk is full, a target is open in another programme, another process is writing here, or
            with `fresh` a file exists; nothing has changed then.
    """
    if not folder.is_dir():
        raise CannotWrite(folder.as_posix(), "not_folder")
    stage: Path | None = None
    try:
        with _alone(folder):
            _put_back(folder)
            if fresh:
                for name in files:
                    if (folder / name).exists():
                        raise CannotWrite((folder / name).as_posix(), "exists")
            stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=folder))
            moves, kept = _staged(folder, stage, files, retired)
            write_flushed(stage / f"{JOURNAL}.tmp", json.dumps(moves).encode("utf-8"))
            try:  # whatever ends it early, a second Ctrl-C too: the old ones are put back
                (stage / f"{JOURNAL}.tmp").rename(stage / JOURNAL)
                flush_folder(stage)
                for origin, target in moves:
                    (folder / target).parent.mkdir(parents=True, exist_ok=True)
                    (folder / origin).rename(folder / target)
                    flush_folder((folder / target).parent)
                (stage / JOURNAL).unlink()  # from here on the new ones hold
            finally:
                if (stage / JOURNAL).exists():
                    _undo(folder, moves)
                    (stage / JOURNAL).unlink()
            flush_folder(stage)
            return kept
    except OSError as fault:
        # the name that a person knows: not those of our own folder or lock
        named = [Path(n) for n in (fault.filename2, fault.filename) if n and not any(p.startswith(".portfolio") for p in Path(n).parts)]
        raise cannot_write(named[0] if named else folder, fault) from fault
    finally:
        if stage is not None and not (stage / JOURNAL).exists():
            shutil.rmtree(stage, ignore_errors=True)


def unfinished(folder: Path) -> bool:
    """Somebody is writing here, or was stopped while writing: what lies here may be some of the old and some of the new."""
    return any(folder.glob(f"{STAGE}*/{JOURNAL}"))


def _staged(folder: Path, stage: Path, files: Mapping[str, bytes], retired: Sequence[str]) -> tuple[list[Move], list[tuple[Path, Path]]]:
    """Everything written and flushed, and the moves that put it in its place."""
    moves: list[Move] = []
    kept: list[tuple[Path, Path]] = []
    here = stage.name
    (stage / "old").mkdir()
    for n, (name, content) in enumerate(files.items()):
        path = folder / name
        _write(stage / "new" / str(n), content)
        if path.is_dir():
            raise IsADirectoryError(21, os.strerror(21), path.as_posix())
        if edited(path, content):
            kept.append((path, aside(path)))
            moves.append((name, aside(path).relative_to(folder).as_posix()))
        elif path.exists():
            moves.append((name, f"{here}/old/{n}"))
        moves.append((f"{here}/new/{n}", name))
    for path in (folder / name for name in retired if (folder / name).exists()):
        kept.append((path, aside(path)))
        moves.append((path.relative_to(folder).as_posix(), aside(path).relative_to(folder).as_posix()))
    flush_folder(stage / "old")
    return moves, kept


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_flushed(path, content)
    flush_folder(path.parent)


def _put_back(folder: Path) -> None:
    """What an earlier process was stopped in the middle of never happened."""
    for stage in folder.glob(f"{STAGE}*"):
        if stage.is_dir():
            journal = stage / JOURNAL
            if journal.exists():
                _undo(folder, json.loads(journal.read_bytes()))
                journal.unlink()  # first: without it what is left is only waste
            shutil.rmtree(stage, ignore_errors=True)


def _undo(folder: Path, moves: Sequence[Sequence[str]]) -> None:
    """The moves that have been made, backwards; none of their targets was there before, so a target that is there has been moved."""
    for origin, target in reversed(moves):
        if (folder / target).exists() and not (folder / origin).exists():
            (folder / origin).parent.mkdir(parents=True, exist_ok=True)
            (folder / target).rename(folder / origin)


def _sweep(parent: Path) -> None:
    """New folders that were never finished."""
    for stage in parent.glob(f"{STAGE}*"):
        if stage.is_dir() and not (stage / JOURNAL).exists() and time.time() - stage.stat().st_mtime > FORGOTTEN:
            shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time delivers into a folder; the system lets go of the lock when a process is killed."""
    try:
        with FileLock(folder / LOCK, timeout=PATIENCE):
            yield
    except Timeout as fault:
        raise CannotWrite(folder.as_posix(), "busy") from fault
