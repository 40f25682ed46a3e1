"""The quick way to a world's best plan: the same matrix as PuLP's, the same values as the main job's stages, the limits as the audit."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import numpy as np
import pytest
from _pytest.mark import ParameterSet

import making as m
import money_question
from portfolio.analysis.plan import make_plan, no_reasons
from portfolio.errors import InfeasiblePlan
from portfolio.evaluate import Pick, Picks, Tonnage, counted_ticks
from portfolio.formulation import build
from portfolio.instance import Instance, build_instance
from portfolio.limits import broken, kept
from portfolio.matrix import Matrix, can_be_made, matrix_of
from portfolio.optimum import optimum
from portfolio.planning import BondBacking, CommitteeFrame, DeliveryCapacity, Objective
from portfolio.quick import Quick
from portfolio.shorter import overlap_rows, shorter
from portfolio.solve import Clock, Meaning
from portfolio.stages import solve_stages
from portfolio.worlds.draws import Draws
from portfolio.worlds.question import question_in, world_of
from portfolio.worlds.ranges import uncertain
from portfolio.written_out import written_out
from random_questions import question
from sample_run import sample


def entries(matrix: Matrix) -> dict[str, tuple[dict[str, float], float, float]]:
    """Rows by name: coefficients by name of column, and both sides."""
    rows = {}
    for k, name in enumerate(matrix.rows):
        part = slice(matrix.starts[k], matrix.starts[k + 1])
        terms = {matrix.columns[n]: float(c) for n, c in zip(matrix.index[part], matrix.value[part], strict=True) if c}
        rows[name] = (terms, float(matrix.low[k]), float(matrix.high[k]))
    return rows


def assert_same(d: Instance) -> None:
    """Every entry, side, bound and objective of the two matrices."""
    quick, slow = matrix_of(d), written_out(build(d))
    ours, theirs = entries(quick), entries(slow)
    assert ours.keys() == theirs.keys()
    for name, (terms, low, high) in theirs.items():
        assert ours[name][0] == pytest.approx(terms, rel=1e-12, abs=1e-12), name
        assert ours[name][1:] == pytest.approx((low, high), rel=1e-12, abs=1e-12), name
    place = {name: n for n, name in enumerate(quick.columns)}
    order = [place[name] for name in slow.columns]
    assert quick.keys == slow.keys
    for vector in ("tonnes", "kronor", "start_years", "id_order", "lower", "upper"):
        assert getattr(quick, vector)[order] == pytest.approx(getattr(slow, vector), rel=1e-12), vector
    assert (quick.whole[order] == slow.whole).all()


def worlds_of_the_sample(number: int) -> list[Instance]:
    portfolio, planning = sample()
    draws = Draws(uncertain(portfolio, planning), "pert", 50, 3)
    return [build_instance(*question_in(portfolio, planning, world_of(draws, n))) for n in range(number)]


def test_the_quick_matrix_is_pulps_in_worlds_of_the_sample() -> None:
    for d in (build_instance(*sample()), *worlds_of_the_sample(2)):
        assert_same(d)


@pytest.mark.parametrize("capitalised", [True, False])
def test_the_quick_matrix_is_pulps_in_a_question_of_money(capitalised: bool) -> None:
    """Interest, charges, bond backing, committees' frame, delivery by outlay, and funding whose limits bind."""
    years = range(2025, 2028)
    tables = {
        "bond_backing": BondBacking(share=m.share("0.8"), other_eligible=m.money_by_year(dict.fromkeys(years, 70_001))),
        "committee_frame": CommitteeFrame(frame=m.money_by_year(dict.fromkeys(years, 400_000)), carry_forward=True),
        "delivery_capacity": DeliveryCapacity(outlay={"*": m.money_by_year(dict.fromkeys(years, 800_000))}),
    }
    records = money_question.portfolio()
    items = tuple(i.model_copy(update={"capitalised": capitalised}) for i in records.investments)
    d = build_instance(records.model_copy(update={"investments": items}), money_question.planning(**tables))
    names = {c.name for c in build(d).constraints}
    assert {"bond_backing", "committee_frame", "delivery_capacity", "debt_mandate", "operating_charge", "funding"} <= names or capitalised
    assert_same(d)


