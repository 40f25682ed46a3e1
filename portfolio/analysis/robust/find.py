"""The whole study: every world's best plan, then the candidates against each other, then what they say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from portfolio.analysis.base import Base
from portfolio.analysis.beside import Progress, silent
from portfolio.analysis.robust.candidates import Candidates, Worth, packed
from portfolio.analysis.robust.choices import choices
from portfolio.analysis.robust.comparison import Comparison, Scale, scale_of
from portfolio.analysis.robust.outcome import Outcome, Started, Study
from portfolio.analysis.robust.parameters import Parameter, parameters
from portfolio.analysis.robust.store import Store
from portfolio.analysis.robust.summary import cores, counts, kept_lines, regret, spreads
from portfolio.analysis.robust.tornado import tornado
from portfolio.explored.robust import InformationLine, Robust
from portfolio.formulation.objectives import tonnes_goal
from portfolio.instance import Instance, build_instance
from portfolio.many import Crew, at_work, never
from portfolio.planning import ObjectiveName
from portfolio.stages import DEFAULT_FLOOR
from portfolio.units import TICKS_PER_TONNE, tonnes_from_ticks
from portfolio.worlds.draws import Draws
from portfolio.worlds.question import World, world_of
from portfolio.worlds.ranges import uncertain

WORLDS = 200
"""Worlds when nobody says."""
CANDIDATES = 200
"""Plans that are compared: the recommended one and those that are the best plan of most worlds, the first world deciding between equals."""
OFTEN_ENOUGH = Decimal("0.95")
"""Part of the worlds in which the plan of the choice `feasible` keeps the limits, when nobody says."""


@dataclass(frozen=True)
class Asked:
    """How much is asked.

    Attributes:
        worlds, seed: of the sample. seconds: most time for one world. often: see `OFTEN_ENOUGH`.
    """

    worlds: int = WORLDS
    seed: int = 0
    seconds: float = 60.0
    often: Decimal = OFTEN_ENOUGH


class _Item(NamedTuple):
    """A world whose best plan is looked for, or, with plans (`packed`), in which these are compared."""

    world: World
    plans: bytes = b""


@dataclass(frozen=True)
class _Work:
    """What every worker knows."""

    study: Study
    candidates: Candidates

    def __call__(self, item: _Item) -> Outcome | Worth:
        return self.candidates.worth(item.world, item.plans) if item.plans else self.study(item.world)


@dataclass
class _Found:
    """What has been found so far; only sums of the comparison are kept."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    plans: tuple[tuple[Started, ...], ...] = ()
    comparison: Comparison | None = None
    _same: dict[Any, Any] = field(default_factory=dict)

    def keep(self, outcome: Outcome) -> None:
        """Keep a world's outcome; what many worlds have alike is kept once."""
        plan = tuple(self._same.setdefault(one, one) for one in outcome.plan)
        broken = tuple(self._same.setdefault(limit, limit) for limit in outcome.held.broken)
        held = outcome.held._replace(broken=self._same.setdefault(broken, broken))
        self.outcomes[outcome.number] = outcome._replace(plan=self._same.setdefault(plan, plan), held=held)


def robust(
    base: Base,
    most: int | None,
    asked: Asked,
    crew: Crew,
    stopped: Callable[[], bool] = never,
    progress: Progress = silent,
    store: Store | None = None,
    known: Mapping[int, Outcome] | None = None,
) -> Robust:
    """The study of a proven recommended plan.

    Args:
        base: the plan and its question. most: most ticks that the limits allow as estimated (the main job's N*); None for least cost.
        stopped: asked often; when true, what is finished is summed up.
        store: where finished worlds are kept. known: worlds that are finished already.

    Raises:
        AuditBreached: a fault of ours; nothing is shown.
    """
    q = base.question
    what = uncertain(q.portfolio, q.planning)
    draws = Draws(what, q.planning.uncertainty.distribution, asked.worlds, asked.seed)
    study = Study(q.portfolio, q.planning, base.picks, most, asked.seconds)
    found = _Found()
    for finished in (known or {}).values():
        found.keep(finished)
    d = build_instance(q.portfolio, q.planning)
    plan = tuple(Started(i, pick.start, pick.percent) for i, pick in sorted(base.picks.items()))
    scale = scale_of(d, base.picks)
    figures = parameters(draws)
    with at_work(_Work(study, Candidates(q.portfolio, q.planning)), crew, stopped, asked.worlds) as team:
        missing = [n for n in range(asked.worlds) if n not in found.outcomes]
        for _, outcome in team.results(_Item(world_of(draws, n)) for n in missing):
            assert isinstance(outcome, Outcome), "a world without plans is asked for its best plan"
            found.keep(outcome)
            progress(len(found.outcomes), 2 * asked.worlds)
            if store is not None:
                store.keep(found.outcomes.values())
        if store is not None:
            store.keep(found.outcomes.values(), now=True)
        if len(found.outcomes) == asked.worlds:
            _compare(found, plan, scale, figures, d, team.results, draws, progress)
    return _summed_up(base, d, asked, found, figures, draws, study, progress)


