"""What a little more or less of a limit is worth, by solving again; and money moved between years."""

from __future__ import annotations

from portfolio.records import Frozen
from portfolio.statements import Number


class Step(Frozen):
    """A limit moved by a stated step, and the plan with the most tonnes then (fewest kronor among those). Audited.

    Attributes:
        limit: `plan_frame` (a year, or all years in today's proportions), `control_envelope` or `debt_mandate` (every year).
        year: None for all of it. step: kr. scope: `frame` (inside the plan's frame only) or `both` layers.
        possible: there is a plan; the rest says nothing when there is none.
        tonnes, kronor: that plan less the plan without the step, as the objective counts them.
    """

    limit: str
    year: int | None
    step: int
    scope: str
    possible: bool
    tonnes: Number
    kronor: int


class TonneStep(Frozen):
    """The target-year reductions moved by a stated step (t), and the fewest kronor for them. Audited.

    Attributes:
        step: t. reductions: in the target year (t) that were asked for.
        possible: there is such a plan. kronor: its kronor less those without the step; gross or net as the objective counts them.
    """

    step: int
    reductions: Number
    possible: bool
    kronor: int


class Unproven(Frozen):
    """A step that the clock came before; as in `Step`."""

    limit: str
    year: int | None
    step: int
    scope: str


class Move(Frozen):
    """Frame moved from one year to another (kr)."""

    source: int
    target: int
    kronor: int


class Phasing(Frozen):
    """The best use of the same frame when at most `most` kronor of it may change year; None for any amount.

    Attributes:
        moves: the least that must be moved for it. tonnes, kronor: against the plan inside the frame as it is.
    """

    most: int | None
    moves: tuple[Move, ...]
    tonnes: Number
    kronor: int


class Prices(Frozen):
    """Prices by re-solving at stated steps; no duals.

    Attributes:
        title: of the model. krona: gross or net. quantity: what tonnes are. until, target_year: years of it.
        frame_tonnes, frame_kronor: the plan inside the frame with the most tonnes; None when there is none.
        frame_settled: it is known whether there is a plan inside the frame, and which; otherwise nothing is asked inside it.
        both_tonnes, both_kronor: the plan in both layers with the most tonnes.
        reductions, reductions_kronor: target-year reductions (t) of the recommended plan, and the fewest kronor for so many;
            None when the clock came first.
        steps, tonnes, phasings: what was asked. unproven: the steps that are missing. complete: all of it was proven in time.
    """

    title: str
    krona: str
    quantity: str
    until: int
    target_year: int
    frame_tonnes: Number | None
    frame_kronor: int | None
    frame_settled: bool
    both_tonnes: Number
    both_kronor: int
    reductions: Number
    reductions_kronor: int | None
    steps: tuple[Step, ...]
    unproven: tuple[Unproven, ...]
    tonnes: tuple[TonneStep, ...]
    phasings: tuple[Phasing, ...]
    complete: bool
