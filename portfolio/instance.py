"""Sets and parameters of the mathematics, computed once from records and planning model, exactly.

Money is integer kronor; effects are integer kilograms CO2e a year at 100 per cent. Keys: `i` investment id, `s` start year, `t` year.
Everything that a constraint needs is prepared here, so that no sum has a condition. The rules are those of `docs/method.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import cached_property

from portfolio.amounts.charges import Charge, Charges
from portfolio.amounts.eligibility import eligible_outlay, refusal
from portfolio.amounts.sources import payers
from portfolio.amounts.support import by_year, entitled, grant_delay, half_even, partners, whole
from portfolio.planning import Adjustment, Planning, TonnesQuantity
from portfolio.records import (
    Control,
    Investment,
    LockKind,
    OverlapPair,
    OwnerType,
    Portfolio,
    Status,
)

IS = tuple[str, int]
"""An investment and its start year."""

REMOVAL = "·removal"
"""The destination of removals in the flow of tonnes; no sector can have this name."""


@dataclass(frozen=True)
class Effect:
    """Effect of one start, by year (kg): `reduction`, `removal`, and `adverse` (negative tonnes, outside all ceilings)."""

    reduction: Mapping[int, int]
    removal: Mapping[int, int]
    adverse: Mapping[int, int]


@dataclass(frozen=True)
class PairLoss:
    """What `loser` started in `loser_start` loses while `winner` started in `winner_start` is in effect, by year (kg)."""

    loser: str
    loser_start: int
    winner: str
    winner_start: int
    reduction: Mapping[int, int]
    removal: Mapping[int, int]


@dataclass(frozen=True)
class Instance:
    """The sets and parameters of one planning question.

    Attributes:
        investments: every investment by id, scenario adjustments applied.
        city, external: ids decided by the city, ids outside its control; sorted.
        starts: allowed start years of each city investment; may be empty only for one that must not start.
        layers: layers each city investment may be in.
        outlay: by (i, s): kronor by year, tail included.
        grant: by (i, s): kronor received by year, the delay included. entitled: the same in the years of the outlay.
        partner: by (i, s): partners' money (kr) by year. eligible: outlay (kr) by plan year that bonds can finance.
        operating: by i: kr a year from s + d on.
        effect: by (i, s): effect in kilograms by year, for all city starts and all external starts at full share.
        losses: pair overlaps for every pair of starts.
    """

    planning: Planning
    portfolio: Portfolio
    investments: Mapping[str, Investment]
    city: tuple[str, ...]
    external: tuple[str, ...]
    starts: Mapping[str, tuple[int, ...]]
    layers: Mapping[str, tuple[str, ...]]
    outlay: Mapping[IS, Mapping[int, int]]
    grant: Mapping[IS, Mapping[int, int]]
    entitled: Mapping[IS, Mapping[int, int]]
    partner: Mapping[IS, Mapping[int, int]]
    eligible: Mapping[IS, Mapping[int, int]]
    effect: Mapping[IS, Effect]
    losses: tuple[PairLoss, ...]
    index: Mapping[str, int] = field(default_factory=dict)

    @property
    def years(self) -> range:
        """Plan years T."""
        return self.planning.horizon.years

    @cached_property
    def all_years(self) -> range:
        """Every year in which anything can have an effect."""
        last = max((t for e in self.effect.values() for part in (e.reduction, e.removal, e.adverse) for t in part), default=self.years[-1])
        return range(self.years[0], max(last, self.planning.horizon.effects_until.value) + 1)

    @cached_property
    def count_years(self) -> tuple[int, ...]:
        """Years whose tonnes the objective counts."""
        horizon = self.planning.horizon
        match self.planning.objective.quantity:
            case TonnesQuantity.CUMULATIVE:
                return tuple(horizon.effect_years)
            case TonnesQuantity.TARGET_YEAR:
                return (horizon.target_year.value,)
            case TonnesQuantity.LIFETIME:
                return tuple(self.all_years)

    def duration(self, i: str) -> int:
        """d: number of outlay years."""
        return len(self.investments[i].outlay)

    def is_scalable(self, i: str) -> bool:
        """True when a share of the investment can be bought."""
        return self.investments[i].minimum_share is not None

    def operating_in(self, i: str, s: int, t: int) -> int:
        """Operating effect (kr) in year t of i started in s: from the year after the last outlay."""
        return self.investments[i].operating if t >= s + self.duration(i) else 0

    @cached_property
    def alternatives(self) -> Mapping[str, tuple[str, ...]]:
        """City members of each exclusive group that has at least two of them."""
        groups: dict[str, list[str]] = {}
        for i in self.city:
            name = self.investments[i].alternatives
            if name:
                groups.setdefault(name, []).append(i)
        return {g: tuple(m) for g, m in sorted(groups.items()) if len(m) > 1}

    @cached_property
    def destination_ceiling(self) -> Mapping[str, int]:
        """Most kilograms a destination can count in a year: sectors, and the removal allowance."""
        emissions, removals = self.planning.emissions, self.planning.removals
        ceilings: dict[str, int] = {}
        if emissions is not None:
            ceilings = {name: floor_kilograms(base.value) for name, base in emissions.sectors.items()}
            if removals.allowance_share is not None:
                ceilings[REMOVAL] = floor_kilograms(emissions.base.value * removals.allowance_share.value)
        return ceilings

    @cached_property
    def group_ceiling(self) -> Mapping[str, int]:
        """Most kilograms an overlap group can count in a year."""
        return {c.group: floor_kilograms(c.tonnes) for c in self.portfolio.ceilings}

    def group_of(self, i: str) -> str | None:
        """The overlap group of i that has a ceiling, or None."""
        group = self.investments[i].overlap_group
        return group if group in self.group_ceiling else None

    @cached_property
    def adopted(self) -> tuple[str, ...]:
        """City investments of the adopted plan."""
        return tuple(i for i in self.city if self.investments[i].in_plan)

    @cached_property
    def debt_added(self) -> Mapping[IS, Mapping[int, Fraction | int]]:
        """What each start has added to the debt (kr) by the end of each plan year, interest on it included."""
        debt = self.planning.debt
        rate = Fraction(debt.interest_rate.value) if debt is not None and debt.interest_rate is not None else Fraction(0)
        added: dict[IS, dict[int, Fraction | int]] = {}
        for i in self.city:
            for s in self.starts[i]:
                path: dict[int, Fraction | int] = {}
                owed: Fraction | int = 0
                for t in self.years:
                    owed = (owed * (1 + rate) if rate else owed) + self.borrowed(i, s, t)
                    path[t] = owed
                added[i, s] = path
        return added

    @cached_property
    def debt_without(self) -> Mapping[int, Fraction]:
        """Net debt (kr) at the end of each plan year if nothing is started."""
        debt = self.planning.debt
        if debt is None:
            return {}
        return debt.path(self.years, lambda _: Fraction(0))

    def is_bond_eligible(self, i: str) -> bool:
        """True when the framework in force can finance it."""
        bonds = self.planning.bonds
        return bonds is not None and self.investments[i].control is Control.CITY and not refusal(self.investments[i], bonds.framework)

    def borrowed(self, i: str, s: int, t: int) -> int:
        """Kronor that i started in s adds to the debt in year t itself: outlay − grant received − partners' money + operating effect."""
        key = (i, s)
        return self.outlay[key].get(t, 0) - self.grant[key].get(t, 0) - self.partner[key].get(t, 0) + self.operating_in(i, s, t)

    def net_outlay(self, i: str, s: int, t: int) -> int:
        """Outlay (kr) of year t less the grant entitled and partners' money."""
        key = (i, s)
        return self.outlay[key].get(t, 0) - self.entitled[key].get(t, 0) - self.partner[key].get(t, 0)

    def net_total(self, i: str, s: int) -> int:
        """Net outlay (kr), all years."""
        return sum(self.net_outlay(i, s, t) for t in self.outlay[i, s])

    @cached_property
    def payers(self) -> Mapping[str, Mapping[bool, tuple[str, ...]]]:
        """Sources that may pay for what bonds can finance (True) of each city investment, and for the rest (False)."""
        return payers(self.planning, {i: self.investments[i] for i in self.city})

    def is_committee(self, i: str) -> bool:
        """The investment is a committee's: tax-funded money, not a company's."""
        return self.investments[i].owner_type is OwnerType.COMMITTEE

    @cached_property
    def _charges(self) -> Mapping[str, Charges]:
        table = self.planning.operating_charge
        if table is None:
            return {}
        return {i: Charges(self.investments[i], self.planning, table.internal_rate.value) for i in self.city}

    def charge(self, i: str, s: int, t: int) -> Charge:
        """Operating charge (kr) in year t of i started in s, at 100 per cent; nothing without an internal rate in the model."""
        return self._charges[i].after(t - s) if i in self._charges else Charge()


