"""The catalogue is complete: the same messages and placeholders in both languages, and every name that the code uses exists."""

from __future__ import annotations

import ast
import string
from pathlib import Path

from portfolio.formulation import ALL
from portfolio.text import catalogue

PACKAGE = Path(__file__).parent.parent / "portfolio"


def placeholders(message: str) -> set[str]:
    """Names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_both_languages_have_the_same_messages() -> None:
    assert catalogue("sv").keys() == catalogue("en").keys()


def test_placeholders_agree() -> None:
    # a word that differs between the languages may come as `column` and `column_en`
    for name, message in catalogue("sv").items():
        other = {p.removesuffix("_en") for p in placeholders(catalogue("en")[name])}
        assert {p.removesuffix("_en") for p in placeholders(message)} == other, name


def test_messages_are_not_empty() -> None:
    empty = {name for name, message in catalogue("sv").items() if not message.strip()}
    assert empty <= {"terminal.stopped.none"}


def literal_calls() -> list[tuple[str, str, str]]:
    """(file, function, first literal argument) of every call with a literal string first."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                found.append((path.name, name, node.args[0].value))
    return found


def test_every_message_that_code_names_exists() -> None:
    messages = catalogue("sv")
    for file, function, name in literal_calls():
        if function in ("t", "text", "_text") and "." in name:
            assert name in messages, f"{file}: {name}"
        if function == "finding":
            assert f"finding.{name}" in messages, f"{file}: {name}"
            assert f"finding.{name}_remedy" in messages, f"{file}: {name}"


def test_every_constraint_has_a_name_and_a_meaning() -> None:
    for constraint in ALL:
        assert f"constraint.{constraint.__name__}.name" in catalogue("sv")
        assert f"constraint.{constraint.__name__}.meaning" in catalogue("sv")


NOT_BY_NAME = {
    "excel.column.": "read for every declared column of excel/columns.py and excel/overlaps.py",
    "excel.help.": "read for every declared column of excel/columns.py",
    "excel.word.": "read for every member of the enumerations in records.py",
}
"""Messages that no literal of the code spells, each prefix with the reason why it is still used."""


def constants() -> tuple[set[str], list[re.Pattern[str]]]:
    """Every literal string of the code, and every f-string that starts with the name of a part of the catalogue, as a pattern."""
    literals: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    parts = {name.split(".")[0] for name in catalogue("sv")}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                pieces = [str(v.value) if isinstance(v, ast.Constant) else None for v in node.values]
                if pieces[0] is not None and pieces[0].split(".")[0] in parts and "." in pieces[0]:
                    patterns.append(re.compile("".join(r"[\w.]+" if p is None else re.escape(p) for p in pieces)))
    return literals, patterns


def test_no_message_is_unused() -> None:
    literals, patterns = constants()
    unused = set()
    for name in catalogue("sv"):
        if name.startswith("finding."):
            used = name.removeprefix("finding.").removesuffix("_remedy") in literals
        else:
            # the last word of a composed name must itself stand in the code, unless its prefix is declared
            composed = any(p.fullmatch(name) for p in patterns) and bool(set(name.split(".")[1:]) & WORDS)
            used = name in literals or composed or name.startswith(tuple(NOT_BY_NAME))
        if not used:
            unused.add(name)
    assert unused == set()


def test_declared_prefixes_are_needed() -> None:
    literals, _ = constants()
    for prefix in NOT_BY_NAME:
        names = {name for name in catalogue("sv") if name.startswith(prefix)}
        assert names, prefix
        assert names - literals, prefix
