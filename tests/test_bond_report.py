"""The allocation and impact report: the statement to the krona on every sheet, in both languages, in words that keep things apart."""

from __future__ import annotations

import io
import re
from functools import cache
from typing import Any

import openpyxl
import pytest

import making as m
from money_question import asked, planning, portfolio, small
from portfolio.outcome import Layer, Run
from portfolio.reports.bond_report import render
from portfolio.reports.figures import mnkr
from portfolio.reports.run_json import to_json
from portfolio.statements import BondStatement
from portfolio.text import LANGUAGES, Lang, Text
from sample_run import sample_run

Rows = list[tuple[Any, ...]]
SHEETS = {
    "sv": ["Sammanfattning", "Kategorier", "Projekt", "Allokering", "Emissioner", "Urval", "Ramverk", "Hållbarhetslänkade"],
    "en": ["Summary", "Categories", "Projects", "Allocation", "Issues", "Selection", "Frameworks", "Linked bonds"],
}
EFFECTS = ("reduced", "removed", "avoided")


def opened(run: Run, lang: Lang = "sv", *, values: bool = True) -> Any:
    """The workbook as an independent reader sees it."""
    return openpyxl.load_workbook(io.BytesIO(render(run, Text(lang))), data_only=values)


@cache
def book(lang: Lang) -> Any:
    return opened(small().run, lang)


@cache
def bonds() -> BondStatement:
    found = small().run.bonds
    assert found is not None
    return found


def rows_of(workbook: Any, name: str) -> Rows:
    """The rows of a table, without its headings."""
    for sheet in workbook:
        for table in sheet.tables.values():
            if table.name.rsplit("_", 1)[0] == name:
                return [tuple(c.value for c in row) for row in sheet[table.ref][1:]]
    raise AssertionError(name)


def sums_of(workbook: Any, sheet: int) -> tuple[Any, ...]:
    """The sums below the only table of a sheet."""
    page = workbook.worksheets[sheet]
    (table,) = page.tables.values()
    cells = page[table.ref][-1]
    return tuple(page.cell(c.row + 1, c.column).value for c in cells)


def sentences(workbook: Any) -> str:
    """What the first sheet says."""
    return "\n".join(str(c.value) for (c,) in workbook.worksheets[0]["A1:A20"] if c.value is not None)


def changed(run: Run, model: dict[str, Any] | None = None, **statement: Any) -> Run:
    """The run with another bond statement, or another bond table."""
    assert run.bonds is not None
    table = {k: v for k, v in {**run.model["bonds"], **(model or {})}.items() if v is not None}
    return run.model_copy(update={"bonds": run.bonds.model_copy(update=statement), "model": {**run.model, "bonds": table}})


