"""Pictures of curves, as PNG and SVG, with Matplotlib; the same figures give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from portfolio.reports.figures import number
from portfolio.text import Lang

Exact = int | Decimal
Form = Literal["png", "svg"]
BLUE, RED, GREY = "#1F5A8A", "#B3261E", "#9AA5B1"


@dataclass(frozen=True)
class Panel:
    """One diagram.

    Attributes:
        title, x_label, y_label: in the reader's language, with units.
        x, y: the points, in the order of x; the line between them is a stair: more money buys nothing until the next point.
        marked: numbers of points that stand out.
        x_per, y_per: units of x and y in one unit of their axes.
    """

    title: str
    x_label: str
    y_label: str
    x: Sequence[Exact]
    y: Sequence[Exact]
    marked: Sequence[int] = ()
    x_per: int = 1
    y_per: int = 1


def picture(panels: Sequence[Panel], form: Form, lang: Lang, title: str) -> bytes:
    """The panels below each other."""
    with mpl.rc_context({"svg.hashsalt": "portfolio", "font.size": 10, "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 3.8 * len(panels)), dpi=150, layout="constrained")
        figure.suptitle(title, fontsize=13, fontweight="bold")
        for n, panel in enumerate(panels, start=1):
            _draw(figure.add_subplot(len(panels), 1, n), panel, lang)
        return _saved(figure, form, title)


def _saved(figure: Figure, form: Form, title: str) -> bytes:
    target = io.BytesIO()
    meta = {"Date": None, "Title": title} if form == "svg" else {"Software": None, "Title": title}
    figure.savefig(target, format=form, metadata=meta)
    return target.getvalue()


Bars = tuple[str, str, Sequence[tuple[str, Exact, Exact]]]
"""Title and y label of a panel, and its bars: id, width, height."""


def widths(panels: Sequence[Bars], x_label: str, form: Form, lang: Lang, title: str) -> bytes:
    """Bars side by side, as wide as one figure and as high as another; the widest are named."""
    with mpl.rc_context({"svg.hashsalt": "portfolio", "font.size": 10, "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 4.2 * max(1, len(panels))), dpi=150, layout="constrained")
        figure.suptitle(title, fontsize=13, fontweight="bold")
        for n, (heading, y_label, bars) in enumerate(panels, start=1):
            axes = figure.add_subplot(len(panels), 1, n)
            total, left = sum(Decimal(width) for _, width, _ in bars), Decimal(0)
            for name, width, height in bars:
                axes.bar(_on(left, 1), _on(height, 1), width=_on(width, 1), align="edge", color=BLUE, edgecolor="white", linewidth=0.5)
                if Decimal(width) * 25 >= total:
                    axes.annotate(name, (_on(left + Decimal(width) / 2, 1), _on(height, 1)), ha="center", va="bottom", fontsize=8)
                left += Decimal(width)
            _labelled(axes, heading, x_label, y_label, lang)
        return _saved(figure, form, title)


def _on(value: Exact, per: int) -> float:
    """A place on paper: here, and only here, a figure may lose what nobody can see."""
    return float(Decimal(value) / per)


def _draw(axes: mpl.axes.Axes, panel: Panel, lang: Lang) -> None:
    x, y = [_on(value, panel.x_per) for value in panel.x], [_on(value, panel.y_per) for value in panel.y]
    axes.step(x, y, where="post", color=BLUE, linewidth=1.2)
    axes.plot(x, y, "o", color=BLUE, markersize=4)
    axes.plot([x[n] for n in panel.marked], [y[n] for n in panel.marked], "D", color=RED, markersize=7)
    _labelled(axes, panel.title, panel.x_label, panel.y_label, lang)


def _labelled(axes: mpl.axes.Axes, title: str, x_label: str, y_label: str, lang: Lang) -> None:
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(color=GREY, alpha=0.35)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _place: number(Decimal(str(value)), 0, lang)))
