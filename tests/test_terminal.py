"""The options that every command has: where they may stand, JSON that is never anything else, quiet, colours, progress, completion."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import making as m
from portfolio import cli
from portfolio.cli import main
from portfolio.cli.face import Face
from portfolio.cli.parser import parser_of
from portfolio.instance import build_instance
from portfolio.solve import Clock
from portfolio.stages import solve_stages
from portfolio.text import Text
from sample_run import starter_round
from test_golden import commands
from test_stopped import heavy

Capture = pytest.CaptureFixture[str]
HEAD = "SKULD"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter round with one finished run in `ut`, for tests that write nothing."""
    return starter_round(tmp_path_factory.mktemp("made") / "round")


@pytest.fixture
def there(finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    """In the folder of the finished run."""
    monkeypatch.chdir(finished)
    monkeypatch.delenv("COLUMNS", raising=False)
    capsys.readouterr()
    return finished


REPORT = ["report", "debt", "--run", "ut"]


def test_an_option_may_stand_before_the_command_or_after_it(there: Path, capsys: Capture) -> None:
    del there
    said = []
    for given in (
        ["--unit", "tkr", "--lang", "en", *REPORT],
        [*REPORT, "--unit", "tkr", "--lang", "en"],
        ["--unit=tkr", *REPORT, "--lang=en"],
    ):
        assert main(given) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] == said[2]
    assert "from 500,000 tkr" in said[0]
    assert main([*REPORT, "--unit", "kr"]) == 0
    assert "från 500\u00a0000\u00a0000 kr" in capsys.readouterr().out


def test_the_unit_is_of_the_terminal_only(there: Path, capsys: Capture) -> None:
    """JSON, run.json and the report are the same whatever the unit."""
    del there
    both = []
    for unit in ("kr", "mnkr"):
        assert main([*REPORT, "--json", "--unit", unit]) == 0
        both.append(capsys.readouterr().out)
    assert both[0] == both[1]
    for unit in ("kr", "mnkr"):
        assert main(["report", "html", "--run", "ut", "--unit", unit]) == 0
        both.append(Path("ut/rapport.html").read_text("utf-8"))
    assert both[2] == both[3]


MISSPELT = (
    ["nix"],
    ["optimise", "--nix"],
    ["why"],
    ["report", "debt", "--unit", "öre"],
    ["near", "--within", "mycket"],
    ["template"],
    ["completion", "cmd"],
)
WRONG = (
    ["check", "finns-inte.xlsx"],
    ["optimise", "--scenario", "nix"],
    ["report", "gap", "--run", "nix"],
    ["why", "X-9", "--run", "ut"],
    ["frontier", "--run", "nix"],
    ["prices", "--run", "nix"],
    ["costs", "--run", "nix"],
    ["metrics", "--run", "nix"],
    ["stability", "--run", "nix"],
    ["near", "--run", "nix"],
    ["robust", "--run", "nix"],
    ["robust", "--resume"],
    ["stress"],
    ["region", "nix.toml"],
    ["compare", "ut"],
    ["scenarios"],
    ["formulas", "nix.toml"],
    ["diff", "nix", "ut"],
    ["verify", "nix"],
    ["layout", "nix.xlsx"],
    ["template", "models/exempel-2025.toml"],
    ["init", "."],
)


@pytest.mark.parametrize("given", MISSPELT, ids=" ".join)
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_misspelt_command_is_json_too(given: list[str], place: str, there: Path, capsys: Capture) -> None:
    del there
    with pytest.raises(SystemExit) as end:
        main(["--json", *given] if place == "before" else [*given, "--json"])
    said = capsys.readouterr()
    assert end.value.code == cli.EXIT_INPUT
    found = json.loads(said.out)
    assert found["status"] == "error"
    assert found["message"]
    assert said.err.startswith("användning: portfolio")


