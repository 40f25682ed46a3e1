"""Every portfolio of a small question, one by one: the oracle for the optimum. It shares nothing with the programme.

Only what the random questions use is here: one plan year after the other, integers and fractions, no cleverness.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from math import floor

from portfolio.planning import Planning
from portfolio.records import Investment, LockKind, Portfolio, RequirementKind, Status

Choice = dict[str, tuple[int, str, int]]
"""id → start, layer, per cent."""


@dataclass
class Value:
    ticks: int
    kronor: int
    gap: int
    starts: int


class Question:
    """A portfolio under a model."""

    def __init__(self, portfolio: Portfolio, planning: Planning, layers: tuple[str, ...] = ("plan", "gap")) -> None:
        self.p = planning
        self.items = {i.id: i for i in sorted(portfolio.investments, key=lambda i: i.id)}
        self.pairs, self.caps = portfolio.pairs, {c.group: int(c.tonnes * 100_000) for c in portfolio.ceilings}
        self.years = list(range(planning.horizon.first_year.value, planning.horizon.last_year.value + 1))
        self.effect_years = list(range(self.years[0], planning.horizon.effects_until.value + 1))
        self.target = planning.horizon.target_year.value
        self.options = {i: self.options_of(r, layers) for i, r in self.items.items()}
        self.lost_by = {i: [n for n, pair in enumerate(self.pairs) if pair.loser == i] for i in self.items}
        self.tops: dict[str, int] = {}
        if planning.emissions is not None:
            self.tops = {name: int(base.value * 100_000) for name, base in planning.emissions.sectors.items()}
            if planning.removals.allowance_share is not None:
                self.tops["removal"] = floor(planning.emissions.base.value * planning.removals.allowance_share.value * 1000) * 100
        # thousands of choices ask for the same figures: each is worked out once
        for name in ("outlay", "ramp", "kilograms", "taken"):
            setattr(self, name, cache(getattr(self, name)))

    def options_of(self, r: Investment, layers: tuple[str, ...]) -> list[tuple[int, str, int] | None]:
        last = self.years[-1] if self.p.horizon.allow_tail else self.years[-1] - len(r.outlay) + 1
        starts = [s for s in self.years if r.earliest_start <= s <= r.latest_start and s <= last]
        if r.lock.kind is LockKind.START:
            starts = [s for s in starts if s == r.lock.year]
        if r.lock.kind is LockKind.NEVER:
            starts = []
        allowed = [("plan" if r.in_plan else "gap")] if r.status is Status.COMMITTED else ["plan", "gap"]
        percents = range(r.minimum_share, 101) if r.minimum_share else [100]
        found: list[tuple[int, str, int] | None] = [(s, l, p) for s in starts for l in allowed if l in layers for p in percents]
        forced = r.lock.kind in (LockKind.MUST, LockKind.START) or (r.status is Status.COMMITTED and r.lock.kind is not LockKind.NEVER)
        return found if forced else [None, *found]

    def all(self) -> Iterator[Choice]:
        for combination in product(*self.options.values()):
            yield {i: o for i, o in zip(self.items, combination, strict=True) if o is not None}

    def outlay(self, i: str, o: tuple[int, str, int], t: int) -> Fraction:
        k = t - o[0]
        return Fraction(self.items[i].outlay[k] * o[2], 100) if 0 <= k < len(self.items[i].outlay) else Fraction(0)

    def feasible(self, c: Choice) -> bool:
        return self.choices_hold(c) and self.money_holds(c) and self.tonnes_hold(c)

    def choices_hold(self, c: Choice) -> bool:
        groups: dict[str, int] = {}
        for i, (s, _, _) in c.items():
            r = self.items[i]
            if r.alternatives:
                groups[r.alternatives] = groups.get(r.alternatives, 0) + 1
            for need in r.requires:
                if need.id not in c:
                    return False
                ready = c[need.id][0] + (len(self.items[need.id].outlay) if need.kind is RequirementKind.FINISH_TO_START else 0)
                if ready > s:
                    return False
        if any(n > 1 for n in groups.values()):
            return False
        for limit in self.p.selection:
            n = sum(1 for i in limit.members if i in c)
            if (limit.at_least is not None and n < limit.at_least) or (limit.at_most is not None and n > limit.at_most):
                return False
        if self.p.delivery_capacity is not None:
            for owner, starts in self.p.delivery_capacity.starts.items():
                for t, most in starts.values.items():
                    if sum(1 for i, o in c.items() if o[0] == t and owner in ("*", self.items[i].owner)) > most:
                        return False
        if self.p.stability is not None:
            changes = sum(1 for i, r in self.items.items() if (c[i][0] if i in c else None) != (r.proposed_start if r.in_plan else None))
            if changes > self.p.stability.changes.value:
                return False
        return True

    def money_holds(self, c: Choice) -> bool:
        frame = self.p.plan_frame
        if frame is not None:
            left = Fraction(0)
            for t in self.years:
                left = frame.frame.values[t] + (left if frame.carry_forward else 0)
                left -= sum(self.outlay(i, o, t) for i, o in c.items() if o[1] == "plan")
                if left < 0:
                    return False
        if self.p.control_envelope is not None and self.gross(c) > self.p.control_envelope.total.value:
            return False
        if self.p.owner_frame is not None:
            for owner, series in self.p.owner_frame.frames.items():
                for t in self.years:
                    if sum(self.outlay(i, o, t) for i, o in c.items() if self.items[i].owner == owner) > series.values[t]:
                        return False
        return self.debt_holds(c)

    def debt_holds(self, c: Choice) -> bool:
        debt = self.p.debt
        if debt is None:
            return True
        closing = Fraction(debt.opening.value)
        rate = Fraction(debt.interest_rate.value) if debt.interest_rate is not None else Fraction(0)
        for t in self.years:
            interest = rate * (closing - debt.reference_net_debt.values[t - 1]) if debt.reference_net_debt is not None else 0
            for i, o in c.items():
                operating = Fraction(self.items[i].operating * o[2], 100) if t >= o[0] + len(self.items[i].outlay) else 0
                closing += self.outlay(i, o, t) + operating
            closing += debt.other_net_investment.values[t] - debt.self_financing.values[t] + interest
            if closing > debt.mandate.values[t]:
                return False
        return True

    def tonnes_hold(self, c: Choice) -> bool:
        if self.p.emission_ceiling is None or self.p.emissions is None:
            return True
        limit = self.p.emission_ceiling.tonnes.value if self.p.emission_ceiling.tonnes is not None else self.p.emissions.target
        return self.p.emissions.latest.value * 100_000 - self.counted(c, self.target, ("reduction",)) <= limit * 100_000

    def gross(self, c: Choice) -> Fraction:
        return sum((Fraction(sum(self.items[i].outlay) * o[2], 100) for i, o in c.items()), Fraction(0))

    def ramp(self, i: str, k: int) -> Fraction:
        r = self.items[i]
        return Fraction(r.ramp[min(k, len(r.ramp) - 1)]) if 0 <= k < len(r.outlay) + r.life else Fraction(0)

    def kilograms(self, i: str, k: int) -> tuple[tuple[str, int], ...]:
        """What a whole investment gives of each kind in a year, before overlaps."""
        r = self.items[i]
        amounts = (("reduction", r.tonnes - r.removal_tonnes), ("removal", r.removal_tonnes))
        return tuple((kind, round(Fraction(amount) * 1000 * self.ramp(i, k))) for kind, amount in amounts)

    def taken(self, n: int, kilograms: int, k: int) -> int:
        """What the winner of a pair takes of the loser's kilograms."""
        return floor(Fraction(self.pairs[n].share) * self.ramp(self.pairs[n].winner, k) * kilograms)

    def counted(self, c: Choice, t: int, kinds: tuple[str, ...]) -> int:
        """Ticks counted in a year: the maximum flow, as the minimum over all cuts."""
        cells: dict[tuple[str | None, str], int] = {}
        for i, (s, _, percent) in c.items():
            r = self.items[i]
            if not r.counts_to_target or r.scope == "3":
                continue
            for kind, kilograms in self.kilograms(i, t - s):
                lost = 0
                for n in self.lost_by.get(i, ()):
                    if self.pairs[n].winner in c:
                        other = c[self.pairs[n].winner]
                        lost += self.taken(n, kilograms, t - other[0]) * other[2]
                if kind in kinds:
                    where = "removal" if kind == "removal" else r.emission_sector
                    cell = (r.overlap_group if r.overlap_group in self.caps else None, where)
                    cells[cell] = cells.get(cell, 0) + (kilograms * 100 - lost) * percent // 100
        tops = self.tops
        limited = sorted({d for _, d in cells if d in tops})
        best = None
        for n in range(len(limited) + 1):
            for cut in combinations(limited, n):
                value = sum(tops[d] for d in cut)
                by_group: dict[str, int] = {}
                for (group, where), amount in cells.items():
                    if where not in cut:
                        if group is None:
                            value += amount
                        else:
                            by_group[group] = by_group.get(group, 0) + amount
                value += sum(min(self.caps[g], amount) for g, amount in by_group.items())
                best = value if best is None else min(best, value)
        return best or 0

    def value(self, c: Choice) -> Value:
        years = {"cumulative": self.effect_years, "target_year": [self.target]}[self.p.objective.quantity.value]
        ticks = sum(self.counted(c, t, self.p.objective.counts) for t in years)
        kronor = self.gross(c)
        gap = self.gross({i: o for i, o in c.items() if o[1] == "gap"})
        return Value(ticks, int(kronor), int(gap), sum(o[0] - self.years[0] + 1 for o in c.values()))

    def best(self, floor: int | None = None) -> tuple[tuple[Fraction | int, ...], list[Choice]] | None:
        """The best value through all stages but the last (order of ids), and every choice that has it; None when nothing is feasible.

        `floor` takes the place of the share of the most ticks where it can be reached.
        """
        valued = [(self.value(c), c) for c in self.all() if self.feasible(c)]
        if not valued:
            return None
        name = self.p.objective.name.value
        if name == "most_tonnes":
            key = lambda v: (-v.ticks, v.gap, v.kronor, v.starts)  # noqa: E731
        elif name == "least_cost":
            goal = self.p.objective.tonnes
            valued = [(v, c) for v, c in valued if goal is None or v.ticks >= goal.value * 100_000]
            if not valued:
                return None
            key = lambda v: (v.kronor, v.gap, v.kronor, v.starts)  # noqa: E731
        else:
            most = max(v.ticks for v, _ in valued)
            fewest = min((v.kronor for v, _ in valued if v.ticks == most), default=0)
            if most <= 0 or fewest <= 0:
                key = lambda v: (-v.ticks, v.gap, v.kronor, v.starts)  # noqa: E731
            else:
                share = self.p.objective.floor_share
                floor_ticks = Fraction(share.value if share is not None else Fraction(95, 100)) * most
                floor_ticks = Fraction(floor) if floor is not None and 0 < floor <= most else floor_ticks
                valued = [(v, c) for v, c in valued if v.ticks >= floor_ticks and v.ticks > 0]  # nothing has no ratio
                if any(v.kronor == 0 for v, _ in valued):  # no ratio is larger than tonnes for nothing
                    valued = [(v, c) for v, c in valued if v.kronor == 0]
                    key = lambda v: (-v.ticks, v.gap, v.kronor, v.starts)  # noqa: E731
                else:
                    key = lambda v: (-Fraction(v.ticks, v.kronor), v.gap, v.kronor, v.starts)  # noqa: E731
        top = min(key(v) for v, _ in valued)
        return top, [c for v, c in valued if key(v) == top]
