"""The sheets about bonds: issues with use of proceeds and what is unallocated, and the sustainability-linked bonds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Block, Column, Sheet, Value
from portfolio.reports.bond_report.parts import Parts, illustrative
from portfolio.reports.findings import clean


def issues(p: Parts) -> Sheet:
    """The issues with their deadlines, and what is unallocated year by year."""
    columns = (
        p.column("issue", "wrapped", 32),
        p.column("issue_year", "year", 14),
        *p.summed("amount", "before", "allocated_in_plan", "unallocated", width=15),
        p.column("deadline", "year", 14),
        p.column("issue_kind", "text", 14),
        p.column("illustrative", "text", 14),
        p.column("source", "wrapped", 60),
    )
    pool = (
        p.column("year", "year", 32),
        p.column("pool_opening", width=14),
        *p.summed("issued", "allocated", "refinanced", width=15),
        p.column("pool_closing", width=15),
        p.column("overdue", width=14),
    )
    years = tuple((y.year, y.opening, y.issued, y.allocated, y.refinanced, y.closing, y.overdue) for y in p.bonds.pool)
    chart = Chart(p.t("bond_report.issues.chart"), p.t("workbook.mnkr"), 0, bars=(3, 4), lines=(5,))
    return p.sheet(
        "issues",
        Block("Emissioner", p.t("bond_report.issues.lines"), columns, tuple(_issues(p))),
        Block("Pool", p.t("bond_report.issues.pool"), pool, years, (chart,)),
        lines=(p.overdue(), p.t("bond_report.issues.formula")),
    )


def _issues(p: Parts) -> Iterator[tuple[Value, ...]]:
    """Outstanding issues as the model states them; new ones have one source together, or none when they are made as needed."""
    outstanding = {i["name"]: i for i in p.model["issues"] if i["kind"] == "use_of_proceeds"}
    new = p.model.get("new_issues")
    for i in p.bonds.issues:
        stated = outstanding.get(i.name, new)
        source = clean(str(stated["source"])) if stated else p.t("bond_report.issues.as_needed")
        kind = p.t("bond_report.issues.outstanding" if i.name in outstanding else "bond_report.issues.new")
        amounts = (i.amount, i.allocated_before, i.allocated, i.unallocated)
        yield (clean(i.name), i.year, *amounts, i.deadline, kind, p.mark(stated), source)


def linked(p: Parts) -> Sheet:
    """The sustainability-linked bonds and their own target by year; what missing it costs is in kronor, for a step-up is small."""
    columns = (
        p.column("year", "year", 34),
        *(p.column(name, "t", 14) for name in ("emissions", "linked_target", "missed_by")),
        p.column("nominal", width=14),
        *p.summed("exposure", kind="kr", width=14),
    )
    rows = tuple((y.year, y.emissions, y.target, y.missed_by, y.nominal, y.exposure) for y in p.bonds.linked)
    chart = Chart(p.t("bond_report.linked.chart"), p.t("workbook.tonnes"), 0, bars=(1,), lines=(2,), number_format="#,##0")
    targets = p.model["linked_targets"]
    lines = [p.exposure(), p.t("bond_report.linked.targets", source=clean(str(targets["source"])))]
    if illustrative(targets):
        lines.append(p.t("bond_report.linked.illustrative"))
    return p.sheet(
        "linked",
        Block("Lankade", p.t("bond_report.linked.issues"), _linked_columns(p), tuple(_linked_issues(p))),
        Block("Mal", p.t("bond_report.linked.years"), columns, rows, (chart,)),
        lines=lines,
    )


def _linked_columns(p: Parts) -> tuple[Column, ...]:
    return (
        p.column("issue", "wrapped", 34),
        p.column("issue_year", "year", 14),
        p.column("matures", "year", 14),
        *p.summed("amount", width=14),
        p.column("penalty", "rate", 14),
        p.column("illustrative", "text", 14),
        p.column("source", "wrapped", 80),
    )


def _linked_issues(p: Parts) -> Iterator[tuple[Value, ...]]:
    for i in p.model["issues"]:
        if i["kind"] == "sustainability_linked":
            matures, penalty = i.get("matures"), i.get("penalty")
            yield (
                clean(str(i["name"])),
                int(i["year"]["value"]),
                int(matures["value"]) if matures else None,
                int(i["amount"]["value"]),
                Decimal(str(penalty["value"])) if penalty else None,
                p.mark(i),
                clean(str(i["source"])),
            )
