"""Picks with all their figures, audited by the code that shares nothing with them."""

from __future__ import annotations

from portfolio.accounts import Accounts
from portfolio.analysis.reasons import Reason
from portfolio.audit import Statements, audit
from portfolio.errors import AuditBreached
from portfolio.evaluate import Picks
from portfolio.instance import Instance
from portfolio.outcome import Plan, Verdict
from portfolio.units import tonnes_from_ticks


def no_reasons(d: Instance) -> dict[str, Reason]:
    """For plans that nobody has explained."""
    return dict.fromkeys((*d.city, *d.external), ("", {}))


def make_plan(
    d: Instance, picks: Picks, why: dict[str, Reason], floor_ticks: int | None = None, statements: Statements | None = None
) -> Plan:
    """Figures of a set of picks, and the statements about them, audited."""
    accounts = Accounts(d, picks)
    decisions, years, emissions, totals = accounts.decisions(why), accounts.years(), accounts.emissions(), accounts.totals()
    checked = audit(
        d.portfolio,
        d.planning,
        decisions,
        stated=totals,
        years=years,
        emissions=emissions,
        floor_tonnes=tonnes_from_ticks(floor_ticks) if floor_ticks is not None else None,
        statements=statements,
    )
    return Plan(decisions=decisions, years=years, emissions=emissions, totals=totals, audit=checked)


def holding(plan: Plan, whose: str = "") -> Plan:
    """The plan, when everything that the audit demands of it holds; otherwise it is never shown.

    Args:
        whose: what the fault is said to be about, before each demand.

    Raises:
        AuditBreached: a demand does not hold: a fault of ours.
    """
    if plan.audit.verdict is not Verdict.HOLDS:
        raise AuditBreached(f"{whose}{c.constraint} {c.subject} {c.year or ''}".strip() for c in plan.audit.breaches)
    return plan


def audited(d: Instance, picks: Picks, floor_ticks: int | None = None) -> Plan:
    """A plan that nobody has explained, with its figures.

    Raises:
        AuditBreached: a demand does not hold: a fault of ours.
    """
    return holding(make_plan(d, picks, no_reasons(d), floor_ticks))
