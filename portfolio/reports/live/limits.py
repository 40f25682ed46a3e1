"""The sheet Kontroll: every limit of the plan as the workbook now has it – left side, right side, slack, holds – as formulas.

Rules of choice first: each has the investment that it is about, so that the sheet of decisions can mark its row. The constraints and their
sides are the audit's (audit/limits.py); a test holds them together.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

from portfolio.evaluate import debt_path
from portfolio.excel.decision_workbook import Block, Column, Formula, Mark, Value
from portfolio.limits import emitted
from portfolio.planning import MoneyByYear, ObjectiveName
from portfolio.records import LockKind, RequirementKind, Status
from portfolio.reports.findings import clean
from portfolio.reports.live.limit import Limit
from portfolio.reports.live.options import Options
from portfolio.reports.live.overlay import Money
from portfolio.reports.live.table import quoted
from portfolio.reports.live.tonnes import Tonnes
from portfolio.units import decimal_of

YEAR: Final = 2
LEFT: Final = 3
RIGHT: Final = 5
SLACK: Final = 6
HOLDS: Final = 8
ABOUT: Final = 9
BROKEN: Final = 11
BROKEN_YEARS: Final = 12
"""Columns of the table."""

OWN: Final = ("layers", "start_window", "scale")
"""Limits that the sheet of decisions itself counts, row by row; they come first."""


NOT_LIVE: Final = frozenset({"funding"})
"""Constraints that a decision can break and no formula follows: whether every outlay can be paid is a flow between sources and years."""


class Limits:
    """Every limit that a decision can break and a formula can count."""

    def __init__(self, options: Options, money: Money, tonnes: Tonnes, floor: Decimal | None) -> None:
        self.o, self.d, self.money, self.tonnes, self._floor = options, options.d, money, tonnes, floor
        self.t = options.t

    def block(self) -> Block:
        """The table."""
        t = self.t
        found, groups = self._limits, self._groups()
        heads = ("constraint", "subject", "year", "left_side", "relation", "right_side", "slack", "unit", "holds")
        kinds = ("text", "text", "year", "exact", "text", "exact", "exact", "text", "text")
        widths = (30, 18, 7, 17, 8, 17, 15, 12, 12)
        columns = [Column(t(f"workbook.column.{h}"), k, w) for h, k, w in zip(heads, kinds, widths, strict=True)]
        columns += [Column(t("workbook.live.column.about"), "text", 10), Column(t("workbook.column.meaning"), "wrapped", 56)]
        columns += [Column(t(f"workbook.live.column.{name}"), "count", 10) for name in ("broken", "broken_years")]
        rows = tuple((*self._row(limit), self._broken(groups.get(n, [])), self._first(limit)) for n, limit in enumerate(found))
        broken = f"[[@{HOLDS}]]={quoted(t('workbook.control.breached'))}"
        marks = (Mark(0, HOLDS, broken, "breach"),)
        return Block("Kontroll", t("workbook.live.control"), tuple(columns), rows, marks=marks)

    @cached_property
    def _limits(self) -> list[Limit]:
        return list(self._all())

    def _groups(self) -> dict[int, list[int]]:
        """The rows of each limit, by its first row: one for every year, or for each of its two relations."""
        found: dict[tuple[str, str, str], list[int]] = {}
        for n, limit in enumerate(self._limits):
            found.setdefault((limit.constraint, limit.subject, limit.unit), []).append(n)
        return {rows[0]: rows for rows in found.values()}

    def _broken(self, rows: list[int]) -> Formula | None:
        """1 when a limit is broken in one of its rows, on the first of them: a limit that is broken in five years is one."""
        if not rows:
            return None
        breached = quoted(self.t("workbook.control.breached"))
        spans = [n for n in rows if n - 1 not in rows], [n for n in rows if n + 1 not in rows]
        count = "+".join(f"COUNTIF([[Kontroll.{HOLDS}.{a}:{b}]],{breached})" for a, b in zip(*spans, strict=True))
        return Formula(f"--({count}>0)", 0)

    def _first(self, limit: Limit) -> Formula | None:
        """1 at the first row of a year in which something is broken."""
        breached = quoted(self.t("workbook.control.breached"))
        earlier = f"COUNTIFS([[@{HOLDS}:]],{breached},[[@{YEAR}:]],[[@{YEAR}]])"
        return Formula(f"IF(AND([[@{HOLDS}]]={breached},{earlier}=1),1,0)", 0) if limit.year is not None else None

    def _row(self, limit: Limit) -> tuple[Value | Formula, ...]:
        t = self.t
        left, right = f"[[@{LEFT}]]", f"[[@{RIGHT}]]"
        over = {"≤": f"{right}-{left}", "≥": f"{left}-{right}", "=": f"-ABS({left}-{right})"}[limit.relation]
        # a cell's own arithmetic is not exact: less than a tenth of an öre, or a gram, is nothing
        over = f"ROUND({over},{5 if limit.unit == 't' else 3})"
        now, then = (Fraction(x) if isinstance(x, int | Decimal) else Fraction(0) for x in limit.now)
        spare = {"≤": then - now, "≥": now - then, "=": -abs(now - then)}[limit.relation]
        holds, breached, silent = (quoted(t(f"workbook.control.{name}")) for name in ("holds", "breached", "silent"))
        verdict = f"IF([[@{SLACK}]]>=0,{holds},{breached})"
        spared: Value = decimal_of(spare)
        word = "holds" if spare >= 0 else "breached"
        if limit.applies:
            over, spared = f'IF(AND({limit.applies},{limit.known}),{over},"–")', "–" if isinstance(limit.now[0], str) else spared
            verdict = f"IF({limit.applies},IF({limit.known},{verdict},{breached}),{silent})"
            if isinstance(limit.now[1], str):
                spared, word = "–", "silent"
        return (
            t(f"constraint.{limit.constraint}.name"),
            clean(limit.subject),
            limit.year,
            Formula(limit.left, limit.now[0]),
            limit.relation,
            Formula(limit.right, limit.now[1]),
            Formula(over, spared),
            t(f"audit.unit.{limit.unit}"),
            Formula(verdict, t(f"workbook.control.{word}")),
            limit.about or None,
            t(f"constraint.{limit.constraint}.meaning"),
        )

    def _all(self) -> Iterator[Limit]:
        yield from self.own()
        yield from self._choices()
        yield from self._frames()
        yield from self._debt()
        yield from self._charges()
        yield from self._delivery()
        yield from self._tonnes()

    def own(self) -> Iterator[Limit]:
        """What the sheet of decisions counts row by row: unknown words, start years and per cents that are not allowed."""
        for constraint in OWN:
            said = quoted(self.t(f"workbook.live.row.{constraint}"))
            yield Limit(constraint, "", None, f"COUNTIF([[Beslut.6]],{said})", "=", "0", "investments", (0, 0))

    @property
    def choices(self) -> tuple[int, int] | None:
        """First and last row of the limits of choice that are about an investment; None without any."""
        count = sum(bool(limit.about) for limit in self._choices())
        return (len(OWN), len(OWN) + count - 1) if count else None

    def _choices(self) -> Iterator[Limit]:
        d, o = self.d, self.o
        for i in d.city:
            yield from self._fixed(i)
        for i in d.city:
            for need in d.investments[i].requires:
                other, lag = need.id, d.duration(need.id) if need.kind is RequirementKind.FINISH_TO_START else 0
                mine, theirs = o.start_of(i), o.start_of(other)
                never = self.t("workbook.live.not_started")
                left, right = f"IF({theirs}=0,{quoted(never)},{theirs}+{lag})", f"IF({mine}=0,{quoted(never)},{mine})"
                a, b = (o.picks[x].start if x in o.picks else 0 for x in (other, i))
                now = (a + lag if a else never, b or never)
                begun = {"applies": f"{mine}>0", "known": f"{theirs}>0"}
                yield Limit("requires", f"{i} → {other}", None, left, "≤", right, "year", now, **begun, about=clean(i))
        groups: dict[str, list[str]] = {}
        for i in d.city:
            if d.investments[i].alternatives:
                groups.setdefault(str(d.investments[i].alternatives), []).append(i)
        for name, members in sorted(groups.items()):
            count = sum(i in o.picks for i in members)
            yield Limit("alternatives", name, None, self._started(members), "≤", "1", "investments", (count, 1))
        for rule in d.planning.selection:
            members = sorted(set(rule.members) & set(d.city))
            count = sum(i in o.picks for i in members)
            for relation, number in (("≥", rule.at_least), ("≤", rule.at_most)):
                if number is not None:
                    yield Limit("selection", rule.name, None, self._started(members), relation, str(number), "investments", (count, number))
        if d.planning.stability is not None:
            most = d.planning.stability.changes.value
            adopted = {i: d.investments[i].proposed_start if i in d.adopted else 0 for i in d.city}
            changed = sum(adopted[i] != (o.picks[i].start if i in o.picks else 0) for i in d.city)
            left = f"SUMPRODUCT(--({o.state.ref('started')}<>{o.state.ref('adopted')}))"
            yield Limit("stability", "", None, left, "≤", str(most), "changes", (changed, most))

    def _fixed(self, i: str) -> Iterator[Limit]:
        """A committed investment keeps its layer; a lock is kept."""
        record, start = self.d.investments[i], self.o.start_of(i)
        line = self.o.lines[i]
        if record.status is Status.COMMITTED and record.lock.kind is not LockKind.NEVER:
            layer = "plan" if record.in_plan else "gap"
            yield Limit("committed", i, None, f"--({self.o.state.ref(layer, line)}>0)", "=", "1", "investments", (1, 1), about=clean(i))
        match record.lock.kind:
            case LockKind.MUST:
                yield Limit("lock", i, None, f"--({start}>0)", "=", "1", "investments", (1, 1), about=clean(i))
            case LockKind.NEVER:
                yield Limit("lock", i, None, f"--({start}=0)", "=", "1", "investments", (1, 1), about=clean(i))
            case LockKind.START:
                yield Limit("lock", i, record.lock.year, f"--({start}={record.lock.year})", "=", "1", "investments", (1, 1), about=clean(i))

    def _started(self, members: list[str]) -> str:
        return "+".join(f"({self.o.start_of(i)}>0)" for i in members) + "+0" if members else "0"

    def _frames(self) -> Iterator[Limit]:
        p, o = self.d.planning, self.o
        if p.plan_frame is not None:
            yield from self._frame("plan_frame", "", p.plan_frame.frame, p.plan_frame.carry_forward, "plan", "")
        if p.control_envelope is not None:
            total, spent = p.control_envelope.total.value, sum(self._spent(t, "") for t in self._outlay_years())
            yield Limit("control_envelope", "", None, o.summed("total"), "≤", str(total), "kr", (spent, total))
        if p.owner_frame is not None:
            for owner, frame in sorted(p.owner_frame.frames.items()):
                yield from self._frame("owner_frame", owner, frame, p.owner_frame.carry_forward, "share", o.owned(owner))
        if p.committee_frame is not None:
            only = f"({o.kronor.ref('committee')}=1)"
            yield from self._frame("committee_frame", "", p.committee_frame.frame, p.committee_frame.carry_forward, "share", only)

    def _outlay_years(self) -> list[int]:
        return sorted({t for i, p in self.o.picks.items() for t in self.d.outlay[i, p.start]})

    def _frame(self, name: str, subject: str, frame: MoneyByYear, carry: bool, weight: str, only: str) -> Iterator[Limit]:
        """With carry-forward both sides are cumulative: what one year leaves may be used later, never earlier."""
        used = room = 0
        for n, t in enumerate(self.d.years):
            used, room = (used, room) if carry else (0, 0)
            used, room = used + self._spent(t, subject if name == "owner_frame" else name), room + frame.values[t]
            left, right = self.o.summed(("outlay", t), weight, only=only), str(frame.values[t])
            before = "+[[@{}-1]]"
            if name == "plan_frame":
                left, right = f"[[Arsram.3.{n}]]", f"[[Arsram.1.{n}]]"
            if carry and n:
                left, right = left + before.format(LEFT), right + before.format(RIGHT)
            yield Limit(name, subject, t, left, "≤", right, "kr", (used, room))

    def _spent(self, t: int, whose: str) -> int:
        """Gross outlay (kr) of the recommended plan in a year: of all (""), of the layer plan, of the committees, or of an owner."""
        d = self.d

        def mine(i: str, layer: str) -> bool:
            match whose:
                case "":
                    return True
                case "plan_frame":
                    return layer == "plan"
                case "committee_frame":
                    return d.is_committee(i)
                case _:
                    return whose == "*" or d.investments[i].owner == whose

        return sum(d.outlay[i, p.start].get(t, 0) * p.percent // 100 for i, p in self.o.picks.items() if mine(i, p.layer))

    def _debt(self) -> Iterator[Limit]:
        d, debt, backing = self.d, self.d.planning.debt, self.d.planning.bond_backing
        if debt is None:
            return
        path = debt_path(d, self.o.picks)
        for n, t in enumerate(d.years):
            mandate = debt.mandate.values[t]
            yield Limit("debt_mandate", "", t, self.money.closing(n), "≤", f"[[Skuld.11.{n}]]", "kr", (decimal_of(path[t]), mandate))
        if backing is None:
            return
        backed = 0
        for n, t in enumerate(d.years):
            other = backing.other_eligible.values[t] if backing.other_eligible is not None else 0
            backed += other + sum(d.eligible[i, p.start].get(t, 0) * p.percent // 100 for i, p in self.o.picks.items())
            left = self.o.summed(("eligible", t)) + f"+{other}" + (f"+[[@{LEFT}-1]]" if n else "")
            needed = Fraction(backing.share.value) * max(Fraction(0), path[t] - debt.opening.value)
            right = f"{backing.share.value}*MAX(0,{self.money.closing(n)}-{debt.opening.value})"
            yield Limit("bond_backing", "", t, left, "≥", right, "kr", (backed, decimal_of(needed)))

    def _charges(self) -> Iterator[Limit]:
        table = self.d.planning.operating_charge
        if table is None:
            return
        for owner, limit in (*([("", table.limit)] if table.limit is not None else []), *sorted(table.limits.items())):
            mine = {i: p for i, p in self.o.picks.items() if not owner or self.d.investments[i].owner == owner}
            for t, most in sorted(limit.values.items()):
                charged = sum(self.d.charge(i, p.start, t).total * p.percent // 100 for i, p in mine.items())
                yield Limit("operating_charge", owner, t, self.money.owner_charge(owner, t), "≤", str(most), "kr", (charged, most))

    def _delivery(self) -> Iterator[Limit]:
        table, o = self.d.planning.delivery_capacity, self.o
        if table is None:
            return
        for owner, starts in sorted(table.starts.items()):
            mine = [i for i in self.d.city if owner in ("*", self.d.investments[i].owner)]
            for t, number in sorted(starts.values.items()):
                count = sum(i in o.picks and o.picks[i].start == t for i in mine)
                only = f"{o.owned(owner)}*" if owner != "*" else ""
                left = f"SUMPRODUCT({only}({o.kronor.ref('share')}>0)*({o.kronor.ref('start')}={t}))" if o.rows else "0"
                yield Limit("delivery_capacity", owner, t, left, "≤", str(number), "starts", (count, number))
        for owner, outlay in sorted(table.outlay.items()):
            for t, most in sorted(outlay.values.items()):
                left = o.summed(("outlay", t), only=o.owned(owner) if owner != "*" else "")
                yield Limit("delivery_capacity", owner, t, left, "≤", str(most), "kr", (self._spent(t, owner), most))

    def _tonnes(self) -> Iterator[Limit]:
        p, tonnes = self.d.planning, self.tonnes
        if p.emission_ceiling is not None and p.emissions is not None:
            year = p.horizon.target_year.value
            most = p.emission_ceiling.tonnes.value if p.emission_ceiling.tonnes is not None else p.emissions.target
            left = f"{p.emissions.reference(year)}-{tonnes.reduced(year)}"
            yield Limit("emission_ceiling", "", year, left, "≤", str(most), "t", (decimal_of(emitted(self.d, self.o.picks)), most))
        now = tonnes.now
        demanded = p.objective.tonnes
        if demanded is not None and p.objective.name is ObjectiveName.LEAST_COST and p.emission_ceiling is None:
            yield Limit("required_tonnes", "", None, tonnes.objective(), "≥", str(demanded.value), "t", (now, demanded.value))
        if self._floor is not None:
            yield Limit("floor", "", None, tonnes.objective(), "≥", f"{self._floor:f}", "t", (now, self._floor))
