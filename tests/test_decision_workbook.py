"""The decision workbook: exact figures, live sums, text that stays text, the same bytes twice, and a write that is whole or not at all."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import making as b
from portfolio.analysis.optimise import Request, optimise
from portfolio.errors import CannotWrite
from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Block, Column, Labels, Sheet, workbook_bytes
from portfolio.excel.safe_write import write_atomically
from portfolio.outcome import Layer, Run
from portfolio.reports import workbook
from portfolio.text import LANGUAGES, Lang, Text

FORMULA = "=HYPERLINK(1)"
DECISIONS = {"sv": "Beslut", "en": "Decisions"}
KRONOR = (123_456_789, 7, 1_000_001)
MONEY = ["Gap", "Skuld", "Driftkonsekvenser", "Finansiering", "Obligationer"]
COUNTING = ["Alternativ", "Alternativ ton"]
SHEETS = [
    "Sammanfattning",
    "Om",
    "Beslut",
    "Årsplan",
    *MONEY,
    "Utsläpp",
    "Kostnadskurva",
    "Förutsättningar",
    "Kontroll",
    "Revision",
    *COUNTING,
]


@cache
def run_of(lang: Lang = "sv") -> Run:
    """A solved run with a debt path, an emission path and a name that looks like a formula."""
    found = b.portfolio_of(
        b.investment("A-1", KRONOR, tonnes=Decimal(100), name=FORMULA, in_plan=True),
        b.investment("A-2", (50_000_000,), tonnes=Decimal("0.001"), name="+1"),
    )
    model = b.planning(
        plan_frame=b.frame(200_000_000, 200_000_000, 200_000_000),
        control_envelope=b.envelope(600_000_000),
        debt=b.debt(1_000_000_000, 2_000_000_000, other=1, own=3),
        emissions=b.emissions(),
    )
    return optimise(found, model, Request(30.0, 0, lang, "2025-01-01T00:00:00+00:00"), ())


def opened(lang: Lang = "sv", *, values: bool = True) -> Any:
    """The workbook as an independent reader sees it."""
    return openpyxl.load_workbook(io.BytesIO(workbook.render(run_of(lang), Text(lang))), data_only=values)


def cells(sheet: Any) -> list[Any]:
    """Every cell that holds something."""
    return [c for row in sheet.iter_rows() for c in row if c.value is not None]


def test_sheets_and_print_setup() -> None:
    book = opened()
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9), sheet.title
        assert sheet.freeze_panes is not None, sheet.title
        assert sheet.oddFooter.right.text == "Sida &P av &N", sheet.title


def test_pages_break_between_tables_and_only_a_long_table_repeats_its_headings() -> None:
    columns = (Column("År", "year", 40), Column("Belopp", "mnkr", 20))
    short, long = (Block(name, name, columns, tuple((2025 + n, n) for n in range(rows))) for name, rows in (("Kort", 30), ("Lang", 70)))
    sheets = [Sheet("Korta", "K", (), (short, short)), Sheet("Ett", "E", (), (long,)), Sheet("Blandat", "B", (), (short, long))]
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(sheets, Labels("Summa", "", ""))))
    assert [[b.id for b in sheet.row_breaks.brk] for sheet in book] == [[35], [], [35]]
    assert [sheet.print_title_rows for sheet in book] == [None, "$4:$4", "$37:$37"]
    assert [book["Blandat"].cell(row, 1).value for row in (36, 37)] == ["Lang", "År"]


def test_sheets_that_calculate_are_seen_on_the_screen_and_print_what_they_are() -> None:
    book = opened()
    for name in COUNTING:
        sheet = book[name]
        assert sheet.sheet_state == "visible"
        assert sheet["A2"].value.endswith("Bara den här rubriken skrivs ut; siffrorna står på skärmen.")
        last = re.fullmatch(r".*\$A\$1:\$[A-Z]+\$(\d+)", sheet.print_area)
        assert last is not None
        assert int(last[1]) == 2
        assert sheet.max_row > 4


def test_a_chart_stands_on_the_page_of_its_table() -> None:
    columns = (Column("År", "year", 40), Column("Belopp", "mnkr", 40))
    chart = Chart("Diagram", "mnkr", 0, bars=(1,))
    rows = tuple((2025 + n, n) for n in range(24))
    (sheet,) = openpyxl.load_workbook(
        io.BytesIO(
            workbook_bytes(
                [Sheet("A", "A", (), (Block("A", "A", columns, rows), Block("B", "B", columns, rows, (chart,))))], Labels("", "", "")
            )
        )
    )
    assert [b.id for b in sheet.row_breaks.brk] == [sheet_row(sheet, "B") - 1]


def sheet_row(sheet: Any, value: str) -> int:
    """The row in whose first cell it stands."""
    return next(row[0].row for row in sheet.iter_rows() if row[0].value == value)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_money_cell_is_a_whole_krona_of_the_run(lang: Lang) -> None:
    run = run_of(lang)
    chosen = {d.id: d for d in run.decisions if d.layer in (Layer.PLAN, Layer.GAP)}
    assert chosen["A-1"].total_outlay == sum(KRONOR)
    rows = {row[0].value: [c.value for c in row] for row in opened(lang)[DECISIONS[lang]].iter_rows() if row[0].value in chosen}
    assert set(rows) == set(chosen)
    assert all(d.total_outlay in rows[id] for id, d in chosen.items())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_stored_sums_equal_what_the_formulas_add(lang: Lang) -> None:
    formulas, values = opened(lang, values=False), opened(lang)
    checked = 0
    for sheet in formulas:
        for cell in cells(sheet):
            if cell.data_type == "f":
                found = re.fullmatch(r"=SUBTOTAL\(109,([A-Z]+\d+:[A-Z]+\d+)\)", cell.value)
                if found is None:
                    continue  # what the others give, LibreOffice counts (test_oracle_libreoffice, test_live_workbook)
                stored = values[sheet.title]
                added = sum(c.value or 0 for (c,) in stored[found[1]])
                assert stored[cell.coordinate].value == pytest.approx(added, abs=1e-6), (sheet.title, cell.coordinate)
                checked += 1
    assert checked >= 10


def test_text_never_becomes_a_formula() -> None:
    named = [c for sheet in opened(values=False) for c in cells(sheet) if c.value in (FORMULA, "+1")]
    assert len(named) >= 2
    book = zipfile.ZipFile(io.BytesIO(workbook.render(run_of(), Text("sv"))))
    sheets = "".join(book.read(n).decode() for n in book.namelist() if n.startswith("xl/worksheets/sheet"))
    assert "HYPERLINK" not in "".join(re.findall(r"<f>(.*?)</f>", sheets))


def test_two_native_charts_at_least() -> None:
    book = zipfile.ZipFile(io.BytesIO(workbook.render(run_of(), Text("sv"))))
    assert len([n for n in book.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n)]) >= 2


def test_same_run_same_bytes() -> None:
    assert workbook.render(run_of(), Text("sv")) == workbook.render(run_of(), Text("sv"))


def test_every_check_of_the_audit_is_shown_in_words() -> None:
    run = run_of()
    assert run.audit is not None
    words = {Text("sv")(f"constraint.{c.constraint}.name") for c in run.audit.checks}
    rows = list(opened()["Revision"].iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if Text("sv")("workbook.column.left_side") in row)
    counted = [row for row in rows[:top] if row[0] in words]
    assert {row[0]: row[1] for row in counted} == Counter(Text("sv")(f"constraint.{c.constraint}.name") for c in run.audit.checks)
    assert len([row for row in rows[top:] if row[0] in words]) == len(run.audit.checks)


def test_a_table_without_rows_opens() -> None:
    empty = Block("Tom", "", (Column("Namn"), Column("mnkr", "mnkr", summed=True)), ())
    data = workbook_bytes([Sheet("Tom", "Tom", (), (empty,))], Labels("", "", ""))
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == ["Tom"]


def test_written_whole_and_nothing_left_beside(tmp_path: Path) -> None:
    target = tmp_path / "beslutsunderlag.xlsx"
    target.write_bytes(b"old")
    write_atomically(target, b"new")
    assert target.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == [target.name]


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="saknas"):
        write_atomically(tmp_path / "saknas" / "x.xlsx", b"new")


def test_a_failed_rename_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "mapp"
    target.mkdir()
    with pytest.raises(CannotWrite):
        write_atomically(target, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["mapp"]
