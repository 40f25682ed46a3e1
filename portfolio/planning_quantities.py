"""One quantity of a model file, `{ value = 6_600, unit = "mnkr", source = "…" }`: in its canonical unit, exactly, or what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any, Final

from portfolio.errors import Finding, finding
from portfolio.planning import (
    Count,
    CountByYear,
    Money,
    MoneyByYear,
    Rate,
    SectorTonnes,
    ShareValue,
    Sourced,
    Tonnes,
    TonnesByYear,
)
from portfolio.units import KRONOR_PER

SHARES: Final[Mapping[str, Decimal]] = {"share": Decimal(1), "%": Decimal("0.01"), "procent": Decimal("0.01")}
TONNES: Final[Mapping[str, Decimal]] = {"t": Decimal(1), "ton": Decimal(1), "kt": Decimal(1000)}
MONEY: Final[Mapping[str, Decimal]] = {unit: Decimal(kr) for unit, kr in KRONOR_PER.items()}
UNITS: Final[Mapping[type[Sourced], tuple[str, Mapping[str, Decimal]]]] = {
    Money: ("kr", MONEY),
    MoneyByYear: ("kr", MONEY),
    Tonnes: ("t", TONNES),
    SectorTonnes: ("t", TONNES),
    TonnesByYear: ("t", TONNES),
    ShareValue: ("share", SHARES),
    Rate: ("share", SHARES),
}
"""Canonical unit and accepted units of each kind of value; a count's unit follows from its key."""
COUNTED: Final[Mapping[str, str]] = {
    "first_year": "year",
    "last_year": "year",
    "effects_until": "year",
    "target_year": "year",
    "base_year": "year",
    "latest_year": "year",
    "delay": "years",
    "starts": "starts",
    "changes": "changes",
    "allocation_months": "months",
    "look_back": "months",
    "year": "year",
    "matures": "year",
}
"""The only unit that a count can have, by its key (a year is no number of starts)."""
BY_YEAR: Final = (MoneyByYear, TonnesByYear, CountByYear)
WHOLE: Final = (Money, MoneyByYear, Count, CountByYear)
SHARES_KEPT: Final = (ShareValue, Rate)
EXACT: Final = Context(prec=400)
"""Far more digits than a figure up to `LARGEST` is written with, so that no product is rounded."""
LARGEST: Final = Decimal(10) ** 15
"""A figure beyond this, in any unit, is a slip of the keyboard."""

NO_SOURCE: Final = "–"
"""Stands for a source that is not given, which is a finding, so that the value is checked all the same."""

Table = dict[str, Any]


@dataclass(slots=True)
class Reading:
    """What reading one file needs to know: its name, the plan years that a single value stands for, and the findings so far."""

    file: str
    years: range
    findings: list[Finding] = field(default_factory=list)
    effect_years: range = range(0)

    def years_at(self, place: str) -> range:
        """Years that a single value at `place` stands for: operating charges go on after the plan years, and so do their limits."""
        return self.effect_years if place.startswith("operating_charge.") and self.effect_years else self.years


def read_quantity(kind: type[Sourced], value: Any, place: str, reading: Reading) -> Table | None:
    """The quantity at the key `place`, in the canonical unit; None after a finding, unless it is about the source alone."""
    file, findings = reading.file, reading.findings
    if not isinstance(value, dict):
        findings.append(finding("quantity_expected", file, place, value))
        return None
    before = len(findings)
    canonical, units = _units(kind, place)
    unit, source = value.get("unit"), value.get("source")
    if not isinstance(unit, str):
        findings.append(finding("model_unit_missing", file, f"{place}.unit", "" if unit is None else unit, units=", ".join(units)))
    elif unit not in units:
        findings.append(finding("unit_wrong", file, f"{place}.unit", unit, units=", ".join(units)))
    if not isinstance(source, str) or not source.strip():
        findings.append(finding("source_missing", file, f"{place}.source", "" if source is None else source))
        value = {**value, "source": NO_SOURCE}
    if not isinstance(value.get("illustrative", False), bool):
        findings.append(finding("true_or_false", file, f"{place}.illustrative", value["illustrative"]))
    if "stated" in value:
        findings.append(finding("key_unknown", file, f"{place}.stated", value["stated"]))
    factor = units.get(unit, Decimal(1)) if isinstance(unit, str) else Decimal(1)
    made = {k: v for k, v in value.items() if k not in ("value", "values")} | {
        "unit": canonical,
        "stated": f"{value.get('value', '')} {unit}".strip(),
    }
    made |= _by_year(kind, value, factor, place, reading) if kind in BY_YEAR else _single(kind, value, factor, place, reading)
    return made if all(f.code == "source_missing" for f in findings[before:]) else None


