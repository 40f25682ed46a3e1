"""What every command shows, kept as text: languages, widths, units of money, and the help. One small question, each result solved once.

`UPDATE_GOLDEN=1` writes the texts anew, to be read before they are committed.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

import making as m
from portfolio.analysis.base import Base, base_of
from portfolio.analysis.comparison import compared
from portfolio.analysis.conflict.demands import Question
from portfolio.analysis.costs import costs
from portfolio.analysis.frontier.find import frontier
from portfolio.analysis.metrics import metrics
from portfolio.analysis.near import near
from portfolio.analysis.optimise import Request, optimise
from portfolio.analysis.prices import prices
from portfolio.analysis.region.account import account
from portfolio.analysis.region.find import find
from portfolio.analysis.robust.find import Asked, robust
from portfolio.analysis.robust.stress import Shock, stress
from portfolio.analysis.sides import Side, difference
from portfolio.analysis.stability import stability
from portfolio.analysis.why import why
from portfolio.cli.parser import REPORTS, parser_of
from portfolio.many import Crew
from portfolio.outcome import Run
from portfolio.planning import Objective, Planning, Uncertainty
from portfolio.records import GrantStatus, Portfolio
from portfolio.region import Pool, member_of
from portfolio.reports import comparison, terminal
from portfolio.reports import costs as costs_report
from portfolio.reports import difference as difference_report
from portfolio.reports import metrics as metrics_report
from portfolio.reports import near as near_report
from portfolio.reports import prices as prices_report
from portfolio.reports import region as region_report
from portfolio.reports import robust as robust_report
from portfolio.reports import stability as stability_report
from portfolio.reports import stress as stress_report
from portfolio.reports import why as why_report
from portfolio.reports.figures import in_unit
from portfolio.reports.frontier import render as frontier_report
from portfolio.reports.money import report
from portfolio.reports.page import Page
from portfolio.solve import Clock
from portfolio.text import LANGUAGES, MONEY_WORD, Lang, Text, catalogue
from portfolio.units import MoneyUnit
from test_cli import golden

MNKR = 1_000_000
Show = Callable[[Text, Console], None]


def question(outlay: int = 12) -> tuple[Portfolio, Planning]:
    """Five investments of some mnkr, one of them committed, one that saves money, one that hardly gives anything; all tables of money."""
    items = [
        m.investment("V-01", [outlay * MNKR], tonnes=Decimal(400), in_plan=True, status="committed", name="Värmepumpar i skolor"),
        m.investment("T-02", [10 * MNKR, 20 * MNKR], latest=2026, tonnes=Decimal(700), in_plan=True, name="Elbussar till linje 1"),
        m.investment("E-03", [25 * MNKR], latest=2027, tonnes=Decimal(300), operating=-2 * MNKR, name="Energieffektivisering"),
        m.investment("S-04", [8 * MNKR], tonnes=Decimal(2), name="Solceller på depån"),
        m.investment("C-05", [30 * MNKR], tonnes=Decimal(500), tonnes_uncertainty=Decimal("0.4"), name="Cykelstråk"),
    ]
    planning = m.planning(
        title="Prövköping 2025",
        objective=Objective(name="tonnes_per_krona"),
        plan_frame=m.frame(20 * MNKR, 20 * MNKR, 10 * MNKR),
        control_envelope=m.envelope(100 * MNKR),
        debt=m.debt(500 * MNKR, 620 * MNKR, other=10 * MNKR, own=5 * MNKR),
        emissions=m.emissions(10_000, 6_000, sectors={"transport": 6_000}),
        uncertainty=Uncertainty(distribution="triangular"),
    )
    return m.portfolio_of(*items), planning


@cache
def run(outlay: int = 12) -> Run:
    return optimise(*question(outlay), Request())


@cache
def base() -> Base:
    return base_of(*question(), run().decisions, run().objective)


def asked() -> Question:
    return Question(*question())


def of_summary() -> Show:
    return lambda text, console: terminal.render(run(), text, console, Path("outputs/2025-01-31-01"))


def of_quiet() -> Show:
    return lambda text, console: terminal.render(run(), text, console, Path("outputs/2025-01-31-01"), quiet=True)


def of_report(name: str) -> Show:
    return lambda text, console: report.render(run(), name, text, console)


def of_why() -> Show:
    found = why(base(), "C-05", Clock(60))
    decision = next(d for d in run().decisions if d.id == "C-05")

    def show(text: Text, console: Console) -> None:
        page = Page(text, console)
        for line in why_report.lines(found, decision, text):
            page.line(line)

    return show


def of_frontier() -> Show:
    found = frontier(asked(), Clock(60), 5)
    return lambda text, console: frontier_report.render(found, text, console, everything=True)


def of_prices() -> Show:
    found = prices(base(), Clock(60), (10 * MNKR,))
    return lambda text, console: prices_report.render(found, text, console)


def of_costs() -> Show:
    found = costs(base(), Clock(60))
    return lambda text, console: costs_report.render(found, text, console)


def of_metrics() -> Show:
    found = metrics(asked(), Clock(60), lambda quantity, krona: f"{quantity} {krona}", Request())
    return lambda text, console: metrics_report.render(found, text, console)


def of_near() -> Show:
    found = near(base(), Clock(60), Decimal("0.2"))
    return lambda text, console: near_report.render(found, text, console)


def of_stability() -> Show:
    found = stability(asked(), Clock(60))
    return lambda text, console: stability_report.render(found, text, console)


def of_robust() -> Show:
    found = robust(base(), None, Asked(8, seed=1), Crew(1))
    return lambda text, console: robust_report.render(found, "regret", text, console)


def of_stress() -> Show:
    portfolio, planning = question(24)
    shock = Shock("dyrare", planning.model_copy(update={"scenarios": ("Dyrare pumpar",)}), portfolio, run(24))
    found = stress(base(), run(), [shock])
    return lambda text, console: stress_report.render(found, text, console)


def of_compare() -> Show:
    found = compared([("som det är", run()), ("dyrare pumpar", run(24))])
    return lambda text, console: comparison.render(found, text, console)


def of_diff() -> Show:
    found = difference(Side("förra omgången", run(), question()[0]), Side("den här", run(24), question(24)[0]))

    def show(text: Text, console: Console) -> None:
        page = Page(text, console)
        for line in difference_report.render(found, text):
            page.line(line)

    return show


def of_region() -> Show:
    pool = Pool(total=m.money(10 * MNKR))
    members = []
    for n, city in enumerate(("Norrby", "Söderby"), start=1):
        item = m.investment(
            f"{city[0]}-1", [20 * MNKR], tonnes=Decimal(100 * n), grant=8 * MNKR, grant_status=GrantStatus.APPLIED, name="Fjärrvärme"
        )
        members.append(member_of(city, m.portfolio_of(item), m.planning(debt=m.debt(0, 15 * MNKR)), pool))
    plan = account("Två städer", members, 10 * MNKR, find(members, 10 * MNKR, Crew(1), Clock(60)))
    return lambda text, console: region_report.render(plan, text, console)


SHOWN: dict[str, Callable[[], Show]] = {
    "summary": of_summary,
    "quiet": of_quiet,
    **{name: (lambda name=name: of_report(name)) for name in REPORTS},  # type: ignore[misc]
    "why": of_why,
    "frontier": of_frontier,
    "prices": of_prices,
    "costs": of_costs,
    "metrics": of_metrics,
    "near": of_near,
    "stability": of_stability,
    "robust": of_robust,
    "stress": of_stress,
    "compare": of_compare,
    "diff": of_diff,
    "region": of_region,
}
WAYS: tuple[tuple[Lang, int, MoneyUnit], ...] = (
    *(("sv", 60, "mnkr"), ("sv", 80, "mnkr"), ("sv", 160, "mnkr"), ("en", 80, "mnkr")),
    *(("sv", 80, "tkr"), ("en", 60, "kr")),
)


def printed(show: Show, lang: Lang, columns: int, unit: MoneyUnit) -> str:
    """What stands on a console of so many columns."""
    console = Console(width=columns, record=True, file=io.StringIO(), highlight=False)
    show(Text(lang, unit), console)
    return "\n".join(line.rstrip() for line in console.export_text().splitlines()) + "\n"


SLOW = ("metrics", "frontier", "why", "prices", "stress", "robust")
"""Results that take a second of solving."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.long if name in SLOW else ()) for name in SHOWN])
def test_what_is_shown(name: str) -> None:
    """Six ways of showing one result: as kept, within the width, and in the unit that was asked for."""
    show = SHOWN[name]()
    for lang, columns, unit in WAYS:
        said = printed(show, lang, columns, unit)
        assert max(map(len, said.splitlines())) <= columns, f"{lang} {columns} {unit}"
        assert "\x1b" not in said
        if unit != "mnkr":
            # where nothing is broken into lines, only ratios speak of mnkr
            amounts = re.sub(r"(/|per )mnkr", "", printed(show, lang, 1000, unit))
            assert "mnkr" not in amounts.lower(), f"{unit}: {amounts}"
        golden(f"{name}-{lang}-{columns}{'' if unit == 'mnkr' else '-' + unit}.txt", said)


