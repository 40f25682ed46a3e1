"""Hostile and broken workbooks and models: every fault named with file, place, value and remedy, and nothing else; odd ones read right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import hostile_cell
import hostile_file
import hostile_logic
import hostile_structure
from hostile_classes import CLASSES
from hostile_round import MODEL, YEARS, Case, Found, Round, sound
from portfolio.cli import main
from portfolio.cli.face import Face
from portfolio.errors import Finding, Severity
from portfolio.excel.read import read_portfolio
from portfolio.records import Investment, Portfolio
from portfolio.reports.findings import finding_line, shortened
from portfolio.text import LANGUAGES, Text

Capture = pytest.CaptureFixture[str]
CASES: tuple[Case, ...] = (*hostile_file.CASES, *hostile_structure.CASES, *hostile_cell.CASES, *hostile_logic.CASES)
FAST = 45
"""Each so many of the files is in the fast suite."""
TRIED = [(case, lang) for case in CASES for lang in case.langs]


def heard(folder: Path, arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[Finding]]:
    """Exit code and findings of a command."""
    found: list[Finding] = []
    told = Face.findings

    def listen(self: Face, findings: Sequence[Finding]) -> None:
        found.extend(findings)
        told(self, findings)

    monkeypatch.setattr(Face, "findings", listen)
    monkeypatch.chdir(folder)
    return main(arguments), found


def as_expected(made: Round, expected: Found) -> tuple[str, str, str, str]:
    value = made.say(expected.value)
    return expected.code, expected.file, made.place(expected.place), str(value)


def prints(folder: Path) -> dict[str, tuple[str, int]]:
    """Hash and time of change of every file."""
    files = [p for p in folder.rglob("*") if p.is_file()]
    return {p.as_posix(): (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns) for p in files}


@cache
def base(lang: str, folder: Path) -> Portfolio:
    """What the sound round says."""
    path = folder / f"sund-{lang}.xlsx"
    path.write_bytes(sound(lang).content())  # type: ignore[arg-type]
    return read_portfolio([path], YEARS)[0]


def plain(i: Investment) -> dict[str, Any]:
    return i.model_dump(exclude={"origin"})


def in_ci(case: Case, lang: str) -> bool:
    """Every case is, those of both languages in one of them by turns; the other is tried by hand."""
    return len(case.langs) == 1 or lang == case.langs[CASES.index(case) % 2]


def cases() -> Iterator[Any]:
    for n, (case, lang) in enumerate(TRIED):
        slow = [] if n % FAST == 0 else [pytest.mark.long if in_ci(case, lang) else pytest.mark.soak]
        yield pytest.param(case, lang, marks=slow, id=f"{case.fault[:24]}: {case.name} ({lang})")


@pytest.mark.parametrize(("case", "lang"), list(cases()))
def test_told_as_it_is(
    case: Case, lang: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    made = sound(lang)
    case.make(made)
    made.write(tmp_path)
    before = prints(tmp_path)
    arguments = ["check", *made.asked, "--model", MODEL, "--json", "--lang", lang]
    arguments += [a for name in made.scenarios for a in ("--scenario", name)]
    code, found = heard(tmp_path, arguments, monkeypatch)
    said = capsys.readouterr()
    assert prints(tmp_path) == before, "an input has been touched"
    assert said.err == ""
    shown = json.loads(said.out)
    told = {s.value: [(f.code, f.file, f.place, f.value) for f in found if f.severity is s] for s in Severity}
    for severity in ("error", "warning"):
        expected = [as_expected(made, f) for f in case.found if f.severity == severity]
        assert sorted(told[severity]) == sorted(expected)
    assert {n.code for n in case.found if n.severity == "note"} <= {c for c, *_ in told["note"]}
    for f, line in zip(found, shown["findings"], strict=True):
        assert (line["file"], line["place"], line["severity"]) == (f.file, f.place, f.severity.value)
        assert line["value"] == shortened(f.value)
        for other in LANGUAGES:
            sentences = finding_line(f, Text(other))
            assert sentences.message
            assert sentences.remedy
            assert "{" not in sentences.message.replace("{ value", "")
    assert code == (2 if case.refused else 0)
    assert shown["status"] == ("input_error" if case.refused else "input_ok")
    if not case.refused:
        known = {i.id: i for i in base(lang, tmp_path_factory.getbasetemp()).investments}
        if case.changed is not None:
            case.changed(known)
        read = read_portfolio([Path(name) for name in made.asked], YEARS)[0]
        assert {i.id: plain(i) for i in read.investments} == {i.id: plain(i) for i in known.values()}


def test_every_class_of_the_design_has_its_files() -> None:
    classes = {name for group in CLASSES.values() for name in group}
    assert {case.fault for case in CASES} <= classes
    elsewhere = {"read-only", "used range of a million formatted rows", "> 65,536 rows"}  # test_hostile_limits.py
    elsewhere |= {"target above what all investments can give", "percent below the minimum share", "two models with the same title"}
    assert classes - {case.fault for case in CASES} <= elsewhere
    assert sum(in_ci(case, lang) for case, lang in TRIED) >= 250
    assert len({(case.fault, case.name) for case in CASES}) == len(CASES), "two cases have the same name"


def test_the_classes_are_those_of_the_design() -> None:
    design = Path(__file__).parents[2] / "shared" / "design" / "faults.md"
    if not design.exists():
        pytest.skip("the design does not lie beside the project")
    text = " ".join(design.read_text("utf-8").split())
    for group, names in CLASSES.items():
        listed = text.split(f"**{group}**: ")[1].split(" **")[0].rstrip(". ")
        assert tuple(listed.split(" · ")) == names