def floor_kilograms(tonnes: Decimal) -> int:
    """A ceiling in t to whole kilograms, downwards."""
    return int((tonnes * 1000).to_integral_value(rounding=ROUND_FLOOR))


def build_instance(portfolio: Portfolio, planning: Planning, also: Iterable[IS] = (), only: Iterable[IS] | None = None) -> Instance:
    """Sets and parameters for `portfolio` under `planning`. Both must have passed their checks.

    Args:
        also: further starts of city investments that are to be accounted for, allowed or not.
        only: these starts take the place of the windows: for plans that are given, where nothing is to be chosen.
    """
    investments = {i.id: adjusted(i, planning.investments.get(i.id)) for i in sorted(portfolio.investments, key=lambda i: i.id)}
    city = tuple(i for i, r in investments.items() if r.control is Control.CITY)
    external = tuple(i for i, r in investments.items() if r.control is Control.EXTERNAL)
    given = {*only} if only is not None else None
    starts = {i: allowed_starts(investments[i], planning) if given is None else tuple(sorted(s for j, s in given if j == i)) for i in city}
    options = [(i, s) for i in city for s in starts[i]]
    # the adopted plan and the external actors are accounted for at their own starts, allowed or not
    stated = [(i, investments[i].proposed_start) for i in city if investments[i].proposed_start not in starts[i]]
    outside = [(i, s) for i in external for s in range(investments[i].earliest_start, investments[i].latest_start + 1)]
    known = {*options, *stated}
    spent = [*options, *stated, *sorted(k for k in {*also} if k not in known), *outside]
    accounted = {i for i, _ in spent}
    factors = {i: a.tonnes_factor for i, a in planning.investments.items() if a.tonnes_factor is not None}
    profiles = {i: effect_of(investments[i], 0, planning, factors.get(i)) for i in accounted}
    effect = {(i, s): _begun(profiles[i], s) for i, s in spent}
    owed = {i: by_year(entitled(investments[i], planning), 0) for i in accounted}
    received = {i: _moved(owed[i], grant_delay(planning)) for i in accounted}
    shared = {i: by_year(partners(investments[i], planning), 0) for i in accounted}
    eligible = {i: _eligible(investments[i], planning) for i in accounted}
    years = planning.horizon.years
    return Instance(
        planning=planning,
        portfolio=portfolio,
        investments=investments,
        city=city,
        external=external,
        starts=starts,
        layers={i: allowed_layers(investments[i]) for i in city},
        outlay={(i, s): by_year(investments[i].outlay, s) for i, s in spent},
        grant={(i, s): _moved(received[i], s) for i, s in spent},
        entitled={(i, s): _moved(owed[i], s) for i, s in spent},
        partner={(i, s): _moved(shared[i], s) for i, s in spent},
        eligible={(i, s): {t: kr for t, kr in _moved(eligible[i], s).items() if t in years} for i, s in spent},
        effect=effect,
        losses=tuple(pair_losses(portfolio.pairs, investments, effect)),
        index={i: n for n, i in enumerate(city, start=1)},
    )


