"""What one `models/*.toml` means: frames, mandate, emissions and rules, every value with unit and source.

Data, never formulas. Money is given in kr, tkr, mnkr or mdkr and kept in integer kronor; tonnes in t or kt and kept in t; shares as
`share` (0–1) or `%`. A table that is absent means that the constraint is absent. `load_planning` (in `planning_load.py`) reads the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from portfolio.records import Frozen, Lock, Taxonomy

Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Where a figure or a rule comes from; blanks are no source."""


class Sourced(Frozen):
    """What every value carries: the unit it is kept in, what the file says, and where the figure comes from."""

    unit: str
    stated: str
    source: Source
    illustrative: bool = False
    note: str = ""


class Money(Sourced):
    """`value` in integer kronor; `unit` is always `kr`."""

    value: int


class MoneyByYear(Sourced):
    """`values[year]` in integer kronor; `unit` is always `kr`."""

    values: dict[int, int]


class Tonnes(Sourced):
    """`value` in t CO2e; `unit` is always `t`."""

    value: Annotated[Decimal, Field(ge=0)]


class SectorTonnes(Tonnes):
    """Tonnes of an emission sector; `name_sv`, `name_en`: what people call it, when its key in the file is no word for them."""

    name_sv: str | None = None
    name_en: str | None = None


class TonnesByYear(Sourced):
    """`values[year]` in t CO2e; `unit` is always `t`."""

    values: dict[int, Annotated[Decimal, Field(ge=0)]]


class ShareValue(Sourced):
    """`value` between 0 and 1; `unit` is always `share`."""

    value: Annotated[Decimal, Field(ge=0, le=1)]


class Rate(Sourced):
    """`value` a year, for example 0.025; `unit` is always `share`."""

    value: Annotated[Decimal, Field(ge=0, le=1)]


class Count(Sourced):
    """`value` is a whole number: a year (`unit = "year"`), years (`"years"`), starts (`"starts"`) or changes (`"changes"`)."""

    value: int


class CountByYear(Sourced):
    """`values[year]` are whole numbers of `unit`, for example `starts`."""

    values: dict[int, int]


class ObjectiveName(StrEnum):
    TONNES_PER_KRONA = "tonnes_per_krona"
    MOST_TONNES = "most_tonnes"
    LEAST_COST = "least_cost"


class TonnesQuantity(StrEnum):
    CUMULATIVE = "cumulative"  # over all effect years (default)
    TARGET_YEAR = "target_year"  # in the target year only
    LIFETIME = "lifetime"  # over each investment's whole useful life


class KronaKind(StrEnum):
    GROSS = "gross"  # gross outlay (default, as in Klimatklivet)
    NET = "net"  # net of the grants that count


class Horizon(Frozen):
    """Plan years T = first_year..last_year; effect years U = first_year..effects_until."""

    first_year: Count
    last_year: Count
    effects_until: Count
    target_year: Count
    allow_tail: bool = False

    @property
    def years(self) -> range:
        """Plan years T."""
        return range(self.first_year.value, self.last_year.value + 1)

    @property
    def effect_years(self) -> range:
        """Effect years U."""
        return range(self.first_year.value, self.effects_until.value + 1)


class Objective(Frozen):
    """What is maximised. `tonnes` (t of `quantity`) is what `least_cost` must reach when there is no emission ceiling."""

    name: ObjectiveName = ObjectiveName.TONNES_PER_KRONA
    quantity: TonnesQuantity = TonnesQuantity.CUMULATIVE
    krona: KronaKind = KronaKind.GROSS
    counts: tuple[Literal["reduction", "removal"], ...] = Field(default=("reduction", "removal"), min_length=1)
    floor_share: ShareValue | None = None
    tonnes: Tonnes | None = None


class PlanFrame(Frozen):
    """Frame of the seven-year plan by year (kr). With carry_forward unspent money moves on; there is no borrowing ahead."""

    frame: MoneyByYear
    total: Money | None = None
    carry_forward: bool = True


class ControlEnvelope(Frozen):
    """All outlays in both layers stay within the identified need in the city's control (kr)."""

    total: Money


class CommitteeFrame(Frozen):
    """Outlays of all committees together, both layers, stay inside the tax-funded frame of the year (kr); companies are outside it."""

    frame: MoneyByYear
    carry_forward: bool = False


