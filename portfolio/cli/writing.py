"""Where a command writes: the folder of a run, whole or not at all, and never over what is not ours."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from portfolio.cli.face import Face
from portfolio.errors import CannotWrite, cannot_write


def write(
    wanted: Path | None, stamp: datetime, files: Mapping[str, bytes], inputs: Sequence[Path], face: Face, retired: Sequence[str] = ()
) -> Path:
    """The results of a command, all of them or none: in the folder named, or in the first free `outputs/<date>-<number>`.

    Never onto an input, never over a workbook that somebody has saved since; `retired` are names that must not stand beside these.

    Returns:
        The folder.

    Raises:
        CannotWrite: nothing has been written.
    """
    from portfolio.delivery import deliver, deliver_new

    if wanted is None:
        return deliver_new(Path("outputs"), (f"{stamp:%Y-%m-%d}-{number:02d}" for number in range(1, 10_000)), files)
    try:
        there = wanted.exists()
    except OSError as fault:  # a name that no file can have
        raise cannot_write(wanted, fault) from fault
    _never_an_input(wanted, files, inputs)
    if not there:
        return deliver_new(wanted.parent, [wanted.name], files)
    for path, now in deliver(wanted, files, retired):
        face.remark(face.text("cli.kept", path=path.as_posix(), kept=now.name))
    return wanted


def _never_an_input(folder: Path, files: Iterable[str], inputs: Sequence[Path]) -> None:
    read = {p.resolve() for p in inputs}
    for path in (folder / name for name in files):
        if path.resolve() in read:
            raise CannotWrite(path.as_posix(), "input")


def created() -> datetime:
    """Now, or SOURCE_DATE_EPOCH for runs that must be the same to the byte."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
