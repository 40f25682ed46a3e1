"""The debt path by hand: interest beyond the reference path, group and city, what more could be borrowed, what the mandate costs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import making as m
from constraint_case import rate
from portfolio.analysis.money import money_of
from portfolio.analysis.optimise import Request, optimise
from portfolio.audit.debt_statement import debt_statement as audited
from portfolio.evaluate import Pick, Picks, debt_path
from portfolio.finance.debt import can_bind, city_path, group_path
from portfolio.instance import Instance, build_instance
from portfolio.outcome import Run, SolveStatus, Verdict
from portfolio.planning import CityDebt, Debt, Grants
from portfolio.records import Investment, OwnerType
from portfolio.solve import Clock
from portfolio.stages import solve_stages
from portfolio.statements import DebtLine, DebtStatement, LeftOut
from recounting import counted_through, no_difference
from sample_run import sample
from sample_run import sample_run as run

YEARS = range(2025, 2028)
COMMITTEE = m.investment("A", (100, 60), grant=20, grant_status="granted", partner=16, operating=5)
COMPANY = m.investment("B", (205,), start=2026, operating=-3, owner="Bolaget", owner_type=OwnerType.COMPANY)
PICKS = {"A": Pick(2025, "plan"), "B": Pick(2026, "gap")}


def every_year(kronor: int) -> Any:
    return m.money_by_year(dict.fromkeys(YEARS, kronor))


def by_hand(**fields: Any) -> Instance:
    """A and B; 10 % on the debt beyond 1 000, 1 000 and 1 100 kr; the grant comes a year late."""
    reference = m.money_by_year({2024: 1000, 2025: 1000, 2026: 1100, 2027: 9})
    city = CityDebt(opening=m.money(400), other_net_investment=every_year(10), self_financing=every_year(15))
    given = {"interest_rate": rate("0.1"), "reference_net_debt": reference, "city": city, **fields}
    table = m.debt(1000, 1500, other=50, own=30, **given)
    return build_instance(m.portfolio_of(COMMITTEE, COMPANY), m.planning(debt=table, grants=Grants(delay=m.count(1, "years"))))


def test_the_group_s_path_by_hand() -> None:
    """2025: no interest. 2026: 10 % of 1 110 − 1 000. 2027: 10 % of 1 388 − 1 100 = 28.8, and the debt of 1 430.8 is shown as 1 431.

    The grant of 20 kr is 12 and 8 kr of the outlay and is paid in 2026 and 2027; the partners' 16 kr are 10 and 6 with the outlay.
    """
    expected = (
        (2025, 1000, 100, 0, 0, 10, 0, 50, 30, 0, 1110),
        (2026, 1110, 60, 205, 12, 6, 0, 50, 30, 11, 1388),
        (2027, 1388, 0, 0, 8, 0, 2, 50, 30, 29, 1431),
    )
    lines = group_path(by_hand(), PICKS)
    no_difference(lines, recounted(by_hand(), PICKS)["group"])
    assert [tuple(line.model_dump(exclude={"mandate", "headroom", "borrowable"}).values()) for line in lines] == list(expected)
    assert [(line.mandate, line.headroom) for line in lines] == [(1500, 390), (1500, 112), (1500, 69)]
    # 69.2 kr are left in 2027: 69.2 / 1.1 = 62.9 the year before, and 69.2 / 1.21 = 57.2 two years before
    assert [line.borrowable for line in lines] == [57, 62, 69]


def test_the_city_s_path_has_no_companies_no_interest_and_no_mandate() -> None:
    lines = city_path(by_hand(), PICKS)
    no_difference(lines, recounted(by_hand(), PICKS)["city"])
    assert [(line.opening, line.outlay_plan, line.outlay_gap, line.closing) for line in lines] == [
        (400, 100, 0, 485),
        (485, 60, 0, 522),
        (522, 0, 0, 514),
    ]
    assert [(line.grants, line.partners, line.operating, line.interest) for line in lines] == [(0, 10, 0, 0), (12, 6, 0, 0), (8, 0, 5, 0)]
    assert {(line.mandate, line.headroom, line.borrowable) for line in lines} == {(None, None, None)}
    assert city_path(by_hand(city=None), PICKS) == ()


def test_without_a_debt_table_there_is_no_path() -> None:
    d = build_instance(m.portfolio_of(COMMITTEE), m.planning())
    assert (group_path(d, {}), city_path(d, {}), can_bind(d)) == ((), (), False)


def recounted(d: Instance, picks: Picks) -> Any:
    """What the audit counts of the same plan."""
    return audited(counted_through(d, picks)[0], None)


def with_more_borrowed(d: Instance, t: int, kronor: int) -> Instance:
    """The same question with so many more kronor of other net investment in year t."""
    debt = d.planning.debt
    assert debt is not None
    other = debt.other_net_investment
    more = other.model_copy(update={"values": {**other.values, t: other.values[t] + kronor}})
    return build_instance(d.portfolio, d.planning.model_copy(update={"debt": debt.model_copy(update={"other_net_investment": more})}))


def holds_from(d: Instance, picks: Picks, t: int) -> bool:
    debt = d.planning.debt
    assert debt is not None
    return all(kr <= debt.mandate.values[u] for u, kr in debt_path(d, picks).items() if u >= t)


AMOUNT = st.integers(0, 300)


@st.composite
def tables(draw: st.DrawFn) -> Debt:
    """A debt table whose every figure changes from year to year, with or without interest."""

    def amounts(low: int, high: int, first: int = 2025) -> Any:
        return m.money_by_year({t: draw(st.integers(low, high)) for t in range(first, 2028)})

    interest = draw(st.sampled_from([None, "0", "0.03", "0.25"]))
    extra = {"interest_rate": rate(interest), "reference_net_debt": amounts(500, 1500, 2024)} if interest is not None else {}
    return Debt(
        opening=m.money(1000),
        mandate=amounts(800, 2500),
        other_net_investment=amounts(0, 300),
        self_financing=amounts(0, 300),
        **extra,
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(table=tables(), outlay=st.lists(AMOUNT, min_size=1, max_size=3), operating=st.integers(-40, 40), percent=st.integers(1, 100))
def test_the_path_rolls_forward_and_no_more_than_borrowable_can_be_borrowed(
    table: Debt, outlay: list[int], operating: int, percent: int
) -> None:
    item = m.investment("A", [kr * 100 for kr in outlay], operating=operating * 100, minimum_share=1)
    d = build_instance(m.portfolio_of(item), m.planning(debt=table))
    picks = {"A": Pick(2025, "plan", percent)}
    lines = group_path(d, picks)
    no_difference(lines, recounted(d, picks)["group"])
    exact, opening = Fraction(1000), 1000
    for k, line in enumerate(lines):
        t = 2025 + k
        interest = Fraction(0)
        if table.interest_rate is not None and table.reference_net_debt is not None:
            interest = Fraction(table.interest_rate.value) * (exact - table.reference_net_debt.values[t - 1])
        spent = outlay[k] * percent if k < len(outlay) else operating * percent
        exact += spent + table.other_net_investment.values[t] - table.self_financing.values[t] + interest
        assert (line.year, line.opening, line.closing) == (t, opening, round(exact))
        opening = line.closing
        moved = line.outlay_plan + line.outlay_gap - line.grants - line.partners + line.operating
        assert line.opening + moved + line.other_net_investment - line.self_financing + line.interest == line.closing
        assert abs(line.interest - interest) <= 1
        assert line.mandate is not None
        assert line.headroom == line.mandate - line.closing
        assert line.borrowable is not None
        assert holds_from(with_more_borrowed(d, t, line.borrowable), picks, t)
        assert not holds_from(with_more_borrowed(d, t, line.borrowable + 1), picks, t)


def asked(*investments: Investment, mandate: int | dict[int, int], **fields: Any) -> Run:
    """The question with an opening debt of 1 000 kr and so much more allowed, by year or every year."""
    room = mandate if isinstance(mandate, dict) else dict.fromkeys(YEARS, mandate)
    debt = m.debt(1000, 0).model_copy(update={"mandate": m.money_by_year({t: 1000 + kr for t, kr in room.items()})})
    found = optimise(m.portfolio_of(*investments), m.planning(debt=debt, **fields), Request())
    assert found.status is SolveStatus.PROVEN_BEST
    return found


def statement(found: Run) -> DebtStatement:
    assert found.debt is not None
    return found.debt


A, B, C = (m.investment(i, (kr,), tonnes=t) for i, kr, t in (("A", 300, 10), ("B", 200, 5), ("C", 100, 1)))


def ids(lines: tuple[LeftOut, ...]) -> tuple[str, ...]:
    return tuple(line.id for line in lines)


def test_what_gives_way_is_left_out() -> None:
    """350 kr of room: A alone, 10 t a year; without the mandate B and C as well, 6 t more in each of five years, for 600 kr in all."""
    made = statement(asked(A, B, C, mandate=350))
    gave = made.gave_way
    assert made.mandate_costs is True
    assert gave is not None
    assert (ids(gave.left_out), gave.instead, gave.moved) == (("B", "C"), (), ())
    assert (gave.tonnes_lost, gave.kronor_without, gave.debt_without, gave.debt_without_year) == (30, 600, 1600, 2025)
    assert (made.tightest_year, made.headroom) == (2025, 50)


def test_what_gives_way_is_replaced() -> None:
    dear = m.investment("D", (400,), tonnes=12, alternatives="X")
    cheap = A.model_copy(update={"alternatives": "X"})
    gave = statement(asked(cheap, dear, mandate=399)).gave_way
    assert gave is not None
    assert (ids(gave.left_out), ids(gave.instead), gave.tonnes_lost, gave.kronor_without) == (("D",), ("A",), 10, 400)


def test_what_gives_way_is_put_off_or_bought_in_part() -> None:
    """No krona more in 2025: A a year later loses 10 t. Of S 70 per cent fit, and 30 per cent of 10 t in five years are lost."""
    late = m.investment("A", (300,), tonnes=10, latest=2026)
    gave = statement(asked(late, mandate={2025: 0, 2026: 300, 2027: 300})).gave_way
    assert gave is not None
    assert [tuple(moved.model_dump().values()) for moved in gave.moved] == [("A", 2026, 100, 2025, 100)]
    assert gave.tonnes_lost == 10
    part = m.investment("S", (10_000,), tonnes=10, minimum_share=50)
    gave = statement(asked(part, mandate=7_099)).gave_way
    assert gave is not None
    assert [tuple(moved.model_dump().values()) for moved in gave.moved] == [("S", 2025, 70, 2025, 100)]
    assert (gave.left_out, gave.instead, gave.tonnes_lost) == ((), (), 15)


@pytest.mark.parametrize(("mandate", "tables", "reached"), [(600, {}, False), (350, {"control_envelope": m.envelope(350)}, True)])
def test_a_mandate_that_costs_nothing(mandate: int, tables: dict[str, Any], reached: bool) -> None:
    """Everything together fits to the krona; or it does not, but the control envelope stops the same things by itself."""
    found = asked(A, B, C, mandate=mandate, **tables)
    made = statement(found)
    assert (made.mandate_costs, made.gave_way) == (False, None)
    debt = m.debt(1000, 1000 + mandate)
    assert can_bind(build_instance(m.portfolio_of(A, B, C), m.planning(debt=debt))) is reached


def test_the_first_of_the_tightest_years_is_named() -> None:
    made = statement(asked(A, mandate={2025: 500, 2026: 400, 2027: 400}))
    assert (made.tightest_year, made.headroom) == (2026, 100)
    assert [line.borrowable for line in made.group] == [100, 100, 100]


def test_what_the_mandate_costs_is_not_known_when_a_search_was_stopped() -> None:
    d = build_instance(m.portfolio_of(A, B), m.planning(debt=m.debt(1000, 1300)))
    solved = solve_stages(d, Clock(60))
    free = solve_stages(build_instance(d.portfolio, m.planning(debt=m.debt(1000, 1500))), Clock(60))
    for bound, unbound in ((solved, None), (replace(solved, proven=False), free), (solved, replace(free, proven=False))):
        made = money_of(d, bound, unbound, can_bind=True).debt
        assert made is not None
        assert (made.mandate_costs, made.gave_way) == (None, None)


def test_the_sample_has_room_under_the_mandate_and_says_how_much() -> None:
    """14 000 mnkr less the highest debt; the city's own path holds the committees' outlays and nothing else."""
    found = run()
    made = statement(found)
    assert (made.mandate_costs, made.gave_way) == (False, None)
    closing = {line.year: line.closing for line in made.group}
    assert (made.tightest_year, made.headroom) == (2031, 14_000_000_000 - max(closing.values()))
    assert made.headroom > 2_000_000_000
    assert {line.year: line.net_debt for line in found.years} == closing
    mine = {i.id for i in sample()[0].investments if i.owner_type is OwnerType.COMMITTEE}
    _holds_the_outlays(made.group, found, {i.id for i in sample()[0].investments if i.owner_type is not OwnerType.EXTERNAL})
    _holds_the_outlays(made.city, found, mine)
    assert sum(line.outlay_plan for line in made.city) < sum(line.outlay_plan for line in made.group)


def _holds_the_outlays(lines: tuple[DebtLine, ...], found: Run, ids: set[str]) -> None:
    for line in lines:
        for layer, kronor in (("plan", line.outlay_plan), ("gap", line.outlay_gap)):
            assert kronor == sum(d.outlay.get(line.year, 0) for d in found.decisions if d.id in ids and d.layer.value == layer)


@pytest.mark.long
def test_with_high_other_investment_the_mandate_binds_and_what_gave_way_is_named() -> None:
    """The scenario changes only the debt, so that the plan without the mandate is the base model's own plan."""
    found, base = run("hog-ovrig-investering"), run()
    made = statement(found)
    gave = made.gave_way
    assert made.mandate_costs is True
    assert gave is not None
    assert found.audit is not None
    assert found.audit.verdict is Verdict.HOLDS
    here, there = ({d.id: (d.start, d.percent) for d in r.decisions if d.layer.value in ("plan", "gap")} for r in (found, base))
    assert ids(gave.left_out) == tuple(sorted(there.keys() - here.keys()))
    assert gave.instead == tuple(sorted(here.keys() - there.keys()))
    assert {x.id for x in gave.moved} == {i for i in here.keys() & there.keys() if here[i] != there[i]}
    assert all(((x.start, x.percent), (x.start_without, x.percent_without)) == (here[x.id], there[x.id]) for x in gave.moved)
    assert gave.left_out
    assert found.totals is not None
    assert base.totals is not None
    assert gave.tonnes_lost == base.totals.tonnes - found.totals.tonnes > 0
    assert gave.kronor_without == base.totals.kronor
    # 500 mnkr more a year for seven years on the base model's own path
    assert (gave.debt_without, gave.debt_without_year) == (statement(base).group[-1].closing + 7 * 500_000_000, 2031)
    assert gave.debt_without > 14_000_000_000 >= max(line.closing for line in made.group)
