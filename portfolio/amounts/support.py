"""Money from others for one investment: grants and partners, by year, so that the parts sum exactly (docs/method.md, Money)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from portfolio.planning import Planning
from portfolio.records import GrantStatus, Investment


def half_even(value: Decimal | Fraction) -> int:
    """Nearest integer, half to even."""
    return round(value)


def whole(investment: Investment) -> int:
    """Kronor that amounts are whole multiples of: a per cent of whole hundreds is whole kronor."""
    return 100 if investment.minimum_share is not None else 1


def spread(amount: int, weights: Iterable[int], step: int = 1) -> Iterator[int]:
    """`amount` in proportion to the weights, cumulatively rounded down to whole steps; the parts sum to it when it is whole steps."""
    given = list(weights)
    total, passed, before = sum(given), 0, 0
    for weight in given:
        passed += weight
        upto = amount * passed // total // step * step if total else 0
        yield upto - before
        before = upto


def grant_share(status: GrantStatus, planning: Planning) -> Decimal:
    """Share of a grant that counts: granted 1, applied and possible 0, unless the model says otherwise."""
    rules = planning.grants
    stated = {GrantStatus.GRANTED: rules.granted, GrantStatus.APPLIED: rules.applied, GrantStatus.POSSIBLE: rules.possible}.get(status)
    if stated is not None:
        return stated.value
    return Decimal(1) if status is GrantStatus.GRANTED else Decimal(0)


def counted_grant(investment: Investment, planning: Planning) -> int:
    """The grant that counts (kr), all years."""
    step = whole(investment)
    return half_even(Decimal(investment.grant) * grant_share(investment.grant_status, planning) / step) * step


def entitled(investment: Investment, planning: Planning) -> tuple[int, ...]:
    """Grant that counts (kr) in the k-th outlay year, whenever it is paid."""
    if not investment.grant:
        return (0,) * len(investment.outlay)
    return tuple(spread(counted_grant(investment, planning), investment.outlay, whole(investment)))


def partners(investment: Investment, planning: Planning) -> tuple[int, ...]:
    """Partners' money (kr) in the k-th outlay year: in proportion to what is left after the grants that count."""
    if not investment.partner:
        return (0,) * len(investment.outlay)
    left = (kr - grant for kr, grant in zip(investment.outlay, entitled(investment, planning), strict=True))
    return tuple(spread(investment.partner, left, whole(investment)))


def grant_delay(planning: Planning) -> int:
    """Years between being entitled to a grant and receiving it."""
    return planning.grants.delay.value if planning.grants.delay is not None else 0


def by_year(amounts: Iterable[int], first: int) -> dict[int, int]:
    """Amounts of successive years by year, years without any left out."""
    return {first + k: kr for k, kr in enumerate(amounts) if kr}
