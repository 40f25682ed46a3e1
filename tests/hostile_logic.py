"""Hostile cases of logic: what rows say about each other, what the model says, and what the two say together."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from hostile_round import BOOK, MODEL, Case, Found, Round, Said, cell, sound, updated, warning
from portfolio.records import Lock, LockKind, OwnerType

Make = Callable[[Round], None]
NEEDS: Final = "prerequisite unknown, self, cycle, outside the window"
BOTH: Final = "alternatives both `måste`"
WINDOW: Final = "window empty, start after end"
RAMP: Final = "ramp above 1 or falling without a reason"
EFFECT: Final = "effect without outlay, outlay without effect (allowed, reported)"
SHARE: Final = "percent below the minimum share"
OVERLAP: Final = "overlap above 100 %, with itself, with an unknown id"
FRAMES: Final = "frames all zero, a year missing, sum ≠ stated total"
TOTALS: Final = "stated total ≠ sum of parts (difference in kronor with both cells)"
OWNERS: Final = "the same investment in two owners' workbooks"
OWNER: Final = "an owner not in the model file"
KEYS: Final = "model key unknown, unit missing, source missing, wrong unit (mnkr given as tkr), date in a number, TOML syntax error with line and column"
SCENARIO: Final = "scenario overlay naming a key that does not exist"
BASE: Final = "base year mismatch"
MUST: Final = Said("måste", "must")


def both(*makes: Make) -> Make:
    def make(r: Round) -> None:
        for one in makes:
            one(r)

    return make


def put(where: str, value: Any) -> Make:
    identity, _, name = where.partition(".")
    return lambda r: r.put(identity, name, value)


def model(*pairs: tuple[str, str]) -> Make:
    """Parts of the model file replaced; what is not there is a fault of the test."""

    def make(r: Round) -> None:
        for old, new in pairs:
            if r.model.count(old) < 1:
                raise ValueError(f"{old} is not in the model")
            r.model = r.model.replace(old, new, 1)

    return make


def of_model(fault: str, name: str, old: str, new: str, code: str, place: str, value: Any = "", severity: str = "error") -> Case:
    """A case of one place in the model file."""
    found = Found(code, place, value, MODEL) if severity == "error" else warning(code, place, value, MODEL)
    return Case(fault, name, model((old, new)), (found,))


def overlap(*rows: tuple[Any, ...]) -> Make:
    return lambda r: r.overlaps.extend(rows)


def pair(loser: str, winner: str, share: Any) -> tuple[Any, ...]:
    return (Said("par", "pair"), loser, winner, share, "x")


def second_workbook(r: Round) -> None:
    """The company's own workbook says EX-2 too."""
    other = sound(r.lang)
    other.rows = [row for row in other.rows if row["was"] == "EX-2"]
    other.overlaps = other.overlaps[:1]
    r.files["bolaget.xlsx"] = other.content()
    r.asked = [BOOK, "bolaget.xlsx"]


def second_spelling(r: Round) -> None:
    second_workbook(r)
    other = sound(r.lang)
    other.rows = [{**row, "id": "ex-2"} for row in other.rows if row["was"] == "EX-2"]
    other.overlaps = other.overlaps[:1]
    r.files["bolaget.xlsx"] = other.content()


def overlay(text: str, name: str = "fel") -> Make:
    def make(r: Round) -> None:
        r.files[f"models/scenarios/{name}.toml"] = text.encode("utf-8")
        r.scenarios = [name]

    return make


def no_scenario(r: Round) -> None:
    r.scenarios = ["finns-inte"]


def latin_1(r: Round) -> None:
    r.files[MODEL] = r.model.encode("latin-1")


def stated(*totals: Any) -> Make:
    return lambda r: r.add_column("stated_total", Said("Total utgift (tkr)", "Total outlay (tkr)"), totals)


def summed(*lines: tuple[str, Any]) -> Make:
    def make(r: Round) -> None:
        r.below[(1, "name")] = Said("Summa", "Total")
        for name, value in lines:
            r.below[(1, name)] = value

    return make


