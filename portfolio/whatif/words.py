"""What has been changed, in words: for the screen, and for the description of the scenario that is saved."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from portfolio.excel.numbers import Reading, parse_number
from portfolio.records import Investment, Lock, LockKind, Status
from portfolio.reports.figures import number
from portfolio.reports.findings import clean
from portfolio.text import Text
from portfolio.units import KRONOR_PER
from portfolio.whatif.edits import Amounts, Edits

if TYPE_CHECKING:
    from portfolio.whatif.question import Basis


def lock_word(lock: Lock, text: Text) -> str:
    """A lock in one word: `måste`, `aldrig`, `start 2027`, `fri`."""
    return text(f"whatif.lock.{lock.kind.value}", year=str(lock.year))


def held_word(investment: Investment, lock: Lock, text: Text) -> str:
    """What holds for an investment: a committed one is started whatever is not `never`."""
    if investment.status is Status.COMMITTED and lock.kind in (LockKind.FREE, LockKind.MUST):
        return text("whatif.lock.committed")
    return lock_word(lock, text)


def change_lines(edits: Edits, basis: Basis, text: Text) -> Iterator[str]:
    """Every change, the money first."""
    for name, now, before in (("frame", edits.frames, basis.frames), ("mandate", edits.mandate, basis.mandate)):
        if now is not None and before is not None:
            yield text(f"whatif.changed.{name}", amounts=_by_year(now, before, text))
    for id, lock in sorted(edits.locks.items()):
        word = lock_word(lock, text)
        record = basis.investments[id]
        before_word = held_word(record, record.lock, text)
        name = clean(record.name)
        yield text("whatif.changed.lock", id=clean(id), name=name, now=word, before=before_word)


def _by_year(now: Amounts, before: Amounts, text: Text) -> str:
    """The years that differ; one amount when every year has the same and had the same."""
    if len({*now.values()}) == 1 and len({*before.values()}) == 1:
        return text("whatif.changed.every", now=exact(next(iter(now.values())), text), before=exact(next(iter(before.values())), text))
    years = [year for year in sorted(now) if now[year] != before.get(year)]
    return ", ".join(text("whatif.changed.year", year=str(y), now=exact(now[y], text), before=exact(before.get(y, 0), text)) for y in years)


def exact(kronor: int, text: Text) -> str:
    """An amount in the unit asked for, with all the decimals that it has."""
    step = KRONOR_PER[text.unit]
    decimals = next(d for d in range(len(str(step))) if kronor * 10**d % step == 0)
    return number(Decimal(kronor) / step, decimals, text.lang)


def typed(kronor: int, text: Text) -> str:
    """An amount as it can be typed and read back: a comma between thousands would be read as a decimal comma."""
    return exact(kronor, text).replace(",", "") if text.lang == "en" else exact(kronor, text)


def read_amount(said: str, text: Text) -> int | None:
    """Kronor that somebody has typed, in the unit asked for or with a unit of its own; None for what is no whole amount of kronor."""
    number = parse_number(said)
    if number.percent or number.reading not in (Reading.VALUE, Reading.UNIT):
        return None
    unit = number.unit if number.reading is Reading.UNIT else text.unit
    if unit not in KRONOR_PER:
        return None
    kronor = number.value * KRONOR_PER[unit]
    return int(kronor) if kronor == kronor.to_integral_value() and kronor >= 0 else None
