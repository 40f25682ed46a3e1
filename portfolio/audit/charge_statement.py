"""The statement of operating charges recounted (docs/method.md, Operating charge)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from portfolio.audit.counted import Counted
from portfolio.audit.ledger import ChargeParts, Started
from portfolio.audit.recount import Recounted
from portfolio.planning import MoneyByYear


def charge_statement(c: Counted) -> Recounted:
    """What the statement should say; None without an internal rate."""
    table = c.planning.operating_charge
    if table is None:
        return None
    total = _lines(c, c.started.values(), table.limit)
    highest = max(line["total"] for line in total)
    by_owner: dict[str, list[Started]] = {}
    for x in c.started.values():
        by_owner.setdefault(x.facts.owner, []).append(x)
    return {
        "rate": Fraction(table.internal_rate.value),
        "total": total,
        "owners": [{"owner": o, "lines": _lines(c, mine, table.limits.get(o))} for o, mine in sorted(by_owner.items())],
        "highest_year": next(line["year"] for line in total if line["total"] == highest),
        "highest": highest,
    }


def _lines(c: Counted, started: Iterable[Started], limit: MoneyByYear | None) -> list[dict[str, Any]]:
    table = c.planning.operating_charge
    assert table is not None
    rate, mine, lines = Fraction(table.internal_rate.value), list(started), []
    for t in c.planning.horizon.effect_years:
        charges = [x.charge(t, rate) for x in mine]
        parts: dict[str, Any] = {name: sum(getattr(charge, name) for charge in charges) for name in ChargeParts._fields}
        most = limit.values.get(t) if limit is not None else None
        lines.append({"year": t, **parts, "total": sum(charge.total for charge in charges), "limit": most})
    return lines
