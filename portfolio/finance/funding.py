"""The funding stack: who pays for every outlay of the plan, the cheapest first, in whole kronor (docs/method.md, Funding).

Sources that are compared by price alone form a polymatroid: paying as much as possible with the cheapest, then with the next, is the
cheapest of all distributions (Edmonds 1970). A maximum flow, one source at a time, finds it exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

from portfolio.amounts.sources import limits, sources
from portfolio.evaluate import Picks
from portfolio.flows import SINK, SOURCE, augment
from portfolio.instance import Instance
from portfolio.records import GrantStatus
from portfolio.statements import FundingStatement, FundingUse, SourceKind, SourceLine, SourceYear

Kind = tuple[str, ...]
"""The sources that may pay for a part of an outlay, in their order."""
Paid = Mapping[tuple[str, int, str], int]
"""Kronor by investment, plan year and source."""


def needs(d: Instance, i: str, s: int) -> dict[tuple[Kind, int], int]:
    """Net outlay (kr) in the plan years of i started in s, at 100 per cent, by the sources that may pay for it, and year."""
    kinds, years, financed = d.payers[i], d.years, d.eligible[i, s]
    found: dict[tuple[Kind, int], int] = {}
    for t in d.outlay[i, s]:
        if t in years:
            eligible = financed.get(t, 0)
            for part, kr in ((True, eligible), (False, d.net_outlay(i, s, t) - eligible)):
                if kr:
                    found[kinds[part], t] = found.get((kinds[part], t), 0) + kr
    return found


def reaches(d: Instance, picks: Picks) -> bool:
    """The sources reach for all net outlays: `paid_by` finds a distribution.

    What a source without a limit may pay for is always paid; only the rest has to be distributed.
    """
    endless = {name for name, limit in limits(d.planning).items() if limit is None}
    wanted: dict[tuple[Kind, int], int] = {}
    for i, pick in picks.items():
        for (kind, t), kr in needs(d, i, pick.start).items():
            if endless.isdisjoint(kind):
                wanted[kind, t] = wanted.get((kind, t), 0) + kr * pick.percent // 100
    return not wanted or _distributed(d, wanted) is not None


def paid_by(d: Instance, picks: Picks) -> Paid | None:
    """The cheapest distribution of all net outlays over the sources of the model; None when they do not reach."""
    wanted: dict[tuple[Kind, int], dict[str, int]] = {}
    for i, pick in sorted(picks.items()):
        for key, kr in needs(d, i, pick.start).items():
            wanted.setdefault(key, {})[i] = kr * pick.percent // 100
    flows = _distributed(d, {key: sum(parts.values()) for key, parts in wanted.items()})
    if flows is None:
        return None
    paid: dict[tuple[str, int, str], int] = {}
    for (kind, t), parts in wanted.items():
        left = dict(parts)
        for source in kind:
            amount = flows.get((source, kind, t), 0)
            for i, open_kronor in left.items():
                kr = min(amount, open_kronor)
                if kr:
                    paid[i, t, source] = paid.get((i, t, source), 0) + kr
                    left[i] -= kr
                    amount -= kr
    return paid


def _distributed(d: Instance, wanted: Mapping[tuple[Kind, int], int]) -> dict[tuple[str, Kind, int], int] | None:
    """Kronor from each source to each kind of need, the cheapest source first; None when not everything can be paid."""
    whole = sum(wanted.values())
    capacity: dict[str, dict[str, int]] = {SOURCE: {}}
    arcs: dict[tuple[str, Kind, int], tuple[str, str]] = {}
    needs_of = {key: f"need {n}" for n, key in enumerate(sorted(wanted))}
    for name, limit in limits(d.planning).items():
        for t in d.years:
            node = capacity.setdefault(f"{name} {t}", {})
            if limit is not None and limit.carry_forward and t + 1 in d.years:
                node[f"{name} {t + 1}"] = whole
    for (kind, t), amount in wanted.items():
        node_name = needs_of[kind, t]
        capacity[node_name] = {SINK: amount}
        for name in kind:
            capacity[f"{name} {t}"][node_name] = amount
            arcs[name, kind, t] = (f"{name} {t}", node_name)
    full = {start: dict(ends) for start, ends in capacity.items()}
    for name, limit in limits(d.planning).items():
        capacity[SOURCE] |= {f"{name} {t}": limit.values[t] if limit is not None else whole for t in d.years}
        while augment(capacity):
            pass
    if any(capacity[node][SINK] for node in needs_of.values()):
        return None
    return {key: full[start][end] - capacity[start][end] for key, (start, end) in arcs.items()}


def grant_uses(d: Instance, picks: Picks) -> dict[tuple[str, int, str], int]:
    """What grants (by their status) and partners pay of each investment's outlay in the plan years (kr)."""
    found: dict[tuple[str, int, str], int] = {}
    for i, pick in sorted(picks.items()):
        status = d.investments[i].grant_status
        for source, amounts in ((status.value, d.entitled[i, pick.start]), ("partner", d.partner[i, pick.start])):
            for t, kr in amounts.items():
                if t in d.years:
                    found[i, t, source] = kr * pick.percent // 100
    return found


def funding_statement(d: Instance, picks: Picks, paid: Paid) -> FundingStatement:
    """Grants, partners and sources together, by investment and year, and by source and year."""
    uses = {**grant_uses(d, picks), **paid}
    lines = tuple(FundingUse(id=i, year=t, source=source, kronor=kr) for (i, t, source), kr in sorted(uses.items()) if kr)
    given = [s.value for s in GrantStatus if s is not GrantStatus.NONE]
    kinds: dict[str, SourceKind] = {**dict.fromkeys(given, "grant"), "partner": "partner"}
    stated = {name: source.price.value for name, source in sources(d.planning).items()}
    kinds |= {name: source.kind for name, source in sources(d.planning).items()}
    made = []
    for name, kind in kinds.items():
        by_year = {t: sum(use.kronor for use in lines if use.source == name and use.year == t) for t in d.years}
        made.append(
            SourceLine(
                source=name,
                kind=kind,
                price=stated.get(name),
                kronor=sum(by_year.values()),
                years=_source_years(d, name, by_year),
            )
        )
    return FundingStatement(sources=tuple(made), uses=lines, kronor=sum(use.kronor for use in lines))


def _source_years(d: Instance, name: str, used: Mapping[int, int]) -> tuple[SourceYear, ...]:
    limit = limits(d.planning).get(name)
    if limit is None:
        return tuple(SourceYear(year=t, available=None, used=kr, left=None) for t, kr in used.items())
    years = []
    carried = 0
    for t, kr in used.items():
        available = limit.values[t] + carried
        years.append(SourceYear(year=t, available=available, used=kr, left=available - kr))
        carried = available - kr if limit.carry_forward else 0
    return tuple(years)
