"""The main job, and the check of what it reads."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.cli.face import EXIT_DONE, EXIT_INFEASIBLE, EXIT_INTERRUPTED, EXIT_STOPPED, Face
from portfolio.cli.reading import files_read, read
from portfolio.cli.writing import created, write
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt
from portfolio.errors import Finding, Severity, finding
from portfolio.excel.found import TableFound

if TYPE_CHECKING:
    from portfolio.outcome import Run
    from portfolio.reports.returned import Returned

BASIS, BONDS = "beslutsunderlag.xlsx", "obligationsrapport.xlsx"
"""The workbooks of a run: the decision basis, and the allocation and impact report."""
REPORT, MEMORANDUM = "rapport.html", "tjansteskrivelse.md"
"""The report for elected members, and the page that an officer pastes."""
RUN, MANIFEST = "run.json", "manifest.json"
"""The run itself, and the list of everything that was written and read."""


def decisions_unread(tables: Sequence[TableFound]) -> list[Finding]:
    """A warning for each table with decisions of an earlier run: nobody may think that what is changed there counts."""
    return [finding("decisions_not_read", t.file, t.sheet, severity=Severity.WARNING) for t in tables if t.ours]


def run_check(options: argparse.Namespace, face: Face) -> int:
    """Only read and validate; of workbooks with decisions also say what those decisions break and what they cost."""
    with in_one_piece():
        from portfolio.analysis.handmade import Question, hand_made, question_of
        from portfolio.analysis.optimise import Request
        from portfolio.excel.handmade import decided_in_tables
        from portfolio.layout_load import load_layouts
        from portfolio.reports import handmade

    def audited(question: Question) -> int:
        made = hand_made(question.portfolio, question.planning, question.decided, Request(lang=face.text.lang))
        if face.json:
            print(handmade.to_json(made), end="")
        else:
            face.write(handmade.render(made, face.shown))
        return EXIT_INFEASIBLE if made.plan.audit.breaches else EXIT_DONE

    if len(options.workbooks) == 1 and options.workbooks[0].is_file():
        question = question_of(options.workbooks[0], load_layouts(Path("models") / "layouts"))
        if question is not None:
            return audited(question)
    inputs = read(options)
    unread = decisions_unread(inputs.tables)
    if unread and len(unread) == len(inputs.tables):
        return audited(Question(inputs.portfolio, inputs.planning, decided_in_tables(inputs.tables)))
    # where some have decisions and others none there is no whole plan to try
    findings = [*inputs.findings, *unread]
    if face.json:
        face.findings(findings)
        return EXIT_DONE
    from portfolio.reports.terminal import render_check, render_findings

    render_findings(findings, face.shown, face.out)
    render_check(inputs.portfolio, inputs.planning, face.shown, face.out)
    return EXIT_DONE


def run_optimise(options: argparse.Namespace, face: Face) -> int:
    """The main job."""
    inputs = read(options)
    with in_one_piece():
        from portfolio import delivery  # noqa: F401 - loaded before there is something to lose
        from portfolio.analysis.optimise import Request, optimise
        from portfolio.outcome import StopReason
        from portfolio.reports import bond_report, html, memorandum, returned, run_json, terminal, workbook
        from portfolio.reports.findings import finding_line
        from portfolio.solve import Clock
        from portfolio.verify import manifest

    stamp = created()
    request = Request(options.time_limit, options.seed, face.text.lang, stamp.isoformat(timespec="seconds"))
    lines = tuple(finding_line(f, face.text) for f in (*inputs.findings, *decisions_unread(inputs.tables)))
    clock = Clock(request.time_limit)
    with instead_of_interrupt(clock.interrupt):
        # whatever has been found by then is audited and written
        with face.watch() as watch:
            run = optimise(inputs.portfolio, inputs.planning, request, lines, clock, watch)
        made: Sequence[Returned] = ()
        if run.totals is not None:
            made, refused = returned.render(run, inputs.tables, face.text)
            run = run.model_copy(update={"findings": (*run.findings, *(finding_line(f, face.text) for f in refused))})
        as_json = run_json.to_json(run)
        books = {BASIS: workbook.render(run, face.text) if run.totals is not None else None}
        books[REPORT] = html.render(run, face.text) if run.totals is not None else None
        books[MEMORANDUM] = memorandum.render(run, face.text) if run.totals is not None else None
        books[BONDS] = bond_report.render(run, face.text) if run.bonds is not None else None
        files = {f"returned/{w.name}": w.content for w in made}
        files |= {name: content for name, content in books.items() if content is not None}
        files[RUN] = as_json.encode("utf-8")
        # the memorandum is there to be edited
        listed = {name: content for name, content in files.items() if name != MEMORANDUM}
        files[MANIFEST] = manifest(listed, files_read(options, run), run.created)
        # a workbook of an earlier run must not stand beside a run that has none
        retired = [name for name, content in books.items() if content is None]
        place = write(options.out, stamp, files, [Path(i.file) for i in run.inputs], face, retired)
        if face.json:
            print(as_json, end="")
        else:
            terminal.render(run, face.shown, face.out, place, len(made), quiet=face.quiet)
    if clock.interrupted:
        if run.stop_reason is not StopReason.INTERRUPTED:
            face.remark(face.text("cli.interrupted_late"))
        return EXIT_INTERRUPTED
    return exit_of(run)


def exit_of(run: Run) -> int:
    """Exit code of a run that was not interrupted."""
    from portfolio.outcome import SolveStatus

    return {
        SolveStatus.PROVEN_BEST: EXIT_DONE,
        SolveStatus.FEASIBLE_NOT_PROVEN: EXIT_STOPPED,
        SolveStatus.STOPPED_WITHOUT_PLAN: EXIT_STOPPED,
        SolveStatus.INFEASIBLE: EXIT_INFEASIBLE,
    }[run.status]
