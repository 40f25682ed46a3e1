"""How a sheet is printed: A4 landscape, one page wide, page breaks where nothing is torn apart.

Heights are in points at full size. A page is fitted to the width of what is printed, so it holds more of a wide sheet than of a narrow one.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from portfolio.excel.places import CHART_ROWS, FIRST, Place
from portfolio.excel.sheet_parts import Block, Cell, Column, Sheet, stored

LINE: Final = 14
"""Height of a line in points at 10-point type."""
TITLE: Final = 22
BLANK: Final = 15
"""Height of the title of a sheet, and of a row that nothing is set for."""
PAGE: Final = (762, 501)
"""Width and height in points that a landscape A4 page holds in full size."""
LEAST: Final = (65, 75)
"""Per cent of full size down to which a sheet is made smaller: so that a chart stands on the page of its table; for fewer pages."""
BEGUN: Final = 0.35
"""Part of a page that must be left where a table begins that is longer than a page."""
SURE: Final = 0.97
"""Part of a page's height that is counted on: fonts differ between computers."""
ROWS_A_PAGE: Final = 50
"""Rows of a landscape page that can still be read."""
FILLER: Final = 8
"""Width in characters of an empty column."""


class Layout(NamedTuple):
    """Rows (from 0) before which a page breaks, whether a chart is torn from its table, pages, and whether the last table runs over."""

    breaks: tuple[int, ...]
    torn: bool
    pages: int
    over: bool


def widths(sheet: Sheet) -> list[int]:
    """Width of each column in characters: the widest that a table asks for."""
    widest: list[int] = []
    for block in sheet.blocks:
        for n, column in enumerate(block.columns):
            if n == len(widest):
                widest.append(column.width)
            widest[n] = max(widest[n], column.width)
    return widest


def lines(text: str, width: int) -> int:
    """Lines of a wrapped text in a column of `width` characters."""
    return len(textwrap.wrap(text, max(4, width - 1))) or 1


