"""What explains a plan, or that there is none: plain values, no solver."""

from __future__ import annotations

from decimal import Decimal

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


LEVELS = frozenset({"debt_mandate", "operating_charge", "bond_backing"})
"""Demands that are levels: of what they must give the largest year counts, not the sum over years."""


class Relief(Frozen):
    """How much one demand must give: in a year, or once and for all (`year` None). In the demand's unit."""

    demand: Demand
    year: int | None
    amount: Number


class WayOut(Frozen):
    """A change of the demands under which there is a plan; solved again and audited.

    Attributes:
        reliefs: what must give, and how much. The smallest amounts that do: counted together when they have the same unit, otherwise
            one demand after the other, in the order of the reliefs.
        chosen, kronor, tonnes: the best plan under the changed demands: investments, kronor and tonnes (t) as the objective counts them.
        outlay_gap: gross outlay (kr) of that plan outside the plan's frame.
        proven: its search was finished.
    """

    reliefs: tuple[Relief, ...]
    chosen: int
    kronor: int
    outlay_gap: int
    tonnes: Number
    proven: bool


class Conflict(Frozen):
    """Why no plan meets the demands.

    Attributes:
        clashes: smallest sets that clash: leave any one demand of a set out, and the rest of the set can be met together with what is in
            no set. Several sets clash apart from each other, and each must be resolved. None when no demand stands in the way.
        ways: ways out of all of them, those in which the fewest demands give first.
        complete: everything was tried in time.
    """

    clashes: tuple[tuple[Demand, ...], ...]
    ways: tuple[WayOut, ...]
    complete: bool


class ComparedFigure(Frozen):
    """One figure of every round that is compared, in `unit` (kr, t, t/kr, investments, year); None where a round has none.

    Attributes:
        counts: what tonnes or kronor of the objective these are, where the rounds' objectives count different ones; each has its own row.
    """

    name: str
    unit: str
    counts: str | None = None
    values: tuple[Number | None, ...]


class ComparedDecision(Frozen):
    """One city investment in every round: `layer`, start year and per cent; a start of None is an investment that is not started."""

    id: str
    name: str
    layers: tuple[str, ...]
    starts: tuple[int | None, ...]
    percents: tuple[int, ...]


class ComparedYear(Frozen):
    """Kronor of one year in every round; None where a round has none."""

    year: int
    values: tuple[int | None, ...]


class Comparison(Frozen):
    """Two to six rounds beside each other.

    Attributes:
        labels, statuses: what each round is called, and how far its proof goes.
        figures, decisions: all of them, or only those that differ.
        outlay, net_debt, charges: gross outlay, closing net debt and operating charge (kr) by plan year; only series that differ.
        basis: ids, or sides of overlaps, of what the rounds' records differ in.
    """

    labels: tuple[str, ...]
    statuses: tuple[str, ...]
    figures: tuple[ComparedFigure, ...]
    decisions: tuple[ComparedDecision, ...]
    outlay: tuple[ComparedYear, ...]
    net_debt: tuple[ComparedYear, ...]
    charges: tuple[ComparedYear, ...]
    basis: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Nothing differs between the rounds."""
        return (
            not self.basis
            and not any(len(set(f.values)) > 1 for f in self.figures)
            and not any(len(set(zip(d.layers, d.starts, d.percents, strict=True))) > 1 for d in self.decisions)
        )


class Forced(Frozen):
    """The best plan when an investment is forced in, out, or to an earlier start, against the recommended plan.

    Attributes:
        what: `in`, `out` or `earlier`. year: the earlier start.
        possible: there is such a plan; the rest says nothing when there is none.
        tonnes, kronor: that plan less the recommended one, as the objective counts them (t, kr).
        ratio, ratio_before: tonnes per krona of that plan and of the recommended one; None without kronor.
        gap_outlay: outlay in layer gap of that plan less the recommended one's (kr), where nothing else tells an earlier start apart.
        below_floor: it does not reach the tonnes that the recommended plan had to reach, and no plan decided in this way does.
        gone, come: other investments that are only in the recommended plan, and only in that one.
        stops: the least that limits must give for an earlier start beside the rest of the plan; or, where there is no such plan at all,
            for there to be one.
    """

    what: str
    year: int | None
    possible: bool
    tonnes: Number
    kronor: int
    ratio: Number | None
    ratio_before: Number | None
    gap_outlay: int = 0
    below_floor: bool = False
    gone: tuple[str, ...]
    come: tuple[str, ...]
    stops: tuple[Relief, ...] = ()


class BreakEven(Frozen):
    """Where the decision turns, solved again on both sides of it.

    Attributes:
        what: `outlay` (kr in all) or `tonnes` (t a year at full effect).
        today: the figure as it is. least: the smallest that was tried: what others pay of an outlay, nothing for tonnes.
        chosen_at, not_chosen_at: neighbours, a krona or a kilogram apart: at the one it is in the best plan, at the other it is not.
            Both None when no such place was found between nothing and the figure's bound.
    """

    what: str
    today: Number
    least: Number = Decimal(0)
    chosen_at: Number | None
    not_chosen_at: Number | None


class Why(Frozen):
    """What decides one investment.

    Attributes:
        objective: what is maximised. layer, start, percent: the decision. reason, reason_values: its sentence, as in the decision itself.
        forced: what another decision would do to the plan.
        bound: a decision already made, or a lock, settles it; `forced` is then what the plan would be without that.
        fits: it is in the plan, or would fit beside everything that is.
        beside: the least that a limit must give for it to fit; empty when it fits, or when no limit alone stands in the way.
        break_even: where the decision turns.
        complete: everything was settled in time.
    """

    id: str
    name: str
    owner: str
    objective: str
    layer: str
    start: int | None
    percent: int
    reason: str
    reason_values: dict[str, str | int]
    forced: tuple[Forced, ...]
    bound: bool
    fits: bool
    beside: tuple[Relief, ...]
    break_even: tuple[BreakEven, ...]
    complete: bool
