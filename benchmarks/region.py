"""A synthetic region: time, bound and gap of `portfolio region`'s method, beside the raw solver on all cities as one programme.

    python benchmarks/region.py --cities 20 --size 100 --workers 2 --together 60

Everything is made from one seed; the same region has the same cities whatever else is asked for.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from decimal import Decimal
from random import Random

from portfolio.analysis.region.city import Cities
from portfolio.analysis.region.find import find
from portfolio.many import Crew
from portfolio.planning import Count, Debt, Horizon, Money, MoneyByYear, PlanFrame, Planning
from portfolio.records import GrantStatus, Investment, Origin, Portfolio, Requirement
from portfolio.region import Member, Pool, member_of
from portfolio.solve import Clock
from portfolio.units import TICKS_PER_TONNE

FIRST, LAST, UNTIL = 2026, 2032, 2045
MNKR = 1_000_000


def _money(kronor: int) -> Money:
    return Money(unit="kr", stated=f"{kronor} kr", source="synthetic", value=kronor)


def _years(kronor: int) -> MoneyByYear:
    return MoneyByYear(unit="kr", stated=f"{kronor} kr", source="synthetic", values=dict.fromkeys(range(FIRST, LAST + 1), kronor))


def _year(value: int) -> Count:
    return Count(unit="year", stated=str(value), source="synthetic", value=value)


def _investment(draw: Random, n: int) -> Investment:
    """Outlays of 1 to 60 mnkr over one to three years; tonnes that follow them, more or less; two in five ask the pool for a part."""
    outlay = tuple(round(MNKR * 60 ** draw.random() / 3, -3) for _ in range(draw.choice((1, 1, 2, 3))))
    whole = tuple(int(kr) for kr in outlay)
    start = draw.randint(FIRST, LAST - 3)
    asks = draw.random() < 0.4
    return Investment(
        id=f"I-{n:04d}",
        name=f"Investering {n}",
        owner=draw.choice(("Nämnden", "Bolaget")),
        emission_sector=draw.choice(("transport", "energi", "avfall")),
        earliest_start=start,
        latest_start=min(LAST - len(whole) + 1, start + draw.randint(0, 3)),
        proposed_start=start,
        outlay=whole,
        grant=round(sum(whole) * draw.choice((3, 4, 5)) // 10, -3) if asks else 0,
        grant_status=GrantStatus.APPLIED if asks else GrantStatus.NONE,
        life=draw.choice((10, 20, 30)),
        tonnes=Decimal(round(sum(whole) / MNKR * 30 * 2 ** draw.gauss(0, 1))),
        requires=(Requirement(id=f"I-{n - 1:04d}"),) if n and draw.random() < 0.05 else (),
        origin=Origin(file="synthetic", sheet="-", row=n + 1),
    )


def city(seed: int, number: int, size: int) -> tuple[Portfolio, Planning]:
    """City `number` of a region: investments, a mandate that pays for about a third of them, and a frame for less than that."""
    draw = Random(f"{seed}-{number}")
    investments = tuple(_investment(draw, n) for n in range(size))
    total = sum(i.total_outlay for i in investments)
    room = round(total * draw.uniform(0.25, 0.4), -3)
    planning = Planning(
        schema_version=1,
        title=f"Stad {number + 1}",
        horizon=Horizon(first_year=_year(FIRST), last_year=_year(LAST), effects_until=_year(UNTIL), target_year=_year(2030)),
        plan_frame=PlanFrame(frame=_years(int(room / 2 / (LAST - FIRST + 1)))),
        debt=Debt(
            opening=_money(100 * MNKR), mandate=_years(100 * MNKR + int(room)), other_net_investment=_years(0), self_financing=_years(0)
        ),
        file="synthetic",
        sha256="",
    )
    return Portfolio(investments=investments), planning


def region(seed: int, cities: int, size: int) -> tuple[list[Member], int]:
    """The cities, and a pool (kr) for about half of what they would draw if they could."""
    pool = Pool(total=_money(0))
    members = [member_of(f"Stad {n + 1}", *city(seed, n, size), pool) for n in range(cities)]
    asked = sum(i.grant for m in members for i in m.portfolio.investments)
    return members, asked // 5


def together(members: Sequence[Member], pool: int, seconds: float) -> tuple[float, float, float, str]:
    """HiGHS on all cities as one programme, as it comes: best (t), bound (t), seconds, status."""
    import highspy
    import numpy as np

    whole = highspy.Highs()
    whole.setOptionValue("output_flag", False)
    whole.setOptionValue("mip_rel_gap", 0.0)
    whole.setOptionValue("time_limit", seconds)
    cities = Cities(members, Clock(seconds))
    columns, drawn = 0, {}
    start = time.perf_counter()
    for n, member in enumerate(members):
        _, programme = cities._of(n)
        variables = list(programme.problem.variables())
        place = {v.name: columns + k for k, v in enumerate(variables)}
        columns += len(variables)
        for v in variables:
            whole.addVar(v.lowBound, highspy.kHighsInf if v.upBound is None else v.upBound)
            whole.changeColCost(place[v.name], programme.tonnes.get(v, 0.0))
            if v.cat == "Integer":
                whole.changeColIntegrality(place[v.name], highspy.HighsVarType.kInteger)
        for row in programme.problem.constraints():
            terms = [(place[v.name], c) for v, c in row.items() if c]
            low = -row.constant if row.sense >= 0 else -highspy.kHighsInf
            high = -row.constant if row.sense <= 0 else highspy.kHighsInf
            whole.addRow(low, high, len(terms), np.array([k for k, _ in terms], dtype=np.int32), np.array([c for _, c in terms]))
        drawn |= {place[v.name]: c for v, c in programme.grants(member.drawing).items() if c}
    whole.addRow(-highspy.kHighsInf, pool / 1000, len(drawn), np.array(list(drawn), dtype=np.int32), np.array(list(drawn.values())))
    whole.changeObjectiveSense(highspy.ObjSense.kMaximize)
    whole.run()
    info = whole.getInfo()
    status = whole.modelStatusToString(whole.getModelStatus())
    return info.objective_function_value, info.mip_dual_bound, time.perf_counter() - start, status


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=20)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--time-limit", type=float, default=300)
    parser.add_argument("--together", type=float, default=60, metavar="SECONDS", help="most time for one programme; 0: not at all")
    options = parser.parse_args()
    members, pool = region(options.seed, options.cities, options.size)
    print(f"{options.cities} cities x {options.size} investments, seed {options.seed}, pool {pool / MNKR:.1f} mnkr")
    for workers in options.workers:
        start, before = time.perf_counter(), os.times()
        found = find(members, pool, Crew(workers), Clock(options.time_limit))
        after = os.times()
        cpu = sum(after[:4]) - sum(before[:4])  # this process, and the workers, which have ended
        tonnes = sum(c.ticks for c in found.chosen) / TICKS_PER_TONNE
        gap = found.bound / TICKS_PER_TONNE - tonnes
        print(
            f"{workers} workers: {time.perf_counter() - start:.1f} s ({cpu:.1f} s of processor), {tonnes:,.2f} t, "
            f"bound {found.bound / TICKS_PER_TONNE:,.2f} t, gap {gap:,.2f} t ({gap / tonnes:.5%}), proven {found.proven}, "
            f"{found.asked} questions, drawn {sum(c.drawn for c in found.chosen) / MNKR:.1f} mnkr, "
            f"price {float(found.price) * 10:.2f} t/mnkr"
        )
    if options.together:
        value, bound, seconds, status = together(members, pool, options.together)
        print(f"one programme: {seconds:.1f} s, {value:,.2f} t, bound {bound:,.2f} t, gap {bound - value:,.2f} t, {status}")


if __name__ == "__main__":
    main()
