"""The cost curve as a picture; apart from the rest, so that a run does not load what draws."""

from __future__ import annotations

from decimal import Decimal

from portfolio.explored.costs import Costs
from portfolio.reports.costs import quantity_name
from portfolio.reports.findings import clean
from portfolio.reports.picture import Form, widths
from portfolio.text import Text


def picture(found: Costs, form: Form, text: Text) -> bytes:
    """Bars as wide as their tonnes and as high as a tonne costs; net-savers in a panel of their own, by kronor saved."""
    cost = [line for line in found.lines if line.panel == "cost"]
    saving = [line for line in found.lines if line.panel == "saving"]
    panels = [(text("costs.cost"), text("costs.column.per_tonne"), [(line.id, line.tonnes, Decimal(line.per_tonne or 0)) for line in cost])]
    if saving:
        heights = [(line.id, line.tonnes, Decimal(line.net_cost) / 1_000_000) for line in saving]
        panels.append((text("costs.saving"), text("costs.column.net"), heights))
    return widths([p for p in panels if p[2]], quantity_name(found, text), form, text.lang, clean(found.title))
