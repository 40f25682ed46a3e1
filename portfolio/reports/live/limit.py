"""A limit that a decision can break, as formulas."""

from __future__ import annotations

from dataclasses import dataclass

from portfolio.excel.decision_workbook import Value


@dataclass(frozen=True)
class Limit:
    """A limit: formulas for both sides, with what they are for the recommended plan (kr, t, years or a number).

    Attributes:
        applies: a condition; where it is not met the limit has nothing to say.
        known: a condition; where it is not met a side is a word, there is no slack, and the limit is broken.
        about: the investment whose decision it is about, as on the sheet of decisions.
    """

    constraint: str
    subject: str
    year: int | None
    left: str
    relation: str
    right: str
    unit: str
    now: tuple[Value, Value]
    applies: str = ""
    known: str = ""
    about: str = ""
