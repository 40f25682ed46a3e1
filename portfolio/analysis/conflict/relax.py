"""A question whose demands give by stated amounts: the same as data, so that it can be solved and audited like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from math import ceil
from typing import Any

from portfolio.analysis.conflict.demands import Question, without
from portfolio.analysis.conflict.smallest import of_investments
from portfolio.explained import Relief
from portfolio.planning import FundingSource, MoneyByYear, Planning, Rate

EXTRA = "\u2009extra"
"""Name of the source that pays what the others cannot; a thin space keeps it apart from any name of the model."""


def relaxed(q: Question, reliefs: Iterable[Relief]) -> Question:
    """The question with every demand given way to by its amount."""
    for relief in reliefs:
        q = without(q, [relief.demand]) if of_investments(relief.demand) else Question(q.portfolio, _relaxed(q.planning, relief))
    return q


def _relaxed(p: Planning, relief: Relief) -> Planning:
    """One demand of the model by its amount: whole kronor and numbers upwards, tonnes exactly."""
    name, subject, year, up = relief.demand.constraint, relief.demand.subject, relief.year, ceil(relief.amount)
    table: Any = getattr(p, name, None)
    changes: dict[str, Callable[[], dict[str, Any]]] = {
        "plan_frame": lambda: {name: _field(table, "frame", year, up)},
        "committee_frame": lambda: {name: _field(table, "frame", year, up)},
        "owner_frame": lambda: {name: _entry(table, "frames", subject, year, up)},
        "control_envelope": lambda: {name: table.model_copy(update={"total": _plus(table.total, up)})},
        "debt_mandate": lambda: {"debt": _field(p.debt, "mandate", year, up)},
        "operating_charge": lambda: {
            name: _entry(table, "limits", subject, year, up) if subject else _field(table, "limit", year, up),
        },
        "bond_backing": lambda: {name: table.model_copy(update={"other_eligible": _eligible(p, year, up)})},
        "funding": lambda: {name: table.model_copy(update={"sources": {**table.sources, EXTRA: _extra(p, up)}})},
        "delivery_starts": lambda: {"delivery_capacity": _entry(p.delivery_capacity, "starts", subject, year, up)},
        "delivery_outlay": lambda: {"delivery_capacity": _entry(p.delivery_capacity, "outlay", subject, year, up)},
        "stability": lambda: {name: table.model_copy(update={"changes": _plus(table.changes, up)})},
        "selection": lambda: {name: tuple(_wider(s, up) if s.name == subject else s for s in p.selection)},
        "emission_ceiling": lambda: {name: _higher_ceiling(p, relief.amount)},
        "required_tonnes": lambda: {
            "objective": p.objective.model_copy(update={"tonnes": _plus(p.objective.tonnes, -relief.amount)}),
        },
    }
    return p.model_copy(update=changes[name]())


def _plus(stated: Any, amount: int | Decimal) -> Any:
    """A stated value with so much more."""
    return stated.model_copy(update={"value": stated.value + amount})


def _field(table: Any, field: str, year: int | None, amount: int) -> Any:
    return table.model_copy(update={field: _more(getattr(table, field), year, amount)})


def _more(series: Any, year: int | None, amount: int) -> Any:
    """A series with more in one year, or in all of them."""
    values: Mapping[int, int] = series.values
    return series.model_copy(update={"values": {t: v + (amount if year in (None, t) else 0) for t, v in values.items()}})


def _entry(table: Any, field: str, name: str, year: int | None, amount: int) -> Any:
    entries = getattr(table, field)
    return table.model_copy(update={field: {**entries, name: _more(entries[name], year, amount)}})


def _eligible(p: Planning, year: int | None, amount: int) -> MoneyByYear:
    """Other outlay that bonds can finance, with so much more in a year (the first when all later ones need it too)."""
    assert p.bond_backing is not None
    years = p.horizon.years
    stated = p.bond_backing.other_eligible
    before = stated.values if stated is not None else dict.fromkeys(years, 0)
    at = year if year is not None else years[0]
    values = {t: before[t] + (amount if t == at else 0) for t in years}
    source = stated.source if stated is not None else p.bond_backing.share.source
    return MoneyByYear(unit="kr", stated="kr", source=source, values=values)


def _extra(p: Planning, amount: int) -> FundingSource:
    """Money that may pay for anything, from the first year on."""
    years = p.horizon.years
    values = {t: amount if t == years[0] else 0 for t in years}
    limit = MoneyByYear(unit="kr", stated="kr", source=EXTRA, values=values)
    price = Rate(unit="share", stated="1", source=EXTRA, value=Decimal(1))
    return FundingSource(kind="own", limit=limit, carry_forward=True, price=price, source=EXTRA)


def _wider(limit: Any, amount: int) -> Any:
    low = max(0, limit.at_least - amount) if limit.at_least is not None else None
    high = limit.at_most + amount if limit.at_most is not None else None
    return limit.model_copy(update={"at_least": low, "at_most": high})


def _higher_ceiling(p: Planning, amount: Decimal) -> Any:
    """A ceiling of emissions so much higher; the target itself becomes a figure when no other ceiling is stated."""
    assert p.emission_ceiling is not None
    assert p.emissions is not None
    stated = p.emission_ceiling.tonnes
    ceiling = stated.value if stated is not None else p.emissions.target
    tonnes = (stated if stated is not None else p.emissions.base).model_copy(update={"value": ceiling + amount})
    return p.emission_ceiling.model_copy(update={"tonnes": tonnes})
