"""What must hold between the values of one planning model: years complete, sums equal, signs and sizes sane."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from portfolio.errors import Finding, Severity, finding
from portfolio.planning import CountByYear, MoneyByYear, Planning
from portfolio.planning_checks_money import check_money, plan_year_series
from portfolio.records import LockKind
from portfolio.units import stated

FIRST, LAST = 1900, 2200
"""Years outside these are slips of the keyboard."""
SLIP = 100
"""A figure this many times as large as the one beside it was probably given in another unit (the next one is 1,000 times as large)."""


def check_model(p: Planning, apart: Callable[[str], bool] = lambda _: False) -> list[Finding]:
    """Findings about the model on its own. Without plan years nothing else can be said.

    Args:
        apart: True for the places of what could not be read, of which nothing is said.
    """
    if wrong := list(_plan_years(p)):
        return wrong
    found = [*_horizon(p), *_frame(p), *_envelope(p), *_debt(p), *_emissions(p), *_series(p), *_other(p), *_uncertainty(p), *check_money(p)]
    found = [f for f in found if not apart(f.place)]
    return _horizon_first(p, found, "year_missing", _horizon_first(p, found, "year_foreign", found))


def _horizon_first(p: Planning, found: list[Finding], code: str, rest: list[Finding]) -> list[Finding]:
    """When several tables agree with each other about the same years and not with the horizon, it is the horizon that is asked about."""
    years: dict[str, set[str]] = {}
    for f in found:
        if f.code == code and ".values." in f.place:
            place, _, year = f.place.partition(".values.")
            years.setdefault(place, set()).add(year)
    first, last = p.horizon.first_year.value, p.horizon.last_year.value
    alike = next(iter(years.values()), set())
    if len(years) < 2 or any(y != alike for y in years.values()):
        return rest
    # in the middle of the plan years it is no matter of where the horizon ends
    missing = code == "year_missing"
    at_start, at_end = (str(first), str(last)) if missing else (str(first - 1), str(last + 1))
    if not alike & {at_start, at_end}:
        return rest
    field, value = ("last_year", last) if at_end in alike else ("first_year", first)
    said = finding(
        "horizon_long" if missing else "horizon_short",
        p.file,
        f"horizon.{field}.value",
        value,
        years=", ".join(sorted(alike)),
        places=", ".join(sorted(years)),
        first=str(first),
        last=str(last),
    )
    return [said, *(f for f in rest if f.code != code or ".values." not in f.place)]


def _plan_years(p: Planning) -> Iterator[Finding]:
    first, last = p.horizon.first_year.value, p.horizon.last_year.value
    if not FIRST <= first <= LAST:
        yield finding("year_unreasonable", p.file, "horizon.first_year.value", first, first=str(FIRST), last=str(LAST))
    elif not first <= last <= LAST:
        yield finding("years_reversed", p.file, "horizon.last_year.value", last, first=first)


def _horizon(p: Planning) -> Iterator[Finding]:
    h = p.horizon
    first, last, until = h.first_year.value, h.last_year.value, h.effects_until.value
    if until < last:
        yield finding("effects_too_short", p.file, "horizon.effects_until.value", until, last=last)
    if until > LAST:
        yield finding("year_unreasonable", p.file, "horizon.effects_until.value", until, first=str(FIRST), last=str(LAST))
    if not first <= h.target_year.value <= max(last, until):
        yield finding("target_outside", p.file, "horizon.target_year.value", h.target_year.value, first=first, last=until)


def _foreign(p: Planning, series: MoneyByYear | CountByYear, place: str, years: range) -> Iterator[Finding]:
    """The series has no year outside `years`."""
    for year in sorted(series.values.keys() - set(years)):
        yield finding("year_foreign", p.file, f"{place}.values.{year}", year, first=years[0], last=years[-1])


def _years(p: Planning, series: MoneyByYear, place: str, years: range) -> Iterator[Finding]:
    """The series has exactly the years it must have."""
    for year in years:
        if year not in series.values:
            yield finding("year_missing", p.file, f"{place}.values.{year}", "", year=year)
    yield from _foreign(p, series, place, years)


def _no_negative(p: Planning, series: MoneyByYear, place: str) -> Iterator[Finding]:
    for year, kronor in sorted(series.values.items()):
        if kronor < 0:
            yield finding("amount_negative", p.file, f"{place}.values.{year}", stated(kronor, series.stated))


def _frame(p: Planning) -> Iterator[Finding]:
    if p.plan_frame is None:
        return
    frame = p.plan_frame.frame
    yield from _years(p, frame, "plan_frame.frame", p.horizon.years)
    yield from _no_negative(p, frame, "plan_frame.frame")
    if not any(frame.values.values()):
        yield finding("frame_zero", p.file, "plan_frame.frame.values", "", Severity.WARNING)
    total = p.plan_frame.total
    complete = set(p.horizon.years) <= frame.values.keys()  # a year that is missing is said above, and the sum is then another one
    if total is not None and complete and total.value != sum(frame.values.values()):
        difference = sum(frame.values.values()) - total.value
        yield finding("frame_total", p.file, "plan_frame.total.value", stated(total.value, total.stated), difference=difference)


def _envelope(p: Planning) -> Iterator[Finding]:
    if p.control_envelope is None:
        return
    total = p.control_envelope.total
    if total.value < 0:
        yield finding("amount_negative", p.file, "control_envelope.total.value", stated(total.value, total.stated))
    elif p.plan_frame is not None and total.value < (frame := sum(p.plan_frame.frame.values.values())):
        shown = stated(total.value, total.stated)
        yield finding("envelope_below_frame", p.file, "control_envelope.total.value", shown, Severity.WARNING, frame_kr=frame)


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
    yield from _no_negative(p, debt.mandate, "debt.mandate")
    opening = debt.opening.value
    if opening > debt.mandate.values.get(years[0], opening):
        yield finding("debt_above_mandate", p.file, "debt.opening.value", stated(opening, debt.opening.stated))
    if debt.interest_rate is not None and debt.interest_rate.value and debt.reference_net_debt is None:
        yield finding("reference_missing", p.file, "debt.reference_net_debt")
    if debt.reference_net_debt is not None:
        yield from _years(p, debt.reference_net_debt, "debt.reference_net_debt", range(years[0] - 1, years[-1] + 1))
    for year, kronor in sorted(debt.mandate.values.items()):
        if 0 < kronor * SLIP < opening or 0 < opening * SLIP < kronor:
            yield finding("unit_slip", p.file, f"debt.mandate.values.{year}", stated(kronor, debt.mandate.stated), Severity.WARNING)


def _emissions(p: Planning) -> Iterator[Finding]:
    table = p.emissions
    if table is None:
        return
    base, latest = table.base_year.value, table.latest_year.value
    for name, year in (("base_year", base), ("latest_year", latest)):
        if not FIRST <= year <= LAST:
            yield finding("year_unreasonable", p.file, f"emissions.{name}.value", year, first=str(FIRST), last=str(LAST))
    if latest > p.horizon.target_year.value:
        target = str(p.horizon.target_year.value)
        yield finding("inventory_to_come", p.file, "emissions.latest_year.value", latest, Severity.WARNING, target=target)
    if base > latest:
        yield finding("years_reversed", p.file, "emissions.latest_year.value", latest, first=base)
    if table.latest.value > table.base.value * SLIP or table.base.value > table.latest.value * SLIP > 0:
        yield finding("emissions_slip", p.file, "emissions.latest.value", table.latest.stated, Severity.WARNING, base=table.base.stated)
    total = sum(sector.value for sector in table.sectors.values())
    if table.sectors and total != table.latest.value:
        yield finding("sectors_total", p.file, "emissions.sectors", total, Severity.WARNING, difference=str(total - table.latest.value))
    if table.reference_path is not None and p.horizon.effects_until.value <= LAST:
        for year in p.horizon.effect_years:
            if year not in table.reference_path.values:
                yield finding("year_missing", p.file, f"emissions.reference_path.values.{year}", "", year=year)


def _series(p: Planning) -> Iterator[Finding]:
    """Years of the optional tables. A year without a delivery capacity has no limit."""
    years = p.horizon.years
    for owner, series in sorted(p.owner_frame.frames.items()) if p.owner_frame is not None else ():
        yield from _years(p, series, f"owner_frame.frames.{owner}", years)
        yield from _no_negative(p, series, f"owner_frame.frames.{owner}")
    for place, series in plan_year_series(p).items():
        yield from _years(p, series, place, years)
    if p.bond_backing is not None and p.bond_backing.other_eligible is not None:
        yield from _years(p, p.bond_backing.other_eligible, "bond_backing.other_eligible", years)
    if p.delivery_capacity is not None:
        for owner, starts in sorted(p.delivery_capacity.starts.items()):
            yield from _foreign(p, starts, f"delivery_capacity.starts.{owner}", years)
        for owner, series in sorted(p.delivery_capacity.outlay.items()):
            yield from _foreign(p, series, f"delivery_capacity.outlay.{owner}", years)
            yield from _no_negative(p, series, f"delivery_capacity.outlay.{owner}")


def _other(p: Planning) -> Iterator[Finding]:
    for limit in p.selection:
        if limit.at_least is not None and limit.at_most is not None and limit.at_least > limit.at_most:
            yield finding("selection_reversed", p.file, f"selection.{limit.name}", limit.at_least)
    for i, change in sorted(p.investments.items()):
        if change.lock is not None and (change.lock.kind is LockKind.START) != (change.lock.year is not None):
            yield finding("lock_year", p.file, f"investments.{i}.lock", change.lock.kind.value)
    if p.bond_backing is not None and (p.debt is None or p.bonds is None):
        yield finding("backing_without_debt", p.file, "bond_backing")
    if p.emission_ceiling is not None and p.emissions is None:
        yield finding("ceiling_without_emissions", p.file, "emission_ceiling")
    if p.objective.name.value == "least_cost" and p.objective.tonnes is None and p.emission_ceiling is None:
        yield finding("least_cost_without_goal", p.file, "objective.name", p.objective.name.value)


def _uncertainty(p: Planning) -> Iterator[Finding]:
    table = p.uncertainty
    delays = {"uncertainty.delays": table.delays}
    delays |= {f"uncertainty.investments.{i}.delays": own.delays for i, own in sorted(table.investments.items())}
    for place, late in delays.items():
        if sum(share.value for share in late.values()) > 1:
            yield finding("delays_above_one", p.file, place, str(sum(share.value for share in late.values())))
    if table.external is not None and table.external.low.value > table.external.high.value:
        yield finding("external_range_reversed", p.file, "uncertainty.external.low.value", table.external.low.stated)
