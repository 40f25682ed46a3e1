"""The terminal summary: what a finance director reads in a minute. 80 columns, with or without colour, in any code page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.text import Text as Line

from portfolio.errors import Finding
from portfolio.outcome import Decision, FindingLine, Layer, Plan, Run, SolveStatus, StopReason, Totals, Verdict
from portfolio.planning import Planning
from portfolio.planning_load import find_scenarios
from portfolio.records import Control, Portfolio
from portfolio.reports.answer import answer, both_proven, closing, gaps, inside_means, rung_name
from portfolio.reports.breach import breach_line, broken
from portfolio.reports.conflict import conflict_lines
from portfolio.reports.figures import in_unit, per_mnkr, share, tonnes
from portfolio.reports.findings import beside_errors, clean, errors_first, finding_line
from portfolio.reports.limits import headroom, left_of
from portfolio.reports.page import STYLES, Page
from portfolio.text import Text

BAR = 18
"""Width of the debt bars in characters."""

__all__ = ["finding_line", "render", "render_check", "render_findings"]


def render(run: Run, text: Text, console: Console, folder: Path, returned: int = 0, *, quiet: bool = False) -> None:
    """The whole summary of a run whose files are in `folder`, with the number of workbooks returned with decisions.

    Args:
        quiet: only the answer, and where the files are.
    """
    summary = Summary(run, text, console)
    if quiet:
        summary.head()
        summary.places(folder)
    else:
        summary.show(folder, returned)


class Summary(Page):
    """One run on one console."""

    def __init__(self, run: Run, text: Text, console: Console) -> None:
        super().__init__(text, console)
        self.run = run

    def show(self, folder: Path, returned: int) -> None:
        """All parts, the answer first."""
        self.head()
        if self.run.totals is not None:
            self.ladder()
            self.decisions()
            self.years()
            self.emissions()
            self.limits()
            self.plans(self.run.totals)
        self.findings()
        self.files(folder, returned)

    def head(self) -> None:
        """The round and the answer, or why there is none."""
        scenario = "".join(f" · {clean(s)}" for s in self.run.scenarios)
        self.line(self.t("terminal.title", title=clean(self.run.title), scenario=scenario), "bold")
        if self.run.totals is None:
            self.without_plan()
        else:
            self.answer()

    def answer(self) -> None:
        """What is recommended, what is proven, and whether the target is met."""
        for said in answer(self.run, self.t):
            self.line(said.sentence, STYLES[said.weight])

    def ladder(self) -> None:
        """The gap ladder with the three gaps by name."""
        gap, lang = self.run.gap, self.lang
        assert gap is not None
        self.heading("ladder", year=self.run.target_year)
        self.table(
            [
                (self.t("terminal.ladder.rung"), "left"),
                (self.t("terminal.ladder.count"), "right"),
                (self.t("terminal.unit.mnkr"), "right"),
                (self.t("terminal.ladder.tonnes", year=self.run.target_year), "right"),
            ],
            [
                (rung_name(self.run, r.name, self.t), str(r.count), in_unit(r.kronor, self.t), tonnes(r.tonnes_target_year, lang))
                for r in gap.rungs
            ],
        )
        for sentence in (*gaps(self.run, self.t), *closing(self.run, self.t)):
            self.line(sentence)

    def decisions(self) -> None:
        """Plan, gap, not recommended; the external ones in one line."""
        run = self.run
        for layer in (Layer.PLAN, Layer.GAP):
            chosen = [d for d in run.decisions if d.layer is layer]
            if chosen:
                chosen.sort(key=lambda d: (-d.tonnes_objective, d.id))
                self.heading(layer.value, count=len(chosen), mnkr=in_unit(sum(d.total_outlay for d in chosen), self.t))
                self.decision_table(chosen)
        rejected = [d for d in run.decisions if d.layer is Layer.NOT_RECOMMENDED]
        if rejected:
            self.heading("not_recommended", count=len(rejected))
            self.rejected(rejected)
        outside = [d for d in run.decisions if d.layer is Layer.EXTERNAL]
        if outside:
            amount = in_unit(sum(d.total_outlay for d in outside), self.t)
            self.console.print()
            self.line(self.t("terminal.external", count=len(outside), mnkr=amount))

    def decision_table(self, chosen: Sequence[Decision]) -> None:
        """One row an investment."""
        columns = [
            (self.t("terminal.decision.id"), "left"),
            (self.t("terminal.decision.name"), "left"),
            (self.t("terminal.decision.start"), "right"),
            (self.t("terminal.unit.mnkr"), "right"),
            (self.t("terminal.decision.tonnes"), "right"),
            (self.t("terminal.unit.per_mnkr"), "right"),
            (self.t("terminal.decision.bond"), "left"),
        ]
        self.table(columns, [self.decision_row(d) for d in chosen], names=1)

    def decision_row(self, d: Decision) -> tuple[str, ...]:
        """The cells of one chosen investment; the per cent stands by its name when it is not 100."""
        name = clean(d.name) if d.percent == 100 else f"{clean(d.name)} ({d.percent} %)"
        return (
            clean(d.id),
            name,
            str(d.start),
            in_unit(d.total_outlay, self.t),
            tonnes(d.tonnes_objective, self.lang),
            per_mnkr(d.tonnes_per_krona, self.lang) if d.tonnes_per_krona is not None else "–",
            d.bond_category or "–",
        )

    def rejected(self, rejected: Sequence[Decision]) -> None:
        """Grouped by reason: ids only; the sentences are in the workbook."""
        groups: dict[str, list[str]] = {}
        for d in rejected:
            groups.setdefault(d.reason, []).append(clean(d.id))
        for reason, ids in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
            self.line(f"{self.t(f'terminal.rejected.{reason}')}: {', '.join(ids)}")

    def years(self) -> None:
        """Frame, outlay and net debt against the mandate, year by year."""
        lang = self.lang
        self.heading("years")
        columns = [
            (self.t("terminal.years.year"), "left"),
            (self.t("terminal.years.frame"), "right"),
            (self.t("terminal.years.plan"), "right"),
            (self.t("terminal.years.gap"), "right"),
            (self.t("terminal.years.debt"), "right"),
            (self.t("terminal.years.mandate"), "right"),
            (self.t("terminal.years.bar"), "left"),
        ]
        rows = []
        for y in self.run.years:
            bar = ""
            if y.net_debt is not None and y.mandate:
                part = Decimal(max(0, y.net_debt)) / y.mandate
                full = min(BAR, round(part * BAR))
                bar = "█" * full + "·" * (BAR - full) + f" {share(round(part, 2), lang)}"
            amounts = (y.frame_available, y.outlay_plan, y.outlay_gap, y.net_debt, y.mandate)
            rows.append((str(y.year), *(in_unit(a, self.t) if a is not None else "–" for a in amounts), bar))
        self.table(columns, rows, optional=(6, 5, 1))
        for line in headroom(self.run, self.t):
            self.line(line)

    def emissions(self) -> None:
        """The emission path to the target year, and net zero apart."""
        run, lang = self.run, self.lang
        lines = [e for e in run.emissions if e.year <= max(run.target_year, run.years[-1].year)]
        if not lines:
            return
        self.heading("emissions")
        self.table(
            [(self.t("terminal.years.year"), "left"), *((self.t(f"terminal.emissions.{n}"), "right") for n in EMISSION_COLUMNS)],
            [(str(e.year), *(tonnes(getattr(e, n), lang) for n in EMISSION_COLUMNS)) for e in lines],
        )
        target = next((e for e in lines if e.year == run.target_year), None)
        if target is not None and run.target_tonnes is not None:
            self.line(self.t("terminal.emissions.target", year=run.target_year, target=tonnes(run.target_tonnes, lang)))
            net = target.emissions - target.removals
            values = {"year": run.target_year, "removals": tonnes(target.removals, lang), "net": tonnes(net, lang)}
            self.line(self.t("terminal.emissions.net" if net > 0 else "terminal.emissions.net_zero", **values))

    def limits(self) -> None:
        """Which limits bind, and how much is left of the others."""
        if not self.run.limits:
            return
        self.heading("limits")
        rows = [tuple(left_of(limit, self.run, self.t)) for limit in self.run.limits]
        columns = [(self.t(f"terminal.limits.{n}"), side) for n, side in LIMIT_COLUMNS]
        self.table(columns, rows, names=0)

    def plans(self, totals: Totals) -> None:
        """Adopted plan, best inside the frame, recommended: the same figures side by side."""
        run, lang = self.run, self.lang
        self.heading("plans")
        shown: list[tuple[str, Totals, str]] = []
        adopted: Plan | None = run.adopted_plan
        if adopted is not None:
            found = broken(adopted.audit.breaches, self.t)
            note = "" if adopted.audit.verdict is Verdict.HOLDS else self.t("terminal.plans.breaches", broken=found)
            shown.append((self.t("terminal.plans.adopted"), adopted.totals, note))
        if run.plan_only is not None:
            # called best only when its search, too, was finished
            name, note = ("plan_only", "") if both_proven(run) else ("plan_only_not_proven", self.t("terminal.plans.not_proven"))
            shown.append((self.t(f"terminal.plans.{name}"), run.plan_only.totals, note))
        shown.append((self.t("terminal.plans.recommended"), totals, ""))
        columns = [(self.t(f"terminal.plans.{n}", year=run.target_year), side) for n, side in PLAN_COLUMNS]
        rows = [
            (
                name,
                str(t.chosen),
                in_unit(t.outlay_plan + t.outlay_gap, self.t),
                tonnes(t.tonnes, lang),
                per_mnkr(t.tonnes_per_krona, lang) if t.tonnes_per_krona is not None else "–",
                tonnes(t.emissions_target_year, lang) if t.emissions_target_year is not None else "–",
                in_unit(t.bond_eligible, self.t),
            )
            for name, t, _ in shown
        ]
        self.table(columns, rows, names=0, optional=(6, 5, 1))
        for name, _, note in shown:
            if note:
                self.line(f"{name}: {note}", "bold red")
        for sentence in inside_means(run, self.t):
            self.line(sentence)
        self.line(self.t("terminal.rounded"))

    def without_plan(self) -> None:
        """No plan: what was asked for cannot be met, or the search was stopped too early."""
        run = self.run
        if run.status is SolveStatus.INFEASIBLE:
            self.line(self.t("terminal.infeasible"), "bold red")
            for sentence in conflict_lines(run, self.t):
                self.line(sentence)
        else:
            self.line(self.t("terminal.stopped_without_plan") + " " + self.t(f"terminal.stopped.{run.stop_reason.value}"), "bold red")
        adopted = run.adopted_plan
        if adopted is not None and adopted.audit.breaches:
            self.line(self.t("terminal.adopted_breaches"))
            for c in adopted.audit.breaches[:10]:
                self.line(f"  {breach_line(c, self.t)}")

    def findings(self) -> None:
        """Warnings in full; notes only counted."""
        lines = self.run.findings
        warnings = [f for f in lines if f.severity == "warning"]
        notes = sum(1 for f in lines if f.severity == "note")
        if not lines:
            return
        self.console.print()
        for f in warnings:
            self.line(f"{self.t('terminal.severity.warning')}  {one_line(f)}")
        if notes:
            self.line(self.t("terminal.notes", count=notes))

    def files(self, folder: Path, returned: int) -> None:
        """Where the results are, and what to do next."""
        self.console.print()
        self.places(folder)
        if self.run.bonds is not None:
            self.line(self.t("terminal.bonds", folder=folder.as_posix()))
        if self.run.totals is not None:
            self.line(self.t("terminal.reports", folder=folder.as_posix()))
        if returned:
            self.line(self.t("terminal.returned", folder=folder.as_posix(), count=returned))
        other = "scenario" if self.run.model.get("file") and find_scenarios(Path(self.run.model["file"]).parent) else "why"
        next_step = {StopReason.TIME_LIMIT: "more_time", StopReason.INTERRUPTED: "again"}.get(self.run.stop_reason, other)
        self.line(self.t("terminal.next.check" if self.run.status is SolveStatus.INFEASIBLE else f"terminal.next.{next_step}"))

    def places(self, folder: Path) -> None:
        """The files to open first."""
        self.line(self.t("terminal.files" if self.run.totals is not None else "terminal.files_json", folder=folder.as_posix()))


EMISSION_COLUMNS = ("reference", "reductions", "external_reductions", "emissions", "removals")
LIMIT_COLUMNS = (("limit", "left"), ("where", "left"), ("slack", "right"), ("state", "left"))
PLAN_COLUMNS = (
    ("plan", "left"),
    ("chosen", "right"),
    ("outlay", "right"),
    ("tonnes", "right"),
    ("ratio", "right"),
    ("emissions", "right"),
    ("bonds", "right"),
)


def one_line(f: FindingLine) -> str:
    """`inputs/nsr.xlsx  Investeringar!F14  "2,5 mkr"  what is wrong; what to do`."""
    value = f'"{f.value}"' if f.value else ""
    return "  ".join(part for part in (f.file, f.place, value, f"{f.message} {f.remedy}") if part)


def render_findings(findings: Sequence[Finding], text: Text, console: Console) -> None:
    """All findings, errors first, with how many there are; beside errors only the notes that explain them."""
    lines = errors_first(finding_line(f, text) for f in beside_errors(findings))
    for f in lines:
        word = text(f"terminal.severity.{f.severity}")
        style = {"error": "bold red", "warning": "yellow"}.get(f.severity, "")
        console.print(Line(f"{word}  ", style=style) + Line(one_line(f)))
    errors = sum(1 for f in lines if f.severity == "error")
    if errors:
        console.print(Line(text("terminal.error_count", count=errors), style="bold red"))


def render_check(portfolio: Portfolio, planning: Planning, text: Text, console: Console) -> None:
    """What was understood: how many investments and kronor, inside and outside the city's control."""
    page = Page(text, console)
    city = [i for i in portfolio.investments if i.control is Control.CITY]
    plan = [i for i in city if i.in_plan]
    outside = [i for i in portfolio.investments if i.control is Control.EXTERNAL]
    for name, group in (("plan", plan), ("city", city), ("external", outside)):
        amount = in_unit(sum(i.total_outlay for i in group), text)
        page.line(text(f"terminal.check.{name}", count=len(group), mnkr=amount))
    page.line(text("terminal.check.done", model=planning.file, count=len(portfolio.inputs)))
