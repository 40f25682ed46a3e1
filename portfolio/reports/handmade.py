"""A plan made by hand, in words: what it gives, what it breaks, what it costs against the best plan."""

from __future__ import annotations

import json

from portfolio.analysis.handmade import HandMade
from portfolio.outcome import SolveStatus
from portfolio.reports.breach import breach_line, broken
from portfolio.reports.difference import change_lines, signed
from portfolio.reports.figures import in_unit, per_mnkr, tonnes
from portfolio.text import Text


def render(made: HandMade, text: Text) -> list[str]:
    """The plan as lines."""
    lang, totals = text.lang, made.plan.totals
    ratio = per_mnkr(totals.tonnes_per_krona, lang) if totals.tonnes_per_krona is not None else "–"
    shown = {"chosen": totals.chosen, "mnkr": in_unit(totals.kronor, text), "tonnes": tonnes(totals.tonnes, lang), "ratio": ratio}
    lines = [text("handmade.plan", **shown)]
    breaches = made.plan.audit.breaches
    if breaches:
        lines += [text("handmade.breaks", broken=broken(breaches, text)), *(f"  {breach_line(c, text)}" for c in breaches)]
    else:
        lines.append(text("handmade.holds", checks=len(made.plan.audit.checks)))
    best = made.best.totals
    if best is None:
        return [*lines, text("handmade.no_best")]
    proven = made.best.status is SolveStatus.PROVEN_BEST
    ratio = per_mnkr(best.tonnes_per_krona, lang) if best.tonnes_per_krona is not None else "–"
    lines.append(
        text(
            "handmade.against_best" if proven else "handmade.against_found",
            tonnes=signed(tonnes(totals.tonnes - best.tonnes, lang)),
            mnkr=signed(in_unit(totals.kronor - best.kronor, text)),
            ratio=ratio,
        )
    )
    return [*lines, *(change_lines(made.changes, text) or [text("handmade.same")])]


def to_json(made: HandMade) -> str:
    """The same for machines; kronor are integers, tonnes in t."""
    found = {
        "status": "holds" if not made.plan.audit.breaches else "breached",
        "plan": made.plan.model_dump(mode="json", include={"totals", "audit", "decisions"}),
        "best": made.best.totals.model_dump(mode="json") if made.best.totals is not None else None,
        "best_status": made.best.status.value,
        "changes": [{"what": c.what, **c.model_dump(mode="json")} for c in made.changes],
    }
    return json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
