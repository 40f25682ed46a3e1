"""The gap ladder, what closing the gap buys, and what stands outside the frame."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from portfolio.outcome import Rung
from portfolio.reports.answer import Said, closing, gaps, rung_name
from portfolio.reports.figures import tonnes
from portfolio.reports.html import drawing
from portfolio.reports.html.elements import Content, el
from portfolio.reports.html.story import Story, paragraphs, section
from portfolio.reports.html.tables import of_part
from portfolio.reports.money.gap import gap_section

FEW = 2
"""Highest rank of the columns that a page of paper has room for."""


def ladder(story: Story) -> Element:
    """The ladder as picture and table, the gaps by name, and the investments outside the frame."""
    run, text, prose = story.run, story.text, story.prose
    gap = run.gap
    assert gap is not None
    parts = {p.name: p for p in gap_section(run, text).parts}
    remedies = {p.name: p for p in gap_section(run, prose).parts}["Gaptrappa"].notes
    found: list[Content] = [
        el("p", prose("html.gap.how")),
        _picture(story, gap.rungs),
        of_part(parts["Gaptrappa"], text, widest=FEW, caption=text("html.gap.table")),
    ]
    found.append(el("ul", *(el("li", said) for said in remedies)))
    found.append(el("h3", text("html.gap.buys")))
    found += paragraphs([*(Said(said, "strong") for said in closing(run, prose)), *gaps(run, prose)])
    if "Gap" in parts:
        found.append(of_part(parts["Gap"], text, widest=FEW))
    return section("gap", story, *found, story.rounded())


def _picture(story: Story, ladder: tuple[Rung, ...]) -> Element:
    run, text = story.run, story.text
    rows = []
    before = 0
    for r in ladder:
        said = text(
            "html.gap.rung", count=r.count, mnkr=story.mnkr(r.kronor), tonnes=tonnes(r.tonnes_target_year, story.lang), year=run.target_year
        )
        parts: list[tuple[int, str]] = [(r.kronor, "quiet")]
        if r.name == "recommended":
            inside = r.kronor - story.totals.outlay_gap
            parts = [(inside, "bar"), (r.kronor - inside, "hatch")]
        rows.append(drawing.Rung(rung_name(run, r.name, text), said, [p for p in parts if p[0] > 0], before))
        before = r.kronor
    says = text("html.gap.says", rungs="; ".join(f"{row.name}: {row.said}" for row in rows))
    picture = drawing.Picture("ladder", text("html.gap.picture"), says, text("workbook.mnkr"), 1)
    keys = [(text("html.look.quiet"), "quiet"), (text("html.look.plan"), "bar")]
    if story.totals.outlay_gap:
        keys.append((text("html.look.gap"), "hatch"))
    return drawing.rungs(picture, rows, [*keys, (text("html.look.gone"), "gone")])
