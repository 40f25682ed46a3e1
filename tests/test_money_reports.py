"""The money reports: the terminal, the sheets and run.json say the same; every width, both languages, missing tables, hostile names."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.console import Console

import making as m
from money_question import asked, planning, portfolio, small
from portfolio.cli import REPORTS, main
from portfolio.outcome import Run
from portfolio.reports import workbook
from portfolio.reports.figures import mnkr
from portfolio.reports.money.report import SECTIONS, render
from portfolio.reports.run_json import to_json
from portfolio.text import LANGUAGES, Lang, Text
from sample_run import sample_run
from test_cli import golden

Capture = pytest.CaptureFixture[str]
TOP = Path(__file__).parent.parent


def shown(run: Run, name: str, lang: Lang = "sv", columns: int = 80) -> str:
    """A report as it is printed."""
    console = Console(width=columns, file=io.StringIO(), highlight=False)
    render(run, name, Text(lang), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", REPORTS)
def test_reports_of_the_sample(name: str) -> None:
    golden(f"report-{name}-sv.txt", shown(sample_run(), name))


def test_report_in_english_and_of_a_mandate_that_binds() -> None:
    golden("report-debt-en-small.txt", shown(small().run, "debt", "en"))
    golden("report-bonds-en-small.txt", shown(small().run, "bonds", "en", 120))


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("name", REPORTS)
def test_names_give_way_and_no_figure_is_cut(name: str, columns: int) -> None:
    """From 80 columns on nothing runs over the edge; in a narrower window that may happen, but every amount is whole."""
    for run in (sample_run(), small().run):
        printed = shown(run, name, "sv", columns)
        cut = [word for line in printed.splitlines() for word in line.split("  ") if "…" in word]
        assert not [word for word in cut if re.search(r"^ *[\d−][\d\u00a0,]*…", word)], "a figure"
        assert columns < 80 or max(len(line) for line in printed.splitlines()) <= columns
        if run.funding is not None and name == "funding":
            figures = {mnkr(s.kronor, "sv") for s in run.funding.sources}
            assert all(figure in printed for figure in figures)


def book(run: Run, lang: Lang = "sv") -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook.render(run, Text(lang))), data_only=True)


def tables(sheet: Any) -> dict[str, list[dict[str, Any]]]:
    """The tables of a sheet: rows by heading, under the name of the table without its number."""
    found = {}
    for table in sheet.tables.values():
        head, *rows = [[c.value for c in row] for row in sheet[table.ref]]
        found[table.name.rsplit("_", 1)[0]] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


@cache
def sheets() -> Any:
    return book(small().run)


def column(name: str) -> str:
    return Text("sv")(f"money.column.{name}")


def same(rows: list[dict[str, Any]], lines: Any, *names: str) -> None:
    """The rows have the lines' figures under the headings of the same names, to the krona."""
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines, strict=True):
        assert {n: row[column(n)] for n in names} == {n: getattr(line, n) for n in names}


def test_the_debt_sheet_has_the_statement_to_the_krona() -> None:
    debt = small().run.debt
    assert debt is not None
    found = tables(sheets()["Skuld"])
    moved = ("year", "opening", "outlay_plan", "outlay_gap", "grants", "partners", "operating", "other_net_investment", "self_financing")
    same(found["Skuld"], debt.group, *moved, "interest", "closing", "mandate", "headroom", "borrowable")
    same(found["Stadens_skuld"], debt.city, *moved, "closing")
    assert debt.gave_way is not None
    assert [row["Id"] for row in found["Fick_ge_vika"]][: len(debt.gave_way.left_out)] == [x.id for x in debt.gave_way.left_out]


def test_the_charges_sheet_has_the_statement_to_the_krona() -> None:
    charges = small().run.charges
    assert charges is not None
    found = tables(sheets()["Driftkonsekvenser"])
    same(found["Driftkonsekvenser"], charges.total, "year", "depreciation", "release", "internal_rate", "expensed", "operating", "limit")
    for owner in charges.owners:
        assert [row[owner.owner] for row in found["Agare_och_ar"]] == [line.total for line in owner.lines]


def test_the_funding_sheet_has_the_statement_to_the_krona() -> None:
    funding = small().run.funding
    assert funding is not None
    found = tables(sheets()["Finansiering"])
    assert [row[column("paid")] for row in found["Kallor"]] == [s.kronor for s in funding.sources]
    used = [s for s in funding.sources if s.kronor]
    said = {s.source: found["Kallor"][n][column("source")] for n, s in enumerate(funding.sources)}
    for s in used:
        assert [row[said[s.source]] for row in found["Kallor_och_ar"]] == [y.used for y in s.years]
        by_id = {u.id: 0 for u in funding.uses} | {}
        for u in funding.uses:
            by_id[u.id] += u.kronor if u.source == s.source else 0
        assert {row["Id"]: row[said[s.source]] for row in found["Investeringar_och_kallor"]} == by_id
    limited = [(y.available, y.used, y.left) for s in funding.sources for y in s.years if y.available is not None]
    assert [tuple(row[column(n)] for n in ("available", "used", "left")) for row in found["Granser"]] == limited


