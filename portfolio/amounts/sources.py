"""Who may pay for what, and how much (docs/method.md, Funding)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portfolio.planning import FundingSource, Planning
from portfolio.records import Investment


@dataclass(frozen=True, slots=True)
class Limit:
    """Most that a source can pay by plan year (kr); with `carry_forward` what is left moves on to the next year."""

    values: Mapping[int, int]
    carry_forward: bool


def sources(planning: Planning) -> dict[str, FundingSource]:
    """The sources of the model in the order in which they pay: the cheapest first, then by name."""
    stated = planning.funding.sources if planning.funding is not None else {}
    return dict(sorted(stated.items(), key=lambda s: (s[1].price.value, s[0])))


def unallocated(planning: Planning) -> int:
    """Proceeds of outstanding bonds with use of proceeds (kr) that are not allocated when the plan begins."""
    issues = planning.bonds.issues if planning.bonds is not None else ()
    used = [i for i in issues if i.kind == "use_of_proceeds"]
    return sum(i.amount.value - (i.allocated.value if i.allocated is not None else 0) for i in used)


def limits(planning: Planning) -> dict[str, Limit | None]:
    """The limit of every source; None when it has none."""
    found: dict[str, Limit | None] = {}
    for name, source in sources(planning).items():
        if source.kind == "bond":
            new = planning.bonds.new_issues if planning.bonds is not None else None
            first = planning.horizon.first_year.value
            pool = {first: unallocated(planning)}
            stated = None if new is None else {t: new.values[t] + pool.get(t, 0) for t in planning.horizon.years}
            found[name] = None if stated is None else Limit(stated, carry_forward=True)
        else:
            found[name] = Limit(source.limit.values, source.carry_forward) if source.limit is not None else None
    return found


def payers(planning: Planning, investments: Mapping[str, Investment]) -> dict[str, dict[bool, tuple[str, ...]]]:
    """Sources that may pay for each investment's net outlay: for the part that bonds can finance (True), and for the rest (False)."""
    stated = sources(planning).items()
    return {
        i: {part: tuple(name for name, source in stated if _may_pay(source, investment, eligible=part)) for part in (True, False)}
        for i, investment in investments.items()
    }


def _may_pay(source: FundingSource, investment: Investment, *, eligible: bool) -> bool:
    if source.owners and investment.owner not in source.owners and investment.owner_type.value not in source.owners:
        return False
    if source.investments and investment.id not in source.investments:
        return False
    if source.kind == "bond":
        return eligible
    return source.kind == "own" or investment.capitalised
