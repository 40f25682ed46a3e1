"""A mapping file: where the fields of the standard workbook stand in a planning tool's export. `models/mappings/README.md` explains it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from portfolio.errors import Finding, InputError, finding, has_errors
from portfolio.excel.columns import INVESTMENTS, NOT_WRITTEN, Column, Kind, normal, word_index, words_of, yes_no_index
from portfolio.planning_load import read_toml
from portfolio.planning_quantities import Reading
from portfolio.planning_schema import validated
from portfolio.records import Frozen
from portfolio.text import LANGUAGES, Text
from portfolio.units import MoneyUnit

FIELDS: Final[dict[str, Column]] = {c.field: c for c in INVESTMENTS if c.field not in NOT_WRITTEN}
"""The columns that a mapping may fill, by field."""

Place = Annotated[str, Field(min_length=1)]


class Outlay(Frozen):
    """Where the outlay stands: a column a year, or one amount that is spread evenly over the years from `first` to `last`.

    Attributes:
        years: year to place.
        total: the place of the whole amount.
        first, last: places of the first and the last year of the outlay; a date counts as its year. Without `last`: all in the first.
    """

    years: dict[int, Place] = Field(default_factory=dict)
    total: Place | None = None
    first: Place | None = None
    last: Place | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Outlay:
        if bool(self.years) == (self.total is not None) or (self.total is None) != (self.first is None) or (self.last and not self.first):
            raise ValueError("either years, or total and first")
        return self


class Mapping(Frozen):
    """What a mapping file says.

    Attributes:
        unit: money unit of all amounts of the list that do not state their own.
        records: JSON: the place of the list of actions; empty when the file itself is the list.
        fields: field of the standard workbook to its place: the heading of a CSV column, or a path into a JSON action (`a.b.0.c`).
        constants: field to what holds for every action.
        words: field to the tool's words and what they mean: `status = { "Pågår" = "planerad" }`.
        skip: field to the tool's words for what is left out.
    """

    schema_version: Annotated[int, Field(ge=1, le=1)]
    title: str
    unit: MoneyUnit
    records: str = ""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    fields: Annotated[dict[str, Place], Field(min_length=1)]
    outlay: Outlay | None = None
    constants: dict[str, str | int] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    skip: dict[str, tuple[str, ...]] = Field(default_factory=dict)


def _words(mapping: Mapping, file: str) -> list[Finding]:
    """Words that the workbook would not understand."""
    told = [(f"constants.{name}", name, str(value)) for name, value in mapping.constants.items()]
    told += [(f"words.{name}.{word}", name, meant) for name, words in mapping.words.items() for word, meant in words.items()]
    findings = []
    for place, name, meant in told:
        column = FIELDS.get(name)
        if column is not None and column.words is not None and normal(meant) not in word_index(column.words):
            swedish, english = (", ".join(words_of(column.words, lang)) for lang in LANGUAGES)
            findings.append(finding("mapping_word", file, place, meant, known=swedish, known_en=english))
        if column is not None and column.kind is Kind.YES_NO and normal(meant) not in yes_no_index():
            swedish, english = (", ".join(Text(lang)(f"excel.word.{answer}") for answer in ("yes", "no")) for lang in LANGUAGES)
            findings.append(finding("mapping_word", file, place, meant, known=swedish, known_en=english))
    return findings


def load_mapping(path: Path) -> Mapping:
    """The mapping that a file describes.

    Raises:
        InputError: with all findings about the file.
    """
    findings: list[Finding] = []
    data, digest = read_toml(path, findings)
    file = path.as_posix()
    mapping = validated(Mapping, data, Reading(file, range(0), findings)) if digest else None
    if mapping is not None:
        tables = (("fields", list(mapping.fields)), ("constants", list(mapping.constants)), ("words", list(mapping.words)))
        for table, names in tables:
            findings += [finding("mapping_field", file, f"{table}.{n}", n, known=", ".join(FIELDS)) for n in names if n not in FIELDS]
        for table, names in (("words", list(mapping.words)), ("skip", list(mapping.skip))):
            findings += [finding("mapping_no_place", file, f"{table}.{n}", n) for n in names if n not in mapping.fields]
        findings += _words(mapping, file)
        findings += [finding("mapping_twice", file, f"constants.{n}", n) for n in mapping.constants if n in mapping.fields]
        findings += [finding("mapping_needs", file, "fields", n) for n in ("id", "name") if n not in mapping.fields]
    if mapping is None or has_errors(findings):
        raise InputError(findings)
    return mapping
