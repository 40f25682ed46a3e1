"""A value of the planning model in the reader's words: numbers with the language's separators, units and choices from the catalogue.

The decision workbook and the report both say the model's values with it; the key of a value stays as it is in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from portfolio.amounts.sources import limits
from portfolio.planning import Planning
from portfolio.reports.figures import mnkr, number, rate, tonnes
from portfolio.reports.findings import clean
from portfolio.text import LANGUAGES, Text

UNITS: Final = {"t": "t", "ton": "t", "procent": "%", "share": "", "year": ""}
"""Units of a model file that are written in another way, or not at all beside the number."""


def quantity(value: Mapping[str, Any], text: Text) -> tuple[str, str]:
    """A quantity and its unit, money in mnkr; of values by year the one that all have, with its unit, or each."""
    unit = _word(str(value["unit"]), text)
    if "values" not in value:
        return _amount(value["value"], str(value["unit"]), text), unit
    years = sorted((int(year), amount) for year, amount in value["values"].items())
    shown = [_amount(amount, str(value["unit"]), text) for _, amount in years]
    over = {"first": years[0][0], "last": years[-1][0]}
    if len(set(shown)) == 1:
        return text("html.assumptions.every_year", value=_with(shown[0], unit), **over), ""
    return ", ".join(f"{year}: {said}" for (year, _), said in zip(years, shown, strict=True)), unit


def as_stated(value: Mapping[str, Any], text: Text) -> str:
    """A quantity with the number and the unit that the file has: `2.95 %` is `2,95 %` in Swedish, `36 months` is `36 månader`."""
    said, _, unit = str(value["stated"]).partition(" ")
    if unit == "year" or not re.fullmatch(r"-?\d+(\.\d+)?", said):
        return clean(said if unit == "year" else str(value["stated"]))  # made by a programme of one's own, and said in its words
    amount = Decimal(said)
    return _with(number(amount, max(0, -int(amount.as_tuple().exponent)), text.lang), _unit(UNITS.get(unit, unit), text))


def choice(field: str, value: object, text: Text) -> str:
    """A choice of the model: yes or no, a word of ours in the reader's language, a name as it stands; or several of them.

    Args:
        field: the last part of its key, which says what the words mean.
    """
    if isinstance(value, bool):
        return text("excel.word.yes" if value else "excel.word.no")
    if isinstance(value, list | tuple):
        empty = f"workbook.choice.{field}.empty"
        return ", ".join(choice(field, v, text) for v in value) or text(empty if text.has(empty) else "workbook.choice.empty")
    word = f"workbook.choice.{field}.{value}"
    return text(word) if text.has(word) else clean(str(value))


def carries(planning: Planning, source: str, text: Text) -> str:
    """What becomes of what a source does not pay in a year: what is issued is there until it is used, whatever the key says."""
    limit = limits(planning)[source]
    if limit is None:
        return text("workbook.carries.unlimited")
    assert planning.funding is not None
    if planning.funding.sources[source].kind == "bond":
        return text("workbook.carries.bond")
    return choice("carry_forward", limit.carry_forward, text)


def elsewhere(field: str, text: Text) -> bool:
    """The value is only for readers of another language."""
    return field in {f"name_{lang}" for lang in LANGUAGES if lang != text.lang}


def same_every_year(values: Mapping[str, Any]) -> Sequence[tuple[str, Any]]:
    """Amounts by year: years in a row that all have the same as one, `2025–2031`; otherwise each year."""
    years = sorted(values, key=int)
    if len(years) > 1 and len({str(values[y]) for y in years}) == 1 and int(years[-1]) - int(years[0]) == len(years) - 1:
        return [(f"{years[0]}–{years[-1]}", values[years[0]])]
    return [(str(year), values[year]) for year in years]


def _amount(value: Any, unit: str, text: Text) -> str:
    if unit == "kr":
        return mnkr(int(value), text.lang)
    if unit == "t":
        return tonnes(Decimal(str(value)), text.lang)
    if unit == "share":
        return rate(Decimal(str(value)), text.lang)
    return str(value)


def _word(unit: str, text: Text) -> str:
    """The word of a canonical unit beside what `_amount` says."""
    if unit in ("share", "year"):
        return ""
    return text("workbook.mnkr") if unit == "kr" else text(f"workbook.unit.{unit}")


def _unit(unit: str, text: Text) -> str:
    """The word of a unit as a file states it; those of money are the same in every language."""
    return text(f"workbook.unit.{unit}") if text.has(f"workbook.unit.{unit}") else unit


def _with(amount: str, unit: str) -> str:
    return f"{amount} {unit}".rstrip()
