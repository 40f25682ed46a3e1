"""The starter round of `portfolio init`: example model and framework as data; the workbook is written from the field declarations."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from portfolio.errors import CannotWrite, os_reason
from portfolio.excel.starter import starter_workbook
from portfolio.text import Lang


def write_round(folder: Path, lang: Lang) -> list[Path]:
    """Write models/, inputs/ and outputs/ into `folder`; nothing that exists is touched.

    Returns:
        The files written.

    Raises:
        CannotWrite: a file exists already, or the folder cannot be written.
    """
    data = resources.files(__package__)
    files = {
        Path("models/exempel-2025.toml"): (data / f"model.{lang}.toml").read_bytes(),
        Path("models/frameworks/exempel.toml"): (data / "framework.toml").read_bytes(),
        Path("inputs/exempel-2025.xlsx"): starter_workbook(lang),
    }
    for name in files:
        if (folder / name).exists():
            raise CannotWrite((folder / name).as_posix(), "exists")
    written = []
    try:
        (folder / "outputs").mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(content)
            written.append(path)
    except OSError as fault:
        raise CannotWrite(fault.filename or folder.as_posix(), os_reason(fault)) from fault
    return written
