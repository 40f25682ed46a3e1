"""The optimum equals exhaustive enumeration when money is what decides: sources with limits, the committees' frame, operating charges."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import chain, combinations, product
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import making as m
from constraint_case import rate
from exhaustive import Choice, Question
from portfolio.errors import InfeasiblePlan
from portfolio.instance import build_instance
from portfolio.planning import (
    BondCategory,
    BondFramework,
    BondIssue,
    Bonds,
    CommitteeFrame,
    Funding,
    FundingSource,
    OperatingCharge,
    Planning,
)
from portfolio.records import GrantStatus, Investment, OwnerType, Portfolio
from portfolio.solve import Clock
from portfolio.stages import solve_stages
from random_questions import YEARS, question

RE = {"RE": BondCategory(name_sv="förnybart", name_en="renewable")}
FRAMEWORK = BondFramework(schema_version=1, name="F", title="F", source="test", categories=RE)
OLD = BondIssue(name="gammal", kind="use_of_proceeds", year=m.count(2023), amount=m.money(300), allocated=m.money(100), source="test")
Kind = frozenset[str]


class Funded(Question):
    """A question with money from others, sources, a committees' frame and charges; its own arithmetic, from docs/method.md."""

    def __init__(self, portfolio: Portfolio, planning: Planning) -> None:
        super().__init__(portfolio, planning)
        self.net = {i: self.net_of(r) for i, r in self.items.items()}
        self.paid: dict[frozenset[tuple[tuple[Kind, int], Fraction]], bool] = {}
        self.refused: Counter[str] = Counter()

    @staticmethod
    def net_of(r: Investment) -> list[int]:
        """Outlay by year less the granted grant and the partners' money."""
        step = 100 if r.minimum_share else 1
        left = list(r.outlay)
        for amount in (r.grant, r.partner):
            weights, done, given = list(left), 0, 0
            for k, weight in enumerate(weights):
                done += weight
                upto = amount * done // sum(weights) // step * step if sum(weights) else 0
                left[k] -= upto - given
                given = upto
        return left

    def feasible(self, c: Choice) -> bool:
        if not super().feasible(c):
            return False
        broken = next((name for name in ("committees_hold", "charges_hold", "payable") if not getattr(self, name)(c)), None)
        if broken is not None:
            self.refused[broken] += 1
        return broken is None

    def debt_holds(self, c: Choice) -> bool:
        debt = self.p.debt
        if debt is None:
            return True
        closing = Fraction(debt.opening.value)
        interest_rate = Fraction(debt.interest_rate.value) if debt.interest_rate is not None else Fraction(0)
        for t in self.years:
            interest = interest_rate * (closing - debt.reference_net_debt.values[t - 1]) if debt.reference_net_debt is not None else 0
            for i, (s, _, percent) in c.items():
                k, net = t - s, self.net[i]
                borrowed = self.items[i].operating if k >= len(net) else net[k] if k >= 0 else 0
                closing += Fraction(borrowed * percent, 100)
            closing += debt.other_net_investment.values[t] - debt.self_financing.values[t] + interest
            if closing > debt.mandate.values[t]:
                return False
        return True

    def committees_hold(self, c: Choice) -> bool:
        table, left = self.p.committee_frame, Fraction(0)
        assert table is not None
        for t in self.years:
            left = Fraction(table.frame.values[t]) + (left if table.carry_forward else 0)
            left -= sum(self.outlay(i, o, t) for i, o in c.items() if self.items[i].owner_type is OwnerType.COMMITTEE)
            if left < 0:
                return False
        return True

    def charges_hold(self, c: Choice) -> bool:
        table = self.p.operating_charge
        if table is None or table.limit is None:
            return True
        interest = Fraction(table.internal_rate.value)
        for t, most in table.limit.values.items():
            if sum(Fraction(self.charge(self.items[i], t - o[0], interest) * o[2], 100) for i, o in c.items()) > most:
                return False
        return True

    def charge(self, r: Investment, year: int, interest: Fraction) -> int:
        built, step = len(r.outlay), 100 if r.minimum_share else 1
        if year < built:
            return self.net[r.id][year] if year >= 0 and not r.capitalised else 0
        k, support = year - built, r.grant + r.partner
        if k >= r.life or not r.capitalised:
            return r.operating

        def written(amount: int, years: int) -> int:
            return floor(Fraction(amount * years, r.life * step)) * step

        book = sum(r.outlay) - written(sum(r.outlay), k) - (support - written(support, k))
        depreciated = written(sum(r.outlay), k + 1) - written(sum(r.outlay), k)
        released = written(support, k + 1) - written(support, k)
        return depreciated - released + round(interest * book / step) * step + r.operating

    @cached_property
    def limit(self) -> dict[str, tuple[dict[int, int], bool] | None]:
        """Limit by year of every source, and whether it is carried forward."""
        found: dict[str, tuple[dict[int, int], bool] | None] = {}
        assert self.p.funding is not None
        assert self.p.bonds is not None
        for name, source in self.p.funding.sources.items():
            issues = self.p.bonds.new_issues
            if source.kind == "bond" and issues is not None:
                found[name] = {t: kr + (200 if t == 2025 else 0) for t, kr in issues.values.items()}, True
            else:
                found[name] = (source.limit.values, source.carry_forward) if source.limit is not None else None
        return found

    def may_pay(self, r: Investment, *, eligible: bool) -> Kind:
        assert self.p.funding is not None
        found = set()
        for name, s in self.p.funding.sources.items():
            mine = not s.owners or r.owner in s.owners or r.owner_type.value in s.owners
            if mine and {"own": True, "loan": r.capitalised, "bond": eligible}[s.kind]:
                found.add(name)
        return frozenset(found)

    def payable(self, c: Choice) -> bool:
        """Hall's condition: no set of source-years has to pay more than it can."""
        wanted: dict[tuple[Kind, int], Fraction] = {}
        for i, (s, _, percent) in c.items():
            r, net, before = self.items[i], 0, 0
            step = 100 if r.minimum_share else 1
            accepted = r.bond_category == "RE" and r.capitalised
            for k, kr in enumerate(self.net[i]):
                net += kr
                upto = floor(Fraction(r.eligible_share) * net / step) * step if accepted else 0
                for eligible, part in ((True, upto - before), (False, kr - (upto - before))):
                    if part:
                        key = self.may_pay(r, eligible=eligible), s + k
                        wanted[key] = wanted.get(key, Fraction(0)) + Fraction(part * percent, 100)
                before = upto
        return self.can_be_paid({key: kr for key, kr in wanted.items() if all(self.limit[name] is not None for name in key[0])})

    def can_be_paid(self, wanted: dict[tuple[Kind, int], Fraction]) -> bool:
        if any(not kind for kind, _ in wanted):
            return False
        key = frozenset(wanted.items())
        if key not in self.paid:
            self.paid[key] = all(self.reaches(wanted, chosen) for chosen in self.sets_of(sorted(set(chain(*(k for k, _ in wanted))))))
        return self.paid[key]

    def sets_of(self, names: list[str]) -> Any:
        """Every set of source-years that needs asking: any years of a yearly source, the years to T of one that is carried forward."""
        options = []
        for name in names:
            limit = self.limit[name]
            assert limit is not None
            subsets = [self.years[:n] for n in range(4)] if limit[1] else [s for n in range(4) for s in combinations(self.years, n)]
            options.append([(name, subset) for subset in subsets])
        return (dict(chosen) for chosen in product(*options))

    def reaches(self, wanted: dict[tuple[Kind, int], Fraction], chosen: dict[str, Any]) -> bool:
        """What only these source-years may pay is within what they have."""
        most = sum(limit[0][t] for name, years in chosen.items() for t in years if (limit := self.limit[name]) is not None)
        return sum(kr for (kind, t), kr in wanted.items() if all(t in chosen[name] for name in kind)) <= most


