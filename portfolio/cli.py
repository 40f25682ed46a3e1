"""The command line: the only place that prints and exits. A thin face of the library."""

from __future__ import annotations

import argparse
import codecs
import os
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from portfolio import __version__
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt
from portfolio.errors import (
    AuditBreached,
    CannotWrite,
    Finding,
    InputError,
    PortfolioError,
    SolveFailed,
    finding,
    has_errors,
)
from portfolio.text import LANGUAGES, Lang, Text

if TYPE_CHECKING:
    # heavy modules are imported by the command that needs them: --help answers at once
    from portfolio.excel.found import TableFound
    from portfolio.outcome import Run
    from portfolio.planning import Planning
    from portfolio.records import Portfolio
    from portfolio.reports.page import Page
    from portfolio.reports.returned import Returned

Read = TypeVar("Read")
MOST_ROUNDS = 6
"""Rounds that fit beside each other."""
REPORTS = ("debt", "funding", "bonds", "gap")
EXIT_DONE, EXIT_FAULT, EXIT_INPUT, EXIT_INFEASIBLE, EXIT_STOPPED, EXIT_WRITE, EXIT_INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (docs/exit-codes.md)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    text = Text(_language(given))
    _say_what_the_stream_can(sys.stdout, sys.stderr)
    parser = _parser(text)
    options = parser.parse_args(given)
    face = Face(text, json=getattr(options, "json", False))
    try:
        command: Callable[[argparse.Namespace, Face], int] = options.command
        return command(options, face)
    except KeyboardInterrupt:
        face.error(text("cli.interrupted"))
        return EXIT_INTERRUPTED
    except InputError as fault:
        face.findings(fault.findings)
        return EXIT_INPUT
    except CannotWrite as fault:
        reason = text(f"cli.{fault.reason}") if fault.reason in ("exists", "input") else fault.reason
        face.error(text("cli.cannot_write", path=fault.path, reason=reason))
        return EXIT_WRITE
    except AuditBreached as fault:
        face.error(text("cli.audit_breached", breaches="; ".join(fault.breaches)))
        return EXIT_FAULT
    except SolveFailed as fault:
        face.error(text("cli.solve_failed", status=fault.status))
        return EXIT_FAULT
    except PortfolioError as fault:
        face.error(str(fault))
        return fault.exit_code


def _language(given: Sequence[str]) -> Lang:
    """The language must be known before the arguments are parsed: `--lang en`, `--lang=en`, or PORTFOLIO_LANG; Swedish otherwise."""
    wanted = os.environ.get("PORTFOLIO_LANG", "sv")
    for n, argument in enumerate(given):
        if argument == "--lang" and n + 1 < len(given):
            wanted = given[n + 1]
        elif argument.startswith("--lang="):
            wanted = argument.removeprefix("--lang=")
    return "en" if wanted == "en" else "sv"


def _say_what_the_stream_can(*streams: object) -> None:
    """A character that the code page lacks becomes its plain relative, never a traceback."""
    codecs.register_error("plain", _plain)
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="plain")


PLAIN = str.maketrans({"–": "-", "−": "-", "—": "-", "…": ".", "█": "#", "·": ".", "\u00a0": " ", "”": '"', "’": "'", "≤": "<"})
"""What stands in for a character that cp1252, cp850 or ascii lacks; one for one, so that columns stay aligned."""


def _plain(fault: UnicodeError) -> tuple[str, int]:
    """Error handler for `str.encode`: the plain relative, the letter without its accent, or a question mark."""
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    wanted = fault.object[fault.start : fault.end].translate(PLAIN)
    letters = unicodedata.normalize("NFD", wanted)
    return "".join(c if c.isascii() else "?" for c in letters if not unicodedata.combining(c)), fault.end


