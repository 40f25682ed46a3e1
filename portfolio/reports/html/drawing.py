"""Charts as SVG, drawn from exact values in whole numbers: no colour says anything that shape or words do not say too.

The text alternative is the title and the description; the table of the same figures stands beside the chart. Colours are classes of the
style sheet, so that light, dark and paper each have their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from portfolio.reports.figures import number
from portfolio.reports.html.elements import el
from portfolio.text import Lang
from portfolio.units import decimal_of

WIDE, HIGH = 1280, 320
"""Size in units of the drawing; the style sheet makes it as wide as the column of text."""
LEFT, RIGHT, TOP, BOTTOM = 120, 16, 44, 52
MOST_TICKS: Final = 5
MOST_LABELS: Final = 12
"""Bars that can each carry their figure."""
TALL, LETTER = 17, 13
"""Height of a figure and width of one of its characters, at most, in units of the drawing."""
CLEAR, NEAR = 10, 3
"""Between a figure and what it stands above; how near a line may come to a figure."""
Amount = int | Decimal


class Bars(NamedTuple):
    """A series of bars; several stand on top of each other. `look` is a class of the style sheet: bar, bar2, hatch."""

    name: str
    values: Sequence[Amount]
    look: str = "bar"


class Level(NamedTuple):
    """A limit or a target: a line across each year's place; nothing where there is none."""

    name: str
    values: Sequence[Amount | None]
    look: str = "limit"


class Picture(NamedTuple):
    """What a chart is called and what it says.

    Attributes:
        name: of its parts within the document. per: how much of a value is one on the axis (1,000,000 for mnkr).
        marked: year whose bar carries its figure when there are too many bars for all of them, and that stands out.
    """

    name: str
    title: str
    says: str
    unit: str
    per: int
    marked: int | None = None


def over_years(picture: Picture, years: Sequence[int], bars: Sequence[Bars], levels: Sequence[Level], lang: Lang) -> Element:
    """Bars by year against limits, with a legend."""
    heights = [Fraction(sum(max(Fraction(b.values[n]), Fraction(0)) for b in bars)) for n in range(len(years))]
    depths = [Fraction(sum(min(Fraction(b.values[n]), Fraction(0)) for b in bars)) for n in range(len(years))]
    limits = [Fraction(v) for level in levels for v in level.values if v is not None]
    scale = Scale(min([Fraction(0), *depths]), max([Fraction(1), *heights, *limits]), Fraction(picture.per))
    slot = Fraction(WIDE - LEFT - RIGHT, len(years))
    drawn: list[Element] = [*scale.lines(lang), el("text", picture.unit, x=0, y=24, class_="axis")]
    tops = [scale.y(height) for height in heights]
    lines = [[scale.y(Fraction(v)) for level in levels if (v := level.values[n]) is not None] for n in range(len(years))]
    marks: list[Element] = []
    decimals = 0 if scale.top >= 100 else 1
    labels = range(len(years)) if len(years) <= MOST_LABELS else [n for n, y in enumerate(years) if y == picture.marked]
    for n, year in enumerate(years):
        x, width = LEFT + slot * n + slot / 6, slot * 2 / 3
        above, below = Fraction(0), Fraction(0)
        for b in bars:
            value = Fraction(b.values[n])
            start = above if value >= 0 else below
            low, high = sorted((start, start + value))
            look = b.look if year != picture.marked or len(bars) > 1 else f"{b.look} marked"
            if value:
                drawn.append(_box(x, scale.y(high), width, scale.y(low) - scale.y(high), look))
            above, below = above + max(value, Fraction(0)), below + min(value, Fraction(0))
        if n in labels:
            said = number(decimal_of((heights[n] + depths[n]) / picture.per), decimals, lang)
            marks.append(_mark(said, n, slot, tops, lines))
        if len(years) <= MOST_LABELS or year % 5 == 0:
            drawn.append(el("text", str(year), x=_whole(x + width / 2), y=HIGH - 14, class_="axis middle"))
    for level in levels:
        path = " ".join(
            f"M{_whole(LEFT + slot * n)} {_whole(scale.y(Fraction(v)))}H{_whole(LEFT + slot * (n + 1))}"
            for n, v in enumerate(level.values)
            if v is not None
        )
        drawn.append(el("path", d=path, class_=level.look))
    # figures last, over the lines that cross them
    return _figure(picture, HIGH, [*drawn, *marks], [*((b.name, b.look) for b in bars), *((level.name, level.look) for level in levels)])


def _mark(said: str, n: int, slot: Fraction, tops: Sequence[Fraction], lines: Sequence[Sequence[Fraction]]) -> Element:
    """The figure of bar `n` as near above it as it can stand without covering another bar or being struck through by a limit.

    Args:
        slot: width of a year's place. tops: where each bar ends. lines: where the limits of each year stand. All in units from the top.
    """
    long = Fraction(LETTER * len(said))
    left, right = LEFT + slot * n + slot / 6, LEFT + slot * n + slot * 5 / 6
    places = {"mark middle": (left + right - long) / 2, "mark": left, "mark end": right - long}
    found = []
    for look, start in places.items():
        over = [k for k in range(len(tops)) if LEFT + slot * k < start + long and start < LEFT + slot * (k + 1)]
        y = min(tops[k] for k in over) - CLEAR
        for line in sorted({line for k in over for line in lines[k]}, reverse=True):
            if y - TALL - NEAR < line < y + NEAR:
                y = line - CLEAR
        found.append((start >= LEFT and start + long <= WIDE, y, look))
    # inside the drawing first, then the lowest, then in the middle
    _, y, look = max(found, key=lambda place: place[:2])
    x = {"mark middle": (left + right) / 2, "mark": left, "mark end": right}[look]
    return el("text", said, x=_whole(x), y=_whole(y), class_=look)


