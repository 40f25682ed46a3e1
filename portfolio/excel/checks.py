"""What must hold for investments and overlaps whatever workbook they come from: pure functions of records.

`check_portfolio` runs all of them. Each check of a single investment names the fields it looks at, so that a cell which already has a
finding does not give a second, misleading one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from statistics import median
from typing import Final

from portfolio.errors import Finding, Severity, finding
from portfolio.excel.columns import normal_id
from portfolio.excel.links import check_links
from portfolio.excel.overlap_checks import check_overlaps
from portfolio.records import Control, Investment, LockKind, OwnerType, Portfolio, Status
from portfolio.unread import ALL_READ, Unread

OUTLIER: Final = 300
"""A total outlay this many times larger or smaller than the portfolio's median is probably a slip of kr, tkr and mnkr."""
SLIP: Final = 1000
"""Yearly amounts of one row that differ this much are probably in different units."""


def check_portfolio(portfolio: Portfolio, unread: Unread = ALL_READ, nameless: Sequence[Investment] = ()) -> list[Finding]:
    """All findings about a portfolio.

    Args:
        portfolio: may hold the same id twice; that is one of the findings.
        unread: what already has a finding.
        nameless: rows without an id, which nothing can refer to.
    """
    found: list[Finding] = []
    for investment in (*portfolio.investments, *nameless):
        for fields, check in CHECKS:
            if not unread.has(investment.origin, *fields):
                found += check(investment)
    found += duplicates(portfolio.investments)
    found += outliers([i for i in (*portfolio.investments, *nameless) if not unread.has(i.origin, "outlay", "unit")])
    found += check_links(portfolio, unread)
    found += check_overlaps(portfolio, unread, nameless)
    return found


def about(
    investment: Investment, code: str, field: str, value: object = "", severity: Severity = Severity.ERROR, **parameters: str | int
) -> Finding:
    """A finding about one field of an investment, at its cell."""
    place = investment.origin.place(field)
    return finding(code, investment.origin.file, place, value, severity, id=investment.id, **parameters)


def window(i: Investment) -> Iterator[Finding]:
    """Start after end."""
    if i.earliest_start > i.latest_start:
        yield about(i, "start_after_end", "earliest_start", i.earliest_start, Severity.ERROR, **_limits(i))


def own_start(i: Investment) -> Iterator[Finding]:
    """The officer's own start outside the window."""
    if i.earliest_start <= i.latest_start and not i.earliest_start <= i.proposed_start <= i.latest_start:
        place = f"outlay.{i.proposed_start}"
        yield about(i, "start_outside_window", place, i.proposed_start, Severity.WARNING, **_limits(i))


def locked_start(i: Investment) -> Iterator[Finding]:
    """A locked year outside the window."""
    if i.earliest_start <= i.latest_start and locked_outside(i):
        yield about(i, "lock_outside_window", "lock", i.lock.year, Severity.ERROR, **_limits(i))


def locked_outside(i: Investment) -> bool:
    """The year that is locked is not in the window."""
    return i.lock.kind is LockKind.START and i.lock.year is not None and not i.earliest_start <= i.lock.year <= i.latest_start


def _limits(i: Investment) -> dict[str, str | int]:
    return {"earliest": str(i.earliest_start), "latest": str(i.latest_start)}


def grant(i: Investment) -> Iterator[Finding]:
    """A grant is at most the outlay."""
    if i.grant > i.total_outlay:
        yield about(i, "grant_above_outlay", "grant", i.grant, grant=i.grant, outlay=i.total_outlay)


def partner(i: Investment) -> Iterator[Finding]:
    """Grant and partners' money together are at most the outlay."""
    if i.grant <= i.total_outlay < i.grant + i.partner:
        yield about(i, "partner_above_outlay", "partner", i.partner, grant=i.grant, partner=i.partner, outlay=i.total_outlay)


def small_share(i: Investment) -> Iterator[Finding]:
    """A share below one per cent: 0,5 was perhaps meant as a half."""
    if 0 < i.eligible_share < Decimal("0.01"):
        percent = f"{(i.eligible_share * 100).normalize():f}"
        half = f"{(i.eligible_share * 10_000).normalize():f}"
        swedish = {"percent": percent.replace(".", ","), "half": half.replace(".", ",")}
        yield about(
            i, "share_below_one", "eligible_share", percent, Severity.WARNING, **swedish, **{"percent_en": percent, "half_en": half}
        )


def removal(i: Investment) -> Iterator[Finding]:
    """Removals are a part of the tonnes."""
    if i.removal_tonnes > 0 and i.removal_tonnes > i.tonnes:
        yield about(i, "removal_above_tonnes", "removal_tonnes", i.removal_tonnes, tonnes=str(i.tonnes))


def effect_and_outlay(i: Investment) -> Iterator[Finding]:
    """Effect without outlay and outlay without effect are allowed and told."""
    if i.tonnes and not i.total_outlay:
        yield about(i, "effect_without_outlay", "tonnes", i.tonnes, Severity.NOTE)
    if i.total_outlay and not i.tonnes:
        yield about(i, "outlay_without_effect", "tonnes", i.tonnes, Severity.NOTE)
    if i.tonnes < 0:
        yield about(i, "emissions_grow", "tonnes", i.tonnes, Severity.NOTE)


def ramp(i: Investment) -> Iterator[Finding]:
    """A ramp-up that falls is unusual."""
    if any(later < earlier for earlier, later in zip(i.ramp, i.ramp[1:], strict=False)):
        yield about(i, "ramp_falls", "ramp", "|".join(map(str, i.ramp)), Severity.WARNING)


