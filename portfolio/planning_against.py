"""What must hold between a planning model and the workbooks: owners, sectors, categories, ids, start windows, arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil

from portfolio.amounts.eligibility import refusal
from portfolio.amounts.support import counted_grant
from portfolio.audit.flow import MOST_JOINED, REMOVALS
from portfolio.errors import Finding, Severity, finding
from portfolio.excel.checks import locked_outside, ownership
from portfolio.excel.links import is_unknown
from portfolio.instance import adjusted, allowed_starts, counts_here, must_start
from portfolio.planning import Planning
from portfolio.records import Control, GrantStatus, Investment, LockKind, OwnerType, Portfolio, RequirementKind, Status
from portfolio.units import stated
from portfolio.unread import ALL_READ, Unread

WINDOW = ("control", "earliest_start", "latest_start", "lock", "outlay")
"""What says when an investment can start."""
REFUSED_BY = ("control", "owner", "sector", "bond_category", "taxonomy", "eligible_share", "capitalised")
"""What a bond framework looks at."""


def check_against(p: Planning, portfolio: Portfolio, unread: Unread = ALL_READ, nameless: Sequence[Investment] = ()) -> list[Finding]:
    """Findings that need both the model and the workbooks; errors stop the run.

    Args:
        p: the model, or the tables of it that have no fault.
        portfolio: what could be read.
        unread: what already has a finding, and gives no second one.
        nameless: rows without an id.
    """
    investments = [adjusted(i, p.investments.get(i.id)) for i in portfolio.investments]
    outside = {i.id for i in portfolio.investments if i.earliest_start > i.latest_start or locked_outside(i)}  # said already
    findings: list[Finding] = []
    for i in (*investments, *nameless):
        findings += _names(p, i, unread)
        if i.id not in outside and not unread.has(i.origin, *WINDOW, "status"):
            findings += _window(p, i, unread)
        if not unread.has(i.origin, "control", "outlay", "unit", "grant", "grant_status", "partner"):
            findings += _support(p, i)
    times = Counter(i.id for i in investments)
    sure = [i for i in investments if times[i.id] == 1 and i.id not in outside and not unread.has(i.origin, *WINDOW, "status", "requires")]
    findings += [*_ids(p, portfolio, unread, nameless), *_requirements(p, sure)]
    if (
        len(times) == len(investments)
        and not nameless
        and not unread.anywhere("outlay", "unit", "control", "in_plan", "status", "lock", "minimum_share")
    ):
        findings += _arithmetic(p, investments)
    findings += [*_price_levels(investments), *_money(p, portfolio, unread, nameless), *_exclusions(p, portfolio, unread), *_debt(p)]
    findings += _joined(p, portfolio, investments)
    return findings


def _at(i: Investment, code: str, field: str, value: object, severity: Severity = Severity.ERROR, **parameters: str | int) -> Finding:
    return finding(code, i.origin.file, i.origin.place(field), value, severity, id=i.id, **parameters)


def _names(p: Planning, i: Investment, unread: Unread) -> Iterator[Finding]:
    if p.owners and not unread.has(i.origin, "owner"):
        if i.owner not in p.owners:
            yield _at(i, "owner_unknown", "owner", i.owner, model=p.file)
        elif p.owners[i.owner].type != i.owner_type.value and not (unread.has(i.origin, "owner_type", "control") or any(ownership(i))):
            yield _at(i, "owner_type_differs", "owner_type", i.owner_type.value, Severity.WARNING, model=p.file)
    if p.emissions is not None and p.emissions.sectors and i.emission_sector not in p.emissions.sectors and _counted(i, unread):
        yield _at(i, "sector_unknown", "emission_sector", i.emission_sector, Severity.WARNING, model=p.file)
    category = i.bond_category
    city = i.control is Control.CITY and not unread.has(i.origin, "control")
    if p.bonds is not None and city and category is not None and category not in p.bonds.framework.categories:
        yield _at(i, "category_unknown", "bond_category", category, categories=", ".join(p.bonds.framework.categories))


def _counted(i: Investment, unread: Unread) -> bool:
    """The tonnes count in a sector; a figure that has a fault is there, so a sector that is named must be one."""
    if unread.has(i.origin, "emission_sector", "counts_to_target", "scope"):
        return False
    tonnes = i.tonnes - i.removal_tonnes != 0 or (bool(i.emission_sector) and unread.has(i.origin, "tonnes", "removal_tonnes"))
    return counts_here(i) and tonnes


def _support(p: Planning, i: Investment) -> Iterator[Finding]:
    """A scenario may not make an investment cheaper than what others pay of it; the workbook's own figures are checked with it."""
    support = counted_grant(i, p) + i.partner
    if i.control is Control.CITY and i.id in p.investments and support > i.total_outlay:
        place = f"investments.{i.id}.outlay_factor"
        yield finding(
            "support_above_outlay", p.file, place, str(p.investments[i.id].outlay_factor), support_kr=support, outlay_kr=i.total_outlay
        )