class Face:
    """Where a command speaks: results on stdout, faults on stderr; with --json nothing but JSON on stdout."""

    def __init__(self, text: Text, *, json: bool) -> None:
        self.text = text
        self.json = json
        with in_one_piece():
            from rich.console import Console

        self.out = Console(highlight=False, width=None if sys.stdout.isatty() else _piped_width())
        self.err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _piped_width())

    def say(self, message: str) -> None:
        """A line of plain text on stdout."""
        print(message)

    def error(self, message: str) -> None:
        """A fault, in one sentence."""
        if self.json:
            from portfolio.reports.run_json import error_json

            print(error_json(message), end="")
        print(message, file=sys.stderr)

    def remark(self, message: str) -> None:
        """A sentence beside the result: on stderr, so that stdout stays what it is."""
        print(message, file=sys.stderr)

    def findings(self, findings: Sequence[Finding]) -> None:
        """All findings, errors first."""
        from portfolio.reports.run_json import findings_json
        from portfolio.reports.terminal import render_findings

        if self.json:
            print(findings_json(findings, self.text), end="")
        else:
            render_findings(findings, self.text, self.err)


def _piped_width() -> int:
    """80 columns unless COLUMNS says otherwise."""
    stated = os.environ.get("COLUMNS", "")
    return int(stated) if stated.isdigit() and 40 <= int(stated) <= 400 else 80


class _Parser(argparse.ArgumentParser):
    """argparse that speaks the catalogue's language."""

    def __init__(self, *, text: Text, prog: str, description: str = "", epilog: str = "") -> None:
        self._text = text
        form = argparse.RawDescriptionHelpFormatter
        super().__init__(prog=prog, description=description, epilog=epilog, add_help=False, formatter_class=form)
        self._positionals.title = text("cli.help.positionals")
        self._optionals.title = text("cli.help.options")
        self.add_argument("-h", "--help", action="help", help=text("cli.help.help"))

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", self._text("cli.help.usage"), 1)

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", self._text("cli.help.usage"), 1)

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(self.format_usage())
        sys.stderr.write(self._text("cli.help.error", message=_said(message, self._text)) + "\n")
        raise SystemExit(EXIT_INPUT)


def _said(message: str, text: Text) -> str:
    """The commonest messages of argparse in the catalogue's language; others as they are."""
    for english, name in (
        ("the following arguments are required: ", "required"),
        ("unrecognized arguments: ", "unrecognized"),
        ("expected one argument", "one_argument"),
        ("invalid choice: ", "invalid_choice"),
        ("invalid float value: ", "not_number"),
        ("invalid seconds value: ", "not_number"),
    ):
        message = message.replace(english, text(f"cli.help.{name}"))
    return message.replace("argument ", "").replace("(choose from ", f"({text('cli.help.choose_from')} ")


