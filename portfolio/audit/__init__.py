"""The audit: every constraint recomputed from the decisions alone, without the optimiser, exactly and with zero tolerance.

It shares nothing with the code that makes the plan: only the records, the planning model, the plain result types and the units. Each rule
is written from docs/method.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from portfolio.audit.choices import check_choices
from portfolio.audit.counted import Counted
from portfolio.audit.facts import facts_of
from portfolio.audit.figures import Figures
from portfolio.audit.flow import TooManyJoined
from portfolio.audit.ledger import Ledger
from portfolio.audit.limits import check_limits
from portfolio.audit.sheet import Sheet
from portfolio.audit.statements import STATEMENTS, Statements, check_statements
from portfolio.audit.tonnes import Tonnes, check_tonnes
from portfolio.outcome import Audit, Decision, EmissionLine, Totals, Verdict, YearLine
from portfolio.planning import Planning
from portfolio.records import Portfolio

__all__ = ["CONSTRAINTS", "Statements", "TooManyJoined", "audit"]

CONSTRAINTS = (
    "start_at_most_once",
    "layers",
    "scale",
    "start_window",
    "committed",
    "lock",
    "requires",
    "alternatives",
    "selection",
    "stability",
    "plan_frame",
    "control_envelope",
    "owner_frame",
    "committee_frame",
    "debt_mandate",
    "operating_charge",
    "bond_backing",
    "funding",
    "delivery_capacity",
    "pair_overlap",
    "attribution",
    "tonnes_ceiling",
    "emission_ceiling",
    "required_tonnes",
    "floor",
    "stated_figures",
    *STATEMENTS,
)
"""Every name a check can have, in the order in which the checks are written; `constraint.<name>` in the catalogue."""


def audit(
    portfolio: Portfolio,
    planning: Planning,
    decisions: Sequence[Decision],
    *,
    layers_allowed: Sequence[str] = ("plan", "gap"),
    stated: Totals | None = None,
    years: Sequence[YearLine] = (),
    emissions: Sequence[EmissionLine] = (),
    floor_tonnes: Decimal | None = None,
    statements: Statements | None = None,
) -> Audit:
    """Recompute everything from each decision's id, layer, start and per cent, and compare it with the limits and the stated figures.

    Args:
        decisions: one for every investment, external ones too; their figures (kr, t) are checked, never used.
        layers_allowed: layers in which an investment may be started.
        stated, years, emissions: figures of the plan to check; those that are not given are not checked.
        floor_tonnes: least tonnes (t) of the objective's quantity.
        statements: what the plan's money statements say; not checked when absent.

    Raises:
        TooManyJoined: overlap groups join more destinations than can be enumerated.
    """
    sheet = Sheet()
    facts = facts_of(portfolio, planning)
    started = check_choices(sheet, facts, planning, decisions, layers_allowed)
    ledger = Ledger(tuple(started.values()), planning)
    check_limits(sheet, ledger)
    tonnes = Tonnes(portfolio, planning, facts, started)
    first = {x.id: x for x in reversed(decisions) if x.id in facts}
    check_tonnes(sheet, tonnes, first, floor_tonnes)
    figures = Figures(sheet, ledger, tonnes)
    for i, x in sorted(first.items()):
        if facts[i].city:
            figures.decision(x, started.get(i))
        else:
            figures.external(x)
    figures.sums([x for i, x in first.items() if facts[i].city])
    if years:
        figures.years(years)
    if emissions:
        figures.emissions(emissions)
    if stated is not None:
        figures.totals(stated)
    figures.tally.close()
    if statements is not None:
        check_statements(sheet, Counted(portfolio, planning, facts, started, ledger, tonnes), first, statements)
    holds = all(c.holds for c in sheet.checks)
    return Audit(verdict=Verdict.HOLDS if holds else Verdict.BREACHED, checks=tuple(sheet.checks))
