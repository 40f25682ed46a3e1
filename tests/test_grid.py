"""Other budgets: every plan of the grid is what solving its question alone gives, and the page shows it with and without a script."""

from __future__ import annotations

import html as escaping
import json
import re
from base64 import b64encode
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from money_question import small
from portfolio.analysis import grid as searched
from portfolio.analysis.base import base_of
from portfolio.analysis.grid import grid
from portfolio.analysis.optimise import Request, optimise
from portfolio.cli.tried import tried_against
from portfolio.errors import InputError
from portfolio.explored.grid import Grid, GridPlan, GridPoint
from portfolio.explored.stress import Stress, StressLine, Worth
from portfolio.instance import build_instance
from portfolio.outcome import Run
from portfolio.planning import ObjectiveName
from portfolio.reports import html
from portfolio.reports import stress as stress_report
from portfolio.reports.html.story import Tried
from portfolio.solve import Clock
from portfolio.text import LANGUAGES, Lang, Text
from random_questions import question
from test_html_browser import RULES, browser, checked, said
from test_html_report import Node, read, section, values

LONG = pytest.mark.long


def fewer(monkeypatch: pytest.MonkeyPatch, frames: tuple[int, ...], mandates: tuple[int, ...], floors: tuple[str, ...]) -> None:
    monkeypatch.setattr(searched, "FRAMES", frames)
    monkeypatch.setattr(searched, "MANDATES", mandates)
    monkeypatch.setattr(searched, "FLOORS", tuple(Decimal(f) for f in floors))


def test_the_model_s_own_budget_gives_the_recommended_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = small()
    run = asked.run
    assert run.objective is not None
    assert run.totals is not None
    assert run.plan_only is not None
    fewer(monkeypatch, (100,), (100,), ())
    (point,) = grid(base_of(asked.portfolio, asked.planning, run.decisions), lambda: Clock(30)).points
    assert point.both is not None
    assert point.inside is not None
    for shown, totals in ((point.both, run.totals), (point.inside, run.plan_only.totals)):
        assert (shown.chosen, shown.outlay_plan, shown.outlay_gap) == (totals.chosen, totals.outlay_plan, totals.outlay_gap)
        assert (shown.tonnes, shown.emissions, shown.debt) == (totals.tonnes, totals.emissions_target_year, totals.highest_net_debt)
    assert (point.both.come, point.both.gone) == ((), ())


@LONG
def test_what_follows_from_a_higher_mandate_is_what_solving_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    fewer(monkeypatch, (70,), (110, 100, 60), ("1",))
    compared = followed = 0
    for seed in range(80):
        portfolio, planning = question(seed)
        if planning.debt is None or planning.objective.name is not ObjectiveName.TONNES_PER_KRONA:
            continue
        run = optimise(portfolio, planning, Request(20.0))
        if run.totals is None:
            continue
        found = grid(base_of(portfolio, planning, run.decisions), lambda: Clock(30))
        assert found.complete
        for point in found.points:
            for kind, shown in (("both", point.both), ("inside", point.inside)):
                if kind == "inside" and planning.plan_frame is None:
                    continue
                d = build_instance(portfolio, searched._other(planning, point.frame, point.mandate, Decimal(point.floor or 0)))
                alone, _ = searched._solve(d, searched.LAYERS[kind], Clock(30))
                assert (alone.picks is None) == (shown is None), (seed, point)
                if alone.picks is not None and shown is not None:
                    own = searched._plan(d, alone, {})
                    assert own is not None
                    assert (own.tonnes, own.outlay_plan, own.outlay_gap, own.come) == (
                        shown.tonnes,
                        shown.outlay_plan,
                        shown.outlay_gap,
                        tuple(sorted(alone.picks)),
                    )
                compared += 1
        followed += compared - found.solves
        if compared > 40:
            break
    assert compared > 40
    assert followed > 0


# --- on the page -----------------------------------------------------------------------------------------------------


