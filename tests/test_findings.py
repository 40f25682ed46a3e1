"""Every finding has an example that brings it, at the place it should, with sentences filled in, and as docs/findings.md tells it."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import example_books
import example_hostile
import examples
from example import Example, brought, heard
from example_told import entry
from portfolio.reports.findings import finding_line
from portfolio.text import LANGUAGES, Text

PAGE: Final = Path(__file__).parents[1] / "docs" / "findings.md"
GENERATE: Final = runpy.run_path(str(PAGE.with_name("generate.py")))
ENTRIES: Final[dict[str, str]] = GENERATE["entries_of"](PAGE.read_text("utf-8"))
FAST: Final = {True: 8, False: 3}
"""Each so many of the examples is in the fast suite: of those that change a workbook, and of those of models and commands."""


def tried() -> Iterator[Any]:
    seen = {True: 0, False: 0}
    for example in examples.ALL:
        workbook = example in example_books.OWN or example in example_hostile.OWN[: example_hostile.BOOKS]
        seen[workbook] += not example.long
        slow = example.long or seen[workbook] % FAST[workbook] > 0
        yield pytest.param(example, id=example.code, marks=[pytest.mark.long] if slow else [])


@pytest.mark.parametrize("example", list(tried()))
def test_the_example_brings_the_finding(example: Example, tmp_path: Path) -> None:
    made, found = heard(example, tmp_path)
    said = brought(example, made, found)
    assert {f.code for f in found if f.severity.value != "note"} - {example.code} == set(example.also)
    assert all(str(value).strip() for _, value in said.parameters), "a name in the sentences stands for nothing"
    for lang in LANGUAGES:
        line = finding_line(said, Text(lang))
        for sentence in (line.message, line.remedy):
            assert re.fullmatch(r"\S.*[.?]", sentence), sentence
            assert not re.search(r"\{\w*\}|\bNone\b|  |\.\.$", sentence), sentence
    assert entry(example, made, said) == ENTRIES[example.code], "run python docs/generate.py"


def test_every_code_has_one_example_and_no_example_another_code() -> None:
    codes = [code for group in examples.groups().values() for code in group]
    assert sorted(examples.EXAMPLES) == sorted(codes)
    assert examples.TWICE == []


def test_the_page_has_all_entries_and_nothing_else() -> None:
    assert list(ENTRIES) == [code for group, *_ in GENERATE["GROUPS"] for code in examples.groups()[group]]
    assert PAGE.read_text("utf-8") == GENERATE["findings_page"](ENTRIES), "run python docs/generate.py"
    assert sorted(group for group, *_ in GENERATE["GROUPS"]) == sorted(examples.groups())
