"""Can everything be paid? The net outlays of a plan against the sources that may pay for them (docs/method.md, Funding).

A network of its own: money of a source and year, moved on where the source carries it forward, to parts of investments. What cannot be
paid is what the largest flow leaves (Ford & Fulkerson 1956).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from portfolio.audit.ledger import Ledger, Started
from portfolio.audit.sheet import Exact, Sheet
from portfolio.planning import Funding, FundingSource, Planning

Node = tuple[str, str, int]
"""`source`, its name and a year; or `part`, the sources that may pay for it and a year."""
START: Node = ("start", "", 0)
END: Node = ("end", "", 0)


def check_funding(sheet: Sheet, ledger: Ledger) -> None:
    """One row: kronor that can be paid against kronor that must be."""
    table = ledger.planning.funding
    if table is None:
        return
    wanted = wanted_of(table, ledger)
    need = sum(wanted.values(), Fraction(0))
    sheet.compare("funding", "", None, payable(ledger.planning, table, wanted, table.sources), "≥", need, "kr")


def wanted_of(table: Funding, ledger: Ledger) -> dict[Node, Exact]:
    """Net outlays of the plan years (kr) by the sources that may pay for them, and year."""
    wanted: dict[Node, Exact] = {}
    for x in ledger.started:
        for t in ledger.planning.horizon.years:
            eligible = x.eligible(t)
            for kronor, bonds in ((eligible, True), (x.net_outlay(t) - eligible, False)):
                if kronor:
                    node = ("part", "\n".join(payers_of(table, x, bonds=bonds)), t)
                    wanted[node] = wanted.get(node, 0) + kronor
    return wanted


def payers_of(table: Funding, x: Started, *, bonds: bool) -> list[str]:
    """Names of the sources that may pay for an investment: for what bonds can finance of it, or for the rest."""
    found = []
    for name, source in sorted(table.sources.items()):
        kind = "committee" if x.facts.committee else "company"
        owner_fits = not source.owners or x.facts.owner in source.owners or kind in source.owners
        id_fits = not source.investments or x.facts.id in source.investments
        kind_fits = {"own": True, "bond": bonds, "loan": x.facts.capitalised}[source.kind]
        if owner_fits and id_fits and kind_fits:
            found.append(name)
    return found


def money_of(planning: Planning, source: FundingSource) -> tuple[Mapping[int, int] | None, bool]:
    """What a source has by plan year (kr), None when it has no limit; and whether what is left moves on."""
    if source.kind != "bond":
        return (source.limit.values if source.limit is not None else None), source.carry_forward
    bonds = planning.bonds
    if bonds is None or bonds.new_issues is None:
        return None, False
    money = {t: bonds.new_issues.values[t] for t in planning.horizon.years}
    for issue in bonds.issues:
        if issue.kind == "use_of_proceeds":
            money[planning.horizon.years[0]] += issue.amount.value - (issue.allocated.value if issue.allocated is not None else 0)
    return money, True


def payable(planning: Planning, table: Funding, wanted: Mapping[Node, Exact], names: Collection[str]) -> Exact:
    """Most kronor of the wanted parts that the sources of these names can pay."""
    everything = sum(wanted.values(), Fraction(0))
    room: dict[Node, dict[Node, Exact]] = {START: {}}
    for name in names:
        source = table.sources[name]
        money, moves = money_of(planning, source)
        for t in planning.horizon.years:
            node = ("source", name, t)
            room[START][node] = money[t] if money is not None else everything
            room[node] = {("source", name, t + 1): everything} if moves and t < planning.horizon.years[-1] else {}
    for part, kronor in wanted.items():
        room[part] = {END: kronor}
        for name in part[1].split("\n"):
            if name in names:
                room["source", name, part[2]][part] = everything
    paid: Exact = 0
    while True:
        pushed = _push(room, START, everything, set())
        if not pushed:
            return paid
        paid += pushed


def _push(room: dict[Node, dict[Node, Exact]], node: Node, most: Exact, seen: set[Node]) -> Exact:
    """Move up to `most` kronor from `node` to the end along one path that has room; 0 when there is none."""
    if node == END:
        return most
    seen.add(node)
    for following, left in room.get(node, {}).items():
        if left > 0 and following not in seen:
            moved = _push(room, following, min(most, left), seen)
            if moved:
                room[node][following] -= moved
                back = room.setdefault(following, {})
                back[node] = back.get(node, 0) + moved
                return moved
    return 0
