"""The stored results of the decision workbook's formulas: the plan as it stands now, and the limits, must be those of the recorded plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from portfolio.text import Text
from portfolio.verify.result import Raw

Says = Mapping[str, object]
"""What a line should say, by heading."""

_TOTALS: Final = {
    "outlay_plan": "outlay_plan",
    "outlay_gap": "outlay_gap",
    "count": "chosen",
    "grants": "grants",
    "highest_debt": "highest_net_debt",
    "objective_tonnes": "tonnes",
    "bond_eligible": "bond_eligible",
}


def now_lines(raw: Raw, text: Text) -> list[Says]:
    """The recommended plan, the plan as it stands, and that they do not differ."""
    totals, year = raw["totals"], raw["target_year"]
    says: dict[str, object] = {text(f"workbook.column.{heading}"): totals[key] for heading, key in _TOTALS.items()}
    says[text("workbook.column.outlay")] = totals["outlay_plan"] + totals["outlay_gap"]
    says[text("workbook.column.ratio")] = totals["tonnes_per_krona"] * 1_000_000 if totals["tonnes_per_krona"] is not None else 0
    says[text("workbook.column.target_tonnes", year=year)] = totals["tonnes_target_year"]
    says[text("workbook.column.emissions", year=year)] = totals["emissions_target_year"]
    says[text("workbook.live.column.broken")] = says[text("workbook.live.column.broken_years")] = 0
    if raw["model"].get("bonds") is None:
        del says[text("workbook.column.bond_eligible")]
    known = {heading: value for heading, value in says.items() if value is not None}
    return [known, known, dict.fromkeys(known, 0)]


def limit_lines(raw: Raw, text: Text) -> dict[tuple[object, ...], Says]:
    """The limits of the plan by name, subject, year and relation: those of the audit, and the rules of choice from the records."""
    found: dict[tuple[object, ...], Says] = {}

    def add(constraint: str, subject: str, year: object, relation: str, sides: tuple[Any, Any, Any], verdict: str = "holds") -> None:
        left, right, slack = sides
        name = text(f"constraint.{constraint}.name")
        found[name, plain(subject), year, relation] = {
            text("workbook.column.left_side"): left,
            text("workbook.column.right_side"): right,
            text("workbook.column.slack"): slack,
            text("workbook.column.holds"): text(f"workbook.control.{verdict}"),
        }

    for x in raw["audit"]["checks"]:
        add(x["constraint"], x["subject"], x["year"], x["relation"], (x["left"], x["right"], x["slack"]))
    for constraint in ("layers", "start_window", "scale"):
        add(constraint, "", None, "=", (0, 0, 0))
    starts = {x["id"]: x["start"] for x in raw["decisions"] if x["layer"] in ("plan", "gap")}
    for x in _city(raw):
        add("committed", x["id"], None, "=", (1, 1, 0))
        add("lock", x["id"], x["lock"]["year"] if x["lock"]["kind"] == "start" else None, "=", (1, 1, 0))
    never = text("workbook.live.not_started")
    for subject, left, right in _requirements(raw, starts):
        slack = right - left if left is not None and right is not None else "–"
        add("requires", subject, None, "≤", (left or never, right or never, slack), "holds" if right else "silent")
    return found


def _city(raw: Raw) -> Iterator[Raw]:
    records = raw.get("records")
    return (x for x in (records["investments"] if records is not None else ()) if x["control"] == "city")


def _requirements(raw: Raw, starts: Mapping[str, int]) -> Iterator[tuple[str, int | None, int | None]]:
    """Who needs whom, the year from which the other is there, and the year in which this one starts (None: it does not)."""
    lengths = {x["id"]: len(x["outlay"]) for x in _city(raw)}
    for x in _city(raw):
        for need in x["requires"]:
            ready = starts.get(need["id"])
            if ready is not None and need["kind"] == "finish_to_start":
                ready += lengths[need["id"]]
            yield f"{x['id']} → {need['id']}", ready, starts.get(x["id"])


def plain(value: str) -> str:
    """Text without what a report may leave out: control and formatting characters, and how line breaks are stored."""
    return "".join(c for c in value if c.isprintable())
