"""What the workbook and the model file say about one investment, read for the audit alone (docs/method.md, Sets, Money, Tonnes)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from portfolio.audit.flow import SECTOR
from portfolio.outcome import Layer
from portfolio.planning import Adjustment, Planning, ShareValue
from portfolio.records import Control, GrantStatus, Investment, Lock, LockKind, Portfolio, Requirement, Status

UNADJUSTED = Adjustment(source="workbook")


@dataclass(frozen=True, slots=True)
class Facts:
    """One investment with the scenario laid over it, everything at 100 per cent.

    Attributes:
        starts: allowed start years S[i].
        window: earliest and latest start, before the plan years cut it.
        keeps: the layer a committed investment must keep; None when it is free, or cancelled by the lock `never`.
        outlay: gross outlay (kr) in the k-th year after the start.
        grants: grant received (kr) in the k-th year after the start, the delay included.
        reductions, removals: effect (whole kg) by step of the ramp; the last step persists.
        ramp: share of the effect by step.
        destination: where the reductions flow, the emission sector.
        group: overlap group, only when it has a ceiling.
        bond_category: category of the framework in force when the owner may use the bonds.
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


def facts_of(portfolio: Portfolio, planning: Planning) -> dict[str, Facts]:
    """The facts of every investment, by id in order of id."""
    ceilings = frozenset(c.group for c in portfolio.ceilings)
    rows = sorted(portfolio.investments, key=lambda i: i.id)
    return {i.id: _facts(i, planning, planning.investments.get(i.id, UNADJUSTED), ceilings) for i in rows}


def _facts(i: Investment, planning: Planning, change: Adjustment, ceilings: frozenset[str]) -> Facts:
    delay = change.delay.value if change.delay is not None else 0
    lock = change.lock if change.lock is not None else i.lock
    outlay = _outlay(i, change)
    window = range(i.earliest_start + delay, i.latest_start + delay + 1)
    reductions, removals = _effect(i, planning, change)
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
        grants=_grants(i, outlay, planning),
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
        bond_category=_bond_category(i, planning),
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


def _grants(i: Investment, outlay: tuple[int, ...], planning: Planning) -> tuple[int, ...]:
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
    return (0,) * (rules.delay.value if rules.delay is not None else 0) + tuple(parts)


def _effect(i: Investment, planning: Planning, change: Adjustment) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Reductions and removals (kg) by step of the ramp, each rounded half to even; nothing outside the territorial inventory."""
    if not i.counts_to_target or i.scope == "3":
        return (0,) * len(i.ramp), (0,) * len(i.ramp)
    factor = Fraction(change.tonnes_factor) if change.tonnes_factor is not None else Fraction(1)
    kept = 1 - share_of(planning.removals.sold_share, 0)
    reduction = (Fraction(i.tonnes) - Fraction(i.removal_tonnes)) * factor * 1000
    removal = Fraction(i.removal_tonnes) * kept * factor * 1000
    return tuple(round(reduction * Fraction(r)) for r in i.ramp), tuple(round(removal * Fraction(r)) for r in i.ramp)


def _bond_category(i: Investment, planning: Planning) -> str | None:
    owner = planning.owners.get(i.owner)
    # a model without the table leaves every owner in; with it, an owner takes part when it says so
    takes_part = owner.bond_participant if owner is not None else not planning.owners
    if planning.bonds is None or not takes_part:
        return None
    return i.bond_category if i.bond_category in planning.bonds.framework.categories else None
