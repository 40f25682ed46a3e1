"""`tjansteskrivelse.md`: one page with the case, the proposed decision and its consequences, for an officer to paste and finish.

It computes nothing: its sentences are those of the report, and its proposal is worded for the officer to change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from portfolio.outcome import Layer, Run
from portfolio.reports.adopted import Against, adopted, against, listed, needed_by
from portfolio.reports.answer import closing, proof, proven, target
from portfolio.reports.figures import kronor, mnkr
from portfolio.reports.findings import clean
from portfolio.reports.html.opening import lead
from portfolio.reports.html.proof import traced
from portfolio.reports.html.story import Prose, Story
from portfolio.reports.money.bonds import bond_section
from portfolio.reports.money.debt import charge_section, debt_section
from portfolio.reports.money.funding import funding_section
from portfolio.text import Text

MOST_IDS = 12
"""Investments that a proposal names by their ids; of more it says only how many."""
PLAN_POINT = 1
"""Number of the point that the plan is: whatever needs something outside the frame stands in it."""
FIRST = 2
"""Sentences about the debt that a page has room for: the path, and where it is tightest."""


def render(run: Run, text: Text) -> bytes:
    """The page in Markdown, UTF-8; the same run gives the same bytes."""
    story = Story(run, text, Prose(text.lang))
    parts = [f"# {text('memorandum.title', first=run.years[0].year, last=run.years[-1].year)}", _about(story)]
    for name, said in (
        ("case", [text("memorandum.case_is", title=plain(run.title))]),
        ("proposal", list(_proposal(story))),
        ("summary", [*lead(story), text("memorandum.rounded")]),
        ("money", list(_money(story))),
        ("climate", list(_climate(story))),
        ("audit", list(_audit(story))),
        ("enclosed", [text("memorandum.files_bonds" if run.bonds is not None else "memorandum.files")]),
    ):
        if said:
            parts += [f"## {text(f'memorandum.{name}')}", ("\n" if name == "proposal" else " ").join(said)]
    return ("\n\n".join(parts) + "\n").encode("utf-8")


def plain(said: str) -> str:
    """Text from a workbook that Markdown shows as it is; the space within a figure stays unbroken."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", clean(said))


def _about(story: Story) -> str:
    """What the officer fills in, and which run it is."""
    run, text = story.run, story.text
    scenarios = ", ".join(plain(s) for s in run.scenarios) or text("memorandum.no_scenario")
    return text("memorandum.about", date=run.created[:10] or "–", scenarios=scenarios)


def _proposal(story: Story) -> Iterator[str]:
    """Numbered points: the plan, what needs a decision of its own, what leaves the adopted plan."""
    run, prose = story.run, story.prose
    ends = {"first": run.years[0].year, "last": run.years[-1].year}
    planned, outside = _in(run, Layer.PLAN), _in(run, Layer.GAP)
    found = against(run)
    more = {"plan": _new(story, found, planned), "outside": _adopted(story, found, outside), "dropped": ""}
    points = [("plan", planned), ("outside", outside), ("dropped", found.dropped)]
    if not proven(run):
        yield prose("memorandum.not_proven") + "\n"
    yield prose("memorandum.decide") + "\n"
    numbered = [(name, part) for name, part in points if part]
    for n, (name, part) in enumerate(numbered, start=1):
        said = prose(f"memorandum.decide_{name}", **_named(part, story), more=more[name], **ends)
        yield f"{n}. {said}{'.' if n == len(numbered) else ','}"


def _new(story: Story, found: Against, part: dict[str, int]) -> str:
    """What of the plan is new; nothing where no plan has been adopted."""
    new = {i: kr for i, kr in part.items() if i in found.new}
    return story.prose("memorandum.new", **_named(new, story)) if new and adopted(story.run) else ""


def _adopted(story: Story, found: Against, part: dict[str, int]) -> str:
    """What outside the frame has been adopted, and what inside it falls without this point."""
    prose, gap = story.prose, story.run.gap
    said = []
    if found.outside:
        few = len(found.outside) <= MOST_IDS
        which = listed(sorted(found.outside), prose) if few else prose("memorandum.many", count=len(found.outside))
        name = "all_adopted" if found.outside.keys() == part.keys() else "some_adopted"
        said.append(prose(f"memorandum.{name}", ids=plain(which)))
    for needed, by in gap.needed_by.items() if gap is not None else ():
        said.append(prose("memorandum.needed", by=plain(listed(by, prose)), needed=plain(needed), point=PLAN_POINT))
    return "".join(said)


def _named(part: dict[str, int], story: Story) -> dict[str, int | str]:
    """How many, for how much, and which as long as they are few."""
    ids = f" ({', '.join(plain(i) for i in sorted(part))})" if len(part) <= MOST_IDS else ""
    return {"count": len(part), "mnkr": mnkr(sum(part.values()), story.lang), "ids": ids}


def _in(run: Run, layer: Layer) -> dict[str, int]:
    """Gross outlays (kr) by id."""
    return {d.id: d.total_outlay for d in run.decisions if d.layer is layer}


def _money(story: Story) -> Iterator[str]:
    """Debt, operating charges, funding and bonds, a sentence or two of each that the model has."""
    run, prose = story.run, story.prose
    if run.debt is not None:
        yield from (said.sentence for said in debt_section(run, prose).lines[:FIRST])
    if run.charges is not None:
        yield charge_section(run, prose).lines[0].sentence
    if run.funding is not None:
        yield plain(funding_section(run, prose).lines[0].sentence)
    if run.bonds is not None:
        yield plain(bond_section(run, prose).lines[0].sentence)


def _climate(story: Story) -> Iterator[str]:
    """The target, what going outside the frame buys, and what of the plan falls without it."""
    run, prose = story.run, story.prose
    yield from (said.sentence for said in target(run, prose))
    yield from closing(run, prose)
    yield from map(plain, needed_by(run, prose))


def _audit(story: Story) -> Iterator[str]:
    """How far the proof goes, and what was recomputed."""
    run, prose = story.run, story.prose
    assert run.objective is not None
    assert run.audit is not None
    yield from proof(run, run.objective, prose)
    yield prose("html.proof.audited", checks=kronor(len(run.audit.checks), story.lang))
    yield traced(story)
