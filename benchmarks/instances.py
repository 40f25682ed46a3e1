"""Portfolios of any size and several shapes, the same for the same seed: ordinary records and an ordinary model."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from portfolio.planning import (
    ControlEnvelope,
    Count,
    Debt,
    Emissions,
    Horizon,
    Money,
    MoneyByYear,
    Objective,
    PlanFrame,
    Planning,
    SectorTonnes,
    ShareValue,
    Tonnes,
)
from portfolio.records import Investment, Origin, OverlapPair, OwnerType, Portfolio, Requirement, RequirementKind

YEARS = range(2025, 2032)
UNTIL = 2045
SECTORS = ("transport", "energi", "industri", "arbetsmaskiner", "avfall", "jordbruk")
MNKR = 1_000_000


@dataclass(frozen=True)
class Shape:
    """What makes an instance easy or hard.

    Attributes:
        dominant: one investment of about half the money (as CCS is in Helsingborg).
        envelope, mandate: money as parts of what everything costs; mandate None: no debt table.
        ceiling: what the sectors can count at most, as a part of what everything in them would give; None: no ceilings.
        needs, alternatives, scalable, pairs: parts of the investments that have a prerequisite, stand in a group of three of which
            at most one is chosen, can be bought in part, and lose tonnes to another.
    """

    dominant: bool
    envelope: float
    mandate: float | None
    ceiling: float | None
    needs: float = 0.05
    alternatives: float = 0.06
    scalable: float = 0.02
    pairs: float = 0.02


SHAPES = {
    "city": Shape(dominant=True, envelope=0.45, mandate=0.35, ceiling=0.7),
    "even": Shape(dominant=False, envelope=0.45, mandate=0.35, ceiling=0.7),
    "loose": Shape(dominant=False, envelope=0.5, mandate=None, ceiling=None, needs=0.0, alternatives=0.0, scalable=0.0, pairs=0.0),
    "knotty": Shape(dominant=True, envelope=0.4, mandate=0.25, ceiling=0.5, needs=0.2, alternatives=0.15, scalable=0.05, pairs=0.1),
}
"""By name: with and without a dominant investment, tight and loose money, few and many ties between investments."""


def make(size: int, shape: str, seed: int, objective: str = "most_tonnes") -> tuple[Portfolio, Planning]:
    """`size` city investments of a shape, and the model they are to be planned with."""
    draw = Random(hashlib.sha256(f"{size} {shape} {seed}".encode()).digest())
    kind = SHAPES[shape]
    items = [_investment(draw, n, kind) for n in range(size - kind.dominant)]
    if kind.dominant:
        items.append(_dominant(items, kind))
    pairs = [
        OverlapPair(loser=a.id, winner=b.id, share=Decimal(draw.randint(1, 9)) / 10, origin=_origin(n))
        for n, (a, b) in enumerate(_couples(draw, items, kind.pairs))
    ]
    return Portfolio(investments=tuple(items), pairs=tuple(pairs)), _model(draw, items, kind, objective)


def _origin(n: int) -> Origin:
    return Origin(file="made.xlsx", sheet="Investeringar", row=n + 2)


def _investment(draw: Random, n: int, kind: Shape) -> Investment:
    size = int(draw.lognormvariate(16.3, 1.0)) // 1000 * 1000 + 100_000  # median about 12 mnkr, in whole tkr as budgets are
    parts = [draw.random() + 0.2 for _ in range(draw.choice([1, 1, 2, 2, 3, 4]))]
    outlay = [int(size * part / sum(parts)) // 1000 * 1000 for part in parts]
    first = draw.choice([2025, 2025, 2026, 2027, 2028])
    last = min(first + draw.randint(0, 5), 2032 - len(outlay))
    tonnes = max(1, round(size / MNKR * draw.lognormvariate(3.3, 0.8)))  # about 27 t a year per mnkr, widely spread
    needs: tuple[Requirement, ...] = ()
    if n and draw.random() < kind.needs:
        needs = (Requirement(id=f"I-{draw.randrange(n):05d}", kind=draw.choice(list(RequirementKind))),)
    fields: dict[str, Any] = {"requires": needs}
    if not needs and draw.random() < kind.alternatives:
        fields["alternatives"] = f"grupp {n // 30}"
    elif not needs and draw.random() < kind.scalable:
        fields["minimum_share"] = draw.choice([20, 50, 80])
    return Investment(
        id=f"I-{n:05d}",
        name=f"Åtgärd {n}",
        owner=f"Nämnd {draw.randrange(8)}",
        owner_type=draw.choice([OwnerType.COMMITTEE, OwnerType.COMPANY]),
        emission_sector=draw.choice(SECTORS),
        in_plan=False,
        earliest_start=min(first, last),
        latest_start=last,
        proposed_start=min(first, last),
        outlay=tuple(outlay),
        operating=round(size * draw.choice([0, 0, 0.01, 0.02, -0.02])) // 100 * 100,
        life=draw.choice([10, 15, 20, 30]),
        tonnes=Decimal(tonnes),
        ramp=draw.choice([(Decimal(1),), (Decimal(0), Decimal("0.5"), Decimal(1))]),
        origin=_origin(n),
        **fields,
    )


def _dominant(items: list[Investment], kind: Shape) -> Investment:
    """About half of all the money that there is; its tonnes are ordinary for it, so that it is a real question."""
    total = sum(i.total_outlay for i in items)
    size = int(total * kind.envelope / (2 - kind.envelope)) // (4 * MNKR) * 4 * MNKR
    tonnes = round(sum(i.tonnes for i in items) * size / total * Decimal("1.1"))
    return Investment(
        id="CCS",
        name="Koldioxidavskiljning",
        owner="Bolaget",
        owner_type=OwnerType.COMPANY,
        emission_sector="avskiljning",
        earliest_start=2025,
        latest_start=2028,
        proposed_start=2026,
        outlay=(size // 4,) * 4,
        life=25,
        tonnes=Decimal(tonnes),
        ramp=(Decimal(0), Decimal(0), Decimal(0), Decimal("0.5"), Decimal(1)),
        origin=_origin(len(items)),
    )


def _couples(draw: Random, items: list[Investment], share: float) -> list[tuple[Investment, Investment]]:
    """Losers and winners, each loser once; neither is scalable."""
    whole = [i for i in items if i.minimum_share is None and i.id != "CCS"]
    losers = draw.sample(whole, int(share * len(whole)))
    return [(a, b) for a in losers if (b := draw.choice(whole)).id != a.id]


def _model(draw: Random, items: list[Investment], kind: Shape, objective: str) -> Planning:
    total = sum(i.total_outlay for i in items)
    frame = {t: int(total * kind.envelope * 0.7 / len(YEARS) * draw.uniform(0.6, 1.4)) // 1000 * 1000 for t in YEARS}
    tables: dict[str, Any] = {}
    if kind.mandate is not None:
        tables["debt"] = Debt(
            opening=_money(total // 5 // 1000 * 1000),
            # more room year by year, as a plan has it
            mandate=_by_year({t: int(total * (0.2 + kind.mandate * (n + 2) / 8)) // 1000 * 1000 for n, t in enumerate(YEARS)}),
            other_net_investment=_by_year(dict.fromkeys(YEARS, total // 50 // 1000 * 1000)),
            self_financing=_by_year(dict.fromkeys(YEARS, total // 55 // 1000 * 1000)),
        )
    if kind.ceiling is not None:
        full = {s: sum(i.tonnes for i in items if i.emission_sector == s) for s in sorted({i.emission_sector for i in items})}
        most = {s: _tonnes(Decimal(int(t * Decimal(str(kind.ceiling if s != "avskiljning" else 1))))) for s, t in full.items()}
        base = int(sum(full.values())) * 2
        tables["emissions"] = Emissions(
            base_year=_count(1990),
            base=_tonnes(Decimal(base)),
            latest_year=_count(2022),
            latest=_tonnes(Decimal(base) * Decimal("0.7")),
            target_reduction=ShareValue(unit="share", stated="85 %", source="made", value=Decimal("0.85")),
            sectors={s: SectorTonnes(**stated.model_dump()) for s, stated in most.items()},
        )
    return Planning(
        schema_version=1,
        title="made",
        file="made.toml",
        sha256="0" * 64,
        horizon=Horizon(first_year=_count(YEARS[0]), last_year=_count(YEARS[-1]), effects_until=_count(UNTIL), target_year=_count(2030)),
        objective=Objective(name=objective),
        plan_frame=PlanFrame(frame=_by_year(frame), carry_forward=True),
        control_envelope=ControlEnvelope(total=_money(int(total * kind.envelope) // 1000 * 1000)),
        **tables,
    )


def _money(kronor: int) -> Money:
    return Money(unit="kr", stated=f"{kronor} kr", source="made", value=kronor)


def _by_year(values: dict[int, int]) -> MoneyByYear:
    return MoneyByYear(unit="kr", stated="kr", source="made", values=values)


def _count(value: int) -> Count:
    return Count(unit="year", stated=f"{value}", source="made", value=value)


def _tonnes(value: Decimal) -> Tonnes:
    return Tonnes(unit="t", stated=f"{value} t", source="made", value=value)
