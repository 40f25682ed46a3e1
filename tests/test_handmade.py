"""Decisions changed by hand: what they break, by how much and in which year, and what they cost; and payloads that stay text everywhere."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from portfolio.cli import main
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


FUNCTIONS = {
    *(
        "ABS",
        "AND",
        "COUNTIF",
        "COUNTIFS",
        "EXACT",
        "IF",
        "IFERROR",
        "INDEX",
        "INT",
        "ISODD",
        "MATCH",
        "MAX",
        "MIN",
        "N",
        "OR",
        "ROUND",
        "SIGN",
    ),
    *("SUBSTITUTE", "SUBTOTAL", "SUM", "SUMPRODUCT", "TRUNC"),
}
"""All that our formulas call: nothing that reads or sends anything."""


def edit(path: Path, sheet: str, change: Callable[[Callable[[str, str], Any]], None]) -> None:
    """Change cells of a table by id and heading."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    top = next(r for r in page.iter_rows() if {"ID", "Id"} & {c.value for c in r} and "Beslut" in {c.value for c in r})
    columns = {str(c.value).split(" (")[0].upper(): c.column for c in top if c.value}
    rows = {page.cell(r, columns["ID"]).value: r for r in range(top[0].row + 1, page.max_row + 1)}
    change(lambda id, heading: page.cell(rows[id], columns[heading.upper()]))
    book.save(path)


BASIS = Path("ut/beslutsunderlag.xlsx")


def returned() -> Path:
    return next(Path("ut/returned").glob("*.xlsx"))


@pytest.mark.long
def test_unchanged_decisions_are_the_best_plan(round_: Path, capsys: Capture) -> None:
    del round_
    for path in (BASIS, returned()):
        assert main(["check", str(path)]) == 0
        said = capsys.readouterr().out
        assert "Det är samma plan." in said
        assert "håller alla" in said


def test_a_limit_that_is_broken_is_said_in_kronor_and_year(round_: Path, capsys: Capture) -> None:
    del round_

    def into_the_plan(at: Callable[[str, str], Any]) -> None:
        at("EX-3", "Beslut").value = "i planen"

    edit(BASIS, "Beslut", into_the_plan)
    assert main(["check", str(BASIS), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    broken = [c for c in found["plan"]["audit"]["checks"] if not c["holds"]]
    assert {c["constraint"] for c in broken} == {"plan_frame"}
    by_hand = {c["year"]: -c["slack"] for c in broken}
    # EX-3 takes 44 mnkr at its share, 17,6 + 17,6 + 8,8, and the plan has no kronor left in any of the years
    assert by_hand[2026] == 17_600_000
    assert by_hand[2028] == 44_000_000
    assert main(["check", str(BASIS)]) == 3
    assert "17,6 mnkr över gränsen" in capsys.readouterr().out


@pytest.mark.parametrize("where", ["basis", pytest.param("returned", marks=pytest.mark.long)])
@pytest.mark.long
def test_what_is_left_out_costs_tonnes(where: str, round_: Path, capsys: Capture) -> None:
    del round_
    path, sheet = (BASIS, "Beslut") if where == "basis" else (returned(), "Investeringar")
    edit(path, sheet, lambda at: setattr(at("EX-3", "Beslut"), "value", "Ej rekommenderad"))
    assert main(["check", str(path)]) == 3
    said = capsys.readouterr().out
    assert "Minst så många ton" in said
    assert "Ut: EX-3" in said
    assert "−44,0 mnkr" in said


def external(at: Callable[[str, str], Any]) -> None:
    at("EX-4", "Beslut").value = "i planen"
    at("EX-4", "Startår").value = 2026


WRONG: dict[str, Callable[[Callable[[str, str], Any]], None]] = {
    "word": lambda at: setattr(at("EX-2", "Beslut"), "value", "kanske"),
    "no start": lambda at: setattr(at("EX-2", "Startår"), "value", None),
    "start too early": lambda at: setattr(at("EX-3", "Startår"), "value", 2025),
    "share": lambda at: setattr(at("EX-3", "Andel"), "value", 10),
    "unknown id": lambda at: setattr(at("EX-3", "ID"), "value", "EX-9"),
    "external": external,
}
"""Decisions that cannot be; what is said of each of them, and where, is in `example_books`."""


def test_a_decision_that_cannot_be(round_: Path, capsys: Capture) -> None:
    del round_
    edit(BASIS, "Beslut", WRONG["word"])
    assert main(["check", str(BASIS)]) == 2
    shown = capsys.readouterr().err
    assert '"kanske"' in shown
    assert "Beslut!" in shown


def test_a_basis_without_its_run_is_said(round_: Path, capsys: Capture) -> None:
    Path("ut/beslutsunderlag.xlsx").rename(round_ / "ensam.xlsx")
    assert main(["check", "ensam.xlsx"]) == 2
    assert "run.json" in capsys.readouterr().err


PAYLOADS = (
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")', "\t=1+1", "\n=1", "=IMPORTXML(1)"),
    *("{=1}", "=1\x07", "<script>alert(1)</script>", "[bold]x[/bold]", "\x1b[31mröd", "=" * 3),
)
TEXTS = ("Investering", "Nämnd/bolag", "Sektor", "Källa", "Kommentar", "Alternativgrupp")


@pytest.mark.parametrize("block", [0, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2))])
def test_payloads_stay_text_in_every_output(block: int, round_: Path, capsys: Capture) -> None:
    """Fifteen payloads in every text field: no formula of theirs in any workbook, no escape in the terminal, JSON that is JSON."""
    del round_
    path = next(Path("inputs").glob("*.xlsx"))
    book = openpyxl.load_workbook(path)
    page = book["Investeringar"]
    top = next(r for r in page.iter_rows() if "ID" in {c.value for c in r})
    columns = {str(c.value): c.column for c in top if c.value}
    model = next(Path("models").glob("*.toml"))
    text = model.read_text("utf-8")
    for n, row in enumerate(range(top[0].row + 1, top[0].row + 5)):
        for k, heading in enumerate(TEXTS):
            if heading != "Nämnd/bolag" or "[owners" not in text:
                payload = PAYLOADS[(block * 5 + n + k) % len(PAYLOADS)]
                cell = page.cell(row, columns[heading])
                tail = str(n) if heading == "Alternativgrupp" else ""  # or the groups would exclude each other
                cell.value = "".join(c for c in payload if c.isprintable() or c in "\t\n") + tail
                cell.data_type = "s"
    book.save(path)
    code = main(["optimise", "--out", "farligt"])
    said = capsys.readouterr()
    assert code == 0, said.err
    assert "\x1b" not in said.out + said.err
    json.loads(Path("farligt/run.json").read_text("utf-8"))
    for made in (Path("farligt/beslutsunderlag.xlsx"), *Path("farligt/returned").glob("*.xlsx")):
        for sheet in openpyxl.load_workbook(made).worksheets:
            for cells in sheet.iter_rows():
                for cell in cells:
                    if cell.data_type == "f":
                        where = f"{made.name} {sheet.title}!{cell.coordinate}: {cell.value}"
                        assert set(re.findall(r"([A-Z][A-Z0-9.]*)\(", str(cell.value))) <= FUNCTIONS, where
                        assert not re.search(r"cmd|http|script|bold|röd|\x07|\{", str(cell.value)), where
