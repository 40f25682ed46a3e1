"""The statements of debt, operating charges and the gap, counted again (docs/method.md, Debt path, Operating charge, Gap)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from portfolio.verify.figures import Figures, interest
from portfolio.verify.plan import Plan
from portfolio.verify.record import Record, Started, by_year
from portfolio.verify.result import TICKS, Exact, Raw, exact

PARTS = ("depreciation", "release", "internal_rate", "expensed", "operating", "total")


def debt(figures: Figures, said: Raw | None) -> None:
    """The debt path of the group and of the city."""
    plan, model = figures.plan, figures.basis.model
    table = model.get("debt")
    figures.figure("debt", None if said is None else "", "" if table else None)
    if not said or not table:
        return
    mandate = by_year(table["mandate"])
    opening: Exact = table["opening"]["value"]
    headroom: dict[int, int] = {}
    for t, line in _lines(figures, "debt.group", said["group"]):
        closing = round(plan.debt[t])
        headroom[t] = mandate[t] - closing
        own = {"opening": opening, "interest": interest(plan, t), "closing": closing, "mandate": mandate[t]}
        own |= {"headroom": headroom[t], "borrowable": plan.borrowable(t)}
        for name, value in {**_moved(list(plan.started.values()), table, t), **own}.items():
            figures.figure(f"debt.group.{t}.{name}", line[name], value)
        opening = closing
    tightest = min(headroom, key=lambda t: (headroom[t], t))
    figures.figure("debt.tightest_year", said["tightest_year"], tightest)
    figures.figure("debt.headroom", said["headroom"], headroom[tightest])
    city = table.get("city")
    mine = [x for x in plan.started.values() if x.record.row["owner_type"] == "committee"]
    now: Exact = city["opening"]["value"] if city else 0
    for t, line in _lines(figures, "debt.city", said["city"]) if city else ():
        moved = _moved(mine, city, t)
        own = {"opening": now, "interest": 0}
        for name in ("mandate", "headroom", "borrowable"):
            figures.figure(f"debt.city.{t}.{name}", line[name], None)
        now += moved["outlay_plan"] + moved["outlay_gap"] + moved["operating"] + moved["other_net_investment"]
        now -= moved["grants"] + moved["partners"] + moved["self_financing"]
        for name, value in {**moved, **own, "closing": now}.items():
            figures.figure(f"debt.city.{t}.{name}", line[name], value)


def _lines(figures: Figures, at: str, lines: Sequence[Raw], effect: bool = False) -> Sequence[tuple[int, Raw]]:
    """Lines by year; the years must be the plan's, or the effect years."""
    years = figures.basis.effect_years if effect else figures.basis.years
    if [line["year"] for line in lines] != list(years):
        figures.figure(at, ", ".join(str(line["year"]) for line in lines), ", ".join(map(str, years)))
        return ()
    return list(zip(years, lines, strict=True))


def _moved(some: Sequence[Started], table: Raw, t: int) -> dict[str, Exact]:
    return {
        "outlay_plan": sum(x.of(x.record.outlay, t) for x in some if x.layer == "plan"),
        "outlay_gap": sum(x.of(x.record.outlay, t) for x in some if x.layer == "gap"),
        "grants": sum(x.of(x.record.received, t) for x in some),
        "partners": sum(x.of(x.record.partner, t) for x in some),
        "operating": sum(x.operating(t) for x in some),
        "other_net_investment": by_year(table["other_net_investment"])[t],
        "self_financing": by_year(table["self_financing"])[t],
    }


def charges(figures: Figures, said: Raw | None) -> None:
    """Operating charges, of all owners and of each."""
    plan, table = figures.plan, figures.basis.model.get("operating_charge")
    figures.figure("charges", None if said is None else "", "" if table else None)
    if not said or not table:
        return
    figures.figure("charges.rate", said["rate"], plan.rate)
    everybody = list(plan.started.values())
    total = _charges(figures, "charges.total", said["total"], everybody, table.get("limit"))
    highest = max(total.values())
    figures.figure("charges.highest", said["highest"], highest)
    figures.figure("charges.highest_year", said["highest_year"], min(t for t, kr in total.items() if kr == highest))
    owners = sorted({x.record.row["owner"] for x in everybody})
    figures.figure("charges.owners", ", ".join(o["owner"] for o in said["owners"]), ", ".join(owners))
    for line in said["owners"]:
        mine = [x for x in everybody if x.record.row["owner"] == line["owner"]]
        _charges(figures, f"charges.owners.{line['owner']}", line["lines"], mine, table["limits"].get(line["owner"]))


