"""What must hold between the values of one planning model: years complete, sums equal, signs and sizes sane."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.errors import Finding, Severity, finding
from portfolio.planning import MoneyByYear, Planning


def check_model(p: Planning) -> list[Finding]:
    """Findings about the model on its own."""
    return [*_horizon(p), *_frame(p), *_debt(p), *_emissions(p), *_other(p)]


def _horizon(p: Planning) -> Iterator[Finding]:
    h = p.horizon
    first, last = h.first_year.value, h.last_year.value
    if not 1900 <= first <= last <= 2200:
        yield finding("years_reversed", p.file, "horizon.last_year.value", last, first=first)
        return
    if h.effects_until.value < last:
        yield finding("effects_too_short", p.file, "horizon.effects_until.value", h.effects_until.value, last=last)
    if not first <= h.target_year.value <= max(last, h.effects_until.value):
        yield finding("target_outside", p.file, "horizon.target_year.value", h.target_year.value, first=first, last=h.effects_until.value)


def _years(p: Planning, series: MoneyByYear, place: str, years: range) -> Iterator[Finding]:
    """The series has exactly the years it must have."""
    for year in years:
        if year not in series.values:
            yield finding("year_missing", p.file, f"{place}.values.{year}", "", year=year)
    for year in sorted(series.values):
        if year not in years:
            yield finding("year_foreign", p.file, f"{place}.values.{year}", year, first=years[0], last=years[-1])


def _frame(p: Planning) -> Iterator[Finding]:
    if p.plan_frame is None:
        return
    frame = p.plan_frame.frame
    yield from _years(p, frame, "plan_frame.frame", p.horizon.years)
    for year, kronor in sorted(frame.values.items()):
        if kronor < 0:
            yield finding("amount_negative", p.file, f"plan_frame.frame.values.{year}", kronor)
    if not any(frame.values.values()):
        yield finding("frame_zero", p.file, "plan_frame.frame.values")
    total = p.plan_frame.total
    if total is not None and total.value != sum(frame.values.values()):
        difference = sum(frame.values.values()) - total.value
        yield finding("frame_total", p.file, "plan_frame.total.value", total.value, difference=difference)


def _debt(p: Planning) -> Iterator[Finding]:
    debt = p.debt
    if debt is None:
        return
    years = p.horizon.years
    for name, series in (
        ("mandate", debt.mandate),
        ("other_net_investment", debt.other_net_investment),
        ("self_financing", debt.self_financing),
    ):
        yield from _years(p, series, f"debt.{name}", years)
    if debt.opening.value > debt.mandate.values.get(years[0], debt.opening.value):
        yield finding("debt_above_mandate", p.file, "debt.opening.value", debt.opening.value)
    if debt.interest_rate is not None and debt.interest_rate.value and debt.reference_net_debt is None:
        yield finding("reference_missing", p.file, "debt.reference_net_debt")
    if debt.reference_net_debt is not None:
        yield from _years(p, debt.reference_net_debt, "debt.reference_net_debt", range(years[0] - 1, years[-1] + 1))
    for year, kronor in sorted(debt.mandate.values.items()):
        if 0 < kronor * 100 < debt.opening.value:
            yield finding("unit_slip", p.file, f"debt.mandate.values.{year}", kronor, Severity.WARNING)


def _emissions(p: Planning) -> Iterator[Finding]:
    table = p.emissions
    if table is None:
        return
    if table.base_year.value > table.latest_year.value:
        yield finding("years_reversed", p.file, "emissions.latest_year.value", table.latest_year.value, first=table.base_year.value)
    total = sum(base.value for base in table.sectors.values())
    if table.sectors and total != table.latest.value:
        yield finding("sectors_total", p.file, "emissions.sectors", total, Severity.WARNING, difference=str(total - table.latest.value))
    if table.reference_path is not None:
        for year in p.horizon.effect_years:
            if year not in table.reference_path.values:
                yield finding("year_missing", p.file, f"emissions.reference_path.values.{year}", "", year=year)


def _other(p: Planning) -> Iterator[Finding]:
    for limit in p.selection:
        if limit.at_least is not None and limit.at_most is not None and limit.at_least > limit.at_most:
            yield finding("selection_reversed", p.file, f"selection.{limit.name}", limit.at_least)
    if p.owner_frame is not None:
        for owner, series in sorted(p.owner_frame.frames.items()):
            yield from _years(p, series, f"owner_frame.frames.{owner}", p.horizon.years)
    if p.bond_backing is not None and p.bond_backing.other_eligible is not None:
        yield from _years(p, p.bond_backing.other_eligible, "bond_backing.other_eligible", p.horizon.years)
    if p.bond_backing is not None and (p.debt is None or p.bonds is None):
        yield finding("backing_without_debt", p.file, "bond_backing")
    if p.emission_ceiling is not None and p.emissions is None:
        yield finding("ceiling_without_emissions", p.file, "emission_ceiling")
    if p.objective.name.value == "least_cost" and p.objective.tonnes is None and p.emission_ceiling is None:
        yield finding("least_cost_without_goal", p.file, "objective.name", p.objective.name.value)
