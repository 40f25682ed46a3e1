"""What a tonne costs in each investment of the plan, and where a simple ranking goes another way."""

from __future__ import annotations

from portfolio.records import Frozen
from portfolio.statements import Number


class CostLine(Frozen):
    """One started investment.

    Attributes:
        panel: `cost` (net cost and tonnes), `saving` (net cost below nothing and tonnes), `enabler` (no tonnes of its own).
        tonnes: attributed tonnes (t) of the objective's quantity: overlaps and ceilings are gone, they sum to the plan's.
        outlay: gross (kr). net_cost: outlay less grants and partners' money, and operating effects while it is in use and tonnes are
            counted, discounted (kr). per_tonne: net_cost / tonnes (kr); only in the panel `cost`.
        needed_by: started investments that need it.
    """

    id: str
    name: str
    panel: str
    tonnes: Number
    outlay: int
    net_cost: int
    per_tonne: int | None
    needed_by: tuple[str, ...]


class RankedLine(Frozen):
    """An investment on which the simple ranking and the plan disagree.

    Attributes:
        rank: its place by tonnes per krona on its own, at its first start. tonnes, kronor: on its own (t, kr).
        in_ranking, in_plan: which of the two has it.
    """

    id: str
    name: str
    rank: int
    tonnes: Number
    kronor: int
    in_ranking: bool
    in_plan: bool


class Ranking(Frozen):
    """The portfolio that follows the simple ranking, for at most the kronor of the recommended plan. Audited.

    Attributes:
        possible: the ranked set meets every demand; the figures say nothing when it does not.
        tonnes, kronor: of it (t, kr). plan_tonnes, plan_kronor: of the recommended plan.
        most_tonnes: the most that any plan gives for at most the recommended plan's kronor (t).
        lines: where the two disagree, by rank. number: investments that were ranked.
    """

    possible: bool
    tonnes: Number
    kronor: int
    plan_tonnes: Number
    plan_kronor: int
    most_tonnes: Number
    lines: tuple[RankedLine, ...]
    number: int


class Costs(Frozen):
    """The cost curve of a plan.

    Attributes:
        title, quantity, until, target_year, krona: of the model. rate: discount rate a year; None: not discounted.
        first_year: the year to which is discounted. last_year: the last year whose operating effects count.
        lines: panel `cost` by kronor per tonne, then `saving` by kronor saved, then `enabler` by id.
        tonnes, outlay, net_cost: of the plan; the lines sum to them.
        ranking: None when the clock came first.
    """

    title: str
    quantity: str
    until: int
    target_year: int
    krona: str
    rate: Number | None
    first_year: int
    last_year: int
    lines: tuple[CostLine, ...]
    tonnes: Number
    outlay: int
    net_cost: int
    ranking: Ranking | None
    complete: bool
