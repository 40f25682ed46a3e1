"""Rows and audit, written apart, refuse the same plans: random plans for random questions, constraint by constraint, without a solver."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from typing import Any

import making as m
from constraint_case import Question, Start, rate
from portfolio.planning import BondBacking, BondCategory, BondFramework, Bonds, CommitteeFrame, OperatingCharge, OwnerFrame
from portfolio.records import GrantStatus, OwnerType
from random_questions import YEARS, question

CHOICES = ("alternatives", "requires", "selection", "delivery_capacity", "stability")
MONEY = ("plan_frame", "control_envelope", "owner_frame", "committee_frame", "debt_mandate", "operating_charge", "bond_backing")
FRAMEWORK = BondFramework(
    schema_version=1, name="F", title="F", source="test", categories={"RE": BondCategory(name_sv="förnybart", name_en="renewable")}
)
QUESTIONS, PLANS = 45, 12


def random_question(seed: int) -> Question:
    """A random question with grants, bonds and an operating budget as well; small limits, so that many plans lie on or beside them."""
    r = random.Random(seed)
    portfolio, planning = question(seed)
    investments = tuple(
        i.model_copy(
            update={
                "grant": i.total_outlay // 100 * r.choice([0, 10, 33]),
                "grant_status": GrantStatus.GRANTED,
                "bond_category": r.choice([None, "RE", "RE"]),
                "partner": i.total_outlay // 100 * r.choice([0, 0, 7]),
                "eligible_share": Decimal(r.choice(["1", "0.5", "0.333"])),
                "capitalised": r.random() < 0.8,
                "owner_type": OwnerType.COMPANY if i.owner == "Bolaget" else OwnerType.COMMITTEE,
                "life": r.choice([1, 2, 3, 20]),
            }
        )
        for i in portfolio.investments
    )
    tables: dict[str, Any] = {"bonds": Bonds(framework=FRAMEWORK)}
    if planning.debt is not None:
        other = r.choice([None, m.money_by_year({t: r.choice([0, 45, 200]) for t in YEARS})])
        tables["bond_backing"] = BondBacking(share=m.share(r.choice(["1", "0.9", "0.335"])), other_eligible=other)
    if r.random() < 0.6:
        limit = m.money_by_year({t: r.choice([0, 300, 410, 1200]) for t in YEARS})
        tables["operating_charge"] = OperatingCharge(
            internal_rate=rate(r.choice(["0", "0.025", "0.1"])),
            limit=limit if r.random() < 0.7 else None,
            limits={"Bolaget": m.money_by_year({t: r.choice([0, 150, 400]) for t in range(2025, 2030)})},
        )
    if r.random() < 0.4:
        frame = m.money_by_year({t: r.choice([0, 500, 1100]) for t in YEARS})
        tables["committee_frame"] = CommitteeFrame(frame=frame, carry_forward=r.random() < 0.5)
    if r.random() < 0.4:
        frames = {o: m.money_by_year({t: r.choice([0, 500, 1100]) for t in YEARS}) for o in ("Nämnden", "Bolaget")}
        tables["owner_frame"] = OwnerFrame(frames=frames, carry_forward=r.random() < 0.5)
    return Question(portfolio.model_copy(update={"investments": investments}), planning.model_copy(update=tables))


def random_plan(made: Question, r: random.Random) -> list[Start]:
    """Any of the starts that have a variable, at most one an investment."""
    plan: list[Start] = []
    d = made.programme.instance
    keys = made.programme.choice.keys
    for i in d.city:
        options = [k for k in keys if k[0] == i]
        if options and r.random() < 0.6:
            least = d.investments[i].minimum_share
            plan.append((*r.choice(options), r.randint(least, 100) if least is not None else 100))
    return plan


def test_rows_and_audit_refuse_the_same_plans() -> None:
    """To the krona, the third of a krona and the start."""
    seen: Counter[tuple[str, bool]] = Counter()
    for seed in range(QUESTIONS):
        made, r = random_question(seed), random.Random(seed)
        active = {c.name for c in made.programme.constraints}
        for _ in range(PLANS):
            point = made.at(*random_plan(made, r))
            for name in active.intersection(CHOICES + MONEY):
                broken, refused = any(point.slack(row) < 0 for row in made.rows(name)), name in point.breaches
                assert broken is refused, f"seed {seed}, {name}: rows broken {broken}, audit refuses {refused}, {point.starts}"
                seen[name, refused] += 1
    assert all(seen[name, refused] >= 10 for name in CHOICES + MONEY for refused in (True, False)), seen
