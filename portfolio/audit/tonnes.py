"""Checks of the tonnes: ceilings, pair overlaps, the attribution that must sum to the counted tonnes, emission ceiling and floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from portfolio.audit.effects import BOTH, Effect, Effects, Kind, ceilings_of, city_active, delivered, pairs_by_loser
from portfolio.audit.facts import Facts
from portfolio.audit.flow import REMOVALS, SECTOR
from portfolio.audit.ledger import Started
from portfolio.audit.sheet import Exact, Sheet, Tally, ticks
from portfolio.outcome import Decision
from portfolio.planning import ObjectiveName, Planning, TonnesQuantity
from portfolio.records import Portfolio
from portfolio.units import TICKS_PER_TONNE

NOTHING = Effect(0, 0)
REDUCTION: tuple[Kind] = ("reduction",)


@dataclass(frozen=True, slots=True)
class YearTonnes:
    """Counted tonnes of one year (ticks): of the city alone, and reductions jointly with the delivered externals."""

    reductions: int
    removals: int
    joint_reductions: int
    emissions: Fraction | None


class Tonnes:
    """Everything about the tonnes of a plan, recomputed from the started investments (ticks of 10 g).

    Attributes:
        city, joint: effects of the city alone, and together with the delivered externals.
        years: counted tonnes by effect year.
        until: all years up to the end of the longest life.
    """

    def __init__(self, portfolio: Portfolio, planning: Planning, facts: Mapping[str, Facts], started: Mapping[str, Started]) -> None:
        self.planning = planning
        active = city_active(started)
        external = delivered(facts, planning, started)
        ends = [x.running_from + x.facts.life for x in started.values()]
        self.until = range(planning.horizon.first_year.value, max([planning.horizon.effects_until.value + 1, *ends]))
        ceilings, pairs = ceilings_of(portfolio, planning), pairs_by_loser(portfolio)
        self.city = Effects(active, pairs, self.until, ceilings)
        self.joint = Effects({**active, **external}, pairs, planning.horizon.effect_years, ceilings)
        self.external = external
        self.flow = {t: (self.city.counted(t, REDUCTION), self.city.counted(t, BOTH)) for t in self.until}
        self.years = {t: self._year(t) for t in planning.horizon.effect_years}
        self.objective = sum(self.city.counted(t, self.kinds) for t in self.objective_years)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What the objective counts."""
        return self.planning.objective.counts

    @property
    def objective_years(self) -> Sequence[int]:
        """The years that the objective sums over."""
        match self.planning.objective.quantity:
            case TonnesQuantity.CUMULATIVE:
                return self.planning.horizon.effect_years
            case TonnesQuantity.TARGET_YEAR:
                return (self.planning.horizon.target_year.value,)
            case TonnesQuantity.LIFETIME:
                return self.until

    def adjusted(self, i: str, year: int) -> Effect:
        """Effect of a started city investment after pair overlaps with other city investments."""
        return self.city.adjusted.get(year, {}).get(i, NOTHING)

    def _year(self, t: int) -> YearTonnes:
        reductions, every = self.flow[t]
        joint = self.joint.counted(t, REDUCTION) if self.external else reductions
        table = self.planning.emissions
        emissions = Fraction(table.reference(t)) * TICKS_PER_TONNE - joint if table is not None else None
        return YearTonnes(reductions, every - reductions, joint, emissions)


class Stated:
    """The attributed tonnes that the decisions state, in ticks, for the started city investments."""

    def __init__(self, tonnes: Tonnes, decisions: Mapping[str, Decision]) -> None:
        self.by_year: dict[int, dict[str, Exact]] = {}
        for i in tonnes.city.active:
            for year, value in decisions[i].tonnes.items():
                self.by_year.setdefault(year, {})[i] = ticks(value)


