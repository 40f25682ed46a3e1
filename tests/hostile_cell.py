"""Hostile cases of one cell: numbers as people type them, what Excel leaves in a cell, ids, and texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

import workbook_parts as raw
from hostile_round import Case, Formula, Found, Rich, Round, Said, Shown, cell, updated, warning
from portfolio.records import Requirement

FIRST: Final = "EX-1.outlay.2025"
NUMBER: Final = "text number with space, NBSP, narrow NBSP, thin space, apostrophe, dot/comma ambiguity"
MINUS: Final = "unicode minus, en dash"
PERCENT: Final = "percent typed as 5 and as 5 %"
WORDS: Final = "`ca 100`, `1 250 tkr`, `?`, `x`"
SLIP: Final = "unit slip by 1,000"
DATES: Final = "date serial, date as text, 1904 date system"
ERRORS: Final = "#REF! #N/A #DIV/0! #NAME? #SPILL!"
OVERWRITTEN: Final = "formula overwritten by a constant in one row of a column"
BLANKS: Final = "leading/trailing blanks"
ALIKE: Final = "look-alike letters (Cyrillic А)"
IDS: Final = "id twice, id differing in case or blanks, leading zeros lost"
TEXTS: Final = "text starting with = + - @ tab"
CONTROL: Final = "control characters"
UNICODE: Final = "emoji, å ä ö in NFC and NFD"
LONG: Final = "ö" * 32_767


def spelt(text: str) -> Case:
    """8 000 tkr in one of its spellings."""
    return cell(NUMBER, FIRST, text, name=f"{text!r}")


def both(*makes: Callable[[Round], None]) -> Callable[[Round], None]:
    def make(r: Round) -> None:
        for one in makes:
            one(r)

    return make


def put(where: str, value: Any) -> Callable[[Round], None]:
    identity, _, name = where.partition(".")
    return lambda r: r.put(identity, name, value)


def totals(*values: Any) -> Callable[[Round], None]:
    """A column of stated totals after the last one."""
    return lambda r: r.add_column("stated_total", Said("Total utgift (tkr)", "Total outlay (tkr)"), values)


def total_formula(row: int, saved: Any) -> Callable[[Round], Formula]:
    def made(r: Round) -> Formula:
        first, last = (r.place(f"EX-{row}.outlay.{y}").split("!")[1] for y in ("2025", "later"))
        return Formula(f"=SUM({first}:{last})", saved)

    return made


def summed(*saved: Any) -> Callable[[Round], None]:
    """Totals as formulas, each with what Excel saved; a number alone has been typed over it."""

    def make(r: Round) -> None:
        made = [total_formula(n, v[0])(r) if isinstance(v, tuple) else v for n, v in enumerate(saved, start=1)]
        totals(*made)(r)

    return make


def dates_1904(r: Round) -> None:
    r.date_1904 = True
    r.put("EX-3", "earliest_start", date(2026, 5, 1))
    r.put("EX-3", "latest_start", date(2029, 12, 31))


def numbered(first: Any, second: Any, needs: Any) -> Callable[[Round], None]:
    """Ids that are numbers, one of which another needs."""

    def make(r: Round) -> None:
        r.put("EX-1", "id", first)
        r.put("EX-2", "id", second)
        r.put("EX-4", "requires", needs)

    return make


def renumbered(first: str, second: str) -> Callable[[dict[str, Any]], None]:
    def change(known: dict[str, Any]) -> None:
        known[first] = known.pop("EX-1").model_copy(update={"id": first})
        known[second] = known.pop("EX-2").model_copy(update={"id": second})
        known["EX-4"] = known["EX-4"].model_copy(update={"requires": (Requirement(id=second),)})

    return change


def external(r: Round) -> None:
    """An amount that comes from last year's workbook."""
    r.put("EX-1", "outlay.2025", Formula("='[1]Blad1'!$A$1", 8000))
    r.changes.append(raw.external_link)


