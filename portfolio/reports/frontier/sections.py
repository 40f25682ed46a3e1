"""What is said of the curves, and their tables: written once for the terminal and the workbook."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from portfolio.excel.charts import Chart
from portfolio.explored.frontier import Curve, Frontier, FrontierPoint, SharePoint
from portfolio.reports.answer import Said
from portfolio.reports.figures import in_unit, per_mnkr, share, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.money.section import NEVER, Col, Part, Section
from portfolio.text import Text

MILLION = 1_000_000


def sections(found: Frontier, text: Text) -> list[Section]:
    """Tonnes, target year, ratio against floor."""
    curves = [_curve_section(found, curve, text) for curve in found.curves]
    return [*curves, *(_missing_section(name, found, text) for name in found.missing), _share_section(found, text)]


def _missing_section(name: str, found: Frontier, text: Text) -> Section:
    """A curve of which nothing is known."""
    heading = text(f"frontier.missing_heading.{name}", year=found.target_year)
    return Section(name, (Said(text("frontier.missing"), "alarm"),), (), heading=heading)


def _curve_section(found: Frontier, curve: Curve, text: Text) -> Section:
    values = _values(found, curve, text)
    heads = {name: text(f"frontier.column.{name}", **values) for name in ("kronor", "tonnes", "ratio", "gap", "emissions")}
    columns = (
        Col("", "mnkr", 13, heading=heads["kronor"]),
        Col("", "t", 13, heading=heads["tonnes"]),
        Col("", "per_mnkr", 11, heading=heads["ratio"], rank=2),
        Col("", "mnkr", 11, heading=heads["gap"], rank=3),
        Col("", "t", 12, heading=heads["emissions"], rank=1),
        Col("", "count", 9, heading=text("frontier.column.count")),
        Col("", "text", 8, heading=text("frontier.column.step")),
        Col("", "wrapped", 44, heading=text("frontier.column.come"), rank=NEVER),
        Col("", "wrapped", 44, heading=text("frontier.column.gone"), rank=NEVER),
    )
    chart = Chart(
        text(f"frontier.{curve.name}.title", **values),
        heads["tonnes"],
        0,
        points=(1,),
        number_format="#,##0",
        x_axis=heads["kronor"],
        x_format="#,##0,,",
    )
    part = Part(
        f"budgetkurva_{curve.name}",
        text("frontier.points"),
        columns,
        tuple(_row(point, text) for point in curve.points),
        charts=(chart,),
    )
    return Section(
        curve.name,
        tuple(_said(found, curve, text)),
        (part,),
        heading=text(f"frontier.{curve.name}.heading", **values),
    )


def _values(found: Frontier, curve: Curve, text: Text) -> dict[str, object]:
    quantity = text(f"terminal.quantity.{curve.quantity}", year=found.target_year, until=found.until)
    return {"year": found.target_year, "krona": text(f"terminal.krona.{found.krona}"), "quantity": quantity}


def _row(point: FrontierPoint, text: Text) -> tuple[str | int | Decimal | None, ...]:
    ratio = Decimal(point.tonnes) * MILLION / point.kronor if point.kronor else None
    return (
        point.kronor,
        Decimal(point.tonnes),
        ratio,
        point.outlay_gap,
        Decimal(point.emissions) if point.emissions is not None else None,
        len(point.chosen),
        text("frontier.step") if point.step else "",
        ", ".join(clean(i) for i in point.come),
        ", ".join(clean(i) for i in point.gone),
    )


def _said(found: Frontier, curve: Curve, text: Text) -> Iterator[Said]:
    """The ends, what more money does not buy, the changes in kind, and whether it was settled."""
    first, last, lang = curve.points[0], curve.points[-1], text.lang
    values = _values(found, curve, text)
    yield Said(
        text(
            f"frontier.{curve.name}.ends",
            count=len(curve.points),
            low=in_unit(first.kronor, text),
            few=tonnes(first.tonnes, lang),
            high=in_unit(last.kronor, text),
            many=tonnes(last.tonnes, lang),
            **values,
        ),
        "strong",
    )
    if found.envelope is not None and last.kronor < found.envelope:
        yield Said(text("frontier.no_more", high=in_unit(last.kronor, text), envelope=in_unit(found.envelope, text)))
    half = next(p for p in curve.points if Fraction(p.tonnes) * 2 >= Fraction(last.tonnes))
    if last.tonnes > 0:
        part = share(Decimal(half.tonnes) / Decimal(last.tonnes), lang)
        yield Said(text("frontier.half", kronor=in_unit(half.kronor, text), tonnes=tonnes(half.tonnes, lang), share=part, **values))
    if curve.name == "target_year" and found.target_tonnes is not None and last.emissions is not None:
        met = next((p for p in curve.points if p.emissions is not None and p.emissions <= found.target_tonnes), None)
        target = tonnes(found.target_tonnes, lang)
        if met is not None:
            yield Said(text("frontier.met", target=target, kronor=in_unit(met.kronor, text), **values), "strong")
        else:
            yield Said(text("frontier.not_met", target=target, emissions=tonnes(last.emissions, lang), **values), "alarm")
    yield from (Said(sentence) for sentence in _steps(curve, text))
    if not curve.complete:
        yield Said(text("frontier.incomplete"), "alarm")
    unsettled = sum(point.outlay_gap is None for point in curve.points)
    if unsettled:
        yield Said(text("frontier.unsettled", count=unsettled), "alarm")


def _steps(curve: Curve, text: Text) -> Iterator[str]:
    """Where the portfolio changes in kind: what goes out, what comes in."""
    steps = [(before, here) for before, here in pairwise(curve.points) if here.step]
    if steps:
        yield text("frontier.steps", count=len(steps))
    elif curve.complete:
        yield text("frontier.no_steps")
    for before, here in steps:
        yield text(
            "frontier.at_step",
            kronor=in_unit(here.kronor, text),
            before=in_unit(before.kronor, text),
            gone=", ".join(clean(i) for i in here.gone),
            come=", ".join(clean(i) for i in here.come) or "–",
            more=tonnes(Decimal(here.tonnes) - Decimal(before.tonnes), text.lang),
        )


def _share_section(found: Frontier, text: Text) -> Section:
    if not found.shares:
        return Section("shares", (Said(text("frontier.shares.missing"), "alarm"),), (), heading=text("frontier.shares.heading"))
    values = {"krona": text(f"terminal.krona.{found.krona}")}
    columns = (
        Col("", "percent", 11, heading=text("frontier.column.floor")),
        Col("", "percent", 11, heading=text("frontier.column.own")),
        Col("", "mnkr", 13, heading=text("frontier.column.kronor", **values)),
        Col("", "t", 13, heading=text("frontier.column.tonnes", **_values(found, found.curves[0], text))),
        Col("", "per_mnkr", 11, heading=text("frontier.column.ratio")),
        Col("", "count", 9, heading=text("frontier.column.count")),
        Col("", "text", 10, heading=text("frontier.column.stated")),
    )
    chart = Chart(
        text("frontier.shares.title"),
        text("frontier.column.ratio"),
        0,
        points=(4,),
        number_format="#,##0",
        x_axis=text("frontier.column.floor"),
        x_format="0%",
    )
    part = Part("golv", "", columns, tuple(_share_row(point, text) for point in found.shares), charts=(chart,))
    return Section("shares", tuple(_share_said(found, text)), (part,), heading=text("frontier.shares.heading"))


def _share_row(point: SharePoint, text: Text) -> tuple[str | int | Decimal | None, ...]:
    return (
        Decimal(point.floor_share),
        Decimal(point.own_share),
        point.kronor,
        Decimal(point.tonnes),
        Decimal(point.ratio) * MILLION if point.ratio is not None else None,
        len(point.chosen),
        text("frontier.stated") if point.stated else "",
    )


def _share_said(found: Frontier, text: Text) -> Iterator[Said]:
    lang = text.lang
    yield Said(text("frontier.shares.what"))
    best = found.shares[0]
    if best.ratio is not None:
        yield Said(
            text(
                "frontier.shares.best",
                ratio=per_mnkr(Decimal(best.ratio), lang),
                kronor=in_unit(best.kronor, text),
                tonnes=tonnes(best.tonnes, lang),
                share=share(Decimal(best.own_share), lang),
            )
        )
    if not found.shares_complete:
        yield Said(text("frontier.shares.incomplete", share=share(Decimal(found.shares[-1].own_share), lang)), "alarm")
