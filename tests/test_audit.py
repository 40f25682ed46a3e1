"""Each constraint of the audit: a point it allows and a point it forbids, made by hand, no solver."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args

import pytest

import making as b
from portfolio.audit import CONSTRAINTS, audit
from portfolio.audit.flow import MOST_JOINED, Ceilings, Stream, TooManyJoined
from portfolio.audit.sheet import Unit
from portfolio.outcome import Check, Decision, Layer, Verdict
from portfolio.planning import (
    Adjustment,
    BondBacking,
    BondCategory,
    BondFramework,
    Bonds,
    CountByYear,
    DeliveryCapacity,
    EmissionCeiling,
    External,
    Objective,
    OperatingCharge,
    Owner,
    OwnerFrame,
    Planning,
    Rate,
    Removals,
    SelectionLimit,
    Stability,
)
from portfolio.records import Investment, Portfolio, Requirement
from portfolio.text import LANGUAGES, Text
from portfolio.units import tonnes_from_ticks

YEARS = range(2025, 2028)


def rate(value: str) -> Rate:
    return Rate(unit="share", stated=value, source="test", value=Decimal(value))


def decide(id: str, start: int | None = None, layer: str = "plan", percent: int = 100, **figures: Any) -> Decision:
    if start is None and layer == "plan":
        return Decision(id=id, name=id, owner="", layer=Layer.NOT_RECOMMENDED, percent=0, **figures)
    return Decision(id=id, name=id, owner="", layer=Layer(layer), start=start, percent=percent, **figures)


def breached(portfolio: Portfolio | Sequence[Investment], planning: Planning, *decisions: Decision, **given: Any) -> set[str]:
    """Names of the breached constraints; the stated figures are left aside, for these plans state none."""
    whole = portfolio if isinstance(portfolio, Portfolio) else b.portfolio_of(*portfolio)
    found = audit(whole, planning, decisions, **given)
    assert (found.verdict is Verdict.HOLDS) is not bool(found.breaches)
    return {c.constraint for c in found.breaches} - {"stated_figures", "attribution"}


def rows(portfolio: Sequence[Investment], planning: Planning, constraint: str, *decisions: Decision) -> list[Check]:
    return [c for c in audit(b.portfolio_of(*portfolio), planning, decisions).checks if c.constraint == constraint]


A = b.investment("A", (100,), start=2025, latest=2027)
B = b.investment("B", (60, 40), start=2025, latest=2027)
FREE = b.planning()


def test_each_investment_is_decided_once() -> None:
    assert breached([A, B], FREE, decide("A", 2025), decide("B")) == set()
    assert breached([A, B], FREE, decide("A", 2025)) == {"start_at_most_once"}
    assert breached([A], FREE, decide("A", 2025), decide("A", 2025)) == {"start_at_most_once"}
    assert breached([A], FREE, decide("A", 2025), decide("X")) == {"start_at_most_once"}


def test_layers() -> None:
    outside = b.investment("E", control="external")
    assert breached([A, outside], FREE, decide("A", 2025, "gap"), decide("E", 2025, "external")) == set()
    assert breached([A], FREE, decide("A", 2025, "gap"), layers_allowed=("plan",)) == {"layers"}
    assert breached([A], FREE, decide("A", 2025, "external")) == {"layers"}
    assert breached([outside], FREE, decide("E", 2025, "plan")) == {"layers"}
    assert breached([A], FREE, decide("A", None, "gap", 0)) == {"layers"}


def test_start_window() -> None:
    assert breached([B], FREE, decide("B", 2026)) == set()
    assert breached([B], FREE, decide("B", 2027)) == {"start_window"}, "the last outlay would be in 2028"
    tail = b.planning(horizon=b.horizon(allow_tail=True))
    assert breached([B], tail, decide("B", 2027)) == set()
    assert breached([A], FREE, decide("A", 2024)) == {"start_window"}
    early = b.investment("A", start=2023, latest=2026)
    assert breached([early], FREE, decide("A", 2024)) == {"start_window"}
    late = b.planning(investments={"A": Adjustment(delay=b.count(1, "years"), source="test")})
    assert breached([A], late, decide("A", 2026)) == set()
    assert breached([A], late, decide("A", 2025)) == {"start_window"}


def test_committed() -> None:
    fixed = b.investment("A", latest=2027, status="committed", in_plan=True)
    assert breached([fixed], FREE, decide("A", 2026)) == set()
    assert breached([fixed], FREE, decide("A")) == {"committed"}
    assert breached([fixed], FREE, decide("A", 2026, "gap")) == {"committed"}
    cancelled = b.planning(investments={"A": Adjustment(lock=b.lock("never"), source="test")})
    assert breached([fixed], cancelled, decide("A")) == set()
    assert breached([fixed], cancelled, decide("A", 2026)) == {"lock"}


@pytest.mark.parametrize(
    ("kind", "year", "allowed", "forbidden"),
    [("must", None, 2026, None), ("never", None, None, 2026), ("start", 2026, 2026, 2025), ("start", 2026, 2026, None)],
)
def test_lock(kind: str, year: int | None, allowed: int | None, forbidden: int | None) -> None:
    locked = b.investment("A", latest=2027, lock=b.lock(kind, year))
    assert breached([locked], FREE, decide("A", allowed)) == set()
    assert breached([locked], FREE, decide("A", forbidden)) == {"lock"}


def test_scale() -> None:
    scalable = b.investment("A", minimum_share=40)
    assert breached([scalable], FREE, decide("A", 2025, percent=40)) == set()
    assert breached([scalable], FREE, decide("A", 2025, percent=39)) == {"scale"}
    assert breached([scalable], FREE, decide("A", 2025, percent=101)) == {"scale"}
    assert breached([A], FREE, decide("A", 2025, percent=99)) == {"scale"}
    assert breached([A], FREE, Decision(id="A", name="A", owner="", layer=Layer.NOT_RECOMMENDED, percent=1)) == {"scale"}


def test_requires_start_to_start() -> None:
    needing = b.investment("A", latest=2027, requires=b.needs("B"))
    assert breached([needing, B], FREE, decide("A", 2025), decide("B", 2025)) == set()
    assert breached([needing, B], FREE, decide("A", 2025), decide("B", 2026)) == {"requires"}
    assert breached([needing, B], FREE, decide("A", 2025), decide("B")) == {"requires"}
    assert breached([needing, B], FREE, decide("A"), decide("B", 2026)) == set()


def test_requires_finish_to_start() -> None:
    needing = b.investment("A", latest=2027, requires=(Requirement(id="B", kind="finish_to_start"),))
    assert breached([needing, B], FREE, decide("A", 2027), decide("B", 2025)) == set()
    assert breached([needing, B], FREE, decide("A", 2026), decide("B", 2025)) == {"requires"}


def test_alternatives_selection_and_stability() -> None:
    first, second = (b.investment(i, latest=2027, alternatives="val", in_plan=i == "A") for i in "AB")
    assert breached([first, second], FREE, decide("A", 2025), decide("B")) == set()
    assert breached([first, second], FREE, decide("A", 2025), decide("B", 2025)) == {"alternatives"}
    limit = SelectionLimit(name="minst en", members=("A", "B"), at_least=1, at_most=1, source="test")
    chosen = b.planning(selection=(limit,))
    assert breached([A, B], chosen, decide("A", 2025), decide("B")) == set()
    assert breached([A, B], chosen, decide("A"), decide("B")) == {"selection"}
    assert breached([A, B], chosen, decide("A", 2025), decide("B", 2025)) == {"selection"}
    stable = b.planning(stability=Stability(changes=b.count(1, "changes")))
    assert breached([first, second], stable, decide("A", 2026), decide("B")) == set()
    assert breached([first, second], stable, decide("A"), decide("B", 2025)) == {"stability"}


def test_a_delay_moves_the_adopted_start_too() -> None:
    """The scenario delays A by a year: to start it in 2026 is no change of the adopted plan, to start it in 2027 is one."""
    adopted = b.investment("A", latest=2026, in_plan=True)
    late = Adjustment(delay=b.count(1, "years"), source="test")
    model = b.planning(stability=Stability(changes=b.count(0, "changes")), investments={"A": late})
    assert breached([adopted], model, decide("A", 2026)) == set()
    assert breached([adopted], model, decide("A", 2027)) == {"stability"}


def test_plan_frame() -> None:
    carried, yearly = (b.planning(plan_frame=b.frame(60, 30, 10, carry_forward=c)) for c in (True, False))
    assert breached([B], carried, decide("B", 2026)) == set(), "90 unspent kronor carry 60 and 40"
    assert breached([B], carried, decide("B", 2025)) == {"plan_frame"}, "60 + 40 > 60 + 30 in 2026"
    assert breached([B], carried, decide("B", 2025, "gap")) == set()
    assert breached([B], yearly, decide("B", 2026)) == {"plan_frame"}
    exact = b.planning(plan_frame=b.frame(60, 40, 0, carry_forward=False))
    assert breached([B], exact, decide("B", 2025)) == set()
    assert [(c.year, c.left, c.right, c.slack) for c in rows([B], carried, "plan_frame", decide("B", 2026))] == [
        (2025, 0, 60, 60),
        (2026, 60, 90, 30),
        (2027, 100, 100, 0),
    ]


def test_control_envelope_holds_both_layers_and_the_tail() -> None:
    tail = b.horizon(allow_tail=True)
    assert breached([B], b.planning(horizon=tail, control_envelope=b.envelope(100)), decide("B", 2027, "gap")) == set()
    assert breached([B], b.planning(horizon=tail, control_envelope=b.envelope(99)), decide("B", 2027, "gap")) == {"control_envelope"}


def test_owner_frame() -> None:
    def model(kronor: int, carry_forward: bool = False) -> Planning:
        frames = {"Nämnden": b.money_by_year(dict.fromkeys(YEARS, kronor))}
        return b.planning(owner_frame=OwnerFrame(frames=frames, carry_forward=carry_forward))

    assert breached([B], model(60), decide("B", 2025, "gap")) == set()
    assert breached([B], model(59), decide("B", 2025, "gap")) == {"owner_frame"}
    assert breached([B], model(50, carry_forward=True), decide("B", 2026)) == set()
    assert breached([B], model(50), decide("B", 2026)) == {"owner_frame"}
    assert breached([b.investment("B", owner="Bolaget")], model(0), decide("B", 2025)) == set()
    both = decide("A", 2026), decide("B", 2025)
    assert breached([A, B], model(100, carry_forward=True), *both) == set()
    assert breached([A, B], model(99, carry_forward=True), *both) == {"owner_frame"}, "60 + 140 in two years, though 140 is below 198"


def test_delivery_capacity() -> None:
    starts = CountByYear(unit="starts", stated="1", source="test", values=dict.fromkeys(YEARS, 1))
    one = b.planning(delivery_capacity=DeliveryCapacity(starts={"*": starts}))
    assert breached([A, B], one, decide("A", 2025), decide("B", 2026)) == set()
    assert breached([A, B], one, decide("A", 2025), decide("B", 2025, "gap")) == {"delivery_capacity"}
    for most, expected in ((140, set()), (139, {"delivery_capacity"})):
        outlay = b.planning(delivery_capacity=DeliveryCapacity(outlay={"Nämnden": b.money_by_year({2026: most})}))
        assert breached([A, B], outlay, decide("A", 2026), decide("B", 2025)) == expected, "100 and the second year's 40"


def test_debt_mandate_by_hand_with_grant_operating_effect_and_interest() -> None:
    """Opening 1,000; the reference path stays at 1,000.

    2025: + 600 − 60 + 50 − 20 = 1,570. 2026: + 400 − 40 + 50 − 20 + 10 % of 570 = 2,017. 2027: + 7 + 50 − 20 + 10 % of 1,017 = 2,155.7.
    """
    item = b.investment("A", (600, 400), grant=100, grant_status="granted", operating=7, life=10)
    interest = {"interest_rate": rate("0.1"), "reference_net_debt": b.money_by_year(dict.fromkeys(range(2024, 2028), 1000))}

    def model(mandate: int) -> Planning:
        return b.planning(debt=b.debt(1000, mandate, other=50, own=20, **interest))

    found = rows([item], model(2156), "debt_mandate", decide("A", 2025))
    assert [c.left for c in found] == [1570, 2017, Decimal("2155.7")]
    assert breached([item], model(2156), decide("A", 2025)) == set()
    assert breached([item], model(2155), decide("A", 2025)) == {"debt_mandate"}, "seven tenths of a krona is a breach"
    assert breached([item], model(2155), decide("A")) == set()


def test_operating_charge_by_hand() -> None:
    """Net 900 over 9 years: 100 a year, 10 % of 900 and then of 800, operating effect 5; nothing in the year of construction."""
    item = b.investment("A", (1000,), grant=100, grant_status="granted", operating=5, life=9)

    def model(limit: int) -> Planning:
        return b.planning(operating_charge=OperatingCharge(internal_rate=rate("0.1"), limit=b.money_by_year(dict.fromkeys(YEARS, limit))))

    assert [c.left for c in rows([item], model(195), "operating_charge", decide("A", 2025))] == [0, 195, 185]
    assert breached([item], model(195), decide("A", 2025)) == set()
    assert breached([item], model(194), decide("A", 2025)) == {"operating_charge"}
    short = b.investment("A", (100,), operating=5, life=1)
    assert [c.left for c in rows([short], model(115), "operating_charge", decide("A", 2025))] == [0, 115, 5], "written off after its life"


def test_bond_backing() -> None:
    category = BondCategory(name_sv="Förnybar energi", name_en="Renewable energy")
    framework = BondFramework(schema_version=1, name="f", title="f", source="test", categories={"energi": category})

    def model(share: str, other: int, mandate: int = 10_000) -> Planning:
        backing = BondBacking(share=b.share(share), other_eligible=b.money_by_year(dict.fromkeys(YEARS, other)))
        owners = {"Nämnden": Owner(type="committee", source="test")}
        return b.planning(bond_backing=backing, bonds=Bonds(framework=framework), owners=owners, debt=b.debt(0, mandate, other=50))

    green, grey = b.investment("A", (100,), bond_category="energi"), b.investment("A", (100,))
    assert breached([green], model("1", 50), decide("A", 2025)) == set()
    assert breached([green], model("1", 49), decide("A", 2025)) == {"bond_backing"}
    assert breached([grey], model("1", 50), decide("A", 2025)) == {"bond_backing"}
    assert breached([grey], model("0.3", 50), decide("A", 2025)) == set()


def removing(**fields: Any) -> Investment:
    return b.investment("A", tonnes=Decimal(10), removal_tonnes=Decimal(10), **fields)


def attributed(tonnes: int | str, id: str = "A", start: int = 2025, years: range = range(2025, 2030)) -> Decision:
    return decide(id, start, tonnes={t: Decimal(tonnes) for t in years})


def test_tonnes_ceilings() -> None:
    ten = b.investment("A", tonnes=Decimal(10), overlap_group="G")
    sector = b.planning(emissions=b.emissions(sectors={"transport": 6}))
    grouped = b.portfolio_of(ten, ceilings=[b.ceiling("G", 4)])
    allowance = b.planning(emissions=b.emissions(), removals=Removals(allowance_share=b.share("0.002")))
    for portfolio, model, most in (
        (b.portfolio_of(ten), sector, 6),
        (grouped, sector, 4),
        (b.portfolio_of(removing()), allowance, 2),
    ):
        assert breached(portfolio, model, attributed(most)) == set()
        assert breached(portfolio, model, attributed(f"{most}.00001")) == {"tonnes_ceiling"}


def test_ceilings_are_cut_to_whole_kilograms() -> None:
    model = b.planning(emissions=b.emissions(sectors={}).model_copy(update={"sectors": {"transport": b.tonnes("6.00199")}}))
    ten = b.portfolio_of(b.investment("A", tonnes=Decimal(10)))
    assert breached(ten, model, attributed("6.001")) == set()
    assert breached(ten, model, attributed("6.00101")) == {"tonnes_ceiling"}


def test_removals_sold_to_others_are_not_counted() -> None:
    model = b.planning(emissions=b.emissions(), removals=Removals(sold_share=b.share("0.4")))
    item = b.portfolio_of(removing())
    assert not [c for c in audit(item, model, [attributed(6)]).breaches if c.constraint == "attribution"]
    assert [c for c in audit(item, model, [attributed(10)]).breaches if c.constraint == "attribution"]


def test_pair_overlap() -> None:
    """The winner's ramp is one half the first year: 10 t lose 30 % of one half, then 30 %."""
    loser = b.investment("A", tonnes=Decimal(10))
    winner = b.investment("B", tonnes=Decimal(0), ramp=(Decimal("0.5"), Decimal(1)))
    both = b.portfolio_of(loser, winner, pairs=[b.pair("A", "B", "0.3")])
    tonnes = {2025: Decimal("8.5"), **{t: Decimal(7) for t in range(2026, 2030)}}
    assert breached(both, FREE, decide("A", 2025, tonnes=tonnes), decide("B", 2025)) == set()
    assert not [
        c for c in audit(both, FREE, [decide("A", 2025, tonnes=tonnes), decide("B", 2025)]).breaches if c.constraint == "attribution"
    ]
    assert breached(both, FREE, attributed(7), decide("B", 2025)) == set()
    assert breached(both, FREE, attributed("7.00001"), decide("B", 2025)) == {"pair_overlap"}
    assert breached(both, FREE, attributed(10), decide("B")) == set()


