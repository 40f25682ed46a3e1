"""Which issue pays for which krona, recounted: the kronor allocated and the kronor issued are two rows of numbers laid side by side.

The oldest issue pays first, so the n-th krona allocated is the n-th krona issued (docs/method.md, Bond ledger).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from portfolio.audit.counted import Counted
from portfolio.audit.sheet import Exact
from portfolio.planning import Bonds
from portfolio.statements import FundingStatement

Key = tuple[str, int]
"""Investment and year of the outlay."""


class Issue(NamedTuple):
    """An issue and where its unallocated kronor lie in the row of all kronor issued: from `start` up to `end`."""

    name: str
    year: int
    amount: int
    before: int
    start: int
    end: int


@dataclass
class Entries:
    """Issues, oldest first, and allocations in the order in which they are made; `reached` is what is allocated by the end of a year."""

    issues: list[Issue] = field(default_factory=list)
    allocations: list[dict[str, Any]] = field(default_factory=list)
    reached: dict[int, int] = field(default_factory=dict)

    @property
    def issued(self) -> int:
        """Kronor that can be allocated of all issues so far."""
        return self.issues[-1].end if self.issues else 0

    @property
    def allocated(self) -> int:
        """Kronor allocated so far in the plan years."""
        return sum(e["kronor"] for e in self.allocations)

    def issue(self, name: str, year: int, amount: int, before: int = 0) -> None:
        """Add an issue after the others."""
        self.issues.append(Issue(name, year, amount, before, self.issued, self.issued + amount - before))

    def allocate(self, key: Key, year: int, kind: str, kronor: int) -> None:
        """The next `kronor` kronor of the row."""
        start = self.allocated
        for issue in self.issues:
            part = min(issue.end, start + kronor) - max(issue.start, start)
            if part > 0:
                entry = {"issue": issue.name, "id": key[0], "outlay_year": key[1], "year": year, "kind": kind, "kronor": part}
                self.allocations.append(entry)

    def of(self, key: Key, kind: str = "") -> int:
        """Kronor of one investment and outlay year that bonds have financed so far."""
        return sum(e["kronor"] for e in self.allocations if (e["id"], e["outlay_year"]) == key and kind in ("", e["kind"]))


def entries_of(c: Counted, bonds: Bonds, funding: FundingStatement | None) -> Entries:
    """The whole ledger, from what bonds and loans are said to pay."""
    paid: dict[str, Counter[Key]] = {"bond": Counter(), "loan": Counter(), "own": Counter()}
    table = c.planning.funding
    for use in funding.uses if funding is not None and table is not None else ():
        source = table.sources.get(use.source) if table is not None else None
        if source is not None:
            paid[source.kind][use.id, use.year] += use.kronor
    entries = Entries()
    used = sorted((i for i in bonds.issues if i.kind == "use_of_proceeds"), key=lambda i: (i.year.value, i.name))
    for i in used:
        entries.issue(i.name, i.year.value, i.amount.value, i.allocated.value if i.allocated is not None else 0)
    for t in c.planning.horizon.years:
        wanted = sorted(key for key in paid["bond"] if key[1] == t)
        need = sum(paid["bond"][key] for key in wanted)
        short = max(0, need - (entries.issued - entries.allocated))
        amount = bonds.new_issues.values[t] if bonds.new_issues is not None else short
        if amount:
            entries.issue(str(t), t, amount)
        for key in wanted:
            entries.allocate(key, t, "new", paid["bond"][key])
        _refinance(c, bonds, entries, t, paid)
        entries.reached[t] = entries.allocated
    return entries


def _refinance(c: Counted, bonds: Bonds, entries: Entries, t: int, paid: Mapping[str, Mapping[Key, int]]) -> None:
    """With what nobody needs later, eligible outlays of earlier years that a loan paid."""
    look_back = bonds.framework.look_back
    if bonds.new_issues is None or look_back is None:
        return
    levels = [entries.issued - entries.allocated]
    for year in range(t + 1, c.planning.horizon.years.stop):
        needed = sum(kr for key, kr in paid["bond"].items() if key[1] == year)
        levels.append(levels[-1] + bonds.new_issues.values[year] - needed)
    spare = min(levels)
    for key in sorted(paid["loan"], key=lambda k: (k[1], k[0])):
        if not t - look_back.value // 12 <= key[1] < t:
            continue
        eligible: Exact = c.started[key[0]].eligible(key[1]) if key[0] in c.started else 0
        open_kronor = min(int(eligible) - entries.of(key), paid["loan"][key] - entries.of(key, "refinancing"))
        amount = max(0, min(open_kronor, spare))
        entries.allocate(key, t, "refinancing", amount)
        spare -= amount


def _deadline(bonds: Bonds, year: int) -> int | None:
    """Whole years, counted upwards, within which an issue should be allocated."""
    months = bonds.framework.allocation_months
    return year - (-months.value // 12) if months is not None else None


def pool(c: Counted, bonds: Bonds, entries: Entries) -> list[dict[str, Any]]:
    """Unallocated proceeds by plan year."""
    lines = []
    first = c.planning.horizon.years[0]
    carried = sum(i.end - i.start for i in entries.issues if i.year < first)
    for t in c.planning.horizon.years:
        made = {
            kind: sum(e["kronor"] for e in entries.allocations if (e["year"], e["kind"]) == (t, kind)) for kind in ("new", "refinancing")
        }
        issued = sum(i.amount for i in entries.issues if i.year == t)
        left = {i: i.end - max(i.start, min(i.end, entries.reached[t])) for i in entries.issues if i.year <= t}
        due = [kr for i, kr in left.items() if (deadline := _deadline(bonds, i.year)) is not None and deadline <= t]
        closing = sum(left.values())
        line = {"year": t, "opening": carried, "issued": issued, "allocated": made["new"], "refinanced": made["refinancing"]}
        lines.append({**line, "closing": closing, "overdue": sum(due)})
        carried = closing
    return lines


def issue_lines(bonds: Bonds, entries: Entries) -> list[dict[str, Any]]:
    """What became of every issue."""
    lines = []
    for i in entries.issues:
        left = i.end - max(i.start, min(i.end, entries.allocated))
        line = {"name": i.name, "year": i.year, "amount": i.amount, "allocated_before": i.before}
        lines.append({**line, "allocated": i.end - i.start - left, "unallocated": left, "deadline": _deadline(bonds, i.year)})
    return lines
