"""The demands of a question by name, and the same question without some of them.

What follows from physics or arithmetic (windows, prerequisites, alternatives, overlaps, ceilings) is no demand: it is never given up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portfolio.explained import Demand
from portfolio.finance.debt import without_mandate
from portfolio.instance import build_instance, must_start
from portfolio.planning import ObjectiveName, Planning
from portfolio.records import Control, Investment, Lock, LockKind, Portfolio, Status

UNITS = {
    "stability": "changes",
    "selection": "investments",
    "delivery_starts": "starts",
    "emission_ceiling": "t",
    "required_tonnes": "t",
}
"""What each demand is counted in; kronor unless it stands here."""


@dataclass(frozen=True)
class Question:
    """What is asked: records under a model."""

    portfolio: Portfolio
    planning: Planning


def demands_of(q: Question) -> tuple[Demand, ...]:
    """Every demand of a question, in the order in which they are tried: the model's limits, then what is locked or committed."""
    return (*_limits(q.planning), *_bound(q))


def _limits(p: Planning) -> Iterable[Demand]:
    """The limits of the model that are switched on; what it takes to live with less of the plan comes before money and target."""
    per_owner: tuple[tuple[str, str, Any], ...] = (
        ("delivery_starts", "delivery_capacity.starts", p.delivery_capacity.starts if p.delivery_capacity is not None else {}),
        ("delivery_outlay", "delivery_capacity.outlay", p.delivery_capacity.outlay if p.delivery_capacity is not None else {}),
        ("operating_charge", "operating_charge.limits", p.operating_charge.limits if p.operating_charge is not None else {}),
        ("owner_frame", "owner_frame.frames", p.owner_frame.frames if p.owner_frame is not None else {}),
    )
    least_cost = p.objective.name is ObjectiveName.LEAST_COST and p.objective.tonnes is not None
    single: tuple[tuple[str, str, object], ...] = (
        ("stability", "stability.changes", p.stability),
        ("funding", "funding.sources", p.funding),
        ("bond_backing", "bond_backing.share", p.bond_backing and p.debt),
        ("operating_charge", "operating_charge.limit", p.operating_charge and p.operating_charge.limit),
        ("committee_frame", "committee_frame.frame", p.committee_frame),
        ("plan_frame", "plan_frame.frame", p.plan_frame),
        ("control_envelope", "control_envelope.total", p.control_envelope),
        ("emission_ceiling", "emission_ceiling", p.emission_ceiling),
        ("required_tonnes", "objective.tonnes", least_cost and p.emission_ceiling is None),
        ("debt_mandate", "debt.mandate", p.debt),
    )
    for limit in p.selection:
        yield _demand(p, "selection", "selection", limit.name)
    for constraint, place, owners in per_owner:
        for owner in sorted(owners):
            yield _demand(p, constraint, f"{place}.{owner}", owner)
    for constraint, place, switch in single:
        if switch:
            yield _demand(p, constraint, place)


def _demand(p: Planning, constraint: str, place: str, subject: str = "") -> Demand:
    return Demand(constraint=constraint, subject=subject, unit=UNITS.get(constraint, "kr"), file=p.stated_in(place), place=place)


def _bound(q: Question) -> Iterable[Demand]:
    """Investments that must be started, or must not: by a scenario, by a lock in the workbook, or because they are committed."""
    for i in sorted(q.portfolio.investments, key=lambda i: i.id):
        change = q.planning.investments.get(i.id)
        scenario = change.lock if change is not None else None
        effective = i.model_copy(update={"lock": scenario}) if scenario is not None else i
        never = effective.lock.kind is LockKind.NEVER
        if i.control is not Control.CITY or not (never or must_start(effective)):
            continue
        locked = effective.lock.kind is not LockKind.FREE
        name = "never" if never else "lock" if locked else "committed"
        file, place = i.origin.file, i.origin.place("lock" if locked else "status")
        if locked and scenario is not None:
            place = f"investments.{i.id}.lock"
            file = q.planning.stated_in(place)
        yield Demand(constraint=name, subject=i.id, unit="investments", file=file, place=place)


def without(q: Question, dropped: Iterable[Demand]) -> Question:
    """The same question with these demands left out."""
    for demand in dropped:
        q = _without(q, demand)
    return q


def _without(q: Question, demand: Demand) -> Question:
    p, name = q.planning, demand.subject
    if demand.constraint in ("lock", "committed", "never"):
        return _freed(q, name)
    tables: dict[str, Any]
    match demand.constraint:
        case "selection":
            tables = {"selection": tuple(s for s in p.selection if s.name != name)}
        case "delivery_starts" | "delivery_outlay":
            assert p.delivery_capacity is not None
            kept = demand.constraint.removeprefix("delivery_")
            tables = {"delivery_capacity": _fewer(p.delivery_capacity, kept, name)}
        case "operating_charge":
            assert p.operating_charge is not None
            table = p.operating_charge
            tables = {"operating_charge": _fewer(table, "limits", name) if name else table.model_copy(update={"limit": None})}
        case "owner_frame":
            assert p.owner_frame is not None
            tables = {"owner_frame": _fewer(p.owner_frame, "frames", name)}
        case "required_tonnes":
            tables = {"objective": p.objective.model_copy(update={"name": ObjectiveName.MOST_TONNES, "tonnes": None})}
        case "debt_mandate":
            tables = {"debt": without_mandate(build_instance(q.portfolio, p))}
        case _:
            tables = {demand.constraint: None}
    return Question(q.portfolio, p.model_copy(update=tables))


def _fewer(table: Any, field: str, name: str) -> Any:
    kept = {owner: limit for owner, limit in getattr(table, field).items() if owner != name}
    return table.model_copy(update={field: kept})


def _freed(q: Question, i: str) -> Question:
    """The investment may be left out, or started in another year."""

    def free(record: Investment) -> Investment:
        update: dict[str, Any] = {"lock": Lock(kind=LockKind.FREE)}
        if record.status is Status.COMMITTED:
            update["status"] = Status.PLANNED
        return record.model_copy(update=update) if record.id == i else record

    changes = dict(q.planning.investments)
    if i in changes and changes[i].lock is not None:
        changes[i] = changes[i].model_copy(update={"lock": None})
    portfolio = q.portfolio.model_copy(update={"investments": tuple(free(r) for r in q.portfolio.investments)})
    return Question(portfolio, q.planning.model_copy(update={"investments": changes}))


def locked(q: Question, i: str, lock: Lock) -> Question:
    """The question with another lock on one investment; a scenario's lock on it gives way."""
    changes = dict(q.planning.investments)
    if i in changes:
        changes[i] = changes[i].model_copy(update={"lock": None})
    return with_fields(Question(q.portfolio, q.planning.model_copy(update={"investments": changes})), i, lock=lock)


def with_fields(q: Question, i: str, **fields: object) -> Question:
    """The question with other fields in the record of one investment."""
    records = tuple(r.model_copy(update=fields) if r.id == i else r for r in q.portfolio.investments)
    return Question(q.portfolio.model_copy(update={"investments": records}), q.planning)
