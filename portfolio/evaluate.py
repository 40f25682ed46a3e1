"""What a set of starts gives, exactly: tonnes counted once and attributed, kronor by year, debt. No solver here.

A *pick* says when, in which layer and to what per cent an investment is started. Tonnes are integer ticks (10 g); kilograms times per
cent are ticks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from portfolio.external import delivered_kilograms, delivered_share, delivered_starts, scaled_loss
from portfolio.flows import Cell, add_up, counted_flow, counted_total, shared_out
from portfolio.instance import REMOVAL, Instance, PairLoss
from portfolio.planning import KronaKind


class Pick(NamedTuple):
    """Start year, layer (`plan` or `gap`) and per cent bought (1–100)."""

    start: int
    layer: str
    percent: int = 100


Picks = Mapping[str, Pick]
"""The started city investments."""


@dataclass(frozen=True)
class YearTonnes:
    """Tonnes of one year (ticks): `cells[cell][id]` less overlaps, `adverse[id]` outside the ceilings, `counted[cell]` under them."""

    cells: Mapping[Cell, Mapping[str, int]]
    adverse: Mapping[str, int]
    counted: Mapping[Cell, int]

    @property
    def reductions(self) -> int:
        """Counted reductions less adverse effects."""
        return sum(v for (_, k), v in self.counted.items() if k != REMOVAL) + sum(self.adverse.values())

    @property
    def removals(self) -> int:
        """Counted removals."""
        return sum(v for (_, k), v in self.counted.items() if k == REMOVAL)

    def before_ceilings(self, i: str) -> tuple[int, int]:
        """Reduction (less adverse effects) and removal of one investment after overlaps, before ceilings."""
        own = [(cell[1] == REMOVAL, members[i]) for cell, members in self.cells.items() if i in members]
        reduction = sum(ticks for removal, ticks in own if not removal) + self.adverse.get(i, 0)
        return reduction, sum(ticks for removal, ticks in own if removal)

    def attributed(self) -> dict[str, tuple[int, int]]:
        """Reduction (less adverse effects) and removal of each investment; they sum to the year's."""
        parts: dict[str, list[int]] = {i: [ticks, 0] for i, ticks in self.adverse.items()}
        for cell, members in self.cells.items():
            kind = 1 if cell[1] == REMOVAL else 0
            for i, ticks in shared_out(self.counted.get(cell, 0), sorted(members.items())).items():
                parts.setdefault(i, [0, 0])[kind] += ticks
        return {i: (p[0], p[1]) for i, p in parts.items()}


class Tonnage:
    """Tonnes of a set of picks, year by year.

    Args:
        d: the instance.
        picks: the started city investments.
        outside: external investments and the year from which they are delivered; their share is in `share` or, when None, the model's.
    """

    def __init__(self, d: Instance, picks: Picks, outside: Mapping[str, int] | None = None, share: Fraction | None = None) -> None:
        self._d = d
        self._share = share
        self.started: dict[str, tuple[int, int]] = {i: (p.start, p.percent) for i, p in picks.items()}
        self.started |= {i: (s, 100) for i, s in (outside or {}).items()}
        self._effect = {
            i: d.effect[i, s] if i not in d.external else delivered_kilograms(d, i, s, share) for i, (s, _) in self.started.items()
        }
        self._flows: dict[frozenset[tuple[Cell, int]], dict[Cell, int]] = {}
        self._losses: list[tuple[PairLoss, int]] = []
        for loss in d.losses:
            loser, winner = self.started.get(loss.loser), self.started.get(loss.winner)
            if loser and winner and (loser[0], winner[0]) == (loss.loser_start, loss.winner_start):
                self._losses.append((loss, loser[1] * winner[1]))

    def year(self, t: int, kinds: Iterable[str] = ("reduction", "removal")) -> YearTonnes:
        """Tonnes of year t; `kinds` says what flows at all."""
        d = self._d
        cells: dict[Cell, dict[str, int]] = {}
        adverse: dict[str, int] = {}
        for i, (_, percent) in self.started.items():
            effect, group = self._effect[i], d.group_of(i)
            for kind, by_year, destination in (
                ("reduction", effect.reduction, d.investments[i].emission_sector),
                ("removal", effect.removal, REMOVAL),
            ):
                if kind in kinds and t in by_year:
                    cells.setdefault((group, destination), {})[i] = by_year[t] * percent
            if t in effect.adverse:
                adverse[i] = effect.adverse[t] * percent
        for loss, percents in self._losses:
            group, sector = d.group_of(loss.loser), d.investments[loss.loser].emission_sector
            for lost, destination in ((loss.reduction, sector), (loss.removal, REMOVAL)):
                if t in lost and loss.loser in cells.get((group, destination), {}):
                    kilograms = scaled_loss(d, loss, lost, self._share).get(t, 0)
                    cells[group, destination][loss.loser] -= kilograms * percents // 100
        return YearTonnes(cells, adverse, self._counted(add_up((cell, sum(members.values())) for cell, members in cells.items())))

    def _counted(self, raw: dict[Cell, int]) -> dict[Cell, int]:
        """Ticks of every cell under the ceilings; many years have the same cells, and are counted once."""
        key = frozenset(raw.items())
        if key not in self._flows:
            groups, destinations = self._d.group_ceiling, self._d.destination_ceiling
            self._flows[key] = counted_flow(raw, {g: kg * 100 for g, kg in groups.items()}, {k: kg * 100 for k, kg in destinations.items()})
        return self._flows[key]

    def raw(self, i: str, t: int) -> int:
        """Ticks of one investment before overlaps and ceilings."""
        effect, percent = self._effect[i], self.started[i][1]
        return (effect.reduction.get(t, 0) + effect.removal.get(t, 0) + effect.adverse.get(t, 0)) * percent


