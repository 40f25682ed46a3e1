"""Personal identity numbers in workbooks: what is read here is passed on to committees, so a person's number has no place in it.

The form and the check digit are Skatteverket's (Luhn, over ten digits; co-ordination numbers add 60 to the day). An organisation number has
20 or more where the month stands and is never taken for one. The number itself is not repeated in the finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from portfolio.errors import Finding, Severity, finding
from portfolio.excel.grid import Cell, Grid

_NUMBER: Final = re.compile(r"(?<![\d.,-])(19|20)?(\d{2})(\d{2})(\d{2})([-+]?)(\d{4})(?!\d|[.,-]\d)")
CO_ORDINATION: Final = 60
"""What co-ordination numbers add to the day."""


def personal_numbers(grids: Iterable[Grid], file: str) -> Iterator[Finding]:
    """A warning for every cell that holds a personal identity number."""
    for grid in grids:
        for row in sorted(grid.rows):
            for cell in grid.cells_in(row):
                if holds_one(cell):
                    yield finding("personal_number", file, grid.place_of(cell), severity=Severity.WARNING)


def holds_one(cell: Cell) -> bool:
    """Whether a cell does. Ten digits on their own are one only in a text: in a number cell they are an amount."""
    if cell.uncached or isinstance(cell.value, bool) or len(cell.text) < 10:
        return False
    in_text = isinstance(cell.value, str)
    return any(_is_one(*m.groups(default="")) and (in_text or m[1] is not None) for m in _NUMBER.finditer(cell.text))


def _is_one(century: str, year: str, month: str, day: str, _sign: str, last: str) -> bool:
    """A day that exists, and a check digit that fits."""
    number = int(day) - CO_ORDINATION if int(day) > CO_ORDINATION else int(day)
    try:
        # without a century a leap year will do: whose 29 February it is cannot be told
        date(int(century + year) if century else 2000, int(month), number)
    except ValueError:
        return False
    doubled = (int(digit) * (2 - n % 2) for n, digit in enumerate(year + month + day + last))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
