"""Decisions under uncertainty: core index, regret, value of information and tornado by hand; the same whatever the workers; resumed."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from rich.console import Console

import making as m
from portfolio.analysis.base import Base, base_of
from portfolio.analysis.optimise import Request, optimise
from portfolio.analysis.robust.candidates import Candidates, _one_by_one, packed
from portfolio.analysis.robust.choices import choices
from portfolio.analysis.robust.comparison import Comparison, Scale
from portfolio.analysis.robust.find import Asked, robust
from portfolio.analysis.robust.held import held
from portfolio.analysis.robust.outcome import Outcome, Started, Study
from portfolio.analysis.robust.parameters import Parameter
from portfolio.analysis.robust.store import Store, key_of
from portfolio.cli import main
from portfolio.errors import InputError
from portfolio.evaluate import Pick
from portfolio.explored.robust import Robust
from portfolio.instance import build_instance
from portfolio.many import Crew
from portfolio.planning import Objective, ObjectiveName, Planning, Uncertainty
from portfolio.records import Portfolio, Requirement, RequirementKind
from portfolio.reports.robust import render
from portfolio.text import Text
from portfolio.worlds.question import World, question_in
from random_questions import question
from sample_run import sample, sample_run

Capture = pytest.CaptureFixture[str]
ALONE = Crew(1)


def question_of_two(low: str = "0.5") -> tuple[Portfolio, Planning]:
    """One of A and B fits. A: 5 years of 10 t for a certain 1,000 kr. B: the same, its tonnes ± low; the model takes the most tonnes."""
    a = m.investment("A", [1000], tonnes=Decimal(10))
    b = m.investment("B", [1000], tonnes=Decimal("9.5"), tonnes_uncertainty=Decimal(low))
    table = Uncertainty(distribution="triangular")
    return m.portfolio_of(a, b), m.planning(control_envelope=m.envelope(1000), uncertainty=table)


def based(portfolio: Portfolio, planning: Planning) -> Base:
    return base_of(portfolio, planning, optimise(portfolio, planning, Request()).decisions)


@cache
def of_two() -> Robust:
    """The question of two, studied once."""
    return studied(*question_of_two(), worlds=100)


def studied(portfolio: Portfolio, planning: Planning, worlds: int = 400, crew: Crew = ALONE, **options: Any) -> Robust:
    return robust(based(portfolio, planning), None, Asked(worlds, seed=1), crew, **options)


def test_core_index_and_regret_by_hand() -> None:
    """B is better when its factor is above 10 / 9.5 = 1.0526…; on the triangle 0.5–1–1.5 that is (1.5 − 1.0526)² / 0.5 = 40.04 per cent.

    Then A, decided now, has 9.5 · factor − 10 less a year, five years: 5 · E[(9.5 φ − 10)⁺] = 5 · 9.5 · (0.4474)³ / (3 · 0.5) = 2.835 t.
    """
    found = of_two()
    core = {line.id: line for line in found.cores}
    assert (found.done, found.proven, found.infeasible) == (100, 100, 0)
    assert float(core["B"].share) == pytest.approx(0.4004, abs=1 / 100)
    assert core["A"].share + core["B"].share == 1
    assert {line.core for line in found.cores} == {"contested"}
    assert core["B"].starts == {2025: core["B"].share}
    assert core["A"].recommended
    assert found.regret is not None
    assert float(found.regret.mean_tonnes or 0) == pytest.approx(2.835, rel=0.02)
    assert found.regret.best == core["A"].share


def test_value_of_information_by_hand() -> None:
    """Knowing B's tonnes first is worth exactly the regret that it saves; and as nothing else is uncertain, everything there is to know."""
    found = of_two()
    assert [(line.id, line.figure) for line in found.information] == [("B", "tonnes")]
    assert float(found.information[0].tonnes or 0) == pytest.approx(2.835, rel=0.02)
    assert float(found.perfect or 0) == pytest.approx(2.835, rel=0.02)
    assert found.information[0].kronor is None


