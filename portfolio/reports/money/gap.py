"""The gap: the ladder with price and remedy, the three gaps, and what each investment outside the frame takes and gives."""

from __future__ import annotations

from portfolio.excel.decision_workbook import Value
from portfolio.outcome import GapLadder, Run, Rung
from portfolio.reports.adopted import adopted, against_adopted
from portfolio.reports.answer import Said, closing, gaps, rung_name
from portfolio.reports.figures import in_unit
from portfolio.reports.findings import clean
from portfolio.reports.money.funding import source_name
from portfolio.reports.money.section import NAME_AND_ID, Col, Names, Part, Section
from portfolio.statements import GapInvestment
from portfolio.text import Text


def gap_section(run: Run, text: Text) -> Section:
    """The ladder and the investments in the gap; every plan has a ladder."""
    gap = run.gap
    assert gap is not None
    lines = [*(Said(line, "strong") for line in closing(run, text)), *(Said(line) for line in gaps(run, text))]
    lines += [Said(line) for line in against_adopted(run, text)]
    parts = [ladder_part(run, gap, text)]
    if gap.investments:
        parts.append(_investments(run, gap, text))
    else:
        lines.append(Said(text("money.gap.nothing")))
    return Section("gap", tuple(lines), tuple(parts))


def ladder_part(run: Run, gap: GapLadder, text: Text) -> Part:
    """Each rung, the step from the one above it, what a tonne of the step costs, and what it takes."""
    remedies = ["", *(remedy(run, r, text) for r in gap.rungs[1:])]
    rows: list[tuple[Value, ...]] = []
    for r, sentence in zip(gap.rungs, remedies, strict=True):
        step: tuple[Value, ...] = (r.step_kronor, r.step_tonnes) if sentence else (None, None)
        rows.append((rung_name(run, r.name, text), r.count, r.kronor, r.tonnes_target_year, *step, r.price))
    columns = (
        Col("rung", "text", 40),
        Col("count", "count", 10),
        Col("gross"),
        Col("", "t", heading=text("money.gap.tonnes", year=run.target_year)),
        Col("step", rank=2),
        Col("", "t", heading=text("money.gap.step_tonnes", year=run.target_year), rank=3),
        Col("", "kr", heading=text("money.gap.step_price", year=run.target_year), rank=1),
    )
    notes = tuple(f"{rung_name(run, r.name, text)}: {sentence}" for r, sentence in zip(gap.rungs, remedies, strict=True) if sentence)
    return Part("Gaptrappa", text("money.gap.ladder"), columns, tuple(rows), names=0, notes=notes)


def remedy(run: Run, rung: Rung, text: Text) -> str:
    """What it takes to get from the rung above to this one, or what is given up."""
    way = "more" if rung.step_kronor > 0 else "less" if rung.step_kronor < 0 else "same"
    if rung.step_kronor < 0 <= rung.step_tonnes and rung.name == "affordable":
        way = "better"  # fewer kronor and no fewer tonnes: nothing stands in the way
    name = f"money.remedy.{rung.name}.{way}"
    if not text.has(name):
        name = f"money.remedy.{rung.name}.any"
    return text(name, mnkr=in_unit(abs(rung.step_kronor), text), year=run.target_year)


def _investments(run: Run, gap: GapLadder, text: Text) -> Part:
    names = Names(run)
    planned, before = {d.id: d for d in run.decisions}, adopted(run)
    rows = []
    for g in gap.investments:
        charge = (g.charge, g.highest_charge, g.highest_year)
        rows.append(
            (
                *names.row(g.id),
                planned[g.id].start,
                g.kronor,
                g.debt,
                *charge,
                g.tonnes_lost,
                names.said(g.falls),
                text(f"excel.word.{'yes' if g.id in before else 'no'}"),
            )
        )
    columns = (
        *NAME_AND_ID,
        Col("start", "year", rank=3),
        Col("gross", summed=True),
        Col("debt_added", summed=True),
        Col("first_charge", summed=True, rank=1),
        Col("highest_charge", rank=4),
        Col("highest_year", "year", rank=5),
        Col("", "t", heading=text("money.gap.tonnes_lost", year=run.target_year)),
        Col("falls", "text", rank=2),
        Col("adopted", "text"),
    )
    notes = tuple(text("money.gap.paid", id=clean(g.id), paid=_paid(run, g, text)) for g in gap.investments if g.funding)
    return Part("Gap", text("money.gap.investments"), columns, tuple(rows), names=0, notes=notes)


def _paid(run: Run, g: GapInvestment, text: Text) -> str:
    """The sources that pay for it in the cheapest distribution that is allowed, in the order in which they pay."""
    order = [s.source for s in run.funding.sources] if run.funding is not None else []
    paid = sorted(g.funding.items(), key=lambda item: order.index(item[0]))
    parts = [text("money.funding.of", source=source_name(s, text), mnkr=in_unit(kr, text)) for s, kr in paid]
    return ", ".join(parts) or "–"


def _yes(holds: bool, text: Text) -> str:
    return text("excel.word.yes" if holds else "excel.word.no")
