"""A plan made by hand: what it breaks, by how much and in which year, and what it costs against the best plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portfolio.analysis.finished import load_run
from portfolio.analysis.optimise import Request, optimise
from portfolio.analysis.plan import make_plan, no_reasons
from portfolio.changes import PlanChange, plan_changes
from portfolio.errors import Finding, InputError, finding
from portfolio.evaluate import Pick
from portfolio.excel.handmade import Decided, decided_in_basis, decided_in_tables, is_basis
from portfolio.excel.layout_file import LayoutFile
from portfolio.excel.read import read_workbooks
from portfolio.instance import Instance, build_instance
from portfolio.outcome import Layer, Plan, Run
from portfolio.planning import Planning
from portfolio.records import Portfolio
from portfolio.units import ticks_from_tonnes


@dataclass(frozen=True)
class HandMade:
    """The plan as it stands, audited; the best plan of the same workbooks and model; and what differs from the best to this one."""

    plan: Plan
    best: Run
    changes: Sequence[PlanChange]


@dataclass(frozen=True)
class Question:
    """What is asked about: the records, the model, and what is decided for each investment."""

    portfolio: Portfolio
    planning: Planning
    decided: Mapping[str, Decided]


def question_of(path: Path, layouts: Sequence[LayoutFile]) -> Question | None:
    """A decision basis, or a workbook in the folder `returned` of a run, with the run that it came from; None for any other workbook.

    The model is that of the run. A returned workbook takes the place of the one that came in, so that figures which were changed count;
    what the run decided for the other workbooks' investments stands.

    Raises:
        InputError: the run is gone, or its workbooks cannot be used.
    """
    basis = is_basis(path)
    returned = path.parent.name == "returned" and (path.parent.parent / "run.json").is_file()
    if not basis and not returned:
        return None
    record = (path.parent if basis else path.parent.parent) / "run.json"
    if not record.is_file():
        raise InputError([finding("basis_without_run", path.as_posix(), record=record.as_posix())])
    run = load_run(record)
    planning = Planning.model_validate(run.model)
    books = [Path(i.file) for i in run.inputs]
    reading = read_workbooks([path if returned and b.name == path.name else b for b in books], planning.horizon.years, layouts)
    if basis:
        return Question(reading.portfolio, planning, decided_in_basis(path))
    stands = {d.id: Decided(d.layer, d.start, d.percent, record.as_posix(), d.id) for d in run.decisions}
    ours = decided_in_tables([t for t in reading.tables if t.file == path.as_posix()])
    known = {i.id for i in reading.portfolio.investments}
    return Question(reading.portfolio, planning, {i: d for i, d in {**stands, **ours}.items() if i in known or i in ours})


def hand_made(portfolio: Portfolio, planning: Planning, decided: Mapping[str, Decided], request: Request) -> HandMade:
    """Audit decisions made by hand.

    Args:
        portfolio, planning: what the decisions are about.
        decided: by id; a city investment that is not named is not started.
        request: how the best plan is searched for.

    Raises:
        InputError: a decision is about nothing, or starts when the investment cannot.
    """
    d = build_instance(portfolio, planning)
    picks = _picks(d, decided)
    best = optimise(portfolio, planning, request)
    floor = best.objective.floor_tonnes if best.objective is not None else None
    plan = make_plan(d, picks, no_reasons(d), ticks_from_tonnes(floor) if floor is not None else None)
    return HandMade(plan, best, plan_changes(best.decisions, plan.decisions))


def _picks(d: Instance, decided: Mapping[str, Decided]) -> dict[str, Pick]:
    findings: list[Finding] = []
    picks: dict[str, Pick] = {}
    for i, what in sorted(decided.items()):
        chosen = what.layer in (Layer.PLAN, Layer.GAP)
        if i not in d.investments:
            findings.append(finding("decision_of_nothing", what.file, what.id_place, i))
        elif chosen and i in d.external:
            findings.append(finding("decision_external", what.file, what.place, id=i))
        elif chosen and what.start is not None:
            least = d.investments[i].minimum_share or 100
            if what.start not in d.starts[i]:
                years = ", ".join(map(str, d.starts[i])) or "–"
                findings.append(finding("decision_start", what.file, what.start_place, what.start, id=i, years=years))
            elif not least <= what.percent <= 100:
                findings.append(finding("decision_share", what.file, what.percent_place, what.percent, id=i, least=least))
            else:
                picks[i] = Pick(what.start, what.layer.value, what.percent)
    if findings:
        raise InputError(findings)
    return picks
