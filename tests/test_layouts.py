"""Officers' own layouts: found by their words, the same records whatever they look like, and asked for when they cannot be known."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from portfolio.cli import main
from portfolio.errors import InputError
from portfolio.excel.layout_file import LayoutFile
from portfolio.excel.read import Reading, read_workbooks
from portfolio.excel.starter import starter_portfolio, starter_workbook
from portfolio.layout_load import load_layouts
from portfolio.records import Portfolio

YEARS = range(2025, 2032)
TKR = ("2025", "2026", "2027", "2028", "2029", "2030", "2031", "Därefter", "Bidrag", "Driftkonsekvens per år")
"""Columns of the starter workbook that hold amounts, in tkr."""
Row = dict[str, Any]


def starter_rows() -> list[Row]:
    """The starter workbook's investments: plain heading to value."""
    sheet = openpyxl.load_workbook(io.BytesIO(starter_workbook())).worksheets[0]
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    heads = [str(h).split(" (")[0] for h in rows[0]]
    return [dict(zip(heads, row, strict=True)) for row in rows[1:] if row[0]]


def scaled(rows: Sequence[Row], factor: Decimal | int) -> list[Row]:
    return [{k: float(Decimal(str(v)) * factor) if k in TKR and v is not None else v for k, v in row.items()} for row in rows]


def write(path: Path, sheets: dict[str, list[list[Any]]], overlaps: bool = True) -> Path:
    """A workbook with these sheets, and the starter's overlaps."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if overlaps:
        source = openpyxl.load_workbook(io.BytesIO(starter_workbook()))["Överlapp"]
        sheet = book.create_sheet("Överlapp")
        for row in source.iter_rows(values_only=True):
            sheet.append(row)
    book.save(path)
    return path


def table(rows: Sequence[Row], names: dict[str, str] | None = None, leave_out: Sequence[str] = ()) -> list[list[Any]]:
    """Header and rows, with other headings for some columns."""
    heads = [h for h in rows[0] if h not in leave_out]
    return [[(names or {}).get(h, h) for h in heads], *([row[h] for h in heads] for row in rows)]


def same(reading: Reading, expected: Portfolio | None = None) -> None:
    """The records are the starter's, but for where they stand."""
    given = expected or starter_portfolio()
    found = [i.model_dump(exclude={"origin"}) for i in reading.portfolio.investments]
    assert found == [i.model_dump(exclude={"origin"}) for i in sorted(given.investments, key=lambda i: i.id)]


def read(path: Path, *layouts: LayoutFile) -> Reading:
    return read_workbooks([path], YEARS, layouts)


def faults(path: Path, *layouts: LayoutFile) -> list[str]:
    with pytest.raises(InputError) as fault:
        read(path, *layouts)
    return [f.code for f in fault.value.findings if f.severity.value == "error"]


TITLE: list[list[Any]] = [["Investeringsbudget 2025–2031"], ["Belopp i tkr, brutto"], []]

YEAR_SPELLINGS: dict[str, Callable[[int], Any]] = {
    "number": lambda y: y,
    "text": str,
    "budget and plan": lambda y: f"Budget\n{y}" if y == 2025 else f"Plan {y}",
    "letters": lambda y: f"B{y % 100}" if y == 2025 else f"P{y % 100}",
    "long": lambda y: f"Budget {y % 100}" if y == 2025 else f"Flerårsplan {y % 100}",
    "forecast": lambda y: f"Prognos {y}",
    "with år": lambda y: f"År {y}",
    "with outlay": lambda y: f"Utgift {y}",
    "with investment": lambda y: f"Investeringsutgift {y}",
    "year first": lambda y: f"{y} plan",
    "with unit": lambda y: f"{y} (tkr)",
    "with unit after a comma": lambda y: f"{y}, tkr",
    "date": lambda y: date(y, 1, 1),
    "footnote": lambda y: f"{y}*",
    "two words": lambda y: f"Plan år {y}",
    "vp": lambda y: f"VP {y}",
    "english": lambda y: f"Outlay {y}",
    "ram": lambda y: f"Ram {y}",
}


@pytest.mark.parametrize("spelling", YEAR_SPELLINGS)
def test_years_in_every_spelling(spelling: str, tmp_path: Path) -> None:
    rows = table(starter_rows())
    rows[0] = [YEAR_SPELLINGS[spelling](int(h)) if h.isdigit() else h for h in rows[0]]
    same(read(write(tmp_path / "a.xlsx", {"Budget": [*TITLE, *rows]})))


