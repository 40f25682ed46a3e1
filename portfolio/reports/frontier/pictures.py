"""The curves as pictures."""

from __future__ import annotations

from decimal import Decimal

from portfolio.explored.frontier import Curve, Frontier
from portfolio.reports.findings import clean
from portfolio.reports.picture import Form, Panel, picture
from portfolio.text import Text

MILLION = 1_000_000


def drawn(found: Frontier, form: Form, text: Text) -> bytes:
    """A panel for each curve, and one for the floors when any of them is known."""
    panels = [_panel(found, curve, text) for curve in found.curves]
    if found.shares:
        panels.append(_floors(found, text))
    return picture(panels, form, text.lang, clean(found.title))


def _panel(found: Frontier, curve: Curve, text: Text) -> Panel:
    quantity = text(f"terminal.quantity.{curve.quantity}", year=found.target_year, until=found.until)
    values = {"year": found.target_year, "krona": text(f"terminal.krona.{found.krona}"), "quantity": quantity}
    return Panel(
        text(f"frontier.{curve.name}.title", **values),
        text("frontier.column.kronor", **values),
        text("frontier.column.tonnes", **values),
        [p.kronor for p in curve.points],
        [p.tonnes for p in curve.points],
        [n for n, p in enumerate(curve.points) if p.step],
        x_per=MILLION,
    )


def _floors(found: Frontier, text: Text) -> Panel:
    points = [p for p in found.shares if p.ratio is not None]
    return Panel(
        text("frontier.shares.title"),
        text("frontier.column.floor_percent"),
        text("frontier.column.ratio"),
        [Decimal(p.floor_share) * 100 for p in points],
        [Decimal(p.ratio or 0) * MILLION for p in points],
        [n for n, p in enumerate(points) if p.stated],
    )
