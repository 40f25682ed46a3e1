"""What the documentation claims is so: generated pages are current, commands and options exist, links lead somewhere."""

from __future__ import annotations

import io
import json
import re
import runpy
import shlex
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from portfolio import cli
from portfolio.cli.ending import shown
from portfolio.cli.parser import parser_of
from portfolio.errors import cannot_write
from portfolio.text import LANGUAGES, Text

TOP = Path(__file__).parent.parent
SOURCES = sorted((TOP / "portfolio" / "cli").glob("*.py"))
COMMANDS = tuple(name for path in SOURCES for name in re.findall(r"^def run_(\w+)\(options", path.read_text("utf-8"), re.MULTILINE))
PAGES = [*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"), *TOP.glob("*/README.md"), *(TOP / "models").glob("*/README.md")]
README = (TOP / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def generate() -> dict[str, Any]:
    """The functions of docs/generate.py."""
    return runpy.run_path(str(TOP / "docs" / "generate.py"))


@cache
def help_of(command: str) -> str:
    """What --help shows; of report what it shows for every part of it."""
    printed = io.StringIO()
    for asked in [[command, part] for part in (*cli.REPORTS, "html")] if command == "report" else [[command]]:
        with redirect_stdout(printed), pytest.raises(SystemExit) as end:
            cli.main([*asked, "--lang", "en", "--help"])
        assert not end.value.code
    return printed.getvalue()


def options_in(shown: str) -> set[str]:
    """Long options named in a text."""
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", shown))


def test_frames_page_is_current(generate: dict[str, Any]) -> None:
    assert (TOP / "docs" / "frames.md").read_text("utf-8") == generate["frames_page"](), "run python docs/generate.py"


def test_schema_is_current(generate: dict[str, Any]) -> None:
    assert json.loads((TOP / "docs" / "run.schema.json").read_text("utf-8")) == json.loads(generate["schema_page"]())


def test_formula_book_is_current(generate: dict[str, Any]) -> None:
    assert (TOP / "docs" / "formula-book.md").read_text("utf-8") == generate["formula_book"](), "run python docs/generate.py"


@pytest.mark.long
def test_the_picture_is_what_the_main_job_prints(generate: dict[str, Any]) -> None:
    shown = re.search(f"{generate['BEGIN']}\n```text\n(.*?)\n```\n{generate['END']}", README, re.DOTALL)
    assert shown is not None, "run python docs/generate.py"
    assert shown[1] == generate["picture"](generate["terminal"]())
    assert max(map(len, shown[1].splitlines())) <= 80
    drawings = generate["pictures"](generate["sample"]()[1])
    assert set(drawings) == set(generate["PICTURES"].values())
    for name, drawing in drawings.items():
        assert (TOP / "docs" / "sv" / "bilder" / name).read_text("utf-8") == drawing, "run python docs/generate.py"


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
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_index_names_every_page() -> None:
    index = (TOP / "docs" / "index.md").read_text("utf-8")
    for page in (TOP / "docs").glob("*.*"):
        assert f"({page.name})" in index or page.name == "index.md" or page.suffix == ".py", page.name
    index = (TOP / "docs" / "sv" / "index.md").read_text("utf-8")
    for page in (TOP / "docs" / "sv").glob("*.md"):
        assert f"({page.name})" in index or page.name == "index.md", page.name
    shown = "".join(page.read_text("utf-8") for page in (TOP / "docs" / "sv").glob("*.md"))
    for picture in (TOP / "docs" / "sv" / "bilder").iterdir():
        assert f"](bilder/{picture.name})" in shown, picture.name


def test_every_example_can_be_asked_for() -> None:
    """Each line of a block that is a command parses; each command has one on its page; the examples of the help parse too."""
    parsers = {lang: parser_of(Text(lang)) for lang in LANGUAGES}
    seen: set[str] = set()
    for page in PAGES:
        for kind, block in re.findall(r"^ *```(\w*)\n(.*?)^ *```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
            # in a console the command stands after the prompt, and the rest is what was printed
            asked = re.findall(r"^\$ (.*)$", block, re.MULTILINE) if kind == "console" else block.splitlines()
            for line in asked:
                # a pattern of what can be asked for, or piped on to the shell
                if line.startswith("portfolio ") and not re.search(r"[\[\]|…>]|\b[A-Z]{3,}\b", line):
                    words = shlex.split(re.sub(r"\s+# kod \d+$", "", line).replace("\\", "/"))
                    options = parsers["en"].parse_args(words[1:])
                    if page.stem == options.name:
                        seen.add(options.name)
    for lang in LANGUAGES:
        for command in COMMANDS:
            example = Text(lang)(f"cli.{command}.example").split(": ", 1)[1].split(" | ")[0]
            assert parsers[lang].parse_args(shlex.split(example)[1:]).name == command
    assert seen >= set(COMMANDS) - {"completion"}, set(COMMANDS) - seen


@pytest.mark.parametrize("name", ["genomgang-handlaggare", "genomgang-ekonomi"])
def test_the_guides_can_be_walked_through(name: str) -> None:
    """`.ci/run` walks; here only that there is something to walk through, step by step."""
    walk = runpy.run_path(str(TOP / "docs" / "walk.py"))
    guide = (TOP / "docs" / "sv" / f"{name}.md").read_text("utf-8")
    steps = list(walk["steps"](guide))
    parser = parser_of(Text("sv"))
    asked = [parser.parse_args(shlex.split(line)[1:]).name for line in walk["commands"](guide) if line.startswith("portfolio ")]
    assert len(steps) >= 12
    assert {"check", "optimise", "why"} <= set(asked)
    if name == "genomgang-handlaggare":  # what was changed in inputs/ between two rounds is told, field by field
        assert asked[-2:] == ["compare", "diff"]
        assert "Utgift 2026 från" in steps[-1].content
    with pytest.raises(walk["Astray"]):
        walk["shows"]("something else", "what was printed")
    walk["shows"]("what …\nprinted", "what was\n  printed")


def test_every_column_of_the_glossary_is_filled() -> None:
    rows = re.findall(r"^\| (.*?) \| (.*?) \| (.*?) \|$", (TOP / "docs" / "sv" / "ordlista.md").read_text("utf-8"), re.MULTILINE)[2:]
    assert len(rows) > 40
    assert all(word and english and meaning for word, english, meaning in rows)
    assert [r[0].casefold() for r in rows] == sorted((r[0].casefold() for r in rows), key=lambda w: w.translate(SWEDISH))


SWEDISH = str.maketrans({"å": "z1", "ä": "z2", "ö": "z3"})
"""The letters that come after z."""


def test_a_set_up_script_for_windows_asks_no_network() -> None:
    script = runpy.run_path(str(TOP / "docs" / "wheelhouse.py"))["SCRIPT"].format(python="3.11")
    assert "--no-index" in script
    assert "py -3.11 -m venv $place" in script
    assert "LOCALAPPDATA" in script
    assert "{" not in script.replace("{ throw", "")


def test_paths_of_windows_are_said_whole() -> None:
    """A share, blanks and å: what cannot be written is named as it was given, and an open workbook is told from a read-only one."""
    path = PureWindowsPath(r"\\server\ekonomi\Budget 2025\Nämnden å.xlsx")
    held = OSError(13, "Permission denied")
    held.winerror = 32  # type: ignore[attr-defined]
    assert (cannot_write(path, held).path, cannot_write(path, held).reason) == ("//server/ekonomi/Budget 2025/Nämnden å.xlsx", "open")
    assert cannot_write(path, OSError(13, "Permission denied")).reason == "read_only"
    assert shown(path) == '"//server/ekonomi/Budget 2025/Nämnden å.xlsx"'
