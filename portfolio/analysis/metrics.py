"""The model's question under every measure: three quantities of tonnes, two kinds of krona."""

from __future__ import annotations

from collections.abc import Callable

from portfolio.analysis.base import base_of
from portfolio.analysis.beside import Progress, side_by_side, silent
from portfolio.analysis.comparison import compared
from portfolio.analysis.conflict.demands import Question
from portfolio.analysis.optimise import Request, optimise
from portfolio.errors import InfeasiblePlan, SolveStopped
from portfolio.evaluate import measure
from portfolio.explored.metrics import Measured, Metrics
from portfolio.instance import Instance, build_instance
from portfolio.outcome import Run, SolveStatus
from portfolio.planning import KronaKind, ObjectiveName, Planning, TonnesQuantity
from portfolio.solve import Clock
from portfolio.units import tonnes_from_ticks

MEASURES = tuple((quantity, krona) for quantity in TonnesQuantity for krona in KronaKind)


def metrics(q: Question, clock: Clock, label: Callable[[str, str], str], request: Request, progress: Progress = silent) -> Metrics:
    """The best plan by every measure, two at a time.

    Args:
        label: what a measure (quantity, krona) is called. request: how each is run; the clock is shared by all.

    Raises:
        InfeasiblePlan: no plan meets the demands. SolveStopped: no measure has a plan in time.
    """
    plannings = [_measured_by(q.planning, quantity, krona) for quantity, krona in MEASURES]
    runs = side_by_side(plannings, lambda planning: optimise(q.portfolio, planning, request, (), clock), progress)
    if any(run.status is SolveStatus.INFEASIBLE for run in runs):
        raise InfeasiblePlan(())
    # where the clock came before a measure's first plan, the others are shown without it
    made = [n for n, run in enumerate(runs) if run.totals is not None]
    if not made:
        raise SolveStopped(interrupted=clock.interrupted)
    instances = [build_instance(q.portfolio, planning) for planning in plannings]
    objective = q.planning.objective
    own = MEASURES.index((objective.quantity, objective.krona))
    starts = [{x.id: (x.start, x.percent) for x in runs[n].decisions if x.start is not None} for n in made]
    return Metrics(
        title=q.planning.title,
        objective=plannings[0].objective.name.value,
        counts=q.planning.objective.counts,
        until=q.planning.horizon.effects_until.value,
        target_year=q.planning.horizon.target_year.value,
        own=made.index(own) if own in made else None,
        plans=tuple(_plan(n, runs[n], instances, starts.index(starts[place])) for place, n in enumerate(made)),
        missing=tuple((quantity.value, krona.value) for n, (quantity, krona) in enumerate(MEASURES) if n not in made),
        comparison=compared([(label(*MEASURES[n]), runs[n]) for n in made]),
        complete=all(run.status is SolveStatus.PROVEN_BEST for run in runs),
    )


def _measured_by(planning: Planning, quantity: TonnesQuantity, krona: KronaKind) -> Planning:
    """The same demands and objective by another measure. A goal in tonnes belongs to one quantity: least cost becomes the ratio."""
    objective = planning.objective
    name = ObjectiveName.TONNES_PER_KRONA if objective.name is ObjectiveName.LEAST_COST else objective.name
    update = {"name": name, "tonnes": None, "quantity": quantity, "krona": krona}
    return planning.model_copy(update={"objective": objective.model_copy(update=update)})


def _plan(n: int, run: Run, instances: list[Instance], same_as: int) -> Measured:
    """A plan valued by every measure."""
    quantity, krona = MEASURES[n]
    picks = base_of(instances[n].portfolio, instances[n].planning, run.decisions).picks
    values = {m: measure(d, picks) for m, d in zip(MEASURES, instances, strict=True)}
    assert run.totals is not None
    return Measured(
        quantity=quantity.value,
        krona=krona.value,
        status=run.status.value,
        tonnes={a.value: tonnes_from_ticks(values[a, krona].ticks) for a in TonnesQuantity},
        kronor={k.value: values[quantity, k].kronor for k in KronaKind},
        ratio=run.totals.tonnes_per_krona,
        same_as=same_as,
    )
