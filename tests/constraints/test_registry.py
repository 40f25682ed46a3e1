"""Nothing is forgotten: every constraint has its tests, its golden LP, its recomputation and its words."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import highspy
import pytest

from golden_lp import GOLDEN
from portfolio.audit import CONSTRAINTS
from portfolio.formulation import ALL, TABLES, constraints
from portfolio.planning import ObjectiveName, Planning
from portfolio.text import LANGUAGES, Text

NAMES = [f.__name__ for f in ALL]
WITHOUT_A_CONSTRAINT = {"registry", "objectives", "agreement"}
TIES = {"external_delivery"}
"""What is no demand on a plan but follows from it: the audit derives it from the city's starts, inside the emission ceiling."""


def test_every_constraint_function_is_in_the_registry_once() -> None:
    public = [n for n, f in inspect.getmembers(constraints, inspect.isfunction) if f.__module__ == constraints.__name__ and n[0] != "_"]
    assert sorted(NAMES) == sorted(public)


def test_every_constraint_has_a_test_file_and_no_file_is_left_over() -> None:
    there = {p.stem.removeprefix("test_") for p in Path(__file__).parent.glob("test_*.py")}
    assert there == {*NAMES, *WITHOUT_A_CONSTRAINT}


@pytest.mark.parametrize("name", NAMES)
def test_every_test_file_has_an_allowed_and_a_forbidden_point_and_a_golden_lp(name: str) -> None:
    tests = [n for n in vars(importlib.import_module(f"test_{name}")) if n.startswith("test_")]
    assert any(n.startswith("test_allowed") for n in tests)
    assert any(n.startswith("test_forbidden") for n in tests)
    assert "test_golden" in tests


def test_every_golden_file_belongs_to_a_constraint_or_an_objective() -> None:
    assert {p.name for p in GOLDEN.iterdir()} == {*(f"{n}.lp" for n in NAMES), *(f"objective_{o}.lp" for o in ObjectiveName)}


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_file_is_an_lp_that_a_solver_reads_as_it_stands(name: str) -> None:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    path = GOLDEN / f"{name}.lp"
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    lines = path.read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith(f" {name}_")]
    assert rows
    assert solver.getNumRow() == len(rows)
    first, last = lines.index("Bounds"), lines.index("Generals") if "Generals" in lines else lines.index("End")
    assert solver.getNumCol() == last - first - 1


@pytest.mark.parametrize("name", NAMES)
def test_every_constraint_is_recomputed_by_the_audit(name: str) -> None:
    assert (name in CONSTRAINTS) is not (name in TIES)


@pytest.mark.parametrize("name", NAMES)
def test_every_constraint_has_its_words(name: str) -> None:
    for part in ("name", "meaning"):
        words = [Text(lang)(f"constraint.{name}.{part}") for lang in LANGUAGES]
        assert all(words), part
        assert len(set(words)) == len(LANGUAGES), f"{part} is the same in every language"


@pytest.mark.parametrize("function", ALL, ids=NAMES)
def test_the_docstring_is_the_formula_and_then_what_it_means(function: object) -> None:
    paragraphs = [p.split("\n") for p in (inspect.getdoc(function) or "").split("\n\n")]
    assert len(paragraphs) == 2, "the formula, and what it means"
    formula, meaning = paragraphs
    assert len(formula) == 1, "one constraint is one formula, one line"
    assert any(sign in formula[0] for sign in "≤≥=")
    assert any(variable in formula[0] for variable in ("start[", "percent[", "both[", "counted[", "delivered_by[", "net_debt["))
    assert meaning[-1].endswith(".")


def test_tables_of_the_model_switch_on_constraints_that_exist() -> None:
    assert TABLES.keys() <= set(NAMES)
    assert set(TABLES.values()) <= Planning.model_fields.keys()
