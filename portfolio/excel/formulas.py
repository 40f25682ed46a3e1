"""Formulas that are not what they seem: a figure typed over one of them, and figures that come from another workbook."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from openpyxl.formula.translate import Translator

from portfolio.errors import Finding, Severity, finding
from portfolio.excel.grid import Cell
from portfolio.excel.layout import Layout

_ELSEWHERE: Final = re.compile(r"\[(?:\d+|[^\[\]]+\.xls\w?)\][^\[\]!]*!", re.IGNORECASE)
"""`[1]Blad1!A1` or `[budget.xlsx]Blad1!A1`; a column of an Excel table has brackets too, but no exclamation mark after them."""
FEWEST: Final = 3
"""So many rows with the same formula make a column of formulas, when at most a third as many have a figure instead."""


def check_formulas(layout: Layout, file: str, rows: Sequence[int]) -> Iterator[Finding]:
    """Warnings about the columns that are read, in the rows of investments."""
    for name, column in layout.columns.items():
        cells = [c for r in rows if (c := layout.grid.at(r, column)) is not None]
        yield from _overwritten(layout, file, name, cells)
        linked = [c for c in cells if _ELSEWHERE.search(c.formula)]
        if linked:
            first = linked[0]
            place = layout.grid.place_of(first)
            yield finding(
                "external_link",
                file,
                place,
                first.formula,
                Severity.WARNING,
                column=layout.header(name),
                value_there=first.text,
                count=len(linked),
            )


def _overwritten(layout: Layout, file: str, name: str, cells: Sequence[Cell]) -> Iterator[Finding]:
    """Figures in a column where nearly every other row has one and the same formula."""
    typed = [c for c in cells if not c.formula and isinstance(c.value, int | float) and not isinstance(c.value, bool)]
    made = [c for c in cells if c.formula.startswith("=")]
    if not typed or len(made) < FEWEST or len(typed) * FEWEST > len(made):
        return
    # the formula as it would stand in the first row
    alike = Counter(Translator(c.formula, c.address).translate_formula(made[0].address) for c in made)
    formula, count = alike.most_common(1)[0]
    if count < FEWEST or len(typed) * FEWEST > count:
        return
    for cell in typed:
        place = layout.grid.place_of(cell)
        there = Translator(formula, made[0].address).translate_formula(cell.address)
        yield finding(
            "formula_overwritten", file, place, cell.text, Severity.WARNING, column=layout.header(name), formula=there, count=count
        )
