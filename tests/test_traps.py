"""The traps of docs: ratio, 2030, overlap, horizon, time limit, planted infeasibility; and the solver's status table."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from random import Random

import highspy
import pytest

import making as b
from portfolio.analysis.conflict.demands import Question, locked, with_fields
from portfolio.analysis.frontier.desk import Desk
from portfolio.analysis.frontier.find import most_tonnes
from portfolio.analysis.optimise import Request, optimise
from portfolio.analysis.varied import contest
from portfolio.excel.read import read_portfolio
from portfolio.instance import build_instance
from portfolio.outcome import Run, SolveStatus
from portfolio.planning import EmissionCeiling, Objective
from portfolio.planning_load import load_planning
from portfolio.records import Lock, LockKind
from portfolio.solve import MEANING, Clock, Meaning
from portfolio.stages import solve_stages
from portfolio.starter import write_round
from sample_run import sample


def chosen(found: Run) -> set[str]:
    return {d.id for d in found.decisions if d.start is not None}


def test_ratio_trap() -> None:
    """The best bare ratio is one small investment; with the floor the plan must still do most of what can be done."""
    small = b.investment("SMALL", [1_000], tonnes=Decimal(10))
    large = b.investment("LARGE", [1_000_000], tonnes=Decimal(1_000))
    found = optimise(b.portfolio_of(small, large), b.planning(objective=Objective(name="tonnes_per_krona")), Request())
    assert chosen(found) == {"SMALL", "LARGE"}


def test_target_year_trap() -> None:
    """Cheapest per tonne over its life is the late one; only the dear, slow one that starts first gives tonnes in 2027."""
    cheap = b.investment("CHEAP", [100], start=2027, tonnes=Decimal(50), ramp=(Decimal(0), Decimal(1)))
    dear = b.investment("DEAR", [400, 400], start=2025, tonnes=Decimal(40), ramp=(Decimal(0), Decimal(0), Decimal(1)))
    planning = b.planning(control_envelope=b.envelope(800), objective=Objective(name="most_tonnes", quantity="target_year"))
    assert chosen(optimise(b.portfolio_of(cheap, dear), planning, Request())) == {"DEAR"}


def test_overlap_trap() -> None:
    """Two investments cannot abate more than the sector emits, and the second is not bought for nothing."""
    items = [b.investment(i, [100], tonnes=Decimal(60)) for i in ("A", "B")]
    planning = b.planning(emissions=b.emissions(1000, 100, sectors={"transport": 60}), objective=Objective(name="most_tonnes"))
    found = optimise(b.portfolio_of(*items), planning, Request())
    assert chosen(found) == {"A"}
    assert found.totals is not None
    assert found.totals.tonnes == 300


def test_horizon_trap() -> None:
    """An outlay after the plan years is refused, unless a tail is allowed; the tail counts in the envelope."""
    late = b.investment("LATE", [100, 100], start=2027, tonnes=Decimal(5))
    assert chosen(optimise(b.portfolio_of(late), b.planning(), Request())) == set()
    with_tail = b.planning(horizon=b.horizon(allow_tail=True), control_envelope=b.envelope(150))
    assert chosen(optimise(b.portfolio_of(late), with_tail, Request())) == set()
    with_room = b.planning(horizon=b.horizon(allow_tail=True), control_envelope=b.envelope(200))
    assert chosen(optimise(b.portfolio_of(late), with_room, Request())) == {"LATE"}


def test_planted_infeasibility() -> None:
    must = b.investment("MUST", [500], lock=b.lock("must"))
    found = optimise(b.portfolio_of(must), b.planning(control_envelope=b.envelope(499)), Request())
    assert found.status is SolveStatus.INFEASIBLE
    assert found.totals is None


def test_an_emission_ceiling_out_of_reach() -> None:
    planning = b.planning(emissions=b.emissions(1000, 600), emission_ceiling=EmissionCeiling(tonnes=b.tonnes(590)))
    small = b.investment("SMALL", [10], tonnes=Decimal(9))
    enough = b.investment("ENOUGH", [10], tonnes=Decimal(10))
    assert optimise(b.portfolio_of(small), planning, Request()).status is SolveStatus.INFEASIBLE
    assert optimise(b.portfolio_of(enough), planning, Request()).status is SolveStatus.PROVEN_BEST


def test_adding_an_investment_never_makes_the_best_worse() -> None:
    items = [b.investment(f"I-{n}", [100 * n + 50], tonnes=Decimal(7 * n % 11 + 1)) for n in range(8)]
    planning = b.planning(control_envelope=b.envelope(900))
    best = Decimal(0)
    for n in range(1, len(items) + 1):
        totals = optimise(b.portfolio_of(*items[:n]), planning, Request()).totals
        assert totals is not None
        assert totals.tonnes >= best
        best = totals.tonnes


def test_every_solver_status_is_mapped() -> None:
    known = set(highspy.HighsModelStatus.__members__) - {"kMin", "kMax"}
    assert known == set(MEANING)
    assert [s for s, m in MEANING.items() if m is Meaning.PROVEN] == ["kOptimal"]


def test_no_mip_start_that_the_solver_believes_too_easily() -> None:
    """HiGHS 1.15.1, given the plan of an earlier stage as a start, called 200 kr of gap outlay optimal where 0 was possible."""
    from random_questions import question

    portfolio, planning = question(10)
    solved = solve_stages(build_instance(portfolio, planning), Clock(60))
    assert solved.value.gap_outlay == 0


def test_interrupted_before_a_plan() -> None:
    from portfolio.errors import SolveStopped

    clock = Clock(60)
    clock.interrupt()
    with pytest.raises(SolveStopped) as stopped:
        solve_stages(build_instance(b.portfolio_of(b.investment("A")), b.planning()), clock)
    assert stopped.value.interrupted


def test_a_limit_a_hair_below_what_could_be_spent(tmp_path: Path) -> None:
    """HiGHS 1.15.1 takes 49 999.9995 tkr for 50 000 where all outlays are whole thousands of tkr, and then refuses its own plan."""
    write_round(tmp_path, "sv")
    planning, _ = load_planning(tmp_path / "models" / "exempel-2025.toml")
    portfolio, _ = read_portfolio(sorted((tmp_path / "inputs").glob("*.xlsx")), planning.horizon.years)
    desk = Desk(build_instance(portfolio, most_tonnes(planning)), Clock(60))
    found = desk.most(49_999_999)
    assert found is not None
    assert found.value.kronor <= 49_999_999
    cheaper = desk.most(49_900_000)
    assert cheaper is not None
    assert found.value == cheaper.value


def test_a_plan_that_the_tolerances_let_below_the_floor() -> None:
    """B-05 at 2 198.974 t a year: HiGHS 1.15.1 calls feasible what is 35 ticks below the floor, however often it is asked."""
    floor, rate = 423_357_999_335, Fraction(2_117_035, 23_352)
    asked = with_fields(Question(*sample()), "B-05", tonnes=Decimal("2198.974"))
    best = contest(locked(asked, "B-05", Lock(kind=LockKind.MUST)), Clock(60))
    assert best is not None
    found = best.at_rate(rate, floor)
    assert found is not None
    assert found.value.ticks >= floor


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(6, 80))])
def test_a_limit_one_krona_below_the_best_plan(seed: int) -> None:
    """HiGHS lets an integer be a millionth off, and of 50 mnkr that is 50 kronor: the plan that costs one krona too much stays out."""
    draw = Random(seed)
    outlays = {f"I{n}": draw.randint(20_000_000, 60_000_000) for n in range(7)}
    tonnes = {i: draw.randint(300, 2500) for i in outlays}
    sets = [s for n in range(8) for s in combinations(outlays, n)]

    def best(limit: int) -> tuple[int, int]:
        """Most tonnes a year, and the fewest kronor for them, negated."""
        return max((sum(tonnes[i] for i in s), -kronor) for s in sets if (kronor := sum(outlays[i] for i in s)) <= limit)

    limit = -best(sum(outlays.values()) * 2 // 3)[1] - 1
    items = [b.investment(i, [kr], tonnes=tonnes[i]) for i, kr in outlays.items()]
    model = b.planning(control_envelope=b.envelope(limit), objective=Objective(name="most_tonnes"))
    found = optimise(b.portfolio_of(*items), model, Request())
    assert found.status is SolveStatus.PROVEN_BEST
    assert found.totals is not None
    assert (found.totals.tonnes, -found.totals.kronor) == (best(limit)[0] * 5, best(limit)[1])


def test_without_a_floor_the_plan_still_has_tonnes() -> None:
    """Nothing has no ratio: with a floor share of 0 the best single investment is the plan."""
    items = [b.investment("A", [100], tonnes=10), b.investment("B", [400], tonnes=10), b.investment("C", [0], tonnes=0)]
    found = optimise(b.portfolio_of(*items), b.planning(objective=Objective(floor_share=b.share("0"))), Request())
    assert chosen(found) == {"A"}
