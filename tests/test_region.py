"""Several cities and one pool: the best choice by hand and by enumeration of every plan, what is proven, and what the command says."""

from __future__ import annotations

import json
import runpy
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random

import openpyxl
import pytest

import exhaustive
import making as b
import random_questions
from making import ORIGIN
from portfolio.analysis.region.account import account
from portfolio.analysis.region.city import Ask, Cities, Column
from portfolio.analysis.region.find import POOL, Found, find
from portfolio.analysis.region.master import better_choice, relaxation
from portfolio.cli import EXIT_DONE, EXIT_INFEASIBLE, EXIT_INPUT, EXIT_STOPPED, main
from portfolio.errors import AuditBreached, InfeasiblePlan, InputError, SolveStopped
from portfolio.excel.read import read_workbooks
from portfolio.excel.standard import standard_workbook
from portfolio.many import Crew
from portfolio.records import GrantStatus, Portfolio
from portfolio.region import Member, Pool, member_of
from portfolio.region_load import load_region
from portfolio.solve import Clock
from scheduler import Scheduler

TOP = Path(__file__).parent.parent
POOLED = Pool(total=b.money(0))
HERE = Crew(1)
Capture = pytest.CaptureFixture[str]


def city(name: str, mandate: int, *items: tuple[str, int, int, int]) -> Member:
    """A city whose mandate leaves `mandate` kr; investments as (id, outlay, applied grant, tonnes a year over five years)."""
    found = [
        b.investment(i, (outlay,), tonnes=tonnes, grant=grant, grant_status=GrantStatus.APPLIED if grant else GrantStatus.NONE)
        for i, outlay, grant, tonnes in items
    ]
    return member_of(name, b.portfolio_of(*found), b.planning(debt=b.debt(0, mandate)), POOLED)


def two() -> list[Member]:
    """Two cities that together would draw 160 kr.

    North has 100 kr: A (200 − 100 drawn) gives 10 t a year, B (100, nothing drawn) 4 t. South has 50 kr: C (100 − 60 drawn) gives 9 t,
    D (50, nothing drawn) 3 t.
    """
    return [city("North", 100, ("A", 200, 100, 10), ("B", 100, 0, 4)), city("South", 50, ("C", 100, 60, 9), ("D", 50, 0, 3))]


def tonnes(found: Found) -> int:
    """Tonnes over five years."""
    return sum(c.ticks for c in found.chosen) // 100_000


@pytest.mark.parametrize(
    ("pool", "chosen", "yearly"),
    [(160, ["A", "C"], 19), (1000, ["A", "C"], 19), (159, ["B", "C"], 13), (100, ["B", "C"], 13), (59, ["B", "D"], 7), (0, ["B", "D"], 7)],
)
def test_two_cities_by_hand(pool: int, chosen: list[str], yearly: int) -> None:
    # with 159 kr either A (10 + 3) or C (4 + 9) is granted: as many tonnes, so both choices are right
    found = find(two(), pool, HERE, Clock(60))
    assert found.proven
    assert found.finished
    assert tonnes(found) == 5 * yearly
    assert found.bound == 5 * yearly * 100_000
    if pool not in (100, 159):
        assert [i for c in found.chosen for i in c.picks] == chosen
    plan = account("Two", two(), pool, found)
    assert plan.drawn <= pool
    assert [c.unlimited for c in plan.cities] == [50, 45]
    assert plan.gap == 0


def test_the_price_of_the_pool_by_hand() -> None:
    # the hull of North is 4 → 10 t a year for 100 kr: 0.3 t a krona over five years; of South 3 → 9 t for 60 kr: 0.5 t a krona
    found = find(two(), 100, HERE, Clock(60))
    assert found.price == Fraction(5 * 6 * 100_000, 100)
    # all of C and 40 kr of A: at that price nothing has more than 5 · (4 + 9) + 0.3 · 40 t, which is less than A and C
    columns = [[Column(0, 20, 0, {}), Column(0, 50, 100, {})], [Column(1, 15, 0, {}), Column(1, 45, 60, {})]]
    assert relaxation(columns, 100) == (Fraction(3, 10), [columns[0][0], columns[1][1]])
    assert relaxation(columns, 160) == (Fraction(0), [columns[0][1], columns[1][1]])


