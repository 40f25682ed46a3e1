"""Tonnes counted once, as expressions: raw effects, pair overlaps, group and sector ceilings.

A *pool* is the part of a year's tonnes that some ceiling could cut: it gets a variable `counted`. What no ceiling can reach enters
directly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pulp

from portfolio.external import delivered_kilograms, scaled_loss
from portfolio.flows import Cell
from portfolio.formulation.choice import Choice, Rows, Terms, tonnes, total
from portfolio.instance import REMOVAL, Effect, Instance

Part = tuple[str, int, Cell, int]
"""An investment, its start, the cell its effect goes to, and kilograms."""


@dataclass
class Count:
    """Counted tonnes of some years, for one purpose.

    Attributes:
        purpose: `objective` or `emissions`; part of the names of variables and rows.
        destinations_wanted: which of reduction and removal count.
        ids: whose effects are in: the city's, or the city's and the delivered external ones.
    """

    purpose: str
    x: Choice
    d: Instance
    years: tuple[int, ...]
    kinds: tuple[str, ...]
    ids: tuple[str, ...]

    @cached_property
    def starts(self) -> dict[str, list[int]]:
        """Start years of each investment that is in."""
        found: dict[str, set[int]] = {i: set() for i in self.ids}
        for i, s, _ in self.x.keys:
            found[i].add(s)
        for i, s in self.x.delivered_by:
            if i in found:
                found[i].add(s)
        return {i: sorted(years) for i, years in found.items()}

    def flows(self, i: str, s: int) -> Iterator[tuple[Cell, Mapping[int, int]]]:
        """Cells and, by year, kilograms of i started in s; also in years that are not counted."""
        effect, group = self.effect(i, s), self.d.group_of(i)
        if "reduction" in self.kinds:
            yield (group, self.d.investments[i].emission_sector), effect.reduction
        if "removal" in self.kinds:
            yield (group, REMOVAL), effect.removal

    def effect(self, i: str, s: int) -> Effect:
        """Effect of one start; of an external investment the delivered share."""
        return delivered_kilograms(self.d, i, s) if i in self.d.external else self.d.effect[i, s]

    @cached_property
    def most(self) -> dict[int, dict[Cell, int]]:
        """Most kilograms a cell could get in each year, every investment at its best start."""
        cells: dict[int, dict[Cell, int]] = {t: {} for t in self.years}
        for i, starts in self.starts.items():
            best: dict[tuple[int, Cell], int] = {}
            for s in starts:
                for cell, by_year in self.flows(i, s):
                    for t, kg in by_year.items():
                        if t in cells and kg > best.get((t, cell), 0):
                            best[t, cell] = kg
            for (t, cell), kg in best.items():
                cells[t][cell] = cells[t].get(cell, 0) + kg
        return cells

    @cached_property
    def pooled(self) -> frozenset[tuple[Cell, int]]:
        """Cells and years that some ceiling could cut."""
        found = set()
        for t, cells in self.most.items():
            by_group: dict[str, int] = {}
            by_destination: dict[str, int] = {}
            for (group, destination), kg in cells.items():
                by_destination[destination] = by_destination.get(destination, 0) + kg
                if group is not None:
                    by_group[group] = by_group.get(group, 0) + kg
            cut_groups = {g for g, kg in by_group.items() if kg > self.d.group_ceiling[g]}
            cut_destinations = {k for k, kg in by_destination.items() if kg > self.d.destination_ceiling.get(k, kg)}
            found |= {(cell, t) for cell in cells if cell[0] in cut_groups or cell[1] in cut_destinations}
        return frozenset(found)

    @cached_property
    def terms(self) -> Mapping[tuple[Cell, int] | None, Terms]:
        """Raw tonnes less pair overlaps: by pool and year, and under None all that goes in directly."""
        sums: dict[tuple[Cell, int] | None, Terms] = {None: {}}
        for pool in self.pooled:
            sums[pool] = {}
        years = frozenset(self.years)
        for i, starts in self.starts.items():
            for s in starts:
                direct = sum(kg for t, kg in self.effect(i, s).adverse.items() if t in years)
                for cell, by_year in self.flows(i, s):
                    for t, kg in by_year.items():
                        if t in years:
                            if (cell, t) in sums:
                                self._add(sums[cell, t], i, s, kg)
                            else:
                                direct += kg
                self._add(sums[None], i, s, direct)
        self._take_losses(sums, years)
        return sums

    def _take_losses(self, sums: Mapping[tuple[Cell, int] | None, Terms], years: frozenset[int]) -> None:
        """Pair overlaps, from the pools that the losers flow to."""
        for n, variable in self.x.both.items():
            loss = self.d.losses[n]
            if loss.loser in self.starts and loss.winner in self.starts:
                group, sector = self.d.group_of(loss.loser), self.d.investments[loss.loser].emission_sector
                for kind, by_year, destination in (("reduction", loss.reduction, sector), ("removal", loss.removal, REMOVAL)):
                    for t, kg in scaled_loss(self.d, loss, by_year).items():
                        if kind in self.kinds and t in years:
                            pool = ((group, destination), t)
                            terms = sums[pool if pool in self.pooled else None]
                            terms[variable] = terms.get(variable, 0.0) - tonnes(kg)

    def _add(self, terms: Terms, i: str, s: int, kg: int) -> None:
        if not kg:
            return
        if i in self.d.external:
            now, before = self.x.delivered_by[i, s], self.x.delivered_by.get((i, s - 1))
            terms[now] = terms.get(now, 0.0) + tonnes(kg)
            if before is not None:
                terms[before] = terms.get(before, 0.0) - tonnes(kg)
            return
        for l in self.d.layers[i]:
            if (i, s, l) in self.x.start:
                self.x.add_bought(terms, (i, s, l), tonnes(kg))

    def make_pools(self) -> None:
        """Create the `counted` variables."""
        order = sorted(self.pooled, key=lambda p: (p[1], p[0][0] or "", p[0][1]))
        for n, ((group, destination), t) in enumerate(order, start=1):
            key = (self.purpose, group, destination, t)
            self.x.counted[key] = pulp.LpVariable(f"counted_{self.purpose}_{n:04d}_{t}", 0)

    def expression(self) -> pulp.LpAffineExpression:
        """Counted tonnes (t) of all the years."""
        terms = dict(self.terms[None])
        for (purpose, *_), variable in self.x.counted.items():
            if purpose == self.purpose:
                terms[variable] = 1.0
        return total(terms)

    def raw_rows(self) -> Rows:
        """counted ≤ Σ raw − overlaps, for each pool and year."""
        for ((group, destination), t), terms in self.terms_of_pools():
            variable = self.x.counted[self.purpose, group, destination, t]
            yield f"raw_{variable.name}", total({variable: 1.0, **{v: -c for v, c in terms.items()}}) <= 0

    def terms_of_pools(self) -> list[tuple[tuple[Cell, int], Terms]]:
        """Pools in a fixed order, with their raw terms."""
        pools = [(p, terms) for p, terms in self.terms.items() if p is not None]
        return sorted(pools, key=lambda p: (p[0][1], p[0][0][0] or "", p[0][0][1]))

    def ceiling_rows(self) -> Rows:
        """Σ counted ≤ ceiling, for each group and each destination and year."""
        by_group: dict[tuple[str, int], Terms] = {}
        by_destination: dict[tuple[str, int], Terms] = {}
        for (purpose, group, destination, t), variable in self.x.counted.items():
            if purpose == self.purpose:
                by_destination.setdefault((destination, t), {})[variable] = 1.0
                if group is not None:
                    by_group.setdefault((group, t), {})[variable] = 1.0
        for kind, sums, ceilings in (("group", by_group, self.d.group_ceiling), ("sector", by_destination, self.d.destination_ceiling)):
            names = {g: n for n, g in enumerate(sorted(ceilings), start=1)}
            for (g, t), terms in sorted(sums.items()):
                if g in ceilings:
                    yield f"{self.purpose}_{kind}_{names[g]:02d}_{t}", total(terms) <= tonnes(ceilings[g])