UNITS: dict[str, tuple[str, Decimal | int]] = {
    "tkr in a title": ("Belopp i tkr", 1),
    "kkr": ("Alla belopp i kkr", 1),
    "tsek": ("Enhet: TSEK", 1),
    "mnkr": ("Belopp i mnkr", Decimal("0.001")),
    "mkr": ("Belopp (mkr)", Decimal("0.001")),
    "msek": ("MSEK", Decimal("0.001")),
    "kr": ("Belopp i kr", 1000),
    "kronor": ("Belopp i kronor, löpande priser", 1000),
    "sek": ("Valuta: SEK", 1000),
}


@pytest.mark.parametrize("name", UNITS)
def test_units(name: str, tmp_path: Path) -> None:
    title, factor = UNITS[name]
    rows = table(scaled(starter_rows(), factor))
    same(read(write(tmp_path / "a.xlsx", {"Budget": [[title], [], *rows]})))


SYNONYMS: dict[str, dict[str, str]] = {
    "project": {"ID": "Projektnr", "Investering": "Projektnamn", "Nämnd/bolag": "Nämnd", "Nyttjandeperiod": "Avskrivningstid"},
    "object": {"ID": "Nr", "Investering": "Benämning", "Nämnd/bolag": "Ansvarig nämnd", "Ton CO2e per år": "CO2-effekt (ton/år)"},
    "measure": {"ID": "Åtgärds-ID", "Investering": "Åtgärd", "Nämnd/bolag": "Förvaltning", "Bidrag": "Statsbidrag"},
    "objekt": {"ID": "Objektnr", "Investering": "Objekt", "Nämnd/bolag": "Ansvarig", "Tidigast start": "Tidigast startår"},
    "english": {"ID": "No", "Investering": "Project", "Nämnd/bolag": "Owner", "Nyttjandeperiod": "Useful life", "Bidrag": "Grant"},
    "climate": {"ID": "Id-nr", "Investering": "Investeringsprojekt", "Ton CO2e per år": "Klimatnytta", "Upptrappning": "Ramp"},
    "income": {"ID": "Projekt-ID", "Investering": "Projekt", "Bidrag": "Investeringsbidrag", "Driftkonsekvens per år": "Driftkonsekvenser"},
    "breaks": {"ID": "ID\n", "Tidigast start": "Tidigast\nstart", "Driftkonsekvens per år": "Drift-\nkonsekvens"},
}


@pytest.mark.parametrize("name", SYNONYMS)
def test_headings_in_other_words(name: str, tmp_path: Path) -> None:
    same(read(write(tmp_path / "a.xlsx", {"Budget": [*TITLE, *table(starter_rows(), SYNONYMS[name])]})))


def test_two_row_headings(tmp_path: Path) -> None:
    rows = table(starter_rows())
    upper, lower = [], []
    for h in rows[0]:
        first, _, rest = str(h).partition(" ")
        split = {"Tidigast start": (first, rest), "Senast start": (first, rest)}
        if h.isdigit():
            upper.append("Investeringsutgift (tkr)" if h == "2025" else None)
            lower.append(int(h))
        else:
            above, below = split.get(h, (None, h))
            upper.append(above)
            lower.append(below)
    same(read(write(tmp_path / "a.xlsx", {"Budget": [["Budget"], upper, lower, *rows[1:]]})))
    # the other way round: the words above, the years below
    upper = [None if h.isdigit() else h for h in rows[0]]
    lower = [int(h) if h.isdigit() else None for h in rows[0]]
    same(read(write(tmp_path / "b.xlsx", {"Budget": [["Belopp i tkr"], upper, lower, *rows[1:]]})))


def test_sums_parts_headings_notes_and_blank_rows_are_passed_over(tmp_path: Path) -> None:
    rows = table(starter_rows())
    width = len(rows[0])

    def line(first: Any, second: Any = None, amount: float | None = None) -> list[Any]:
        made: list[Any] = [None] * width
        made[:2] = [first, second]
        if amount is not None:
            made[rows[0].index("2026")] = amount
        return made

    content = [
        *TITLE,
        rows[0],
        line(None, "Trafik"),
        *rows[1:3],
        line("Delsumma trafik", None, 27_000.0),
        line("varav laddning", None, 15_000.0),
    ]
    content += [line(None), line(None, "Fastigheter"), *rows[3:], line("Summa", None, 87_000.0), line("* Beloppen är preliminära")]
    content += [line("Not: avser bruttoutgift"), line("Källa: nämndens verksamhetsplan")]
    reading = read(write(tmp_path / "a.xlsx", {"Budget": content}))
    same(reading)
    assert [f.code for f in reading.findings if f.severity.value == "warning"] == []