def test_what_a_city_must_do_and_cannot_do() -> None:
    must = member_of(
        "East", b.portfolio_of(b.investment("E", (10,), grant=5, grant_status="applied", lock=b.lock("must"))), b.planning(), POOLED
    )
    assert [c.drawn for c in find([*two(), must], 5, HERE, Clock(60)).chosen] == [0, 0, 5]
    with pytest.raises(InfeasiblePlan) as raised:
        find([*two(), must], 4, HERE, Clock(60))
    assert raised.value.demands == (POOL,)
    poor = member_of("West", b.portfolio_of(b.investment("W", (10,), lock=b.lock("must"))), b.planning(debt=b.debt(0, 5)), POOLED)
    with pytest.raises(InfeasiblePlan) as raised:
        find([*two(), poor], 100, HERE, Clock(60))
    assert raised.value.demands == ("West",)


def test_only_applications_that_the_pool_decides_on_draw() -> None:
    items = [
        b.investment("A", grant=5, grant_status="applied"),
        b.investment("B", grant=5, grant_status="granted"),
        b.investment("C", grant=5, grant_status="possible", emission_sector="avfall"),
        b.investment("D", grant=0, grant_status="applied"),
        b.investment("E", grant=5, grant_status="applied", control="external"),
    ]
    found = member_of("X", b.portfolio_of(*items), b.planning(), POOLED)
    assert found.drawing == {"A"}
    assert {i.id for i in found.portfolio.investments if i.grant_status is GrantStatus.GRANTED} == {"A", "B"}
    both = POOLED.model_copy(update={"statuses": (GrantStatus.APPLIED, GrantStatus.POSSIBLE)})
    assert member_of("X", b.portfolio_of(*items), b.planning(), both).drawing == {"A", "C"}
    only = both.model_copy(update={"emission_sectors": ("avfall",)})
    assert member_of("X", b.portfolio_of(*items), b.planning(), only).drawing == {"C"}


# --- enumeration -----------------------------------------------------------------------------------------------------


