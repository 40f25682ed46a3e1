"""Points of small questions and what the programme's rows say about them: exact, by hand, without a solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

import pulp

import making as m
from portfolio.audit import audit
from portfolio.formulation import Programme, build
from portfolio.instance import build_instance
from portfolio.outcome import Audit, Decision, Layer
from portfolio.planning import Planning, Rate
from portfolio.records import Investment, OverlapCeiling, OverlapPair, Portfolio

Start = tuple[str, int, str] | tuple[str, int, str, int]
"""Investment, start year, layer, and per cent bought when it is not 100."""

KRONA = Fraction(1, 1000)
"""One krona in the rows' unit of money, tkr."""
KILOGRAM = Fraction(1, 1000)
"""One kilogram in the rows' unit of emissions, t."""
ORE = Fraction(1, 100_000)
"""One öre in tkr."""
TICK = Fraction(1, 100_000)
"""10 g in t."""

NOT_STATED = frozenset({"stated_figures", "attribution"})
"""What the audit says about decisions that state no figures; left aside unless a test states them."""


@cache
def exact(number: float) -> Fraction:
    """The figure that a float of the programme stands for: at most six decimals, or a whole part of a krona in tkr."""
    decimals = Fraction(round(number * 1_000_000), 1_000_000)
    parts = Fraction(number).limit_denominator(100_000)
    near = min(decimals, parts, key=lambda f: (abs(f - Fraction(number)) > abs(f) / 10**14, f.denominator))
    assert abs(near - Fraction(number)) <= abs(near) / 10**14, f"{number!r} is neither"
    return near


def rate(value: str) -> Rate:
    """A rate a year with a source."""
    return Rate(unit="share", stated=value, source="test", value=Decimal(value))


@dataclass(frozen=True)
class Question:
    """A portfolio under a model, and its programme."""

    portfolio: Portfolio
    planning: Planning

    @cached_property
    def programme(self) -> Programme:
        """Built once."""
        return build(build_instance(self.portfolio, self.planning))

    @cached_property
    def all_rows(self) -> dict[str, pulp.LpConstraint]:
        """Every row, by name."""
        return {row.name: row for row in self.programme.problem.constraints()}

    def rows(self, name: str) -> dict[str, pulp.LpConstraint]:
        """The rows of one constraint, by row name."""
        return {n: row for n, row in self.all_rows.items() if self.programme.row_names[n] == name}

    def at(self, *starts: Start, tonnes: Mapping[str, Mapping[int, Decimal]] | None = None, **derived: Fraction | int) -> Point:
        """The point at which exactly these are started.

        Args:
            tonnes: attributed tonnes (t) that the decisions state, by id and year.
            derived: values of the variables that follow from the starts, by name; what is not named is 0.
        """
        return Point(self, starts, derived, tonnes or {})


def question(
    *investments: Investment, pairs: Sequence[OverlapPair] = (), ceilings: Sequence[OverlapCeiling] = (), **tables: Any
) -> Question:
    """A question from records and the tables of the model."""
    return Question(m.portfolio_of(*investments, pairs=pairs, ceilings=ceilings), m.planning(**tables))


@dataclass(frozen=True)
class Point:
    """A value for every variable of a question's programme."""

    question: Question
    starts: tuple[Start, ...]
    derived: Mapping[str, Fraction | int] = field(default_factory=dict)
    tonnes: Mapping[str, Mapping[int, Decimal]] = field(default_factory=dict)

    @cached_property
    def values(self) -> dict[str, Fraction]:
        """Every variable's value, inside its own bounds and whole where it must be."""
        choice = self.question.programme.choice
        variables = {v.name: v for v in self.question.programme.problem.variables()}
        found = dict.fromkeys(variables, Fraction(0))
        for i, s, l, *percent in self.starts:
            found[choice.start[i, s, l].name] = Fraction(1)
            if (i, s, l) in choice.percent:
                found[choice.percent[i, s, l].name] = Fraction(percent[0] if percent else 100)
        for name, value in self.derived.items():
            assert name in found, f"{name} is none of {sorted(found)}"
            found[name] = Fraction(value)
        for name, value in found.items():
            low, high = variables[name].lowBound, variables[name].upBound
            assert low is not None, name
            assert low <= value, name
            assert high is None or value <= high, name
            assert variables[name].cat != pulp.LpInteger or value.denominator == 1, name
        return found

    def value(self, expression: pulp.LpAffineExpression) -> Fraction:
        """An expression at this point."""
        terms = (exact(c) * self.values[v.name] for v, c in expression.items())
        return sum(terms, exact(expression.constant))

    def slack(self, row_name: str) -> Fraction:
        """What is left before the row breaks, in the row's own unit; negative when it is broken."""
        row = self.question.all_rows[row_name]
        level = sum((exact(c) * self.values[v.name] for v, c in row.items()), exact(row.constant))
        return {pulp.LpConstraintLE: -level, pulp.LpConstraintGE: level, pulp.LpConstraintEQ: -abs(level)}[row.sense]

    @property
    def broken(self) -> dict[str, Fraction]:
        """Every row of the whole programme that this point breaks, and by how much."""
        slack = {name: self.slack(name) for name in self.question.all_rows}
        return {name: -left for name, left in slack.items() if left < 0}

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The same plan as decisions; one for every start, so that what is started twice is decided twice."""
        made = []
        for i in self.question.portfolio.investments:
            mine = [start for start in self.starts if start[0] == i.id]
            if i.control.value == "external":
                made.append(Decision(id=i.id, name=i.id, owner="", layer=Layer.EXTERNAL, percent=100))
            elif not mine:
                made.append(Decision(id=i.id, name=i.id, owner="", layer=Layer.NOT_RECOMMENDED))
            for _, s, l, *percent in mine:
                share = percent[0] if percent else 100
                stated = dict(self.tonnes.get(i.id, {}))
                made.append(Decision(id=i.id, name=i.id, owner="", layer=Layer(l), start=s, percent=share, tonnes=stated))
        return tuple(made)

    @cached_property
    def audit(self) -> Audit:
        """The audit of the plan, which knows nothing of the programme."""
        return audit(self.question.portfolio, self.question.planning, self.decisions)

    @property
    def breaches(self) -> set[str]:
        """Names of the constraints that the audit finds breached."""
        return {c.constraint for c in self.audit.breaches} - NOT_STATED


def assert_allowed(point: Point, *on_the_limit: str) -> None:
    """No row is broken, the named rows have nothing left, and the audit finds nothing."""
    assert point.broken == {}
    assert {name: point.slack(name) for name in on_the_limit} == dict.fromkeys(on_the_limit, 0)
    assert point.breaches == set()


def assert_forbidden(point: Point, broken: Mapping[str, Fraction | int], audited: str | None) -> None:
    """Exactly these rows are broken, by exactly so much; the audit refuses the plan for `audited` alone (None: it has no view)."""
    assert point.broken == broken
    if audited is not None:
        assert point.breaches == {audited}


def assert_whole(question: Question, name: str, unit: Fraction) -> None:
    """Every figure of a constraint is a whole number of `unit`: what breaks a row breaks it by far more than the solver overlooks."""
    overlooked = Fraction(1, 1_000_000)
    assert unit >= 10 * overlooked
    for row in question.rows(name).values():
        figures = (exact(row.constant), *(exact(c) for _, c in row.items()))
        assert all((figure / unit).denominator == 1 for figure in figures), row.name
