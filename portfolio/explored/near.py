"""Distinct sets of investments that are nearly as good as the best, and what they agree on."""

from __future__ import annotations

from portfolio.records import Frozen
from portfolio.statements import Number


class NearPlan(Frozen):
    """The best plan with one set of investments. Audited.

    Attributes:
        tonnes, kronor: as the objective counts them (t, kr). ratio: tonnes per krona; None without kronor.
        worse: how much worse its objective value is than the best one, as a share of that; 0 for a plan that is as good.
        outlay_gap: gross outlay (kr) in layer gap.
        chosen: ids of the started investments. come, gone: against the recommended plan.
    """

    tonnes: Number
    kronor: int
    ratio: Number | None
    worse: Number
    outlay_gap: int
    chosen: tuple[str, ...]
    come: tuple[str, ...]
    gone: tuple[str, ...]


class Near(Frozen):
    """The near-optimal plans: all demands hold, and the objective value is within a share of the proven best.

    Attributes:
        title: of the model. objective, krona, quantity: what is maximised; until, target_year: years of the quantity.
        within: the share (0–1). most: sets that were asked for.
        plans: the recommended plan first, the others by value: no set that is not here is better than one that is.
        every_set: there is no other set of investments within the share.
        always, sometimes, never: ids of city investments that all, only some and none of the near-optimal plans have; proven over all
            such plans, not only those listed.
        unsettled: ids for which the clock came first.
        names: of the investments, by id.
        complete: everything was proven in time.
    """

    title: str
    objective: str
    krona: str
    quantity: str
    until: int
    target_year: int
    within: Number
    most: int
    plans: tuple[NearPlan, ...]
    every_set: bool
    always: tuple[str, ...]
    sometimes: tuple[str, ...]
    never: tuple[str, ...]
    unsettled: tuple[str, ...]
    names: dict[str, str]
    complete: bool
