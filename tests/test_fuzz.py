"""Workbooks and models damaged at random: an answer or findings, never a traceback, and never more than ten seconds.

The number of each is in the seeds, so that a failure can be run again alone: `pytest tests/test_fuzz.py -m long -k "damaged and 7"`. The
marker `soak` has thousands; nobody runs it by default.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mutating
from hostile_round import YEARS, sound
from portfolio.cli import main
from portfolio.errors import Finding, InputError
from portfolio.excel.read import read_portfolio
from portfolio.reports.findings import finding_line
from portfolio.text import Text

Capture = pytest.CaptureFixture[str]
LONGEST = 10.0
"""Seconds of the processor for one file: the machine may have more to do."""
BLOCK = 25


def sentences(found: tuple[Finding, ...] | list[Finding]) -> None:
    """Every finding can be said."""
    for f in found:
        line = finding_line(f, Text("sv"))
        assert line.message
        assert line.remedy
        json.dumps(line.model_dump(mode="json"), ensure_ascii=False).encode("utf-8")


def read_workbook(path: Path, content: bytes) -> str:
    """`read` or `refused`."""
    path.write_bytes(content)
    begun = time.process_time()
    try:
        _, found = read_portfolio([path], YEARS)
        outcome = "read"
    except InputError as fault:
        found, outcome = list(fault.findings), "refused"
        assert found
    assert time.process_time() - begun < LONGEST
    assert path.read_bytes() == content
    sentences(found)
    return outcome


def workbooks_of(block: int, folder: Path) -> dict[str, int]:
    counts = {"read": 0, "refused": 0}
    for n in range(BLOCK):
        draw = Random(block * BLOCK + n)
        content = mutating.workbook(draw)
        counts[read_workbook(folder / "bok.xlsx", content)] += 1
    return counts


def models_of(block: int, folder: Path, capsys: Capture) -> None:
    inputs = folder / "bok.xlsx"
    shutil.copyfile(mutating.TOP / "inputs" / "helsingborg-2025.xlsx", inputs)
    for n in range(BLOCK):
        files, scenarios = mutating.model(Random(1_000_000 + block * BLOCK + n))
        for name, text in files.items():
            path = folder / "models" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        begun = time.process_time()
        asked = [part for s in scenarios for part in ("--scenario", Path(s).stem)]
        with contextlib.chdir(folder):
            code = main(["check", "bok.xlsx", "--model", "models/helsingborg-2025.toml", "--json", *asked])
        assert time.process_time() - begun < LONGEST
        said = capsys.readouterr()
        assert code in (0, 2)
        assert json.loads(said.out)["status"] == ("input_ok" if code == 0 else "input_error")
        assert "Traceback" not in said.err


@pytest.mark.long
@pytest.mark.parametrize("block", range(9))
def test_workbooks_damaged_at_random(block: int, tmp_path: Path) -> None:
    workbooks_of(block, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("block", range(3))
def test_models_damaged_at_random(block: int, tmp_path: Path, capsys: Capture) -> None:
    models_of(block, tmp_path, capsys)


@pytest.mark.soak
@pytest.mark.parametrize("block", range(100, 260))
def test_workbooks_soaked(block: int, tmp_path: Path) -> None:
    print(workbooks_of(block, tmp_path))


@pytest.mark.soak
@pytest.mark.parametrize("block", range(100, 140))
def test_models_soaked(block: int, tmp_path: Path, capsys: Capture) -> None:
    models_of(block, tmp_path, capsys)


ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=40),
    st.sampled_from(["1 250", "1.250,5", "(1 200)", "5 %", "-", "2,5 mkr", "måste", "EX-2 klar", "0|0,5|1", "ja", "nej", "2027"]),
)
FIELDS = sorted(sound("sv").fields)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.tuples(st.sampled_from(["EX-1", "EX-2", "EX-3", "EX-4"]), st.sampled_from(FIELDS)), ANY, min_size=1, max_size=6))
def test_whatever_stands_in_a_cell(tmp_path_factory: pytest.TempPathFactory, cells: dict[tuple[str, str], object]) -> None:
    made = sound("sv")
    for (identity, name), value in cells.items():
        made.put(identity, name, value)
    read_workbook(tmp_path_factory.getbasetemp() / "hypothesis.xlsx", made.content())