def test_attribution_must_sum_to_what_is_counted() -> None:
    two = b.portfolio_of(*(b.investment(i, tonnes=Decimal(10)) for i in "AB"))
    model = b.planning(emissions=b.emissions(sectors={"transport": 12}))

    def wrong(first: str, second: str) -> list[str]:
        decisions = [attributed(first), attributed(second, "B")]
        return sorted({c.constraint for c in audit(two, model, decisions).breaches} - {"stated_figures"})

    assert wrong("6", "6") == []
    assert wrong("2", "10") == []
    assert wrong("5.99999", "6") == ["attribution"]
    assert wrong("1.9", "10.1") == ["attribution"], "10.1 t is more than the investment has"
    assert wrong("-1", "13") == ["attribution", "tonnes_ceiling"]


def test_what_raises_emissions_counts_in_full() -> None:
    item = b.portfolio_of(b.investment("A", tonnes=Decimal(-3)))
    assert not [c for c in audit(item, FREE, [attributed(-3)]).breaches if c.constraint == "attribution"]
    assert [c for c in audit(item, FREE, [attributed(-2)]).breaches if c.constraint == "attribution"]


def test_emission_ceiling_counts_externals_by_their_share() -> None:
    outside = b.investment("E", control="external", tonnes=Decimal(20))
    item = b.investment("A", tonnes=Decimal(10))

    def model(most: int, share: str = "0") -> Planning:
        external = External(delivery_share=b.share(share))
        return b.planning(emissions=b.emissions(), emission_ceiling=EmissionCeiling(tonnes=b.tonnes(most)), external=external)

    decisions = decide("A", 2025), decide("E", 2025, "external")
    assert breached([item, outside], model(590), *decisions) == set()
    assert breached([item, outside], model(589), *decisions) == {"emission_ceiling"}
    assert breached([item, outside], model(580, "0.5"), *decisions) == set()
    assert breached([item, outside], model(579, "0.5"), *decisions) == {"emission_ceiling"}
    target = b.planning(emissions=b.emissions(base=1000, latest=151), emission_ceiling=EmissionCeiling())
    assert breached([b.investment("A", tonnes=Decimal(1))], target, decide("A", 2025)) == set()
    assert breached([A], target, decide("A")) == {"emission_ceiling"}


