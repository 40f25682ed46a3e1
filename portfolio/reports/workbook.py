"""What stands in `beslutsunderlag.xlsx`: sheets, tables and sentences, as plain values. `excel/decision_workbook.py` draws them.

Where the run has its records the totals are formulas over the decisions (`reports/live/`); otherwise they are the run's figures.
"""

from __future__ import annotations

from dataclasses import replace

from portfolio.analysis.costs import plan_costs
from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Block, Column, Sheet, Value, workbook_bytes
from portfolio.outcome import Decision, Layer, Run, Totals
from portfolio.reports.answer import answer, both_proven, inside_means, most_proven
from portfolio.reports.costs import curve_section
from portfolio.reports.figures import moment
from portfolio.reports.findings import clean
from portfolio.reports.live.book import Live, live_of
from portfolio.reports.live.limits import BROKEN, NOT_LIVE
from portfolio.reports.live.overlay import emissions
from portfolio.reports.money.bonds import bond_section
from portfolio.reports.money.debt import charge_section, debt_section, owner_tables
from portfolio.reports.money.funding import funding_section
from portfolio.reports.money.gap import gap_section, ladder_part
from portfolio.reports.money.section import Section, block
from portfolio.reports.reason import sentence
from portfolio.reports.sheets import labels
from portfolio.reports.workbook_about import about
from portfolio.reports.workbook_record import Record
from portfolio.text import Text


def render(run: Run, text: Text) -> bytes:
    """The decision workbook of a run that has a plan."""
    book = Book(run, text)
    sheets = [book.summary(), book.decisions(), book.year_plan(), book.gap(), book.debt(), book.charges()]
    sheets += [book.section(funding_section(run, text)), book.section(bond_section(run, text)), book.emissions(), *book.costs()]
    sheets += [book.assumptions(), *book.control()]
    if run.findings:
        sheets.append(book.sheet("findings", book.record.findings()))
    sheets += book.live.sheets() if book.live is not None else []
    sheets.insert(1, about(run, sheets, book.without, text))
    return workbook_bytes(sheets, labels(text))


