"""Operating charge of one investment: depreciation, release, internal rate, what is expensed, operating effect (docs/method.md).

Straight-line nominal method, from the year after commissioning (SKR, RKR R4; grants released over the same life, RKR R2).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from portfolio.amounts.support import counted_grant, entitled, partners, whole
from portfolio.planning import Planning
from portfolio.records import Investment


@dataclass(frozen=True, slots=True)
class Charge:
    """The charge of one year (kr): its parts, whose sum it is."""

    depreciation: int = 0
    release: int = 0
    internal_rate: int = 0
    expensed: int = 0
    operating: int = 0

    @property
    def total(self) -> int:
        """Sum of the parts (kr)."""
        return self.depreciation + self.release + self.internal_rate + self.expensed + self.operating


class Charges:
    """Operating charges of one investment at 100 per cent, by year after its start.

    Args:
        rate: internal rate a year; 0.025 is 2.5 %.
    """

    def __init__(self, investment: Investment, planning: Planning, rate: Decimal) -> None:
        self._investment = investment
        self._step = whole(investment)
        self._rate = Fraction(rate)
        self._gross = investment.total_outlay
        self._support = counted_grant(investment, planning) + investment.partner
        supports = zip(investment.outlay, entitled(investment, planning), partners(investment, planning), strict=True)
        self._net = tuple(kr - grant - partner for kr, grant, partner in supports)

    def after(self, years: int) -> Charge:
        """The charge `years` years after the start (0 is the year of the start)."""
        built = len(self._investment.outlay)
        if years < built:
            return Charge(expensed=0 if self._investment.capitalised or years < 0 else self._net[years])
        k, life, operating = years - built, self._investment.life, self._investment.operating
        if k >= life or not self._investment.capitalised:
            return Charge(operating=operating)
        book_value = (self._gross - self._upto(self._gross, k)) - (self._support - self._upto(self._support, k))
        return Charge(
            depreciation=self._upto(self._gross, k + 1) - self._upto(self._gross, k),
            release=self._upto(self._support, k) - self._upto(self._support, k + 1),
            internal_rate=round(self._rate * book_value / self._step) * self._step,
            operating=operating,
        )

    def _upto(self, amount: int, years: int) -> int:
        """What of an amount has been written off in the first `years` years of the useful life."""
        return amount * years // self._investment.life // self._step * self._step