def check_tonnes(sheet: Sheet, tonnes: Tonnes, decisions: Mapping[str, Decision], floor_tonnes: Decimal | None) -> None:
    """Write the checks of overlaps, ceilings, attribution, emission ceiling, stated tonnage and floor."""
    stated = Stated(tonnes, decisions)
    _bounds(sheet, tonnes, stated)
    _sums(sheet, tonnes, stated)
    _ceilings(sheet, tonnes, stated)
    planning = tonnes.planning
    if planning.emission_ceiling is not None and planning.emissions is not None:
        target = planning.horizon.target_year.value
        limit = planning.emission_ceiling.tonnes
        emissions = tonnes.years[target].emissions
        most = ticks(limit.value if limit is not None else planning.emissions.target)
        sheet.compare("emission_ceiling", "", target, emissions if emissions is not None else 0, "≤", most, "t")
    demanded = planning.objective.tonnes
    if demanded is not None and planning.objective.name is ObjectiveName.LEAST_COST and planning.emission_ceiling is None:
        sheet.compare("required_tonnes", "", None, tonnes.objective, "≥", ticks(demanded.value), "t")
    if floor_tonnes is not None:
        sheet.compare("floor", "", None, tonnes.objective, "≥", ticks(floor_tonnes), "t")


def _bounds(sheet: Sheet, tonnes: Tonnes, stated: Stated) -> None:
    """Nothing is attributed beyond the effect that is left after overlaps; what raises emissions counts in full."""
    losers = tonnes.city.losers()
    tally = Tally(sheet, "attribution", "figures")
    for t in sorted(set(tonnes.planning.horizon.effect_years) | stated.by_year.keys()):
        said = stated.by_year.get(t, {})
        for i in sorted(said.keys() | tonnes.city.adjusted.get(t, {}).keys()):
            effect, value = tonnes.adjusted(i, t), said.get(i, 0)
            if i in losers:
                sheet.compare("pair_overlap", i, t, value, "≤", effect.of(BOTH), "t")
            else:
                tally.check(i, t, value, "≤", effect.of(BOTH), "t")
            tally.check(i, t, value, "≥", effect.negative, "t")
    tally.close()


def _sums(sheet: Sheet, tonnes: Tonnes, stated: Stated) -> None:
    """What is attributed in a year sums to what is counted: a tonne is counted once, and none is lost."""
    for t in tonnes.planning.horizon.effect_years:
        said: Exact = sum(stated.by_year.get(t, {}).values(), 0)
        if said or tonnes.flow[t][1]:
            sheet.compare("attribution", "", t, said, "=", tonnes.flow[t][1], "t")


def _ceilings(sheet: Sheet, tonnes: Tonnes, stated: Stated) -> None:
    """Each ceiling and year in which something presses on it: what is counted there at the least, by the stated tonnes and by the flow."""
    ceilings = tonnes.city.ceilings
    for t in tonnes.planning.horizon.effect_years:
        groups: dict[str, Exact] = {}
        places: dict[str, Exact] = {}
        for i, effect in tonnes.city.adjusted[t].items():
            facts, value = tonnes.city.active[i].facts, stated.by_year.get(t, {}).get(i, 0) - effect.negative
            if facts.group is not None:
                groups[facts.group] = groups.get(facts.group, 0) + value
            sector = facts.destination
            if effect.reduction > 0:
                places[sector] = places.get(sector, 0) + max(0, value - max(0, effect.removal))
            if effect.removal > 0:
                places[REMOVALS] = places.get(REMOVALS, 0) + max(0, value - max(0, effect.reduction))
        for group, value in sorted(groups.items()):
            sheet.compare("tonnes_ceiling", group, t, value, "≤", ceilings.groups[group], "t")
        for place, value in sorted(places.items()):
            if place in ceilings.destinations:
                needed = tonnes.flow[t][1] - tonnes.city.counted(t, BOTH, without=place)
                name = place.removeprefix(SECTOR)
                sheet.compare("tonnes_ceiling", name, t, max(value, needed), "≤", ceilings.destinations[place], "t")
