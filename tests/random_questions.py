"""Random small questions with every kind of constraint mixed in, from one seed each."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import making as b
from portfolio.planning import (
    BondFramework,
    CountByYear,
    DeliveryCapacity,
    EmissionCeiling,
    Objective,
    OwnerFrame,
    Planning,
    Rate,
    Removals,
    SelectionLimit,
    Stability,
)
from portfolio.records import Portfolio, Requirement, RequirementKind

__all__ = ["BondFramework", "question"]

YEARS = range(2025, 2028)


def question(seed: int) -> tuple[Portfolio, Planning]:
    """A portfolio of 2–8 investments and a model; at most a few thousand portfolios in all."""
    r = random.Random(seed)
    size = r.randint(2, 8)
    room = 3000.0
    items = []
    for n in range(size):
        duration = r.choice([1, 1, 2])
        span = r.choice([0, 0, 1, 2]) if room > 60 else 0
        start = r.randint(2025, 2026)
        committed = r.random() < 0.08
        scalable = r.random() < 0.1 and room > 200 and not any(i.minimum_share for i in items)
        starts = max(1, min(span + 1, 2027 - duration - start + 2))
        options = 1 + starts * (1 if committed else 2) * (4 if scalable else 1)
        if room / options < 1:
            break
        room /= options
        removal = r.random() < 0.2
        amount = Decimal(r.choice([0, 3, 5, 10, 20, 25, 40])) + (Decimal(r.randint(0, 999)) / 1000 if r.random() < 0.3 else 0)
        fields: dict[str, Any] = {
            "latest": min(start + span, 2027),
            "tonnes": amount,
            "removal_tonnes": amount if removal else Decimal(0),
            "ramp": r.choice([(Decimal(1),), (Decimal(0), Decimal("0.5"), Decimal(1)), (Decimal("0.3"), Decimal(1))]),
            "life": r.choice([1, 2, 20]),
            "operating": r.choice([0, 0, 300, -200]),
            "owner": r.choice(["Nämnden", "Bolaget"]),
            "emission_sector": r.choice(["transport", "avfall"]),
            "in_plan": committed or r.random() < 0.4,
            "status": "committed" if committed else "planned",
            "overlap_group": r.choice([None, None, "G"]),
            "alternatives": r.choice([None, None, None, "A"]) if not committed else None,
            "minimum_share": 97 if scalable else None,
            "scope": "3" if r.random() < 0.05 else "1",
        }
        if not committed and r.random() < 0.1:
            fields["lock"] = r.choice([b.lock("must"), b.lock("never"), b.lock("start", start)])
            if fields["lock"].kind.value in ("must", "start"):
                fields["alternatives"] = None
        outlay = [r.choice([0, 100, 200, 500, 700, 1100, 2300]) for _ in range(duration)]
        items.append(b.investment(f"I-{n}", outlay, start=start, **fields))
    items = [
        i.model_copy(update={"requires": (Requirement(id=items[n - 1].id, kind=r.choice(list(RequirementKind))),)})
        if n and r.random() < 0.2 and i.lock.kind.value == "free" and i.status.value == "planned"
        else i
        for n, i in enumerate(items)
    ]
    pairs = []
    if len(items) > 2 and r.random() < 0.4 and not (items[0].minimum_share and items[1].minimum_share):
        pairs.append(b.pair(items[0].id, items[1].id, r.choice(["0.9", "0.333", "1"])))
    ceilings = [b.ceiling("G", r.choice([5, 20, 33]))] if r.random() < 0.6 else []
    return b.portfolio_of(*items, pairs=pairs, ceilings=ceilings), _model(r, [i.id for i in items], sum(i.total_outlay for i in items))


def _model(r: random.Random, ids: list[str], total: int) -> Planning:
    tables: dict[str, Any] = {}
    if r.random() < 0.7:
        tables["plan_frame"] = b.frame(*(r.choice([0, 300, 800, 1500]) for _ in YEARS), carry_forward=r.random() < 0.6)
    if r.random() < 0.6:
        tables["control_envelope"] = b.envelope(max(100, round(total * r.choice([0.3, 0.6, 0.9]))))
    if r.random() < 0.6:
        extra: dict[str, Any] = {}
        if r.random() < 0.4:
            extra["interest_rate"] = Rate(unit="share", stated="3 %", source="test", value=Decimal("0.03"))
            extra["reference_net_debt"] = b.money_by_year(dict.fromkeys(range(2024, 2028), 1000))
        mandate = 1000 + max(200, round(total * r.choice([0.3, 0.6, 1.0])))
        tables["debt"] = b.debt(1000, mandate, other=r.choice([0, 50]), own=r.choice([0, 30]), **extra)
    if r.random() < 0.7:
        sectors = {"transport": r.choice([15, 30, 200]), "avfall": r.choice([10, 200])}
        tables["emissions"] = b.emissions(200, 150, sectors=sectors)
        if r.random() < 0.5:
            tables["removals"] = Removals(allowance_share=b.share("0.1"))
        if r.random() < 0.2:
            tables["emission_ceiling"] = EmissionCeiling(tonnes=b.tonnes(r.choice([140, 120])))
    if r.random() < 0.15:
        tables["owner_frame"] = OwnerFrame(frames={"Bolaget": b.money_by_year(dict.fromkeys(YEARS, 900))})
    if r.random() < 0.15:
        starts = CountByYear(unit="starts", stated="", source="test", values=dict.fromkeys(YEARS, r.choice([1, 2])))
        tables["delivery_capacity"] = DeliveryCapacity(starts={r.choice(["*", "Nämnden"]): starts})
    if r.random() < 0.15:
        tables["stability"] = Stability(changes=b.count(r.choice([1, 2, 4]), "changes"))
    if r.random() < 0.15 and len(ids) > 2:
        least = r.choice([None, 1])
        tables["selection"] = (SelectionLimit(name="urval", members=tuple(ids[:3]), at_least=least, at_most=2, source="test"),)
    name = r.choice(["tonnes_per_krona", "tonnes_per_krona", "most_tonnes", "least_cost"])
    goal = b.tonnes(r.choice([5, 20])) if name == "least_cost" else None
    counts = r.choice([("reduction", "removal"), ("reduction", "removal"), ("reduction",)])
    tables["objective"] = Objective(
        name=name,
        quantity=r.choice(["cumulative", "cumulative", "target_year"]),
        counts=counts,
        tonnes=goal,
        floor_share=b.share(r.choice(["0.95", "0.5", "1", "0"])),
    )
    return b.planning(**tables)