def _compare(
    found: _Found,
    plan: tuple[Started, ...],
    scale: Scale,
    figures: Sequence[Parameter],
    d: Instance,
    results: Callable[[Iterator[_Item]], Iterator[tuple[int, Outcome | Worth]]],
    draws: Draws,
    progress: Progress,
) -> None:
    """Every candidate in every world."""
    ordered = [found.outcomes[n] for n in sorted(found.outcomes)]
    times = Counter(outcome.plan for outcome in ordered if outcome.has_plan)
    others = [other for other, _ in times.most_common() if other != plan][: CANDIDATES - 1]
    found.plans = (plan, *others)
    name = d.planning.objective.name
    comparison = Comparison(len(found.plans), scale, figures, _differs(d, found.plans, figures))
    # the sums are of floats: they are added in the order of the worlds, whatever the order in which they come
    waiting: dict[int, Worth] = {}
    sent = packed(found.plans)
    for done, (_, worth) in enumerate(results(_Item(world_of(draws, n), sent) for n in range(draws.number)), start=1):
        assert isinstance(worth, Worth), "a world with plans is asked to compare them"
        waiting[worth.number] = worth
        while comparison.worlds in waiting:
            one = waiting.pop(comparison.worlds)
            outcome = found.outcomes[one.number]
            best = (outcome.ticks / TICKS_PER_TONNE, outcome.kronor / 1000) if outcome.has_plan else None
            comparison.add(one.number, one.tonnes, one.kronor, one.kept, _regret(outcome, one, name), best, _floor(d, [outcome]))
        progress(draws.number + done, 2 * draws.number)
    if comparison.worlds == draws.number:
        found.comparison = comparison


def _differs(d: Instance, plans: Sequence[tuple[Started, ...]], figures: Sequence[Parameter]) -> npt.NDArray[np.bool_]:
    """Which figures can tell a candidate from the recommended plan: of what they start otherwise, and of what overlaps with that."""
    beside: dict[str, set[str]] = {i: {i} for i in d.city}
    for pair in d.portfolio.pairs:
        beside.setdefault(pair.loser, {pair.loser}).add(pair.winner)
        beside.setdefault(pair.winner, {pair.winner}).add(pair.loser)
    for i in d.city:
        group = d.group_of(i)
        beside[i] |= {j for j in d.city if group is not None and d.group_of(j) == group}
    found = np.zeros((len(figures), len(plans)), dtype=bool)
    for p, plan in enumerate(plans):
        other = {one.id for one in set(plan) ^ set(plans[0])}
        near = {j for i in other for j in beside.get(i, {i})}
        # what is late holds up what needs it
        near |= {need.id for i in near if i in d.investments for need in d.investments[i].requires}
        found[:, p] = [figure.id in near or (not figure.id and bool(other)) for figure in figures]
    return found


def _regret(outcome: Outcome, worth: Worth, name: ObjectiveName) -> npt.NDArray[np.float64] | None:
    """Regret of every candidate against the world's best plan (t, or tkr for least cost); None where that is not proven."""
    if outcome.status != "proven":
        return None
    match name:
        case ObjectiveName.MOST_TONNES:
            return outcome.ticks / TICKS_PER_TONNE - worth.tonnes
        case ObjectiveName.LEAST_COST:
            return worth.kronor - outcome.kronor / 1000
    if outcome.kronor <= 0:
        return None
    return outcome.ticks / TICKS_PER_TONNE / (outcome.kronor / 1000) * worth.kronor - worth.tonnes