class Oracle(exhaustive.Question):
    """Every plan of a city; grants are less debt, year by year as the outlay, rounded down cumulatively."""

    def granted(self, i: str, percent: int, upto: int) -> Fraction:
        """Grants (kr) of the first `upto` outlay years."""
        r = self.items[i]
        total = sum(r.outlay)
        if r.grant_status is not GrantStatus.GRANTED or not total:
            return Fraction(0)
        step = 100 if r.minimum_share else 1
        return Fraction(r.grant * sum(r.outlay[:upto]) // total // step * step * percent, 100)

    def outlay(self, i: str, o: tuple[int, str, int], t: int) -> Fraction:
        k = t - o[0]
        gross = super().outlay(i, o, t)
        if not self.net or not 0 <= k < len(self.items[i].outlay):
            return gross
        return gross - (self.granted(i, o[2], k + 1) - self.granted(i, o[2], k))

    net = False

    def debt_holds(self, c: exhaustive.Choice) -> bool:
        self.net = True
        holds = super().debt_holds(c)
        self.net = False
        return holds


def random_member(seed: int) -> Member:
    """A city with every kind of constraint, some of whose investments have applied for a grant."""
    draw = Random(seed)
    portfolio, planning = random_questions.question(seed)
    items = []
    for i in portfolio.investments:
        asks = draw.random() < 0.5 and i.total_outlay > 0
        grant = i.total_outlay * draw.choice([2, 3, 5]) // 10 // 100 * 100 if asks else 0
        items.append(i.model_copy(update={"grant": grant, "grant_status": GrantStatus.APPLIED if asks else GrantStatus.NONE}))
    return member_of(f"C{seed}", portfolio.model_copy(update={"investments": tuple(items)}), planning, POOLED)


def plans(member: Member) -> list[tuple[int, int]]:
    """(kronor drawn, ticks) of every plan that nothing beats."""
    oracle = Oracle(member.portfolio, member.planning)
    best: dict[int, int] = {}
    for choice in oracle.all():
        if oracle.feasible(choice):
            drawn = sum(int(oracle.granted(i, o[2], len(oracle.items[i].outlay))) for i, o in choice.items() if i in member.drawing)
            best[drawn] = max(best.get(drawn, -1), oracle.value(choice).ticks)
    kept: list[tuple[int, int]] = []
    for drawn, ticks in sorted(best.items()):
        if not kept or ticks > kept[-1][1]:
            kept.append((drawn, ticks))
    return kept


def check_region(seed: int) -> None:
    """The choice that was found against all choices there are, for several pools."""
    draw = Random(seed)
    members = [random_member(1000 * seed + n) for n in range(draw.choice([2, 3]))]
    possible = [plans(m) for m in members]
    if not all(possible):
        with pytest.raises(InfeasiblePlan) as raised:
            find(members, 10_000, HERE, Clock(60))
        assert raised.value.demands == tuple(m.name for m, p in zip(members, possible, strict=True) if not p)
        return
    most_drawn = sum(p[-1][0] for p in possible)
    for pool in {0, most_drawn // 3, most_drawn // 2, most_drawn}:
        choices = [sum(t for _, t in c) for c in product(*possible) if sum(d for d, _ in c) <= pool]
        if not choices:
            with pytest.raises(InfeasiblePlan):
                find(members, pool, HERE, Clock(60))
            continue
        found = find(members, pool, HERE, Clock(60))
        plan = account("Random", members, pool, found)
        assert found.proven
        assert sum(c.ticks for c in found.chosen) == found.bound == max(choices), (seed, pool)
        assert plan.gap == 0
        assert [c.unlimited * 100_000 for c in plan.cities] == [p[-1][1] for p in possible]


@pytest.mark.parametrize("seed", range(1))
def test_the_best_choice_is_found_by_enumeration(seed: int) -> None:
    check_region(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 25))
def test_the_best_choice_is_found_by_enumeration_many(seed: int) -> None:
    check_region(seed)


def test_the_choice_among_known_plans_by_enumeration() -> None:
    draw = Random(5)
    for _ in range(30):
        columns = [
            [Column(n, draw.randint(-3, 30), draw.randint(0, 12), {}) for _ in range(draw.randint(1, 5))] for n in range(draw.randint(1, 4))
        ]
        pool = sum(min(c.drawn for c in cs) for cs in columns) + draw.randint(0, 15)
        price, known = relaxation(columns, pool)
        assert sum(c.drawn for c in known) <= pool
        best = max(sum(c.ticks for c in choice) for choice in product(*columns) if sum(c.drawn for c in choice) <= pool)
        # the price is that of the relaxation: no other one bounds the choice more tightly
        bounds = {
            p: p * pool + sum(max(c.value(p) for c in cs) for cs in columns)
            for p in (price, *(Fraction(n, d) for n in range(40) for d in (1, 3, 7)))
        }
        assert bounds[price] == min(bounds.values()) >= best
        for at in (price, Fraction(draw.randint(0, 9), 4)):
            chosen = better_choice(columns, pool, at, known)
            assert sum(c.ticks for c in chosen) == best
            assert sum(c.drawn for c in chosen) <= pool


# --- how far the proof goes ------------------------------------------------------------------------------------------


def test_a_search_that_is_stopped_keeps_a_choice_and_a_bound_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    members, pool = two(), 100
    whole = find(members, pool, HERE, Clock(60))
    best = sum(c.ticks for c in whole.chosen)
    real, asked = Cities.__call__, 0

    def stopping(self: Cities, ask: Ask) -> Column | None:
        nonlocal asked
        asked += 1
        if asked > after:
            raise SolveStopped
        return real(self, ask)

    monkeypatch.setattr(Cities, "__call__", stopping)
    seen = set()
    for after in range(whole.asked):
        asked = 0
        if after < 2 * len(members):
            with pytest.raises(SolveStopped):
                find(members, pool, HERE, Clock(60))
            continue
        found = find(members, pool, HERE, Clock(60))
        plan = account("Stopped", members, pool, found)
        ticks = sum(c.ticks for c in found.chosen)
        assert ticks <= best <= found.bound
        assert found.stopped
        assert not found.proven or ticks == best
        assert plan.gap * 100_000 == found.bound - ticks
        seen.add(found.proven)
    assert seen == {False, True}, "stopped before the proof, and after it"


def test_a_choice_over_the_pool_or_the_bound_is_never_shown() -> None:
    found = find(two(), 1000, HERE, Clock(60))
    with pytest.raises(AuditBreached, match=POOL):
        account("Two", two(), 159, found)
    found.bound -= 1
    with pytest.raises(AuditBreached, match="bound"):
        account("Two", two(), 1000, found)


@pytest.mark.long
def test_two_workers_find_the_same() -> None:
    members = [m for m in map(random_member, range(4000, 4010)) if plans(m)][:4]
    pool = max(100, sum(plans(m)[-1][0] for m in members) // 2)
    assert find(members, pool, Crew(2), Clock(60)) == find(members, pool, HERE, Clock(60))


@pytest.mark.long
def test_a_cluster_that_loses_a_worker_finds_the_same(scheduler: Scheduler) -> None:
    first = scheduler.add_worker()
    scheduler.add_worker()
    scheduler.wait_for(2)
    members = [m for m in map(random_member, range(4000, 4010)) if plans(m)][:4]
    pool = max(100, sum(plans(m)[-1][0] for m in members) // 2)
    asked: list[int] = []

    def watch(done: int, _total: int) -> None:
        asked.append(done)
        if len(asked) == 6:
            first.kill()
            first.wait()

    assert find(members, pool, Crew(cluster=scheduler.address), Clock(120), watch) == find(members, pool, HERE, Clock(60))
    assert first.poll() is not None


# --- the command -----------------------------------------------------------------------------------------------------

MODEL = """
schema_version = 1
title = "T"
[horizon]
first_year = { value = 2025, unit = "year", source = "t" }
last_year = { value = 2027, unit = "year", source = "t" }
effects_until = { value = UNTIL, unit = "year", source = "t" }
target_year = { value = 2027, unit = "year", source = "t" }
[debt]
opening = { value = 0, unit = "kr", source = "t" }
mandate = { value = MANDATE, unit = "kr", source = "t" }
other_net_investment = { value = 0, unit = "kr", source = "t" }
self_financing = { value = 0, unit = "kr", source = "t" }
"""
FILE = """
title = "Two cities"
[pool]
total = { value = POOL, unit = "kr", source = "t" }
[[cities]]
name = "North"
model = "north.toml"
workbooks = ["north.xlsx"]
[[cities]]
name = "South"
model = "south.toml"
workbooks = ["south.xlsx"]
"""


def written(folder: Path, pool: int = 100, until: int = 2029) -> str:
    """The two cities as files; the region file's path."""
    for member, mandate, last in zip(two(), (100, 50), (2029, until), strict=True):
        name = member.name.lower()
        applied = [
            i.model_copy(update={"grant_status": GrantStatus.APPLIED if i.id in member.drawing else GrantStatus.NONE})
            for i in member.portfolio.investments
        ]
        book = standard_workbook(Portfolio(investments=tuple(applied)), range(2025, 2028))
        (folder / f"{name}.xlsx").write_bytes(book)
        (folder / f"{name}.toml").write_text(MODEL.replace("MANDATE", str(mandate)).replace("UNTIL", str(last)), "utf-8")
    file = folder / "region.toml"
    file.write_text(FILE.replace("POOL", str(pool)), "utf-8")
    return str(file)


def test_the_command(tmp_path: Path, capsys: Capture) -> None:
    file = written(tmp_path)
    assert main(["region", file, "--workers", "1", "--json"]) == EXIT_DONE
    said = json.loads(capsys.readouterr().out)
    assert (said["status"], said["tonnes"], said["bound"], said["gap"]) == ("proven_best", 65, 65, 0)
    assert (said["pool"], said["drawn"]) == (100, sum(c["drawn"] for c in said["cities"]))
    assert said["price"] == 0.3
    assert main(["region", file, "--workers", "1", "--lang", "en"]) == EXIT_DONE
    shown = capsys.readouterr().out
    assert "Proven best: 65 tonnes up to 2029 in 2 cities together." in shown
    assert "North" in shown
    assert main(["region", file, "--workers", "1", "--json", "--out", str(tmp_path / "ut")]) == EXIT_DONE
    capsys.readouterr()
    cities, investments = openpyxl.load_workbook(tmp_path / "ut" / "region.xlsx").worksheets
    rows = [tuple(cell.value for cell in row) for row in cities]
    assert any(row[:2] == ("North", 1) for row in rows)
    drawn = [row[6].value for row in investments if row[0].value in ("North", "South")]
    assert sum(drawn) == said["drawn"]
    written(tmp_path, pool=0)
    assert main(["region", file, "--workers", "1", "--json"]) == EXIT_DONE
    assert json.loads(capsys.readouterr().out)["tonnes"] == 35


def test_faults_are_told_all_at_once(tmp_path: Path, capsys: Capture) -> None:
    file = written(tmp_path, until=2030)
    assert main(["region", file, "--json"]) == EXIT_INPUT
    assert [(f["place"], f["value"]) for f in json.loads(capsys.readouterr().out)["findings"]] == [("cities", "South")]
    Path(file).write_text(FILE.replace('"South"', '"North"').replace("POOL", "-5"), "utf-8")
    with pytest.raises(InputError) as raised:
        load_region(Path(file))
    assert [(f.code, f.place, f.value) for f in raised.value.findings] == [
        ("amount_negative", "pool.total", "-5 kr"),
        ("region_name_twice", "cities", "North"),
    ]
    Path(file).write_text(FILE.replace("north.xlsx", "none.xlsx").replace("south.toml", "none.toml").replace("POOL", "5"), "utf-8")
    assert main(["region", file, "--json"]) == EXIT_INPUT
    assert {Path(f["file"]).name for f in json.loads(capsys.readouterr().out)["findings"]} >= {"none.xlsx", "none.toml"}
    with pytest.raises(InputError) as raised:
        load_region(tmp_path / "none.toml")
    assert [f.code for f in raised.value.findings] == ["model_missing"]


def test_exit_codes(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path)
    real = Cities.__call__

    def poor(self: Cities, ask: Ask) -> Column | None:
        return None if ask.city == 1 else real(self, ask)

    monkeypatch.setattr(Cities, "__call__", poor)
    assert main(["region", file, "--workers", "1", "--lang", "en"]) == EXIT_INFEASIBLE
    assert "South" in capsys.readouterr().err

    def late(self: Cities, ask: Ask) -> Column | None:
        if ask.price:
            raise SolveStopped
        return real(self, ask)

    monkeypatch.setattr(Cities, "__call__", late)
    assert main(["region", file, "--workers", "1", "--lang", "en"]) == EXIT_STOPPED
    shown = capsys.readouterr().out
    assert "Not proven best: 65 tonnes" in shown
    assert "at most 30 tonnes are missing" in shown


@pytest.mark.long
def test_the_example_region(capsys: Capture) -> None:
    assert main(["region", str(TOP / "models" / "region" / "exempel.toml"), "--workers", "1", "--json", "--time-limit", "300"]) == EXIT_DONE
    said = json.loads(capsys.readouterr().out)
    assert (said["status"], said["gap"]) == ("proven_best", 0)
    assert said["tonnes"] == 4_554_345
    assert 0 < said["drawn"] <= said["pool"] == 150_000_000
    assert [c["tonnes"] <= c["unlimited"] for c in said["cities"]] == [True] * 3


def test_the_neighbours_are_made_again() -> None:
    """The workbooks read as their script says."""
    made = runpy.run_path(str(TOP / "inputs" / "make_region.py"))
    for name, rows in (("norrbo", made["NORTH"]), ("sodervik", made["SOUTH"])):
        read = read_workbooks([TOP / "inputs" / "region" / f"{name}.xlsx"], made["YEARS"], ()).portfolio.investments
        wanted = [made["investment"](row) for row in rows]
        assert [i.model_copy(update={"origin": ORIGIN}) for i in read] == [i.model_copy(update={"origin": ORIGIN}) for i in wanted]
