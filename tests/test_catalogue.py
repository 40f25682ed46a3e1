"""The catalogue is complete: the same messages and placeholders in both languages, and every name that the code uses exists."""

from __future__ import annotations

import ast
import re
import string

from portfolio.formulation import ALL
from portfolio.text import LANGUAGES, catalogue
from sources import modules, nodes


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
    for file, _, tree in modules():
        for node in nodes(tree):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                found.append((file.name, name, node.args[0].value))
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


def trees() -> list[ast.AST]:
    """Every node of the package's code."""
    return [node for _, _, tree in modules() for node in nodes(tree)]


def vocabulary() -> set[str]:
    """Every literal string and every name in the code: what a composed message name can be filled with."""
    words: set[str] = set()
    for node in trees():
        for attribute in ("id", "attr", "name", "arg", "value"):
            word = getattr(node, attribute, None)
            if isinstance(word, str):
                words.add(word)
    return words


def composed() -> list[re.Pattern[str]]:
    """Message names that code composes, f"terminal.quantity.{quantity}" and the like, with a group for every gap."""
    parts = {name.split(".")[0] for name in catalogue("sv")}
    found = []
    for node in trees():
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            first = str(node.values[0].value)
            if "." in first and first.split(".", maxsplit=1)[0] in parts:
                found.append(
                    re.compile("".join(re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"([\w.]+)" for v in node.values))
                )
    return found


JOINED = {
    "reason.chosen_plan_free": "analysis/reasons.py adds `_free` when the investment costs nothing",
    "reason.chosen_gap_free": "the same, in layer gap",
    "reason.chosen_plan_floor": "analysis/reasons.py adds `_floor` when the rest does not reach the floor without it",
    "reason.chosen_gap_floor": "the same, in layer gap",
    "reason.limits_year": "reports/reason.py adds `_year` when the limit is one of a year",
    "reason.together_limits_year": "the same, with what it needs",
}
"""Messages whose names the code joins from pieces that are not an f-string, each with where."""


def test_no_message_is_unused() -> None:
    words, patterns = vocabulary(), [p for p in composed() if not p.pattern.startswith("finding")]
    unused = []
    for name in catalogue("sv"):
        if name.startswith("finding."):
            used = name.removeprefix("finding.").removesuffix("_remedy") in words
        else:
            filled = [match.groups() for p in patterns if (match := p.fullmatch(name))]
            used = name in words or any({gap.split(".")[-1] for gap in gaps} <= words for gaps in filled)
        if not used:
            unused.append(name)
    assert sorted(unused) == sorted(JOINED)


def with_code() -> dict[str, int]:
    """Functions and exceptions that take the code of a finding: name to the position of that argument in a call."""
    found = {"Finding": 0}
    for tree in trees():
        classes = [tree] if isinstance(tree, ast.ClassDef) else []
        owners = {id(f): c.name for c in classes for f in c.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"}
        functions = [tree] if isinstance(tree, ast.FunctionDef) and tree.name != "__init__" else [f for c in classes for f in c.body]
        for node in functions:
            if isinstance(node, ast.FunctionDef):
                names = [a.arg for a in node.args.args if a.arg not in ("self", "cls")]
                if "code" in names:
                    found[owners.get(id(node), node.name)] = names.index("code")
    return found


def literals_in(node: ast.expr) -> set[str]:
    """The literal strings that an argument can be: itself, or either side of a conditional."""
    sides = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    return {side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)}


def test_every_finding_that_code_raises_has_its_two_sentences() -> None:
    takes_code, raised = with_code(), set[str]()
    for node in trees():
        if isinstance(node, ast.Call):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if function in takes_code and len(node.args) > takes_code[function]:
                raised |= literals_in(node.args[takes_code[function]])
    assert len(raised) > 80
    assert {f"finding.{code}{end}" for code in raised for end in ("", "_remedy")} <= catalogue("sv").keys()


def test_every_finding_brings_what_its_sentences_name() -> None:
    """A sentence with a name in braces that no call fills would end in a traceback instead of a finding."""
    # where a call has its code, and what the function adds itself
    functions = {"finding": (0, set[str]()), "about": (1, {"id"}), "_at": (1, {"id"})}
    for node in trees():
        called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and called in functions and all(k.arg for k in node.keywords):
            position, added = functions[called]
            brought = {str(k.arg) for k in node.keywords} - {"value", "severity", "place"} | added
            for code in literals_in(node.args[position]):
                for lang in LANGUAGES:
                    wanted = {p for end in ("", "_remedy") for p in placeholders(catalogue(lang)[f"finding.{code}{end}"])}
                    assert wanted <= brought, f"{lang} finding.{code}"


ENGLISH = set(re.findall(r"\w+", "the and with without must year years outlay file value row sheet should which only than not are is of"))
"""Words that no Swedish sentence holds; names of keys and commands are left out of the search."""
NAMES = re.compile(r'portfolio \w+|"\w+"|--[\w-]+|\b\w+_\w+\b|\{\w+\}|\b[\w./-]+\.(toml|xlsx|json)\b|[a-z]+/[a-z/]*|\b\w+ = \S+')


def test_swedish_is_swedish() -> None:
    for name, message in catalogue("sv").items():
        words = set(re.findall(r"[a-zåäöé]+", NAMES.sub(" ", message).lower()))
        assert not words & ENGLISH, f"{name}: {message}"


def test_swedish_writes_a_decimal_comma() -> None:
    for name, message in catalogue("sv").items():
        assert not re.search(r"\b\d+\.\d+\b", message), f"{name}: {message}"