def test_amounts_in_every_unit() -> None:
    """12,345,678 kr is 12.3 mnkr and 12,346 tkr; a half is rounded away from zero, as Excel shows it; a debt has its sign."""
    assert [in_unit(12_345_678, Text("en", unit)) for unit in ("kr", "tkr", "mnkr")] == ["12,345,678", "12,346", "12.3"]
    assert [in_unit(-2_500, Text("sv", unit)) for unit in ("kr", "tkr", "mnkr")] == ["−2\u00a0500", "−3", "0,0"]
    assert [in_unit(kr, Text("sv")) for kr in (1_407_250_000, 1_407_249_999, -250_000)] == ["1\u00a0407,3", "1\u00a0407,2", "−0,3"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_unit_changes_amounts_and_nothing_else(lang: Lang) -> None:
    """Ratios, stated steps and the names of placeholders stay; the words around them are the same."""
    in_kr, plain = Text(lang, "kr"), catalogue(lang)
    assert in_kr("terminal.unit.mnkr") == "kr"
    assert in_kr("terminal.unit.per_mnkr") == plain["terminal.unit.per_mnkr"]
    assert in_kr("terminal.ladder.money_gap", mnkr="7") == plain["terminal.ladder.money_gap"].replace(" mnkr", " kr").format(mnkr="7")
    assert in_kr("cli.prices.description") == plain["cli.prices.description"]
    for name, message in plain.items():
        braces = re.findall(r"\{[^{}]*\}", message)
        assert re.findall(r"\{[^{}]*\}", MONEY_WORD.sub("kr", message)) == braces, name


# --- the help --------------------------------------------------------------------------------------------------------


def commands(parser: argparse.ArgumentParser, prefix: str = "portfolio") -> dict[str, argparse.ArgumentParser]:
    """The programme, its commands and theirs."""
    found = {prefix: parser}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                found |= commands(below, f"{prefix} {name}")
    return found


@pytest.mark.skipif(sys.version_info[:2] > (3, 12), reason="argparse lays its help out otherwise from Python 3.13 on")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_help_of_every_command(lang: Lang, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ends with an example that begins with the command itself."""
    monkeypatch.setenv("COLUMNS", "80")
    found = commands(parser_of(Text(lang)))
    assert len(found) > 25
    for name, parser in found.items():
        shown = parser.format_help()
        assert max(map(len, shown.splitlines())) <= 80, name
        example = re.split(r"\n\n(?:Exempel|Example|Börja med|Start with): ", shown)[-1].replace("\n", " ").strip()
        assert example.startswith(name), name
        assert (" --lang en" in example) is (lang == "en" and "completion" not in name), example
        golden(f"help-{name.replace(' ', '-')}-{lang}.txt", shown)


def test_help_loads_nothing_heavy() -> None:
    """`portfolio X --help` answers at once: no solver, no tables, no workbooks, no pictures."""
    heavy = ("textual", "pandas", "pulp", "openpyxl", "highspy", "numpy", "matplotlib", "scipy", "xlsxwriter", "joblib", "pydantic")
    names = [name.split()[1:] for name in commands(parser_of(Text("sv")))]
    code = f"""
import sys
from contextlib import redirect_stdout
from io import StringIO
from portfolio.cli import main
for name in {names!r}:
    try:
        with redirect_stdout(StringIO()) as said:
            main([*name, "--help"])
    except SystemExit as end:
        assert not end.code and said.getvalue(), name
    found = [h for h in {heavy!r} if h in sys.modules]
    assert not found, (name, found)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60, encoding="utf-8")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("width", "below"), [(26, 4), (40, 2), (60, 1)])
def test_a_table_that_is_too_wide_goes_on_below_with_its_first_columns(width: int, below: int) -> None:
    """Five rounds of eight characters beside a name: every cell is there, once, and what stays is in each table."""
    out = io.StringIO()
    page = Page(Text("sv"), Console(file=out, width=width, no_color=True))
    heads = [("Siffra", "left"), *((letter, "right") for letter in "ABCDE")]
    rows = [(name, *(f"{letter}-{name}-00000"[:8] for letter in "ABCDE")) for name in ("X", "Y")]
    assert page.table(heads, rows, names=0, stays=2)
    lines = [line.split() for line in out.getvalue().splitlines()]
    tables = [line[1:] for line in lines if line[:1] == ["Siffra"]]
    assert [letters[0] for letters in tables] == ["A"] * below
    assert [letter for letters in tables for letter in letters[1:]] == list("BCDE")
    for name, *cells in rows:
        shown = [line[1:] for line in lines if line[:1] == [name]]
        assert all(found[0] == cells[0] for found in shown)
        assert [cell for found in shown for cell in found[1:]] == cells[1:]
    assert max(map(len, out.getvalue().splitlines())) <= width
