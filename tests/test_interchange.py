"""Action lists in, amounts for the ledger out: exact, nothing invented, every fault named in one pass."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from money_question import small
from portfolio.action_list.mapping import FIELDS, Mapping, load_mapping
from portfolio.action_list.read import read_actions
from portfolio.action_list.rows import Rows, fill
from portfolio.cli import main
from portfolio.errors import InputError, Severity
from portfolio.outcome import Layer, SolveStatus
from portfolio.reports.ledger import amounts, to_csv
from portfolio.reports.run_json import to_json
from portfolio.text import Text

HERE = Path(__file__).parent / "interchange"
MAPPINGS = Path(__file__).parents[1] / "models" / "mappings"
YEARS = range(2025, 2032)
Capture = pytest.CaptureFixture[str]


def filled(name: str, mapping: str) -> Rows:
    read = load_mapping(MAPPINGS / mapping)
    return fill(name, read_actions(HERE / name, read), read, YEARS)


def test_a_json_export_by_hand() -> None:
    """120.5 mnkr over 2026–2028 in tkr: 40,166.666 twice and what is left over; the finished action is left out; dates are years."""
    made = filled("kausal.json", "kausal.toml")
    assert [row["id"] for row in made.rows] == ["T1.1", "E2.3", "M4"]
    assert made.skipped == 1
    buses, solar, advice = made.rows
    spread = [buses[f"outlay.{year}"] for year in (2026, 2027, 2028)]
    assert spread == [Decimal("40166.666"), Decimal("40166.666"), Decimal("40166.668")]
    assert sum(spread) == Decimal("120500")  # type: ignore[arg-type]
    assert (buses["earliest_start"], buses["owner"], buses["status"]) == (2026, "Stadsbyggnadsnämnden", "planerad")
    assert (solar["tonnes"], solar["outlay.2027"], solar["life"], solar["status"]) == (Decimal("35.5"), 10_000, 25, "föreslagen")
    assert (advice["owner"], advice["tonnes"], advice["life"]) == (None, None, None)
    assert not any(name.startswith("outlay") for name in advice)
    assert made.empty == ("ramp",)
    assert not made.findings


def test_a_csv_export_of_windows_by_hand() -> None:
    made = filled("climateos.csv", "climateos.toml")
    pumps, lanes = made.rows
    assert (pumps["name"], pumps["operating"], pumps["outlay.2025"]) == ("Värmepumpar", -150, 1200)
    assert (lanes["name"], lanes["tonnes"], lanes["in_plan"]) == ("Cykelstråk; etapp 2", Decimal("95.5"), "nej")
    assert [lanes.get(f"outlay.{y}") for y in (2025, 2026, 2027, 2028)] == [None, 2500, 2500, None]
    assert (lanes["earliest_start"], lanes["latest_start"]) == (2026, 2028)


def test_the_workbook_is_read_again_and_asks_for_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Filled in where it asks, the imported list is a round: check finds no fault, and the amounts are those of the list."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", ".", "--quiet"]) == 0
    book = Path("inputs") / "klimat plan.xlsx"
    given = ["import", str(HERE / "climateos.csv"), str(book), "--mapping", str(MAPPINGS / "climateos.toml")]
    capsys.readouterr()
    assert main(given) == 0
    said = capsys.readouterr().out
    assert "2 åtgärder" in said
    assert "Upptrappning" in said
    assert said.endswith('\nNästa steg: portfolio check "inputs/klimat plan.xlsx"\n')
    assert main(["check", str(book)]) == 2
    missing = capsys.readouterr().err
    assert "AB6" in missing
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Investeringar"]
    for row in (6, 7):
        sheet[f"AB{row}"] = "0|1"
        sheet[f"C{row}"] = "Exempelnämnden"  # the starter's model has no other committee
    workbook.save(book)
    assert main(["check", str(book), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "input_ok"
    assert main(["check", str(book)]) == 0
    assert "6,2 mnkr" in capsys.readouterr().out  # 1.2 + 2.5 + 2.5
    assert main(given) == 5, "a workbook that exists is never overwritten"


def test_a_formula_of_the_list_is_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["import", str(HERE / "kausal.json"), "a.xlsx", "--mapping", str(MAPPINGS / "kausal.toml"), "--quiet"]) == 0
    cells = [c for row in openpyxl.load_workbook("a.xlsx")["Investeringar"].iter_rows(min_row=6) for c in row]
    assert [c.data_type for c in cells if c.value == '=HYPERLINK("x")'] == ["s"]


def mapped(tmp_path: Path, data: Any, **changed: Any) -> Rows:
    """A list of our own through a mapping of our own."""
    path = tmp_path / "lista.json"
    path.write_text(json.dumps(data), "utf-8")
    given: dict[str, Any] = {"schema_version": 1, "title": "t", "unit": "tkr", "fields": {"id": "id", "name": "name", "tonnes": "t"}}
    mapping = Mapping(**{**given, **changed})
    return fill("lista.json", read_actions(path, mapping), mapping, YEARS)


SPREAD = {"total": "kr", "first": "from", "last": "to"}


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ({"name": "x"}, "action_no_id"),
        ({"id": "b"}, "action_twice"),
        ({"id": "A", "t": "många"}, "action_not_number"),
        ({"id": "A", "t": "1.250"}, "action_ambiguous"),
        ({"id": "A", "kr": "0,0001", "from": 2026}, "action_part_krona"),
        ({"id": "A", "kr": 5, "from": "våren"}, "action_not_year"),
        ({"id": "A", "kr": 5}, "action_no_year"),
        ({"id": "A", "kr": 5, "from": 2024, "to": 2025}, "action_outside"),
        ({"id": "A", "kr": 5, "from": 2028, "to": 2026}, "action_years_reversed"),
    ],
)
def test_every_fault_of_an_action_is_named(action: dict[str, Any], code: str, tmp_path: Path) -> None:
    """Beside a good action and two other faults: all of them in one pass, each with its place."""
    others = [{"id": "B", "name": "b", "t": 1, "kr": 100, "from": "2026-05-01", "to": 2027}, {"id": "C", "t": "nja"}]
    made = mapped(tmp_path, [*others, action], outlay=SPREAD)
    assert Counter(f.code for f in made.findings if f.severity is Severity.ERROR) == Counter([code, "action_not_number"])
    assert any(f.place.startswith("[2]: ") for f in made.findings if f.code == code) or code == "action_not_number"
    assert [made.rows[0][f"outlay.{y}"] for y in (2026, 2027)] == [50, 50]


def test_an_amount_with_its_own_unit_and_a_year_after_the_plan(tmp_path: Path) -> None:
    made = mapped(tmp_path, [{"id": "A", "kr": "2,5 mnkr", "from": 2032}], outlay=SPREAD)
    assert made.rows[0]["outlay.later"] == 2500
    assert {f.code for f in made.findings} == {"action_place_missing"}, "no action has a name or tonnes"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"[{", "a.json", "actions_syntax"),
        (b"[]", "a.json", "actions_none"),
        (b"[" * 100_000, "a.json", "actions_syntax"),
        (b"id;name\r\n", "a.csv", "actions_none"),
        (b"", "a.csv", "actions_none"),
        (b'id;name\r\n"A;b', "a.csv", "actions_syntax"),
    ],
)
def test_what_is_no_list_is_said(content: bytes | None, name: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    mapping = Mapping(
        schema_version=1,
        title="t",
        unit="kr",
        fields={"id": "id", "name": "name"},
        records="results" if content and b"3" in content else "",
    )
    with pytest.raises(InputError) as fault:
        read_actions(path, mapping)
    assert [f.code for f in fault.value.findings] == [code]


GOOD = 'schema_version = 1\ntitle = "t"\nunit = "kr"\n[fields]\nid = "id"\nname = "name"\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD + '[words]\nstatus = { a = "planerad" }\n', "mapping_no_place"),
        (GOOD + 'status = "s"\n[words]\nstatus = { a = "kanske" }\n', "mapping_word"),
        (GOOD.replace('"kr"', '"euro"'), "word_unknown"),
        (GOOD + '[outlay]\ntotal = "kr"\n', "value_invalid"),
        (GOOD + "[okänd]\n", "model_syntax"),
        (GOOD + "[unknown]\n", "key_unknown"),
    ],
)
def test_a_fault_of_the_mapping_is_named(text: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "k.toml").write_text(text, "utf-8")
    with pytest.raises(InputError) as fault:
        load_mapping(tmp_path / "k.toml")
    assert [f.code for f in fault.value.findings] == [code]


def test_the_guide_names_every_field_and_the_mapping_it_shows_is_one(tmp_path: Path) -> None:
    guide = (MAPPINGS / "README.md").read_text("utf-8")
    assert all(f"`{name}`" in guide for name in FIELDS)
    shown = guide.split("```toml\n")[1].split("```")[0]
    (tmp_path / "visad.toml").write_text(shown, "utf-8")
    assert load_mapping(tmp_path / "visad.toml").unit == "mnkr"
    for path in MAPPINGS.glob("*.toml"):
        assert load_mapping(path).title


# --- the ledger ------------------------------------------------------------------------------------------------------


def test_the_ledger_sums_to_the_run() -> None:
    """Outlays, grants and partners' money year by year as the run has them; operating effects as the debt path counts them."""
    run = small().run
    assert run.debt is not None
    by_kind: dict[tuple[str, int], int] = Counter()
    for a in amounts(run):
        by_kind[a.kind, a.year] += a.kronor
    for line in run.debt.group:
        year = line.year
        assert by_kind["outlay", year] == line.outlay_plan + line.outlay_gap
        assert by_kind["grant", year] == line.grants
        assert by_kind["partner", year] == line.partners
        assert by_kind["operating", year] == line.operating
    chosen = [d for d in run.decisions if d.layer in (Layer.PLAN, Layer.GAP)]
    assert sum(kr for (kind, _), kr in by_kind.items() if kind == "outlay") == sum(d.total_outlay for d in chosen)


