"""A table whose columns have keys, so that formulas refer to them by name."""

from __future__ import annotations

from collections.abc import Mapping

from portfolio.excel.decision_workbook import Block, Cell, Column


class Table:
    """A table that grows column by column and row by row."""

    def __init__(self, name: str, title: str = "") -> None:
        self.name = name
        self._title = title
        self._columns: list[Column] = []
        self._keys: dict[object, int] = {}
        self._rows: list[Mapping[object, Cell]] = []

    def column(self, key: object, heading: str, kind: str = "text", width: int = 12) -> None:
        """A further column."""
        self._keys[key] = len(self._columns)
        self._columns.append(Column(heading, kind, width))

    def add(self, row: Mapping[object, Cell]) -> int:
        """A further row, cells by key; its number from 0."""
        self._rows.append(row)
        return len(self._rows) - 1

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._rows)

    def ref(self, key: object, rows: tuple[int, int] | int | None = None) -> str:
        """A reference to a column, to some of its rows, or to one cell."""
        place = f"{self.name}.{self._keys[key]}"
        if rows is None:
            return f"[[{place}]]"
        return f"[[{place}.{rows}]]" if isinstance(rows, int) else f"[[{place}.{rows[0]}:{rows[1]}]]"

    def here(self, key: object, move: str = "") -> str:
        """A reference to the same row; `-1` to the row above, `:` from the first row to this one."""
        return f"[[@{self._keys[key]}{move}]]"

    def position(self, key: object) -> int:
        """The number of a column."""
        return self._keys[key]

    @property
    def cells(self) -> int:
        """Cells that hold something."""
        return sum(sum(v is not None for v in row.values()) for row in self._rows)

    def block(self) -> Block:
        """As the workbook draws it; what a row does not name is empty."""
        rows = tuple(tuple(row.get(key) for key in self._keys) for row in self._rows)
        return Block(self.name, self._title, tuple(self._columns), rows, filtered=False)


def quoted(text: str) -> str:
    """A text of the catalogue in a formula; what a workbook says is referred to, never written into a formula."""
    return '"' + text.replace('"', '""') + '"'
