"""Limits as people read them: what they are called, what is left of them, where the debt comes closest to its mandate."""

from __future__ import annotations

from typing import NamedTuple

from portfolio.outcome import BindingLimit, Run
from portfolio.reports.figures import in_unit, tonnes
from portfolio.reports.sectors import subject_name
from portfolio.text import Text

OWN_NAMES = ("all", "target", "start_window", "requires")
"""What is not a limit of the programme, or is another one in a world than in it."""


class Left(NamedTuple):
    """What is left of a limit: its name, where (owner and year, as far as it has them), how much with its unit, whether it binds."""

    name: str
    where: str
    left: str
    word: str


def left_of(limit: BindingLimit, run: Run, text: Text) -> Left:
    """A limit of the plan of a run in words."""
    left = in_unit(int(limit.slack), text) if limit.unit == "kr" else tonnes(limit.slack, text.lang)
    unit = text("terminal.unit.mnkr") if limit.unit == "kr" else text(f"audit.unit.{limit.unit}")
    return Left(
        text(f"constraint.{limit.constraint}.name"),
        " ".join(str(x) for x in (subject_name(run, limit.constraint, limit.subject, text), limit.year or "") if x),
        f"{left} {unit}",
        text("terminal.limits.binds" if limit.binds else "terminal.limits.free"),
    )


class Peak(NamedTuple):
    """The year in which the net debt comes closest to the mandate (kr)."""

    year: int
    debt: int
    mandate: int


def tightest(run: Run) -> Peak | None:
    """Where least is left to the mandate, the first year of several; None without a mandate."""
    found = [Peak(y.year, y.net_debt, y.mandate) for y in run.years if y.net_debt is not None and y.mandate is not None]
    return min(found, key=lambda p: (p.mandate - p.debt, p.year), default=None)


def headroom(run: Run, text: Text) -> list[str]:
    """What the frame of a year is, and where least is left to the mandate; nothing without a mandate."""
    peak = tightest(run)
    return [text("terminal.years.headroom", mnkr=in_unit(peak.mandate - peak.debt, text), year=peak.year)] if peak is not None else []


def limit_name(constraint: str, text: Text) -> str:
    """What a limit is called; a few are called otherwise, since a delayed world moves the windows too."""
    return text(f"robust.limit.{constraint}" if constraint in OWN_NAMES else f"constraint.{constraint}.name")
