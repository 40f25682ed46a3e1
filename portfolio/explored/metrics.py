"""The plans that are best by different measures, each valued by all of them."""

from __future__ import annotations

from portfolio.explained import Comparison
from portfolio.records import Frozen
from portfolio.statements import Number


class Measured(Frozen):
    """The plan that is best by one measure. Audited.

    Attributes:
        quantity, krona: the measure. status: of its proof.
        tonnes: by quantity (t): in the target year, cumulative, over all useful lives. kronor: gross and net (kr).
        ratio: tonnes per krona by its own measure; None without kronor.
        same_as: number of the first plan in the list with the same investments, years and shares; its own when it is the first.
    """

    quantity: str
    krona: str
    status: str
    tonnes: dict[str, Number]
    kronor: dict[str, int]
    ratio: Number | None
    same_as: int


class Metrics(Frozen):
    """Six measures side by side.

    Attributes:
        title, until, target_year: of the model. objective: what is maximised by every measure.
        counts: what the tonnes of every measure are: reductions, removals or both, as the model's objective has it.
        own: number of the model's own measure in the list; None when it is missing.
        plans: one for each measure, quantity by quantity, gross before net. comparison: what differs between them.
        missing: the measures (quantity, krona) for which no plan was found in time.
        complete: every plan is proven.
    """

    title: str
    objective: str
    counts: tuple[str, ...]
    until: int
    target_year: int
    own: int | None
    plans: tuple[Measured, ...]
    missing: tuple[tuple[str, str], ...]
    comparison: Comparison
    complete: bool
