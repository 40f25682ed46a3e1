"""The decision workbook against run.json, cell by cell, and every sum under a table against the cells above it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from portfolio.excel.raw import Cell, Sheet
from portfolio.text import Text
from portfolio.verify.limits import broken_choices, rows
from portfolio.verify.live import limit_lines, now_lines, plain
from portfolio.verify.plan import Basis, Plan
from portfolio.verify.result import Raw, Verification, float_free
from portfolio.verify.tables import LAYERS, Lines, Says

BASIS: Final = "beslutsunderlag.xlsx"
_SUM: Final = re.compile(r"SUBTOTAL\(109,([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)\)")


def check_sums(file: str, sheets: Mapping[str, Sheet], found: Verification) -> None:
    """Every sum that a workbook of ours stores is that of the cells it sums."""
    for name, sheet in sheets.items():
        for row, cells in sheet.items():
            for column, cell in cells.items():
                summed = _SUM.fullmatch(cell.formula)
                if summed is None:
                    continue
                above = (sheet.get(r, {}).get(column) for r in range(int(summed[2]), int(summed[4]) + 1))
                total = sum((Fraction(c.number) for c in above if c is not None and c.number is not None), Fraction(0))
                _compare(found, file, f"{name}!{column}{row}", cell, total)


class Book:
    """The decision workbook of one run.

    Args:
        raw: the run, whose own figures are checked elsewhere. text: the catalogue in the language of the run.
    """

    def __init__(self, found: Verification, sheets: Mapping[str, Sheet], raw: Raw, text: Text) -> None:
        self.found, self.sheets, self.raw, self.t = found, sheets, raw, text
        self.lines = Lines(raw, sheets, text)

    def check(self, basis: Basis | None) -> None:
        """All tables, and the constraints once more from the decisions as the workbook has them."""
        for sheet, columns, lines in self.lines.tables():
            self._table(sheet, columns, lines)
        self._live()
        if basis is not None:
            self._constraints(basis)

    def _live(self) -> None:
        """What the formulas gave when the workbook was written, where it has any."""
        if not self.lines.sheet("audit"):
            return
        says = now_lines(self.raw, self.t)
        for name in ("summary", "decisions"):
            self._table(name, [(heading, lambda x, h=heading: x[h]) for heading in says[0]], says)  # type: ignore[misc]
        called, sheet = self._sheet("control")
        heads = [self.t(f"workbook.column.{h}") for h in ("constraint", "subject", "year", "relation")]
        sides = [self.t(f"workbook.column.{h}") for h in ("left_side", "right_side", "slack", "holds")]
        counts = [self.t(f"workbook.live.column.{h}") for h in ("broken", "broken_years")]
        top, letters = _heading(sheet, [*heads, *sides, *counts])
        if top is None:
            self.found.differ("table", BASIS, called, ", ".join(heads))
            return
        wanted = limit_lines(self.raw, self.t)
        for n in sorted(row for row in sheet if row > top):
            cells = [sheet[n].get(letter) for letter in letters]
            said = [c.value if c is not None else "" for c in cells[:4]]
            key = (said[0], plain(said[1]), _year(said[2]), said[3])
            line = wanted.get(key)
            if line is None and self.raw.get("records") is None:
                continue  # a rule of choice, which only the records know
            if line is None:
                # the first cell with which no limit begins
                wrong = next(k for k in range(4) if not any(other[: k + 1] == key[: k + 1] for other in wanted))
                self.found.differ("cell_figure", BASIS, f"{called}!{letters[wrong]}{n}", " ".join(said[:3]), "")
                continue
            for letter, cell in zip(letters[8:], cells[8:], strict=True):
                if cell is not None and cell.value:  # the first row of a limit, and of a year, counts: nothing is broken
                    _compare(self.found, BASIS, f"{called}!{letter}{n}", cell, 0)
            for heading, letter, cell in zip(sides, letters[4:8], cells[4:8], strict=True):
                _compare(self.found, BASIS, f"{called}!{letter}{n}", cell, line[heading])

    def _sheet(self, name: str) -> tuple[str, Sheet]:
        called = self.t(f"workbook.{name}.sheet")
        return called, self.sheets.get(called, {})

    def _table(self, name: str, columns: Sequence[tuple[str, Says]], lines: Sequence[Any]) -> None:
        """A table found by its headings, line by line; nothing may stand below it but its sum."""
        called, sheet = self._sheet(name)
        if not lines:
            return
        top, letters = _heading(sheet, [heading for heading, _ in columns])
        if top is None:
            self.found.differ("table", BASIS, called, ", ".join(heading for heading, _ in columns[:3]))
            return
        for n, line in enumerate(lines, start=top + 1):
            cells = sheet.get(n, {})
            for (_, says), letter in zip(columns, letters, strict=True):
                _compare(self.found, BASIS, f"{called}!{letter}{n}", cells.get(letter), says(line))
        after = sheet.get(top + 1 + len(lines), {}).get(letters[0])
        if after is not None and after.value != self.t("workbook.total"):
            self.found.differ("cell_figure", BASIS, f"{called}!{letters[0]}{top + 1 + len(lines)}", after.value, "")

    def _constraints(self, basis: Basis) -> None:
        """The decisions of the workbook counted through as if there were no run.json."""
        called, sheet = self._sheet("decisions")
        headings = [self.t(f"workbook.column.{name}") for name in ("id", "decision", "start", "percent")]
        top, letters = _heading(sheet, headings)
        if top is None:
            return
        words = {self.t(f"workbook.layer.{layer}"): layer for layer in LAYERS}
        decisions: list[Raw] = []
        for n in range(top + 1, top + 1 + len(self.raw["decisions"])):
            i, word, start, percent = (sheet.get(n, {}).get(letter) for letter in letters)
            layer = words.get(word.value, "") if word is not None else ""
            year = int(start.number) if start is not None and start.number is not None else None
            bought = int(percent.number) if percent is not None and percent.number is not None else 0
            decisions.append({"id": i.value if i is not None else "", "layer": layer, "start": year, "percent": bought, "tonnes": {}})
        plan = Plan(basis, decisions)
        counted = [r for r in rows(plan, {}, None) if r.constraint not in ("attribution", "pair_overlap", "tonnes_ceiling")]
        self.found.limits += len(counted) + len(decisions)
        for constraint, subject, year in broken_choices(plan):
            self.found.differ("choice", BASIS, " ".join(str(x) for x in (called + "!", constraint, subject, year) if x))
        for r in counted:
            if not r.holds:
                left, right = (float_free(Fraction(x) / r.scale) for x in (r.left, r.right))
                place = " ".join(str(x) for x in (called + "!", r.constraint, r.subject, r.year) if x)
                self.found.differ("limit", BASIS, place, left, f"{r.relation} {right}")


def _heading(sheet: Sheet, headings: Sequence[str]) -> tuple[int | None, list[str]]:
    """The row that has these headings and no others, otherwise the first that has them all; and their columns."""
    found: list[tuple[bool, int, list[str]]] = []
    for row, cells in sheet.items():
        letters = {cell.value: letter for letter, cell in reversed(list(cells.items())) if cell.kind == "s"}
        if all(heading in letters for heading in headings):
            found.append((len(letters) != len(headings), row, [letters[heading] for heading in headings]))
    return min(found)[1:] if found else (None, [])


def _year(said: str) -> int | str | None:
    """The year that a cell has, or what stands there instead."""
    return int(said) if said.isdecimal() else said or None


def _compare(found: Verification, file: str, place: str, cell: Cell | None, own: Any) -> None:
    """A cell against what should stand in it; a figure that is not whole has the 15 digits of a cell."""
    found.cells += 1
    if own is None or own == "":
        agrees = cell is None or not cell.value
    elif isinstance(own, str):
        agrees = cell is not None and cell.kind == "s" and plain(cell.value) == plain(own)
    else:
        number = cell.number if cell is not None else None
        wanted = Fraction(own) if isinstance(own, int | Decimal | Fraction) else None
        agrees = number is not None and wanted is not None and abs(Fraction(number) - wanted) <= abs(wanted) * Fraction(1, 10**14)
    if not agrees:
        found.differ("cell_figure", file, place, cell.value if cell is not None else "", own)