def test_a_stated_sum_that_is_wrong_is_said_in_kronor(tmp_path: Path) -> None:
    rows = table(starter_rows())
    total: list[Any] = [None] * len(rows[0])
    total[0] = "Totalt"
    total[rows[0].index("2026")] = 1.0
    reading = read(write(tmp_path / "a.xlsx", {"Budget": [*TITLE, *rows, total]}))
    assert "sum_differs" in {f.code for f in reading.findings}


def test_a_stated_total_without_its_value_is_a_warning_and_stops_nothing(tmp_path: Path) -> None:
    rows = table(starter_rows())
    rows = [[*row, "Totalutgift" if n == 0 else "=SUM(L5:R5)"] for n, row in enumerate(rows)]
    reading = read(write(tmp_path / "a.xlsx", {"Budget": [*TITLE, *rows]}))
    same(reading)
    assert [f.severity.value for f in reading.findings if f.code == "formula_without_value"] == ["warning"] * 4


OWNERS = ("Nämnd/bolag", "Ägartyp", "Rådighet", "I plan", "Prisnivå")


@pytest.mark.parametrize("side_by_side", [False, True])
def test_what_holds_for_all_rows_stands_once_above(side_by_side: bool, tmp_path: Path) -> None:
    only = [r for r in starter_rows() if r["ID"] in ("EX-1", "EX-3")]
    for r in only:
        r.update({"Nämnd/bolag": "Miljönämnden", "Ägartyp": "nämnd", "Rådighet": "stad", "Prisnivå": 2025})
    once = [("Nämnd", "Miljönämnden"), ("Ägartyp", "nämnd"), ("Rådighet", "stad"), ("Prisnivå", 2025)]
    above: list[list[Any]] = [[k, v] if side_by_side else [f"{k}: {v}"] for k, v in once]
    rows = table(only, leave_out=("Nämnd/bolag", "Ägartyp", "Rådighet", "Prisnivå"))
    reading = read(write(tmp_path / "a.xlsx", {"Budget": [["Belopp i tkr"], *above, [], *rows]}, overlaps=False))
    assert {(i.owner, i.owner_type.value, i.control.value, i.price_level) for i in reading.portfolio.investments} == {
        ("Miljönämnden", "committee", "city", 2025)
    }
    said = [f for f in reading.findings if f.code == "understood_constant"]
    assert len(said) == 4
    assert all(f.place.startswith("Budget!") for f in said)
    assert reading.portfolio.investments[0].origin.place("owner").startswith("Budget!")


def test_one_table_over_several_sheets(tmp_path: Path) -> None:
    rows = table(starter_rows())
    sheets = {
        "Trafik": [*TITLE, rows[0], *rows[1:3]],
        "Fastighet": [["Belopp i mnkr"], *table(scaled(starter_rows()[2:], Decimal("0.001")))],
    }
    reading = read(write(tmp_path / "a.xlsx", sheets))
    same(reading)
    assert [(t.sheet, sorted(t.rows)) for t in reading.tables] == [("Trafik", ["EX-1", "EX-2"]), ("Fastighet", ["EX-3", "EX-4"])]


EFFECTS = ("Ton CO2e per år", "Varav upptag", "Räknas mot 2030", "Ton för obligationsrapport", "Upptrappning", "Scope")


def test_effects_on_a_sheet_of_their_own_are_joined_by_id(tmp_path: Path) -> None:
    everything = starter_rows()
    money = table(everything, leave_out=EFFECTS)
    effects = [["Klimateffekter"], *table(list(reversed([{k: r[k] for k in ("ID", "Investering", *EFFECTS)} for r in everything])))]
    path = write(tmp_path / "a.xlsx", {"Ekonomi": [*TITLE, *money], "Klimat": effects})
    reading = read(path)
    same(reading)
    first = reading.portfolio.investments[0]
    assert first.origin.place("tonnes").startswith("Klimat!")
    assert first.origin.place("outlay.2025").startswith("Ekonomi!")
    assert "understood_joined" in {f.code for f in reading.findings}