class Book:
    """The sheets of one run.

    Attributes:
        live: the formulas; None where there are none, and then `without` is the sentence that says why.
    """

    def __init__(self, run: Run, text: Text) -> None:
        self.run = run
        self.t = text
        self.years = [y.year for y in run.years]
        order = {Layer.PLAN: 0, Layer.GAP: 1, Layer.NOT_RECOMMENDED: 2, Layer.EXTERNAL: 3}
        self._decisions = sorted(run.decisions, key=lambda d: (order[d.layer], d.id))
        found = live_of(run, [d.id for d in self._decisions], text)
        self.live: Live | None = found if isinstance(found, Live) else None
        self.without = text(found) if isinstance(found, str) else ""
        self.record = Record(run, text)

    def sheet(self, name: str, *blocks: Block, lines: tuple[str, ...] = ()) -> Sheet:
        """A sheet with its name and title from the catalogue; sums of figures that are shown rounded carry a line that says so."""
        rounded = any(b.summed and any(c.summed and c.kind == "mnkr" for c in b.columns) for b in blocks)
        said = (*lines, *([self.t("workbook.rounded")] if rounded else []))
        return Sheet(self.t(f"workbook.{name}.sheet"), self.t(f"workbook.{name}.title", title=clean(self.run.title)), said, blocks)

    def section(self, section: Section) -> Sheet:
        """A part of the money: the sentences and tables that the terminal shows too, about the recommended plan."""
        blocks = (block(part, self.t) for part in section.parts if part.rows)
        return self.sheet(section.name, *blocks, lines=(*self._said(section), *self._recommended()))

    @staticmethod
    def _said(section: Section) -> tuple[str, ...]:
        return (*(said.sentence for said in section.lines), *(note for part in section.parts for note in part.notes))

    def _recommended(self) -> tuple[str, ...]:
        """Where the workbook is live: that a sheet is not."""
        return (self.t("workbook.live.not_here"),) if self.live is not None else ()

    def _live(self) -> tuple[str, ...]:
        """Where the workbook is live: that a sheet follows the decisions."""
        return (self.t("workbook.live.here"),) if self.live is not None else ()

    def column(self, name: str, kind: str = "text", width: int = 12, *, summed: bool = False, **values: object) -> Column:
        """A column with its heading from the catalogue."""
        return Column(self.t(f"workbook.column.{name}", **values), kind, width, summed)

    def summary(self) -> Sheet:
        """The answer, the proof, the plan as it stands now, the ladder, the plans side by side."""
        run = self.run
        lines = [said.sentence for said in answer(run, self.t)]
        if run.scenarios:
            lines.append(self.t("workbook.summary.scenarios", names=", ".join(clean(s) for s in run.scenarios)))
        lines.append(
            self.t("workbook.summary.created", created=moment(run.created), version=run.software.portfolio, highs=run.software.highs)
        )
        assert run.gap is not None
        ladder = block(ladder_part(run, run.gap, self.t), self.t)
        ladder = replace(ladder, columns=(replace(ladder.columns[0], width=30), *ladder.columns[1:]))  # with more beside it on this sheet
        now = [self.live.now.block()] if self.live is not None else []
        lines += inside_means(run, self.t)
        lines += [self.t("workbook.rounded"), self.t("workbook.live.see") if self.live is not None else self.without]
        found = self.sheet("summary", *now, replace(ladder, name="Trappan"), self.plans_block(), lines=tuple(lines))
        return replace(found, names=self.live.now.names() if self.live is not None else ())

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
            self.column("plan", width=30),
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
        columns = (
            self.column("id", width=9),
            self.column("name", "wrapped", 27),
            self.column("owner", "wrapped", 20),
            self.column("decision", width=15),
            self.column("start", "year", 7),
            self.column("percent", "count", 7),
            Column(self.t("workbook.live.column.state"), "text", 14),
            self.column("outlay", "mnkr", 9),
            self.column("grants", "mnkr", 9),
            self.column("operating", "mnkr", 10),
            self.column("objective_tonnes", "t", 10),
            self.column("target_tonnes", "t", 9, year=self.run.target_year),
            self.column("ratio", "per_mnkr", 9),
            self.column("bond_eligible", "mnkr", 12),
            self.column("reason", "wrapped", 48),
            self.column("bond", width=9),
            Column(self.t("workbook.live.column.recommended"), "text", 22),
            self.column("cell", width=44),
        )
        table = Block("Beslut", "", columns, tuple(self._decision_row(d) for d in self._decisions))
        lines = [self.t("workbook.decisions.line")]
        if self.live is None:
            return self._wide(self.sheet("decisions", table, lines=tuple(lines)))
        lines.append(self.t("workbook.live.change"))
        found = self.sheet("decisions", self.live.now.copy("Nu_beslut"), self.live.decisions(table), lines=tuple(lines))
        return replace(self._wide(found), names=self.live.names())

    @staticmethod
    def _wide(sheet: Sheet) -> Sheet:
        """What is recommended still, however it is changed, and where a row was read are for the screen: the rest is as wide as a page."""
        return replace(sheet, frozen=("Beslut", 2), printed=15)

    def _decision_row(self, d: Decision) -> tuple[Value, ...]:
        city = d.layer is not Layer.EXTERNAL
        chosen = city and d.start is not None
        word = self.t(f"workbook.layer.{d.layer.value}")
        recommended = word
        if chosen:
            recommended += f" {d.start}" + (f" {d.percent} %" if d.percent != 100 else "")
        return (
            clean(d.id),
            clean(d.name),
            clean(d.owner),
            word,
            d.start,
            d.percent if chosen else None,
            None,
            d.total_outlay,
            sum(d.grant.values()) if city else None,
            d.operating if city else None,
            d.tonnes_objective if chosen else None,
            d.tonnes_target_year if chosen else None,
            d.tonnes_per_krona * 1_000_000 if d.tonnes_per_krona is not None else None,
            d.bond_eligible if city else None,
            sentence(d, self.t),
            d.bond_category,
            recommended if city else None,
            clean(d.cell),
        )

    def year_plan(self) -> Sheet:
        """Frame and outlays by year, then the outlays of every investment that can be chosen."""
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
        city = [d for d in self.run.decisions if d.layer is not Layer.EXTERNAL]
        later = self._later()
        columns = (
            self.column("id", width=10),
            self.column("name", "wrapped", 34),
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
            for d in city
        )
        outlays = Block("Utgifter", self.t("workbook.year_plan.outlays"), columns, rows)
        if self.live is not None:
            frame = self.live.money.frames(frame)
            outlays = self.live.money.outlays(outlays, [d.id for d in city])
        return self.sheet("year_plan", frame, outlays, lines=self._live())

    def _later(self) -> bool:
        """Something that can be chosen is paid after the plan years."""
        if self.live is not None:
            return "later" in self.live.options.kronor
        chosen = (d for d in self.run.decisions if d.layer in (Layer.PLAN, Layer.GAP))
        return any(t > self.years[-1] for d in chosen for t in d.outlay)

    def gap(self) -> Sheet:
        """The ladder as a waterfall, and what stands in the gap."""
        found = self.section(gap_section(self.run, self.t))
        first, *others = found.blocks
        return replace(found, blocks=(first, self._waterfall(), *others))

    def _waterfall(self) -> Block:
        """Rungs as columns from the ground, steps between them as what is taken away or added."""
        assert self.run.gap is not None
        rows: list[tuple[Value, ...]] = []
        before = 0
        names = [row[0] for row in ladder_part(self.run, self.run.gap, self.t).rows]
        for name, rung in zip(names, self.run.gap.rungs, strict=True):
            if rows and rung.kronor != before:
                less, more = max(0, before - rung.kronor), max(0, rung.kronor - before)
                step = self.t("workbook.gap.less" if less else "workbook.gap.more")
                rows.append((step, min(before, rung.kronor), None, less or None, more or None))
            rows.append((name, None, rung.kronor, None, None))
            before = rung.kronor
        heads = [self.column("rung", "text", 40)]
        heads += [Column(self.t(f"workbook.gap.{name}"), "mnkr", 13) for name in ("floor", "level", "less_column", "more_column")]
        chart = Chart(self.t("workbook.gap.chart"), self.t("workbook.mnkr"), 0, bars=(2, 3, 4), floor=1)
        return Block("Vattenfall", self.t("workbook.gap.waterfall"), tuple(heads), tuple(rows), (chart,), filtered=False)

    def debt(self) -> Sheet:
        """The debt path of the group and of the city alone."""
        section = debt_section(self.run, self.t)
        found = self.section(section)
        if self.live is None or self.run.debt is None:
            return found
        money = self.live.money
        live = {"Skuld": money.debt, "Stadens_skuld": lambda b: money.debt(b, city=True)}
        blocks = tuple(live[b.name](b) if b.name in live else b for b in found.blocks)
        return self.sheet("debt", *blocks, lines=(*self._said(section), *self._live()))

    def charges(self) -> Sheet:
        """Operating charges by year, part and owner; live also for owners without an investment in the plan."""
        section = charge_section(self.run, self.t)
        found = self.section(section)
        if self.live is None or self.run.charges is None:
            return found
        owners = sorted({i.owner for i in self.live.d.investments.values() if i.id in self.live.d.starts})
        total, *_ = found.blocks
        parts = [block(part, self.t) for part in owner_tables(self.run, self.run.charges, owners, self.t)]
        blocks = (self.live.money.charges(total), self.live.owner_totals(parts[0], owners), self.live.owner_years(parts[1], owners))
        return self.sheet("charges", *blocks, lines=(*self._said(section), *self._live()))

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
        path = Block("Utslapp", "", columns, rows, charts if rows else ())
        if self.live is not None:
            path = emissions(path, self.live.tonnes)
        return self.sheet("emissions", path, lines=(self.t("workbook.emissions.line"), *self._live()))

    def costs(self) -> list[Sheet]:
        """What a tonne costs in each investment of the recommended plan."""
        if self.live is None:
            return []
        section = curve_section(plan_costs(self.live.d, self.live.options.picks), self.t)
        said = (*self._said(section), *(self.t("costs.bars") for part in section.parts if part.charts))
        blocks = (block(part, self.t) for part in section.parts if part.rows)
        return [self.sheet("costs", *blocks, lines=(*said, *self._recommended(), self.t("workbook.costs.more")))]

    def assumptions(self) -> Sheet:
        """Every value of the model with unit and source, and the files that were read."""
        file = clean(str(self.run.model.get("file", "")))
        return self.sheet("assumptions", *self.record.assumptions(), lines=(self.t("workbook.assumptions.line", file=file),))

    def control(self) -> list[Sheet]:
        """Every limit of the plan as it stands now, and the audit of the recommended one; without formulas only the audit."""
        audit, by_constraint = self.record.audit(), self.record.audited()
        said = (self.record.verdict(), self.t("workbook.audit.printed"))
        if self.live is None:
            return [self.sheet("control", by_constraint, replace(audit, name="Kontroll"), lines=said)]
        assert self.run.audit is not None
        left_out = sorted({c.constraint for c in self.run.audit.checks} & NOT_LIVE)
        names = ", ".join(self.t(f"constraint.{name}.name") for name in left_out)
        lines = [self.t("workbook.live.control_line"), *([self.t("workbook.live.control_not", names=names)] if names else [])]
        now = replace(self.sheet("control", self.live.limits.block(), lines=tuple(lines)), printed=BROKEN)
        return [now, self.sheet("audit", by_constraint, audit, lines=(*said, *self._recommended()))]
