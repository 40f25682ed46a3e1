"""What a command reads: the model, the workbooks, or a finished run."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from portfolio.ctrl_c import in_one_piece
from portfolio.errors import Finding, InputError, finding, has_errors

if TYPE_CHECKING:
    # heavy modules are imported by the command that needs them: --help answers at once
    from portfolio.excel.found import TableFound
    from portfolio.excel.read import Reading
    from portfolio.outcome import Run
    from portfolio.planning import Planning
    from portfolio.planning_load import PlanningRead
    from portfolio.records import Portfolio

Read = TypeVar("Read")


def model_path(options: argparse.Namespace) -> Path:
    """The model that was named, or the only one in models/."""
    from portfolio.planning_load import find_models

    if options.model is not None:
        return Path(options.model)
    models = find_models(Path("models"))
    if not models:
        raise InputError([finding("no_model", "models", folder="models")])
    if len(models) > 1:
        raise InputError([finding("model_ambiguous", "models", models=", ".join(m.name for m in models))])
    return models[0]


def scenario_paths(options: argparse.Namespace, model: Path) -> list[Path]:
    """Scenario files by path, or by name in scenarios/ beside the model."""
    from portfolio.planning_load import find_scenarios

    found, missing = [], []
    for name in options.scenarios:
        beside = model.parent / "scenarios" / f"{name}.toml"
        path = Path(name) if Path(name).is_file() else beside
        if path.is_file():
            found.append(path)
        else:
            names = ", ".join(p.stem for p in find_scenarios(model.parent)) or "–"
            missing.append(finding("scenario_missing", name, names=names))
    if missing:
        raise InputError(missing)
    return found


def workbook_paths(options: argparse.Namespace) -> list[Path]:
    """The workbooks that were named, or every workbook in inputs/ (Excel's own lock files left out)."""
    named = [Path(p) for p in options.workbooks]
    folder = Path("inputs")
    if not named and not folder.is_dir():
        raise InputError([finding("no_workbooks", folder.as_posix(), folder=folder.as_posix())])
    return named or workbooks_in(folder)


def workbooks_in(path: Path) -> list[Path]:
    """A workbook, or every workbook of a folder (Excel's own lock files left out)."""
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.glob("*.xls[xm]") if not p.name.startswith("~$"))
    if not found:
        raise InputError([finding("no_workbooks", path.as_posix(), folder=path.as_posix())])
    return found


@dataclass(frozen=True)
class Inputs:
    """What a command reads: the model, the portfolio, where its tables stand, and all findings about them."""

    planning: Planning
    portfolio: Portfolio
    tables: Sequence[TableFound]
    findings: list[Finding]


def read(options: argparse.Namespace) -> Inputs:
    """Model and portfolio with all findings about them; raises InputError with every finding of both."""
    with in_one_piece():
        from portfolio.excel.read import survey
        from portfolio.excel.starter import STARTER_YEARS
        from portfolio.layout_load import load_layouts
        from portfolio.planning_load import survey_planning, where_stated

    faults: list[Finding] = []
    model = _or_faults(faults, lambda: model_path(options))
    workbooks = _or_faults(faults, lambda: workbook_paths(options))
    scenarios = _or_faults(faults, lambda: scenario_paths(options, model)) if model is not None else None
    layouts = _or_faults(faults, lambda: load_layouts(model.parent / "layouts")) if model is not None else None
    planned = survey_planning(model, scenarios or ()) if model is not None else None
    faults += planned.findings if planned is not None else []
    # the faults of one file do not hide those of another; without plan years the workbooks are read over the years of the starter
    known = planned is not None and planned.sound is not None and planned.years_known
    years = planned.sound.horizon.years if planned is not None and planned.sound is not None and known else STARTER_YEARS
    reading = None
    if workbooks is not None and (layouts is not None or model is None):
        reading = survey(workbooks, years, layouts or ())
        doubt = planned.years_in_doubt if planned is not None else frozenset()
        faults += [f for f in reading.findings if f.code not in OF_PLAN_YEARS or (known and dict(f.parameters)["year"] not in doubt)]
    if planned is not None:
        together = _together(planned, reading, scenarios_known=scenarios is not None)
        faults += where_stated(together, model, scenarios) if scenarios and model is not None else together
    if planned is None or planned.planning is None or scenarios is None or layouts is None or reading is None or has_errors(faults):
        raise InputError(faults)
    return Inputs(planned.planning, reading.portfolio, reading.tables, faults)


OF_PLAN_YEARS: Final = ("missing_year", "extra_year")
"""What is said of the columns of a workbook by the plan years of the model."""


def _together(planned: PlanningRead, reading: Reading | None, *, scenarios_known: bool) -> list[Finding]:
    """What the model and the workbooks say of each other, as far as both could be read."""
    with in_one_piece():
        from portfolio.planning_against import WINDOW, check_against
        from portfolio.records import Portfolio
        from portfolio.unread import Unread

    if planned.sound is None:
        return []
    if reading is None:
        return check_against(planned.sound, Portfolio(investments=()), Unread(lost=True, ids_lost=True))
    unread = reading.unread.doubting(reading.portfolio, planned.unsure, frozenset(WINDOW))
    if not (planned.years_known and planned.changes_known and scenarios_known):
        unread = unread.doubting_all(WINDOW[1:])
    return check_against(planned.sound, reading.portfolio, unread, reading.nameless)


def _or_faults(faults: list[Finding], read: Callable[[], Read]) -> Read | None:
    """What is read, or None and the faults among the others."""
    try:
        return read()
    except InputError as fault:
        faults += fault.findings
        return None


def files_read(options: argparse.Namespace, run: Run) -> list[dict[str, str]]:
    """Everything that a run was made from, with the SHA-256 of each: workbooks and their layouts, model, scenarios, bond frameworks."""
    from portfolio.layout_load import load_layouts

    model = model_path(options)
    bonds = run.model.get("bonds", {})
    named = {framework["name"] for framework in (bonds.get("framework"), *bonds.get("views", ())) if framework is not None}
    layouts = [Path(x.file) for x in load_layouts(model.parent / "layouts") if any(x.fits(i.file) for i in run.inputs)]
    paths = [model, *scenario_paths(options, model), *(model.parent / "frameworks" / f"{name}.toml" for name in sorted(named)), *layouts]
    found = [{"file": i.file, "sha256": i.sha256} for i in run.inputs]
    return [*found, *({"file": p.as_posix(), "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in paths if p.is_file())]


def only_the_run(options: argparse.Namespace) -> None:
    """A finished run has its own workbooks, model and scenarios."""
    if options.workbooks or options.model is not None or options.scenarios:
        raise InputError([finding("report_run_and_input", options.finished.as_posix())])
