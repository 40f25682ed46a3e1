"""The bond ledger by hand: oldest issue first, refinancing within the look-back, deadlines, tags, impact, views and linked bonds."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

import making as m
from constraint_case import rate
from portfolio.accounts import Accounts
from portfolio.audit.bond_statement import bond_statement as audited
from portfolio.evaluate import Pick, Picks
from portfolio.finance.bonds import bond_statement
from portfolio.finance.funding import funding_statement, paid_by
from portfolio.instance import Instance, build_instance
from portfolio.planning import BondCategory, BondFramework, BondIssue, Bonds, Exclusion, Funding, FundingSource
from portfolio.records import Investment, Taxonomy
from portfolio.statements import Allocation, BondStatement
from recounting import counted_through, no_difference
from test_funding_stack import funded

RE = {"RE": BondCategory(name_sv="Förnybart", name_en="Renewable")}


def framework(look_back: int | None = None, months: int | None = None, **fields: Any) -> BondFramework:
    periods = {"look_back": look_back, "allocation_months": months}
    counts = {name: m.count(value, "months") for name, value in periods.items() if value is not None}
    return BondFramework(**{"schema_version": 1, "name": "F", "title": "F", "source": "test", "categories": RE, **counts, **fields})


def issue(name: str, year: int, amount: int, allocated: int = 0) -> BondIssue:
    given: dict[str, Any] = {"amount": m.money(amount), "allocated": m.money(allocated)}
    return BondIssue(name=name, kind="use_of_proceeds", year=m.count(year), source="test", **given)


def linked(name: str, amount: int, penalty: str | None, matures: int | None = None) -> BondIssue:
    given: dict[str, Any] = {"penalty": m.share(penalty) if penalty else None, "matures": m.count(matures) if matures else None}
    return BondIssue(name=name, kind="sustainability_linked", year=m.count(2022), amount=m.money(amount), source="test", **given)


def stack(**own: int) -> Funding:
    """Own funds first (`y2025=100` is their limit that year), then bonds, then loans."""
    mine = m.money_by_year({t: own.get(f"y{t}", 0) for t in range(2025, 2029)})
    sources = {
        "egna": FundingSource(kind="own", limit=mine, price=rate("0.01"), source="test"),
        "obligation": FundingSource(kind="bond", price=rate("0.02"), source="test"),
        "lån": FundingSource(kind="loan", price=rate("0.03"), source="test"),
    }
    return Funding(sources=sources)


def new(*amounts: int) -> Any:
    return m.money_by_year(dict(enumerate(amounts, 2025)))


def item(id: str, *outlay: int, start: int = 2025, **fields: Any) -> Investment:
    return m.investment(id, outlay, start=start, **{"bond_category": "RE", **fields})


def ledger(*investments: Investment, funding: Funding | None = None, horizon: Any = None, **bonds: Any) -> BondStatement:
    """The statement of the plan that starts everything in its own year."""
    tables = {"bonds": Bonds(**{"framework": framework(), **bonds}), "funding": funding or stack()}
    d = build_instance(m.portfolio_of(*investments), m.planning(horizon=horizon or m.horizon(), **tables))
    return stated(d, {i: Pick(d.investments[i].proposed_start, "plan") for i in d.city})


def stated(d: Instance, picks: Picks) -> BondStatement:
    accounts, paid = Accounts(d, picks), paid_by(d, picks)
    assert paid is not None
    target = d.planning.horizon.target_year.value
    made = bond_statement(d, picks, paid, {i: accounts.attributed(i, target) for i in picks}, accounts.emissions())
    assert made is not None
    counted, decisions = counted_through(d, picks)
    no_difference(made, audited(counted, decisions, funding_statement(d, picks, paid)))
    return made


def pool(made: BondStatement) -> list[tuple[int, ...]]:
    return [(y.opening, y.issued, y.allocated, y.refinanced, y.closing) for y in made.pool]


def short(allocations: tuple[Allocation, ...]) -> list[tuple[str, str, int, int, int]]:
    return [(a.issue, a.id, a.outlay_year, a.year, a.kronor) for a in allocations]


OLD = (issue("A 2023", 2023, 100, 40), issue("Z 2022", 2022, 300, 200))


def test_the_oldest_issue_pays_first() -> None:
    """100 kr are left of 2022 and 60 of 2023, 150 are new in 2026; half of B's 200 kr meets the criteria, the loan pays the rest."""
    b = item("B", 200, start=2026, eligible_share=Decimal("0.5"))
    made = ledger(item("A", 120, 80), b, issues=OLD, new_issues=new(0, 150, 0), framework=framework(months=36))
    assert short(made.allocations) == [
        ("Z 2022", "A", 2025, 2025, 100),
        ("A 2023", "A", 2025, 2025, 20),
        ("A 2023", "A", 2026, 2026, 40),
        ("2026", "A", 2026, 2026, 40),
        ("2026", "B", 2026, 2026, 100),
    ]
    assert pool(made) == [(160, 0, 120, 0, 40), (40, 150, 180, 0, 10), (10, 0, 0, 0, 10)]
    lines = [(i.name, i.amount, i.allocated_before, i.allocated, i.unallocated, i.deadline) for i in made.issues]
    assert lines == [("Z 2022", 300, 200, 100, 0, 2025), ("A 2023", 100, 40, 60, 0, 2026), ("2026", 150, 0, 140, 10, 2029)]
    assert (made.eligible, made.issued, made.allocated, made.refinanced) == (300, 150, 300, 0)