class CityDebt(Frozen):
    """Net debt of the city alone, without its companies (kr): only committees' investments move it. It has no mandate of its own."""

    opening: Money
    other_net_investment: MoneyByYear
    self_financing: MoneyByYear


class Debt(Frozen):
    """Net debt at the start of the first plan year, the mandate, and what moves the debt besides the investments decided here.

    net_debt[t] = net_debt[t-1] + outlays − grants + operating effects + other_net_investment[t] − self_financing[t]
                  + interest_rate · (net_debt[t-1] − reference_net_debt[t-1])
    The reference path is the debt whose interest self_financing already carries; reference_net_debt holds the closing debt of each year
    from the year before the first plan year. Without interest_rate there is no interest term.
    """

    opening: Money
    mandate: MoneyByYear
    other_net_investment: MoneyByYear
    self_financing: MoneyByYear
    interest_rate: Rate | None = None
    reference_net_debt: MoneyByYear | None = None
    city: CityDebt | None = None

    def path(self, years: Iterable[int], borrowed: Callable[[int], Fraction]) -> dict[int, Fraction]:
        """Closing net debt (kr) by plan year, exact, when so much is borrowed for investments each year (kr)."""
        rate = Fraction(self.interest_rate.value) if self.interest_rate is not None else Fraction(0)
        path: dict[int, Fraction] = {}
        closing = Fraction(self.opening.value)
        for t in years:
            interest = rate * (closing - self.reference_net_debt.values[t - 1]) if self.reference_net_debt is not None else Fraction(0)
            closing += borrowed(t) + self.other_net_investment.values[t] - self.self_financing.values[t] + interest
            path[t] = closing
        return path


class Emissions(Frozen):
    """Territorial emissions: base year, latest year, target, and what each sector can at most give (t CO2e a year)."""

    base_year: Count
    base: Tonnes
    latest_year: Count
    latest: Tonnes
    target_reduction: ShareValue
    reference_path: TonnesByYear | None = None
    sectors: dict[str, SectorTonnes] = Field(default_factory=dict)

    @property
    def target(self) -> Decimal:
        """Most that may be emitted in the target year (t): base · (1 − target_reduction)."""
        return self.base.value * (1 - self.target_reduction.value)

    def reference(self, year: int) -> Decimal:
        """Emissions in `year` without any investment of the portfolio (t); flat at the latest inventory unless stated."""
        if self.reference_path is not None:
            return self.reference_path.values[year]
        return self.latest.value


class Removals(Frozen):
    """Removals count up to allowance_share of the base year's emissions, less the share sold to others."""

    allowance_share: ShareValue | None = None
    sold_share: ShareValue | None = None


class EmissionCeiling(Frozen):
    """Emissions in the target year may be at most `tonnes` (t); the target itself when `tonnes` is absent."""

    tonnes: Tonnes | None = None


class External(Frozen):
    """Share of external actors' effect that counts in the emission path; `by_id` overrides `delivery_share`."""

    delivery_share: ShareValue | None = None
    by_id: dict[str, ShareValue] = Field(default_factory=dict)


class Grants(Frozen):
    """Share of each kind of grant that counts, and how many years after the outlay it is paid."""

    granted: ShareValue | None = None  # default 1
    applied: ShareValue | None = None  # default 0
    possible: ShareValue | None = None  # default 0
    delay: Count | None = None  # default 0 years


class OwnerFrame(Frozen):
    """Outlays of each owner, both layers, stay inside its own frame each year (kr)."""

    frames: dict[str, MoneyByYear]
    carry_forward: bool = False


class OperatingCharge(Frozen):
    """Depreciation from the year after commissioning + internal rate on the opening book value + operating effect.

    At most `limit` (kr) for all owners together, and at most `limits[owner]` for one of them, in the effect years that have a limit.
    """

    internal_rate: Rate
    limit: MoneyByYear | None = None
    limits: dict[str, MoneyByYear] = Field(default_factory=dict)


class BondBacking(Frozen):
    """Cumulative new borrowing is backed by eligible net outlay to at least `share`."""

    share: ShareValue
    other_eligible: MoneyByYear | None = None


class DeliveryCapacity(Frozen):
    """Starts, or outlay under way (kr), each owner can manage in a year; the owner `*` means all owners together."""

    starts: dict[str, CountByYear] = Field(default_factory=dict)
    outlay: dict[str, MoneyByYear] = Field(default_factory=dict)


