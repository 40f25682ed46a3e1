"""The debt path year by year, for the group and for the city alone (docs/method.md, Debt path)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor

from portfolio.evaluate import Picks, debt_path
from portfolio.instance import Instance
from portfolio.planning import CityDebt, Debt
from portfolio.statements import DebtLine


def group_path(d: Instance, picks: Picks) -> tuple[DebtLine, ...]:
    """One line a plan year: every started investment, against the mandate. Empty without a debt table."""
    debt = d.planning.debt
    if debt is None:
        return ()
    exact = debt_path(d, picks)
    lines = []
    opening = debt.opening.value
    for t in d.years:
        closing = round(exact[t])
        mandate = debt.mandate.values[t]
        line = _line(d, picks, t, opening, debt, closing)
        more = {"mandate": mandate, "headroom": mandate - closing, "borrowable": _borrowable(d, exact, t)}
        lines.append(line.model_copy(update=more))
        opening = closing
    return tuple(lines)


def city_path(d: Instance, picks: Picks) -> tuple[DebtLine, ...]:
    """The city without its companies: committees' investments only, no interest and no mandate. Empty when the model has none."""
    city = d.planning.debt.city if d.planning.debt is not None else None
    if city is None:
        return ()
    mine = {i: p for i, p in picks.items() if d.is_committee(i)}
    lines: list[DebtLine] = []
    opening = city.opening.value
    for t in d.years:
        lines.append(_line(d, mine, t, opening, city, None))
        opening = lines[-1].closing
    return tuple(lines)


def _line(d: Instance, picks: Picks, t: int, opening: int, table: Debt | CityDebt, closing: int | None) -> DebtLine:
    """The line of one year; the interest is what is left between the stated closing debt and everything else."""

    def summed(amounts: Mapping[tuple[str, int], Mapping[int, int]], layer: str = "") -> int:
        chosen = ((i, p) for i, p in picks.items() if layer in ("", p.layer))
        return sum(amounts[i, p.start].get(t, 0) * p.percent // 100 for i, p in chosen)

    plan, gap = summed(d.outlay, "plan"), summed(d.outlay, "gap")
    grants, partners = summed(d.grant), summed(d.partner)
    operating = sum(d.operating_in(i, p.start, t) * p.percent // 100 for i, p in picks.items())
    other, own = table.other_net_investment.values[t], table.self_financing.values[t]
    without_interest = opening + plan + gap - grants - partners + operating + other - own
    return DebtLine(
        year=t,
        opening=opening,
        outlay_plan=plan,
        outlay_gap=gap,
        grants=grants,
        partners=partners,
        operating=operating,
        other_net_investment=other,
        self_financing=own,
        interest=0 if closing is None else closing - without_interest,
        closing=without_interest if closing is None else closing,
    )


def _borrowable(d: Instance, exact: Mapping[int, Fraction], t: int) -> int:
    """Whole kronor that could be borrowed in t and kept, with interest, under the mandate of every year from t on."""
    debt = d.planning.debt
    assert debt is not None
    growth = 1 + (Fraction(debt.interest_rate.value) if debt.interest_rate is not None else Fraction(0))
    return min(floor((debt.mandate.values[u] - exact[u]) / growth ** (u - t)) for u in d.years if u >= t)


def room_for_everything(d: Instance) -> dict[int, Fraction]:
    """A mandate (kr) by plan year that no choice can break: every investment at the start that adds most debt to the year."""
    found = {}
    for t in d.years:
        most = (max([Fraction(0), *(Fraction(d.debt_added[i, s][t]) for s in d.starts[i])]) for i in d.city)
        found[t] = d.debt_without[t] + sum(most)
    return found


def without_mandate(d: Instance) -> Debt:
    """The model's debt with a mandate that no choice can reach; the debt is still counted, for what else depends on it."""
    debt = d.planning.debt
    assert debt is not None
    wide = {t: max(ceil(kr), debt.mandate.values[t]) for t, kr in room_for_everything(d).items()}
    return debt.model_copy(update={"mandate": debt.mandate.model_copy(update={"values": wide})})


def can_bind(d: Instance) -> bool:
    """Whether the investments could reach the mandate at all; False without a debt table."""
    debt = d.planning.debt
    return debt is not None and any(kr > debt.mandate.values[t] for t, kr in room_for_everything(d).items())
