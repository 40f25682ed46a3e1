"""rapport.html in a real browser: axe-core finds nothing, a narrow window needs no sideways scrolling, and paper takes few sheets."""

from __future__ import annotations

import html as escaping
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from money_question import small
from portfolio.outcome import Run
from portfolio.reports import html
from portfolio.text import LANGUAGES, Lang, Text
from sample_run import sample_run

pytestmark = pytest.mark.long
MOST_PAGES = 8
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
DARK = "--blink-settings=preferredColorScheme=0"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
ASKED = """
axe.run(document, {runOnly: RULES}).then(found => {
  const said = {
    passes: found.passes.length,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    violations: found.violations.map(v => v.id + ": " + v.nodes.map(n => n.html + " " + n.failureSummary).join(" | ")),
    unsure: found.incomplete.flatMap(v => v.nodes.map(n => v.id + ": " + n.html)),
  };
  document.body.innerHTML = "<pre id=said></pre>";
  document.getElementById("said").textContent = JSON.stringify(said);
});
"""
FRAME = """<!DOCTYPE html><iframe style="width: {wide}px; height: 800px; border: 0" srcdoc="{document}"></iframe><pre id=said></pre>
<script>
onload = () => {{
  const shown = document.querySelector("iframe").contentDocument;
  const body = shown.documentElement;
  const wide = [...shown.querySelectorAll("p, li, dd, dt, h1, h2, h3")].filter(n => n.getBoundingClientRect().right > body.clientWidth + 1);
  document.getElementById("said").textContent = JSON.stringify({{
    client: body.clientWidth, scroll: body.scrollWidth, outside: wide.map(n => n.textContent)
  }});
}};
</script>"""

SHEET = 695
"""Pixels between the margins of a sheet of A4: 184 mm."""
PRINTED = """<!DOCTYPE html><iframe style="width: {wide}px; height: 2000px; border: 0" srcdoc="{document}"></iframe><pre id=said></pre>
<script>
onload = () => {{
  const shown = document.querySelector("iframe").contentDocument;
  const words = [], broken = [];
  for (const cell of shown.querySelectorAll("th, td, dt, dd, p, li, h1, h2, h3, caption")) {{
    const nodes = shown.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {{
      for (const word of node.data.matchAll(/\\p{{L}}[\\p{{L}}\\d]*/gu)) {{
        const around = node.data.slice(0, word.index).match(/\\S*$/)[0] + node.data.slice(word.index).match(/^\\S*/)[0];
        if (/[\\/.:]\\S|\\d{{5}}|\\u00ad/.test(around)) continue; // a soft hyphen is where a word may be broken
        words.push(word[0]);
        const range = shown.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) broken.push(word[0]);
      }}
    }}
  }}
  const charts = [...shown.querySelectorAll("figure svg[role=img]")];
  document.getElementById("said").textContent = JSON.stringify({{
    words: words.length, broken, charts: charts.map(chart => chart.getBoundingClientRect().width / shown.querySelector("main").clientWidth)
  }});
}};
</script>"""


def run_of(name: str) -> Run:
    return sample_run() if name == "sample" else small().run


