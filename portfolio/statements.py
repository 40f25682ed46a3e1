"""The money of a plan as statements: debt path, operating charges, funding, the bond ledger. Plain values, kronor in whole kr.

They are sections of `run.json`. How each figure is counted stands in docs/method.md, and the audit recounts every one of them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import PlainSerializer

from portfolio.records import Frozen

Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""Tonnes (t CO2e), a share (0–1) or a rate a year, exact; written to JSON as a number."""


class DebtLine(Frozen):
    """Net debt of one plan year (kr): closing = opening + outlays − grants − partners + operating + other − self_financing + interest.

    Attributes:
        interest: on the debt beyond the reference path; what rounding the closing debt to whole kronor takes is in it.
        headroom: mandate − closing; None without a mandate (the city's own path has none).
        borrowable: how much more could be borrowed in this year and kept without breaking the mandate in it or any later plan year.
    """

    year: int
    opening: int
    outlay_plan: int
    outlay_gap: int
    grants: int
    partners: int
    operating: int
    other_net_investment: int
    self_financing: int
    interest: int
    closing: int
    mandate: int | None = None
    headroom: int | None = None
    borrowable: int | None = None


class Moved(Frozen):
    """An investment that starts in another year, or is bought to another per cent, than it would without the mandate."""

    id: str
    start: int
    percent: int
    start_without: int
    percent_without: int


class LeftOut(Frozen):
    """An investment that is only in one of two plans: its start year, per cent and gross outlay (kr) there."""

    id: str
    start: int
    percent: int
    kronor: int


class GaveWay(Frozen):
    """What had to give for the mandate: the same question solved without it, and how that plan differs. Both are proven best.

    Attributes:
        left_out: investments of the plan without the mandate that the plan does not have.
        instead: investments that the plan has and the plan without the mandate does not.
        tonnes_lost: tonnes (t) of the objective's quantity without the mandate less with it; may be negative when money is saved.
        kronor_without: kronor of the objective's kind without the mandate.
        debt_without: the highest net debt that the plan without the mandate would reach, and its year.
    """

    left_out: tuple[LeftOut, ...]
    instead: tuple[LeftOut, ...]
    moved: tuple[Moved, ...]
    tonnes_lost: Number
    kronor_without: int
    debt_without: int
    debt_without_year: int


class DebtStatement(Frozen):
    """Debt path of the group, and of the city alone where the model has it (committees' investments only).

    Attributes:
        tightest_year, headroom: the plan year with the least left to the mandate, and what is left (kr).
        mandate_costs: None when it is not known; False: the plan would be the same without the mandate; True: something had to give.
        gave_way: what, when something had to give.
    """

    group: tuple[DebtLine, ...]
    city: tuple[DebtLine, ...]
    tightest_year: int
    headroom: int
    mandate_costs: bool | None
    gave_way: GaveWay | None


class ChargeLine(Frozen):
    """Operating charge (driftkonsekvens + kapitalkostnad) of one year (kr): the total is the sum of the parts.

    Attributes:
        depreciation: straight-line on the gross outlay, from the year after commissioning.
        release: grants and partners' money released over the same life; 0 or negative.
        internal_rate: on the opening book value, net of what is not yet released.
        expensed: what may not be capitalised, net of grants and partners, in the year it is paid.
        operating: operating effects, > 0 is a cost.
        limit: what the operating budget allows; None when the model has no limit for it.
    """

    year: int
    depreciation: int
    release: int
    internal_rate: int
    expensed: int
    operating: int
    total: int
    limit: int | None = None


class OwnerCharges(Frozen):
    """The charges of one owner, every effect year."""

    owner: str
    lines: tuple[ChargeLine, ...]


class ChargeStatement(Frozen):
    """Operating charges by year, all owners together and each owner that has an investment in the plan.

    Attributes:
        rate: internal rate a year.
        highest_year, highest: the year with the largest total, and that total (kr).
    """

    rate: Number
    total: tuple[ChargeLine, ...]
    owners: tuple[OwnerCharges, ...]
    highest_year: int
    highest: int


SourceKind = Literal["grant", "partner", "own", "bond", "loan"]


class FundingUse(Frozen):
    """Kronor that a source pays of one investment's outlay in one plan year; never 0."""

    id: str
    year: int
    source: str
    kronor: int


class SourceYear(Frozen):
    """A source in one plan year (kr): `available` with what is carried forward into it, None when it has no limit."""

    year: int
    available: int | None
    used: int
    left: int | None


class SourceLine(Frozen):
    """A source of funding and what it pays in all.

    Attributes:
        source: `granted`, `applied` or `possible` for grants, `partner`, or the name in the model file.
        price: cost a year of one krona; None for grants and partners.
        kronor: used over the plan years.
    """

    source: str
    kind: SourceKind
    price: Number | None
    kronor: int
    years: tuple[SourceYear, ...]


class FundingStatement(Frozen):
    """Who pays for what: for every investment and plan year the uses sum to its gross outlay. Cheapest first.

    Attributes:
        kronor: gross outlay within the plan years (kr), the sum of all uses.
    """

    sources: tuple[SourceLine, ...]
    uses: tuple[FundingUse, ...]
    kronor: int


