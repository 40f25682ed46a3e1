"""The sheet Om: what the decision workbook is, which cells may be changed and what follows, and what stands on each sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from portfolio.excel.decision_workbook import Block, Column, Sheet
from portfolio.outcome import Run
from portfolio.reports.figures import moment
from portfolio.reports.findings import clean
from portfolio.text import Text

FOLLOWS: Final = frozenset(
    ("summary", "decisions", "year_plan", "debt", "charges", "emissions", "control", "options", "charge_options", "tonnes_options")
)
"""Sheets with formulas over the decisions."""

SHEETS: Final = (
    *("summary", "about", "decisions", "year_plan", "gap", "debt", "charges", "funding", "bonds", "emissions", "costs", "assumptions"),
    *("control", "audit", "findings", "options", "charge_options", "tonnes_options"),
)
"""Every sheet there can be, by its name in the catalogue."""

RULES: Final = ("what", "change", "flip", "follows", "stays", "check", "marks", "units", "rounded", "names", "paper", "curve")


def about(run: Run, sheets: Sequence[Sheet], without: str, text: Text) -> Sheet:
    """The sheet; `without` says why no formula follows the decisions, and is empty where they do."""
    rules = [name for name in RULES if not without or name in ("what", "check", "units", "rounded", "curve")]
    rows = [(text(f"workbook.about.{name}"), text(f"workbook.about.{name}_what")) for name in rules]
    if without:
        rows.append((text("workbook.about.without"), without))
    made = text("workbook.summary.created", created=moment(run.created), version=run.software.portfolio, highs=run.software.highs)
    rows.append((text("workbook.about.made"), made))
    rows.append((text("workbook.about.proof"), text(f"money.status.{run.status.value}")))
    rows += [(text("workbook.about.input"), clean(i.file)) for i in run.inputs]
    names = {called(name, text): name for name in SHEETS}
    listed = [names[s.name] for s in sheets]
    listed.insert(1, "about")
    contents = tuple(
        (
            called(name, text),
            text(f"workbook.contents.{name}"),
            text(f"workbook.about.{'live' if name in FOLLOWS and not without else 'plain'}"),
        )
        for name in listed
    )
    columns = (Column(text("workbook.about.topic"), "wrapped", 24), Column(text("workbook.about.text"), "wrapped", 90))
    return Sheet(
        called("about", text),
        text("workbook.about.title", title=clean(run.title)),
        (),
        (
            Block("Om", "", columns, tuple(rows), filtered=False),
            Block("Blad", text("workbook.about.sheets"), (*columns, Column(text("workbook.about.follows_column"), "text", 26)), contents),
        ),
    )


def called(name: str, text: Text) -> str:
    """What a sheet is called."""
    return text(f"workbook.{name}.sheet")