def browser(chromium: str, page: Path, *options: str) -> str:
    """What a headless browser prints; it has a profile of its own and no network to reach."""
    # in a window that every table has room in: axe does not judge what has been scrolled away
    common = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=1280,2000",
        f"--user-data-dir={page.parent / 'profile'}",
        "--proxy-server=127.0.0.1:9",
    )
    done = subprocess.run([chromium, *common, *options, page.as_uri()], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout.decode("utf-8")


def said(chromium: str, page: Path, *options: str) -> Any:
    """What the page's own script found out."""
    dom = browser(chromium, page, "--virtual-time-budget=60000", "--dump-dom", *options)
    found = re.search(r'<pre id="said">(.*?)</pre>', dom, re.DOTALL)
    assert found is not None, dom[-2000:]
    return json.loads(escaping.unescape(found[1]))


def checked(document: bytes, script: str, rules: list[str], place: Path) -> Path:
    """The report with axe-core in it, which the report's own policy forbids."""
    opened, taken = POLICY.subn("", document.decode("utf-8"))
    assert taken == 1
    asked = ASKED.replace("RULES", json.dumps(rules))
    page = place / "rapport.html"
    page.write_text(opened.replace("</body>", f"<script>{script}</script><script>{asked}</script></body>"), "utf-8")
    return page


@pytest.mark.parametrize(("name", "lang"), [("sample", "sv"), ("small", "en")])
def test_axe_finds_no_violation(name: str, lang: Lang, chromium: str, axe: str, tmp_path: Path) -> None:
    found = said(chromium, checked(html.render(run_of(name), Text(lang)), axe, RULES, tmp_path))
    assert found["violations"] == []
    assert found["passes"] > 25
    assert not found["dark"]


def test_axe_finds_no_lack_of_contrast_in_the_dark(chromium: str, axe: str, tmp_path: Path) -> None:
    found = said(chromium, checked(html.render(small().run, Text("sv")), axe, ["color-contrast"], tmp_path), DARK)
    assert (found["passes"], found["dark"], found["violations"]) == (1, True, [])
    # axe does not judge text in drawings; its colours are held to the same contrast by test_html_report
    assert not [node for node in found["unsure"] if not node.startswith("color-contrast: <text ")]


def test_axe_would_find_one(chromium: str, axe: str, tmp_path: Path) -> None:
    """The check can fail: soft text in a light grey, a page without a language."""
    document = html.render(small().run, Text("sv")).replace(b"--soft: #4d5c64", b"--soft: #c3ccd0").replace(b' lang="sv"', b"")
    found = said(chromium, checked(document, axe, ["color-contrast", "html-has-lang"], tmp_path))
    assert sorted(v.split(":")[0] for v in found["violations"]) == ["color-contrast", "html-has-lang"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_window_of_320_pixels_needs_no_sideways_scrolling(lang: Lang, chromium: str, tmp_path: Path) -> None:
    """Reflow (WCAG 1.4.10): only tables and charts are wider, and each scrolls by itself."""
    document = escaping.escape(html.render(sample_run(), Text(lang)).decode("utf-8"))
    page = tmp_path / "narrow.html"
    page.write_text(FRAME.format(wide=320, document=document), "utf-8")
    found = said(chromium, page)
    assert found["client"] in range(300, 321)
    assert found["scroll"] <= found["client"]
    assert found["outside"] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_on_paper_no_word_is_broken_and_charts_are_as_wide_as_the_text(lang: Lang, chromium: str, tmp_path: Path) -> None:
    """As wide as the text of a sheet, with the rules for paper; addresses, file names and digests are no words."""
    paper, taken = re.subn("@media print ", "@media all ", html.render(sample_run(), Text(lang)).decode("utf-8"))
    assert taken == 1
    page = tmp_path / "paper.html"
    page.write_text(PRINTED.format(wide=SHEET, document=escaping.escape(paper)), "utf-8")
    found = said(chromium, page)
    assert found["words"] > 1000
    assert found["broken"] == []
    assert len(found["charts"]) >= 6
    assert min(found["charts"]) > 0.97


@pytest.mark.parametrize("lang", LANGUAGES)
def test_on_paper_it_takes_few_sheets(lang: Lang, chromium: str, tmp_path: Path) -> None:
    page, paper = tmp_path / "rapport.html", tmp_path / "rapport.pdf"
    page.write_bytes(html.render(sample_run(), Text(lang)))
    browser(chromium, page, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    counts = [int(n) for n in re.findall(rb"/Type /Pages\s*/Count (\d+)|/Count (\d+)", paper.read_bytes()) for n in n if n]
    assert max(counts) <= MOST_PAGES
    boxes = {tuple(round(float(x)) for x in box.split()) for box in re.findall(rb"/MediaBox \[([^\]]+)\]", paper.read_bytes())}
    assert boxes == {(0, 0, 595, 842)}, "A4"
