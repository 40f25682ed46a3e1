"""Every constraint: an allowed and a forbidden point without a solver, the audit's agreement, and an LP small enough to proofread."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pulp
import pytest

from cases import CASES, Case, Point
from portfolio.audit import CONSTRAINTS, audit
from portfolio.formulation import ALL, Programme, build
from portfolio.formulation.constraints import ONE_ORE
from portfolio.instance import build_instance
from portfolio.outcome import Decision, Layer
from portfolio.text import LANGUAGES, Text

GOLDEN = Path(__file__).parents[1] / "golden" / "lp"
NOISE = 1e-9
"""Rounding of floats in tkr; a krona is 1e-3, a kilogram 1e-3, an öre 1e-5."""


def programme(point: Point) -> Programme:
    return build(build_instance(point.portfolio, point.planning))


def values(made: Programme, point: Point) -> dict[str, float]:
    """Every variable of the programme at the point."""
    found = dict.fromkeys((v.name for v in made.problem.variables()), 0.0)
    for key, percent in point.starts.items():
        found[made.choice.start[key].name] = 1
        if key in made.choice.percent:
            found[made.choice.percent[key].name] = percent
    for name, value in point.derived.items():
        assert name in found, f"{name} is not one of {sorted(found)}"
        found[name] = value
    return found


def broken(made: Programme, point: Point, name: str) -> list[str]:
    """The rows of a constraint that the point breaks."""
    at = values(made, point)
    rows = {n: row for n, row in made.problem.constraints.items() if made.row_names[n] == name}
    assert rows, f"{name} is not active"
    return [n for n, row in rows.items() if not holds(row, at)]


def holds(row: pulp.LpConstraint, at: dict[str, float]) -> bool:
    left = sum(coefficient * at[v.name] for v, coefficient in row.items()) + row.constant
    if row.sense == pulp.LpConstraintEQ:
        return abs(left) <= NOISE
    return left <= NOISE if row.sense == pulp.LpConstraintLE else left >= -NOISE


def audited(point: Point) -> set[str]:
    """The constraints that the audit finds breached; these plans state no figures."""
    chosen = {i: (s, layer, percent) for (i, s, layer), percent in point.starts.items()}
    decisions = []
    for i in point.portfolio.investments:
        if i.control.value == "external":
            decisions.append(Decision(id=i.id, name=i.id, owner="", layer=Layer.EXTERNAL, percent=100))
        elif i.id in chosen:
            start, layer, percent = chosen[i.id]
            decisions.append(Decision(id=i.id, name=i.id, owner="", layer=Layer(layer), start=start, percent=percent))
        else:
            decisions.append(Decision(id=i.id, name=i.id, owner="", layer=Layer.NOT_RECOMMENDED))
    found = audit(point.portfolio, point.planning, tuple(decisions))
    return {c.constraint for c in found.breaches} - {"stated_figures", "attribution"}


@pytest.fixture(params=CASES, ids=lambda c: c.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


def test_the_point_on_the_limit_is_allowed(case: Case) -> None:
    made = programme(case.allowed)
    for constraint in {made.row_names[n] for n in made.problem.constraints}:
        assert broken(made, case.allowed, constraint) == [], constraint
    assert audited(case.allowed) == set()


def test_the_point_beyond_it_is_forbidden_by_this_constraint_alone(case: Case) -> None:
    made = programme(case.forbidden)
    assert broken(made, case.forbidden, case.name)
    for constraint in {made.row_names[n] for n in made.problem.constraints} - {case.name}:
        assert broken(made, case.forbidden, constraint) == [], constraint
    if not case.only_tie:
        # the audit knows what must be started by more than one name
        names = {"committed", "lock"} if case.name == "start_at_most_once" else {case.name}
        assert audited(case.forbidden) & names
        assert audited(case.forbidden) <= names


def test_the_limit_is_no_tighter_than_an_ore(case: Case) -> None:
    """With rates the debt is no whole number of kronor; the margin is an öre, never a krona."""
    assert ONE_ORE < 1e-3 / 50
    made = programme(case.allowed)
    rows = [row for n, row in made.problem.constraints.items() if made.row_names[n] == case.name]
    at = values(made, case.allowed)
    slack = [abs(sum(c * at[v.name] for v, c in row.items()) + row.constant) for row in rows]
    assert min(slack) <= 1e-3, "the allowed point lies on the limit, to the krona"


def lp(made: Programme, name: str, functions: Iterable[str]) -> str:
    """The rows of a constraint as people write them, with what the constraint says above."""
    lines = [f"\\ {line}".rstrip() for line in functions]
    used: dict[str, pulp.LpVariable] = {}
    for row_name, row in made.problem.constraints.items():
        if made.row_names[row_name] == name:
            terms = sorted(row.items(), key=lambda item: item[0].name)
            used |= {v.name: v for v, _ in terms}
            sense = {pulp.LpConstraintLE: "<=", pulp.LpConstraintGE: ">=", pulp.LpConstraintEQ: "="}[row.sense]
            lines.append(f"{row_name}: {expression(terms) or 0} {sense} {0 - row.constant:.10g}")
    kinds = {"Integer": "integer", "Continuous": "continuous"}
    for variable in (used[n] for n in sorted(used)):
        bound = f"{variable.lowBound:g} <= {variable.name}" + (f" <= {variable.upBound:g}" if variable.upBound is not None else "")
        lines.append(f"{bound} {kinds[variable.cat]}")
    return "\n".join(lines) + "\n"


def expression(terms: Iterable[tuple[pulp.LpVariable, float]]) -> str:
    written = " ".join(f"{'-' if c < 0 else '+'} {abs(c):.10g} {v.name}".replace(" 1 ", " ") for v, c in terms)
    return written.removeprefix("+ ")


def golden(path: Path, text: str) -> None:
    """Compare with the kept file; UPDATE_GOLDEN=1 writes it anew, to be proofread."""
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text


def test_golden_lp(case: Case) -> None:
    function = next(f for f in ALL if f.__name__ == case.name)
    said = (function.__doc__ or "").strip().splitlines()[0]
    golden(GOLDEN / f"{case.name}.lp", lp(programme(case.allowed), case.name, [said]))


def test_golden_objectives() -> None:
    case = next(c for c in CASES if c.name == "tonnes_ceiling")
    made = programme(case.allowed)
    lines = []
    for name in ("tonnes", "kronor", "gap_outlay", "start_years", "id_order"):
        terms = sorted(getattr(made, name).items(), key=lambda item: item[0].name)
        lines.append(f"{name}: {expression(terms)}")
    golden(GOLDEN / "objectives.lp", "\n".join(lines) + "\n")


def test_every_constraint_has_its_case_golden_lp_recomputation_and_words() -> None:
    names = [f.__name__ for f in ALL]
    assert [c.name for c in CASES] == names
    assert {p.stem for p in GOLDEN.glob("*.lp")} == {*names, "objectives"}
    # what external actors deliver is computed by the audit inside the emission ceiling; it is a tie, no demand of its own
    assert set(names) - {"external_delivery"} <= set(CONSTRAINTS)
    for lang in LANGUAGES:
        assert all(Text(lang).has(f"constraint.{name}.name") for name in names)
    assert all((f.__doc__ or "").strip().splitlines()[0].count("∀") or "Σ" in (f.__doc__ or "") for f in ALL)
