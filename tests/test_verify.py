"""`portfolio verify`: a fault planted anywhere in what a run wrote or read is found and named, and there is no false alarm."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from instances import SHAPES, make

from money_question import small
from portfolio import delivery
from portfolio.analysis.optimise import Request, optimise, records_of
from portfolio.cli import EXIT_INFEASIBLE, main
from portfolio.excel.raw import Damaged, read_cells
from portfolio.excel.standard import standard_workbook
from portfolio.outcome import SolveStatus
from portfolio.reports.run_json import to_json
from portfolio.text import catalogue
from portfolio.verify import MANIFEST, RUN, Verification, manifest, recount, verify
from portfolio.verify.figures import Figures
from portfolio.verify.files import check_files, check_inputs
from portfolio.verify.flow import largest_flow
from portfolio.verify.page import PAGE
from portfolio.verify.plan import Basis, Plan
from portfolio.verify.result import DAMAGED
from random_questions import question
from sample_run import TOP
from test_audit_random import random_plan
from test_funding_stack import funded

LONG, SOAK = pytest.mark.long, pytest.mark.soak
Capture = pytest.CaptureFixture[str]
BASIS, BONDS = "beslutsunderlag.xlsx", "obligationsrapport.xlsx"
Path_ = tuple[str | int, ...]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter round, and its run in the folder `run`."""
    home = tmp_path_factory.mktemp("verify")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        assert main(["init", "."]) == 0
        assert main(["optimise", "--out", "run"]) == 0
    return home


