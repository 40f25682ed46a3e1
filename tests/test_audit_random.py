"""The audit against the accounts of a plan: two codes written apart must agree to the krona and to 10 g, and no planted fault may slip through.

Random portfolios with everything the method knows: externals, overlaps that cross sectors, scenarios, grants, scalable investments, tails.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import build as b
import pytest

from portfolio.analysis.optimise import make_plan
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

YEARS = range(2025, 2030)
UNTIL = 2034
FIGURES = frozenset({"stated_figures", "attribution", "pair_overlap", "tonnes_ceiling", "start_at_most_once", "layers", "scale", "start_window"})
"""What must hold for every plan that the accounts write, whether or not it keeps within the limits."""


def random_investment(r: random.Random, n: int, before: list[Investment]) -> Investment:
    external, scalable = r.random() < 0.3, r.random() < 0.25
    tonnes = Decimal(r.choice([-7, 0, 3, 10, 25, 40])) + Decimal(r.randint(0, 99999)) / r.choice([1000, 100000])
    start = r.randint(2024, 2028)
    duration = r.randint(1, 3)
    fields: dict[str, Any] = {
        "latest": start + r.randint(0, 3),
        "control": "external" if external else "city",
        "owner_type": "external" if external else "company",
        "owner": r.choice(["Nämnden", "Bolaget", "Okänd"]),
        "tonnes": tonnes,
        "removal_tonnes": r.choice([Decimal(0), Decimal(0), tonnes, abs(tonnes) / 3, Decimal(5)]),
        "ramp": r.choice([(Decimal(1),), (Decimal(0), Decimal("0.333"), Decimal(1)), (Decimal("0.3"), Decimal("0.9"))]),
        "life": r.choice([1, 3, 20]),
        "operating": r.choice([0, 300, -200]) * 100,
        "grant": r.choice([0, 12_300, 77_700]),
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
    hundreds = [r.choice([0, 1, 7, 33, 500]) for _ in range(duration)]
    return b.investment(f"I-{n}", [100 * h if any(hundreds) else 100 for h in hundreds], start=start, **fields)


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
        allowance_share=b.share("0.04") if r.random() < 0.5 and "emissions" in tables else None,
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
    framework = BondFramework(
        schema_version=1, name="f", title="f", source="test", categories={"förnybart": category}, net_of_grants=r.random() < 0.7
    )
    if r.random() < 0.7:
        tables["bonds"] = Bonds(framework=framework)
    tables["owners"] = {
        "Nämnden": Owner(type="committee", bond_participant=True, source="test"),
        "Bolaget": Owner(type="company", source="test"),
    }
    tables["objective"] = Objective(
        quantity=r.choice(["cumulative", "target_year", "lifetime"]),
        krona=r.choice(["gross", "net"]),
        counts=r.choice([("reduction", "removal"), ("reduction",), ("removal",)]),
    )
    tables["investments"] = {
        i: Adjustment(
            delay=b.count(1, "years") if r.random() < 0.5 else None,
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
    ceilings = [b.ceiling("G", r.choice([5, 20, 33])), b.ceiling("H", "12.345")]
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
    for seed in range(120):
        _, _, plan, _ = random_plan(seed)
        wrong = [c for c in plan.audit.breaches if c.constraint in FIGURES]
        assert not wrong, f"seed {seed}: {wrong[:3]}"
        assert {c.constraint for c in plan.audit.checks} <= set(CONSTRAINTS)
