"""The starter round of `portfolio init`: example model and framework as data; the workbook is written from the field declarations."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from portfolio.delivery import deliver, deliver_new
from portfolio.errors import cannot_write
from portfolio.excel.starter import starter_workbook
from portfolio.text import Lang


def write_round(folder: Path, lang: Lang) -> list[Path]:
    """Write models/, inputs/ and outputs/ into `folder`, whole or not at all; nothing that exists is touched.

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
    if folder.exists():
        deliver(folder, {name.as_posix(): content for name, content in files.items()}, fresh=True)
    else:
        deliver_new(folder.parent, [folder.name], {name.as_posix(): content for name, content in files.items()})
    try:
        (folder / "outputs").mkdir(exist_ok=True)
    except OSError as fault:
        raise cannot_write(folder / "outputs", fault) from fault
    return [folder / name for name in files]