def test_value_of_information_of_a_straight_line() -> None:
    """Plan 1 is worth 4 φ more than plan 0, φ evenly −1 … 1: knowing φ is worth E[(4 φ)⁺] = 1. What chance there is counts for nothing."""
    number = 4_000
    phi = np.linspace(-1, 1, number)
    noise = np.random.default_rng(0).normal(size=number)
    known = [Parameter("outlay", "A", phi), Parameter("outlay", "B", noise), Parameter("outlay", "C", phi)]
    differs = np.array([[False, True], [False, True], [False, False]])
    c = Comparison(2, Scale(1.0, 0.0), known, differs)
    other = np.random.default_rng(1).normal(size=number)
    for n in range(number):
        c.add(n, np.array([0.0, 4 * phi[n] + 0.5 * other[n] - 0.5 * other.mean()]), np.zeros(2), np.ones(2))
    assert c.information(None) == pytest.approx([1.0, 0.0, 0.0], abs=0.02)
    assert c.information(None)[1:] == [0.0, 0.0]


def test_knowing_everything_by_hand() -> None:
    """What is known to be a plan's tonnes and kronor is no use when the plan gives too few tonnes, or breaks a limit, in that world.

    Value is tonnes − kronor. World 0: 10 − 8; world 1: 10 − 9 and the world's own best 12 − 8. The second plan is 6 − 1 in both, the third
    20 − 1 but breaks a limit. With a floor of 9 t in world 0 and 5 t in world 1: (2 + 5) / 2 − (2 + 1) / 2, the second plan being out
    beforehand, with 6 t where 7 are asked for on average. Without floors: (5 + 5) / 2 − 5.
    """
    for floors, mean, worth in (((9.0, 5.0), 7.0, 2.0), ((None, None), None, 0.0)):
        c = Comparison(3, Scale(1.0, 1.0), [], np.zeros((0, 3), dtype=bool))
        for n, kronor, best in ((0, 8.0, (10.0, 8.0)), (1, 9.0, (12.0, 8.0))):
            c.add(n, np.array([10.0, 6.0, 20.0]), np.array([kronor, 1.0, 1.0]), np.array([1.0, 1.0, 0.0]), None, best, floors[n])
        assert c.perfect(mean) == worth


def test_knowing_everything_is_not_to_miss_the_floor() -> None:
    """BIG: 100 t a year ± 50 % for 20,000 kr; S and T: 50 and 25 t for 1,000 kr each. The floor is half of the most tonnes, five years.

    All three are recommended: 175 t, λ = 875 / 22,000. Without BIG the value N − λK is higher in every world, but only where its factor f
    is at most 0.75 do the 75 t of S and T reach half of 100 f + 75. So knowing f is worth, density 4 (f − 0.5) below 1,
    E[(20,000 λ − 500 f) · (f ≤ 0.75)] = 2 · (20,000 λ − 250) · 0.25² − 2,000 / 3 · 0.25³ = 57.77 t.
    """
    big = m.investment("BIG", [20_000], tonnes=Decimal(100), tonnes_uncertainty=Decimal("0.5"))
    others = [m.investment(i, [1000], tonnes=Decimal(tonnes)) for i, tonnes in (("S", 50), ("T", 25))]
    half = m.share("0.5")
    objective = Objective(name=ObjectiveName.TONNES_PER_KRONA, floor_share=half)
    table = Uncertainty(distribution="triangular")
    planning = m.planning(objective=objective, control_envelope=m.envelope(22_000), uncertainty=table)
    found = studied(m.portfolio_of(big, *others), planning, worlds=100)
    assert {line.id: float(line.share) for line in found.cores} == {"BIG": pytest.approx(0.875, abs=0.01), "S": 1, "T": 1}
    assert float(found.perfect or 0) == pytest.approx(57.77, rel=0.04)


