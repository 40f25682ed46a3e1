"""rapport.html: every figure is the run's, no text becomes markup, it asks for nothing outside, and it can be read by everyone."""

from __future__ import annotations

import io
import json
import re
import types
import typing
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from rich.console import Console

import gap_question
import making as m
from money_question import small
from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.outcome import Layer, Run, SolveStatus, StopReason
from portfolio.planning import Planning, Sourced
from portfolio.reports import html, terminal
from portfolio.reports.answer import inside_means
from portfolio.reports.html.assumptions import APART, NAMED, NOT_ASSUMED
from portfolio.reports.html.drawing import Bars, Level, Picture, over_years
from portfolio.reports.html.story import Prose
from portfolio.reports.reason import sentence
from portfolio.reports.run_json import to_json
from portfolio.reports.sectors import sector_names, subject_name
from portfolio.text import LANGUAGES, Lang, Text
from sample_run import sample_run
from test_cli import model, round_

__all__ = ["round_"]
Capture = pytest.CaptureFixture[str]
VOID = ("meta", "input")


class Node:
    """An element as a browser would see it."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Node | None) -> None:
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.children: list[Node] = []
        self.said: list[str] = []

    def every(self, *tags: str) -> list[Node]:
        """Elements of these kinds (all when none is named) below this one, in their order."""
        found = [n for child in self.children for n in (child, *child.every())]
        return [n for n in found if not tags or n.tag in tags]

    @property
    def text(self) -> str:
        """What is read, in one piece."""
        return "".join(self.said)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Node("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Node(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(found)
        if tag not in VOID:
            self.at = found

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag, f"</{tag}> inside <{self.at.tag}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        node: Node | None = self.at
        while node is not None:
            node.said.append(data)
            node = node.parent


def read(document: bytes) -> Node:
    reader = _Reader()
    reader.feed(document.decode("utf-8"))
    reader.close()
    assert reader.at is reader.root, "an element is not closed"
    return reader.root


@cache
def page(name: str, lang: Lang = "sv") -> Node:
    """The report of the sample, or of the small question in which the mandate binds."""
    return read(html.render({"sample": sample_run, "small": lambda: small().run}[name](), Text(lang)))


def run_of(name: str) -> Run:
    return sample_run() if name == "sample" else small().run


def section(root: Node, name: str) -> Node:
    return next(n for n in root.every("section") if n.attributes.get("id") == name)


def values(table: Node) -> list[list[str | Decimal]]:
    """The rows of a table without heading and sum: exact values where there are any, otherwise what is read."""
    rows = []
    for row in next(n for n in table.every("tbody")).every("tr"):
        cells = [(cell, cell.every("data")) for cell in row.children]
        rows.append([Decimal(data[0].attributes["value"]) if data else cell.text for cell, data in cells])
    return rows


def tables(root: Node, name: str) -> list[list[list[str | Decimal]]]:
    return [values(t) for t in section(root, name).every("table")]


# --- the figures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sample", "small"])
def test_tables_have_the_figures_of_the_run(name: str) -> None:
    run, root = run_of(name), page(name)
    assert run.gap is not None
    assert run.debt is not None
    assert run.charges is not None
    assert run.funding is not None
    assert run.bonds is not None
    ladder = tables(root, "gap")[0]
    assert [row[1:4] for row in ladder] == [[r.count, r.kronor, r.tonnes_target_year] for r in run.gap.rungs]
    assert [row[4] for row in ladder[1:]] == [r.step_kronor for r in run.gap.rungs[1:]]
    chosen = {d.id: d for d in run.decisions if d.layer in (Layer.PLAN, Layer.GAP)}
    shown = {str(row[1]): row for found in tables(root, "recommended") for row in found}
    assert shown.keys() == chosen.keys()
    for i, row in shown.items():
        assert row[3:6] == [str(chosen[i].start), chosen[i].total_outlay, chosen[i].tonnes_objective]
    (years,) = tables(root, "years")
    assert [[int(str(row[0])), *row[1:]] for row in years] == [
        [y.year, y.frame, y.frame_available, y.outlay_plan, y.outlay_gap, y.grants] for y in run.years
    ]
    debt = tables(root, "debt")[0]
    assert [row[-3:] for row in debt] == [[y.closing, y.mandate, y.headroom] for y in run.debt.group]
    charges = tables(root, "charges")[0]
    totals = {str(y.year): y.total for y in run.charges.total}
    heads = [n.text for n in section(root, "charges").every("table")[0].every("thead")[0].every("th")]
    column = heads.index(Text("sv")("money.short.charge_total"))
    assert all(row[column] == totals[str(row[0])] for row in charges)
    (paid,) = tables(root, "funding")
    assert [row[2] for row in paid] == [s.kronor for s in run.funding.sources if s.kronor]
    assert sum(int(row[3]) for row in tables(root, "bonds")[0]) == run.bonds.eligible
    (path,) = tables(root, "emissions")
    assert [row[1:] for row in path] == [
        [e.reference, e.reductions, e.external_reductions, e.emissions, e.removals] for e in run.emissions[: len(path)]
    ]
    assert len(path) == sum(1 for e in run.emissions if e.year <= max(run.target_year, run.years[-1].year))
    assert sum(int(row[2]) for row in tables(root, "proof")[0]) == len(run.audit.checks if run.audit else ())


def test_the_first_screen_has_the_four_figures() -> None:
    run, head = sample_run(), next(iter(page("sample").every("header")))
    assert run.totals is not None
    assert run.debt is not None
    shown = [Decimal(n.attributes["value"]) for n in head.every("data")]
    totals = run.totals
    assert shown == [totals.outlay_plan + totals.outlay_gap, totals.tonnes, totals.emissions_target_year, run.debt.headroom]
    lead = [n.text for n in head.every("p") if n.attributes.get("class") == "lead"]
    assert len(lead) == 3
    assert "4\u00a0554,0 miljoner kronor" in lead[0]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["sample", "small"])
def test_what_is_read_is_the_exact_value_rounded(name: str, lang: Lang) -> None:
    """Each figure is read back, and differs from the exact one by at most half of its last decimal, in kronor, mnkr or per cent."""
    found = page(name, lang).every("data")
    assert len(found) > 100
    point = "," if lang == "sv" else "."
    for data in found:
        exact, said = Decimal(data.attributes["value"]), data.text
        percent = said.endswith("%")
        plain = said.replace("−", "-").replace("\u00a0", "").replace("%", "")
        plain = plain.replace(",", ".") if lang == "sv" else plain.replace(",", "")
        decimals = len(said.rstrip("%\u00a0").partition(point)[2])
        half = Decimal(1).scaleb(-decimals) / 2
        scales = (Decimal("0.01"),) if percent else (Decimal(1), Decimal(1_000_000))
        assert any(abs(Decimal(plain) - exact / scale) <= half for scale in scales), f"{said} for {exact}"


@pytest.mark.parametrize("name", ["sample", "small"])
def test_sums_are_of_the_exact_values(name: str) -> None:
    checked = 0
    for table in page(name).every("table"):
        rows = values(table)
        for foot in table.every("tfoot"):
            for n, cell in enumerate(foot.every("tr")[0].children):
                for data in cell.every("data"):
                    column = [row[n] for row in rows]
                    assert Decimal(data.attributes["value"]) == sum(v for v in column if isinstance(v, Decimal))
                    checked += 1
    assert checked > 10


@pytest.mark.parametrize("name", ["sample", "small"])
def test_each_year_of_the_debt_adds_up_from_what_is_shown(name: str) -> None:
    """Columns that are left out hold only zeros; the formula stands below the table."""
    text = Text("sv")
    table = section(page(name), "debt").every("table")[0]
    heads = [n.text for n in table.every("thead")[0].every("th")]
    signs = {"outlay_plan": 1, "outlay_gap": 1, "grants": -1, "partners": -1, "operating": 1}
    signs |= {"opening": 1, "other_net_investment": 1, "self_financing": -1, "interest": 1}
    sign = {text(f"html.heading.{n}" if text.has(f"html.heading.{n}") else f"money.short.{n}"): s for n, s in signs.items()}
    for row in values(table):
        shown = dict(zip(heads, row, strict=True))
        assert sum(int(shown[h]) * s for h, s in sign.items() if h in shown) == shown["Skuld vid årets slut"]


def test_every_reason_is_given() -> None:
    run, text = sample_run(), Text("sv")
    (rows,) = tables(page("sample"), "rejected")
    wanted = {d.id: [d.name, d.id, d.owner, sentence(d, text)] for d in run.decisions if d.layer is Layer.NOT_RECOMMENDED}
    assert {str(row[1]): row for row in rows} == wanted
    assert len(wanted) == 21
    assert all(row[3] for row in rows)


def test_a_long_list_says_how_much_it_leaves_out() -> None:
    run = small().run
    one = next(d for d in run.decisions if d.layer is Layer.PLAN)
    more = tuple(one.model_copy(update={"id": f"Z{n:03}", "outlay": {2025: 1_000_000}, "tonnes_objective": Decimal(0)}) for n in range(100))
    root = read(html.render(run.model_copy(update={"decisions": (*run.decisions, *more)}), Text("sv")))
    planned = sum(1 for d in run.decisions if d.layer is Layer.PLAN) + 100
    assert len(tables(root, "recommended")[0]) == 40
    assert f"Därtill {planned - 40} investeringar för {planned - 40},0 miljoner kronor" in section(root, "recommended").text


def test_amounts_in_sentences_are_in_words() -> None:
    for lang, words in (("sv", "miljoner kronor"), ("en", "million kronor")):
        sentences = [n.text for n in page("sample", lang).every("p") if n.attributes.get("class") in ("lead", "strong", None)]
        assert not [s for s in sentences if re.search(r"\bmnkr\b", s)], lang
        assert sum(words in s for s in sentences) > 8
    assert Prose("sv")("money.debt.tightest", year=2030, headroom="1,0 mnkr-fonden").endswith(
        "1,0 mnkr-fonden miljoner kronor kvar till mandatet."
    )


def test_what_is_adopted_but_outside_the_frame_is_said_in_the_report() -> None:
    outside = read(html.render(gap_question.outside(), Text("sv")))
    said = section(outside, "proposal").text.replace("\u00a0", " ")
    assert "I antagen plan men i förslaget utanför ramen, kräver eget beslut om pengar: 1 investering för 50,0 miljoner kronor (M)." in said
    said = section(outside, "recommended").text
    assert "M finns i den antagna planen. M ligger utanför planens ram men behövs för N i planen" in said
    inside = read(html.render(gap_question.outside(frame=200), Text("sv"))).text
    assert "förslaget utanför ramen" not in inside
    assert "finns i den antagna planen" not in inside


def test_the_best_plan_inside_the_frame_says_what_it_is_the_best_of() -> None:
    """By hand: 800 t fit inside the frame, 95 % of the 1,200 t that are possible are 1,140 t; a frame for all misses nothing."""
    run, text = gap_question.beside(), Text("sv")
    assert run.plan_only is not None
    assert (run.plan_only.totals.tonnes, run.totals.tonnes if run.totals else None) == (800, 1200)
    means = (
        "Bästa inom ramen har flest ton per krona av de planer som helt ryms i ramen och når minst 95 % av de 800 ton som går att nå där."
    )
    misses = " Den når inte de 1 140 ton som den rekommenderade planen måste nå."
    assert [said.replace("\u00a0", " ") for said in inside_means(run, text)] == [means + misses]
    assert means + misses in section(read(html.render(run, text)), "proposal").text.replace("\u00a0", " ")
    shown = io.StringIO()
    terminal.render(run, text, Console(file=shown, width=400), Path("ut"))
    assert means + misses in shown.getvalue().replace("\u00a0", " ")
    (said,) = inside_means(gap_question.beside(frame=200), text)
    assert said.replace("\u00a0", " ") == means.replace("800 ton", "1 200 ton")
    assert inside_means(run.model_copy(update={"stop_reason": StopReason.TIME_LIMIT}), text) == []
    (said,) = inside_means(gap_question.outside(), text)
    assert said == "Bästa inom ramen ger flest ton av de planer som helt ryms i ramen."


def test_a_ratio_has_the_same_decimals_in_tables_and_in_sentences() -> None:
    run, root = sample_run(), page("sample")
    assert run.totals is not None
    assert run.totals.tonnes_per_krona is not None
    exact = f"{(run.totals.tonnes_per_krona * 1_000_000).normalize():f}"
    shown = {d.text for d in root.every("data") if d.attributes["value"] == exact}
    assert len(shown) == 1
    assert f"{shown.pop()} ton per miljon kronor" in root.every("header")[0].text


# --- what is assumed, proven and left out ----------------------------------------------------------------------------


def quantities(kind: Any, label: str) -> set[str]:
    """Labels of every quantity that a model can hold."""
    found = set()
    for part in typing.get_args(kind) if typing.get_origin(kind) in (types.UnionType, typing.Union, typing.Annotated) else [kind]:
        if typing.get_origin(part) is dict:
            found |= quantities(typing.get_args(part)[1], f"{label}.each" if label in NAMED else label)
        elif typing.get_origin(part) is tuple and label == "bonds.issues":
            found |= {q for q in quantities(typing.get_args(part)[0], f"{label}.each") if q != "bonds.issues.each.year"}
        elif isinstance(part, type) and issubclass(part, Sourced):
            found.add(label)
        elif hasattr(part, "model_fields"):
            for name, field in part.model_fields.items():
                found |= quantities(field.annotation, f"{label}.{name}" if label else name)
    return found


def test_every_quantity_of_a_model_has_its_words() -> None:
    """Views are frameworks for looking, uncertainty is what robust asks about, investments and selections have sentences of their own."""
    wanted = {q for q in quantities(Planning, "") if not q.startswith((*NOT_ASSUMED, *APART))}
    assert len(wanted) > 40
    missing = [q for q in sorted(wanted) if not Text("sv").has(f"html.assumed.{q}")]
    assert missing == []


def test_every_value_of_the_model_is_given_with_its_source() -> None:
    shown = section(page("sample"), "assumptions").text

    def sources(value: Any) -> list[str]:
        if isinstance(value, dict) and "unit" in value and "source" in value:
            return [str(value["source"])]
        return [s for part in value.values() for s in sources(part)] if isinstance(value, dict) else []

    model = {k: v for k, v in sample_run().model.items() if k not in ("bonds", "uncertainty")}
    found = [*sources(model), *sources(sample_run().model["bonds"]["framework"])]
    assert len(found) > 40
    assert not [s for s in found if s not in shown]
    assert "räkneexempel" in shown
    assert "Finansiellt mandat14\u00a0000,0 mnkr per år 2025–2031" in shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_examples_are_marked_in_one_way_and_counted_as_they_stand(lang: Lang) -> None:
    found = section(page("sample", lang), "assumptions")
    rows = next(iter(found.every("tbody"))).every("tr")
    word = Text(lang)("workbook.assumptions.illustrative")
    marked = [row for row in rows if any(n.attributes.get("class") == "tag" for n in row.every("span"))]
    assert all(word in n.text.casefold() for row in marked for n in row.every("span") if n.attributes.get("class") == "tag")
    assert [row.text for row in rows if row not in marked and word in row.text.casefold()] == [], "a word without its mark"
    doubled = [row.text for row in marked if f"{word}:{word}" in row.text.casefold().replace(" ", "")]
    assert doubled == []
    counts = [int(n) for n in re.findall(r"(?<![\w-])\d+(?![\w-])", found.every("p")[0].text.split(".toml")[1])]
    assert counts[1:] == [len(rows), len(marked)]
    assert 0 < len(marked) < len(rows) < counts[0]


def test_sectors_are_called_by_their_names() -> None:
    for lang, name in (("sv", "el och fjärrvärme: 125\u00a0000; "), ("en", "electricity and district heating: 125,000; ")):
        said = section(page("sample", lang), "assumptions").text
        assert name in said
        assert "el_fjarrvarme" not in said
        assert "egen_uppvarmning" not in said
    table = {"a": {"name_sv": "Värme"}, "b": {"name_sv": None}, "c": {}}
    run = gap_question.outside().model_copy(update={"model": {"emissions": {"sectors": table}}})
    assert sector_names(run, Text("sv")) == {"a": "Värme", "b": "b", "c": "c"}
    assert sector_names(run, Text("en")) == {"a": "a", "b": "b", "c": "c"}
    assert subject_name(run, "tonnes_ceiling", "a", Text("sv")) == "Värme"
    assert subject_name(run, "owner_frame", "a", Text("sv")) == "a", "an owner is not a sector"
    group = m.portfolio_of(ceilings=[m.ceiling("a", 1)])
    assert run.records is not None
    shared = run.model_copy(update={"records": run.records.model_copy(update={"ceilings": group.ceilings})})
    assert subject_name(shared, "tonnes_ceiling", "a", Text("sv")) == "a", "an overlap group of the same key"
    same = {"a": {"name_sv": "Värme"}, "b": {"name_sv": "värme"}}
    run = run.model_copy(update={"model": {"emissions": {"sectors": same}}})
    assert sector_names(run, Text("sv")) == {"a": "a", "b": "b"}, "two sectors are never called the same"


def test_scenario_changes_are_among_the_assumptions() -> None:
    run = small().run
    change = {
        "delay": {"value": 1},
        "outlay_factor": "1.4",
        "tonnes_factor": None,
        "lock": {"kind": "start", "year": 2026},
        "source": "avtalet",
    }
    limit = {"name": "högst en", "members": ["A", "B"], "at_least": None, "at_most": 1, "source": "beslutet"}
    changed = run.model_copy(update={"model": {**run.model, "investments": {"A": change}, "selection": [limit]}})
    rows = [[str(cell) for cell in row] for row in tables(read(html.render(changed, Text("sv"))), "assumptions")[0]]
    assert ["Ändrat i scenariot", "A 1 år senare, utgift till 140\u00a0% av underlagets, startår 2026", "avtalet"] in rows
    assert ["Urval", "högst en högst 1: A, B", "beslutet"] in rows


def test_a_plan_that_is_not_proven_is_never_called_best() -> None:
    run = sample_run().model_copy(update={"status": SolveStatus.FEASIBLE_NOT_PROVEN, "stop_reason": StopReason.TIME_LIMIT})
    for lang, words in (("sv", ("bevisat", "bästa inom")), ("en", ("proven best", "best inside"))):
        said = read(html.render(run, Text(lang))).text.casefold()
        assert not [w for w in words if w in said.replace("inte bevisat", "")]
        assert ("inte bevisad" if lang == "sv" else "not proven") in said


def test_a_model_without_tables_has_no_empty_sections() -> None:
    run = optimise(m.portfolio_of(m.investment("A"), m.investment("B", (50,))), m.planning(), Request())
    root = read(html.render(run, Text("sv")))
    named = [n.attributes["id"] for n in root.every("section")]
    assert named == ["proposal", "gap", "recommended", "years", "uncertainty", "assumptions", "proof"]
    assert [a.attributes["href"] for a in root.every("nav")[0].every("a")] == [f"#{n}" for n in named]


# --- safety ----------------------------------------------------------------------------------------------------------

PAYLOAD = "</title></style></script><script>alert(1)</script><img src=x onerror=alert(1)>'\"&amp;<!--\u202e\x07\x1b[2J"


def hostile(run: Run) -> Run:
    """The same run in which every text that came from a workbook or a model carries a payload."""
    model = run.model
    texts = {x for d in run.decisions for x in (d.id, d.name, d.owner, d.cell)} | {run.title, *(i.file for i in run.inputs), model["file"]}
    texts |= set(model["funding"]["sources"]) | set(model["emissions"]["sectors"]) | {i["name"] for i in model["bonds"]["issues"]}
    texts |= {model["bonds"]["framework"]["title"], *(c["name_sv"] for c in model["bonds"]["framework"]["categories"].values())}
    texts |= {s["name_sv"] for s in model["emissions"]["sectors"].values() if "name_sv" in s}
    texts |= {v["title"] for v in model["bonds"]["views"]} | set(model["bonds"]["framework"]["categories"])
    texts |= {str(s) for s in re.findall(r'"source": ?"([^"\\]+)"', json.dumps(model, ensure_ascii=False))}
    written = to_json(run)
    for text in sorted(texts, key=len, reverse=True):
        written = written.replace(json.dumps(text, ensure_ascii=False), json.dumps(text + PAYLOAD, ensure_ascii=False))
    made = Run.model_validate_json(written)
    line = {"file": PAYLOAD, "place": PAYLOAD, "value": PAYLOAD, "severity": "warning", "message": PAYLOAD, "remedy": PAYLOAD}
    findings = [made.findings[0].model_copy(update=line)] if made.findings else []
    return made.model_copy(update={"scenarios": (PAYLOAD,), "findings": tuple(findings)})


@pytest.mark.parametrize("name", ["sample", "small"])
def test_text_from_workbooks_and_models_is_never_markup(name: str) -> None:
    document = html.render(hostile(run_of(name)), Text("sv"))
    root = read(document)
    allowed = {n.tag for n in page(name).every()}
    assert {n.tag for n in root.every()} == allowed
    assert not allowed & {"script", "img", "iframe", "object", "link", "form", "a:href"}
    assert not [n for n in root.every() for a in n.attributes if a.startswith("on")]
    assert root.text.count("<script>alert(1)</script>") > 50, "the payload is there, as text"
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", document.decode("utf-8")), "control and direction marks are dropped"


def test_nothing_outside_the_file_is_asked_for() -> None:
    document = html.render(sample_run(), Text("sv")).decode("utf-8")
    root = read(document.encode("utf-8"))
    assert "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"" in document
    for node in root.every():
        for name, value in node.attributes.items():
            assert name not in ("src", "srcset", "style", "action", "data", "xlink:href", "poster"), name
            assert name != "href" or value.startswith("#"), value
            assert "url(" not in value or re.fullmatch(r"url\(#[\w-]+\)", value), value
    css = root.every("style")[0].text
    assert "url(" not in css
    assert "@import" not in css
    assert "@font-face" not in css


@pytest.mark.parametrize("name", ["sample", "small"])
def test_the_same_run_gives_the_same_bytes(name: str) -> None:
    run = run_of(name)
    document = html.render(run, Text("sv"))
    assert html.render(run, Text("sv")) == document
    assert html.render(Run.model_validate_json(to_json(run)), Text("sv")) == document, "from the file as from memory"


# --- everyone can read it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["sample", "small"])
def test_structure_for_those_who_do_not_see_it(name: str, lang: Lang) -> None:
    root = page(name, lang)
    assert root.every("html")[0].attributes["lang"] == lang
    levels = [int(n.tag[1]) for n in root.every("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), "no level is skipped"
    ids = [n.attributes["id"] for n in root.every() if "id" in n.attributes]
    assert len(ids) == len(set(ids))
    for node in root.every():
        for label in node.attributes.get("aria-labelledby", "").split():
            assert label in ids
    for link in root.every("a"):
        assert link.attributes["href"].removeprefix("#") in ids
    for table in root.every("table"):
        assert next(c.text for c in table.children if c.tag == "caption")
        for row in table.every("tr"):
            heads = [c.attributes.get("scope") for c in row.children if c.tag == "th"]
            assert set(heads) in ({"col"}, {"row"})
    pictures = [n for n in root.every("svg") if n.attributes.get("role") == "img"]
    assert len(pictures) >= 5
    for svg in pictures:
        assert [len(c.text) > 5 for c in svg.children[:2]] == [True, True], "title and description"
        assert [c.tag for c in svg.children[:2]] == ["title", "desc"]
    assert all(n.attributes.get("aria-hidden") == "true" for n in root.every("svg") if n not in pictures)
    assert root.every("body")[0].children[0].attributes == {"href": "#content", "class": "skip"}
    assert {n.tag for n in root.every("main", "nav", "footer")} == {"main", "nav", "footer"}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_in_light_in_dark_and_on_paper() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    css = resources.files(html).joinpath("style.css").read_text("utf-8")
    themes = [dict(re.findall(r"--(\w+): (#\w{6});", block)) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)]
    light, dark, paper = themes
    assert light == paper
    assert light.keys() == dark.keys()
    for theme in (light, dark):
        for text in ("ink", "soft", "accent", "alarm"):
            for ground in ("paper", "card"):
                assert contrast(theme[text], theme[ground]) >= 4.5, f"{text} on {ground}"
        for drawn in ("accent", "quiet", "alarm", "ink"):
            assert contrast(theme[drawn], theme["paper"]) >= 3, drawn


def test_a_bar_is_as_high_as_its_value() -> None:
    """0, 50 and 100 under a limit of 100: the second is half the third, whose top is the limit's line."""
    picture = Picture("p", "Titel", "Säger", "mnkr", 1)
    drawn = over_years(picture, [2025, 2026, 2027], [Bars("b", [0, 50, 100])], [Level("l", [None, 100, 100])], "sv")
    bars = [n for n in drawn.iter("rect") if n.get("class") == "bar" and n.get("width") != "40"]
    heights = [int(n.get("height", "")) for n in bars]
    assert len(heights) == 2, "nothing is drawn for 0"
    assert heights[1] == 2 * heights[0]
    line = next(n for n in drawn.iter("path") if n.get("class") == "limit" and n.get("d") != "M0 14H44")
    starts = re.findall(r"M\d+ (\d+)H", line.get("d", ""))
    assert starts == [bars[1].get("y")] * 2, "a year without a limit has no line"


