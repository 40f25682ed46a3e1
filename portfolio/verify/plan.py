"""A plan counted through from id, layer, start and per cent alone: choices, money by year and tonnes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor

from portfolio.verify.record import Record, Started, by_year
from portfolio.verify.result import Exact, Raw
from portfolio.verify.tonnes import Tonnes


class Basis:
    """What run.json keeps of the question: the planning model and the records of the workbooks."""

    def __init__(self, raw: Raw) -> None:
        self.model: Raw = raw["model"]
        kept = raw["records"]
        self.records = {row["id"]: Record(row, self.model) for row in kept["investments"]}
        self.pairs, self.ceilings = kept["pairs"], kept["ceilings"]
        horizon = self.model["horizon"]
        self.years = range(horizon["first_year"]["value"], horizon["last_year"]["value"] + 1)
        self.effect_years = range(horizon["first_year"]["value"], horizon["effects_until"]["value"] + 1)
        self.target_year: int = horizon["target_year"]["value"]

    def tonnes(self, started: Mapping[str, Started]) -> Tonnes:
        """The tonnes of what is started."""
        return Tonnes(self.model, self.records, self.pairs, self.ceilings, started)


class Plan:
    """One plan. Money in kr, exact.

    Args:
        decisions: one map for each investment, of which only id, layer, start and percent are used.
    """

    def __init__(self, basis: Basis, decisions: Sequence[Raw]) -> None:
        self.basis, self.decisions = basis, decisions
        model = basis.model
        self.started = {
            x["id"]: Started(basis.records[x["id"]], x["start"], x["layer"], x["percent"])
            for x in sorted(decisions, key=lambda x: str(x["id"]))
            if x["id"] in basis.records and basis.records[x["id"]].city and x["start"] is not None
        }
        mine = list(self.started.values())
        self.plan, self.gap = self._outlay([x for x in mine if x.layer == "plan"]), self._outlay([x for x in mine if x.layer != "plan"])
        self.grants, self.partners = (
            self._sum([x.years(x.record.received) for x in mine]),
            self._sum([x.years(x.record.partner) for x in mine]),
        )
        self.operating: dict[int, Exact] = {t: sum(x.operating(t) for x in mine) for t in basis.years}
        self.tonnes = basis.tonnes(self.started)
        self.debt = self._debt(model["debt"]) if model.get("debt") else {}
        self.rate = Fraction(str(model["operating_charge"]["internal_rate"]["value"])) if model.get("operating_charge") else None

    def _sum(self, parts: Sequence[Mapping[int, Exact]]) -> dict[int, Exact]:
        return {t: sum(amounts.get(t, 0) for amounts in parts) for t in self.basis.years}

    def _outlay(self, some: Sequence[Started]) -> dict[int, Exact]:
        return self._sum([x.years(x.record.outlay) for x in some])

    def outlay_of(self, owner: str, year: int) -> Exact:
        """Outlay of one owner, of everybody (`*`), or of all committees (`:committee`)."""
        return sum(x.of(x.record.outlay, year) for x in self.started.values() if self.belongs(x, owner))

    @staticmethod
    def belongs(x: Started, owner: str) -> bool:
        """Whether an investment is of an owner, of everybody (`*`) or of a committee (`:committee`)."""
        row = x.record.row
        return owner == "*" or row["owner"] == owner or (owner == ":committee" and row["owner_type"] == "committee")

    @property
    def gross(self) -> Exact:
        """Gross outlay, all years."""
        return sum(x.part(sum(x.record.outlay)) for x in self.started.values())

    @property
    def kronor(self) -> Exact:
        """Kronor of the objective's kind."""
        if self.basis.model["objective"]["krona"] == "net":
            return sum(x.part(sum(x.record.net)) for x in self.started.values())
        return self.gross

    def _debt(self, table: Raw) -> dict[int, Exact]:
        other, own = by_year(table["other_net_investment"]), by_year(table["self_financing"])
        rate = Fraction(str(table["interest_rate"]["value"])) if table.get("interest_rate") else None
        reference = by_year(table["reference_net_debt"]) if table.get("reference_net_debt") else None
        now, path = Fraction(table["opening"]["value"]), dict[int, Exact]()
        for t in self.basis.years:
            interest = rate * (now - reference[t - 1]) if rate is not None and reference is not None else Fraction(0)
            now += self.plan[t] + self.gap[t] - self.grants[t] - self.partners[t] + self.operating[t] + other[t] - own[t] + interest
            path[t] = now
        return path

    def eligible_to(self, year: int) -> Exact:
        """What the framework in force can finance of the plan years to `year`."""
        return sum(x.eligible(t) for x in self.started.values() for t in self.basis.years if t <= year)

    def charge(self, some: Sequence[Started], year: int) -> dict[str, Exact]:
        """Operating charge of some investments, by part and in all."""
        parts: dict[str, Exact] = dict.fromkeys(("depreciation", "release", "internal_rate", "expensed", "operating"), 0)
        for x in some:
            for name, kr in x.charge(year, self.rate or Fraction(0)).items():
                parts[name] += kr
        return {**parts, "total": sum(parts.values())}

    def debt_added(self, x: Started) -> dict[int, Exact]:
        """What one investment has added to the debt by the end of each plan year, with its interest."""
        table = self.basis.model["debt"]
        rate = Fraction(str(table["interest_rate"]["value"])) if table.get("interest_rate") else Fraction(0)
        owed, path = Fraction(0), dict[int, Exact]()
        for t in self.basis.years:
            r = x.record
            owed += rate * owed + x.of(r.outlay, t) - x.of(r.received, t) - x.of(r.partner, t) + x.operating(t)
            path[t] = owed
        return path

    def borrowable(self, year: int) -> int:
        """What could be borrowed in `year` besides, and kept, without breaking the mandate."""
        table = self.basis.model["debt"]
        mandate = by_year(table["mandate"])
        rate = Fraction(str(table["interest_rate"]["value"])) if table.get("interest_rate") else Fraction(0)
        return min(floor((mandate[t] - self.debt[t]) / (1 + rate) ** (t - year)) for t in self.basis.years if t >= year)