def test_the_choices_by_hand() -> None:
    """Three plans in two worlds: 10 and 10, 0 and 24 (best on average), 8 and 14 (never far behind, but it breaks a limit once)."""
    c = Comparison(3, Scale(1.0, 0.0), [], np.zeros((0, 3), dtype=bool))
    for n, values in enumerate(([10.0, 0.0, 8.0], [10.0, 24.0, 14.0])):
        tonnes = np.array(values)
        c.add(n, tonnes, np.full(3, 2.0), np.array([1.0, 1.0, 1.0 - n]), tonnes.max() - tonnes)
    plans = [(Started("A", 2025, 100),), (Started("B", 2025, 100),), (Started("C", 2026, 100),)]
    found = {choice.name: choice for choice in choices(plans, c, None, Decimal("0.95"))}
    assert found["recommended"].starts == {"A": 2025}
    assert found["expected"].starts == {"B": 2025}
    assert (found["expected"].come, found["expected"].gone) == (("B",), ("A",))
    assert found["regret"].starts == {"B": 2025}  # 10 against 14; the plan with 10 breaks a limit more often than the recommended one
    assert found["regret"].most_regret == 10
    assert found["feasible"].starts == {"B": 2025}
    assert found["expected"].kronor == 2000
    floored = {choice.name: choice for choice in choices(plans, c, 13.0, Decimal("0.95"))}
    assert floored["expected"].starts == {"A": 2025}  # no other reaches 13 t on average but the recommended one may stay


def test_tornado_by_hand() -> None:
    """Tonnes per mnkr of A (10 t, five years, 1,000 kr ± 50 per cent; tonnes ± 20): 50 t / 1,500 kr … 50 t / 500 kr; 40 … 60 t."""
    a = m.investment("A", [1000], tonnes=Decimal(10), outlay_uncertainty=Decimal("0.5"), tonnes_uncertainty=Decimal("0.2"))
    planning = m.planning(objective=Objective(name="tonnes_per_krona"))
    found = studied(m.portfolio_of(a), planning, worlds=2)
    lines = [(line.figure, line.low, line.high, line.at_low, line.at_high) for line in found.tornado]
    assert lines == [
        ("outlay", Decimal("0.5"), Decimal("1.5"), Decimal("100000.000"), Decimal("33333.333")),
        ("tonnes", Decimal("0.8"), Decimal("1.2"), Decimal("40000.000"), Decimal("60000.000")),
    ]


def test_with_nothing_uncertain_every_world_is_the_main_job() -> None:
    """The sample without its ranges: the core is the recommended plan, start years and all; no regret, nothing to find out."""
    portfolio, planning = sample()
    certain = [i.model_copy(update={"outlay_uncertainty": None, "tonnes_uncertainty": None}) for i in portfolio.investments]
    bare = portfolio.model_copy(update={"investments": tuple(certain)})
    base = base_of(bare, planning.model_copy(update={"uncertainty": Uncertainty()}), sample_run().decisions)
    found = robust(base, None, Asked(3), ALONE)
    assert {line.id for line in found.cores if line.core == "always"} == base.picks.keys()
    assert not any(line.core == "contested" for line in found.cores)
    assert {line.id: dict(line.starts) for line in found.cores if line.starts} == {i: {p.start: 1} for i, p in base.picks.items()}
    assert found.regret is not None
    assert (found.regret.most_tonnes, found.regret.most_kronor, found.regret.best) == (0, 0, 1)
    assert (found.information, found.perfect, found.tornado) == ((), 0, ())
    assert found.kept[0].constraint == "all"
    assert found.kept[0].share == 1


def test_what_is_late_holds_up_what_needs_it() -> None:
    """B starts with A or later, C when B is finished; A is a year late."""
    records = {
        "A": m.investment("A", [1, 1], latest=2026),
        "B": m.investment("B", [1, 1], requires=m.needs("A")),
        "C": m.investment("C", [1], start=2027, requires=(Requirement(id="B", kind=RequirementKind.FINISH_TO_START),)),
        "D": m.investment("D", [1], start=2026),
    }
    picks = {i: Pick(r.proposed_start, "plan") for i, r in records.items()}
    late = held(records, picks, {"A": 1})
    assert {i: pick.start for i, pick in late.items()} == {"A": 2026, "B": 2026, "C": 2028, "D": 2026}
    assert held(records, picks, {}) == picks


