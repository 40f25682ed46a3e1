"""One case a constraint: a small question, a point exactly on the limit, and a point one krona, tonne or start beyond it. No solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import making as m
from portfolio.planning import (
    BondBacking,
    BondCategory,
    BondFramework,
    Bonds,
    CountByYear,
    DeliveryCapacity,
    EmissionCeiling,
    External,
    OperatingCharge,
    Owner,
    OwnerFrame,
    Planning,
    Rate,
    Removals,
    SelectionLimit,
    Stability,
)
from portfolio.records import Portfolio

PLAN = ("A", 2025, "plan")
Key = tuple[str, int, str]


@dataclass(frozen=True)
class Point:
    """A plan: what is started, and the values of the variables that follow from it.

    Attributes:
        starts: investment, start year and layer to per cent bought.
        derived: variable names to values: `both`, `counted`, `delivered`.
    """

    portfolio: Portfolio
    planning: Planning
    starts: Mapping[Key, int]
    derived: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """The allowed point's question is the golden LP. `only_tie`: the audit computes what the constraint ties, so no plan can breach it."""

    name: str
    allowed: Point
    forbidden: Point
    only_tie: bool = False


def rate(value: str) -> Rate:
    """A rate with a source."""
    return Rate(unit="share", stated=value, source="test", value=Decimal(value))


def starts(*given: str | Key) -> dict[Key, int]:
    """All at 100 per cent; an id alone is started in 2025 in the plan."""
    return {(g, 2025, "plan") if isinstance(g, str) else g: 100 for g in given}


A = m.investment("A", (100_000,), latest=2026, in_plan=True)
B = m.investment("B", (60_000, 40_000), latest=2026)


def start_at_most_once() -> Case:
    question = (m.portfolio_of(A, m.investment("M", lock=m.lock("must"))), m.planning())
    return Case("start_at_most_once", Point(*question, starts("A", "M")), Point(*question, starts("A")))


def scale() -> Case:
    question = (m.portfolio_of(m.investment("A", (100_000,), minimum_share=40)), m.planning())
    return Case("scale", Point(*question, {PLAN: 40}), Point(*question, {PLAN: 39}))


def alternatives() -> Case:
    pair = [m.investment(i, alternatives="G", latest=2026) for i in "AB"]
    question = (m.portfolio_of(*pair), m.planning())
    return Case("alternatives", Point(*question, starts("A")), Point(*question, starts("A", ("B", 2026, "gap"))))


def requires() -> Case:
    needing = m.investment("A", latest=2027, requires=m.needs("B"))
    question = (m.portfolio_of(needing, m.investment("B", latest=2027)), m.planning())
    together = starts(("A", 2026, "plan"), ("B", 2026, "plan"))
    return Case("requires", Point(*question, together), Point(*question, starts("A", ("B", 2026, "plan"))))


def selection() -> Case:
    limit = SelectionLimit(name="two", members=("A", "B"), at_least=1, at_most=1, source="test")
    question = (m.portfolio_of(A, B), m.planning(selection=(limit,)))
    return Case("selection", Point(*question, starts("A")), Point(*question, starts("A", "B")))


def plan_frame() -> Case:
    def question(second: int) -> tuple[Portfolio, Planning]:
        return m.portfolio_of(A, B), m.planning(plan_frame=m.frame(170_000, second, 0))

    both = starts("A", "B")  # 160 000 kr in 2025 and 40 000 kr in 2026: 10 000 kr move on
    return Case("plan_frame", Point(*question(30_000), both), Point(*question(29_999), both))


def control_envelope() -> Case:
    def question(total: int) -> tuple[Portfolio, Planning]:
        return m.portfolio_of(A, B), m.planning(control_envelope=m.envelope(total))

    both = starts("A", ("B", 2026, "gap"))
    return Case("control_envelope", Point(*question(200_000), both), Point(*question(199_999), both))


def owner_frame() -> Case:
    def question(second: int) -> tuple[Portfolio, Planning]:
        frames = {"Nämnden": m.money_by_year({2025: 100_000, 2026: second, 2027: 0})}
        other = m.investment("C", (999_000,), owner="Bolaget")
        return m.portfolio_of(A, m.investment("B", (60_000,), start=2026), other), m.planning(owner_frame=OwnerFrame(frames=frames))

    all_three = starts("A", ("B", 2026, "gap"), "C")
    return Case("owner_frame", Point(*question(60_000), all_three), Point(*question(59_999), all_three))


def debt_mandate() -> Case:
    granted = m.investment("A", (60_000, 40_000), grant=30_000, grant_status="granted", operating=5_000)

    def question(mandate: int) -> tuple[Portfolio, Planning]:
        return m.portfolio_of(granted), m.planning(debt=m.debt(500_000, mandate, other=20_000, own=10_000))

    # 500 000 + 3 · (20 000 − 10 000) + 100 000 − 30 000 + 5 000 operating in 2027
    return Case("debt_mandate", Point(*question(605_000), starts("A")), Point(*question(604_999), starts("A")))


def operating_charge() -> Case:
    def question(limit: int) -> tuple[Portfolio, Planning]:
        table = OperatingCharge(internal_rate=rate("0.025"), limit=m.money_by_year(dict.fromkeys(range(2025, 2028), limit)))
        return m.portfolio_of(m.investment("A", (100_000_000,), life=25, operating=-500_000)), m.planning(operating_charge=table)

    # the year after: 100 mnkr / 25 + 2,5 % of 100 mnkr = 6,5 mnkr, less 0,5 mnkr of savings
    return Case("operating_charge", Point(*question(6_000_001), starts("A")), Point(*question(5_999_999), starts("A")))


