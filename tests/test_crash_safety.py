"""Whatever stops a command that writes – a kill, a full disk, a folder that may not be written –: the old or the new is there."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from crashing import ended, fork, seen
from portfolio import delivery
from portfolio.cli import main
from portfolio.delivery import LOCK, deliver, unfinished

Capture = pytest.CaptureFixture[str]
POSIX = pytest.mark.skipif(os.name == "nt", reason="fork, signals and limits of processes are of POSIX")
OLD, NEW = "1700000000", "1735689600"
"""SOURCE_DATE_EPOCH of the run that is there, and of the one that is stopped: with it the same run has the same bytes."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter round that has been run once, with the curves in the same folder."""
    folder = tmp_path_factory.mktemp("made") / "round"
    folder.mkdir()
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = OLD
    try:
        with contextlib.chdir(folder):
            assert main(["init", "."]) == 0
            assert main(["optimise", "--out", "ut"]) == 0
            (folder / "kurvor").mkdir()
            (folder / "kurvor" / "kostnadskurva.svg").write_text("den gamla", "utf-8")
    finally:
        os.environ.pop("SOURCE_DATE_EPOCH")
        if before is not None:
            os.environ["SOURCE_DATE_EPOCH"] = before
    return folder


@pytest.fixture
def round_(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "round"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NEW)
    return folder


WRITES: dict[str, list[str]] = {
    "optimise over a run": ["optimise", "--out", "ut"],
    "optimise, a new folder": ["optimise", "--out", "ny/mapp"],
    "optimise, the next number": ["optimise"],
    "costs": ["costs", "--run", "ut", "--out", "kurvor"],
    "frontier": ["frontier", "--run", "ut", "--points", "2", "--out", "kurvor"],
    "report html": ["report", "html", "--run", "ut", "--lang", "en"],
    "template": ["template", "mall.xlsx"],
    "init, a new folder": ["init", "start"],
    "init, a folder that is there": ["init", "kurvor"],
    "layout": ["layout", "inputs/exempel-2025.xlsx", "--out", "utkast.toml"],
}
"""Every command that writes; `stress` writes its workbook with the same function as `costs` and `frontier`."""
OF_ITS_OWN = {"robust": ["robust", "--run", "ut", "--worlds", "2", "--workers", "1", "--out", "kurvor"]}
"""Keeps its worlds while it works, each time whole; what is left by an interrupt is tried in test_robust."""


def stopped(round_: Path, command: list[str], how: str) -> list[dict[str, Any]]:
    script = Path(__file__).with_name("crashing.py")
    asked = [sys.executable, str(script), str(round_), json.dumps(command), how]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stderr
    tried: list[dict[str, Any]] = json.loads(done.stdout)
    return tried


@POSIX
@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.long] * (n != "init, a folder that is there")) for n in WRITES])
def test_killed_at_every_step_of_the_writing(name: str, round_: Path) -> None:
    """Before each flush, rename and deletion: what a person sees is the old or the new, or readers are told; the next run mends it."""
    tried = stopped(round_, WRITES[name], "steps")
    assert tried[-1]["code"] == 0, "some step was never reached"
    assert tried[-1]["left"] == "new"
    assert len(tried) > 4
    for t in tried[:-1]:
        assert t["code"] == -9
        assert t["left"] in ("old", "new", "told"), t
        assert t["left"] != "told" or (t["again"], t["after"]) == (0, "new"), t
    print(name, Counter(t["left"] for t in tried))


@POSIX
@pytest.mark.long
@pytest.mark.parametrize("name", ["optimise over a run", "optimise, the next number", "costs", "init, a new folder"])
def test_killed_at_random_times(name: str, round_: Path) -> None:
    tried = stopped(round_, WRITES[name], "4")
    for t in tried:
        assert t["left"] in ("old", "new", "told"), t
    print(name, Counter(t["left"] for t in tried))


def generation(n: int) -> dict[str, bytes]:
    return {name: str(n % 10).encode() * 200_000 for name in ("a.bin", "returned/b.bin", "c.bin", "run.json")}


