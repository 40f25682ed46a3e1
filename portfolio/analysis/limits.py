"""Which limits bind: the tightest year or owner of every constraint of money, tonnes and capacity, from the audit's own figures."""

from __future__ import annotations

from portfolio.instance import Instance
from portfolio.outcome import BindingLimit, Check, Plan

SHOWN = (
    "plan_frame",
    "control_envelope",
    "owner_frame",
    "debt_mandate",
    "operating_charge",
    "bond_backing",
    "delivery_capacity",
    "stability",
    "tonnes_ceiling",
    "emission_ceiling",
    "floor",
)
"""Constraints with a slack that means something to a reader, in the order in which they are shown."""


def binding_limits(d: Instance, plan: Plan) -> tuple[BindingLimit, ...]:
    """The tightest check of each constraint.

    A limit of money binds when what is left of it is less than the smallest total outlay of an investment that is not in the plan; any
    other limit binds when nothing is left.
    """
    found = []
    for name in SHOWN:
        checks = [c for c in plan.audit.checks if c.constraint == name]
        if checks:
            tightest = min(checks, key=lambda c: (c.slack, c.year or 0, c.subject))
            found.append(
                BindingLimit(
                    constraint=name,
                    subject=tightest.subject,
                    year=tightest.year,
                    left=tightest.left,
                    right=tightest.right,
                    slack=tightest.slack,
                    unit=tightest.unit,
                    binds=any(_binds(d, plan, c) for c in checks),
                )
            )
    return tuple(found)


def _binds(d: Instance, plan: Plan, check: Check) -> bool:
    if check.unit != "kr":
        return check.slack <= 0
    chosen = {x.id for x in plan.decisions if x.start is not None}
    left_out = [d.investments[i].total_outlay for i in d.city if i not in chosen and d.investments[i].total_outlay]
    return check.slack < min(left_out, default=1)
