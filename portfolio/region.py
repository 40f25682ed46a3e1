"""A region: several cities, each with its own workbooks and model, and a pool of grants that they share (docs/region.md)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from portfolio.planning import Money, Objective, ObjectiveName, Planning
from portfolio.records import Control, Frozen, GrantStatus, Portfolio


class Pool(Frozen):
    """The shared money (kr), for all plan years together, and which applications it decides on.

    Attributes:
        statuses: grants of these statuses are the pool's to give: what has one is started with it, or not at all.
        emission_sectors: only grants of investments in these sectors; empty: in all.
    """

    total: Money
    statuses: tuple[GrantStatus, ...] = Field(default=(GrantStatus.APPLIED,), min_length=1)
    emission_sectors: tuple[str, ...] = ()


class City(Frozen):
    """One city; paths are relative to the region file."""

    name: str = Field(min_length=1)
    model: str
    workbooks: tuple[str, ...] = Field(min_length=1)
    scenarios: tuple[str, ...] = ()


class Region(Frozen):
    """A region file as it stands."""

    title: str
    pool: Pool
    cities: tuple[City, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Member:
    """A city as it takes part: what it asks the pool for is granted in full, and `drawing` names the investments that draw on it."""

    name: str
    portfolio: Portfolio
    planning: Planning
    drawing: frozenset[str]


def member_of(name: str, portfolio: Portfolio, planning: Planning, pool: Pool) -> Member:
    """The question of one city in the region: most cumulative tonnes, each application that the pool decides on granted."""
    drawing = frozenset(
        i.id
        for i in portfolio.investments
        if i.control is Control.CITY
        and i.grant > 0
        and i.grant_status in pool.statuses
        and (not pool.emission_sectors or i.emission_sector in pool.emission_sectors)
    )
    granted = {"grant_status": GrantStatus.GRANTED}
    investments = tuple(i.model_copy(update=granted) if i.id in drawing else i for i in portfolio.investments)
    objective = Objective(name=ObjectiveName.MOST_TONNES, krona=planning.objective.krona, counts=planning.objective.counts)
    return Member(
        name,
        portfolio.model_copy(update={"investments": investments}),
        planning.model_copy(update={"objective": objective}),
        drawing,
    )
