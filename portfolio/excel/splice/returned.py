"""An officer's workbook with decisions in it: our columns in the table, our sheet at the end, everything else as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from portfolio.excel.grid import OUR_NAMES, OUR_SHEET
from portfolio.excel.splice.book import Book, absolute, quoted
from portfolio.excel.splice.columns import NewColumn, first_free, write_columns
from portfolio.excel.splice.document import NotSpliced
from portfolio.excel.splice.package import CONTENT_TYPES, OFFICE, Package, rels_name
from portfolio.excel.splice.scan import LAST_COLUMN, LAST_ROW, Area, Scan, area_of, scan_sheet
from portfolio.excel.splice.styles import Styles
from portfolio.excel.splice.tables import Table, grow_filter, in_the_way, tables_of
from portfolio.excel.splice.transplant import STYLES_TYPE, donor, remove_what_hangs_on, transplant
from portfolio.excel.splice.verify import Ours, verify

_OURS_IN: Final = ("xl/worksheets/", "xl/drawings/", "xl/charts/", "xl/tables/")


@dataclass(frozen=True)
class Target:
    """A table that gets decisions.

    Attributes:
        header_row, last_row: from the headings to the last investment.
        right: the last column of the table as far as it was understood.
        columns: what to write, in order; values by row.
        standing: column numbers of our fields from an earlier run.
    """

    sheet: str
    header_row: int
    last_row: int
    right: int
    columns: Sequence[NewColumn]
    standing: dict[str, int] = field(default_factory=dict)


def return_workbook(content: bytes, targets: Sequence[Target], wanted_name: str, make_sheet: Callable[[str], bytes]) -> bytes:
    """The workbook with decisions, checked against what came.

    Args:
        content: the officer's workbook.
        targets: its tables.
        wanted_name: what our sheet is to be called.
        make_sheet: makes a workbook whose first sheet is ours, given the name that is free.

    Raises:
        NotSpliced: the workbook is signed, shared or protected, there is no room, or the check found a difference.
    """
    work = _Work(Package(content))
    for number, target in enumerate(targets, start=1):
        work.write_table(target, number)
    work.write_sheet(wanted_name, make_sheet)
    made = work.finish()
    verify(content, made, work.allowed, work.written)
    return made


class _Work:
    """One workbook under way: what has been changed, and what may have been."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.book = Book(package)
        self.written: dict[str, Ours] = {}
        self._scans: dict[str, Scan] = {}
        parts = package.related(self.book.part, "styles")
        self._styles_part = package.find(parts[0]) if parts else None
        self._styles = Styles(package.document(self._styles_part)) if self._styles_part is not None else None
        self._may = {CONTENT_TYPES, self.book.part, rels_name(self.book.part)} | ({self._styles_part} if self._styles_part else set())
        self._had = frozenset(package.names)

    @property
    def allowed(self) -> frozenset[str]:
        """Parts that may differ: those we mean to change, and new ones in the folders of sheets, drawings, charts and tables."""
        new = {n for n in self.package.touched - self._had if n.startswith(_OURS_IN) or n == "xl/styles.xml"}
        return frozenset(self._may | new)

    def write_table(self, target: Target, number: int) -> None:
        """Our columns beside one table."""
        entry = next((s for s in self.book.sheets() if s.name == target.sheet), None)
        if entry is None or entry.part in self.written:  # no sheet of that name, or two names for the same sheet
            raise NotSpliced("return_damaged", reason=target.sheet)
        tables = [t for t in tables_of(self.package, entry.part) if t.area.top == target.header_row and t.area.left <= target.right]
        table = tables[0] if tables else None
        last_row = max(target.last_row, table.area.bottom) if table is not None else target.last_row
        rows = range(target.header_row, last_row + 1)
        scan = scan_sheet(self.package.document(entry.part), rows)
        protection = scan.node("sheetProtection")
        if protection is not None and protection.attributes.get("sheet", "0") in ("1", "true"):
            raise NotSpliced("return_sheet_protected", target.sheet)
        right = max(target.right, table.area.right if table is not None else 0, *target.standing.values(), 0)
        missing = [c for c in target.columns if c.field not in target.standing]
        start = first_free(scan, rows, right, len(missing), in_the_way(self.package, entry.part)) if missing else right + 1
        if start is None:
            raise NotSpliced("return_no_room", target.sheet)
        missing = self._grown(target, scan, missing, start, table, entry.index)
        places = {**target.standing, **{c.field: start + n for n, c in enumerate(missing)}}
        headings = {c.field: c for c in missing}
        columns = sorted(((places[c.field], headings.get(c.field, c)) for c in target.columns), key=lambda p: p[0])
        write_columns(scan, self._styles, target.header_row, columns, target.right, frozenset(target.standing.values()))
        ours = Area(target.header_row, columns[0][0], target.last_row, columns[-1][0])
        self.written[entry.part] = Ours(ours.top, ours.bottom, frozenset(places.values()))
        self._may.add(entry.part)
        self.package.put(entry.part, scan.document.result())
        self.book.set_name(f"{OUR_NAMES}kolumner_{number}", f"{quoted(target.sheet)}!{absolute(ours)}")

    def _grown(self, target: Target, scan: Scan, missing: list[NewColumn], start: int, table: Table | None, index: int) -> list[NewColumn]:
        """Let table or filter reach over the new columns when they stand right beside it; the columns with the headings they get."""
        if not missing:
            return missing
        last = start + len(missing) - 1
        self.book.grow_print_area(index, Area(target.header_row, start, target.last_row, last))
        if table is not None and table.grows and start == table.area.right + 1:
            names = table.grow([c.heading for c in missing])
            self._may.add(table.part)
            return [NewColumn(c.field, name, c.kind, c.width, c.values) for c, name in zip(missing, names, strict=True)]
        grown = grow_filter(scan, target.header_row, start - 1, last)
        if grown is not None:
            self.book.grow_filter_name(index, *grown)
        return missing

    def write_sheet(self, wanted: str, make_sheet: Callable[[str], bytes]) -> None:
        """Our own sheet: the one of an earlier run anew, or a new one at the end."""
        standing = self._our_sheet()
        name = standing[0] if standing is not None else self.book.free_sheet_name(wanted)
        source = donor(make_sheet(name))
        if self._styles is None:
            self.package.put("xl/styles.xml", source.package.read("xl/styles.xml"))
            self.package.declare("xl/styles.xml", STYLES_TYPE)
            self.package.add_relationship(self.book.part, f"{OFFICE}/styles", "xl/styles.xml")
        if standing is not None:
            before = set(self.package.names)
            remove_what_hangs_on(self.package, standing[1])
            self._drop_calculation_chain()
            self._may |= {standing[1], rels_name(standing[1])} | (before - set(self.package.names))
        part = transplant(source, self.package, self._styles, standing[1] if standing is not None else None)
        self._may |= set(self.package.touched) - self._had if standing is not None else set()
        if standing is None:
            self.book.add_sheet(name, part)
        used = scan_sheet(self.package.document(part), range(0)).node("dimension")
        area = area_of(used.attributes["ref"]) if used is not None else Area(1, 1, 1, 1)
        self.book.set_name(OUR_SHEET, f"{quoted(name)}!{absolute(area)}")

    def _our_sheet(self) -> tuple[str, str] | None:
        """Name and part of our sheet of an earlier run; None when there is none, or when the officer has written beside what was ours."""
        refers = self.book.names().get(OUR_SHEET, "")
        sheet, _, ref = refers.rpartition("!")
        name = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
        entry = next((s for s in self.book.sheets() if s.name == name), None)
        if entry is None or "#REF" in refers:
            return None
        ours = area_of(ref)
        scan = scan_sheet(self.package.document(entry.part), range(1, LAST_ROW))
        for row in scan.rows.values():
            for n in scan.cells(row):
                inside = ours.top <= row.number <= ours.bottom and ours.left <= scan.columns[n] <= min(ours.right, LAST_COLUMN)
                if scan.filled(n) and not inside:
                    return None
        return entry.name, entry.part

    def _drop_calculation_chain(self) -> None:
        """Formulas of our sheet are written anew, and the order of calculation that Excel saved may name cells that no longer have one."""
        for part in self.package.related(self.book.part, "calcChain"):
            self.package.drop_relationship(self.book.part, part)
            self.package.remove(part)
            self.package.undeclare({part})
            self._may.add(part)

    def finish(self) -> bytes:
        """The workbook's bytes."""
        if self._styles is not None and self._styles_part is not None:
            self.package.put(self._styles_part, self._styles.result())
        self.book.save()
        return self.package.to_bytes()