def test_a_figure_that_differs_between_sheets_is_a_finding_with_both_cells(tmp_path: Path) -> None:
    rows = table(starter_rows())
    other = [["ID", "Investering", "Nyttjandeperiod", "Scope"], ["EX-1", "x", 99, "1"]]
    with pytest.raises(InputError) as fault:
        read(write(tmp_path / "a.xlsx", {"Budget": [*TITLE, *rows], "Extra": other}))
    found = [f for f in fault.value.findings if f.code == "join_differs"]
    assert len(found) == 1
    assert dict(found[0].parameters)["other"].startswith("Extra!")


def test_two_versions_of_a_table_are_asked_about(tmp_path: Path) -> None:
    rows = [*TITLE, *table(starter_rows())]
    assert faults(write(tmp_path / "a.xlsx", {"Budget": rows, "Budget gammal": rows})) == ["sheets_alike"]


def test_history_is_said_and_not_read(tmp_path: Path) -> None:
    rows = table(starter_rows())
    rows = [["Utfall 2024" if n == 0 else 999, *row] for n, row in enumerate(rows)]
    reading = read(write(tmp_path / "a.xlsx", {"Budget": [*TITLE, *rows]}))
    same(reading)
    assert "history_column" in {f.code for f in reading.findings}


def negative(rows: Sequence[Row]) -> list[Row]:
    years = [h for h in rows[0] if h.isdigit() or h == "Därefter"]
    return [{k: -v if k in years and v else v for k, v in row.items()} for row in rows]


def test_outlays_with_minus_signs_are_turned_when_it_is_stated_and_asked_about_otherwise(tmp_path: Path) -> None:
    rows = table(negative(starter_rows()))
    stated = [["Belopp i tkr. Utgifter anges med minustecken."], *rows]
    reading = read(write(tmp_path / "a.xlsx", {"Budget": stated}))
    same(reading)
    assert "understood_signs" in {f.code for f in reading.findings}
    path = write(tmp_path / "b.xlsx", {"Budget": [*TITLE, *rows]})
    assert faults(path) == ["signs_not_stated"]
    told = LayoutFile.model_validate(
        {"schema_version": 1, "workbooks": ["B.*"], "table": [{"sheet": "Budget", "outlays_are_negative": True}], "file": "l.toml"}
    )
    same(read(path, told))


def test_columns_of_their_own_are_said_and_not_read(tmp_path: Path) -> None:
    rows = table(starter_rows())
    rows = [["Projektledare" if n == 0 else "roll", *row, "Beslut" if n == 0 else "KF § 12"] for n, row in enumerate(rows)]
    reading = read(write(tmp_path / "a.xlsx", {"Budget": [*TITLE, *rows]}))
    same(reading)
    assert {"other_column", "own_column"} <= {f.code for f in reading.findings}
    assert reading.tables[0].ours == {}, "a column called Beslut that we have not written is the officer's own"


def test_a_heading_that_is_nearly_one_of_ours_is_asked_about(tmp_path: Path) -> None:
    rows = table(starter_rows(), {"Bidragsstatus": "Bidragstatuss"})
    assert "unknown_column_near" in faults(write(tmp_path / "a.xlsx", {"Budget": [*TITLE, *rows]}))


def test_hidden_sheets_are_said_and_not_read(tmp_path: Path) -> None:
    rows = [*TITLE, *table(starter_rows())]
    path = write(tmp_path / "a.xlsx", {"Budget": rows, "Gammal": rows})
    book = openpyxl.load_workbook(path)
    book["Gammal"].sheet_state = "hidden"
    book.save(path)
    reading = read(path)
    same(reading)
    assert "hidden_sheet" in {f.code for f in reading.findings}


def test_missing_columns_and_units_are_asked_for_all_at_once(tmp_path: Path) -> None:
    rows = table(starter_rows(), leave_out=("Rådighet", "Upptrappning"))
    found = faults(write(tmp_path / "a.xlsx", {"Budget": [["Budget"], *rows]}))
    assert found.count("missing_column") == 2
    assert "unit_missing" in found


def layout(**given: Any) -> LayoutFile:
    return LayoutFile.model_validate(
        {"schema_version": 1, "workbooks": ["a.xlsx"], "table": [{"sheet": "Budget", **given}], "file": "l.toml"}
    )


