"""Checks of money and hands: frames, envelope, debt, operating charges, bonds and delivery capacity. Exact, zero tolerance."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from portfolio.audit.funding import check_funding
from portfolio.audit.ledger import Ledger
from portfolio.audit.sheet import Exact, Sheet
from portfolio.planning import MoneyByYear, OwnerFrame


def check_limits(sheet: Sheet, ledger: Ledger) -> None:
    """Write one row for every limit and year that the model file has."""
    _plan_frame(sheet, ledger)
    planning = ledger.planning
    if planning.control_envelope is not None:
        total: Exact = sum((x.total_outlay() for x in ledger.started), 0)
        sheet.compare("control_envelope", "", None, total, "≤", planning.control_envelope.total.value, "kr")
    if planning.owner_frame is not None:
        _owner_frames(sheet, ledger, planning.owner_frame)
    if planning.debt is not None:
        for t in planning.horizon.years:
            sheet.compare("debt_mandate", "", t, ledger.net_debt[t], "≤", planning.debt.mandate.values[t], "kr")
    _committee_frame(sheet, ledger)
    _operating_charge(sheet, ledger)
    _bond_backing(sheet, ledger)
    check_funding(sheet, ledger)
    _delivery(sheet, ledger)


def frames_available(ledger: Ledger) -> dict[int, Exact]:
    """Frame of each plan year with what is carried forward into it (kr); empty without a plan frame."""
    table = ledger.planning.plan_frame
    if table is None:
        return {}
    available: dict[int, Exact] = {}
    carried: Exact = 0
    for t in ledger.planning.horizon.years:
        available[t] = table.frame.values[t] + carried
        if table.carry_forward:
            carried = available[t] - ledger.outlay_plan[t]
    return available


def _plan_frame(sheet: Sheet, ledger: Ledger) -> None:
    table = ledger.planning.plan_frame
    if table is not None:
        _frame(sheet, ledger, "plan_frame", "", (table.frame, table.carry_forward), lambda t: ledger.outlay_plan[t])


def _owner_frames(sheet: Sheet, ledger: Ledger, table: OwnerFrame) -> None:
    for owner, frame in sorted(table.frames.items()):
        _frame(sheet, ledger, "owner_frame", owner, (frame, table.carry_forward), partial(ledger.owner_outlay, owner))


def _committee_frame(sheet: Sheet, ledger: Ledger) -> None:
    table = ledger.planning.committee_frame
    if table is not None:
        _frame(sheet, ledger, "committee_frame", "", (table.frame, table.carry_forward), ledger.committee_outlay)


def _frame(sheet: Sheet, ledger: Ledger, name: str, subject: str, limit: tuple[MoneyByYear, bool], outlay: Callable[[int], Exact]) -> None:
    """One row a plan year (kr). With carry-forward both sides are cumulative: what one year leaves may be used later, never earlier."""
    frame, carry_forward = limit
    used: Exact = 0
    room = 0
    for t in ledger.planning.horizon.years:
        used, room = (used, room) if carry_forward else (0, 0)
        used, room = used + outlay(t), room + frame.values[t]
        sheet.compare(name, subject, t, used, "≤", room, "kr")


def _operating_charge(sheet: Sheet, ledger: Ledger) -> None:
    """In every year that has a limit: of all owners together, then of each owner that has one of its own."""
    table = ledger.planning.operating_charge
    if table is None:
        return
    rate = Fraction(table.internal_rate.value)
    limited = [("", table.limit)] if table.limit is not None else []
    for owner, limit in [*limited, *sorted(table.limits.items())]:
        mine = [x for x in ledger.started if owner in ("", x.facts.owner)]
        for t, kronor in sorted(limit.values.items()):
            charge: Exact = sum((x.charge(t, rate).total for x in mine), 0)
            sheet.compare("operating_charge", owner, t, charge, "≤", kronor, "kr")


def _bond_backing(sheet: Sheet, ledger: Ledger) -> None:
    """Cumulative eligible net outlay and other eligible outlay cover the stated share of the borrowing since the opening debt."""
    table, debt = ledger.planning.bond_backing, ledger.planning.debt
    if table is None or debt is None:
        return
    other = 0
    for t in ledger.planning.horizon.years:
        other += table.other_eligible.values[t] if table.other_eligible is not None else 0
        borrowed = max(0, ledger.net_debt[t] - debt.opening.value)
        sheet.compare("bond_backing", "", t, ledger.bond_eligible[t] + other, "≥", Fraction(table.share.value) * borrowed, "kr")


def _delivery(sheet: Sheet, ledger: Ledger) -> None:
    table = ledger.planning.delivery_capacity
    if table is None:
        return
    for owner, starts in sorted(table.starts.items()):
        for t, most in sorted(starts.values.items()):
            sheet.compare("delivery_capacity", owner, t, ledger.owner_starts(owner, t), "≤", most, "starts")
    for owner, outlay in sorted(table.outlay.items()):
        for t, kronor in sorted(outlay.values.items()):
            sheet.compare("delivery_capacity", owner, t, ledger.owner_outlay(owner, t), "≤", kronor, "kr")