def hundreds(i: Investment) -> Iterator[Finding]:
    """Scalable investments have amounts in whole hundreds of kronor, so that every per cent is whole kronor.

    An amount that could not be read is 0 here, and none of its own.
    """
    if i.minimum_share is None:
        return
    amounts = {f"outlay.{i.proposed_start + k}": kr for k, kr in enumerate(i.outlay)}
    amounts |= {"grant": i.grant, "partner": i.partner, "operating": i.operating}
    for name, kronor in amounts.items():
        if kronor % 100:
            yield about(i, "not_whole_hundreds", name, kronor)


def ownership(i: Investment) -> Iterator[Finding]:
    """Type of owner and control agree."""
    if i.control is Control.CITY and i.owner_type is OwnerType.EXTERNAL:
        yield about(i, "external_owner_in_control", "owner_type", i.owner)


def planned(i: Investment) -> Iterator[Finding]:
    """Only the city's investments are in the plan."""
    if i.control is Control.EXTERNAL and i.in_plan:
        yield about(i, "external_in_plan", "in_plan")


def decided(i: Investment) -> Iterator[Finding]:
    """Only the city's investments are committed or locked."""
    if i.control is Control.EXTERNAL and (i.status is Status.COMMITTED or i.lock.kind is not LockKind.FREE):
        yield about(i, "external_decided", "lock" if i.lock.kind is not LockKind.FREE else "status", "", Severity.WARNING)


def cancelled(i: Investment) -> Iterator[Finding]:
    """What is decided and locked as never would be cancelled; that is for a scenario to ask, or a slip."""
    if i.control is Control.CITY and i.status is Status.COMMITTED and i.lock.kind is LockKind.NEVER:
        yield about(i, "committed_but_never", "lock", "", Severity.WARNING)


def hole(i: Investment) -> Iterator[Finding]:
    """A year without outlay between years with outlay, or before the first one, may be a figure that was forgotten."""
    gaps = [i.proposed_start + k for k, kr in enumerate(i.outlay) if not kr]
    if i.total_outlay and gaps:
        years = ", ".join(map(str, gaps))
        yield about(i, "outlay_hole", f"outlay.{gaps[0]}", "", Severity.WARNING, years=years)


def scope(i: Investment) -> Iterator[Finding]:
    """Scope 3 has no tonnes here, so a slip would change the plan."""
    if i.scope not in ("", "1", "2", "3"):
        yield about(i, "scope_unknown", "scope", i.scope)


def identity(i: Investment) -> Iterator[Finding]:
    """Letters that only look Latin make two ids that look the same."""
    odd = [c for c in i.id if unicodedata.name(c, "").startswith(("CYRILLIC", "GREEK"))]
    if odd:
        yield about(i, "lookalike_id", "id", i.id, letter=odd[0])


def unit_slip(i: Investment) -> Iterator[Finding]:
    """Years of one row that differ by a thousand are probably in different units."""
    spent = {k: kr for k, kr in enumerate(i.outlay) if kr}
    if len(spent) < 2 or max(spent.values()) < SLIP * min(spent.values()):
        return
    middle = median(spent.values())
    odd = max(spent, key=lambda k: max(spent[k] / middle, middle / spent[k]))
    yield about(
        i, "unit_slip_in_row", f"outlay.{i.proposed_start + odd}", spent[odd], Severity.WARNING, kronor=spent[odd], usual=round(middle)
    )


CHECKS: Final[tuple[tuple[tuple[str, ...], Callable[[Investment], Iterable[Finding]]], ...]] = (
    (("id",), identity),
    (("control", "owner_type"), ownership),
    (("control", "in_plan"), planned),
    (("control", "status", "lock"), decided),
    (("earliest_start", "latest_start"), window),
    (("earliest_start", "latest_start", "outlay"), own_start),
    (("earliest_start", "latest_start", "lock"), locked_start),
    (("grant", "outlay", "unit"), grant),
    (("grant", "partner", "outlay", "unit"), partner),
    (("tonnes", "removal_tonnes"), removal),
    (("eligible_share",), small_share),
    (("tonnes", "outlay"), effect_and_outlay),
    (("ramp",), ramp),
    (("minimum_share", "unit"), hundreds),
    (("outlay", "unit"), unit_slip),
    (("outlay",), hole),
    (("status", "lock", "control"), cancelled),
    (("scope",), scope),
)
"""The checks of a single investment and the fields they look at; `unit` is that of the amounts."""


def duplicates(investments: Iterable[Investment]) -> Iterator[Finding]:
    """The same id twice, in one workbook or in two; case and blanks do not make another id."""
    seen: dict[str, Investment] = {}
    for i in sorted(investments, key=lambda i: (i.origin.file, i.origin.row)):
        first = seen.setdefault(normal_id(i.id), i)
        if first is not i:
            code = "duplicate_id" if first.id == i.id else "duplicate_id_spelling"
            yield about(i, code, "id", i.id, first=first.id, other_file=first.origin.file, where=first.origin.place("id"))


def outliers(investments: list[Investment]) -> Iterator[Finding]:
    """Total outlays far from the portfolio's median."""
    totals = [i.total_outlay for i in investments if i.total_outlay]
    if len(totals) < 5:
        return
    usual = round(median(totals))
    for i in investments:
        total = i.total_outlay
        if total and not usual <= total * OUTLIER <= usual * OUTLIER * OUTLIER:
            yield about(i, "unit_outlier", f"outlay.{i.proposed_start}", total, Severity.WARNING, kronor=total, usual=usual)