def test_the_question_has_every_part() -> None:
    """The checks below would hold of an empty statement too."""
    b = bonds()
    assert b.allocated > 0
    assert b.refinanced > 0
    assert {a.kind for a in b.allocations} == {"new", "refinancing"}
    assert any(y.overdue for y in b.pool)
    assert b.views
    assert b.exposure > 0
    assert any(t.reason for t in b.tags)
    assert any(t.share < 1 for t in b.tags)
    assert any(i.avoided for i in b.impact)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sheets_and_summary(lang: Lang) -> None:
    assert book(lang).sheetnames == SHEETS[lang]
    b = bonds()
    amounts = [b.eligible, b.pool[0].opening, b.issued, b.allocated, b.refinanced, b.pool[-1].closing]
    assert [row[1] for row in rows_of(book(lang), "Medel")] == amounts
    assert b.pool[0].opening + b.issued == b.allocated + b.refinanced + b.pool[-1].closing
    effects = [(sum(getattr(i, n) for i in b.impact), sum(getattr(i, f"financed_{n}") for i in b.impact)) for n in EFFECTS]
    assert [row[1:] for row in rows_of(book(lang), "Effekt")] == [tuple(map(float, both)) for both in effects]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_categories_sum_to_the_statement(lang: Lang) -> None:
    b = bonds()
    rows = rows_of(book(lang), "Kategorier")
    assert [row[0] for row in rows] == ["EE", "RE"]
    name = {"sv": ("effektivt", "förnybart"), "en": ("efficient", "renewable")}[lang]
    assert tuple(row[1] for row in rows) == name
    can = {t.id for t in b.tags if t.category == "RE" and not t.reason}
    renewable = [i for i in b.impact if i.id in can]
    assert rows[1][3:5] == (len(renewable), sum(i.gross for i in renewable))
    financed = tuple(float(sum(getattr(i, f"financed_{n}") for i in b.impact)) for n in EFFECTS)
    assert sums_of(book(lang), 1)[5:] == (b.eligible, b.allocated, b.refinanced, *financed)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_projects_have_the_impact_and_the_tags(lang: Lang) -> None:
    b, decisions = bonds(), {d.id: d for d in small().run.decisions}
    tags = {t.id: t for t in b.tags}
    rows = rows_of(book(lang), "Projekt")
    assert [row[0] for row in rows] == sorted(d.id for d in decisions.values() if d.layer in (Layer.PLAN, Layer.GAP))
    for row, i in zip(rows, b.impact, strict=True):
        tag, d = tags[i.id], decisions[i.id]
        assert row[:3] == (i.id, d.name, d.owner)
        assert row[4:9] == (i.category, d.total_outlay, tag.eligible, tag.allocated, tag.refinanced)
        tonnes = [getattr(i, n) for n in EFFECTS] + [getattr(i, f"financed_{n}") for n in EFFECTS]
        assert row[9:] == tuple(float(x) for x in (i.share, *tonnes, i.tonnes_per_mnkr or 0))
    assert sums_of(book(lang), 2)[5:9] == (sum(i.gross for i in b.impact), b.eligible, b.allocated, b.refinanced)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_allocation_and_their_sum(lang: Lang) -> None:
    words = {"sv": ("nyfinansiering", "refinansiering"), "en": ("new financing", "refinancing")}[lang]
    word = dict(zip(("new", "refinancing"), words, strict=True))
    b, names = bonds(), {d.id: d.name for d in small().run.decisions}
    expected = [(a.issue, a.id, names[a.id], a.outlay_year, a.year, word[a.kind], a.kronor) for a in b.allocations]
    assert rows_of(book(lang), "Allokering") == expected
    assert sums_of(book(lang), 3)[-1] == b.allocated + b.refinanced


@pytest.mark.parametrize("lang", LANGUAGES)
def test_issues_and_pool(lang: Lang) -> None:
    b = bonds()
    issues = [(i.name, i.year, i.amount, i.allocated_before, i.allocated, i.unallocated, i.deadline) for i in b.issues]
    rows = rows_of(book(lang), "Emissioner")
    assert [row[:7] for row in rows] == issues
    old, new = {"sv": ("utestående", "ny"), "en": ("outstanding", "new")}[lang]
    assert {row[0]: row[7] for row in rows} == {i.name: old if i.name.startswith("G") else new for i in b.issues}
    pool = [(y.year, y.opening, y.issued, y.allocated, y.refinanced, y.closing, y.overdue) for y in b.pool]
    assert rows_of(book(lang), "Pool") == pool
    assert len(book(lang).worksheets[4]._charts) == 1


