"""The rows of the standard workbook that an action list fills, each amount exact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from portfolio.action_list.mapping import FIELDS, Mapping
from portfolio.action_list.read import Action, Plain
from portfolio.errors import Finding, Severity, finding
from portfolio.excel.columns import Kind, normal, normal_id, yes_no
from portfolio.excel.numbers import Reading, parse_number
from portfolio.excel.standard import Row
from portfolio.text import Lang
from portfolio.units import KRONOR_PER, MoneyUnit

YEAR: Final = re.compile(r"(\d{4})(?:-\d\d(?:-\d\d.*)?)?")
"""`2027`, `2027-03` or `2027-03-01T…`."""
NUMBERS: Final = (Kind.MONEY, Kind.TONNES, Kind.PERCENT, Kind.YEARS)


@dataclass
class Rows:
    """What an action list becomes.

    Attributes:
        skipped: actions that the mapping leaves out.
        empty: fields that every investment with tonnes must have and no action has.
    """

    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    skipped: int = 0
    empty: tuple[str, ...] = ()


class _Filling:
    """One list on its way into rows."""

    def __init__(self, file: str, mapping: Mapping, years: range, unit: MoneyUnit, lang: Lang) -> None:
        self.file, self.mapping, self.years, self.unit, self.lang = file, mapping, years, unit, lang
        self.made = Rows()

    def fault(self, code: str, action: Action, place: str, value: object, **parameters: str | int) -> None:
        self.made.findings.append(finding(code, self.file, f"{action.at}: {place}", value, Severity.ERROR, **parameters))

    def number(self, action: Action, place: str, value: Plain, *, money: bool) -> Decimal | None:
        """A number, money in the workbook's unit; None and a finding when it is none."""
        unit = self.mapping.unit
        if isinstance(value, str):
            read = parse_number(value)
            if read.reading is Reading.EMPTY:
                return None
            if money and read.reading is Reading.UNIT and read.unit in KRONOR_PER:
                unit = read.unit  # type: ignore[assignment]
            elif read.reading is not Reading.VALUE and not (read.reading is Reading.UNIT and read.unit == "t" and not money):
                self.fault("action_ambiguous" if read.reading is Reading.AMBIGUOUS else "action_not_number", action, place, value)
                return None
            exact = read.value * 100 if read.percent else read.value
        elif isinstance(value, bool) or value is None:
            return None
        else:
            exact = Decimal(value)
        if not money:
            return exact
        kronor = exact * KRONOR_PER[unit]
        if kronor != kronor.to_integral_value():
            self.fault("action_part_krona", action, place, value)
        return kronor / KRONOR_PER[self.unit]

    def year(self, action: Action, place: str, value: Plain) -> int | None:
        """A year, or the year of a date."""
        if value is None or value == "":
            return None
        found = YEAR.fullmatch(str(value).strip())
        if found is None:
            self.fault("action_not_year", action, place, value)
            return None
        return int(found[1])

    def cell(self, action: Action, name: str, place: str) -> str | int | Decimal | None:
        value = action.get(place)
        column = FIELDS[name]
        if isinstance(value, str) and name in self.mapping.words:
            known = {normal(k): v for k, v in self.mapping.words[name].items()}
            value = known.get(normal(value), value)
        if column.kind is Kind.YEAR:
            return self.year(action, place, value)
        if column.kind in NUMBERS:
            return self.number(action, place, value, money=column.kind is Kind.MONEY)
        if isinstance(value, bool):
            return yes_no(value, self.lang)
        return " ".join(str(value).split()) if value is not None and value != "" else None

    def outlays(self, action: Action) -> Row:
        """What the outlay columns say; a total is spread evenly in whole kronor, the last year has what is left over."""
        outlay = self.mapping.outlay
        if outlay is None:
            return {}
        amounts: dict[int, Decimal] = {}
        if outlay.total is None:
            for year, place in outlay.years.items():
                amount = self.number(action, place, action.get(place), money=True)
                if amount:
                    amounts[year] = amount
        else:
            assert outlay.first is not None
            told = len(self.made.findings)
            whole = self.number(action, outlay.total, action.get(outlay.total), money=True)
            first = self.year(action, outlay.first, action.get(outlay.first))
            last = self.year(action, outlay.last, action.get(outlay.last)) if outlay.last is not None else first
            if len(self.made.findings) > told:
                return {}
            if whole and first is None:
                self.fault("action_no_year", action, outlay.first, "")
            elif whole and first is not None:
                amounts = self.spread(action, whole, first, last if last is not None else first)
        columns = {y: f"outlay.{y}" for y in self.years} | {self.years[-1] + 1: "outlay.later"}
        for year in amounts:
            if year not in columns:
                place = outlay.years.get(year) or (outlay.first if year < self.years[0] else outlay.last) or outlay.first or ""
                self.fault("action_outside", action, place, str(year), first=self.years[0], last=self.years[-1] + 1)
        return {columns[year]: amount for year, amount in amounts.items() if year in columns}

    def spread(self, action: Action, whole: Decimal, first: int, last: int) -> dict[int, Decimal]:
        if last < first:
            place = self.mapping.outlay.last if self.mapping.outlay is not None else None
            self.fault("action_years_reversed", action, place or "", f"{first}–{last}")
            return {}
        kronor, number = int(whole * KRONOR_PER[self.unit]), last - first + 1
        parts = [kronor // number] * (number - 1)
        parts.append(kronor - sum(parts))
        return {first + n: Decimal(part) / KRONOR_PER[self.unit] for n, part in enumerate(parts)}

    def skips(self, action: Action) -> bool:
        for name, words in self.mapping.skip.items():
            value = action.get(self.mapping.fields[name])
            if isinstance(value, str) and normal(value) in {normal(w) for w in words}:
                return True
        return False


def fill(file: str, actions: Sequence[Action], mapping: Mapping, years: range, *, unit: MoneyUnit = "tkr", lang: Lang = "sv") -> Rows:
    """The rows of the standard workbook, in the list's order, and every fault of the list in one pass.

    Args:
        years: plan years of the workbook.
        unit: its unit of money.
    """
    filling = _Filling(file, mapping, years, unit, lang)
    made, seen = filling.made, dict[str, str]()
    for action in actions:
        if filling.skips(action):
            made.skipped += 1
            continue
        row: Row = {name: filling.cell(action, name, place) for name, place in mapping.fields.items()}
        row |= mapping.constants
        row |= filling.outlays(action)
        id = str(row["id"] or "")
        if not id:
            filling.fault("action_no_id", action, mapping.fields["id"], "")
        elif normal_id(id) in seen:
            filling.fault("action_twice", action, mapping.fields["id"], id, first=seen[normal_id(id)])
        seen.setdefault(normal_id(id), f"{action.at}: {mapping.fields['id']}")
        made.rows.append(row)
    needed = [c.field for c in FIELDS.values() if c.filled or c.kind is Kind.SHARES]
    made.empty = tuple(name for name in needed if all(row.get(name) in (None, "") for row in made.rows))
    gone = [(name, place) for name, place in mapping.fields.items() if all(a.get(place) is None for a in actions)]
    for name, place in gone:
        made.findings.append(finding("action_place_missing", file, place, name, Severity.WARNING))
    return made
