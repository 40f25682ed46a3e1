"""What other systems give and take: action lists in, amounts for the ledger out."""

from __future__ import annotations

import argparse

from portfolio.cli.face import EXIT_DONE, Face
from portfolio.cli.files import template_years
from portfolio.ctrl_c import in_one_piece
from portfolio.errors import InputError, has_errors


def run_import(options: argparse.Namespace, face: Face) -> int:
    """A workbook in the standard layout from the export of a planning tool."""
    with in_one_piece():
        from portfolio.action_list.mapping import load_mapping
        from portfolio.action_list.read import read_actions
        from portfolio.action_list.rows import fill
        from portfolio.excel.safe_write import write_atomically
        from portfolio.excel.standard import filled_workbook
        from portfolio.reports.run_json import dump
        from portfolio.reports.terminal import render_findings

    mapping = load_mapping(options.mapping)
    actions = read_actions(options.actions, mapping)
    years = template_years()
    made = fill(options.actions.as_posix(), actions, mapping, years, lang=face.text.lang)
    if has_errors(made.findings):
        raise InputError(made.findings)
    write_atomically(options.file, filled_workbook(made.rows, years, lang=face.text.lang, title=mapping.title), fresh=True)
    columns = [face.text(f"excel.column.{name}") for name in made.empty]
    if face.json:
        told = {"actions": len(made.rows), "skipped": made.skipped, "empty": list(made.empty)}
        print(dump({"status": "written", "files": [options.file.as_posix()], **told}), end="")
        return EXIT_DONE
    if not face.quiet:
        render_findings(made.findings, face.shown, face.err)
    said = face.text("cli.import.done", file=options.file.as_posix(), count=len(made.rows), skipped=made.skipped)
    face.done([options.file], " ".join([said, *([face.text("cli.import.empty", columns=", ".join(columns))] if columns else [])]))
    return EXIT_DONE


def run_ledger(options: argparse.Namespace, face: Face) -> int:
    """The decided amounts of a finished run as CSV."""
    with in_one_piece():
        from portfolio.analysis.finished import load_run, run_file
        from portfolio.excel.safe_write import write_atomically
        from portfolio.reports.ledger import amounts, to_csv

    run = load_run(run_file(options.finished))
    if run.totals is None:
        from portfolio.cli.optimise import exit_of

        face.error(face.text("cli.report.no_plan"))
        return exit_of(run)
    lines = amounts(run)
    write_atomically(options.out, to_csv(lines, face.text), fresh=True)
    face.done([options.out], face.text("cli.ledger.done", file=options.out.as_posix(), count=len(lines)))
    return EXIT_DONE
