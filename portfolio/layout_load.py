"""Layout files: `models/layouts/*.toml` to `LayoutFile`, with every fault as a finding; and the draft that `portfolio layout` writes."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from portfolio.errors import Finding, InputError, finding
from portfolio.excel.draft import DraftTable
from portfolio.excel.layout_file import LayoutFile


@dataclass(frozen=True)
class DraftComments:
    """What the draft asks, in the reader's language."""

    head: tuple[str, ...]
    unit: str
    sign: str
    missing: str
    constant: str
    unknown: str


def load_layouts(folder: Path) -> list[LayoutFile]:
    """All layout files of a folder, by name; a folder that is not there has none.

    Raises:
        InputError: with the faults of all files.
    """
    found: list[LayoutFile] = []
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        file = path.as_posix()
        try:
            table = tomllib.loads(path.read_text("utf-8-sig"))
            found.append(LayoutFile.model_validate({**table, "file": file}))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            findings.append(finding("layout_syntax", file, reason=str(fault)))
        except ValidationError as fault:
            places = [error["loc"] for error in fault.errors()]
            for error in fault.errors():
                if any(other[: len(error["loc"])] == error["loc"] and other != error["loc"] for other in places):
                    continue  # said by what is wrong inside
                place = ".".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"])
                value = error["input"] if isinstance(error["input"], str | int | float) else ""
                missing = error["type"] == "missing"
                findings.append(finding("layout_key_missing" if missing else "layout_invalid", file, place, "" if missing else value))
    if findings:
        raise InputError(findings)
    return found


def draft(workbook: str, tables: Sequence[DraftTable], comments: DraftComments) -> str:
    """A layout file to be filled in: what was found stands there, what is missing stands as a comment with a question."""
    lines = [f"# {line}" for line in comments.head]
    lines += ["schema_version = 1", f"workbooks = [{_quoted(workbook)}]"]
    for table in tables:
        lines += ["", "[[table]]", f"sheet = {_quoted(table.sheet)}", f"header_row = {table.header_row}"]
        lines.append(f"unit = {_quoted(table.unit)}" if table.unit else f'# unit = "tkr"  # {comments.unit}')
        lines.append("outlays_are_negative = true" if table.negative else f"# outlays_are_negative = true  # {comments.sign}")
        lines += ["", "[table.columns]", *(f"{_key(field)} = {_quoted(where)}" for field, where in table.columns)]
        lines += [f'# {field} = "?"  # {comments.missing}: {heading}' for field, heading in table.missing]
        lines += [f"# {comments.unknown}: {heading}" for heading in table.unknown]
        lines += ["", "[table.constants]", *(f"{field} = {_quoted(value)}" for field, value in table.constants)]
        lines += [f'# {field} = "?"  # {comments.constant}' for field, _ in table.missing]
    return "\n".join(lines) + "\n"


def _key(field: str) -> str:
    """`outlay.2027` is one key, not a table."""
    return f'"{field}"' if "." in field else field


def _quoted(text: str) -> str:
    """A TOML basic string."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in plain) + '"'
