"""The sustainable bonds' allocation and impact report, as a workbook of its own for the treasury, investors and an external reviewer.

Nothing is counted here but sums by category of figures in the bond statement; whole kronor stand in the cells.
"""

from __future__ import annotations

from portfolio.excel.decision_workbook import workbook_bytes
from portfolio.outcome import Run
from portfolio.reports.bond_report.investments import allocations, categories, projects, selection
from portfolio.reports.bond_report.parts import Parts
from portfolio.reports.bond_report.proceeds import issues, linked
from portfolio.reports.bond_report.rules import frameworks
from portfolio.reports.bond_report.summary import summary
from portfolio.reports.sheets import labels
from portfolio.text import Text


def render(run: Run, text: Text) -> bytes:
    """The report of a run whose model has bonds.

    Args:
        run: a run with a plan; `run.bonds` is not None.
        text: the catalogue in the reader's language.

    Returns:
        The workbook; the same run gives the same bytes.
    """
    assert run.bonds is not None
    parts = Parts(run, run.bonds, text)
    made = [make(parts) for make in (summary, categories, projects, allocations, issues, selection, frameworks)]
    if run.bonds.linked:
        made.append(linked(parts))
    return workbook_bytes(made, labels(text))