class Scale:
    """Where a value stands, upwards; ticks at 1, 2 or 5 times a power of ten."""

    def __init__(self, low: Fraction, high: Fraction, per: Fraction) -> None:
        self.per = per
        step = _step((high - low) / per)
        self.ticks = [step * n for n in range(_down(low / per / step), -_down(-high / per / step) + 1)]
        self.top = self.ticks[-1]
        self.bottom = self.ticks[0]

    def y(self, value: Fraction) -> Fraction:
        """Units from the top of the drawing."""
        return TOP + (self.top - value / self.per) / (self.top - self.bottom) * (HIGH - TOP - BOTTOM)

    def lines(self, lang: Lang) -> list[Element]:
        """A line and a figure for each tick."""
        found = []
        decimals = 0 if self.ticks[1] - self.ticks[0] >= 1 else 2
        for tick in self.ticks:
            y = _whole(self.y(tick * self.per))
            found.append(el("line", x1=LEFT, x2=WIDE - RIGHT, y1=y, y2=y, class_="zero" if tick == 0 else "grid"))
            found.append(el("text", number(decimal_of(tick), decimals, lang), x=LEFT - 12, y=y + 8, class_="axis end"))
        return found


class Rung(NamedTuple):
    """A horizontal bar: what it is, its figure in words, its parts with their looks, and how far the bar above reached."""

    name: str
    said: str
    parts: Sequence[tuple[Amount, str]]
    before: Amount = 0


ROW, THICK = 66, 24
"""Height of a row and of its bar."""


def rungs(picture: Picture, rows: Sequence[Rung], legend: Sequence[tuple[str, str]] = ()) -> Element:
    """Bars below each other, each with its words above it; what has gone since the bar above is outlined."""
    most = max([1, *(max(sum(kr for kr, _ in r.parts), r.before) for r in rows)])
    drawn: list[Element] = []
    for n, rung in enumerate(rows):
        y = n * ROW
        drawn.append(el("text", rung.name, x=0, y=y + 24, class_="name"))
        drawn.append(el("text", rung.said, x=WIDE, y=y + 24, class_="axis end"))
        x = Fraction(0)
        for value, look in rung.parts:
            width = Fraction(value) * (WIDE - 4) / Fraction(most)
            drawn.append(_box(x + 2, Fraction(y + 34), width, Fraction(THICK), look))
            x += width
        gone = Fraction(rung.before) * (WIDE - 4) / Fraction(most) - x
        if gone > 0:
            drawn.append(_box(x + 2, Fraction(y + 34), gone, Fraction(THICK), "gone"))
    return _figure(picture, ROW * len(rows), drawn, legend)


def _figure(picture: Picture, height: int, drawn: Sequence[Element], legend: Sequence[tuple[str, str]]) -> Element:
    """The drawing with its text alternative, and what its looks mean; the picture has no other caption than its title."""
    hatch = el("pattern", el("path", d="M0 0V12", class_="stripe"), id=f"{picture.name}-hatch", width=12, height=12)
    hatch.set("patternUnits", "userSpaceOnUse")
    hatch.set("patternTransform", "rotate(45)")
    for box in drawn:
        if box.get("class") == "hatch":
            box.set("fill", f"url(#{picture.name}-hatch)")
    svg = el(
        "svg",
        el("title", picture.title, id=f"{picture.name}-title"),
        el("desc", picture.says, id=f"{picture.name}-desc"),
        el("defs", hatch) if any(box.get("class") == "hatch" for box in drawn) else None,
        *drawn,
        role="img",
        aria_labelledby=f"{picture.name}-title {picture.name}-desc",
        viewBox=f"0 0 {WIDE} {height}",
    )
    keys = [el("li", _swatch(look, picture.name), name) for name, look in legend] if len(legend) > 1 else []
    caption = el("figcaption", el("span", picture.title, class_="title"), el("ul", *keys, class_="legend") if keys else None)
    return el("figure", caption, el("div", svg, class_="wide", role="region", tabindex=0, aria_label=picture.title))


def _swatch(look: str, name: str) -> Element:
    """A small piece of the drawing, for the legend."""
    inside = el("path", d="M0 14H44", class_=look) if look in ("limit", "frame") else el("rect", x=2, y=2, width=40, height=24, class_=look)
    if look == "hatch":
        inside.set("fill", f"url(#{name}-hatch)")
    return el("svg", inside, viewBox="0 0 44 28", class_="key", aria_hidden="true")


def _box(x: Fraction, y: Fraction, width: Fraction, height: Fraction, look: str) -> Element:
    """A rectangle; what is more than nothing is at least a unit, so that it can be seen."""
    return el("rect", x=_whole(x), y=_whole(y), width=max(1, _whole(width)), height=max(1, _whole(height)), class_=look)


def _whole(place: Fraction | int) -> int:
    return round(place)


def _down(value: Fraction) -> int:
    return value.numerator // value.denominator


def _step(span: Fraction) -> Fraction:
    """The smallest of 1, 2, 5 times a power of ten that divides the span into few ticks."""
    step = Fraction(1)
    while step * MOST_TICKS >= span * 10:
        step /= 10
    while True:
        for times in (1, 2, 5):
            if step * times * MOST_TICKS >= span:
                return step * times
        step *= 10
