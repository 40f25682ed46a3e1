"""The command line as its users meet it: exit codes, one pass over all faults, pure JSON, Ctrl-C, time limits, narrow code pages."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import EXIT_CLOSED, EXIT_INPUT, main
from portfolio.excel.read import read_portfolio
from portfolio.outcome import Run, SolveStatus, StopReason
from portfolio.planning_load import load_planning
from portfolio.reports import terminal
from portfolio.text import Lang, Text
from sample_run import sample_run

TOP = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden" / "terminal"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def round_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    """A starter round of four investments, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1735689600")
    assert main(["init", "."]) == 0
    capsys.readouterr()
    return tmp_path


def book() -> Path:
    return next(Path("inputs").glob("*.xlsx"))


def model() -> Path:
    return next(Path("models").glob("*.toml"))


def edit(change: Callable[[Any, Callable[[str, str], Any]], None]) -> None:
    """Change the workbook: `at(id, header)` is a cell."""
    workbook = openpyxl.load_workbook(book())
    sheet = workbook.worksheets[0]
    top = next(c.row for c in sheet["A"] if c.value == "ID")
    columns = {str(c.value).split(" (")[0]: c.column for c in sheet[top] if c.value}

    def at(id: str, header: str) -> Any:
        row = next(c.row for c in sheet["A"] if c.value == id)
        return sheet.cell(row, columns[header])

    change(sheet, at)
    workbook.save(book())


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "portfolio", *arguments], capture_output=True, check=False, timeout=120, env={**os.environ, **environment}
    )


def golden(name: str, text: str) -> None:
    """Compare with the kept text; UPDATE_GOLDEN=1 writes it anew, to be read before it is committed."""
    shown = re.sub(r"\d+\.\d+\.\d+(?=[.,]? ?$)", "VERSION", text, flags=re.MULTILINE)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        (GOLDEN / name).write_text(shown, "utf-8")
    assert shown == (GOLDEN / name).read_text("utf-8")


# --- the summary -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "columns"), [("sv", 80), ("en", 80), ("sv", 120), ("en", 120), ("sv", 60)])
def test_summary(lang: str, columns: int, round_: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    del round_
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["optimise", "--out", "ut", "--lang", lang]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert max(map(len, said.out.splitlines())) <= columns
    assert "\x1b" not in said.out
    golden(f"starter-{lang}-{columns}.txt", said.out)


@pytest.fixture(scope="module")
def sample() -> Run:
    """The shipped sample."""
    return sample_run().model_copy(update={"created": "2025-01-01T00:00:00+00:00"})


@pytest.mark.parametrize(("lang", "columns"), [("sv", 80), ("en", 80), ("sv", 120)])
def test_summary_of_the_sample(lang: Lang, columns: int, sample: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    monkeypatch.chdir(TOP)
    console = Console(width=columns, record=True, file=open(os.devnull, "w", encoding="utf-8"), highlight=False)  # noqa: SIM115
    terminal.render(sample, Text(lang), console, Path("outputs/ut"))
    shown = console.export_text()
    assert max(map(len, shown.splitlines())) <= columns
    golden(f"sample-{lang}-{columns}.txt", shown)


def narrow_enough(shown: str) -> None:
    """80 columns, nothing lost, and what is proven is still said."""
    assert max(map(len, shown.splitlines())) <= 80
    assert "?" not in shown
    assert "Bevisat b" in shown


@pytest.mark.long
def test_the_windows_code_page_in_a_process(round_: Path) -> None:
    del round_
    done = run("optimise", "--out", "ut", PYTHONIOENCODING="cp1252")
    assert (done.returncode, done.stderr) == (0, b"")
    narrow_enough(done.stdout.decode("cp1252"))


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "ascii"])
def test_code_pages(encoding: str, round_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del round_
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["optimise", "--out", "ut"]) == 0
    stream.flush()
    shown = stream.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
    narrow_enough(shown)
    golden(f"starter-{encoding}.txt", shown)


