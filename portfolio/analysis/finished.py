"""A finished run from its `run.json`, and the question that it answers."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from portfolio.delivery import unfinished
from portfolio.errors import InputError, finding, os_reason
from portfolio.outcome import Run
from portfolio.planning import Planning
from portfolio.records import Portfolio


def run_file(path: Path) -> Path:
    """The `run.json` of a run that is named by its folder or by the file."""
    return path / "run.json" if path.is_dir() else path


def load_run(path: Path) -> Run:
    """A finished run from its `run.json`.

    Raises:
        InputError: the file cannot be read, or is not the `run.json` of this version.
    """
    if unfinished(path.parent):
        raise InputError([finding("run_unfinished", path.parent.as_posix())])
    try:
        return Run.model_validate_json(path.read_bytes())
    except OSError as fault:
        raise InputError([finding("run_unreadable", path.as_posix(), reason=os_reason(fault))]) from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(p) for p in first["loc"])
        raise InputError([finding("run_not_understood", path.as_posix(), place, count=fault.error_count())]) from fault


def still_there(run: Run) -> bool:
    """Every workbook of the run is where it was, byte for byte."""
    paths = [Path(i.file) for i in run.inputs]
    return all(p.is_file() and sha256(p.read_bytes()).hexdigest() == i.sha256 for p, i in zip(paths, run.inputs, strict=True))


def kept_question(run: Run, path: Path) -> tuple[Portfolio, Planning] | None:
    """The records and the model that a run was made from, as `run.json` keeps them; None in a run that keeps no records.

    Quicker than to read the workbooks again, but the cells of single figures are not known: for what is asked of a plan, not of the inputs.

    Raises:
        InputError: a workbook has changed or gone since.
    """
    if run.records is None:
        return None
    if not still_there(run):
        raise changed(run, path)
    return run.records.portfolio(run.inputs), Planning.model_validate(run.model)


def changed(run: Run, path: Path) -> InputError:
    """The workbooks of the run are no longer what they were."""
    return InputError([finding("run_inputs_changed", path.as_posix(), files=", ".join(i.file for i in run.inputs))])
