"""Text from workbooks, models and names of files stays text in every command and every output: no formula, markup, escape or element."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Sequence
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree

import openpyxl
import pytest

from hostile_round import BOOK, MODEL, sound
from portfolio.cli import main

Capture = pytest.CaptureFixture[str]
PAYLOADS = (
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.invalid","klicka")', "\t=1+1", "{=1}", "%0A=1"),
    *(
        '=WEBSERVICE("http://x.invalid")',
        '=DDE("x","y")',
        "[bold red]fet[/bold red]",
        "[link=http://x.invalid]länk[/link]",
        "[/]",
        "[blink]",
    ),
    *(
        "\x1b[31mröd\x1b[0m",
        "\x1b]8;;http://x.invalid\x1b\\länk\x1b]8;;\x1b\\",
        "\x1b]0;titel\x07",
        "\x9b31mC1",
        "\x9d8;;x\x9c",
        "\x08\x08\x08",
    ),
    *(
        "\u202egnp.exe",
        "\u2066bak\u2069",
        "\u200f\u200e",
        "rad\r\nny=1",
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "</td></tr>",
    ),
    *("&lt;b&gt;", "javascript:alert(1)", "'; DROP TABLE x; --", "{id}", "{0}", "%s", "{{count:a|b}}", "]]>", "<!--", "_x001B_[31m"),
)
"""Formulas, rich's markup, escapes of terminals (ESC, OSC 8, C1), marks of direction, HTML, and what catalogues and templates fill in."""
FIELDS = (
    "name",
    "source",
    "comment",
    "alternatives",
    "sector",
    "scope",
    "overlap_group",
    "emission_sector",
    "bond_category",
    "owner",
    "id",
    "requires",
)
FREE = ("name", "source", "comment", "sector")
"""Fields in which anything is allowed; the others must be as the model or other rows have them, and are shown in findings."""
FORBIDDEN = {"Cc", "Cf", "Cs", "Co"}


def inert_text(said: str) -> None:
    """Nothing that a terminal obeys."""
    bad = {c for c in said if unicodedata.category(c) in FORBIDDEN and c not in "\n\t\u00ad"}
    assert not bad, f"{bad!r}"


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for k, v in value.items() for s in (*strings(k), *strings(v))]
    return [s for v in value for s in strings(v)] if isinstance(value, list) else []


LITERAL = re.compile(r'"(?:[^"]|"")*"')
PAYLOAD = re.compile(r"1\+1|SUM\(A1\)|1\+\[red\]2|cmd\||HYPERLINK|WEBSERVICE|DDE\(|http|javascript|\[bold", re.IGNORECASE)
"""What a text would bring into a formula, outside the formula's own quotation marks."""


def is_ours(formula: str, allowed: Sequence[str]) -> bool:
    """A total, or a live formula of the decision workbook that no text has got into."""
    bare = LITERAL.sub("", formula)
    return formula.startswith(tuple(allowed)) or PAYLOAD.search(bare) is None


def test_a_formula_that_a_text_has_made_is_not_ours() -> None:
    made = [p.strip() for p in PAYLOADS if p.strip().startswith("=")]
    assert len(made) >= 4
    assert not any(is_ours(formula, []) for formula in [*made, "=1+[red]2", "=IF(A1,cmd|' /C calc'!A0,0)"])
    assert is_ours('=IF(AND(F12<>"",N(F12)<100),"a ""1+1"" b",SUMPRODUCT(B2:B9))', [])


def inert_workbook(content: bytes, allowed: Sequence[str]) -> None:
    """No formula but ours, no link that the text has made, and XML that is XML."""
    for sheet in openpyxl.load_workbook(BytesIO(content)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert is_ours(str(cell.value), allowed), f"{sheet.title}!{cell.coordinate}: {cell.value}"
                assert cell.hyperlink is None or not str(cell.hyperlink.target or "").startswith(("http://x", "javascript")), (
                    cell.coordinate
                )
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            assert b"x.invalid" not in archive.read(name) or not name.endswith(".rels"), name
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))


def inert_svg(content: str) -> None:
    assert "<script" not in content
    assert not re.search(r"\son\w+=", content)
    ElementTree.fromstring(content)


