"""A search that is stopped: the plan in hand is kept, nothing is called best, and what better could exist is a bound that holds."""

from __future__ import annotations

import json
import signal
from decimal import Decimal
from fractions import Fraction
from math import inf
from pathlib import Path
from random import Random
from threading import Timer
from time import monotonic
from typing import Any

import pytest
from openpyxl.descriptors.base import _convert

import making as b
from portfolio.bounds import Better, Ceiling, better
from portfolio.cli import EXIT_INTERRUPTED, main
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt, interrupt_wins
from portfolio.errors import InfeasiblePlan
from portfolio.evaluate import measure
from portfolio.excel import grid
from portfolio.formulation import build
from portfolio.instance import Instance, build_instance
from portfolio.planning import Objective, ObjectiveName
from portfolio.solve import Answer, Clock, Meaning, Session
from portfolio.stages import DEFAULT_FLOOR, solve_stages
from random_questions import question

GOLDEN = Path(__file__).parent / "golden" / "terminal"
Capture = pytest.CaptureFixture[str]
REAL = Session.best


@pytest.fixture
def round_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    """A starter round of four investments, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1735689600")
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["init", "."]) == 0
    capsys.readouterr()
    return tmp_path


def stop(monkeypatch: pytest.MonkeyPatch, at: int, *, bounded: bool, why: Meaning = Meaning.TIME_LIMIT) -> None:
    """From solve number `at` of each session on nothing is proven; the first one still finds a plan, the cheapest there is."""
    asked: dict[int, int] = {}

    def best(self: Session, expression: Any, *, maximise: bool, known: float | None = None, seconds: float | None = None) -> Answer:
        asked[id(self)] = asked.get(id(self), 0) + 1
        answer = REAL(self, expression, maximise=maximise, known=known, seconds=seconds)
        if asked[id(self)] < at or answer.meaning is Meaning.INFEASIBLE:
            return answer
        picks = REAL(self, self.programme.kronor, maximise=False).picks if asked[id(self)] == 1 else None
        return Answer(why, picks, 0.0, answer.bound if bounded else (inf if maximise else -inf))

    monkeypatch.setattr(Session, "best", best)


# --- the bounds ------------------------------------------------------------------------------------------------------


def test_better_by_hand() -> None:
    # 100 ticks for 50 kr; nobody has more than N − 2·K = 30, at least 90 ticks are asked for, nobody has more than 120
    found = better(100, 50, [Ceiling(Fraction(2), 30)], floor=90, most=120, fewest=None)
    # same kronor: 2·50 + 30 = 130, cut at 120; same ticks: (100 − 30)/2 = 35; fewest: (90 − 30)/2 = 30, so N/K ≤ 2 + 30/30
    assert found == Better(20, 15, Fraction(3))
    assert better(100, 50, [Ceiling(Fraction(2), 30)], 90, 120, fewest=40) == Better(20, 10, Fraction(2) + Fraction(30, 40))
    assert better(100, 50, [], 90, None, None) == Better(0, 0, None)
    assert better(100, 50, [Ceiling(Fraction(2), 95)], 90, 120, None).ratio is None, "a plan for no kronor is not ruled out"
    assert better(100, 50, [Ceiling(Fraction(2), 0)], 90, 100, None) == Better(0, 0, Fraction(2)), "this is the best plan"


def test_no_plan_is_better_than_the_bounds_say() -> None:
    draw = Random(7)
    for _ in range(500):
        plans = [(draw.randint(1, 60), draw.randint(1, 40)) for _ in range(draw.randint(1, 8))]
        floor = draw.randint(1, max(n for n, _ in plans))
        counted = [p for p in plans if p[0] >= floor]
        n, kronor = draw.choice(counted)
        rates = [Fraction(draw.randint(1, 9), draw.randint(1, 9)) for _ in range(draw.randint(1, 2))]
        tops = [Ceiling(r, max(0, *(-((r * k - m) // 1) for m, k in counted)) + draw.randint(0, 3)) for r in rates]
        most = max(m for m, _ in plans) if draw.random() < 0.5 else None
        fewest = min(k for _, k in counted) if draw.random() < 0.5 else None
        found = better(n, kronor, tops, floor, most, fewest)
        assert all(m <= n + found.ticks for m, k in counted if k <= kronor)
        assert all(k >= kronor - found.kronor for m, k in counted if m >= n)
        assert found.ratio is None or all(Fraction(m, k) <= found.ratio for m, k in counted)


@pytest.mark.parametrize(
    ("at", "bounded"),
    [
        (1, True),
        *(pytest.param(at, bounded, marks=pytest.mark.long) for at in (1, 6, 7) for bounded in (True, False) if (at, bounded) != (1, True)),
    ],
)
def test_the_bounds_hold_for_what_the_whole_search_finds(at: int, bounded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = stopped_early = 0
    for seed in range(25):
        portfolio, drawn = question(seed)
        planning = drawn.model_copy(update={"objective": Objective(name=ObjectiveName.TONNES_PER_KRONA)})
        d = build_instance(portfolio, planning)
        monkeypatch.setattr(Session, "best", REAL)
        try:
            best = solve_stages(d, Clock(60))
        except InfeasiblePlan:
            continue
        stop(monkeypatch, at, bounded=bounded)
        found = solve_stages(d, Clock(60))
        if found.proven:
            continue
        stopped_early += 1
        assert found.stopped is Meaning.TIME_LIMIT
        assert best.most is not None
        floor = DEFAULT_FLOOR * measure(d, best.most).ticks
        for other in (best.value, measure(d, best.most)):
            assert other.ticks >= floor
            if found.value.ticks <= 0 or found.value.kronor <= 0 or other.kronor <= 0:
                continue
            compared += 1
            if found.bound is not None:
                assert other.ratio <= found.bound, seed
            if other.kronor <= found.value.kronor or at == 1:
                assert other.ticks <= found.value.ticks + found.gap_ticks, seed
            if other.ticks >= found.value.ticks and found.bound is not None:
                assert other.kronor >= found.value.kronor - found.gap_kronor, seed
    assert stopped_early >= 4
    assert compared >= 5


@pytest.mark.parametrize("name", [ObjectiveName.MOST_TONNES, ObjectiveName.LEAST_COST])
def test_the_bounds_of_the_other_objectives(name: ObjectiveName, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = 0
    for seed in range(20):
        portfolio, drawn = question(seed)
        least = drawn.objective.tonnes if name is ObjectiveName.LEAST_COST else None
        d = build_instance(portfolio, drawn.model_copy(update={"objective": Objective(name=name, tonnes=least)}))
        monkeypatch.setattr(Session, "best", REAL)
        try:
            best = solve_stages(d, Clock(60)).value
        except InfeasiblePlan:
            continue
        stop(monkeypatch, 1, bounded=False)
        found = solve_stages(d, Clock(60))
        assert not found.proven
        assert found.bound is not None, "the relaxation always has a bound"
        seen += 1
        if name is ObjectiveName.MOST_TONNES:
            assert best.ticks <= found.value.ticks + found.gap_ticks == found.bound
        else:
            assert best.kronor >= found.value.kronor - found.gap_kronor == found.bound
    assert seen >= 10


# --- what is said ----------------------------------------------------------------------------------------------------


def golden(name: str, text: str) -> None:
    """Compare with the kept text (see test_cli)."""
    from test_cli import golden as compare

    compare(name, text)


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("at", [1, 6])
def test_stopped_on_time(at: int, lang: str, round_: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    del round_
    stop(monkeypatch, at, bounded=True)
    assert main(["optimise", "--out", "ut", "--lang", lang]) == 4
    said = capsys.readouterr()
    assert said.err == ""
    for word in ("evisat bäst", "roven best", "ptimal", "Bästa inom", "Best in"):
        assert word not in said.out
    kept = json.loads(Path("ut/run.json").read_bytes())
    assert (kept["status"], kept["stop_reason"]) == ("feasible_not_proven", "time_limit")
    assert kept["audit"]["verdict"] == "holds"
    assert Path("ut/beslutsunderlag.xlsx").exists()
    golden(f"stopped-{at}-{lang}.txt", said.out)


def test_stopped_before_any_plan(round_: Path, capsys: Capture) -> None:
    del round_
    assert main(["optimise", "--out", "ut", "--time-limit", "0,000001"]) == 4
    said = capsys.readouterr()
    assert "Ingen plan hann hittas" in said.out
    assert json.loads(Path("ut/run.json").read_bytes())["status"] == "stopped_without_plan"
    assert not Path("ut/beslutsunderlag.xlsx").exists()


# --- Ctrl-C ----------------------------------------------------------------------------------------------------------


def test_ctrl_c_in_the_search_keeps_the_plan(round_: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    del round_
    stop(monkeypatch, 6, bounded=False, why=Meaning.INTERRUPTED)
    stopped = Session.best
    asked = []

    def best(self: Session, *given: Any, **named: Any) -> Answer:
        asked.append(1)
        if len(asked) == 4:
            signal.raise_signal(signal.SIGINT)
        return stopped(self, *given, **named)

    monkeypatch.setattr(Session, "best", best)
    assert main(["optimise", "--out", "ut"]) == 130
    said = capsys.readouterr()
    assert "Resultat: ut/beslutsunderlag.xlsx" in said.out or "Ingen plan hann hittas" in said.out
    kept = json.loads(Path("ut/run.json").read_bytes())
    assert kept["status"] in ("feasible_not_proven", "stopped_without_plan")
    assert kept["stop_reason"] == "interrupted"


def test_ctrl_c_while_writing_does_not_lose_the_plan(round_: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    del round_
    from portfolio import delivery

    write = delivery.write_flushed
    written: list[str] = []

    def interrupted(path: Path, data: bytes) -> None:
        if not written:
            signal.raise_signal(signal.SIGINT)
        written.append(path.name)
        write(path, data)

    monkeypatch.setattr(delivery, "write_flushed", interrupted)
    assert main(["optimise", "--out", "ut", "--json"]) == 130
    said = capsys.readouterr()
    assert json.loads(said.out)["status"] == "proven_best"
    assert "sparad" in said.err
    assert {"run.json", "beslutsunderlag.xlsx"} <= set(written)
    assert Path("ut/run.json").read_text("utf-8") == said.out


def heavy() -> Instance:
    """More than is proven in some seconds: 200 investments, tonnes that follow the outlay to a hundredth, three years without carrying."""
    draw = Random(1)
    outlays = [[draw.randint(10**6, 10**7) for _ in range(3)] for _ in range(200)]
    items = [
        b.investment(f"I-{n:03d}", outlay, tonnes=Decimal(sum(outlay) // 10 + draw.randint(0, 40_000)) / 1000)
        for n, outlay in enumerate(outlays)
    ]
    halves = [sum(year) // 2 for year in zip(*outlays, strict=True)]
    planning = b.planning(plan_frame=b.frame(*halves, carry_forward=False), control_envelope=b.envelope(sum(halves) * 9 // 10))
    return build_instance(b.portfolio_of(*items), planning)


@pytest.mark.parametrize("after", [0.0, pytest.param(2.5, marks=pytest.mark.long)])
def test_an_interrupt_ends_a_run_of_the_solver_at_once(after: float) -> None:
    """HiGHS is never asked to call Python: its time limit is taken away while it works."""
    clock = Clock(60)
    programme = build(heavy())
    timer = Timer(after, clock.interrupt)
    timer.start()
    answer = Session(programme, clock).best(programme.tonnes, maximise=True)
    timer.join()
    assert clock.left > 60 - after - 5
    assert answer.meaning is Meaning.INTERRUPTED
    if after:
        assert answer.picks, "the best plan so far is kept"


@pytest.mark.long
def test_the_clock_is_for_all_runs_together() -> None:
    """HiGHS 1.15.1 measures the time limit of a MIP from the start of each run, not over all runs."""
    clock = Clock(2.0)
    programme = build(heavy())
    session = Session(programme, clock)
    began = monotonic()
    for _ in range(2):
        assert session.best(programme.tonnes, maximise=True, seconds=0.7).meaning is Meaning.TIME_LIMIT
    assert session.best(programme.tonnes, maximise=True).meaning is Meaning.TIME_LIMIT
    assert clock.left == 0
    assert monotonic() - began < 2.0 + 1.5


def test_a_second_ctrl_c_ends_at_once() -> None:
    heard: list[str] = []

    def twice() -> None:
        with instead_of_interrupt(lambda: heard.append("first")):
            signal.raise_signal(signal.SIGINT)
            heard.append("goes on")
            signal.raise_signal(signal.SIGINT)
            heard.append("not reached")

    with pytest.raises(KeyboardInterrupt):
        twice()
    assert heard == ["first", "goes on"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_library_is_loaded_in_one_piece() -> None:
    done = []

    def load() -> None:
        with in_one_piece():
            signal.raise_signal(signal.SIGINT)
            done.append("whole")

    with pytest.raises(KeyboardInterrupt):
        load()
    assert done == ["whole"]


class _Converted:
    """A value that Ctrl-C hits while openpyxl converts it."""

    def __str__(self) -> str:
        signal.raise_signal(signal.SIGINT)
        return "kept"


def _converts() -> None:
    _convert(str, _Converted())


def test_ctrl_c_that_a_library_calls_by_another_name_is_ctrl_c() -> None:
    with pytest.raises(TypeError):
        _converts()

    def inside() -> None:
        with interrupt_wins():
            _converts()

    with pytest.raises(KeyboardInterrupt):
        inside()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(TypeError, match="of its own"), interrupt_wins():
        raise TypeError("of its own")


@pytest.mark.usefixtures("round_")
def test_ctrl_c_while_a_workbook_is_read(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Not a damaged file: it waits until the workbook has been read, and nothing more is."""
    read = grid.openpyxl.load_workbook
    asked = []

    def interrupted(*given: Any, **named: Any) -> Any:
        asked.append(named)
        _converts()
        return read(*given, **named)

    monkeypatch.setattr(grid.openpyxl, "load_workbook", interrupted)
    assert main(["check"]) == EXIT_INTERRUPTED
    assert len(asked) == 1
    assert "TypeError" not in capsys.readouterr().err
