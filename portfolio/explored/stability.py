"""Number of changes against the adopted plan, against tonnes."""

from __future__ import annotations

from portfolio.records import Frozen
from portfolio.statements import Number


class Change(Frozen):
    """One city investment that differs from the adopted plan.

    Attributes:
        kind: `in`, `out` or `moved` to another start year. before, after: start year in the adopted plan and in this one.
    """

    id: str
    name: str
    kind: str
    before: int | None
    after: int | None


class StabilityRow(Frozen):
    """The plan with the most tonnes, for the fewest kronor, among those with at most `changes` changes. Audited.

    Attributes:
        tonnes, kronor: as the objective counts them (t, kr). outlay_gap: gross outlay (kr) in layer gap.
        gain: tonnes more than the row before; None in the first row.
        made: its changes, the fewest that have its tonnes and kronor.
    """

    changes: int
    tonnes: Number
    kronor: int
    outlay_gap: int
    gain: Number | None
    made: tuple[Change, ...]


class StabilityCurve(Frozen):
    """The rows from the fewest changes that any plan needs to those that give all there is.

    Attributes:
        scope: `frame` (inside the plan's frame only) or `both` layers.
        fewest: changes that a plan must make to meet the demands; 0 when the adopted starts do; None when no plan meets them, or in an
            incomplete curve when it is not known.
        rows: one for each number of changes; more changes than in the last row give nothing more.
        missing: numbers of changes whose row was not proven in time; which they are is only known when `fewest` is.
        worth: the number of changes at which tonnes less the price of the changes are the most (of several the fewest changes);
            None without a price, or when a row is missing.
        complete: every row was proven in time; otherwise rows are missing.
    """

    scope: str
    fewest: int | None
    rows: tuple[StabilityRow, ...]
    missing: tuple[int, ...]
    worth: int | None
    complete: bool


class Stability(Frozen):
    """What each change of the adopted plan gives.

    Attributes:
        title: of the model. krona: gross or net. quantity: what tonnes are. until, target_year: years of it.
        adopted: investments of the adopted plan.
        limit: the model's own limit of changes, which is not in force here; None without one.
        price: tonnes that a change must be worth (t); None when nothing is asked for.
        curves: with the gap, and inside the frame when the model has one.
        complete: everything was proven in time.
    """

    title: str
    krona: str
    quantity: str
    until: int
    target_year: int
    adopted: int
    limit: int | None
    price: Number | None
    curves: tuple[StabilityCurve, ...]
    complete: bool
