"""The funding stack: the programme's rows, the audit and the distribution that is shown say the same; and it is the cheapest there is."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pulp

import making as m
from constraint_case import Question, Start, rate
from portfolio.amounts.sources import limits, sources
from portfolio.evaluate import Pick
from portfolio.finance.funding import funding_statement, needs, paid_by
from portfolio.instance import Instance
from portfolio.planning import BondIssue, Funding, FundingSource, Grants
from portfolio.statements import FundingStatement
from test_agreement import random_plan, random_question

YEARS = range(2025, 2028)
QUESTIONS, PLANS = 60, 8


def funded(seed: int) -> Question:
    """A random question whose sources are often too small."""
    made, r = random_question(seed), random.Random(1000 + seed)
    bonds = made.planning.bonds
    assert bonds is not None
    old = BondIssue(name="gammal", kind="use_of_proceeds", year=m.count(2023), amount=m.money(300), allocated=m.money(200), source="test")
    new = m.money_by_year({t: r.choice([0, 200, 900]) for t in YEARS}) if r.random() < 0.8 else None

    def made_source(kind: str, *amounts: int) -> FundingSource:
        limit = m.money_by_year({t: r.choice(amounts) for t in YEARS}) if amounts and r.random() < 0.9 else None
        return FundingSource(
            kind=kind,
            limit=limit,
            carry_forward=limit is not None and r.random() < 0.5,
            price=rate(r.choice(["0.01", "0.02", "0.03"])),
            owners=r.choice([(), (), ("committee",), ("Bolaget",)]),
            source="test",
        )

    stack = {
        "egna": made_source("own", 0, 400, 1200),
        "nämndens egna": made_source("own", 100, 700),
        "obligation": made_source("bond"),
        "lån": made_source("loan", 0, 600, 2500),
    }
    tables = {
        "bonds": bonds.model_copy(update={"issues": (old,), "new_issues": new}),
        "funding": Funding(sources=dict(r.sample(sorted(stack.items()), r.randint(1, 4)))),
    }
    return Question(made.portfolio, made.planning.model_copy(update=tables))


def picked(starts: list[Start]) -> dict[str, Pick]:
    return {i: Pick(s, layer, *percent) for i, s, layer, *percent in starts}


def cheapest_by_lp(d: Instance, picks: Mapping[str, Pick]) -> Fraction | None:
    """The least cost a year of paying for everything, by a linear programme of its own over every investment; None: it cannot be paid."""
    problem = pulp.LpProblem("oracle", pulp.LpMinimize)
    prices = {name: float(s.price.value) for name, s in sources(d.planning).items()}
    paid: dict[tuple[int, str], list[pulp.LpVariable]] = {}
    cost: dict[pulp.LpVariable, float] = {}
    for n, (i, pick) in enumerate(picks.items()):
        for k, ((kind, t), kr) in enumerate(needs(d, i, pick.start).items()):
            variables = {name: pulp.LpVariable(f"v_{n}_{k}_{c}", 0) for c, name in enumerate(kind)}
            problem.addConstraint(pulp.LpAffineExpression(dict.fromkeys(variables.values(), 1)) == kr * pick.percent / 100, f"need_{n}_{k}")
            for name, v in variables.items():
                paid.setdefault((t, name), []).append(v)
                cost[v] = prices[name]
    problem.setObjective(pulp.LpAffineExpression(cost))
    for c, (name, limit) in enumerate(limits(d.planning).items()):
        for t in d.years if limit is not None else ():
            window = range(d.years[0], t + 1) if limit is not None and limit.carry_forward else range(t, t + 1)
            used = {v: 1 for u in window for v in paid.get((u, name), [])}
            most = sum(limit.values[u] for u in window) if limit is not None else 0
            problem.addConstraint(pulp.LpAffineExpression(used) <= most, f"limit_{c}_{t}")
    problem.solve(pulp.HiGHS(msg=False))
    if problem.status != pulp.LpStatusOptimal:
        return None
    return Fraction(sum(price * (v.varValue or 0.0) for v, price in cost.items())).limit_denominator(10**6)


def cost_of(d: Instance, statement: FundingStatement) -> Fraction:
    prices = {name: Fraction(s.price.value) for name, s in sources(d.planning).items()}
    return sum((prices.get(line.source, Fraction(0)) * line.kronor for line in statement.sources), Fraction(0))


def test_audit_and_distribution_agree_and_it_is_the_cheapest() -> None:
    seen = {True: 0, False: 0}
    for seed in range(QUESTIONS):
        made, r = funded(seed), random.Random(seed)
        d = made.programme.instance
        for _ in range(PLANS):
            starts = random_plan(made, r)
            picks = picked(starts)
            paid, wanted = paid_by(d, picks), cheapest_by_lp(d, picks)
            assert (paid is None) is (wanted is None), f"seed {seed} {starts}"
            assert ("funding" in made.at(*starts).breaches) is (paid is None), f"seed {seed} {starts}"
            seen[paid is not None] += 1
            if paid is not None and wanted is not None:
                statement = funding_statement(d, picks, paid)
                assert abs(cost_of(d, statement) - wanted) < Fraction(1, 1000), f"seed {seed} {starts}"
                _closes(d, picks, statement)
    assert min(seen.values()) > 50, seen


def _closes(d: Instance, picks: Mapping[str, Pick], statement: FundingStatement) -> None:
    """Sources = uses for every investment and year, to the krona."""
    for i, pick in picks.items():
        for t in d.years:
            used = sum(u.kronor for u in statement.uses if (u.id, u.year) == (i, t))
            assert used == d.outlay[i, pick.start].get(t, 0) * pick.percent // 100
    assert statement.kronor == sum(line.kronor for line in statement.sources) == sum(u.kronor for u in statement.uses)
    for line in statement.sources:
        assert all(year.left is None or year.left >= 0 for year in line.years), line.source


def test_the_programme_s_rows_allow_what_can_be_paid_and_nothing_else() -> None:
    """The rows of the constraint, with the starts fixed, have a solution exactly when the distribution exists."""
    seen = {True: 0, False: 0}
    for seed in range(25):
        made, r = funded(seed), random.Random(seed)
        rows = made.rows("funding")
        for _ in range(4):
            starts = random_plan(made, r)
            point = made.at(*starts)
            problem = pulp.LpProblem("rows", pulp.LpMinimize)
            problem.setObjective(pulp.LpAffineExpression({pulp.LpVariable("nothing", 0): 1}))
            for name, row in rows.items():
                paid = {v: c for v, c in row.items() if v.name.startswith("paid_")}
                level = row.constant + sum(c * float(point.values[v.name]) for v, c in row.items() if v not in paid)
                free = pulp.LpAffineExpression(paid, level)
                problem.addConstraint(free == 0 if row.sense == pulp.LpConstraintEQ else free <= 0, name)
            problem.solve(pulp.HiGHS(msg=False))
            possible = problem.status == pulp.LpStatusOptimal
            assert possible is (paid_by(made.programme.instance, picked(starts)) is not None), f"seed {seed} {starts}"
            seen[possible] += 1
    assert min(seen.values()) > 15, seen


def test_cheapest_first_even_when_a_dearer_source_must_step_in() -> None:
    """Own funds (2 %) could pay for both; only they may pay for the pre-study, so the loan (4 %) takes the rest of the other."""
    study = m.investment("S", (60,), capitalised=False)
    other = m.investment("A", (100,))
    sources_of = {
        "egna": FundingSource(kind="own", price=rate("0.02"), limit=m.money_by_year(dict.fromkeys(YEARS, 90)), source="test"),
        "lån": FundingSource(kind="loan", price=rate("0.04"), source="test"),
    }
    made = Question(m.portfolio_of(study, other), m.planning(funding=Funding(sources=sources_of)))
    paid = paid_by(made.programme.instance, {"S": Pick(2025, "plan"), "A": Pick(2025, "gap")})
    assert paid == {("A", 2025, "egna"): 30, ("A", 2025, "lån"): 70, ("S", 2025, "egna"): 60}


def test_grants_and_partners_come_first_and_are_never_paid_again() -> None:
    item = m.investment("A", (60, 40), grant=30, grant_status="applied", partner=35, bond_category="RE", eligible_share=Decimal("0.5"))
    stack = Funding(sources={"egna": FundingSource(kind="own", price=rate("0"), source="test")})
    made = Question(m.portfolio_of(item), m.planning(funding=stack, grants=Grants(applied=m.share("0.5"))))
    d = made.programme.instance
    picks = {"A": Pick(2025, "plan")}
    paid = paid_by(d, picks)
    assert paid is not None
    statement = funding_statement(d, picks, paid)
    # half of the grant counts: 15 kr, 9 and 6 of them; the partners' 35 kr follow the 51 and 34 kr that are left
    assert {(u.year, u.source): u.kronor for u in statement.uses} == {
        (2025, "applied"): 9,
        (2025, "partner"): 21,
        (2025, "egna"): 30,
        (2026, "applied"): 6,
        (2026, "partner"): 14,
        (2026, "egna"): 20,
    }
