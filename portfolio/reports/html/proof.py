"""How the figures are proven, audited and traced, and what was noticed in the input."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from portfolio.outcome import Audit, FindingLine
from portfolio.reports.answer import proof, proven
from portfolio.reports.figures import kronor
from portfolio.reports.html.elements import Content, el
from portfolio.reports.html.story import Story, paragraphs, section
from portfolio.reports.html.tables import Head, table


def proven_and_audited(story: Story) -> Element:
    """The proof, the checks by kind, the files, and the warnings."""
    run, text, prose = story.run, story.text, story.prose
    assert run.audit is not None
    assert run.objective is not None
    solver = {"highs": run.software.highs, "count": run.objective.solves}
    found: list[Content] = [el("p", prose("html.proof.solved" if proven(run) else "html.proof.stopped", **solver))]
    found += paragraphs(proof(run, run.objective, prose))
    found += paragraphs((prose("html.proof.audited", checks=kronor(len(run.audit.checks), story.lang)), traced(story)))
    found.append(_checks(story, run.audit))
    found.append(el("h3", text("html.proof.files")))
    found.append(el("ul", *(el("li", i.file, " ", el("span", text("html.proof.hash", hash=i.sha256), class_="note")) for i in run.inputs)))
    return section("proof", story, *found, *_noticed(story))


def traced(story: Story) -> str:
    """Where the source cells stand: sheet and column are called what they are called in the workbook."""
    return story.prose("html.proof.traced", sheet=story.files("workbook.decisions.sheet"), column=story.files("workbook.column.cell"))


def _checks(story: Story, audit: Audit) -> Element:
    text = story.text
    kinds = list(dict.fromkeys(c.constraint for c in audit.checks))
    rows = []
    for kind in kinds:
        checks = [c for c in audit.checks if c.constraint == kind]
        holds = text("workbook.control.holds" if all(c.holds for c in checks) else "workbook.control.breached")
        rows.append((text(f"constraint.{kind}.name"), text(f"constraint.{kind}.meaning"), len(checks), holds))
    heads = [
        Head(text("workbook.column.constraint"), "text"),
        Head(text("workbook.column.meaning"), "text"),
        Head(text("html.proof.count"), "count"),
        Head(text("workbook.column.holds"), "code"),
    ]
    return table(text("html.proof.table"), heads, rows, text)


def _noticed(story: Story) -> list[Element]:
    """Warnings in full; notes only counted."""
    run, text = story.run, story.text
    warnings = [f for f in run.findings if f.severity == "warning"]
    notes = sum(1 for f in run.findings if f.severity == "note")
    if not run.findings:
        return []
    found = [el("h3", text("html.proof.noticed"))]
    if warnings:
        found.append(el("ul", *(el("li", _one_line(f)) for f in warnings)))
    if notes:
        found.append(el("p", text("html.proof.notes", count=notes, sheet=story.files("workbook.findings.sheet"))))
    return found


def _one_line(f: FindingLine) -> str:
    return f"{f.file} {f.place}: {f.message} {f.remedy}"
