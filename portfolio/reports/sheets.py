"""What every workbook that is written has in common."""

from __future__ import annotations

from portfolio.excel.decision_workbook import Labels
from portfolio.text import Text


def labels(text: Text) -> Labels:
    """The words on every sheet, in the language of the reader."""
    return Labels(text("workbook.total"), text("workbook.page"), text("workbook.author"), text.lang)