def test_without_stated_issues_what_the_pool_lacks_is_issued() -> None:
    made = ledger(item("A", 120, 80), item("B", 200, start=2026), issues=OLD, framework=framework(look_back=36))
    assert pool(made) == [(160, 0, 120, 0, 40), (40, 240, 280, 0, 0), (0, 0, 0, 0, 0)]
    assert [(i.name, i.unallocated) for i in made.issues] == [("Z 2022", 0), ("A 2023", 0), ("2026", 0)]


@pytest.mark.parametrize(("months", "overdue", "deadlines"), [(36, [100, 160, 160], [2025, 2026]), (37, [0, 100, 160], [2026, 2027])])
def test_what_lies_too_long_is_overdue(months: int, overdue: list[int], deadlines: list[int]) -> None:
    """Nothing to pay for: 100 kr of 2022 and 60 of 2023 stay where they are; 37 months are a fourth year."""
    made = ledger(m.investment("A", (500,)), issues=OLD, new_issues=new(0, 0, 0), framework=framework(months=months))
    assert [y.overdue for y in made.pool] == overdue
    assert [i.deadline for i in made.issues] == deadlines
    rule_free = ledger(m.investment("A", (500,)), issues=OLD, new_issues=new(0, 0, 0))
    assert [(i.deadline, i.unallocated) for i in rule_free.issues] == [(None, 100), (None, 60)]
    assert [y.overdue for y in rule_free.pool] == [0, 0, 0]


def test_only_what_no_later_year_needs_refinances() -> None:
    """500 kr in 2026: 150 are B's, 250 are kept for C in 2027, and 100 of the 200 that the loan paid for A are refinanced."""
    made = ledger(
        item("A", 300),
        item("B", 150, start=2026),
        item("C", 250, start=2027),
        funding=stack(y2025=100),
        new_issues=new(0, 500, 0),
        framework=framework(look_back=24),
    )
    assert [(*a, kind.kind) for a, kind in zip(short(made.allocations), made.allocations, strict=True)] == [
        ("2026", "B", 2026, 2026, 150, "new"),
        ("2026", "A", 2025, 2026, 100, "refinancing"),
        ("2026", "C", 2027, 2027, 250, "new"),
    ]
    assert pool(made) == [(0, 0, 0, 0, 0), (0, 500, 150, 100, 250), (250, 0, 250, 0, 0)]
    assert {t.id: (t.eligible, t.allocated, t.refinanced) for t in made.tags} == {
        "A": (300, 0, 100),
        "B": (150, 150, 0),
        "C": (250, 250, 0),
    }


LOOK_BACKS = [
    (None, []),
    (11, []),
    (12, [(2026, 60)]),
    (23, [(2026, 60)]),
    (24, [(2025, 150), (2026, 60)]),
    (36, [(2025, 150), (2026, 60)]),
]