CASES: Final = (
    *map(
        spelt, ("8 000", "8\u00a0000", "8\u202f000", "8\u2009000", "8'000", "8’000", "+8000", "8 000,00", "8.000,00", "8,000.00", "8000,0")
    ),
    *(
        cell(NUMBER, "EX-4.outlay.2027", t, changed=updated("EX-4", outlay=(40_000_000, 1_234_567_000)))
        for t in ("1 234 567", "1.234.567", "1,234,567", "1'234'567")
    ),
    cell(NUMBER, FIRST, "1.250", "ambiguous_number"),
    cell(NUMBER, FIRST, "12,345", "ambiguous_number"),
    cell(NUMBER, FIRST, "8 00", "text_for_number"),
    cell(NUMBER, FIRST, "8 000 000.000.00", "text_for_number"),
    cell(MINUS, "EX-2.operating", "−500"),
    cell(MINUS, "EX-2.operating", "–500"),
    cell(MINUS, "EX-2.operating", "500−"),
    cell(MINUS, "EX-2.operating", "--500", "text_for_number"),
    cell(PERCENT, "EX-2.outlay_uncertainty", 5, changed=updated("EX-2", outlay_uncertainty=Decimal("0.05"))),
    cell(PERCENT, "EX-2.outlay_uncertainty", "5 %", changed=updated("EX-2", outlay_uncertainty=Decimal("0.05"))),
    cell(
        PERCENT,
        "EX-2.outlay_uncertainty",
        Shown(0.05, "0 %"),
        changed=updated("EX-2", outlay_uncertainty=Decimal("0.05")),
        name="0.05 shown as 5 %",
    ),
    cell(PERCENT, "EX-2.outlay_uncertainty", "500 %", "percent_outside"),
    cell(PERCENT, FIRST, "5 %", "percent_for_amount"),
    cell(PERCENT, FIRST, Shown(0.05, "0 %"), "percent_for_amount", shown="0.05", name="an amount shown as per cent"),
    cell("`(1 200)`", "EX-2.operating", "(500)"),
    cell("`(1 200)`", "EX-2.operating", "(1 200)", changed=updated("EX-2", operating=-1_200_000)),
    cell("`(1 200)`", FIRST, "(8 000)", "negative_amount"),
    cell("`-`", "EX-1.outlay.2027", "-", warning("outlay_not_given", "EX-1.outlay.2027", "-")),
    cell("`-`", "EX-3.grant", "–"),
    cell("`-`", "EX-1.name", "-", "missing_value", shown=""),
    cell(WORDS, FIRST, "ca 100", "text_for_number"),
    cell(WORDS, FIRST, "1 250 tkr", "unit_in_cell"),
    cell(WORDS, FIRST, "2,5 mkr", "unit_in_cell"),
    cell(WORDS, FIRST, "?", "text_for_number"),
    cell(WORDS, FIRST, "x", "text_for_number"),
    cell(WORDS, FIRST, "8000-9000", "text_for_number"),
    cell(WORDS, "EX-1.life", "40 år", "text_for_number"),
    cell(WORDS, "EX-1.tonnes", "300 ton", changed=None),
    cell(
        SLIP,
        "EX-3.outlay.2028",
        10,
        warning("unit_slip_in_row", "EX-3.outlay.2028", 10_000),
        changed=updated("EX-3", outlay=(20_000_000, 20_000_000, 10_000)),
    ),
    cell(
        SLIP,
        "EX-4.outlay.2027",
        40_000_000,
        warning("unit_slip_in_row", "EX-4.outlay.2026", 40_000_000),
        changed=updated("EX-4", outlay=(40_000_000, 40_000_000_000)),
    ),
    cell("negative cost", FIRST, -8000, "negative_amount"),
    cell("negative cost", "EX-1.grant", -1, "negative_amount"),
    cell("negative cost", FIRST, "−8 000", "negative_amount"),
    cell(DATES, FIRST, date(2025, 8, 1), "date_for_number", shown="2025-08-01 00:00:00"),
    cell(DATES, "EX-3.earliest_start", 46_143, "not_a_year"),
    cell(DATES, "EX-3.earliest_start", date(2026, 5, 1), name="a date for a year"),
    cell(DATES, "EX-3.earliest_start", "2026-05-01", "text_for_number"),
    cell(DATES, "EX-3.earliest_start", 26, "not_a_year"),
    Case(DATES, "the 1904 system", dates_1904),
    cell("boolean", FIRST, True, "boolean_for_number"),
    cell("boolean", "EX-3.in_plan", False),
    cell("boolean", "EX-1.counts_to_target", True),
    *(cell(ERRORS, FIRST, Formula("=1/0", e), "error_value", shown=e, name=e) for e in ("#REF!", "#N/A", "#DIV/0!", "#NAME?", "#VALUE!")),
    cell(ERRORS, FIRST, "#SPILL!", "error_value"),
    cell(ERRORS, "EX-1.name", Formula("=VLOOKUP(1,A1:B2,2,0)", "#N/A"), "error_value", shown="#N/A", name="a name"),
    cell(ERRORS, "EX-1.id", Formula("=NA()", "#N/A"), "error_value", shown="#N/A", name="an id"),
    Case(ERRORS, "a stated total", totals(20_000, Formula("=1/0", "#DIV/0!")), (warning("error_value", "EX-2.stated_total", "#DIV/0!"),)),
    cell("formula without a cached value", FIRST, Formula("=4000+4000"), "formula_without_value", shown="=4000+4000", name="an amount"),
    cell(
        "formula without a cached value",
        "EX-1.name",
        Formula('="Cykel"&"bana"'),
        "formula_without_value",
        shown='="Cykel"&"bana"',
        name="a name",
    ),
    Case(
        "formula without a cached value",
        "a stated total",
        summed((None,), (30_000,)),
        (warning("formula_without_value", "EX-1.stated_total", "=SUM(L5:S5)"),),
    ),
    Case(
        "stale cached value", "a stated total", summed((21_000,), (30_000,)), (warning("row_total_differs", "EX-1.stated_total", 21_000),)
    ),
    Case("stale cached value", "none is stale", summed((20_000,), (30_000,), (50_000,), (80_000,))),
    Case(
        OVERWRITTEN,
        "a stated total",
        summed((20_000,), 30_000, (50_000,), (80_000,)),
        (warning("formula_overwritten", "EX-2.stated_total", 30_000),),
    ),
    Case(
        OVERWRITTEN,
        "with another amount",
        summed((20_000,), (30_000,), 49_000, (80_000,)),
        (warning("formula_overwritten", "EX-3.stated_total", 49_000), warning("row_total_differs", "EX-3.stated_total", 49_000)),
    ),
    Case("external link", "an amount", external, (warning("external_link", FIRST, "='[1]Blad1'!$A$1"),)),
    cell(BLANKS, "EX-1.id", "  EX-1 "),
    cell(BLANKS, "EX-1.control", Said(" Stad ", " City ")),
    cell(BLANKS, FIRST, "  8000\u00a0"),
    cell(BLANKS, "EX-4.requires", "\u00a0EX-2  "),
    cell(BLANKS, "EX-1.comment", "   "),
    cell(ALIKE, "EX-1.id", "ЕX-1", "lookalike_id", name="a Cyrillic Е"),
    cell(ALIKE, "EX-1.id", "EΧ-1", "lookalike_id", name="a Greek Χ"),
    cell(ALIKE, "EX-4.requires", "ЕX-2", "unknown_requirement", name="in what is needed"),
    cell(IDS, "EX-3.id", "EX-1", "duplicate_id", name="twice"),
    cell(IDS, "EX-3.id", "ex-1", "duplicate_id_spelling", name="another case"),
    cell(IDS, "EX-3.id", "EX -1", "duplicate_id_spelling", name="a blank in it"),
    Case(IDS, "zeros shown by a format", numbered(Shown(1, "000"), Shown(2, "000"), "002"), changed=renumbered("001", "002")),
    Case(IDS, "zeros lost", numbered(1, 2, "002"), (Found("unknown_requirement", "EX-4.requires", "002"),)),
    Case(IDS, "plain numbers", numbered(101, 102.0, 102), changed=renumbered("101", "102")),
    cell("15-digit loss", "EX-1.id", 1234567890123456789, "id_digits_lost", shown="1.23456789012346e+18", name="an id"),
    cell("15-digit loss", FIRST, "8000,0001", "not_whole_kronor", name="a tenth of an öre"),
    cell("15-digit loss", FIRST, 8000.000000000001, changed=None, name="what a formula leaves behind"),
    *(cell("NaN, inf, > 1e12", FIRST, t, "text_for_number") for t in ("NaN", "inf", "-Infinity", "1e12", "1E+06")),
    cell("NaN, inf, > 1e12", FIRST, 2e9, "amount_too_large", shown="2000000000"),
    cell("NaN, inf, > 1e12", FIRST, 1e300, "amount_too_large", shown="1e+300"),
    cell("NaN, inf, > 1e12", "EX-1.tonnes", 2e9, "tonnes_too_large", shown="2000000000"),
    *(
        cell(TEXTS, "EX-1.comment", t, changed=updated("EX-1", comment=t.strip()))
        for t in ("=1+1", "+46 42 10 50 00", "-se not", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0")
    ),
    cell(TEXTS, FIRST, "=8000", "text_for_number"),
    cell(TEXTS, FIRST, "@8000", "text_for_number"),
    cell(CONTROL, "EX-1.comment", "rad\x07 ett\x1b[31m", changed=updated("EX-1", comment="rad ett[31m")),
    cell(CONTROL, "EX-1.id", "EX-\u200b1", name="a blank without width in an id"),
    cell(CONTROL, "EX-1.id", "EX-\x011", name="a control character in an id"),
    cell(CONTROL, "EX-4.requires", "EX-2\u200b", name="in what is needed"),
    cell("32,767 characters", "EX-1.comment", LONG, changed=updated("EX-1", comment=LONG), name="a comment"),
    cell("32,767 characters", "EX-1.owner", LONG, Found("owner_unknown", "EX-1.owner", LONG), name="an owner"),
    cell("32,767 characters", FIRST, "9" * 32_767, "amount_too_large", name="a number"),
    cell("32,767 characters", FIRST, "1 000" + " 000" * 8_000, "amount_too_large", name="a grouped number"),
    cell("32,767 characters", "EX-1.ramp", "0|" * 16_383 + "1", "ramp_too_long", name="a ramp"),
    cell(
        "rich text",
        "EX-1.comment",
        Rich(("Obs ", "preliminärt", " belopp")),
        changed=updated("EX-1", comment="Obs preliminärt belopp"),
        name="a comment",
    ),
    cell("rich text", FIRST, Rich(("8", " 0", "00")), name="an amount"),
    cell(UNICODE, "EX-1.comment", "🚲 på väg – 100 %", changed=updated("EX-1", comment="🚲 på väg – 100 %")),
    cell(
        UNICODE,
        "EX-1.comment",
        unicodedata.normalize("NFD", "Åkeri på ö"),
        changed=updated("EX-1", comment="Åkeri på ö"),
        name="NFD is read as NFC",
    ),
    cell(UNICODE, "EX-1.owner", unicodedata.normalize("NFD", "Exempelnämnden"), name="an owner in NFD"),
    Case(UNICODE, "a heading in NFD", lambda r: r.head.update({"owner": unicodedata.normalize("NFD", r.head["owner"])})),
    cell(
        "personal identity number",
        "EX-1.comment",
        "Kontakt 19121212-1212",
        Found("personal_number", "EX-1.comment", severity="warning"),  # and the number is not repeated
        changed=updated("EX-1", comment="Kontakt 19121212-1212"),
    ),
)
