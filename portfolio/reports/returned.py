"""What an officer gets back: the decision for every row of the workbook that came, and a sheet with the owner's summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

from portfolio.errors import Finding, Severity, finding
from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Block, Sheet, Value, workbook_bytes
from portfolio.excel.found import TableFound
from portfolio.excel.preflight import open_workbook
from portfolio.excel.splice.columns import NewColumn
from portfolio.excel.splice.document import NotSpliced
from portfolio.excel.splice.returned import Target, return_workbook
from portfolio.outcome import Decision, Layer, Run
from portfolio.reports.answer import answer
from portfolio.reports.figures import moment, share
from portfolio.reports.findings import clean
from portfolio.reports.reason import sentence
from portfolio.reports.sheets import labels
from portfolio.reports.workbook import Book
from portfolio.text import Text

ORDER = (Layer.PLAN, Layer.GAP, Layer.NOT_RECOMMENDED, Layer.EXTERNAL)


@dataclass(frozen=True)
class Returned:
    """A workbook to be written: its name in the folder `returned`, and its bytes."""

    name: str
    content: bytes


def render(run: Run, tables: Sequence[TableFound], text: Text) -> tuple[list[Returned], list[Finding]]:
    """Every input workbook with decisions in it, and a finding for each that cannot be returned.

    Args:
        run: a run that has a plan.
        tables: where the investments stand in the workbooks.
        text: the language of headings and sentences.
    """
    made: list[Returned] = []
    findings: list[Finding] = []
    by_id = {d.id: d for d in run.decisions}
    for file in run.inputs:
        own = [t for t in tables if t.file == file.file and t.rows]
        if not own:
            continue
        path = Path(file.file)
        if path.name in {r.name for r in made}:
            findings.append(finding("return_same_name", file.file, severity=Severity.WARNING))
            continue
        workbook = open_workbook(path)
        if workbook.sha256 != file.sha256:
            findings.append(finding("return_changed", file.file, severity=Severity.WARNING))
            continue
        decisions = [by_id[i] for t in own for i in t.rows if i in by_id]
        targets = [_target(t, by_id, text) for t in own]
        try:
            content = return_workbook(workbook.content, targets, text("returned.sheet"), partial(summary_sheet, run, decisions, text))
        except NotSpliced as fault:
            findings.append(finding(fault.code, file.file, fault.place, severity=Severity.WARNING, **fault.values))
        else:
            made.append(Returned(path.name, content))
    return made, findings


def _target(table: TableFound, by_id: dict[str, Decision], text: Text) -> Target:
    """The columns of one table: decision, start year, tonnes per krona, bond, reason."""
    rows = {row: by_id[i] for i, row in table.rows.items() if i in by_id}
    columns = (
        _column("decision", "text", 17, {r: decision(d, text) for r, d in rows.items()}, text),
        _column("decided_start", "year", 9, {r: d.start for r, d in rows.items()}, text),
        _column("tonnes_per_krona", "ratio", 12, {r: _per_mnkr(d) for r, d in rows.items()}, text),
        _column("bond_share", "text", 13, {r: bond(d, text) for r, d in rows.items()}, text),
        _column("motive", "note", 60, {r: sentence(d, text) for r, d in rows.items()}, text),
    )
    return Target(table.sheet, table.header_row, table.last_row, max(table.columns.values()), columns, dict(table.ours))


def _column(field: str, kind: str, width: int, values: dict[int, Value], text: Text) -> NewColumn:
    return NewColumn(field, text(f"excel.column.{field}"), kind, width, values)


def _per_mnkr(d: Decision) -> Value:
    """Tonnes per mnkr of a chosen investment, to two decimals."""
    return round(d.tonnes_per_krona * 1_000_000, 2) if d.tonnes_per_krona is not None else None


def decision(d: Decision, text: Text) -> str:
    """`i planen`, or `i planen, 60 %` of a scalable investment."""
    word = text(f"workbook.layer.{d.layer.value}")
    return f"{word}, {d.percent} %" if d.layer in (Layer.PLAN, Layer.GAP) and d.percent != 100 else word


def bond(d: Decision, text: Text) -> str:
    """Category and the share of the outlay that sustainable bonds can finance: `CT, 85 %`; empty when they can finance nothing."""
    if d.bond_category is None or not d.bond_eligible or not d.total_outlay:
        return ""
    return f"{d.bond_category}, {share((Decimal(d.bond_eligible) / d.total_outlay).quantize(Decimal('0.01')), text.lang)}"


def summary_sheet(run: Run, decisions: Sequence[Decision], text: Text, name: str) -> bytes:
    """A workbook with one sheet: the plan in a sentence, this workbook's part of it, its investments, its outlay by year."""
    book = Book(run, text)
    lines = [said.sentence for said in answer(run, text)[:1]]
    lines += [text("returned.part", count=len(decisions)), text("returned.how"), text("returned.created", created=moment(run.created))]
    sheet = Sheet(
        name,
        text("returned.title", title=clean(run.title)),
        tuple(lines),
        (_by_decision(book, decisions), _outlays(book, decisions), _list(book, decisions)),
    )
    return workbook_bytes([sheet], labels(text))


