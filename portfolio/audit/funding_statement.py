"""The funding statement: who is said to pay for what is checked use by use, the rest is recounted from it (docs/method.md, Funding)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from portfolio.audit.counted import Counted
from portfolio.audit.funding import money_of, payable, payers_of, wanted_of
from portfolio.audit.recount import Recount
from portfolio.audit.sheet import Exact
from portfolio.planning import Funding
from portfolio.records import GrantStatus
from portfolio.statements import FundingStatement

Use = tuple[str, int, str]
"""Investment, plan year and source."""


def check_funding_statement(recount: Recount, c: Counted, stated: FundingStatement | None) -> None:
    """Uses first; then the sums by source and year that follow from them."""
    table = c.planning.funding
    if stated is None or table is None:
        recount.demand("funding", None, stated is None and table is None)
        return
    uses = _uses(recount, stated)
    _paid_in_full(recount, c, table, uses)
    lines = _sources(c, table, uses)
    recount.compare("funding sources", stated.model_dump()["sources"], lines)
    recount.compare("funding kronor", stated.kronor, sum(uses.values()))
    for line in lines:
        for y in line["years"]:
            recount.tally.check(f"{line['source']} left", y["year"], y["left"] or 0, "≥", 0, "kr")
    _cheapest(recount, c, table, uses)


def _uses(recount: Recount, stated: FundingStatement) -> dict[Use, int]:
    """The uses, each stated once, in order, and above 0."""
    keys = [(u.id, u.year, u.source) for u in stated.uses]
    recount.demand("funding uses", None, keys == sorted(set(keys)))
    for u in stated.uses:
        recount.tally.check(f"{u.id} {u.source}", u.year, u.kronor, "≥", 1, "kr")
    return {(u.id, u.year, u.source): u.kronor for u in stated.uses}


def _paid_in_full(recount: Recount, c: Counted, table: Funding, uses: Mapping[Use, int]) -> None:
    """Every use belongs to a started investment and a plan year; the uses of each sum to its outlay, and each source may pay its part."""
    years = c.planning.horizon.years
    for i, t, source in uses:
        recount.demand(f"{i} {source}", t, i in c.started and t in years)
    for i, x in c.started.items():
        for t in years:
            paid = {source: kr for (j, year, source), kr in uses.items() if (j, year) == (i, t)}
            k = t - x.start
            within = 0 <= k < x.facts.years
            given: dict[str, Exact] = {"partner": x.part(x.facts.partners[k]) if within else 0}
            given |= {status.value: 0 for status in GrantStatus if status is not GrantStatus.NONE}
            if x.facts.grant_status is not GrantStatus.NONE and within:
                given[x.facts.grant_status.value] = x.part(x.facts.entitled[k])
            for source, kronor in given.items():
                recount.tally.check(f"{i} {source}", t, paid.pop(source, 0), "=", kronor, "kr")
            recount.tally.check(f"{i} net_outlay", t, sum(paid.values()), "=", x.net_outlay(t), "kr")
            may = payers_of(table, x, bonds=True)
            for source in paid:
                recount.demand(f"{i} {source}", t, source in may)
            by_bonds = sum(kr for source, kr in paid.items() if source in table.sources and table.sources[source].kind == "bond")
            recount.tally.check(f"{i} eligible", t, by_bonds, "≤", x.eligible(t), "kr")


def in_order(table: Funding) -> list[str]:
    """The sources of the model, the cheapest first, then by name."""
    return [name for _, name in sorted((source.price.value, name) for name, source in table.sources.items())]


def _sources(c: Counted, table: Funding, uses: Mapping[Use, int]) -> list[dict[str, Any]]:
    used: Counter[tuple[str, int]] = Counter()
    for (_, t, source), kr in uses.items():
        used[source, t] += kr
    years = c.planning.horizon.years
    grants = [(status.value, "grant") for status in GrantStatus if status is not GrantStatus.NONE]
    lines = []
    for name, kind in (*grants, ("partner", "partner"), *((n, table.sources[n].kind) for n in in_order(table))):
        stated = table.sources.get(name)
        money, moves = money_of(c.planning, stated) if stated is not None else (None, False)
        rows: list[dict[str, Any]] = []
        carried = 0
        for t in years:
            available = money[t] + carried if money is not None else None
            left = available - used[name, t] if available is not None else None
            carried = left if left is not None and moves else 0
            rows.append({"year": t, "available": available, "used": used[name, t], "left": left})
        lines.append(
            {
                "source": name,
                "kind": kind,
                "price": Fraction(stated.price.value) if stated is not None else None,
                "kronor": sum(used[name, t] for t in years),
                "years": rows,
            }
        )
    return lines


def _cheapest(recount: Recount, c: Counted, table: Funding, uses: Mapping[Use, int]) -> None:
    """The cheapest source pays as much as it can at all, then the two cheapest together, and so on: no dearer krona can be exchanged.

    What sets of sources can pay is a polymatroid, so this order is the cheapest of all distributions (Edmonds 1970).
    """
    wanted = wanted_of(table, c.ledger)
    order = in_order(table)
    for n in range(1, len(order) + 1):
        names = order[:n]
        paid = sum(kr for (_, _, source), kr in uses.items() if source in names)
        recount.tally.check(" ".join(("cheapest", *names)), None, paid, "=", payable(c.planning, table, wanted, names), "kr")
