"""What explains a plan, or that there is none: plain values, no solver."""

from __future__ import annotations

from portfolio.records import Frozen
from portfolio.statements import Number


class Demand(Frozen):
    """Something that the model or the workbook demands and that people could decide otherwise.

    Attributes:
        constraint: name of the constraint (`constraint.<name>` in the catalogue); `lock` and `committed` for one investment.
        subject: owner, investment, source or selection that it is about; empty for all.
        unit: of what must give: kr, t, starts, changes or investments.
        file, place: where it is stated: a key of the model file, or the cell of the workbook.
    """

    constraint: str
    subject: str
    unit: str
    file: str
    place: str


class Relief(Frozen):
    """How much one demand must give: in a year, or once and for all (`year` None). In the demand's unit."""

    demand: Demand
    year: int | None
    amount: Number


class WayOut(Frozen):
    """A change of the demands under which there is a plan; solved again and audited.

    Attributes:
        reliefs: what must give, and how much; the smallest amounts that do, counted together in `unit`.
        amount: their sum; for a limit that is a level (mandate, operating budget) the largest year.
        chosen, kronor, tonnes: the best plan under the changed demands: investments, kronor and tonnes (t) as the objective counts them.
        proven: its search was finished.
    """

    unit: str
    amount: Number
    reliefs: tuple[Relief, ...]
    chosen: int
    kronor: int
    tonnes: Number
    proven: bool


class Conflict(Frozen):
    """Why no plan meets the demands.

    Attributes:
        demands: a smallest set that clashes: leave any one of them out, and the rest can be met together.
        alone: these demands are all that clashes; False when other demands clash as well.
        ways: ways out, the ones of a single demand first.
        complete: everything was tried in time.
    """

    demands: tuple[Demand, ...]
    alone: bool
    ways: tuple[WayOut, ...]
    complete: bool
