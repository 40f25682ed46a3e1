"""The one sentence of every rejected investment is true: what it would give beside the plan, alone and with what it needs."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

import exhaustive
import making as m
from portfolio.analysis.optimise import Request, optimise
from portfolio.outcome import Decision, Layer, Run, SolveStatus
from portfolio.planning import Objective, Planning
from portfolio.records import Portfolio
from portfolio.reports.reason import sentence
from portfolio.solve import Clock
from portfolio.text import Text
from random_questions import question

TRIED = ("limits", "overlap", "not_ratio", "dearer", "together_limits", "together_no_tonnes", "together_not_ratio", "together_dearer")


def solved(portfolio: Portfolio, planning: Planning) -> Run:
    return optimise(portfolio, planning, Request(), clock=Clock(60))


def chosen_of(run: Run) -> exhaustive.Choice:
    chosen = [d for d in run.decisions if d.layer in (Layer.PLAN, Layer.GAP)]
    return {d.id: (d.start or 0, d.layer.value, d.percent or 100) for d in chosen}


def closure(portfolio: Portfolio, plan: exhaustive.Choice, i: str) -> list[str]:
    by_id = {r.id: r for r in portfolio.investments}
    found = [i]
    for j in found:
        found += [r.id for r in by_id[j].requires if r.id not in plan and r.id not in found]
    return found


def beside(portfolio: Portfolio, planning: Planning, run: Run, i: str) -> list[tuple[int, int]]:
    """Ticks and kronor that i adds, with what it needs, in every way that keeps all demands."""
    oracle = exhaustive.Question(portfolio, planning)
    plan = chosen_of(run)
    before = oracle.value(plan)
    added = closure(portfolio, plan, i)
    least = {j: oracle.items[j].minimum_share or 100 for j in added}
    ways = [[o for o in oracle.options[j] if o is not None and o[2] in (100, least[j])] for j in added]
    found = []
    for options in product(*ways):
        choice = {**plan, **dict(zip(added, options, strict=True))}
        if oracle.choices_hold(choice) and oracle.money_holds(choice):
            value = oracle.value(choice)
            found.append((value.ticks - before.ticks, value.kronor - before.kronor))
    return found


def holds(decision: Decision, found: list[tuple[int, int]]) -> bool:
    """Whether what is said of a rejected investment is what enumeration finds."""
    said = decision.reason.removeprefix("together_")
    values = decision.reason_values
    if said == "limits":
        return not found
    gains = [(Fraction(gain, cost) if cost > 0 else Fraction(gain), gain, cost) for gain, cost in found]
    rate, gain, cost = max(gains)
    if said in ("overlap", "no_tonnes"):
        return gain <= 0
    tonnes = abs(Fraction(gain, 100_000) - int(values["tonnes_t"])) <= Fraction(1, 2)
    if said == "dearer":
        return tonnes and cost == values["outlay_kr"]
    per_krona = rate / 100_000  # t per kr
    return (
        tonnes
        and abs(per_krona - Fraction(str(values["gain_ratio"]))) < Fraction(1, 10**9)
        and per_krona < Fraction(str(values["hurdle_ratio"]))
    )


@pytest.mark.parametrize("seed", [*range(40, 60), *(pytest.param(seed, marks=pytest.mark.long) for seed in (*range(40), *range(60, 160)))])
def test_what_is_said_of_the_rejected_is_what_enumeration_finds(seed: int) -> None:
    portfolio, planning = question(seed)
    run = solved(portfolio, planning)
    if run.status is not SolveStatus.PROVEN_BEST:
        return  # no plan meets the demands: nothing is rejected
    for decision in run.decisions:
        if decision.reason in TRIED:
            assert holds(decision, beside(portfolio, planning, run, decision.id)), (seed, decision)


def bundle(**tables: object) -> Run:
    """A gives 10 t a year for 100 tkr; B, 4 t for 100, needs C, 0 t for 100. Effects run 2025–2029: 50 t, and 20 t for 200 tkr."""
    a = m.investment("A", [100_000], tonnes=10)
    b = m.investment("B", [100_000], tonnes=4, requires=m.needs("C"))
    c = m.investment("C", [100_000], tonnes=0)
    return solved(m.portfolio_of(a, b, c), m.planning(objective=Objective(floor_share=m.share("0.5")), **tables))


def said(run: Run, i: str, lang: str = "sv") -> str:
    return sentence(next(d for d in run.decisions if d.id == i), Text(lang))


def test_with_what_it_needs() -> None:
    run = bundle()
    assert said(run, "B") == "Kräver C, som inte ingår; tillsammans skulle de ge bara 100 ton per ytterligare mnkr, mot planens 500."
    assert (
        said(run, "B", "en")
        == "Needs C, which is not in the plan; together they would add only 100 tonnes per further mnkr, against the plan's 500."
    )
    assert said(run, "C") == "Har inga ton som räknas här, och inget i planen behöver den."


def test_no_room_with_what_it_needs() -> None:
    run = bundle(control_envelope=m.envelope(250_000))
    assert said(run, "B").startswith("Kräver C, som inte ingår; tillsammans får de inte plats bredvid planen:")


def test_what_is_there_for_the_floor_says_so() -> None:
    """A gives 500,000 t a mnkr and B 125,000; both are needed for 95 % of the tonnes, but only B lowers the ratio."""
    records = m.portfolio_of(m.investment("A", (100,), tonnes=10), m.investment("B", (400,), tonnes=10))
    run = solved(records, m.planning(objective=Objective(name="tonnes_per_krona", floor_share=m.share("0.95"))))
    assert {d.id: d.reason for d in run.decisions} == {"A": "chosen_plan", "B": "chosen_plan_floor"}
    low = solved(records, m.planning(objective=Objective(name="tonnes_per_krona", floor_share=m.share("0.5"))))
    assert {d.id: d.reason for d in low.decisions} == {"A": "chosen_plan", "B": "not_ratio"}
