"""The bond statement recounted from who is said to pay for what (docs/method.md, Bonds and Bond ledger)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from portfolio.audit.bond_ledger import entries_of, issue_lines, pool
from portfolio.audit.counted import Counted
from portfolio.audit.facts import refusal_of
from portfolio.audit.ledger import Started
from portfolio.audit.recount import Recounted, Ticks
from portfolio.audit.sheet import Exact, ticks
from portfolio.outcome import Decision
from portfolio.planning import BondFramework, BondIssue, Bonds
from portfolio.records import Investment
from portfolio.statements import FundingStatement


def bond_statement(c: Counted, decisions: Mapping[str, Decision], funding: FundingStatement | None) -> Recounted:
    """What the statement should say; None without a bond table.

    Args:
        decisions: their attributed tonnes, which the other checks hold to the portfolio's.
        funding: who pays; checked on its own.
    """
    bonds = c.planning.bonds
    if bonds is None:
        return None
    entries = entries_of(c, bonds, funding)
    by_kind = {kind: Counter[str]() for kind in ("new", "refinancing")}
    for e in entries.allocations:
        by_kind[e["kind"]][e["id"]] += e["kronor"]
    records = {i.id: i for i in c.portfolio.investments}
    tags = [_tag(c, records[i], by_kind) for i, f in sorted(c.facts.items()) if f.city]
    years = pool(c, bonds, entries)
    linked = _linked(c, bonds)
    first = c.planning.horizon.years[0]
    return {
        "framework": bonds.framework.title,
        "tags": tags,
        "issues": issue_lines(bonds, entries),
        "pool": years,
        "allocations": entries.allocations,
        "impact": [_impact(c, records[i], decisions[i], by_kind["new"][i] + by_kind["refinancing"][i]) for i in c.started],
        "impact_year": c.target_year,
        "views": [_view(c, records, view) for view in bonds.views],
        "linked": linked,
        "linked_outstanding": sum(i.amount.value for i in _linked_issues(bonds) if _outstanding(i, first)),
        "exposure": sum(line["exposure"] for line in linked),
        "eligible": sum(tag["eligible"] for tag in tags),
        "issued": sum(y["issued"] for y in years),
        "allocated": sum(y["allocated"] for y in years),
        "refinanced": sum(y["refinanced"] for y in years),
    }


def _tag(c: Counted, record: Investment, by_kind: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    i, started = record.id, c.started.get(record.id)
    return {
        "id": i,
        "category": record.bond_category,
        "share": Fraction(record.eligible_share),
        "taxonomy": record.taxonomy.value,
        "reason": c.facts[i].refusal,
        "eligible": started.bond_eligible(c.planning.horizon.years[-1]) if started is not None else 0,
        "allocated": by_kind["new"][i],
        "refinanced": by_kind["refinancing"][i],
    }


def _impact(c: Counted, record: Investment, decision: Decision, financed: int) -> dict[str, Any]:
    """Tonnes of the target year, and the part of them that bonds finance."""
    started = c.started[record.id]
    reduced = ticks(decision.tonnes_target_year)
    removed = ticks(decision.tonnes.get(c.target_year, Decimal(0))) - reduced
    effects: dict[str, Exact] = {"reduced": reduced, "removed": removed, "avoided": _avoided(c, record, started)}
    gross = started.total_outlay()
    part = Fraction(financed) / Fraction(gross) if gross else Fraction(0)
    per_mnkr = sum(effects.values(), Fraction(0)) * 10 / gross if gross else None  # ticks per krona are 10 tonnes per mnkr
    return {
        "id": record.id,
        "category": record.bond_category,
        "gross": gross,
        "financed": financed,
        "share": Fraction(floor(part * 1_000_000), 1_000_000),
        **{name: Ticks(value) for name, value in effects.items()},
        **{f"financed_{name}": Ticks(floor(part * value)) for name, value in effects.items()},
        "tonnes_per_mnkr": Fraction(round(per_mnkr * 1000), 1000) if per_mnkr is not None else None,
    }


def _avoided(c: Counted, record: Investment, started: Started) -> int:
    """Ticks outside the territorial inventory, against the reference that the workbook states."""
    change = c.planning.investments.get(record.id)
    factor = Fraction(change.tonnes_factor) if change is not None and change.tonnes_factor is not None else Fraction(1)
    inside = record.tonnes if record.counts_to_target and record.scope != "3" else Decimal(0)
    beyond = max(Fraction(0), Fraction(record.bond_tonnes) - Fraction(inside))
    return round(beyond * factor * started.facts.ramp_in(started.start, c.target_year) * 1000) * started.percent


def _view(c: Counted, records: Mapping[str, Investment], view: BondFramework) -> dict[str, Any]:
    full: Exact = 0
    flexible: Exact = 0
    net: Exact = 0
    for i, x in c.started.items():
        years = [t for t in c.planning.horizon.years if 0 <= t - x.start < x.facts.years]
        met = sum((x.part(x.facts.eligible[t - x.start]) for t in years), 0)
        net += sum((x.net_outlay(t) for t in years), 0)
        refusal = refusal_of(records[i], view)
        if not refusal:
            full += met
        elif refusal == "taxonomy" and view.pocket is not None and records[i].taxonomy in view.pocket.taxonomy:
            flexible += met
    if view.pocket is not None and view.pocket.share.value < 1:
        # the flexible part may be `share` of the two together
        share = Fraction(view.pocket.share.value)
        flexible = min(flexible, floor(share / (1 - share) * full))
    return {"framework": view.name, "title": view.title, "full": full, "pocket": flexible, "refused": net - full - flexible}


def _linked_issues(bonds: Bonds) -> Sequence[BondIssue]:
    return [i for i in bonds.issues if i.kind == "sustainability_linked"]


def _outstanding(issue: BondIssue, t: int) -> bool:
    return issue.year.value <= t <= (issue.matures.value if issue.matures is not None else t)


def _linked(c: Counted, bonds: Bonds) -> list[dict[str, Any]]:
    targets, issues = bonds.linked_targets, _linked_issues(bonds)
    lines: list[dict[str, Any]] = []
    for t in c.planning.horizon.effect_years if targets is not None and issues else ():
        emissions = c.tonnes.years[t].emissions
        if targets is None or t not in targets.values or emissions is None:
            continue
        above = max(Fraction(0), emissions - ticks(targets.values[t]))
        due = [i for i in issues if _outstanding(i, t)]
        charges = [round(Fraction(i.penalty.value) * i.amount.value) for i in due if i.penalty is not None]
        lines.append(
            {
                "year": t,
                "emissions": Ticks(emissions),
                "target": Ticks(ticks(targets.values[t])),
                "missed_by": Ticks(above),
                "nominal": sum(i.amount.value for i in due),
                "exposure": sum(charges) if above else 0,
            }
        )
    return lines