def _charges(figures: Figures, at: str, lines: Sequence[Raw], some: Sequence[Started], limit: Raw | None) -> dict[int, Exact]:
    total: dict[int, Exact] = {}
    for t in figures.basis.effect_years:
        total[t] = figures.plan.charge(some, t)["total"]
    for t, line in _lines(figures, at, lines, effect=True):
        own = figures.plan.charge(some, t)
        for name in PARTS:
            figures.figure(f"{at}.{t}.{name}", line[name], own[name])
        figures.figure(f"{at}.{t}.limit", line["limit"], by_year(limit).get(t) if limit else None)
    return total


def gap(figures: Figures, said: Raw | None, most: Raw | None, uses: Sequence[Raw]) -> None:
    """The gap ladder, and what each investment in the gap takes and gives.

    Args:
        most: totals of the plan with the most tonnes. uses: who pays.
    """
    if said is None:
        figures.figure("gap", said, "")
        return
    plan, basis = figures.plan, figures.basis
    _rungs(figures, said, most)
    kronor = {r["name"]: r["kronor"] for r in said["rungs"]}
    figures.figure("gap.money_gap", said["money_gap"], kronor["city_control"] - kronor["in_plan"])
    left = kronor["city_control"] - kronor["affordable"] - said["without_tonnes"]
    figures.figure("gap.capacity_gap", said["capacity_gap"], left)
    target, emissions = plan.tonnes.target, plan.tonnes.emissions(basis.target_year)
    figures.figure("gap.tonne_gap", said["tonne_gap"], emissions - target if emissions is not None and target is not None else None, TICKS)
    everything = basis.tonnes(_all_of_the_city(figures))
    possible = everything.emissions(basis.target_year)
    figures.figure(
        "gap.tonne_gap_all", said["tonne_gap_all"], possible - target if possible is not None and target is not None else None, TICKS
    )
    more = exact(said["closing_tonnes"]) or Fraction(0)
    figures.figure("gap.closing_price", said["closing_price"], round(said["closing_kronor"] / more) if more > 0 else None)
    needed: dict[str, list[str]] = {}
    for i, x in plan.started.items():
        for need in x.record.row["requires"]:
            other = plan.started.get(need["id"])
            if x.layer == "plan" and other is not None and other.layer == "gap":
                needed.setdefault(need["id"], []).append(i)
    figures.figure("gap.needed_by", _named(said["needed_by"]), _named(needed))
    outside = [i for i, x in plan.started.items() if x.layer == "gap"]
    figures.figure("gap.investments", ", ".join(x["id"] for x in said["investments"]), ", ".join(outside))
    for line in said["investments"]:
        if line["id"] in outside:
            _outside(figures, line, uses)


