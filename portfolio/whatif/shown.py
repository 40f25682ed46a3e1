"""What the screen shows of a plan, as text: the table of investments, the key figures, the years. Nothing here knows of a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portfolio.outcome import Decision, Layer, Run, Totals
from portfolio.records import Investment, Lock, LockKind, Status
from portfolio.reports.figures import MINUS, in_unit, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.limits import tightest
from portfolio.text import Text
from portfolio.whatif.edits import Edits
from portfolio.whatif.question import Basis
from portfolio.whatif.words import held_word

NOTHING = "–"
COLUMNS = ("id", "name", "lock", "layer", "start", "outlay", "tonnes", "change")
"""Columns of the table of investments."""
NUMBERS = ("start", "outlay", "tonnes")
"""Columns that stand to the right."""


@dataclass(frozen=True)
class Row:
    """One investment.

    Attributes:
        cells: by the order of `COLUMNS`.
        edited: its lock has been changed here. changed: the plan decides otherwise than the one that was begun with. chosen: it is made.
    """

    id: str
    cells: tuple[str, ...]
    edited: bool
    changed: bool
    chosen: bool


def rows(basis: Basis, edits: Edits, run: Run | None, text: Text) -> list[Row]:
    """The city's investments in the order of their ids; without a plan their decisions are empty."""
    now, then = _by_id(run), _by_id(basis.run)
    found = []
    for id, investment in basis.investments.items():
        d = now.get(id)
        chosen = d is not None and d.layer is not Layer.NOT_RECOMMENDED
        change = changed(then.get(id), d, text)
        lock = basis.lock(id, edits)
        name = clean(investment.name)
        word = _lock_of(investment, lock, text, edited=id in edits.locks)
        cells = (
            clean(id),
            f"{name} ({d.percent} %)" if d is not None and chosen and d.percent != 100 else name,
            f"{word}*" if id in edits.locks else word,
            text(f"whatif.layer.{d.layer.value}") if d is not None else NOTHING,
            str(d.start) if d is not None and d.start is not None else NOTHING,
            in_unit(d.total_outlay, text) if d is not None and chosen else NOTHING,
            tonnes(d.tonnes_objective, text.lang) if d is not None and chosen else NOTHING,
            change,
        )
        found.append(Row(id, cells, id in edits.locks, bool(change), chosen))
    return found


def _lock_of(investment: Investment, lock: Lock, text: Text, *, edited: bool) -> str:
    """What holds for an investment, in a word; nothing for one that is free."""
    free = lock.kind is LockKind.FREE and investment.status is not Status.COMMITTED
    return held_word(investment, lock, text) if not free or edited else ""


def _by_id(run: Run | None) -> dict[str, Decision]:
    return {d.id: d for d in run.decisions} if run is not None else {}


def changed(then: Decision | None, now: Decision | None, text: Text) -> str:
    """How a decision differs from what it was, in a word or two; empty when it does not, or when one of them is not known."""
    if then is None or now is None:
        return ""
    was, is_now = (d.layer is not Layer.NOT_RECOMMENDED for d in (then, now))
    if was != is_now:
        return text("whatif.change.in" if is_now else "whatif.change.out")
    if then.start != now.start:
        return text("whatif.change.start", year=str(then.start))
    if then.layer is not now.layer:
        return text(f"whatif.change.from_{then.layer.value}")
    if then.percent != now.percent:
        return text("whatif.change.percent", percent=then.percent)
    return ""


def headings(text: Text) -> tuple[str, ...]:
    """The headings of the table."""
    return tuple(text(f"whatif.column.{name}") for name in COLUMNS)


