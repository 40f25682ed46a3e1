"""What is found out about one world: its best plan, and what the plan decided now is worth there. A pure function of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from portfolio.analysis.plan import audited
from portfolio.analysis.robust.held import held
from portfolio.evaluate import Pick, measure, total_outlay
from portfolio.instance import Instance, build_instance
from portfolio.limits import highest_debt, kept, meets_target
from portfolio.optimum import optimum
from portfolio.planning import Planning
from portfolio.records import Portfolio
from portfolio.solve import Clock, Meaning
from portfolio.worlds.question import World, question_in

AUDITED = 20
"""Worlds, the first ones, whose best plan is audited; the audit of one takes as long as its solution."""

REMEMBERED = 200
"""Plans of earlier worlds that are offered to the next one; measured on the sample."""


class Started(NamedTuple):
    """An investment of a plan."""

    id: str
    start: int
    percent: int


class Held(NamedTuple):
    """The plan decided now: ticks and kronor of the objective, gross outlay and highest debt (kr), target met, limits that it breaks."""

    ticks: int
    kronor: int
    outlay: int
    debt: int | None
    target: bool | None
    broken: tuple[tuple[str, str, int | None], ...]


class Outcome(NamedTuple):
    """One world. `status` is `proven`, `stopped` or `infeasible`; ticks and kronor are of its best plan, 0 without one."""

    number: int
    status: str
    unique: bool
    gap: int | None
    ticks: int
    kronor: int
    most: int | None
    plan: tuple[Started, ...]
    held: Held
    audited: bool

    @property
    def has_plan(self) -> bool:
        """A best plan was found, proven or not; the empty plan is one too."""
        return self.gap is not None or self.kronor > 0 or bool(self.plan)


@dataclass(frozen=True)
class Study:
    """What every world is asked: the question as estimated, the plan decided now, and the time (s) that a world may take."""

    portfolio: Portfolio
    planning: Planning
    picks: Mapping[str, Pick]
    most: int | None
    seconds: float
    audited: int = AUDITED
    _offered: list[dict[str, Pick]] = field(default_factory=list, repr=False, compare=False)

    def __call__(self, world: World) -> Outcome:
        """The outcome of one world.

        Raises:
            AuditBreached: a fault of ours.
        """
        portfolio, planning = question_in(self.portfolio, self.planning, world)
        now = held(self.portfolio.by_id(), self.picks, world.delay)
        d = build_instance(portfolio, planning, ((i, pick.start) for i, pick in now.items()))
        worth = _worth(d, now)
        if world.is_as_estimated:
            return Outcome(world.number, "proven", True, 0, worth.ticks, worth.kronor, self.most, _plan(self.picks), worth, audited=False)
        best = optimum(d, Clock(self.seconds), (self.picks, *self._offered))
        status = {Meaning.PROVEN: "proven", Meaning.INFEASIBLE: "infeasible"}.get(best.meaning, "stopped")
        if best.picks is None or best.value is None:
            return Outcome(world.number, status, False, None, 0, 0, None, (), worth, audited=False)
        self._remember(best.picks)
        if best.most_picks is not None:
            self._remember(best.most_picks)
        checked = world.number < self.audited
        if checked:
            audited(d, best.picks, best.floor)
        plan, value = _plan(best.picks), best.value
        return Outcome(world.number, status, best.unique, best.gap, value.ticks, value.kronor, best.most, plan, worth, checked)

    def _remember(self, picks: dict[str, Pick]) -> None:
        """Best plans of the last worlds here, to be offered to the next ones: what is found in these does not depend on it."""
        known = [other for other in self._offered if other.keys() != picks.keys()]
        self._offered[:] = [picks, *known][:REMEMBERED]


def _plan(picks: Mapping[str, Pick]) -> tuple[Started, ...]:
    return tuple(Started(i, pick.start, pick.percent) for i, pick in sorted(picks.items()))


def _worth(d: Instance, picks: Mapping[str, Pick]) -> Held:
    value = measure(d, picks)
    return Held(
        ticks=value.ticks,
        kronor=value.kronor,
        outlay=sum(total_outlay(d, i, pick) for i, pick in picks.items()),
        debt=highest_debt(d, picks),
        target=meets_target(d, picks),
        broken=tuple((limit.constraint, limit.subject, limit.year) for limit in kept(d, picks) if not limit.holds),
    )
