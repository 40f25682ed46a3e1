"""The verification of a finished run from its files alone."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from portfolio.cli.face import EXIT_DONE, EXIT_INFEASIBLE, EXIT_STOPPED, Face
from portfolio.errors import InputError, finding
from portfolio.units import TICKS_PER_TONNE


def run_verify(options: argparse.Namespace, face: Face) -> int:
    """Everything a run has written, counted again by code that shares nothing with what made it."""
    from portfolio.reports import verification as shown
    from portfolio.reports.page import Page
    from portfolio.verify import MANIFEST, RUN, verify

    folder: Path = options.folder.parent if options.folder.name == "run.json" else options.folder
    if not any((folder / name).is_file() for name in (RUN, MANIFEST)):
        raise InputError([finding("verify_no_run", options.folder.as_posix())])
    if options.second_solver and find_spec("pyscipopt") is None:
        raise InputError([finding("second_solver_missing", "pyscipopt")])
    found = verify(folder)
    options.nothing_next = not found.proof.get("totals")  # a run without a plan has nothing to report
    second, said = None, ""
    if options.second_solver:
        second, said = _second(folder, found, options.time_limit, face)
    if face.json:
        print(shown.to_json(found, face.text, second), end="")
    else:
        shown.render(found, folder.as_posix(), Page(face.shown, face.out), said, tried=options.second_solver)
    return {"holds": EXIT_DONE, "incomplete": EXIT_STOPPED, "differs": EXIT_INFEASIBLE}[shown.status(found)]


def _second(folder: Path, found: Any, seconds: float, face: Face) -> tuple[dict[str, Any] | None, str]:
    """The second solver's answer: what differs goes into `found`; as JSON, and as a sentence when it agrees."""
    from portfolio.analysis.finished import load_run
    from portfolio.analysis.second_solver import second_opinion
    from portfolio.outcome import SolveStatus
    from portfolio.reports.verification import in_full
    from portfolio.verify import RUN

    if any(d.file == RUN for d in found.differences):
        found.leave("second_changed", RUN)
        return None, ""
    run = load_run(folder / RUN)
    if run.records is None:
        found.leave("second_no_records", RUN)
        return None, ""
    if run.status is not SolveStatus.PROVEN_BEST:
        found.leave("second_not_proven", RUN)
        return None, ""
    opinion = second_opinion(run, run.records, seconds)
    report = run.objective
    assert report is not None
    made = {"software": opinion.software, "verdict": opinion.verdict, "solved": opinion.solved, "place": opinion.place}
    if opinion.verdict in ("second_stopped", "second_inexact"):
        found.leave(opinion.verdict, RUN)
        return made, ""
    if opinion.verdict != "agrees":
        scale = 1 if opinion.place.endswith("kronor") else TICKS_PER_TONNE
        found.differ(opinion.verdict, RUN, opinion.place, opinion.said / scale, opinion.counted / scale)
        return made, ""
    values: dict[str, object] = {"kronor": in_full(report.kronor, face.text)}
    most = report.most_tonnes if report.most_tonnes is not None else report.tonnes
    values["tonnes"] = in_full(most, face.text)
    question = {"objective.kronor": "least_cost", "objective.most_tonnes": "most_tonnes"}.get(opinion.place, "ratio")
    if report.tonnes_per_krona is not None:
        values["value"] = in_full(report.tonnes_per_krona * 1_000_000, face.text)
    asked = face.text(f"verify.second.{question}", **values)
    return made, face.text("verify.second.agrees", software=opinion.software, question=asked)
