"""Which demands clash, and the ways out, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from portfolio.explained import LEVELS, Demand, Relief, WayOut
from portfolio.outcome import Run
from portfolio.reports.figures import in_unit, kronor, tonnes
from portfolio.reports.findings import clean
from portfolio.text import Text


def conflict_lines(run: Run, text: Text) -> Iterator[str]:
    """The clash first, then each way out with what it gives; nothing for a run that has a plan."""
    conflict = run.conflict
    if conflict is None:
        return
    for n, clash in enumerate(conflict.clashes):
        kind = "demand" if len(clash) == 1 else "demands"
        yield text(f"conflict.{kind}" if n == 0 else f"conflict.also_{kind}")
        for demand in clash:
            yield "  " + text("conflict.stated", name=demand_name(demand, text), place=demand.place, file=clean(demand.file))
    if not conflict.clashes and conflict.complete:
        yield text("conflict.physical")
    if conflict.ways:
        yield text("conflict.ways")
    for n, way in enumerate(conflict.ways, start=1):
        yield f"  {n}. " + way_sentence(run, way, text)
    if not conflict.complete:
        yield text("conflict.incomplete")
    elif conflict.clashes and not conflict.ways:
        yield text("conflict.no_way")


def demand_name(demand: Demand, text: Text) -> str:
    """What a demand is called, with whom or what it is about."""
    name = text(f"conflict.name.{demand.constraint}")
    return f"{name} {_subject(demand, text)}" if demand.subject else name


def _subject(demand: Demand, text: Text) -> str:
    """Whom or what a demand is about; the model's `*` is everybody."""
    return text("conflict.everybody") if demand.subject == "*" else clean(demand.subject)


def way_sentence(run: Run, way: WayOut, text: Text) -> str:
    """What must give, and the plan that there is then."""
    objective = run.model["objective"]
    quantity = text(
        f"terminal.quantity.{objective['quantity']}", year=run.target_year, until=run.model["horizon"]["effects_until"]["value"]
    )
    gives = text(
        "conflict.gives" if way.proven else "conflict.gives_not_proven",
        chosen=way.chosen,
        mnkr=in_unit(way.kronor, text),
        krona=text(f"terminal.krona.{objective['krona']}"),
        gap=text("conflict.in_the_gap", mnkr=in_unit(way.outlay_gap, text)) if way.outlay_gap else "",
        tonnes=tonnes(way.tonnes, text.lang),
        quantity=quantity,
    )
    return text("conflict.way", what=given(way.reliefs, text), gives=gives)


def given(reliefs: Sequence[Relief], text: Text) -> str:
    """What must give, one sentence a demand, without the last full stop."""
    return text("conflict.and").join(_given(list(of), text) for _, of in groupby(reliefs, key=lambda r: r.demand))


def _given(reliefs: Sequence[Relief], text: Text) -> str:
    """One demand, and how much it gives in each year."""
    demand = reliefs[0].demand
    values = {"name": demand_name(demand, text), "subject": _subject(demand, text)}
    total = _shown(_total(reliefs), demand.unit, text)
    years = [r for r in reliefs if r.year is not None]
    by_year = ", ".join(f"{r.year}: {_shown(r.amount, demand.unit, text)}" for r in years)
    sentence = text(f"conflict.relief.{demand.constraint}", amount=total, **values)
    return f"{sentence} ({by_year})" if years else sentence


def _total(reliefs: Sequence[Relief]) -> Decimal:
    """The sum; of a level the largest year."""
    amounts = [r.amount for r in reliefs]
    return max(amounts) if reliefs[0].demand.constraint in LEVELS else sum(amounts, Decimal(0))


def _shown(amount: Decimal, unit: str, text: Text) -> str:
    """Kronor in the unit asked for, or in whole kronor when they are few; tonnes with the decimals they need."""
    if unit == "kr":
        whole = amount.to_integral_value(rounding="ROUND_CEILING")
        if whole < 1_000_000:
            return text("conflict.unit.kr", amount=kronor(int(whole), text.lang))
        return text("conflict.unit.mnkr", amount=in_unit(int(whole), text))
    if unit == "t":
        return text("conflict.unit.t", amount=tonnes(amount.to_integral_value(rounding="ROUND_CEILING"), text.lang))
    return text(f"conflict.unit.{unit}", count=int(amount))
