"""Nothing that an officer has saved over a result of ours is written over: it is kept beside the new one."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

_PROPERTIES: Final = "docProps/core.xml"
"""Excel and its relatives write here who saved the workbook last, and when; we write the same every time."""


EDITED: Final = (".xlsx", ".xlsm", ".md")
"""Files that people work on."""


def edited(path: Path, content: bytes) -> bool:
    """Somebody has saved the workbook at `path` since we wrote it, or it is another file to work on and differs from `content`."""
    if path.suffix not in EDITED or not path.exists():
        return False
    there, new = path.read_bytes(), _properties(content)
    return there != content and (new is None or _properties(there) != new)


def aside(path: Path) -> Path:
    """The first free name beside a file: `beslutsunderlag-1.xlsx`."""
    number = 1
    while (free := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return free


def _properties(content: bytes) -> bytes | None:
    """The properties of a workbook; None when there are none or it is no workbook, which is never like one of ours."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return archive.read(_PROPERTIES) if _PROPERTIES in archive.namelist() else b""
    except zipfile.BadZipFile:
        return None
