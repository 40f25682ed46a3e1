"""A constraint that is broken, in one line: which, where, by how much."""

from __future__ import annotations

from collections.abc import Sequence

from portfolio.outcome import Check
from portfolio.reports.figures import in_unit, tonnes
from portfolio.reports.findings import clean
from portfolio.text import Text

HOW = {"≤": "over", "≥": "under", "=": "differs"}
"""How a relation is broken."""


def broken(breaches: Sequence[Check], text: Text) -> str:
    """How many limits are broken: one that is broken in five years is `1 villkor, 5 år`, and not five."""
    limits = {(c.constraint, c.subject, c.unit) for c in breaches}
    years = {c.year for c in breaches if c.year is not None}
    if len(breaches) == len(limits) or not years:
        return text("terminal.broken.limits", count=len(limits))
    return text("terminal.broken.years", count=len(limits), span=len(years))


def breach_line(check: Check, text: Text) -> str:
    """`Planens ram 2027: 12,3 mnkr över gränsen`."""
    where = " ".join(str(x) for x in (clean(check.subject), check.year or "") if x)
    amount = in_unit(-int(check.slack), text) if check.unit == "kr" else tonnes(-check.slack, text.lang)
    unit = text("terminal.unit.mnkr") if check.unit == "kr" else text(f"audit.unit.{check.unit}")
    said = text(f"terminal.breach.{HOW[check.relation]}", amount=f"{amount} {unit}")
    return f"{' '.join(x for x in (text(f'constraint.{check.constraint}.name'), where) if x)}: {said}"