def test_json_is_pure_and_the_same_as_the_file(round_: Path) -> None:
    del round_
    done = run("optimise", "--out", "ut", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["status"] == "proven_best"
    assert Path("ut/run.json").read_bytes() == done.stdout


# --- bad input -------------------------------------------------------------------------------------------------------


def many_faults(sheet: Any, at: Callable[[str, str], Any]) -> None:
    """A fault of every kind that an officer makes, each in a cell of its own."""
    at("EX-1", "2025").value = "ungefär tio"
    at("EX-1", "Bidrag").value = "=1/0"
    at("EX-2", "2027").value = -5
    at("EX-2", "Tidigast start").value = 2029
    at("EX-2", "Driftkonsekvens per år").value = "NaN"
    at("EX-3", "Kräver").value = "FINNS-EJ"
    at("EX-3", "Ton CO2e per år").value = "#REF!"
    at("EX-3", "Ton CO2e per år").data_type = "e"
    at("EX-4", "ID").value = "EX-1"
    sheet.cell(at("EX-2", "ID").row - 2, 60).value = "Kolumn som ingen känner"


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_every_fault_in_one_pass(lang: str, round_: Path, capsys: Capture) -> None:
    del round_
    edit(many_faults)
    model().write_text("okand_nyckel = 3\n" + model().read_text("utf-8"), "utf-8")
    before = book().read_bytes()
    assert main(["optimise", "--out", "ut", "--lang", lang]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    plain = " ".join(said.err.split())
    for value in ("ungefär tio", "-5", "NaN", "FINNS-EJ", "#REF!", "okand_nyckel"):
        assert value in plain, value
    assert "Traceback" not in plain
    assert re.search(r"Investeringar!L\d|Investments!L\d", plain)
    assert not Path("ut").exists()
    assert book().read_bytes() == before
    assert main(["check", "--lang", lang, "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "input_error"
    errors = [f for f in found["findings"] if f["severity"] == "error"]
    assert len(errors) >= 9
    assert all(f["file"] and f["message"] and f["remedy"] for f in errors)


def cycle(_: Any, at: Callable[[str, str], Any]) -> None:
    at("EX-1", "Kräver").value = "EX-2"
    at("EX-2", "Kräver").value = "EX-1"


def duplicate(_: Any, at: Callable[[str, str], Any]) -> None:
    at("EX-3", "ID").value = "ex-1"


def empty_window(_: Any, at: Callable[[str, str], Any]) -> None:
    at("EX-3", "Senast start").value = 2024


def uncached(_: Any, at: Callable[[str, str], Any]) -> None:
    at("EX-3", "2026").value = "=10*2000"


@pytest.mark.parametrize(
    ("change", "said"),
    [(cycle, "EX-1"), (duplicate, "ex-1"), (empty_window, "2024"), (uncached, "=10*2000")],
)
def test_single_faults(change: Callable[..., None], said: str, round_: Path, capsys: Capture) -> None:
    del round_
    edit(change)
    assert main(["check"]) == 2
    assert said in capsys.readouterr().err


def test_a_frame_that_misses_a_year(round_: Path, capsys: Capture) -> None:
    del round_
    text = model().read_text("utf-8")
    assert len(re.findall(r"\b2026 = [\d_.]+, ?", text)) >= 1
    model().write_text(re.sub(r"\b2026 = [\d_.]+, ?", "", text, count=1), "utf-8")
    assert main(["check"]) == 2
    said = capsys.readouterr().err
    assert "År 2026 saknas" in said
    assert "plan_frame" in said


WRONG = {
    "no such workbook": (["optimise", "finns-ej.xlsx"], 2, "finns-ej.xlsx"),
    "a folder for a workbook": (["optimise", "inputs"], 2, "inputs"),
    "no such model": (["optimise", "--model", "finns-ej.toml"], 2, "finns-ej.toml"),
    "no such scenario": (["optimise", "--scenario", "finns-ej"], 2, "finns-ej"),
    "time limit of nothing": (["optimise", "--time-limit", "0"], 2, "0"),
    "time limit below nothing": (["optimise", "--time-limit=-1"], 2, "-1"),
    "time limit in words": (["optimise", "--time-limit", "abc"], 2, "abc"),
    "no such command": (["optimera"], 2, "optimera"),
    "no such option": (["optimise", "--utan"], 2, "--utan"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("lang", ["sv", "en"])
def test_wrong_arguments(name: str, lang: str, round_: Path, capsys: Capture) -> None:
    del round_
    arguments, code, said = WRONG[name]
    try:
        found = main([*arguments, "--lang", lang])
    except SystemExit as ended:
        found = int(ended.code or 0)
    shown = capsys.readouterr()
    assert found == code
    assert said in shown.err
    assert shown.out == ""
    assert not list(Path("outputs").glob("2*"))


def test_faults_of_all_files_at_once(round_: Path, capsys: Capture) -> None:
    """A scenario that is not there, a key nobody knows and a cell that is no number: none hides the others."""
    del round_
    edit(lambda _, at: setattr(at("EX-1", "2025"), "value", "ungefär tio"))
    model().write_text("okand_nyckel = 3\n" + model().read_text("utf-8"), "utf-8")
    asked = ["optimise", "--scenario", "finns-ej", "--scenario", "inte-den-heller", book().as_posix(), "borta.xlsx"]
    assert main([*asked, "--json"]) == 2
    said = capsys.readouterr()
    assert said.err == ""
    lines = json.loads(said.out)["findings"]
    assert {"finns-ej", "inte-den-heller", "borta.xlsx", model().as_posix(), book().as_posix()} <= {f["file"] for f in lines}
    assert {"ungefär tio", "3"} <= {f["value"] for f in lines}
    assert all("{" not in f["message"] + f["remedy"] and f["remedy"].strip() for f in lines)


def test_beside_errors_only_notes_that_explain_them(round_: Path, capsys: Capture) -> None:
    del round_
    assert main(["check"]) == 0
    assert "upplysning" in capsys.readouterr().out
    model().write_text("okand_nyckel = 3\n" + model().read_text("utf-8"), "utf-8")
    assert main(["check"]) == 2
    said = capsys.readouterr().err
    assert "okand_nyckel" in said
    assert "upplysning" not in said


def test_no_model_hides_no_fault_of_the_workbooks(round_: Path, capsys: Capture) -> None:
    del round_
    edit(lambda _, at: setattr(at("EX-1", "2025"), "value", "ungefär tio"))
    model().unlink()
    assert main(["check"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "models" in said
    assert "ungefär tio" in said


def test_two_models_and_no_workbook(round_: Path, capsys: Capture) -> None:
    del round_
    (Path("models") / "zwei.toml").write_bytes(model().read_bytes())
    assert main(["check"]) == 2
    assert "zwei.toml" in capsys.readouterr().err
    (Path("models") / "zwei.toml").unlink()
    book().unlink()
    assert main(["check"]) == 2
    assert "inputs" in capsys.readouterr().err


def test_output_that_cannot_be_written(round_: Path, capsys: Capture) -> None:
    del round_
    Path("fil").write_text("x", "utf-8")
    assert main(["optimise", "--out", "fil"]) == 5
    assert "fil" in capsys.readouterr().err
    assert Path("fil").read_text("utf-8") == "x"
    assert main(["optimise", "--out", "fil/under"]) == 5
    assert "fil" in capsys.readouterr().err
    assert main(["optimise", "--out", "fil", "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["status"] == "error"


def test_no_command(capsys: Capture) -> None:
    assert main([]) == 0
    assert "optimise" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["--json"])
    assert ended.value.code == EXIT_INPUT
    assert json.loads(capsys.readouterr().out)["message"].startswith("ange ett kommando")


@pytest.mark.long
def test_diff_reads_a_layout_of_its_own(round_: Path, capsys: Capture) -> None:
    del round_
    from test_layouts import starter_rows, table, write

    write(book(), {"Budget": [["Investeringar"], *table(starter_rows(), {"Rådighet": "Vem styr"})]})
    asked = ["diff", book().as_posix(), book().as_posix()]
    assert main(asked) == 2
    assert "portfolio layout" in " ".join(capsys.readouterr().err.split())
    layout = Path("models/layouts/egen.toml")
    layout.parent.mkdir()
    assert main(["layout", book().as_posix(), "--out", layout.as_posix()]) == 0
    draft = layout.read_text("utf-8")
    layout.write_text(draft.replace('# unit = "tkr"', 'unit = "tkr"').replace('# control = "?"', 'control = "Vem styr"', 1), "utf-8")
    assert main(asked) == 0
    assert main(["optimise", "--out", "ut"]) == 0
    assert main(["diff", "ut", book().as_posix()]) == 0


# --- no plan, and half a plan ----------------------------------------------------------------------------------------


def test_no_plan_under_the_mandate(round_: Path, capsys: Capture) -> None:
    del round_
    edit(lambda _, at: setattr(at("EX-3", "Lås"), "value", "måste"))
    # the opening debt fits the mandate, but not the first year's net investment
    model().write_text(re.sub(r"mandate = \{ value = 800", "mandate = { value = 501", model().read_text("utf-8")), "utf-8")
    assert main(["optimise", "--out", "ut"]) == 3
    golden("infeasible-sv.txt", capsys.readouterr().out)
    assert main(["optimise", "--out", "ut", "--lang", "en"]) == 3
    golden("infeasible-en.txt", capsys.readouterr().out)
    assert main(["optimise", "--out", "ut", "--json"]) == 3
    said = capsys.readouterr()
    assert json.loads(said.out)["status"] == "infeasible"
    assert said.err == ""
    assert not Path("ut/beslutsunderlag.xlsx").exists()


def test_a_plan_that_is_not_proven_is_never_called_best(sample: Run) -> None:
    planning, _ = load_planning(TOP / "models" / "helsingborg-2025.toml")
    portfolio, _ = read_portfolio([TOP / "inputs" / "helsingborg-2025.xlsx"], planning.horizon.years)
    seen = set()
    for seconds in (0.3, 0.7):
        found = optimise(portfolio, planning, Request(seconds, created=sample.created))
        seen.add(found.status)
        if found.status is not SolveStatus.FEASIBLE_NOT_PROVEN:
            continue
        assert found.stop_reason is StopReason.TIME_LIMIT
        assert found.audit is not None
        assert found.audit.verdict.value == "holds"
        said = " ".join(s.sentence for s in terminal.answer(found, Text("sv")))
        assert "evisat bäst" not in said
        assert "optimal" not in said.lower()
        assert "Inte bevisad" in said
        objective = found.objective
        assert objective is not None
        assert sample.totals is not None
        best = sample.totals.tonnes_per_krona
        assert best is not None
        assert objective.bound is not None
        assert objective.bound >= best, "what better could exist covers what does exist"
        assert "inte känt" not in said
        assert "Mer än" in said
    assert SolveStatus.FEASIBLE_NOT_PROVEN in seen or SolveStatus.STOPPED_WITHOUT_PLAN in seen


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT that can be sent to one process")
@pytest.mark.parametrize("seconds", [0.5, *(pytest.param(late, marks=pytest.mark.long) for late in (1.3, 2.2))])
def test_ctrl_c(seconds: float, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "portfolio", "optimise", "--out", str(tmp_path)]
    err = b"init_import_site"
    while b"init_import_site" in err:  # Python itself was not up yet, on a slow machine: nothing of ours was there to hear it
        with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            time.sleep(seconds)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        seconds *= 2
    assert b"Traceback" not in err, err.decode()
    assert process.returncode in (0, 130), f"it may have been done already: {out.decode()}{err.decode()}"
    if (tmp_path / "run.json").exists():
        kept = json.loads((tmp_path / "run.json").read_bytes())
        assert (kept["status"] == "proven_best") is ("Bevisat" in out.decode())
    assert not list(tmp_path.glob(".*.tmp"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE, and its pipes end otherwise")
def test_a_reader_that_leaves_is_no_fault() -> None:
    """As `portfolio formulas | head -1`: no word on standard error, and the code that a shell would give."""
    command = [sys.executable, "-m", "portfolio", "formulas"]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(60), said) == (EXIT_CLOSED, b"")
