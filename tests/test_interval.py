"""Every world in the ranges: which plans hold and which nobody beats, by hand and by writing out the corner worlds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

import exhaustive
import making as m
from portfolio.analysis.base import Base, base_of
from portfolio.analysis.optimise import Request, optimise
from portfolio.analysis.robust.interval import figures_of, interval
from portfolio.cli import EXIT_DONE, EXIT_INPUT, main
from portfolio.errors import InputError
from portfolio.excel.standard import standard_workbook
from portfolio.explored.interval import Interval
from portfolio.planning import Objective, Planning
from portfolio.records import OverlapPair, Portfolio
from test_robust_machines import MODEL, few


def studied(portfolio: Portfolio, planning: Planning, deviations: int | None) -> tuple[Base, Interval]:
    base = base_of(portfolio, planning, optimise(portfolio, planning, Request()).decisions)
    return base, interval(base, deviations)


def cores(found: Interval) -> dict[str, str]:
    return {line.id: line.core for line in found.cores}


def test_three_investments_by_hand() -> None:
    """1,000 kr each, 2,000 kr there are. A gives 10 t for certain, B 9 t ± 2, C 4 t ± 2: B is always above C, A is not always above B.

    Two at a time: AB has 19 ± 2, AC 14 ± 2, BC 13 ± 4. B against C: at least 7 − 6 > 0, so AB beats AC. A against C: 10 − 6 > 0, so AB
    beats BC. Nothing beats AB.
    """
    a = m.investment("A", [1000], tonnes=Decimal(10))
    b = m.investment("B", [1000], tonnes=Decimal(9), tonnes_uncertainty=Decimal(2) / 9)
    c = m.investment("C", [1000], tonnes=Decimal(4), tonnes_uncertainty=Decimal("0.5"))
    planning = m.planning(control_envelope=m.envelope(2000))
    found = studied(m.portfolio_of(a, b, c), planning, None)[1]
    assert cores(found) == {"A": "always", "B": "always", "C": "never"}
    assert (found.plans, found.holding, found.unbeaten) == (7, 7, 1)
    assert found.recommended_unbeaten


def test_one_deviation_at_a_time_settles_more() -> None:
    """A gives 10 t ± 3, B 6 t ± 2; one fits. B can be above A (8 > 7) only when both turn out otherwise."""
    a = m.investment("A", [1000], tonnes=Decimal(10), tonnes_uncertainty=Decimal("0.3"))
    b = m.investment("B", [1000], tonnes=Decimal(6), tonnes_uncertainty=Decimal(1) / 3)
    asked = m.portfolio_of(a, b), m.planning(control_envelope=m.envelope(1000))
    assert cores(studied(*asked, None)[1]) == {"A": "contested", "B": "contested"}
    assert cores(studied(*asked, 1)[1]) == {"A": "always", "B": "never"}
    assert cores(studied(*asked, 0)[1]) == {"A": "always", "B": "never"}
    assert studied(*asked, 2)[1] == studied(*asked, None)[1]


def test_a_plan_that_does_not_hold_is_out() -> None:
    """A and B cost 1,000 kr ± 10 per cent each, of 2,150 kr. One of them may be dearer, but not both: then only one fits for certain."""
    given: dict[str, Any] = {"outlay_uncertainty": Decimal("0.1")}
    both = m.portfolio_of(m.investment("A", [1000], tonnes=10, **given), m.investment("B", [1000], tonnes=9, **given))
    planning = m.planning(control_envelope=m.envelope(2150))
    assert cores(studied(both, planning, 1)[1]) == {"A": "always", "B": "always"}
    found = studied(both, planning, None)[1]
    assert cores(found) == {"A": "always", "B": "never"}
    assert not found.recommended_holds
    assert not found.recommended_unbeaten
    nothing = studied(both, m.planning(control_envelope=m.envelope(2150), selection=()), None)[1]
    assert nothing == found


def test_refused_when_too_large_or_not_sums() -> None:
    many = m.portfolio_of(*(m.investment(f"I-{n:02d}") for n in range(19)))
    with pytest.raises(InputError) as raised:
        studied(many, m.planning(), None)
    assert [(f.code, dict(f.parameters)["plans"]) for f in raised.value.findings] == [("interval_too_large", 2**19)]
    capped = m.planning(emissions=m.emissions(sectors={"transport": 15}))
    two = m.portfolio_of(*(m.investment(i, emission_sector="transport", tonnes=Decimal(10)) for i in "AB"))
    with pytest.raises(InputError) as raised:
        studied(two, capped, None)
    assert [f.code for f in raised.value.findings] == ["interval_not_sums"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON, sentences, a workbook; --deviations alone is a fault."""
    (tmp_path / "model.toml").write_text(MODEL, "utf-8")
    (tmp_path / "in.xlsx").write_bytes(standard_workbook(few(), range(2025, 2028)))
    asked = ["robust", str(tmp_path / "in.xlsx"), "--model", str(tmp_path / "model.toml")]
    assert main([*asked, "--interval", "--deviations", "1", "--json"]) == EXIT_DONE
    found = json.loads(capsys.readouterr().out)
    assert (found["deviations"], found["figures"], found["unbeaten"]) == (1, 10, 3)
    assert main([*asked, "--interval", "--lang", "en", "--out", str(tmp_path / "ut")]) == EXIT_DONE
    assert "In every unbeaten plan (stands), 1: I-4." in capsys.readouterr().out
    sheet = openpyxl.load_workbook(tmp_path / "ut" / "intervall.xlsx").worksheets[0]
    assert {"I-0", "I-1", "I-2", "I-3", "I-4"} <= {cell.value for row in sheet for cell in row}
    assert main([*asked, "--deviations", "1", "--lang", "en"]) == EXIT_INPUT
    assert "--deviations belongs to --interval" in " ".join(capsys.readouterr().err.split())


