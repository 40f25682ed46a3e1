"""`portfolio diff`: every change of a workbook is said once, with its cells, and so is what it does to the plan."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

import making as m
from portfolio.changes import ChangeKind, PlanChange, model_changes, plan_changes, record_changes
from portfolio.cli import main
from portfolio.errors import CannotWrite, InputError
from portfolio.excel.read import read_portfolio
from portfolio.excel.starter import write_starter, write_template
from portfolio.outcome import Decision, Layer
from portfolio.records import OverlapCeiling, OverlapPair, Portfolio


def test_every_field_that_differs_is_found_once() -> None:
    old = m.investment("A", (100, 50), start=2025, latest=2026, tonnes=Decimal(10), grant=5)
    new = m.investment("A", (100, 60), start=2025, latest=2026, tonnes=Decimal("10.5"), grant=5, lock=m.lock("start", 2026))
    found = record_changes(Portfolio(investments=(old,)), Portfolio(investments=(new,)))
    assert [(c.field, c.old, c.new) for c in found] == [
        ("outlay.2026", 50, 60),
        ("tonnes", Decimal(10), Decimal("10.5")),
        ("lock", "free", "start 2026"),
    ]


def test_rows_that_come_and_go_and_overlaps() -> None:
    a, b = m.investment("A"), m.investment("B")
    pair = OverlapPair(loser="A", winner="B", share=Decimal("0.5"), origin=m.ORIGIN)
    ceiling = OverlapCeiling(group="G", tonnes=Decimal(9), origin=m.ORIGIN)
    old = Portfolio(investments=(a,), pairs=(pair,))
    new = Portfolio(investments=(b,), pairs=(pair.model_copy(update={"share": Decimal("0.6")}),), ceilings=(ceiling,))
    found = [(c.subject, c.kind, c.field) for c in record_changes(old, new)]
    assert found == [
        ("A", ChangeKind.REMOVED, ""),
        ("B", ChangeKind.ADDED, ""),
        ("A / B", ChangeKind.CHANGED, "overlap"),
        ("G", ChangeKind.ADDED, "overlap"),
    ]
    assert record_changes(old, old) == []


def decision(id: str, layer: Layer, start: int | None = None, outlay: int = 0, tonnes: int = 0) -> Decision:
    return Decision(
        id=id, name=id, owner="", layer=layer, start=start, outlay={2025: outlay} if outlay else {}, tonnes_objective=Decimal(tonnes)
    )


def test_what_happens_to_the_plan_is_named_by_what_weighs_most() -> None:
    none = Layer.NOT_RECOMMENDED
    old = [decision("A", none), decision("B", Layer.PLAN, 2025, 9), decision("C", Layer.PLAN, 2025, 9), decision("D", Layer.PLAN, 2025, 9)]
    old += [decision("E", Layer.GAP, 2025, 9, 1), decision("F", Layer.PLAN, 2025, 9), decision("X", Layer.EXTERNAL, 2025, 9)]
    new = [decision("A", Layer.GAP, 2026, 9), decision("B", none), decision("C", Layer.PLAN, 2027, 9), decision("D", Layer.GAP, 2025, 9)]
    new += [decision("E", Layer.GAP, 2025, 9, 2), decision("F", Layer.PLAN, 2025, 9), decision("X", Layer.EXTERNAL, None, 9)]
    found: list[PlanChange] = plan_changes(old, new)
    assert [(c.id, c.what) for c in found] == [("A", "in"), ("B", "out"), ("C", "moved"), ("D", "layer"), ("E", "figures")]


def test_models_are_compared_value_by_value() -> None:
    old = {"file": "a.toml", "debt": {"opening": {"value": 7, "stated": "7 kr"}}, "scenarios": []}
    new = {"file": "b.toml", "debt": {"opening": {"value": 8, "stated": "8 kr"}}, "scenarios": ["late"]}
    assert [(c.key, c.old, c.new) for c in model_changes(old, new)] == [("debt.opening.value", "7", "8"), ("scenarios.1", "", "late")]


@pytest.fixture
def round_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A starter round, with a second workbook in which one outlay and one name of a status differ."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    book = next(Path("inputs").glob("*.xlsx"))
    edited = openpyxl.load_workbook(book)
    sheet = edited.worksheets[0]
    header = {str(c.value).split(" (")[0]: c.column for row in sheet.iter_rows(max_row=6) for c in row if c.value}
    row = next(c.row for c in sheet["A"] if c.value == "EX-3")
    sheet.cell(row, header["2026"]).value = 20_001
    sheet.cell(row, header["Lås"]).value = "aldrig"
    Path("new").mkdir()
    edited.save("new/a.xlsx")
    return tmp_path


def test_two_workbooks_in_words(round_: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del round_
    capsys.readouterr()
    assert main(["diff", "inputs", "new/a.xlsx"]) == 0
    said = capsys.readouterr().out.replace("\n    ", " ")
    assert "Utgift 2026 från 20\u00a0000\u00a0000 kr till 20\u00a0001\u00a0000 kr" in said
    assert "Lås från tomt till aldrig" in said
    assert "UNDERLAGET – 2 ändringar" in said
    assert "new/a.xlsx  Investeringar!" in said
    assert "TOTALT" in said


@pytest.mark.long
def test_runs_and_json(round_: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimise", "--out", "one"]) == 0
    capsys.readouterr()
    assert main(["diff", "one", "inputs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "same"
    assert main(["diff", "one", "new/a.xlsx", "--json", "--lang", "en"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "different"
    assert [c["field"] for c in found["records"]] == ["outlay.2026", "lock"]
    assert found["records"][0]["new"] - found["records"][0]["old"] == 1_000_000 - 999_000
    assert found["kept"] == []
    # the workbook behind the run has changed: what the run keeps of it says the same, but for the cells of that side, and that is said
    book = next(Path("inputs").glob("*.xlsx"))
    cell = found["records"][0]["old_place"]
    book.write_bytes((round_ / "new" / "a.xlsx").read_bytes())
    assert main(["diff", "one", "new/a.xlsx", "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)
    assert kept["kept"] == ["one"]
    assert [{**c, "old_place": ""} for c in kept["records"]] == [{**c, "old_place": ""} for c in found["records"]]
    assert kept["records"][0]["old_place"] == re.sub(r"![A-Z]+", "!", cell)
    assert main(["diff", "one", "new/a.xlsx"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Arbetsböckerna bakom one finns inte kvar som de var." in said
    assert "Format och annan text i arbetsböckerna jämförs inte." in said
    assert "Lås från tomt till aldrig" in said
    # two rounds of the same inputs folder: what differs in the records is named where they are compared
    assert main(["optimise", "--out", "two", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["compare", "one", "two"]) == 0
    assert "Underlaget skiljer: EX-3." in capsys.readouterr().out
    # a run of a version that kept no records
    record = Path("one/run.json")
    record.write_text(json.dumps({**json.loads(record.read_text("utf-8")), "records": None}), "utf-8")
    assert main(["diff", "one", "new/a.xlsx", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"] is None


@pytest.mark.parametrize("content", [None, "{}", "not json"])
def test_what_is_no_run_is_said(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad").mkdir()
    if content is not None:
        Path("bad/run.json").write_text(content, "utf-8")
    code = main(["diff", "bad", "bad"])
    assert code == 2
    assert ("bad/run.json" if content is not None else "FEL") in capsys.readouterr().err


def test_template_is_empty_and_in_the_standard_layout(tmp_path: Path) -> None:
    path = tmp_path / "mall.xlsx"
    write_template(path, range(2026, 2033))
    book = openpyxl.load_workbook(path)
    sheet = book["Investeringar"]
    header = next(row for row in sheet.iter_rows(max_row=8) if row[0].value == "ID")
    assert [str(c.value) for c in header if str(c.value).startswith("20")] == [f"{y} (tkr)" for y in range(2026, 2033)]
    assert all(c.comment is not None for c in header)
    assert sheet.data_validations.count >= 5
    assert sheet.print_title_rows is not None
    assert "Läs mig" in book.sheetnames
    with pytest.raises(InputError) as fault:
        read_portfolio([path], range(2026, 2033))
    assert [f.code for f in fault.value.findings if f.severity.value == "error"] == ["no_investments"]
    with pytest.raises(CannotWrite):
        write_template(path, range(2026, 2033))
    with pytest.raises(CannotWrite):
        write_starter(path)