def text_lines(text: str, width: int) -> int:
    """The same of plain text in 10-point type: the width of a column counts digits of 11 points, and letters are narrower than digits."""
    return lines(text, width + width // 5)


def head_lines(columns: Sequence[Column], wide: Sequence[int]) -> int:
    """Lines that the highest heading needs; its type is bold, which is as wide as 11 points."""
    return max(lines(c.heading, w) for c, w in zip(columns, wide, strict=False))


def row_lines(values: Sequence[Cell], columns: Sequence[Column], wide: Sequence[int]) -> int:
    """Lines that the highest wrapped cell of a row needs."""
    cells = ((stored(v), c, w) for v, c, w in zip(values, columns, wide, strict=False))
    return max([1, *(text_lines(v, w) for v, c, w in cells if c.kind in {"wrapped", "exact"} and isinstance(v, str))])


def room(sheet: Sheet, wide: Sequence[int]) -> tuple[int, int]:
    """The last column that the sentences of a sheet reach over, and the characters of a line."""
    last = max(8, *(len(b.columns) for b in sheet.blocks)) - 1 if sheet.blocks else 8
    last = min(last, _columns(sheet) - 1) if sheet.printed or not all(b.printed for b in sheet.blocks) else last
    if sheet.calculation:
        last = max(8, max((n for n in range(last) if _points(wide[: n + 1]) <= PAGE[0]), default=0))
    return last, min(130, sum(wide[: last + 1]) or 130)


def _columns(sheet: Sheet) -> int:
    """How many columns are printed."""
    return sheet.printed or max((len(b.columns) for b in sheet.blocks if b.printed), default=9)


def print_setup(page: Any, sheet: Sheet, placed: Sequence[Place], label: str) -> None:
    """Paper, footer, what is printed, how small, and where pages break."""
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.set_footer(f"&L{sheet.name}&R{label}")
    wide = widths(sheet)
    shown = [(p, b) for p, b in zip(placed, sheet.blocks, strict=True) if b.printed]
    printed = wide[: _columns(sheet)]
    if sheet.calculation:
        # what a person reads of it: its title and what it is; the figures are for the screen
        page.print_area(0, 0, FIRST + len(sheet.lines) - 1, room(sheet, wide)[0])
        page.fit_to_pages(1, 1)
        return
    scale = natural = _scale(printed)
    if _on_one_page(sheet):
        page.fit_to_pages(1, 1)
    else:
        scale, found = _best(sheet, shown, wide, natural)
        page.fit_to_pages(1, 0)
        if found.breaks:
            page.set_h_pagebreaks(list(found.breaks))
        if found.over and shown[-1][1] is max((b for _, b in shown), key=lambda b: len(b.rows)):
            # only where the table itself runs over, and is the last: its headings must not stand above the rows of another
            page.repeat_rows(shown[-1][0].top)
    empty = -(-(PAGE[0] * 100 // scale - _points(printed)) // int(_points([FILLER]))) if scale < natural else 0
    if sheet.printed or empty or len(shown) < len(sheet.blocks):
        end = max((p.charts - 1 + CHART_ROWS * len(b.charts) for p, b in shown), default=FIRST + len(sheet.lines))
        last = len(printed) - 1 + int(empty)
        page.print_area(0, 0, end, last)
        if empty:
            page.set_column(len(wide), last, FILLER)


def _best(sheet: Sheet, shown: Sequence[tuple[Place, Block]], wide: Sequence[int], natural: int) -> tuple[int, Layout]:
    """The scale with no chart torn from its table, then with the fewest pages, then the largest."""
    least = LEAST[0] if layout(sheet, shown, wide, natural).torn else LEAST[1]
    tried = [(scale, layout(sheet, shown, wide, scale)) for scale in range(natural, min(natural, least) - 1, -1)]
    return min(tried, key=lambda t: (t[1].torn, t[1].pages, -t[0]))


def layout(sheet: Sheet, shown: Sequence[tuple[Place, Block]], wide: Sequence[int], scale: int) -> Layout:
    """Where pages break at a scale (per cent)."""
    full = PAGE[1] * 100 / scale * SURE
    at: float = TITLE + LINE * sum(text_lines(line, room(sheet, wide)[1]) for line in sheet.lines) + BLANK
    breaks, torn, pages, over = [], False, 1, False
    for n, (place, block) in enumerate(shown):
        high, charts = table_height(block, wide), BLANK * CHART_ROWS * len(block.charts)
        whole = high + charts
        fits = at + (whole if whole <= full else high) <= full
        # a table that would be torn apart begins on a page of its own; one longer than a page where there is room for some of it
        # below a table that runs over, where the next would stand is not sure to the row
        if n and (over or (not fits and (high <= full or full - at < full * BEGUN))):
            breaks.append(place.title)
            at, pages = 0.0, pages + 1
        over = at + high > full
        pages += int((at + high) // full)
        at = (at + high) % full
        if charts and (over or at + charts > full):
            breaks.append(place.charts - 1)  # with the row above it, or its frame would be printed on the page before
            torn, over = torn or not over, False
            at, pages = 0.0, pages + 1
        at += charts
    return Layout(tuple(breaks), torn, pages, over)


def table_height(block: Block, wide: Sequence[int]) -> float:
    """Points of a table with its title, headings, sum, and the rows that part it from the next."""
    rows = sum(row_lines(values, block.columns, wide) for values in block.rows)
    return LINE * (rows + head_lines(block.columns, wide)) + BLANK * (bool(block.title) + block.summed + 2)


def _points(wide: Sequence[int]) -> float:
    return sum((7 * w + 5) * 3 / 4 for w in wide)


def _scale(wide: Sequence[int]) -> int:
    """Per cent of full size at which columns just fit, about: fonts differ between computers."""
    return max(10, min(100, int(PAGE[0] * 100 / max(1.0, _points(wide)))))


def _on_one_page(sheet: Sheet) -> bool:
    """A table of years with its chart is not torn apart."""
    rows = sum(len(b.rows) + CHART_ROWS * len(b.charts) + 3 for b in sheet.blocks)
    return len(sheet.blocks) == 1 and bool(sheet.blocks[0].charts) and rows <= ROWS_A_PAGE
