"""The corpus of hard workbooks: large enough, always the same, sound where it says so, and with a table that is read as it stands."""

from __future__ import annotations

import re
import subprocess
import warnings
from functools import cache
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

import corpus_base
from corpus_build import Case, corpus
from corpus_lists import MADE, RAW, REFUSED, REFUSED_MADE, ZIPS
from portfolio.errors import InputError
from portfolio.excel.preflight import open_workbook
from portfolio.excel.read import read_portfolio
from workbook_parts import Parts, package_faults

YEARS = range(2025, 2032)
BEFORE_PARSING = {"strict", "DOCTYPE", "broken XML", "truncated", "a damaged part", "encrypted", "a web page", "the same part twice"}
BEFORE_PARSING |= {"a name that begins with a slash"}
"""Refused when they are opened; the other refusals come when decisions are to be written."""


@cache
def cases() -> tuple[Case, ...]:
    return tuple(corpus())


def written() -> list[Case]:
    return [c for c in cases() if c.expected == "written"]


def test_large_enough_and_every_feature_is_there() -> None:
    names = [c.name for c in cases()]
    assert len(names) == len(set(names)) >= 140
    assert len(written()) >= 120
    there = {f for c in cases() for f in c.features}
    assert set(MADE) | set(RAW) | set(ZIPS) | set(REFUSED) | set(REFUSED_MADE) <= there
    assert sum(len(c.features) > 1 for c in cases()) >= 30


@pytest.mark.long
def test_the_same_every_time() -> None:
    assert [(c.name, c.content) for c in corpus()] == [(c.name, c.content) for c in cases()]


@pytest.mark.parametrize("case", written(), ids=lambda c: c.name)
def test_sound_and_read_as_it_stands(case: Case, tmp_path: Path) -> None:
    # a picture placed in a cell comes from its writer with a part whose name begins with a slash
    assert list(package_faults(case.content)) == [] or case.name == "a name that begins with a slash"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(case.content))
    header = [c.value for c in book[case.sheet][corpus_base.HEADER_ROW]][: corpus_base.RIGHT]
    assert header == list(corpus_base.HEADINGS)
    path = tmp_path / f"bok{case.suffix}"
    path.write_bytes(case.content)
    read = read_portfolio([path], YEARS)[0].by_id()
    hidden = {"filtered rows": {"A-2", "A-4"}, "hidden by height": {"A-2"}}
    gone = {i for f in case.features for i in hidden.get(f, set())}
    assert set(read) == {r[0] for r in corpus_base.ROWS} - gone
    for identity, name, *_, outlay, operating, life, tonnes in corpus_base.ROWS:
        if identity not in gone:
            kept = [n for n, kr in enumerate(outlay) if kr]
            assert read[identity].outlay == tuple(kr * 1000 for kr in outlay[kept[0] : kept[-1] + 1])
            found = read[identity]
            assert (found.name, found.operating, found.life) == (name, operating * 1000, life)
            assert int(found.tonnes) == found.tonnes == tonnes


def refused() -> list[Case]:
    return [c for c in cases() if c.expected == "refused"]


@pytest.mark.parametrize("case", refused(), ids=lambda c: c.name)
def test_what_is_refused_when_opened(case: Case, tmp_path: Path) -> None:
    path = tmp_path / f"bok{case.suffix}"
    path.write_bytes(case.content)
    if case.name in BEFORE_PARSING:
        with pytest.raises(InputError) as fault:
            open_workbook(path)
        assert len(fault.value.findings) == 1
    else:
        assert open_workbook(path).content == case.content


def test_a_feature_changes_the_workbook() -> None:
    plain = next(c for c in cases() if c.name == "plain")
    assert [c.name for c in cases() if c.name != "plain" and c.content == plain.content] == []
    for name in RAW:
        case = next(c for c in cases() if c.name == name)
        assert Parts(case.content).data != Parts(plain.content).data, name


@pytest.mark.long
def test_libreoffice_opens_all(tmp_path: Path, soffice: str) -> None:
    for n, case in enumerate(written()):
        (tmp_path / f"{n:03}{case.suffix}").write_bytes(case.content)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    books = sorted(tmp_path.glob("*.xls?"))
    convert = [
        soffice,
        "--headless",
        profile,
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1",
    ]
    subprocess.run([*convert, "--outdir", tmp_path, *books], check=True, capture_output=True)
    for n, case in enumerate(written()):
        lines = next(tmp_path.glob(f"{n:03}*.csv")).read_text("utf-8")
        assert re.search(r"^A-3,", lines, re.MULTILINE), case.name
