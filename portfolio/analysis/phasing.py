"""Better yearly phasing at the same sum: the most tonnes inside the frame when a part of it may change year."""

from __future__ import annotations

from collections.abc import Mapping

from portfolio.analysis.beside import Progress, side_by_side, silent
from portfolio.analysis.conflict.demands import Question
from portfolio.analysis.frontier.desk import Found
from portfolio.analysis.plan import audited
from portfolio.errors import SolveStopped
from portfolio.evaluate import Measure, Picks, measure
from portfolio.explored.prices import Move, Phasing
from portfolio.formulation import build
from portfolio.formulation.phasing import movable
from portfolio.instance import Instance, build_instance
from portfolio.planning import PlanFrame
from portfolio.solve import Answer, Clock, Meaning, Session
from portfolio.stages import HALF_KRONA, HALF_TICK
from portfolio.units import TICKS_PER_TONNE, tonnes_from_ticks


def phasings(q: Question, base: Found, amounts: list[int | None], clock: Clock, progress: Progress = silent) -> list[Phasing | None]:
    """One for every amount (kr; None for any amount) that may change year; None where the clock came first.

    Args:
        q: its objective is most_tonnes. base: the plan inside the frame as it is.
    """

    def ask(most: int | None) -> Phasing | None:
        try:
            return _phasing(q, base, most, clock)
        except SolveStopped:
            return None

    return side_by_side(amounts, ask, progress)


def _phasing(q: Question, base: Found, most: int | None, clock: Clock) -> Phasing:
    d = build_instance(q.portfolio, q.planning)
    programme = build(d, ("plan",))
    moved = movable(programme)
    session = Session(programme, clock)
    if most is not None:
        session.hold(moved, at_most=most / 1000)
    first = _proven(d, session.best(programme.tonnes, maximise=True, known=base.value.ticks / TICKS_PER_TONNE))
    session.hold(programme.tonnes, at_least=first.value.ticks / TICKS_PER_TONNE - HALF_TICK)
    cheapest = _proven(d, session.best(programme.kronor, maximise=False, known=first.value.kronor / 1000))
    session.hold(programme.kronor, at_most=cheapest.value.kronor / 1000 + HALF_KRONA)
    least = _proven(d, session.best(moved, maximise=False))
    table = q.planning.plan_frame
    assert table is not None
    moves = least_moves(table, spent_by_year(d, least.picks))
    changed = q.planning.model_copy(update={"plan_frame": moved_frame(table, moves)})
    audited(build_instance(q.portfolio, changed), least.picks)
    return Phasing(
        most=most,
        moves=moves,
        tonnes=tonnes_from_ticks(least.value.ticks - base.value.ticks),
        kronor=least.value.kronor - base.value.kronor,
    )


def _proven(d: Instance, answer: Answer) -> Found:
    """The plan; there always is one, since the frame may stay as it is."""
    if answer.meaning is not Meaning.PROVEN or answer.picks is None:
        raise SolveStopped(interrupted=answer.meaning is Meaning.INTERRUPTED)
    value: Measure = measure(d, answer.picks)
    return Found(answer.picks, value)


def spent_by_year(d: Instance, picks: Picks) -> dict[int, int]:
    """Gross outlay (kr) in layer plan by plan year."""
    return {t: sum(d.outlay[i, p.start].get(t, 0) * p.percent // 100 for i, p in picks.items() if p.layer == "plan") for t in d.years}


def least_moves(table: PlanFrame, spent: Mapping[int, int]) -> tuple[Move, ...]:
    """The least of the frame that must change year for these outlays, each krona as short a way as that allows; exact.

    With carry_forward money only ever moves to an earlier year: so much as the outlays to a year exceed the frames to it, and it is taken
    as soon as no later year needs it.
    """
    years, frame = sorted(spent), table.frame.values
    lacks = {t: spent[t] - frame[t] for t in years}
    if table.carry_forward:
        total = 0
        for t in years:
            total += spent[t] - frame[t]
            lacks[t] = max(0, total)
        needs = {t: max(lacks[later] for later in years if later >= t) for t in years}
        flow, held = {}, 0
        for t in years:
            # into the year: what it lacks beyond what has been moved already; out of it: what no later year needs
            change = max(0, lacks[t] - held) - min(frame[t], max(0, held - needs[t]))
            flow[t], held = change, held + change
        lacks = flow
    return tuple(_matched(years, lacks))


def _matched(years: list[int], lacks: Mapping[int, int]) -> list[Move]:
    """Every lack paid from the spare years nearest to it, the earliest lack first; without carry_forward a spare is what is not used."""
    spare = {t: max(0, -lacks[t]) for t in years}
    moves = []
    for t in years:
        missing = max(0, lacks[t])
        for other in sorted(years, key=lambda year, t=t: (abs(year - t), year)):  # type: ignore[misc]
            taken = min(missing, spare[other])
            if taken:
                moves.append(Move(source=other, target=t, kronor=taken))
                spare[other] -= taken
                missing -= taken
        assert not missing, "the frame's sum is enough"
    return moves


def moved_frame(table: PlanFrame, moves: tuple[Move, ...]) -> PlanFrame:
    """The frame after the moves."""
    values = dict(table.frame.values)
    for move in moves:
        values[move.source] -= move.kronor
        values[move.target] += move.kronor
    return table.model_copy(update={"frame": table.frame.model_copy(update={"values": values})})
