"""A set of decisions counted through: starts, money and tonnes, from each decision's id, layer, start and per cent alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portfolio.audit.effects import Active, Effects, ceilings_of, city_active, delivered, pairs_by_loser
from portfolio.audit.facts import Facts
from portfolio.audit.ledger import Ledger, Started
from portfolio.audit.sheet import Exact
from portfolio.audit.tonnes import REDUCTION, Tonnes
from portfolio.outcome import Decision
from portfolio.planning import KronaKind, Planning
from portfolio.records import Portfolio


@dataclass(frozen=True)
class Counted:
    """A plan and everything that it was counted from.

    Attributes:
        started: started city investments by id, in order of id.
    """

    portfolio: Portfolio
    planning: Planning
    facts: Mapping[str, Facts]
    started: Mapping[str, Started]
    ledger: Ledger
    tonnes: Tonnes

    @property
    def gross(self) -> Exact:
        """Gross outlay of everything started (kr), all years."""
        return sum((x.total_outlay() for x in self.started.values()), 0)

    @property
    def kronor(self) -> Exact:
        """Kronor of the objective's kind."""
        if self.planning.objective.krona is KronaKind.NET:
            return sum((x.total_net() for x in self.started.values()), 0)
        return self.gross

    @property
    def target_year(self) -> int:
        """The year of the target."""
        return self.planning.horizon.target_year.value

    @property
    def reductions(self) -> int:
        """Counted reductions in the target year (ticks)."""
        return self.tonnes.years[self.target_year].reductions


def counted(portfolio: Portfolio, planning: Planning, facts: Mapping[str, Facts], decisions: Sequence[Decision]) -> Counted:
    """Count a plan through; its choices are not checked here."""
    chosen = {x.id: x for x in decisions if x.start is not None and facts[x.id].city}
    started = {i: Started(facts[i], x.layer, x.start, x.percent) for i, x in sorted(chosen.items()) if x.start is not None}
    return Counted(
        portfolio, planning, facts, started, Ledger(tuple(started.values()), planning), Tonnes(portfolio, planning, facts, started)
    )


def reductions_of(c: Counted, started: Mapping[str, Started], *, outside: bool = False, in_full: bool = False) -> int:
    """Counted reductions (ticks) in the target year if these investments were started.

    Args:
        outside: together with what external actors then deliver. in_full: all of it, whatever share the model lets count.
    """
    active: dict[str, Active] = city_active(started)
    if outside:
        external = delivered(c.facts, c.planning, started)
        active |= {i: replace(x, share=1) if in_full else x for i, x in external.items()}
    year = c.target_year
    return Effects(active, pairs_by_loser(c.portfolio), range(year, year + 1), ceilings_of(c.portfolio, c.planning)).counted(
        year, REDUCTION
    )
