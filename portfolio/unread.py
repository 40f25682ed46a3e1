"""What could not be read of the workbooks, so that no check concludes anything from it.

All faults are to come in one pass, but not the faults that would follow from others: a check is done when everything that it looks at
could be read, whatever else is wrong in the row, the sheet or the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from portfolio.records import Origin, Portfolio

Row = tuple[str, str, int]
"""File, sheet and row number."""


def row_of(origin: Origin) -> Row:
    """The row that a record stands in."""
    return origin.file, origin.sheet, origin.row


@dataclass(frozen=True)
class Unread:
    """What has a finding already, or cannot be known.

    Attributes:
        rows: fields (`outlay.2027` is a part of `outlay`) by row.
        everywhere: fields that cannot be judged in any row, because what they are judged by is itself in doubt.
        lost: a file, a sheet or a row could not be read at all: nothing is said of all rows together.
        ids_lost: or some id is not known for sure: an id that is named elsewhere may be that one.
    """

    rows: Mapping[Row, frozenset[str]] = field(default_factory=dict)
    everywhere: frozenset[str] = frozenset()
    lost: bool = False
    ids_lost: bool = False

    def has(self, origin: Origin, *names: str) -> bool:
        """One of the fields of a row has a fault already."""
        if not self.rows and not self.everywhere:
            return False
        return _touches(self.rows.get(row_of(origin), ()), names) or _touches(self.everywhere, names)

    def anywhere(self, *names: str) -> bool:
        """One of the fields has a fault in some row, or there are rows that are not known."""
        return self.lost or _touches(self.everywhere, names) or any(_touches(fields, names) for fields in self.rows.values())

    def doubting(self, portfolio: Portfolio, ids: Iterable[str], fields: frozenset[str]) -> Unread:
        """With these fields of these investments in doubt."""
        named = set(ids)
        rows = {row_of(i.origin): self.rows.get(row_of(i.origin), frozenset()) | fields for i in portfolio.investments if i.id in named}
        return replace(self, rows={**self.rows, **rows})

    def doubting_all(self, fields: Iterable[str]) -> Unread:
        """With these fields in doubt in every row."""
        return replace(self, everywhere=self.everywhere | frozenset(fields))


ALL_READ: Final = Unread()
"""Everything could be read."""


def _touches(faulty: Iterable[str], names: Iterable[str]) -> bool:
    return any(b == n or b.startswith(f"{n}.") for b in faulty for n in names)