class Stability(Frozen):
    """At most `changes` investments may differ from the adopted plan (in, out, or another start year)."""

    changes: Count


class SelectionLimit(Frozen):
    """Of `members` at least and at most so many are started."""

    name: str
    members: tuple[str, ...] = Field(min_length=1)
    at_least: Annotated[int, Field(ge=0)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None
    source: Source


class Owner(Frozen):
    """An owner the model knows."""

    type: Literal["committee", "company", "external"]
    source: Source


class BondCategory(Frozen):
    """A category of a bond framework; `green` or social."""

    name_sv: str
    name_en: str
    green: bool = True


class Exclusion(Frozen):
    """What a framework never finances: investments of these sectors (as in the workbook), or these ids."""

    name_sv: str
    name_en: str
    sectors: tuple[str, ...] = ()
    investments: tuple[str, ...] = ()
    source: Source


class Pocket(Frozen):
    """Flexible share of a framework: investments with one of these taxonomy statuses, up to `share` of everything accepted."""

    taxonomy: tuple[Taxonomy, ...] = Field(min_length=1)
    share: ShareValue


class BondFramework(Frozen):
    """`models/frameworks/<name>.toml`.

    Attributes:
        participants: owners that may use the bonds; empty: every owner.
        taxonomy: statuses that are accepted in full; empty: the taxonomy does not matter.
        pocket: what else is accepted up to a share.
        look_back: how long before its allocation an outlay may have been made (refinancing).
        allocation_months: within how long the proceeds should be allocated.
    """

    schema_version: Literal[1]
    name: str
    title: str
    source: Source
    categories: dict[str, BondCategory]
    participants: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    taxonomy: tuple[Taxonomy, ...] = ()
    pocket: Pocket | None = None
    net_of_grants: Literal[True] = True
    look_back: Count | None = None
    allocation_months: Count | None = None


class BondIssue(Frozen):
    """A sustainable bond outstanding when the plan begins.

    Attributes:
        kind: `use_of_proceeds` pays for eligible outlays; `sustainability_linked` is general, and costs more when emissions are high.
        allocated: part already allocated before the first plan year (kr); use of proceeds only, nothing when absent.
        matures: last year in which it is outstanding; outstanding throughout when absent.
        penalty: part of the nominal that is paid for each year in which the target is missed; sustainability-linked only.
    """

    name: str = Field(min_length=1)
    kind: Literal["use_of_proceeds", "sustainability_linked"]
    year: Count
    amount: Money
    allocated: Money | None = None
    matures: Count | None = None
    penalty: ShareValue | None = None
    source: Source
    illustrative: bool = False


class FactorSet(Frozen):
    """The emission factors behind the impact figures, with their version."""

    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    source: Source


class Bonds(Frozen):
    """The bond framework in force and the bonds (kr).

    Attributes:
        outstanding: all sustainable bonds when the plan begins, however they are labelled; the issues must sum to it.
        new_issues: new issues with use of proceeds by plan year; absent: issued as the allocations need.
        linked_targets: the sustainability-linked bonds' own yearly target (t).
        views: other frameworks with which the same plan is looked at.
    """

    framework: BondFramework
    outstanding: Money | None = None
    issues: tuple[BondIssue, ...] = ()
    new_issues: MoneyByYear | None = None
    linked_targets: TonnesByYear | None = None
    factors: FactorSet | None = None
    views: tuple[BondFramework, ...] = ()


class FundingSource(Frozen):
    """Who pays. Grants and partners come from the workbooks, before any source here.

    Attributes:
        kind: `own` pays for anything; `loan` only for what is capitalised; `bond` only for what the framework in force accepts, net of
            grants, and only as much as has been issued.
        limit: most that it can pay by plan year (kr); absent: no limit of its own. Not for bonds, whose limit is `bonds.new_issues`.
        carry_forward: what is not used moves on to the next year.
        price: cost a year of one krona; the cheapest pays first.
        owners: only for these owners, by name or by type (`committee`, `company`); empty: for all. investments: only for these ids.
    """

    kind: Literal["own", "bond", "loan"]
    limit: MoneyByYear | None = None
    carry_forward: bool = False
    price: Rate
    owners: tuple[str, ...] = ()
    investments: tuple[str, ...] = ()
    source: Source


class Funding(Frozen):
    """Every outlay in the plan years is paid in full by the sources that may pay for it."""

    sources: dict[str, FundingSource] = Field(min_length=1)


class Adjustment(Frozen):
    """What a scenario changes in one investment. `delay` moves the whole window (years); factors multiply outlays or tonnes."""

    delay: Count | None = None
    outlay_factor: Annotated[Decimal, Field(gt=0)] | None = None
    tonnes_factor: Annotated[Decimal, Field(ge=0)] | None = None
    lock: Lock | None = None
    source: Source


class UncertainInvestment(Frozen):
    """How uncertain one investment is, instead of what its row and the model's defaults say.

    Attributes:
        outlay_down, outlay_up, tonnes_down, tonnes_up: how far below and above the estimate the figure can be (share of it).
        delays: probability of being so many years late, by number of years; what is left of 1 is in time.
    """

    outlay_down: ShareValue | None = None
    outlay_up: ShareValue | None = None
    tonnes_down: ShareValue | None = None
    tonnes_up: ShareValue | None = None
    delays: dict[Annotated[int, Field(ge=1)], ShareValue] = Field(default_factory=dict)
    source: Source


class UncertainGrants(Frozen):
    """Probability that a grant comes, by its status; one that comes counts in full. Without a value it counts as `grants` says."""

    granted: ShareValue | None = None
    applied: ShareValue | None = None
    possible: ShareValue | None = None


class UncertainExternal(Frozen):
    """Range of the share that external actors deliver; `external.delivery_share`, kept inside the range, is the most likely."""

    low: ShareValue
    high: ShareValue


class Uncertainty(Frozen):
    """How uncertain the figures are: what `portfolio robust` samples worlds from (docs/robust.md).

    Attributes:
        distribution: of outlays and tonnes between the ends of their ranges, the estimate being the most likely.
        correlation: between the outlays, and between the tonnes, of two investments of the same sector (Gaussian copula; 0 without it).
        correlation_by_sector: the same for one sector, by the word in the workbooks' column.
        delays: probability that a city investment which is not committed is so many years late, by number of years.
        stress: scenarios (names of files in `scenarios/`) that are stress tests.
    """

    distribution: Literal["pert", "triangular"] = "pert"
    correlation: ShareValue | None = None
    correlation_by_sector: dict[str, ShareValue] = Field(default_factory=dict)
    delays: dict[Annotated[int, Field(ge=1)], ShareValue] = Field(default_factory=dict)
    grants: UncertainGrants = UncertainGrants()
    external: UncertainExternal | None = None
    investments: dict[str, UncertainInvestment] = Field(default_factory=dict)
    stress: tuple[str, ...] = ()


class Planning(Frozen):
    """One planning model, with the scenario overlays already laid over it.

    Attributes:
        file, sha256: what was read. scenarios: titles of the overlays.
        overlaid: by the place of a value that an overlay states, the overlay's file; None without overlays.
    """

    schema_version: Literal[1]
    title: str
    description: str = ""
    file: str
    sha256: str
    scenarios: tuple[str, ...] = ()
    overlaid: dict[str, str] | None = None
    horizon: Horizon
    objective: Objective = Objective()
    plan_frame: PlanFrame | None = None
    control_envelope: ControlEnvelope | None = None
    debt: Debt | None = None
    emissions: Emissions | None = None
    removals: Removals = Removals()
    emission_ceiling: EmissionCeiling | None = None
    external: External = External()
    grants: Grants = Grants()
    owner_frame: OwnerFrame | None = None
    committee_frame: CommitteeFrame | None = None
    operating_charge: OperatingCharge | None = None
    bond_backing: BondBacking | None = None
    delivery_capacity: DeliveryCapacity | None = None
    stability: Stability | None = None
    selection: tuple[SelectionLimit, ...] = ()
    owners: dict[str, Owner] = Field(default_factory=dict)
    bonds: Bonds | None = None
    funding: Funding | None = None
    investments: dict[str, Adjustment] = Field(default_factory=dict)
    uncertainty: Uncertainty = Uncertainty()

    def stated_in(self, place: str) -> str:
        """The file that states what stands at a place: a scenario when it is one."""
        places = self.overlaid or {}
        files = [file for at, file in places.items() if place == at or place.startswith(f"{at}.") or at.startswith(f"{place}.")]
        return files[-1] if files else self.file
