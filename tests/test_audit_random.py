"""The audit against the accounts of a plan: written apart, they agree to the krona and to 10 g, and no planted fault slips through.

Random portfolios with everything the method knows: externals, overlaps that cross sectors, scenarios, grants, scalable investments, tails.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

import making as b
from exhaustive import Choice, Question
from portfolio.analysis.plan import make_plan
from portfolio.audit import CONSTRAINTS, audit
from portfolio.evaluate import Pick
from portfolio.instance import build_instance
from portfolio.outcome import Audit, Decision, Layer, Plan
from portfolio.planning import (
    Adjustment,
    BondCategory,
    BondFramework,
    Bonds,
    External,
    Grants,
    Objective,
    Owner,
    Planning,
    Rate,
    Removals,
    TonnesByYear,
)
from portfolio.records import Investment, Portfolio, Requirement, RequirementKind
from random_questions import question

YEARS = range(2025, 2030)
UNTIL = 2034
FIGURES = frozenset(
    {"stated_figures", "attribution", "pair_overlap", "tonnes_ceiling", "start_at_most_once", "layers", "scale", "start_window"}
)
"""What must hold for every plan that the accounts write, whether or not it keeps within the limits."""


def random_investment(r: random.Random, n: int, before: list[Investment]) -> Investment:
    external, scalable = r.random() < 0.3, r.random() < 0.25
    tonnes = Decimal(r.choice([-7, 0, 3, 10, 25, 40])) + Decimal(r.randint(0, 99999)) / r.choice([1000, 100000])
    start = r.randint(2024, 2028)
    outlay = [100 * r.choice([0, 1, 7, 33, 500]) for _ in range(r.randint(1, 3))]
    fields: dict[str, Any] = {
        "latest": start + r.randint(0, 3),
        "control": "external" if external else "city",
        "owner_type": "external" if external else "company",
        "owner": r.choice(["Nämnden", "Bolaget", "Okänd"]),
        "tonnes": tonnes,
        "removal_tonnes": r.choice([Decimal(0), Decimal(0), max(Decimal(0), tonnes), max(Decimal(0), tonnes * Decimal("0.4"))]),
        "ramp": r.choice([(Decimal(1),), (Decimal(0), Decimal("0.333"), Decimal(1)), (Decimal("0.3"), Decimal("0.9"))]),
        "life": r.choice([1, 3, 20]),
        "operating": r.choice([0, 300, -200]) * 100,
        "grant": sum(outlay) // 100 * r.choice([0, 33, 100]),
        "grant_status": r.choice(["granted", "applied", "possible", "none"]),
        "emission_sector": r.choice(["transport", "avfall", "övrigt"]),
        "in_plan": r.random() < 0.4,
        "overlap_group": r.choice([None, "G", "H", "utan tak"]),
        "alternatives": r.choice([None, None, "A"]),
        "minimum_share": r.choice([1, 40]) if scalable and not external else None,
        "scope": "3" if r.random() < 0.05 else "1",
        "counts_to_target": r.random() < 0.95,
        "bond_category": r.choice([None, "förnybart", "finns inte"]),
    }
    known = [x for x in before if x.control.value == "city" or external]
    if known and r.random() < 0.3:
        fields["requires"] = (Requirement(id=r.choice(known).id, kind=r.choice(list(RequirementKind))),)
    return b.investment(f"I-{n}", outlay, start=start, **fields)


def random_pairs(r: random.Random, items: list[Investment]) -> list[Any]:
    """Pairs with at most one scalable side; the shares of one loser sum to at most 1."""
    pairs = []
    for i in items:
        others = [j for j in items if j.id != i.id and not (i.minimum_share and j.minimum_share)]
        if others and r.random() < 0.5:
            for j in r.sample(others, min(len(others), r.randint(1, 2))):
                pairs.append(b.pair(i.id, j.id, r.choice(["0.333", "0.5", "0.07"])))
    return pairs


def random_planning(r: random.Random, ids: list[str]) -> Planning:
    tables: dict[str, Any] = {"horizon": b.horizon(2025, 2029, UNTIL, 2028, allow_tail=r.random() < 0.4)}
    if r.random() < 0.8:
        tables["plan_frame"] = b.frame(*(r.choice([0, 3_000, 80_000]) for _ in YEARS), carry_forward=r.random() < 0.6)
    if r.random() < 0.8:
        interest = {
            "interest_rate": Rate(unit="share", stated="3,1 %", source="test", value=Decimal("0.031")),
            "reference_net_debt": b.money_by_year({t: 1_000 * t for t in range(2024, 2030)}),
        }
        tables["debt"] = b.debt(500_000, 600_000, years=YEARS, other=7_001, own=3_000, **(interest if r.random() < 0.5 else {}))
    if r.random() < 0.85:
        path = TonnesByYear(unit="t", stated="", source="test", values={t: Decimal(600 - t % 7) for t in range(2025, UNTIL + 1)})
        sectors = {"transport": r.choice([15, 30, 200]), "avfall": r.choice([10, 200])}
        tables["emissions"] = b.emissions(200, 150, sectors=sectors, reference_path=r.choice([None, path]))
    tables["removals"] = Removals(
        allowance_share=b.share("0.0412345") if r.random() < 0.5 and "emissions" in tables else None,
        sold_share=b.share("0.37") if r.random() < 0.4 else None,
    )
    shares = {i: b.share(r.choice(["0", "0.37", "1"])) for i in ids if r.random() < 0.3}
    tables["external"] = External(delivery_share=b.share(r.choice(["0", "0.5", "0.333"])), by_id=shares)
    tables["grants"] = Grants(
        granted=b.share("0.9") if r.random() < 0.3 else None,
        applied=b.share("0.335") if r.random() < 0.5 else None,
        delay=b.count(r.choice([1, 2]), "years") if r.random() < 0.4 else None,
    )
    category = BondCategory(name_sv="Förnybar energi", name_en="Renewable energy")
    taking_part = ("Nämnden",) if r.random() < 0.7 else ()
    framework = BondFramework(
        schema_version=1, name="f", title="f", source="test", categories={"förnybart": category}, participants=taking_part
    )
    if r.random() < 0.7:
        tables["bonds"] = Bonds(framework=framework)
    tables["owners"] = {
        "Nämnden": Owner(type="committee", source="test"),
        "Bolaget": Owner(type="company", source="test"),
    }
    tables["objective"] = Objective(
        quantity=r.choice(["cumulative", "target_year", "lifetime"]),
        krona=r.choice(["gross", "net"]),
        counts=r.choice([("reduction", "removal"), ("reduction", "removal"), ("reduction",)]),
    )
    tables["investments"] = {
        i: Adjustment(
            delay=b.count(1, "years") if r.random() < 0.5 else None,
            outlay_factor=Decimal("1.333") if r.random() < 0.5 else None,
            tonnes_factor=Decimal("0.777") if r.random() < 0.5 else None,
            source="test",
        )
        for i in ids
        if r.random() < 0.2
    }
    return b.planning(**tables)


def random_question(seed: int) -> tuple[Portfolio, Planning, random.Random]:
    r = random.Random(seed)
    items: list[Investment] = []
    for n in range(r.randint(1, 9)):
        items.append(random_investment(r, n, items))
    ceilings = [b.ceiling("G", r.choice([5, 20, 33])), b.ceiling("H", "12.34567")]
    portfolio = b.portfolio_of(*items, pairs=random_pairs(r, items), ceilings=ceilings)
    return portfolio, random_planning(r, [i.id for i in items]), r


def random_plan(seed: int) -> tuple[Portfolio, Planning, Plan, random.Random]:
    """A plan with the figures of the accounts: starts drawn from what the window allows, limits not looked at."""
    portfolio, planning, r = random_question(seed)
    d = build_instance(portfolio, planning)
    picks = {}
    for i in portfolio.investments:
        starts = d.starts.get(i.id, ()) if i.control.value == "city" else ()
        if starts and r.random() < 0.7:
            percent = r.randint(i.minimum_share, 100) if i.minimum_share else 100
            picks[i.id] = Pick(r.choice(list(starts)), r.choice(["plan", "gap"]), percent)
    plan = make_plan(d, picks, {i.id: ("", {}) for i in portfolio.investments})
    return portfolio, planning, plan, r


def again(portfolio: Portfolio, planning: Planning, plan: Plan) -> Audit:
    return audit(portfolio, planning, plan.decisions, stated=plan.totals, years=plan.years, emissions=plan.emissions)


def test_audit_and_accounts_agree() -> None:
    for seed in range(40):
        _, _, plan, _ = random_plan(seed)
        wrong = [c for c in plan.audit.breaches if c.constraint in FIGURES]
        assert not wrong, f"seed {seed}: {wrong[:3]}"
        assert {c.constraint for c in plan.audit.checks} <= set(CONSTRAINTS)


def test_audit_and_accounts_agree_when_only_removals_count() -> None:
    removed = 0
    for seed in range(12):
        portfolio, planning, plan, _ = random_plan(seed)
        only = planning.objective.model_copy(update={"counts": ("removal",)})
        d = build_instance(portfolio, planning.model_copy(update={"objective": only}))
        picks = {
            x.id: Pick(x.start, x.layer.value, x.percent)
            for x in plan.decisions
            if x.start is not None and x.layer.value in ("plan", "gap")
        }
        found = make_plan(d, picks, {i.id: ("", {}) for i in portfolio.investments})
        assert not [c for c in found.audit.breaches if c.constraint in FIGURES], f"seed {seed}"
        removed += found.totals.tonnes > 0
    assert removed >= 3


@pytest.mark.long
def test_audit_and_accounts_agree_on_many() -> None:
    for seed in range(1_000, 2_500):
        _, _, plan, _ = random_plan(seed)
        assert not [c for c in plan.audit.breaches if c.constraint in FIGURES], f"seed {seed}"


RELATED_TO_FIGURES = frozenset({"stated_figures", "attribution", "pair_overlap", "tonnes_ceiling", "required_tonnes"})


def breaks_a_limit(portfolio: Portfolio, planning: Planning, choice: Choice) -> bool:
    """True when a bare choice, without figures, breaches a constraint of choice, money or emissions."""
    decisions = [bare(i.id, choice.get(i.id)) for i in portfolio.investments]
    return any(c.constraint not in RELATED_TO_FIGURES for c in audit(portfolio, planning, decisions).breaches)


def bare(i: str, option: tuple[int, str, int] | None) -> Decision:
    if option is None:
        return Decision(id=i, name=i, owner="", layer=Layer.NOT_RECOMMENDED)
    return Decision(id=i, name=i, owner="", layer=Layer(option[1]), start=option[0], percent=option[2])


def test_audit_and_enumeration_agree_on_what_is_feasible() -> None:
    """The oracle of the optimum and the audit say the same of every choice that is tried, feasible or not."""
    said = {True: 0, False: 0}
    for seed in range(30):
        portfolio, planning = question(seed)
        oracle = Question(portfolio, planning)
        choices = list(islice(oracle.all(), 3_000))
        for choice in random.Random(seed).sample(choices, min(12, len(choices))):
            feasible = oracle.feasible(choice)
            said[feasible] += 1
            assert breaks_a_limit(portfolio, planning, choice) is not feasible, f"seed {seed}: {choice}"
    assert min(said.values()) > 30


Corruption = Callable[[random.Random, Plan], Plan | None]
"""Changes one thing in a plan; None when the plan has nothing of the kind."""


def replaced(plan: Plan, x: Decision, **fields: Any) -> Plan:
    return plan.model_copy(update={"decisions": tuple(y.model_copy(update=fields) if y.id == x.id else y for y in plan.decisions)})


def chosen(r: random.Random, plan: Plan, *, paid: bool = False) -> Decision | None:
    found = [x for x in plan.decisions if x.layer in (Layer.PLAN, Layer.GAP) and (x.total_outlay or not paid)]
    return r.choice(found) if found else None


def moved_start(r: random.Random, plan: Plan) -> Plan | None:
    x = chosen(r, plan, paid=True)
    return replaced(plan, x, start=x.start + r.choice([-1, 1])) if x is not None and x.start is not None else None


def other_layer(r: random.Random, plan: Plan) -> Plan | None:
    x = chosen(r, plan, paid=True)
    return replaced(plan, x, layer=Layer.GAP if x.layer is Layer.PLAN else Layer.PLAN) if x is not None else None


def other_percent(r: random.Random, plan: Plan) -> Plan | None:
    x = chosen(r, plan, paid=True)
    return replaced(plan, x, percent=x.percent + r.choice([-1, 1])) if x is not None else None


def not_started(r: random.Random, plan: Plan) -> Plan | None:
    x = chosen(r, plan)
    return replaced(plan, x, start=None, layer=Layer.NOT_RECOMMENDED, percent=0) if x is not None else None


def left_out(r: random.Random, plan: Plan) -> Plan | None:
    x = r.choice(plan.decisions)
    return plan.model_copy(update={"decisions": tuple(y for y in plan.decisions if y.id != x.id)})


def twice(r: random.Random, plan: Plan) -> Plan | None:
    return plan.model_copy(update={"decisions": (*plan.decisions, r.choice(plan.decisions))})


def stranger(_: random.Random, plan: Plan) -> Plan | None:
    return plan.model_copy(update={"decisions": (*plan.decisions, Decision(id="?", name="?", owner="", layer=Layer.NOT_RECOMMENDED))})


def external_decided(r: random.Random, plan: Plan) -> Plan | None:
    found = [x for x in plan.decisions if x.layer is Layer.EXTERNAL]
    return replaced(plan, r.choice(found), layer=Layer.PLAN) if found else None


def external_tonnes(r: random.Random, plan: Plan) -> Plan | None:
    found = [x for x in plan.decisions if x.layer is Layer.EXTERNAL]
    return replaced(plan, x, tonnes=nudged(r, x.tonnes, Decimal("0.00001"))) if found and (x := r.choice(found)) else None


def nudged(r: random.Random, years: dict[int, Any], by: Any) -> dict[int, Any]:
    year = r.choice(sorted(years) or [2026])
    return {**years, year: years.get(year, type(by)(0)) + by * r.choice([-1, 1])}


def decision_figure(r: random.Random, plan: Plan) -> Plan | None:
    x = chosen(r, plan)
    if x is None:
        return None
    field = r.choice(["outlay", "grant", "tonnes", "raw_tonnes", "operating", "tonnes_objective", "tonnes_target_year", "bond_eligible"])
    value = getattr(x, field)
    if isinstance(value, dict):
        return replaced(plan, x, **{field: nudged(r, value, 1 if field in ("outlay", "grant") else Decimal("0.00001"))})
    return replaced(plan, x, **{field: value + (1 if isinstance(value, int) else Decimal("0.00001"))})


def line_figure(r: random.Random, plan: Plan) -> Plan | None:
    lines = "years" if not plan.emissions or r.random() < 0.5 else "emissions"
    rows = list(getattr(plan, lines))
    n = r.randrange(len(rows))
    field = r.choice([name for name, value in rows[n] if value is not None])
    value = getattr(rows[n], field)
    rows[n] = rows[n].model_copy(update={field: value + (1 if isinstance(value, int) else Decimal("0.00001"))})
    return plan.model_copy(update={lines: tuple(rows)})


def total_figure(r: random.Random, plan: Plan) -> Plan | None:
    field, value = r.choice([(name, value) for name, value in plan.totals if value is not None])
    by: int | Decimal = 1 if isinstance(value, int) else Decimal("0.00001")
    return plan.model_copy(update={"totals": plan.totals.model_copy(update={field: value + by})})


def missing_year(r: random.Random, plan: Plan) -> Plan | None:
    n = r.randrange(len(plan.years))
    return plan.model_copy(update={"years": plan.years[:n] + plan.years[n + 1 :]})


CORRUPTIONS: tuple[Corruption, ...] = (
    moved_start,
    other_layer,
    other_percent,
    not_started,
    left_out,
    twice,
    stranger,
    external_decided,
    external_tonnes,
    decision_figure,
    line_figure,
    total_figure,
    missing_year,
)


def test_every_planted_fault_is_caught_and_no_valid_plan_is_blamed() -> None:
    caught = dict.fromkeys((corruption.__name__ for corruption in CORRUPTIONS), 0)
    valid = 0
    for seed in range(80):
        portfolio, planning, plan, r = random_plan(seed)
        if plan.audit.breaches:
            continue
        valid += 1
        assert again(portfolio, planning, plan) == plan.audit
        for corruption in CORRUPTIONS:
            worse = corruption(r, plan)
            if worse is not None:
                breaches = again(portfolio, planning, worse).breaches
                assert breaches, f"seed {seed}: {corruption.__name__} slipped through"
                caught[corruption.__name__] += 1
    assert valid >= 20
    assert min(caught.values()) >= 5, caught
