"""How far the figures of each investment can be from their estimates: the workbook's ± per cent, and what the model says instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portfolio.planning import Planning, ShareValue
from portfolio.records import Control, GrantStatus, Investment, Portfolio, Status

FIGURES = ("outlay", "tonnes")
"""The figures of an investment that have a range."""


@dataclass(frozen=True)
class Range:
    """Lowest and highest value of a figure as shares of its estimate, which is the most likely: 0.6 and 1.4 are ± 40 %."""

    low: Decimal
    high: Decimal

    @property
    def is_certain(self) -> bool:
        """The figure is what it is."""
        return self.low == self.high


@dataclass(frozen=True)
class Uncertain:
    """Everything that can turn out otherwise, by id; what is certain is left out.

    Attributes:
        ranges: by figure (`outlay`, `tonnes`) and id. sectors: sector of each id that has one.
        delays: probability by years late. grants: probability that the grant comes.
        external: lowest, most likely and highest share that external actors deliver; None when it is certain.
        correlation: by sector, for the sectors whose correlation is not 0.
    """

    ranges: Mapping[str, Mapping[str, Range]]
    sectors: Mapping[str, str]
    delays: Mapping[str, Mapping[int, Decimal]]
    grants: Mapping[str, Decimal]
    external: tuple[Decimal, Decimal, Decimal] | None
    correlation: Mapping[str, Decimal]


def uncertain(portfolio: Portfolio, planning: Planning) -> Uncertain:
    """What the workbooks and the model's table say; external investments have no outlay, delay or grant that matters here."""
    table = planning.uncertainty
    city = [i for i in portfolio.investments if i.control is Control.CITY]
    ranges = {"outlay": {i.id: _outlay(i, planning) for i in city}, "tonnes": {i.id: _tonnes(i, planning) for i in portfolio.investments}}
    correlations = {sector: stated.value for sector, stated in table.correlation_by_sector.items()}
    sectors = {i.id: i.sector for i in portfolio.investments if i.sector}
    overall = table.correlation.value if table.correlation is not None else Decimal(0)
    external = None
    if table.external is not None:
        low, high = table.external.low.value, table.external.high.value
        stated = planning.external.delivery_share.value if planning.external.delivery_share is not None else Decimal(0)
        external = (low, min(max(low, stated), high), high)
    return Uncertain(
        ranges={figure: {i: r for i, r in by_id.items() if not r.is_certain} for figure, by_id in ranges.items()},
        sectors=sectors,
        delays={i.id: late for i in city if (late := _delays(i, planning))},
        grants={i.id: p for i in city if i.grant and (p := _grant(i, planning)) is not None},
        external=external,
        correlation={s: c for s in sorted(set(sectors.values())) if (c := correlations.get(s, overall))},
    )


def _outlay(i: Investment, planning: Planning) -> Range:
    own = planning.uncertainty.investments.get(i.id)
    return _range(i.outlay_uncertainty, own.outlay_down if own else None, own.outlay_up if own else None)


def _tonnes(i: Investment, planning: Planning) -> Range:
    own = planning.uncertainty.investments.get(i.id)
    return _range(i.tonnes_uncertainty, own.tonnes_down if own else None, own.tonnes_up if own else None)


def _range(stated: Decimal | None, down: ShareValue | None, up: ShareValue | None) -> Range:
    both = stated if stated is not None else Decimal(0)
    return Range(1 - (down.value if down is not None else both), 1 + (up.value if up is not None else both))


def _delays(i: Investment, planning: Planning) -> dict[int, Decimal]:
    """Its own, otherwise the default, which does not touch what is committed: its window is decided."""
    own = planning.uncertainty.investments.get(i.id)
    default = planning.uncertainty.delays if i.status is not Status.COMMITTED else {}
    stated = own.delays if own is not None and own.delays else default
    return {years: share.value for years, share in sorted(stated.items()) if share.value}


def _grant(i: Investment, planning: Planning) -> Decimal | None:
    """Probability that the grant comes; None when it counts as the model says."""
    rules = planning.uncertainty.grants
    by_status = {GrantStatus.GRANTED: rules.granted, GrantStatus.APPLIED: rules.applied, GrantStatus.POSSIBLE: rules.possible}
    stated = by_status.get(i.grant_status)
    return stated.value if stated is not None else None
