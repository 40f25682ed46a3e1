"""Reading the standard workbook: the round trip, every finding at its cell, and layouts as officers make them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from portfolio.errors import Finding, InputError, Severity
from portfolio.excel.read import read_portfolio
from portfolio.excel.standard import HEADER_ROW, fields, standard_workbook
from portfolio.excel.starter import STARTER_YEARS, starter_portfolio, starter_workbook
from portfolio.records import Investment, Lock, LockKind, OverlapPair, Portfolio, Requirement, RequirementKind, Status
from portfolio.text import LANGUAGES, Text

YEARS = STARTER_YEARS
NAMES = fields(YEARS)
STARTER = starter_workbook()
ROWS = {"EX-1": HEADER_ROW + 2, "EX-2": HEADER_ROW + 3, "EX-3": HEADER_ROW + 4, "EX-4": HEADER_ROW + 5}
Edit = Callable[[Any], None]


def address(row: str | int, field: str) -> str:
    """`F6` of a field of an example, or of the header row with row 0."""
    letter = openpyxl.utils.get_column_letter(NAMES.index(field) + 1)
    return f"{letter}{ROWS[row] if isinstance(row, str) else HEADER_ROW + 1 + row}"


def book(path: Path, edit: Edit, content: bytes | None = None) -> Path:
    """The starter workbook after `edit`, saved by another library."""
    loaded = openpyxl.load_workbook(BytesIO(content or STARTER))
    edit(loaded)
    loaded.save(path)
    return path


def findings(*paths: Path) -> list[Finding]:
    try:
        return read_portfolio(paths, YEARS)[1]
    except InputError as fault:
        for found in fault.findings:
            values = dict(found.parameters)
            for lang in LANGUAGES:
                Text(lang)(f"finding.{found.code}", **values)
                Text(lang)(f"finding.{found.code}_remedy", **values)
        return list(fault.findings)


def codes(*paths: Path, severity: Severity = Severity.ERROR) -> list[tuple[str, str]]:
    return [(f.code, f.place.split("!")[-1]) for f in findings(*paths) if f.severity is severity]


def without_origin(portfolio: Portfolio) -> dict[str, Any]:
    dumped = portfolio.model_dump(exclude={"inputs": True, "investments": {"__all__": {"origin"}}, "pairs": {"__all__": {"origin"}}})
    for ceiling in dumped["ceilings"]:
        ceiling.pop("origin")
    return dumped


def rich() -> Portfolio:
    """The starter portfolio with every field used."""
    first, second, third, fourth = starter_portfolio().investments
    second = second.model_copy(
        update={
            "requires": (Requirement(id="EX-1", kind=RequirementKind.FINISH_TO_START), Requirement(id="EX-3")),
            "lock": Lock(kind=LockKind.START, year=2027),
            "outlay": (15_000_100, 0, 1_234_567),
            "tonnes": Decimal("800.125"),
            "removal_tonnes": Decimal("12.5"),
            "comment": "=1+1",
            "alternatives": "G",
            "price_level": None,
        }
    )
    third = third.model_copy(
        update={"lock": Lock(kind=LockKind.NEVER), "proposed_start": 2030, "latest_start": 2031, "counts_to_target": False}
    )
    pair = OverlapPair(loser="EX-2", winner="EX-3", share=Decimal("0.9"), basis="b", origin=first.origin)
    return Portfolio(investments=(first, second, third, fourth), pairs=(pair,), ceilings=starter_portfolio().ceilings)


@pytest.mark.parametrize("unit", ["kr", "tkr", "mnkr", "mdkr"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_round_trip(tmp_path: Path, unit: Any, lang: Any) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(standard_workbook(rich(), YEARS, unit=unit, lang=lang))
    read, found = read_portfolio([path], YEARS)
    assert without_origin(read) == without_origin(rich())
    assert not [f for f in found if f.severity is Severity.ERROR]
    tail = read.by_id()["EX-3"]
    assert tail.origin.cells["outlay.2032"] == address("EX-3", "outlay.later")
    assert tail.outlay == (20_000_000, 20_000_000, 10_000_000)
    assert read.by_id()["EX-2"].origin.place("tonnes") == f"{Text(lang)('excel.sheet.investments')}!{address('EX-2', 'tonnes')}"


def test_same_figures_same_bytes() -> None:
    assert starter_workbook() == starter_workbook()


def test_starter_reads_clean_in_both_languages(tmp_path: Path) -> None:
    for lang in LANGUAGES:
        path = tmp_path / f"{lang}.xlsx"
        path.write_bytes(starter_workbook(lang))
        _, found = read_portfolio([path], YEARS)
        assert {f.code for f in found} == {"understood"}


def test_row_order_means_nothing(tmp_path: Path) -> None:
    a, b = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    a.write_bytes(standard_workbook(rich(), YEARS))
    b.write_bytes(standard_workbook(rich().model_copy(update={"investments": rich().investments[::-1]}), YEARS))
    assert without_origin(read_portfolio([a], YEARS)[0]) == without_origin(read_portfolio([b], YEARS)[0])


CELLS = [
    ("EX-1", "outlay.2025", "sju", "text_for_number"),
    ("EX-1", "outlay.2025", "12,345", "ambiguous_number"),
    ("EX-1", "outlay.2025", "NaN", "text_for_number"),
    ("EX-1", "outlay.2025", "inf", "text_for_number"),
    ("EX-1", "outlay.2025", "(8000)", "negative_amount"),
    ("EX-1", "outlay.2025", 8000.0001, "not_whole_kronor"),
    ("EX-1", "outlay.2025", "#N/A", "error_value"),
    ("EX-1", "grant", "ca 100", "text_for_number"),
    ("EX-1", "grant", -5, "negative_amount"),
    ("EX-1", "grant_status", "kanske", "unknown_word"),
    ("EX-1", "operating", "x", "text_for_number"),
    ("EX-1", "tonnes", "många", "text_for_number"),
    ("EX-1", "life", 12.5, "life_outside"),
    ("EX-1", "ramp", 1.5, "share_outside"),
    ("EX-1", "ramp", None, "missing_value"),
    ("EX-1", "counts_to_target", None, "missing_value"),
    ("EX-1", "counts_to_target", "kanske", "unknown_word"),
    ("EX-1", "outlay_uncertainty", 120, "percent_outside"),
    ("EX-1", "minimum_share", "2,5", "minimum_share_not_whole"),
    ("EX-1", "control", None, "missing_value"),
    ("EX-1", "owner_type", None, "missing_value"),
    ("EX-1", "in_plan", None, "missing_value"),
    ("EX-1", "status", "klubbad", "unknown_word"),
    ("EX-1", "taxonomy", "grön", "unknown_word"),
    ("EX-1", "earliest_start", 2026, "start_after_end"),
    ("EX-1", "earliest_start", "snart", "text_for_number"),
    ("EX-1", "earliest_start", 25, "not_a_year"),
    ("EX-1", "latest_start", 2025.5, "not_a_year"),
    ("EX-1", "latest_start", None, "missing_value"),
    ("EX-1", "name", None, "missing_value"),
    ("EX-1", "id", None, "missing_value"),
    ("EX-2", "id", "EX-1", "duplicate_id"),
    ("EX-1", "id", "ex -2", "duplicate_id_spelling@EX-2"),
    ("EX-1", "lock", "kanske", "unknown_lock"),
]


@pytest.mark.parametrize(("row", "field", "value", "code"), CELLS, ids=[f"{f}-{v}-{c}" for _, f, v, c in CELLS])
def test_one_bad_cell_one_finding(tmp_path: Path, row: str, field: str, value: object, code: str) -> None:
    """Exactly the expected error, at the expected cell, and no misleading second one (but for links to an id that is gone)."""

    def edit(loaded: Any) -> None:
        loaded["Investeringar"][address(row, field)] = value

    code, _, where = code.partition("@")
    place = address(where, "id") if where in ROWS else address(row, where or field)
    found = [c for c in codes(book(tmp_path / "bad.xlsx", edit)) if field != "id" or c[0] != "unknown_requirement"]
    assert found == [(code, place)]


def test_value_and_file_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    path = book(Path("in") / "bad.xlsx", lambda b: b["Investeringar"].__setitem__(address("EX-1", "tonnes"), " 3oo "))
    (found,) = [f for f in findings(path) if f.severity is Severity.ERROR]
    assert (found.file, found.place, found.value) == ("in/bad.xlsx", f"Investeringar!{address('EX-1', 'tonnes')}", " 3oo ")
    assert dict(found.parameters)["column"] == "Ton CO2e per år"


def test_all_faults_of_all_files_in_one_pass(tmp_path: Path) -> None:
    one = book(tmp_path / "one.xlsx", lambda b: b["Investeringar"].__setitem__(address("EX-1", "tonnes"), "x"))
    two = book(tmp_path / "two.xlsx", lambda b: b["Investeringar"].__setitem__(address("EX-3", "life"), "x"))
    found = [(f.file, f.code) for f in findings(one, tmp_path / "three.xlsx", two) if f.severity is Severity.ERROR]
    assert (one.as_posix(), "text_for_number") in found
    assert ((tmp_path / "three.xlsx").as_posix(), "file_missing") in found
    assert (two.as_posix(), "text_for_number") in found
    assert sum(code == "duplicate_id" for _, code in found) == 4  # the same four examples in both files


def test_cycle_is_told_once(tmp_path: Path) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        sheet[address("EX-1", "requires")] = "EX-2"
        sheet[address("EX-2", "requires")] = "EX-3 klar"
        sheet[address("EX-3", "requires")] = "EX-1; EX-2"

    (found,) = [f for f in findings(book(tmp_path / "a.xlsx", edit)) if f.severity is Severity.ERROR]
    assert (found.code, found.place) == ("requirement_cycle", f"Investeringar!{address('EX-1', 'requires')}")
    assert dict(found.parameters)["path"] == "EX-1 → EX-2 → EX-3 → EX-1"


@pytest.mark.parametrize("lock", ["måste", "must", 2026, None])
def test_alternatives_both_fixed(tmp_path: Path, lock: object) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        for row in ("EX-1", "EX-2"):
            sheet[address(row, "alternatives")] = "A"
        sheet[address("EX-2", "lock")] = lock

    expected = [("alternatives_both_fixed", address("EX-2", "alternatives"))] if lock else []
    assert codes(book(tmp_path / "a.xlsx", edit)) == expected


OVERLAP_ROWS = [
    (("par", "EX-1", "EX-9", 0.5, ""), "overlap_unknown_id", "C3"),
    (("par", "EX-1", "EX-1", 0.5, ""), "overlap_with_itself", "C3"),
    (("par", "EX-1", None, 0.5, ""), "missing_value", "C3"),
    (("par", "EX-1", "EX-2", 1.5, ""), "share_outside", "D3"),
    (("par", "EX-1", "EX-2", 90, ""), "share_outside", "D3"),
    (("par", "EX-1", "EX-2", "hälften", ""), "text_for_number", "D3"),
    (("par", "EX-1", "EX-2", None, ""), "missing_value", "D3"),
    (("kanske", "EX-1", "EX-2", 0.5, ""), "unknown_word", "A3"),
    (("tak", "LAD", None, 100, ""), "ceiling_unknown_group", "B3"),
    (("tak", "LADD", None, 100, ""), "ceiling_twice", "B3"),
]


@pytest.mark.parametrize(("row", "code", "cell"), OVERLAP_ROWS, ids=[c for _, c, _ in OVERLAP_ROWS])
def test_bad_overlap(tmp_path: Path, row: tuple[object, ...], code: str, cell: str) -> None:
    assert codes(book(tmp_path / "a.xlsx", lambda b: b["Överlapp"].append(row))) == [(code, cell)]


def test_a_faulty_amount_of_an_overlap_does_not_hide_the_rest_of_its_row(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", lambda b: b["Överlapp"].append(("tak", "LADD", None, -100, "")))
    assert sorted(codes(path)) == [("ceiling_twice", "B3"), ("negative_tonnes_here", "D3")]


def test_overlap_pairs_together(tmp_path: Path) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Överlapp"]
        for winner, share in (("EX-2", "60 %"), ("EX-4", 0.6), ("EX-2", 0)):
            sheet.append(("par", "EX-3", winner, share, "x"))
        loaded["Investeringar"][address("EX-2", "minimum_share")] = "50 %"

    found = codes(book(tmp_path / "a.xlsx", edit))
    assert sorted(found) == [
        ("overlap_above_whole", "D4"), ("overlap_both_scalable", "B3"), ("overlap_both_scalable", "B5"), ("overlap_twice", "B5"),
    ]  # fmt: skip


HEADERS = [
    ("outlay.2027", "2027 (mnkr)", "unit_conflict"),
    ("outlay.2027", None, "missing_year"),
    ("outlay.2027", "2026 (tkr)", "missing_year+column_twice"),
    ("outlay.2027", "2040 (tkr)", "missing_year+extra_year"),
    ("tonnes", "Tonn CO2e per år", "unknown_column_near"),
    ("comment", "Projektledare", "unknown_column"),
    ("comment", "Källa", "column_twice"),
    ("grant", None, "missing_column"),
]


@pytest.mark.parametrize(("field", "header", "expected"), HEADERS, ids=[f"{f}-{h}" for f, h, _ in HEADERS])
def test_bad_header(tmp_path: Path, field: str, header: str | None, expected: str) -> None:
    found = codes(book(tmp_path / "a.xlsx", lambda b: b["Investeringar"].__setitem__(address(0, field), header)))
    assert sorted({c for c, _ in found}) == sorted(expected.split("+"))


@pytest.mark.parametrize(
    "header", ["Budget\n2027", "Plan 2027", 2027, "2027", "B27", "P27", "2027*", "Utgift 2027, tkr", "Plan 2027 1)", "År 2027 (tsek)"]
)
def test_year_headers_as_officers_write_them(tmp_path: Path, header: object) -> None:
    path = book(tmp_path / "a.xlsx", lambda b: b["Investeringar"].__setitem__(address(0, "outlay.2027"), header))
    assert without_origin(read_portfolio([path], YEARS)[0]) == without_origin(starter_portfolio())


def rename_years(sheet: Any) -> None:
    for year in YEARS:
        sheet[address(0, f"outlay.{year}")] = str(year)
    for field, header in (("outlay.later", "Därefter"), ("grant", "Bidrag"), ("operating", "Driftkonsekvens per år")):
        sheet[address(0, field)] = header


@pytest.mark.parametrize("title", ["Investeringsplan, tkr", "Belopp i TKR", "(tsek)"])
def test_unit_from_the_title(tmp_path: Path, title: str) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        rename_years(sheet)
        sheet["A2"], sheet["A3"], sheet["B3"] = title, None, None

    read, found = read_portfolio([book(tmp_path / "a.xlsx", edit)], YEARS)
    assert without_origin(read) == without_origin(starter_portfolio())
    assert dict(next(f for f in found if f.code == "understood").parameters)["unit_place"] == "Investeringar!A2"


def test_unit_is_never_guessed(tmp_path: Path) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        rename_years(sheet)
        sheet["A2"], sheet["A3"], sheet["B3"] = None, None, None

    assert ("unit_missing", "5") in codes(book(tmp_path / "a.xlsx", edit))


def test_header_on_two_rows(tmp_path: Path) -> None:
    """`Plan` merged above the years, the other headers beside it."""

    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        for table in list(sheet.tables):
            del sheet.tables[table]
        sheet.delete_rows(HEADER_ROW)  # the row of sums
        sheet.insert_rows(HEADER_ROW + 1)
        for year in YEARS:
            letter = address(0, f"outlay.{year}").rstrip("0123456789")
            sheet[f"{letter}{HEADER_ROW + 1}"], sheet[f"{letter}{HEADER_ROW}"] = f"{year} (tkr)", "Plan"

    assert without_origin(read_portfolio([book(tmp_path / "a.xlsx", edit)], YEARS)[0]) == without_origin(starter_portfolio())


def test_numbers_as_people_type_them(tmp_path: Path) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        sheet[address("EX-1", "outlay.2025")] = "8\u00a0000"
        sheet[address("EX-1", "outlay.2026")] = "12.000,00"
        sheet[address("EX-1", "outlay.2027")] = "-"
        sheet[address("EX-2", "operating")] = "−500"
        sheet[address("EX-2", "outlay_uncertainty")] = "20 %"
        sheet[address("EX-2", "tonnes_uncertainty")] = 0.3
        sheet[address("EX-2", "tonnes_uncertainty")].number_format = "0 %"
        sheet[address("EX-2", "ramp")] = "0 | 60 % | 1"
        sheet[address("EX-3", "control")] = " Stad "
        sheet[address("EX-3", "in_plan")] = False
        sheet[address("EX-3", "owner_type")] = "NÄMND"
        sheet[address("EX-3", "lock")] = "fri"

    assert without_origin(read_portfolio([book(tmp_path / "a.xlsx", edit)], YEARS)[0]) == without_origin(starter_portfolio())


def test_sum_rows_headings_and_hidden_rows(tmp_path: Path) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        sheet.row_dimensions[ROWS["EX-3"]].hidden = True
        bottom = ROWS["EX-4"]
        name, y25, y26 = (address(0, f).rstrip("0123456789") for f in ("name", "outlay.2025", "outlay.2026"))
        sheet[f"{name}{bottom + 1}"], sheet[f"{y25}{bottom + 1}"], sheet[f"{y26}{bottom + 1}"] = "Summa", 8000, 67_001
        sheet[f"{name}{bottom + 2}"], sheet[f"{y25}{bottom + 2}"] = "varav bolag", 1
        sheet[f"{name}{bottom + 4}"] = "Fastighetsnämnden"

    read, found = read_portfolio([book(tmp_path / "a.xlsx", edit)], YEARS)
    assert sorted(read.by_id()) == ["EX-1", "EX-2", "EX-4"]
    warnings = {f.code: f for f in found if f.severity is Severity.WARNING}
    assert set(warnings) == {"hidden_row", "sum_differs"}
    assert warnings["sum_differs"].place == f"Investeringar!{address('EX-4', 'outlay.2026').rstrip('0123456789')}{ROWS['EX-4'] + 1}"
    assert dict(warnings["sum_differs"].parameters)["difference"] == 1_000
    understood = dict(next(f for f in found if f.code == "understood").parameters)
    assert (understood["investments"], understood["sums"], understood["headings"], understood["hidden"]) == (3, 2, 1, 1)


def test_a_numbered_investment_is_not_taken_for_a_sum(tmp_path: Path) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        sheet[address("EX-3", "id")], sheet[address("EX-3", "name")] = 101, "Total renovering"

    assert read_portfolio([book(tmp_path / "a.xlsx", edit)], YEARS)[0].by_id()["101"].name == "Total renovering"


def test_stated_total_of_a_row(tmp_path: Path) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        sheet.cell(HEADER_ROW + 1, len(NAMES) + 1, "Total utgift (tkr)")
        sheet.cell(ROWS["EX-1"], len(NAMES) + 1, 20_000)
        sheet.cell(ROWS["EX-2"], len(NAMES) + 1, 30_005)

    found = [f for f in findings(book(tmp_path / "a.xlsx", edit)) if f.severity is not Severity.NOTE]
    assert [(f.code, dict(f.parameters)["difference"]) for f in found] == [("row_total_differs", 5_000)]


def test_own_and_returned_columns(tmp_path: Path) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        for number, header in enumerate(("(Projektnr)", "Beslut", "Startår", "Motiv", None), start=len(NAMES) + 1):
            sheet.cell(HEADER_ROW + 1, number, header)
            sheet.cell(ROWS["EX-1"], number, "x")

    found = {f.code: f.severity for f in findings(book(tmp_path / "a.xlsx", edit))}
    assert found == {"understood": Severity.NOTE, "own_column": Severity.NOTE, "column_without_header": Severity.WARNING}


def test_sheet_found_by_its_header_or_asked_for(tmp_path: Path) -> None:
    def rename(loaded: Any) -> None:
        loaded["Investeringar"].title = "Budget"

    def twice(loaded: Any) -> None:
        rename(loaded)
        loaded.copy_worksheet(loaded["Budget"])

    assert "sheet_by_header" in {f.code for f in findings(book(tmp_path / "a.xlsx", rename))}
    assert [c for c, _ in codes(book(tmp_path / "b.xlsx", twice))] == ["sheets_alike"]
    assert [c for c, _ in codes(book(tmp_path / "c.xlsx", lambda b: b.remove(b["Investeringar"])))] == ["sheet_missing"]
    # a sheet with the right name but nothing else
    assert ("header_missing", "Investeringar") in codes(book(tmp_path / "d.xlsx", lambda b: b["Investeringar"].delete_rows(1, 20)))


def test_empty_template_has_no_investments(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(standard_workbook(Portfolio(investments=()), YEARS))
    assert [c for c, _ in codes(path)] == ["no_investments"]


def many(outlay: list[int]) -> Portfolio:
    base = starter_portfolio().investments[2].model_copy(update={"minimum_share": None})
    return Portfolio(investments=tuple(base.model_copy(update={"id": f"I-{n}", "outlay": (kr,)}) for n, kr in enumerate(outlay)))


def test_unit_slips_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(standard_workbook(many([5_000_000, 9_000_000, 20_000_000, 8_000_000, 12_000_000_000, 7_000]), YEARS))
    warned = [f.place for f in findings(path) if f.code == "unit_outlier"]
    column = address(0, "outlay.2026").rstrip("0123456789")
    assert warned == [f"Investeringar!{column}{HEADER_ROW + 6}", f"Investeringar!{column}{HEADER_ROW + 7}"]
    path = book(tmp_path / "b.xlsx", lambda b: b["Investeringar"].__setitem__(address("EX-3", "outlay.2028"), 10))
    assert [f.place for f in findings(path) if f.code == "unit_slip_in_row"] == [f"Investeringar!{address('EX-3', 'outlay.2028')}"]


def test_defaults_of_blank_cells(tmp_path: Path) -> None:
    def edit(loaded: Any) -> None:
        sheet = loaded["Investeringar"]
        for field in ("status", "operating", "bond_tonnes", "scope", "taxonomy", "price_level", "sector"):
            sheet[address("EX-2", field)] = None
        for field in ("owner_type", "in_plan", "status", "grant_status"):
            sheet[address("EX-4", field)] = None

    read = read_portfolio([book(tmp_path / "a.xlsx", edit)], YEARS)[0].by_id()
    second: Investment = read["EX-2"]
    assert (second.status, second.operating, second.bond_tonnes, second.scope) == (Status.PLANNED, 0, Decimal(0), "")
    assert read["EX-4"].owner_type.value == "external"
    assert not read["EX-4"].in_plan


def test_every_finding_has_its_sentences_in_both_languages() -> None:
    used = set()
    for source in Path(__file__).parents[1].joinpath("portfolio", "excel").glob("*.py"):
        used |= {w for w in source.read_text("utf-8").split('"') if w.isidentifier() and Text("sv").has(f"finding.{w}")}
    assert len(used) > 80
    assert all(Text(lang).has(f"finding.{code}_remedy") for code in used for lang in LANGUAGES)