def _summed_up(
    base: Base, d: Instance, asked: Asked, found: _Found, figures: Sequence[Parameter], draws: Draws, study: Study, progress: Progress
) -> Robust:
    planning = d.planning
    name = planning.objective.name
    outcomes = [found.outcomes[n] for n in sorted(found.outcomes)]
    told = counts(outcomes)
    estimate = study(World(-1)).held
    floor = _floor(d, outcomes)
    gaps = [outcome.gap for outcome in outcomes if outcome.status == "stopped"]
    known = None not in gaps
    most_gap = max((g for g in gaps if g is not None), default=0) if known else None
    shown_gap = None
    if most_gap is not None:
        shown_gap = Decimal(most_gap) if name is ObjectiveName.LEAST_COST else tonnes_from_ticks(most_gap)
    comparison = found.comparison
    complete = len(outcomes) == asked.worlds and comparison is not None
    result = Robust(
        title=planning.title,
        objective=name.value,
        krona=planning.objective.krona.value,
        quantity=planning.objective.quantity.value,
        until=planning.horizon.effects_until.value,
        target_year=planning.horizon.target_year.value,
        distribution=planning.uncertainty.distribution,
        seed=asked.seed,
        asked=asked.worlds,
        done=len(outcomes),
        proven=told.get("proven", 0),
        not_proven=told.get("stopped", 0),
        infeasible=told.get("infeasible", 0),
        not_unique=sum(outcome.status == "proven" and not outcome.unique for outcome in outcomes),
        most_gap=shown_gap,
        audited=sum(outcome.audited for outcome in outcomes),
        measure={ObjectiveName.TONNES_PER_KRONA: "per_mnkr", ObjectiveName.MOST_TONNES: "tonnes"}.get(name, "kronor"),
        cores=cores(d, base.picks, outcomes),
        kept=kept_lines(d, base.picks, outcomes) if outcomes else (),
        spreads=spreads(estimate, outcomes) if outcomes else (),
        regret=regret(name, base.picks, outcomes),
        information=_information(d, comparison, floor, figures) if comparison is not None else (),
        perfect=_one(comparison.perfect(floor), comparison.scale) if comparison is not None else None,
        tornado=tornado(base, draws.what),
        choices=choices(found.plans, comparison, floor, asked.often) if comparison is not None else (),
        candidates=len(found.plans),
        complete=complete,
    )
    progress(2 * asked.worlds, 2 * asked.worlds)
    return result


def _floor(d: Instance, outcomes: Sequence[Outcome]) -> float | None:
    """Tonnes (t) that a plan must have in these worlds on average; None when nothing is asked for.

    For the ratio the floor's share of what the worlds allow on average, for least cost what is to be reached.
    """
    most = [outcome.most for outcome in outcomes if outcome.most is not None]
    if d.planning.objective.name is ObjectiveName.LEAST_COST:
        return tonnes_goal(d)
    if d.planning.objective.name is not ObjectiveName.TONNES_PER_KRONA or not most:
        return None
    share = d.planning.objective.floor_share
    return ceil((share.value if share is not None else DEFAULT_FLOOR) * sum(most) / len(most)) / TICKS_PER_TONNE


def _information(d: Instance, comparison: Comparison, floor: float | None, figures: Sequence[Parameter]) -> tuple[InformationLine, ...]:
    """What knowing each figure is worth, the most first; what is worth nothing is left out."""
    lines = []
    for figure, worth in zip(figures, comparison.information(floor), strict=True):
        tonnes, kronor = _both(worth, comparison.scale)
        if round(worth, 3) > 0:
            name = d.investments[figure.id].name if figure.id else ""
            lines.append((worth, InformationLine(id=figure.id, name=name, figure=figure.figure, tonnes=tonnes, kronor=kronor)))
    return tuple(line for _, line in sorted(lines, key=lambda pair: (-pair[0], pair[1].figure, pair[1].id)))


def _both(worth: float, scale: Scale) -> tuple[Decimal | None, int | None]:
    """A value in tonnes and in kronor; None for the unit that the objective does not have."""
    tonnes = round(Decimal(worth), 3) if scale.tonnes else None
    kronor = round(worth / scale.kronor * 1000) if scale.kronor else None
    return tonnes, kronor


def _one(worth: float, scale: Scale) -> Decimal:
    """A value in tonnes, or in kronor where the objective has no tonnes."""
    return round(Decimal(worth), 3) if scale.tonnes else Decimal(round(worth * 1000))
