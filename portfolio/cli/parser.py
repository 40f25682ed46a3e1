"""What can be asked for: commands, arguments and options, in the catalogue's language."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from portfolio import __version__
from portfolio.cli.completion import SHELLS, complete, run_completion, runs, scenarios
from portfolio.cli.costs import run_costs, run_metrics
from portfolio.cli.explain import HTML, run_compare, run_report, run_scenarios, run_why
from portfolio.cli.face import Face
from portfolio.cli.files import run_diff, run_formulas, run_init, run_layout, run_template
from portfolio.cli.frontier import run_frontier, run_prices
from portfolio.cli.interchange import run_import, run_ledger
from portfolio.cli.near import run_near, run_stability
from portfolio.cli.optimise import run_check, run_optimise
from portfolio.cli.region import run_region
from portfolio.cli.robust import run_robust, run_stress
from portfolio.cli.usage import Usage
from portfolio.cli.values import amount, percent, plans, points, seconds, seed, workers, worlds
from portfolio.cli.verify import run_verify
from portfolio.cli.whatif import run_whatif
from portfolio.text import LANGUAGES, Text
from portfolio.units import MoneyUnit

REPORTS = ("debt", "funding", "bonds", "gap")
CHOICES = ("expected", "regret", "feasible")
UNITS: tuple[MoneyUnit, ...] = ("kr", "tkr", "mnkr")
Run = Callable[[argparse.Namespace, Face], int]


def parser_of(text: Text, *, json: bool = False) -> argparse.ArgumentParser:
    """The whole command line.

    Args:
        json: a misspelt command is answered with JSON on stdout, too.
    """
    parser = Usage(prog="portfolio", description=text("cli.description"), epilog=text("cli.epilog"), text=text, json=json)
    parser.add_argument("--version", action="version", version=f"portfolio {__version__}", help=text("cli.help.version"))
    _add_common(parser, text)
    parser.set_defaults(command=lambda _options, _face: parser.no_command(), name="")
    commands = parser.add_subparsers(title=text("cli.help.commands"), metavar=text("cli.help.command"), prog="portfolio")

    def add(name: str, run: Run) -> argparse.ArgumentParser:
        about: dict[str, Any] = {"text": text, "json": json, "epilog": text(f"cli.{name}.example")}
        command = commands.add_parser(name, help=text(f"cli.{name}.summary"), description=text(f"cli.{name}.description"), **about)
        command.set_defaults(command=run, name=name)
        _add_common(command, text)
        return command

    optimise = add("optimise", run_optimise)
    check = add("check", run_check)
    for command in (optimise, check):
        command.add_argument("workbooks", nargs="*", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.workbooks"))
        _add_model(command, text)
    optimise.add_argument("--out", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.out"))
    report = add("report", run_report)
    reports = report.add_subparsers(title=text("cli.help.reports"), metavar=text("cli.help.report"), required=True, dest="report")
    for name in (*REPORTS, HTML):
        about: dict[str, Any] = {"text": text, "json": json, "epilog": text("cli.report.example_of", report=name)}
        shown = reports.add_parser(name, help=text(f"cli.report.{name}"), description=text(f"cli.report.{name}"), **about)
        _add_common(shown, text)
        _add_question(shown, text)
        if name == HTML:
            shown.add_argument("--grid", action="store_true", help=text("cli.help.grid"))
            shown.add_argument(
                "--tried", type=Path, action="append", default=[], metavar=text("cli.help.file"), help=text("cli.help.tried")
            )
    _add_time_limit(optimise, text)
    optimise.add_argument("--seed", type=int, default=0, metavar=text("cli.help.number"), help=text("cli.help.seed"))
    why = add("why", run_why)
    why.add_argument("id", metavar=text("cli.help.id"), help=text("cli.help.why_id"))
    _add_question(why, text)
    _add_question(add("whatif", run_whatif), text)
    _add_explored(add, text)
    compare = add("compare", run_compare)
    compare.add_argument("rounds", nargs="+", metavar=text("cli.help.round"), help=text("cli.help.rounds"))
    beside = add("scenarios", run_scenarios)
    beside.add_argument("workbooks", nargs="*", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.workbooks"))
    beside.add_argument("--run", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.run_scenarios"), dest="finished")
    for command in (compare, beside):
        command.add_argument("--model", type=Path, metavar=text("cli.help.file"), help=text("cli.help.model"))
        command.add_argument("--all", action="store_true", help=text("cli.help.all"))
        _add_time_limit(command, text)
    _add_files(add, text)
    return parser


Add = Callable[[str, Run], argparse.ArgumentParser]


def _add_explored(add: Add, text: Text) -> None:
    """The commands that explore what is around a plan."""
    frontier = add("frontier", run_frontier)
    _add_question(frontier, text)
    frontier.add_argument("--points", type=points, default=40, metavar=text("cli.help.number"), help=text("cli.help.points"))
    frontier.add_argument("--all", action="store_true", help=text("cli.help.all_points"))
    frontier.add_argument("--out", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.out_frontier"))
    prices = add("prices", run_prices)
    _add_question(prices, text)
    costs = add("costs", run_costs)
    _add_question(costs, text)
    costs.add_argument("--out", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.out_costs"))
    _add_question(add("metrics", run_metrics), text)
    stability = add("stability", run_stability)
    _add_question(stability, text)
    stability.add_argument("--price", type=amount, metavar=text("cli.help.tonnes"), help=text("cli.help.price"))
    region = add("region", run_region)
    region.add_argument("region", type=Path, metavar=text("cli.help.file"), help=text("cli.help.region"))
    region.add_argument("--out", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.out_region"))
    add_crew(region, text)
    _add_time_limit(region, text)
    near = add("near", run_near)
    _add_question(near, text)
    near.add_argument("--within", type=percent, default=Decimal("0.01"), metavar=text("cli.help.percent"), help=text("cli.help.within"))
    near.add_argument("--most", type=plans, default=10, metavar=text("cli.help.number"), help=text("cli.help.most"))
    robust = add("robust", run_robust)
    _add_question(robust, text)
    robust.add_argument("--worlds", type=worlds, default=200, metavar=text("cli.help.number"), help=text("cli.help.worlds"))
    robust.add_argument("--seed", type=seed, default=0, metavar=text("cli.help.number"), help=text("cli.help.seed_worlds"))
    robust.add_argument("--robust", choices=CHOICES, default="expected", help=text("cli.help.robust"), dest="choice")
    robust.add_argument("--often", type=percent, default=Decimal("0.95"), metavar=text("cli.help.percent"), help=text("cli.help.often"))
    robust.add_argument("--out", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.out_robust"))
    robust.add_argument("--resume", action="store_true", help=text("cli.help.resume"))
    robust.add_argument("--interval", action="store_true", help=text("cli.help.interval"))
    robust.add_argument("--deviations", type=seed, metavar=text("cli.help.number"), help=text("cli.help.deviations"))
    add_crew(robust, text)
    stress = add("stress", run_stress)
    stress.add_argument("workbooks", nargs="*", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.workbooks"))
    stress.add_argument("--out", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.out_stress"))
    _add_model(stress, text)
    _add_time_limit(stress, text)


def _add_files(add: Add, text: Text) -> None:
    """The commands about files: formulas, diff, verify, layout, template, init, and completion."""
    formulas = add("formulas", run_formulas)
    formulas.add_argument("model", nargs="?", type=Path, metavar=text("cli.help.model_argument"), help=text("cli.help.model"))
    diff = add("diff", run_diff)
    diff.add_argument("old", type=Path, metavar=text("cli.help.old"), help=text("cli.help.side"))
    diff.add_argument("new", type=Path, metavar=text("cli.help.new"), help=text("cli.help.side"))
    _add_model(diff, text)
    verify = add("verify", run_verify)
    verify.add_argument("folder", type=Path, metavar=text("cli.help.run_dir"), help=text("cli.help.run_dir_help"))
    verify.add_argument("--second-solver", action="store_true", help=text("cli.help.second_solver"))
    limit = text("cli.help.second_limit")
    verify.add_argument("--time-limit", type=seconds, default=60.0, metavar=text("cli.help.seconds"), help=limit)
    layout = add("layout", run_layout)
    layout.add_argument("workbook", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.layout_workbook"))
    layout.add_argument("--out", type=Path, metavar=text("cli.help.file"), help=text("cli.help.layout_out"))
    template = add("template", run_template)
    template.add_argument("file", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.template_file"))
    imported = add("import", run_import)
    imported.add_argument("actions", type=Path, metavar=text("cli.help.actions"), help=text("cli.help.actions_file"))
    imported.add_argument("file", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.template_file"))
    imported.add_argument("--mapping", type=Path, required=True, metavar=text("cli.help.file"), help=text("cli.help.mapping"))
    ledger = add("ledger", run_ledger)
    run = text("cli.help.ledger_run")
    complete(ledger.add_argument("--run", type=Path, required=True, metavar=text("cli.help.folder"), help=run, dest="finished"), runs)
    ledger.add_argument("--out", type=Path, required=True, metavar=text("cli.help.file"), help=text("cli.help.ledger_out"))
    init = add("init", run_init)
    init.add_argument("folder", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.init_folder"))
    completion = add("completion", run_completion)
    completion.add_argument("shell", choices=SHELLS, metavar=text("cli.help.shell"), help=text("cli.help.shells"))


def _add_common(command: argparse.ArgumentParser, text: Text) -> None:
    """The options of every command, before its name or after it: absent unless given, so that neither place hides the other."""
    group = command.add_argument_group(text("cli.help.common"))
    group.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=text("cli.help.lang"))
    group.add_argument("--unit", choices=UNITS, default=argparse.SUPPRESS, help=text("cli.help.unit"))
    for name in ("json", "quiet", "no-color"):
        shown = text(f"cli.help.{name.replace('-', '_')}")
        group.add_argument(f"--{name}", action="store_true", default=argparse.SUPPRESS, help=shown)


def _add_question(command: argparse.ArgumentParser, text: Text) -> None:
    """What a command about a plan starts from: workbooks and a model, or a finished run; and its time."""
    command.add_argument("workbooks", nargs="*", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.workbooks"))
    finished = command.add_argument("--run", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.run"), dest="finished")
    complete(finished, runs)
    _add_model(command, text)
    _add_time_limit(command, text)


def _add_time_limit(command: argparse.ArgumentParser, text: Text) -> None:
    """The option of every command that solves."""
    unit = text("cli.help.seconds")
    command.add_argument("--time-limit", type=seconds, default=60.0, metavar=unit, help=text("cli.help.time_limit"))


def add_crew(command: argparse.ArgumentParser, text: Text) -> None:
    """The options of every command that can use worker processes or a cluster."""
    command.add_argument("--workers", type=workers, metavar=text("cli.help.number"), help=text("cli.help.workers"))
    command.add_argument("--cluster", metavar=text("cli.help.address"), help=text("cli.help.cluster"))


def _add_model(command: argparse.ArgumentParser, text: Text) -> None:
    """Options of every command that reads a model."""
    command.add_argument("--model", type=Path, metavar=text("cli.help.file"), help=text("cli.help.model"))
    overlays = command.add_argument(
        "--scenario", action="append", default=[], metavar=text("cli.help.name"), help=text("cli.help.scenario"), dest="scenarios"
    )
    complete(overlays, scenarios)
