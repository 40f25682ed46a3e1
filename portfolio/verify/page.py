"""What a page says: its texts and figures in the order in which they stand, without scripts and styles; and whether they are the run's."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from typing import Final, NamedTuple

from portfolio.verify.result import Raw, Verification

PAGE: Final = "rapport.html"
UNITS: Final = (Decimal(1), Decimal(1_000), Decimal(1_000_000), Decimal("0.01"))
"""What a figure is shown in: as it is, thousands, millions, per cent."""

SILENT: Final = ("script", "style")


class Shown(NamedTuple):
    """A figure: the exact value, as it stands in the page, and what the reader sees."""

    value: str
    text: str


class _Page(HTMLParser):
    """Collects the texts, and the figures with their exact values."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.figures: list[Shown] = []
        self._silent = 0
        self._value: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        if tag == "data":
            self._value = dict(attrs).get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT and self._silent > 0
        if tag == "data":
            self._value = None

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._silent:
            self.said.append(text if self._value is None else f"{text} ({self._value})")
            if self._value is not None:
                self.figures.append(Shown(self._value, text))


def sayings(page: str) -> dict[str, int]:
    """Every different text of the page and how many times it stands there; a figure with its exact value."""
    found: dict[str, int] = {}
    for text in _read(page).said:
        found[text] = found.get(text, 0) + 1
    return found


def check_page(page: str, raw: Raw, found: Verification) -> None:
    """The plans that the page compares have the run's totals, and every figure is shown as its exact value says."""
    figures = _read(page).figures
    values = [_exact(figure.value) for figure in figures]
    for figure, value in zip(figures, values, strict=True):
        found.leaves += 1
        if value is None or not _shows(figure.text, value, raw["lang"]):
            found.differ("page_figure", PAGE, "", figure.text, figure.value)
    plans = [(name, raw[name]["totals"]) for name in ("adopted_plan", "plan_only") if raw[name] is not None]
    for name, totals in [*plans, ("", raw["totals"])]:
        row = _row(totals)
        if not any(values[n : n + len(row)] == row for n in range(len(values))):
            found.differ("page_totals", PAGE, f"{name}.totals" if name else "totals", ", ".join(f"{v:f}" for v in row))


def _read(page: str) -> _Page:
    parser = _Page()
    parser.feed(page)
    parser.close()
    return parser


def _row(totals: Raw) -> list[Decimal]:
    """A plan's line in the comparison: number, outlay, of which in the gap, tonnes, tonnes per mnkr, emissions, highest debt."""
    ratio = totals["tonnes_per_krona"]
    line = [
        totals["chosen"],
        totals["outlay_plan"] + totals["outlay_gap"],
        totals["outlay_gap"],
        totals["tonnes"],
        Decimal(ratio) * 1_000_000 if ratio is not None else None,
        totals["emissions_target_year"],
        totals["highest_net_debt"],
    ]
    return [Decimal(v) for v in line if v is not None]


def _exact(value: str) -> Decimal | None:
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


def _shows(text: str, value: Decimal, lang: str) -> bool:
    """What is seen is the value in one of the units, rounded to the decimals that are seen."""
    plain = re.sub(r"[\s%]", "", text).replace("\u2212", "-")
    plain = plain.replace(",", ".") if lang == "sv" else plain.replace(",", "")
    seen = _exact(plain)
    if seen is None:
        return False
    step = Decimal(1).scaleb(int(seen.as_tuple().exponent))
    return any(abs(value / unit - seen) <= step / 2 for unit in UNITS)
