"""Numbers as people type them, to exact decimals; what can be read in two ways is said to be ambiguous and never guessed.

Excel itself keeps and shows 15 significant digits, so a stored float is read to 15 digits: 0.1 + 0.2 of a formula is 0.3.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from portfolio.units import MONEY_ALIASES


class Reading(StrEnum):
    """What a text turned out to be."""

    VALUE = "value"
    EMPTY = "empty"  # blank, or a dash: no value, which is not 0
    AMBIGUOUS = "ambiguous"  # 1.250 is 1,25 or 1 250
    UNIT = "unit"  # a number followed by a unit: 2,5 mkr
    NOT_A_NUMBER = "not_a_number"


@dataclass(frozen=True, slots=True)
class Number:
    """The reading of one text.

    Args:
        reading: what it is.
        value: the number; of an ambiguous text its smaller reading; of `12,5 %` 0.125.
        other: the larger reading of an ambiguous text.
        percent: a per cent sign stood after it.
        unit: `kr`, `tkr`, `mnkr`, `mdkr` or `t` when a unit stood after it.
    """

    reading: Reading
    value: Decimal = Decimal(0)
    other: Decimal = Decimal(0)
    percent: bool = False
    unit: str = ""


_EMPTY: Final = Number(Reading.EMPTY)
_NOT: Final = Number(Reading.NOT_A_NUMBER)
_DASHES: Final = {"-", "\u2212", "\u2013", "\u2014", "\u2012"}
_SPACES: Final = re.compile("[\u00a0\u202f\u2009\u2007\u2008\u200a\u2002\u2003\u2005\u2006\t\r\n]")
_APOSTROPHE: Final = re.compile("(?<=[0-9])['\u2019\u02bc](?=[0-9]{3})")
_PLAIN: Final = re.compile(r"[0-9]+")
_SPACED: Final = re.compile(r"([0-9]{1,3}(?: [0-9]{3})+)(?:[.,]([0-9]+))?")
_ONE_MARK: Final = re.compile(r"([0-9]*)[.,]([0-9]+)")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})+")
_GROUPED_DECIMAL: Final = re.compile(r"([0-9]{1,3}(?:([.,])[0-9]{3})(?:\2[0-9]{3})*)(?!\2)[.,]([0-9]+)")
_TAIL: Final = re.compile(r"^(.*?[0-9)])\s*([^\W\d_][^\W\d_ .]*\.?(?: kr)?)$")
_TONNE_WORDS: Final = {"t", "ton", "tonnes", "tonne"}


def parse_number(text: str) -> Number:
    """Read a text as a number: `1 250,5`, `−1 200`, `(1 200)`, `12,5 %`, `1.250,50`, `1'250`.

    A dash or nothing is no value. One mark before exactly three digits (`1.250`, `12,345`) is ambiguous unless it cannot be a thousands
    mark (`0,125`, `1250,500`, `1 250,500`).
    """
    plain = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if not plain or plain in _DASHES:
        return _EMPTY
    plain = _APOSTROPHE.sub(" ", plain)
    tail = _TAIL.match(plain)
    if tail is not None:
        return _with_unit(tail[1], tail[2])
    percent = plain.endswith("%")
    if percent:
        plain = plain[:-1].rstrip()
    negative, digits = _sign(plain)
    number = _magnitude(digits)
    if number.reading not in (Reading.VALUE, Reading.AMBIGUOUS):
        return number
    scale = (-1 if negative else 1) * (Decimal("0.01") if percent else Decimal(1))
    return Number(number.reading, number.value * scale, number.other * scale, percent)


def parse_float(value: float) -> Decimal:
    """A number stored by Excel, exact to the 15 significant digits that Excel keeps.

    Raises:
        ValueError: not a finite number.
    """
    decimal = Decimal(format(value, ".15g"))
    if not decimal.is_finite():
        raise ValueError(f"{value} is not finite")
    return decimal


def _with_unit(head: str, word: str) -> Number:
    unit = "t" if word.casefold() in _TONNE_WORDS else MONEY_ALIASES.get(word.casefold().rstrip("."), "")
    number = parse_number(head)
    if not unit or number.reading is not Reading.VALUE or number.percent:
        return _NOT
    return Number(Reading.UNIT, number.value, unit=unit)


def _sign(text: str) -> tuple[bool, str]:
    # at most one sign: in front, as parentheses, or behind as ledgers print it
    if text.startswith("(") and text.endswith(")"):
        return True, text[1:-1].strip()
    if text[:1] in _DASHES:
        return True, text[1:].lstrip()
    if text[-1:] in _DASHES:
        return True, text[:-1].rstrip()
    return False, text[1:].lstrip() if text.startswith("+") else text


def _magnitude(text: str) -> Number:
    if _PLAIN.fullmatch(text):
        return Number(Reading.VALUE, Decimal(text))
    if spaced := _SPACED.fullmatch(text):
        return Number(Reading.VALUE, Decimal(f"{spaced[1].replace(' ', '')}.{spaced[2] or 0}") + 0)
    if one := _ONE_MARK.fullmatch(text):
        return _one_mark(one[1], one[2])
    if _GROUPED.fullmatch(text):
        return Number(Reading.VALUE, Decimal(re.sub("[.,]", "", text)))
    if both := _GROUPED_DECIMAL.fullmatch(text):
        return Number(Reading.VALUE, Decimal(f"{re.sub('[.,]', '', both[1])}.{both[3]}"))
    return _NOT


def _one_mark(whole: str, decimals: str) -> Number:
    value = Decimal(f"{whole or 0}.{decimals}")
    # a thousands group has 1-3 digits before it and never begins with 0
    if len(decimals) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        return Number(Reading.AMBIGUOUS, value, Decimal(whole + decimals))
    return Number(Reading.VALUE, value)
