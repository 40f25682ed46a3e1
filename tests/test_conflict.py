"""When no plan meets the demands: the clash, the ways out and their amounts equal what enumeration says; nothing is said that is not so."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import exhaustive
import making as m
from portfolio.analysis.conflict.demands import Question, demands_of, without
from portfolio.analysis.conflict.find import find_conflict
from portfolio.analysis.conflict.relax import relaxed
from portfolio.analysis.optimise import Request, optimise
from portfolio.explained import Conflict, Demand
from portfolio.outcome import Run, SolveStatus
from portfolio.planning import CommitteeFrame, EmissionCeiling, Objective, SelectionLimit, Stability
from portfolio.records import OwnerType
from portfolio.reports.conflict import conflict_lines
from portfolio.solve import Clock
from portfolio.text import LANGUAGES, Text
from random_questions import question

YEARS = range(2025, 2028)
MOST = 700
"""Choices of a question that are tried one by one."""


class Oracle(exhaustive.Question):
    """Every choice of a question, also those that miss the tonnes asked for."""

    def __init__(self, q: Question) -> None:
        super().__init__(q.portfolio, q.planning)
        self.goal = q.planning.objective.tonnes if q.planning.objective.name.value == "least_cost" else None

    def met(self) -> Iterator[exhaustive.Choice]:
        """The choices that meet every demand."""
        for choice in self.all():
            if self.feasible(choice) and (self.goal is None or self.value(choice).ticks >= self.goal.value * 100_000):
                yield choice

    def possible(self) -> bool:
        return next(self.met(), None) is not None


def size(q: Question) -> int:
    number = 1
    for options in Oracle(q).options.values():
        number *= len(options)
    return number


def planted(seed: int) -> Question | None:
    """A random question that is impossible, though it is possible without its demands; None for other seeds."""
    portfolio, planning = question(seed)
    r = random.Random(seed)
    items = list(portfolio.investments)
    for n in r.sample(range(len(items)), min(2, len(items))):
        if items[n].lock.kind.value == "free" and not items[n].alternatives and items[n].status.value == "planned":
            items[n] = items[n].model_copy(update={"lock": m.lock("must")})
    portfolio = portfolio.model_copy(update={"investments": tuple(items)})
    tighter: dict[str, Any] = {
        "envelope": {"control_envelope": m.envelope(r.choice([0, 200, 900]))},
        "frame": {"plan_frame": m.frame(0, r.choice([0, 300]), 0), "control_envelope": m.envelope(500)},
        "mandate": {"debt": m.debt(1000, r.choice([900, 1100, 1700]), other=50, own=30)},
        "selection": {"selection": (SelectionLimit(name="minst", members=tuple(i.id for i in items), at_least=len(items), source="test"),)},
        "stability": {"stability": Stability(changes=m.count(0, "changes"))},
        "emissions": {"emissions": m.emissions(200, 150), "emission_ceiling": EmissionCeiling(tonnes=m.tonnes(r.choice([20, 90])))},
        "goal": {"objective": Objective(name="least_cost", tonnes=m.tonnes(r.choice([60, 200])))},
    }
    for name in r.sample(sorted(tighter), 2):
        planning = planning.model_copy(update=tighter[name])
    q = Question(portfolio, planning)
    free = without(q, demands_of(q))
    if size(free) > MOST or Oracle(q).possible() or not Oracle(free).possible():
        return None
    return q


def need(q: Question, demand: Demand, choice: exhaustive.Choice) -> Fraction | None:
    """What a choice needs beyond a demand, by plain arithmetic; None for demands that this test does not measure."""
    o, p = Oracle(q), q.planning
    spent = {t: sum((o.outlay(i, pick, t) for i, pick in choice.items()), Fraction(0)) for t in YEARS}
    match demand.constraint:
        case "control_envelope":
            assert p.control_envelope is not None
            return max(Fraction(0), o.gross(choice) - p.control_envelope.total.value)
        case "plan_frame":
            assert p.plan_frame is not None
            planned = {i: pick for i, pick in choice.items() if pick[1] == "plan"}
            extra = left = Fraction(0)
            for t in YEARS:
                left = p.plan_frame.frame.values[t] + (left if p.plan_frame.carry_forward else 0)
                left -= sum(o.outlay(i, pick, t) for i, pick in planned.items())
                if left < 0:
                    extra, left = extra - left, Fraction(0)
            return extra
        case "owner_frame":
            assert p.owner_frame is not None
            mine = {i: pick for i, pick in choice.items() if o.items[i].owner == demand.subject}
            limits = p.owner_frame.frames[demand.subject].values
            over = (sum(o.outlay(i, pick, t) for i, pick in mine.items()) - limits[t] for t in YEARS)
            return Fraction(sum(max(Fraction(0), kr) for kr in over))
        case "debt_mandate":
            assert p.debt is not None
            if p.debt.interest_rate is not None:
                return None
            closing, worst = Fraction(p.debt.opening.value), Fraction(0)
            for t in YEARS:
                running = sum(o.items[i].operating * pick[2] for i, pick in choice.items() if t >= pick[0] + len(o.items[i].outlay))
                closing += spent[t] + Fraction(running, 100) + p.debt.other_net_investment.values[t] - p.debt.self_financing.values[t]
                worst = max(worst, closing - p.debt.mandate.values[t])
            return worst
        case "emission_ceiling":
            assert p.emission_ceiling is not None
            assert p.emission_ceiling.tonnes is not None
            assert p.emissions is not None
            emissions = p.emissions.latest.value * 100_000 - o.counted(choice, o.target, ("reduction",))
            return max(Fraction(0), Fraction(emissions) / 100_000 - Fraction(p.emission_ceiling.tonnes.value))
        case "required_tonnes":
            assert p.objective.tonnes is not None
            return max(Fraction(0), Fraction(p.objective.tonnes.value) - Fraction(o.value(choice).ticks, 100_000))
        case "selection":
            limit = next(s for s in p.selection if s.name == demand.subject)
            chosen = sum(i in choice for i in limit.members)
            return Fraction(max(0, (limit.at_least or 0) - chosen, chosen - (limit.at_most if limit.at_most is not None else chosen)))
        case _:
            return None


LEVELS = ("debt_mandate", "operating_charge", "bond_backing")


def check(q: Question, found: Conflict) -> int:
    """Everything that is said of a question, against enumeration; the number of amounts that were compared."""
    demands = demands_of(q)
    assert found.complete
    assert found.clashes
    for clash in found.clashes:
        rest = [d for d in demands if d not in clash]
        assert not Oracle(without(q, rest)).possible(), "the clash alone is impossible"
        for demand in clash:
            assert Oracle(without(q, [*rest, demand])).possible(), f"{demand} is not needed for the clash"
    told = {d for clash in found.clashes for d in clash}
    assert Oracle(without(q, told)).possible(), "nothing else clashes"
    compared = 0
    for way in found.ways:
        assert Oracle(relaxed(q, way.reliefs)).possible(), "the way out is open"
        assert all(r.amount > 0 for r in way.reliefs)
        (demand, *others) = {r.demand for r in way.reliefs}
        if others:
            continue
        amounts = [Fraction(r.amount) for r in way.reliefs]
        stated = max(amounts) if demand.constraint in LEVELS else sum(amounts)
        needs = [need(q, demand, choice) for choice in Oracle(without(q, [demand])).met()]
        if all(n is not None for n in needs):
            assert min(n for n in needs if n is not None) == stated, demand
            compared += 1
    if len(found.clashes) == 1:
        alone = {r.demand for way in found.ways for r in way.reliefs if len({r.demand for r in way.reliefs}) == 1}
        for demand in found.clashes[0]:
            if Oracle(without(q, [demand])).possible():
                assert demand in alone, f"{demand} could give way on its own"
    return compared


def run_block(seeds: range) -> tuple[int, int]:
    checked = compared = 0
    for seed in seeds:
        q = planted(seed)
        if q is not None:
            compared += check(q, find_conflict(q, Clock(60)))
            checked += 1
    return checked, compared


def test_clashes_and_amounts_equal_enumeration() -> None:
    checked, compared = run_block(range(40))
    assert checked >= 8
    assert compared >= 2


@pytest.mark.parametrize("block", [pytest.param(n, marks=pytest.mark.long if n < 2 else pytest.mark.soak) for n in range(4)])
def test_clashes_and_amounts_equal_enumeration_on_many(block: int) -> None:
    checked, compared = run_block(range(1000 + 150 * block, 1150 + 150 * block))
    print(f"{checked} planted conflicts")
    assert checked >= 40
    assert compared >= 10


def clashing(**tables: Any) -> Run:
    """A must-have of 100 and 60 kronor in a company, another of 40 in a committee; what is impossible is in the tables."""
    big = m.investment("A", (100, 60), lock=m.lock("must"), owner="Bolaget", owner_type=OwnerType.COMPANY, tonnes=Decimal(10))
    small = m.investment("B", (40,), latest=2027, status="committed", in_plan=True, tonnes=Decimal(3))
    return optimise(m.portfolio_of(big, small), m.planning(**tables), Request())


def said(run: Run, lang: str = "sv") -> str:
    assert run.status is SolveStatus.INFEASIBLE
    return "\n".join(conflict_lines(run, Text("sv" if lang == "sv" else "en")))


def test_the_years_and_kronor_of_a_frame() -> None:
    """B's 40 kronor do not fit a frame of 25 a year; A may stand in the gap. Widening one year by 15 is enough."""
    shown = said(clashing(plan_frame=m.frame(25, 25, 25, carry_forward=False)))
    assert "planens ram (plan_frame.frame i test.toml)" in shown
    assert "beslutet om B (" in shown
    assert "Vidga planens ram med 15 kr" in shown
    assert "Ompröva beslutet om B" in shown


