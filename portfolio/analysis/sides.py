"""Two rounds to be compared: a finished run, or workbooks that are read and optimised now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portfolio.analysis.finished import changed, load_run, still_there
from portfolio.analysis.optimise import Request, optimise
from portfolio.changes import ModelChange, PlanChange, RecordChange, model_changes, plan_changes, record_changes
from portfolio.excel.layout_file import LayoutFile
from portfolio.excel.read import read_portfolio
from portfolio.outcome import Run, Totals
from portfolio.planning import Planning
from portfolio.records import Portfolio


@dataclass(frozen=True)
class Side:
    """One of the two rounds.

    Attributes:
        portfolio: what its workbooks say; None when they have changed or gone since and the run keeps no records.
        kept: it is what the run keeps of them, which knows the rows but not the cells.
    """

    label: str
    run: Run
    portfolio: Portfolio | None
    kept: bool = False


@dataclass(frozen=True)
class Difference:
    """Two rounds beside each other.

    Attributes:
        old, new: what each is called.
        records: None when the workbooks of a finished run are no longer there to be read and it keeps nothing of them.
        kept: the sides whose workbooks are no longer there, so that what the run keeps of them is compared.
        old_totals, new_totals: None on a side without a plan.
    """

    old: str
    new: str
    records: Sequence[RecordChange] | None
    model: Sequence[ModelChange]
    plan: Sequence[PlanChange]
    old_totals: Totals | None
    new_totals: Totals | None
    kept: Sequence[str] = ()

    @property
    def same(self) -> bool:
        """Nothing differs."""
        return not (self.records or self.model or self.plan) and self.old_totals == self.new_totals


def side_of_run(path: Path, layouts: Sequence[LayoutFile] = ()) -> Side:
    """A finished run; its workbooks are read again when they still are what they were, otherwise its own records are used.

    Raises:
        InputError: the run cannot be read.
    """
    run = load_run(path)
    label, portfolio = path.parent.as_posix(), _portfolio_of(run, layouts)
    if portfolio is None and run.records is not None:
        return Side(label, run, run.records.portfolio(run.inputs), kept=True)
    return Side(label, run, portfolio)


def question_of_run(run: Run, path: Path, layouts: Sequence[LayoutFile] = ()) -> tuple[Portfolio, Planning]:
    """The records and the model that a finished run was made from, as they were then.

    Raises:
        InputError: a workbook has changed or gone since.
    """
    portfolio = _portfolio_of(run, layouts)
    if portfolio is None:
        raise changed(run, path)
    return portfolio, Planning.model_validate(run.model)


def _portfolio_of(run: Run, layouts: Sequence[LayoutFile]) -> Portfolio | None:
    """The records that a run was made from, None when a workbook is gone or has other bytes."""
    return read_portfolio([Path(i.file) for i in run.inputs], _years(run.model), layouts)[0] if still_there(run) else None


def _years(model: Mapping[str, Any]) -> range:
    horizon = model["horizon"]
    return range(horizon["first_year"]["value"], horizon["last_year"]["value"] + 1)


def side_of_workbooks(label: str, paths: Sequence[Path], planning: Planning, layouts: Sequence[LayoutFile] = ()) -> Side:
    """Workbooks, read and optimised with a model.

    Raises:
        InputError: they cannot be used.
    """
    portfolio, _ = read_portfolio(paths, planning.horizon.years, layouts)
    return Side(label, optimise(portfolio, planning, Request()), portfolio)


def difference(old: Side, new: Side) -> Difference:
    """What differs, and what it does to the plan."""
    records = None
    if old.portfolio is not None and new.portfolio is not None:
        records = record_changes(old.portfolio, new.portfolio)
    return Difference(
        old.label,
        new.label,
        records,
        model_changes(old.run.model, new.run.model),
        plan_changes(old.run.decisions, new.run.decisions),
        old.run.totals,
        new.run.totals,
        tuple(side.label for side in (old, new) if side.kept),
    )
