"""Writes the documentation that follows from the code: docs/findings.md, docs/frames.md, docs/formula-book.md,
docs/run.schema.json, the README's picture and the charts in docs/sv/bilder.

    python docs/generate.py

`tests/test_docs.py` fails when one of them is out of date.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from portfolio import frames
from portfolio.formulation import ALL, TABLES
from portfolio.reports import formulas
from portfolio.reports.run_json import schema
from portfolio.text import LANGUAGES, Lang, Text

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "tests"), str(TOP / "tests" / "constraints")]

import examples  # noqa: E402 (the tests are no package that could be imported without the line above)
from example import brought, heard  # noqa: E402 (same)
from example_told import LIST, MAPPING, entry  # noqa: E402 (same)

BEGIN, END = "<!-- terminal-summary:begin -->", "<!-- terminal-summary:end -->"
PICTURES = {
    "Från identifierat behov till rekommenderad plan": "gaptrappan.svg",
    "Utgifter mot planens ram": "utgifter.svg",
    "Nettolåneskuld mot mandat": "skuld.svg",
    "Utsläpp med rekommenderad plan": "utslapp.svg",
}
"""Charts of `rapport.html` that docs/sv shows, by title."""
SHOWN = ("ladder", "years", "plans")
"""Sections of the terminal summary that the README shows, besides its head."""

GROUPS = (
    ("findings_excel", "Budget workbooks", "What reading `inputs/*.xlsx` can find. The place is `Sheet!Cell`."),
    (
        "findings_actions",
        "Action lists",
        "What `portfolio import` can find in a mapping file and in an export. The place is the key of the mapping file; in an export it is "
        "the row and the heading (CSV), or the path (JSON).",
    ),
    ("findings_many", "Regions and other machines", "What a region file and `--cluster` can find."),
    (
        "findings_returned",
        "Workbooks that are given back",
        "Why `portfolio optimise` could not put the decisions into an officer's workbook.",
    ),
    ("findings_robust", "Uncertainty", "What the table `uncertainty` of a model and `portfolio robust` can find."),
    (
        "findings_planning",
        "Planning models",
        "What reading `models/*.toml`, its scenarios and frameworks can find, alone and against the workbooks.",
    ),
)
"""Catalogue file, heading, and a sentence about it."""


def findings_page(entries: Mapping[str, str]) -> str:
    """docs/findings.md: every finding with its example.

    Args:
        entries: by code, as `examples` tries and tells it.
    """
    lines = [
        "# Findings",
        "",
        "Written by `docs/generate.py` from the examples of `tests/example_*.py`, which the tests run. A finding names the file, the",
        "place, the value as it stands, what is wrong and what to do. All findings of a run are shown at once. An error stops the run",
        "with [exit code 2](exit-codes.md); a warning or a note does not.",
        "",
        "An example says how a sound round must be changed to bring the finding, and what the terminal then shows, in Swedish (the",
        "language of the workbook) and in English. The round is the one that `portfolio init` writes: the workbook `bok.xlsx` with the",
        "investments EX-1 to EX-4 in the rows 5–8 of the sheet Investeringar, and the model `models/exempel-2025.toml`.",
    ]
    for group, heading, about in GROUPS:
        lines += ["", f"## {heading}", "", about, ""]
        if group == "findings_actions":
            lines += ["The mapping file and the list without any fault are:", "", "```toml", *MAPPING.splitlines(), "```", ""]
            lines += ["```csv", *LIST.splitlines(), "```", ""]
        lines += [entries[code].rstrip("\n") + "\n" for code in examples.groups()[group]]
        lines[-1] = lines[-1].rstrip("\n")
    return "\n".join(lines) + "\n"


def entries_of(page: str) -> dict[str, str]:
    """The entries of docs/findings.md by code."""
    parts = re.split(r"^### `(\w+)`\n", page, flags=re.MULTILINE)
    return {code: f"### `{code}`\n{text.split(SECTION)[0].rstrip()}\n" for code, text in zip(parts[1::2], parts[2::2], strict=True)}


SECTION = "\n## "


def tried() -> dict[str, str]:
    """What every example brings, by code; a minute's work."""
    entries = {}
    for code, example in examples.EXAMPLES.items():
        with tempfile.TemporaryDirectory() as folder:
            made, found = heard(example, Path(folder))
            entries[code] = entry(example, made, brought(example, made, found))
    return entries


def frames_page() -> str:
    """docs/frames.md: every table of `portfolio.frames` with its columns and their units."""
    lines = [
        "# Tables in Python",
        "",
        "Written from `portfolio/frames.py` by `docs/generate.py`. `portfolio.frames` gives a finished run as pandas tables,",
        "for analyses of one's own.",
        "",
        "```python",
        "from pathlib import Path",
        "from portfolio.analysis.finished import load_run",
        "from portfolio.frames import decisions, outlays",
        "",
        'run = load_run(Path("outputs/2025-01-31-01/run.json"))',
        'print(decisions(run).groupby("owner")["outlay"].sum())',
        "print(outlays(run).sum())",
        "```",
        "",
        "Kronor and years are whole numbers, tonnes exact decimals (`Decimal`); what is missing is `<NA>` or `None`. Names are",
        "those of [`run.json`](run.schema.json).",
    ]
    for name, columns in frames.UNITS.items():
        about = (getattr(frames, name).__doc__ or "").strip()
        lines += ["", f"## {name}", "", about, "", "| Column | Unit |", "| --- | --- |", *(f"| `{c}` | {u} |" for c, u in columns.items())]
    return "\n".join(lines) + "\n"