def test_the_bond_sheet_has_the_statement_to_the_krona() -> None:
    bonds = small().run.bonds
    assert bonds is not None
    found = tables(sheets()["Obligationer"])
    tagged = [t for t in bonds.tags if t.eligible]
    same(found["Obligationer"], tagged, "id", "eligible", "allocated", "refinanced")
    same(found["Medel"], bonds.pool, "year", "issued", "allocated", "refinanced", "overdue")
    assert [row[column("pool_closing")] for row in found["Medel"]] == [y.closing for y in bonds.pool]
    same(found["Emissioner"], bonds.issues, "amount", "unallocated", "deadline")
    financed = [i for i in bonds.impact if i.financed]
    impact = ("id", "reduced", "removed", "avoided", "financed_reduced", "financed_removed", "financed_avoided")
    assert [tuple(row[column(n)] for n in impact[1:]) for row in found["Effekt"]] == [
        tuple(float(getattr(i, n)) for n in impact[1:]) for i in financed
    ]
    same(found["Ramverk"], bonds.views, "full", "pocket")
    same(found["Lankade"], bonds.linked, "year", "nominal", "exposure")
    assert sum(row[column("eligible")] for row in found["Kategorier"]) == bonds.eligible


def test_the_gap_sheet_has_the_ladder_and_the_investments() -> None:
    gap = small().run.gap
    assert gap is not None
    found = tables(sheets()["Gap"])
    assert [row[column("gross")] for row in found["Gaptrappa"]] == [r.kronor for r in gap.rungs]
    assert [row["Steg, kr per ton 2027"] for row in found["Gaptrappa"]] == [r.price for r in gap.rungs]
    same(found["Gap"], gap.investments, "id", "highest_charge", "highest_year")
    assert [row[column("debt_added")] for row in found["Gap"]] == [g.debt for g in gap.investments]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_model_without_the_tables_says_which_is_missing(lang: Lang) -> None:
    run = asked(portfolio(), planning(debt=None, operating_charge=None, bonds=None, funding=None)).run
    for name, table in (("debt", "debt"), ("debt", "operating_charge"), ("funding", "funding"), ("bonds", "bonds")):
        assert table in shown(run, name, lang)
    assert len(book(run, lang).sheetnames) >= 10
    assert "D" in shown(run, "gap", lang)


def test_names_are_text_whatever_they_hold() -> None:
    hostile = "[red]=1+1[/red]\n\x07'|calc"
    items = tuple(i.model_copy(update={"name": hostile}) for i in portfolio().investments)
    run = asked(m.portfolio_of(*items, pairs=portfolio().pairs), planning()).run
    for name in REPORTS:
        printed = shown(run, name, columns=160)
        assert "\x07" not in printed
        assert name == "debt" or "[red]=1+1[/red]" in printed
    cells = [c for sheet in book(run) for row in sheet.iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f" and "SUBTOTAL" not in str(c.value)]


def test_every_part_of_run_json_has_a_report() -> None:
    """What is added to the statements must be shown somewhere."""
    assert {part for parts in SECTIONS.values() for part in parts} == {"debt", "charges", "funding", "bonds", "gap"}
    assert tuple(SECTIONS) == REPORTS


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """The folder of a finished run."""
    (tmp_path / "run.json").write_text(to_json(small().run), "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_the_part_of_run_json(name: str, finished: Path, capsys: Capture) -> None:
    assert main(["report", name, "--run", str(finished), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    whole = json.loads((finished / "run.json").read_text("utf-8"))
    assert said.keys() == {"status", "title", "scenarios", *SECTIONS[name]}
    assert all(said[part] == whole[part] for part in said)


def test_a_finished_run_reads_like_the_one_that_is_made_now(finished: Path, capsys: Capture) -> None:
    assert main(["report", "gap", "--run", str(finished / "run.json")]) == 0
    said, about = capsys.readouterr().out.split("\n\nNästa steg: ")
    assert said + "\n" == shown(small().run, "gap")
    assert about.replace("\n", "").startswith("portfolio why ID --run")


def test_a_report_solves_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert main(["init", str(tmp_path / "a")]) == 0
    monkeypatch.chdir(tmp_path / "a")
    before = sorted(p.as_posix() for p in Path().rglob("*"))
    assert main(["report", "debt"]) == 0
    assert "SKULD" in capsys.readouterr().out
    assert sorted(p.as_posix() for p in Path().rglob("*")) == before


def wrong(finished: Path) -> list[tuple[list[str], int]]:
    return [
        (["report", "gap", "--run", str(finished), "inputs/a.xlsx"], 2),
        (["report", "gap", "--run", str(finished), "--scenario", "x"], 2),
        (["report", "gap", "--run", str(finished / "saknas")], 2),
    ]


def test_wrong_use_is_a_finding(finished: Path, capsys: Capture) -> None:
    for arguments, code in wrong(finished):
        assert main(arguments) == code
        assert "FEL" in capsys.readouterr().err
    for arguments in (["report", "skuld"], ["report"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2
        assert "fel: " in capsys.readouterr().err


def test_no_plan_is_said_and_not_shown(tmp_path: Path, capsys: Capture) -> None:
    impossible: Callable[..., Any] = m.investment
    must = impossible("A", (100,), lock=m.lock("must"))
    run = asked(m.portfolio_of(must), m.planning(control_envelope=m.envelope(50))).run
    (tmp_path / "run.json").write_text(to_json(run), "utf-8")
    assert main(["report", "debt", "--run", str(tmp_path)]) == 3
    said = capsys.readouterr()
    assert (said.out, "ingen plan" in said.err) == ("", True)
