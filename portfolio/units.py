"""The three units of the programme and how people write them.

Money is integer kronor (SEK), exact. Tonnes (t CO2e) are exact decimals; inside the programme they are integer *ticks* of 10 g, so that
whole kilograms times whole per cent stay integers. Floats exist only inside the solver.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Final, Literal

KRONOR_PER: Final[dict[str, int]] = {"kr": 1, "tkr": 1_000, "mnkr": 1_000_000, "mdkr": 1_000_000_000}
"""Kronor in one unit of money (glossary: tkr, mnkr, mdkr)."""

MONEY_ALIASES: Final[dict[str, str]] = {
    "kr": "kr", "sek": "kr", "kronor": "kr",
    "tkr": "tkr", "tsek": "tkr", "ksek": "tkr", "kkr": "tkr",
    "mnkr": "mnkr", "mkr": "mnkr", "msek": "mnkr", "mkronor": "mnkr", "milj kr": "mnkr",
    "mdkr": "mdkr", "mdr": "mdkr", "mdsek": "mdkr", "bnsek": "mdkr",
}  # fmt: skip
"""Spellings found in Swedish budget workbooks, lower case, to the unit they mean."""

TICKS_PER_TONNE: Final = 100_000
"""Ticks (10 g) in one tonne: 1 t = 1,000 kg = 100,000 ticks."""

TICKS_PER_KILOGRAM: Final = 100

MoneyUnit = Literal["kr", "tkr", "mnkr", "mdkr"]


def kilograms(tonnes: Decimal) -> int:
    """Tonnes (t) to whole kilograms, half to even: the precision in which yearly effects are counted."""
    return int((tonnes * 1000).to_integral_value(rounding=ROUND_HALF_EVEN))


def tonnes_from_ticks(ticks: int) -> Decimal:
    """Ticks (10 g) to tonnes (t), exact, without trailing zeros."""
    return Decimal(ticks).scaleb(-5).normalize() + 0 if ticks else Decimal(0)


def decimal_of(exact: Fraction) -> Decimal:
    """A fraction to the decimals that are kept (28 digits)."""
    return Decimal(exact.numerator) / exact.denominator


def ticks_from_tonnes(tonnes: Decimal) -> int:
    """Tonnes (t) to ticks (10 g).

    Raises:
        ValueError: the figure has more than five decimals and is therefore not one of ours.
    """
    ticks = tonnes.scaleb(5)
    if ticks != ticks.to_integral_value():
        raise ValueError(f"{tonnes} t is finer than 10 g")
    return int(ticks)


def stated(kronor: int, like: str) -> str:
    """An amount (kr) in the unit of an amount as a file states it: `-0.5 mnkr` for 500,000 kr below nothing, like `7_000 mnkr`."""
    unit = like.rsplit(maxsplit=1)[-1]
    return f"{(Decimal(kronor) / KRONOR_PER[unit]).normalize():f} {unit}"
