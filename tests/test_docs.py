"""What the documentation claims is so: generated pages are current, commands and options exist, links lead somewhere."""

from __future__ import annotations

import io
import json
import re
import runpy
import shlex
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from portfolio import cli

TOP = Path(__file__).parent.parent
SOURCES = sorted((TOP / "portfolio" / "cli").glob("*.py"))
COMMANDS = tuple(name for path in SOURCES for name in re.findall(r"^def run_(\w+)\(options", path.read_text("utf-8"), re.MULTILINE))
README = (TOP / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def generate() -> dict[str, Any]:
    """The functions of docs/generate.py."""
    return runpy.run_path(str(TOP / "docs" / "generate.py"))


@cache
def help_of(command: str) -> str:
    """The help of a command; of the reports, which take the same options, that of the first."""
    printed = io.StringIO()
    with redirect_stdout(printed), pytest.raises(SystemExit) as end:
        cli.main([*([command, cli.REPORTS[0]] if command == "report" else [command]), "--lang", "en", "--help"])
    assert not end.value.code
    return printed.getvalue()


def options_in(shown: str) -> set[str]:
    """Long options named in a text."""
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", shown))


def test_findings_page_is_current(generate: dict[str, Any]) -> None:
    assert (TOP / "docs" / "findings.md").read_text("utf-8") == generate["findings_page"](), "run python docs/generate.py"


def test_frames_page_is_current(generate: dict[str, Any]) -> None:
    assert (TOP / "docs" / "frames.md").read_text("utf-8") == generate["frames_page"](), "run python docs/generate.py"


def test_schema_is_current(generate: dict[str, Any]) -> None:
    assert json.loads((TOP / "docs" / "run.schema.json").read_text("utf-8")) == json.loads(generate["schema_page"]())


@pytest.mark.long
def test_the_picture_is_what_the_main_job_prints(generate: dict[str, Any]) -> None:
    shown = re.search(f"{generate['BEGIN']}\n```text\n(.*?)\n```\n{generate['END']}", README, re.DOTALL)
    assert shown is not None, "run python docs/generate.py"
    assert shown[1] == generate["picture"](generate["terminal"]())
    assert max(map(len, shown[1].splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_names_every_option_and_no_other(command: str) -> None:
    page = (TOP / "docs" / f"{command}.md").read_text("utf-8")
    assert options_in(page) | {"--help"} == options_in(help_of(command)), command


def test_the_readme_names_every_command_and_only_options_that_exist() -> None:
    for command in COMMANDS:
        assert f"`portfolio {command}" in README
    known = set().union(*(options_in(help_of(c)) for c in COMMANDS))
    for line in re.findall(rf"portfolio (?:{'|'.join(COMMANDS)})[^`\n]*", README):
        assert options_in(line) <= known, line


def test_every_exit_code_is_explained() -> None:
    codes = {value for name, value in vars(cli).items() if name.startswith("EXIT_")}
    page = (TOP / "docs" / "exit-codes.md").read_text("utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == codes
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)} == codes


def test_the_two_commands_are_one_line_of_shell_each() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    for block in blocks:
        assert block.count("\n") == 1
        assert "-c constraints.txt" in block
        assert shlex.split(block)[:3] == ["python3", "-m", "venv"]
    assert blocks[0].rstrip().endswith("portfolio optimise")
    assert blocks[1].rstrip().endswith("pytest")


def test_links_lead_somewhere() -> None:
    for page in [*TOP.glob("*.md"), *(TOP / "docs").glob("*.md"), *TOP.glob("*/README.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_index_names_every_page() -> None:
    index = (TOP / "docs" / "index.md").read_text("utf-8")
    for page in (TOP / "docs").glob("*.*"):
        assert f"({page.name})" in index or page.name in ("index.md", "generate.py"), page.name
