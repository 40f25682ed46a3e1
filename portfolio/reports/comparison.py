"""Rounds beside each other in the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from string import ascii_uppercase

from rich.console import Console

from portfolio.explained import ComparedDecision, ComparedFigure, ComparedYear, Comparison
from portfolio.outcome import Layer
from portfolio.reports.figures import in_unit, number, per_mnkr, tonnes
from portfolio.reports.findings import clean, shortened
from portfolio.reports.page import Page
from portfolio.reports.run_json import dump
from portfolio.text import Text


def to_json(found: Comparison) -> str:
    """The comparison as it is; kronor are integers, tonnes in t."""
    return dump({"status": "same" if found.same else "different", **found.model_dump(mode="json")})


def render(found: Comparison, text: Text, console: Console, *, everything: bool = False) -> None:
    """Legend, figures, decisions, kronor by year; each round is a letter, so that six fit beside each other; of more
    than have room the others stand in tables below, the first round in each.

    Args:
        everything: what is the same in all rounds is there too, and the headings do not say that it differs.
    """
    page = Page(text, console)
    letters = ascii_uppercase[: len(found.labels)]
    page.line(text("comparison.title", count=len(found.labels)), "bold")
    for letter, label, status in zip(letters, found.labels, found.statuses, strict=True):
        page.line(text("comparison.legend", letter=letter, label=clean(label), status=text(f"comparison.status.{status}")))
    if found.basis:
        page.line(text("comparison.basis", names=shortened(", ".join(clean(name) for name in found.basis))))
    if found.same:
        page.line(text("comparison.same"))
    heads = [(letter, "right") for letter in letters]
    if found.figures:
        page.title(text("comparison.all_figures" if everything else "comparison.figures"))
        rows = [(_name(f, text), *(_shown(v, f, text) for v in f.values)) for f in found.figures]
        page.table([(text("comparison.figure_heading"), "left"), *heads], rows, names=0, whole=True, stays=2)
    if found.decisions:
        page.title(text("comparison.all_decisions" if everything else "comparison.decisions", count=len(found.decisions)))
        head = [(text("money.short.name"), "left"), (text("money.short.id"), "left"), *((letter, "left") for letter in letters)]
        page.table(head, [_decision(d) for d in found.decisions], names=0, stays=3)
    for name, lines in (("outlay", found.outlay), ("net_debt", found.net_debt), ("charges", found.charges)):
        if lines:
            page.title(text(f"comparison.{name}"))
            page.table([(text("terminal.years.year"), "left"), *heads], [_year(line, text) for line in lines], stays=2)
    page.line("")
    page.line(text("terminal.rounded"))


def _name(figure: ComparedFigure, text: Text) -> str:
    return text(f"comparison.measured.{figure.name}.{figure.counts}" if figure.counts else f"comparison.figure.{figure.name}")


def _shown(value: Decimal | None, figure: ComparedFigure, text: Text) -> str:
    if value is None:
        return "–"
    match figure.unit:
        case "kr":
            return in_unit(int(value), text)
        case "t/kr":
            return per_mnkr(value, text.lang)
        case "t":
            return tonnes(value, text.lang)
        case _:
            return number(value, 0, text.lang)


def _decision(d: ComparedDecision) -> Sequence[str]:
    cells = []
    for layer, start, percent in zip(d.layers, d.starts, d.percents, strict=True):
        if start is None:
            cells.append("–")
        else:
            mark = "*" if layer == Layer.GAP.value else ""
            cells.append(f"{start}{mark}" if percent == 100 else f"{start}{mark} {percent} %")
    return (clean(d.name), clean(d.id), *cells)


def _year(line: ComparedYear, text: Text) -> Sequence[str]:
    return (str(line.year), *(in_unit(kr, text) if kr is not None else "–" for kr in line.values))
