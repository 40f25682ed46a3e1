"""Small records for tests: everything has a default, so that a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from portfolio.planning import (
    ControlEnvelope,
    Count,
    Debt,
    Emissions,
    Horizon,
    Money,
    MoneyByYear,
    Objective,
    PlanFrame,
    Planning,
    SectorTonnes,
    ShareValue,
    Tonnes,
)
from portfolio.records import Investment, Lock, LockKind, Origin, OverlapCeiling, OverlapPair, Portfolio, Requirement

ORIGIN = Origin(file="test.xlsx", sheet="Investeringar", row=2)


def money(kronor: int) -> Money:
    """Kronor with a source."""
    return Money(unit="kr", stated=f"{kronor} kr", source="test", value=kronor)


def money_by_year(values: Mapping[int, int]) -> MoneyByYear:
    """Kronor by year with a source."""
    return MoneyByYear(unit="kr", stated="kr", source="test", values=dict(values))


def count(value: int, unit: str = "year") -> Count:
    """A whole number with a source."""
    return Count(unit=unit, stated=f"{value} {unit}", source="test", value=value)


def share(value: str | Decimal) -> ShareValue:
    """A share (0–1) with a source."""
    return ShareValue(unit="share", stated=str(value), source="test", value=Decimal(value))


def tonnes(value: int | str | Decimal) -> Tonnes:
    """Tonnes with a source."""
    return Tonnes(unit="t", stated=f"{value} t", source="test", value=Decimal(value))


def investment(id: str, outlay: Sequence[int] = (100,), *, start: int = 2025, latest: int | None = None, **fields: Any) -> Investment:
    """An investment whose window is `start`..`latest` (default: that year only); effect from the first year on."""
    given: dict[str, Any] = {
        "id": id,
        "name": f"Åtgärd {id}",
        "owner": "Nämnden",
        "emission_sector": "transport",
        "earliest_start": start,
        "latest_start": latest if latest is not None else start,
        "proposed_start": start,
        "outlay": tuple(outlay),
        "life": 20,
        "tonnes": Decimal(1),
        "origin": ORIGIN,
    }
    return Investment(**{**given, **fields})


def needs(*ids: str) -> tuple[Requirement, ...]:
    """Start-to-start prerequisites."""
    return tuple(Requirement(id=i) for i in ids)


def lock(kind: str, year: int | None = None) -> Lock:
    """`must`, `never` or `start` with a year."""
    return Lock(kind=LockKind(kind), year=year)


def pair(loser: str, winner: str, lost: str) -> OverlapPair:
    """While `winner` is in effect, `loser` loses the share `lost`."""
    return OverlapPair(loser=loser, winner=winner, share=Decimal(lost), origin=ORIGIN)


def ceiling(group: str, most: int | str) -> OverlapCeiling:
    """Most tonnes of an overlap group."""
    return OverlapCeiling(group=group, tonnes=Decimal(most), origin=ORIGIN)


def portfolio_of(*investments: Investment, pairs: Sequence[OverlapPair] = (), ceilings: Sequence[OverlapCeiling] = ()) -> Portfolio:
    """A portfolio of records."""
    return Portfolio(investments=tuple(investments), pairs=tuple(pairs), ceilings=tuple(ceilings))


def horizon(first: int = 2025, last: int = 2027, until: int = 2029, target: int = 2027, **fields: Any) -> Horizon:
    """Three plan years and five effect years."""
    return Horizon(first_year=count(first), last_year=count(last), effects_until=count(until), target_year=count(target), **fields)


def frame(*amounts: int, first: int = 2025, carry_forward: bool = True) -> PlanFrame:
    """Yearly frames (kr) from `first` on."""
    return PlanFrame(frame=money_by_year({first + n: kr for n, kr in enumerate(amounts)}), carry_forward=carry_forward)


def envelope(kronor: int) -> ControlEnvelope:
    """The control envelope."""
    return ControlEnvelope(total=money(kronor))


def debt(opening: int, mandate: int, years: range = range(2025, 2028), other: int = 0, own: int = 0, **fields: Any) -> Debt:
    """A debt table with the same figures every year."""
    return Debt(
        opening=money(opening),
        mandate=money_by_year(dict.fromkeys(years, mandate)),
        other_net_investment=money_by_year(dict.fromkeys(years, other)),
        self_financing=money_by_year(dict.fromkeys(years, own)),
        **fields,
    )


def emissions(
    base: int = 1000, latest: int = 600, reduction: str = "0.85", sectors: Mapping[str, int] | None = None, **fields: Any
) -> Emissions:
    """An emission table."""
    return Emissions(
        base_year=count(1990),
        base=tonnes(base),
        latest_year=count(2022),
        latest=tonnes(latest),
        target_reduction=share(reduction),
        sectors={name: SectorTonnes(**tonnes(t).model_dump()) for name, t in (sectors or {}).items()},
        **fields,
    )


def planning(**tables: Any) -> Planning:
    """A model with the small horizon and the objective most tonnes; every other table only when given."""
    given: dict[str, Any] = {
        "schema_version": 1,
        "title": "test",
        "file": "test.toml",
        "sha256": "0" * 64,
        "horizon": horizon(),
        "objective": Objective(name="most_tonnes"),
    }
    return Planning(**{**given, **tables})
