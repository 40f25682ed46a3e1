"""What stands in `beslutsunderlag.xlsx`: sheets, tables and sentences, as plain values. `excel/decision_workbook.py` draws them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Block, Column, Labels, Sheet, Value, workbook_bytes
from portfolio.outcome import Decision, Layer, Run, Totals
from portfolio.reports.answer import answer, both_proven, most_proven
from portfolio.reports.figures import kronor, moment
from portfolio.reports.findings import clean
from portfolio.reports.money.bonds import bond_section
from portfolio.reports.money.debt import charge_section, debt_section
from portfolio.reports.money.funding import funding_section
from portfolio.reports.money.gap import gap_section, ladder_part
from portfolio.reports.money.section import Section, block
from portfolio.reports.reason import sentence
from portfolio.text import Text


def render(run: Run, text: Text) -> bytes:
    """The decision workbook of a run that has a plan."""
    book = Book(run, text)
    sheets = [
        book.summary(),
        book.decisions(),
        book.year_plan(),
        *(book.section(make(run, text)) for make in MONEY),
        book.emissions(),
        book.assumptions(),
        book.control(),
    ]
    if run.findings:
        sheets.append(book.findings())
    return workbook_bytes(sheets, Labels(text("workbook.total"), text("workbook.page"), text("workbook.author")))


MONEY = (gap_section, debt_section, charge_section, funding_section, bond_section)
"""The sheets about money, in their order."""

NOT_ASSUMED = ("file", "sha256", "title", "description", "schema_version", "scenarios")
"""What names the model and is no assumption."""


class Book:
    """The sheets of one run."""

    def __init__(self, run: Run, text: Text) -> None:
        self.run = run
        self.t = text
        self.lang = text.lang
        self.years = [y.year for y in run.years]

    def sheet(self, name: str, *blocks: Block, lines: tuple[str, ...] = ()) -> Sheet:
        """A sheet with its name and title from the catalogue."""
        return Sheet(self.t(f"workbook.{name}.sheet"), self.t(f"workbook.{name}.title", title=clean(self.run.title)), lines, blocks)

    def section(self, section: Section) -> Sheet:
        """A part of the money: the sentences and tables that the terminal shows too."""
        blocks = (block(part, self.t) for part in section.parts if part.rows)
        notes = (note for part in section.parts for note in part.notes)
        return self.sheet(section.name, *blocks, lines=(*(said.sentence for said in section.lines), *notes))

    def column(self, name: str, kind: str = "text", width: int = 12, *, summed: bool = False, **values: object) -> Column:
        """A column with its heading from the catalogue."""
        return Column(self.t(f"workbook.column.{name}", **values), kind, width, summed)

    def summary(self) -> Sheet:
        """The answer, the proof, the ladder, the plans side by side."""
        run = self.run
        lines = [said.sentence for said in answer(run, self.t)]
        if run.scenarios:
            lines.append(self.t("workbook.summary.scenarios", names=", ".join(clean(s) for s in run.scenarios)))
        lines.append(
            self.t("workbook.summary.created", created=moment(run.created), version=run.software.portfolio, highs=run.software.highs)
        )
        assert run.gap is not None
        ladder = block(ladder_part(run, run.gap, self.t), self.t)
        return self.sheet("summary", ladder, self.plans_block(), lines=tuple(lines))

    def plans_block(self) -> Block:
        """Adopted, inside the frame, recommended, most tonnes."""
        run = self.run
        plans: list[tuple[str, Totals]] = []
        if run.adopted_plan is not None:
            plans.append((self.t("terminal.plans.adopted"), run.adopted_plan.totals))
        if run.plan_only is not None:
            name = "terminal.plans.plan_only" if both_proven(run) else "workbook.summary.plan_only_not_proven"
            plans.append((self.t(name), run.plan_only.totals))
        if run.totals is not None:
            plans.append((self.t("terminal.plans.recommended"), run.totals))
        if run.most_tonnes_plan is not None:
            plans.append(
                (self.t("workbook.summary.most" if most_proven(run) else "workbook.summary.most_not_proven"), run.most_tonnes_plan)
            )
        columns = (
            self.column("plan", width=38),
            self.column("count", "count", 10),
            self.column("outlay", "mnkr", 14),
            self.column("of_which_gap", "mnkr", 14),
            self.column("grants", "mnkr", 14),
            self.column("objective_tonnes", "t", 14),
            self.column("ratio", "per_mnkr", 12),
            self.column("target_tonnes", "t", 14, year=run.target_year),
            self.column("emissions", "t", 14, year=run.target_year),
            self.column("highest_debt", "mnkr", 14),
            self.column("bond_eligible", "mnkr", 14),
        )
        # only N* is asked of the plan with the most tonnes; how it is split between the layers is not decided
        rows = [self._plan_row(name, t, layered=t is not run.most_tonnes_plan) for name, t in plans]
        return Block("Planer", self.t("workbook.summary.plans"), columns, tuple(rows))

    @staticmethod
    def _plan_row(name: str, t: Totals, *, layered: bool) -> tuple[Value, ...]:
        return (
            name,
            t.chosen,
            t.outlay_plan + t.outlay_gap,
            t.outlay_gap if layered else None,
            t.grants,
            t.tonnes,
            t.tonnes_per_krona * 1_000_000 if t.tonnes_per_krona is not None else None,
            t.tonnes_target_year,
            t.emissions_target_year,
            t.highest_net_debt,
            t.bond_eligible,
        )

    def decisions(self) -> Sheet:
        """Every investment with its decision and its reason."""
        order = {Layer.PLAN: 0, Layer.GAP: 1, Layer.NOT_RECOMMENDED: 2, Layer.EXTERNAL: 3}
        found = sorted(self.run.decisions, key=lambda d: (order[d.layer], d.id))
        columns = (
            self.column("id", width=8),
            self.column("name", "wrapped", 34),
            self.column("owner", "wrapped", 20),
            self.column("decision", width=18),
            self.column("start", "year", 8),
            self.column("percent", "count", 8),
            self.column("outlay", "mnkr", 11),
            self.column("grants", "mnkr", 11),
            self.column("operating", "mnkr", 12),
            self.column("objective_tonnes", "t", 12),
            self.column("target_tonnes", "t", 11, year=self.run.target_year),
            self.column("ratio", "per_mnkr", 11),
            self.column("bond", width=9),
            self.column("bond_eligible", "mnkr", 12),
            self.column("reason", "wrapped", 52),
            self.column("cell", width=44),
        )
        block = Block("Beslut", "", columns, tuple(self._decision_row(d) for d in found))
        return self.sheet("decisions", block, lines=(self.t("workbook.decisions.line"),))

    def _decision_row(self, d: Decision) -> tuple[Value, ...]:
        chosen = d.start is not None and d.layer is not Layer.EXTERNAL
        return (
            clean(d.id),
            clean(d.name),
            clean(d.owner),
            self.t(f"workbook.layer.{d.layer.value}"),
            d.start,
            d.percent if chosen else None,
            d.total_outlay if chosen or d.layer is Layer.EXTERNAL else None,
            sum(d.grant.values()) if chosen else None,
            d.operating if chosen else None,
            d.tonnes_objective if chosen else None,
            d.tonnes_target_year if chosen else None,
            d.tonnes_per_krona * 1_000_000 if d.tonnes_per_krona is not None else None,
            d.bond_category,
            d.bond_eligible if chosen else None,
            sentence(d, self.t),
            clean(d.cell),
        )

    def year_plan(self) -> Sheet:
        """Frame and outlays by year, then the outlays of every chosen investment."""
        frame = Block(
            "Arsram",
            self.t("workbook.year_plan.frames"),
            (
                self.column("year", "year", 10),
                self.column("frame", "mnkr", 34),
                self.column("frame_available", "mnkr", 18),
                self.column("outlay_plan", "mnkr", 12, summed=True),
                self.column("outlay_gap", "mnkr", 12, summed=True),
                self.column("grants", "mnkr", 12, summed=True),
                self.column("operating", "mnkr", 12),
            ),
            tuple((y.year, y.frame, y.frame_available, y.outlay_plan, y.outlay_gap, y.grants, y.operating) for y in self.run.years),
            (Chart(self.t("workbook.year_plan.chart"), self.t("workbook.mnkr"), 0, bars=(3, 4), lines=(2,)),),
        )
        chosen = [d for d in self.run.decisions if d.layer in (Layer.PLAN, Layer.GAP)]
        later = any(t > self.years[-1] for d in chosen for t in d.outlay)
        columns = (
            self.column("id", width=10),
            self.column("name", width=34),
            self.column("decision", width=18),
            *(Column(f"{t} ({self.t('workbook.mnkr')})", "mnkr", 12, summed=True) for t in self.years),
            *((self.column("later", "mnkr", 12, summed=True),) if later else ()),
            self.column("total", "mnkr", 12, summed=True),
        )
        rows = tuple(
            (
                clean(d.id),
                clean(d.name),
                self.t(f"workbook.layer.{d.layer.value}"),
                *(d.outlay.get(t, 0) for t in self.years),
                *((sum(kr for t, kr in d.outlay.items() if t > self.years[-1]),) if later else ()),
                d.total_outlay,
            )
            for d in chosen
        )
        return self.sheet("year_plan", frame, Block("Utgifter", self.t("workbook.year_plan.outlays"), columns, rows))

    def emissions(self) -> Sheet:
        """The emission path against the target."""
        run = self.run
        columns = (
            self.column("year", "year", 10),
            self.column("reference", "t", 16),
            self.column("reductions", "t", 16),
            self.column("external_reductions", "t", 18),
            self.column("left", "t", 16),
            self.column("removals", "t", 16),
            self.column("target", "t", 16, year=run.target_year),
        )
        target = run.target_tonnes
        rows = tuple((e.year, e.reference, e.reductions, e.external_reductions, e.emissions, e.removals, target) for e in run.emissions)
        charts = (Chart(self.t("workbook.emissions.chart"), self.t("workbook.tonnes"), 0, bars=(4,), lines=(6,), number_format="#,##0"),)
        block = Block("Utslapp", "", columns, rows, charts if rows else ())
        return self.sheet("emissions", block, lines=(self.t("workbook.emissions.line"),))

    def assumptions(self) -> Sheet:
        """Every value of the model with unit and source, and the files that were read."""
        columns = (
            self.column("key", width=46),
            self.column("value", "exact", 18),
            self.column("unit", width=10),
            self.column("stated", width=18),
            self.column("illustrative", width=14),
            self.column("source", "wrapped", 70),
        )
        rows = tuple(self._sourced(self.run.model, ""))
        files = (self.column("file", width=46), self.column("sha256", width=18))
        inputs = tuple((clean(f.file), f.sha256) for f in self.run.inputs)
        return self.sheet(
            "assumptions",
            Block("Forutsattningar", "", columns, rows),
            Block("Underlag", self.t("workbook.assumptions.files"), files, inputs),
            lines=(self.t("workbook.assumptions.line", file=clean(str(self.run.model.get("file", "")))),),
        )

    def _sourced(self, value: Any, place: str, source: str = "") -> Iterator[tuple[Value, ...]]:
        """Rows of a part of the model: quantities with unit and source, choices as words with the source of their table."""
        if not isinstance(value, dict):
            yield (place, self._choice(value), "", "", "", source)
        elif "source" in value and "unit" in value:
            mark = self.t("workbook.assumptions.illustrative") if value.get("illustrative") else ""
            amounts = value["values"].items() if "values" in value else [("", value.get("value"))]
            # of amounts by year only the unit is stated once for all
            stated = str(value["stated"]) if "values" not in value else ""
            unit = self.t(f"workbook.unit.{value['unit']}")
            for year, amount in amounts:
                yield (f"{place}.{year}" if year else place, _exact(amount), unit, stated, mark, clean(str(value["source"])))
        else:
            source = clean(str(value.get("source", source)))
            for key, part in value.items():
                if key != "source" and (place or key not in NOT_ASSUMED):
                    yield from self._sourced(part, f"{place}.{key}" if place else str(key), source)

    def _choice(self, value: Any) -> str:
        """A choice of the model as it stands: yes or no, a word, several words."""
        if isinstance(value, bool):
            return self.t("excel.word.yes" if value else "excel.word.no")
        return ", ".join(clean(str(v)) for v in value) if isinstance(value, list | tuple) else clean(str(value))

    def control(self) -> Sheet:
        """Every check of the audit: left side, right side, slack, holds."""
        audit = self.run.audit
        assert audit is not None
        columns = (
            self.column("constraint", width=30),
            self.column("subject", width=16),
            self.column("year", "year", 8),
            self.column("left_side", "exact", 18),
            self.column("relation", width=9),
            self.column("right_side", "exact", 18),
            self.column("slack", "exact", 18),
            self.column("unit", width=12),
            self.column("holds", width=10),
            self.column("meaning", "wrapped", 60),
        )
        rows = tuple(
            (
                self.t(f"constraint.{c.constraint}.name"),
                self._subject(c.subject),
                c.year,
                c.left,
                c.relation,
                c.right,
                c.slack,
                self.t(f"audit.unit.{c.unit}"),
                self.t("workbook.control.holds" if c.holds else "workbook.control.breached"),
                self.t(f"constraint.{c.constraint}.meaning"),
            )
            for c in audit.checks
        )
        lines = (self.t(f"workbook.control.verdict_{audit.verdict.value}", checks=kronor(len(audit.checks), self.lang)),)
        return self.sheet("control", Block("Kontroll", "", columns, rows), lines=lines)

    def _subject(self, subject: str) -> str:
        """An id, a group or a sector as it is called in the input; the one destination that is ours in words."""
        return self.t("workbook.subject.removals") if subject == "removals" else clean(subject)

    def findings(self) -> Sheet:
        """What was noticed in the input."""
        columns = (
            self.column("severity", width=14),
            self.column("file", width=32),
            self.column("place", width=22),
            self.column("found", width=20),
            self.column("message", "wrapped", 56),
            self.column("remedy", "wrapped", 56),
        )
        rows = tuple((self.t(f"terminal.severity.{f.severity}"), f.file, f.place, f.value, f.message, f.remedy) for f in self.run.findings)
        return self.sheet("findings", Block("Fynd", "", columns, rows))


def _exact(value: object) -> Value:
    """A model value as it is written to a cell; model_dump writes decimals as strings."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    return Decimal(str(value))
