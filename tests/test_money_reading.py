"""Partners' money, what may be capitalised and the eligible share in a workbook; bad input of the money is a finding at its place."""

from __future__ import annotations

import shutil
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import making as m
from portfolio.errors import Finding, InputError, Severity
from portfolio.excel.read import read_portfolio
from portfolio.excel.standard import standard_workbook
from portfolio.excel.starter import starter_portfolio
from portfolio.planning import Adjustment, Planning
from portfolio.planning_against import check_against
from portfolio.planning_load import load_planning
from portfolio.records import Investment, Portfolio
from portfolio.reports.findings import finding_line
from portfolio.text import LANGUAGES, Text
from test_excel_read import NAMES, YEARS, address, book, codes, without_origin

TOP = Path(__file__).parent.parent
MODEL = TOP / "models" / "helsingborg-2025.toml"
SHEET = "Investeringar"


@cache
def model() -> Planning:
    return load_planning(MODEL)[0]


def cells(path: Path, **values: object) -> Path:
    """The starter workbook with these cells of EX-1 (20 mnkr, a grant of 10; amounts in tkr)."""

    def edit(loaded: Any) -> None:
        for field, value in values.items():
            loaded[SHEET][address("EX-1", field)] = value

    return book(path, edit)


def read(path: Path, id: str = "EX-1") -> Investment:
    return read_portfolio([path], YEARS)[0].by_id()[id]


def against(path: Path) -> list[Finding]:
    """What the model says about the workbook, each with its sentences in both languages."""
    found = check_against(model(), read_portfolio([path], YEARS)[0])
    for lang in LANGUAGES:
        assert all(finding_line(f, Text(lang)).message and finding_line(f, Text(lang)).remedy for f in found)
    return found


def test_the_columns_stand_last_so_that_no_cited_cell_moves() -> None:
    assert NAMES[-3:] == ["partner", "capitalised", "eligible_share"]


def test_blank_cells_mean_no_partner_capitalised_and_all_of_it(tmp_path: Path) -> None:
    found = read(cells(tmp_path / "a.xlsx", partner=None, capitalised=None, eligible_share=None))
    assert (found.partner, found.capitalised, found.eligible_share) == (0, True, 1)


