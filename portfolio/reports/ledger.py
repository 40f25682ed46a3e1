"""The decided amounts as CSV for the ledger: one row an investment, year and kind; semicolons, decimal comma, UTF-8 with BOM, CRLF.

That is what Excel with Swedish settings opens right by itself, and what Swedish ledgers import.
"""

from __future__ import annotations

import csv
import io
from typing import Final, NamedTuple

from portfolio.outcome import Decision, Layer, Run
from portfolio.reports.findings import clean
from portfolio.text import Text

COLUMNS: Final = ("year", "owner", "id", "name", "layer", "kind", "kronor")
ACTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is a formula to Excel."""


class Amount(NamedTuple):
    """One amount (kr): `kind` is outlay, grant, partner or operating; > 0 is money out for outlay and operating, in for the others."""

    year: int
    decision: Decision
    kind: str
    kronor: int


def amounts(run: Run) -> list[Amount]:
    """Every amount that is not 0 of what is recommended, by year, id and kind.

    The operating effect is of each plan year after the last year of the outlay, as the debt path counts it.
    """
    last = run.years[-1].year
    found = []
    for d in run.decisions:
        if d.layer not in (Layer.PLAN, Layer.GAP):
            continue
        paid = {"outlay": d.outlay, "grant": d.grant, "partner": d.partner}
        found += [Amount(year, d, kind, kronor) for kind, by_year in paid.items() for year, kronor in by_year.items() if kronor]
        if d.operating and d.start is not None:
            done = max([d.start, *(year for year, kronor in d.outlay.items() if kronor)])
            found += [Amount(year, d, "operating", d.operating) for year in range(done + 1, last + 1)]
    return sorted(found, key=lambda a: (a.year, a.decision.id, a.kind))


def to_csv(lines: list[Amount], text: Text) -> bytes:
    """The file. Headings and words are in the text's language; amounts are kronor with two decimals."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([text(f"ledger.column.{name}") for name in COLUMNS])
    for a in lines:
        d = a.decision
        words = (text(f"ledger.layer.{d.layer.value}"), text(f"ledger.kind.{a.kind}"))
        writer.writerow([a.year, *map(_inert, (d.owner, d.id, d.name)), *words, f"{a.kronor},00"])
    return stream.getvalue().encode("utf-8-sig")


def _inert(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    plain = " ".join(clean(value).split())
    return f"'{plain}" if plain.startswith(ACTS) else plain
