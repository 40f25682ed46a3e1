"""The columns of the standard workbook, declared once: reader, template and sample writer all use this list.

A header is `excel.column.<field>` of the catalogue in either language, or one of `aliases.py`; the explanation in the workbook is
`excel.help.<field>`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import Final

from portfolio.excel import aliases
from portfolio.records import Control, GrantStatus, OwnerType, Status, Taxonomy
from portfolio.text import LANGUAGES, Lang, Text


class Kind(StrEnum):
    """How a cell of the column is read."""

    ID = "id"
    TEXT = "text"
    WORD = "word"  # one of a closed list
    YES_NO = "yes_no"
    YEAR = "year"
    YEARS = "years"  # a whole number of years
    MONEY = "money"  # in the sheet's unit, whole kronor
    TONNES = "tonnes"
    SHARES = "shares"  # 0|0,5|1
    PERCENT = "percent"  # 20 means 20 %
    IDS = "ids"
    LOCK = "lock"
    TOTAL = "total"  # stated sum of the row, only compared
    OURS = "ours"  # written by the programme into returned workbooks, never read


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `required`: the column must exist; `filled`: and so must every cell of it."""

    field: str
    kind: Kind
    required: bool = False
    filled: bool = False
    width: int = 12
    words: type[Enum] | None = None

    def header(self, lang: Lang) -> str:
        """The header in the standard workbook, without unit."""
        return Text(lang)(f"excel.column.{self.field}")


INVESTMENTS: Final[tuple[Column, ...]] = (
    Column("id", Kind.ID, required=True, filled=True, width=9),
    Column("name", Kind.TEXT, required=True, filled=True, width=46),
    Column("owner", Kind.TEXT, required=True, width=26),
    Column("owner_type", Kind.WORD, required=True, width=11, words=OwnerType),
    Column("sector", Kind.TEXT, width=20),
    Column("emission_sector", Kind.TEXT, width=18),
    Column("control", Kind.WORD, required=True, filled=True, width=11, words=Control),
    Column("in_plan", Kind.YES_NO, required=True, width=9),
    Column("status", Kind.WORD, width=13, words=Status),
    Column("earliest_start", Kind.YEAR, required=True, filled=True, width=11),
    Column("latest_start", Kind.YEAR, required=True, filled=True, width=11),
    # the year columns stand here
    Column("stated_total", Kind.TOTAL),
    Column("grant", Kind.MONEY, required=True),
    Column("grant_status", Kind.WORD, required=True, width=13, words=GrantStatus),
    Column("operating", Kind.MONEY, required=True, width=15),
    Column("life", Kind.YEARS, required=True, filled=True, width=14),
    Column("tonnes", Kind.TONNES, required=True, width=13),
    Column("removal_tonnes", Kind.TONNES, required=True),
    Column("counts_to_target", Kind.YES_NO, required=True),
    Column("bond_tonnes", Kind.TONNES, width=16),
    Column("ramp", Kind.SHARES, required=True, width=22),
    Column("scope", Kind.TEXT, width=8),
    Column("bond_category", Kind.TEXT, width=15),
    Column("taxonomy", Kind.WORD, width=15, words=Taxonomy),
    Column("requires", Kind.IDS, width=18),
    Column("alternatives", Kind.TEXT, width=16),
    Column("overlap_group", Kind.TEXT, width=16),
    Column("outlay_uncertainty", Kind.PERCENT),
    Column("tonnes_uncertainty", Kind.PERCENT),
    Column("price_level", Kind.YEAR, width=9),
    Column("lock", Kind.LOCK, width=10),
    Column("minimum_share", Kind.PERCENT, width=10),
    Column("source", Kind.TEXT, width=40),
    Column("comment", Kind.TEXT, width=60),
    # later than the others, so that they stand last and no cell that a report has cited moves
    Column("partner", Kind.MONEY, width=14),
    Column("capitalised", Kind.YES_NO, width=10),
    Column("eligible_share", Kind.PERCENT, width=14),
)
"""Sheet `Investeringar`, in order; the year columns come after `latest_start`."""