@pytest.mark.parametrize(("months", "found"), LOOK_BACKS)
def test_the_look_back_is_in_whole_years_and_only_loans_are_refinanced(months: int | None, found: list[tuple[int, int]]) -> None:
    """A's 250 kr of 2025: own funds paid 100, the loan 150; what is not capitalised and D, which own funds paid, are never refinanced."""
    made = ledger(
        item("A", 250, 60),
        item("D", 40, start=2026, capitalised=False),
        funding=stack(y2025=100, y2026=40),
        new_issues=new(0, 0, 900),
        framework=framework(look_back=months),
    )
    assert [(a.outlay_year, a.kronor) for a in made.allocations] == found
    assert {(a.id, a.year, a.kind) for a in made.allocations} <= {("A", 2027, "refinancing")}
    assert made.pool[-1].closing == 900 - sum(kr for _, kr in found)


def test_a_later_issue_is_not_spent_before_it_is_made_and_a_loan_is_refinanced_once() -> None:
    """2026: 310 kr are left after A, C needs 250 of them before 2028, so that 60 of B's loan of 100 are refinanced, and 40 in 2028."""
    made = ledger(
        item("A", 80, start=2026),
        item("B", 200),
        item("C", 250, start=2027),
        funding=stack(y2025=100),
        horizon=m.horizon(last=2028, until=2030),
        new_issues=new(0, 390, 0, 500),
        framework=framework(look_back=36),
    )
    assert pool(made) == [(0, 0, 0, 0, 0), (0, 390, 80, 60, 250), (250, 0, 250, 0, 0), (0, 500, 0, 40, 460)]
    assert [(a.id, a.year, a.kronor) for a in made.allocations if a.kind == "refinancing"] == [("B", 2026, 60), ("B", 2028, 40)]


def test_the_oldest_outlay_is_refinanced_first() -> None:
    made = ledger(item("A", 80, start=2026), item("B", 60), new_issues=new(0, 0, 90), framework=framework(look_back=24))
    assert short(made.allocations) == [("2027", "B", 2025, 2027, 60), ("2027", "A", 2026, 2027, 30)]


def test_ledgers_of_random_plans_keep_their_promises() -> None:
    """The pool is never negative, no krona is financed twice or by a younger issue first, and only loans in time are refinanced."""
    seen = {"new": 0, "refinancing": 0}
    for seed in range(300):
        made, r = funded(seed), random.Random(seed)
        old = made.planning.bonds
        assert old is not None
        back = r.choice([None, 12, 24])
        bonds = old.model_copy(update={"framework": framework(look_back=back), "issues": (*OLD, *old.issues)})
        d = build_instance(made.portfolio, made.planning.model_copy(update={"bonds": bonds}))
        picks = {i: Pick(r.choice(d.starts[i]), "plan") for i in d.city if d.starts[i] and r.random() < 0.7}
        paid = paid_by(d, picks)
        if paid is not None:
            found = stated(d, picks)
            _keeps_its_promises(d, picks, paid, found, back)
            for a in found.allocations:
                seen[a.kind] += 1
    assert min(seen.values()) >= 60, seen


