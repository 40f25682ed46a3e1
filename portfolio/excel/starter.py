"""The starter workbook of `portfolio init`: four made-up investments, marked as examples, that show every kind of row."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Final

from portfolio.excel.safe_write import write_atomically
from portfolio.excel.standard import standard_workbook
from portfolio.records import (
    Control,
    GrantStatus,
    Investment,
    Origin,
    OverlapCeiling,
    OwnerType,
    Portfolio,
    Requirement,
    Status,
)
from portfolio.text import Lang, Text

STARTER_YEARS: Final = range(2025, 2032)
"""Plan years of the starter model."""
_MNKR: Final = 1_000_000


def starter_portfolio(lang: Lang = "sv") -> Portfolio:
    """Four example investments: committed, planned, proposed with a prerequisite, and external."""
    text = Text(lang)
    origin = Origin(file="", sheet="", row=0)
    source = text("excel.starter.source")
    cycle = Investment(
        id="EX-1", name=text("excel.starter.cycle"), owner=text("excel.starter.committee"), sector="transport", emission_sector="transport",
        in_plan=True, status=Status.COMMITTED, earliest_start=2025, latest_start=2025, proposed_start=2025,
        outlay=(8 * _MNKR, 12 * _MNKR), grant=10 * _MNKR, grant_status=GrantStatus.GRANTED, operating=200_000, life=40,
        tonnes=Decimal(300), bond_tonnes=Decimal(300), ramp=(Decimal(0), Decimal("0.5"), Decimal(1)), scope="1", bond_category="CT",
        price_level=2025, source=source, origin=origin,
    )  # fmt: skip
    charging = Investment(
        id="EX-2", name=text("excel.starter.charging"), owner=text("excel.starter.company"), owner_type=OwnerType.COMPANY,
        sector="transport", emission_sector="transport", in_plan=True, status=Status.PLANNED, earliest_start=2025, latest_start=2028,
        proposed_start=2026, outlay=(15 * _MNKR, 15 * _MNKR), grant=6 * _MNKR, grant_status=GrantStatus.POSSIBLE, operating=-500_000,
        life=12, tonnes=Decimal(800), bond_tonnes=Decimal(800), ramp=(Decimal(0), Decimal("0.6"), Decimal(1)), scope="1",
        bond_category="CT", overlap_group="LADD", outlay_uncertainty=Decimal("0.2"), tonnes_uncertainty=Decimal("0.3"), price_level=2025,
        source=source, origin=origin,
    )  # fmt: skip
    heating = Investment(
        id="EX-3", name=text("excel.starter.heating"), owner=text("excel.starter.committee"), sector="byggnader",
        emission_sector="el_fjarrvarme", status=Status.PROPOSED, earliest_start=2026, latest_start=2029, proposed_start=2026,
        outlay=(20 * _MNKR, 20 * _MNKR, 10 * _MNKR), operating=-3_000_000, life=20, tonnes=Decimal(600), bond_tonnes=Decimal(900),
        ramp=(Decimal("0.2"), Decimal("0.5"), Decimal(1)), scope="2", bond_category="EE", minimum_share=50, price_level=2025,
        source=source, origin=origin,
    )  # fmt: skip
    trucks = Investment(
        id="EX-4", name=text("excel.starter.trucks"), owner=text("excel.starter.actor"), owner_type=OwnerType.EXTERNAL,
        sector="transport", emission_sector="transport", control=Control.EXTERNAL, earliest_start=2026, latest_start=2028,
        proposed_start=2026, outlay=(40 * _MNKR, 40 * _MNKR), operating=-2_000_000, life=8, tonnes=Decimal(2500),
        ramp=(Decimal("0.3"), Decimal("0.7"), Decimal(1)), scope="1", requires=(Requirement(id="EX-2"),), overlap_group="LADD",
        price_level=2025, source=source, origin=origin,
    )  # fmt: skip
    ceiling = OverlapCeiling(group="LADD", tonnes=Decimal(2600), basis=text("excel.starter.basis"), origin=origin)
    return Portfolio(investments=(cycle, charging, heating, trucks), ceilings=(ceiling,))


def starter_workbook(lang: Lang = "sv") -> bytes:
    """The starter workbook as bytes, amounts in tkr."""
    return standard_workbook(starter_portfolio(lang), STARTER_YEARS, unit="tkr", lang=lang, title=Text(lang)("excel.starter.title"))


def write_template(path: Path, years: range, lang: Lang = "sv") -> None:
    """Write an empty workbook in the standard layout, amounts in tkr, to `path`, which must not exist.

    Raises:
        CannotWrite: it exists already or the place cannot be written.
    """
    made = standard_workbook(Portfolio(investments=()), years, unit="tkr", lang=lang, title=Text(lang)("excel.template.title"))
    write_atomically(path, made, fresh=True)


def write_starter(path: Path, lang: Lang = "sv") -> None:
    """Write the starter workbook to `path`, which must not exist.

    Raises:
        CannotWrite: it exists already or the place cannot be written.
    """
    write_atomically(path, starter_workbook(lang), fresh=True)
