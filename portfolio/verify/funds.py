"""What the sources of funding have and may pay, and whether everything can be paid: a largest flow (docs/method.md, Funding)."""

from __future__ import annotations

from portfolio.verify.flow import SINK, SOURCE, Node, pushed
from portfolio.verify.plan import Basis, Plan
from portfolio.verify.record import Started, by_year
from portfolio.verify.result import Exact, Raw


def may_pay(x: Started, source: Raw) -> bool:
    """Whether a source of the model may pay for an investment; of a bond only the eligible part."""
    row = x.record.row
    kind = "committee" if row["owner_type"] == "committee" else "company"
    owner = not source["owners"] or row["owner"] in source["owners"] or kind in source["owners"]
    return owner and (not source["investments"] or row["id"] in source["investments"]) and (source["kind"] != "loan" or row["capitalised"])


def money_of(basis: Basis, source: Raw) -> tuple[dict[int, int] | None, bool]:
    """What a source has by plan year, None without a limit; and whether what is left moves on."""
    if source["kind"] != "bond":
        return (by_year(source["limit"]) if source.get("limit") else None), source["carry_forward"]
    bonds = basis.model.get("bonds")
    if bonds is None or not bonds.get("new_issues"):
        return None, False
    money = by_year(bonds["new_issues"])
    money[basis.years[0]] += sum(i["amount"]["value"] - before(i) for i in bonds["issues"] if i["kind"] == "use_of_proceeds")
    return money, True


def before(issue: Raw) -> int:
    """Kronor of an issue that were allocated before the first plan year."""
    return int(issue["allocated"]["value"]) if issue.get("allocated") else 0


def payable(plan: Plan) -> tuple[Exact, Exact]:
    """Kronor that can be paid of the net outlays of the plan years, and kronor that must be."""
    basis, sources = plan.basis, plan.basis.model["funding"]["sources"]
    need: Exact = 0
    room: dict[Node, dict[Node, Exact]] = {SOURCE: {}, SINK: {}}
    wanted: list[tuple[Node, int, bool, Started, Exact]] = []
    for i, x in plan.started.items():
        for t in basis.years:
            eligible = x.eligible(t)
            for bonds, kr in ((True, eligible), (False, x.of(x.record.net, t) - eligible)):
                if kr:
                    wanted.append((("part", f"{i} {t} {bonds}"), t, bonds, x, kr))
                    need += kr
    for name, source in sources.items():
        money, moves = money_of(basis, source)
        for t in basis.years:
            node: Node = ("money", f"{name} {t}")
            room[SOURCE][node] = money.get(t, 0) if money is not None else need
            room[node] = {("money", f"{name} {t + 1}"): need} if moves and t < basis.years[-1] else {}
            room[node] |= {
                part: kr for part, year, bonds, x, kr in wanted if year == t and may_pay(x, source) and (bonds or source["kind"] != "bond")
            }
    for part, _, _, _, kr in wanted:
        room.setdefault(part, {})[SINK] = kr
    return pushed(room), need
