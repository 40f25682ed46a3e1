"""Figures as people read them: kronor in mnkr with one decimal (tkr and kr with none), tonnes with none, ratios in tonnes per mnkr.

Swedish: decimal comma, non-breaking space between thousands. English: decimal point, comma between thousands. Rounded only here, a half
away from zero, as the number formats of Excel do: the same figure looks the same in every output.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from portfolio.text import Lang, Text
from portfolio.units import KRONOR_PER, MoneyUnit

MNKR = 1_000_000
MINUS = "−"
DECIMALS: Final[dict[MoneyUnit, int]] = {"kr": 0, "tkr": 0, "mnkr": 1, "mdkr": 1}
"""Decimals of an amount in each unit."""


def rounded(value: Decimal | int, decimals: int) -> Decimal:
    """A figure as it is shown."""
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number(value: Decimal | int, decimals: int, lang: Lang) -> str:
    """A number with the language's separators."""
    shown = rounded(value, decimals)
    sign = MINUS if shown < 0 else ""
    plain = f"{abs(shown):,.{decimals}f}"
    if lang == "sv":
        plain = plain.replace(",", "\u00a0").replace(".", ",")
    return sign + plain


def kronor(value: int, lang: Lang) -> str:
    """Whole kronor."""
    return number(value, 0, lang)


def mnkr(value: int, lang: Lang) -> str:
    """Kronor in mnkr, one decimal: in files, whose unit is always that."""
    return number(Decimal(value) / MNKR, 1, lang)


def in_unit(value: int, text: Text) -> str:
    """Kronor in the unit that the text is in; the word of the unit stands in the message."""
    return number(Decimal(value) / KRONOR_PER[text.unit], DECIMALS[text.unit], text.lang)


def finest(text: Text) -> int:
    """Kronor in the last figure of an amount."""
    step: int = KRONOR_PER[text.unit] // 10 ** DECIMALS[text.unit]
    return step


def tonnes(value: Decimal | int, lang: Lang) -> str:
    """Tonnes, no decimals."""
    return number(value, 0, lang)


def per_mnkr(tonnes_per_krona: Decimal, lang: Lang, more: int = 0) -> str:
    """Tonnes per krona as tonnes per mnkr, three significant digits at least, and so many decimals more."""
    value = tonnes_per_krona * MNKR
    return number(value, (0 if abs(value) >= 100 else 1) + more, lang)


def share(value: Decimal, lang: Lang) -> str:
    """A share (0–1) in per cent."""
    percent = value * 100
    decimals = 0 if percent == percent.to_integral_value() else 1
    return number(percent, decimals, lang) + ("\u00a0%" if lang == "sv" else "%")


def rate(value: Decimal, lang: Lang) -> str:
    """A rate a year (0–1) in per cent, with the decimals that it has: 2,95 %."""
    percent = (value * 100).normalize()
    return number(percent, max(0, -int(percent.as_tuple().exponent)), lang) + ("\u00a0%" if lang == "sv" else "%")


def moment(created: str) -> str:
    """When a run was made, as people write it: `2025-01-31 09:15 UTC`; empty for a run without a stamp."""
    return f"{created[:10]} {created[11:16]} UTC" if created else ""
