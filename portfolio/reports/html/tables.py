"""Tables of exact values: the reader sees them rounded, and every cell carries the value itself in its `value` attribute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from portfolio.excel.decision_workbook import Value
from portfolio.reports.figures import MNKR, per_mnkr
from portfolio.reports.html.elements import el
from portfolio.reports.money.section import Col, Part, shown
from portfolio.text import Lang, Text

CODES: Final = ("id", "category_code", "falls", "adopted", "kind")
"""Columns of short words that should not be broken."""
SHORT: Final = 8
"""Rows of a table that is not broken between two pages of paper."""
MOST_ROWS: Final = 40
"""Rows of a list of investments; the rest stands in the workbook, and the list says so."""


class Head(NamedTuple):
    """A column: its heading and the kind of its values (see FORMATS of the decision workbook), or `code` for short words."""

    heading: str
    kind: str = "mnkr"
    summed: bool = False


Cell = Value | Element


def table(caption: str, heads: Sequence[Head], rows: Sequence[Sequence[Cell]], text: Text) -> Element:
    """A table with caption, headings, a heading for each row, and a last row with the sums where a column is summed."""
    lang = text.lang
    body = el("tbody", *(_row(heads, row, lang) for row in rows))
    foot = None
    if len(rows) > 1 and any(h.summed for h in heads):
        sums = [_sum([row[n] for row in rows]) if h.summed else "" for n, h in enumerate(heads)]
        foot = el("tfoot", _row(heads, [text("workbook.total"), *sums[1:]], lang))
    head = el("thead", el("tr", *(el("th", h.heading, scope="col", class_=_side(h)) for h in heads)))
    found = el("table", el("caption", caption), head, body, foot)
    # what is wider than a narrow window is moved sideways, also from the keyboard
    return el("div", found, class_="wide short" if len(rows) <= SHORT else "wide", role="region", tabindex=0, aria_label=caption)


def _sum(values: Sequence[Cell]) -> Decimal:
    """Exact, of those that are figures."""
    return sum((Decimal(v) for v in values if isinstance(v, int | Decimal)), Decimal(0))


def _row(heads: Sequence[Head], row: Iterable[Cell], lang: Lang) -> Element:
    cells = [_cell(value, h, lang, "td" if n else "th") for n, (h, value) in enumerate(zip(heads, row, strict=True))]
    cells[0].set("scope", "row")
    return el("tr", *cells)


def _cell(value: Cell, head: Head, lang: Lang, tag: str) -> Element:
    inside = value if isinstance(value, Element) else figure(value, head.kind, lang)
    return el(tag, inside, class_=_side(head))


def _side(head: Head) -> str:
    return {"text": "w", "wrapped": "w", "code": "c", "year": "c"}.get(head.kind, "n")


def figure(value: Value, kind: str, lang: Lang) -> Element | str:
    """A figure as people read it, with the exact value beside it; words as they are."""
    # a ratio as in the sentences beside the table, so that one figure has one number of decimals
    if kind == "per_mnkr" and isinstance(value, int | Decimal):
        said = per_mnkr(Decimal(value) / MNKR, lang)
    else:
        said = shown(value, kind, Text(lang))
    if value is None or isinstance(value, str) or kind == "year":
        return said
    return el("data", said, value=f"{Decimal(value).normalize():f}")


def of_part(part: Part, text: Text, *, widest: int = 0, caption: str = "") -> Element:
    """A table that stands in the workbook too, without the columns whose rank is above `widest` and those of nothing."""
    empty = {n for n, c in enumerate(part.columns) if c.rank and not any(row[n] for row in part.rows)}
    kept = [n for n, c in enumerate(part.columns) if c.rank <= widest and n not in empty]
    columns = [part.columns[n] for n in kept]
    heads = [Head(_heading(c, text), "code" if c.name in CODES else c.kind, c.summed) for c in columns]
    return table(caption or part.title, heads, [[row[n] for n in kept] for row in part.rows], text)


def _heading(column: Col, text: Text) -> str:
    """In whole words where the terminal has none."""
    name = f"html.heading.{column.name}"
    return column.heading or text(name if text.has(name) else f"money.short.{column.name}")