def test_workbooks_without_the_columns_read_as_before(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", lambda loaded: loaded[SHEET].delete_cols(NAMES.index("partner") + 1, 3))
    assert without_origin(read_portfolio([path], YEARS)[0]) == without_origin(starter_portfolio())
    assert codes(path) == []


EXAMPLES = ("EX-1", "EX-2", "EX-3", "EX-4")
WRITTEN = [
    ("partner", (1_250.5, "3 000", "-", "1 250,5"), (1_250_500, 3_000_000, 0, 1_250_500)),
    ("capitalised", ("nej", "N", False, "Ja"), (False, False, False, True)),
    ("eligible_share", (60, "33,3 %", 0, 100), (Decimal("0.6"), Decimal("0.333"), 0, 1)),
]


@pytest.mark.parametrize(("field", "values", "expected"), WRITTEN, ids=[f for f, _, _ in WRITTEN])
def test_as_people_write_them(tmp_path: Path, field: str, values: tuple[object, ...], expected: tuple[object, ...]) -> None:
    def edit(loaded: Any) -> None:
        for row, value in zip(EXAMPLES, values, strict=True):
            loaded[SHEET][address(row, field)] = value

    portfolio, found = read_portfolio([book(tmp_path / "a.xlsx", edit)], YEARS)
    records = portfolio.by_id()
    assert tuple(getattr(records[row], field) for row in EXAMPLES) == expected
    assert all(records[row].origin.place(field) == f"{SHEET}!{address(row, field)}" for row in EXAMPLES)
    assert {f.code for f in found} == {"understood"}


def test_grant_and_partner_may_be_the_whole_outlay(tmp_path: Path) -> None:
    assert read(cells(tmp_path / "a.xlsx", partner=10_000)).partner == 10_000_000


def test_headers_as_officers_write_them(tmp_path: Path) -> None:
    headers = {"partner": "Extern medfinansiering (tkr)", "capitalised": "Aktiverbar", "eligible_share": "Andel hållbar obligation"}
    values = {"partner": 5_000, "capitalised": "nej", "eligible_share": 40}

    def edit(loaded: Any) -> None:
        for name, value in values.items():
            loaded[SHEET][address(0, name)] = headers[name]
            loaded[SHEET][address("EX-1", name)] = value

    found = read(book(tmp_path / "a.xlsx", edit))
    assert (found.partner, found.capitalised, found.eligible_share) == (5_000_000, False, Decimal("0.4"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("unit", ["kr", "mnkr"])
def test_they_survive_the_round_trip(tmp_path: Path, lang: Any, unit: Any) -> None:
    first, second, third, fourth = starter_portfolio().investments
    fields = {"partner": 1_234_567, "capitalised": False, "eligible_share": Decimal("0.125"), "bond_category": "RE"}
    changed = first.model_copy(update=fields)
    whole = second.model_copy(update={"eligible_share": Decimal(0)})
    path = tmp_path / "a.xlsx"
    made = Portfolio(investments=(changed, whole, third, fourth), ceilings=starter_portfolio().ceilings)
    path.write_bytes(standard_workbook(made, YEARS, unit=unit, lang=lang))
    assert without_origin(read_portfolio([path], YEARS)[0]) == without_origin(made)


BAD: list[dict[tuple[str, str], tuple[object, str]]] = [
    {
        ("EX-1", "partner"): ("ungefär 100", "text_for_number"),
        ("EX-2", "partner"): ("5 mnkr", "unit_in_cell"),
        ("EX-3", "partner"): (-1, "negative_amount"),
        ("EX-4", "partner"): (0.0001, "not_whole_kronor"),
        ("EX-1", "capitalised"): ("kanske", "unknown_word"),
        ("EX-1", "eligible_share"): (101, "percent_outside"),
        ("EX-2", "eligible_share"): ("100,1 %", "percent_outside"),
        ("EX-3", "eligible_share"): (-1, "percent_outside"),
        ("EX-4", "eligible_share"): ("hälften", "text_for_number"),
    },
    {
        ("EX-1", "partner"): (10_001, "partner_above_outlay"),
        ("EX-2", "grant"): (30_001, "grant_above_outlay"),
        ("EX-3", "partner"): (1_000.05, "not_whole_hundreds"),
    },
]


@pytest.mark.parametrize("bad", BAD, ids=["cells", "rows"])
def test_each_bad_cell_is_one_finding_at_that_cell(tmp_path: Path, bad: dict[tuple[str, str], tuple[object, str]]) -> None:
    """All in one pass, and no misleading second one."""

    def edit(loaded: Any) -> None:
        for (row, field), (value, _) in bad.items():
            loaded[SHEET][address(row, field)] = value

    expected = sorted((code, address(row, field)) for (row, field), (_, code) in bad.items())
    assert sorted(codes(book(tmp_path / "a.xlsx", edit))) == expected


def test_partner_and_grant_together_above_the_outlay_say_all_three_figures(tmp_path: Path) -> None:
    with pytest.raises(InputError) as fault:
        read_portfolio([cells(tmp_path / "a.xlsx", partner=10_000.001)], YEARS)
    (found,) = [f for f in fault.value.findings if f.severity is Severity.ERROR]
    assert (found.code, found.place) == ("partner_above_outlay", f"{SHEET}!{address('EX-1', 'partner')}")
    parameters = dict(found.parameters)
    assert (parameters["grant"], parameters["partner"], parameters["outlay"]) == (10_000_000, 10_000_001, 20_000_000)


def test_a_category_the_framework_lacks_is_an_error_at_its_cell(tmp_path: Path) -> None:
    path = cells(tmp_path / "a.xlsx", bond_category="ZZ")
    (found,) = [f for f in against(path) if f.code == "category_unknown"]
    assert (found.severity, found.place, found.value) == (Severity.ERROR, f"{SHEET}!{address('EX-1', 'bond_category')}", "ZZ")
    assert found.file == path.as_posix()
    assert "RE, EE, GB, CT" in str(dict(found.parameters)["categories"])


@pytest.mark.parametrize("word", ["ingen", None])
def test_no_category_is_no_finding_but_its_share_then_means_nothing(tmp_path: Path, word: object) -> None:
    def found(**values: object) -> set[tuple[str, str, str]]:
        lines = against(cells(tmp_path / "a.xlsx", bond_category=word, **values))
        return {(f.code, f.severity.value, f.place) for f in lines if "category" in f.code}

    assert found() == set()
    assert found(eligible_share=50) == {("share_without_category", "warning", f"{SHEET}!{address('EX-1', 'eligible_share')}")}


FRAMEWORKS = [
    ("helsingborg-2022", "source = ", "source"),
    ("helsingborg-2022", "look_back = ", "look_back.source"),
    ("icma-gbp-2021", "source = ", "source"),
    ("eu-green-bond", "share = ", "pocket.share.source"),
]


@pytest.mark.parametrize(("name", "start", "place"), FRAMEWORKS, ids=[f"{n} {p}" for n, _, p in FRAMEWORKS])
@pytest.mark.parametrize("written", ['source = ""', 'source = "  "', ""], ids=["empty", "blank", "left out"])
def test_a_framework_without_source_is_a_finding_in_its_own_file(tmp_path: Path, name: str, start: str, place: str, written: str) -> None:
    shutil.copytree(TOP / "models", tmp_path / "models")
    file = tmp_path / "models" / "frameworks" / f"{name}.toml"
    lines = file.read_text("utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(start))
    before, _, _ = lines[at].partition("source = ")
    lines[at] = before + written + (" }" if before else "")
    if not written:
        lines[at] = lines[at].replace(",  }", " }")
    file.write_text("\n".join(lines), "utf-8")
    with pytest.raises(InputError) as fault:
        load_planning(tmp_path / "models" / MODEL.name)
    assert ("source_missing", place, file.name) in {(f.code, f.place, Path(f.file).name) for f in fault.value.findings}
    assert not [f for f in fault.value.findings if f.place == "bonds.framework"], "the model names it; it is the framework's own file"


def test_a_scenario_that_makes_an_investment_cheaper_than_its_grant_is_a_finding() -> None:
    """A grant of 60 and 20 from a partner leave nothing of half of 100 kronor; of four fifths they are all of it."""
    item = m.investment("A", (100,), grant=60, grant_status="granted", partner=20, owner="Kommunstyrelsen")

    def found(factor: str) -> list[tuple[str, str, str]]:
        change = Adjustment(outlay_factor=Decimal(factor), source="test")
        return [(f.code, f.severity.value, f.place) for f in check_against(m.planning(investments={"A": change}), m.portfolio_of(item))]

    assert found("0.8") == []
    assert found("0.79") == [("support_above_outlay", "error", "investments.A.outlay_factor")]


@pytest.mark.parametrize(("written", "warned"), [(0.5, True), ("0,99 %", True), (1, False), (50, False), (0, False), ("50 %", False)])
def test_a_share_below_one_per_cent_is_perhaps_a_half(tmp_path: Path, written: object, warned: bool) -> None:
    """20 means 20 per cent, so 0,5 means half of one per cent; who meant a half is asked."""
    _, found = read_portfolio([cells(tmp_path / "a.xlsx", eligible_share=written)], YEARS)
    told = [(f.severity, f.place) for f in found if f.code == "share_below_one"]
    for f in found:
        assert all(finding_line(f, Text(lang)).message for lang in LANGUAGES)
    assert told == ([(Severity.WARNING, f"{SHEET}!{address('EX-1', 'eligible_share')}")] if warned else [])