def test_external_waits_for_the_city() -> None:
    """The external actor needs A finished: with A in 2025 it delivers from 2026, with A in 2027 its window has closed."""
    outside = b.investment(
        "E", latest=2026, control="external", tonnes=Decimal(20), requires=(Requirement(id="A", kind="finish_to_start"),)
    )
    model = b.planning(
        emissions=b.emissions(), emission_ceiling=EmissionCeiling(tonnes=b.tonnes(579)), external=External(delivery_share=b.share("1"))
    )
    assert breached([A, outside], model, decide("A", 2025), decide("E", 2025, "external")) == set()
    assert breached([A, outside], model, decide("A", 2027), decide("E", 2025, "external")) == {"emission_ceiling"}


def test_of_external_alternatives_the_one_with_the_most_tonnes_is_expected() -> None:
    """D has 20 t, E and F 30 t each: 30 t are expected in all, and none when the city starts its own alternative."""
    outside = [
        b.investment(i, control="external", alternatives="val", tonnes=Decimal(t), life=life)
        for i, t, life in (("D", 20, 20), ("E", 30, 20), ("F", 30, 1))
    ]
    city = b.investment("C", alternatives="val", tonnes=Decimal(0))
    decisions = [decide(i, 2025, "external") for i in "DEF"]

    def model(most: int) -> Planning:
        ceiling = EmissionCeiling(tonnes=b.tonnes(most))
        return b.planning(emissions=b.emissions(), emission_ceiling=ceiling, external=External(delivery_share=b.share("1")))

    assert breached([city, *outside], model(570), decide("C"), *decisions) == set()
    assert breached([city, *outside], model(569), decide("C"), *decisions) == {"emission_ceiling"}
    assert breached([city, *outside], model(599), decide("C", 2025), *decisions) == {"emission_ceiling"}


