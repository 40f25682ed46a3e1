"""The money of a set of started investments, recomputed from starts and per cents alone (docs/method.md, section Money). Exact kronor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from portfolio.audit.facts import Facts
from portfolio.audit.sheet import Exact
from portfolio.outcome import Layer
from portfolio.planning import Planning


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

    def charge(self, year: int, rate: Fraction) -> Exact:
        """Operating charge (kr) in `year`: depreciation less released grant, internal rate on the book value, operating effect.

        Straight-line. Capitalised when commissioned at the end of year s + d − 1: no charge during construction. The book value at the
        beginning of the k-th year after that is the net outlay less k years of depreciation and release.
        """
        k, life = year - self.running_from, self.facts.life
        net = self.total_outlay() - self.total_grant()
        capital = Fraction(net, life) + rate * net * Fraction(life - k, life) if 0 <= k < life else Fraction(0)
        return capital + self.operating(year)

    def bond_eligible(self, year: int) -> Exact:
        """Cumulative outlay to `year`, net of grants received (kr), that sustainable bonds can finance; never below 0."""
        if self.facts.bond_category is None:
            return 0
        paid: Exact = sum((kr for t, kr in self.outlays().items() if t <= year), 0)
        received: Exact = sum((kr for t, kr in self.grants().items() if t <= year), 0)
        return max(0, paid - received)


class Ledger:
    """Yearly sums of all started city investments over the plan years (kr).

    Attributes:
        outlay_plan, outlay_gap, grants, operating, interest, net_debt: by plan year.
        bond_eligible: cumulative to each plan year.
        net_debt, interest: empty without a debt table.
    """

    def __init__(self, started: Sequence[Started], planning: Planning) -> None:
        self.started, self.planning = started, planning
        years = planning.horizon.years
        self.outlay_plan: dict[int, Exact] = dict.fromkeys(years, 0)
        self.outlay_gap: dict[int, Exact] = dict.fromkeys(years, 0)
        self.grants: dict[int, Exact] = dict.fromkeys(years, 0)
        self.operating: dict[int, Exact] = {t: sum((x.operating(t) for x in started), 0) for t in years}
        for x in started:
            _add(self.outlay_plan if x.layer is Layer.PLAN else self.outlay_gap, x.outlays())
            _add(self.grants, x.grants())
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

    def owner_starts(self, owner: str, year: int) -> int:
        """Number of investments of one owner that start in a year; the owner `*` is all owners together."""
        return sum(1 for x in self.started if x.start == year and owner in ("*", x.facts.owner))

    def _debt_path(self) -> Iterator[tuple[int, Exact, Exact]]:
        table = self.planning.debt
        if table is None:
            return
        debt: Exact = table.opening.value
        for t in self.planning.horizon.years:
            interest: Exact = 0
            if table.interest_rate is not None and table.reference_net_debt is not None:
                interest = Fraction(table.interest_rate.value) * (debt - table.reference_net_debt.values[t - 1])
            moved = self.outlay(t) - self.grants[t] + self.operating[t]
            debt = debt + moved + table.other_net_investment.values[t] - table.self_financing.values[t] + interest
            yield t, interest, debt


def _add(years: dict[int, Exact], amounts: dict[int, Exact]) -> None:
    """Add amounts to the years that are in `years`; a tail beyond them is in no plan year."""
    for year, amount in amounts.items():
        if year in years:
            years[year] += amount
