"""What each table of the decision workbook should say, by the catalogue's headings, from run.json."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from portfolio.excel.raw import Sheet
from portfolio.text import Text
from portfolio.verify.limits import sector_words
from portfolio.verify.result import Raw, exact

LAYERS: Final = ("plan", "gap", "not_recommended", "external")
Says = Callable[[Any], object]
"""What a column should say of a line of run.json."""
Columns = list[tuple[str, Says]]


class Lines:
    """What each table of the decision workbook should say."""

    def __init__(self, raw: Raw, sheets: Mapping[str, Sheet], text: Text) -> None:
        self.raw, self.sheets, self.t = raw, sheets, text
        self.year = raw["target_year"]

    def sheet(self, name: str) -> Sheet:
        """A sheet by its name in the catalogue; empty when there is none."""
        return self.sheets.get(self.t(f"workbook.{name}.sheet"), {})

    def column(self, name: str, says: Says, **values: object) -> tuple[str, Says]:
        """A heading and what stands below it."""
        return self.t(f"workbook.column.{name}", **values), says

    def tables(self) -> Iterator[tuple[str, Columns, Sequence[Any]]]:
        """Sheet, columns, lines in their order."""
        raw = self.raw
        order = {layer: n for n, layer in enumerate(LAYERS)}
        decisions = sorted(raw["decisions"], key=lambda x: (order.get(x["layer"], 9), x["id"]))
        yield "decisions", self._decisions(), decisions
        if self.sheet("audit"):  # nothing is wrong with a decision of the recorded plan
            yield "decisions", [self.column("id", lambda x: x["id"]), (self.t("workbook.live.column.state"), lambda _: None)], decisions
        yield "year_plan", self._frames(), raw["years"]
        yield "year_plan", self._outlays(), [x for x in raw["decisions"] if x["layer"] != "external"]
        yield "emissions", self._emissions(), raw["emissions"]
        # a workbook with formulas has the audit on a sheet of its own
        recorded = "audit" if self.sheet("audit") else "control"
        yield recorded, self._control(), raw["audit"]["checks"]
        yield "assumptions", [self.column("file", lambda x: x["file"]), self.column("sha256", lambda x: x["sha256"])], raw["inputs"]
        plans = [
            *([raw["adopted_plan"]["totals"]] if raw["adopted_plan"] is not None else []),
            *([raw["plan_only"]["totals"]] if raw["plan_only"] is not None else []),
            raw["totals"],
            *([raw["most_tonnes_plan"]] if raw["most_tonnes_plan"] is not None else []),
        ]
        yield "summary", self._plans(), plans
        if raw["gap"] is not None:
            for name in ("summary", "gap"):
                yield name, self._ladder(), list(enumerate(raw["gap"]["rungs"]))
        money = (("debt", "group", GROUP), ("debt", "city", PATH), ("charges", "total", CHARGES))
        for name, part, columns in money:
            if raw[name] is not None:
                yield name, [(self.t(f"money.column.{heading}"), _field(key)) for heading, key in columns], raw[name][part]

    def _decisions(self) -> Columns:
        def chosen(x: Raw) -> bool:
            return x["start"] is not None and x["layer"] != "external"

        def when_chosen(says: Says) -> Says:
            return lambda x: says(x) if chosen(x) else None

        def of_the_city(says: Says) -> Says:
            return lambda x: says(x) if x["layer"] != "external" else None

        return [
            self.column("id", lambda x: x["id"]),
            self.column("name", lambda x: x["name"]),
            self.column("owner", lambda x: x["owner"]),
            self.column("decision", lambda x: self.t(f"workbook.layer.{x['layer']}")),
            self.column("start", lambda x: x["start"]),
            self.column("percent", when_chosen(lambda x: x["percent"])),
            self.column("outlay", lambda x: sum(x["outlay"].values())),
            self.column("grants", of_the_city(lambda x: sum(x["grant"].values()))),
            self.column("operating", of_the_city(lambda x: x["operating"])),
            self.column("objective_tonnes", when_chosen(lambda x: x["tonnes_objective"])),
            self.column("target_tonnes", when_chosen(lambda x: x["tonnes_target_year"]), year=self.year),
            self.column("ratio", lambda x: _million(x["tonnes_per_krona"])),
            self.column("bond", lambda x: x["bond_category"]),
            self.column("bond_eligible", of_the_city(lambda x: x["bond_eligible"])),
            self.column("cell", lambda x: x["cell"]),
        ]

    def _frames(self) -> Columns:
        names = ("year", "frame", "frame_available", "outlay_plan", "outlay_gap", "grants", "operating")
        return [self.column(name, _field(name)) for name in names]

    def _outlays(self) -> Columns:
        years = [y["year"] for y in self.raw["years"]]
        found: Columns = [self.column("id", lambda x: x["id"]), self.column("name", lambda x: x["name"])]
        found.append(self.column("decision", lambda x: self.t(f"workbook.layer.{x['layer']}")))
        found += [(f"{t} ({self.t('workbook.mnkr')})", lambda x, t=t: x["outlay"].get(str(t), 0)) for t in years]  # type: ignore[misc]
        # a column for what is paid later stands there when something that can be chosen is
        if any(c.value == self.t("workbook.column.later") for row in self.sheet("year_plan").values() for c in row.values()):
            found.append(self.column("later", lambda x: sum(kr for t, kr in x["outlay"].items() if int(t) > years[-1])))
        return [*found, self.column("total", lambda x: sum(x["outlay"].values()))]

    def _emissions(self) -> Columns:
        fields = {
            "year": "year",
            "reference": "reference",
            "reductions": "reductions",
            "external_reductions": "external_reductions",
            "left": "emissions",
            "removals": "removals",
        }
        found = [self.column(heading, _field(key)) for heading, key in fields.items()]
        return [*found, self.column("target", lambda _: self.raw["target_tonnes"], year=self.year)]

    def _control(self) -> Columns:
        called = sector_words(self.raw, self.t.lang)

        def subject(x: Raw) -> object:
            if x["subject"] == "removals":
                return self.t("workbook.subject.removals")
            return called.get(x["subject"], x["subject"]) if x["constraint"] == "tonnes_ceiling" else x["subject"]

        return [
            self.column("constraint", lambda x: self.t(f"constraint.{x['constraint']}.name")),
            self.column("subject", subject),
            self.column("year", _field("year")),
            self.column("left_side", _field("left")),
            self.column("relation", _field("relation")),
            self.column("right_side", _field("right")),
            self.column("slack", _field("slack")),
            self.column("unit", lambda x: self.t(f"audit.unit.{x['unit']}")),
            self.column("holds", lambda x: self.t("workbook.control.holds" if x["holds"] else "workbook.control.breached")),
            self.column("meaning", lambda x: self.t(f"constraint.{x['constraint']}.meaning")),
        ]

    def _ladder(self) -> Columns:
        def step(key: str) -> Says:
            return lambda x: x[1][key] if x[0] else None

        return [
            (self.t("money.column.count"), lambda x: x[1]["count"]),
            (self.t("money.column.gross"), lambda x: x[1]["kronor"]),
            (self.t("money.gap.tonnes", year=self.year), lambda x: x[1]["tonnes_target_year"]),
            (self.t("money.column.step"), step("step_kronor")),
            (self.t("money.gap.step_tonnes", year=self.year), step("step_tonnes")),
            (self.t("money.gap.step_price", year=self.year), step("price")),
        ]

    def _plans(self) -> Columns:
        most = self.raw["most_tonnes_plan"]
        return [
            self.column("count", _field("chosen")),
            self.column("outlay", lambda x: x["outlay_plan"] + x["outlay_gap"]),
            self.column("of_which_gap", lambda x: x["outlay_gap"] if x is not most else None),
            self.column("grants", _field("grants")),
            self.column("objective_tonnes", _field("tonnes")),
            self.column("ratio", lambda x: _million(x["tonnes_per_krona"])),
            self.column("target_tonnes", _field("tonnes_target_year"), year=self.year),
            self.column("emissions", _field("emissions_target_year"), year=self.year),
            self.column("highest_debt", _field("highest_net_debt")),
            self.column("bond_eligible", _field("bond_eligible")),
        ]


_PATH = ("year", "opening", "outlay_plan", "outlay_gap", "grants", "partners", "operating", "other_net_investment", "self_financing")
PATH: Final = tuple((name, name) for name in (*_PATH, "interest", "closing"))
GROUP: Final = (*PATH, *((name, name) for name in ("mandate", "headroom", "borrowable")))
_CHARGES = ("year", "depreciation", "release", "internal_rate", "expensed", "operating")
CHARGES: Final = (*((name, name) for name in _CHARGES), ("charge_total", "total"), ("limit", "limit"))


def _field(name: str) -> Says:
    return lambda x: x[name]


def _million(ratio: object) -> Fraction | None:
    number = exact(ratio)
    return number * 1_000_000 if number is not None else None
