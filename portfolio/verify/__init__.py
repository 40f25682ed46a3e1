"""Verification of a finished run from its files alone, years later: `portfolio verify`.

It imports nothing of the programme but errors, units, the catalogue and a reader of raw cells: every rule is written again from
docs/method.md, over the JSON as it lies there, and is held apart from the optimiser and from the audit by tests/test_architecture.py.
"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from portfolio.excel.raw import Damaged
from portfolio.text import LANGUAGES, Text
from portfolio.verify import bonds, statements
from portfolio.verify.books import BASIS, Book, check_sums
from portfolio.verify.figures import Figures
from portfolio.verify.files import cells_of, check_files, check_inputs, manifest
from portfolio.verify.page import PAGE, check_page
from portfolio.verify.plan import Basis, Plan
from portfolio.verify.proof import check_heading, check_limits_shown, check_proof, floor_ticks
from portfolio.verify.result import DAMAGED, MANIFEST, RUN, Difference, Raw, Verification

__all__ = ["MANIFEST", "RUN", "Difference", "Verification", "manifest", "recount", "verify"]

PLANS = (("adopted_plan", ("plan", "gap")), ("plan_only", ("plan",)))
"""The other plans of a run, and the layers they may use."""


def verify(folder: Path) -> Verification:
    """Check everything that a run has written, and what it has read where that still lies there. Nothing is written.

    Args:
        folder: of the run; it has a run.json.
    """
    found = Verification()
    listed = check_files(folder, found)
    raw = _run(folder, found)
    if raw is None:
        return found
    try:
        found.proof = {
            name: raw[name]
            for name in ("title", "created", "status", "stop_reason", "objective", "software", "totals", "scenarios", "lang")
        }
        if listed is not None and listed["created"] != raw["created"]:
            found.differ("manifest", MANIFEST, "created", listed["created"], raw["created"])
        check_inputs(folder, raw, listed, found)
        basis = recount(raw, found)
        _workbooks(folder, raw, basis, found)
    except DAMAGED as fault:
        found.malformed(RUN, fault)
    return found


def _run(folder: Path, found: Verification) -> Raw | None:
    if not (folder / RUN).is_file():
        found.differ("file_missing", RUN)
        return None
    try:
        raw = json.loads((folder / RUN).read_bytes(), parse_float=Decimal)
    except (ValueError, RecursionError) as fault:
        found.unreadable(RUN, fault)
        return None
    if not isinstance(raw, dict):
        found.differ("json_unreadable", RUN)
        return None
    return raw


def recount(raw: Raw, found: Verification) -> Basis | None:
    """Every plan of the run, recomputed from the records and the model that run.json keeps."""
    if raw.get("records") is None:
        found.leave("no_records", RUN)
        return None
    basis = Basis(raw)
    for name, layers in PLANS:
        if raw[name] is not None:
            plan = raw[name]
            figures = Figures(found, Plan(basis, plan["decisions"]), f"{name}.")
            _plan(figures, plan)
            figures.limits(plan["audit"], None, layers, must_hold=name != "adopted_plan")
    if raw["totals"] is None:
        figures = Figures(found, Plan(basis, ()))
        check_heading(figures, raw)
        found.figure("decisions", len(raw["decisions"]), 0)
        return basis
    figures = Figures(found, Plan(basis, raw["decisions"]))
    _plan(figures, raw)
    floor = floor_ticks(raw)
    figures.limits(raw["audit"], Fraction(floor) if floor is not None else None, ("plan", "gap"), must_hold=True)
    statements.debt(figures, raw["debt"])
    statements.charges(figures, raw["charges"])
    statements.gap(figures, raw["gap"], raw["most_tonnes_plan"], raw["funding"]["uses"] if raw["funding"] is not None else ())
    bonds.funding(figures, raw["funding"])
    bonds.bonds(figures, raw["bonds"], raw["funding"])
    check_proof(figures, raw)
    check_heading(figures, raw)
    check_limits_shown(figures, raw)
    return basis


def _plan(figures: Figures, plan: Raw) -> None:
    figures.decisions()
    figures.years(plan["years"])
    figures.emissions(plan["emissions"])
    figures.totals(plan["totals"])


def _workbooks(folder: Path, raw: Raw, basis: Basis | None, found: Verification) -> None:
    """The workbooks of the run that are there; one that is missing is named by the list of files."""
    for path in sorted(folder.glob("*.xlsx")):
        if path.name.startswith("~$") or path.name in {note.file for note in found.notes}:
            continue
        try:
            sheets = cells_of(path.read_bytes())
        except Damaged as fault:
            found.differ("file_damaged", path.name, "", fault)
            continue
        check_sums(path.name, sheets, found)
        if path.name == BASIS and raw["totals"] is not None:
            for lang in LANGUAGES:
                if lang == raw["lang"]:
                    Book(found, sheets, raw, Text(lang)).check(basis)
    if raw["totals"] is not None and not (folder / BASIS).is_file():
        found.differ("file_missing", BASIS)
    if raw["totals"] is not None and (folder / PAGE).is_file():
        check_page((folder / PAGE).read_text("utf-8", errors="replace"), raw, found)
