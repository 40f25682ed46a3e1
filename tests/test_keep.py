"""What an officer has saved over a result is kept; an input is never written; a stale basis does not stand beside a run without a plan."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from portfolio.cli import main
from portfolio.excel.safe_write import write_atomically
from sample_run import starter_round

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter round that has been run once."""
    return starter_round(tmp_path_factory.mktemp("made") / "round")


@pytest.fixture
def round_(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, in the working directory."""
    folder = tmp_path / "round"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.long
def test_a_saved_basis_is_kept_and_an_untouched_one_replaced(round_: Path, capsys: Capture) -> None:
    del round_
    assert main(["optimise", "--out", "ut"]) == 0
    assert sorted(p.name for p in Path("ut").glob("*.xlsx")) == ["beslutsunderlag.xlsx", "obligationsrapport.xlsx"]
    book = openpyxl.load_workbook("ut/beslutsunderlag.xlsx")
    book["Beslut"]["Z1"] = "min anteckning"
    book.save("ut/beslutsunderlag.xlsx")
    capsys.readouterr()
    assert main(["optimise", "--out", "ut", "--json"]) == 0
    assert "beslutsunderlag-1.xlsx" in capsys.readouterr().err
    assert openpyxl.load_workbook("ut/beslutsunderlag-1.xlsx")["Beslut"]["Z1"].value == "min anteckning"
    assert openpyxl.load_workbook("ut/beslutsunderlag.xlsx")["Beslut"]["Z1"].value is None


def test_a_returned_workbook_that_was_edited_in_place_is_kept(round_: Path) -> None:
    del round_
    path = next(Path("ut/returned").glob("*.xlsx"))
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A1"] = "ändrad"
    book.save(path)
    assert main(["optimise", "--out", "ut"]) == 0
    kept = path.with_name(f"{path.stem}-1.xlsx")
    assert openpyxl.load_workbook(kept).worksheets[0]["A1"].value == "ändrad"


def test_an_input_is_never_written(round_: Path, capsys: Capture) -> None:
    del round_
    path = next(Path("ut/returned").glob("*.xlsx"))
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    assert main(["optimise", str(path), "--out", "ut"]) == 5
    assert "--out" in capsys.readouterr().err
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_run_without_a_plan_has_no_basis_beside_it(round_: Path) -> None:
    del round_
    assert main(["optimise", "--out", "ut", "--time-limit", "0.000001"]) == 4
    assert not Path("ut/beslutsunderlag.xlsx").exists()
    assert Path("ut/beslutsunderlag-1.xlsx").exists()


KILLS = """
import sys
from pathlib import Path
from portfolio.excel.safe_write import write_atomically
path = Path(sys.argv[1])
number = 0
print("ready", flush=True)
while True:
    number += 1
    write_atomically(path, str(number % 10).encode() * 300_000)
"""


def killed(path: Path, delay: float) -> None:
    """Kill a process while it writes the file again and again; the file must be whole."""
    with subprocess.Popen([sys.executable, "-c", KILLS, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    content = path.read_bytes()
    assert len(content) == 300_000
    assert len(set(content)) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_while_saving_the_target_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_atomically(path, b"0" * 300_000)
    for n in range(8):
        killed(path, 0.005 + 0.004 * n)


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_200_times_while_saving(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_atomically(path, b"0" * 300_000)
    for n in range(200):
        killed(path, 0.0005 * (n % 60))
