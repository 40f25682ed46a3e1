"""Prices by re-solving in the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from rich.console import Console

from portfolio.explored.prices import Phasing, Prices, Step, TonneStep, Unproven
from portfolio.reports.figures import MINUS, in_unit, kronor, number, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.text import Text
from portfolio.units import KRONOR_PER

MILLION = 1_000_000


def to_json(found: Prices) -> str:
    """Everything, as it is: kronor are integers, tonnes in t."""
    return dump({"status": "complete" if found.complete else "incomplete", **found.model_dump(mode="json")})


def render(found: Prices, text: Text, console: Console) -> None:
    """Steps of the limits, a tonne in the target year, another spread over the years."""
    page, lang = Page(text, console), text.lang
    quantity = text(f"terminal.quantity.{found.quantity}", year=found.target_year, until=found.until)
    krona = text(f"terminal.krona.{found.krona}")
    page.line(clean(found.title), "bold")
    page.line(text("prices.what"))
    if found.frame_tonnes is not None and found.frame_kronor is not None:
        told = {"tonnes": tonnes(found.frame_tonnes, lang), "kronor": in_unit(found.frame_kronor, text)}
        page.line(text("prices.frame_base", quantity=quantity, krona=krona, **told))
    else:
        page.line(text("prices.no_frame" if found.frame_settled else "prices.frame_unknown"))
    told = {"tonnes": tonnes(found.both_tonnes, lang), "kronor": in_unit(found.both_kronor, text)}
    page.line(text("prices.both_base", quantity=quantity, krona=krona, **told))
    page.title(text("prices.steps", quantity_short=quantity))
    names = [("limit", "left"), ("years", "left"), ("scope", "left"), ("step", "right"), ("tonnes", "right"), ("kronor", "right")]
    columns = [(text(f"prices.column.{name}"), side) for name, side in (*names, ("per", "right"))]
    idle = _idle(found)
    rows = [_row(steps, text) for steps in _joined(found.steps) if _key(steps[0]) not in idle]
    if rows:
        page.table(columns, rows, names=0, optional=(6, 5))
    if idle or not found.unproven:
        page.line(_idle_said(idle, text) if found.steps else text("prices.no_limits"))
    if found.unproven:
        page.line(text("prices.unproven", count=len(found.unproven), all=len(found.unproven) + len(found.steps)))
    page.title(text("prices.target"))
    if found.reductions_kronor is None:
        page.line(text("prices.target_unknown", year=found.target_year, tonnes=tonnes(found.reductions, lang)))
    else:
        cost = in_unit(found.reductions_kronor, text)
        page.line(text("prices.target_base", year=found.target_year, tonnes=tonnes(found.reductions, lang), kronor=cost, krona=krona))
    for step in found.tonnes:
        page.line(_tonne(step, found.target_year, text))
    if found.phasings:
        page.title(text("prices.phasing"))
        for phasing in found.phasings:
            page.line(_phase(phasing, text))
    page.line("")
    if not found.complete:
        page.line(text("prices.incomplete"), "bold red")
    page.line(text("prices.rounded"))


Key = tuple[str, str, int]
"""Limit, scope and step (kr)."""


def _key(step: Step | Unproven) -> Key:
    return step.limit, step.scope, step.step


def _idle(found: Prices) -> list[Key]:
    """The steps that change nothing, in whatever year; proven for every year."""
    moving = {_key(step) for step in found.steps if not (step.possible and step.tonnes == step.kronor == 0)}
    moving |= set(map(_key, found.unproven))
    return [key for key in dict.fromkeys(map(_key, found.steps)) if key not in moving]


def _joined(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Neighbouring years with the same answer to the same step."""
    for _, same in groupby(steps, key=lambda s: (s.limit, s.year is None, s.step, s.scope, s.possible, s.tonnes, s.kronor)):
        yield list(same)


def _row(steps: Sequence[Step], text: Text) -> Sequence[str]:
    first, last, lang = steps[0], steps[-1], text.lang
    years = "" if first.year is None else str(first.year)
    if first.year != last.year:
        years = text("prices.same_years", first=str(first.year), last=str(last.year))
    head = (text(f"prices.limit.{first.limit}"), years, text(f"prices.scope.{first.scope}"), signed(first.step, text))
    if not first.possible:
        return (*head, text("prices.impossible"), "", "")
    per = number(Decimal(first.tonnes) * MILLION / first.step, 0, lang)
    sign = "+" if first.tonnes > 0 else ""
    return (*head, sign + tonnes(first.tonnes, lang), signed(first.kronor, text), per)


def signed(amount: int, text: Text) -> str:
    """Kronor in the unit asked for with their sign; nothing has none."""
    return ("+" if amount > 0 else "") + in_unit(amount, text)


def _idle_said(keys: Sequence[Key], text: Text) -> str:
    """Which steps change nothing, limit by limit."""
    idle: dict[tuple[str, str], list[int]] = {}
    for limit, scope, step in keys:
        idle.setdefault((limit, scope), []).append(step)
    if not idle:
        return text("prices.no_idle")
    parts = []
    for (limit, scope), amounts in idle.items():
        both = [a for a in amounts if a > 0 and -a in amounts]
        alone = [a for a in amounts if -a not in amounts]
        shown = [f"±{_step(a, text)}" for a in sorted(both)]
        shown += [("+" if a > 0 else MINUS) + _step(abs(a), text) for a in sorted(alone)]
        said = {"limit": text(f"prices.limit.{limit}"), "scope": text(f"prices.scope.{scope}")}
        parts.append(text("prices.idle_limit", steps=", ".join(shown), **said))
    return text("prices.idle", what="; ".join(parts))


def _step(kronor: int, text: Text) -> str:
    """A step of whole mnkr: no decimals in any unit."""
    return number(Decimal(kronor) / KRONOR_PER[text.unit], 0, text.lang)


def _tonne(step: TonneStep, year: int, text: Text) -> str:
    lang = text.lang
    if not step.possible:
        return text("prices.tonne_impossible", step=number(step.step, 0, lang), year=year)
    price = kronor(round(Decimal(step.kronor) / step.step), lang)
    name = "more" if step.step > 0 else "less"
    amounts = {"step": number(abs(step.step), 0, lang), "kronor": in_unit(abs(step.kronor), text)}
    return text(f"prices.tonne_{name}", year=year, price=price, **amounts)


def _phase(phasing: Phasing, text: Text) -> str:
    lang = text.lang
    suffix = "_any" if phasing.most is None else ""
    most = {"most": _step(phasing.most, text)} if phasing.most is not None else {}
    if not phasing.moves:
        return text(f"prices.phase_none{suffix}", **most)
    moves = ", ".join(text("prices.move", kronor=in_unit(m.kronor, text), source=m.source, target=m.target) for m in phasing.moves)
    changed = "more" if phasing.kronor > 0 else "less" if phasing.kronor < 0 else "same"
    dearer = text(f"prices.{changed}", mnkr=in_unit(abs(phasing.kronor), text))
    amount = dearer if phasing.kronor else text("prices.same")
    return text(f"prices.phase{suffix}", moves=moves, tonnes=tonnes(phasing.tonnes, lang), kronor=amount, **most)
