"""Writes the documentation that follows from the code: docs/findings.md, docs/frames.md, docs/run.schema.json, the README's picture.

    python docs/generate.py

`tests/test_docs.py` fails when one of them is out of date.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from portfolio import frames
from portfolio.reports.run_json import schema
from portfolio.text import LANGUAGES, Lang, Text, catalogue

TOP = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- terminal-summary:begin -->", "<!-- terminal-summary:end -->"
SHOWN = ("ladder", "years", "plans")
"""Sections of the terminal summary that the README shows, besides its head."""

GROUPS = (
    ("findings_excel", "Budget workbooks", "What reading `inputs/*.xlsx` can find. The place is `Sheet!Cell`."),
    (
        "findings_actions",
        "Action lists",
        "What `portfolio import` can find in a mapping file and in an export; the place is the row.",
    ),
    ("findings_many", "Regions and other machines", "What a region file and `--cluster` can find."),
    ("findings_robust", "Uncertainty", "What the table `uncertainty` of a model and `portfolio robust` can find."),
    (
        "findings_planning",
        "Planning models",
        "What reading `models/*.toml`, its scenarios and frameworks can find, alone and against the workbooks.",
    ),
)
"""Catalogue file, heading, and a sentence about it."""


def codes(group: str) -> list[str]:
    """Codes of the findings whose sentences stand in one catalogue file, in its order."""
    file = TOP / "portfolio" / "text" / "en" / f"{group}.toml"
    return [name for name in tomllib.loads(file.read_text("utf-8"))["finding"] if not name.endswith("_remedy")]


def sentences(code: str, lang: Lang) -> str:
    """What is wrong, and what to do, as one cell of a table."""
    messages = catalogue(lang)
    return (
        f"{messages[f'finding.{code}']} *{messages[f'finding.{code}_remedy']}*".replace("|", "\\|")
        .replace("\n", " ")
        .replace("{{", "{")
        .replace("}}", "}")
    )


def findings_page() -> str:
    """docs/findings.md: every finding with its sentences."""
    lines = [
        "# Findings",
        "",
        "Generated from the catalogue by `docs/generate.py`. A finding names the file, the place, the value as it stands, what is wrong",
        "and *what to do*. All findings of a run are shown at once. An error stops the run with [exit code 2](exit-codes.md);",
        "a warning or a note does not. Names in braces are filled in when the finding is shown.",
    ]
    for group, heading, about in GROUPS:
        lines += ["", f"## {heading}", "", about, "", "| Code | English | Svenska |", "| --- | --- | --- |"]
        lines += [f"| `{code}` | {sentences(code, 'en')} | {sentences(code, 'sv')} |" for code in codes(group)]
    return "\n".join(lines) + "\n"


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
        "from portfolio.analysis.sides import load_run",
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


def terminal(lang: Lang = "sv") -> str:
    """What `portfolio optimise` prints on the sample, at 80 columns."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "portfolio", "optimise", "--lang", lang, "--out", folder]
        shown = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE, check=True, encoding="utf-8", env=_plain_environment()).stdout
    return "\n".join(line.rstrip() for line in shown.splitlines())


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
        TOP / "docs" / "findings.md": findings_page(),
        TOP / "docs" / "frames.md": frames_page(),
        TOP / "docs" / "run.schema.json": schema_page(),
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