def test_floor_and_required_tonnes() -> None:
    assert breached([A], FREE, decide("A", 2025), floor_tonnes=Decimal(5)) == set()
    assert breached([A], FREE, decide("A", 2025), floor_tonnes=Decimal("5.00001")) == {"floor"}
    cheap = b.planning(objective=Objective(name="least_cost", tonnes=b.tonnes(5)))
    assert breached([A], cheap, decide("A", 2025)) == set()
    assert breached([A], cheap, decide("A", 2026)) == {"required_tonnes"}
    ceiling = {"emissions": b.emissions(), "emission_ceiling": EmissionCeiling(tonnes=b.tonnes(600))}
    instead = b.planning(objective=Objective(name="least_cost", tonnes=b.tonnes(5)), **ceiling)
    assert breached([A], instead, decide("A", 2026)) == set(), "with an emission ceiling the tonnes are not asked for"


def test_stated_figures_of_a_decision() -> None:
    half = {"outlay": {2025: 100}, "tonnes_objective": Decimal(5), "tonnes_target_year": Decimal(1), "tonnes_per_krona": Decimal("0.05")}
    years = {t: Decimal(1) for t in range(2025, 2030)}
    right = decide("A", 2025, tonnes=years, raw_tonnes=years, **half)
    assert audit(b.portfolio_of(A), FREE, [right]).verdict is Verdict.HOLDS
    for field, value in {
        "outlay": {2025: 101},
        "grant": {2026: 1},
        "operating": 1,
        "raw_tonnes": {},
        "tonnes_objective": Decimal("4.99999"),
        "tonnes_target_year": Decimal("1.00001"),
        "tonnes_per_krona": Decimal("0.050000000002"),
        "bond_eligible": 1,
        "bond_category": "energi",
    }.items():
        found = audit(b.portfolio_of(A), FREE, [right.model_copy(update={field: value})])
        assert {c.constraint for c in found.breaches} == {"stated_figures"}, field


