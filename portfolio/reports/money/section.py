"""A section of the money reports: sentences and tables, written once and shown in the terminal and in the workbook.

Kronor stay whole kronor in the rows; only the showing rounds. Headings: `money.column.<name>` in the workbook, `money.short.<name>` in
the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Block, Column, Value
from portfolio.outcome import Run
from portfolio.reports.answer import Said
from portfolio.reports.figures import in_unit, kronor, number, rate, share, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.page import STYLES, Page
from portfolio.text import Text

NEVER: Final = 99
"""Rank of a column that the terminal leaves out."""


@dataclass(frozen=True)
class Col:
    """A column.

    Attributes:
        name: of its headings in the catalogue; `heading` instead, when it is a name from the model or a year.
        kind: see FORMATS of the decision workbook. width: in the workbook, in characters.
        rank: 0 always shown in the terminal; of the others the highest is left out first where the console is narrow.
    """

    name: str
    kind: str = "mnkr"
    width: int = 13
    summed: bool = False
    rank: int = 0
    heading: str = ""


@dataclass(frozen=True)
class Part:
    """A table.

    Attributes:
        name: of the table in the workbook. title: what stands above it; empty for none.
        names: column that gives way in a narrow terminal.
        terminal: shown there at all; so many rows and columns are only for the workbook.
        notes: sentences about its rows: below it in the terminal, above the tables in the workbook.
    """

    name: str
    title: str
    columns: tuple[Col, ...]
    rows: tuple[tuple[Value, ...], ...]
    charts: tuple[Chart, ...] = ()
    names: int | None = None
    terminal: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Sentences first, then tables; a model without the table that it needs has only one sentence.

    Attributes:
        heading: in the terminal; `money.<name>.heading` of the catalogue when empty.
    """

    name: str
    lines: tuple[Said, ...]
    parts: tuple[Part, ...] = ()
    heading: str = ""


class Names:
    """What the investments are called."""

    def __init__(self, run: Run) -> None:
        self._names = {d.id: clean(d.name) for d in run.decisions}

    def row(self, i: str) -> tuple[str, str]:
        """Name and id of an investment, the first two cells of its row."""
        return self._names[i], clean(i)

    def said(self, ids: Iterable[str]) -> str:
        """Ids in a sentence; a dash for none."""
        return ", ".join(clean(i) for i in ids) or "–"


NAME_AND_ID: Final = (Col("name", "wrapped", 40), Col("id", "text", 10))
"""The first two columns of every table of investments: tables below each other share the widths of a sheet."""


def missing(name: str, text: Text) -> Section:
    """The section of a model that has no table for it."""
    return Section(name, (Said(text(f"money.{name}.none")),))


def block(part: Part, text: Text) -> Block:
    """The table as the workbook draws it."""
    columns = (Column(c.heading or text(f"money.column.{c.name}"), c.kind, c.width, c.summed) for c in part.columns)
    return Block(part.name, part.title, tuple(columns), part.rows, part.charts if part.rows else ())


def shown(value: Value, kind: str, text: Text) -> str:
    """A value as the terminal shows it."""
    lang = text.lang
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    match kind:
        case "mnkr":
            return in_unit(int(value), text)
        case "kr":
            return kronor(int(value), lang)
        case "t":
            return tonnes(value, lang)
        case "percent":
            return share(Decimal(value), lang)
        case "rate":
            return rate(Decimal(value), lang)
        case "per_mnkr":
            return number(value, 1, lang)
        case _:
            return str(value)


def show(section: Section, page: Page, *, told: bool = False) -> None:
    """Heading, sentences and tables in the terminal; of what has been `told` already only the tables."""
    if not told:
        page.title(section.heading or page.t(f"money.{section.name}.heading"))
        for said in section.lines:
            page.line(said.sentence, STYLES[said.weight])
    whole = True
    for part in section.parts:
        if part.terminal and part.rows:
            whole = _table(part, page) and whole
            for note in part.notes:
                page.line(note)
    if not whole:
        page.line(page.t("money.narrow"))


def _table(part: Part, page: Page) -> bool:
    """Whether all its columns fit."""
    if part.title:
        page.title(part.title)
    kept = [n for n, c in enumerate(part.columns) if c.rank != NEVER]
    columns = [part.columns[n] for n in kept]
    headings = [(c.heading or page.t(f"money.short.{c.name}"), "left" if c.kind in ("text", "wrapped") else "right") for c in columns]
    rows = [[shown(row[n], part.columns[n].kind, page.t) for n in kept] for row in part.rows]
    optional = sorted((n for n, c in enumerate(columns) if c.rank), key=lambda n: -columns[n].rank)
    return page.table(headings, rows, names=kept.index(part.names) if part.names is not None else None, optional=optional)