def by_year(draw: st.DrawFn, *amounts: int) -> Any:
    return m.money_by_year({t: draw(st.sampled_from(amounts)) for t in YEARS})


def source(draw: st.DrawFn, kind: Any, *amounts: int) -> FundingSource:
    limit = by_year(draw, *amounts) if amounts else None
    owners = draw(st.sampled_from([(), (), ("company",), ("Nämnden",)]))
    price, carried = rate(draw(st.sampled_from(["0.01", "0.02"]))), limit is not None and draw(st.booleans())
    return FundingSource(kind=kind, limit=limit, carry_forward=carried, price=price, owners=owners, source="test")


def supported(i: Investment, r: random.Random) -> Investment:
    """With money from others and what the bonds ask for; whole hundreds, so that a scalable one stays whole."""
    update = {
        "grant": i.total_outlay * r.choice([0, 0, 33]) // 10_000 * 100,
        "grant_status": GrantStatus.GRANTED,
        "partner": i.total_outlay * r.choice([0, 0, 20]) // 10_000 * 100,
        "bond_category": r.choice([None, "RE", "RE"]),
        "eligible_share": Decimal(r.choice(["1", "0.5", "0.333"])),
        "capitalised": r.random() < 0.8,
        "owner_type": OwnerType.COMPANY if i.owner == "Bolaget" else OwnerType.COMMITTEE,
    }
    return i.model_copy(update=update)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Portfolio, Planning]:
    """A random question whose sources, committees' frame and operating budget are often too small."""
    seed = draw(st.integers(0, 10**6))
    portfolio, planning = question(seed)
    r = random.Random(seed)
    new = draw(st.none() | st.builds(lambda *kr: m.money_by_year(dict(zip(YEARS, kr, strict=True))), *[st.sampled_from([900, 300, 0])] * 3))
    sources = {"egna": source(draw, "own", 900, 400, 0), "obligation": source(draw, "bond"), "lån": source(draw, "loan", 1500, 500, 0)}
    charged = OperatingCharge(internal_rate=rate("0.025"), limit=m.money_by_year({t: draw(st.sampled_from([900, 300])) for t in YEARS}))
    tables = {
        "bonds": Bonds(framework=FRAMEWORK, issues=(OLD,), new_issues=new),
        "funding": Funding(
            sources={name: sources[name] for name in draw(st.sampled_from([tuple(sources), ("egna", "lån"), ("obligation", "egna")]))}
        ),
        "committee_frame": CommitteeFrame(frame=by_year(draw, 2500, 1100, 400), carry_forward=draw(st.booleans())),
        "operating_charge": draw(st.sampled_from([None, charged])),
    }
    items = tuple(supported(i, r) for i in portfolio.investments)
    return portfolio.model_copy(update={"investments": items}), planning.model_copy(update=tables)


@pytest.mark.long
def test_optimum_equals_enumeration() -> None:
    """Every constraint refuses plans that nothing else refuses, and plans are left."""
    seen: Counter[str] = Counter()

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(questions())
    def agrees(made: tuple[Portfolio, Planning]) -> None:
        oracle = Funded(*made)
        expected = oracle.best()
        seen.update(oracle.refused)
        try:
            solved = solve_stages(build_instance(*made), Clock(60))
        except InfeasiblePlan:
            assert expected is None
            seen["infeasible"] += 1
            return
        assert expected is not None
        assert {i: tuple(p) for i, p in solved.picks.items()} in expected[1]
        assert solved.proven
        assert solved.unique
        seen["plans" if solved.picks else "nothing started"] += 1

    agrees()
    assert seen["plans"] >= 18, seen
    assert min(seen[name] for name in ("committees_hold", "charges_hold", "payable")) > 0, seen
