"""What a run says: plain values, no solver. `Run` is what `run.json` holds; its JSON schema is generated from here.

Money is integer kronor. Tonnes are exact decimals in t CO2e, written to JSON as numbers. Years are keys of maps.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import PlainSerializer

from portfolio.explained import Conflict
from portfolio.records import Frozen, InputFile, Investment, OverlapCeiling, OverlapPair, Portfolio
from portfolio.statements import BondStatement, ChargeStatement, DebtStatement, FundingStatement, GapInvestment

Tonnes = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""t CO2e."""
Ratio = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""Tonnes per krona, rounded to 12 significant digits."""


class SolveStatus(StrEnum):
    PROVEN_BEST = "proven_best"  # the solver proved it with gap 0
    FEASIBLE_NOT_PROVEN = "feasible_not_proven"  # stopped early; the best plan found
    INFEASIBLE = "infeasible"  # no plan meets the demands
    STOPPED_WITHOUT_PLAN = "stopped_without_plan"


class StopReason(StrEnum):
    NONE = "none"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"  # the machine has no memory left for the search
    INTERRUPTED = "interrupted"
    SOLVER_FAULT = "solver_fault"  # the solver failed with a plan in hand


class Layer(StrEnum):
    PLAN = "plan"  # paid inside the plan's frame
    GAP = "gap"  # recommended, in the city's control, needs a further decision
    NOT_RECOMMENDED = "not_recommended"
    EXTERNAL = "external"  # never decided, always reported


class Decision(Frozen):
    """What is decided for one investment, with its money (kr) and its tonnes (t).

    Attributes:
        start: start year; None when not recommended. For externals the start the actor states.
        percent: share bought, 1–100; 0 when not recommended.
        outlay: gross outlay by year (kr); years after the plan years are included (the tail, "därefter").
        grant: grants that count, by year of receipt (kr).
        partner: partners' money, by year (kr).
        operating: operating effect (kr a year) once commissioned, > 0 is a cost.
        tonnes: attributed tonnes by effect year (t): overlaps removed, ceilings shared out; they sum to the portfolio's.
            0 years are left out. For externals: the share that the model lets count.
        raw_tonnes: the tonnes by year before overlaps and ceilings (t).
        tonnes_objective: attributed tonnes (t) of the quantity that the objective maximises.
        tonnes_target_year: attributed reductions (t) in the target year, without removals.
        tonnes_per_krona: tonnes_objective / gross outlay; None when there is no outlay.
        bond_category: category of the framework in force, or None when bonds cannot finance it.
        bond_eligible: kronor of net outlay within the plan years that sustainable bonds can finance.
        reason: why, as a catalogue name with its values; one true sentence.
    """

    id: str
    name: str
    owner: str
    layer: Layer
    start: int | None = None
    percent: int = 0
    outlay: dict[int, int] = {}
    grant: dict[int, int] = {}
    partner: dict[int, int] = {}
    operating: int = 0
    tonnes: dict[int, Tonnes] = {}
    raw_tonnes: dict[int, Tonnes] = {}
    tonnes_objective: Tonnes = Decimal(0)
    tonnes_target_year: Tonnes = Decimal(0)
    tonnes_per_krona: Ratio | None = None
    bond_category: str | None = None
    bond_eligible: int = 0
    reason: str = ""
    reason_values: dict[str, str | int] = {}
    cell: str = ""

    @property
    def total_outlay(self) -> int:
        """Gross outlay (kr), all years."""
        return sum(self.outlay.values())


class YearLine(Frozen):
    """One plan year (kr and t). `frame` and the debt fields are None when the model has no such constraint."""

    year: int
    frame: int | None
    frame_available: int | None  # frame of the year plus what has been carried forward into it
    outlay_plan: int
    outlay_gap: int
    grants: int
    partners: int
    operating: int
    other_net_investment: int | None
    self_financing: int | None
    interest: int | None
    net_debt: int | None
    mandate: int | None
    emissions: Tonnes | None
    removals: Tonnes


class EmissionLine(Frozen):
    """One effect year (t): reference path, what the city's and the external investments take away, the rest, removals that count."""

    year: int
    reference: Tonnes
    reductions: Tonnes
    external_reductions: Tonnes
    emissions: Tonnes
    removals: Tonnes


class Totals(Frozen):
    """The same totals for every plan that is shown.

    Attributes:
        tonnes: of the objective's quantity (t).
        kronor: of the objective's kind, gross or net (kr).
        tonnes_target_year: reductions of the city's investments in the target year (t).
        emissions_target_year: what is left in the target year (t); None without an emission table.
        tonnes_cumulative, tonnes_lifetime: reductions and removals (t) over the effect years, and over all useful lives.
    """

    chosen: int
    tonnes: Tonnes
    kronor: int
    tonnes_per_krona: Ratio | None
    outlay_plan: int
    outlay_gap: int
    grants: int
    partners: int
    tonnes_target_year: Tonnes
    removals_target_year: Tonnes
    tonnes_cumulative: Tonnes
    tonnes_lifetime: Tonnes
    emissions_target_year: Tonnes | None
    highest_net_debt: int | None
    bond_eligible: int


class Check(Frozen):
    """One constraint of one year or group, recomputed: left ≤ right (or =, ≥ as `relation` says). Both sides in `unit`."""

    constraint: str
    subject: str
    year: int | None
    relation: str
    left: Tonnes
    right: Tonnes
    slack: Tonnes
    unit: str
    holds: bool


class Verdict(StrEnum):
    HOLDS = "holds"
    BREACHED = "breached"


