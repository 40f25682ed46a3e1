"""What named shocks do to a plan, and what the plan would be with them."""

from __future__ import annotations

from portfolio.records import Frozen
from portfolio.statements import Number


class Worth(Frozen):
    """A plan in a stress test.

    Attributes:
        tonnes, kronor: of the objective (t, kr). emissions: in the target year (t). debt: highest net debt of any plan year (kr).
            None in a model without them.
    """

    tonnes: Number
    kronor: int
    emissions: Number | None
    debt: int | None


class StressLine(Frozen):
    """One stress test; the first line is the model as it is.

    Attributes:
        name: of the scenario's file; empty for the model as it is. title: what the scenario is called.
        held: the recommended plan as it is: what is late starts later, what needs it waits, what is cancelled falls.
        broken: the limits that it does not keep. falls: what it cannot have.
        status: of the adapted plan, as in run.json. adapted: the plan that would be made; None without one.
        come, gone, moved: the adapted plan against the recommended one as it is held; moved are those with another start year.
    """

    name: str
    title: str
    held: Worth
    broken: tuple[str, ...]
    falls: tuple[str, ...]
    status: str
    adapted: Worth | None
    come: tuple[str, ...]
    gone: tuple[str, ...]
    moved: tuple[str, ...]


class Stress(Frozen):
    """All stress tests of a model. `complete`: every adapted plan is proven, or there is provably none."""

    title: str
    objective: str
    krona: str
    quantity: str
    until: int
    target_year: int
    target: Number | None
    lines: tuple[StressLine, ...]
    complete: bool
