"""The debt statement recounted (docs/method.md, Debt path)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import Any

from portfolio.audit.counted import Counted
from portfolio.audit.facts import Facts
from portfolio.audit.ledger import Started
from portfolio.audit.recount import Recounted, Ticks
from portfolio.audit.sheet import Exact
from portfolio.outcome import Layer
from portfolio.planning import CityDebt, Debt, Planning
from portfolio.records import LockKind


def debt_statement(c: Counted, unbound: Counted | None) -> Recounted:
    """What the statement should say; None without a debt table.

    Args:
        unbound: the plan that was proven best without the mandate; None when there is none to compare with.
    """
    table = c.planning.debt
    if table is None:
        return None
    group = _group(c, table)
    tightest = min(group, key=lambda line: line["headroom"])
    costs = _differ(c, unbound) if unbound is not None else None if _reachable(c, table) else False
    return {
        "group": group,
        "city": _city(c, table.city) if table.city is not None else [],
        "tightest_year": tightest["year"],
        "headroom": tightest["headroom"],
        "mandate_costs": costs,
        "gave_way": _gave_way(c, unbound) if unbound is not None and costs else None,
    }


def _moved(x: Started, t: int) -> dict[str, Exact]:
    """What one investment moves the debt by in a year."""
    outlay = x.outlays().get(t, 0)
    return {
        "outlay_plan": outlay if x.layer is Layer.PLAN else 0,
        "outlay_gap": outlay if x.layer is Layer.GAP else 0,
        "grants": x.grants().get(t, 0),
        "partners": x.partners().get(t, 0),
        "operating": x.operating(t),
    }


def _year(started: Mapping[str, Started], table: Debt | CityDebt, t: int, opening: Exact) -> dict[str, Any]:
    moved = [_moved(x, t) for x in started.values()]
    sums = {name: sum((m[name] for m in moved), 0) for name in ("outlay_plan", "outlay_gap", "grants", "partners", "operating")}
    other, own = table.other_net_investment.values[t], table.self_financing.values[t]
    return {"year": t, "opening": opening, **sums, "other_net_investment": other, "self_financing": own}


def _group(c: Counted, table: Debt) -> list[dict[str, Any]]:
    lines = []
    opening: Exact = table.opening.value
    for t in c.planning.horizon.years:
        closing, mandate = round(c.ledger.net_debt[t]), table.mandate.values[t]
        line = _year(c.started, table, t, opening)
        line |= {"interest": c.ledger.shown_interest(t), "closing": closing, "mandate": mandate, "headroom": mandate - closing}
        lines.append({**line, "borrowable": _borrowable(c, table, t)})
        opening = closing
    return lines


def _borrowable(c: Counted, table: Debt, t: int) -> int:
    """A loan of one krona in t has grown to `owed` kronor in a later year; the mandate of every year has room for all of it."""
    rate = Fraction(table.interest_rate.value) if table.interest_rate is not None else Fraction(0)
    owed, rooms = Fraction(1), []
    for year in range(t, c.planning.horizon.years.stop):
        rooms.append(floor(Fraction(table.mandate.values[year] - c.ledger.net_debt[year]) / owed))
        owed += rate * owed
    return min(rooms)


def _city(c: Counted, table: CityDebt) -> list[dict[str, Any]]:
    """Committees' investments only; no interest and no mandate."""
    mine = {i: x for i, x in c.started.items() if x.facts.committee}
    lines = []
    debt: Exact = table.opening.value
    for t in c.planning.horizon.years:
        line = _year(mine, table, t, debt)
        received = line["grants"] + line["partners"] + line["self_financing"]
        debt += line["outlay_plan"] + line["outlay_gap"] + line["operating"] + line["other_net_investment"] - received
        lines.append({**line, "interest": 0, "closing": debt, "mandate": None, "headroom": None, "borrowable": None})
    return lines


def _reachable(c: Counted, table: Debt) -> bool:
    """Whether the mandate could be reached if every investment stood at the start that adds the most debt to a year."""
    years = c.planning.horizon.years
    worst: dict[int, Exact] = dict.fromkeys(years, 0)
    for f in c.facts.values():
        paths = [debt_added(Started(f, Layer.PLAN, s, 100), c.planning) for s in _may_start(f)] if f.city else []
        for t in years:
            worst[t] += max([0, *(path[t] for path in paths)])
    bare = {t: c.ledger.net_debt[t] - sum((debt_added(x, c.planning)[t] for x in c.started.values()), 0) for t in years}
    return any(bare[t] + worst[t] > table.mandate.values[t] for t in years)


def _may_start(f: Facts) -> list[int]:
    if f.lock.kind is LockKind.NEVER:
        return []
    return [s for s in f.starts if f.lock.kind is not LockKind.START or s == f.lock.year]


def debt_added(x: Started, planning: Planning) -> dict[int, Exact]:
    """What one investment has added to the net debt (kr) by the end of each plan year, its interest included."""
    debt = planning.debt
    rate = Fraction(debt.interest_rate.value) if debt is not None and debt.interest_rate is not None else Fraction(0)
    owed: Exact = 0
    path: dict[int, Exact] = {}
    for t in planning.horizon.years:
        m = _moved(x, t)
        owed += (rate * owed if rate else 0) + m["outlay_plan"] + m["outlay_gap"] - m["grants"] - m["partners"] + m["operating"]
        path[t] = owed
    return path


def _differ(c: Counted, other: Counted) -> bool:
    """The two plans start other investments, in other years or to other per cents."""
    return {(i, x.start, x.percent) for i, x in c.started.items()} != {(i, x.start, x.percent) for i, x in other.started.items()}


def _line(x: Started) -> Recounted:
    return {"id": x.facts.id, "start": x.start, "percent": x.percent, "kronor": x.total_outlay()}


def _gave_way(c: Counted, other: Counted) -> Recounted:
    here, there = c.started, other.started
    highest = max(round(kr) for kr in other.ledger.net_debt.values())
    exact = max(other.ledger.net_debt.values())
    both = [(here[i], there[i]) for i in here if i in there and (here[i].start, here[i].percent) != (there[i].start, there[i].percent)]
    return {
        "left_out": [_line(x) for i, x in there.items() if i not in here],
        "instead": [_line(x) for i, x in here.items() if i not in there],
        "moved": [
            {"id": a.facts.id, "start": a.start, "percent": a.percent, "start_without": b.start, "percent_without": b.percent}
            for a, b in both
        ],
        "tonnes_lost": Ticks(other.tonnes.objective - c.tonnes.objective),
        "kronor_without": other.kronor,
        "debt_without": highest,
        "debt_without_year": next(t for t, kr in other.ledger.net_debt.items() if kr == exact),
    }