@dataclass(frozen=True)
class Measure:
    """The exact values that the stages compare: ticks and kronor of the objective, outlay in layer gap (kr), sum of plan years."""

    ticks: int
    kronor: int
    gap_outlay: int
    starts: int

    @property
    def ratio(self) -> Fraction:
        """Ticks per krona; 0 when nothing is spent."""
        return Fraction(self.ticks, self.kronor) if self.kronor > 0 else Fraction(0)


def kronor_of(d: Instance, i: str, start: int) -> int:
    """What the whole of an investment costs (kr) in the krona that the objective counts, started that year."""
    return d.net_total(i, start) if d.planning.objective.krona is KronaKind.NET else sum(d.outlay[i, start].values())


def counted_ticks(d: Instance, picks: Picks) -> int:
    """Tonnes of the objective (ticks): what `Tonnage` counts in all years of it together, in one pass over the picks."""
    kinds, years = d.planning.objective.counts, frozenset(d.count_years)
    raw: dict[int, dict[Cell, int]] = {t: {} for t in years}
    adverse = 0
    for i, pick in picks.items():
        effect, group = d.effect[i, pick.start], d.group_of(i)
        for kind, by_year, destination in (
            ("reduction", effect.reduction, d.investments[i].emission_sector),
            ("removal", effect.removal, REMOVAL),
        ):
            if by_year and kind in kinds:
                cell = (group, destination)
                for t, kg in by_year.items():
                    if t in years:
                        cells = raw[t]
                        cells[cell] = cells.get(cell, 0) + kg * pick.percent
        adverse += sum(kg for t, kg in effect.adverse.items() if t in years) * pick.percent
    for loss in d.losses:
        loser, winner = picks.get(loss.loser), picks.get(loss.winner)
        if loser is None or winner is None or (loser.start, winner.start) != (loss.loser_start, loss.winner_start):
            continue
        group, percents = d.group_of(loss.loser), loser.percent * winner.percent
        for kind, lost, destination in (
            ("reduction", loss.reduction, d.investments[loss.loser].emission_sector),
            ("removal", loss.removal, REMOVAL),
        ):
            for t, kg in lost.items() if kind in kinds else ():
                if t in years:
                    raw[t][group, destination] -= kg * percents // 100
    groups = {g: kg * 100 for g, kg in d.group_ceiling.items()}
    destinations = {k: kg * 100 for k, kg in d.destination_ceiling.items()}
    alike = Counter(frozenset(cells.items()) for cells in raw.values())  # most years are
    return adverse + sum(counted_total(dict(cells), groups, destinations) * years_of for cells, years_of in alike.items())


