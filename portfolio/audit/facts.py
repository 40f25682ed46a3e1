"""What the workbook and the model file say about one investment, read for the audit alone (docs/method.md, Sets, Money, Tonnes)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from portfolio.audit.flow import SECTOR
from portfolio.outcome import Layer
from portfolio.planning import Adjustment, BondFramework, Planning, ShareValue
from portfolio.records import Control, GrantStatus, Investment, Lock, LockKind, OwnerType, Portfolio, Requirement, Status

UNADJUSTED = Adjustment(source="workbook")


@dataclass(frozen=True, slots=True)
class Facts:
    """One investment with the scenario laid over it, everything at 100 per cent.

    Attributes:
        starts: allowed start years S[i].
        window: earliest and latest start, before the plan years cut it.
        keeps: the layer a committed investment must keep; None when it is free, or cancelled by the lock `never`.
        outlay: gross outlay (kr) in the k-th year after the start.
        grants: grant received (kr) in the k-th year after the start, the delay included. entitled: the same in the outlay years.
        grant_status: what kind of grant it is.
        partners: partners' money (kr) in the k-th year after the start.
        committee: the investment is a committee's.
        capitalised: False for what is an operating cost at once.
        reductions, removals: effect (whole kg) by step of the ramp; the last step persists.
        ramp: share of the effect by step.
        destination: where the reductions flow, the emission sector.
        group: overlap group, only when it has a ceiling.
        bond_category: category when the framework in force can finance it. refusal: the first test of the framework that fails.
        eligible: outlay (kr) in the k-th year after the start that the framework's criteria are met for, whatever `refusal` says.
    """

    id: str
    city: bool
    owner: str
    starts: range
    window: range
    proposed_start: int
    adopted: bool
    lock: Lock
    keeps: Layer | None
    minimum_share: int | None
    outlay: tuple[int, ...]
    grants: tuple[int, ...]
    entitled: tuple[int, ...]
    grant_status: GrantStatus
    partners: tuple[int, ...]
    committee: bool
    capitalised: bool
    operating: int
    life: int
    tonnes: Fraction
    reductions: tuple[int, ...]
    removals: tuple[int, ...]
    ramp: tuple[Fraction, ...]
    destination: str
    group: str | None
    alternatives: str | None
    requires: tuple[Requirement, ...]
    bond_category: str | None
    refusal: str
    eligible: tuple[int, ...]

    @property
    def years(self) -> int:
        """Length of the outlay profile d (years)."""
        return len(self.outlay)

    def step(self, start: int, year: int) -> int | None:
        """Index into `reductions`, `removals` and `ramp` in `year`; None outside the d + life years in which there is an effect."""
        k = year - start
        return min(k, len(self.ramp) - 1) if 0 <= k < self.years + self.life else None

    def ramp_in(self, start: int, year: int) -> Fraction:
        """Share of the effect in `year`, 0 outside the years in effect."""
        k = self.step(start, year)
        return Fraction(0) if k is None else self.ramp[k]


_LAST: list[tuple[Portfolio, Planning, dict[str, Facts]]] = []
"""The question that was asked last: a curve has a hundred plans of the same one."""


def facts_of(portfolio: Portfolio, planning: Planning) -> Mapping[str, Facts]:
    """The facts of every investment, by id in order of id."""
    for before in _LAST[:1]:
        if before[0] is portfolio and before[1] is planning:
            return before[2]
    found = _facts_of(portfolio, planning)
    _LAST[:] = [(portfolio, planning, found)]
    return found


def _facts_of(portfolio: Portfolio, planning: Planning) -> dict[str, Facts]:
    ceilings = frozenset(c.group for c in portfolio.ceilings)
    rows = sorted(portfolio.investments, key=lambda i: i.id)
    return {i.id: _facts(i, planning, planning.investments.get(i.id, UNADJUSTED), ceilings) for i in rows}


def _facts(i: Investment, planning: Planning, change: Adjustment, ceilings: frozenset[str]) -> Facts:
    delay = change.delay.value if change.delay is not None else 0
    lock = change.lock if change.lock is not None else i.lock
    outlay = _outlay(i, change)
    window = range(i.earliest_start + delay, i.latest_start + delay + 1)
    reductions, removals = _effect(i, planning, change)
    entitled = _entitled(i, outlay, planning)
    partners = _partners(i, outlay, entitled)
    refusal = refusal_of(i, planning.bonds.framework) if planning.bonds is not None else "no_framework"
    return Facts(
        id=i.id,
        city=i.control is Control.CITY,
        owner=i.owner,
        starts=_allowed(window, len(outlay), planning),
        window=window,
        proposed_start=i.proposed_start + delay,
        adopted=i.in_plan,
        lock=lock,
        keeps=_kept_layer(i, lock),
        minimum_share=i.minimum_share,
        outlay=outlay,
        grants=(0,) * (planning.grants.delay.value if planning.grants.delay is not None else 0) + entitled,
        entitled=entitled,
        grant_status=i.grant_status,
        partners=partners,
        committee=i.owner_type is OwnerType.COMMITTEE,
        capitalised=i.capitalised,
        operating=i.operating,
        life=i.life,
        tonnes=Fraction(i.tonnes),
        reductions=reductions,
        removals=removals,
        ramp=tuple(Fraction(r) for r in i.ramp),
        destination=SECTOR + i.emission_sector,
        group=i.overlap_group if i.overlap_group in ceilings else None,
        alternatives=i.alternatives,
        requires=i.requires,
        bond_category=None if refusal else i.bond_category,
        refusal=refusal,
        eligible=_eligible(i, outlay, entitled, partners),
    )


def _whole(i: Investment) -> int:
    """Kronor that amounts are whole multiples of: a per cent of whole hundreds is whole kronor."""
    return 100 if i.minimum_share is not None else 1


def _outlay(i: Investment, change: Adjustment) -> tuple[int, ...]:
    """Outlay (kr) by year after the start; a scenario's factor is rounded half to even, each year on its own."""
    if change.outlay_factor is None:
        return i.outlay
    return tuple(round(kr * Fraction(change.outlay_factor) / _whole(i)) * _whole(i) for kr in i.outlay)


