"""The values of the model in the reader's language: units, decimals and choices; and what really carries over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from portfolio.outcome import Check
from portfolio.planning import Planning
from portfolio.planning_load import load_planning
from portfolio.reports.breach import broken
from portfolio.reports.model_value import as_stated, carries, choice, quantity, same_every_year
from portfolio.reports.workbook_record import Record
from portfolio.text import LANGUAGES, Lang, Text
from sample_run import TOP, sample, sample_run

SV, EN = Text("sv"), Text("en")


def words_of_the_model(schema: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every word that a field of the model chooses among: the field and the word."""
    if isinstance(schema, list):
        for part in schema:
            yield from words_of_the_model(part, field)
    elif isinstance(schema, dict):
        yield from ((field, word) for word in schema.get("enum", [schema["const"]] if "const" in schema else []) if isinstance(word, str))
        for key, part in schema.items():
            if key in ("properties", "$defs"):
                for name, inner in part.items():
                    yield from words_of_the_model(inner, name)
            elif key in ("items", "anyOf", "allOf", "additionalProperties"):
                yield from words_of_the_model(part, field)
            elif key == "$ref":
                yield field, part


def test_every_choice_of_the_model_has_words_in_both_languages() -> None:
    schema = Planning.model_json_schema()
    enums = {name: part["enum"] for name, part in schema["$defs"].items() if "enum" in part}
    found = set()
    for field, word in words_of_the_model(schema):
        name = word.rpartition("/")[2]
        if word.startswith("#/"):
            found |= {(field, w) for w in enums.get(name, ())}
        elif field not in enums:
            found.add((field, word))
    assert {("name", "least_cost"), ("taxonomy", "not_eligible"), ("type", "company"), ("kind", "use_of_proceeds")} <= found
    assert [(f, w) for f, w in sorted(found) for t in (SV, EN) if not t.has(f"workbook.choice.{f}.{w}")] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_assumptions_of_the_sample_are_in_the_language_of_the_sheet(lang: Lang) -> None:
    other = "name_en" if lang == "sv" else "name_sv"
    _, block = Record(sample_run(), Text(lang)).assumptions()
    rows = {str(row[0]): row for row in block.rows}
    assert len(rows) == len(block.rows) > 150
    assert not [key for key in rows if key.endswith(other)]
    assert [key for key in rows if key.endswith("name_sv" if lang == "sv" else "name_en")]
    ours = {"bond", "own", "loan", "company", "committee", "gross", "pert", "reduction", "removal", "aligned", "year", "years", "months"}
    english = {w for row in block.rows for w in re.split("[ ,]+", f"{row[1]} {row[2]} {row[3]}")} & ours
    assert lang == "en" or english <= set(), english
    assert not [row for row in block.rows if isinstance(row[1], str) and "_" in row[1]]
    assert lang == "en" or not [row for row in block.rows if re.search(r"\d\.\d", str(row[3]))]
    assert rows["bonds.framework.allocation_months"][3] == {"sv": "36 månader", "en": "36 months"}[lang]
    assert rows["operating_charge.internal_rate"][3] == {"sv": "2,5 %", "en": "2.5 %"}[lang]
    assert rows["horizon.first_year"][1:4] == (2025, {"sv": "årtal", "en": "year"}[lang], "2025")
    assert rows["bonds.framework.exclusions.1.investments"][1] == {"sv": "inga", "en": "none"}[lang]
    assert rows["funding.sources.Egna medel.investments"][1] == {"sv": "alla", "en": "all"}[lang]
    assert rows["debt.mandate.2025–2031"][1] == 14_000_000_000


def test_what_is_issued_carries_over_whatever_the_key_says() -> None:
    """docs/method.md: the limit of bonds is cumulative; that of another source only with carry_forward; none has nothing to carry."""
    _, planning = sample()
    assert planning.funding is not None
    assert planning.bonds is not None
    assert not planning.funding.sources["Hållbara obligationer"].carry_forward
    assert carries(planning, "Hållbara obligationer", SV).startswith("ja, alltid")
    assert carries(planning, "Egna medel", SV) == "nej"
    assert carries(planning, "Övriga lån", SV) == SV("workbook.carries.unlimited")
    as_needed = planning.model_copy(update={"bonds": planning.bonds.model_copy(update={"new_issues": None})})
    assert carries(as_needed, "Hållbara obligationer", EN) == EN("workbook.carries.unlimited")


def test_a_value_as_the_file_states_it() -> None:
    assert as_stated({"stated": "0.05 %"}, SV) == "0,05 %"
    assert as_stated({"stated": "1129258 t"}, SV) == "1\u00a0129\u00a0258 ton CO2e"
    assert as_stated({"stated": "1.5 mdkr"}, EN) == "1.5 mdkr"
    assert as_stated({"stated": "0.025 share"}, SV) == "0,025"
    assert as_stated({"stated": "3,1 %"}, EN) == "3,1 %"
    assert quantity({"unit": "months", "value": 36}, EN) == ("36", "months")
    assert choice("owners", ["company", "NSR AB"], SV) == "bolag, NSR AB"
    assert same_every_year({"2025": 1, "2026": 1}) == [("2025–2026", 1)]
    assert same_every_year({"2025": 1, "2027": 1}) == [("2025", 1), ("2027", 1)]
    assert same_every_year({"2025": 1, "2026": 2}) == [("2025", 1), ("2026", 2)]


def test_a_frame_that_is_broken_in_five_years_is_one_limit() -> None:
    def breach(constraint: str, year: int | None, subject: str = "") -> Check:
        sides = {"left": Decimal(2), "right": Decimal(1), "slack": Decimal(-1)}
        return Check(constraint=constraint, subject=subject, year=year, relation="≤", unit="kr", holds=False, **sides)

    frame = [breach("plan_frame", year) for year in range(2027, 2032)]
    assert broken(frame, SV) == "1 villkor, 5 år"
    assert broken(frame, EN) == "1 constraint, 5 years"
    assert broken([*frame, breach("debt_mandate", 2031)], SV) == "2 villkor, 5 år"
    assert broken([breach("requires", None, "A → B")], SV) == "1 villkor"
    assert broken([breach("owner_frame", 2027, "A"), breach("owner_frame", 2027, "B")], EN) == "2 constraints"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_scenario_of_the_sample_has_a_sheet_of_its_values(lang: Lang) -> None:
    """Also what a scenario changes, with its file, whatever is changed: factors, delays, locks, words."""
    for path in sorted((TOP / "models" / "scenarios").glob("*.toml")):
        planning, _ = load_planning(TOP / "models" / "helsingborg-2025.toml", [path])
        run = sample_run().model_copy(update={"model": planning.model_dump(mode="json", exclude_none=True)})
        _, block = Record(run, Text(lang)).assumptions()
        told = {row[0]: row[1] for row in block.rows}
        for place in planning.overlaid:
            assert str(told[f"overlaid.{place}"]).endswith(path.name)
        for i, change in planning.investments.items():
            for factor in ("outlay_factor", "tonnes_factor"):
                stated = getattr(change, factor)
                assert stated is None or told[f"investments.{i}.{factor}"] == stated