def _window(p: Planning, i: Investment, unread: Unread) -> Iterator[Finding]:
    if i.control is not Control.CITY or i.lock.kind is LockKind.NEVER:
        return
    starts = allowed_starts(i, p)
    years = p.horizon.years
    if not starts:
        severity = Severity.ERROR if must_start(i) else Severity.WARNING
        span = {"first": str(years[0]), "last": str(years[-1])}
        yield _at(i, "window_empty", "latest_start", i.latest_start, severity, outlays=len(i.outlay), **span)
    elif i.lock.kind is LockKind.FREE and (starts[0] > i.earliest_start or starts[-1] < i.latest_start):
        yield _at(i, "window_shrinks", "latest_start", i.latest_start, Severity.NOTE, first=str(starts[0]), last=str(starts[-1]))
    granted = i.grant_status is GrantStatus.GRANTED and i.grant and not unread.has(i.origin, "grant", "grant_status")
    if granted and p.grants.delay is not None and starts:
        last = starts[-1] + len(i.outlay) - 1 + p.grants.delay.value
        if last > years[-1]:
            yield _at(i, "grant_outside", "grant", i.grant, Severity.NOTE, year=str(last))


def _none_such(i: str, control: Control | None, known: Mapping[str, Investment], unread: Unread) -> bool:
    """No investment has this id, or it is one of the other side; what cannot be known is not said."""
    if i not in known:
        return is_unknown(i, known, unread)
    return control is not None and known[i].control is not control and not unread.has(known[i].origin, "control")


def _ids(p: Planning, portfolio: Portfolio, unread: Unread, nameless: Sequence[Investment]) -> Iterator[Finding]:
    known = portfolio.by_id()
    for place, named in (("investments", p.investments), ("uncertainty.investments", p.uncertainty.investments)):
        for i in sorted(named):
            if _none_such(i, None, known, unread):
                yield finding("id_unknown", p.file, f"{place}.{i}", i)
    sectors = {i.sector for i in (*portfolio.investments, *nameless)}
    for sector in sorted(p.uncertainty.correlation_by_sector.keys() - sectors) if not unread.anywhere("sector") else ():
        yield finding("uncertain_sector_unknown", p.file, f"uncertainty.correlation_by_sector.{sector}", sector, Severity.WARNING)
    for i in sorted(p.external.by_id):
        if _none_such(i, Control.EXTERNAL, known, unread):
            yield finding("external_id_unknown", p.file, f"external.by_id.{i}", i)
    for limit in p.selection:
        for i in limit.members:
            if _none_such(i, Control.CITY, known, unread):
                yield finding("id_unknown", p.file, f"selection.{limit.name}", i)
    if unread.anywhere("owner"):
        return
    for kind, owners in (
        ("owner_frame.frames", p.owner_frame.frames if p.owner_frame else {}),
        ("delivery_capacity.starts", p.delivery_capacity.starts if p.delivery_capacity else {}),
        ("delivery_capacity.outlay", p.delivery_capacity.outlay if p.delivery_capacity else {}),
        ("operating_charge.limits", p.operating_charge.limits if p.operating_charge else {}),
    ):
        owned = {i.owner for i in (*portfolio.investments, *nameless)} | {"*"}
        for owner in sorted(set(owners) - owned):
            # a limit of the charges that limits nobody is a slip; a frame without investments may be waiting for some
            severity = Severity.ERROR if kind.startswith("operating_charge") else Severity.WARNING
            yield finding("owner_without_investments", p.file, f"{kind}.{owner}", owner, severity)


