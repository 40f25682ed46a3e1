"""Tables whose last column is a list: it goes on in lines of its own where the terminal is narrow, and nothing is cut."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from portfolio.reports.page import GUTTER, Page

LEAST = 24
"""Characters that the last column has at least."""


def folded_table(page: Page, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> None:
    """The table, its last column as wide as the page allows."""
    taken = 0
    for n, (heading, _) in enumerate(columns[:-1]):
        words = [len(word) for word in heading.split()]
        taken += max([1, *words, *(len(row[n]) for row in rows)]) + GUTTER
    page.table(columns, list(_folded(rows, max(LEAST, page.console.width - taken))))


def _folded(rows: Sequence[Sequence[str]], room: int) -> Iterator[Sequence[str]]:
    for row in rows:
        # textwrap would also break at the hyphen of an id
        first, *others = textwrap.wrap(row[-1], room, break_on_hyphens=False) or [""]
        yield (*row[:-1], first)
        for line in others:
            yield (*("" for _ in row[:-1]), line)