def test_selection_keeps_category_taxonomy_and_trial_apart() -> None:
    rows = {row[0]: row[4:] for row in rows_of(book("sv"), "Urval")}
    tags = {t.id: t for t in bonds().tags}
    assert rows.keys() == tags.keys()
    assert rows["A"] == ("RE", 1, "förenlig", "kan finansieras", tags["A"].eligible)
    assert rows["B"][:4] == ("RE", 0.7, "omfattas", "kan finansieras")
    assert rows["C"][:4] == ("EE", 1, "inte bedömd", "får inte aktiveras")
    assert rows["F"][3] == "ägaren deltar inte i ramverket"
    assert rows["H"][:4] == (None, 1, "inte bedömd", "har ingen kategori i underlaget")
    chosen = {i.id for i in bonds().impact}
    assert {i: row[4] for i, row in rows.items()} == {i: t.eligible if i in chosen else None for i, t in tags.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_frameworks_and_linked_bonds(lang: Lang) -> None:
    b = bonds()
    rows = rows_of(book(lang), "Ramverk")
    assert [(row[0], *row[3:]) for row in rows] == [(v.title, v.full, v.pocket, v.refused) for v in b.views]
    assert (
        rows[0][1]
        == {
            "sv": "förenlig; därtill högst 15\u00a0% av det godtagna: omfattas",
            "en": "aligned; besides at most 15% of what is accepted: eligible",
        }[lang]
    )
    linked = [(y.year, float(y.emissions), float(y.target), float(y.missed_by), y.nominal, y.exposure) for y in b.linked]
    assert rows_of(book(lang), "Mal") == linked
    assert rows_of(book(lang), "Lankade")[0][:5] == ("L1", 2021, 2028, 300_000, 0.0015)
    said = book(lang).worksheets[-1]["A2"].value
    assert str(b.exposure) in re.sub(r"\D", "", said)
    assert said in sentences(book(lang))


def test_rules_of_the_framework_in_force() -> None:
    rows = {row[0]: row[1:] for row in rows_of(book("sv"), "Regler")}
    assert rows["Nämnder och bolag som deltar"][0] == "Nämnden, Bolaget"
    assert rows["Återblicksperiod för refinansiering"][0] == "36 månader"
    assert rows["Frist för allokering"][0] == "12 månader"
    assert {row[1] for row in rows.values()} == {"test"}


def test_the_summary_says_what_is_overdue_and_what_is_missing() -> None:
    run, b = small().run, bonds()
    said = sentences(book("sv"))
    late = next(y for y in b.pool if y.overdue)
    assert f"{mnkr(late.overdue, 'sv')} mnkr vid utgången av {late.year}" in said
    assert "ingen faktoruppsättning" in said
    factors = {"name": "Faktorer", "version": "2024", "source": "källan"}
    assert "Faktorer, version 2024. Källa: källan" in sentences(opened(changed(run, {"factors": factors})))
    in_time = tuple(y.model_copy(update={"overdue": 0}) for y in b.pool)
    assert "Inget är oallokerat efter ramverkets frist" in sentences(opened(changed(run, pool=in_time)))
    framework = {k: v for k, v in run.model["bonds"]["framework"].items() if k != "allocation_months"}
    without = opened(changed(run, {"framework": framework}, pool=in_time))
    assert "anger ingen frist" in sentences(without)
    assert "tabell funding" in sentences(opened(run.model_copy(update={"funding": None})))


def test_the_net_outlay_is_what_grants_and_partners_do_not_pay() -> None:
    run = small().run
    assert run.funding is not None
    more = tuple(s.model_copy(update={"kronor": 9_000_000 * n}) for n, s in enumerate(run.funding.sources, start=1))
    net = sum(s.kronor for s in more if s.source in ("egna", "obligation", "lån"))
    paid = run.model_copy(update={"funding": run.funding.model_copy(update={"sources": more})})
    assert f"nettoutgift under planåren, {mnkr(net, 'sv')} mnkr" in sentences(opened(paid))


def test_what_is_allocated_in_the_gap_needs_a_decision() -> None:
    in_gap = [d.id for d in small().run.decisions if d.layer is Layer.GAP]
    gap = sum(t.allocated + t.refinanced for t in bonds().tags if t.id in in_gap)
    plan = bonds().allocated + bonds().refinanced - gap
    assert mnkr(gap, "sv") != mnkr(plan, "sv")
    assert f"Av det gäller {mnkr(gap, 'sv')} mnkr investeringar i gapet" in sentences(book("sv"))
    decided = tuple(d.model_copy(update={"layer": Layer.PLAN}) if d.id in in_gap else d for d in small().run.decisions)
    assert "gapet" not in sentences(opened(small().run.model_copy(update={"decisions": decided})))


def test_what_the_framework_refuses_is_in_no_category() -> None:
    refused = {"reason": "excluded", "eligible": 0, "allocated": 0, "refinanced": 0}
    tags = tuple(t.model_copy(update=refused if t.id == "D" else {}) for t in bonds().tags)
    found = opened(changed(small().run, tags=tags))
    before, after = (rows_of(b, "Kategorier")[1] for b in (book("sv"), found))
    gross = next(i.gross for i in bonds().impact if i.id == "D")
    assert after[3:5] == (before[3] - 1, before[4] - gross)
    assert "Därtill 2 investeringar" in found["Kategorier"]["A3"].value


@pytest.mark.parametrize(("penalty", "kr"), [(450, "1\u00a0350"), (0, "0")])
def test_a_target_is_missed_only_while_a_bond_is_outstanding(penalty: int, kr: str) -> None:
    """L1 matures in 2028; without a penalty the target is missed all the same."""
    linked = tuple(y.model_copy(update={"exposure": penalty if y.nominal else 0}) for y in bonds().linked)
    said = sentences(opened(changed(small().run, linked=linked, exposure=3 * penalty)))
    assert f"målet missas 3 av 4 år (2026–2028), och det kostar {kr} kr." in said


def test_what_is_an_example_is_marked() -> None:
    run = small().run
    assert "räkneexempel" not in sentences(book("sv"))
    new = {**run.model["bonds"]["new_issues"], "illustrative": True}
    marked = opened(changed(run, {"new_issues": new}))
    assert "räkneexempel" in sentences(marked)
    rows = rows_of(marked, "Emissioner")
    assert {row[7]: row[8] for row in rows} == {"utestående": "", "ny": "räkneexempel"}


def test_without_linked_bonds_there_is_no_such_sheet() -> None:
    run = changed(small().run, linked=(), exposure=0, linked_outstanding=0)
    assert opened(run).sheetnames == SHEETS["sv"][:-1]
    assert "Hållbarhetslänkade" not in sentences(opened(run))
    untargeted = changed(small().run, {"linked_targets": None}, linked=(), exposure=0)
    assert opened(untargeted).sheetnames == SHEETS["sv"][:-1]
    assert "exponeringen är inte räknad" in sentences(opened(untargeted))


def test_issues_made_as_needed_say_so() -> None:
    rows = rows_of(opened(changed(small().run, {"new_issues": None})), "Emissioner")
    assert {row[9] for row in rows if row[7] == "ny"} == {
        "Modellen har inga emissioner för planåren: de görs så stora som allokeringen kräver"
    }


@cache
def hostile() -> Run:
    """A run in which everything that has a name has a bad one."""
    items = tuple(i.model_copy(update={"name": name}) for i, name in zip(portfolio().investments, NAMES * 9, strict=False))
    tables = planning().bonds
    assert tables is not None
    issues = tuple(i.model_copy(update={"name": f"=2+{n}"}) for n, i in enumerate(tables.issues))
    views = tuple(v.model_copy(update={"title": "=3+1", "source": "@x"}) for v in tables.views)
    framework = tables.framework.model_copy(update={"title": "[bold]=4+1"})
    worse = tables.model_copy(update={"issues": issues, "views": views, "framework": framework})
    return asked(m.portfolio_of(*items, pairs=portfolio().pairs), planning(bonds=worse)).run


NAMES = ("=1+1", "[red]x[/red]", "rad\nbruten\x07")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_are_text_whatever_they_hold(lang: Lang) -> None:
    cells = [c for sheet in opened(hostile(), lang, values=False) for row in sheet.iter_rows() for c in row if c.value is not None]
    assert all(re.fullmatch(r"=SUBTOTAL\(109,[A-Z]+\d+:[A-Z]+\d+\)", c.value) for c in cells if c.data_type == "f")
    texts = {c.value for c in cells if c.data_type == "s"}
    assert {"=1+1", "[red]x[/red]", "radbruten", "=2+0", "=3+1", "@x", "[bold]=4+1"} <= texts
    assert not [c.value for c in cells if isinstance(c.value, str) and "\x07" in c.value]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_stored_sums_equal_what_the_formulas_add(lang: Lang) -> None:
    checked = 0
    for sheet in opened(small().run, lang, values=False):
        stored = book(lang)[sheet.title]
        for cell in (c for row in sheet.iter_rows() for c in row if c.data_type == "f"):
            (area,) = re.findall(r"[A-Z]+\d+:[A-Z]+\d+", cell.value)
            assert stored[cell.coordinate].value == pytest.approx(sum(c.value or 0 for (c,) in stored[area]), abs=1e-6)
            checked += 1
    assert checked >= 25


def test_same_run_same_bytes_and_so_from_run_json() -> None:
    run = small().run
    made = render(run, Text("sv"))
    assert made == render(run, Text("sv"))
    assert made == render(Run.model_validate_json(to_json(run)), Text("sv"))


@pytest.mark.parametrize("lang", [pytest.param("sv", marks=pytest.mark.long), "en"])
def test_report_of_the_sample(lang: Lang) -> None:
    run = sample_run()
    assert run.bonds is not None
    found = opened(run, lang)
    assert found.sheetnames == SHEETS[lang]
    assert sums_of(found, 1)[5:8] == (run.bonds.eligible, run.bonds.allocated, run.bonds.refinanced)
    assert sums_of(found, 3)[-1] == run.bonds.allocated + run.bonds.refinanced
    assert sum(row[-1] for row in rows_of(found, "Mal")) == run.bonds.exposure
    assert "191 g CO2e/kWh" in sentences(found)
