"""The sheets that record what stands behind a plan: every value of the model, every check of the audit, what was noticed in the input."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any

from portfolio.excel.decision_workbook import Block, Column, Value
from portfolio.outcome import Run
from portfolio.planning import Planning
from portfolio.reports.figures import kronor
from portfolio.reports.findings import clean
from portfolio.reports.model_value import as_stated, carries, choice, elsewhere, same_every_year
from portfolio.reports.sectors import subject_name
from portfolio.text import Text

NOT_ASSUMED = ("file", "sha256", "title", "description", "schema_version", "scenarios")
"""What names the model and is no assumption."""
OVERLAID = "overlaid"
"""What of the model a scenario has changed, by place, and its file."""
NOT_VALUES = ("source", "illustrative", "schema_version")
"""What is said beside the values of a table, and the number of its form."""


class Record:
    """The tables of one run."""

    def __init__(self, run: Run, text: Text) -> None:
        self.run, self.t, self.lang = run, text, text.lang

    def column(self, name: str, kind: str = "text", width: int = 12) -> Column:
        """A column with its heading from the catalogue."""
        return Column(self.t(f"workbook.column.{name}"), kind, width)

    def assumptions(self) -> tuple[Block, Block]:
        """Every value of the model with unit and source, and the files that were read."""
        columns = (
            self.column("key", width=46),
            self.column("value", "exact", 26),
            self.column("unit", width=10),
            self.column("stated", width=18),
            self.column("illustrative", width=14),
            self.column("source", "wrapped", 70),
        )
        rows = tuple(self._sourced(self.run.model, ""))
        files = (self.column("file", width=46), self.column("sha256", width=18))
        inputs = tuple((clean(f.file), f.sha256) for f in self.run.inputs)
        read = Block("Underlag", self.t("workbook.assumptions.files"), files, inputs)
        return read, Block("Forutsattningar", self.t("workbook.assumptions.values"), columns, rows)

    def _sourced(self, value: Any, place: str, source: str = "", mark: str = "") -> Iterator[tuple[Value, ...]]:
        """Rows of a part of the model: quantities with unit and source, choices as words with the source of their table."""
        field = place.rpartition(".")[2]
        if not isinstance(value, dict):
            yield (place, self._choice(place, field, value), "", "", mark, source)
            return
        mark = self.t("workbook.assumptions.illustrative") if value.get("illustrative") else ""
        if "source" in value and "unit" in value:
            amounts = same_every_year(value["values"]) if "values" in value else [("", value.get("value"))]
            # of amounts by year only the unit is stated once for all
            stated = as_stated(value, self.t) if "values" not in value else ""
            unit = self.t(f"workbook.unit.{value['unit']}")
            for year, amount in amounts:
                yield (f"{place}.{year}" if year else place, _exact(amount), unit, stated, mark, clean(str(value["source"])))
            return
        source = clean(str(value.get("source", source)))
        for key, part in value.items():
            if key in NOT_VALUES or elsewhere(key, self.t) or (not place and key in NOT_ASSUMED):
                continue
            below = f"{place}.{key}" if place else str(key)
            if isinstance(part, list | tuple) and any(isinstance(one, dict) for one in part):
                for n, one in enumerate(part, start=1):
                    yield from self._sourced(one, f"{below}.{clean(str(one.get('name', n)))}", source, mark)
            else:
                yield from self._sourced(part, below, source, mark)

    def _choice(self, place: str, field: str, value: Any) -> Value:
        """A choice of the model: a number, or words."""
        if place.startswith(f"{OVERLAID}."):
            return clean(str(value))  # the scenario's file; its key is the place that it changes
        if place.startswith("funding.sources.") and field == "carry_forward":
            return carries(self.planning, place.removeprefix("funding.sources.").removesuffix(".carry_forward"), self.t)
        if field.endswith("_factor"):
            return _exact(value)
        if "exclusions" in place.split("."):
            field = ""  # what is not named is not excluded
        return value if isinstance(value, int) and not isinstance(value, bool) else choice(field, value, self.t)

    @cached_property
    def planning(self) -> Planning:
        """The model of the run."""
        return Planning.model_validate(self.run.model)

    def audit(self) -> Block:
        """Every check of the audit: left side, right side, slack, holds."""
        audit = self.run.audit
        assert audit is not None
        columns = (
            self.column("constraint", width=30),
            self.column("subject", width=16),
            self.column("year", "year", 8),
            self.column("left_side", "exact", 18),
            self.column("relation", width=9),
            self.column("right_side", "exact", 18),
            self.column("slack", "exact", 18),
            self.column("unit", width=12),
            self.column("holds", width=10),
            self.column("meaning", "wrapped", 60),
        )
        rows = tuple(
            (
                self.t(f"constraint.{c.constraint}.name"),
                self._subject(c.constraint, c.subject),
                c.year,
                c.left,
                c.relation,
                c.right,
                c.slack,
                self.t(f"audit.unit.{c.unit}"),
                self.t("workbook.control.holds" if c.holds else "workbook.control.breached"),
                self.t(f"constraint.{c.constraint}.meaning"),
            )
            for c in audit.checks
        )
        return Block("Revision", self.t("workbook.audit.checks"), columns, rows, printed=False)

    def audited(self) -> Block:
        """How many checks each constraint has, and whether all hold: what is printed of the audit."""
        audit = self.run.audit
        assert audit is not None
        columns = (
            self.column("constraint", width=44),
            self.column("checks", "count", 16),
            self.column("holds", width=12),
        )
        found: dict[str, list[bool]] = {}
        for c in audit.checks:
            found.setdefault(c.constraint, []).append(c.holds)
        rows = tuple(
            (
                self.t(f"constraint.{name}.name"),
                len(holds),
                self.t("workbook.control.holds" if all(holds) else "workbook.control.breached"),
            )
            for name, holds in found.items()
        )
        return Block("Reviderat", self.t("workbook.audit.by_constraint"), columns, rows)

    def verdict(self) -> str:
        """What the audit found, in a sentence."""
        audit = self.run.audit
        assert audit is not None
        return self.t(f"workbook.control.verdict_{audit.verdict.value}", checks=kronor(len(audit.checks), self.lang))

    def _subject(self, constraint: str, subject: str) -> str:
        """An id or a group as it is called in the input, a sector by its name; the one destination that is ours in words."""
        return self.t("workbook.subject.removals") if subject == "removals" else subject_name(self.run, constraint, subject, self.t)

    def findings(self) -> Block:
        """What was noticed in the input."""
        columns = (
            self.column("severity", width=14),
            self.column("file", width=32),
            self.column("place", width=22),
            self.column("found", width=20),
            self.column("message", "wrapped", 56),
            self.column("remedy", "wrapped", 56),
        )
        rows = tuple((self.t(f"terminal.severity.{f.severity}"), f.file, f.place, f.value, f.message, f.remedy) for f in self.run.findings)
        return Block("Fynd", "", columns, rows)


def _exact(value: object) -> Value:
    """A model value as it is written to a cell; model_dump writes decimals as strings."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    return Decimal(str(value))