def schema_page() -> str:
    """docs/run.schema.json: the JSON schema of run.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


@cache
def sample(lang: Lang = "sv") -> tuple[str, str]:
    """What `portfolio optimise` prints on the sample, at 80 columns, and the report that it writes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "portfolio", "optimise", "--lang", lang, "--out", folder]
        shown = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE, check=True, encoding="utf-8", env=_plain_environment()).stdout
        report = (Path(folder) / "rapport.html").read_text("utf-8")
    return "\n".join(line.rstrip() for line in shown.splitlines()), report


def terminal(lang: Lang = "sv") -> str:
    """What `portfolio optimise` prints on the sample."""
    return sample(lang)[0]


def pictures(report: str) -> dict[str, str]:
    """The charts of a report that the guides show, by file name: each a picture of its own, with the light colours of the style sheet."""
    style = (TOP / "portfolio" / "reports" / "html" / "style.css").read_text("utf-8")
    colours = dict(re.findall(r"(--\w+): (#\w+);", style.split("}", 1)[0]))
    rules = re.findall(r"^(?:svg|\.)[^{}\n]*\{[^{}\n]*\}", style, re.MULTILINE)
    drawn = [rule for rule in rules if re.search(r"fill|stroke|text-anchor", rule) or rule.startswith("svg ")]
    css = re.sub(r"var\((--\w+)\)", lambda name: colours[name[1]], "\n".join(rule for rule in drawn if not rule.startswith("svg {")))
    found = {}
    for drawing in re.findall(r"<svg.*?</svg>", report, re.DOTALL):
        title = re.search(r"<title[^>]*>(.*?)</title>", drawing)
        name = PICTURES.get(title[1]) if title else None
        if name is not None:
            head = '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" '
            found[name] = drawing.replace("<svg ", head, 1).replace(">", f"><style>{css}</style>", 1) + "\n"
    return found


def formula_book() -> str:
    """docs/formula-book.md: objective and every constraint of the mathematics, from the docstrings of the functions that build them."""
    text = Text("en")
    lines = [
        "# Formula book",
        "",
        "Written from the docstrings of `portfolio/formulation/` by `docs/generate.py`: the first paragraph of a docstring is the",
        "formula that its body builds. Notation is that of [method](method.md); money in tkr, emissions in t. `portfolio formulas",
        "MODEL` shows what one model makes active, with its figures and sources.",
        "",
        "## Objective",
        "",
        "Most tonnes, then by turns:",
    ]
    for stage in formulas.STAGES:
        lines += ["", f"### {stage.__name__}", "", "```", *formulas.formula_of(stage), "```"]
    lines += ["", "## Constraints"]
    for function in ALL:
        name = function.__name__
        active = f"Active with the table `{TABLES[name]}` of the model." if name in TABLES else "Always active."
        lines += ["", f"### {name}: {text(f'constraint.{name}.name')}", "", text(f"constraint.{name}.meaning"), active]
        lines += ["", "```", *formulas.formula_of(function), "```"]
    return "\n".join(lines) + "\n"


def _plain_environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}


def picture(shown: str, lang: Lang = "sv") -> str:
    """The head of the terminal summary and the sections that `SHOWN` names; `[…]` stands for what is left out."""
    wanted = {Text(lang)(f"terminal.{name}.heading") for name in SHOWN}
    kept: list[str] = []
    for number, section in enumerate(shown.split("\n\n")):
        if number == 0 or section.split("\n", 1)[0] in wanted:
            kept.append(section)
        elif kept[-1] != "[…]":
            kept.append("[…]")
    return "\n\n".join(kept)


def with_picture(readme: str, shown: str) -> str:
    """The README with the picture between its marks."""
    before, rest = readme.split(BEGIN, 1)
    return f"{before}{BEGIN}\n```text\n{picture(shown)}\n```\n{END}{rest.split(END, 1)[1]}"


def main() -> int:
    """Write what has changed."""
    readme = TOP / "README.md"
    pages = {
        TOP / "docs" / "findings.md": findings_page(tried()),
        TOP / "docs" / "frames.md": frames_page(),
        TOP / "docs" / "run.schema.json": schema_page(),
        TOP / "docs" / "formula-book.md": formula_book(),
        **{TOP / "docs" / "sv" / "bilder" / name: drawing for name, drawing in pictures(sample()[1]).items()},
        readme: with_picture(readme.read_text("utf-8"), terminal()),
    }
    for path, content in pages.items():
        if path.read_text("utf-8") != content if path.exists() else True:
            path.write_text(content, "utf-8")
            print(path.relative_to(TOP).as_posix())
    return 0


if __name__ == "__main__":
    assert set(LANGUAGES) == {"sv", "en"}
    sys.exit(main())
