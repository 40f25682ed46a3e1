"""What other budgets would give: the best plan for every frame, mandate and floor of a grid."""

from __future__ import annotations

from portfolio.records import Frozen
from portfolio.statements import Number


class GridPlan(Frozen):
    """A plan of the grid, audited.

    Attributes:
        chosen: investments. outlay_plan, outlay_gap: gross outlay by layer (kr). tonnes: of the objective's quantity (t).
        emissions: in the target year (t); debt: highest net debt of any plan year (kr). None in a model without them.
        come, gone: against the recommended plan, by id.
    """

    chosen: int
    outlay_plan: int
    outlay_gap: int
    tonnes: Number
    emissions: Number | None
    debt: int | None
    come: tuple[str, ...]
    gone: tuple[str, ...]


class GridPoint(Frozen):
    """The best plans for one budget, both proven.

    Attributes:
        frame, mandate: per cent of the model's. floor: least share of the most tonnes (0–1). None: the model has no such limit.
        frame_kr: the frame of all plan years; mandate_kr: the lowest mandate of any plan year (kr).
        status: `proven`, `infeasible` (no plan keeps the limits) or `stopped` (not settled in time).
        both: with outlay in the gap allowed. inside: paid within the frame alone; None where nothing can be, or without a frame.
    """

    frame: int | None
    mandate: int | None
    floor: Number | None
    frame_kr: int | None
    mandate_kr: int | None
    status: str
    both: GridPlan | None
    inside: GridPlan | None


class Grid(Frozen):
    """Every combination; `complete`: all were settled. `solves`: programmes that were solved, the others follow from them."""

    points: tuple[GridPoint, ...]
    complete: bool
    solves: int