def test_a_mandate_names_every_year_and_the_lock_that_it_clashes_with() -> None:
    """1,000 + 100 + 60 + 40: the mandate of 1,150 is passed by 10 in 2026 and by 50 in 2027, with B as late as possible."""
    run = clashing(debt=m.debt(1000, 1150))
    shown = said(run)
    assert run.conflict is not None
    assert [{d.constraint for d in clash} for clash in run.conflict.clashes] == [{"lock", "debt_mandate"}] or len(run.conflict.clashes) == 1
    assert "Höj det finansiella mandatet med 50 kr (2026: 10 kr, 2027: 50 kr)" in shown
    assert "Släpp låsningen av A" in shown


def test_two_clashes_apart_are_both_named_and_resolved_together() -> None:
    """Nothing may be spent, and 500 t are asked for that do not exist: neither alone is a way out."""
    emissions = m.emissions(1000, 600)
    run = clashing(control_envelope=m.envelope(150), emissions=emissions, emission_ceiling=EmissionCeiling(tonnes=m.tonnes(100)))
    assert run.conflict is not None
    assert len(run.conflict.clashes) == 2
    assert all(len({r.demand for r in way.reliefs}) >= 2 for way in run.conflict.ways)
    shown = said(run)
    assert "Inte heller" in shown
    assert "Låt investeringarna inom stadens rådighet sammanlagt kosta 50 kr mer" in shown
    assert "Höj utsläppstaket med 487 ton" in shown


