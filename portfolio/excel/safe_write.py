"""Write a file so that a reader sees the old one or the new one, never half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from portfolio.errors import CannotWrite, cannot_write


def write_atomically(path: Path, data: bytes, *, fresh: bool = False) -> None:
    """Write beside the target, flush to disk, rename over it, flush the folder.

    Args:
        path: the target.
        data: its content.
        fresh: the target must not exist.

    Raises:
        CannotWrite: the folder is missing or read-only, the disk is full, or the target is open elsewhere, or exists with `fresh`.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        os.close(handle)
        write_flushed(Path(temporary), data)
        if fresh:
            _name_unless_taken(Path(temporary), path)
        else:
            Path(temporary).replace(path)
        flush_folder(path.parent)
    except FileExistsError as fault:
        raise CannotWrite(path.as_posix(), "exists") from fault
    except OSError as fault:
        raise cannot_write(path, fault) from fault
    finally:
        # after the rename it is gone; after a fault or Ctrl-C it must not stay behind
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def write_flushed(path: Path, data: bytes) -> None:
    """Write a file that nobody reads yet, all the way to the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o644)


def _name_unless_taken(temporary: Path, path: Path) -> None:
    """Give a finished file its name in one step, and never over another."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # a disk without links, such as a memory stick; Windows renames only to a name that is free
        if os.name != "nt" and path.exists():
            raise FileExistsError(17, os.strerror(17), path.as_posix()) from None
        temporary.rename(path)


def flush_folder(folder: Path) -> None:
    """Make the rename last; Windows has no such call and does not need it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
