"""One world as an ordinary question: the records and the model with the figures as they turn out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from portfolio.instance import adjusted
from portfolio.planning import Adjustment, Count, Planning, ShareValue
from portfolio.records import GrantStatus, Investment, Lock, LockKind, Portfolio
from portfolio.worlds.draws import MILLIONTHS, Draws

MADE = "portfolio robust"
"""The source that a value of a world has."""


@dataclass(frozen=True)
class World:
    """What turns out otherwise in one world; what is as estimated is left out.

    Attributes:
        number: from 0. outlay, tonnes: factors by id. delay: years by id. grants: whether the grant comes. external: share delivered.
    """

    number: int
    outlay: Mapping[str, Decimal] = field(default_factory=dict)
    tonnes: Mapping[str, Decimal] = field(default_factory=dict)
    delay: Mapping[str, int] = field(default_factory=dict)
    grants: Mapping[str, bool] = field(default_factory=dict)
    external: Decimal | None = None

    @property
    def is_as_estimated(self) -> bool:
        """Nothing turns out otherwise: the question is the one that was asked."""
        return not (self.outlay or self.tonnes or self.delay or self.grants) and self.external is None


def world_of(draws: Draws, number: int) -> World:
    """World `number` of a sample."""
    outlay, tonnes = (
        {i: Decimal(int(f[number])) / MILLIONTHS for i, f in draws.factors[figure].items() if f[number] != MILLIONTHS}
        for figure in ("outlay", "tonnes")
    )
    return World(
        number=number,
        outlay=outlay,
        tonnes=tonnes,
        delay={i: int(years[number]) for i, years in draws.delays.items() if years[number]},
        grants={i: bool(comes[number]) for i, comes in draws.grants.items()},
        external=Decimal(int(draws.external[number])) / MILLIONTHS if draws.external is not None else None,
    )


def question_in(portfolio: Portfolio, planning: Planning, world: World) -> tuple[Portfolio, Planning]:
    """The same question with what turns out otherwise; a scenario's own changes stay, the world's come on top of them."""
    changed = sorted({*world.outlay, *world.tonnes, *world.delay})
    known = portfolio.by_id()
    changes = {**planning.investments, **{i: _change(known[i], planning.investments.get(i), world) for i in changed}}
    update: dict[str, object] = {"investments": changes}
    if world.external is not None:
        share = ShareValue(unit="share", stated="", source=MADE, value=world.external)
        update["external"] = planning.external.model_copy(update={"delivery_share": share})
    records = tuple(_supported(i, changes.get(i.id), world.grants.get(i.id)) for i in portfolio.investments)
    return portfolio.model_copy(update={"investments": records}), planning.model_copy(update=update)


def _change(i: Investment, stated: Adjustment | None, world: World) -> Adjustment:
    """A scenario's change of an investment and then the world's."""
    base = stated if stated is not None else Adjustment(source=MADE)
    update: dict[str, object] = {}
    for name, factors in (("outlay_factor", world.outlay), ("tonnes_factor", world.tonnes)):
        if i.id in factors:
            before = getattr(base, name)
            update[name] = (before if before is not None else Decimal(1)) * factors[i.id]
    if i.id in world.delay:
        years = world.delay[i.id]
        before = base.delay.value if base.delay is not None else 0
        update["delay"] = Count(unit="years", stated="", source=MADE, value=before + years)
        lock = base.lock if base.lock is not None else i.lock
        if lock.kind is LockKind.START and lock.year is not None:
            update["lock"] = Lock(kind=LockKind.START, year=lock.year + years)
    return base.model_copy(update=update)


def _supported(i: Investment, change: Adjustment | None, comes: bool | None) -> Investment:
    """The record with its grant as it turns out; grants and partners never pay more than the outlay."""
    update: dict[str, object] = {}
    if comes is not None:
        update["grant_status"] = GrantStatus.GRANTED if comes else GrantStatus.NONE
    if i.grant or i.partner:
        outlay = adjusted(i, change).total_outlay
        if i.grant + i.partner > outlay:
            update["partner"] = min(i.partner, outlay)
            update["grant"] = min(i.grant, outlay - min(i.partner, outlay))
    return i.model_copy(update=update) if update else i