def test_committees_frame_and_what_no_demand_explains() -> None:
    assert "Vidga nämndernas gemensamma ram med 10 kr" in said(
        clashing(committee_frame=CommitteeFrame(frame=m.money_by_year(dict.fromkeys(YEARS, 30))))
    )
    circle = (m.investment("A", latest=2027, lock=m.lock("must"), requires=m.needs("B")), m.investment("B", lock=m.lock("never")))
    run = optimise(m.portfolio_of(*circle), m.planning(), Request())
    assert "Låt B få ingå" in said(run)
    assert "Släpp låsningen av A" in said(run)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_demand_has_its_words(lang: str) -> None:
    text = Text("sv" if lang == "sv" else "en")
    names = ("selection", "delivery_starts", "delivery_outlay", "operating_charge", "owner_frame", "committee_frame", "stability")
    names += ("funding", "bond_backing", "plan_frame", "control_envelope", "emission_ceiling", "required_tonnes", "debt_mandate")
    for name in (*names, "lock", "committed", "never"):
        assert text(f"conflict.name.{name}")
        assert text(f"conflict.relief.{name}", name="x", subject="y", amount="z")


def test_too_little_time_is_said() -> None:
    q = Question(m.portfolio_of(m.investment("A", lock=m.lock("must"))), m.planning(control_envelope=m.envelope(50)))
    found = find_conflict(q, Clock(1e-9))
    assert not found.complete
    assert found.ways == ()


def test_a_selection_that_says_exactly_how_many_can_give() -> None:
    """Both of I and J are to be chosen, for 80 kr, and there are 60: one fewer, or 20 kr more."""
    exactly = SelectionLimit(name="par", members=("I", "J"), at_least=2, at_most=2, source="test")
    model = m.planning(selection=(exactly,), control_envelope=m.envelope(60))
    found = optimise(m.portfolio_of(m.investment("I", (50,)), m.investment("J", (30,))), model, Request()).conflict
    assert found is not None
    assert {(w.reliefs[0].demand.constraint, w.reliefs[0].amount) for w in found.ways} == {("selection", 1), ("control_envelope", 20)}
