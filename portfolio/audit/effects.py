"""Yearly effects of the started city investments and the delivered external ones, pair overlaps removed (docs/method.md, Tonnes)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from portfolio.audit.facts import Facts, share_of
from portfolio.audit.flow import REMOVALS, SECTOR, Ceilings, Stream
from portfolio.audit.ledger import Started
from portfolio.audit.sheet import Exact
from portfolio.planning import Planning
from portfolio.records import OverlapPair, Portfolio, RequirementKind
from portfolio.units import TICKS_PER_KILOGRAM

Kind = Literal["reduction", "removal"]
BOTH: tuple[Kind, Kind] = ("reduction", "removal")


@dataclass(frozen=True, slots=True)
class Active:
    """Something that has an effect: from `start`, bought to `percent` (city) or delivered to `share` (external)."""

    facts: Facts
    start: int
    percent: int = 100
    share: Exact = 1


@dataclass(frozen=True, slots=True)
class Effect:
    """Tonnes of one investment in one year, in ticks of 10 g; negative when emissions grow."""

    reduction: int
    removal: int

    def of(self, kinds: Sequence[Kind]) -> int:
        """Most that can count when only these kinds exist. What raises emissions counts in full, whichever kinds exist."""
        reduction = max(0, self.reduction) if "reduction" in kinds else 0
        return reduction + (max(0, self.removal) if "removal" in kinds else 0) + self.negative

    @property
    def negative(self) -> int:
        """What raises emissions."""
        return min(0, self.reduction) + min(0, self.removal)


class Effects:
    """All effects of a set of active investments: `raw` before and `adjusted` after pair overlaps, by year and id.

    Args:
        pairs: overlap pairs by loser.
        years: years to compute (t CO2e a year each).
    """

    def __init__(self, active: Mapping[str, Active], pairs: Mapping[str, Sequence[OverlapPair]], years: range, ceilings: Ceilings) -> None:
        self.active, self.pairs, self.years, self.ceilings = active, pairs, years, ceilings
        self._flows: dict[tuple[tuple[str, str, int], ...], int] = {}
        self.raw: dict[int, dict[str, Effect]] = {t: {} for t in years}
        self.adjusted: dict[int, dict[str, Effect]] = {t: {} for t in years}
        for i, x in active.items():
            for t in years:
                step = x.facts.step(x.start, t)
                if step is not None and (x.facts.reductions[step] or x.facts.removals[step]):
                    self._effect(i, x, t, x.facts.reductions[step], x.facts.removals[step])

    def losers(self) -> frozenset[str]:
        """Investments that lose something to a pair overlap when both are active."""
        return frozenset(i for i, pairs in self.pairs.items() if i in self.active and any(p.winner in self.active for p in pairs))

    def counted(self, year: int, kinds: Sequence[Kind], without: str | None = None) -> int:
        """Ticks that count in a year when only these kinds exist: largest flow under the ceilings, and the negative ones in full.

        Args:
            without: a destination that is left out, to see how much must be counted there.
        """
        if year not in self.adjusted:
            return 0
        streams, negative = [], 0
        for i, effect in self.adjusted[year].items():
            facts = self.active[i].facts
            negative += effect.negative
            for kind in kinds:
                ticks, destination = (effect.reduction, facts.destination) if kind == "reduction" else (effect.removal, REMOVALS)
                if ticks > 0 and destination != without:
                    streams.append(Stream(facts.group, destination, ticks))
        key = tuple(sorted((s.group or "", s.destination, s.ticks) for s in streams))
        if key not in self._flows:  # most years are alike
            self._flows[key] = self.ceilings.largest_flow(streams)
        return negative + self._flows[key]

    def _effect(self, i: str, x: Active, year: int, reduction: int, removal: int) -> None:
        raw = Effect(_ticks(x, reduction), _ticks(x, removal))
        lost = Effect(self._lost(i, x, year, reduction), self._lost(i, x, year, removal)) if i in self.pairs else Effect(0, 0)
        self.raw[year][i] = raw
        self.adjusted[year][i] = Effect(raw.reduction - lost.reduction, raw.removal - lost.removal)

    def _lost(self, i: str, x: Active, year: int, kg: int) -> int:
        """Ticks that the winners take from `kg` (at 100 per cent), each loss rounded down to whole kilograms on its own.

        A negative effect counts in full, so nothing is taken from it.
        """
        lost = 0
        for pair in self.pairs.get(i, ()):
            winner = self.active.get(pair.winner)
            if winner is None or kg <= 0:
                continue
            whole = int(kg * Fraction(pair.share) * winner.facts.ramp_in(winner.start, year))
            delivered = int(whole * x.share * winner.share)
            lost += delivered * x.percent * winner.percent * TICKS_PER_KILOGRAM // 10_000
        return lost


def _ticks(x: Active, kg: int) -> int:
    """Whole kilograms at 100 per cent to ticks at the per cent bought or the share delivered (rounded half to even to kilograms)."""
    return round(kg * x.share) * x.percent * TICKS_PER_KILOGRAM // 100


def _at_most(tonnes: Fraction) -> int:
    """A ceiling in ticks: effects come in whole kilograms, so a ceiling is cut to the whole kilograms below it."""
    return int(tonnes * 1000) * TICKS_PER_KILOGRAM


def ceilings_of(portfolio: Portfolio, planning: Planning) -> Ceilings:
    """Group, sector and removal ceilings (ticks a year), each rounded down to whole kilograms."""
    groups = {c.group: _at_most(Fraction(c.tonnes)) for c in portfolio.ceilings}
    destinations: dict[str, int] = {}
    if planning.emissions is not None:
        for sector, base in planning.emissions.sectors.items():
            destinations[SECTOR + sector] = _at_most(Fraction(base.value))
        if planning.removals.allowance_share is not None:
            destinations[REMOVALS] = _at_most(Fraction(planning.removals.allowance_share.value) * Fraction(planning.emissions.base.value))
    return Ceilings(groups, destinations)


def pairs_by_loser(portfolio: Portfolio) -> dict[str, list[OverlapPair]]:
    """Overlap pairs by the investment that loses."""
    found: defaultdict[str, list[OverlapPair]] = defaultdict(list)
    for pair in portfolio.pairs:
        found[pair.loser].append(pair)
    return dict(found)


def city_active(started: Mapping[str, Started]) -> dict[str, Active]:
    """The started city investments as active ones."""
    return {i: Active(x.facts, x.start, x.percent) for i, x in started.items()}


def delivered(facts: Mapping[str, Facts], planning: Planning, started: Mapping[str, Started]) -> dict[str, Active]:
    """External investments that are expected, with the first year in which their prerequisites allow them (section External actors)."""
    expected = _expected(facts, started)
    found: dict[str, Active | None] = {}

    def first_start(i: str) -> int | None:
        if i in started:
            return started[i].start
        if i not in expected:
            return None
        if i not in found:
            found[i] = None  # an external one that waits for itself is never delivered
            found[i] = deliver(facts[i])
        active = found[i]
        return active.start if active is not None else None

    def deliver(f: Facts) -> Active | None:
        earliest = f.window.start
        for needed in f.requires:
            other = first_start(needed.id)
            if other is None:
                return None
            gap = facts[needed.id].years if needed.kind is RequirementKind.FINISH_TO_START else 0
            earliest = max(earliest, other + gap)
        stated = planning.external.by_id.get(f.id, planning.external.delivery_share)
        return Active(f, earliest, share=share_of(stated, 0)) if earliest < f.window.stop else None

    for i in sorted(expected):
        first_start(i)
    return {i: active for i, active in found.items() if active is not None}


def _expected(facts: Mapping[str, Facts], started: Mapping[str, Started]) -> frozenset[str]:
    """External investments, of an exclusive group only the one with the most tonnes, and none when a city member is started."""
    taken = {x.facts.alternatives for x in started.values() if x.facts.alternatives}
    best: dict[str, Facts] = {}
    alone = []
    for f in facts.values():
        if f.city:
            continue
        if not f.alternatives:
            alone.append(f.id)
        elif f.alternatives not in taken and (f.alternatives not in best or f.tonnes > best[f.alternatives].tonnes):
            best[f.alternatives] = f
    return frozenset(alone) | {f.id for f in best.values()}