def grid(lines: Sequence[Sequence[str]], left: Sequence[int] = (0,), gutter: int = 2) -> list[str]:
    """Cells below each other; the columns in `left` begin together, the others end together."""
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    return [
        (" " * gutter).join(c.ljust(w) if n in left else c.rjust(w) for n, (c, w) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in lines
    ]


def figures(basis: Basis, run: Run | None, text: Text) -> list[str]:
    """The key figures of the plan: now, against the plan that was begun with, and what limits them; only headings without a plan."""
    heading = ("", *(text(f"whatif.figure.{name}") for name in ("now", "difference", "limit")))
    if run is None or run.totals is None:
        return grid([heading], gutter=1)
    table = _Figures(run, basis.run, text)
    return grid([heading, *table.lines(run.totals)], gutter=1)


class _Figures:
    """The lines of one plan beside the one that was begun with."""

    def __init__(self, run: Run, begun: Run | None, text: Text) -> None:
        self.run, self.text = run, text
        self.begun = begun if begun is not None and begun.totals is not None else None

    def lines(self, t: Totals) -> Iterator[Sequence[str]]:
        run, text = self.run, self.text
        year, until = run.target_year, run.model["horizon"]["effects_until"]["value"]
        frames = [y.frame for y in run.years if y.frame is not None]
        yield text("whatif.figure.chosen"), str(t.chosen), self._more(t.chosen, self._then("chosen"), str), ""
        yield self._tonnes(text(f"whatif.figure.{run.model['objective']['quantity']}", year=str(year), until=str(until)), "tonnes")
        if t.emissions_target_year is not None:
            target = tonnes(run.target_tonnes, text.lang) if run.target_tonnes is not None else ""
            yield self._tonnes(text("whatif.figure.emissions", year=str(year)), "emissions_target_year", target)
        limit = in_unit(sum(frames), text) if frames else ""
        yield self._money(text("whatif.figure.plan"), t.outlay_plan, self._then("outlay_plan"), limit)
        yield self._money(text("whatif.figure.gap"), t.outlay_gap, self._then("outlay_gap"))
        peak = tightest(run)
        if peak is not None:
            then = next((y.net_debt for y in self.begun.years if y.year == peak.year), None) if self.begun is not None else None
            yield self._money(text("whatif.figure.debt", year=str(peak.year)), peak.debt, then, in_unit(peak.mandate, text))
        if run.bonds is not None:
            yield self._money(text("whatif.figure.bonds"), t.bond_eligible, self._then("bond_eligible"))

    def _then(self, name: str) -> Any:
        """A total of the plan that was begun with; None when there is none."""
        return getattr(self.begun.totals, name) if self.begun is not None else None

    def _money(self, name: str, now: int, then: int | None, limit: str = "") -> tuple[str, ...]:
        return name, in_unit(now, self.text), self._more(now, then, lambda kr: in_unit(int(kr), self.text)), limit

    def _tonnes(self, name: str, of: str, limit: str = "") -> tuple[str, ...]:
        now, then = getattr(self.run.totals, of), self._then(of)
        return name, tonnes(now, self.text.lang), self._more(now, then, lambda t: tonnes(t, self.text.lang)), limit

    def _more(self, now: Decimal | int, then: Decimal | int | None, shown: Callable[[Decimal], str]) -> str:
        """How much more it is, with its sign; `±0` when nothing differs, empty when there is nothing to compare with."""
        if then is None:
            return ""
        more = Decimal(now) - Decimal(then)
        return f"{'+' if more > 0 else MINUS}{shown(abs(more))}" if more else "±0"


def years(run: Run | None, text: Text, *, wide: bool) -> list[str]:
    """The frame and what is used of it, and the net debt, year by year; the gap and the mandate too where there is room for them."""
    names = ("year", "frame", "used", "gap", "debt", "mandate") if wide else ("year", "frame", "used", "debt")
    lines = [tuple(text(f"whatif.year.{name}") for name in names)]
    for y in run.years if run is not None and run.totals is not None else ():
        amounts = {"frame": y.frame_available, "used": y.outlay_plan, "gap": y.outlay_gap, "debt": y.net_debt, "mandate": y.mandate}
        found = [amounts[name] for name in names[1:]]
        lines.append((str(y.year), *(in_unit(kr, text) if kr is not None else NOTHING for kr in found)))
    return grid(lines, gutter=2 if wide else 1)
