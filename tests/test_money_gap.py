"""The gap ladder: steps and prices, what belongs to which gap, and what is new against the adopted plan."""

from __future__ import annotations

from decimal import Decimal

import making as m
from money_question import asked
from portfolio.outcome import GapLadder, Run
from portfolio.planning import Planning
from portfolio.records import Investment
from portfolio.reports.money.gap import gap_section
from portfolio.text import Text


def ladder(*investments: Investment, model: Planning) -> tuple[Run, GapLadder]:
    """The run and its ladder; its audit has recounted every figure."""
    run = asked(m.portfolio_of(*investments), model).run
    assert run.gap is not None
    return run, run.gap


ENABLER = m.investment("E", (500,), tonnes=Decimal(0), latest=2027)
NEEDING = m.investment("A", (60,), tonnes=Decimal(10), requires=m.needs("E"), latest=2027)
IDLE = m.investment("I", (70,), tonnes=Decimal(0), latest=2027)
CHEAP = m.investment("C", (40,), tonnes=Decimal(8), latest=2027)


def test_what_an_investment_with_tonnes_requires_belongs_to_the_capacity_gap() -> None:
    """Only C fits the envelope of 100. A's 60 kronor and the 500 of E, which A requires, are out of reach; only I has no use."""
    _, gap = ladder(ENABLER, NEEDING, IDLE, CHEAP, model=m.planning(control_envelope=m.envelope(100)))
    assert (gap.without_tonnes, gap.capacity_gap) == (70, 560)
    _, roomy = ladder(ENABLER, NEEDING, IDLE, CHEAP, model=m.planning(control_envelope=m.envelope(700)))
    assert (roomy.without_tonnes, roomy.capacity_gap) == (70, 0)


def test_a_step_with_fewer_kronor_and_more_tonnes_has_no_price_and_asks_for_nothing() -> None:
    """The adopted plan has D, 90 kronor for 5 t; the most tonnes within 60 kronor are C's 8 t for 40."""
    adopted = m.investment("D", (90,), tonnes=Decimal(5), in_plan=True, latest=2027)
    run, gap = ladder(adopted, CHEAP, model=m.planning(control_envelope=m.envelope(60)))
    affordable = next(r for r in gap.rungs if r.name == "affordable")
    assert (affordable.step_kronor, affordable.step_tonnes, affordable.price) == (-50, Decimal(3), None)
    section = gap_section(run, Text("sv"))
    assert any("inget mer krävs" in note for part in section.parts for note in part.notes)


def test_what_is_new_and_what_leaves_the_adopted_plan_is_said_with_kronor() -> None:
    adopted = m.investment("D", (90_000_000,), tonnes=Decimal(5), in_plan=True, latest=2027)
    new = m.investment("C", (40_000_000,), tonnes=Decimal(8), latest=2027)
    run, _ = ladder(adopted, new, model=m.planning(control_envelope=m.envelope(60_000_000)))
    said = [line.sentence for line in gap_section(run, Text("sv")).lines]
    assert "Nytt mot antagen plan, kräver beslut: 1 investering för 40,0 mnkr (C)." in said
    assert "I antagen plan men rekommenderas inte: 1 investering för 90,0 mnkr (D)." in said


def test_external_investments_are_neither_new_nor_dropped() -> None:
    outside = m.investment("X", control="external")
    run, _ = ladder(CHEAP, outside, model=m.planning())
    assert not any("X" in line.sentence for line in gap_section(run, Text("sv")).lines)


def test_what_falls_with_an_investment_in_the_gap_falls_in_a_chain() -> None:
    """Without a frame everything is in the gap. A needs E and B needs A: without E both fall, 10 and 7 t; without A only B does."""
    last = m.investment("B", (30,), tonnes=Decimal(7), requires=m.needs("A"), latest=2027)
    enabler, needing = (i.model_copy(update={"latest_start": 2025}) for i in (ENABLER, NEEDING))
    _, gap = ladder(enabler, needing, last, CHEAP, model=m.planning(plan_frame=m.frame(0, 0, 0)))
    found = {line.id: (line.falls, line.tonnes_lost) for line in gap.investments}
    assert found == {"A": (("B",), 17), "B": ((), 7), "C": ((), 8), "E": (("A", "B"), 17)}