def marks(drawn: Element) -> dict[str, tuple[str, int, int]]:
    """The figures of a chart, each with its class and where it stands."""
    found = [n for n in drawn.iter("text") if (n.get("class") or "").startswith("mark")]
    return {n.text or "": (n.get("class") or "", int(n.get("x", "")), int(n.get("y", ""))) for n in found}


def test_a_figure_is_neither_struck_through_by_a_limit_nor_over_another_bar() -> None:
    """A limit just above a bar: its figure stands over the line. A long figure beside a higher bar: it stands away from that bar."""
    picture = Picture("p", "Titel", "Säger", "mnkr", 1)
    years = [2025, 2026, 2027]
    near = over_years(picture, years, [Bars("b", [50, 100, 20])], [Level("l", [100, 103, 100])], "sv")
    tops = {n.get("height"): int(n.get("y", "")) for n in near.iter("rect") if n.get("class") == "bar" and n.get("width") != "40"}
    line = next(n for n in near.iter("path") if n.get("class") == "limit" and n.get("d") != "M0 14H44").get("d", "")
    at = [int(y) for y in re.findall(r"M\d+ (\d+)H", line)]
    figures = marks(near)
    assert figures["100"][2] < at[1] < min(tops.values()), "above the limit that is above the bar"
    assert figures["50"][2] > at[0], "far below its limit: just above its bar"
    many = list(range(2025, 2046))
    falling = over_years(
        Picture("q", "Titel", "Säger", "ton", 1, 2030), many, [Bars("b", [400_000 - 10_000 * n for n in range(21)])], [], "sv"
    )
    look, x, y = marks(falling)["350\u00a0000"]
    bars = [n for n in falling.iter("rect") if (n.get("class") or "").startswith("bar") and n.get("width") != "40"]
    before, own = bars[4], bars[5]
    assert look == "mark"
    assert x == int(own.get("x", ""))
    assert int(before.get("x", "")) + int(before.get("width", "")) < x, "clear of the higher bar before it"
    assert y < int(own.get("y", "")), "above its own"


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_report_is_written_with_the_run_and_again_from_it(round_: Path, capsys: Capture) -> None:
    del round_
    assert main(["optimise", "--out", "ut"]) == 0
    first = Path("ut/rapport.html").read_bytes()
    Path("ut/rapport.html").unlink()
    capsys.readouterr()
    assert main(["report", "html", "--run", "ut"]) == 0
    assert capsys.readouterr().out.startswith("Skrivet: ut/rapport.html, ut/tjansteskrivelse.md\n")
    assert Path("ut/rapport.html").read_bytes() == first
    assert main(["report", "html", "--run", "ut/run.json", "--json", "--lang", "en"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "files": ["ut/rapport.html", "ut/tjansteskrivelse.md"],
        "scenarios": [],
        "status": "proven_best",
        "title": read(first).every("p")[0].text,
    }
    assert read(Path("ut/rapport.html").read_bytes()).every("html")[0].attributes["lang"] == "en"
    assert main(["report", "html"]) == 0
    (made,) = Path("outputs").glob("*/rapport.html")
    assert made.parent.name == "2025-01-01-01"


def test_there_is_no_report_without_a_plan(round_: Path, capsys: Capture) -> None:
    """And one of an earlier run does not stand beside a run that has none."""
    del round_
    Path("ut").mkdir()
    Path("ut/rapport.html").write_text("förra", "utf-8")
    model().write_text(re.sub(r"mandate = \{ value = 800", "mandate = { value = 501", model().read_text("utf-8")), "utf-8")
    assert main(["optimise", "--out", "ut"]) == 3
    assert not Path("ut/rapport.html").exists()
    assert Path("ut/rapport-1.html").read_text("utf-8") == "förra"
    capsys.readouterr()
    assert main(["report", "html", "--run", "ut"]) == 3
    assert "ingen plan att redovisa" in capsys.readouterr().err
    assert main(["report", "html", "--run", "ut", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["status"] == "error"
    assert not Path("ut/rapport.html").exists()