ZERO: Final = "2025 = 8, 2026 = 27, 2027 = 15,"
ISSUES: Final = (
    'framework = "exempel"',
    'framework = "exempel"\nnew_issues = { unit = "mnkr", source = "x", values = { 2025 = 0, 2026 = 10, 2027 = 10, 2028 = 0, 2029 = 0, 2030 = 0, 2031 = 0 } }',
)
CASES: Final = (
    cell(NEEDS, "EX-1.requires", "EX-9", "unknown_requirement"),
    cell(NEEDS, "EX-1.requires", "EX-1", "requires_itself"),
    cell(NEEDS, "EX-1.requires", "EX-4", "city_requires_external"),
    Case(
        NEEDS,
        "cycle",
        both(put("EX-2.requires", "EX-3"), put("EX-3.requires", Said("EX-2 klar", "EX-2 finished"))),
        (Found("requirement_cycle", "EX-2.requires", "EX-2"),),
    ),
    Case(
        NEEDS,
        "outside the window",
        put("EX-1.requires", Said("EX-3 klar", "EX-3 finished")),
        (Found("requirement_too_late", "EX-1.requires", "EX-3"),),
    ),
    Case(
        BOTH,
        "both must",
        both(*(put(f"EX-{n}.alternatives", "A") for n in (2, 3)), *(put(f"EX-{n}.lock", MUST) for n in (2, 3))),
        (Found("alternatives_both_fixed", "EX-3.alternatives", "A"),),
    ),
    Case(
        BOTH,
        "one is decided",
        both(put("EX-1.alternatives", "A"), put("EX-2.alternatives", "A"), put("EX-2.lock", 2026)),
        (Found("alternatives_both_fixed", "EX-2.alternatives", "A"),),
    ),
    Case(
        "`måste` outlays above the frame",
        "the frame",
        put("EX-1.outlay.2025", 48_000),
        (warning("must_above_frame", "plan_frame.frame", "50 mnkr", MODEL),),
        updated("EX-1", outlay=(48_000_000, 12_000_000)),
    ),
    Case(
        "`måste` outlays above the frame",
        "the need",
        both(put("EX-3.outlay.2027", 180_000), put("EX-3.lock", MUST)),
        (warning("must_above_envelope", "control_envelope.total", "100 mnkr", MODEL),),
        updated("EX-3", outlay=(20_000_000, 180_000_000, 10_000_000), lock=Lock(kind=LockKind.MUST)),
    ),
    Case(WINDOW, "start after end", put("EX-1.earliest_start", 2027), (Found("start_after_end", "EX-1.earliest_start", 2027),)),
    Case(
        WINDOW,
        "no room for the outlays",
        both(put("EX-3.earliest_start", 2031), put("EX-3.latest_start", 2031)),
        (warning("window_empty", "EX-3.latest_start", 2031), warning("start_outside_window", "EX-3.outlay.2026", 2026)),
        updated("EX-3", earliest_start=2031, latest_start=2031),
    ),
    Case(
        WINDOW,
        "no room for what must be",
        both(put("EX-3.earliest_start", 2031), put("EX-3.latest_start", 2031), put("EX-3.lock", MUST)),
        (Found("window_empty", "EX-3.latest_start", 2031), warning("start_outside_window", "EX-3.outlay.2026", 2026)),
    ),
    Case(WINDOW, "locked outside it", put("EX-2.lock", 2030), (Found("lock_outside_window", "EX-2.lock", 2030),)),
    *(cell("useful life 0", "EX-1.life", v, "life_outside") for v in (0, -1, 12.5, 201)),
    cell("useful life 0", "EX-1.life", None, Found("missing_value", "EX-1.life")),
    cell(RAMP, "EX-1.ramp", "0|1,5", "ramp_outside"),
    cell(RAMP, "EX-1.ramp", 1.5, "share_outside"),
    cell(RAMP, "EX-1.ramp", "0|150 %", "ramp_outside"),
    cell(RAMP, "EX-1.ramp", "0|-0,5", "ramp_outside"),
    cell(
        RAMP, "EX-1.ramp", "1|0,5", warning("ramp_falls", "EX-1.ramp", "1|0.5"), changed=updated("EX-1", ramp=(Decimal(1), Decimal("0.5")))
    ),
    Case(
        EFFECT,
        "effect without outlay",
        both(put("EX-3.outlay.2026", None), put("EX-3.outlay.2027", None), put("EX-3.outlay.2028", None), put("EX-3.minimum_share", None)),
        (Found("effect_without_outlay", severity="note"),),
        updated("EX-3", outlay=(0,), minimum_share=None),
    ),
    Case(
        EFFECT,
        "outlay without effect",
        put("EX-2.tonnes", 0),
        (Found("outlay_without_effect", severity="note"),),
        updated("EX-2", tonnes=Decimal(0)),
    ),
    cell("grant above outlay", "EX-1.grant", 20_001, "grant_above_outlay", shown=20_001_000),
    Case(
        "granted grant outside the plan years",
        "paid later",
        both(
            put("EX-1.latest_start", 2030), model(("[bonds]", '[grants]\ndelay = { value = 1, unit = "years", source = "x" }\n\n[bonds]'))
        ),
        (Found("grant_outside", severity="note"),),
        updated("EX-1", latest_start=2030),
    ),
    cell(SHARE, "EX-3.minimum_share", 0.5, "minimum_share_not_whole"),
    cell(SHARE, "EX-3.minimum_share", 0, "minimum_share_not_whole"),
    Case(
        OVERLAP,
        "above the whole",
        overlap(pair("EX-3", "EX-2", 0.6), pair("EX-3", "EX-4", "60 %")),
        (Found("overlap_above_whole", "{overlaps}!D4", "0.60"),),
    ),
    Case(OVERLAP, "a share above one", overlap(pair("EX-3", "EX-2", 60)), (Found("share_outside", "{overlaps}!D3", 60),)),
    Case(OVERLAP, "with itself", overlap(pair("EX-3", "EX-3", 0.5)), (Found("overlap_with_itself", "{overlaps}!C3", "EX-3"),)),
    Case(OVERLAP, "an unknown id", overlap(pair("EX-3", "EX-9", 0.5)), (Found("overlap_unknown_id", "{overlaps}!C3", "EX-9"),)),
    Case(
        OVERLAP,
        "twice",
        overlap(pair("EX-3", "EX-2", 0.2), pair("EX-3", "EX-2", 0.2)),
        (Found("overlap_twice", "{overlaps}!B4", "EX-3 EX-2"),),
    ),
    Case(
        "ceiling below what is already counted",
        "a committed one",
        both(put("EX-1.overlap_group", "LADD"), lambda r: r.overlaps.__setitem__(1, (Said("tak", "ceiling"), "LADD", None, 200, "x"))),
        (warning("ceiling_below_committed", "{overlaps}!D2", 200),),
        updated("EX-1", overlap_group="LADD"),
    ),
    of_model(
        BASE,
        "after the inventory",
        "base_year = { value = 1990",
        "base_year = { value = 2023",
        "years_reversed",
        "emissions.latest_year.value",
        2022,
    ),
    of_model(
        BASE, "a slip", "base_year = { value = 1990", "base_year = { value = 199", "year_unreasonable", "emissions.base_year.value", 199
    ),
    of_model(
        BASE,
        "an inventory of a year to come",
        "latest_year = { value = 2022",
        "latest_year = { value = 2033",
        "inventory_to_come",
        "emissions.latest_year.value",
        2033,
        "warning",
    ),
    Case(
        FRAMES,
        "all zero",
        model((ZERO, "2025 = 0, 2026 = 0, 2027 = 0,"), ("total = { value = 50", "total = { value = 0")),
        (warning("frame_zero", "plan_frame.frame.values", file=MODEL), warning("must_above_frame", "plan_frame.frame", "0 mnkr", MODEL)),
    ),
    Case(FRAMES, "a year missing", model(("2030 = 0, ", "")), (Found("year_missing", "plan_frame.frame.values.2030", file=MODEL),)),
    Case(
        FRAMES,
        "a year missing, with money",
        model(("2026 = 27, ", "")),
        (Found("year_missing", "plan_frame.frame.values.2026", file=MODEL),),
    ),
    Case(
        FRAMES,
        "another sum",
        model((ZERO, "2025 = 9, 2026 = 27, 2027 = 15,")),
        (Found("frame_total", "plan_frame.total.value", "50 mnkr", MODEL),),
    ),
    Case(
        FRAMES,
        "a negative year",
        model((ZERO, "2025 = -8, 2026 = 43, 2027 = 15,")),
        (Found("amount_negative", "plan_frame.frame.values.2025", "-8 mnkr", MODEL),),
    ),
    Case(
        "opening debt above mandate",
        "by 200 mnkr",
        model(("opening = { value = 500", "opening = { value = 1000")),
        (Found("debt_above_mandate", "debt.opening.value", "1000 mnkr", MODEL),),
    ),
    Case(
        "opening debt above mandate",
        "by a slip",
        model(("opening = { value = 500", "opening = { value = 500_000")),
        (
            Found("debt_above_mandate", "debt.opening.value", "500000 mnkr", MODEL),
            *(warning("unit_slip", f"debt.mandate.values.{y}", "800 mnkr", MODEL) for y in range(2025, 2032)),
        ),
    ),
    Case(TOTALS, "a row", stated(20_000, 30_005), (warning("row_total_differs", "EX-2.stated_total", 30_005),)),
    Case(TOTALS, "a column", summed(("outlay.2025", 8_000), ("outlay.2026", 87_001)), (warning("sum_differs", "+1.outlay.2026", 87_001),)),
    Case(
        TOTALS,
        "both",
        both(stated(20_001), summed(("outlay.2025", 7_999))),
        (warning("row_total_differs", "EX-1.stated_total", 20_001), warning("sum_differs", "+1.outlay.2025", 7_999)),
    ),
    Case(
        "price levels mixed",
        "two years",
        put("EX-3.price_level", 2023),
        (warning("price_levels_mixed", "EX-3.price_level", 2023),),
        updated("EX-3", price_level=2023),
    ),
    Case(OWNERS, "the same id", second_workbook, (Found("duplicate_id", "{sheet}!A5", "EX-2", "bolaget.xlsx"),)),
    Case(OWNERS, "another spelling", second_spelling, (Found("duplicate_id_spelling", "{sheet}!A5", "ex-2", "bolaget.xlsx"),)),
    Case(OWNER, "misspelt", put("EX-1.owner", "Exempelnämden"), (Found("owner_unknown", "EX-1.owner", "Exempelnämden"),)),
    Case(
        OWNER,
        "of another type",
        put("EX-1.owner_type", Said("bolag", "company")),
        (warning("owner_type_differs", "EX-1.owner_type", "company"),),
        updated("EX-1", owner_type=OwnerType.COMPANY),
    ),
    of_model(KEYS, "a table unknown", "[control_envelope]", "[control_envelop]", "key_unknown", "control_envelop"),
    of_model(KEYS, "a key unknown", "carry_forward = true", "carry_foward = true", "key_unknown", "plan_frame.carry_foward", True),
    of_model(KEYS, "a key missing", "schema_version = 1", "", "key_missing", "schema_version"),
    of_model(
        KEYS,
        "unit missing",
        'opening = { value = 500, unit = "mnkr",',
        "opening = { value = 500,",
        "model_unit_missing",
        "debt.opening.unit",
    ),
    of_model(
        KEYS,
        "unit of something else",
        'opening = { value = 500, unit = "mnkr"',
        'opening = { value = 500, unit = "t"',
        "unit_wrong",
        "debt.opening.unit",
        "t",
    ),
    of_model(
        KEYS,
        "unit misspelt",
        'opening = { value = 500, unit = "mnkr"',
        'opening = { value = 500, unit = "mkr"',
        "unit_wrong",
        "debt.opening.unit",
        "mkr",
    ),
    Case(
        KEYS,
        "source missing",
        lambda r: setattr(r, "model", cut_source(r.model)),
        (Found("source_missing", "debt.opening.source", file=MODEL),),
    ),
    Case(
        KEYS,
        "mnkr given as tkr",
        model(('opening = { value = 500, unit = "mnkr"', 'opening = { value = 500, unit = "tkr"')),
        tuple(warning("unit_slip", f"debt.mandate.values.{y}", "800 mnkr", MODEL) for y in range(2025, 2032)),
    ),
    of_model(
        KEYS, "a date", "opening = { value = 500", "opening = { value = 2025-01-01", "number_expected", "debt.opening.value", "2025-01-01"
    ),
    of_model(KEYS, "a text", "opening = { value = 500", 'opening = { value = "500"', "number_expected", "debt.opening.value", "500"),
    of_model(KEYS, "not a number", "opening = { value = 500", "opening = { value = nan", "number_expected", "debt.opening.value", "NaN"),
    of_model(
        KEYS,
        "a part of a krona",
        'value = 500, unit = "mnkr"',
        'value = 500.0000001, unit = "mnkr"',
        "not_whole",
        "debt.opening.value",
        "500.0000001",
    ),
    of_model(
        KEYS,
        "a comma",
        "opening = { value = 500",
        "opening = { value = 500,5",
        "model_syntax",
        "28:26",
        "Expected '=' after a key in a key/value pair",
    ),
    of_model(KEYS, "a bracket", "[emissions]", "[emissions", "model_syntax", "33:11", "Expected ']' at the end of a table declaration"),
    of_model(KEYS, "the same key twice", "[removals]", "[debt]", "model_syntax", "44:6", "Cannot declare ('debt',) twice"),
    Case(KEYS, "not UTF-8", latin_1, (Found("model_not_utf8", file=MODEL),)),
    of_model(KEYS, "an empty framework name", 'framework = "exempel"', 'framework = ""', "framework_missing", "bonds.framework"),
    of_model(
        KEYS,
        "a framework outside the folder",
        'framework = "exempel"',
        'framework = "../hemligt"',
        "framework_missing",
        "bonds.framework",
        "../hemligt",
    ),
    Case(
        KEYS,
        "a horizon that drops a year",
        model(("last_year = { value = 2031", "last_year = { value = 2030")),
        (Found("year_foreign", "plan_frame.frame.values.2031", 2031, MODEL),),
    ),
    Case(
        KEYS,
        "a horizon that drops a year of several tables",
        model(ISSUES, ("last_year = { value = 2031", "last_year = { value = 2030")),
        (Found("horizon_short", "horizon.last_year.value", 2030, MODEL),),
    ),
    Case(
        KEYS,
        "a horizon that adds a year to several tables",
        model(ISSUES, ("last_year = { value = 2031", "last_year = { value = 2032")),
        (Found("horizon_long", "horizon.last_year.value", 2032, MODEL),),
    ),
    Case(
        KEYS,
        "years the wrong way",
        model(("first_year = { value = 2025", "first_year = { value = 2035")),
        (Found("years_reversed", "horizon.last_year.value", 2031, MODEL),),
    ),
    Case(
        SCENARIO,
        "a key",
        overlay('title = "fel"\n[debt]\nmandat = { value = 1, unit = "mnkr", source = "x" }\n'),
        (Found("scenario_key_unknown", "debt.mandat", file="models/scenarios/fel.toml"),),
    ),
    Case(
        SCENARIO,
        "a table",
        overlay('title = "fel"\n[dett]\nopening = 1\n'),
        (Found("scenario_key_unknown", "dett", file="models/scenarios/fel.toml"),),
    ),
    Case(
        SCENARIO,
        "an investment",
        overlay('[investments.EX-9]\nsource = "x"\noutlay_factor = 1.4\n'),
        (Found("id_unknown", "investments.EX-9", "EX-9", "models/scenarios/fel.toml"),),
    ),
    Case(
        SCENARIO,
        "a fault of syntax",
        overlay("[debt\n"),
        (Found("model_syntax", "1:6", "Expected ']' at the end of a table declaration", "models/scenarios/fel.toml"),),
    ),
    Case(SCENARIO, "no such scenario", no_scenario, (Found("scenario_missing", file="finns-inte"),)),
)


def cut_source(text: str) -> str:
    """The model without the source of the opening debt."""
    lines = text.split("\n")
    n = next(n for n, line in enumerate(lines) if line.startswith("opening"))
    lines[n] = 'opening = { value = 500, unit = "mnkr" }'
    return "\n".join(lines)
