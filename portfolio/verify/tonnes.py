"""Tonnes of a plan, counted again: effects, overlaps, ceilings and what external actors deliver (docs/method.md, Tonnes). Ticks of 10 g."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from portfolio.verify.flow import largest_flow
from portfolio.verify.record import Record, Started, value_of
from portfolio.verify.result import TICKS, Raw

REDUCTION, REMOVAL = "reduction", "removal"
REMOVALS = ("removals", "")
"""The destination of every removal; a sector is ("sector", its name)."""


@dataclass(frozen=True)
class _Active:
    record: Record
    start: int
    percent: int = 100
    share: Fraction = Fraction(1)


def _below(tonnes: object) -> int:
    """A ceiling in ticks, cut to whole kilograms."""
    return floor(Fraction(str(tonnes)) * 1000) * (TICKS // 1000)


class Tonnes:
    """Of the started investments: `effect[t][i]` is what is left after overlaps, reduction and removal apart.

    Args:
        records: every investment by id. pairs, ceilings: as run.json keeps them. started: by id.
    """

    def __init__(
        self, model: Raw, records: Mapping[str, Record], pairs: Sequence[Raw], ceilings: Sequence[Raw], started: Mapping[str, Started]
    ) -> None:
        self.model, self.records = model, records
        self.pairs = pairs
        self.groups = {c["group"]: _below(c["tonnes"]) for c in ceilings}
        self.destinations = self._destinations()
        horizon = model["horizon"]
        self.first, self.last = horizon["first_year"]["value"], horizon["effects_until"]["value"]
        self.target_year: int = horizon["target_year"]["value"]
        self._city = city = {i: _Active(x.record, x.start, x.percent) for i, x in started.items()}
        self.until = max([self.last, *(x.running + x.record.life - 1 for x in started.values())])
        years = range(self.first, self.until + 1)
        self.raw, self.effect = self._effects(city, years)
        self.external = self._delivered(started)
        _, self.joint = self._effects({**city, **self.external}, range(self.first, self.last + 1))
        self.reductions = {t: self.counted(self.effect[t], (REDUCTION,)) for t in years}
        self.everything = {t: self.counted(self.effect[t], (REDUCTION, REMOVAL)) for t in years}

    def _destinations(self) -> dict[str, int]:
        found: dict[str, int] = {}
        emissions = self.model.get("emissions")
        if emissions is None:
            return found
        for sector, base in emissions["sectors"].items():
            found[f"sector {sector}"] = _below(base["value"])
        share = self.model.get("removals", {}).get("allowance_share")
        if share is not None:
            found["removals"] = _below(Fraction(str(share["value"])) * Fraction(str(emissions["base"]["value"])))
        return found

    def _effects(
        self, active: Mapping[str, _Active], years: range
    ) -> tuple[dict[int, dict[str, tuple[int, int]]], dict[int, dict[str, tuple[int, int]]]]:
        raw: dict[int, dict[str, tuple[int, int]]] = {t: {} for t in years}
        left: dict[int, dict[str, tuple[int, int]]] = {t: {} for t in years}
        for i, x in active.items():
            winners = [(p, active[p["winner"]]) for p in self.pairs if p["loser"] == i and p["winner"] in active]
            for t in years:
                step = x.record.step(x.start, t)
                if step is None or x.record.kilograms[step] == (0, 0):
                    continue
                kilograms = x.record.kilograms[step]
                full = [round(kg * x.share) * x.percent for kg in kilograms]
                lost = [sum(self._loss(x, kg, pair, winner, t) for pair, winner in winners) for kg in kilograms]
                raw[t][i] = (full[0], full[1])
                left[t][i] = (full[0] - lost[0], full[1] - lost[1])
        return raw, left

    @staticmethod
    def _loss(x: _Active, kg: int, pair: Raw, winner: _Active, year: int) -> int:
        step = winner.record.step(winner.start, year)
        if step is None or kg <= 0:
            return 0
        whole = floor(kg * Fraction(str(pair["share"])) * winner.record.ramp[step])
        return floor(whole * x.share * winner.share) * x.percent * winner.percent // 100

    def counted(self, effects: Mapping[str, tuple[int, int]], kinds: Sequence[str], without: str = "") -> int:
        """Ticks of one year that count when only these kinds exist; what raises emissions counts in full."""
        streams, negative = [], 0
        for i, (reduction, removal) in effects.items():
            row = self.records[i].row
            negative += min(0, reduction) + min(0, removal)
            group = row["overlap_group"] if row["overlap_group"] in self.groups else None
            for kind, ticks, destination in ((REDUCTION, reduction, f"sector {row['emission_sector']}"), (REMOVAL, removal, "removals")):
                if ticks > 0 and kind in kinds and destination != without:
                    streams.append((group, destination, ticks))
        return negative + largest_flow(streams, self.groups, self.destinations)

    @property
    def objective_years(self) -> range:
        """The years that the objective sums over."""
        quantity = self.model["objective"]["quantity"]
        if quantity == "target_year":
            return range(self.target_year, self.target_year + 1)
        return range(self.first, (self.last if quantity == "cumulative" else self.until) + 1)

    @property
    def objective(self) -> int:
        """Ticks of the objective."""
        kinds = self.model["objective"]["counts"]
        if set(kinds) == {REDUCTION, REMOVAL}:
            return sum(self.everything.get(t, 0) for t in self.objective_years)
        return sum(self.counted(self.effect.get(t, {}), kinds) for t in self.objective_years)

    def delivered_from(self, i: str) -> int | None:
        """First year of an external investment; None when it is not expected."""
        active = self.external.get(i)
        return active.start if active is not None else None

    def in_full(self, year: int) -> int:
        """Reductions of a year with everything that external actors deliver, whatever share of it the model lets count."""
        external = {i: replace(x, share=Fraction(1)) for i, x in self.external.items()}
        _, effects = self._effects({**self._city, **external}, range(year, year + 1))
        return self.counted(effects[year], (REDUCTION,))

    def joint_reductions(self, year: int) -> int:
        """Reductions of the city and of what external actors deliver, under the same ceilings."""
        return self.counted(self.joint[year], (REDUCTION,)) if self.external else self.reductions[year]

    def reference(self, year: int) -> Fraction | None:
        """Emissions without the portfolio (ticks); None without a table."""
        table = self.model.get("emissions")
        if table is None:
            return None
        path = table.get("reference_path")
        return Fraction(str(path["values"][str(year)] if path is not None else table["latest"]["value"])) * TICKS

    def emissions(self, year: int) -> Fraction | None:
        """What is left (ticks)."""
        reference = self.reference(year)
        return reference - self.joint_reductions(year) if reference is not None else None

    @property
    def target(self) -> Fraction | None:
        """Most that may be emitted in the target year (ticks)."""
        table = self.model.get("emissions")
        if table is None:
            return None
        return Fraction(str(table["base"]["value"])) * (1 - Fraction(str(table["target_reduction"]["value"]))) * TICKS

    def _delivered(self, started: Mapping[str, Started]) -> dict[str, _Active]:
        """External investments that are expected, in the first year in which what they need is there."""
        taken = {x.record.row["alternatives"] for x in started.values()} - {None}
        outside = {i: r for i, r in self.records.items() if not r.city}
        best: dict[str, str] = {}
        for i in sorted(outside, key=lambda i: (-Fraction(str(outside[i].row["tonnes"])), i)):
            best.setdefault(outside[i].row["alternatives"] or f"\0{i}", i)
        expected = {i for group, i in best.items() if group not in taken}
        begins: dict[str, int] = {i: x.start for i, x in started.items()}
        found: dict[str, _Active] = {}
        while True:
            # each round delivers what has everything it needs; one that waits for itself is never delivered
            ready = [i for i in sorted(expected - found.keys()) if all(need["id"] in begins for need in outside[i].row["requires"])]
            fresh = False
            for i in ready:
                record = outside[i]
                needs = [
                    begins[n["id"]] + (self.records[n["id"]].d if n["kind"] == "finish_to_start" else 0) for n in record.row["requires"]
                ]
                start = max([record.earliest, *needs])
                if start <= record.latest:
                    table = self.model.get("external", {})
                    stated = table.get("by_id", {}).get(i) or table.get("delivery_share")
                    begins[i] = start
                    found[i] = _Active(record, start, share=Fraction(str(value_of(stated, 0))))
                    fresh = True
                else:
                    expected = expected - {i}
            if not fresh:
                return found