def spoilt(folder: Path, shift: int) -> None:
    """A round with payloads in every free text of workbook and model, in names of sheets and files, and in ids."""
    made = sound("sv")
    for n, identity in enumerate(("EX-1", "EX-2", "EX-3", "EX-4")):
        for k, name in enumerate(FREE):
            made.put(
                identity,
                name,
                "X" + PAYLOADS[(shift + 7 * n + k) % len(PAYLOADS)] if name == "name" else PAYLOADS[(shift + 7 * n + k) % len(PAYLOADS)],
            )
    ids = {"EX-2": "=1+[red]2", "EX-3": "<b>3</b>"}
    for old, new in ids.items():
        made.put(old, "id", new)
    made.put("EX-4", "requires", ids["EX-2"])
    text = as_text(PAYLOADS[(shift + 3) % len(PAYLOADS)])
    made.model = re.sub(r'title = "[^"]*"', lambda _: f"title = {text}", made.model, count=1)
    made.model = re.sub(r'source = "Årsredovisning"', lambda _: f"source = {text}", made.model, count=1)
    made.write(folder)
    shutil.copyfile(folder / BOOK, folder / "[bold]=1+1 <b>.xlsx")


COMMANDS: tuple[list[str], ...] = (
    ["report", "debt"],
    ["report", "funding"],
    ["report", "bonds"],
    ["report", "gap"],
    ["why", "=1+[red]2"],
    ["why", "<b>3</b>"],
    ["prices"],
    ["costs"],
    ["frontier", "--points", "2"],
    ["metrics"],
    ["stability"],
    ["near"],
)
"""Every command that shows a run."""