RETURNED: Final[tuple[Column, ...]] = tuple(
    Column(f, Kind.OURS) for f in ("decision", "decided_start", "tonnes_per_krona", "bond_share", "motive")
)
"""Columns of a returned workbook: recognised, and passed over."""

OVERLAPS: Final[tuple[Column, ...]] = (
    Column("overlap_type", Kind.WORD, required=True, filled=True, width=8),
    Column("loser", Kind.ID, required=True, filled=True, width=18),
    Column("winner", Kind.ID, required=True, width=14),
    Column("amount", Kind.TEXT, required=True, filled=True),
    Column("basis", Kind.TEXT, width=80),
)
"""Sheet `Överlapp`."""

YEARS_AFTER: Final = "latest_start"
"""The year columns follow this field."""

NOT_WRITTEN: Final = {"stated_total"}
"""Recognised when reading, not part of the template."""


class OverlapType(StrEnum):
    PAIR = "pair"
    CEILING = "ceiling"


_EXTRA_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "yes": ("ja", "j", "yes", "y", "x", "sant", "true"),
    "no": ("nej", "n", "no", "falskt", "false"),
    "owner_type.committee": ("nämnden", "förvaltning"),
    "owner_type.company": ("kommunalt bolag",),
    "owner_type.external": ("externt",),
    "control.city": ("inom stadens rådighet", "kommun", "ja"),
    "control.external": ("utanför stadens rådighet", "externt"),
    "grant_status.none": ("nej", "no"),
    "grant_status.granted": ("beviljad",),
    "grant_status.applied": ("ansökt",),
    "taxonomy.aligned": ("taxonomiförenlig",),
}
"""Further spellings that mean the same as the catalogue's words."""


def normal(text: str) -> str:
    """A text as headers and words are compared: composed, lower case, without marks, line breaks and repeated blanks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^0-9a-zà-öø-ÿ%]+", " ", plain).split())


def normal_id(text: str) -> str:
    """An id as duplicates are found: case, blanks and the way accents are stored do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@cache
def header_index(sheet: str) -> dict[str, Column]:
    """Every accepted header of `investments` or `overlaps`, normalised, to its column."""
    columns = (*INVESTMENTS, *RETURNED) if sheet == "investments" else OVERLAPS
    index: dict[str, Column] = {}
    also = aliases.INVESTMENTS if sheet == "investments" else aliases.OVERLAPS
    for column in columns:
        for name in (*(column.header(lang) for lang in LANGUAGES), *also.get(column.field, ())):
            index.setdefault(normal(name), column)
    return index


def field_of(words: type[Enum]) -> str:
    """The catalogue's name of a closed list: `GrantStatus` is `grant_status`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", words.__name__).lower()


@cache
def word_index(words: type[Enum]) -> dict[str, Enum]:
    """Every accepted word of a closed list, normalised, to its member."""
    index: dict[str, Enum] = {}
    for member in words:
        name = f"{field_of(words)}.{member.value}"
        for word in (*(Text(lang)(f"excel.word.{name}") for lang in LANGUAGES), member.value, *_EXTRA_WORDS.get(name, ())):
            index.setdefault(normal(word), member)
    return index


@cache
def yes_no_index() -> dict[str, bool]:
    """Every accepted yes or no."""
    return {word: answer for name, answer in (("yes", True), ("no", False)) for word in _EXTRA_WORDS[name]}


def word(member: Enum, lang: Lang) -> str:
    """The word of a member in the workbook."""
    return Text(lang)(f"excel.word.{field_of(type(member))}.{member.value}")


def words_of(words: type[Enum], lang: Lang) -> list[str]:
    """The words of a closed list, in order."""
    return [word(m, lang) for m in words]


def yes_no(value: bool, lang: Lang) -> str:
    """Ja or nej."""
    return Text(lang)(f"excel.word.{'yes' if value else 'no'}")
