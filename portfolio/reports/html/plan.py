"""What is recommended, what is not and why, and what it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from portfolio.excel.decision_workbook import Value
from portfolio.outcome import Decision, Layer, Totals, Verdict
from portfolio.reports.adopted import against, against_adopted, listed, needed_by
from portfolio.reports.answer import both_proven, inside_means
from portfolio.reports.html.elements import Content, el
from portfolio.reports.html.opening import quantity
from portfolio.reports.html.story import Story, paragraphs, section
from portfolio.reports.html.tables import MOST_ROWS, Head, table
from portfolio.reports.reason import sentence
from portfolio.text import Text


def proposal(story: Story) -> Element:
    """The new decisions, and the plans side by side."""
    return section("proposal", story, *paragraphs(against_adopted(story.run, story.prose)), _plans(story), *_notes(story), story.rounded())


def _plans(story: Story) -> Element:
    run, text = story.run, story.text
    plans: list[tuple[str, Totals]] = []
    if run.adopted_plan is not None:
        plans.append((text("terminal.plans.adopted"), run.adopted_plan.totals))
    if run.plan_only is not None:
        plans.append(
            (text("terminal.plans.plan_only" if both_proven(run) else "terminal.plans.plan_only_not_proven"), run.plan_only.totals)
        )
    plans.append((text("terminal.plans.recommended"), story.totals))
    heads = [
        Head(text("terminal.plans.plan"), "text"),
        Head(text("terminal.plans.chosen"), "count"),
        Head(text("html.column.outlay")),
        Head(text("html.column.of_which_gap")),
        Head(text("terminal.plans.tonnes"), "t"),
        Head(text("html.column.ratio"), "per_mnkr"),
        Head(text("html.column.emissions", year=run.target_year), "t"),
        Head(text("html.column.highest_debt")),
    ]
    rows = [
        (
            name,
            t.chosen,
            t.outlay_plan + t.outlay_gap,
            t.outlay_gap,
            t.tonnes,
            t.tonnes_per_krona * 1_000_000 if t.tonnes_per_krona is not None else None,
            t.emissions_target_year,
            t.highest_net_debt,
        )
        for name, t in plans
    ]
    return table(text("html.proposal.plans", quantity=quantity(story)), heads, rows, text)


def _notes(story: Story) -> list[Element]:
    """What must be known of the plans beside the recommended one."""
    run, prose = story.run, story.prose
    said = inside_means(run, prose)
    adopted = run.adopted_plan
    if adopted is not None and adopted.audit.verdict is not Verdict.HOLDS:
        breached = sorted({prose(f"constraint.{c.constraint}.name") for c in adopted.audit.breaches})
        said.append(prose("html.proposal.breached", count=len(breached), names=", ".join(breached)))
    if run.plan_only is not None and not both_proven(run):
        said.append(prose("html.proposal.plan_only_not_proven"))
    return paragraphs(said)


def recommended(story: Story) -> Element:
    """Every investment of the plan and of the gap, the largest effect first."""
    text = story.text
    found: list[Content] = [el("p", text("html.recommended.how"))]
    for layer in (Layer.PLAN, Layer.GAP):
        chosen = sorted((d for d in story.run.decisions if d.layer is layer), key=lambda d: (-d.tonnes_objective, d.id))
        if chosen:
            values = {"count": len(chosen), "mnkr": story.mnkr(sum(d.total_outlay for d in chosen))}
            found.append(el("h3", text(f"html.recommended.{layer.value}", **values)))
            if layer is Layer.GAP:
                found += paragraphs(_outside(story))
            found += _list(story, chosen, _chosen_heads(story), _chosen_row, text(f"html.recommended.{layer.value}_table"))
    outside = [d for d in story.run.decisions if d.layer is Layer.EXTERNAL]
    if outside:
        amount = story.mnkr(sum(d.total_outlay for d in outside))
        found.append(el("p", story.prose("html.recommended.external", count=len(outside), mnkr=amount)))
    return section("recommended", story, *found, story.rounded())


def _outside(story: Story) -> list[str]:
    """What the gap means, what of it has been adopted, and what of the plan falls without it."""
    run, prose = story.run, story.prose
    outside = against(run).outside
    known = [prose("html.recommended.gap_adopted", ids=listed(sorted(outside), prose))] if outside else []
    return [" ".join([prose("html.recommended.gap_means"), *known, *needed_by(run, prose)])]


def rejected(story: Story) -> Element | None:
    """What is not recommended, with the reason for each; nothing when everything is recommended."""
    found = [d for d in story.run.decisions if d.layer is Layer.NOT_RECOMMENDED]
    if not found:
        return None
    text = story.text
    heads = [Head(text("money.short.name"), "text"), Head(text("money.short.id"), "code"), Head(text("money.short.owner"), "text")]
    heads.append(Head(text("workbook.column.reason"), "text"))
    rows = _list(story, found, heads, lambda d, t: (d.name, d.id, d.owner, sentence(d, t)), text("html.rejected.table"))
    return section("rejected", story, el("p", text("html.rejected.how", count=len(found))), *rows)


def _list(
    story: Story, found: list[Decision], heads: list[Head], row: Callable[[Decision, Text], tuple[Value, ...]], caption: str
) -> list[Element]:
    """The first rows, and how many more there are and where."""
    shown = [table(caption, heads, [row(d, story.text) for d in found[:MOST_ROWS]], story.text)]
    rest = found[MOST_ROWS:]
    if rest:
        values = {"count": len(rest), "mnkr": story.mnkr(sum(d.total_outlay for d in rest))}
        shown.append(el("p", story.prose("html.rest", sheet=story.files("workbook.decisions.sheet"), **values)))
    return shown


def _chosen_heads(story: Story) -> list[Head]:
    text = story.text
    return [
        Head(text("money.short.name"), "text"),
        Head(text("money.short.id"), "code"),
        Head(text("money.short.owner"), "text"),
        Head(text("terminal.decision.start"), "year"),
        Head(text("html.column.outlay"), summed=True),
        Head(text("terminal.decision.tonnes"), "t"),
        Head(text("html.column.ratio"), "per_mnkr"),
        Head(text("html.column.bond"), "code"),
    ]


def _chosen_row(d: Decision, text: Text) -> tuple[Value, ...]:
    name = d.name if d.percent == 100 else text("html.recommended.part", name=d.name, percent=d.percent)
    ratio = d.tonnes_per_krona * 1_000_000 if d.tonnes_per_krona is not None else None
    return (name, d.id, d.owner, d.start, d.total_outlay, d.tonnes_objective, ratio, d.bond_category)
