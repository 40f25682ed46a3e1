"""Examples of what is found in workbooks: for every code of `findings_excel.toml` a change of one cell, heading, row or file."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import workbook_parts as raw
from example import RUN, Example, Severity, replaced
from hostile_file import MIB, SHEET
from hostile_logic import MUST, overlap, pair
from hostile_round import BOOK, Round, Said
from hostile_structure import both, copied, heading, put
from test_hostile_limits import rows

Make = Callable[[Round], None]


def cell(
    code: str, where: str, value: Any, severity: Severity = "error", *, at: str = "", shown: Any = ..., also: tuple[str, ...] = ()
) -> Example:
    """One cell; said there, or at another place."""
    return Example(code, put(where, value), at or where, value if shown is ... else shown, severity=severity, also=also)


def layout(text: str) -> Make:
    """A layout file for the workbook."""

    def make(r: Round) -> None:
        r.files["models/layouts/bok.toml"] = text.encode()

    return make


def years_without_unit(r: Round) -> None:
    for name, text in r.head.items():
        r.head[name] = text.replace(" (tkr)", "")
    r.above[(2, 1)] = None


def no_rows(r: Round) -> None:
    r.rows, r.overlaps = [], r.overlaps[:1]


def signs(stated: bool) -> Make:
    def make(r: Round) -> None:
        for row in r.rows:
            row.update({name: -value for name, value in row.items() if name.startswith("outlay.") and value})
        if stated:
            r.above[(3, 1)] = "Utgifter anges med minustecken"

    return make


def history(r: Round) -> None:
    r.add_column("history", "Utfall 2024 (tkr)", (100,))


def once_above(r: Round) -> None:
    r.fields.remove("price_level")
    r.above[(3, 1)] = "Prisnivå: 2025"


def named_budget(r: Round) -> None:
    r.sheet = "Budget"


def other_sheet(name: str, *rows: tuple[Any, ...]) -> Make:
    def make(r: Round) -> None:
        def fill(sheet: Any) -> None:
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)

        r.other_sheets[name] = fill

    return make


def hidden_copy(r: Round) -> None:
    """A hidden sheet with the headings of investments, beside one that is found by its headings."""
    copied("Budget")(r)
    r.finish.append(lambda book, _: book.worksheets()[2].hide())


def dear(r: Round) -> None:
    """A fifth investment, which costs a thousand times what the others do."""
    r.rows.append({**r.rows[1], "id": "EX-5", "was": "EX-5", "outlay.2026": 15_000_000, "outlay.2027": 15_000_000})


def no_styles(parts: raw.Parts) -> None:
    """A cell format that is not there."""
    parts.put(SHEET, parts.text(SHEET).replace('<c r="A5"', '<c r="A5" s="99"', 1))


@contextmanager
def unreadable() -> Any:
    """The system refuses the workbook; the user who runs the tests may be one that is never refused."""
    real = Path.read_bytes

    def read(self: Path) -> bytes:
        if self.suffix == ".xlsx":
            raise PermissionError(13, os.strerror(13))
        return real(self)

    with replaced("pathlib.Path.read_bytes", read)():
        yield


def changed(name: str) -> Callable[[Path], None]:
    """A decision of the basis changed as in `test_handmade.WRONG`."""

    def after(folder: Path) -> None:
        from test_handmade import WRONG, edit

        edit(folder / "ut" / "beslutsunderlag.xlsx", "Beslut", WRONG[name])

    return after


def alone(folder: Path) -> None:
    (folder / "ut" / "run.json").unlink()


BASIS: Final = "ut/beslutsunderlag.xlsx"


def basis(code: str, name: str, place: str, value: Any, words: str) -> Example:
    """A decision that somebody has changed."""
    command = f"check {BASIS}"
    return Example(code, place=place, value=value, file=BASIS, ran=RUN, after=changed(name), command=command, words=words, long=True)


OWN: Final = (
    Example("file_unreadable", around=unreadable, words="Somebody else may read `bok.xlsx`, but not the one who asks."),
    Example("file_too_large", after=lambda folder: os.truncate(folder / BOOK, 60 * MIB), words="The file has grown to 60 MB."),
    Example("sheet_too_long", rows(200_001), words="200,001 empty formatted rows stand below the table."),
    Example(
        "file_not_understood",
        lambda r: r.changes.append(no_styles),
        words="A cell names a cell format, number 99, that the workbook does not have.",
    ),
    Example("sheet_by_header", named_budget, "Budget", "Budget", severity="note"),
    Example("own_column", lambda r: r.add_column("mine", "(Projektnr)", (17,)), "#mine", "(Projektnr)", severity="note"),
    Example("other_column", both(named_budget, heading("comment", "Projektledare")), "#comment", "Projektledare", severity="note"),
    Example("history_column", history, "#history", "Utfall 2024 (tkr)", severity="note"),
    Example(
        "unit_missing", years_without_unit, "{sheet}!{top}", words="The unit, `(tkr)`, is taken out of all headings and of the title in A2."
    ),
    Example("no_investments", no_rows, words="All four investments are removed, and the row of overlaps."),
    Example("understood", place="{sheet}!{top}", severity="note", words="Nothing: it is said of every workbook."),
    Example("missing_column", lambda r: r.fields.remove("ramp"), "{sheet}!{top}"),
    Example("column_without_header", lambda r: r.add_column("bare", None, (17,)), "EX-1.bare", 17, severity="warning"),
    cell("missing_value", "EX-1.life", None, shown=""),
    cell("negative_tonnes_here", "EX-1.removal_tonnes", -1),
    cell("ramp_not_shares", "EX-1.ramp", "0|ja"),
    cell("unknown_word", "EX-1.control", "region"),
    cell("unknown_lock", "EX-2.lock", "kanske"),
    cell("grant_without_status", "EX-1.grant_status", None, at="EX-1.grant", shown=10_000),
    cell("share_below_one", "EX-1.eligible_share", 0.5, "warning"),
    cell("partner_above_outlay", "EX-1.partner", 10_001, shown=10_001_000),
    cell("removal_above_tonnes", "EX-1.removal_tonnes", 301),
    cell("emissions_grow", "EX-1.tonnes", -300, "note"),
    Example(
        "effect_without_outlay", both(*(put(f"EX-3.outlay.{y}", None) for y in (2026, 2027, 2028))), "EX-3.tonnes", 600, severity="note"
    ),
    cell("outlay_without_effect", "EX-2.tonnes", 0, "note"),
    cell("not_whole_hundreds", "EX-3.outlay.2026", 20_000.01, shown=20_000_010),
    cell("external_owner_in_control", "EX-1.owner_type", "extern", shown="Exempelnämnden"),
    cell("external_in_plan", "EX-4.in_plan", "ja", shown=""),
    cell("external_decided", "EX-4.lock", MUST, "warning", shown=""),
    cell("committed_but_never", "EX-1.lock", "aldrig", "warning", shown=""),
    cell("outlay_hole", "EX-3.outlay.2027", None, "warning", shown=""),
    cell("scope_unknown", "EX-1.scope", "4"),
    cell("start_outside_window", "EX-2.earliest_start", 2027, "warning", at="EX-2.outlay.2026", shown=2026),
    Example(
        "unit_outlier",
        dear,
        "EX-5.outlay.2026",
        30_000_000_000,
        severity="warning",
        words="A fifth row, EX-5, is like EX-2 with 15 bn kronor in each of the years 2026 and 2027.",
    ),
    Example(
        "overlap_both_scalable",
        both(put("EX-2.minimum_share", 50), overlap(pair("EX-3", "EX-2", 0.5))),
        "{overlaps}!B3",
        "EX-3",
    ),
    Example("ceiling_unknown_group", overlap((Said("tak", "ceiling"), "LAD", None, 100, "x")), "{overlaps}!B3", "LAD"),
    Example("ceiling_twice", overlap((Said("tak", "ceiling"), "LADD", None, 100, "x")), "{overlaps}!B3", "LADD"),
    Example("signs_not_stated", signs(stated=False), "EX-1.outlay.2025", -8000, words="Every outlay has a minus sign."),
    Example(
        "understood_signs",
        signs(stated=True),
        "{sheet}!{top}",
        severity="note",
        words="Every outlay has a minus sign, and A3 says: Utgifter anges med minustecken.",
    ),
    Example("understood_constant", once_above, "{sheet}!A3", "2025", severity="note"),
    Example("hidden_sheet", hidden_copy, "Budget 2", "Budget 2", severity="note", words="A hidden sheet `Budget 2` has the same table."),
    Example(
        "understood_joined",
        both(lambda r: r.fields.remove("scope"), other_sheet("Klimat", ("ID", "Investering", "Scope"), ("EX-1", "x", "2"))),
        "Klimat!1",
        "Klimat",
        severity="note",
        words="A sheet `Klimat` has the headings `ID`, `Investering` and `Scope` and a row `EX-1`, `x`, `2`.",
    ),
    Example(
        "join_differs",
        other_sheet("Klimat", ("ID", "Investering", "Scope"), ("EX-1", "x", "2")),
        "EX-1.scope",
        "1",
        words="A sheet `Klimat` has the headings `ID`, `Investering` and `Scope` and a row `EX-1`, `x`, `2`; the table says scope 1.",
    ),
    Example(
        "layout_column_missing",
        layout(
            'schema_version = 1\nworkbooks = ["bok.xlsx"]\n[[table]]\nsheet = "Investeringar"\n[table.columns]\ntonnes = "Klimatnytta"\n'
        ),
        "columns.tonnes",
        "Klimatnytta",
        "models/layouts/bok.toml",
        also=("missing_column",),
    ),
    Example(
        "layout_field_unknown",
        layout(
            'schema_version = 1\nworkbooks = ["bok.xlsx"]\n[[table]]\nsheet = "Investeringar"\n[table.columns]\nton = "Ton CO2e per år"\n'
        ),
        "columns.ton",
        "ton",
        "models/layouts/bok.toml",
    ),
    Example("layout_syntax", layout("workbooks = bok.xlsx\n"), file="models/layouts/bok.toml"),
    Example(
        "layout_key_missing",
        layout('schema_version = 1\nworkbooks = ["bok.xlsx"]\n[[table]]\nunit = "tkr"\n'),
        "table.1.sheet",
        file="models/layouts/bok.toml",
    ),
    Example(
        "layout_invalid",
        layout('schema_version = 1\nworkbooks = ["bok.xlsx"]\n[[table]]\nsheet = "Investeringar"\nunit = "euro"\n'),
        "table.1.unit",
        "euro",
        "models/layouts/bok.toml",
    ),
    Example("layout_nothing", both(named_budget, heading("id", "Kennung")), command="layout bok.xlsx"),
    basis("decision_unknown", "word", "Beslut!D13", "kanske", "In `ut/beslutsunderlag.xlsx`: the decision on EX-2 is `kanske`."),
    basis("decision_without_start", "no start", "Beslut!E13", "", "In `ut/beslutsunderlag.xlsx`: the start year of EX-2 is blank."),
    basis("decision_start", "start too early", "Beslut!E14", 2025, "In `ut/beslutsunderlag.xlsx`: EX-3 starts in 2025."),
    basis("decision_share", "share", "Beslut!F14", 10, "In `ut/beslutsunderlag.xlsx`: EX-3 is bought to 10 per cent."),
    basis("decision_of_nothing", "unknown id", "Beslut!A14", "EX-9", "In `ut/beslutsunderlag.xlsx`: the id EX-3 is changed to EX-9."),
    basis("decision_external", "external", "Beslut!D15", "", "In `ut/beslutsunderlag.xlsx`: EX-4 is in the plan, with a start in 2026."),
    Example("basis_without_run", file=BASIS, ran=RUN, after=alone, command=f"check {BASIS}", words="`ut/run.json` is removed.", long=True),
)