def _named(lists: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{name}: {', '.join(ids)}" for name, ids in sorted(lists.items()))


def _all_of_the_city(figures: Figures) -> dict[str, Started]:
    """Everything as proposed; of alternatives the one with the most tonnes, then the first id."""
    kept: dict[str, Record] = {}
    rows = [r for _, r in sorted(figures.basis.records.items()) if r.city]
    for r in sorted(rows, key=lambda r: -Fraction(str(r.row["tonnes"]))):
        kept.setdefault(r.row["alternatives"] or f"\0{r.id}", r)
    return {r.id: Started(r, r.proposed, "plan", 100) for r in kept.values()}


def _rungs(figures: Figures, said: Raw, most: Raw | None) -> None:
    plan, basis, year = figures.plan, figures.basis, figures.basis.target_year
    everything = basis.records
    city = {i: r for i, r in everything.items() if r.city}
    adopted = {i: Started(r, r.proposed, "plan", 100) for i, r in city.items() if r.row["in_plan"]}
    whole = basis.tonnes(_all_of_the_city(figures))
    joint = whole.in_full(year)
    own = plan.tonnes.reductions[year]
    recommended: tuple[Exact, Exact, int] = (plan.gross, own, len(plan.started))
    affordable = recommended
    if most is not None:
        reached = (exact(most["tonnes_target_year"]) or Fraction(0)) * TICKS
        affordable = (most["outlay_plan"] + most["outlay_gap"], reached, most["chosen"])
    counted: list[tuple[str, tuple[Exact, Exact, int]]] = [
        ("identified", (sum(sum(r.outlay) for r in everything.values()), joint, len(everything))),
        ("city_control", (sum(sum(r.outlay) for r in city.values()), whole.reductions[year], len(city))),
        ("in_plan", (sum(x.part(sum(x.record.outlay)) for x in adopted.values()), basis.tonnes(adopted).reductions[year], len(adopted))),
        ("affordable", affordable),
        ("recommended", recommended),
    ]
    figures.figure("gap.rungs", ", ".join(r["name"] for r in said["rungs"]), ", ".join(name for name, _ in counted))
    for n, (line, (name, (kronor, tonnes, count))) in enumerate(zip(said["rungs"], counted, strict=False)):
        above = counted[max(0, n - 1)][1]
        step, saved = kronor - above[0], tonnes - above[1]
        at = f"gap.rungs.{name}"
        figures.figure(f"{at}.kronor", line["kronor"], kronor)
        figures.figure(f"{at}.tonnes_target_year", line["tonnes_target_year"], tonnes, TICKS)
        figures.figure(f"{at}.count", line["count"], count)
        figures.figure(f"{at}.step_kronor", line["step_kronor"], step)
        figures.figure(f"{at}.step_tonnes", line["step_tonnes"], saved, TICKS)
        price = round(Fraction(step) * TICKS / Fraction(saved)) if step * saved > 0 else None
        figures.figure(f"{at}.price", line["price"], price)


def _outside(figures: Figures, line: Raw, uses: Sequence[Raw]) -> None:
    plan, basis = figures.plan, figures.basis
    i, at = line["id"], f"gap.investments.{line['id']}"
    x = plan.started[i]
    figures.figure(f"{at}.kronor", line["kronor"], x.part(sum(x.record.outlay)))
    paid: dict[str, int] = {}
    for use in uses:
        if use["id"] == i:
            paid[use["source"]] = paid.get(use["source"], 0) + use["kronor"]
    for source in sorted({*paid, *line["funding"]}):
        figures.figure(f"{at}.funding.{source}", line["funding"].get(source), paid.get(source))
    debt_added = round(plan.debt_added(x)[basis.years[-1]]) if plan.debt else None
    figures.figure(f"{at}.debt", line["debt"], debt_added)
    by_charge = {t: plan.charge([x], t)["total"] for t in basis.effect_years} if plan.rate is not None else {}
    highest = max(by_charge.values()) if by_charge else None
    figures.figure(f"{at}.charge", line["charge"], plan.charge([x], x.running)["total"] if by_charge else None)
    figures.figure(f"{at}.highest_charge", line["highest_charge"], highest)
    first = min((t for t, kr in by_charge.items() if kr == highest), default=None)
    figures.figure(f"{at}.highest_year", line["highest_year"], first)
    falls = _falls(plan, i)
    figures.figure(f"{at}.falls", ", ".join(line["falls"]), ", ".join(falls))
    rest = basis.tonnes({j: other for j, other in plan.started.items() if j != i and j not in falls})
    lost = plan.tonnes.reductions[basis.target_year] - rest.reductions[basis.target_year]
    figures.figure(f"{at}.tonnes_lost", line["tonnes_lost"], lost, TICKS)


def _falls(plan: Plan, i: str) -> list[str]:
    """Started investments that require it, directly or through others."""
    lost = {i}
    while True:
        more = {j for j, x in plan.started.items() if j not in lost and any(n["id"] in lost for n in x.record.row["requires"])}
        if not more:
            return sorted(lost - {i})
        lost |= more
