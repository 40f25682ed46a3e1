"""The sheet about frameworks: the rules of the one in force, and the same plan seen with others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from portfolio.excel.decision_workbook import Block, Sheet, Value
from portfolio.reports.bond_report.parts import Parts
from portfolio.reports.figures import share
from portfolio.reports.findings import clean


def frameworks(p: Parts) -> Sheet:
    """Rules, one a row with its source; then what other frameworks would accept."""
    columns = (
        p.column("rule", "text", 42),
        p.column("says", "wrapped", 52),
        p.column("source", "wrapped", 60),
        p.column("illustrative", "text", 14),
    )
    blocks = [Block("Regler", clean(p.bonds.framework), columns, tuple(_rules(p, p.model["framework"])))]
    if not p.bonds.views:
        return p.sheet("frameworks", *blocks)
    views = (
        p.column("framework", "wrapped", 42),
        p.column("accepts", "wrapped", 52),
        p.column("source", "wrapped", 60),
        *(p.column(name, width=14) for name in ("full", "pocket", "not_accepted")),
    )
    given = zip(p.bonds.views, p.model["views"], strict=True)
    rows = tuple((clean(v.title), _accepts(p, stated), clean(str(stated["source"])), v.full, v.pocket, v.refused) for v, stated in given)
    blocks.append(Block("Ramverk", p.t("bond_report.frameworks.views"), views, rows))
    return p.sheet("frameworks", *blocks, lines=(p.t("bond_report.frameworks.line"),))


def _rules(p: Parts, framework: Mapping[str, Any]) -> Iterator[tuple[Value, ...]]:
    """What the framework in force says."""
    t, source = p.t, clean(str(framework["source"]))
    participants = ", ".join(clean(str(owner)) for owner in framework["participants"]) or t("bond_report.rule.everyone")
    yield (t("bond_report.rule.participants"), participants, source, "")
    for exclusion in framework["exclusions"]:
        yield (t("bond_report.rule.exclusion"), clean(str(exclusion[f"name_{p.lang}"])), clean(str(exclusion["source"])), "")
    yield (t("bond_report.rule.taxonomy"), _accepts(p, framework), source, "")
    yield (t("bond_report.rule.net"), t("bond_report.rule.net_says"), source, "")
    for name in ("look_back", "allocation_months"):
        months = framework.get(name)
        if months:
            says = t("bond_report.rule.months", count=int(months["value"]))
            yield (t(f"bond_report.rule.{name}"), says, clean(str(months["source"])), p.mark(months))
        else:
            yield (t(f"bond_report.rule.{name}"), t(f"bond_report.rule.{name}_none"), source, "")


def _accepts(p: Parts, framework: Mapping[str, Any]) -> str:
    """Statuses under the EU taxonomy that a framework accepts, and those that it accepts up to a share."""
    accepted = _statuses(p, framework["taxonomy"]) or p.t("bond_report.rule.any_status")
    pocket = framework.get("pocket")
    if not pocket:
        return accepted
    part = share(Decimal(str(pocket["share"]["value"])), p.lang)
    return p.t("bond_report.rule.pocket", accepted=accepted, share=part, statuses=_statuses(p, pocket["taxonomy"]))


def _statuses(p: Parts, statuses: Iterable[str]) -> str:
    return ", ".join(p.t(f"money.taxonomy.{status}") for status in statuses)