def long_and_soak(first: int, middle: int, last: int) -> list[ParameterSet]:
    """Seeds of the long tests, and those that are run by hand."""
    return [pytest.param(s, marks=pytest.mark.long if s < middle else pytest.mark.soak) for s in range(first, last)]


@pytest.mark.parametrize("seed", [*range(12), *long_and_soak(12, 60, 150)])
def test_the_quick_matrix_is_pulps_in_random_questions(seed: int) -> None:
    d = build_instance(*question(seed))
    if can_be_made(d):
        assert_same(d)
    else:
        assert d.planning.emission_ceiling is not None


def value_by_stages(d: Instance) -> tuple[object, object] | None:
    """What the main job's stages find: its objective's value; None where no plan keeps the limits."""
    try:
        solved = solve_stages(d, Clock(60))
    except InfeasiblePlan:
        return None
    assert solved.proven
    return solved.value.ticks, solved.value.kronor


@pytest.mark.parametrize("seed", [*range(20), *long_and_soak(20, 120, 300)])
def test_the_best_plan_is_as_good_as_the_main_jobs(seed: int) -> None:
    """Of the ratio the same ratio; for most tonnes and least cost the same tonnes and kronor. The audit accepts it."""
    d = build_instance(*question(seed))
    expected = value_by_stages(d)
    found = optimum(d, Clock(60))
    if expected is None:
        assert found.meaning is Meaning.INFEASIBLE
        return
    assert found.meaning is Meaning.PROVEN
    assert found.value is not None
    assert found.picks is not None
    ticks, kronor = expected
    match d.planning.objective.name.value:
        case "tonnes_per_krona":
            assert found.value.ticks * kronor == ticks * found.value.kronor  # type: ignore[operator]
        case "most_tonnes":
            assert (found.value.ticks, found.value.kronor) == expected
        case _:
            assert found.value.kronor == kronor
    assert not make_plan(d, found.picks, no_reasons(d), found.floor).audit.breaches


def test_the_floor_is_that_of_a_plan_that_keeps_the_mandate() -> None:
    """A and B together (160 t a year) break the mandate. A alone has 100 t, B alone 60 t for less than half: half of 100 is enough.

    Without the years of money the floor would be 80 t, and A, which keeps every limit, the best plan that reaches it.
    """
    a, b = m.investment("A", [1000], tonnes=Decimal(100)), m.investment("B", [500], tonnes=Decimal(60))
    objective = Objective(name="tonnes_per_krona", floor_share=m.share("0.5"))
    d = build_instance(m.portfolio_of(a, b), m.planning(objective=objective, debt=m.debt(0, 1000)))
    found = optimum(d, Clock(60))
    assert found.meaning is Meaning.PROVEN
    assert list(found.picks or ()) == ["B"]
    assert found.most == 100 * 5 * 100_000


@pytest.mark.long
def test_worlds_of_the_sample_have_the_main_jobs_plan() -> None:
    """The same set, tonnes and kronor; unique."""
    d = worlds_of_the_sample(1)[0]
    found, solved = optimum(d, Clock(60)), solve_stages(d, Clock(60))
    assert found.unique
    assert found.picks is not None
    assert found.picks.keys() == solved.picks.keys()
    assert (found.value.ticks, found.value.kronor) == (solved.value.ticks, solved.value.kronor)  # type: ignore[union-attr]


def test_no_plan_is_lost_from_the_shorter_matrix() -> None:
    """Leaving out rows can only allow more; the rows that are added must not take it back."""
    d = build_instance(*sample())
    whole = matrix_of(d)
    short = shorter(d, whole)
    assert len(short.columns) < len(whole.columns) / 2
    best = [Quick(x, Clock(60), rows).best(x.tonnes).bound for x, rows in ((whole, ()), (short, overlap_rows(d, short)))]
    assert best[1] >= best[0] - 1e-3