def _parser(text: Text) -> argparse.ArgumentParser:
    parser = _Parser(prog="portfolio", description=text("cli.description"), epilog=text("cli.epilog"), text=text)
    parser.add_argument("--version", action="version", version=f"portfolio {__version__}", help=text("cli.help.version"))
    parser.add_argument("--lang", choices=LANGUAGES, help=text("cli.help.lang"))
    parser.set_defaults(command=lambda _options, _face: _print_help(parser))
    commands = parser.add_subparsers(title=text("cli.help.commands"), metavar="", prog="portfolio")

    def add(name: str, run: Callable[[argparse.Namespace, Face], int]) -> argparse.ArgumentParser:
        about: dict[str, Any] = {"text": text, "epilog": text(f"cli.{name}.example")}
        command = commands.add_parser(name, help=text(f"cli.{name}.summary"), description=text(f"cli.{name}.description"), **about)
        command.set_defaults(command=run)
        command.add_argument("--lang", choices=LANGUAGES, help=text("cli.help.lang"))
        return command

    optimise = add("optimise", run_optimise)
    check = add("check", run_check)
    for command in (optimise, check):
        command.add_argument("workbooks", nargs="*", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.workbooks"))
        _add_model(command, text)
    optimise.add_argument("--out", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.out"))
    report = add("report", run_report)
    reports = report.add_subparsers(title=text("cli.help.reports"), metavar=text("cli.help.report"), required=True, dest="report")
    for name in REPORTS:
        about: dict[str, Any] = {"text": text, "epilog": text("cli.report.example")}
        shown = reports.add_parser(name, help=text(f"cli.report.{name}"), description=text(f"cli.report.{name}"), **about)
        shown.add_argument("--lang", choices=LANGUAGES, help=text("cli.help.lang"))
        shown.add_argument("workbooks", nargs="*", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.workbooks"))
        _add_model(shown, text)
        shown.add_argument("--run", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.run"), dest="finished")
        _add_time_limit(shown, text)
    _add_time_limit(optimise, text)
    optimise.add_argument("--seed", type=int, default=0, metavar=text("cli.help.number"), help=text("cli.help.seed"))
    why = add("why", run_why)
    why.add_argument("id", metavar=text("cli.help.id"), help=text("cli.help.why_id"))
    why.add_argument("--run", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.run"), dest="finished")
    _add_model(why, text)
    _add_time_limit(why, text)
    compare = add("compare", run_compare)
    compare.add_argument("rounds", nargs="+", metavar=text("cli.help.round"), help=text("cli.help.rounds"))
    scenarios = add("scenarios", run_scenarios)
    scenarios.add_argument("workbooks", nargs="*", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.workbooks"))
    for command in (compare, scenarios):
        command.add_argument("--model", type=Path, metavar=text("cli.help.file"), help=text("cli.help.model"))
        command.add_argument("--all", action="store_true", help=text("cli.help.all"))
        command.add_argument("--json", action="store_true", help=text("cli.help.json"))
        _add_time_limit(command, text)
    _add_files(add, text)
    return parser


Add = Callable[[str, Callable[[argparse.Namespace, "Face"], int]], argparse.ArgumentParser]


def _add_files(add: Add, text: Text) -> None:
    """The commands about files: formulas, diff, layout, template, init."""
    formulas = add("formulas", run_formulas)
    formulas.add_argument("model", nargs="?", type=Path, metavar=text("cli.help.model_argument"), help=text("cli.help.model"))
    diff = add("diff", run_diff)
    diff.add_argument("old", type=Path, metavar=text("cli.help.old"), help=text("cli.help.side"))
    diff.add_argument("new", type=Path, metavar=text("cli.help.new"), help=text("cli.help.side"))
    _add_model(diff, text)
    layout = add("layout", run_layout)
    layout.add_argument("workbook", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.layout_workbook"))
    layout.add_argument("--out", type=Path, metavar=text("cli.help.file"), help=text("cli.help.layout_out"))
    template = add("template", run_template)
    template.add_argument("file", type=Path, metavar=text("cli.help.workbook"), help=text("cli.help.template_file"))
    init = add("init", run_init)
    init.add_argument("folder", type=Path, metavar=text("cli.help.folder"), help=text("cli.help.init_folder"))


def _add_time_limit(command: argparse.ArgumentParser, text: Text) -> None:
    """The option of every command that solves."""
    unit = text("cli.help.seconds")
    command.add_argument("--time-limit", type=seconds, default=60.0, metavar=unit, help=text("cli.help.time_limit"))


def _add_model(command: argparse.ArgumentParser, text: Text) -> None:
    """Options of every command that reads a model."""
    command.add_argument("--model", type=Path, metavar=text("cli.help.file"), help=text("cli.help.model"))
    command.add_argument(
        "--scenario", action="append", default=[], metavar=text("cli.help.name"), help=text("cli.help.scenario"), dest="scenarios"
    )
    command.add_argument("--json", action="store_true", help=text("cli.help.json"))


def seconds(value: str) -> float:
    """A time limit in seconds, more than 0 and at most a day."""
    number = float(value.replace(",", "."))
    if not 0 < number <= 86_400:
        raise ValueError(value)
    return number


def _print_help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return EXIT_DONE


def _model(options: argparse.Namespace) -> Path:
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


def _scenarios(options: argparse.Namespace, model: Path) -> list[Path]:
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


def _workbooks(options: argparse.Namespace) -> list[Path]:
    """The workbooks that were named, or every workbook in inputs/ (Excel's own lock files left out)."""
    named = [Path(p) for p in options.workbooks]
    return named or workbooks_in(Path("inputs"))


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


def _read(options: argparse.Namespace) -> Inputs:
    """Model and portfolio with all findings about them; raises InputError with every finding of both."""
    with in_one_piece():
        from portfolio.excel.read import read_workbooks
        from portfolio.excel.starter import STARTER_YEARS
        from portfolio.layout_load import load_layouts
        from portfolio.planning_against import check_against
        from portfolio.planning_load import load_planning

    faults: list[Finding] = []
    model = _or_faults(faults, lambda: _model(options))
    workbooks = _or_faults(faults, lambda: _workbooks(options))
    scenarios = _or_faults(faults, lambda: _scenarios(options, model)) if model is not None else None
    layouts = _or_faults(faults, lambda: load_layouts(model.parent / "layouts")) if model is not None else None
    planned = _or_faults(faults, lambda: load_planning(model, scenarios or ())) if model is not None else None
    # the faults of one file do not hide those of another; without a model the workbooks are read over the years of the starter
    years = planned[0].horizon.years if planned is not None else STARTER_YEARS
    about: list[Finding] = []
    reading = None
    if workbooks is not None and (layouts is not None or model is None):
        reading = _or_faults(about, lambda: read_workbooks(workbooks, years, layouts or ()))
    if planned is None or scenarios is None or layouts is None or reading is None:
        known = planned[1] if planned is not None else []
        raise InputError([*faults, *known, *(f for f in about if planned is not None or not f.code.startswith("year"))])
    planning, about_model = planned
    findings = [*about_model, *reading.findings, *check_against(planning, reading.portfolio)]
    if has_errors(findings):
        raise InputError(findings)
    return Inputs(planning, reading.portfolio, reading.tables, findings)


def _or_faults(faults: list[Finding], read: Callable[[], Read]) -> Read | None:
    """What is read, or None and the faults among the others."""
    try:
        return read()
    except InputError as fault:
        faults += fault.findings
        return None


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
            for line in handmade.render(made, face.text):
                face.say(line)
        return EXIT_INFEASIBLE if made.plan.audit.breaches else EXIT_DONE

    if len(options.workbooks) == 1 and options.workbooks[0].is_file():
        question = question_of(options.workbooks[0], load_layouts(Path("models") / "layouts"))
        if question is not None:
            return audited(question)
    inputs = _read(options)
    if any(t.ours for t in inputs.tables):
        return audited(Question(inputs.portfolio, inputs.planning, decided_in_tables(inputs.tables)))
    if face.json:
        face.findings(inputs.findings)
        return EXIT_DONE
    from portfolio.reports.terminal import render_check, render_findings

    render_findings(inputs.findings, face.text, face.out)
    render_check(inputs.portfolio, inputs.planning, face.text, face.out)
    return EXIT_DONE


def run_optimise(options: argparse.Namespace, face: Face) -> int:
    """The main job."""
    inputs = _read(options)
    with in_one_piece():
        from portfolio.analysis.optimise import Request, optimise
        from portfolio.excel.safe_write import write_atomically
        from portfolio.outcome import StopReason
        from portfolio.reports import bond_report, returned, run_json, terminal, workbook
        from portfolio.reports.findings import finding_line
        from portfolio.solve import Clock

    created = _created()
    request = Request(options.time_limit, options.seed, face.text.lang, created.isoformat(timespec="seconds"))
    lines = tuple(finding_line(f, face.text) for f in inputs.findings)
    clock = Clock(request.time_limit)
    with instead_of_interrupt(clock.interrupt):
        # whatever has been found by then is audited and written
        run = optimise(inputs.portfolio, inputs.planning, request, lines, clock)
        folder = _folder(options.out, created)
        made: Sequence[Returned] = ()
        if run.totals is not None:
            made, refused = returned.render(run, inputs.tables, face.text)
            run = run.model_copy(update={"findings": (*run.findings, *(finding_line(f, face.text) for f in refused))})
        as_json = run_json.to_json(run)
        books = {BASIS: workbook.render(run, face.text) if run.totals is not None else None}
        books[BONDS] = bond_report.render(run, face.text) if run.bonds is not None else None
        _write(folder, made, books, [Path(i.file) for i in run.inputs], face)
        write_atomically(folder / "run.json", as_json.encode("utf-8"))
        if face.json:
            print(as_json, end="")
        else:
            terminal.render(run, face.text, face.out, folder, len(made))
    if clock.interrupted:
        if run.stop_reason is not StopReason.INTERRUPTED:
            face.remark(face.text("cli.interrupted_late"))
        return EXIT_INTERRUPTED
    return _exit_of(run)


def _exit_of(run: Run) -> int:
    """Exit code of a run that was not interrupted."""
    from portfolio.outcome import SolveStatus

    return {
        SolveStatus.PROVEN_BEST: EXIT_DONE,
        SolveStatus.FEASIBLE_NOT_PROVEN: EXIT_STOPPED,
        SolveStatus.STOPPED_WITHOUT_PLAN: EXIT_STOPPED,
        SolveStatus.INFEASIBLE: EXIT_INFEASIBLE,
    }[run.status]


def run_report(options: argparse.Namespace, face: Face) -> int:
    """A part of the money in detail, of a finished run or of one that is made now; no file is written."""
    with in_one_piece():
        from portfolio.analysis.optimise import Request, optimise
        from portfolio.analysis.sides import load_run
        from portfolio.reports.findings import finding_line
        from portfolio.reports.money import report
        from portfolio.solve import Clock

    if options.finished is not None:
        _only_the_run(options)
        folder = options.finished
        run = load_run(folder / "run.json" if folder.is_dir() else folder)
        interrupted = False
    else:
        inputs = _read(options)
        request = Request(options.time_limit, lang=face.text.lang)
        clock = Clock(request.time_limit)
        with instead_of_interrupt(clock.interrupt):
            lines = tuple(finding_line(f, face.text) for f in inputs.findings)
            run = optimise(inputs.portfolio, inputs.planning, request, lines, clock)
        interrupted = clock.interrupted
    if face.json:
        print(report.to_json(run, options.report), end="")
    elif run.totals is None:
        face.error(face.text("cli.report.no_plan"))
    else:
        report.render(run, options.report, face.text, face.out)
    return EXIT_INTERRUPTED if interrupted else _exit_of(run)


BASIS, BONDS = "beslutsunderlag.xlsx", "obligationsrapport.xlsx"
"""The workbooks of a run: the decision basis, and the allocation and impact report."""


def _write(folder: Path, made: Sequence[Returned], books: Mapping[str, bytes | None], inputs: Sequence[Path], face: Face) -> None:
    """The run's workbooks and the officers' with decisions: never onto an input, never over what somebody has saved since."""
    from portfolio.excel.keep import aside, keep_edited
    from portfolio.excel.safe_write import write_atomically

    ours = [(folder / name, content) for name, content in books.items() if content is not None]
    workbooks = [*((folder / "returned" / w.name, w.content) for w in made), *ours]
    read = {p.resolve() for p in inputs}
    for path, _ in workbooks:
        if path.resolve() in read:
            raise CannotWrite(path.as_posix(), "input")
    try:
        (folder / "returned").mkdir(exist_ok=True)
        for path, content in workbooks:
            kept = keep_edited(path, content)
            if kept is not None:
                face.remark(face.text("cli.kept", path=path.as_posix(), kept=kept.name))
            write_atomically(path, content)
        for path in (folder / name for name, content in books.items() if content is None):
            if path.exists():
                # a workbook of an earlier run must not stand beside a run that has none
                face.remark(face.text("cli.kept", path=path.as_posix(), kept=path.replace(aside(path)).name))
    except OSError as fault:
        raise CannotWrite((folder / "returned").as_posix(), fault.strerror or str(fault)) from fault


def _created() -> datetime:
    """Now, or SOURCE_DATE_EPOCH for runs that must be the same to the byte."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)


def _folder(wanted: Path | None, created: datetime) -> Path:
    """The folder of this run: the one named, or the first free `outputs/<date>-<number>`."""
    try:
        if wanted is not None:
            wanted.mkdir(parents=True, exist_ok=True)
            return wanted
        Path("outputs").mkdir(exist_ok=True)
        for number in range(1, 10_000):
            folder = Path("outputs") / f"{created:%Y-%m-%d}-{number:02d}"
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except OSError as fault:
        raise CannotWrite((wanted or Path("outputs")).as_posix(), fault.strerror or str(fault)) from fault
    raise CannotWrite("outputs", "10 000")


def run_why(options: argparse.Namespace, face: Face) -> int:
    """What decides one investment, from a finished run or one that is made now."""
    with in_one_piece():
        from portfolio.analysis.optimise import Request, optimise
        from portfolio.analysis.sides import load_run, question_of_run
        from portfolio.analysis.why import base_of, why
        from portfolio.layout_load import load_layouts
        from portfolio.reports import why as shown
        from portfolio.solve import Clock

    clock = Clock(options.time_limit)
    with instead_of_interrupt(clock.interrupt):
        if options.finished is not None:
            _only_the_run(options)
            path = options.finished / "run.json" if options.finished.is_dir() else options.finished
            run = load_run(path)
            portfolio, planning = question_of_run(run, path, load_layouts(Path("models") / "layouts"))
        else:
            options.workbooks = []
            inputs = _read(options)
            portfolio, planning = inputs.portfolio, inputs.planning
            run = optimise(portfolio, planning, Request(options.time_limit, lang=face.text.lang), (), clock)
        decisions = {d.id: d for d in run.decisions}
        if run.totals is None or not _proven(run):
            face.error(face.text("cli.why.no_plan"))
            return EXIT_INTERRUPTED if clock.interrupted else _exit_of(run)
        if options.id not in decisions:
            near = ", ".join(i for i in decisions if i.startswith(options.id[:1].upper())) or ", ".join(decisions)
            raise InputError([finding("why_unknown", options.id, near=near)])
        found = why(base_of(portfolio, planning, run.decisions), options.id, clock)
    if face.json:
        print(shown.to_json(found), end="")
    else:
        page = _page(face)
        for line in shown.lines(found, decisions[options.id], face.text):
            page.line(line)
    return EXIT_INTERRUPTED if clock.interrupted else EXIT_DONE if found.complete else EXIT_STOPPED


def _proven(run: Run) -> bool:
    from portfolio.outcome import SolveStatus

    return run.status is SolveStatus.PROVEN_BEST


def _page(face: Face) -> Page:
    from portfolio.reports.page import Page

    return Page(face.text, face.out)


def _only_the_run(options: argparse.Namespace) -> None:
    """A finished run has its own workbooks, model and scenarios."""
    if getattr(options, "workbooks", None) or options.model is not None or options.scenarios:
        raise InputError([finding("report_run_and_input", options.finished.as_posix())])


def run_compare(options: argparse.Namespace, face: Face) -> int:
    """Two to six rounds beside each other: finished runs, scenarios of the model, or `-` for the model as it is."""
    from portfolio.analysis.sides import load_run

    if not 2 <= len(options.rounds) <= MOST_ROUNDS:
        raise InputError([finding("compare_number", ", ".join(options.rounds), most=MOST_ROUNDS)])
    finished: dict[str, Run] = {}
    asked: list[str] = []
    for name in options.rounds:
        path = Path(name) / "run.json" if Path(name).is_dir() else Path(name)
        if path.name == "run.json" or path.is_file():
            finished[name] = load_run(path)
        else:
            asked.append(name)
    options.workbooks = []
    made = _solved_beside(options, [() if name == "-" else (name,) for name in asked], face)
    solved = dict(zip(asked, made, strict=True))
    return _beside([(name, finished[name] if name in finished else solved[name]) for name in options.rounds], options, face)


def run_scenarios(options: argparse.Namespace, face: Face) -> int:
    """The model as it is and every overlay beside it."""
    from portfolio.planning_load import find_scenarios

    names = [path.stem for path in find_scenarios(_model(options).parent)]
    if not names:
        raise InputError([finding("scenarios_none", (_model(options).parent / "scenarios").as_posix())])
    runs = _solved_beside(options, [(), *((name,) for name in names)], face)
    return _beside(list(zip(["-", *names], runs, strict=True)), options, face)


def _solved_beside(options: argparse.Namespace, asked: Sequence[Sequence[str]], face: Face) -> list[Run]:
    """Every question with its scenarios, two at a time; all are read, and their faults told, before any is solved."""
    from concurrent.futures import ThreadPoolExecutor

    with in_one_piece():
        from portfolio.analysis.optimise import Request, optimise
        from portfolio.reports.findings import finding_line
        from portfolio.solve import Clock

    read = []
    for scenarios in asked:
        options.scenarios = list(scenarios)
        read.append(_read(options))

    clocks: list[Clock] = []

    def stop() -> None:
        options.stopped = True
        for clock in clocks:
            clock.interrupt()

    def solve(inputs: Inputs) -> Run:
        clock = Clock(options.time_limit)
        clocks.append(clock)
        if options.stopped:
            clock.interrupt()
        lines = tuple(finding_line(f, face.text) for f in inputs.findings)
        return optimise(inputs.portfolio, inputs.planning, Request(options.time_limit, lang=face.text.lang), lines, clock)

    options.stopped = False
    with instead_of_interrupt(stop), ThreadPoolExecutor(2) as pool:
        return list(pool.map(solve, read))


def _beside(rounds: Sequence[tuple[str, Run]], options: argparse.Namespace, face: Face) -> int:
    from portfolio.analysis.comparison import compared
    from portfolio.reports import comparison

    named = [(face.text("comparison.base") if name == "-" else name, run) for name, run in rounds]
    found = compared(named, everything=options.all)
    if face.json:
        print(comparison.to_json(found), end="")
    else:
        comparison.render(found, face.text, face.out, everything=options.all)
    return EXIT_INTERRUPTED if options.stopped else max(_exit_of(run) for _, run in rounds)


def run_formulas(options: argparse.Namespace, face: Face) -> int:
    """The formula book of a model."""
    from portfolio.planning_load import load_planning
    from portfolio.reports import formulas

    planning, _ = load_planning(_model(options))
    face.say(formulas.render(planning, face.text).rstrip("\n"))
    return EXIT_DONE


def run_diff(options: argparse.Namespace, face: Face) -> int:
    """What differs between two rounds, each a run, a workbook or a folder of workbooks."""
    with in_one_piece():
        from portfolio.analysis.sides import Side, difference, side_of_run, side_of_workbooks
        from portfolio.layout_load import load_layouts
        from portfolio.planning_load import load_planning
        from portfolio.reports.difference import render, to_json

    models = options.model.parent if options.model is not None else Path("models")
    layouts = load_layouts(models / "layouts")

    def side(path: Path) -> Side:
        run = path / "run.json" if path.is_dir() else path
        if run.name == "run.json" and run.is_file():
            return side_of_run(run, layouts)
        workbooks = workbooks_in(path)
        model = _model(options)
        planning, _ = load_planning(model, _scenarios(options, model))
        return side_of_workbooks(path.as_posix(), workbooks, planning, layouts)

    found = difference(side(options.old), side(options.new))
    if face.json:
        print(to_json(found), end="")
    else:
        for line in render(found, face.text):
            face.say(line)
    return EXIT_DONE


def run_layout(options: argparse.Namespace, face: Face) -> int:
    """A draft of a layout file for an officer's own workbook."""
    from portfolio.excel.draft import draft_tables
    from portfolio.excel.safe_write import write_atomically
    from portfolio.layout_load import DraftComments, draft

    text = face.text
    tables = draft_tables(options.workbook, text.lang)
    if not tables:
        raise InputError([finding("layout_nothing", options.workbook.as_posix())])
    asked = {name: text(f"cli.layout.{name}") for name in ("unit", "sign", "missing", "constant", "unknown")}
    head = tuple(text("cli.layout.head", workbook=options.workbook.name).split("\n"))
    made = draft(options.workbook.name, tables, DraftComments(head, **asked))
    if options.out is None:
        face.say(made.rstrip("\n"))
        return EXIT_DONE
    if options.out.exists():
        raise CannotWrite(options.out.as_posix(), "exists")
    write_atomically(options.out, made.encode("utf-8"))
    face.say(text("cli.layout.done", file=options.out.as_posix()))
    return EXIT_DONE


def run_template(options: argparse.Namespace, face: Face) -> int:
    """An empty workbook in the standard layout."""
    from portfolio.excel.starter import write_template

    write_template(options.file, _template_years(), face.text.lang)
    face.say(face.text("cli.template.done", file=options.file.as_posix()))
    return EXIT_DONE


def _template_years() -> range:
    """The plan years of the only model in models/, or the seven years of the starter."""
    from portfolio.excel.starter import STARTER_YEARS
    from portfolio.planning_load import find_models, load_planning

    models = find_models(Path("models"))
    return load_planning(models[0])[0].horizon.years if len(models) == 1 else STARTER_YEARS


def run_init(options: argparse.Namespace, face: Face) -> int:
    """A starter round."""
    from portfolio.starter import write_round

    for path in write_round(options.folder, face.text.lang):
        face.say(path.as_posix())
    face.say(face.text("cli.init.next", folder=options.folder.as_posix()))
    return EXIT_DONE