def test_what_holds_is_one_row() -> None:
    many = [b.investment(f"I-{n}") for n in range(20)]
    found = audit(b.portfolio_of(*many), FREE, [decide(i.id) for i in many])
    assert len(found.checks) == 4
    assert [c.left for c in found.checks if c.constraint == "start_at_most_once"] == [20]


def test_flow_where_a_group_crosses_two_destinations() -> None:
    """A group that holds 10 sends 8 to a sector that holds 3 and 8 to one that holds 20; 18 more reach that one on their own."""
    streams = [Stream("G", "a", 8), Stream("G", "b", 8), Stream(None, "b", 18)]
    assert Ceilings({"G": 10}, {"a": 3, "b": 20}).largest_flow(streams) == 23
    assert Ceilings({"G": 10}, {"a": 3}).largest_flow(streams) == 10 + 18
    assert Ceilings({"G": 10}, {"a": 3, "b": 40}).largest_flow(streams) == 10 + 18
    assert Ceilings({}, {"a": 3}).largest_flow(streams) == 3 + 26
    assert Ceilings({"G": 0}, {}).largest_flow([Stream("G", "a", 8)]) == 0


def augmented_flow(streams: Sequence[Stream], groups: dict[str, int], destinations: dict[str, int]) -> int:
    """The largest flow by augmenting paths, one tick at a time: source → group → destination → sink."""
    room: dict[tuple[str, str], int] = {}
    for n, s in enumerate(streams):
        start = f"group {s.group}" if s.group in groups else f"alone {n}"
        room["source", start] = groups[s.group] if s.group in groups and s.group is not None else s.ticks
        room[start, s.destination] = room.get((start, s.destination), 0) + s.ticks
        room[s.destination, "sink"] = destinations.get(s.destination, 10**6)
    flow = 0
    while True:
        path = [["source"]]
        seen = {"source"}
        while path and path[0][-1] != "sink":
            here = path.pop(0)
            for (a, z), left in list(room.items()):
                if a == here[-1] and left > 0 and z not in seen:
                    seen.add(z)
                    path.append([*here, z])
        if not path:
            return flow
        for a, z in pairwise(path[0]):
            room[a, z] -= 1
            room[z, a] = room.get((z, a), 0) + 1
        flow += 1