def deliver_for_ever(folder: Path) -> int:
    n = 0
    while True:
        n += 1
        deliver(folder, generation(n))


@POSIX
@pytest.mark.parametrize("kills", [8, pytest.param(100, marks=pytest.mark.long), pytest.param(300, marks=pytest.mark.soak)])
def test_killed_while_delivering_again_and_again(kills: int, tmp_path: Path) -> None:
    deliver(tmp_path, generation(0))
    left: Counter[str] = Counter()
    for n in range(kills):
        pid = fork(tmp_path, lambda: deliver_for_ever(tmp_path))
        with contextlib.suppress(ChildProcessError):
            # enough for some deliveries, and another part of one each time
            time.sleep(0.01 + 0.0007 * (n % 100))
            os.kill(pid, 9)
        assert ended(pid) == -9
        told = unfinished(tmp_path)
        left["told" if told else "whole"] += 1
        if told:
            deliver(tmp_path, {})
        kinds = {(tmp_path / name).read_bytes()[:1] for name in generation(0)}
        assert len(kinds) == 1
        assert all(len((tmp_path / name).read_bytes()) == 200_000 for name in generation(0))
        assert not unfinished(tmp_path)
    assert sum(left.values()) == kills
    deliver(tmp_path, {})
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".portfolio-")] == [], "nothing is left behind"


def test_what_is_unfinished_is_told_by_those_who_read(round_: Path, capsys: Capture) -> None:
    stage = Path("ut/.portfolio-abc")
    stage.mkdir()
    (stage / "old").mkdir()
    (stage / "journal.json").write_text(json.dumps([["run.json", ".portfolio-abc/old/0"]]), "utf-8")
    Path("ut/run.json").rename(stage / "old" / "0")
    Path("ut/run.json").write_text("{}", "utf-8")
    for command in (["report", "debt", "--run", "ut"], ["check", "ut/beslutsunderlag.xlsx"], ["costs", "--run", "ut"]):
        assert main(command) == 2
        assert "Någon skriver i mappen just nu" in capsys.readouterr().err
    del round_


# --- faults of the disk ----------------------------------------------------------------------------------------------


def refused(command: list[str], folder: Path, sentence: str, capsys: Capture) -> None:
    """Exit code 5, one sentence, no traceback, nothing changed."""
    before = seen(folder)
    assert main(command) == 5
    said = capsys.readouterr()
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert seen(folder) == before
    assert not unfinished(folder)


FULL = [pytest.param(n, marks=[pytest.mark.long] * (n not in ("template", "init, a folder that is there"))) for n in WRITES]


