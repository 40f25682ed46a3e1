"""Small hard workbooks for the splice writer's tests: one feature or a combination each, every one with an investment table.

`corpus()` yields them one at a time; each is made when its bytes are asked for. Most are written with decisions; the others must be
refused with a sentence, either before they are parsed (strict, encrypted, damaged) or before anything is written (signed, shared,
protected, no room).
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from io import BytesIO
from typing import Any, Final, Literal

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table

import corpus_base as base
import workbook_parts as raw
from corpus_lists import MADE, RAW, REFUSED, REFUSED_MADE, ZIPS, pivot_on
from workbook_parts import STAMP, Change, Parts, compound, features, rewrite, vba_project

Expected = Literal["written", "refused"]


@dataclass(frozen=True)
class Case:
    """A workbook of the corpus.

    Attributes:
        features: what is in it, in the words of `corpus_lists`.
        make: makes its bytes.
        expected: whether decisions can be written beside the table.
        sheet: where the table stands; its rows and columns are those of `corpus_base`.
        suffix: of the file's name.
    """

    name: str
    features: tuple[str, ...]
    make: Callable[[], bytes]
    expected: Expected = "written"
    sheet: str = "Budget"
    suffix: str = ".xlsx"

    @cached_property
    def content(self) -> bytes:
        """Its bytes."""
        return self.make()


def _threads(parts: Parts) -> None:
    features.threads(parts, "Budget", _COMMENTS)


_COMMENTS: Final = (
    features.Comment("B5", "Controller miljöförvaltningen", "Är bidraget sökt?"),
    features.Comment("B5", "Ekonom tekniska nämnden", "Ja, i mars.", "2025-03-20T08:00:00.00"),
)


def _opened(b: base.Base) -> None:
    text, author = features.placeholder(_COMMENTS[0])
    b.sheet.write_comment("B5", text, {"author": author})


@cache
def _made(names: tuple[str, ...]) -> bytes:
    b = base.Base()
    for name in names:
        MADE[name](b)
    return Parts(b.saved()).zipped()


def corpus() -> Iterator[Case]:
    """All workbooks; the same names and bytes every time."""
    for name in MADE:
        yield Case(name, (name,), partial(_made, (name,)))
    for name, change in RAW.items():
        yield Case(name, (name,), partial(_changed, ("plain",), [change]))
    for name, make in ZIPS.items():
        yield Case(name, (name,), partial(_zipped, make))
    yield from _special()
    yield from _by_openpyxl()
    yield from _together()
    yield from _refused()


def _zipped(make: Callable[[Parts], bytes]) -> bytes:
    return make(Parts(_made(("plain",))))


def _changed(made: tuple[str, ...], changes: Sequence[Change]) -> bytes:
    parts = Parts(_made(made))
    for change in changes:
        change(parts)
    return parts.zipped()


def _special() -> Iterator[Case]:
    """What needs something of XlsxWriter and of the parts, or another name."""
    yield Case("threaded comments", ("threaded comments", "persons", "notes"), _threaded)
    yield Case("slicer", ("table", "slicer", "AlternateContent"), _sliced)
    yield Case("pivot with its cells", ("pivot",), _with_pivot)
    yield Case("pivot beside the table", ("pivot",), partial(_changed, ("plain",), [pivot_on("Budget")]))
    yield Case("macro", ("macro",), _with_macro, suffix=".xlsm")
    yield Case("1904 dates", ("1904 dates",), lambda: base.Base(date_1904=True).saved())
    for name in ("Bidrag & lån", "År 2025's 'plan' (tkr)", "Σ – ü 予算", "B" * 31):
        yield Case(f"sheet called {name}", ("sheet name",), partial(_with_name, name), sheet=name)


def _threaded() -> bytes:
    b = base.Base()
    _opened(b)
    parts = Parts(b.saved())
    _threads(parts)
    return parts.zipped()


def _sliced() -> bytes:
    parts = Parts(_made(("table",)))
    features.table_slicer(parts, "Budget", 1, 6, "I plan", (23, 9, 26, 16))
    return parts.zipped()


def _with_pivot() -> bytes:
    b = base.Base()
    base.pivot_words(b)
    parts = Parts(b.saved())
    pivot_on("Noter")(parts)
    return parts.zipped()


def _with_macro() -> bytes:
    return base.Base(macro=vba_project(("Sheet1", "Sheet2"), "Modul1", "Sub Ingenting()\nEnd Sub\n")).saved()


def _with_name(name: str) -> bytes:
    b = base.Base(name=name)
    return b.saved()


def _by_openpyxl() -> Iterator[Case]:
    """The plain workbook as openpyxl writes it, with some of its own features."""

    def saved(change: Callable[[Any], None]) -> bytes:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(BytesIO(_made(("plain",))), data_only=True)
        change(book)
        target = BytesIO()
        book.save(target)
        parts = Parts(target.getvalue())
        # openpyxl writes the time of day; the corpus is the same every time
        rewrite("docProps/core.xml", r"\d{4}-\d\d-\d\dT[\d:]+Z", "2025-01-01T00:00:00Z")(parts)
        return parts.zipped()

    def array(book: Any) -> None:
        book["Budget"]["AC12"] = ArrayFormula("AC12:AC13", "=I5:I6*2")

    def table(book: Any) -> None:
        book["Budget"].add_table(Table(displayName="Investeringar", ref="A4:X8"))

    yield Case("openpyxl", ("openpyxl",), partial(saved, lambda _: None))
    yield Case("openpyxl array", ("openpyxl", "array formula"), partial(saved, array))
    yield Case("openpyxl table", ("openpyxl", "table"), partial(saved, table))


def _together() -> Iterator[Case]:
    """Combinations, chosen so that every feature meets several others."""
    makers = [m for m in MADE if m not in ("plain", *_ALONE)]
    changes = [c for c in RAW if c not in _ALONE]
    for n, name in enumerate(makers):
        other, change = makers[(n * 7 + 3) % len(makers)], changes[(n * 11 + 5) % len(changes)]
        if _clash(name, other):
            continue
        made = tuple(dict.fromkeys((name, other)))
        yield Case(f"{' + '.join(made)} + {change}", (*made, change), partial(_changed, made, [RAW[change]]))
    everything = tuple(m for m in makers if m not in _NOT_IN_ALL)
    added = ("custom XML", "sensitivity label", "printer settings", "validation x14", "external link", "connection", "custom property part")
    yield Case("nearly everything", (*everything, *added), partial(_changed, everything, [RAW[a] for a in added]))


_ALONE: Final = {
    *(
        "neither addresses nor numbers",
        "cells without addresses",
        "rows without numbers",
        "no styles",
        "namespace prefix",
        "form control beside",
    ),
    *(
        "table",
        "table with totals row",
        "pivot",
        "texts from formulas",
        "inline strings",
        "printer settings",
        "protected range",
        "form control",
    ),
    *(
        "validation x14",
        "extension list",
        "hidden by height",
        "background of a style",
        "no spans",
        "custom views",
        "line breaks between elements",
    ),
}
"""What presumes a plain workbook, so that it is not combined by rule."""
_NOT_IN_ALL: Final = {
    "filtered rows",
    "merged cells beside",
    "many sheets",
    "hidden sheets",
    "chart over the next columns",
    "outline",
    "second table beside",
}
_BESIDE: Final = {"second table beside", "dynamic array beside", "merged cells beside", "formatted cells beside", "occupied cells"}


def _clash(one: str, other: str) -> bool:
    """Two features that XlsxWriter cannot put in the same place."""
    return {one, other} <= _BESIDE or {one, other} <= {"autofilter", "filtered rows"} or one == other


def _refused() -> Iterator[Case]:
    """What must not be touched, each refused with a sentence."""
    for name, change in REFUSED.items():
        yield Case(name, (name,), partial(_changed, ("plain",), [change]), "refused")
    for name, make in REFUSED_MADE.items():
        yield Case(name, (name,), partial(_based, make), "refused")
    yield Case("truncated", ("truncated",), lambda: _made(("plain",))[:-200], "refused")
    yield Case("a damaged part", ("damaged",), lambda: _flipped(_made(("plain",))), "refused")
    yield Case("encrypted", ("encrypted",), lambda: compound({"EncryptedPackage": b"\0" * 64, "EncryptionInfo": b"\4\0\4\0"}), "refused")
    yield Case("a name that begins with a slash", ("pictures", "unsafe name"), partial(_based, base.pictures), "written")
    yield Case("a web page", ("html",), lambda: b"<html><table><tr><td>ID</td></tr></table></html>", "refused")
    yield Case("the same part twice", ("duplicate part",), lambda: _twice(_made(("plain",))), "refused")


def _based(make: base.Make) -> bytes:
    b = base.Base()
    make(b)
    return b.saved()


def _flipped(content: bytes) -> bytes:
    """One byte of a stored sheet changed, so that its check sum is wrong."""
    stored = raw.zipped(Parts(content), stored=True)
    return stored.replace(b"<sheetData>", b"<sheetDatA>", 1)


def _twice(content: bytes) -> bytes:
    target = BytesIO(content)
    with warnings.catch_warnings(), zipfile.ZipFile(target, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml", STAMP), b"<workbook/>")
    return target.getvalue()
