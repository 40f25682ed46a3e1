"""Why an investment is decided as it is, in at most ten sentences."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from portfolio.explained import BreakEven, Forced, Why
from portfolio.outcome import Decision, Layer
from portfolio.reports.conflict import given
from portfolio.reports.figures import in_unit, kronor, number, per_mnkr, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.reason import sentence
from portfolio.reports.run_json import dump
from portfolio.text import Text


def to_json(found: Why) -> str:
    """What was found, as it is; kronor are integers, tonnes in t."""
    return dump(found.model_dump(mode="json"))


def lines(found: Why, decision: Decision, text: Text) -> Iterator[str]:
    """The decision and its reason, what another decision would do, whether there is room, and where the decision turns."""
    kind = found.layer if found.start is not None or found.layer == Layer.EXTERNAL.value else Layer.NOT_RECOMMENDED.value
    names = {"id": clean(found.id), "name": clean(found.name), "owner": clean(found.owner), "year": found.start or ""}
    yield text(f"why.decided.{kind}", **names)
    yield sentence(decision, text)
    for forced in found.forced:
        yield from _forced(forced, text)
    if not found.fits:
        yield text("why.beside", what=given(found.beside, text)) if found.beside else text("why.no_place")
    elif any(f.what == "in" and f.possible for f in found.forced):
        yield text("why.fits_bound" if found.bound else "why.fits")
    for turn in found.break_even:
        yield _turn(turn, text)
    if not found.complete:
        yield text("why.incomplete")


def _forced(f: Forced, text: Text) -> Iterator[str]:
    if not f.possible:
        yield text(f"why.{f.what}_impossible", year=f.year or "")
        if f.stops:
            yield text("why.possible", what=given(f.stops, text))
        return
    if f.tonnes == 0 and f.kronor == 0:
        yield text(f"why.{f.what}_same", year=f.year or "")
    else:
        ratio, before = _told_apart(f.ratio, f.ratio_before, text)
        yield text(
            f"why.{f.what}",
            year=f.year or "",
            tonnes=text(f"why.tonnes_{_way(f.tonnes)}", tonnes=tonnes(abs(f.tonnes), text.lang)),
            kronor=text(f"why.kronor_{_way(f.kronor)}", mnkr=in_unit(abs(f.kronor), text)),
            ratio=ratio,
            before=before,
        )
    if f.below_floor:
        yield text(f"why.{f.what}_below_floor", year=f.year or "")
    if f.stops:
        yield text("why.stops", year=f.year or "", what=given(f.stops, text))
    elif f.gap_outlay > 0:
        yield text("why.more_in_the_gap", mnkr=in_unit(f.gap_outlay, text))
    if f.gone or f.come:
        others = {"gone": ", ".join(clean(i) for i in f.gone), "come": ", ".join(clean(i) for i in f.come)}
        yield text("why.gone_and_come" if f.gone and f.come else "why.gone" if f.gone else "why.come", **others)


def _told_apart(ratio: Decimal | None, before: Decimal | None, text: Text) -> tuple[str, str]:
    """Both ratios in t per mnkr, with as many decimals as it takes to see that they differ, at most two."""
    for more in range(3):
        first, second = (per_mnkr(x, text.lang, more) if x is not None else "–" for x in (ratio, before))
        if first != second:
            break
    return first, second


def _way(change: Decimal | int) -> str:
    return "more" if change > 0 else "less" if change < 0 else "same"


def _turn(turn: BreakEven, text: Text) -> str:
    """Exact on both sides: to the krona, to the kilogram."""
    if turn.chosen_at is None or turn.not_chosen_at is None:
        return text(f"why.{turn.what}_never", least=kronor(int(turn.least), text.lang) if turn.what == "outlay" else "")
    if turn.what == "outlay":
        figures = [kronor(int(kr), text.lang) for kr in (turn.chosen_at, turn.not_chosen_at, turn.today)]
    else:
        figures = [number(t, 3, text.lang) for t in (turn.chosen_at, turn.not_chosen_at, turn.today)]
    return text(f"why.{turn.what}_turns", chosen=figures[0], other=figures[1], today=figures[2])