def test_a_relaxation_that_is_not_settled_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where HiGHS ends neither with an optimum nor with nothing, zeros stand in for a solution: they are whole, and no plan."""
    d = build_instance(m.portfolio_of(m.investment("A", (100,), tonnes=10)), m.planning())
    quick = Quick(matrix_of(d), Clock(60))
    nothing = np.zeros(len(quick.m.columns))
    monkeypatch.setattr(quick.lp, "bound", lambda *_: (np.inf, nothing, nothing))
    found = quick.best(quick.m.tonnes)
    assert (found.meaning, set(found.picks or ())) == (Meaning.PROVEN, {"A"})


def test_out_of_time_there_is_a_gap_and_no_proof() -> None:
    found = optimum(build_instance(*sample()), Clock(0.0))
    assert found.meaning is Meaning.TIME_LIMIT
    assert found.picks is None
    d = build_instance(*sample())
    whole = matrix_of(d)
    clock = Clock(60)
    quick = Quick(shorter(d, whole), clock)
    clock.interrupt()
    assert quick.best(quick.m.tonnes).meaning is Meaning.INTERRUPTED


@pytest.mark.parametrize("seed", [*range(12), *long_and_soak(12, 50, 100)])
def test_tonnes_in_one_pass_are_those_counted_year_by_year(seed: int) -> None:
    """Every investment that can be, at a start and to a per cent of its own: overlaps and every kind of ceiling."""
    d, draw = build_instance(*question(seed)), Random(seed)
    for _ in range(4):
        picks = {}
        for i in (i for i in d.city if d.starts[i] and draw.random() < 0.7):
            least = round(d.investments[i].minimum_share or 100)
            picks[i] = Pick(draw.choice(d.starts[i]), d.layers[i][0], draw.randint(max(1, least), 100))
        years = (Tonnage(d, picks).year(t, d.planning.objective.counts) for t in d.count_years)
        assert counted_ticks(d, picks) == sum(y.reductions + y.removals for y in years)


NOT_ASKED = ("start_at_most_once", "layers", "scale", "committed", "lock", "alternatives", "selection", "pair_overlap", "attribution")
"""What follows from the choice of investments alone, and the figures, are not limits of `limits.kept`."""
FIGURES = ("tonnes_ceiling", "required_tonnes", "floor", "stated_figures")


def assert_as_the_audit(d: Instance, picks: Picks) -> None:
    """The same limits, years and owners are broken; a window is left out, which the audit judges by its first fault."""
    plan = make_plan(d, picks, no_reasons(d))
    theirs = {(c.constraint, c.year) for c in plan.audit.breaches if c.constraint not in (*NOT_ASKED, *FIGURES)}
    ours = {(limit.constraint, limit.year) for limit in broken(d, picks)}
    wide = ("funding", "start_window", "requires", "control_envelope", "stability")
    assert {c for c in ours if c[0] not in wide} == {c for c in theirs if c[0] not in wide}
    assert {c[0] for c in ours} == {c[0] for c in theirs}


@pytest.mark.parametrize("seed", [*range(12), *long_and_soak(12, 80, 200)])
def test_limits_are_broken_where_the_audit_says_so(seed: int) -> None:
    """Everything is started at its proposed start, allowed or not."""
    d = build_instance(*question(seed))
    picks = {i: Pick(d.investments[i].proposed_start, d.layers[i][0]) for i in d.city}
    assert_as_the_audit(d, picks)
    assert {limit.constraint for limit in kept(d, picks)} >= {"start_window"}


def test_limits_of_the_sample_are_the_audits() -> None:
    """The plan with everything, in a world."""
    d = worlds_of_the_sample(2)[1]
    picks = {i: Pick(d.starts[i][0], d.layers[i][0]) for i in d.city if d.starts[i]}
    assert_as_the_audit(d, picks)
    assert broken(d, picks)