def _units(kind: type[Sourced], place: str) -> tuple[str, Mapping[str, Decimal]]:
    """Canonical unit and the units that may be written."""
    if kind in UNITS:
        return UNITS[kind]
    unit = next(COUNTED[key] for key in reversed(place.split(".")) if key in COUNTED)
    return unit, {unit: Decimal(1)}


def _single(kind: type[Sourced], value: Table, factor: Decimal, place: str, reading: Reading) -> Table:
    if "values" in value:
        reading.findings.append(finding("value_by_year_here", reading.file, f"{place}.values"))
        return {}
    if "value" not in value:
        reading.findings.append(finding("key_missing", reading.file, f"{place}.value"))
        return {}
    return {"value": _number(kind, value["value"], factor, f"{place}.value", reading)}


def _by_year(kind: type[Sourced], value: Table, factor: Decimal, place: str, reading: Reading) -> Table:
    """`values` by year, or one `value` that stands for every plan year."""
    if "value" in value and "values" in value:
        reading.findings.append(finding("value_twice", reading.file, f"{place}.value", value["value"]))
        return {}
    if "value" in value:
        number = _number(kind, value["value"], factor, f"{place}.value", reading)
        return {"values": dict.fromkeys(reading.years_at(place), number)}
    if not isinstance(value.get("values"), dict):
        shown = value.get("values", "")
        reading.findings.append(finding("values_missing", reading.file, f"{place}.values", shown))
        return {}
    values: dict[int, int | Decimal | None] = {}
    for year, amount in value["values"].items():
        if re.fullmatch("[0-9]{4}", year):
            values[int(year)] = _number(kind, amount, factor, f"{place}.values.{year}", reading)
        else:
            reading.findings.append(finding("year_expected", reading.file, f"{place}.values.{year}", year))
    return {"values": values}


def _number(kind: type[Sourced], value: Any, factor: Decimal, place: str, reading: Reading) -> int | Decimal | None:
    """A number times the unit's factor: whole kronor and counts, shares from 0 to 1, tonnes never negative; None after a finding."""
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    exact = Decimal(value) if is_number else Decimal("NaN")
    if not exact.is_finite() or abs(exact) > LARGEST:
        code = "number_expected"
    elif kind in WHOLE and (scaled := EXACT.multiply(exact, factor)) != scaled.to_integral_value():
        code = "not_whole"
    elif kind in SHARES_KEPT and not 0 <= EXACT.multiply(exact, factor) <= 1:
        code = "rate_outside"
    elif exact < 0 and _never_negative(kind, place):
        code = "amount_negative"
    else:
        scaled = EXACT.multiply(exact, factor)
        return int(scaled) if kind in WHOLE else scaled
    reading.findings.append(finding(code, reading.file, place, value))
    return None


def _never_negative(kind: type[Sourced], place: str) -> bool:
    """Tonnes and counts; only a scenario may move a start window backwards (`investments.<id>.delay`)."""
    return kind in (Tonnes, SectorTonnes, TonnesByYear) or (kind in (Count, CountByYear) and not place.startswith("investments."))
