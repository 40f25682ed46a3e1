"""Whether a plan stands when its integers are exactly whole, which inside the solver they need not be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]

HALF_ORE = 5e-6
"""Half of the finest part of a limit in money (tkr): less than this is rounding of floats, not a breach."""


class Entries(NamedTuple):
    """The matrix by row: row n has the entries start[n] to start[n + 1]."""

    start: Places
    column: Places
    value: Array


class WholeRows:
    """The rows of a programme, split in what whole numbers decide and what is left to decide.

    Args:
        entries: the matrix.
        lower, upper: bounds of the rows; in tkr, t, starts or counts.
        whole: which columns are integers.
    """

    def __init__(self, entries: Entries, lower: Array, upper: Array, whole: npt.NDArray[np.bool_]) -> None:
        rows = np.repeat(np.arange(len(lower), dtype=np.int32), np.diff(entries.start))
        inside = whole[entries.column]
        self._row, self._column, self._value = rows[inside], entries.column[inside], entries.value[inside]
        self._lower, self._upper = lower, upper
        self.columns: Places = np.flatnonzero(~whole).astype(np.int32)
        """Columns that are not integers, numbered from 0 in `rest`."""
        free = np.unique(rows[~inside])
        self.open: Places = free.astype(np.int32)
        """Rows that have such columns."""
        number = np.full(len(whole), -1, dtype=np.int32)
        number[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        counts = np.bincount(rows[~inside], minlength=len(lower))[free] if len(free) else np.zeros(0, dtype=int)
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        self.rest = Entries(start, number[entries.column[~inside]], entries.value[~inside])
        """The open rows without their integers."""
        self._closed = np.ones(len(lower), dtype=bool)
        self._closed[free] = False

    def left(self, values: Array) -> tuple[Array, Array] | None:
        """What the integers leave of the bounds of the open rows; None when they break a row that has nothing else.

        Args:
            values: of all columns; only those of the integers are read, and they are whole.
        """
        level = np.zeros(len(self._lower))
        np.add.at(level, self._row, self._value * values[self._column])
        low, high = self._lower - level, self._upper - level
        if ((low > HALF_ORE) & self._closed).any() or ((high < -HALF_ORE) & self._closed).any():
            return None
        return low[self.open], high[self.open]
