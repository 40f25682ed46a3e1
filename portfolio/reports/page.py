"""A page of the terminal: paragraphs, headings and tables that fit the width, with or without colour, in any code page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from portfolio.text import Text

GUTTER = 2
"""Characters between two columns."""
SHORTEST_NAME = 12
"""Characters that are left of an investment's name in the narrowest table."""

STYLES = {"strong": "bold", "plain": "", "alarm": "bold red"}
"""How a sentence is shown; without colour the words alone say it."""


class Page:
    """What is written on one console in one language."""

    def __init__(self, text: Text, console: Console) -> None:
        self.t = text
        self.lang = text.lang
        self.console = console

    def line(self, message: str, style: str = "") -> None:
        """A paragraph; text from workbooks is never read as markup."""
        # what a line is moved in by, its continuation is moved in by, and a little more
        indent = message[: len(message) - len(message.lstrip(" "))]
        for part in textwrap.wrap(message, self.console.width, subsequent_indent=f"{indent}  " if indent else "") or [""]:
            # textwrap breaks at plain spaces only, never inside 2\u00a0405,9
            self.console.print(Line(part, style=style), soft_wrap=True)

    def verbatim(self, line: str) -> None:
        """A line as it stands, blanks and all."""
        self.console.print(Line(line), soft_wrap=True)

    def title(self, message: str) -> None:
        """A blank line and a heading."""
        self.console.print()
        self.line(message, "bold")

    def heading(self, name: str, **values: object) -> None:
        """A blank line and a heading of the summary, from the catalogue."""
        self.title(self.t(f"terminal.{name}.heading", **values))

    def table(
        self,
        columns: Sequence[tuple[str, str]],
        rows: Iterable[Sequence[str]],
        names: int | None = None,
        optional: Sequence[int] = (),
        *,
        whole: bool = False,
        stays: int = 0,
    ) -> bool:
        """A table whose columns are (heading, `left` or `right`).

        Where the console is too narrow the headings break into lines, then the column `names` gives way, then the `optional` ones are left
        out; a table that is still too wide goes on in another one below, the first columns in each (`stays`, when there are some),
        otherwise it is listed, a row below the other. Figures are never cut. Names go on in a line of their own when they are wanted
        `whole`.

        Returns:
            All columns are there.
        """
        cells = [list(row) for row in rows]
        longest = [max([1, *(len(row[n]) for row in cells)]) for n in range(len(columns))]
        headings = [heading for heading, _ in columns]
        if not self._fits(max(len(h), w) for h, w in zip(headings, longest, strict=True)):
            headings = [_broken(h, w) for h, w in zip(headings, longest, strict=True)]
        widths = [max(w, *(len(line) for line in h.split("\n"))) for h, w in zip(headings, longest, strict=True)]
        least = [min(width, SHORTEST_NAME) if n == names else width for n, width in enumerate(widths)]
        kept = list(range(len(columns)))
        for n in optional:
            if not self._fits(least[k] for k in kept):
                kept.remove(n)
        if not self._fits(least[k] for k in kept):
            parts = self._parts(least, stays)
            for n, part in enumerate(parts):
                if n:
                    self.console.print()
                self.table([columns[k] for k in part], [[row[k] for k in part] for row in cells], names, whole=whole)
            if parts:
                return True
            self._listed([heading for heading, _ in columns], cells)
            return True
        if names is not None:
            room = max(SHORTEST_NAME, self.console.width - sum(widths[k] + GUTTER for k in kept if k != names))
            if whole:
                cells = [line for row in cells for line in _folded(row, names, room)]
            for row in cells:
                row[names] = row[names] if len(row[names]) <= room else row[names][: room - 1] + "…"
        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
        for n in kept:
            side: Literal["left", "right"] = "right" if columns[n][1] == "right" else "left"
            table.add_column(Line(headings[n]), justify=side, no_wrap=True, overflow="ellipsis", vertical="bottom")
        for row in cells:
            table.add_row(*(Line(row[k]) for k in kept))
        self.console.print(table, crop=False)
        return len(kept) == len(columns)

    def _parts(self, widths: Sequence[int], stays: int) -> list[list[int]]:
        """Columns of tables below each other, each with the first `stays`; none when these leave no room for another one."""
        first = list(range(stays))
        parts: list[list[int]] = []
        for n in range(stays, len(widths)) if stays else ():
            if not self._fits(widths[k] for k in (*first, n)):
                return []
            if parts and self._fits(widths[k] for k in (*parts[-1], n)):
                parts[-1].append(n)
            else:
                parts.append([*first, n])
        return parts

    def _listed(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table that has no room: the first cell of a row, and below it the others, each after its heading."""
        for first, *others in rows:
            self.line(first)
            for heading, cell in zip(headings[1:], others, strict=True):
                if cell:
                    self.line(f"  {heading}: {cell}" if heading else f"  {cell}")

    def _fits(self, widths: Iterable[int]) -> bool:
        """Columns of these widths, with gutters between them, are no wider than the console."""
        return sum(w + GUTTER for w in widths) - GUTTER <= self.console.width


def _folded(row: Sequence[str], names: int, room: int) -> list[list[str]]:
    """The row, and below it what its name has no room for."""
    first, *others = textwrap.wrap(row[names], room) or [""]
    return [[*row[:names], first, *row[names + 1 :]], *([line if n == names else "" for n in range(len(row))] for line in others)]


def _broken(heading: str, width: int) -> str:
    """A heading on several lines, none of them wider than the column unless a word is."""
    longest = max((len(word) for word in heading.split()), default=1)
    return "\n".join(textwrap.wrap(heading, max(width, longest))) or heading
