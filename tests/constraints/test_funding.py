"""funding: every outlay is paid in full by sources that may pay for it and have the money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import making as m
from constraint_case import KRONA, Point, Question, assert_allowed, assert_forbidden, question, rate
from golden_lp import constraint_lp, golden
from portfolio.planning import BondCategory, BondFramework, BondIssue, Bonds, Funding, FundingSource
from portfolio.records import Investment, OwnerType

FRAMEWORK = BondFramework(
    schema_version=1, name="F", title="F", source="test", categories={"RE": BondCategory(name_sv="förnybart", name_en="renewable")}
)
OLD = BondIssue(name="G", kind="use_of_proceeds", year=m.count(2024), amount=m.money(50_000), allocated=m.money(40_000), source="test")
GREEN = m.investment("G", (60_000, 40_000), grant=10_000, grant_status="granted", bond_category="RE", eligible_share=Decimal("0.5"))
STUDY = m.investment("S", (5_000,), start=2026, capitalised=False)
KRONA_MORE = m.investment("K", (1,), start=2026)
COMPANY = m.investment("C", (7_000,), start=2026, owner="Bolaget", owner_type=OwnerType.COMPANY)


def source(kind: str, price: str, limits: dict[int, int] | None = None, **fields: Any) -> FundingSource:
    limit = m.money_by_year(limits) if limits is not None else None
    return FundingSource(kind=kind, price=rate(price), limit=limit, source="test", **fields)


def stacked(*investments: Investment, loans: dict[int, int] | None, new: int = 8_000, own: int = 5_000, **own_fields: Any) -> Question:
    years = range(2025, 2028)
    return question(
        *investments,
        bonds=Bonds(framework=FRAMEWORK, issues=(OLD,), new_issues=m.money_by_year(dict.fromkeys(years, new))),
        funding=Funding(
            sources={
                "egna": source("own", "0.02", dict.fromkeys(years, own), **own_fields),
                "obligation": source("bond", "0.03"),
                "lån": source("loan", "0.04", loans),
            }
        ),
    )


LOANS = {2025: 31_000, 2026: 23_000, 2027: 0}
QUESTION = stacked(GREEN, STUDY, KRONA_MORE, loans=LOANS)
STORY = """
G costs 60 + 40 tkr with a grant of 10 per cent: 54 and 36 tkr to pay, of which bonds may pay half. S is an operating cost: only own funds.
K is one krona. Own funds have 5 tkr a year, bonds 10 tkr left of an old issue and 8 tkr more each year, loans 31 and 23 tkr.
All of it is needed: 2025 5 + 18 + 31 tkr; 2026 S takes the own funds, so 0 + 8 + 23 tkr reach to 31 of the 36 tkr.
"""
G, S, K = ("G", 2025, "plan"), ("S", 2026, "gap"), ("K", 2026, "plan")


def paid(made: Question, *starts: tuple[str, int, str], **tkr: int) -> Point:
    """The point at which sources pay, by variable."""
    return made.at(*starts, **{f"paid_{name}": kr for name, kr in tkr.items()})


def test_allowed_to_the_krona() -> None:
    """Kind 1 is what only own funds may pay for, 2 own funds and loans, 3 all; source 1 is own funds, 2 bonds, 3 loans."""
    rich = stacked(GREEN, STUDY, loans={2025: 31_000, 2026: 28_000, 2027: 0})
    kinds = {", ".join(kind): c for c, kind in _kinds(rich).items()}
    assert kinds == {"egna": 1, "egna, lån": 2, "egna, obligation, lån": 3}
    money = {"01_02_2025": 0, "03_02_2025": 27, "01_03_2025": 5, "02_03_2025": 18, "03_03_2025": 4}
    money |= {"01_01_2026": 5, "03_02_2026": 18, "02_03_2026": 8, "03_03_2026": 10}
    assert_allowed(
        paid(rich, G, S, **money), "funding_limit_01_2025", "funding_limit_02_2026", "funding_limit_03_2025", "funding_limit_03_2026"
    )


def _kinds(made: Question) -> dict[int, tuple[str, ...]]:
    return dict(next(c.rhs.kinds for c in made.programme.constraints if c.name == "funding"))  # type: ignore[attr-defined]


def test_forbidden_money_that_is_not_there() -> None:
    """5 tkr are missing in 2026: whoever is asked for them has too little."""
    money = {"03_02_2025": 27, "01_03_2025": 5, "02_03_2025": 18, "03_03_2025": 4}
    money |= {"01_01_2026": 5, "03_02_2026": 18, "02_03_2026": 8, "03_03_2026": 10}
    assert_forbidden(paid(QUESTION, G, S, **money), {"funding_limit_03_2026": 5}, "funding")
    assert QUESTION.at(S).breaches == set()
    assert QUESTION.at(G).breaches == set(), "without S its own funds are free"


def test_forbidden_an_outlay_that_nobody_pays() -> None:
    assert paid(QUESTION, S).broken == {"funding_need_01_2026": 5}


def test_bonds_are_carried_forward_and_own_funds_are_not() -> None:
    """Bonds not used in 2025 pay in 2026: 10 + 8 + 8 tkr of what they may, never more than half of G."""
    late = m.investment("G", (52_000,), start=2026, bond_category="RE", eligible_share=Decimal("0.5"))
    made = stacked(late, loans={2025: 0, 2026: 21_000, 2027: 0})
    assert made.at(("G", 2026, "plan")).breaches == set()
    dearer = stacked(late.model_copy(update={"outlay": (52_002,)}), loans={2025: 0, 2026: 21_000, 2027: 0})
    assert dearer.at(("G", 2026, "plan")).breaches == {"funding"}


def test_a_source_pays_only_for_its_own_owners_and_ids() -> None:
    mine = stacked(COMPANY, loans={2025: 0, 2026: 2_000, 2027: 0})
    assert mine.at(("C", 2026, "plan")).breaches == set()
    for fields in ({"owners": ("committee",)}, {"owners": ("Nämnden",)}, {"investments": ("G",)}):
        assert stacked(COMPANY, loans={2025: 0, 2026: 2_000, 2027: 0}, **fields).at(("C", 2026, "plan")).breaches == {"funding"}
    for fields in ({"owners": ("company",)}, {"owners": ("Bolaget",)}, {"investments": ("C",)}):
        assert stacked(COMPANY, loans={2025: 0, 2026: 2_000, 2027: 0}, **fields).at(("C", 2026, "plan")).breaches == set()


def test_a_krona_too_much_has_no_payer() -> None:
    """K's krona in 2026 beside S, when loans have nothing: own funds are used up."""
    made = stacked(STUDY, KRONA_MORE, loans=dict.fromkeys(range(2025, 2028), 0))
    assert made.at(S, K).breaches == {"funding"}
    assert paid(made, S, K, **{"01_01_2026": 5}).broken == {"funding_need_02_2026": KRONA}


def test_nothing_is_asked_of_what_a_source_without_limit_may_pay() -> None:
    """Only S, which loans may not pay for, has rows."""
    rows = stacked(GREEN, STUDY, KRONA_MORE, loans=None).rows("funding")
    assert sorted(rows) == ["funding_limit_01_2026", "funding_need_01_2026"]


def test_golden() -> None:
    golden("funding.lp", constraint_lp(QUESTION, "funding", STORY))