def measure(d: Instance, picks: Picks) -> Measure:
    """Exact values of the stages for a set of picks."""
    ticks = counted_ticks(d, picks)
    net = d.planning.objective.krona is KronaKind.NET
    gross = {i: total_outlay(d, i, p) for i, p in picks.items()}
    kronor = sum(d.net_total(i, p.start) * p.percent // 100 for i, p in picks.items()) if net else sum(gross.values())
    gap = sum(kr for i, kr in gross.items() if picks[i].layer == "gap")
    return Measure(ticks, kronor, gap, sum(p.start - d.years[0] + 1 for p in picks.values()))


def total_outlay(d: Instance, i: str, pick: Pick) -> int:
    """Gross outlay (kr) of a pick."""
    return sum(d.outlay[i, pick.start].values()) * pick.percent // 100


def total_grant(d: Instance, i: str, pick: Pick) -> int:
    """Grants that count (kr) of a pick."""
    return sum(d.grant[i, pick.start].values()) * pick.percent // 100


def total_partner(d: Instance, i: str, pick: Pick) -> int:
    """Partners' money (kr) of a pick."""
    return sum(d.partner[i, pick.start].values()) * pick.percent // 100


@dataclass(frozen=True)
class Outside:
    """External actors under a set of picks: the year from which each is delivered, and the tonnage of city and external together."""

    starts: Mapping[str, int]
    tonnage: Tonnage


def outside_of(d: Instance, picks: Picks, share: Fraction | None = None) -> Outside:
    """What external actors deliver when the city starts `picks`; at the model's shares, or all at `share`."""
    starts = delivered_starts(d, {i: p.start for i, p in picks.items()})
    counted = {i: s for i, s in starts.items() if (delivered_share(d, i) if share is None else share)}
    return Outside(starts, Tonnage(d, picks, counted, share))


def adopted_picks(d: Instance) -> dict[str, Pick]:
    """The adopted plan as the workbooks state it."""
    return {i: Pick(d.investments[i].proposed_start, "plan") for i in d.adopted}


def everything_picks(d: Instance) -> dict[str, Pick]:
    """Every city investment at its proposed start; of alternatives the one with the most tonnes, then the first id."""
    best: dict[str, str] = {}
    for members in d.alternatives.values():
        keep = min(members, key=lambda i: (-d.investments[i].tonnes, i))
        best |= dict.fromkeys(members, keep)
    chosen = [i for i in d.city if best.get(i, i) == i]
    return {i: Pick(d.investments[i].proposed_start, "plan" if d.investments[i].in_plan else "gap") for i in chosen}


def into_the_frame(d: Instance, picks: Picks) -> dict[str, Pick]:
    """The same starts, paid inside the plan's frame as far as there is room, the largest outlay first; nothing else changes by it.

    Not the least outlay that can be left in the gap, but a plan that keeps the frame exactly, found without a solver.
    """
    frame = d.planning.plan_frame
    if frame is None:
        return {i: pick._replace(layer="plan") if "plan" in d.layers[i] else pick for i, pick in picks.items()}
    left = dict(frame.frame.values)
    if frame.carry_forward:
        left = {t: sum(frame.frame.values[tau] for tau in d.years if tau <= t) for t in d.years}
    placed = dict(picks)
    # what is only allowed in the plan comes first: there is room for it in any plan that keeps the frame
    for i in sorted(picks, key=lambda i: ("gap" in d.layers[i], -total_outlay(d, i, picks[i]), i)):
        if "plan" not in d.layers[i]:
            continue
        paid = {t: kr * picks[i].percent // 100 for t, kr in d.outlay[i, picks[i].start].items()}
        need = {t: sum(kr for tau, kr in paid.items() if (tau <= t if frame.carry_forward else tau == t)) for t in d.years}
        fits = all(kr <= left[t] for t, kr in need.items() if kr)
        if fits or "gap" not in d.layers[i]:
            left = {t: left[t] - need[t] for t in d.years}
        placed[i] = picks[i]._replace(layer="plan" if fits or "gap" not in d.layers[i] else "gap")
    return placed


def debt_path(d: Instance, picks: Picks) -> dict[int, Fraction]:
    """Closing net debt (kr) by plan year, by the recursion of `docs/method.md`; exact. Empty without a debt table."""
    debt = d.planning.debt
    if debt is None:
        return {}
    return debt.path(d.years, lambda t: Fraction(sum(d.borrowed(i, p.start, t) * p.percent for i, p in picks.items()), 100))
