"""The columns of the standard workbook, declared once: reader, template and sample writer all use this list.

A header is `excel.column.<field>` of the catalogue in either language, or one of `aliases`; the explanation in the workbook is
`excel.help.<field>`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import Final

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
    aliases: tuple[str, ...] = ()
    required: bool = False
    filled: bool = False
    width: int = 12
    words: type[Enum] | None = None

    def header(self, lang: Lang) -> str:
        """The header in the standard workbook, without unit."""
        return Text(lang)(f"excel.column.{self.field}")


INVESTMENTS: Final[tuple[Column, ...]] = (
    Column("id", Kind.ID, ("nr", "projektnr", "projektnummer", "åtgärdsid", "no"), True, True, 9),
    Column("name", Kind.TEXT, ("åtgärd", "projekt", "projektnamn", "investeringsprojekt", "benämning", "name", "measure"), True, True, 46),
    Column("owner", Kind.TEXT, ("nämnd", "bolag", "nämnd bolag", "ägare", "committee", "company", "committee company"), True, width=26),
    Column("owner_type", Kind.WORD, ("typ av ägare",), True, width=11, words=OwnerType),
    Column("sector", Kind.TEXT, ("verksamhet", "område"), width=20),
    Column("emission_sector", Kind.TEXT, ("emissionssektor",), width=18),
    Column("control", Kind.WORD, ("rådighet stad extern",), True, True, 11, Control),
    Column("in_plan", Kind.YES_NO, ("i planen", "i plan ja nej", "in the plan"), True, width=9),
    Column("status", Kind.WORD, width=13, words=Status),
    Column("earliest_start", Kind.YEAR, ("tidigaste start", "tidigaste startår", "start tidigast"), True, True, 11),
    Column("latest_start", Kind.YEAR, ("senaste start", "senaste startår", "start senast"), True, True, 11),
    # the year columns stand here
    Column("stated_total", Kind.TOTAL, ("totalutgift", "total utgift brutto", "bruttoutgift", "summa utgift", "total"), width=12),
    Column("grant", Kind.MONEY, ("investeringsbidrag", "statsbidrag", "investeringsinkomst", "grants"), True, width=12),
    Column("grant_status", Kind.WORD, ("status bidrag",), True, width=13, words=GrantStatus),
    Column("operating", Kind.MONEY, ("driftkonsekvens", "driftskonsekvens", "driftkonsekvenser"), True, width=15),
    Column("life", Kind.YEARS, ("avskrivningstid", "livslängd", "lifetime"), True, True, 14),
    Column("tonnes", Kind.TONNES, ("ton per år", "ton co2e", "utsläppsminskning", "klimateffekt", "tonnes per year"), True, width=13),
    Column("removal_tonnes", Kind.TONNES, ("varav upptag ton", "upptag", "removals"), True, width=12),
    Column("counts_to_target", Kind.YES_NO, ("räknas mot målet", "counts to target", "counts to 2030 target"), True, width=12),
    Column("bond_tonnes", Kind.TONNES, ("ton effektrapport", "undvikna utsläpp"), width=16),
    Column("ramp", Kind.SHARES, ("ramp",), True, width=22),
    Column("scope", Kind.TEXT, width=8),
    Column("bond_category", Kind.TEXT, ("hållbar obligation", "hållbar obligation kategori"), width=15),
    Column("taxonomy", Kind.WORD, ("eu taxonomi", "taxonomistatus"), width=15, words=Taxonomy),
    Column("requires", Kind.IDS, ("förutsättningar", "beroende", "prerequisites"), width=18),
    Column("alternatives", Kind.TEXT, ("alternativ", "ömsesidigt uteslutande", "exclusive group"), width=16),
    Column("overlap_group", Kind.TEXT, ("överlapp",), width=16),
    Column("outlay_uncertainty", Kind.PERCENT, ("osäkerhet utgift",), width=12),
    Column("tonnes_uncertainty", Kind.PERCENT, ("osäkerhet ton",), width=12),
    Column("price_level", Kind.YEAR, ("prisnivå år",), width=9),
    Column("lock", Kind.LOCK, ("lås måste aldrig startår", "låst"), width=10),
    Column("minimum_share", Kind.PERCENT, ("minsta andel",), width=10),
    Column("source", Kind.TEXT, ("källor",), width=40),
    Column("comment", Kind.TEXT, ("kommentarer", "anmärkning"), width=60),
)
"""Sheet `Investeringar`, in order; the year columns come after `latest_start`."""

RETURNED: Final[tuple[Column, ...]] = tuple(
    Column(f, Kind.OURS) for f in ("decision", "decided_start", "tonnes_per_krona", "bond_share", "motive")
)
"""Columns of a returned workbook: recognised, and passed over."""

OVERLAPS: Final[tuple[Column, ...]] = (
    Column("overlap_type", Kind.WORD, ("slag", "kind"), True, True, 8),
    Column("loser", Kind.ID, ("förlorare", "grupp", "loser", "group", "förlorare eller grupp"), True, True, 18),
    Column("winner", Kind.ID, ("vinnare", "winner"), True, width=14),
    Column("amount", Kind.TEXT, ("andel", "ton", "andel ton", "share", "tonnes", "share tonnes", "andel eller ton"), True, True, 12),
    Column("basis", Kind.TEXT, ("källa", "skäl", "motivering", "source"), width=80),
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
    for column in columns:
        for name in (*(column.header(lang) for lang in LANGUAGES), *column.aliases):
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
