"""What `portfolio robust --json` and `portfolio stress --json` have said of a plan, read back for the report about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.errors import InputError, finding

if TYPE_CHECKING:
    from portfolio.explored.robust import Robust
    from portfolio.explored.stress import Stress
    from portfolio.outcome import Run
    from portfolio.reports.html.story import Tried


def tried_against(files: Sequence[Path], run: Run) -> Tried:
    """What the files say; each is about the very plan of the run.

    Raises:
        InputError: a file cannot be read, or is about another plan.
    """
    from portfolio.explored.robust import Robust
    from portfolio.explored.stress import Stress
    from portfolio.reports.html.story import Tried

    robust, stress = None, None
    for path in files:
        try:
            raw = json.loads(path.read_bytes(), parse_float=Decimal)
            said = {key: value for key, value in raw.items() if key != "status"}
            found = Robust.model_validate(said) if "cores" in said else Stress.model_validate(said)
        except (OSError, ValueError, AttributeError) as fault:
            raise InputError([finding("tried_unreadable", path.as_posix())]) from fault
        if found.title != run.title or not _of(found, run):
            raise InputError([finding("tried_other_plan", path.as_posix(), "", found.title, run=run.title)])
        robust, stress = (found, stress) if isinstance(found, Robust) else (robust, found)
    return Tried(robust, stress)


def _of(found: Robust | Stress, run: Run) -> bool:
    """The plan that was tried is the plan of the run."""
    assert run.totals is not None
    starts = {d.id: d.start for d in run.decisions if d.layer.value in ("plan", "gap")}
    if hasattr(found, "cores"):
        return {line.id: line.recommended_start for line in found.cores if line.recommended} == starts
    held = next((line.held for line in found.lines if not line.name), None)
    return held is not None and Decimal(held.tonnes) == run.totals.tonnes and held.kronor == run.totals.kronor
