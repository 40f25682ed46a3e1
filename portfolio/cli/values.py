"""What an option's value may be: each reads one word of the command line and refuses what makes no sense with a ValueError."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def seconds(value: str) -> float:
    """A time limit in seconds, more than 0 and at most a day."""
    number = float(value.replace(",", "."))
    if not 0 < number <= 86_400:
        raise ValueError(value)
    return number


def amount(value: str) -> Decimal:
    """A number of tonnes, not negative."""
    try:
        number = Decimal(value.replace(",", ".").replace("\u00a0", "").replace(" ", ""))
    except InvalidOperation as fault:
        raise ValueError(value) from fault
    if not (number.is_finite() and number >= 0):
        raise ValueError(value)
    return number


def percent(value: str) -> Decimal:
    """A number of per cent, from 0 to 100, as a share."""
    number = amount(value.removesuffix("%")) / 100
    if number > 1:
        raise ValueError(value)
    return number


def workers(value: str) -> int:
    """A number of worker processes, from 1 to 1,000."""
    number = int(value)
    if not 1 <= number <= 1_000:
        raise ValueError(value)
    return number


def worlds(value: str) -> int:
    """A number of worlds, from 1 to 100,000."""
    number = int(value)
    if not 1 <= number <= 100_000:
        raise ValueError(value)
    return number


def seed(value: str) -> int:
    """A seed of a sample: a whole number from 0."""
    number = int(value)
    if number < 0:
        raise ValueError(value)
    return number


def points(value: str) -> int:
    """A number of points, from 2 to 1,000."""
    number = int(value)
    if not 2 <= number <= 1_000:
        raise ValueError(value)
    return number


def plans(value: str) -> int:
    """A number of plans, from 2 to 1,000."""
    return points(value)