def bond_backing() -> Case:
    framework = BondFramework(
        schema_version=1, name="F", title="F", source="test", categories={"RE": BondCategory(name_sv="förnybart", name_en="renewable")}
    )

    def question(other: int) -> tuple[Portfolio, Planning]:
        eligible = m.investment("A", (100_000,), bond_category="RE")
        plain = m.investment("B", (50_000,))
        table = BondBacking(share=m.share("0.9"), other_eligible=m.money_by_year({2025: other, 2026: 0, 2027: 0}))
        owners = {"Nämnden": Owner(type="committee", bond_participant=True, source="test")}
        return m.portfolio_of(eligible, plain), m.planning(
            debt=m.debt(0, 10**9), bonds=Bonds(framework=framework), bond_backing=table, owners=owners
        )

    # 90 % of 150 000 kr is 135 000 kr, of which 100 000 kr are backed by A
    return Case("bond_backing", Point(*question(35_001), starts("A", "B")), Point(*question(34_999), starts("A", "B")))


def delivery_capacity() -> Case:
    def question(most: int, outlay: int) -> tuple[Portfolio, Planning]:
        table = DeliveryCapacity(
            starts={"Nämnden": CountByYear(unit="starts", stated="", source="test", values={2025: most})},
            outlay={"*": m.money_by_year({2025: outlay})},
        )
        return m.portfolio_of(A, B), m.planning(delivery_capacity=table)

    return Case("delivery_capacity", Point(*question(2, 160_000), starts("A", "B")), Point(*question(2, 159_999), starts("A", "B")))


def stability() -> Case:
    question = (m.portfolio_of(A, B), m.planning(stability=Stability(changes=m.count(1, "changes"))))
    moved = starts(("A", 2026, "plan"))
    return Case("stability", Point(*question, moved), Point(*question, starts(("A", 2026, "plan"), "B")))


def pair_overlap() -> Case:
    pair = [m.investment(i, latest=2025, tonnes=Decimal(100)) for i in "AB"]
    question = (m.portfolio_of(*pair, pairs=(m.pair("A", "B", "0.9"),)), m.planning())
    both = starts("A", ("B", 2025, "gap"))
    return Case("pair_overlap", Point(*question, both, {"both_0000": 1}), Point(*question, both, {"both_0000": 0}), only_tie=True)


def tonnes_ceiling() -> Case:
    pair = [m.investment(i, tonnes=Decimal(60), overlap_group="G", removal_tonnes=Decimal(20)) for i in "AB"]
    planning = m.planning(
        horizon=m.horizon(until=2027),
        emissions=m.emissions(base=200, latest=100, sectors={"transport": 100}),
        removals=Removals(allowance_share=m.share("0.15")),
    )
    question = (m.portfolio_of(*pair, ceilings=(m.ceiling("G", 100),)), planning)

    def counted(removals: float) -> dict[str, float]:
        # raw: 80 t of reductions and 40 t of removals, allowance 30 t, group ceiling 100 t
        return {f"counted_objective_{n:04d}_{t}": 70 if n % 2 else removals for t in (2025, 2026, 2027) for n in _numbers(t)}

    both = starts("A", ("B", 2025, "gap"))
    return Case("tonnes_ceiling", Point(*question, both, counted(30)), Point(*question, both, counted(30.001)), only_tie=True)


def _numbers(year: int) -> tuple[int, int]:
    first = 2 * (year - 2025) + 1
    return first, first + 1


def external_delivery() -> Case:
    needed = m.investment("A", (100,), latest=2026)
    actor = m.investment("X", (9,), latest=2026, control="external", owner_type="external", requires=m.needs("A"), tonnes=Decimal(50))
    planning = m.planning(
        emissions=m.emissions(), emission_ceiling=EmissionCeiling(tonnes=m.tonnes(590)), external=External(delivery_share=m.share("1"))
    )
    question = (m.portfolio_of(needed, actor), planning)
    late = starts(("A", 2026, "plan"))
    delivered = {"delivered_0001_2025": 0, "delivered_0001_2026": 1}
    early = {"delivered_0001_2025": 1, "delivered_0001_2026": 1}
    return Case("external_delivery", Point(*question, late, delivered), Point(*question, late, early), only_tie=True)


def emission_ceiling() -> Case:
    def question(most: str) -> tuple[Portfolio, Planning]:
        table: dict[str, Any] = {"emissions": m.emissions(latest=600), "emission_ceiling": EmissionCeiling(tonnes=m.tonnes(most))}
        return m.portfolio_of(m.investment("A", tonnes=Decimal(100))), m.planning(**table)

    return Case("emission_ceiling", Point(*question("500"), starts("A")), Point(*question("499.999"), starts("A")))


CASES = tuple(
    make()
    for make in (
        start_at_most_once,
        scale,
        alternatives,
        requires,
        selection,
        plan_frame,
        control_envelope,
        owner_frame,
        debt_mandate,
        operating_charge,
        bond_backing,
        delivery_capacity,
        stability,
        pair_overlap,
        tonnes_ceiling,
        external_delivery,
        emission_ceiling,
    )
)
