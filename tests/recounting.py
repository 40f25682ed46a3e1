"""The audit's own statements of a set of picks, held against those of the accounts: every case that is worked by hand tries both."""

from __future__ import annotations

from collections.abc import Sequence

from portfolio.accounts import Accounts
from portfolio.analysis.plan import no_reasons
from portfolio.audit.counted import Counted, counted
from portfolio.audit.facts import facts_of
from portfolio.audit.recount import Recount, Recounted
from portfolio.audit.sheet import Sheet
from portfolio.evaluate import Picks
from portfolio.instance import Instance
from portfolio.outcome import Decision
from portfolio.records import Frozen


def counted_through(d: Instance, picks: Picks) -> tuple[Counted, dict[str, Decision]]:
    """What the audit counts of the picks, and the decisions that state them."""
    decisions = Accounts(d, picks).decisions(no_reasons(d))
    return counted(d.portfolio, d.planning, facts_of(d.portfolio, d.planning), decisions), {x.id: x for x in decisions}


def no_difference(stated: Frozen | Sequence[Frozen], own: Recounted) -> None:
    """Every leaf of the statement, or of lines of one, is what the audit counts."""
    sheet = Sheet()
    recount = Recount(sheet, "statement_debt")
    recount.compare("", stated.model_dump() if isinstance(stated, Frozen) else [line.model_dump() for line in stated], own)
    assert not sheet.checks, [(c.subject, c.year, c.left, c.right) for c in sheet.checks[:5]]