def made() -> Grid:
    """Two frames, two mandates and two floors; one combination has no plan."""
    points = []
    for f, frame in enumerate((90, 100)):
        for m, mandate in enumerate((90, 100)):
            for s, floor in enumerate(("0.9", "0.95")):
                n = 4 * f + 2 * m + s
                plan = GridPlan(
                    chosen=n + 1,
                    outlay_plan=1_000_000 * n + 1,
                    outlay_gap=n,
                    tonnes=Decimal(10_000 + n),
                    emissions=Decimal(500 - n),
                    debt=9_000_000 + n,
                    come=("A-1",) if n else (),
                    gone=(),
                )
                none = n == 3
                points.append(
                    GridPoint(
                        frame=frame,
                        mandate=mandate,
                        floor=Decimal(floor),
                        frame_kr=frame * 1_000_000,
                        mandate_kr=mandate * 2_000_000,
                        status="infeasible" if none else "proven",
                        both=None if none else plan,
                        inside=None if none else plan,
                    )
                )
    return Grid(points=tuple(points), complete=True, solves=9)


def shown(lang: Lang = "sv") -> tuple[bytes, Node]:
    document = html.render(small().run, Text(lang), made())
    return document, read(document)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_plan_stands_in_the_table_that_is_there_without_a_script(lang: Lang) -> None:
    document, root = shown(lang)
    part = section(root, "budgets")
    (table,) = part.every("table")
    rows = values(table)
    assert len(rows) == 8
    for row, point in zip(rows, made().points, strict=True):
        assert row[:3] == [point.frame_kr, point.mandate_kr, point.floor]
        if point.both is not None:
            both = point.both
            figures = [both.chosen, both.outlay_plan + both.outlay_gap, both.outlay_gap, both.tonnes, both.emissions, both.debt]
            assert row[3:12] == [*figures, both.chosen, both.outlay_plan, both.tonnes]
    assert {row.attributes["data-at"] for row in table.every("tr") if "data-at" in row.attributes} == {
        f"{f}-{m}-{s}" for f in "01" for m in "01" for s in "01"
    }
    panel = next(n for n in part.every("div") if n.attributes.get("id") == "slider")
    assert "hidden" in panel.attributes, "only the script shows it"
    inputs = {n.attributes["id"]: n for n in part.every("input")}
    assert {n.attributes["for"] for n in part.every("label")} == set(inputs)
    assert [n.attributes["value"] for n in inputs.values()] == ["1", "1", "1"], "at the model's own values"
    assert document == html.render(small().run, Text(lang), made())