def _by_decision(book: Book, decisions: Sequence[Decision]) -> Block:
    rows: list[tuple[Value, ...]] = []
    for layer in ORDER:
        own = [d for d in decisions if d.layer is layer]
        if own:
            chosen = [d for d in own if d.layer is not Layer.NOT_RECOMMENDED]
            rows.append(
                (
                    book.t(f"workbook.layer.{layer.value}"),
                    len(own),
                    sum(d.total_outlay for d in chosen),
                    sum(d.tonnes_objective for d in chosen),
                    sum(d.tonnes_target_year for d in chosen),
                    sum(d.bond_eligible for d in chosen),
                )
            )
    columns = (
        book.column("decision", width=18),
        book.column("count", "count", 10, summed=True),
        book.column("outlay", "mnkr", 12, summed=True),
        book.column("objective_tonnes", "t", 12, summed=True),
        book.column("target_tonnes", "t", 12, year=book.run.target_year, summed=True),
        book.column("bond_eligible", "mnkr", 16, summed=True),
    )
    return Block("Beslut_summa", book.t("returned.by_decision"), columns, tuple(rows))


def _outlays(book: Book, decisions: Sequence[Decision]) -> Block:
    layers = (Layer.PLAN, Layer.GAP)
    years = sorted({*book.years, *(t for d in decisions if d.layer in layers for t, kr in d.outlay.items() if kr)})
    rows = tuple((t, *(sum(d.outlay.get(t, 0) for d in decisions if d.layer is layer) for layer in layers)) for t in years)
    columns = (
        book.column("year", "year", 18),
        book.column("outlay_plan", "mnkr", 10, summed=True),
        book.column("outlay_gap", "mnkr", 12, summed=True),
    )
    chart = Chart(book.t("returned.chart"), book.t("workbook.mnkr"), 0, bars=(1, 2))
    spent = any(kr for _, *amounts in rows for kr in amounts)
    return Block("Beslut_ar", book.t("returned.outlays"), columns, rows, (chart,) if spent else ())


def _list(book: Book, decisions: Sequence[Decision]) -> Block:
    found = sorted(decisions, key=lambda d: (ORDER.index(d.layer), d.id))
    columns = (
        book.column("decision", width=18),
        book.column("id", width=10),
        book.column("start", "year", 12),
        book.column("outlay", "mnkr", 12, summed=True),
        book.column("objective_tonnes", "t", 12, summed=True),
        book.column("bond", width=16),
        book.column("name", "wrapped", 34),
        book.column("reason", "wrapped", 50),
    )
    rows = tuple(
        (
            book.t(f"workbook.layer.{d.layer.value}"),
            clean(d.id),
            d.start,
            d.total_outlay if d.layer is not Layer.NOT_RECOMMENDED else None,
            d.tonnes_objective if d.layer is not Layer.NOT_RECOMMENDED else None,
            bond(d, book.t),
            clean(d.name),
            sentence(d, book.t),
        )
        for d in found
    )
    return Block("Beslut_lista", book.t("returned.list"), columns, rows)
