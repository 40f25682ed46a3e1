"""What the audit writes, row by row, of a sound plan and of one in which everything that can be stated is wrong: kept and read.

A breach is for a person to act on: constraint, what or whom it is about, year, both sides and their unit must be right.
`UPDATE_GOLDEN=1` writes the kept rows anew, to be read before they are committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import making as m
from constraint_case import rate
from money_question import FRAMEWORK, every_year, planning, portfolio, small
from portfolio.audit import Statements, audit
from portfolio.outcome import Audit, Check, Decision, Layer
from portfolio.planning import (
    BondBacking,
    Bonds,
    CommitteeFrame,
    CountByYear,
    DeliveryCapacity,
    EmissionCeiling,
    Funding,
    FundingSource,
    Objective,
    OperatingCharge,
    OwnerFrame,
    SelectionLimit,
    Stability,
)
from test_audit_statements import TYPES, trees, wrong

GOLDEN = Path(__file__).parent / "golden" / "audit"


def rows(checks: Iterable[Check]) -> str:
    """One row a line."""
    return "".join(
        f"{'' if c.holds else '! '}{c.constraint} | {c.subject} | {c.year or ''} | {c.left} {c.relation} {c.right} {c.unit}, {c.slack}\n"
        for c in checks
    )


def kept(name: str, found: Audit) -> None:
    """The rows are those that are kept."""
    said = rows(found.checks)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(said, "utf-8")
    assert said == (GOLDEN / name).read_text("utf-8")


def all_wrong(tree: Any) -> Any:
    """Every leaf of a statement changed by the smallest step, names and years left as they are: they say which line it is."""
    if isinstance(tree, dict):
        return {k: v if k in ("id", "name", "source", "owner", "framework", "year") else _one_wrong(k, v) for k, v in tree.items()}
    return [all_wrong(part) for part in tree]


def _one_wrong(name: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        return all_wrong(value)
    if value is None or isinstance(value, str):
        return value  # another word may be one that its type refuses; test_audit_statements changes them one at a time
    return wrong(value, name)


def beside(value: Any, by: int = 1) -> Any:
    """A figure one unit off."""
    if isinstance(value, dict):
        return {t: beside(v, by) for t, v in value.items()}
    return value + by if isinstance(value, int) else value + by * Decimal("0.00001")


def figures_off(record: Any, names: Iterable[str]) -> Any:
    return record.model_copy(update={n: beside(v) for n in names if (v := getattr(record, n)) is not None})


FIGURES = ("outlay", "grant", "partner", "operating", "tonnes", "raw_tonnes", "tonnes_objective", "tonnes_target_year", "bond_eligible")


def test_the_rows_of_a_sound_plan() -> None:
    a = small()
    kept("sound.txt", a.audit(a.given["statements"]))


def test_the_rows_when_every_figure_is_off() -> None:
    """Decisions, years, emissions, totals and every statement, each figure by one krona, 10 g or one of what it counts."""
    a = small()
    given = dict(a.given)
    decisions = [figures_off(x, FIGURES) for x in a.decisions]
    for name in ("years", "emissions"):
        given[name] = tuple(figures_off(line, set(type(line).model_fields) - {"year"}) for line in given[name])
    given["stated"] = figures_off(given["stated"], type(given["stated"]).model_fields)
    statements: Statements = given["statements"]
    for name, tree in trees(statements).items():
        statements = replace(statements, **{name: TYPES[name].model_validate(all_wrong(tree))})
    kept("figures.txt", audit(a.portfolio, a.planning, decisions, **{**given, "statements": statements}))


def decided(id: str, start: int | None, layer: str = "plan", percent: int = 100) -> Decision:
    return Decision(id=id, name=id, owner="", layer=Layer(layer if start is not None else "not_recommended"), start=start, percent=percent)


def test_the_rows_when_every_choice_and_limit_is_broken() -> None:
    """Too early, too late, too much, twice, without what is needed, and above every limit that a model can have."""
    starts = CountByYear(unit="starts", stated="", source="test", values=dict.fromkeys(range(2025, 2028), 0))
    model = planning(
        objective=Objective(name="least_cost", tonnes=m.tonnes(5_000)),
        plan_frame=m.frame(100_000, 1_000, 2_000),
        control_envelope=m.envelope(300_000),
        debt=m.debt(2_000_000, 1_900_000, other=120_000, own=100_000, interest_rate=rate("0.03"),
                    reference_net_debt=m.money_by_year(dict.fromkeys(range(2024, 2028), 1_900_000))),
        bond_backing=BondBacking(share=m.share("0.9"), other_eligible=every_year(1)),
        bonds=Bonds(framework=FRAMEWORK),
        owner_frame=OwnerFrame(frames={"Bolaget": every_year(1_000), "Nämnden": every_year(2_000)}, carry_forward=True),
        committee_frame=CommitteeFrame(frame=every_year(3_000)),
        operating_charge=OperatingCharge(internal_rate=rate("0.025"), limit=every_year(5), limits={"Bolaget": every_year(1)}),
        delivery_capacity=DeliveryCapacity(starts={"*": starts, "Bolaget": starts}, outlay={"Nämnden": every_year(7)}),
        selection=(
            SelectionLimit(name="få", members=("A", "B"), at_most=1, source="test"),
            SelectionLimit(name="många", members=("C", "H"), at_least=2, source="test"),
        ),
        stability=Stability(changes=m.count(1, "changes")),
        funding=Funding(sources={"egna": FundingSource(kind="own", limit=every_year(9), price=rate("0"), source="test")}),
    )  # fmt: skip
    records = portfolio()
    changed = {
        "C": {"lock": m.lock("must")},
        "B": {"lock": m.lock("never")},
        "G": {"lock": m.lock("start", 2026)},
        "H": {"status": "committed", "in_plan": True},
    }
    items = tuple(type(i).model_validate({**i.model_dump(), **changed[i.id]}) if i.id in changed else i for i in records.investments)
    records = records.model_copy(update={"investments": items, "ceilings": (m.ceiling("G", 1),)})
    plan = [
        decided("A", 2027, percent=101),
        decided("B", 2025, "gap"),
        decided("D", 2025, percent=49),
        decided("E", 2025, percent=80),
        decided("F", 2026),
        decided("F", 2027),
        decided("G", 2024),
        decided("H", 2026, "gap"),
        Decision(id="C", name="C", owner="", layer=Layer.PLAN, percent=1),
        Decision(id="X", name="X", owner="", layer=Layer.GAP, start=2025, percent=100),
        decided("okänd", 2025),
    ]
    kept("limits.txt", audit(records, model, plan, layers_allowed=("plan",), floor_tonnes=Decimal("12345.67891")))
    ceiling = model.model_copy(
        update={"objective": Objective(name="most_tonnes"), "emission_ceiling": EmissionCeiling(tonnes=m.tonnes(100))}
    )
    found = audit(records, ceiling, plan)
    assert rows(c for c in found.checks if c.constraint in ("emission_ceiling", "required_tonnes")) == (
        "! emission_ceiling |  | 2027 | 489.9725 ≤ 100 t, -389.9725\n"  # 600 t less the 110.0275 t of the target year
    )


@pytest.mark.parametrize("name", ["sound", "figures", "limits"])
def test_the_kept_rows_are_about_something(name: str) -> None:
    text = (GOLDEN / f"{name}.txt").read_text("utf-8")
    broken = [line for line in text.splitlines() if line.startswith("! ")]
    assert (not broken) if name == "sound" else len({line.split(" | ")[0] for line in broken}) >= 6