def test_smallest_cut_is_the_flow_by_augmenting_paths() -> None:
    r = random.Random(7)
    for _ in range(150):
        streams = [Stream(r.choice([None, "G", "H", "I"]), r.choice("abcd"), r.randint(1, 9)) for _ in range(r.randint(0, 9))]
        groups = {g: r.randint(0, 12) for g in "GHI" if r.random() < 0.8}
        destinations = {d: r.randint(0, 12) for d in "abcd" if r.random() < 0.8}
        assert Ceilings(groups, destinations).largest_flow(streams) == augmented_flow(streams, groups, destinations)


def test_too_many_joined_destinations_are_refused() -> None:
    names = [f"s{n}" for n in range(MOST_JOINED + 1)]
    ceilings = Ceilings({"G": 5}, dict.fromkeys(names, 1))
    assert ceilings.largest_flow([Stream("G", d, 1) for d in names[1:]]) == 5
    with pytest.raises(TooManyJoined, match="s12"):
        ceilings.largest_flow([Stream("G", d, 1) for d in names])


def test_every_constraint_has_its_words() -> None:
    for lang in LANGUAGES:
        text = Text(lang)
        for name in CONSTRAINTS:
            assert all(text.has(f"constraint.{name}.{part}") for part in ("name", "meaning")), (lang, name)
        for unit in get_args(Unit):
            assert text.has(f"audit.unit.{unit}"), (lang, unit)


def test_ticks_are_shown_as_tonnes() -> None:
    found = rows(
        [b.investment("A", tonnes=Decimal("0.001"))],
        b.planning(emissions=b.emissions(sectors={"transport": 1})),
        "attribution",
        decide("A", 2025),
    )
    assert {c.right for c in found if c.unit == "t"} == {tonnes_from_ticks(100)}


def test_a_framework_without_participants_is_for_every_owner() -> None:
    framework = BondFramework(
        schema_version=1, name="F", title="F", source="test", categories={"RE": BondCategory(name_sv="förnybart", name_en="renewable")}
    )
    eligible = b.investment("A", (100,), bond_category="RE")
    stated = {"outlay": {2025: 100}, "bond_category": "RE", "bond_eligible": 100}
    for participants, takes_part in (((), True), (("Nämnden",), True), (("Bolaget",), False)):
        planning = b.planning(bonds=Bonds(framework=framework.model_copy(update={"participants": participants})))
        checks = audit(b.portfolio_of(eligible), planning, (decide("A", 2025, **stated),)).checks
        wrong = {c.subject for c in checks if not c.holds}
        assert ("A bond_category" in wrong, "A bond_eligible" in wrong) == (not takes_part, not takes_part)