def test_the_held_plan_breaks_what_it_breaks() -> None:
    """A costs 1,300 kr in a frame of 1,000; a year late it ends after the plan years."""
    a = m.investment("A", [500, 500], start=2026, outlay_uncertainty=Decimal("0.3"), in_plan=True)
    planning = m.planning(plan_frame=m.frame(0, 500, 500))
    study = Study(m.portfolio_of(a), planning, {"A": Pick(2026, "plan")}, None, 60.0)
    dearer = study(World(0, outlay={"A": Decimal("1.3")})).held
    assert dearer.outlay == 1300
    assert dearer.broken == (("plan_frame", "", 2026), ("plan_frame", "", 2027))
    late = study(World(0, delay={"A": 1}))
    assert ("start_window", "A", 2027) in late.held.broken
    assert late.plan == ()  # it cannot be built in time: the best plan is without it


def small() -> tuple[Portfolio, Planning]:
    """Six investments of a sector, some of which fit, with every kind of uncertainty."""
    given: dict[str, Any] = {"outlay_uncertainty": Decimal("0.3"), "tonnes_uncertainty": Decimal("0.3"), "sector": "s", "latest": 2026}
    items = [m.investment(f"I-{n}", [1000 + 100 * n], tonnes=Decimal(10 + n), grant=100, grant_status="applied", **given) for n in range(6)]
    table = Uncertainty(correlation=m.share("0.4"), delays={1: m.share("0.2")}, grants={"applied": m.share("0.5")})
    tables = {"control_envelope": m.envelope(4000), "debt": m.debt(0, 3800), "plan_frame": m.frame(2000, 2000, 0)}
    return m.portfolio_of(*items), m.planning(objective=Objective(name="tonnes_per_krona"), uncertainty=table, **tables)


@pytest.mark.long
def test_the_same_whatever_the_order_of_rows() -> None:
    portfolio, planning = small()
    one = studied(portfolio, planning, worlds=12)
    turned = portfolio.model_copy(update={"investments": tuple(reversed(portfolio.investments))})
    assert one.complete
    assert studied(turned, planning, worlds=12) == one


@pytest.mark.long
def test_the_same_in_worker_processes() -> None:
    portfolio, planning = small()
    assert studied(portfolio, planning, worlds=12, crew=Crew(2)) == studied(portfolio, planning, worlds=12)


@pytest.mark.long
def test_interrupted_worlds_are_kept_and_resumed(tmp_path: Path) -> None:
    """Stopped after five worlds: five are said and kept; resumed, the result is that of an uninterrupted study."""
    portfolio, planning = small()
    base = based(portfolio, planning)
    whole = robust(base, None, Asked(12, seed=1), ALONE)
    key = key_of(portfolio, planning, base.picks, 12, 1)
    store = Store(tmp_path / "varldar.json", key)
    seen: list[int] = []
    part = robust(base, None, Asked(12, seed=1), ALONE, lambda: len(seen) >= 5, lambda done, _: seen.append(done), store)
    assert (part.done, part.asked, part.complete) == (5, 12, False)
    assert part.information == ()
    assert part.cores
    known = Store(store.path, key).load()
    assert sorted(known) == list(range(5))
    assert robust(base, None, Asked(12, seed=1), ALONE, known=known) == whole
    page = StringIO()
    render(part, "expected", Text("sv"), Console(file=page, width=80))
    assert "5 av 12 världar" in page.getvalue()
    late: list[int] = []
    uncompared = robust(base, None, Asked(12, seed=1), ALONE, lambda: len(late) >= 15, lambda done, _: late.append(done))
    assert (uncompared.done, uncompared.complete, uncompared.choices) == (12, False, ())
    render(uncompared, "expected", Text("en"), Console(file=page, width=80))
    assert "before the plans were compared" in " ".join(page.getvalue().split())
    renamed = planning.model_copy(update={"file": "b.toml", "sha256": "0" * 64, "overlaid": {"debt.mandate": "c.toml"}})
    assert key_of(portfolio, renamed, base.picks, 12, 1) == key, "the same figures from another file are the same question"
    for other in (key_of(portfolio, planning, base.picks, 13, 1), key_of(portfolio, planning, base.picks, 12, 2)):
        with pytest.raises(InputError) as fault:
            Store(store.path, other).load()
        assert [f.code for f in fault.value.findings] == ["resume_differs"]
    store.path.write_text("{}")  # type: ignore[union-attr]
    with pytest.raises(InputError):
        Store(store.path, key).load()


