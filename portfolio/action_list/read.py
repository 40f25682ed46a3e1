"""The export of a planning tool, CSV or JSON, as plain records. Text is text, numbers are exact, nothing is interpreted yet."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from portfolio.action_list.mapping import Mapping
from portfolio.errors import InputError, finding, os_reason

Plain = str | int | Decimal | bool | None
MOST_BYTES: Final = 20_000_000
MOST_RECORDS: Final = 10_000
"""What a city's whole plan is far below; more is another file by mistake."""
DELIMITERS: Final[tuple[str, ...]] = (";", ",", "\t", "|")


@dataclass(frozen=True)
class Action:
    """One action of the list: `at` is where it stands (`3`, the row; `results[2]`), `data` a CSV row or a JSON object."""

    at: str
    data: dict[str, Any]

    def get(self, place: str) -> Plain:
        """What stands at a place; None when there is nothing there, a list is its texts with commas between.

        A CSV heading is its place as it stands, dots and all.
        """
        if place in self.data:
            return _plain(self.data[place])
        found: Any = self.data
        for part in place.split("."):
            if isinstance(found, dict):
                found = found.get(part)
            elif isinstance(found, list) and part.isdigit():
                found = found[int(part)] if int(part) < len(found) else None
            else:
                return None
        return _plain(found)


def _plain(found: Any) -> Plain:
    if isinstance(found, list):
        return ", ".join(str(x) for x in found if isinstance(x, str | int | Decimal))
    return found if isinstance(found, str | int | Decimal | bool) else None


def read_actions(path: Path, mapping: Mapping) -> list[Action]:
    """All actions of an export, in its order; what the file is follows from its name (.json, otherwise CSV).

    Raises:
        InputError: it cannot be read, is not what it seems, or has no actions.
    """
    file = path.as_posix()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError([finding("actions_too_large", file, limit=MOST_BYTES // 1_000_000)])
        content = path.read_bytes()
    except OSError as fault:
        raise InputError([finding("actions_unreadable", file, reason=os_reason(fault))]) from fault
    text = _decoded(content)
    actions = _json(file, text, mapping) if path.suffix.casefold() == ".json" else _csv(file, text, mapping)
    if not actions:
        raise InputError([finding("actions_none", file, mapping.records)])
    if len(actions) > MOST_RECORDS:
        raise InputError([finding("actions_too_many", file, actions=len(actions), limit=MOST_RECORDS)])
    return actions


def _decoded(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, otherwise the Windows code page of western Europe."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _json(file: str, text: str, mapping: Mapping) -> list[Action]:
    try:
        # a number as it is written, never a float
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as fault:
        raise InputError([finding("actions_syntax", file, reason=str(fault))]) from fault
    for part in mapping.records.split(".") if mapping.records else ():
        found = found.get(part) if isinstance(found, dict) else None
    if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
        raise InputError([finding("actions_no_list", file, mapping.records)])
    return [Action(f"{mapping.records}[{n}]", item) for n, item in enumerate(found)]


def _csv(file: str, text: str, mapping: Mapping) -> list[Action]:
    first = text.partition("\n")[0]
    marks = sorted(DELIMITERS, key=first.count, reverse=True)  # the one that the headings have most of stands first
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter or marks[0], strict=True))
    except csv.Error as fault:
        raise InputError([finding("actions_syntax", file, reason=str(fault))]) from fault
    headings = [h.strip() for h in rows[0]] if rows else []
    actions = []
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            actions.append(Action(str(number), dict(zip(headings, (cell.strip() for cell in row), strict=False))))
    return actions