@POSIX
@pytest.mark.parametrize("name", FULL)
def test_a_file_that_does_not_fit(name: str, round_: Path, capsys: Capture) -> None:
    """The system refuses files of more than 1,500 bytes, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with capsys.disabled():
        code = _limited(lambda: main(WRITES[name]), round_)
    assert code == 5, name
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == (soft, hard)


def _limited(act: Any, folder: Path) -> int:
    """Exit code in a process that may write no file of more than 1,500 bytes; its folder must be as it was."""
    before = seen(folder)

    def limited() -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500, 1_500))
        return int(act())

    code = ended(fork(folder, limited))
    assert seen(folder) == before
    return code


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = os.name != "nt" and os.geteuid() == 0
    mounted = (
        mounted
        and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], capture_output=True, check=False).returncode == 0
    )
    if not mounted:
        pytest.skip("this user may not mount a disk; test_a_file_that_does_not_fit asks the same in another way")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.long
def test_a_full_disk(round_: Path, small_disk: Path, capsys: Capture) -> None:
    (small_disk / "ut").mkdir()
    (small_disk / "ut" / "run.json").write_text("den gamla", "utf-8")
    refused(["optimise", "--out", str(small_disk / "ut")], small_disk, "disken är full", capsys)
    refused(["optimise", "--out", str(small_disk / "ny")], small_disk, "disken är full", capsys)
    del round_


READ_ONLY = [pytest.param(n, marks=[pytest.mark.long] * (n != "template")) for n in WRITES | OF_ITS_OWN]


def without_privileges() -> None:
    """An administrator lays down what lets him write where nobody may (Linux, capset(2)); his own files he still reads."""

    class Header(ctypes.Structure):
        _fields_ = (("version", ctypes.c_uint32), ("process", ctypes.c_int))

    class Capabilities(ctypes.Structure):
        _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(ctypes.byref(Header(0x20080522, 0)), (Capabilities * 2)()):
        raise OSError(ctypes.get_errno(), "capset")


@pytest.mark.skipif(sys.platform != "linux", reason="read-only folders are tried with Linux's own rights")
@pytest.mark.parametrize("name", READ_ONLY)
def test_a_folder_that_may_not_be_written(name: str, round_: Path) -> None:
    """The folder and what is in it are read-only."""
    said = round_.with_name("said")
    for path in (*round_.rglob("*"), round_):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = seen(round_)

    def act() -> int:
        without_privileges()
        with said.open("w") as stream, contextlib.redirect_stderr(stream):
            return main((WRITES | OF_ITS_OWN)[name])

    code = ended(fork(round_, act))
    for path in (round_, *round_.rglob("*")):
        path.chmod(0o755)
    sentence = said.read_text("utf-8")
    assert code == 5, sentence
    assert ("read-only" if "en" in (WRITES | OF_ITS_OWN)[name] else "skrivskyddad") in sentence
    assert seen(round_) == before


def test_a_target_that_is_open_elsewhere(round_: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Windows refuses to rename a workbook that Excel has open; what has been moved by then is moved back."""
    rename = Path.rename

    def held(self: Path, target: Path) -> Path:
        if self.name == "beslutsunderlag.xlsx":
            fault = PermissionError(13, "Åtkomst nekad", str(self))
            fault.winerror = 32  # type: ignore[attr-defined]
            raise fault
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", held)
    refused(["optimise", "--out", "ut"], round_ / "ut", "ut/beslutsunderlag.xlsx: filen är öppen i ett annat program", capsys)


@pytest.mark.long
@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("inputs/exempel-2025.xlsx", "där ligger en fil, inte en mapp"),
        ("inputs/exempel-2025.xlsx/ut", "inte en mapp"),
        ("x" * 300, "för långt"),
    ],
)
def test_a_place_that_cannot_be(place: str, sentence: str, round_: Path, capsys: Capture) -> None:
    refused(["optimise", "--out", place], round_, sentence, capsys)


def test_names_that_are_taken(round_: Path, capsys: Capture) -> None:
    for command in (
        ["template", "inputs/exempel-2025.xlsx"],
        ["init", "."],
        ["layout", "inputs/exempel-2025.xlsx", "--out", "ut/run.json"],
    ):
        refused(command, round_, "finns redan och skrivs aldrig över", capsys)
    refused(["template", "saknas/mall.xlsx"], round_, "mappen finns inte", capsys)


# --- two at once -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_another_run_is_writing(round_: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(delivery, "PATIENCE", 0.1)
    with FileLock(round_ / "ut" / LOCK):
        refused(["optimise", "--out", "ut"], round_ / "ut", "ett annat program skriver i mappen", capsys)
    assert main(["optimise", "--out", "ut"]) == 0


@POSIX
@pytest.mark.long
def test_two_runs_at_once(round_: Path) -> None:
    """Into one folder one after the other; under outputs/ each has a number of its own."""
    for command in (["optimise", "--out", "ut"], ["optimise"]):
        running = [fork(round_, lambda: main(command)) for _ in range(2)]  # noqa: B023 - run before the next turn
        assert [ended(pid) for pid in running] == [0, 0]
    assert not unfinished(round_ / "ut")
    runs = sorted(p for p in (round_ / "outputs").iterdir() if not p.name.startswith("."))
    assert [p.name for p in runs] == ["2025-01-01-01", "2025-01-01-02"]
    # what stood in the memorandum before is kept: an officer may have written it
    whole = {name: data for name, data in seen(round_ / "ut").items() if not name.startswith("tjansteskrivelse-")}
    assert seen(runs[0]) == seen(runs[1]) == whole
