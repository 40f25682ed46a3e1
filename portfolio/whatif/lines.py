"""The sentences of the screen: how it stands with the plan, and everything about it in detail."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.outcome import Layer, Run, SolveStatus
from portfolio.reports.answer import Said, answer, closing, gaps
from portfolio.reports.conflict import conflict_lines
from portfolio.reports.figures import in_unit
from portfolio.reports.findings import clean
from portfolio.reports.limits import headroom, left_of
from portfolio.text import Text
from portfolio.whatif.session import Session
from portfolio.whatif.shown import changed, years
from portfolio.whatif.words import change_lines


def status(session: Session, text: Text, seconds: int | None) -> list[Said]:
    """How it stands: what is being solved, what failed, or the answer as the main job gives it.

    Args:
        seconds: how long the solve has been going on; None when none is.
    """
    said: list[Said] = []
    if seconds is not None:
        first = session.basis.run is None
        said.append(Said(text("whatif.solving_first" if first else "whatif.solving", seconds=seconds), "alarm"))
    elif session.fault:
        said.append(Said(text("whatif.fault", fault=session.fault), "alarm"))
    run = session.run
    if run is None or (seconds is not None and run.totals is None):
        return said
    if seconds is None and not session.settled:
        said.append(Said(text("whatif.not_of_these"), "alarm"))
    return [*said, *verdict(run, text)]


def verdict(run: Run, text: Text) -> list[Said]:
    """The answer of a run: the headline and how far the proof goes, or why there is no plan."""
    if run.totals is None:
        return [Said(line, "alarm" if n == 0 else "plain") for n, line in enumerate(without_plan(run, text))]
    said = answer(run, text)
    return said[:1] if run.status is SolveStatus.PROVEN_BEST else said


def without_plan(run: Run, text: Text) -> Iterator[str]:
    """Why there is no plan, as the main job says it."""
    if run.status is SolveStatus.INFEASIBLE:
        yield text("terminal.infeasible")
        yield from conflict_lines(run, text)
    else:
        yield text("terminal.stopped_without_plan") + " " + text(f"terminal.stopped.{run.stop_reason.value}")


def details(session: Session, text: Text, *, beside: bool = False) -> Iterator[Said]:
    """Everything about the plan that is shown, under headings.

    Args:
        beside: the headline and the years stand beside it already.
    """
    run, basis = session.run, session.basis
    yield Said(text("whatif.details.changes"), "strong")
    changes = list(change_lines(session.edits, basis, text))
    yield from (Said(line) for line in changes or [text("whatif.details.no_changes")])
    if run is None:
        return
    if not session.settled:
        yield Said(text("whatif.not_of_these"), "alarm")
    said = answer(run, text)[beside:] if run.totals is not None else [] if beside else verdict(run, text)
    yield from _section("answer", said, text)
    if run.totals is None:
        return
    if not beside:
        yield from _section("years", [Said(line) for line in (*years(run, text, wide=True), *headroom(run, text))], text)
    yield from _section("difference", [Said(line) for line in differences(session, run, text)], text)
    yield from _section("limits", [Said(line) for line in limits(run, text)], text)
    inside = [f"{clean(d.id)} {clean(d.name)}: {in_unit(d.total_outlay, text)} mnkr" for d in run.decisions if d.layer is Layer.GAP]
    yield from _section("gap", [Said(line) for line in (*inside, *gaps(run, text), *closing(run, text))], text)
    warnings = [Said(f"{f.message} {f.remedy}") for f in run.findings if f.severity == "warning"]
    yield from _section("warnings", warnings, text)


def _section(name: str, said: list[Said], text: Text) -> Iterator[Said]:
    """A blank line, a heading and what is said below it; nothing when nothing is."""
    if said:
        yield Said("")
        yield Said(text(f"whatif.details.{name}"), "strong")
        yield from said


def differences(session: Session, run: Run, text: Text) -> list[str]:
    """Every investment that is decided otherwise than in the plan that was begun with; a sentence when none is."""
    begun = session.basis.run
    if begun is None or begun.totals is None:
        return []
    then = {d.id: d for d in begun.decisions}
    words = [(d, changed(then.get(d.id), d, text)) for d in run.decisions]
    found = [
        text(
            "whatif.details.differs_made" if d.start is not None else "whatif.details.differs",
            id=clean(d.id),
            name=clean(d.name),
            word=word,
            start=str(d.start),
        )
        for d, word in words
        if word
    ]
    return found or [text("whatif.details.same")]


def limits(run: Run, text: Text) -> list[str]:
    """Which limits bind, and how much is left of the others."""
    found = [left_of(limit, run, text) for limit in run.limits]
    return [text("whatif.details.limit", **{**x._asdict(), "where": f" {x.where}" if x.where else ""}) for x in found]
