"""The money of a set of started investments, recomputed from starts and per cents alone (docs/method.md, section Money). Exact kronor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from portfolio.audit.facts import Facts
from portfolio.audit.sheet import Exact
from portfolio.outcome import Layer
from portfolio.planning import Planning


class ChargeParts(NamedTuple):
    """Parts of an operating charge (kr): depreciation, release, internal rate, what is expensed, operating effect."""

    depreciation: Exact
    release: Exact
    internal_rate: Exact
    expensed: Exact
    operating: Exact

    @property
    def total(self) -> Exact:
        """Sum of the parts (kr)."""
        return sum(self, 0)


@dataclass(frozen=True, slots=True)
class Started:
    """A city investment that a decision starts: layer, start year and per cent."""

    facts: Facts
    layer: Layer
    start: int
    percent: int

    def part(self, kronor: int) -> Exact:
        """`kronor` times the per cent that is bought; a whole number of kronor whenever the workbook follows the rules."""
        whole, rest = divmod(kronor * self.percent, 100)
        return whole if rest == 0 else Fraction(kronor * self.percent, 100)

    @property
    def running_from(self) -> int:
        """First year after commissioning, s + d."""
        return self.start + self.facts.years

    def outlays(self) -> dict[int, Exact]:
        """Gross outlay by year (kr), years without outlay left out."""
        return {self.start + k: self.part(kr) for k, kr in enumerate(self.facts.outlay) if kr}

    def grants(self) -> dict[int, Exact]:
        """Grant received by year (kr), years without grant left out."""
        return {self.start + k: self.part(kr) for k, kr in enumerate(self.facts.grants) if kr}

    def operating(self, year: int) -> Exact:
        """Operating effect (kr) in `year`: each year from the one after the last outlay."""
        return self.part(self.facts.operating) if year >= self.running_from else 0

    def total_outlay(self) -> Exact:
        """Gross outlay (kr), all years."""
        return self.part(sum(self.facts.outlay))

    def total_grant(self) -> Exact:
        """Grants that count (kr), all years."""
        return self.part(sum(self.facts.grants))

    def partners(self) -> dict[int, Exact]:
        """Partners' money by year (kr), years without any left out."""
        return {self.start + k: self.part(kr) for k, kr in enumerate(self.facts.partners) if kr}

    def net_outlay(self, year: int) -> Exact:
        """Outlay of a year less the grant entitled and partners' money (kr)."""
        k, facts = year - self.start, self.facts
        return self.part(facts.outlay[k] - facts.entitled[k] - facts.partners[k]) if 0 <= k < facts.years else 0

    def total_net(self) -> Exact:
        """Net outlay (kr), all years."""
        return self.part(sum(self.facts.outlay) - sum(self.facts.entitled) - sum(self.facts.partners))

    def charge(self, year: int, rate: Fraction) -> ChargeParts:
        """Parts of the operating charge (kr) in `year` (docs/method.md, Operating charge)."""
        facts, unit = self.facts, 100 if self.facts.minimum_share is not None else 1
        operating = self.operating(year)
        if not facts.capitalised:
            return ChargeParts(0, 0, 0, self.net_outlay(year), operating)
        k, life = year - self.running_from, facts.life
        if not 0 <= k < life:
            return ChargeParts(0, 0, 0, 0, operating)
        gross, support = sum(facts.outlay), sum(facts.entitled) + sum(facts.partners)
        # units (kronor, or hundreds of them) written off when year k begins, and when it ends
        written = [gross * years // (life * unit) for years in (k, k + 1)]
        released = [support * years // (life * unit) for years in (k, k + 1)]
        interest = round(rate * ((gross - support) // unit - written[0] + released[0]))
        depreciation, release, rent = (self.part(units * unit) for units in (written[1] - written[0], released[0] - released[1], interest))
        return ChargeParts(depreciation, release, rent, 0, operating)

    def eligible(self, year: int) -> Exact:
        """Outlay of a year (kr) that the framework in force can finance."""
        k = year - self.start
        return self.part(self.facts.eligible[k]) if self.facts.bond_category is not None and 0 <= k < self.facts.years else 0

    def bond_eligible(self, year: int) -> Exact:
        """The same, cumulative to `year` (kr)."""
        return sum((self.eligible(t) for t in range(self.start, year + 1)), 0)


class Ledger:
    """Yearly sums of all started city investments over the plan years (kr).

    Attributes:
        outlay_plan, outlay_gap, grants, partners, operating, interest, net_debt: by plan year.
        bond_eligible: cumulative to each plan year.
        net_debt, interest: empty without a debt table.
    """

    def __init__(self, started: Sequence[Started], planning: Planning) -> None:
        self.started, self.planning = started, planning
        years = planning.horizon.years
        self.outlay_plan: dict[int, Exact] = dict.fromkeys(years, 0)
        self.outlay_gap: dict[int, Exact] = dict.fromkeys(years, 0)
        self.grants: dict[int, Exact] = dict.fromkeys(years, 0)
        self.partners: dict[int, Exact] = dict.fromkeys(years, 0)
        self.operating: dict[int, Exact] = {t: sum((x.operating(t) for x in started), 0) for t in years}
        for x in started:
            _add(self.outlay_plan if x.layer is Layer.PLAN else self.outlay_gap, x.outlays())
            _add(self.grants, x.grants())
            _add(self.partners, x.partners())
        self.bond_eligible: dict[int, Exact] = {t: sum((x.bond_eligible(t) for x in started), 0) for t in years}
        self.interest: dict[int, Exact] = {}
        self.net_debt: dict[int, Exact] = {}
        for year, interest, debt in self._debt_path():
            self.interest[year], self.net_debt[year] = interest, debt

    def outlay(self, year: int) -> Exact:
        """Gross outlay of both layers in a plan year (kr)."""
        return self.outlay_plan[year] + self.outlay_gap[year]

    def owner_outlay(self, owner: str, year: int) -> Exact:
        """Gross outlay of one owner, both layers, in a year (kr); the owner `*` is all owners together."""
        return sum((x.outlays().get(year, 0) for x in self.started if owner in ("*", x.facts.owner)), 0)

    def committee_outlay(self, year: int) -> Exact:
        """Gross outlay of all committees, both layers, in a year (kr)."""
        return sum((x.outlays().get(year, 0) for x in self.started if x.facts.committee), 0)

    def owner_starts(self, owner: str, year: int) -> int:
        """Number of investments of one owner that start in a year; the owner `*` is all owners together."""
        return sum(1 for x in self.started if x.start == year and owner in ("*", x.facts.owner))

    def shown_interest(self, year: int) -> Exact | None:
        """The interest (kr) that makes the shown closing debts, whole kronor, roll forward; None without a debt table."""
        debt = self.planning.debt
        if debt is None:
            return None
        opening = round(self.net_debt[year - 1]) if year - 1 in self.net_debt else debt.opening.value
        borrowed = self.outlay(year) - self.grants[year] - self.partners[year] + self.operating[year]
        others = debt.other_net_investment.values[year] - debt.self_financing.values[year]
        return round(self.net_debt[year]) - opening - borrowed - others

    def _debt_path(self) -> Iterator[tuple[int, Exact, Exact]]:
        table = self.planning.debt
        if table is None:
            return
        debt: Exact = table.opening.value
        for t in self.planning.horizon.years:
            interest: Exact = 0
            if table.interest_rate is not None and table.reference_net_debt is not None:
                interest = Fraction(table.interest_rate.value) * (debt - table.reference_net_debt.values[t - 1])
            moved = self.outlay(t) - self.grants[t] - self.partners[t] + self.operating[t]
            debt = debt + moved + table.other_net_investment.values[t] - table.self_financing.values[t] + interest
            yield t, interest, debt


def _add(years: dict[int, Exact], amounts: dict[int, Exact]) -> None:
    """Add amounts to the years that are in `years`; a tail beyond them is in no plan year."""
    for year, amount in amounts.items():
        if year in years:
            years[year] += amount