def test_the_policy_knows_the_one_script_by_its_digest() -> None:
    document, root = shown()
    (script,) = root.every("script")
    policy = next(n.attributes["content"] for n in root.every("meta") if "http-equiv" in n.attributes)
    digest = b64encode(sha256(script.text.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert not re.search(rb"https?://(?!www\.w3\.org)[^\s\"<]*\"", document.split(b"<script>")[1].split(b"</script>")[0])
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|document\.write", script.text)
    assert b"<script" not in html.render(small().run, Text("sv")), "without a grid there is no script"


def test_text_of_the_workbooks_stays_text() -> None:
    points = [p.model_copy(update={"both": p.both.model_copy(update={"come": ("<b>x",)}) if p.both else None}) for p in made().points]
    document = html.render(small().run, Text("sv"), Grid(points=tuple(points), complete=False, solves=1))
    assert b"<b>" not in document
    assert b"&lt;b&gt;x" in document


MOVED = """<!DOCTYPE html><iframe style="width: 1200px; height: 2000px; border: 0" srcdoc="{document}"></iframe><pre id=said></pre>
<script>
onload = () => {{
  const page = document.querySelector("iframe").contentDocument;
  const inputs = [...page.querySelectorAll("#slider input")];
  const seen = [];
  for (const at of [[1, 1, 1], [0, 1, 0], [0, 0, 1], [0, 1, 1]]) {{
    inputs.forEach((input, n) => {{ input.value = at[n]; input.dispatchEvent(new Event("input", {{bubbles: true}})); }});
    const row = page.querySelector(`tr[data-at="${{at.join("-")}}"]`);
    seen.push({{
      same: [...page.querySelectorAll("[data-column]")].every(n => n.textContent === row.cells[n.dataset.column].textContent),
      words: inputs.map(i => i.getAttribute("aria-valuetext")),
      said: page.getElementById("slider-none").hidden ? "" : page.getElementById("slider-none").textContent,
      chosen: page.querySelectorAll("tr.chosen").length,
      cell: row.cells[4].textContent,
    }});
  }}
  inputs[0].focus();
  document.getElementById("said").textContent = JSON.stringify({{
    hidden: page.getElementById("slider").hidden, seen, focus: page.activeElement.id, tabs: inputs.map(i => i.tabIndex)
  }});
}};
</script>"""


@LONG
def test_the_sliders_show_the_row_that_they_point_at(chromium: str, tmp_path: Path) -> None:
    document, _ = shown()
    page = tmp_path / "moved.html"
    page.write_text(MOVED.format(document=escaping.escape(document.decode("utf-8"))), "utf-8")
    found = said(chromium, page)
    assert not found["hidden"], "the policy lets the script run"
    assert (found["focus"], found["tabs"]) == ("slider-frame", [0, 0, 0])
    assert all(seen["same"] and seen["chosen"] == 1 for seen in found["seen"])
    assert [bool(seen["said"]) for seen in found["seen"]] == [False, False, False, True]
    assert len({seen["cell"] for seen in found["seen"]}) == 4
    assert found["seen"][1]["words"] == ["90,0 mnkr (90 %)", "200,0 mnkr (100 %)", "90\N{NO-BREAK SPACE}%"]


@LONG
def test_without_scripts_the_panel_is_hidden(chromium: str, tmp_path: Path) -> None:
    document, _ = shown()
    page = tmp_path / "still.html"
    # a policy that allows no script at all is what a reader without scripts has
    page.write_bytes(re.sub(rb"; script-src [^\"]*", b"", document))
    dom = browser(chromium, page, "--dump-dom")
    assert re.search(r'<div id="slider" hidden', dom)
    assert "<details>" in dom


@LONG
@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_no_violation_with_sliders_and_trials(lang: Lang, chromium: str, axe: str, tmp_path: Path) -> None:
    document = html.render(small().run, Text(lang), made(), Tried(None, stress_of(small().run)))
    # open, so that the table is judged too
    found = said(chromium, checked(document.replace(b"<details>", b"<details open>"), axe, RULES, tmp_path))
    assert found["violations"] == []


# --- what the plan has been tried against ----------------------------------------------------------------------------


def stress_of(run: Run) -> Stress:
    """A stress test that the plan does not stand."""
    assert run.totals is not None
    as_it_is = Worth(tonnes=run.totals.tonnes, kronor=run.totals.kronor, emissions=None, debt=None)
    worse = Worth(tonnes=run.totals.tonnes / 2, kronor=run.totals.kronor, emissions=None, debt=None)
    rest = {"falls": (), "status": "proven_best", "adapted": None, "come": (), "gone": (), "moved": ()}
    lines = (
        StressLine(name="", title=run.title, held=as_it_is, broken=(), **rest),
        StressLine(name="hog", title="Hög ränta", held=worse, broken=("debt_mandate",), **rest),
    )
    words = {"objective": "tonnes_per_krona", "krona": "gross", "quantity": "cumulative", "until": 2045, "target_year": run.target_year}
    return Stress(title=run.title, **words, target=None, lines=lines, complete=True)


def test_what_a_stress_test_says_of_this_plan_stands_in_the_report(tmp_path: Path) -> None:
    run, file = small().run, tmp_path / "stress.json"
    file.write_text(stress_report.to_json(stress_of(run)), "utf-8")
    tried = tried_against([file], run)
    part = section(read(html.render(run, Text("sv"), tried=tried)), "uncertainty")
    rows = values(part.every("table")[-1])
    assert rows[1][:3] == ["Hög ränta", stress_of(run).lines[1].held.tonnes, stress_of(run).lines[1].held.kronor]
    assert Text("sv")("constraint.debt_mandate.name") in str(rows[1][-1])
    assert "visar inte hur planen klarar osäkerheten" not in part.text
    assert "visar inte hur planen klarar osäkerheten" in section(read(html.render(run, Text("sv"))), "uncertainty").text


@pytest.mark.parametrize("spoiled", ["title", "plan", "json"])
def test_a_file_about_another_plan_is_refused(spoiled: str, tmp_path: Path) -> None:
    run, file = small().run, tmp_path / "stress.json"
    raw = json.loads(stress_report.to_json(stress_of(run)))
    if spoiled == "title":
        raw["title"] = "En annan stad"
    elif spoiled == "plan":
        raw["lines"][0]["held"]["kronor"] += 1
    file.write_text("[]" if spoiled == "json" else json.dumps(raw), "utf-8")
    with pytest.raises(InputError) as refused:
        tried_against([file], run)
    assert [f.code for f in refused.value.findings] == ["tried_unreadable" if spoiled == "json" else "tried_other_plan"]
