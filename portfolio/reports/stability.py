"""Number of changes against tonnes, in the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from rich.console import Console

from portfolio.explored.stability import Change, Stability, StabilityCurve, StabilityRow
from portfolio.reports.figures import in_unit, number, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.folded import folded_table
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.text import Text

FEW = 3
"""The changes that a sentence tells."""


def to_json(found: Stability) -> str:
    """Everything, as it is: kronor are integers, tonnes in t."""
    return dump({"status": "complete" if found.complete else "incomplete", **found.model_dump(mode="json")})


def render(found: Stability, text: Text, console: Console) -> None:
    """What a row is, then each curve: the three changes that give most, what a price says, and the table."""
    page = Page(text, console)
    page.line(clean(found.title), "bold")
    page.line(text("stability.what", adopted=found.adopted))
    if found.limit is not None:
        page.line(text("stability.limit", limit=found.limit))
    for curve in found.curves:
        quantity = text(f"terminal.quantity.{found.quantity}", year=found.target_year, until=found.until)
        page.title(text(f"stability.heading.{curve.scope}", quantity=quantity))
        for sentence in _sentences(found, curve, text):
            page.line(sentence)
        if curve.rows:
            names = (("changes", "right"), ("tonnes", "right"), ("gain", "right"), ("kronor", "right"), ("made", "left"))
            columns = [(text(f"stability.column.{name}"), side) for name, side in names]
            folded_table(page, columns, [_row(row, curve.worth, text) for row in curve.rows])
    page.line("")
    if not found.complete:
        page.line(text("stability.incomplete"), "bold red")
    page.line(text("stability.rounded", krona=text(f"terminal.krona.{found.krona}")))


def _sentences(found: Stability, curve: StabilityCurve, text: Text) -> Iterator[str]:
    if not curve.rows:
        yield text("stability.no_plan" if curve.complete else "stability.unknown")
        return
    if curve.fewest:
        yield text("stability.fewest", n=curve.fewest)
    few = next((row for row in reversed(curve.rows) if row.changes <= FEW), None)
    settled = curve.complete or (few is not None and few.changes == FEW)
    if few is not None and settled and curve.rows[0].changes == curve.fewest:
        yield _few(few, curve, text)
    if found.price is not None:
        yield _worth(found.price, curve, text)
    yield text("stability.enough", n=curve.rows[-1].changes)
    if curve.missing:
        yield text("stability.missing", numbers=_numbers(curve.missing))
    elif not curve.complete:
        yield text("stability.missing_any")


def _numbers(missing: Sequence[int]) -> str:
    """Neighbours as a span."""
    spans: list[list[int]] = []
    for n in missing:
        if spans and spans[-1][-1] == n - 1:
            spans[-1] = [spans[-1][0], n]
        else:
            spans.append([n])
    return ", ".join("–".join(map(str, span)) for span in spans)


def _few(row: StabilityRow, curve: StabilityCurve, text: Text) -> str:
    """The three changes that give most together; fewer where three give nothing more than those."""
    first, made = curve.rows[0], len(row.made)
    if not made:
        return text("stability.few_none")
    what = made_of(row.made, text)
    if row is first:
        return text("stability.few_needed", count=made, what=what)
    more, dearer = Decimal(row.tonnes) - Decimal(first.tonnes), row.kronor - first.kronor
    way = "more" if dearer > 0 else "less" if dearer < 0 else "same"
    given = {"tonnes": tonnes(more, text.lang), "kronor": text(f"stability.{way}", mnkr=in_unit(abs(dearer), text))}
    than = text("stability.than_needed", n=first.changes) if first.changes else text("stability.than_none")
    return text("stability.few" if made == FEW else "stability.fewer", count=made, what=what, than=than, **given)


def _worth(price: Decimal, curve: StabilityCurve, text: Text) -> str:
    shown = number(price, max(0, -int(price.normalize().as_tuple().exponent)), text.lang)
    if curve.worth is None:
        return text("stability.worth_unknown", price=shown)
    row = next(row for row in curve.rows if row.changes == curve.worth)
    return text("stability.worth", price=shown, n=curve.worth, tonnes=tonnes(row.tonnes, text.lang))


def _row(row: StabilityRow, worth: int | None, text: Text) -> Sequence[str]:
    lang = text.lang
    mark = "*" if row.changes == worth else ""
    gain = "–" if row.gain is None else tonnes(row.gain, lang)
    return (mark + str(row.changes), tonnes(row.tonnes, lang), gain, in_unit(row.kronor, text), made_of(row.made, text))


def made_of(made: Sequence[Change], text: Text) -> str:
    """What comes in, by start year, what goes out, what is moved."""
    if not made:
        return text("stability.as_adopted")
    parts = []
    come = sorted((change for change in made if change.kind == "in"), key=lambda change: (change.after or 0, change.id))
    for year, same in groupby(come, key=lambda change: change.after):
        parts.append(text("stability.in", year=str(year), ids=_ids(same)))
    gone = [change for change in made if change.kind == "out"]
    if gone:
        parts.append(text("stability.out", ids=_ids(gone)))
    moves = [text("stability.move", id=clean(c.id), before=str(c.before), after=str(c.after)) for c in made if c.kind == "moved"]
    if moves:
        parts.append(text("stability.moved", what=", ".join(moves)))
    return "; ".join(parts)


def _ids(made: Iterator[Change] | Sequence[Change]) -> str:
    return ", ".join(clean(change.id) for change in made)
