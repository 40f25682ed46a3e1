"""What must hold between the money tables of one planning model: bonds, funding, charges, the city's own debt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from portfolio.errors import Finding, Severity, finding
from portfolio.planning import BondFramework, BondIssue, Bonds, MoneyByYear, Planning
from portfolio.records import GrantStatus
from portfolio.units import stated

TAKEN = frozenset({*(s.value for s in GrantStatus), "partner"})
"""Names that grants and partners' money have among the sources."""


def check_money(p: Planning) -> Iterator[Finding]:
    """Findings about the money tables."""
    yield from _charges(p)
    if p.bonds is not None:
        yield from _issues(p, p.bonds)
        yield from _linked(p, p.bonds)
        for framework in (p.bonds.framework, *p.bonds.views):
            yield from _framework(p, framework)
    yield from _funding(p)
    yield from _negative(p, _series(p))


def _series(p: Planning) -> dict[str, MoneyByYear]:
    """Amounts by plan year, all years and none below 0, by their place."""
    found: dict[str, MoneyByYear] = {}
    if p.committee_frame is not None:
        found["committee_frame.frame"] = p.committee_frame.frame
    if p.debt is not None and p.debt.city is not None:
        found["debt.city.self_financing"] = p.debt.city.self_financing
    if p.bonds is not None and p.bonds.new_issues is not None:
        found["bonds.new_issues"] = p.bonds.new_issues
    for name, source in p.funding.sources.items() if p.funding is not None else ():
        if source.limit is not None:
            found[f"funding.sources.{name}.limit"] = source.limit
    return found


def plan_year_series(p: Planning) -> dict[str, MoneyByYear]:
    """Amounts that must be given for every plan year, by their place."""
    city = p.debt.city if p.debt is not None else None
    other = {"debt.city.other_net_investment": city.other_net_investment} if city is not None else {}
    return {**_series(p), **other}


def _negative(p: Planning, series: Mapping[str, MoneyByYear]) -> Iterator[Finding]:
    for place, amounts in series.items():
        for year, kronor in sorted(amounts.values.items()):
            if kronor < 0 and not place.endswith("self_financing"):
                yield finding("amount_negative", p.file, f"{place}.values.{year}", stated(kronor, amounts.stated))


def _charges(p: Planning) -> Iterator[Finding]:
    """Limits of the operating charge: any effect year may have one."""
    table = p.operating_charge
    if table is None:
        return
    years = p.horizon.effect_years
    named = {"operating_charge.limit": table.limit} | {f"operating_charge.limits.{owner}": limit for owner, limit in table.limits.items()}
    for place, limit in named.items():
        for year in sorted(limit.values.keys() - set(years)) if limit is not None else ():
            yield finding("year_foreign", p.file, f"{place}.values.{year}", year, first=str(years[0]), last=str(years[-1]))


def _issues(p: Planning, bonds: Bonds) -> Iterator[Finding]:
    first = p.horizon.first_year.value
    names = Counter(issue.name for issue in bonds.issues)
    for n, issue in enumerate(bonds.issues, start=1):
        place = f"bonds.issues.{n}"
        if names[issue.name] > 1 or issue.name in map(str, p.horizon.years):
            yield finding("issue_twice", p.file, f"{place}.name", issue.name)
        if issue.year.value >= first:
            yield finding("issue_not_outstanding", p.file, f"{place}.year.value", issue.year.value, first=str(first))
        if issue.matures is not None and issue.matures.value < first:
            yield finding("issue_matured", p.file, f"{place}.matures.value", issue.matures.value, Severity.WARNING, first=str(first))
        yield from _amounts(p, issue, place)
    if bonds.issues and bonds.outstanding is not None:
        total = sum(issue.amount.value for issue in bonds.issues)
        if total != bonds.outstanding.value:
            difference = total - bonds.outstanding.value
            shown = stated(bonds.outstanding.value, bonds.outstanding.stated)
            yield finding(
                "issues_total", p.file, "bonds.outstanding.value", shown, Severity.WARNING, issues_kr=total, difference_kr=difference
            )


def _amounts(p: Planning, issue: BondIssue, place: str) -> Iterator[Finding]:
    """What an issue has and does belongs to its kind."""
    if issue.amount.value <= 0:
        yield finding("issue_amount", p.file, f"{place}.amount.value", stated(issue.amount.value, issue.amount.stated))
    if issue.kind == "sustainability_linked":
        if issue.allocated is not None:
            yield finding("issue_linked_allocated", p.file, f"{place}.allocated", stated(issue.allocated.value, issue.allocated.stated))
        if issue.penalty is None:
            yield finding("issue_without_penalty", p.file, f"{place}.penalty", "", Severity.WARNING)
        return
    if issue.penalty is not None:
        yield finding("issue_penalty", p.file, f"{place}.penalty", issue.penalty.stated)
    if issue.allocated is not None and not 0 <= issue.allocated.value <= issue.amount.value:
        yield finding("issue_allocated", p.file, f"{place}.allocated.value", stated(issue.allocated.value, issue.allocated.stated))


def _linked(p: Planning, bonds: Bonds) -> Iterator[Finding]:
    linked = any(issue.kind == "sustainability_linked" for issue in bonds.issues)
    if linked and bonds.linked_targets is None:
        yield finding("linked_without_targets", p.file, "bonds.linked_targets", "", Severity.WARNING)
    if bonds.linked_targets is not None and p.emissions is None:
        yield finding("targets_without_emissions", p.file, "bonds.linked_targets")


def _framework(p: Planning, framework: BondFramework) -> Iterator[Finding]:
    place = f"bonds {framework.name}"
    if framework.pocket is not None and not framework.taxonomy:
        yield finding("pocket_without_taxonomy", p.file, f"{place} pocket")
    if framework.pocket is not None and framework.pocket.share.value >= 1:
        yield finding("pocket_whole", p.file, f"{place} pocket.share", framework.pocket.share.stated)
    for name in framework.participants:
        if p.owners and name not in p.owners:
            yield finding("participant_unknown", p.file, f"{place} participants", name, Severity.WARNING)


def _funding(p: Planning) -> Iterator[Finding]:
    if p.funding is None:
        return
    bonds = [name for name, source in p.funding.sources.items() if source.kind == "bond"]
    if len(bonds) > 1:
        yield finding("bond_sources", p.file, f"funding.sources.{bonds[1]}", bonds[1], other=bonds[0])
    own = 0
    for name, source in p.funding.sources.items():
        place = f"funding.sources.{name}"
        if name in TAKEN:
            yield finding("source_name_taken", p.file, place, name)
        if source.kind == "bond" and p.bonds is None:
            yield finding("bond_source_without_bonds", p.file, place, name)
        if source.kind == "bond" and source.limit is not None:
            yield finding("limit_on_bonds", p.file, f"{place}.limit", source.limit.stated)
        if source.carry_forward and source.limit is None:
            yield finding("carry_without_limit", p.file, f"{place}.carry_forward", name, Severity.WARNING)
        own += min(source.limit.values.values(), default=0) if source.kind == "own" and source.limit is not None else 0
    if p.debt is not None and own > (least := min(p.debt.self_financing.values.values(), default=own)):
        yield finding("own_above_self_financing", p.file, "funding.sources", "", Severity.WARNING, own_kr=own, self_financing_kr=least)
