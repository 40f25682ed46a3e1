"""A curve in the terminal, in characters that every code page has; exact integers, no drawing library."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

Exact = int | Decimal

ROWS = 14
"""Lines of the plot, axis not counted."""


class Mark(NamedTuple):
    """A point and the character that shows it."""

    x: Exact
    y: Exact
    sign: str = "*"


class Axes(NamedTuple):
    """The labels of the ends: x from left to right, y from bottom to top."""

    x: tuple[str, str]
    y: tuple[str, str]


def plot(marks: Sequence[Mark], axes: Axes, width: int, rows: int = ROWS) -> list[str]:
    """Lines of at most `width` characters. Where two marks share a place, the one that is not `*` is shown."""
    edge = max(len(label) for label in axes.y)
    columns = max(20, width - edge - 2)
    low, high = _ends([m.x for m in marks])
    bottom, top = _ends([m.y for m in marks])
    cells: dict[tuple[int, int], str] = {}
    for mark in marks:
        place = _place(mark.x, low, high, columns), _place(mark.y, bottom, top, rows)
        if cells.get(place, "*") == "*":
            cells[place] = mark.sign
    labels = {rows - 1: axes.y[1], 0: axes.y[0]}
    lines = []
    for row in range(rows - 1, -1, -1):
        drawn = "".join(cells.get((column, row), " ") for column in range(columns))
        lines.append(f"{labels.get(row, ''):>{edge}} |{drawn}".rstrip())
    lines.append(" " * edge + " +" + "-" * columns)
    room = columns - len(axes.x[0]) - len(axes.x[1])
    lines.append(" " * (edge + 2) + axes.x[0] + " " * max(1, room) + axes.x[1])
    return lines


def _ends(values: Sequence[Exact]) -> tuple[Fraction, Fraction]:
    return Fraction(min(values)), Fraction(max(values))


def _place(value: Exact, low: Fraction, high: Fraction, steps: int) -> int:
    """0 at `low`, steps − 1 at `high`."""
    return round((Fraction(value) - low) / (high - low) * (steps - 1)) if high > low else 0