@pytest.mark.parametrize("shift", [0, *(pytest.param(n, marks=pytest.mark.long) for n in (9, 18, 27))])
@pytest.mark.long
def test_text_stays_text_in_every_command(shift: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    spoilt(tmp_path, shift)
    monkeypatch.chdir(tmp_path)
    name = "[bold]=1+1 <b>.xlsx"
    assert main(["optimise", name, "--model", MODEL, "--out", "[red]ut"]) == 0, capsys.readouterr().err
    said = capsys.readouterr()
    inert_text(said.out + said.err)
    assert "[red]ut/beslutsunderlag.xlsx" in said.out.replace("\n", "")
    out = Path("[red]ut")
    inert_text("".join(strings(json.loads((out / "run.json").read_text("utf-8")))).replace("\r", ""))
    for path in (*out.glob("*.xlsx"), *out.glob("returned/*.xlsx")):
        inert_workbook(path.read_bytes(), ["=SUBTOTAL(109,", "=SUM("])
    commands = COMMANDS if shift else COMMANDS[:6]
    for command in commands:
        drawn = ["--out", "kurvor"] if command[0] in ("costs", "frontier") else []
        for extra in (drawn, ["--json"]) if shift else (drawn,):
            code = main([*command, *extra, "--run", str(out)])
            said = capsys.readouterr()
            assert code in (0, 4), said.err
            inert_text(said.out + said.err)
            if "--json" in extra:
                inert_text("".join(strings(json.loads(said.out))))
    for command in (
        ["check", name, "--model", MODEL],
        ["check", str(out / "beslutsunderlag.xlsx")],
        ["diff", str(out), str(out)],
        ["layout", name],
    ):
        assert main(command) in (0, 3), command
        said = capsys.readouterr()
        inert_text(said.out + said.err)
    assert main(["formulas", MODEL]) == 0
    inert_text(capsys.readouterr().out)
    if shift:
        inert_workbook(Path("kurvor/budgetkurva.xlsx").read_bytes(), ["=SUBTOTAL(109,", "=SUM("])
        inert_workbook(Path("kurvor/kostnadskurva.xlsx").read_bytes(), ["=SUBTOTAL(109,", "=SUM("])
        for path in Path("kurvor").glob("*.svg"):
            inert_svg(path.read_text("utf-8"))


def as_text(payload: str) -> str:
    """The payload as a text of TOML; half a character is none."""
    return re.sub(r"\\u(d[89ab]\w\w)\\u(d\w{3})", "", json.dumps(payload + "x", ensure_ascii=True))


def spoilt_scenarios(folder: Path, shift: int) -> None:
    """Three scenarios whose titles, descriptions and sources are payloads, the names of their files too; and what worlds are drawn from."""
    texts = [as_text(PAYLOADS[(shift + n) % len(PAYLOADS)]) for n in range(6)]
    names = ("[red]ett", "två <b>", "=1+1")
    (folder / "models" / "scenarios").mkdir()
    (folder / "inputs").mkdir()
    (folder / "[bold]=1+1 <b>.xlsx").rename(folder / "inputs" / "[bold]=1+1 <b>.xlsx")
    for n, name in enumerate(names):
        kronor = (0, 20, 40)[n]
        (folder / "models" / "scenarios" / f"{name}.toml").write_text(
            f"title = {texts[n]}\ndescription = {texts[n + 1]}\n[control_envelope]\n"
            f'total = {{ value = {kronor}, unit = "mnkr", source = {texts[n + 2]}, illustrative = true }}\n',
            "utf-8",
        )
    model = folder / MODEL
    model.write_text(
        model.read_text("utf-8") + f"\n[uncertainty]\nstress = {json.dumps(names, ensure_ascii=False)}\n"
        f'[uncertainty.external]\nlow = {{ value = 0, unit = "%", source = {texts[4]} }}\n'
        f'high = {{ value = 50, unit = "%", source = {texts[5]} }}\n',
        "utf-8",
    )


SIDE_BY_SIDE: tuple[list[str], ...] = (
    ["compare", "ut", "två <b>", "[red]ett", "--all"],
    ["scenarios", "--all"],
    ["robust", "--run", "ut", "--worlds", "4", "--out", "världar", "--workers", "1"],
    ["stress", "--out", "prov"],
    ["report", "html", "--run", "ut"],
    ["verify", "ut"],
)
"""Every command that sets runs, scenarios or worlds beside each other, the page for elected members and the verification."""


def shape(document: str) -> set[str]:
    """Kinds of elements and attributes of a page; what scripts could be is refused."""

    class Reader(HTMLParser):
        found: ClassVar[set[str]] = set()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found |= {tag, *(f"{tag} {name}" for name, _ in attrs)}
            assert not any(name.startswith("on") or (value or "").startswith(("javascript", "http://x")) for name, value in attrs)

    Reader.found = set()
    Reader().feed(document)
    assert not Reader.found & {"script", "img", "iframe", "object", "embed", "form"}
    return Reader.found


@pytest.mark.long
@pytest.mark.parametrize("shift", [2])
def test_text_stays_text_beside_other_text(shift: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    side_by_side(shift, tmp_path, monkeypatch, capsys, SIDE_BY_SIDE[:1] + SIDE_BY_SIDE[2:], [[]])


@pytest.mark.soak
@pytest.mark.parametrize("shift", range(6, 42, 6))
def test_every_payload_stays_text_beside_other_text(shift: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    side_by_side(shift, tmp_path, monkeypatch, capsys, SIDE_BY_SIDE, [[], ["--json"]])


def side_by_side(
    shift: int, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, commands: Sequence[list[str]], extras: Sequence[list[str]]
) -> None:
    spoilt(folder, shift)
    spoilt_scenarios(folder, shift)
    monkeypatch.chdir(folder)
    assert main(["optimise", "--model", MODEL, "--out", "ut"]) == 0, capsys.readouterr().err
    capsys.readouterr()
    for command in commands:
        with_model = [] if command[0] in ("report", "verify", "robust") else ["--model", MODEL]
        for extra in extras:
            code = main([*command, *with_model, *extra])
            said = capsys.readouterr()
            assert code in (0, 3), said.err
            inert_text(said.out + said.err)
            if extra and said.out.startswith("{"):
                inert_text("".join(strings(json.loads(said.out))))
    for path in (*Path("världar").rglob("*.xlsx"), *Path("prov").rglob("*.xlsx")):
        inert_workbook(path.read_bytes(), ["=SUBTOTAL(109,", "=SUM("])
    for path in (*Path("världar").rglob("*.svg"), *Path("prov").rglob("*.svg")):
        inert_svg(path.read_text("utf-8"))
    assert {"världar", "prov"} <= {p.name for p in Path().iterdir()}
    inert_text("".join(strings(json.loads(Path("ut/manifest.json").read_bytes()))))
    inert_text(Path("ut/tjansteskrivelse.md").read_text("utf-8"))
    page = Path("ut/rapport.html").read_text("utf-8")
    inert_text(page)
    (folder / "sund").mkdir()
    sound("sv").write(folder / "sund")
    assert main(["optimise", f"sund/{BOOK}", "--model", f"sund/{MODEL}", "--out", "sund/ut"]) == 0
    capsys.readouterr()
    assert shape(page) == shape(Path("sund/ut/rapport.html").read_text("utf-8"))


@pytest.mark.parametrize("n", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 12))])
def test_what_findings_cite_is_inert(n: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Payloads in every field, headings and names of sheets among them: whatever is said of them, in words or as JSON, is only text."""
    made = sound("sv")
    for k, name in enumerate((*FIELDS, "life", "tonnes", "ramp", "lock", "control")):
        made.put(("EX-1", "EX-2", "EX-3", "EX-4")[k % 4], name, PAYLOADS[(3 * n + k) % len(PAYLOADS)])
    made.head["comment"] = "x" + PAYLOADS[n % len(PAYLOADS)]
    made.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    for extra in ([], ["--json"]):
        for name in (BOOK, f"finns-inte{PAYLOADS[n]}.xlsx"):
            assert main(["check", name, "--model", MODEL, *extra]) == 2
            said = capsys.readouterr()
            inert_text(said.out + said.err)
            if extra:
                inert_text("".join(strings(json.loads(said.out))))
    with contextlib.suppress(SystemExit):
        main(["check", BOOK, "--scenario", PAYLOADS[n], "--model", MODEL])
    said = capsys.readouterr()
    inert_text(said.out + said.err)
