"""The recommended plan against the adopted one: what is new, what is left out, and what is adopted but recommended outside the frame."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from portfolio.outcome import Decision, Layer, Run
from portfolio.reports.figures import in_unit
from portfolio.reports.findings import clean
from portfolio.text import Text

CHOSEN: Final = (Layer.PLAN, Layer.GAP)


class Against(NamedTuple):
    """Gross outlays (kr) by id: of what is recommended, but of what is left out in the adopted plan.

    Attributes:
        new: recommended, not adopted. dropped: adopted, not recommended. outside: adopted, and recommended in the gap.
    """

    new: dict[str, int]
    dropped: dict[str, int]
    outside: dict[str, int]


def adopted(run: Run) -> dict[str, int]:
    """Investments of the adopted plan, with their gross outlay (kr) there; none without an adopted plan."""
    return {d.id: d.total_outlay for d in _chosen(run.adopted_plan.decisions if run.adopted_plan is not None else ())}


def against(run: Run) -> Against:
    """The two plans, by id."""
    before = adopted(run)
    chosen = {d.id: d for d in _chosen(run.decisions)}
    return Against(
        {i: d.total_outlay for i, d in chosen.items() if i not in before},
        {i: kr for i, kr in before.items() if i not in chosen},
        {i: d.total_outlay for i, d in chosen.items() if i in before and d.layer is Layer.GAP},
    )


def against_adopted(run: Run, text: Text) -> list[str]:
    """The differences in a sentence each: those are the new decisions, whichever frame they stand in."""
    found = against(run)
    return [
        text(f"money.gap.{name}", count=len(part), mnkr=in_unit(sum(part.values()), text), ids=", ".join(clean(i) for i in sorted(part)))
        for name, part in found._asdict().items()
        if part
    ]


def needed_by(run: Run, text: Text) -> list[str]:
    """What stands outside the frame but is needed inside it, a sentence for each."""
    found = run.gap.needed_by if run.gap is not None else {}
    return [text("terminal.ladder.needed_by", needed=clean(i), by=listed(by, text)) for i, by in found.items()]


def listed(ids: Collection[str], text: Text) -> str:
    """Ids in a sentence: `K-01, K-02 och M-01`."""
    *most, last = (clean(i) for i in ids)
    return text("terminal.listed", most=", ".join(most), last=last) if most else last


def _chosen(decisions: Iterable[Decision]) -> list[Decision]:
    return [d for d in decisions if d.layer in CHOSEN]