def _keeps_its_promises(d: Instance, picks: Picks, paid: Mapping[Any, int], made: BondStatement, back: int | None) -> None:
    left = {i.name: i.amount - i.allocated_before for i in made.issues}
    year_of = {i.name: i.year for i in made.issues}
    done: dict[tuple[str, int, str], int] = {}
    for a in made.allocations:
        assert all(not left[name] or (y, name) >= (year_of[a.issue], a.issue) for name, y in year_of.items())
        assert year_of[a.issue] <= a.year
        left[a.issue] -= a.kronor
        assert left[a.issue] >= 0 < a.kronor
        done[a.id, a.outlay_year, a.kind] = done.get((a.id, a.outlay_year, a.kind), 0) + a.kronor
        assert a.outlay_year == a.year if a.kind == "new" else back is not None and 0 < a.year - a.outlay_year <= back // 12
    assert left == {i.name: i.unallocated for i in made.issues}
    for (i, t, kind), kr in done.items():
        assert done.get((i, t, "new"), 0) + done.get((i, t, "refinancing"), 0) <= d.eligible[i, picks[i].start].get(t, 0)
        assert kr <= paid.get((i, t, "obligation" if kind == "new" else "lån"), 0)
    for (i, t, source), kr in paid.items():
        assert source != "obligation" or done.get((i, t, "new"), 0) == kr
    opening = 100 + 60 + 100  # what the three outstanding issues have left
    for y in made.pool:
        assert y.opening == opening
        assert y.closing == y.opening + y.issued - y.allocated - y.refinanced >= 0
        opening = y.closing
    last = d.years[-1]
    bonds = d.planning.bonds
    if opening and bonds is not None and bonds.new_issues is not None:  # nothing is left to refinance when something is left in the pool
        for (i, t, source), kr in paid.items():
            if source == "lån" and back is not None and last - back // 12 <= t < last:
                fresh, again = done.get((i, t, "new"), 0), done.get((i, t, "refinancing"), 0)
                assert again == min(kr, d.eligible[i, picks[i].start].get(t, 0) - fresh)
    assert (made.allocated, made.refinanced) == (sum(y.allocated for y in made.pool), sum(y.refinanced for y in made.pool))


STRICT = framework(
    participants=("Nämnden",),
    taxonomy=(Taxonomy.ALIGNED,),
    exclusions=(Exclusion(name_sv="x", name_en="x", sectors=("spel",), investments=("utpekad",), source="test"),),
)
FAULTS: dict[str, dict[str, Any]] = {
    "no_category": {"bond_category": None},
    "category_unknown": {"bond_category": "XX"},
    "owner_outside": {"owner": "Bolaget"},
    "excluded": {"sector": "spel"},
    "not_capitalised": {"capitalised": False},
    "share_zero": {"eligible_share": Decimal(0)},
    "taxonomy": {"taxonomy": "eligible"},
}


def test_every_reason_and_the_first_of_several() -> None:
    """Each reason alone; and each with every later one, of which the first is named. What is not chosen is tagged all the same."""
    alone = [item(name, 0, **{"taxonomy": "aligned", **fault}) for name, fault in FAULTS.items()]
    several = []
    for n, name in enumerate(FAULTS):
        faults = {field: value for later in reversed(list(FAULTS)[n:]) for field, value in FAULTS[later].items()}
        several.append(item(f"{name} först", 0, **faults))
    good = [item("utpekad", 10, taxonomy="aligned"), item("bra", 10, taxonomy="aligned"), item("ovald", 10, taxonomy="aligned")]
    d = build_instance(
        m.portfolio_of(*alone, *several, *good),
        m.planning(bonds=Bonds(framework=STRICT), funding=stack(y2025=99)),
    )
    made = stated(d, {i: Pick(2025, "plan") for i in d.city if i != "ovald"})
    expected = {name: name for name in FAULTS} | {f"{name} först": name for name in FAULTS}
    assert {t.id: t.reason for t in made.tags} == {**expected, "utpekad": "excluded", "bra": "", "ovald": ""}
    assert {t.id: t.eligible for t in made.tags if t.eligible} == {"bra": 10}
    assert {(t.category, t.taxonomy, t.share) for t in made.tags if t.id in ("bra", "ovald")} == {("RE", "aligned", 1)}


def test_eligible_is_net_cumulative_and_within_the_plan_years() -> None:
    """Net 80 and 40 kr: a third of 80 is 26, of 120 is 39. Of B's 100 and 50 kr the last falls after the plan: 100 of 150 financed."""
    a = item("A", 100, 50, grant=30, grant_status="granted", eligible_share=Decimal("0.333"))
    tail = m.horizon(allow_tail=True)
    made = ledger(a, item("B", 100, 50, start=2027), horizon=tail)
    assert {t.id: t.eligible for t in made.tags} == {"A": 39, "B": 100}
    assert [(a.id, a.year, a.kronor) for a in made.allocations] == [("A", 2025, 26), ("A", 2026, 13), ("B", 2027, 100)]
    assert {i.id: (i.gross, i.financed, i.share) for i in made.impact}["B"] == (150, 100, Decimal("0.666666"))
