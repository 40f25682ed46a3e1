"""Imports go down only, libraries stay where they belong, and nothing unfinished or machine-bound is committed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from sources import imported, modules, nodes

TOP = Path(__file__).parent.parent
LEVELS = {
    0: ("errors", "units", "text", "ctrl_c", "inert", "__init__"),
    1: ("records", "unread", "planning", "statements", "explained", "explored", "outcome"),
    2: (
        *("action_list", "excel", "amounts", "instance", "finance", "external", "flows", "evaluate", "accounts", "audit", "verify"),
        *(
            "planning_load",
            "planning_quantities",
            "planning_schema",
            "planning_sound",
            "planning_checks",
            "planning_checks_money",
            "planning_against",
            "starter",
            "changes",
            "delivery",
            "frames",
            "layout_load",
            "region",
            "region_load",
            "limits",
        ),
    ),
    3: ("formulation", "narrow", "standing", "bounds", "matrix", "shorter", "trial", "worlds", "written_out"),
    4: ("solve", "solved", "solving", "stages", "reaching", "value", "quick", "asked", "proving", "optimum", "many"),
    5: ("analysis",),
    6: ("reports", "whatif"),
    7: ("cli", "__main__"),
}
LEVEL = {name: level for level, names in LEVELS.items() for name in names}
LIBRARIES = {
    "pulp": ("formulation", "solve", "solving", "reaching", "stages"),
    "highspy": ("solve", "quick"),
    "scipy": ("worlds",),
    "openpyxl": ("excel",),
    "xlsxwriter": ("excel",),
    "zipfile": ("excel",),
    "rich": ("reports", "cli", "whatif"),
    "textual": ("whatif",),
    "argcomplete": ("cli",),
    "matplotlib": ("reports",),
    "tomllib": ("planning_load", "layout_load", "text"),
    "pandas": ("frames",),
    "filelock": ("delivery",),
    "joblib": ("many",),
    "distributed": ("many",),
    "dask": ("many",),
    "pyscipopt": ("analysis",),
}
LONG = {
    "planning": "one class a table of the model file",
    "outcome": "one class a part of run.json",
    "statements": "one class a line of a money statement",
    "workbook": "one method a sheet",
    "terminal": "one method a section",
    "matrix": "every constraint of the programme once more, as arrays",
    "instance": "the sets and parameters of the whole mathematics",
}
"""Modules of more than 320 lines, each with its reason."""


def test_imports_go_down_only() -> None:
    wrong = []
    for path, first, tree in modules():
        for name in imported(tree):
            parts = name.split(".")
            if parts[0] == "portfolio" and len(parts) > 1 and parts[1] in LEVEL and parts[1] != first and LEVEL[parts[1]] > LEVEL[first]:
                wrong.append(f"{path.name} imports {name}")
    assert wrong == []


def test_every_module_has_a_level() -> None:
    assert {first for _, first, _ in modules()} == set(LEVEL)


def test_libraries_stay_in_their_place() -> None:
    wrong = []
    for path, first, tree in modules():
        for name in imported(tree):
            allowed = LIBRARIES.get(name.split(".")[0])
            if allowed is not None and first not in allowed:
                wrong.append(f"{path.name} imports {name}")
    assert wrong == []


def test_the_audit_shares_nothing_with_the_optimiser() -> None:
    shared = {"amounts", "finance", "instance", "external", "flows", "evaluate", "accounts"}
    shared |= {"formulation", "solve", "stages", "analysis", "narrow"}
    for path, first, tree in modules():
        if first == "audit":
            assert not {n.split(".")[1] for n in imported(tree) if n.startswith("portfolio.")} & shared, path.name


def test_the_verification_shares_nothing_with_what_it_verifies() -> None:
    """Not even the records, the planning model or the audit: only errors, units, the catalogue, and the reader of raw cells."""
    allowed = {"errors", "units", "text", "verify"}
    for path, first, tree in modules():
        mine = {n for n in imported(tree) if n.startswith("portfolio.")}
        if first == "verify":
            assert {n.split(".")[1] for n in mine if not n.startswith("portfolio.excel")} <= allowed, path.name
            assert all(n.startswith("portfolio.excel.raw") for n in mine if n.startswith("portfolio.excel")), path.name
        if path.name == "raw.py":
            assert not mine, "the reader of raw cells shares nothing with the reader of budgets"


def test_modules_are_small() -> None:
    for path, _, _ in modules():
        lines = len(path.read_text("utf-8").splitlines())
        assert lines <= 320 or path.stem in LONG, f"{path.name}: {lines} lines"


def test_nothing_unfinished_or_machine_bound() -> None:
    places = r"(^|[\s\"'(=])/(work|farm|root)/"
    marks = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "raise Not" + "ImplementedError", places, "index" + "-url")))
    ours = [p for p in TOP.iterdir() if p.name not in (".venv", "build")]
    code = [path for top in ours for path in (top.rglob("*.py") if top.is_dir() else [top]) if path.suffix == ".py"]
    for path in [*code, *TOP.glob("*.md"), *TOP.glob("*.t*"), *(TOP / "docs").rglob("*.*"), *(TOP / "models").rglob("*.toml")]:
        for n, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            assert not marks.search(line), f"{path.relative_to(TOP)}:{n}"


def test_only_the_command_line_prints() -> None:
    for path, first, tree in modules():
        calls = [n for n in nodes(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "print"]
        assert not calls or first == "cli", path.name


def test_no_fault_is_swallowed() -> None:
    """No bare except, nothing as wide as Exception, and no handler that only passes."""
    for path, _, tree in modules():
        for node in nodes(tree):
            if isinstance(node, ast.ExceptHandler):
                where = f"{path.name}:{node.lineno}"
                caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type is not None else {"Exception"}
                assert not caught & {"Exception", "BaseException"}, where
                assert not all(isinstance(n, ast.Pass) for n in node.body), where


FLOATS = {
    "formulation": "the solver's coefficients",
    "solve": "the solver's coefficients and answers",
    "quick": "the solver's coefficients and answers",
    "proving": "the solver's coefficients",
    "asked": "the solver's coefficients",
    "worlds": "probabilities, and factors on their way to whole millionths",
    "comparison.py": "sums over a sample of worlds, on their way to rounded figures",
    "interval.py": "sides of rows that plans are held against",
    "choices.py": "the same",
    "cells.py": "a number cell comes as float and becomes an exact decimal",
    "standard.py": "a number on its way into a cell",
    "decision_workbook.py": "a number on its way into a cell",
    "values.py": "seconds",
    "picture.py": "a place on paper",
    "fit.py": "bounds of the solver's variables",
}
"""Packages or files that may call float(), each with its reason; everything else counts in integers, decimals and fractions."""


def test_kronor_and_tonnes_are_never_floats() -> None:
    used = set()
    for path, first, tree in modules():
        for node in nodes(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                place = first if first in FLOATS else path.name
                assert place in FLOATS, f"{path.name}:{node.lineno}"
                used.add(place)
    assert used == set(FLOATS), "a reason that nothing needs any longer"


def test_modules_of_one_level_do_not_import_in_a_circle() -> None:
    needs: dict[str, set[str]] = {}
    for _, first, tree in modules():
        below = {n.split(".")[1] for n in imported(tree) if n.startswith("portfolio.") and n.split(".")[1] in LEVEL}
        needs.setdefault(first, set()).update(below - {first})
    while needs:
        free = {name for name, below in needs.items() if not below & set(needs)}
        assert free, f"a circle among {sorted(needs)}"
        needs = {name: below for name, below in needs.items() if name not in free}
