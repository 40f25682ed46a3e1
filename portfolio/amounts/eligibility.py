"""What a bond framework can finance of an investment, and why not (docs/method.md, Bonds)."""

from __future__ import annotations

from portfolio.amounts.support import entitled, partners, whole
from portfolio.planning import BondFramework, Planning
from portfolio.records import Investment


def refusal(investment: Investment, framework: BondFramework) -> str:
    """Why the framework cannot finance it: the first test that fails, in the order of docs/method.md; empty when it can."""
    tests = (
        ("no_category", investment.bond_category is not None),
        ("category_unknown", investment.bond_category in framework.categories),
        ("owner_outside", not framework.participants or investment.owner in framework.participants),
        ("excluded", not any(investment.sector in e.sectors or investment.id in e.investments for e in framework.exclusions)),
        ("not_capitalised", investment.capitalised),
        ("share_zero", investment.eligible_share > 0),
        ("taxonomy", not framework.taxonomy or investment.taxonomy in framework.taxonomy),
    )
    return next((name for name, passed in tests if not passed), "")


def eligible_outlay(investment: Investment, planning: Planning) -> tuple[int, ...]:
    """Net outlay (kr) in the k-th outlay year that meets the criteria, at 100 per cent; what the category is worth is not asked here."""
    step = whole(investment)
    net = before = 0
    parts = []
    for kr, grant, partner in zip(investment.outlay, entitled(investment, planning), partners(investment, planning), strict=True):
        net += kr - grant - partner
        upto = int(investment.eligible_share * net) // step * step
        parts.append(upto - before)
        before = upto
    return tuple(parts)