class Audit(Frozen):
    verdict: Verdict
    checks: tuple[Check, ...]

    @property
    def breaches(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(c for c in self.checks if not c.holds)


class Plan(Frozen):
    """A complete plan: decisions, years, totals and its audit."""

    decisions: tuple[Decision, ...]
    years: tuple[YearLine, ...]
    emissions: tuple[EmissionLine, ...]
    totals: Totals
    audit: Audit

    def by_id(self) -> dict[str, Decision]:
        """Decisions by investment id."""
        return {d.id: d for d in self.decisions}


class Rung(Frozen):
    """A rung of the gap ladder: kronor (gross) and reductions in the target year (t) of `count` investments.

    Attributes:
        step_kronor, step_tonnes: this rung less the one above it (kr, t); 0 on the first rung.
        price: kronor per tonne of the step, whole kr rounded half to even; None unless kronor and tonnes go the same way.
    """

    name: str
    kronor: int
    tonnes_target_year: Tonnes
    count: int
    step_kronor: int
    step_tonnes: Tonnes
    price: int | None


class GapLadder(Frozen):
    """identified → city_control → in_plan → affordable → recommended; and the three gaps by name.

    Attributes:
        money_gap: city_control − in_plan (kr).
        capacity_gap: city_control − affordable − without_tonnes (kr): money, years or alternatives do not reach.
        without_tonnes: outlay (kr) in the city's control without tonnes that count and not required by any that has them, outside the plan
            with the most tonnes.
        needed_by: investments in the gap that investments in the plan require, by id.
        tonne_gap: emissions − target in the target year (t) with the recommended plan; negative when the target is met.
        tonne_gap_all: the same with every investment of the city and, by the external share in force, the external ones.
        closing_kronor, closing_tonnes: the recommended plan less the plan inside the frame that gives the most tonnes (kr, t of the
            objective's quantity): what going outside the frame buys.
        closing_price: kronor per tonne of the same, whole kr rounded half to even; None when it gives no more tonnes.
        investments: what each investment in the gap takes and gives, by id.
    """

    rungs: tuple[Rung, ...]
    money_gap: int
    capacity_gap: int
    without_tonnes: int
    needed_by: dict[str, tuple[str, ...]]
    tonne_gap: Tonnes | None
    tonne_gap_all: Tonnes | None
    closing_kronor: int
    closing_tonnes: Tonnes
    closing_price: int | None
    investments: tuple[GapInvestment, ...]


class ObjectiveReport(Frozen):
    """What was maximised and how far the proof goes.

    Attributes:
        bound: best value that could exist, in tonnes for most_tonnes, tonnes per krona for tonnes_per_krona, kronor for least_cost.
        gap_tonnes, gap_kronor: what better could at most exist; 0 when proven.
        most_tonnes: N*, the most tonnes that the constraints allow (t); None when not solved for.
        floor_tonnes: floor_share · N* (t).
        hurdle: tonnes per krona below which money is not worth spending here (tonnes_per_krona only).
        unique: of all plans that are equally good it is proven which has the least gap outlay, the fewest kronor and the earliest starts.
        solves: number of programmes solved.
    """

    name: str
    quantity: str
    krona: str
    tonnes: Tonnes
    kronor: int
    tonnes_per_krona: Ratio | None
    bound: Ratio | None
    gap_tonnes: Tonnes
    gap_kronor: int
    most_tonnes: Tonnes | None
    floor_share: Ratio | None
    floor_tonnes: Tonnes | None
    hurdle: Ratio | None
    unique: bool
    solves: int


class BindingLimit(Frozen):
    """Smallest slack of a constraint and where; `binds` when not even the cheapest unchosen outlay of that year fits (see docs)."""

    constraint: str
    subject: str
    year: int | None
    left: Tonnes
    right: Tonnes
    slack: Tonnes
    unit: str
    binds: bool


class Software(Frozen):
    portfolio: str
    python: str
    pulp: str
    highs: str


class FindingLine(Frozen):
    """A warning or note about the input, rendered in the run's language."""

    file: str
    place: str
    value: str
    severity: str
    message: str
    remedy: str


class Records(Frozen):
    """What the workbooks say, as it was read: with `model` all that is needed to count the run through again, without any other file.

    Attributes:
        investments: the cells of single figures are left out (`origin.cells` is empty).
    """

    investments: tuple[Investment, ...]
    pairs: tuple[OverlapPair, ...] = ()
    ceilings: tuple[OverlapCeiling, ...] = ()

    def portfolio(self, inputs: tuple[InputFile, ...]) -> Portfolio:
        """The records as they are optimised; `inputs` are the workbooks that they were read from."""
        return Portfolio(investments=self.investments, pairs=self.pairs, ceilings=self.ceilings, inputs=inputs)


class Run(Frozen):
    """The whole of `run.json`. `created` is the only field that two runs on the same input may differ in."""

    schema_version: str
    created: str
    lang: str
    status: SolveStatus
    stop_reason: StopReason
    title: str
    scenarios: tuple[str, ...]
    target_year: int
    target_tonnes: Tonnes | None
    objective: ObjectiveReport | None
    decisions: tuple[Decision, ...]
    years: tuple[YearLine, ...]
    emissions: tuple[EmissionLine, ...]
    totals: Totals | None
    gap: GapLadder | None
    debt: DebtStatement | None
    charges: ChargeStatement | None
    funding: FundingStatement | None
    bonds: BondStatement | None
    limits: tuple[BindingLimit, ...]
    conflict: Conflict | None
    adopted_plan: Plan | None
    plan_only: Plan | None
    most_tonnes_plan: Totals | None
    audit: Audit | None
    findings: tuple[FindingLine, ...]
    inputs: tuple[InputFile, ...]
    model: dict[str, Any]
    records: Records | None = None  # None in runs of versions that did not keep them
    software: Software
