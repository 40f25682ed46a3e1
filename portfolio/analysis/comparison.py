"""Several rounds beside each other: what differs in figures, decisions, kronor by year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from portfolio.changes import record_changes
from portfolio.explained import ComparedDecision, ComparedFigure, ComparedYear, Comparison
from portfolio.outcome import Decision, Layer, Run, Totals

Read = Callable[[Totals], Decimal | int | None]

FIGURES: Final[tuple[tuple[str, str, Read], ...]] = (
    ("chosen", "investments", lambda t: t.chosen),
    ("kronor", "kr", lambda t: t.kronor),
    ("outlay_plan", "kr", lambda t: t.outlay_plan),
    ("outlay_gap", "kr", lambda t: t.outlay_gap),
    ("grants", "kr", lambda t: t.grants),
    ("tonnes", "t", lambda t: t.tonnes),
    ("tonnes_per_krona", "t/kr", lambda t: t.tonnes_per_krona),
    ("tonnes_target_year", "t", lambda t: t.tonnes_target_year),
    ("removals_target_year", "t", lambda t: t.removals_target_year),
    ("emissions_target_year", "t", lambda t: t.emissions_target_year),
    ("highest_net_debt", "kr", lambda t: t.highest_net_debt),
    ("bond_eligible", "kr", lambda t: t.bond_eligible),
)
"""Totals that are compared, with their units."""


def compared(rounds: Sequence[tuple[str, Run]], *, everything: bool = False) -> Comparison:
    """Rounds beside each other.

    Args:
        rounds: two to six runs and what each is called.
        everything: also what is the same in all of them.
    """
    runs = [run for _, run in rounds]
    figures = [figure for name, unit, read in FIGURES for figure in _figures(runs, name, unit, read)]
    highest = tuple(run.charges.highest if run.charges is not None else None for run in runs)
    figures.append(ComparedFigure(name="highest_charge", unit="kr", values=tuple(None if kr is None else Decimal(kr) for kr in highest)))
    decisions = _decisions(runs)
    outlay = _by_year(runs, lambda run: {y.year: y.outlay_plan + y.outlay_gap for y in run.years})
    net_debt = _by_year(runs, lambda run: {y.year: y.net_debt for y in run.years if y.net_debt is not None})
    charges = _by_year(runs, lambda run: {c.year: c.total for c in run.charges.total} if run.charges is not None else {})
    return Comparison(
        labels=tuple(label for label, _ in rounds),
        statuses=tuple(run.status.value for run in runs),
        figures=tuple(f for f in figures if everything or len(set(f.values)) > 1),
        decisions=tuple(d for d in decisions if everything or _differs(d)),
        outlay=outlay if everything else _differing(outlay),
        net_debt=net_debt if everything else _differing(net_debt),
        charges=charges if everything else _differing(charges),
        basis=_basis(runs),
    )


def _basis(runs: Sequence[Run]) -> tuple[str, ...]:
    """What the records of some round differ in from those of the first; runs of versions that kept none say nothing."""
    first, *others = (run.records.portfolio(()) if run.records is not None else None for run in runs)
    pairs = [(first, other) for other in others if first is not None and other is not None]
    return tuple(sorted({change.subject for a, b in pairs for change in record_changes(a, b)}))


MEASURED: Final = {"tonnes": "quantity", "kronor": "krona"}
"""Totals that are the objective's, and the part of it that says what they count."""


def _figures(runs: Sequence[Run], name: str, unit: str, read: Read) -> list[ComparedFigure]:
    """One row; of the objective's own totals one for each quantity or krona that is counted, so that no row mixes two."""
    kinds = {part: list(dict.fromkeys(str(run.model["objective"][part]) for run in runs)) for part in MEASURED.values()}
    if name == "tonnes_per_krona" and any(len(found) > 1 for found in kinds.values()):
        return [_figure(runs, name, unit, read).model_copy(update={"counts": "own"})]
    part = MEASURED.get(name)
    if part is None or len(kinds[part]) == 1:
        return [_figure(runs, name, unit, read)]
    rows = []
    for kind in kinds[part]:
        row = _figure(runs, name, unit, read)
        own = (value if run.model["objective"][part] == kind else None for run, value in zip(runs, row.values, strict=True))
        rows.append(row.model_copy(update={"values": tuple(own), "counts": kind}))
    return rows


def _figure(runs: Sequence[Run], name: str, unit: str, read: Read) -> ComparedFigure:
    found = (read(run.totals) if run.totals is not None else None for run in runs)
    return ComparedFigure(name=name, unit=unit, values=tuple(None if value is None else Decimal(value) for value in found))


def _decisions(runs: Sequence[Run]) -> list[ComparedDecision]:
    """Every city investment of any round; in a round without it, it is not started."""
    sides: list[dict[str, Decision]] = [{d.id: d for d in run.decisions if d.layer is not Layer.EXTERNAL} for run in runs]
    found = []
    for i in sorted(set().union(*sides)):
        here = [side.get(i) for side in sides]
        started = [d if d is not None and d.start is not None else None for d in here]
        found.append(
            ComparedDecision(
                id=i,
                name=next(d.name for d in reversed(here) if d is not None),
                layers=tuple(d.layer.value if d is not None else Layer.NOT_RECOMMENDED.value for d in started),
                starts=tuple(d.start if d is not None else None for d in started),
                percents=tuple(d.percent if d is not None else 0 for d in started),
            )
        )
    return found


def _differs(d: ComparedDecision) -> bool:
    return len(set(zip(d.layers, d.starts, d.percents, strict=True))) > 1


def _by_year(runs: Sequence[Run], read: Callable[[Run], dict[int, int]]) -> tuple[ComparedYear, ...]:
    """A series of every round over the plan years of any of them."""
    years = sorted({y.year for run in runs for y in run.years})
    series = [read(run) for run in runs]
    return tuple(ComparedYear(year=t, values=tuple(s.get(t) for s in series)) for t in years)


def _differing(lines: Sequence[ComparedYear]) -> tuple[ComparedYear, ...]:
    return tuple(line for line in lines if len(set(line.values)) > 1)
