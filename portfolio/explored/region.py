"""The plans of several cities that share a pool of grants."""

from __future__ import annotations

from portfolio.records import Frozen
from portfolio.statements import Number


class RegionDecision(Frozen):
    """A started investment: its start year, the per cent bought, gross outlay (kr), and what it draws from the pool (kr)."""

    id: str
    name: str
    start: int
    percent: int
    outlay: int
    drawn: int


class RegionCity(Frozen):
    """One city's plan. Audited.

    Attributes:
        tonnes: cumulative (t). unlimited: what the city alone would have without a limit to the pool (t).
        kronor: gross outlay. drawn: from the pool (kr).
        of: investments in the city's control. checks: of its audit. decisions: what is started, by id.
    """

    name: str
    tonnes: Number
    unlimited: Number
    kronor: int
    drawn: int
    of: int
    checks: int
    decisions: tuple[RegionDecision, ...]


class RegionPlan(Frozen):
    """A region's plans.

    Attributes:
        title: of the region. until: last year of the tonnes.
        pool, drawn: kronor there are, and that are drawn. price: of the pool's last kronor, tonnes per krona; 0 when it is not used up.
        tonnes: of all cities (t). bound: no choice has more. gap: bound less tonnes.
        proven: no choice of plans has more tonnes. finished: each plan has the fewest kronor for its tonnes and what it draws.
        stopped: the clock or Ctrl-C came before the end.
        questions: programmes that were solved, one city each.
    """

    title: str
    until: int
    pool: int
    drawn: int
    price: Number
    tonnes: Number
    bound: Number
    gap: Number
    proven: bool
    finished: bool
    stopped: bool
    questions: int
    cities: tuple[RegionCity, ...]