# --- every corner world, every plan ----------------------------------------------------------------------------------


def random_question(seed: int) -> tuple[Portfolio, Planning]:
    """Four or five investments, an envelope, a mandate, what goes before what, an overlap; figures that stay whole at their ends."""
    draw = Random(seed)
    items = []
    for n in range(draw.choice([4, 5])):
        given: dict[str, Any] = {"latest": draw.choice([2025, 2026])}
        if draw.random() < 0.6:
            given["outlay_uncertainty"] = Decimal(draw.choice(["0.1", "0.2", "0.5"]))
        if draw.random() < 0.6:
            given["tonnes_uncertainty"] = Decimal(draw.choice(["0.1", "0.3", "0.5"]))
        if n and draw.random() < 0.3:
            given["requires"] = m.needs(f"I-{n - 1}")
        elif draw.random() < 0.2:
            given["alternatives"] = "one"
        outlay = [1000 * draw.randint(1, 4) for _ in range(draw.choice([1, 2]))]
        items.append(m.investment(f"I-{n}", outlay, tonnes=Decimal(draw.randint(2, 12)), **given))
    pairs = [OverlapPair(loser="I-0", winner="I-1", share=Decimal("0.5"), origin=m.ORIGIN)] if draw.random() < 0.5 else []
    whole = sum(sum(i.outlay) for i in items)
    tables: dict[str, Any] = {"control_envelope": m.envelope(whole * draw.choice([5, 7, 12]) // 10)}
    if draw.random() < 0.5:
        tables["debt"] = m.debt(0, whole * draw.choice([4, 6]) // 10)
    name = draw.choice(["most_tonnes", "tonnes_per_krona"])
    return m.portfolio_of(*items, pairs=pairs), m.planning(objective=Objective(name=name), **tables)


def corners(base: Base, most: int | None) -> Iterator[dict[tuple[str, str], Decimal]]:
    """Factors by figure and id: at most so many figures at an end."""
    figures = figures_of(base)
    for number in range((len(figures) if most is None else min(most, len(figures))) + 1):
        for chosen in combinations(figures, number):
            for ends in product((0, 1), repeat=number):
                yield {(f.figure, f.id): getattr(f.ends[e], f.figure)[f.id] for f, e in zip(chosen, ends, strict=True)}


def in_world(portfolio: Portfolio, factors: dict[tuple[str, str], Decimal]) -> Portfolio:
    """The records with the figures of a corner, by hand."""
    changed = []
    for i in portfolio.investments:
        outlay, tonnes = factors.get(("outlay", i.id), Decimal(1)), factors.get(("tonnes", i.id), Decimal(1))
        money = tuple(int(kr * outlay) for kr in i.outlay)
        assert list(money) == [kr * outlay for kr in i.outlay]
        changed.append(i.model_copy(update={"outlay": money, "tonnes": i.tonnes * tonnes}))
    return portfolio.model_copy(update={"investments": tuple(changed)})


def by_enumeration(base: Base, most: int | None) -> tuple[int, int, dict[str, str]]:
    """Plans that hold, plans that nobody beats, and what all, some and none of these have."""
    portfolio, planning = base.question.portfolio, base.question.planning
    estimate = exhaustive.Question(portfolio, planning, ("gap",))
    best = estimate.value({i: (p.start, "gap", 100) for i, p in base.picks.items()})
    rate = Fraction(best.ticks, best.kronor) if planning.objective.name.value == "tonnes_per_krona" else Fraction(0)
    plans = [c for c in estimate.all() if estimate.feasible(c)]
    holds, values = [True] * len(plans), [[] for _ in plans]  # type: list[bool], list[list[Fraction]]
    for factors in corners(base, most):
        world = exhaustive.Question(in_world(portfolio, factors), planning, ("gap",))
        for n, c in enumerate(plans):
            holds[n] = holds[n] and world.feasible(c)
            v = world.value(c)
            values[n].append(v.ticks - rate * v.kronor)
    held = [n for n in range(len(plans)) if holds[n]]
    if rate:
        ticks = {n: estimate.value(plans[n]).ticks for n in held}
        held = [n for n in held if ticks[n] >= Fraction(95, 100) * max(ticks.values())]

    def beats(p: int, q: int) -> bool:
        return values[p] != values[q] and all(x >= y for x, y in zip(values[p], values[q], strict=True))

    unbeaten = [plans[q] for q in held if not any(beats(p, q) for p in held)]
    told = {}
    for i in sorted(x.id for x in portfolio.investments):
        times = sum(i in c for c in unbeaten)
        told[i] = "always" if times == len(unbeaten) else "contested" if times else "never"
    return len(held), len(unbeaten), told if unbeaten else {}


@pytest.mark.parametrize("seed", [*range(2), *(pytest.param(s, marks=pytest.mark.long) for s in range(2, 7))])
def test_every_plan_in_every_corner(seed: int) -> None:
    portfolio, planning = random_question(seed)
    for most in (1, 2):
        base, found = studied(portfolio, planning, most)
        assert (found.enough, found.unbeaten, cores(found)) == by_enumeration(base, most), (seed, most)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(7, 120))
def test_every_plan_in_every_corner_many(seed: int) -> None:
    portfolio, planning = random_question(seed)
    for most in (1, 3, None):
        base, found = studied(portfolio, planning, most)
        if len(figures_of(base)) <= 7:
            assert (found.enough, found.unbeaten, cores(found)) == by_enumeration(base, most), (seed, most)