def _eligible(investment: Investment, planning: Planning) -> dict[int, int]:
    """Outlay (kr) by year after the start that the framework in force can finance."""
    if planning.bonds is None or investment.control is not Control.CITY or refusal(investment, planning.bonds.framework):
        return {}
    return by_year(eligible_outlay(investment, planning), 0)


def _moved(amounts: Mapping[int, int], start: int) -> dict[int, int]:
    return {start + k: kr for k, kr in amounts.items()} if amounts else {}


def _begun(profile: Effect, start: int) -> Effect:
    """The effect of a start in year 0, begun in `start` instead."""
    return Effect(_moved(profile.reduction, start), _moved(profile.removal, start), _moved(profile.adverse, start))


def adjusted(investment: Investment, change: Adjustment | None) -> Investment:
    """The investment after a scenario's delay, outlay factor and lock (tonnes are scaled with the effects)."""
    if change is None:
        return investment
    update: dict[str, object] = {}
    if change.delay is not None:
        for name in ("earliest_start", "latest_start", "proposed_start"):
            update[name] = getattr(investment, name) + change.delay.value
    if change.outlay_factor is not None:
        step = whole(investment)
        update["outlay"] = tuple(half_even(Decimal(kr) * change.outlay_factor / step) * step for kr in investment.outlay)
    if change.lock is not None:
        update["lock"] = change.lock
    return investment.model_copy(update=update)