@pytest.mark.parametrize("seed", [*range(10), *(pytest.param(s, marks=pytest.mark.long) for s in range(10, 150))])
def test_candidates_at_once_are_worth_what_each_is_worth_alone(seed: int) -> None:
    """The matrix's arithmetic against `measure` and `broken`, plan by plan: every investment that has a start, and all but one."""
    portfolio, planning = question(seed)
    d = build_instance(portfolio, planning)
    plan = tuple(Started(i, d.starts[i][0], 100) for i in d.city if d.starts[i])
    plans = (plan, plan[1:], plan[::2])
    world = World(0, outlay={i: Decimal("1.17") for i in d.city}, delay={plan[0].id: 1} if plan else {})
    got = Candidates(portfolio, planning).worth(world, packed(plans))
    records = portfolio.by_id()
    layer = {i: d.layers[i][0] if len(d.layers[i]) == 1 else "gap" for i in d.city}
    moved = [held(records, {s.id: Pick(s.start, layer[s.id]) for s in p}, world.delay) for p in plans]
    alone = _one_by_one(
        build_instance(*question_in(portfolio, planning, world), {(i, p.start) for q in moved for i, p in q.items()}), moved, 0
    )
    assert got.tonnes == pytest.approx(alone.tonnes, abs=1e-6)
    assert got.kronor == pytest.approx(alone.kronor, abs=1e-6)
    needs = any(i.requires for i in portfolio.investments)
    assert needs or (got.kept == alone.kept).all()


@pytest.mark.long
def test_the_sample_has_few_surprises() -> None:
    """The carbon capture is in every world's best plan although it moves the plan most; both hold from thirty worlds on."""
    portfolio, planning = sample()
    base = base_of(portfolio, planning, sample_run().decisions)
    found = robust(base, None, Asked(30), Crew(2))
    core = {line.id: line for line in found.cores}
    assert found.proven == 30
    assert core["W-01"].core == "always"
    assert found.tornado[0].id == "W-01"
    assert found.audited == 20


def test_the_command(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON pure on stdout, a workbook with charts, resumed without solving again, and a clear fault when something else is asked."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "runda"]) == 0
    monkeypatch.chdir(tmp_path / "runda")
    capsys.readouterr()
    asked = ["robust", "--worlds", "6", "--workers", "1", "--out", "ut"]
    assert main([*asked, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["status"], first["done"]) == ("complete", 6)
    assert all(0 <= line["share"] <= 1 for line in first["cores"])
    book = openpyxl.load_workbook("ut/robusthet.xlsx")
    assert len(book.sheetnames) == 5
    monkeypatch.setattr(Study, "__call__", _only_the_estimate)
    assert main([*asked, "--json", "--resume"]) == 0
    assert json.loads(capsys.readouterr().out) == first
    assert main([*asked[:1], "--worlds", "7", *asked[3:], "--resume"]) == 2
    assert "worlds" in capsys.readouterr().err
    assert main(["robust", "--resume"]) == 2


ORDINARY = Study.__call__


def _only_the_estimate(self: Study, world: World) -> Outcome:
    """No world is asked again; the figures as estimated are."""
    assert world.number < 0
    return ORDINARY(self, world)
