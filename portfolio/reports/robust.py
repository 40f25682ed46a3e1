"""Decisions under uncertainty in the terminal, as JSON and as a workbook with charts: written once as sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.console import Console

from portfolio.excel.charts import Chart
from portfolio.excel.decision_workbook import Sheet, Value, workbook_bytes
from portfolio.explored.robust import Choice, CoreLine, Robust, Spread
from portfolio.reports.answer import Said
from portfolio.reports.figures import in_unit, share, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.limits import limit_name
from portfolio.reports.money.section import Col, Part, Section, block, show
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.reports.sheets import labels
from portfolio.text import Text
from portfolio.units import KRONOR_PER

FIRST = 8
"""Lines of a ranking that the terminal shows; the workbook has all."""


def to_json(found: Robust) -> str:
    """Everything, as it is: kronor are integers, tonnes in t, shares 0–1."""
    return dump({"status": "complete" if found.complete else "incomplete", **found.model_dump(mode="json")})


def render(found: Robust, choice: str, text: Text, console: Console) -> None:
    """How far the proofs go, then the sections; rankings are cut after their first lines."""
    page = Page(text, console)
    page.line(clean(found.title), "bold")
    for said in _head(found, text):
        page.line(said.sentence, "bold red" if said.weight == "alarm" else "")
    for section in sections(found, choice, text, FIRST):
        show(section, page)
    page.line("")
    page.line(text("robust.rounded"))


def _head(found: Robust, text: Text) -> Iterator[Said]:
    words = {"done": found.done, "asked": found.asked, "distribution": text(f"robust.distribution.{found.distribution}")}
    yield Said(text("robust.what", seed=str(found.seed), **words))
    if found.done < found.asked:
        yield Said(text("robust.interrupted", done=found.done, asked=found.asked), "alarm")
    elif not found.complete:
        yield Said(text("robust.uncompared"), "alarm")
    yield Said(text("robust.proven", proven=found.proven, audited=found.audited))
    if found.not_proven:
        if found.most_gap is None:
            gap = text("robust.gap_unknown")
        elif found.objective == "least_cost":
            gap = text("robust.gap_kronor", mnkr=in_unit(int(found.most_gap), text))
        else:
            gap = text("robust.gap_tonnes", tonnes=tonnes(found.most_gap, text.lang))
        yield Said(text("robust.not_proven", count=found.not_proven, gap=gap), "alarm")
    if found.infeasible:
        yield Said(text("robust.infeasible", count=found.infeasible), "alarm")
    if found.not_unique:
        yield Said(text("robust.not_unique", count=found.not_unique))


def sections(found: Robust, choice: str, text: Text, most: int | None = None) -> list[Section]:
    """For the terminal (`most` lines of a ranking) and the workbook (all of them)."""
    if not found.done:
        return []
    made = [_core(found, text), _decided_now(found, text)]
    if found.choices:
        made.append(_first(found, text, most))
    made.append(_tornado(found, text, most))
    if found.choices:
        made.append(_choices(found, choice, text))
    return made


def _core(found: Robust, text: Text) -> Section:
    by_kind = {kind: [line for line in found.cores if line.core == kind] for kind in ("always", "contested", "never")}
    lines = []
    for kind in ("always", "never"):
        ids = ", ".join(clean(line.id) for line in by_kind[kind])
        lines.append(Said(text(f"robust.{kind}", count=len(by_kind[kind]), ids=ids) if ids else text(f"robust.{kind}_none")))
    against = [line for line in by_kind["never"] if line.recommended]
    if against:
        lines.append(Said(text("robust.never_recommended", ids=", ".join(clean(line.id) for line in against)), "alarm"))
    if not by_kind["contested"]:
        lines.append(Said(text("robust.contested_none")))
    columns = core_columns(text)
    ordered = sorted(by_kind["contested"], key=lambda line: (-line.share, line.id))
    charts = (Chart(text("robust.chart.core"), text("robust.column.share"), 1, bars=(3,), number_format="0%"),)
    contested = Part("omstridda", text("robust.contested"), columns, tuple(core_row(x, text) for x in ordered), charts, names=0)
    settled = [line for kind in ("always", "never") for line in by_kind[kind]]
    others = Part("avgjorda", text("robust.settled"), columns, tuple(core_row(x, text) for x in settled), names=0, terminal=False)
    return Section("core", tuple(lines), (contested, others), heading=text("robust.heading.core"))


def core_columns(text: Text) -> tuple[Col, ...]:
    """Of a table of investments: which plans have them, and from which years."""
    return (
        Col("", "text", 40, heading=text("robust.column.name")),
        Col("", "text", 9, heading=text("robust.column.id")),
        Col("", "text", 16, heading=text("robust.column.recommended")),
        Col("", "percent", 12, heading=text("robust.column.share")),
        Col("", "text", 34, heading=text("robust.column.starts")),
    )


def core_row(line: CoreLine, text: Text) -> tuple[Value, ...]:
    """An investment in that table."""
    recommended = str(line.recommended_start) if line.recommended else text("robust.no")
    starts = ", ".join(f"{year}: {share(round(Decimal(part), 2), text.lang)}" for year, part in line.starts.items())
    return (clean(line.name), clean(line.id), recommended, Decimal(line.share), starts)


def _decided_now(found: Robust, text: Text) -> Section:
    lines = [Said(text("robust.held"))]
    if found.regret is not None:
        r = found.regret
        if r.mean_tonnes is not None:
            values = {"mean": r.mean_tonnes, "p95": r.p95_tonnes, "most": r.most_tonnes}
            shown = {name: tonnes(value or 0, text.lang) for name, value in values.items()}
            lines.append(Said(text("robust.regret_most" if found.objective == "most_tonnes" else "robust.regret_tonnes", **shown)))
        if r.mean_kronor is not None:
            in_kronor = {"mean": r.mean_kronor, "p95": r.p95_kronor, "most": r.most_kronor}
            lines.append(Said(text("robust.regret_kronor", **{name: in_unit(value or 0, text) for name, value in in_kronor.items()})))
        lines.append(Said(text("robust.best", share=share(Decimal(r.best), text.lang))))
    names = ("estimate", "p5", "p50", "p95", "mean")
    columns = (
        Col("", "text", 34, heading=text("robust.column.figure")),
        *(Col("", "t", 13, heading=text(f"robust.column.{n}")) for n in names),
    )
    rows = tuple(_spread_row(line, text) for line in found.spreads)
    spreads = Part("utfall", "", columns, rows, names=0)
    kept_columns = (
        Col("", "text", 34, heading=text("robust.column.limit")),
        Col("", "year", 8, heading=text("robust.column.year")),
        Col("", "percent", 12, heading=text("robust.column.kept")),
    )
    charts = (Chart(text("robust.chart.kept"), text("robust.column.kept"), 0, bars=(2,), number_format="0%"),)
    wholes = tuple(
        (limit_name(k.constraint, text), k.year, Decimal(k.share)) for k in found.kept if k.year is None or k.constraint == "target"
    )
    years = tuple(
        (limit_name(k.constraint, text) + (f" {clean(k.subject)}" if k.subject else ""), k.year, Decimal(k.share))
        for k in found.kept
        if k.year is not None and k.constraint != "target"
    )
    at_risk = tuple(row for row in years if row[2] < 1)
    parts = [
        spreads,
        Part("halls", text("robust.keeps"), kept_columns, wholes, charts),
        Part("halls_ar", text("robust.keeps_years"), kept_columns, at_risk),
        Part("halls_alla_ar", text("robust.keeps_years"), kept_columns, years, terminal=False),
    ]
    return Section("held", tuple(lines), tuple(p for p in parts if p.rows), heading=text("robust.heading.held"))


def _spread_row(line: Spread, text: Text) -> tuple[Value, ...]:
    """Tonnes as they are; kronor in the unit asked for, a decimal: the column holds both."""
    scale = Decimal(1 if line.unit == "t" else KRONOR_PER[text.unit])
    values = (line.estimate, line.p5, line.p50, line.p95, line.mean)
    return (text(f"robust.figure.{line.what}"), *(None if v is None else round(Decimal(v) / scale, 1) for v in values))


def _first(found: Robust, text: Text, most: int | None) -> Section:
    """Which estimate to firm up first."""
    in_tonnes = found.objective != "least_cost"
    perfect = Decimal(found.perfect or 0)
    total = (
        text("robust.unit.tonnes", value=tonnes(perfect, text.lang))
        if in_tonnes
        else text("robust.unit.kronor", value=in_unit(int(perfect), text))
    )
    lines = [Said(text("robust.information", candidates=found.candidates, total=total))]
    if found.information:
        top = found.information[0]
        worth = _worth(top.tonnes, top.kronor, text)
        lines.append(Said(text("robust.first", what=_what(top.figure, top.id, top.name, text), worth=worth), "strong"))
    else:
        lines.append(Said(text("robust.first_none")))
    columns = [
        Col("", "text", 40, heading=text("robust.column.name")),
        Col("", "text", 9, heading=text("robust.column.id")),
        Col("", "text", 14, heading=text("robust.column.estimate_of")),
    ]
    columns += [Col("", "t", 12, heading=text("robust.column.worth_tonnes"))] if in_tonnes else []
    has_kronor = any(line.kronor is not None for line in found.information)
    columns += [Col("", "mnkr", 12, heading=text("robust.column.worth_kronor"))] if has_kronor else []
    rows = []
    for line in found.information[:most]:
        row: list[Value] = [clean(line.name) or text("robust.external"), clean(line.id) or "–", text(f"robust.estimate.{line.figure}")]
        row += [Decimal(line.tonnes or 0)] if in_tonnes else []
        row += [line.kronor] if has_kronor else []
        rows.append(tuple(row))
    charts = (Chart(text("robust.chart.information"), columns[3].heading, 1, bars=(3,), number_format="#,##0"),) if rows else ()
    part = Part("information", "", tuple(columns), tuple(rows), charts, names=0)
    return Section("first", tuple(lines), (part,) if rows else (), heading=text("robust.heading.first"))


def _worth(in_tonnes: Decimal | None, in_kronor: int | None, text: Text) -> str:
    parts = [text("robust.unit.tonnes", value=tonnes(in_tonnes, text.lang))] if in_tonnes is not None else []
    parts += [text("robust.unit.kronor", value=in_unit(in_kronor, text))] if in_kronor is not None else []
    return text("robust.or").join(parts)


def _what(figure: str, i: str, name: str, text: Text) -> str:
    return text(f"robust.estimate_of.{figure}", id=clean(i), name=clean(name))


def _tornado(found: Robust, text: Text, most: int | None) -> Section:
    heading = text(f"robust.measure.{found.measure}")
    kind = {"per_mnkr": "per_mnkr", "tonnes": "t", "kronor": "mnkr"}[found.measure]
    columns = (
        Col("", "text", 40, heading=text("robust.column.name")),
        Col("", "text", 9, heading=text("robust.column.id")),
        Col("", "text", 14, heading=text("robust.column.estimate_of")),
        Col("", "text", 18, heading=text("robust.column.range")),
        Col("", kind, 12, heading=text("robust.column.at_low")),
        Col("", kind, 12, heading=text("robust.column.at_high")),
    )
    rows = tuple(
        (
            clean(line.name),
            clean(line.id),
            text(f"robust.estimate.{line.figure}"),
            _range(line.figure, Decimal(line.low), Decimal(line.high), text),
            Decimal(line.at_low),
            Decimal(line.at_high),
        )
        for line in found.tornado[:most]
    )
    charts = (Chart(text("robust.heading.tornado"), heading, 1, lines=(4, 5), number_format="#,##0" if kind != "mnkr" else "#,##0,,"),)
    lines = (Said(text("robust.tornado", measure=heading) if rows else text("robust.tornado_none")),)
    return Section(
        "tornado", lines, (Part("tornado", "", columns, rows, charts, names=0),) if rows else (), heading=text("robust.heading.tornado")
    )


def _range(figure: str, low: Decimal, high: Decimal, text: Text) -> str:
    match figure:
        case "delay":
            return text("robust.range.delay", years=int(high))
        case "grant":
            return text("robust.range.grant")
    return text("robust.range.share", low=share(low, text.lang), high=share(high, text.lang))


def _choices(found: Robust, choice: str, text: Text) -> Section:
    in_tonnes = found.objective != "least_cost"
    kind = "t" if in_tonnes else "mnkr"
    columns = (
        Col("", "text", 34, heading=text("robust.column.choice")),
        Col("", "t", 13, heading=text("robust.column.tonnes")),
        Col("", "mnkr", 12, heading=text("robust.column.kronor")),
        Col("", kind, 13, heading=text("robust.column.value")),
        Col("", kind, 13, heading=text("robust.column.most_regret")),
        Col("", "percent", 12, heading=text("robust.column.within")),
    )
    base = found.choices[0]
    rows = tuple(
        (
            text(f"robust.choice.{c.name}"),
            Decimal(c.tonnes),
            c.kronor,
            _signed(Decimal(c.value) - Decimal(base.value), in_tonnes),
            _signed(Decimal(c.most_regret), in_tonnes),
            Decimal(c.kept),
        )
        for c in found.choices
    )
    chosen = next(c for c in found.choices if c.name == choice)
    lines = [Said(text("robust.among", candidates=found.candidates)), Said(_against(chosen, text), "strong")]
    return Section("choices", tuple(lines), (Part("val", "", columns, rows, names=0),), heading=text("robust.heading.choices"))


def _signed(value: Decimal, in_tonnes: bool) -> Value:
    return round(value) if in_tonnes else int(value)


def _against(chosen: Choice, text: Text) -> str:
    """What the choice changes in the recommended plan."""
    parts = [
        text(f"robust.{name}", ids=", ".join(clean(i) for i in ids)) for name, ids in (("come", chosen.come), ("gone", chosen.gone)) if ids
    ]
    if chosen.moved:
        parts.append(text("robust.moved", ids=", ".join(f"{clean(i)} {chosen.starts[i]}" for i in chosen.moved)))
    if chosen.resized:
        parts.append(text("robust.resized", ids=", ".join(f"{clean(i)} {chosen.percents.get(i, 100)}" for i in chosen.resized)))
    change = "; ".join(parts) if parts else text("robust.same_set")
    return text("robust.shown", choice=text(f"robust.choice.{chosen.name}"), change=change)


def workbook(found: Robust, text: Text) -> bytes:
    """A sheet a section, with native charts."""
    head = tuple(said.sentence for said in _head(found, text))
    sheets = [
        Sheet(
            text(f"robust.sheet.{section.name}"),
            f"{clean(found.title)} – {section.heading}",
            (*(head if n == 0 else ()), *(said.sentence for said in section.lines)),
            tuple(block(part, text) for part in _whole(section.parts) if part.rows),
        )
        for n, section in enumerate(sections(found, "expected", text))
    ]
    if not sheets:
        sheets = [Sheet(text("robust.sheet.core"), clean(found.title), head)]
    return workbook_bytes(sheets, labels(text))


def _whole(parts: Sequence[Part]) -> list[Part]:
    """In the workbook the whole list stands once: not its extract for the terminal too."""
    names = {part.name for part in parts}
    return [part for part in parts if not (part.name == "halls_ar" and "halls_alla_ar" in names)]
