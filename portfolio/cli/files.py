"""The commands about files: formulas, diff, layout, template, init."""

from __future__ import annotations

import argparse
from pathlib import Path

from portfolio.cli.face import EXIT_DONE, Face
from portfolio.cli.reading import model_path, scenario_paths, workbooks_in
from portfolio.ctrl_c import in_one_piece
from portfolio.errors import InputError, finding


def run_formulas(options: argparse.Namespace, face: Face) -> int:
    """The formula book of a model."""
    from portfolio.planning_load import load_planning
    from portfolio.reports import formulas

    planning, _ = load_planning(model_path(options))
    if face.json:
        print(formulas.to_json(planning, face.text), end="")
    else:
        face.write(formulas.render(planning, face.text).rstrip("\n").split("\n"))
    return EXIT_DONE


def run_diff(options: argparse.Namespace, face: Face) -> int:
    """What differs between two rounds, each a run, a workbook or a folder of workbooks."""
    with in_one_piece():
        from portfolio.analysis.finished import run_file
        from portfolio.analysis.sides import Side, difference, side_of_run, side_of_workbooks
        from portfolio.layout_load import load_layouts
        from portfolio.planning_load import load_planning
        from portfolio.reports.difference import render, to_json

    models = options.model.parent if options.model is not None else Path("models")
    layouts = load_layouts(models / "layouts")

    def side(path: Path) -> Side:
        run = run_file(path)
        if run.name == "run.json" and run.is_file():
            return side_of_run(run, layouts)
        workbooks = workbooks_in(path)
        model = model_path(options)
        planning, _ = load_planning(model, scenario_paths(options, model))
        return side_of_workbooks(path.as_posix(), workbooks, planning, layouts)

    found = difference(side(options.old), side(options.new))
    if face.json:
        print(to_json(found), end="")
    else:
        face.write(render(found, face.shown))
    return EXIT_DONE


def run_layout(options: argparse.Namespace, face: Face) -> int:
    """A draft of a layout file for an officer's own workbook."""
    from portfolio.excel.draft import draft_tables
    from portfolio.excel.safe_write import write_atomically
    from portfolio.layout_load import DraftComments, draft
    from portfolio.reports.run_json import dump

    text = face.text
    tables = draft_tables(options.workbook, text.lang)
    if not tables:
        raise InputError([finding("layout_nothing", options.workbook.as_posix())])
    asked = {name: text(f"cli.layout.{name}") for name in ("unit", "sign", "missing", "constant", "unknown")}
    head = tuple(text("cli.layout.head", workbook=options.workbook.name).split("\n"))
    made = draft(options.workbook.name, tables, DraftComments(head, **asked))
    if options.out is not None:
        write_atomically(options.out, made.encode("utf-8"), fresh=True)
        face.done([options.out], text("cli.layout.done", file=options.out.as_posix()))
    elif face.json:
        print(dump({"status": "done", "layout": made}), end="")
    else:
        face.say(made.rstrip("\n"))
    return EXIT_DONE


def run_template(options: argparse.Namespace, face: Face) -> int:
    """An empty workbook in the standard layout."""
    from portfolio.excel.starter import write_template

    write_template(options.file, template_years(), face.text.lang)
    face.done([options.file], face.text("cli.template.done", file=options.file.as_posix()))
    return EXIT_DONE


def template_years() -> range:
    """The plan years of the only model in models/, or the seven years of the starter."""
    from portfolio.excel.starter import STARTER_YEARS
    from portfolio.planning_load import find_models, load_planning

    models = find_models(Path("models"))
    return load_planning(models[0])[0].horizon.years if len(models) == 1 else STARTER_YEARS


def run_init(options: argparse.Namespace, face: Face) -> int:
    """A starter round."""
    from portfolio.starter import write_round

    files = write_round(options.folder, face.text.lang)
    go = face.text("cli.init.go", folder=options.folder.as_posix())
    face.done(files, "\n".join([*(path.as_posix() for path in files), go]))
    return EXIT_DONE
