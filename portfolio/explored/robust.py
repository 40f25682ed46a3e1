"""Decisions under uncertainty: what stands whatever happens, what a plan decided now is worth in other worlds, what to find out first."""

from __future__ import annotations

from portfolio.records import Frozen
from portfolio.statements import Number


class CoreLine(Frozen):
    """One city investment over the worlds.

    Attributes:
        core: `always` (in the best plan of every world), `never`, or `contested`.
        share: part of the worlds whose best plan has it (0–1). recommended: the recommended plan has it, from `recommended_start`.
        starts: part of the worlds whose best plan starts it in each year; of equally good starts the earliest. They sum to `share`.
    """

    id: str
    name: str
    core: str
    share: Number
    recommended: bool
    recommended_start: int | None
    starts: dict[int, Number]


class KeptLine(Frozen):
    """How often the recommended plan, decided now, keeps a limit: `share` of the worlds (0–1)."""

    constraint: str
    subject: str
    year: int | None
    share: Number


class Spread(Frozen):
    """A figure over the worlds: the values that 5, 50 and 95 per cent of them do not exceed, and the mean."""

    what: str
    unit: str
    estimate: Number | None
    p5: Number
    p50: Number
    p95: Number
    mean: Number


class Regret(Frozen):
    """What the recommended plan, decided now, has less than the best plan of each world.

    Attributes:
        mean_tonnes, p95_tonnes, most_tonnes: tonnes that the best plan's ratio would give more for the same kronor (t).
        mean_kronor, p95_kronor, most_kronor: kronor more than the best plan's ratio takes for the same tonnes (kr). None where the
            objective does not compare them.
        best: part of the worlds whose best plan has the same investments (0–1). worlds: over how many worlds it is counted.
    """

    mean_tonnes: Number | None
    p95_tonnes: Number | None
    most_tonnes: Number | None
    mean_kronor: int | None
    p95_kronor: int | None
    most_kronor: int | None
    best: Number
    worlds: int


class InformationLine(Frozen):
    """What it is worth to know one figure before deciding.

    Attributes:
        figure: `outlay`, `tonnes`, `delay`, `grant` or `external`. id, name: the investment; empty for external delivery.
        tonnes, kronor: expected gain of choosing the plan when the figure is known (t; kr): the same gain in two units, at the
            recommended plan's ratio. None for the unit that the objective does not have.
    """

    id: str
    name: str
    figure: str
    tonnes: Number | None
    kronor: int | None


class TornadoLine(Frozen):
    """The recommended plan with one figure at its lowest and at its highest value, everything else as estimated.

    Attributes:
        low, high: the figure's ends as parts of its estimate (0.6, 1.4), years late, or whether the grant comes (0, 1).
        at_low, at_high: the plan's value there, in the objective's own measure (`Robust.measure`).
    """

    id: str
    name: str
    figure: str
    low: Number
    high: Number
    at_low: Number
    at_high: Number


class Choice(Frozen):
    """A plan among the candidates, decided now.

    Attributes:
        name: `recommended`, `expected`, `regret` or `feasible`. come, gone, moved, resized: against the recommended plan: in, out, another
            start year, another share bought.
        starts: start year by id. percents: per cent bought, where not the whole.
        tonnes, kronor: mean over the worlds (t, kr). value: mean in the objective's linear terms (t, or kr saved for least cost).
        most_regret: the largest regret of any world (the same unit). kept: part of the worlds in which every limit holds but the yearly
            frames (what does not fit in them lies in the gap).
    """

    name: str
    come: tuple[str, ...]
    gone: tuple[str, ...]
    moved: tuple[str, ...]
    resized: tuple[str, ...]
    starts: dict[str, int]
    percents: dict[str, int]
    tonnes: Number
    kronor: int
    value: Number
    most_regret: Number
    kept: Number


class Robust(Frozen):
    """What `portfolio robust` finds.

    Attributes:
        asked, done: worlds. proven: worlds with a proven best plan; not_proven: best plan found, not proven; infeasible: no plan keeps
            the limits there. not_unique: proven worlds in which another set of investments is as good.
        most_gap: what better could at most exist in a world that is not proven (t at the same kronor, or kr for least cost); None: not
            known.
        audited: best plans of worlds that the audit recounted.
        measure: unit of the objective's value (`per_mnkr`, `tonnes` or `kronor`).
        candidates: plans compared for the choices and the value of information. perfect: the value of knowing everything (t or kr).
        complete: every world that was asked for is there.
    """

    title: str
    objective: str
    krona: str
    quantity: str
    until: int
    target_year: int
    distribution: str
    seed: int
    asked: int
    done: int
    proven: int
    not_proven: int
    infeasible: int
    not_unique: int
    most_gap: Number | None
    audited: int
    measure: str
    cores: tuple[CoreLine, ...]
    kept: tuple[KeptLine, ...]
    spreads: tuple[Spread, ...]
    regret: Regret | None
    information: tuple[InformationLine, ...]
    perfect: Number | None
    tornado: tuple[TornadoLine, ...]
    choices: tuple[Choice, ...]
    candidates: int
    complete: bool
