"""The rows of an audit: exact comparison of two sides, and one line for what was checked piece by piece and held."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from portfolio.outcome import Check
from portfolio.units import TICKS_PER_TONNE

Exact = int | Fraction
"""A figure without rounding: kronor, ticks of 10 g, counts or years."""
Relation = Literal["≤", "=", "≥"]
Unit = Literal["kr", "t", "investments", "starts", "changes", "year", "percent", "figures"]


def to_decimal(value: Exact) -> Decimal:
    """The figure as a decimal: exact when it has one, otherwise to 28 digits (only for show; the verdict is taken before)."""
    return Decimal(value) if isinstance(value, int) else Decimal(value.numerator) / Decimal(value.denominator)


def ticks(tonnes: Decimal) -> Exact:
    """Stated tonnes in ticks of 10 g: an integer, or a fraction when the figure is finer than a tick."""
    numerator, denominator = tonnes.as_integer_ratio()
    whole, rest = divmod(numerator * TICKS_PER_TONNE, denominator)
    return whole if rest == 0 else Fraction(numerator * TICKS_PER_TONNE, denominator)


class Sheet:
    """Gathers the checks of one audit. Both sides are exact; tonnes are given in ticks of 10 g and shown in tonnes."""

    def __init__(self) -> None:
        self.checks: list[Check] = []

    def compare(self, constraint: str, subject: str, year: int | None, left: Exact, relation: Relation, right: Exact, unit: Unit) -> bool:
        """Write one row and tell whether it holds. Slack is what is left before the relation breaks, negative when it is broken."""
        over: Exact = left - right
        slack: Exact = over if relation == "≥" else -over if relation == "≤" else -max(over, -over)
        scale = TICKS_PER_TONNE if unit == "t" else 1
        sides = [to_decimal(Fraction(x, scale) if scale > 1 else x) for x in (left, right, slack)]
        self.checks.append(
            Check(
                constraint=constraint,
                subject=subject,
                year=year,
                relation=relation,
                left=sides[0],
                right=sides[1],
                slack=sides[2],
                unit=unit,
                holds=slack >= 0,
            )
        )
        return slack >= 0


class Tally:
    """Many small checks of one constraint: every breach is a row of its own, what holds is counted in a single row."""

    def __init__(self, sheet: Sheet, constraint: str, unit: Unit = "investments") -> None:
        self._sheet, self._constraint, self._unit = sheet, constraint, unit
        self.checked = self.breached = 0

    def check(self, subject: str, year: int | None, left: Exact, relation: Relation, right: Exact, unit: Unit) -> None:
        """Count a check that holds; write the row of one that does not."""
        self.checked += 1
        holds = left <= right if relation == "≤" else left >= right if relation == "≥" else left == right
        if not holds:
            self.breached += 1
            self._sheet.compare(self._constraint, subject, year, left, relation, right, unit)

    def demand(self, subject: str, year: int | None, holds: bool) -> None:
        """A check without figures: 1 = 1 when it holds, 0 = 1 when it does not."""
        self.check(subject, year, int(holds), "=", 1, self._unit)

    def close(self) -> None:
        """Write the one row for everything that held, unless nothing was checked or something was breached."""
        if self.checked and not self.breached:
            self._sheet.compare(self._constraint, "", None, self.checked, "=", self.checked, self._unit)


def joined(names: Iterable[str]) -> str:
    """Several subjects in one cell, in order of name."""
    return ", ".join(sorted(names))