class BondTag(Frozen):
    """What sustainable bonds can finance of one city investment, chosen or not.

    Attributes:
        category: as the workbook says; None when it has none.
        share: part of the net outlay that meets the framework's criteria.
        taxonomy: the workbook's status under the EU taxonomy, kept apart from the category.
        reason: why it cannot be financed, as a catalogue name: `no_category`, `category_unknown`, `owner_outside`, `excluded`,
            `not_capitalised`, `share_zero`, `taxonomy`; empty when it can.
        eligible: net outlay in the plan years that can be financed (kr); 0 when it is not in the plan.
        allocated, refinanced: kronor of bonds allocated to it as new financing and as refinancing.
    """

    id: str
    category: str | None
    share: Number
    taxonomy: str
    reason: str
    eligible: int
    allocated: int
    refinanced: int


class Allocation(Frozen):
    """Kronor of one bond issue allocated to one investment's outlay of one year; never the same krona twice.

    Attributes:
        issue: name of an outstanding issue, or the year of a new one.
        year: plan year of the allocation; `outlay_year` is earlier for refinancing, the same for new financing.
    """

    issue: str
    id: str
    outlay_year: int
    year: int
    kind: Literal["new", "refinancing"]
    kronor: int


class IssueLine(Frozen):
    """One issue with use of proceeds: outstanding when the plan begins, or new in a plan year.

    Attributes:
        allocated_before: allocated before the first plan year (outstanding issues only).
        allocated: allocated in the plan years.
        unallocated: at the end of the last plan year.
        deadline: last year in which it should be allocated by the framework; None when the framework has no such rule.
    """

    name: str
    year: int
    amount: int
    allocated_before: int
    allocated: int
    unallocated: int
    deadline: int | None


class PoolYear(Frozen):
    """Unallocated proceeds of one plan year (kr): closing = opening + issued − allocated − refinanced, never below 0.

    Attributes:
        overdue: part of closing that should have been allocated by the end of this year.
    """

    year: int
    opening: int
    issued: int
    allocated: int
    refinanced: int
    closing: int
    overdue: int


class Impact(Frozen):
    """Expected annual impact of one chosen investment in the target year (t), in all and the share that bonds finance.

    Attributes:
        gross: gross outlay, all years (kr). financed: kronor allocated, new and refinancing.
        share: financed / gross, 0–1 with 6 decimals rounded down.
        reduced, removed: attributed tonnes of the territorial inventory: reductions and removals; they sum to the portfolio's.
        avoided: against a reference outside the inventory (electricity sold or saved): kept apart, never added to the others.
        financed_reduced, financed_removed, financed_avoided: tonnes · financed / gross, rounded down to 10 g.
        tonnes_per_mnkr: (reduced + removed + avoided) / gross in mnkr, 3 decimals rounded half to even; None without outlay.
    """

    id: str
    category: str | None
    gross: int
    financed: int
    share: Number
    reduced: Number
    removed: Number
    avoided: Number
    financed_reduced: Number
    financed_removed: Number
    financed_avoided: Number
    tonnes_per_mnkr: Number | None


class BondView(Frozen):
    """The same plan seen with another framework: net outlay (kr) that it accepts.

    Attributes:
        full: accepted in full. pocket: accepted within the framework's flexible share (kr, never more than the share allows).
        refused: net outlay of the plan's investments less full and pocket.
    """

    framework: str
    title: str
    full: int
    pocket: int
    refused: int


class LinkedYear(Frozen):
    """Sustainability-linked bonds in one year: the emission path against the bonds' own target, and what missing it costs (kr)."""

    year: int
    emissions: Number
    target: Number
    missed_by: Number
    nominal: int
    exposure: int


class BondStatement(Frozen):
    """The bond ledger.

    Attributes:
        eligible: sum over the plan (kr). issued, allocated, refinanced: sums over the plan years (kr).
        linked_outstanding: nominal of sustainability-linked issues when the plan begins (kr). exposure: sum over `linked` (kr).
        impact_year: year of the impact figures.
    """

    framework: str
    tags: tuple[BondTag, ...]
    issues: tuple[IssueLine, ...]
    pool: tuple[PoolYear, ...]
    allocations: tuple[Allocation, ...]
    impact: tuple[Impact, ...]
    impact_year: int
    views: tuple[BondView, ...]
    linked: tuple[LinkedYear, ...]
    linked_outstanding: int
    exposure: int
    eligible: int
    issued: int
    allocated: int
    refinanced: int


class GapInvestment(Frozen):
    """What it takes, and gives, to carry out one investment that is recommended outside the frame.

    Attributes:
        kronor: gross outlay, all years (kr). funding: kronor by source within the plan years; empty without a funding table.
        debt: what it adds to the net debt by the end of the last plan year (kr); None without a debt table.
        charge: its operating charge (kr) in the first year after commissioning; highest_charge, highest_year: the largest until the last
            effect year. None without an internal rate.
        falls: investments of the plan that cannot be carried out without it, by their requirements.
        tonnes_lost: reductions (t) in the target year that are lost when it, and what falls with it, is not done.
    """

    id: str
    kronor: int
    funding: dict[str, int]
    debt: int | None
    charge: int | None
    highest_charge: int | None
    highest_year: int | None
    falls: tuple[str, ...]
    tonnes_lost: Number
