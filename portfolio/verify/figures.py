"""Every figure of a plan in run.json against the same figure counted again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from portfolio.verify.limits import Row, broken_choices, rows
from portfolio.verify.plan import Plan
from portfolio.verify.record import Record, by_year
from portfolio.verify.result import RUN, TICKS, Exact, Raw, Verification, exact, float_free

ROWS = frozenset(
    {
        *("alternatives", "selection", "stability", "plan_frame", "control_envelope", "owner_frame", "committee_frame", "debt_mandate"),
        *("operating_charge", "bond_backing", "delivery_capacity", "emission_ceiling", "required_tonnes", "floor", "funding"),
        *("attribution", "pair_overlap", "tonnes_ceiling"),
    }
)
"""Constraints of which the audit writes every row."""
STATEMENTS = ("statement_funding", "statement_debt", "statement_charges", "statement_bonds", "statement_gap")
TALLIED = frozenset(
    {
        *("start_at_most_once", "layers", "scale", "start_window", "committed", "lock", "requires", "attribution"),
        *("stated_figures", *STATEMENTS),
    }
)
"""Constraints of which the audit says in one row how many checks held."""
UNITS: dict[str, str | tuple[str, ...]] = {
    **dict.fromkeys(("plan_frame", "control_envelope", "owner_frame", "committee_frame", "debt_mandate", "operating_charge"), "kr"),
    **dict.fromkeys(("bond_backing", "funding"), "kr"),
    **dict.fromkeys(("pair_overlap", "tonnes_ceiling", "emission_ceiling", "required_tonnes", "floor"), "t"),
    **dict.fromkeys(("alternatives", "selection"), "investments"),
    "stability": "changes",
    "delivery_capacity": ("starts", "kr"),
    "attribution": ("t", "figures"),
    **dict.fromkeys(("start_at_most_once", "layers", "committed", "lock"), "investments"),
    **dict.fromkeys(("start_window", "requires"), ("investments", "year")),
    "scale": ("investments", "percent"),
    "stated_figures": "figures",
    **dict.fromkeys(STATEMENTS, "figures"),
}


def stated_ticks(plan: Plan) -> dict[int, dict[str, Exact]]:
    """Attributed ticks that the decisions state, by year and id."""
    found: dict[int, dict[str, Exact]] = {}
    for x in plan.decisions:
        if x["id"] in plan.started:
            for t, tonnes in x["tonnes"].items():
                found.setdefault(int(t), {})[x["id"]] = (exact(tonnes) or Fraction(0)) * TICKS
    return found


class Figures:
    """Compares one plan of run.json.

    Args:
        at: where the plan stands in run.json: nothing for the recommended one, otherwise `adopted_plan.` and so on.
    """

    def __init__(self, found: Verification, plan: Plan, at: str = "") -> None:
        self.found, self.plan, self.at = found, plan, at
        self.basis = plan.basis

    def figure(self, place: str, said: object, counted: Exact | str | bool | None, scale: int = 1) -> None:
        """One figure of this plan."""
        self.found.figure(self.at + place, said, counted, scale)

    def limits(self, audit: Raw | None, floor: Exact | None, layers: tuple[str, ...], *, must_hold: bool) -> None:
        """Recompute every constraint, and compare with the rows of the audit that the run states."""
        counted = list(rows(self.plan, stated_ticks(self.plan), floor))
        choices = set(broken_choices(self.plan, layers))
        self.found.limits += len(counted) + len(self.plan.decisions)
        if must_hold:
            for row in counted:
                if not row.holds:
                    self._broken(row)
            for constraint, subject, year in sorted(choices, key=str):
                self.found.differ("choice", RUN, " ".join(str(x) for x in (self.at + constraint, subject, year) if x))
        if audit is not None:
            self._audit(audit, counted, {(c, s) for c, s, _ in choices})

    def _broken(self, row: Row) -> None:
        sides = [float_free(Fraction(x) / row.scale) for x in (row.left, row.right)]
        place = " ".join(str(x) for x in (self.at + row.constraint, row.subject, row.year) if x)
        self.found.differ("limit", RUN, place, sides[0], f"{row.relation} {sides[1]}")

    def _audit(self, audit: Raw, counted: Sequence[Row], choices: set[tuple[str, str]]) -> None:
        """The rows that the run's own audit wrote: each side, what is left, and whether it holds."""
        own = {(r.constraint, r.subject, r.year, r.relation): r for r in counted}
        owed = {key for key in own if key[0] in ROWS and not (key[0] == "attribution" and key[1])}
        broken = {(r.constraint, r.subject) for r in counted if not r.holds} | choices
        said_broken = set()
        for n, check in enumerate(audit["checks"]):
            where = f"audit.checks.{n + 1} {check['constraint']} {check['subject']} {check['year'] or ''}".rstrip()
            left, right, slack = (exact(check[name]) for name in ("left", "right", "slack"))
            if left is None or right is None or slack is None:
                self.figure(where, None, "")
                continue
            key = (check["constraint"], check["subject"], check["year"], check["relation"])
            row = own.get(key)
            owed.discard(key)
            tallied = check["constraint"] in TALLIED and (*key[1:], left) == ("", None, "=", right)
            if row is None and not tallied and (check["holds"] or (key[0], key[1]) not in choices):
                self.found.differ("not_counted", RUN, self.at + where)
            unit = UNITS.get(check["constraint"], check["unit"])
            if check["unit"] not in (unit if isinstance(unit, tuple) else (unit,)):
                self.figure(f"{where} unit", check["unit"], str(unit))
            if row is not None:
                self._near(f"{where} left", check["left"], Fraction(row.left) / row.scale)
                self._near(f"{where} right", check["right"], Fraction(row.right) / row.scale)
            over = left - right
            room = {"≥": over, "≤": -over}.get(check["relation"], -abs(over))
            self._near(f"{where} slack", check["slack"], room, wide=max(abs(left), abs(right)))
            self.figure(f"{where} holds", check["holds"], slack >= 0)
            if not check["holds"]:
                said_broken.add((check["constraint"], check["subject"]))
        for key in sorted(owed, key=str):
            self.found.differ("not_listed", RUN, " ".join(str(part) for part in (f"{self.at}audit", *key[:3]) if part))
        missing = broken - said_broken - {("attribution", i) for i in self.plan.started}
        for constraint, subject in sorted(missing):
            self.found.differ("not_stated", RUN, f"{self.at}audit {constraint} {subject}".rstrip())
        self.figure("audit.verdict", audit["verdict"], "breached" if said_broken or missing else "holds")

    def _near(self, place: str, said: object, counted: Fraction, wide: Exact = 0) -> None:
        """A side of the audit; one that has no exact decimals is stated to the digits of a JSON number."""
        number = exact(said)
        room = max(abs(counted), Fraction(wide)) * Fraction(1, 10**14)
        if number is not None and abs(number - counted) <= room:
            self.found.figures += 1
        else:
            self.figure(place, said, counted)

    def decisions(self) -> None:
        """Every figure of every decision."""
        sums: dict[str, Exact] = {"tonnes_target_year": 0, "tonnes_objective": 0}
        for x in self.plan.decisions:
            record = self.basis.records.get(x["id"])
            if record is None:
                continue
            at = f"decisions.{x['id']}"
            origin = record.row["origin"]
            self.figure(f"{at}.cell", self._sheet_of(x["cell"]), f"{origin['file']} {origin['sheet']} {origin['row']}")
            category = None if record.refused or not record.city else record.row["bond_category"]
            self.figure(f"{at}.bond_category", x["bond_category"], category)
            self.figure(f"{at}.name", x["name"], record.row["name"])
            self.figure(f"{at}.owner", x["owner"], record.row["owner"])
            if record.city:
                self._city(at, x, record)
                for name in sums:
                    sums[name] += (exact(x[name]) or Fraction(0)) * TICKS
            else:
                own = {t: e[record.id] for t, e in self.plan.tonnes.joint.items() if record.id in e}
                self._by_year(f"{at}.tonnes", x["tonnes"], {t: _of(e) for t, e in own.items()}, TICKS)
                for name in ("grant", "partner"):
                    self._by_year(f"{at}.{name}", x[name], {})
                self.figure(f"{at}.start", x["start"], self.plan.tonnes.delivered_from(record.id))
                self.figure(f"{at}.percent", x["percent"], 0)
                for name in ("bond_eligible", "tonnes_objective", "tonnes_target_year"):
                    self.figure(f"{at}.{name}", x[name], 0)
                self.found.ratio(f"{self.at}{at}.tonnes_per_krona", x["tonnes_per_krona"], None)
                self._by_year(f"{at}.raw_tonnes", x["raw_tonnes"], {})
                self._by_year(f"{at}.outlay", x["outlay"], {record.proposed + k: kr for k, kr in enumerate(record.outlay)})
                self.figure(f"{at}.operating", x["operating"], record.row["operating"])
        tonnes = self.plan.tonnes
        for name, counted in (("tonnes_target_year", tonnes.reductions[self.basis.target_year]), ("tonnes_objective", tonnes.objective)):
            if sums[name] != counted:
                self.figure(f"decisions.*.{name}", float_free(Fraction(sums[name]) / TICKS), Fraction(counted, TICKS))

    def _city(self, at: str, x: Raw, record: Record) -> None:
        s, tonnes = self.plan.started.get(record.id), self.plan.tonnes
        self._by_year(f"{at}.outlay", x["outlay"], s.years(record.outlay) if s is not None else {})
        self._by_year(f"{at}.grant", x["grant"], s.years(record.received) if s is not None else {})
        self._by_year(f"{at}.partner", x["partner"], s.years(record.partner) if s is not None else {})
        self.figure(f"{at}.operating", x["operating"], s.part(record.row["operating"]) if s is not None else 0)
        raw = {t: _of(e[record.id]) for t, e in tonnes.raw.items() if record.id in e}
        shown = {*self.basis.effect_years, *(int(t) for t in x["raw_tonnes"])}
        self._by_year(f"{at}.raw_tonnes", x["raw_tonnes"], {t: v for t, v in raw.items() if t in shown}, TICKS)
        if s is None:
            self._by_year(f"{at}.tonnes", x["tonnes"], {}, TICKS)
            for name in ("tonnes_objective", "tonnes_target_year", "bond_eligible"):
                self.figure(f"{at}.{name}", x[name], 0)
            self.found.ratio(f"{self.at}{at}.tonnes_per_krona", x["tonnes_per_krona"], None)
            return
        gross, objective = s.part(sum(record.outlay)), (exact(x["tonnes_objective"]) or Fraction(0)) * TICKS
        self.found.ratio(
            f"{self.at}{at}.tonnes_per_krona", x["tonnes_per_krona"], Fraction(objective) / TICKS / Fraction(gross) if gross else None
        )
        self.figure(f"{at}.bond_eligible", x["bond_eligible"], sum(s.eligible(t) for t in self.basis.years))
        counts = self.basis.model["objective"]["counts"]
        years = [str(t) for t in tonnes.objective_years]
        if len(set(counts)) == 2 and self.basis.model["objective"]["quantity"] != "lifetime":
            self.figure(f"{at}.tonnes_objective", x["tonnes_objective"], sum((exact(x["tonnes"].get(t, 0)) or 0) for t in years))
        said, effect = exact(x["tonnes_target_year"]), tonnes.effect.get(self.basis.target_year, {}).get(record.id, (0, 0))
        if said is None or not min(0, effect[0]) + min(0, effect[1]) <= said * TICKS <= max(0, effect[0]) + min(0, effect[1]):
            self.figure(f"{at}.tonnes_target_year", x["tonnes_target_year"], Fraction(max(0, effect[0]), TICKS))

    @staticmethod
    def _sheet_of(cell: str) -> str:
        """File, sheet and row of a cell such as `inputs/a.xlsx Blad!Q14`."""
        place, _, address = cell.rpartition("!")
        return f"{place} {address.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"

    def _by_year(self, at: str, said: Mapping[str, object], counted: Mapping[int, Exact], scale: int = 1) -> None:
        """Amounts by year; a year that is left out is 0."""
        for t in sorted({*said, *(str(t) for t in counted)}):
            self.figure(f"{at}.{t}", said.get(t, 0), counted.get(int(t), 0), scale)

    def years(self, lines: Sequence[Raw]) -> None:
        """The plan years."""
        plan, model = self.plan, self.basis.model
        self._listed("years", lines, self.basis.years)
        frame = by_year(model["plan_frame"]["frame"]) if model.get("plan_frame") else None
        carry = bool(frame is not None and model["plan_frame"]["carry_forward"])
        debt = model.get("debt")
        for line in lines:
            t = line["year"]
            if t not in self.basis.years:
                continue
            at = f"years.{t}"
            before = [u for u in self.basis.years if u < t] if carry else []
            available = frame[t] + sum(frame[u] - plan.plan[u] for u in before) if frame is not None else None
            self.figure(f"{at}.frame", line["frame"], frame[t] if frame is not None else None)
            self.figure(f"{at}.frame_available", line["frame_available"], available)
            for name, own in (("outlay_plan", plan.plan), ("outlay_gap", plan.gap), ("grants", plan.grants), ("partners", plan.partners)):
                self.figure(f"{at}.{name}", line[name], own[t])
            self.figure(f"{at}.operating", line["operating"], plan.operating[t])
            for name in ("other_net_investment", "self_financing", "mandate"):
                self.figure(f"{at}.{name}", line[name], by_year(debt[name])[t] if debt else None)
            self.figure(f"{at}.net_debt", line["net_debt"], round(plan.debt[t]) if debt else None)
            self.figure(f"{at}.interest", line["interest"], interest(plan, t) if debt else None)
            tonnes = plan.tonnes
            self.figure(f"{at}.emissions", line["emissions"], tonnes.emissions(t), TICKS)
            self.figure(f"{at}.removals", line["removals"], tonnes.everything[t] - tonnes.reductions[t], TICKS)

    def emissions(self, lines: Sequence[Raw]) -> None:
        """The effect years."""
        tonnes = self.plan.tonnes
        if not self.basis.model.get("emissions"):
            return
        self._listed("emissions", lines, self.basis.effect_years)
        for line in lines:
            t = line["year"]
            if t not in self.basis.effect_years:
                continue
            at = f"emissions.{t}"
            self.figure(f"{at}.reference", line["reference"], tonnes.reference(t), TICKS)
            self.figure(f"{at}.reductions", line["reductions"], tonnes.reductions[t], TICKS)
            self.figure(f"{at}.external_reductions", line["external_reductions"], tonnes.joint_reductions(t) - tonnes.reductions[t], TICKS)
            self.figure(f"{at}.emissions", line["emissions"], tonnes.emissions(t), TICKS)
            self.figure(f"{at}.removals", line["removals"], tonnes.everything[t] - tonnes.reductions[t], TICKS)

    def _listed(self, at: str, lines: Iterable[Raw], years: range) -> None:
        said = [line["year"] for line in lines]
        if said != list(years):
            self.figure(at, ", ".join(map(str, said)), ", ".join(map(str, years)))

    def totals(self, said: Raw, at: str = "totals") -> None:
        """The totals of the plan."""
        plan, tonnes, year = self.plan, self.plan.tonnes, self.basis.target_year
        mine = plan.started.values()
        self.figure(f"{at}.chosen", said["chosen"], len(plan.started))
        self.figure(f"{at}.kronor", said["kronor"], plan.kronor)
        for layer in ("plan", "gap"):
            self.figure(
                f"{at}.outlay_{layer}", said[f"outlay_{layer}"], sum(x.part(sum(x.record.outlay)) for x in mine if x.layer == layer)
            )
        self.figure(f"{at}.grants", said["grants"], sum(x.part(sum(x.record.received)) for x in mine))
        self.figure(f"{at}.partners", said["partners"], sum(x.part(sum(x.record.partner)) for x in mine))
        self.figure(f"{at}.highest_net_debt", said["highest_net_debt"], max(map(round, plan.debt.values())) if plan.debt else None)
        self.figure(f"{at}.bond_eligible", said["bond_eligible"], plan.eligible_to(self.basis.years[-1]))
        self.figure(f"{at}.tonnes", said["tonnes"], tonnes.objective, TICKS)
        ratio = Fraction(tonnes.objective) / TICKS / Fraction(plan.kronor) if plan.kronor > 0 else None
        self.found.ratio(f"{self.at}{at}.tonnes_per_krona", said["tonnes_per_krona"], ratio)
        self.figure(f"{at}.tonnes_target_year", said["tonnes_target_year"], tonnes.reductions[year], TICKS)
        self.figure(f"{at}.removals_target_year", said["removals_target_year"], tonnes.everything[year] - tonnes.reductions[year], TICKS)
        cumulative = sum(tonnes.everything[t] for t in self.basis.effect_years)
        self.figure(f"{at}.tonnes_cumulative", said["tonnes_cumulative"], cumulative, TICKS)
        self.figure(f"{at}.tonnes_lifetime", said["tonnes_lifetime"], sum(tonnes.everything.values()), TICKS)
        self.figure(f"{at}.emissions_target_year", said["emissions_target_year"], tonnes.emissions(year), TICKS)


def interest(plan: Plan, year: int) -> int:
    """The interest that makes the shown closing debts, whole kronor, roll forward."""
    table = plan.basis.model["debt"]
    opening = round(plan.debt[year - 1]) if year - 1 in plan.debt else table["opening"]["value"]
    moved = plan.plan[year] + plan.gap[year] - plan.grants[year] - plan.partners[year] + plan.operating[year]
    others = by_year(table["other_net_investment"])[year] - by_year(table["self_financing"])[year]
    return int(round(plan.debt[year]) - opening - moved - others)


def _of(effect: tuple[int, int]) -> int:
    """Reduction and removal together."""
    return effect[0] + effect[1]
