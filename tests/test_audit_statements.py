"""The audit of the money statements: every fault that is planted is caught, and true statements raise no alarm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

import pytest

import making as m
from money_question import Asked, asked, planning, portfolio, small
from portfolio.audit import Statements
from portfolio.audit.bond_statement import bond_statement
from portfolio.audit.charge_statement import charge_statement
from portfolio.audit.counted import Counted, counted
from portfolio.audit.debt_statement import debt_statement
from portfolio.audit.facts import facts_of
from portfolio.audit.gap_statement import gap_statement
from portfolio.audit.recount import Recount, Recounted
from portfolio.audit.sheet import Sheet
from portfolio.audit.statements import STATEMENTS, check_statements
from portfolio.outcome import Decision, GapLadder, SolveStatus, Verdict
from portfolio.records import Frozen
from portfolio.statements import BondStatement, ChargeStatement, DebtStatement, FundingStatement
from sample_run import sample
from test_funding_stack import funded

TYPES: dict[str, type[Frozen]] = {
    "debt": DebtStatement,
    "charges": ChargeStatement,
    "funding": FundingStatement,
    "bonds": BondStatement,
    "gap": GapLadder,
}
OTHER_WORD = {
    "grant": "partner",
    "partner": "grant",
    "own": "loan",
    "bond": "loan",
    "loan": "own",
    "new": "refinancing",
    "refinancing": "new",
}
Path = tuple[str | int, ...]


def leaves(tree: Any, path: Path = ()) -> Iterator[Path]:
    """Every leaf of a statement."""
    if isinstance(tree, dict):
        for name, part in tree.items():
            yield from leaves(part, (*path, name))
    elif isinstance(tree, list | tuple):
        for n, part in enumerate(tree):
            yield from leaves(part, (*path, n))
    else:
        yield path


def listed(tree: Any) -> Any:
    """The same with lists that can be changed."""
    if isinstance(tree, dict):
        return {name: listed(part) for name, part in tree.items()}
    return [listed(part) for part in tree] if isinstance(tree, list | tuple) else tree


def wrong(value: Any, last: str | int) -> Any:
    """The smallest other value: a krona, a year, 10 g, another word."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case Decimal():
            return value + Decimal("0.000001") if last in ("share", "price", "rate") else value + Decimal("0.00001")
        case str() if last == "kind":
            return OTHER_WORD[value]
        case str():
            return value + "x"
        case None if last in ("category", "reason"):
            return "x"
        case None:
            return 1 if last != "mandate_costs" else True
    raise AssertionError(f"no fault for {value!r}")


def leaf_faults(tree: Any) -> Iterator[tuple[Path, Any]]:
    """The tree with one leaf changed at a time; it is put right again before the next."""
    for path in leaves(tree):
        parent = tree
        for step in path[:-1]:
            parent = parent[step]
        right = parent[path[-1]]
        parent[path[-1]] = wrong(right, path[-1])
        yield path, tree
        parent[path[-1]] = right


