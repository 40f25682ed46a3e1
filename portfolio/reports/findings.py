"""Findings in a person's language: file, place, value, what is wrong and what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from portfolio.errors import OS_REASONS, Finding, Severity
from portfolio.outcome import FindingLine
from portfolio.text import Text

AS_THEY_STAND = ("count", "year", "first", "last", "row")
"""Parameters that are years, rows or counts, not amounts."""
LONGEST_VALUE = 60
"""Characters of a cell that are shown."""


def finding_line(f: Finding, text: Text) -> FindingLine:
    """The finding with its two sentences from the catalogue."""
    # a count goes with its noun, so the catalogue must see that it is a number; years and rows have no separator
    values = {name: value if name in AS_THEY_STAND and isinstance(value, int) else _figure(value, text) for name, value in f.parameters}
    return FindingLine(
        file=clean(f.file),
        place=clean(f.place),
        value=shortened(f.value),
        severity=f.severity.value,
        message=text(f"finding.{f.code}", **values),
        remedy=text(f"finding.{f.code}_remedy", **values),
    )


def _figure(value: str | int, text: Text) -> str:
    """Whole numbers with the language's thousands separator, text without control characters."""
    if value in OS_REASONS:
        return text(f"os.{value}")
    if isinstance(value, int):
        separator = "\u00a0" if text.lang == "sv" else ","
        return f"{value:,}".replace(",", separator)
    return clean(value)


def clean(value: str) -> str:
    """Text from a workbook, safe to print: control and formatting characters (escapes, direction marks) are dropped."""
    if value.replace("\u00a0", " ").isprintable():
        return value  # nearly always, and much faster
    return "".join(c for c in value if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"} or c in "\u00ad")


def shortened(value: str) -> str:
    """A cell's text on one line, cut when long."""
    line = clean(" ".join(value.split()))
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"


def beside_errors(findings: Sequence[Finding]) -> list[Finding]:
    """What a person needs who must mend errors: notes only about a sheet that has an error; everything when there is none."""
    sheets = {_sheet(f) for f in findings if f.severity is Severity.ERROR}
    return [f for f in findings if not sheets or f.severity is not Severity.NOTE or _sheet(f) in sheets]


def _sheet(f: Finding) -> tuple[str, str]:
    return f.file, f.place.rpartition("!")[0]


def errors_first(lines: Iterable[FindingLine]) -> list[FindingLine]:
    """Errors, then warnings, then notes; each in the order found."""
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(lines, key=lambda line: order[line.severity])
