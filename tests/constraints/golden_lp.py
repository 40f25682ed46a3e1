"""Rows and objectives in LP format, as people read them, and their comparison with the kept files in tests/golden/lp."""

from __future__ import annotations

import os
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pulp

from constraint_case import Question, exact
from portfolio.formulation import ALL

GOLDEN = Path(__file__).parents[1] / "golden" / "lp"
SENSE = {pulp.LpConstraintLE: "<=", pulp.LpConstraintGE: ">=", pulp.LpConstraintEQ: "="}
WIDTH = 110


def golden(file: str, text: str) -> None:
    """Compare byte for byte with the kept file; UPDATE_GOLDEN=1 writes it anew, to be proofread before it is committed."""
    path = GOLDEN / file
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_bytes(text.encode())
    assert path.is_file(), f"no {file}; UPDATE_GOLDEN=1 writes it"
    assert path.read_bytes().decode() == text


def constraint_lp(question: Question, name: str, story: str) -> str:
    """One constraint of a question: its formula, the question in words, its rows, and the variables in them."""
    function = next(f for f in ALL if f.__name__ == name)
    formula = (function.__doc__ or "").splitlines()[0]
    rows = question.rows(name)
    assert rows, f"{name} is not active"
    lines = [*_heading(question, formula, story), "Minimize", " obj:", "Subject To"]
    for row in rows.values():
        right = f"{SENSE[row.sense]} {_figure(-exact(row.constant))}"
        terms = [(v.name, exact(c)) for v, c in row.items() if c]
        # LP format has no row without variables; as a comment it can still be read
        lines += _wrapped(f" {row.name}: ", terms, right) if terms else [f"\\ {row.name}: 0 {right}"]
    return "\n".join([*lines, *_variables(v for row in rows.values() for v, c in row.items() if c), "End"]) + "\n"


def objective_lp(question: Question, stages: Iterable[tuple[str, bool | None]], story: str) -> str:
    """The expressions of an objective's stages in order: (attribute of the programme, maximised; None: not asked for, but held)."""
    lines = _heading(question, "", story)
    variables: list[pulp.LpVariable] = []
    for name, maximise in stages:
        expression: pulp.LpAffineExpression = getattr(question.programme, name)
        assert exact(expression.constant) == 0
        terms = [(v.name, exact(c)) for v, c in expression.items() if c]
        lines += [{True: "Maximize", False: "Minimize", None: "\\ Held"}[maximise], *_wrapped(f" {name}: ", terms, "")]
        variables += [v for v, c in expression.items() if c]
    return "\n".join([*lines, *_variables(variables), "End"]) + "\n"


def _heading(question: Question, formula: str, story: str) -> list[str]:
    names = ", ".join(f"{n:04d} = {i}" for i, n in question.programme.instance.index.items())
    return [f"\\ {line}".rstrip() for line in (formula, *story.strip().splitlines(), names) if line.strip()]


def _figure(figure: Fraction) -> str:
    """At most six decimals, none that says nothing."""
    millions = figure * 1_000_000
    assert millions.denominator == 1
    text = f"{Decimal(millions.numerator).scaleb(-6):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _wrapped(label: str, terms: Iterable[tuple[str, Fraction]], right: str) -> list[str]:
    """`label a + 2 b <= 3`, terms by name, broken into lines."""
    lines, line = [], label
    for name, coefficient in sorted(terms):
        size = "" if abs(coefficient) == 1 else f"{_figure(abs(coefficient))} "
        first = line == label and not lines
        sign = ("- " if coefficient < 0 else "") if first else ("- " if coefficient < 0 else "+ ")
        if len(line) + len(sign + size + name) > WIDTH and not first:
            lines.append(line.rstrip())
            line = "   "
        line += f"{sign}{size}{name} "
    return [*lines, (line + right).rstrip()]


def _variables(used: Iterable[pulp.LpVariable]) -> list[str]:
    """Bounds of every variable that is used, and which of them are whole numbers."""
    by_name = {v.name: v for v in used}
    lines = ["Bounds"]
    for name, v in sorted(by_name.items()):
        upper = "" if v.upBound is None else f" <= {_figure(exact(v.upBound))}"
        lines.append(f" {_figure(exact(v.lowBound))} <= {name}{upper}")
    whole = sorted(name for name, v in by_name.items() if v.cat == pulp.LpInteger)
    return [*lines, *(["Generals", *(f" {name}" for name in whole)] if whole else [])]