def line_faults(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Lines dropped, doubled and put in another order, in every list of the statement."""
    if isinstance(tree, dict):
        for name, part in tree.items():
            yield from line_faults(part, (*path, name))
        return
    if not isinstance(tree, list):
        return
    for n, part in enumerate(tree):
        yield from line_faults(part, (*path, n))
        yield (*path, n, "dropped"), (path, lambda lines, n=n: lines.pop(n))
        yield (*path, n, "doubled"), (path, lambda lines, n=n: lines.insert(n, deepcopy(lines[n])))
        if n and part != tree[n - 1]:
            yield (*path, n, "swapped"), (path, lambda lines, n=n: lines.insert(n - 1, lines.pop(n)))


def all_faults(tree: Any) -> Iterator[tuple[Path, Any]]:
    """Every leaf changed, every line dropped, doubled or moved."""
    yield from leaf_faults(tree)
    for where, (path, change) in line_faults(tree):
        copy = deepcopy(tree)
        lines = copy
        for step in path:
            lines = lines[step]
        change(lines)
        yield where, copy


def trees(statements: Statements) -> dict[str, Any]:
    """The statements that there are, as plain lists and maps."""
    given = {name: getattr(statements, name) for name in TYPES}
    return {name: listed(said.model_dump()) for name, said in given.items() if said is not None}


def with_tree(statements: Statements, name: str, tree: Any) -> Statements:
    return replace(statements, **{name: TYPES[name].model_validate(tree)})


def alarms(a: Asked, statements: Statements) -> set[str]:
    """Names of the breached checks of the statements."""
    sheet = Sheet()
    check_statements(sheet, plan_of(a), {x.id: x for x in a.decisions}, statements)
    return {c.constraint for c in sheet.checks if not c.holds}


@cache
def plan_of(a: Asked) -> Counted:
    """The plan that was asked about, counted through once."""
    return counted(a.portfolio, a.planning, facts_of(a.portfolio, a.planning), a.decisions)


def test_the_small_question_has_everything() -> None:
    """Otherwise a fault could not be planted there: the mandate binds, bonds refinance, an issue is overdue, a target is missed."""
    run = small().run
    assert run.status is SolveStatus.PROVEN_BEST
    assert run.debt is not None
    assert run.debt.gave_way is not None
    assert run.debt.gave_way.left_out or run.debt.gave_way.moved
    assert run.debt.city
    assert run.funding is not None
    assert {s.kind for s in run.funding.sources if s.kronor} == {"grant", "partner", "own", "bond", "loan"}
    assert run.bonds is not None
    assert {a.kind for a in run.bonds.allocations} == {"new", "refinancing"}
    assert any(y.overdue for y in run.bonds.pool)
    assert run.bonds.exposure > 0
    assert all(part for view in run.bonds.views for part in (view.full, view.pocket, view.refused))
    assert run.gap is not None
    assert run.gap.investments
    assert run.charges is not None
    assert any(line.expensed for line in run.charges.total)


def test_true_statements_raise_no_alarm() -> None:
    a = small()
    assert alarms(a, a.given["statements"]) == set()
    rows = [c for c in a.audit(a.given["statements"]).checks if c.constraint in STATEMENTS]
    assert [c.constraint for c in rows if c.holds] == [c.constraint for c in rows]
    assert {c.constraint for c in rows} == set(STATEMENTS)


LONG_SUITE = pytest.mark.long


@pytest.mark.parametrize(
    ("name", "step"), [*((name, 3 if name == "funding" else 1) for name in sorted(TYPES)), pytest.param("funding", 1, marks=LONG_SUITE)]
)
def test_every_fault_in_the_small_question_is_caught(name: str, step: int) -> None:
    """One at a time; a fault in who pays is looked for with all statements, for it may show in those that follow from it as well."""
    a = small()
    statements: Statements = a.given["statements"]
    own = recounts(a)
    missed, planted = [], 0
    for where, tree in islice(all_faults(trees(statements)[name]), 0, None, step):
        planted += 1
        found = name != "funding" and differs(tree, own[name])
        if not found and f"statement_{name}" not in alarms(a, with_tree(statements, name, tree)):
            missed.append(where)
    assert missed == []
    assert planted >= 50


def recounts(a: Asked) -> dict[str, Recounted]:
    """What the statements should say, but for who pays, which has no single answer."""
    said: Statements = a.given["statements"]
    most, inside, unbound = (other_plan(a, plan) for plan in (said.most, said.inside, said.unbound))
    return {
        "debt": debt_statement(plan_of(a), unbound),
        "charges": charge_statement(plan_of(a)),
        "bonds": bond_statement(plan_of(a), {x.id: x for x in a.decisions}, said.funding),
        "gap": gap_statement(plan_of(a), most, inside, said.funding),
    }


def other_plan(a: Asked, decisions: Sequence[Decision] | None) -> Counted | None:
    c = plan_of(a)
    return counted(c.portfolio, c.planning, c.facts, decisions) if decisions is not None else None


@pytest.mark.parametrize("name", sorted(TYPES))
def test_the_audit_of_a_plan_refuses_a_wrong_statement(name: str) -> None:
    a = small()
    statements = a.given["statements"]
    _, tree = next(iter(leaf_faults(trees(statements)[name])))
    found = a.audit(with_tree(statements, name, tree))
    assert found.verdict is Verdict.BREACHED
    assert f"statement_{name}" in {c.constraint for c in found.breaches}


def test_a_statement_that_is_missing_or_too_many_is_caught() -> None:
    a = small()
    for name in TYPES:
        assert f"statement_{name}" in alarms(a, replace(a.given["statements"], **{name: None}))
    bare = asked(portfolio(), planning(debt=None, operating_charge=None, bonds=None, funding=None))
    for name in ("debt", "charges", "funding", "bonds"):
        assert getattr(bare.given["statements"], name) is None
        extra = replace(bare.given["statements"], **{name: getattr(a.given["statements"], name)})
        assert f"statement_{name}" in alarms(bare, extra)


@pytest.mark.long
def test_faults_in_the_sample_are_caught() -> None:
    """Figures of the Helsingborg sample's statements, each fifth; the recount is made once, and compared with each fault."""
    a = asked(*sample())
    statements: Statements = a.given["statements"]
    own = recounts(a)
    missed, planted = [], 0
    for name, tree in trees(statements).items():
        if name == "funding":
            continue
        assert not differs(tree, own[name])
        for path, planted_tree in islice(leaf_faults(tree), 0, None, 5):
            planted += 1
            if not differs(planted_tree, own[name]):
                missed.append((name, path))
    assert missed == []
    assert planted >= 450


def differs(stated: Any, own: Recounted) -> bool:
    """The recount finds a difference."""
    sheet = Sheet()
    recount = Recount(sheet, "statement_debt")
    recount.compare("", stated, own)
    return bool(recount.tally.breached)


def moved(uses: list[dict[str, Any]], **found: Any) -> dict[str, Any]:
    """The first use with these values."""
    return next(u for u in uses if all(u[name] == value for name, value in found.items()))


def test_a_krona_moved_to_another_source_with_all_sums_mended_is_caught() -> None:
    """The uses still sum to the outlay and the sources to their uses; but the loan is dearer, so this is not how it should be paid."""
    a = small()
    tree = trees(a.given["statements"])["funding"]
    use = moved(tree["uses"], source="egna")
    other = {**use, "source": "lån", "kronor": 1}
    same = [u for u in tree["uses"] if (u["id"], u["year"], u["source"]) == (use["id"], use["year"], "lån")]
    use["kronor"] -= 1
    if same:
        same[0]["kronor"] += 1
    else:
        tree["uses"] = sorted([*tree["uses"], other], key=lambda u: (u["id"], u["year"], u["source"]))
    for line in tree["sources"]:
        less = {"egna": -1, "lån": 1}.get(line["source"], 0)
        line["kronor"] += less
        for y in line["years"]:
            if y["year"] >= use["year"] and y["left"] is not None:
                y["left"] -= less
            if y["year"] > use["year"] and y["available"] is not None:
                y["available"] -= less
            if y["year"] == use["year"]:
                y["used"] += less
    breaches = a.audit(with_tree(a.given["statements"], "funding", tree)).breaches
    assert {c.subject for c in breaches if c.constraint == "statement_funding"} == {"cheapest egna", "cheapest egna obligation"}


def test_the_same_krona_in_two_bonds_and_an_ineligible_krona_are_caught() -> None:
    a = small()
    tree = trees(a.given["statements"])["bonds"]
    twice = deepcopy(tree)
    entry = next(e for e in twice["allocations"] if e["kind"] == "new")
    twice["allocations"].insert(0, {**entry, "issue": next(i["name"] for i in tree["issues"] if i["name"] != entry["issue"])})
    assert "statement_bonds" in alarms(a, with_tree(a.given["statements"], "bonds", twice))
    wrong_one = deepcopy(tree)
    refused = next(t["id"] for t in tree["tags"] if t["reason"])
    wrong_one["allocations"][0]["id"] = refused
    assert "statement_bonds" in alarms(a, with_tree(a.given["statements"], "bonds", wrong_one))


@pytest.mark.parametrize("seeds", [range(8), pytest.param(range(8, 60), marks=LONG_SUITE)])
def test_no_false_alarm_on_random_questions(seeds: range) -> None:
    """The optimiser raises when its own audit does not hold; enough of the questions must have a plan with statements to say so."""
    plans = 0
    for seed in seeds:
        made = funded(seed)
        plans += asked(made.portfolio, made.planning).run.funding is not None
    assert plans >= len(seeds) // 5


def test_a_linked_bond_that_matures_in_the_first_plan_year_is_outstanding() -> None:
    """The audit counts it by itself: a run in which the two differ would not come out."""
    model = planning()
    assert model.bonds is not None
    issues = tuple(i.model_copy(update={"matures": m.count(2025)}) if i.matures is not None else i for i in model.bonds.issues)
    run = asked(portfolio(), model.model_copy(update={"bonds": model.bonds.model_copy(update={"issues": issues})})).run
    assert run.bonds is not None
    assert run.bonds.linked_outstanding == 300_000
