"""The one sentence of a decision, from its catalogue name and values."""

from __future__ import annotations

from decimal import Decimal

from portfolio.outcome import Decision
from portfolio.reports.figures import in_unit, per_mnkr, tonnes
from portfolio.text import Text

OF_A_YEAR = ("limits", "together_limits")
"""Reasons that name a limit, which may be one of a year."""


def sentence(decision: Decision, text: Text) -> str:
    """The reason in the reader's language; empty when the decision carries none."""
    if not decision.reason:
        return ""
    values = {name: _shown(name, value, text) for name, value in decision.reason_values.items()}
    return text(f"reason.{decision.reason}" + ("_year" if decision.reason in OF_A_YEAR and "year" in values else ""), **values)


def _shown(name: str, value: str | int, text: Text) -> str:
    if name == "constraint":
        return text(f"constraint.{value}.name")
    if name.endswith("_kr"):
        return in_unit(int(value), text)
    if name.endswith("_t"):
        return tonnes(Decimal(value), text.lang)
    if name.endswith("_ratio"):
        return per_mnkr(Decimal(value), text.lang)
    return str(value)
