"""A small question with every kind of money switched on, and what the audit is asked when it is optimised."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from unittest.mock import patch

import making as m
from constraint_case import rate
from portfolio.analysis import optimise as main_job
from portfolio.analysis import plan as audited
from portfolio.audit import Statements, audit
from portfolio.outcome import Audit, Run
from portfolio.planning import (
    BondCategory,
    BondFramework,
    BondIssue,
    Bonds,
    CityDebt,
    Funding,
    FundingSource,
    Objective,
    OperatingCharge,
    Planning,
    Pocket,
    TonnesByYear,
)
from portfolio.records import OwnerType, Portfolio

YEARS = range(2025, 2028)
EFFECTS = range(2025, 2030)
CATEGORIES = {"RE": BondCategory(name_sv="förnybart", name_en="renewable"), "EE": BondCategory(name_sv="effektivt", name_en="efficient")}
FRAMEWORK = BondFramework(
    schema_version=1,
    name="stad",
    title="Stadens ramverk",
    source="test",
    categories=CATEGORIES,
    participants=("Nämnden", "Bolaget"),
    look_back=m.count(36, "months"),
    allocation_months=m.count(12, "months"),
)
EUROPE = BondFramework(
    schema_version=1,
    name="eu",
    title="EU",
    source="test",
    categories=CATEGORIES,
    taxonomy=("aligned",),
    pocket=Pocket(taxonomy=("eligible",), share=m.share("0.15")),
)


def every_year(kronor: int, years: range = YEARS) -> Any:
    """The same kronor every year."""
    return m.money_by_year(dict.fromkeys(years, kronor))


def planning(**tables: Any) -> Planning:
    """A model in which the mandate binds, bonds refinance loans, and a linked bond misses its target."""
    old = {"kind": "use_of_proceeds", "source": "test"}
    given = {
        "objective": Objective(name="most_tonnes"),
        "plan_frame": m.frame(800_000, 300_000, 200_000),
        "debt": m.debt(
            2_000_000,
            3_300_000,
            other=120_000,
            own=100_000,
            interest_rate=rate("0.03"),
            reference_net_debt=every_year(2_000_000, range(2024, 2028)),
            city=CityDebt(opening=m.money(700_000), other_net_investment=every_year(60_000), self_financing=every_year(50_000)),
        ),
        "emissions": m.emissions(1000, 600, sectors={"transport": 200, "avfall": 150}),
        "operating_charge": OperatingCharge(
            internal_rate=rate("0.025"),
            limit=every_year(1_900_000, EFFECTS),
            limits={"Bolaget": every_year(900_000, EFFECTS)},
        ),
        "bonds": Bonds(
            framework=FRAMEWORK,
            outstanding=m.money(650_000),
            issues=(
                BondIssue(name="G2", year=m.count(2024), amount=m.money(150_000), **old),
                BondIssue(name="G1", year=m.count(2022), amount=m.money(200_000), allocated=m.money(140_000), **old),
                BondIssue(
                    name="L1",
                    kind="sustainability_linked",
                    year=m.count(2021),
                    amount=m.money(300_000),
                    matures=m.count(2028),
                    penalty=m.share("0.0015"),
                    source="test",
                ),
            ),
            new_issues=m.money_by_year({2025: 60_000, 2026: 900_000, 2027: 300_000}),
            linked_targets=TonnesByYear(unit="t", stated="t", source="test", values={t: Decimal(500) for t in range(2026, 2030)}),
            views=(EUROPE,),
        ),
        "funding": Funding(
            sources={
                "egna": FundingSource(kind="own", limit=every_year(90_000), carry_forward=True, price=rate("0"), source="test"),
                "obligation": FundingSource(kind="bond", price=rate("0.025"), source="test"),
                "lån": FundingSource(kind="loan", price=rate("0.03"), source="test"),
            }
        ),
    }
    return m.planning(horizon=m.horizon(until=2029), **{**given, **tables})


def portfolio() -> Portfolio:
    """Committees' and companies' investments: granted and shared, expensed, scalable, alternatives, one that another requires."""
    company = {"owner": "Bolaget", "owner_type": OwnerType.COMPANY}
    green = {"bond_category": "RE", "latest": 2027}
    items = (
        m.investment(
            "A",
            (400_000, 150_003),
            grant=100_001,
            grant_status="granted",
            partner=33_333,
            tonnes=Decimal("40.25"),
            in_plan=True,
            operating=1_500,
            taxonomy="aligned",
            bond_tonnes=Decimal(55),
            **{**green, "latest": 2026},
        ),
        m.investment(
            "B",
            (300_000, 100_000),
            requires=m.needs("A"),
            tonnes=Decimal(30),
            taxonomy="eligible",
            eligible_share=Decimal("0.7"),
            **{**green, "latest": 2026},
            **company,
        ),
        m.investment("C", (90_000,), tonnes=Decimal(9), capitalised=False, latest=2027, bond_category="EE"),
        m.investment(
            "D",
            (260_000,),
            tonnes=Decimal(21),
            removal_tonnes=Decimal(6),
            minimum_share=50,
            life=7,
            start=2026,
            emission_sector="avfall",
            **green,
            **company,
        ),
        m.investment("E", (200_000,), tonnes=Decimal(12), alternatives="val", in_plan=True, **green),
        m.investment("F", (250_000,), tonnes=Decimal(14), alternatives="val", owner="Andra", **green),
        m.investment("G", (450_000,), tonnes=Decimal(16), grant=20_000, grant_status="applied", **green, **company),
        m.investment("H", (310_000,), tonnes=Decimal(0), latest=2027),
        m.investment("X", (800_000,), tonnes=Decimal(60), control="external", owner="Andra", requires=m.needs("A")),
    )
    return m.portfolio_of(*items, pairs=(m.pair("B", "A", "0.25"),))


@dataclass(frozen=True, eq=False)
class Asked:
    """A run, and what its audit was asked."""

    run: Run
    portfolio: Portfolio
    planning: Planning
    decisions: Any
    given: dict[str, Any]

    def audit(self, statements: Statements) -> Audit:
        """The same audit with other statements."""
        return audit(self.portfolio, self.planning, self.decisions, **{**self.given, "statements": statements})


def asked(records: Portfolio, model: Planning) -> Asked:
    """Optimise, and keep what the audit of the recommended plan was given."""
    kept: list[tuple[Any, ...]] = []

    def keep(portfolio: Any, planning: Any, decisions: Any, **given: Any) -> Audit:
        if given["statements"] is not None:
            kept.append((portfolio, planning, decisions, given))
        return audit(portfolio, planning, decisions, **given)

    with patch.object(audited, "audit", keep):
        run = main_job.optimise(records, model, main_job.Request())
    assert len(kept) == (run.audit is not None)
    return Asked(run, *kept[0]) if kept else Asked(run, records, model, (), {})


@cache
def small() -> Asked:
    """The small question, optimised once."""
    return asked(portfolio(), planning())
