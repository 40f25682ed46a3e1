"""What one row of a budget workbook means: an investment, exactly, with the cell of every figure.

Money is integer kronor, gross, excluding VAT. Tonnes are exact decimals in t CO2e a year. Names follow the glossary.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """Immutable record that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OwnerType(StrEnum):
    COMMITTEE = "committee"  # nämnd: the committee's investment frame
    COMPANY = "company"  # bolag: only the group's debt mandate
    EXTERNAL = "external"  # extern: nobody the city decides over


class Control(StrEnum):
    CITY = "city"  # inom stadens rådighet: decided by the programme
    EXTERNAL = "external"  # utanför rådighet: never decided, always reported


class Status(StrEnum):
    COMMITTED = "committed"  # beslutad: keeps its layer and starts within its window
    PLANNED = "planned"  # planerad: in the plan, may be reconsidered
    PROPOSED = "proposed"  # föreslagen


class GrantStatus(StrEnum):
    GRANTED = "granted"  # beviljat
    APPLIED = "applied"  # sökt
    POSSIBLE = "possible"  # möjligt
    NONE = "none"  # inget


class Taxonomy(StrEnum):
    ALIGNED = "aligned"
    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNKNOWN = "unknown"


class LockKind(StrEnum):
    FREE = "free"
    MUST = "must"  # måste: started in some allowed year
    NEVER = "never"  # aldrig
    START = "start"  # startår: if started, then in this year, and it is started


class RequirementKind(StrEnum):
    START_TO_START = "start_to_start"  # the other starts no later
    FINISH_TO_START = "finish_to_start"  # the other is commissioned before this one starts


class Lock(Frozen):
    """What the officer or the finance department has fixed. `year` only with `START`."""

    kind: LockKind = LockKind.FREE
    year: int | None = None


class Requirement(Frozen):
    """This investment needs the investment `id`."""

    id: str
    kind: RequirementKind = RequirementKind.START_TO_START


class Origin(Frozen):
    """Where a record stands: `cells` maps a field's name (`tonnes`, `outlay.2027`, …) to its cell address (`Q14`)."""

    file: str
    sheet: str
    row: int
    cells: dict[str, str] = Field(default_factory=dict)

    def place(self, field: str) -> str:
        """`Sheet!Q14` of a field, or `Sheet!row` when the field has no cell of its own."""
        cell = self.cells.get(field)
        if cell and "!" in cell:
            return cell  # on another sheet
        return f"{self.sheet}!{cell}" if cell else f"{self.sheet}!{self.row}"


Share = Annotated[Decimal, Field(ge=0, le=1)]


class Investment(Frozen):
    """One investment (åtgärd).

    Attributes:
        outlay: gross outlay (kr) in the k-th year after the start, k = 0, 1, …; the profile moves with the start.
        proposed_start: the start year of the officer's own phasing (first year with outlay, otherwise the earliest start).
        grant: investment grant (kr) in all, as applied for; what counts depends on `grant_status` and the model file.
        partner: co-funding agreed with partners (kr) in all; received with the outlay, in proportion to it.
        operating: operating effect (driftkonsekvens, kr a year), > 0 is a cost; from the year after the last outlay.
        life: useful life (years).
        capitalised: False for what is an operating cost at once (pre-studies, money for somebody else's asset).
        tonnes: effect at full ramp-up (t CO2e a year), reductions and removals together. Negative: emissions grow.
        removal_tonnes: the part of `tonnes` that is removal (biogenic capture, sinks); never counts towards the 2030 target.
        bond_tonnes: avoided emissions for the bond impact report (t CO2e a year); not the territorial tonnes.
        ramp: share of the effect in year k after the start; the last value persists.
        eligible_share: part of the net outlay that meets the bond framework's criteria (0–1).
        alternatives: name of the exclusive group, at most one of which is chosen.
        overlap_group: name of the group whose tonnes have a common ceiling.
        minimum_share: smallest per cent that can be bought of a scalable investment; None: all or nothing.
        price_level: year of the prices.
    """

    id: str
    name: str
    owner: str = ""
    owner_type: OwnerType = OwnerType.COMMITTEE
    sector: str = ""
    emission_sector: str = ""
    control: Control = Control.CITY
    in_plan: bool = False
    status: Status = Status.PROPOSED
    earliest_start: int
    latest_start: int
    proposed_start: int
    outlay: tuple[int, ...] = Field(min_length=1)
    grant: int = 0
    grant_status: GrantStatus = GrantStatus.NONE
    partner: int = 0
    operating: int = 0
    life: int = Field(default=1, ge=1)
    capitalised: bool = True
    tonnes: Decimal = Decimal(0)
    removal_tonnes: Decimal = Decimal(0)
    counts_to_target: bool = True
    bond_tonnes: Decimal = Decimal(0)
    ramp: tuple[Share, ...] = Field(default=(Decimal(1),), min_length=1)
    scope: str = "1"
    bond_category: str | None = None
    eligible_share: Share = Decimal(1)
    taxonomy: Taxonomy = Taxonomy.UNKNOWN
    requires: tuple[Requirement, ...] = ()
    alternatives: str | None = None
    overlap_group: str | None = None
    outlay_uncertainty: Decimal | None = None
    tonnes_uncertainty: Decimal | None = None
    price_level: int | None = None
    lock: Lock = Lock()
    minimum_share: int | None = Field(default=None, ge=1, le=100)
    source: str = ""
    comment: str = ""
    origin: Origin

    @property
    def total_outlay(self) -> int:
        """Gross outlay (kr), all years."""
        return sum(self.outlay)


class OverlapPair(Frozen):
    """While `winner` is in effect, `loser` loses `share` of its effect (scaled by the winner's own ramp)."""

    loser: str
    winner: str
    share: Share
    basis: str = ""
    origin: Origin


class OverlapCeiling(Frozen):
    """All members of `group` together can count at most `tonnes` (t CO2e a year)."""

    group: str
    tonnes: Decimal = Field(ge=0)
    basis: str = ""
    origin: Origin


class InputFile(Frozen):
    """A file that was read: the name as given and the SHA-256 of its bytes."""

    file: str
    sha256: str


class Portfolio(Frozen):
    """Everything the workbooks say, sorted by id so that row order means nothing."""

    investments: tuple[Investment, ...]
    pairs: tuple[OverlapPair, ...] = ()
    ceilings: tuple[OverlapCeiling, ...] = ()
    inputs: tuple[InputFile, ...] = ()

    def by_id(self) -> dict[str, Investment]:
        """Investments by id."""
        return {i.id: i for i in self.investments}
