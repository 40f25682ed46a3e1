"""Write a file so that a reader sees the old one or the new one, never half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from portfolio.errors import CannotWrite, os_reason


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside the target, flush to disk, rename over it, flush the folder.

    Raises:
        CannotWrite: the folder is missing or read-only, the disk is full, or the target is open in another programme.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
        _flush_folder(path.parent)
    except OSError as fault:
        raise CannotWrite(path.as_posix(), os_reason(fault)) from fault
    finally:
        # after the rename it is gone; after a fault or Ctrl-C it must not stay behind
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """Make the rename last; Windows has no such call and does not need it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
