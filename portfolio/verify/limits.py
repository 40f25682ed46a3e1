"""Every constraint recomputed: rows with both sides, in the order of the audit's names (docs/method.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from portfolio.verify.funds import payable
from portfolio.verify.plan import Plan
from portfolio.verify.record import Record, Started, by_year
from portfolio.verify.result import TICKS, Exact, Raw, exact
from portfolio.verify.tonnes import REDUCTION, REMOVAL


class Row(NamedTuple):
    """One side against the other; `scale` is units in one of what the audit states (ticks for tonnes)."""

    constraint: str
    subject: str
    year: int | None
    left: Exact
    relation: str
    right: Exact
    scale: int = 1

    @property
    def holds(self) -> bool:
        """Whether it does, exactly."""
        return (
            self.left <= self.right
            if self.relation == "≤"
            else self.left >= self.right
            if self.relation == "≥"
            else self.left == self.right
        )


def broken_choices(plan: Plan, layers: tuple[str, ...] = ("plan", "gap")) -> Iterator[tuple[str, str, int | None]]:
    """Constraint, subject and year of every choice that is not allowed."""
    basis, started = plan.basis, plan.started
    times: dict[str, int] = dict.fromkeys(basis.records, 0)
    for x in plan.decisions:
        times[x["id"]] = times.get(x["id"], 0) + 1
    yield from (("start_at_most_once", i, None) for i, n in sorted(times.items()) if n != (1 if i in basis.records else 0))
    for x in plan.decisions:
        record = basis.records.get(x["id"])
        if record is not None:
            yield from _layer_and_scale(x, record, layers)
    for i, record in sorted(basis.records.items()):
        if record.city:
            yield from _start(i, record, started.get(i))
            yield from _needs(plan, i, started.get(i))


def _layer_and_scale(x: Raw, record: Record, layers: tuple[str, ...]) -> Iterator[tuple[str, str, int | None]]:
    """In an allowed layer, not recommended, or external; bought to an allowed per cent."""
    allowed = ("external",) if not record.city else ("not_recommended",) if x["start"] is None else layers
    if x["layer"] not in allowed:
        yield "layers", record.id, None
    if record.city:
        least = 100 if record.row["minimum_share"] is None else record.row["minimum_share"]
        if not (x["percent"] == 0 if x["start"] is None else least <= x["percent"] <= 100):
            yield "scale", record.id, None


def _start(i: str, record: Record, s: Started | None) -> Iterator[tuple[str, str, int | None]]:
    """In the window, as committed, as locked."""
    if s is not None and not record.allowed[0] <= s.start <= record.allowed[1]:
        yield "start_window", i, s.start
    if record.keeps is not None and (s is None or s.layer != record.keeps):
        yield "committed", i, None
    kind = record.lock["kind"]
    if (kind == "must" and s is None) or (kind == "never" and s is not None):
        yield "lock", i, None
    if kind == "start" and (s is None or s.start != record.lock["year"]):
        yield "lock", i, record.lock["year"]


def _needs(plan: Plan, i: str, s: Started | None) -> Iterator[tuple[str, str, int | None]]:
    for need in s.record.row["requires"] if s is not None else ():
        other = plan.started.get(need["id"])
        ready = None if other is None else other.start if need["kind"] == "start_to_start" else other.running
        if s is not None and (ready is None or ready > s.start):
            yield "requires", f"{i} → {need['id']}", s.start


def rows(plan: Plan, stated: Mapping[int, Mapping[str, Exact]], floor: Exact | None) -> Iterator[Row]:
    """Every limit and year.

    Args:
        stated: attributed ticks by year and id. floor: ticks that the plan must reach, or None.
    """
    yield from _groups(plan)
    yield from _money(plan)
    yield from _hands(plan)
    yield from _tonnes(plan, stated)
    if floor is not None:
        yield Row("floor", "", None, plan.tonnes.objective, "≥", floor, TICKS)


def _groups(plan: Plan) -> Iterator[Row]:
    basis, started, model = plan.basis, plan.started, plan.basis.model
    groups: dict[str, int] = {}
    for i, r in sorted(basis.records.items()):
        if r.city and r.row["alternatives"]:
            groups[r.row["alternatives"]] = groups.get(r.row["alternatives"], 0) + (i in started)
    for name, n in sorted(groups.items()):
        yield Row("alternatives", name, None, n, "≤", 1)
    for limit in model.get("selection", ()):
        n = len(set(limit["members"]) & started.keys())
        for key, relation in (("at_least", "≥"), ("at_most", "≤")):
            if limit.get(key) is not None:
                yield Row("selection", limit["name"], None, n, relation, limit[key])
    if model.get("stability"):
        adopted = {i: r.proposed for i, r in basis.records.items() if r.city and r.row["in_plan"]}
        now = {i: x.start for i, x in started.items()}
        changed = sum(adopted.get(i) != now.get(i) for i in {*adopted, *now})
        yield Row("stability", "", None, changed, "≤", model["stability"]["changes"]["value"])


def _frame(plan: Plan, name: str, subject: str, table: Raw, outlay: Mapping[int, Exact], carry: bool) -> Iterator[Row]:
    frames = by_year(table)
    for t in plan.basis.years:
        years = [u for u in plan.basis.years if u == t or (carry and u < t)]
        yield Row(name, subject, t, sum(outlay[u] for u in years), "≤", sum(frames[u] for u in years))


def _money(plan: Plan) -> Iterator[Row]:
    model, years = plan.basis.model, plan.basis.years
    if table := model.get("plan_frame"):
        yield from _frame(plan, "plan_frame", "", table["frame"], plan.plan, table["carry_forward"])
    if table := model.get("control_envelope"):
        yield Row("control_envelope", "", None, plan.gross, "≤", table["total"]["value"])
    if table := model.get("owner_frame"):
        for owner, frame in sorted(table["frames"].items()):
            outlay = {t: plan.outlay_of(owner, t) for t in years}
            yield from _frame(plan, "owner_frame", owner, frame, outlay, table["carry_forward"])
    if table := model.get("debt"):
        mandate = by_year(table["mandate"])
        yield from (Row("debt_mandate", "", t, plan.debt[t], "≤", mandate[t]) for t in years)
    if table := model.get("committee_frame"):
        outlay = {t: plan.outlay_of(":committee", t) for t in years}
        yield from _frame(plan, "committee_frame", "", table["frame"], outlay, table["carry_forward"])
    if table := model.get("operating_charge"):
        limits = [("*", table["limit"])] if table.get("limit") else []
        for owner, limit in [*limits, *sorted(table["limits"].items())]:
            mine = [x for x in plan.started.values() if plan.belongs(x, owner)]
            for t, kr in sorted(by_year(limit).items()):
                yield Row("operating_charge", owner.replace("*", ""), t, plan.charge(mine, t)["total"], "≤", kr)
    if (table := model.get("bond_backing")) and model.get("debt"):
        other = by_year(table["other_eligible"]) if table.get("other_eligible") else {}
        for t in years:
            backing = plan.eligible_to(t) + sum(kr for u, kr in other.items() if years[0] <= u <= t)
            borrowed = max(0, plan.debt[t] - model["debt"]["opening"]["value"])
            yield Row("bond_backing", "", t, backing, "≥", Fraction(str(table["share"]["value"])) * borrowed)

    if model.get("funding"):
        paid, need = payable(plan)
        yield Row("funding", "", None, paid, "≥", need)


def _hands(plan: Plan) -> Iterator[Row]:
    table = plan.basis.model.get("delivery_capacity")
    if not table:
        return
    for owner, starts in sorted(table["starts"].items()):
        for t, most in sorted(by_year(starts).items()):
            n = sum(x.start == t and plan.belongs(x, owner) for x in plan.started.values())
            yield Row("delivery_capacity", owner, t, n, "≤", most)
    for owner, outlay in sorted(table["outlay"].items()):
        for t, kr in sorted(by_year(outlay).items()):
            yield Row("delivery_capacity", owner, t, plan.outlay_of(owner, t), "≤", kr)


def _tonnes(plan: Plan, stated: Mapping[int, Mapping[str, Exact]]) -> Iterator[Row]:
    tonnes, model = plan.tonnes, plan.basis.model
    losers = {p["loser"] for p in plan.basis.pairs if p["loser"] in plan.started and p["winner"] in plan.started}
    for t in sorted({*plan.basis.effect_years, *stated}):
        said, effects = stated.get(t, {}), tonnes.effect.get(t, {})
        for i in sorted({*said, *effects}):
            reduction, removal = effects.get(i, (0, 0))
            negative = min(0, reduction) + min(0, removal)
            most = max(0, reduction) + max(0, removal) + negative
            yield Row("pair_overlap" if i in losers else "attribution", i, t, said.get(i, 0), "≤", most, TICKS)
            yield Row("attribution", i, t, said.get(i, 0), "≥", negative, TICKS)
        if t in plan.basis.effect_years:
            if sum(said.values()) or tonnes.everything[t]:
                yield Row("attribution", "", t, sum(said.values()), "=", tonnes.everything[t], TICKS)
            yield from _ceilings(plan, t, said)
    if (table := model.get("emission_ceiling")) is not None and tonnes.target is not None:
        limit = exact(table["tonnes"]["value"]) if table.get("tonnes") else None
        emissions = tonnes.emissions(plan.basis.target_year)
        most_emitted = limit * TICKS if limit is not None else tonnes.target
        yield Row("emission_ceiling", "", plan.basis.target_year, emissions or 0, "≤", most_emitted, TICKS)
    objective = model["objective"]
    if objective.get("tonnes") and objective["name"] == "least_cost" and table is None:
        yield Row("required_tonnes", "", None, tonnes.objective, "≥", Fraction(str(objective["tonnes"]["value"])) * TICKS, TICKS)


def _ceilings(plan: Plan, t: int, said: Mapping[str, Exact]) -> Iterator[Row]:
    """What must be counted at the least in each group and destination, by the stated tonnes and by the flow."""
    tonnes, places = plan.tonnes, dict[str, Exact]()
    groups: dict[str, Exact] = {}
    for i, (reduction, removal) in tonnes.effect[t].items():
        row = plan.basis.records[i].row
        value = said.get(i, 0) - min(0, reduction) - min(0, removal)
        if row["overlap_group"] in tonnes.groups:
            groups[row["overlap_group"]] = groups.get(row["overlap_group"], 0) + value
        if reduction > 0:
            place = f"sector {row['emission_sector']}"
            places[place] = places.get(place, 0) + max(0, value - max(0, removal))
        if removal > 0:
            places["removals"] = places.get("removals", 0) + max(0, value - max(0, reduction))
    for name, value in sorted(groups.items()):
        yield Row("tonnes_ceiling", name, t, value, "≤", tonnes.groups[name], TICKS)
    for name, value in sorted(places.items()):
        if name in tonnes.destinations:
            least = tonnes.everything[t] - tonnes.counted(tonnes.effect[t], (REDUCTION, REMOVAL), without=name)
            yield Row("tonnes_ceiling", name.removeprefix("sector "), t, max(value, least), "≤", tonnes.destinations[name], TICKS)


def sector_words(raw: Raw, lang: str) -> dict[str, str]:
    """What the workbook calls each sector that no overlap group shares its key with; the keys where two names are the same."""
    stated = ((raw["model"].get("emissions") or {}).get("sectors") or {}).items()
    words = {key: str(s.get(f"name_{lang}") or key) for key, s in stated}
    if len({word.casefold() for word in words.values()}) < len(words):
        return {}
    groups = {c["group"] for c in (raw.get("records") or {}).get("ceilings") or ()}
    return {key: word for key, word in words.items() if key not in groups}