def _money(p: Planning, portfolio: Portfolio, unread: Unread, nameless: Sequence[Investment]) -> Iterator[Finding]:
    """Sources and exclusions name what there is; a share of the outlay is for bonds to finance."""
    known = portfolio.by_id()
    owned = {i.owner for i in (*portfolio.investments, *nameless)} | {t.value for t in OwnerType}
    for name, source in p.funding.sources.items() if p.funding is not None else ():
        for owner in source.owners:
            if owner not in owned and not unread.anywhere("owner"):
                yield finding("funding_owner_unknown", p.file, f"funding.sources.{name}.owners", owner)
        for i in source.investments:
            if _none_such(i, Control.CITY, known, unread):
                yield finding("id_unknown", p.file, f"funding.sources.{name}.investments", i)
            elif i not in known or unread.has(known[i].origin, *REFUSED_BY):
                continue
            elif source.kind == "bond" and p.bonds is not None and refusal(known[i], p.bonds.framework):
                framework = p.bonds.framework.title
                yield finding("bond_pays_ineligible", p.file, f"funding.sources.{name}.investments", i, framework=framework)
    for investment in (*portfolio.investments, *nameless):
        share = investment.eligible_share != 1 and not unread.has(investment.origin, "eligible_share", "bond_category")
        if share and investment.bond_category is None:
            yield _at(investment, "share_without_category", "eligible_share", str(investment.eligible_share), Severity.WARNING)


def _exclusions(p: Planning, portfolio: Portfolio, unread: Unread) -> Iterator[Finding]:
    """What a framework excludes is there."""
    known = portfolio.by_id()
    for view in (p.bonds.framework, *p.bonds.views) if p.bonds is not None else ():
        for exclusion in view.exclusions:
            for i in exclusion.investments:
                if _none_such(i, None, known, unread):
                    yield finding("id_unknown", p.file, f"bonds {view.name} exclusions", i, Severity.WARNING)


def _requirements(p: Planning, investments: list[Investment]) -> Iterator[Finding]:
    known = {i.id: i for i in investments}
    for i in investments:
        starts = allowed_starts(i, p) if i.control is Control.CITY else ()
        for need in i.requires if starts else ():
            other = known.get(need.id)
            if other is None or other.control is not Control.CITY:
                continue
            lag = len(other.outlay) if need.kind is RequirementKind.FINISH_TO_START else 0
            theirs = allowed_starts(other, p)
            if other.lock.kind is LockKind.NEVER:
                code = "requirement_never_must" if must_start(i) else "requirement_never"
                severity = Severity.ERROR if must_start(i) else Severity.WARNING
                yield _at(i, code, "requires", need.id, severity, other=need.id)
            elif not theirs or theirs[0] + lag > starts[-1]:
                severity = Severity.ERROR if must_start(i) else Severity.WARNING
                yield _at(i, "requirement_too_late", "requires", need.id, severity, other=need.id)


