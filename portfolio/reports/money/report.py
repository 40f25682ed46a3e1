"""`portfolio report`: one part of the money at a time, in the terminal or as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.console import Console

from portfolio.outcome import Run
from portfolio.reports.findings import clean
from portfolio.reports.money.bonds import bond_section
from portfolio.reports.money.debt import charge_section, debt_section
from portfolio.reports.money.funding import funding_section
from portfolio.reports.money.gap import gap_section
from portfolio.reports.money.section import Section, show
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.text import Text

SECTIONS: Final[dict[str, dict[str, Callable[[Run, Text], Section]]]] = {
    "debt": {"debt": debt_section, "charges": charge_section},
    "funding": {"funding": funding_section},
    "bonds": {"bonds": bond_section},
    "gap": {"gap": gap_section},
}
"""The reports by name, and the parts of `run.json` that each shows."""


def render(run: Run, name: str, text: Text, console: Console) -> None:
    """A report of a run that has a plan."""
    page = Page(text, console)
    scenario = "".join(f" · {clean(s)}" for s in run.scenarios)
    page.line(text("terminal.title", title=clean(run.title), scenario=scenario), "bold")
    page.line(text(f"money.status.{run.status.value}"))
    for section in SECTIONS[name].values():
        show(section(run, text), page)
    page.line("")
    page.line(text("terminal.rounded"))


def to_json(run: Run, name: str) -> str:
    """The same parts as they stand in `run.json`, with the status of the run."""
    parts = run.model_dump(mode="json", include={"status", "title", "scenarios", *SECTIONS[name]})
    return dump(parts)
