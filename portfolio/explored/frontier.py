"""Budget against tonnes: the plans that no other plan beats in both kronor and tonnes."""

from __future__ import annotations

from decimal import Decimal

from portfolio.records import Frozen
from portfolio.statements import Number


class FrontierPoint(Frozen):
    """One plan of a curve: no plan has more tonnes for as few kronor, none fewer kronor for as many tonnes. Audited.

    Attributes:
        kronor: as the objective counts them (gross or net). tonnes: of the curve's quantity (t).
        outlay_gap: least gross outlay (kr) in layer gap; None when it was not settled in time.
        emissions: in the target year (t); None without an emission table, or when starts were not settled in time.
        chosen: ids of the started investments. come, gone: against the point before.
        step: from the point before, the plan changes in kind.
    """

    kronor: int
    tonnes: Number
    outlay_gap: int | None
    emissions: Number | None
    chosen: tuple[str, ...]
    come: tuple[str, ...]
    gone: tuple[str, ...]
    step: bool

    @property
    def ratio(self) -> Decimal | None:
        """Tonnes per krona; None without kronor."""
        return Decimal(self.tonnes) / self.kronor if self.kronor else None


class Curve(Frozen):
    """The plans from the fewest kronor to the most tonnes, by kronor.

    Attributes:
        name: `tonnes` (the objective's quantity) or `target_year` (reductions in the target year).
        quantity: cumulative, target_year or lifetime.
        complete: all of it was proven in time; otherwise there may be plans between the points.
    """

    name: str
    quantity: str
    points: tuple[FrontierPoint, ...]
    complete: bool


class SharePoint(Frozen):
    """The plan with the most tonnes per krona among those with at least a share of the most tonnes. Audited.

    Attributes:
        floor_share: the lowest share that was asked for with this answer; shares are asked for at every whole per cent.
        own_share: of the most tonnes, what the plan itself has (rounded down): it is the best for every floor from the one to the other.
        stated: the answer to the model's own floor.
        ratio: tonnes per krona; None for a plan without kronor.
    """

    floor_share: Number
    own_share: Number
    stated: bool
    kronor: int
    tonnes: Number
    ratio: Number | None
    chosen: tuple[str, ...]


class Frontier(Frozen):
    """What each budget, and each floor, can give under all other demands of the model.

    Attributes:
        title: of the model. krona: gross or net. until: last effect year.
        target_year, target_tonnes: of the emission target (t); None without one.
        envelope: the identified need in the city's control (kr); None when the model has none.
        curves: tonnes and target-year tonnes against kronor; one only when the objective counts the target year.
        missing: names of curves whose two ends were not proven in time.
        shares: ratio against floor share, from 0 to 1. shares_complete: none of them is missing; otherwise the highest floors are.
        complete: everything was proven in time.
    """

    title: str
    krona: str
    until: int
    target_year: int
    target_tonnes: Number | None
    envelope: int | None
    curves: tuple[Curve, ...]
    missing: tuple[str, ...]
    shares: tuple[SharePoint, ...]
    shares_complete: bool
    complete: bool