def _arithmetic(p: Planning, investments: list[Investment]) -> Iterator[Finding]:
    city = [i for i in investments if i.control is Control.CITY]
    adopted = sum(i.total_outlay for i in city if i.in_plan)
    everything = sum(i.total_outlay for i in city)
    if p.plan_frame is not None and adopted != (total := sum(p.plan_frame.frame.values.values())):
        differs = {"workbooks_kr": adopted, "difference_kr": adopted - total}
        shown = stated(total, p.plan_frame.frame.stated)
        yield finding("plan_total_differs", p.file, "plan_frame.frame", shown, Severity.NOTE, **differs)
    if p.control_envelope is not None and everything != p.control_envelope.total.value:
        yield finding(
            "control_total_differs",
            p.file,
            "control_envelope.total",
            stated(p.control_envelope.total.value, p.control_envelope.total.stated),
            Severity.NOTE,
            workbooks_kr=everything,
            difference_kr=everything - p.control_envelope.total.value,
        )
    planned = [i for i in city if must_start(i) and i.status is Status.COMMITTED and i.in_plan]
    if p.plan_frame is not None and (needed := _least(planned)) > (total := sum(p.plan_frame.frame.values.values())):
        cells = ", ".join(i.origin.place("id") for i in planned)
        shown = stated(total, p.plan_frame.frame.stated)
        yield finding("must_above_frame", p.file, "plan_frame.frame", shown, Severity.WARNING, cells=cells, needed_kr=needed)
    bound = [i for i in city if must_start(i)]
    smallest = _least(bound)
    if p.control_envelope is not None and smallest > p.control_envelope.total.value:
        cells = ", ".join(i.origin.place("id") for i in bound)
        shown = stated(p.control_envelope.total.value, p.control_envelope.total.stated)
        yield finding("must_above_envelope", p.file, "control_envelope.total", shown, Severity.WARNING, cells=cells, needed_kr=smallest)


def _debt(p: Planning) -> Iterator[Finding]:
    """The mandate is passed before anything is invested; the first year in which it is."""
    if p.debt is None:
        return
    for t, closing in p.debt.path(p.horizon.years, lambda _: Fraction(0)).items():
        mandate = p.debt.mandate.values[t]
        if closing > mandate:
            shown = stated(mandate, p.debt.mandate.stated)
            yield finding("mandate_below_debt", p.file, "debt.mandate", shown, Severity.WARNING, year=str(t), debt_kr=ceil(closing))
            return


def _least(investments: list[Investment]) -> int:
    """The least outlay (kr) that starting all of them takes, all years."""
    return sum(i.total_outlay * (i.minimum_share or 100) // 100 for i in investments)


def _price_levels(investments: list[Investment]) -> Iterator[Finding]:
    levels = sorted({i.price_level for i in investments if i.price_level is not None})
    if len(levels) > 1:
        first = next(i for i in investments if i.price_level == levels[0])
        yield _at(first, "price_levels_mixed", "price_level", levels[0], Severity.WARNING, levels=", ".join(map(str, levels)))


def _joined(p: Planning, portfolio: Portfolio, investments: list[Investment]) -> Iterator[Finding]:
    """Overlap groups with a ceiling may join at most so many emission sectors with a ceiling that the audit can try every cut."""
    if p.emissions is None or len(p.emissions.sectors) < MOST_JOINED:
        return
    ceilings = {c.group: c for c in portfolio.ceilings}
    parts: list[tuple[set[str], str]] = []
    for group in sorted(ceilings):
        mine = {i.emission_sector for i in investments if i.overlap_group == group and i.tonnes != i.removal_tonnes}
        mine = {s for s in mine if s in p.emissions.sectors}
        mine |= {REMOVALS for i in investments if i.overlap_group == group and i.removal_tonnes}
        apart = [part for part in parts if not part[0] & mine]
        for part in (part for part in parts if part[0] & mine):
            mine |= part[0]
        parts = [*apart, (mine, group)]
    for sectors, group in parts:
        if len(sectors) > MOST_JOINED:
            origin = ceilings[group].origin
            yield finding("sectors_joined", origin.file, origin.place("loser"), group, count=len(sectors), most=MOST_JOINED)
