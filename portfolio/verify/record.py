"""One investment as run.json keeps it, with the scenario laid over it: starts, kronor and kilograms (docs/method.md). Exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Any

from portfolio.verify.result import Exact, Raw


def value_of(table: Any, otherwise: Any) -> Any:
    """The value of a quantity of the model, or what holds when the model does not give it."""
    return table["value"] if table is not None else otherwise


def by_year(table: Raw) -> dict[int, int]:
    """Kronor of the model by year."""
    return {int(t): kr for t, kr in table["values"].items()}


class Record:
    """Amounts at 100 per cent, by step k = 0, 1, … after the start.

    Args:
        row: the record. model: the planning model with its scenarios.
    """

    def __init__(self, row: Raw, model: Raw) -> None:
        self.row, self.model = row, model
        self.id: str = row["id"]
        self.change: Raw = model.get("investments", {}).get(self.id, {})
        self.city: bool = row["control"] == "city"
        self.unit = 1 if row["minimum_share"] is None else 100
        self.lock: Raw = self.change.get("lock") or row["lock"]
        self.life: int = row["life"]
        self.ramp = [Fraction(str(r)) for r in row["ramp"]]
        delay = value_of(self.change.get("delay"), 0)
        self.earliest, self.latest = row["earliest_start"] + delay, row["latest_start"] + delay
        self.proposed = row["proposed_start"] + delay

    @cached_property
    def outlay(self) -> list[int]:
        """Gross outlay (kr)."""
        factor = self.change.get("outlay_factor")
        if factor is None:
            return list(self.row["outlay"])
        return [self.unit * round(Fraction(kr, self.unit) * Fraction(str(factor))) for kr in self.row["outlay"]]

    @property
    def d(self) -> int:
        """Outlay years."""
        return len(self.row["outlay"])

    @cached_property
    def allowed(self) -> tuple[int, int]:
        """First and last allowed start; the last is before the first when there is none."""
        horizon = self.model["horizon"]
        last = horizon["last_year"]["value"] + (0 if horizon["allow_tail"] else 1 - self.d)
        return max(self.earliest, horizon["first_year"]["value"]), min(self.latest, last)

    @cached_property
    def keeps(self) -> str | None:
        """The layer that a committed investment keeps."""
        if self.row["status"] != "committed" or self.lock["kind"] == "never":
            return None
        return "plan" if self.row["in_plan"] else "gap"

    @cached_property
    def entitled(self) -> list[int]:
        """Grant by outlay year (kr), the share that counts."""
        shares = {"granted": 1, "applied": 0, "possible": 0}
        status = self.row["grant_status"]
        table = self.model.get("grants", {}).get(status)
        share = Fraction(str(value_of(table, shares.get(status, 0)))) if status in shares else Fraction(0)
        return self._spread(round(share * self.row["grant"] / self.unit), self.outlay)

    @cached_property
    def received(self) -> list[int]:
        """Grant when it is paid (kr)."""
        return [0] * value_of(self.model.get("grants", {}).get("delay"), 0) + self.entitled

    @cached_property
    def partner(self) -> list[int]:
        """Partners' money (kr)."""
        return self._spread(self.row["partner"] // self.unit, [kr - g for kr, g in zip(self.outlay, self.entitled, strict=True)])

    def _spread(self, units: int, along: Sequence[int]) -> list[int]:
        """Units shared out in proportion to amounts, cumulatively rounded down."""
        total, so_far, given, parts = sum(along), 0, 0, []
        for kr in along:
            so_far += kr
            reached = floor(Fraction(units * so_far, total)) if total else 0
            parts.append(self.unit * (reached - given))
            given = reached
        return parts

    @cached_property
    def net(self) -> list[int]:
        """Outlay less entitled grant and partners' money (kr)."""
        return [kr - g - p for kr, g, p in zip(self.outlay, self.entitled, self.partner, strict=True)]

    @cached_property
    def meets(self) -> list[int]:
        """Net outlay that meets the bond criteria (kr), whatever the framework says of the investment."""
        share, parts, so_far, given = Fraction(str(self.row["eligible_share"])), [], 0, 0
        for kr in self.net:
            so_far += kr
            reached = self.unit * floor(share * so_far / self.unit)
            parts.append(reached - given)
            given = reached
        return parts

    def refusal(self, framework: Raw) -> str:
        """Name of the first test of a framework that the investment fails."""
        row = self.row
        category, participants, taxonomy = row["bond_category"], framework["participants"], framework["taxonomy"]
        excluded = any(row["sector"] in e["sectors"] or self.id in e["investments"] for e in framework["exclusions"])
        tests = (
            ("no_category", category is None),
            ("category_unknown", category not in framework["categories"]),
            ("owner_outside", bool(participants) and row["owner"] not in participants),
            ("excluded", excluded),
            ("not_capitalised", not row["capitalised"]),
            ("share_zero", Fraction(str(row["eligible_share"])) == 0),
            ("taxonomy", bool(taxonomy) and row["taxonomy"] not in taxonomy),
        )
        return next((name for name, fails in tests if fails), "")

    @cached_property
    def refused(self) -> str:
        """The same for the framework in force."""
        bonds = self.model.get("bonds")
        return self.refusal(bonds["framework"]) if bonds is not None else "no_framework"

    @cached_property
    def kilograms(self) -> list[tuple[int, int]]:
        """Reduction and removal (kg) by step of the ramp."""
        if not self.row["counts_to_target"] or self.row["scope"] == "3":
            return [(0, 0)] * len(self.ramp)
        factor = Fraction(str(self.change.get("tonnes_factor", 1))) * 1000
        sold = Fraction(str(value_of(self.model.get("removals", {}).get("sold_share"), 0)))
        everything, removal = Fraction(str(self.row["tonnes"])), Fraction(str(self.row["removal_tonnes"]))
        return [(round((everything - removal) * factor * r), round(removal * (1 - sold) * factor * r)) for r in self.ramp]

    def step(self, start: int, year: int) -> int | None:
        """Step of the ramp in `year`; None when there is no effect."""
        k = year - start
        return min(k, len(self.ramp) - 1) if 0 <= k < self.d + self.life else None


class Started:
    """An investment that is started: layer, start and per cent. Amounts in kr."""

    def __init__(self, record: Record, start: int, layer: str, percent: int) -> None:
        self.record, self.start, self.layer, self.percent = record, start, layer, percent

    def part(self, kronor: int) -> Exact:
        """An amount times the per cent bought."""
        return Fraction(kronor * self.percent, 100)

    def years(self, amounts: Sequence[int]) -> dict[int, Exact]:
        """Amounts by calendar year, nothing left out but what is nothing."""
        return {self.start + k: self.part(kr) for k, kr in enumerate(amounts) if kr}

    def of(self, amounts: Sequence[int], year: int) -> Exact:
        """One of the amounts."""
        k = year - self.start
        return self.part(amounts[k]) if 0 <= k < len(amounts) else 0

    @property
    def running(self) -> int:
        """First year after commissioning."""
        return self.start + self.record.d

    def operating(self, year: int) -> Exact:
        """Operating effect (kr)."""
        return self.part(self.record.row["operating"]) if year >= self.running else 0

    def eligible(self, year: int) -> Exact:
        """What the framework in force can finance of a year (kr)."""
        return self.of(self.record.meets, year) if not self.record.refused else 0

    def charge(self, year: int, rate: Fraction) -> dict[str, Exact]:
        """Parts of the operating charge (kr)."""
        r = self.record
        parts: dict[str, Exact] = dict.fromkeys(("depreciation", "release", "internal_rate", "expensed"), 0)
        parts["operating"] = self.operating(year)
        k = year - self.running
        if not r.row["capitalised"]:
            parts["expensed"] = self.of(r.net, year)
        elif 0 <= k < r.life:
            gross = sum(r.outlay) // r.unit
            support = (sum(r.entitled) + sum(r.partner)) // r.unit
            off, on = gross * k // r.life, gross * (k + 1) // r.life
            let, go = support * k // r.life, support * (k + 1) // r.life
            parts["depreciation"] = self.part((on - off) * r.unit)
            parts["release"] = self.part((let - go) * r.unit)
            parts["internal_rate"] = self.part(round(rate * ((gross - off) - (support - let))) * r.unit)
        return parts