@pytest.mark.parametrize("given", WRONG, ids=" ".join)
def test_every_fault_is_json_and_nothing_else_on_stdout(given: list[str], there: Path, capsys: Capture) -> None:
    del there
    code = main([*given, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code in (cli.EXIT_INPUT, cli.EXIT_WRITE)
    assert found["status"] in ("error", "input_error")
    assert found.get("message") or found["findings"]
    assert main(given) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


def test_a_fault_that_nobody_foresaw_is_json_and_goes_on(there: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    del there

    def broken(_path: Any) -> None:
        raise ZeroDivisionError("nobody thought of it")

    monkeypatch.setattr("portfolio.analysis.finished.load_run", broken)
    with pytest.raises(ZeroDivisionError):
        main([*REPORT, "--json"])
    assert json.loads(capsys.readouterr().out) == {"status": "error", "message": "ZeroDivisionError: nobody thought of it"}
    with pytest.raises(ZeroDivisionError):
        main(REPORT)
    assert capsys.readouterr().out == ""


def test_what_only_writes_files_says_so_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", ".", "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert all(Path(f).is_file() for f in files)
    assert len(files) == 3
    assert main(["template", "mall.xlsx", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"status": "written", "files": ["mall.xlsx"]}
    assert main(["template", "mall två.xlsx", "--quiet"]) == 0
    assert capsys.readouterr().out == "mall två.xlsx\n"
    assert main(["layout", "mall.xlsx", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["layout"].startswith("#")
    assert main(["formulas", "--json"]) == 0
    book = json.loads(capsys.readouterr().out)
    assert {"debt_mandate", "plan_frame"} <= {c["name"] for c in book["constraints"]}
    assert all(c["formula"] and c["meaning"] for c in book["constraints"])


def test_quiet_leaves_the_result(there: Path, capsys: Capture) -> None:
    """The next command is suggested, unless it is to be quiet; a script then gets the result alone."""
    del there
    assert main(REPORT) == 0
    said = capsys.readouterr().out
    assert said.endswith("\nNästa steg: portfolio why ID --run ut\n")
    assert main([*REPORT, "--quiet"]) == 0
    quiet = capsys.readouterr()
    assert said == quiet.out + "\nNästa steg: portfolio why ID --run ut\n"
    assert quiet.err == ""


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_every_command_that_shows_something_suggests_the_next(lang: Any) -> None:
    """What is suggested is a command that exists; what stands for a name is in capitals or filled in."""
    text = Text(lang)
    known = {name.split()[1] for name in commands(parser_of(text)) if " " in name}
    silent = {"optimise", "formulas", "layout", "completion", "init", "region", "whatif"}  # they say it themselves, or are piped on
    for name in known - silent:
        word = text(f"cli.{name}.next", run=" --run ut", file="mall.xlsx", folder="ut").split()
        assert word[0] == "portfolio"
        assert word[1] in known, name
        parser_of(text).parse_args(word[1:])  # ends the test when the command is not what the parser takes


class Window(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        return True


def watched(given: list[str], monkeypatch: pytest.MonkeyPatch, **environment: str) -> tuple[str, str]:
    """Standard output and standard error of a command in a window."""
    out, err = Window(), Window()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "COLORTERM", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(given) in (0, 2)
    monkeypatch.undo()
    return out.getvalue(), err.getvalue()


RED = "\x1b[1;31m"


@pytest.mark.parametrize(("options", "environment"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"})])
def test_no_colour(options: list[str], environment: dict[str, str], finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults are red in a window; without colour the words are the same."""
    given = ["check", (finished / "finns-inte.xlsx").as_posix(), "--model", (finished / "models" / "exempel-2025.toml").as_posix()]
    _, red = watched(given, monkeypatch)
    assert RED in red
    _, plain = watched([*given, *options], monkeypatch, **environment)
    assert "31m" not in plain
    assert plain.replace("\x1b[1m", "").replace("\x1b[0m", "") == red.replace(RED, "").replace("\x1b[0m", "")


@pytest.mark.long
def test_progress_is_for_those_who_watch(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr, in a window, and not when it is to be quiet; the result is the same."""
    monkeypatch.chdir(finished)
    given = ["optimise", "--out", str(tmp_path / "a")]
    out, err = watched(given, monkeypatch, SOURCE_DATE_EPOCH="1735689600")
    assert "Räknar" in err
    monkeypatch.chdir(finished)
    quiet, nothing = watched([*given[:2], str(tmp_path / "b"), "--quiet"], monkeypatch, SOURCE_DATE_EPOCH="1735689600")
    assert nothing == ""
    assert out.startswith(quiet.split("Resultat:")[0].rstrip())
    first, second = (json.loads((tmp_path / x / "run.json").read_text("utf-8")) for x in ("a", "b"))
    assert first == second


def test_who_watches_is_told_what_is_looked_for_and_what_is_left() -> None:
    """The stages in order; what is told of the ratio is kronor. By hand: nothing is left once the best plan is proven."""
    told: list[tuple[str, float | None, float | None]] = []

    def watch(stage: str, *, tonnes: float | None = None, kronor: float | None = None) -> None:
        told.append((stage, tonnes, kronor))

    items = [m.investment("A", [100], tonnes=10), m.investment("B", [300], tonnes=20)]
    planning = m.planning(control_envelope=m.envelope(400), objective=m.Objective(name="tonnes_per_krona"))
    unwatched = solve_stages(build_instance(m.portfolio_of(*items), planning), Clock(60))
    solved = solve_stages(build_instance(m.portfolio_of(*items), planning), Clock(60), watch=watch)
    assert (solved.picks, solved.value, solved.proven) == (unwatched.picks, unwatched.value, unwatched.proven)
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["most_tonnes", "ties", "tonnes_per_krona"]
    assert all(kronor is None for stage, _, kronor in told if stage != "tonnes_per_krona")
    assert all(tonnes is None for stage, tonnes, _ in told if stage != "most_tonnes")


@pytest.mark.long
def test_what_is_told_bounds_what_is_found() -> None:
    """While 200 investments are searched for the most tonnes: no plan found later is better than what was said to be possible."""
    told: list[float] = []

    def watch(stage: str, *, tonnes: float | None = None, kronor: float | None = None) -> None:
        assert stage == "most_tonnes"
        assert kronor is None
        if tonnes is not None:
            told.append(tonnes)

    solved = solve_stages(heavy(), Clock(4), watch=watch)
    assert len(told) > 5
    assert min(told) >= 0
    assert told[-1] <= told[0]
    assert not solved.proven
    assert solved.gap_ticks / 100_000 <= told[0]


def test_a_wide_window_is_not_used_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys, "stdout", Window())
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((300, 50)))
    assert Face(Text("sv")).out.width == 160
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((72, 50)))
    assert Face(Text("sv")).out.width == 72
    monkeypatch.setenv("COLUMNS", "60")
    assert Face(Text("sv")).out.width == 60


# --- completion ------------------------------------------------------------------------------------------------------


def completed(line: str, folder: Path) -> list[str]:
    """What the shell is offered after `line`, asked as PowerShell asks: through a file."""
    answer = folder / "answer.txt"
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_SHELL": "powershell",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "0",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "ARGCOMPLETE_USE_TEMPFILES": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    command = [sys.executable, "-m", "portfolio"]
    subprocess.run(command, cwd=folder, env={**os.environ, **asked}, check=False, timeout=60, capture_output=True)
    return answer.read_text("utf-8").split()


@pytest.mark.long
def test_the_shell_is_answered(tmp_path: Path) -> None:
    for run in ("2025-01-31-01", "2025-02-14-01"):
        (tmp_path / "outputs" / run).mkdir(parents=True)
        (tmp_path / "outputs" / run / "run.json").write_text("{}", "utf-8")
    (tmp_path / "models" / "scenarios").mkdir(parents=True)
    (tmp_path / "models" / "scenarios" / "ccs-sent.toml").write_text("", "utf-8")
    assert {"stability", "stress"} == set(completed("portfolio st", tmp_path))
    assert set(completed("portfolio report ", tmp_path)) >= {"debt", "html"}
    assert completed("portfolio why T-04 --run o", tmp_path) == ["outputs/2025-02-14-01", "outputs/2025-01-31-01"]
    assert completed("portfolio check --scenario c", tmp_path) == ["ccs-sent"]
    assert set(completed("portfolio check --unit ", tmp_path)) == {"kr", "tkr", "mnkr"}


@pytest.mark.parametrize(("shell", "word"), [("powershell", "Register-ArgumentCompleter"), ("bash", "complete "), ("fish", "complete ")])
def test_completion_is_only_what_the_shell_runs(shell: str, word: str, capsys: Capture) -> None:
    assert main(["completion", shell]) == 0
    said = capsys.readouterr()
    assert word in said.out
    assert "Nästa steg" not in said.out
    assert said.err == ""


def test_amounts_in_the_terminal_follow_the_unit_and_those_in_files_do_not() -> None:
    """Only reports that are files may say mnkr whatever is asked for; what is shown on a console has the words of the terminal."""
    package = Path(cli.__file__).parents[1]
    in_files = ("html", "bond_report", "memorandum.py", "figures.py", "workbook.py", "returned.py", "model_value.py")
    for path in (package / "reports").rglob("*.py"):
        if not set(path.relative_to(package / "reports").parts) & set(in_files):
            assert not re.search(r"import .*\bmnkr\b", path.read_text("utf-8")), path.name
    for path in (package / "cli").glob("*.py"):
        assert "face.text, face.out" not in path.read_text("utf-8"), path.name