@pytest.fixture
def home(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to plant faults in, as the working directory."""
    shutil.copytree(kept, tmp_path / "home")
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


def named(found: Verification, file: str, place: str = "") -> bool:
    """Whether a difference is about the file and the place."""
    return any(d.file == file and d.place.startswith(place) for d in found.differences)


def changed(run: Path, *, whole: bool) -> Verification:
    """What the list of files alone finds, or the whole verification."""
    if whole:
        return verify(run)
    found = Verification()
    listed = check_files(run, found)
    if (run / RUN).is_file():
        check_inputs(run, json.loads((run / RUN).read_bytes(), parse_float=Decimal), listed, found)
    return found


def forge(run: Path) -> None:
    """The list of files written anew, as by somebody who knows how."""
    old = json.loads((run / MANIFEST).read_text("utf-8"))
    files = {name: (run / name).read_bytes() for name in old["files"]}
    (run / MANIFEST).write_bytes(manifest(files, old["inputs"], old["created"]))


# --- leaves and cells to change ----------------------------------------------------------------------------------------


def leaves(tree: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The place of every leaf."""
    if isinstance(tree, dict | list):
        for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(inner, (*path, key))
    else:
        yield path


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return str(Decimal(value) + 1) if re.fullmatch(r"-?\d+(\.\d+)?", value) else value + "x"
    return 1 if value is None else value + (1 if isinstance(value, int | float) else Decimal("0.01"))


def planted(raw: Any, path: Path_) -> Any:
    """Change a leaf in place, and give back what stood there."""
    for key in path[:-1]:
        raw = raw[key]
    was, raw[path[-1]] = raw[path[-1]], other(raw[path[-1]])
    return was


def restored(raw: Any, path: Path_, was: Any) -> None:
    for key in path[:-1]:
        raw = raw[key]
    raw[path[-1]] = was


def spread(every: list[Any], most: int) -> list[Any]:
    """At most so many of them, evenly spread."""
    return every if len(every) <= most else [every[n * len(every) // most] for n in range(most)]


def cells_of(path: Path) -> list[tuple[str, str]]:
    """Sheet and address of every cell that holds something."""
    return [(name, f"{c}{r}") for name, rows in read_cells(path.read_bytes()).items() for r, cells in rows.items() for c in cells]


def with_cell(path: Path, sheet: str, address: str) -> None:
    """The workbook with another number in one cell, a stored sum keeping its formula; everything else byte for byte."""
    names = list(read_cells(path.read_bytes()))
    made = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == f"xl/worksheets/sheet{names.index(sheet) + 1}.xml":
                cell = re.search(rf'<c r="{address}"[^>]*?(/>|>.*?</c>)'.encode(), content)
                assert cell is not None, address
                formula = re.search(rb"<f>.*?</f>", cell[0])
                content = content.replace(cell[0], b'<c r="%s">%s<v>4711.5</v></c>' % (address.encode(), formula[0] if formula else b""))
            new.writestr(part, content)
    path.write_bytes(made.getvalue())


# --- nothing is wrong --------------------------------------------------------------------------------------------------


def test_a_run_that_is_as_it_was(home: Path, capsys: Capture) -> None:
    before = {p: p.read_bytes() for p in home.rglob("*") if p.is_file()}
    assert main(["verify", "run"]) == 0
    shown = capsys.readouterr().out
    assert "Allt stämmer" in shown
    assert "Bevisat bäst" not in shown, "that is the run's to say"
    assert main(["verify", "run/run.json", "--json", "--lang", "en"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["status"] == "holds"
    assert not said["differences"] + said["unchecked"] + said["notes"]
    assert said["counted"]["files"] == 5
    assert said["counted"]["inputs"] == 3, "workbook, model and bond framework"
    assert min(said["counted"].values()) > 0
    assert said["proof"]["software"].keys() == {"portfolio", "python", "pulp", "highs"}
    assert said["proof"]["objective"]["gap_kronor"] == 0
    assert {p: p.read_bytes() for p in home.rglob("*") if p.is_file()} == before, "nothing is written"


def raw_of(run: Any) -> Any:
    return json.loads(to_json(run), parse_float=Decimal)


@pytest.mark.parametrize(("drawn", "money"), [(2, 1), pytest.param(40, 20, marks=LONG)])
def test_no_false_alarm_on_random_questions(drawn: int, money: int) -> None:
    asked = [question(seed) for seed in range(drawn)] + [(m.portfolio, m.planning) for m in map(funded, range(money))]
    statuses: Counter[str] = Counter()
    for n, (portfolio, planning) in enumerate(asked):
        run, found = optimise(portfolio, planning, Request()), Verification()
        recount(raw_of(run), found)
        assert not found.differences, (n, found.differences[:3])
        statuses[run.status.value] += found.figures > 0
    assert sum(statuses.values()) == len(asked)


@pytest.mark.parametrize("seeds", [range(6), pytest.param(range(6, 200), marks=LONG)])
def test_no_false_alarm_on_random_plans(seeds: range) -> None:
    """Plans that nobody optimised, with everything the method knows: externals, tails, scenarios, delayed grants, negative tonnes."""
    for seed in seeds:
        portfolio, planning, plan, _ = random_plan(seed)
        raw = {"model": planning.model_dump(mode="json", exclude_none=True), "records": records_of(portfolio).model_dump(mode="json")}
        made = json.loads(plan.model_dump_json(), parse_float=Decimal)
        basis, found = Basis(json.loads(json.dumps(raw), parse_float=Decimal)), Verification()
        figures = Figures(found, Plan(basis, made["decisions"]))
        figures.decisions()
        figures.years(made["years"])
        figures.emissions(made["emissions"])
        figures.totals(made["totals"])
        figures.limits(made["audit"], None, ("plan", "gap"), must_hold=False)
        assert not found.differences, (seed, found.differences[:3])


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--scenario", "ccs-ett-ar-sent"], marks=LONG),
        pytest.param(["--scenario", "ccs-40-procent-dyrare"], marks=SOAK),
        pytest.param(["--scenario", "endast-hallbara-lan"], marks=LONG),
        pytest.param(["--scenario", "externa-levererar-50-procent"], marks=SOAK),
        pytest.param(["--scenario", "hog-ovrig-investering"], marks=SOAK),
        pytest.param(["--lang", "en"], marks=LONG),
        pytest.param(["--time-limit", "1"], marks=LONG),
        pytest.param(["--time-limit", "0.01"], marks=LONG),
        pytest.param(sorted(p.as_posix() for p in (TOP / "inputs" / "helsingborg-2025-by-owner").glob("*.xls[xm]")), marks=LONG),
    ],
    ids=lambda a: "by owner" if len(a) > 2 else " ".join(a),
)
def test_no_false_alarm_on_the_sample(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(TOP)
    assert main(["optimise", *arguments, "--out", str(tmp_path)]) in (0, 4)
    capsys.readouterr()
    code = main(["verify", str(tmp_path), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert (code, said["status"]) == (0, "holds"), said["differences"][:5] + said["unchecked"]


# --- something has been changed since ----------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [8, pytest.param(40, marks=LONG), pytest.param(120, marks=SOAK)])
def test_every_changed_leaf_of_the_run_is_named(home: Path, most: int) -> None:
    path = home / "run" / RUN
    raw = json.loads(path.read_text("utf-8"))
    for leaf in spread(list(leaves(raw)), most):
        was = planted(raw, leaf)
        path.write_text(json.dumps(raw, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
        found = changed(home / "run", whole=most > 8)
        assert named(found, RUN), leaf
        assert [d.place for d in found.differences if d.what == "leaf"] == [".".join(names_of(raw, leaf))], leaf
        restored(raw, leaf, was)


def names_of(raw: Any, path: Path_) -> Iterator[str]:
    """A leaf as a person reads it: an element of a list by its id, name or year."""
    for key in path:
        inner = raw[key]
        called = [
            inner[k] for k in ("id", "source", "name", "owner", "framework", "constraint", "year") if isinstance(inner, dict) and k in inner
        ]
        yield str(next((c for c in called if isinstance(c, str | int)), key + 1)) if isinstance(key, int) else key
        raw = inner


@pytest.mark.parametrize("most", [pytest.param(4, marks=LONG), pytest.param(20, marks=LONG), pytest.param(60, marks=SOAK)])
@pytest.mark.parametrize("book", [BASIS, BONDS, "returned"])
def test_every_changed_cell_is_named(home: Path, book: str, most: int) -> None:
    path = home / "run" / book if book != "returned" else next((home / "run" / "returned").iterdir())
    sound, name = path.read_bytes(), path.relative_to(home / "run").as_posix()
    for sheet, address in spread(cells_of(path), most):
        with_cell(path, sheet, address)
        found = changed(home / "run", whole=most > 4)
        assert [d.place for d in found.differences if d.what == "cell"] == [f"{sheet}!{address}"], (sheet, address)
        assert named(found, name)
        path.write_bytes(sound)
    assert not verify(home / "run").differences


def flipped(content: bytes, at: int) -> bytes:
    """One bit changed."""
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.soak
def test_several_hundred_changed_files_are_found_and_named(home: Path) -> None:
    """A leaf or a bit of run.json, a cell of each workbook, a bit of every file written or read: the whole verification of each."""
    run, counts, missed = home / "run", Counter[str](), []

    def tried(kind: str, path: Path, content: bytes, named_by: str) -> None:
        sound = path.read_bytes()
        assert content != sound
        path.write_bytes(content)
        counts[kind] += 1
        if not named(verify(run), named_by):
            missed.append((kind, path.name))
        path.write_bytes(sound)

    raw = json.loads((run / RUN).read_bytes())
    for leaf in spread(list(leaves(raw)), 150):
        was = planted(raw, leaf)
        tried("leaf of run.json", run / RUN, (json.dumps(raw, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode(), RUN)
        restored(raw, leaf, was)
    for book in (run / BASIS, run / BONDS, next((run / "returned").iterdir())):
        sound = book.read_bytes()
        for sheet, address in spread(cells_of(book), 70):
            with_cell(book, sheet, address)
            made = book.read_bytes()
            book.write_bytes(sound)
            tried("cell of a workbook", book, made, book.relative_to(run).as_posix())
    listed = json.loads((run / MANIFEST).read_bytes())
    for name in listed["files"]:
        content = (run / name).read_bytes()
        for at in range(7, len(content), len(content) // 15):
            tried("bit of a file written", run / name, flipped(content, at), name)
    for i in listed["inputs"]:
        content = (home / i["file"]).read_bytes()
        for at in range(7, len(content), len(content) // 12):
            tried("bit of an input", home / i["file"], flipped(content, at), i["file"])
    found = verify(run)
    print(sum(counts.values()), dict(counts))
    assert not missed
    assert not found.differences, "as it was"
    assert sum(counts.values()) >= 400


def test_what_is_taken_away_or_added_is_named(home: Path) -> None:
    path = home / "run" / RUN
    text = path.read_text("utf-8")
    raw = json.loads(text)
    del raw["decisions"][0]["cell"]
    path.write_text(json.dumps(raw), "utf-8")
    assert named(verify(home / "run"), RUN, f"decisions.{raw['decisions'][0]['id']}")
    path.write_text(text.replace("\n", "\r\n"), "utf-8", newline="")
    assert [d.what for d in verify(home / "run").differences] == ["file_only"], "the same figures in other bytes"
    raw["totals"]["ton\0"] = 1
    (home / "run" / RUN).write_text(json.dumps(raw), "utf-8")
    assert named(verify(home / "run"), RUN, "totals.ton\0"), "a key that no writer of ours makes"
    path.write_text(text[: len(text) // 2], "utf-8")
    assert named(verify(home / "run"), RUN)
    path.unlink()
    assert named(verify(home / "run"), RUN)
    assert main(["verify", str(home / "run")]) == 3


def test_missing_and_strange_files_are_named(home: Path, capsys: Capture) -> None:
    run = home / "run"
    (run / "anteckningar.txt").write_text("egna")
    found = changed(run, whole=False)
    assert not found.differences
    assert [n.file for n in found.notes] == ["anteckningar.txt"]
    sound = (run / BASIS).read_bytes()
    (run / BASIS).write_bytes(sound[: len(sound) // 2])
    assert named(changed(run, whole=False), BASIS)
    (run / BASIS).unlink()
    assert named(changed(run, whole=False), BASIS)
    (run / BASIS).write_bytes((run / BONDS).read_bytes())
    assert named(changed(run, whole=False), BASIS)
    capsys.readouterr()
    assert main(["verify", str(run)]) == 3
    assert BASIS in capsys.readouterr().out
    assert main(["verify", str(home / "inputs")]) == 2, "no run at all"


@pytest.mark.long
def test_every_leaf_of_the_list_of_files_matters(home: Path) -> None:
    path = home / "run" / MANIFEST
    sound = path.read_bytes()
    raw = json.loads(sound)
    for leaf in leaves(raw):
        if leaf == ("created",):
            continue
        was = planted(raw, leaf)
        path.write_text(json.dumps(raw), "utf-8")
        found = changed(home / "run", whole=False)
        assert found.differences or (leaf[0] == "inputs" and leaf[2] == "file" and found.unchecked), leaf
        restored(raw, leaf, was)
    for broken in ("[]", '{"files": {"../../models": {}}}', "\ud83d"):
        path.write_bytes(broken.encode("utf-8", "surrogatepass"))
        assert named(verify(home / "run"), MANIFEST)
    path.unlink()
    found = verify(home / "run")
    assert not found.differences
    assert [u.what for u in found.unchecked] == ["no_manifest"]


def test_a_changed_page_is_named_and_a_forged_one_does_not_fit_run_json(home: Path) -> None:
    """In the starter's report the tonnes of the plan stand in a sentence and, with their exact value, in the comparison of plans."""
    page = home / "run" / PAGE
    sound = page.read_text("utf-8")
    tonnes = json.loads((home / "run" / RUN).read_text("utf-8"))["totals"]["tonnes"]
    assert f'value="{tonnes}"' in sound

    def said(text: str, *, forged: bool) -> set[str]:
        page.write_text(text, "utf-8")
        if forged:
            forge(home / "run")
        return {d.what for d in verify(home / "run").differences if d.file == PAGE}

    other = f"{round(tonnes) + 1000:,}".replace(",", "\u00a0")
    shown = f"{round(tonnes):,}".replace(",", "\u00a0")
    assert shown in sound
    assert said(sound.replace(shown, other), forged=False) == {"said", "file_changed", "page_figure"}
    assert said(sound.replace("<script", "<script data-x='1'").replace("</body>", "<script>1</script></body>"), forged=False) == {
        "file_content"
    }
    assert said(sound.replace(shown, other), forged=True) == {"page_figure"}, "what is seen is not the value beside it"
    assert said(sound.replace(f'value="{tonnes}"', f'value="{tonnes + 1000}"').replace(shown, other), forged=True) == {"page_totals"}
    assert said(sound.replace(f'value="{tonnes}"', 'value="x"'), forged=True) == {"page_figure", "page_totals"}
    assert not said(sound, forged=True)
    listed = json.loads((home / "run" / MANIFEST).read_text("utf-8"))
    del listed["files"][PAGE]
    (home / "run" / MANIFEST).write_text(json.dumps(listed), "utf-8")
    assert [(d.file, d.place) for d in verify(home / "run").differences] == [(MANIFEST, PAGE)], "the run wrote it: it was on the list"


def test_a_run_of_nothing_and_another_time_are_named(home: Path) -> None:
    listed = json.loads((home / "run" / MANIFEST).read_text("utf-8"))
    (home / "run" / MANIFEST).write_text(json.dumps({**listed, "created": "2001-01-01T00:00:00+00:00"}), "utf-8")
    assert [(d.what, d.place) for d in verify(home / "run").differences] == [("manifest", "created")]
    (home / "run" / RUN).write_text("null", "utf-8")
    assert "file_only" not in {d.what for d in verify(home / "run").differences}


def test_inputs_changed_missing_and_renamed(home: Path, capsys: Capture) -> None:
    workbook, model = next((home / "inputs").glob("*.xlsx")), next((home / "models").glob("*.toml"))
    framework = next((home / "models" / "frameworks").glob("*.toml"))
    for path in (workbook, model, framework):
        name, sound = path.relative_to(home).as_posix(), path.read_bytes()
        path.write_bytes(sound + b"\n")
        assert [(d.what, d.file) for d in changed(home / "run", whole=False).differences] == [("input_changed", name)]
        path.unlink()
        found = changed(home / "run", whole=False)
        assert not found.differences
        assert [(u.what, u.file) for u in found.unchecked] == [("input_missing", name)]
        path.with_stem("annat-namn").write_bytes(sound)
        found = changed(home / "run", whole=False)
        assert not found.differences + found.unchecked
        assert [(n.what, n.file) for n in found.notes] == [("input_renamed", name)]
        path.with_stem("annat-namn").rename(path)
    workbook.unlink()
    capsys.readouterr()
    assert main(["verify", "run"]) == 4, "nothing differs, but not everything could be checked"
    assert workbook.name in capsys.readouterr().out


def test_the_report_written_again_in_another_language_is_no_change(home: Path) -> None:
    """Our own command must not raise an alarm; what somebody else has changed is still named."""
    run = home / "run"
    before = (run / "rapport.html").read_bytes()
    assert main(["report", "html", "--run", "run", "--lang", "en"]) == 0
    assert (run / "rapport.html").read_bytes() != before
    assert not verify(run).differences
    (run / RUN).write_text((run / RUN).read_text("utf-8").replace("\n", "\r\n"), "utf-8", newline="")
    assert main(["report", "html", "--run", "run"]) == 0
    assert named(changed(run, whole=False), RUN)
    (run / MANIFEST).write_text("[]")
    assert main(["report", "html", "--run", "run"]) == 0
    assert (run / MANIFEST).read_text("utf-8") == "[]"


def test_the_layout_file_of_a_workbook_is_an_input(home: Path, capsys: Capture) -> None:
    """Listed with the workbook it is about; that of another workbook is not."""
    workbook = next((home / "inputs").glob("*.xlsx"))
    (home / "models" / "layouts").mkdir()
    mine, other_one = (home / "models" / "layouts" / f"{name}.toml" for name in ("min", "annan"))
    said = 'schema_version = 1\nworkbooks = ["{}"]\n[[table]]\nsheet = "Investeringar"\nskip = ["Delsumma"]\n'
    mine.write_text(said.format(workbook.name), "utf-8")
    other_one.write_text(said.format("annan.xlsx"), "utf-8")
    assert main(["optimise", "--out", "run"]) == 0, capsys.readouterr().err
    listed = [i["file"] for i in json.loads((home / "run" / MANIFEST).read_text("utf-8"))["inputs"]]
    assert [f for f in listed if "layouts" in f] == ["models/layouts/min.toml"]
    mine.write_text(said.format(workbook.name) + "# ändrad\n", "utf-8")
    found = changed(home / "run", whole=False)
    assert [(d.what, d.file) for d in found.differences] == [("input_changed", "models/layouts/min.toml")]


def test_a_run_of_an_older_version(home: Path, capsys: Capture) -> None:
    """No list of files and no records: what can be checked is, and the rest is said."""
    raw = json.loads((home / "run" / RUN).read_text("utf-8"))
    del raw["records"]
    (home / "run" / RUN).write_text(json.dumps(raw), "utf-8")
    (home / "run" / MANIFEST).unlink()
    found = verify(home / "run")
    assert not found.differences
    assert {u.what for u in found.unchecked} == {"no_manifest", "no_records"}
    assert found.cells > 100
    assert main(["verify", "run"]) == 4
    assert "äldre version" in capsys.readouterr().out
    cells = read_cells((home / "run" / BASIS).read_bytes())["Beslut"]
    top = next(n for n, row in cells.items() if "Källcell" in {c.value for c in row.values()})
    sheet, address = "Beslut", f"H{top + 1}"
    with_cell(home / "run" / BASIS, sheet, address)
    assert named(verify(home / "run"), BASIS, f"{sheet}!{address}")


# --- by somebody who writes the list of files anew -----------------------------------------------------------------------

EXEMPT = re.compile(
    r"created|conflict|software\..*|findings\..*|objective\.(solves|unique)|debt\.(mandate_costs|gave_way.*)|gap\.closing_(kronor|tonnes)"
    r"|(\w+\.)?decisions\.\d+\.reason.*|most_tonnes_plan\.(?!chosen|outlay|tonnes$|kronor|tonnes_per_krona|tonnes_target_year).*"
    r"|inputs\..*|model\..*|records\..*"
)
"""What no arithmetic can tell: words, and figures of plans that the run does not keep. The list of files names them."""


@pytest.mark.parametrize(
    ("lang", "damage", "said"),
    [
        ("sv", lambda content: content[:-3], r"det är inte JSON från rad \d+, tecken \d+\."),
        ("en", lambda content: content[:-3], r"it is not JSON from line \d+, character \d+\."),
        ("sv", lambda _content: b"\xe5", r"skadat och går inte att läsa som en körning\."),
        ("sv", lambda content: content.replace(b'"objective"', b'"objektiv"'), r"uppgiften ”objective” saknas"),
        ("sv", lambda content: content.replace(b'"ramp": [', b'"ramp": ["x", ', 1), r"en uppgift har fel form"),
    ],
)
def test_a_damaged_run_in_the_words_of_the_reader(
    home: Path, capsys: Capture, lang: str, damage: Callable[[bytes], bytes], said: str
) -> None:
    path = home / "run" / RUN
    path.write_bytes(damage(path.read_bytes()))
    assert main(["--lang", lang, "verify", "run"]) == EXIT_INFEASIBLE
    shown = " ".join(capsys.readouterr().out.split())
    assert re.search(said, shown), shown
    assert not re.search("Error|Expecting|codec", shown), shown


@pytest.mark.parametrize("most", [8, pytest.param(160, marks=LONG), pytest.param(400, marks=SOAK)])
def test_a_forged_figure_does_not_fit_the_others(most: int) -> None:
    raw = raw_of(small().run)
    counted = [leaf for leaf in leaves(raw) if not EXEMPT.fullmatch(".".join(map(str, leaf)))]
    missed = []
    for leaf in spread(counted, most):
        was = planted(raw, leaf)
        found = Verification()
        try:
            recount(raw, found)
        except DAMAGED:
            found.differ("malformed", RUN)
        if not found.differences:
            missed.append(leaf)
        restored(raw, leaf, was)
    assert not missed
    assert len(spread(counted, most)) == most


SUMMED = {"Sammanfattning": "A", "Beslut": "O", "Årsplan": "", "Utsläpp": "", "Kontroll": "", "Skuld": ""}
"""Sheets of the decision workbook of which every figure is counted again; and a column of words that is not."""


@pytest.mark.parametrize("most", [3, pytest.param(25, marks=LONG), pytest.param(60, marks=SOAK)])
def test_a_forged_cell_does_not_fit_run_json(home: Path, most: int) -> None:
    path = home / "run" / BASIS
    sound = path.read_bytes()
    sheets = read_cells(sound)
    figures = [(s, a) for s, a in cells_of(path) if s in SUMMED and sheets[s][int(re.sub(r"\D", "", a))][re.sub(r"\d", "", a)].kind == "n"]
    for sheet, address in spread(figures, most):
        with_cell(path, sheet, address)
        forge(home / "run")
        found = verify(home / "run")
        assert named(found, BASIS, f"{sheet}!{address}"), (sheet, address)
        assert not any(d.what == "cell" for d in found.differences)
        path.write_bytes(sound)


def test_a_forged_plan_breaks_its_constraints() -> None:
    """Decisions changed together with nothing else: each breaks something by name."""
    run = small().run
    for change, wanted in (
        ({"percent": 55}, "scale"),
        ({"layer": "external"}, "layers"),
        ({"start": 2040}, "start_window"),
    ):
        raw, found = raw_of(run), Verification()
        chosen = next(x for x in raw["decisions"] if x["start"] is not None and x["percent"] == 100)
        chosen.update(change)
        recount(raw, found)
        assert any(wanted in d.place and chosen["id"] in d.place for d in found.differences if d.what == "choice"), wanted
    raw, found = raw_of(run), Verification()
    raw["decisions"].append(raw["decisions"][0])
    recount(raw, found)
    assert any("start_at_most_once" in d.place for d in found.differences)


# --- its parts -----------------------------------------------------------------------------------------------------------


def test_the_largest_flow_by_hand() -> None:
    # group g lets 10 of 8 + 7 through; of that d takes at most 5 (with 2 of its own), the rest goes to e, which has no ceiling
    streams = [("g", "d", 8), ("g", "e", 7), (None, "d", 2), (None, "e", 4)]
    assert largest_flow(streams, {"g": 10}, {"d": 5}) == 10 - 0 + 2 + 4
    assert largest_flow(streams, {"g": 3}, {"d": 1}) == 3 + 1 + 4 - 0
    assert largest_flow(streams, {}, {"d": 5}) == 5 + 7 + 4
    assert largest_flow([], {"g": 1}, {"d": 1}) == 0


def test_the_reader_of_cells_refuses_what_is_no_workbook() -> None:
    for content in (b"", b"PK", b"not a zip"):
        with pytest.raises(Damaged):
            read_cells(content)
    sound = standard_workbook(small().portfolio, range(2025, 2028))
    refused = 0
    for at in range(0, len(sound), len(sound) // 120):
        try:
            read_cells(flipped(sound, at))
        except Damaged:
            refused += 1
    assert refused > 20, "what is read is packed, and has a check sum"
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w") as made:
        made.writestr("xl/_rels/workbook.xml.rels", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(Damaged):
        read_cells(bomb.getvalue())


def test_nothing_is_listed_that_was_not_written(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose workbook cannot be written has no list of files that speaks of it."""
    monkeypatch.chdir(kept)

    real = delivery.write_flushed

    def refuse(path: Path, content: bytes) -> None:
        if path.name == BASIS:
            raise PermissionError(13, "open in Excel", path.as_posix())
        real(path, content)

    monkeypatch.setattr(delivery, "write_flushed", refuse)
    assert main(["optimise", "--out", str(tmp_path / "run")]) == 5
    assert not (tmp_path / "run" / MANIFEST).exists()


# --- a second solver -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("home")
def test_without_the_second_solver_it_is_said(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("portfolio.cli.verify.find_spec", lambda _name: None)
    assert main(["verify", "run", "--second-solver"]) == 2
    assert "portfolio[audit]" in capsys.readouterr().err


@pytest.fixture
def scip() -> None:
    """SCIP, through the extra `audit`; .ci/run installs it, and there it must not be missing."""
    if find_spec("pyscipopt") is None:
        if os.environ.get("REQUIRE_ORACLES") == "1":
            pytest.fail("the extra `audit` is not installed, and REQUIRE_ORACLES asks for it")
        pytest.skip("the extra `audit` (PySCIPOpt) is not installed: no second solver")


@pytest.mark.long
@pytest.mark.usefixtures("scip")
def test_the_second_solver_agrees_to_the_tick_and_the_krona() -> None:
    from portfolio.analysis.second_solver import second_opinion

    asked = [question(seed) for seed in range(40)] + [(m.portfolio, m.planning) for m in map(funded, range(20))]
    names: Counter[str] = Counter()
    for n, (portfolio, planning) in enumerate(asked):
        run = optimise(portfolio, planning, Request())
        if run.objective is None or run.records is None:
            continue
        opinion = second_opinion(run, run.records, 60.0)
        assert opinion.verdict == "agrees", (n, opinion)
        names[opinion.place] += 1
    assert set(names) == {"objective.kronor", "objective.most_tonnes", "objective.tonnes_per_krona"}
    assert min(names.values()) >= 5, names


@pytest.mark.soak
@pytest.mark.usefixtures("scip")
@pytest.mark.parametrize("block", range(10))
def test_the_second_solver_agrees_on_two_hundred_of_a_medium_size(block: int) -> None:
    """8 to 15 investments over seven years, four shapes, two objectives: far too many plans to enumerate."""
    from portfolio.analysis.second_solver import second_opinion

    shapes, agreed = sorted(SHAPES), 0
    for n in range(block * 20, block * 20 + 20):
        portfolio, planning = make(8 + n % 8, shapes[n % 4], n, ("most_tonnes", "tonnes_per_krona")[n // 4 % 2])
        run = optimise(portfolio, planning, Request(time_limit=300))
        assert run.status is SolveStatus.PROVEN_BEST, n
        assert run.records is not None
        opinion = second_opinion(run, run.records, 300.0)
        assert opinion.verdict == "agrees", (n, opinion)
        agreed += 1
    print(f"{agreed} questions, SCIP and HiGHS agree to 10 g and to the krona")


@pytest.mark.long
@pytest.mark.usefixtures("scip", "home")
def test_the_second_solver_finds_a_plan_that_is_not_best(capsys: Capture) -> None:
    """A run that calls a worse plan best, everything else in order: only another proof can tell."""
    from portfolio.analysis.second_solver import second_opinion

    for seed in range(25):
        portfolio, planning = question(seed)
        run = optimise(portfolio, planning, Request())
        if run.objective is None or run.records is None or run.objective.kronor <= 0 or run.objective.tonnes <= 0:
            continue
        worse = {
            "least_cost": {"kronor": run.objective.kronor + 1},
            "most_tonnes": {"tonnes": run.objective.tonnes - 1, "most_tonnes": run.objective.tonnes - 1},
            "tonnes_per_krona": {"kronor": run.objective.kronor + 1},
        }[run.objective.name]
        lying = run.model_copy(update={"objective": run.objective.model_copy(update=worse)})
        assert second_opinion(lying, run.records, 60.0).verdict == "second_better", seed
    assert main(["verify", "run", "--second-solver"]) == 0
    assert "SCIP" in capsys.readouterr().out


def test_every_difference_has_its_sentence() -> None:
    """Every name that the code gives to a difference, to what is left unchecked and to a note is in the catalogue, and no other."""
    sources = "\n".join(
        p.read_text("utf-8") for p in [*(TOP / "portfolio" / "verify").glob("*.py"), TOP / "portfolio" / "cli" / "verify.py"]
    )
    second = set(re.findall(r'"(second_\w+)"', (TOP / "portfolio" / "analysis" / "second_solver.py").read_text("utf-8")))
    differ = set(re.findall(r'\.differ\(\s*"(\w+)"', sources)) | {
        "cell",
        "leaf",
        "said",
        "file_changed",
        "file_content",
        "file_only",
        "second_better",
        "second_worse",
    }
    leave = set(re.findall(r'\.leave\(\s*"(\w+)"', sources)) | {"second_stopped", "second_inexact"}
    notes = set(re.findall(r'Difference\(\s*"(\w+)"', sources))
    assert second <= differ | leave
    for group, names in (("difference", differ), ("unchecked", leave), ("note", notes)):
        said = {name.removeprefix(f"verify.{group}.") for name in catalogue("sv") if name.startswith(f"verify.{group}.")}
        assert said == names, group