def _allowed(window: range, years: int, planning: Planning) -> range:
    last = planning.horizon.last_year.value
    latest = last if planning.horizon.allow_tail else last - years + 1
    return range(max(window.start, planning.horizon.first_year.value), min(window.stop - 1, latest) + 1)


def _kept_layer(i: Investment, lock: Lock) -> Layer | None:
    if i.status is not Status.COMMITTED or lock.kind is LockKind.NEVER:
        return None
    return Layer.PLAN if i.in_plan else Layer.GAP


def share_of(value: ShareValue | None, default: int) -> Fraction:
    """A share of the model file as an exact number; `default` when the file does not give it."""
    return Fraction(value.value) if value is not None else Fraction(default)


def _entitled(i: Investment, outlay: tuple[int, ...], planning: Planning) -> tuple[int, ...]:
    rules = planning.grants
    shares: Mapping[GrantStatus, Fraction] = {
        GrantStatus.GRANTED: share_of(rules.granted, 1),
        GrantStatus.APPLIED: share_of(rules.applied, 0),
        GrantStatus.POSSIBLE: share_of(rules.possible, 0),
        GrantStatus.NONE: Fraction(0),
    }
    whole = _whole(i)
    pieces = round(i.grant * shares[i.grant_status] / whole)
    total, spent, received, parts = sum(outlay), 0, 0, []
    for kr in outlay:
        spent += kr
        reached = pieces * spent // total if total else 0
        parts.append((reached - received) * whole)
        received = reached
    return tuple(parts)


def _partners(i: Investment, outlay: tuple[int, ...], entitled: tuple[int, ...]) -> tuple[int, ...]:
    """Partners' money follows what the grants leave of the outlay; each year gets what its cumulative share, rounded down, adds."""
    open_kronor = [kr - grant for kr, grant in zip(outlay, entitled, strict=True)]
    pieces, everything = i.partner // _whole(i), sum(open_kronor)
    reached = [pieces * sum(open_kronor[: k + 1]) // everything if everything else 0 for k in range(len(open_kronor))]
    return tuple((now - before) * _whole(i) for before, now in zip([0, *reached], reached, strict=False))


def _eligible(i: Investment, outlay: tuple[int, ...], entitled: tuple[int, ...], partners: tuple[int, ...]) -> tuple[int, ...]:
    """Net outlay times the eligible share, cumulatively rounded down to whole kronor or hundreds."""
    net = [kr - grant - partner for kr, grant, partner in zip(outlay, entitled, partners, strict=True)]
    reached = [floor(Fraction(i.eligible_share) * sum(net[: k + 1]) / _whole(i)) for k in range(len(net))]
    return tuple((now - before) * _whole(i) for before, now in zip([0, *reached], reached, strict=False))


def _effect(i: Investment, planning: Planning, change: Adjustment) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Reductions and removals (kg) by step of the ramp, each rounded half to even; nothing outside the territorial inventory."""
    if not i.counts_to_target or i.scope == "3":
        return (0,) * len(i.ramp), (0,) * len(i.ramp)
    factor = Fraction(change.tonnes_factor) if change.tonnes_factor is not None else Fraction(1)
    kept = 1 - share_of(planning.removals.sold_share, 0)
    reduction = (Fraction(i.tonnes) - Fraction(i.removal_tonnes)) * factor * 1000
    removal = Fraction(i.removal_tonnes) * kept * factor * 1000
    return tuple(round(reduction * Fraction(r)) for r in i.ramp), tuple(round(removal * Fraction(r)) for r in i.ramp)


def refusal_of(i: Investment, framework: BondFramework) -> str:
    """Name of the first test of the framework that the investment fails; empty when it passes all of them (docs/method.md, Bonds)."""
    if i.bond_category is None:
        return "no_category"
    if i.bond_category not in framework.categories:
        return "category_unknown"
    if framework.participants and i.owner not in framework.participants:
        return "owner_outside"
    for exclusion in framework.exclusions:
        if i.sector in exclusion.sectors or i.id in exclusion.investments:
            return "excluded"
    if not i.capitalised:
        return "not_capitalised"
    if not i.eligible_share:
        return "share_zero"
    return "taxonomy" if framework.taxonomy and i.taxonomy not in framework.taxonomy else ""
