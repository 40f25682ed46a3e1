"""Sampled worlds: the distributions are what they are called, the sample is reproducible, a world is an ordinary question."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from scipy.stats import spearmanr

import making as m
from portfolio.instance import build_instance
from portfolio.planning import Adjustment, UncertainExternal, UncertainGrants, UncertainInvestment, Uncertainty
from portfolio.planning_against import check_against
from portfolio.planning_checks import check_model
from portfolio.records import Portfolio
from portfolio.worlds.draws import MILLIONTHS, Draws, quantile
from portfolio.worlds.question import World, question_in, world_of
from portfolio.worlds.ranges import Range, uncertain

NUMBER = 2_000
EVENLY = (np.arange(20_000) + 0.5) / 20_000


def test_a_pert_has_its_mean_and_its_ends() -> None:
    """Mean (low + 4 mode + high) / 6 and variance (mean − low)(high − mean) / 7: the beta with λ = 4."""
    for low, mode, high in ((0.6, 1.0, 1.4), (0.9, 1.0, 1.8), (0.0, 1.0, 1.0)):
        values = quantile(EVENLY, low, mode, high, "pert")
        mean = (low + 4 * mode + high) / 6
        assert values.mean() == pytest.approx(mean, abs=1e-4)
        assert values.var() == pytest.approx((mean - low) * (high - mean) / 7, rel=1e-3)
        assert low <= values.min()
        assert values.max() <= high


def test_a_triangle_has_its_mean_its_mode_and_its_ends() -> None:
    """Mean (low + mode + high) / 3; the mode lies at the probability (mode − low) / (high − low)."""
    for low, mode, high in ((0.6, 1.0, 1.4), (0.9, 1.0, 1.8), (0.5, 1.0, 1.0)):
        values = quantile(EVENLY, low, mode, high, "triangular")
        assert values.mean() == pytest.approx((low + mode + high) / 3, abs=1e-4)
        assert quantile(np.array([(mode - low) / (high - low)]), low, mode, high, "triangular")[0] == pytest.approx(mode)
        assert quantile(np.array([0.0, 1.0]), low, mode, high, "triangular") == pytest.approx([low, high])


def portfolio(*ids: str, sector: str = "transport") -> Portfolio:
    given = {"outlay_uncertainty": Decimal("0.4"), "tonnes_uncertainty": Decimal("0.3"), "sector": sector}
    return m.portfolio_of(*(m.investment(i, [1000], **given) for i in ids))


def drawn(p: Portfolio, number: int = NUMBER, seed: int = 1, **table: object) -> Draws:
    planning = m.planning(uncertainty=Uncertainty(**table))
    return Draws(uncertain(p, planning), planning.uncertainty.distribution, number, seed)


def test_every_dimension_has_one_world_in_each_part() -> None:
    """A Latin hypercube: the n-th smallest value lies between the quantiles (n − 1)/N and n/N; correlation does not change that."""
    for correlation in (None, m.share("0.6")):
        for values in drawn(portfolio("A", "B"), correlation=correlation).factors["outlay"].values():
            edges = quantile(np.arange(NUMBER + 1) / NUMBER, 0.6, 1.0, 1.4, "pert") * MILLIONTHS
            assert (np.sort(values) >= edges[:-1] - 1).all()
            assert (np.sort(values) <= edges[1:] + 1).all()


def test_a_world_depends_on_seed_number_and_id_alone() -> None:
    one, other = drawn(portfolio("A", "B")), drawn(portfolio("C", "B", "D", "A"))
    for figure in ("outlay", "tonnes"):
        for i in ("A", "B"):
            assert (one.factors[figure][i] == other.factors[figure][i]).all()
    assert not (one.factors["outlay"]["A"] == one.factors["outlay"]["B"]).all()
    assert not (one.factors["outlay"]["A"] == drawn(portfolio("A", "B"), seed=2).factors["outlay"]["A"]).all()


def test_correlation_has_its_sign_and_size() -> None:
    """A Gaussian copula with correlation r has the rank correlation (6/π)·arcsin(r/2); other sectors, and other figures, have none."""
    mixed = m.portfolio_of(*portfolio("A", "B").investments, *portfolio("C", sector="avfall").investments)
    draws = drawn(mixed, correlation=m.share("0.6"), correlation_by_sector={"avfall": m.share("0.9")})
    expected = 6 / np.pi * np.arcsin(0.3)
    for figure in ("outlay", "tonnes"):
        f = draws.factors[figure]
        assert spearmanr(f["A"], f["B"]).statistic == pytest.approx(expected, abs=0.05)
        assert abs(spearmanr(f["A"], f["C"]).statistic) < 0.07
    assert abs(spearmanr(draws.factors["outlay"]["A"], draws.factors["tonnes"]["B"]).statistic) < 0.07
    free = drawn(mixed).factors["outlay"]
    assert abs(spearmanr(free["A"], free["B"]).statistic) < 0.07


def test_delays_and_grants_come_as_often_as_stated() -> None:
    """Latin strata make the shares right to one world in N."""
    given = {"grant": 100, "grant_status": "possible"}
    p = m.portfolio_of(m.investment("A", [1000], **given), m.investment("B", [1000], status="committed", in_plan=True))
    late = {1: m.share("0.25"), 2: m.share("0.1")}
    draws = drawn(
        p, delays=late, grants=UncertainGrants(possible=m.share("0.3")), external=UncertainExternal(low=m.share("0"), high=m.share("0.5"))
    )
    assert sorted(draws.delays) == ["A"]  # what is committed has its window decided
    assert [(draws.delays["A"] == years).mean() for years in (0, 1, 2)] == pytest.approx([0.65, 0.25, 0.1], abs=1 / NUMBER)
    assert draws.grants["A"].mean() == pytest.approx(0.3, abs=1 / NUMBER)
    assert draws.external is not None
    assert draws.external.mean() / MILLIONTHS == pytest.approx(0.5 / 6, abs=1e-3)  # the most likely is nothing: a PERT of 0, 0 and 0.5


def test_the_model_overrides_the_workbook() -> None:
    own = UncertainInvestment(outlay_down=m.share("0"), outlay_up=m.share("0.8"), delays={2: m.share("0.5")}, source="test")
    found = uncertain(portfolio("A", "B"), m.planning(uncertainty=Uncertainty(investments={"A": own})))
    assert found.ranges["outlay"] == {"A": Range(Decimal(1), Decimal("1.8")), "B": Range(Decimal("0.6"), Decimal("1.4"))}
    assert found.ranges["tonnes"]["A"] == Range(Decimal("0.7"), Decimal("1.3"))
    assert found.delays == {"A": {2: Decimal("0.5")}}


def test_a_world_is_the_question_with_other_figures() -> None:
    """Factors come on top of a scenario's, a delay on top of its delay; a locked start moves with it; money is whole kronor."""
    p = m.portfolio_of(
        m.investment("A", [1001, 999], grant=1500, grant_status="applied", partner=300, lock=m.lock("start", 2025), latest=2026),
        m.investment("B", [500], tonnes=Decimal(3)),
    )
    planning = m.planning(investments={"B": Adjustment(outlay_factor=Decimal(2), delay=m.count(1, "years"), source="test")})
    world = World(
        0, outlay={"A": Decimal("0.75"), "B": Decimal("1.5")}, tonnes={"B": Decimal("0.5")}, delay={"A": 1, "B": 1}, grants={"A": True}
    )
    d = build_instance(*question_in(p, planning, world))
    assert d.investments["A"].outlay == (751, 749)  # 750.75 and 749.25
    assert d.starts["A"] == (2026,)
    assert sum(d.entitled["A", 2026].values()) == 1200  # the grant never pays more than what partners leave
    assert d.investments["B"].outlay == (1500,)
    assert d.investments["B"].earliest_start == 2027
    assert d.effect["B", 2027].reduction[2027] == 1500
    refused = build_instance(*question_in(p, planning, World(0, grants={"A": False})))
    assert not refused.entitled["A", 2025]
    untouched = question_in(p, planning, World(0))
    assert World(0).is_as_estimated
    assert (untouched[0], untouched[1]) == (p, planning)


def test_a_sample_without_ranges_is_the_question_itself() -> None:
    p = m.portfolio_of(m.investment("A"), m.investment("B"))
    planning = m.planning()
    what = uncertain(p, planning)
    assert all(world_of(Draws(what, "pert", 5, 0), n).is_as_estimated for n in range(5))


def test_faults_of_the_table_are_found() -> None:
    late = {1: m.share("0.6"), 2: m.share("0.5")}
    external = UncertainExternal(low=m.share("0.5"), high=m.share("0.2"))
    own = {"X": UncertainInvestment(delays=late, source="test")}
    table = Uncertainty(delays=late, external=external, investments=own, correlation_by_sector={"rymden": m.share("0.1")})
    planning = m.planning(uncertainty=table)
    assert [f.code for f in check_model(planning)] == ["delays_above_one", "delays_above_one", "external_range_reversed"]
    codes = {(f.code, f.place) for f in check_against(planning, portfolio("A"))}
    assert ("id_unknown", "uncertainty.investments.X") in codes
    assert ("uncertain_sector_unknown", "uncertainty.correlation_by_sector.rymden") in codes