def allowed_starts(investment: Investment, planning: Planning) -> tuple[int, ...]:
    """S[i]: the window inside the plan years, the last outlay inside them too unless a tail is allowed."""
    if investment.lock.kind is LockKind.NEVER:
        return ()
    horizon = planning.horizon
    last = horizon.last_year.value
    latest = last if horizon.allow_tail else last - len(investment.outlay) + 1
    window = range(max(investment.earliest_start, horizon.first_year.value), min(investment.latest_start, latest) + 1)
    if investment.lock.kind is LockKind.START:
        return tuple(s for s in window if s == investment.lock.year)
    return tuple(window)


def allowed_layers(investment: Investment) -> tuple[str, ...]:
    """A committed investment keeps its layer; the others may be in either."""
    if investment.status is Status.COMMITTED:
        return ("plan",) if investment.in_plan else ("gap",)
    return ("plan", "gap")


def must_start(investment: Investment) -> bool:
    """Committed, `must` and a locked start year all mean that the investment is started."""
    kind = investment.lock.kind
    return kind in (LockKind.MUST, LockKind.START) or (investment.status is Status.COMMITTED and kind is not LockKind.NEVER)


def ramp_share(investment: Investment, k: int) -> Decimal:
    """Share of the effect in year k after the start: the last value persists, 0 outside 0 ≤ k < d + life."""
    if not 0 <= k < len(investment.outlay) + investment.life:
        return Decimal(0)
    return investment.ramp[min(k, len(investment.ramp) - 1)]


def counts_here(investment: Investment) -> bool:
    """True when the tonnes belong to the territorial inventory; scope 3 never does."""
    return investment.counts_to_target and investment.scope.strip() != "3"


def effect_of(investment: Investment, start: int, planning: Planning, factor: Decimal | None) -> Effect:
    """Effect by year (kg) of `investment` started in `start`."""
    if not counts_here(investment):
        return Effect({}, {}, {})
    scale = factor if factor is not None else Decimal(1)
    sold = planning.removals.sold_share.value if planning.removals.sold_share is not None else Decimal(0)
    fossil = (investment.tonnes - investment.removal_tonnes) * scale * 1000
    removed = investment.removal_tonnes * (1 - sold) * scale * 1000
    last = len(investment.ramp) - 1  # the last value persists
    both = [(half_even(fossil * share), half_even(removed * share)) for share in investment.ramp]
    reduction: dict[int, int] = {}
    removal: dict[int, int] = {}
    adverse: dict[int, int] = {}
    for k in range(len(investment.outlay) + investment.life):
        t, parts = start + k, both[min(k, last)]
        for kg, counted in zip(parts, (reduction, removal), strict=True):
            if kg > 0:
                counted[t] = kg
            elif kg < 0:
                adverse[t] = adverse.get(t, 0) + kg
    return Effect(reduction, removal, adverse)


def pair_losses(pairs: Iterable[OverlapPair], investments: Mapping[str, Investment], effect: Mapping[IS, Effect]) -> Iterable[PairLoss]:
    """Every pair of starts in which something is lost."""
    by_id: dict[str, list[int]] = {}
    for i, s in effect:
        by_id.setdefault(i, []).append(s)
    for pair in sorted(pairs, key=lambda p: (p.loser, p.winner)):
        winner = investments[pair.winner]
        shares = [(Fraction(pair.share) * Fraction(ramp)).as_integer_ratio() for ramp in winner.ramp]
        running = [shares[min(k, len(shares) - 1)] for k in range(len(winner.outlay) + winner.life)]
        for s in by_id.get(pair.loser, ()):
            own = effect[pair.loser, s]
            for s2 in by_id.get(pair.winner, ()):
                reduction, removal = _lost(own.reduction, running, s2), _lost(own.removal, running, s2)
                if reduction or removal:
                    yield PairLoss(pair.loser, s, pair.winner, s2, reduction, removal)


def _lost(part: Mapping[int, int], running: Sequence[tuple[int, int]], start: int) -> dict[int, int]:
    """What the winner, whose share (numerator, denominator) in each year after its start is `running`, takes of the loser's effect."""
    # rounded down, so that several losses together never exceed the effect
    shares = ((t, kg, running[t - start]) for t, kg in part.items() if 0 <= t - start < len(running))
    lost = {t: kg * above // below for t, kg, (above, below) in shares}
    return {t: kg for t, kg in lost.items() if kg}
