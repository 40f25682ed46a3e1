"""The bond ledger: which issue pays for which outlay, and what is left unallocated (docs/method.md, Bond ledger)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from portfolio.amounts.sources import sources
from portfolio.evaluate import Picks
from portfolio.finance.funding import Paid
from portfolio.instance import Instance
from portfolio.planning import Bonds
from portfolio.statements import Allocation, IssueLine, PoolYear


@dataclass
class Issue:
    """Proceeds of one issue that are not allocated yet (kr)."""

    name: str
    year: int
    amount: int
    allocated_before: int
    left: int


@dataclass
class BondLedger:
    """Allocations of a plan, made year by year.

    Attributes:
        pool: one line a plan year. issues: outstanding ones and new ones, oldest first.
    """

    d: Instance
    bonds: Bonds
    eligible: Mapping[tuple[str, int], int]
    pays: Mapping[tuple[str, int], int]
    loans: Mapping[tuple[str, int], int]
    issues: list[Issue] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    pool: list[PoolYear] = field(default_factory=list)

    def fill(self) -> None:
        """Every plan year in turn: issue, pay for the year's outlays, refinance what can be."""
        self.issues = sorted(_outstanding(self.bonds), key=lambda issue: (issue.year, issue.name))
        for t in self.d.years:
            opening = sum(issue.left for issue in self.issues)
            wanted = {key: kr for key, kr in sorted(self.pays.items()) if key[1] == t}
            issued = self._issued(t, max(0, sum(wanted.values()) - opening))
            if issued:
                self.issues.append(Issue(str(t), t, issued, 0, issued))
            for (i, _), kr in wanted.items():
                self._allocate(i, t, t, "new", kr)
            spare = self._spare(t)
            refinanced = spare
            for (i, outlay_year), kr in self._refinanceable(t):
                amount = min(kr, spare)
                if amount:
                    self._allocate(i, outlay_year, t, "refinancing", amount)
                    spare -= amount
            closing = sum(issue.left for issue in self.issues)
            self.pool.append(
                PoolYear(
                    year=t,
                    opening=opening,
                    issued=issued,
                    allocated=sum(wanted.values()),
                    refinanced=refinanced - spare,
                    closing=closing,
                    overdue=sum(i.left for i in self.issues if (deadline := self.deadline(i.year)) is not None and deadline <= t),
                )
            )

    def _issued(self, t: int, needed: int) -> int:
        return self.bonds.new_issues.values[t] if self.bonds.new_issues is not None else needed

    def _spare(self, t: int) -> int:
        """What is in the pool at the end of t that no later plan year's new financing needs; nothing when issues follow the need."""
        if self.bonds.new_issues is None or self.bonds.framework.look_back is None:
            return 0
        level = least = sum(issue.left for issue in self.issues)
        for u in self.d.years:
            if u > t:
                level += self.bonds.new_issues.values[u] - sum(kr for (_, year), kr in self.pays.items() if year == u)
                least = min(least, level)
        return least

    def _refinanceable(self, t: int) -> list[tuple[tuple[str, int], int]]:
        """Eligible outlay (kr) of earlier plan years that a loan paid and no bond has financed, oldest first, then by id."""
        look_back = self.bonds.framework.look_back
        if look_back is None:
            return []
        found = []
        for (i, year), kr in sorted(self.loans.items(), key=lambda item: (item[0][1], item[0][0])):
            if t - look_back.value // 12 <= year < t:
                done = sum(a.kronor for a in self.allocations if (a.id, a.outlay_year) == (i, year))
                refinanced = sum(a.kronor for a in self.allocations if (a.id, a.outlay_year, a.kind) == (i, year, "refinancing"))
                found.append(((i, year), max(0, min(self.eligible.get((i, year), 0) - done, kr - refinanced))))
        return found

    def _allocate(self, i: str, outlay_year: int, t: int, kind: str, kronor: int) -> None:
        """From the oldest issue that has anything left, then from the next."""
        for issue in self.issues:
            amount = min(kronor, issue.left)
            if amount:
                issue.left -= amount
                kronor -= amount
                made = {"issue": issue.name, "id": i, "outlay_year": outlay_year, "year": t, "kind": kind, "kronor": amount}
                self.allocations.append(Allocation.model_validate(made))

    def deadline(self, year: int) -> int | None:
        """Last year in which an issue of `year` should be allocated; None when the framework has no such rule."""
        months = self.bonds.framework.allocation_months
        return year + ceil(months.value / 12) if months is not None else None

    def issue_lines(self) -> tuple[IssueLine, ...]:
        """Every issue with what became of it."""
        return tuple(
            IssueLine(
                name=issue.name,
                year=issue.year,
                amount=issue.amount,
                allocated_before=issue.allocated_before,
                allocated=issue.amount - issue.allocated_before - issue.left,
                unallocated=issue.left,
                deadline=self.deadline(issue.year),
            )
            for issue in self.issues
        )


def _outstanding(bonds: Bonds) -> list[Issue]:
    used = [i for i in bonds.issues if i.kind == "use_of_proceeds"]
    before = {i.name: i.allocated.value if i.allocated is not None else 0 for i in used}
    return [Issue(i.name, i.year.value, i.amount.value, before[i.name], i.amount.value - before[i.name]) for i in used]


def bond_ledger(d: Instance, picks: Picks, paid: Paid) -> BondLedger:
    """The ledger of a plan whose outlays are paid as `paid` says; the model has a bond table."""
    assert d.planning.bonds is not None
    kinds = {name: source.kind for name, source in sources(d.planning).items()}
    eligible = {(i, t): kr * p.percent // 100 for i, p in picks.items() for t, kr in d.eligible[i, p.start].items()}
    by_kind: dict[str, dict[tuple[str, int], int]] = {"bond": {}, "loan": {}, "own": {}}
    for (i, t, source), kr in paid.items():
        amounts = by_kind[kinds[source]]
        amounts[i, t] = amounts.get((i, t), 0) + kr
    ledger = BondLedger(d, d.planning.bonds, eligible, by_kind["bond"], by_kind["loan"])
    ledger.fill()
    return ledger
