"""The first screen: what is proposed in three sentences and four figures, and how sure it is."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from portfolio.outcome import Layer
from portfolio.reports.answer import could_be_better, proof, proven, target
from portfolio.reports.figures import kronor, mnkr, per_mnkr, tonnes
from portfolio.reports.html.elements import add, el
from portfolio.reports.html.story import Story, paragraphs
from portfolio.reports.html.tables import figure


def opening(story: Story) -> Element:
    """Title, sentences, figures, proof."""
    run, text = story.run, story.text
    over = " · ".join((run.title, *run.scenarios))
    found = el("header", el("p", over, class_="over"), el("h1", text("html.title", first=run.years[0].year, last=run.years[-1].year)))
    add(found, *(el("p", said, class_="lead") for said in lead(story)))
    add(found, el("dl", *_figures(story), class_="figures"))
    return add(found, _sure(story))


def quantity(story: Story) -> str:
    """The tonnes that the objective counts, in words: `ton till och med 2045`."""
    objective = story.run.objective
    assert objective is not None
    until = story.run.model["horizon"]["effects_until"]["value"]
    return story.text(f"terminal.quantity.{objective.quantity}", year=story.run.target_year, until=until)


def lead(story: Story) -> list[str]:
    """What it is and costs, what it gives, and how far that goes."""
    run, prose, totals = story.run, story.prose, story.totals
    frames = [y.frame for y in run.years if y.frame is not None]
    values = {
        "chosen": totals.chosen,
        "of": sum(1 for d in run.decisions if d.layer is not Layer.EXTERNAL),
        "mnkr": story.mnkr(totals.outlay_plan + totals.outlay_gap),
        "plan": story.mnkr(totals.outlay_plan),
        "gap": story.mnkr(totals.outlay_gap),
        "tonnes": tonnes(totals.tonnes, story.lang),
        "quantity": quantity(story),
    }
    layers = ("gap" if totals.outlay_gap else "inside") if frames else "all"
    said = [prose(f"html.lead.{layers}", **values)]
    if totals.tonnes_per_krona is not None:
        said.append(prose("html.lead.tonnes", ratio=per_mnkr(totals.tonnes_per_krona, story.lang), **values))
    return [*said, *(line.sentence for line in target(run, prose))]


def _figures(story: Story) -> list[Element]:
    """Four of: outlay, tonnes, emissions in the target year or reduction in it, room under the mandate or grants."""
    run, text, totals, lang = story.run, story.text, story.totals, story.lang
    ratio = per_mnkr(totals.tonnes_per_krona, lang) if totals.tonnes_per_krona is not None else "–"
    found = [
        _figure(story, "outlay", figure(totals.outlay_plan + totals.outlay_gap, "mnkr", lang), "mnkr", grants=story.mnkr(totals.grants)),
        _figure(story, "tonnes", figure(totals.tonnes, "t", lang), "t", quantity=quantity(story), ratio=ratio),
    ]
    if totals.emissions_target_year is not None and run.target_tonnes is not None:
        left = figure(totals.emissions_target_year, "t", lang)
        found.append(_figure(story, "emissions", left, "t", year=run.target_year, target=tonnes(run.target_tonnes, lang)))
    else:
        found.append(_figure(story, "reduction", figure(totals.tonnes_target_year, "t", lang), "t", year=run.target_year))
    debt = run.debt
    if debt is not None:
        line = next(y for y in debt.group if y.year == debt.tightest_year)
        values = {"year": debt.tightest_year, "mandate": mnkr(line.mandate or 0, lang)}
        found.append(_figure(story, "headroom", figure(debt.headroom, "mnkr", lang), "mnkr", **values))
    else:
        found.append(_figure(story, "chosen", figure(totals.chosen, "count", lang), "", of=text("html.figure.none")))
    return found


def _figure(story: Story, name: str, value: Element | str, unit: str, **values: object) -> Element:
    """What it is, the figure with its unit, and a line that says what it is to be seen against."""
    text = story.text
    shown = el("dd", value, class_="value")
    if unit:
        add(shown, " ", el("span", text("workbook.mnkr" if unit == "mnkr" else "workbook.tonnes"), class_="unit"))
    note = el("dd", text(f"html.figure.{name}.note", **values), class_="beside")
    return el("div", el("dt", text(f"html.figure.{name}.name", **values)), shown, note)


def _sure(story: Story) -> Element:
    """Proven or not, in words and with a sign, and that the audit holds."""
    run, prose = story.run, story.prose
    assert run.objective is not None
    assert run.audit is not None
    sure = proven(run)
    said = [] if sure else [could_be_better(run.objective, prose)]
    said += proof(run, run.objective, prose) if sure else [prose(f"terminal.stopped.{run.stop_reason.value}")]
    said.append(prose("html.sure.audited", checks=kronor(len(run.audit.checks), story.lang)))
    mark = el("p", el("strong", prose("html.sure.proven" if sure else "html.sure.not_proven")), class_="mark")
    return el("div", mark, *paragraphs(s for s in said if s), class_="sure" if sure else "sure unsure")
