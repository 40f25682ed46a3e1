"""The plan decided now with one figure at a time at its ends, everything else as estimated: which figures move it most."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from portfolio.analysis.base import Base
from portfolio.analysis.robust.held import held
from portfolio.evaluate import measure
from portfolio.explored.robust import TornadoLine
from portfolio.instance import build_instance
from portfolio.planning import ObjectiveName
from portfolio.units import TICKS_PER_TONNE
from portfolio.worlds.question import World, question_in
from portfolio.worlds.ranges import Uncertain

End = tuple[Decimal, World]
"""A value at the end of a range, and the world in which only that is otherwise."""


def tornado(base: Base, what: Uncertain) -> tuple[TornadoLine, ...]:
    """One line a figure of the plan's investments, the longest first; figures that do not move it are left out."""
    names = {i.id: i.name for i in base.question.portfolio.investments}
    lines = []
    for figure, i, low, high in _ends(base, what):
        values = (_value(base, low[1]), _value(base, high[1]))
        if values[0] != values[1]:
            line = TornadoLine(
                id=i, name=names[i], figure=figure, low=low[0], high=high[0], at_low=_shown(values[0]), at_high=_shown(values[1])
            )
            lines.append((abs(values[0] - values[1]), line))
    return tuple(line for _, line in sorted(lines, key=lambda pair: (-pair[0], pair[1].id, pair[1].figure)))


def _ends(base: Base, what: Uncertain) -> Iterator[tuple[str, str, End, End]]:
    for i in sorted(base.picks):
        if i in what.ranges["outlay"]:
            r = what.ranges["outlay"][i]
            yield "outlay", i, (r.low, World(0, outlay={i: r.low})), (r.high, World(0, outlay={i: r.high}))
        if i in what.ranges["tonnes"]:
            r = what.ranges["tonnes"][i]
            yield "tonnes", i, (r.low, World(0, tonnes={i: r.low})), (r.high, World(0, tonnes={i: r.high}))
        if i in what.delays:
            most = max(what.delays[i])
            yield "delay", i, (Decimal(0), World(0)), (Decimal(most), World(0, delay={i: most}))
        if i in what.grants:
            yield "grant", i, (Decimal(0), World(0, grants={i: False})), (Decimal(1), World(0, grants={i: True}))


def _value(base: Base, world: World) -> Fraction:
    """The plan's value in the world: tonnes per mnkr, tonnes, or kronor."""
    portfolio, planning = base.question.portfolio, base.question.planning
    now = held(portfolio.by_id(), base.picks, world.delay)
    d = build_instance(*question_in(portfolio, planning, world), only=((i, pick.start) for i, pick in now.items()))
    value = measure(d, now)
    match planning.objective.name:
        case ObjectiveName.TONNES_PER_KRONA:
            return value.ratio * 10
        case ObjectiveName.MOST_TONNES:
            return Fraction(value.ticks, TICKS_PER_TONNE)
    return Fraction(value.kronor)


def _shown(value: Fraction) -> Decimal:
    return round(Decimal(value.numerator) / Decimal(value.denominator), 3)