def test_a_layout_file_says_what_headings_do_not(tmp_path: Path) -> None:
    rows = table(
        [{**r, "I plan": {"ja": "B", "nej": "F"}[r["I plan"]]} for r in starter_rows()],
        {"Ton CO2e per år": "Nytta", "I plan": "Läge"},
        leave_out=("Scope",),
    )
    rows.insert(3, ["Reserv", "avsatt", *[None] * (len(rows[0]) - 2)])
    path = write(tmp_path / "a.xlsx", {"Budget": [["x"], *rows]})
    said = layout(
        unit="tkr",
        columns={"tonnes": "Nytta", "in_plan": "Läge"},
        words={"in_plan": {"B": "ja", "F": "nej"}},
        constants={"scope": "1"},
        skip=["Reserv"],
    )
    expected = starter_portfolio()
    expected = expected.model_copy(update={"investments": tuple(i.model_copy(update={"scope": "1"}) for i in expected.investments)})
    same(read(path, said), expected)
    assert "missing_column" in faults(path)
    letter = layout(unit="tkr", columns={"tonnes": "X9"})
    assert "layout_column_missing" in faults(path, letter)
    assert "layout_field_unknown" in faults(path, layout(unit="tkr", columns={"ton": "Nytta"}))


def test_layout_files_are_checked(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text('schema_version = 1\nworkbooks = ["a*"]\n[[table]]\nsheet = "B"\n', "utf-8")
    assert load_layouts(tmp_path)[0].fits("inputs/Abc.xlsx")
    (tmp_path / "bad.toml").write_text('schema_version = 1\nworkbooks = []\nkolumner = 3\n[[table]]\nsheet = "B"\nunit = "euro"\n', "utf-8")
    (tmp_path / "worse.toml").write_text("= 3", "utf-8")
    with pytest.raises(InputError) as fault:
        load_layouts(tmp_path)
    assert {(f.code, f.place) for f in fault.value.findings} == {
        ("layout_invalid", "workbooks"),
        ("layout_invalid", "kolumner"),
        ("layout_invalid", "table.1.unit"),
        ("layout_syntax", ""),
    }
    assert load_layouts(tmp_path / "none") == []


def test_a_draft_is_written_filled_in_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    next(Path("inputs").glob("*.xlsx")).unlink()
    rows = table(starter_rows(), {"Rådighet": "Vem styr"})
    write(Path("inputs/nämnden.xlsx"), {"Budget": [["Investeringar"], *rows]})
    assert main(["check"]) == 2
    assert "portfolio layout" in capsys.readouterr().err
    assert main(["layout", "inputs/nämnden.xlsx"]) == 0
    draft = capsys.readouterr().out
    assert "# unit =" in draft
    assert "# control =" in draft
    Path("models/layouts").mkdir()
    assert main(["layout", "inputs/nämnden.xlsx", "--out", "models/layouts/nämnden.toml"]) == 0
    assert main(["layout", "inputs/nämnden.xlsx", "--out", "models/layouts/nämnden.toml"]) == 5
    path = Path("models/layouts/nämnden.toml")
    text = path.read_text("utf-8").replace('# unit = "tkr"', 'unit = "tkr"').replace('# control = "?"', 'control = "Vem styr"', 1)
    path.write_text(text, "utf-8")
    assert main(["check"]) == 0
    assert main(["layout", "models/exempel-2025.toml"]) == 2


@pytest.mark.parametrize("seed", [0, 1, 2, *(pytest.param(n, marks=pytest.mark.long) for n in range(3, 12))])
def test_order_of_columns_titles_blanks_and_subtotals_change_nothing(seed: int, tmp_path: Path) -> None:
    r = random.Random(seed)
    rows = table(starter_rows())
    order = list(range(len(rows[0])))
    r.shuffle(order)
    shuffled = [[row[n] for n in order] for row in rows]
    indent = r.randint(0, 3)
    content: list[list[Any]] = [["Belopp i tkr"], *([] for _ in range(r.randint(0, 8)))]
    content.append([None] * indent + shuffled[0])
    body = shuffled[1:]
    r.shuffle(body)
    for row in body:
        content.append([None] * indent + row)
        if r.random() < 0.4:
            content.append([])
        if r.random() < 0.3:
            subtotal: list[Any] = [None] * (indent + len(row))
            subtotal[indent + order.index(0)] = "varav påbörjat"
            content.append(subtotal)
    same(read(write(tmp_path / "a.xlsx", {"Plan": content})))