def test_the_file_opens_right_in_a_swedish_excel() -> None:
    """BOM, CRLF, semicolons, decimal comma; read back it is the same amounts; a name that is a formula is not."""
    run = small().run
    evil = run.model_copy(update={"decisions": tuple(d.model_copy(update={"name": "=1+1;x"}) for d in run.decisions)})
    content = to_csv(amounts(evil), Text("sv"))
    assert content.startswith(b"\xef\xbb\xbf\xc3\x85r;")
    text = content.decode("utf-8-sig")
    assert text.count("\r\n") == text.count("\n") == len(amounts(run)) + 1
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert {row["Investering"] for row in rows} == {"'=1+1;x"}
    assert sum(Decimal(row["Belopp (kr)"].replace(",", ".")) for row in rows) == sum(a.kronor for a in amounts(run))
    assert {len(row["Belopp (kr)"].split(",")[1]) for row in rows} == {2}


def test_the_command_of_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.json").write_text(to_json(small().run), "utf-8")
    assert main(["ledger", "--run", "run.json", "--out", "bok.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"status": "written", "files": ["bok.csv"]}
    assert Path("bok.csv").read_bytes() == to_csv(amounts(small().run), Text("sv"))
    assert main(["ledger", "--run", "run.json", "--out", "bok.csv"]) == 5
    stopped = small().run.model_copy(update={"totals": None, "status": SolveStatus.INFEASIBLE})
    (tmp_path / "run.json").write_text(to_json(stopped), "utf-8")
    assert main(["ledger", "--run", "run.json", "--out", "ny.csv"]) == 3
    assert not Path("ny.csv").exists()
