"""Tonnes of what is decided, as formulas: effects of every start (whole kilograms), overlaps, external actors, ceilings, each year's sum.

Amounts are ticks of 10 g: kilograms times per cent. They are whole numbers far below what a cell can hold exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property

from portfolio.evaluate import Tonnage, YearTonnes, measure, outside_of
from portfolio.excel.decision_workbook import Cell as BookCell
from portfolio.excel.decision_workbook import Formula
from portfolio.external import city_alternatives, delivered_kilograms, delivered_share, expected, scaled_loss
from portfolio.flows import Cell
from portfolio.instance import REMOVAL, Effect, PairLoss
from portfolio.records import RequirementKind
from portfolio.reports.findings import clean
from portfolio.reports.live.flow import counted
from portfolio.reports.live.options import Options
from portfolio.reports.live.table import Table
from portfolio.reports.sectors import names_of
from portfolio.units import TICKS_PER_TONNE, tonnes_from_ticks

KINDS = ("reduction", "removal", "adverse")
TABLES = {"reduction": "Minskning", "removal": "Upptag", "adverse": "Okning", "loss": "Overlapp"}
"""Names of the tables of kilograms."""


class Tonnes:
    """The tables of tonnes.

    Raises:
        TooManyCuts: the ceilings are too entangled for a formula.
    """

    def __init__(self, options: Options) -> None:
        self.o, self.d, self.t = options, options.d, options.t
        d = options.d
        self.years = sorted({*d.planning.horizon.effect_years, *d.count_years})
        self.counted = tuple(i for i in expected(d) if delivered_share(d, i))
        self._outside = outside_of(d, options.picks)
        self._own_now = {t: Tonnage(d, options.picks).year(t) for t in self.years}
        self._joint_now = {t: self._outside.tonnage.year(t) for t in self.years}
        self._sectors = names_of(d.planning, self.t)
        self._kilograms: dict[str, Table] = {}
        self._spans: dict[tuple[str, Cell | None], tuple[int, int]] = {}
        for kind in KINDS:
            self._effects(kind)
        self._losses()

    @property
    def joint(self) -> bool:
        """External actors count: the city's tonnes and theirs share the ceilings."""
        return bool(self.counted)

    @cached_property
    def external(self) -> Table:
        """External actors whose effect can count: the year from which each is delivered, given the city's own starts (docs/method.md)."""
        table, d = Table("Externa", self.t("workbook.live.external")), self.d
        table.column("id", self.t("workbook.column.id"), width=10)
        table.column("delivered", self.o.head("delivered"), "year", 14)
        wanted = expected(d)
        places = {i: n for n, i in enumerate(wanted)}
        for i in wanted:
            record, needs, years = d.investments[i], [], [str(d.investments[i].earliest_start)]
            for need in record.requires:
                if need.id in d.starts:
                    start = self.o.start_of(need.id)
                elif need.id in places:
                    start = table.ref("delivered", places[need.id])
                else:
                    start = "0"  # an external alternative that is not expected
                needs.append(f"{start}=0")
                years.append(f"{start}+{d.duration(need.id)}" if need.kind is RequirementKind.FINISH_TO_START else start)
            needs += [f"{self.o.start_of(j)}>0" for j in city_alternatives(d, i)]
            first = f"MAX({','.join(years)})"
            formula = f"IF({first}<={record.latest_start},{first},0)"
            text = f"IF(OR({','.join(needs)}),0,{formula})" if needs else formula
            table.add({"id": clean(i), "delivered": Formula(text, self._outside.starts.get(i, 0))})
        return table

    def _effect_rows(self) -> Iterable[tuple[str, int, Effect]]:
        """Every start that can count: the city's own, then external actors at their share."""
        for i, s in self.o.rows:
            yield i, s, self.d.effect[i, s]
        for i in self.counted:
            record = self.d.investments[i]
            for s in range(record.earliest_start, record.latest_start + 1):
                yield i, s, delivered_kilograms(self.d, i, s)

    def _share(self, i: str, s: int) -> tuple[str, int]:
        """What refers to the per cent that is started of an investment in a year, and what it is now."""
        pick = self.o.picks.get(i)
        if (i, s) in self.o.rows:
            return self.o.kronor.ref("share", self.o.rows[i, s]), pick.percent if pick and pick.start == s else 0
        n = expected(self.d).index(i)
        return f"IF({self.external.ref('delivered', n)}={s},100,0)", 100 if self._outside.starts.get(i) == s else 0

    def _cell(self, i: str, kind: str) -> Cell:
        return self.d.group_of(i), REMOVAL if kind == "removal" else self.d.investments[i].emission_sector

    def _name(self, cell: Cell) -> str:
        destination = self.t("workbook.subject.removals") if cell[1] == REMOVAL else self._sectors.get(cell[1], clean(cell[1]))
        return f"{clean(cell[0])} → {destination}" if cell[0] is not None else destination

    def _table(self, kind: str) -> Table:
        """A table of kilograms by year; starts that share a cell stand together."""
        table = Table(TABLES[kind], self.t(f"workbook.live.{kind}"))
        table.column("id", self.t("workbook.column.id"), width=10)
        table.column("start", self.t("workbook.column.start"), "year", 8)
        table.column("cell", self.o.head("cell"), width=24)
        table.column("share", self.o.head("share"), "count", 9)
        for t in self.years:
            table.column(t, f"{t} (kg)", "count", 11)
        return table

    def _effects(self, kind: str) -> None:
        found = [(i, s, years) for i, s, e in self._effect_rows() if (years := getattr(e, kind))]
        table = self._table(kind)

        def place(row: tuple[str, int, Mapping[int, int]]) -> tuple[object, ...]:
            return row[0] in self.d.external, _key(self._cell(row[0], kind)) if kind != "adverse" else ("", ""), row[0], row[1]

        for i, s, years in sorted(found, key=place):
            share, now = self._share(i, s)
            row: dict[object, BookCell] = {"id": clean(i), "start": s, "share": Formula(share, now)}
            row["cell"] = self._name(self._cell(i, kind)) if kind != "adverse" else None
            n = table.add(row | {t: years[t] for t in self.years if t in years})
            self._grow(kind + (".external" if i in self.d.external else ""), self._cell(i, kind) if kind != "adverse" else None, n)
        self._kilograms[kind] = table

    def _grow(self, name: str, cell: Cell | None, row: int) -> None:
        first, _ = self._spans.get((name, cell), (row, row))
        self._spans[name, cell] = (first, row)

    def _losses(self) -> None:
        """Pair overlaps: what one loses while the other is in effect, for every two starts that can both be decided."""
        table = self._table("loss")
        found: list[tuple[bool, Cell, PairLoss, Mapping[int, int]]] = []
        known = {(i, s) for i, s, _ in self._effect_rows()}
        for loss in self.d.losses:
            if {(loss.loser, loss.loser_start), (loss.winner, loss.winner_start)} <= known:
                outside = bool({loss.loser, loss.winner} & set(self.d.external))
                for kind, lost in (("reduction", loss.reduction), ("removal", loss.removal)):
                    if kilograms := scaled_loss(self.d, loss, lost):
                        found.append((outside, self._cell(loss.loser, kind), loss, kilograms))
        for outside, cell, loss, lost in sorted(found, key=lambda f: (f[0], _key(f[1]), f[2].loser, f[2].loser_start, f[2].winner_start)):
            (a, now_a), (b, now_b) = self._share(loss.loser, loss.loser_start), self._share(loss.winner, loss.winner_start)
            row: dict[object, BookCell] = {"id": f"{clean(loss.loser)} – {clean(loss.winner)}", "start": loss.loser_start}
            row |= {"cell": self._name(cell), "share": Formula(f"{a}*{b}/100", now_a * now_b // 100)}
            n = table.add(row | {t: lost[t] for t in self.years if t in lost})
            self._grow("loss" + (".external" if outside else ""), cell, n)
        self._kilograms["loss"] = table

    def _sum(self, table: str, part: str, cell: Cell | None, t: int) -> str:
        span = self._spans.get((part, cell))
        if span is None:
            return ""
        kilograms = self._kilograms[table]
        return f"SUMPRODUCT({kilograms.ref('share', span)},{kilograms.ref(t, span)})"

    def _raw(self, cell: Cell, t: int, side: str) -> str:
        """Ticks of a cell before ceilings: of the city (`""`), or what external actors add (`.external`)."""
        kind = "removal" if cell[1] == REMOVAL else "reduction"
        gives, loses = self._sum(kind, kind + side, cell, t), self._sum("loss", "loss" + side, cell, t)
        return (gives or "0") + (f"-{loses}" if loses else "")

    def tables(self) -> list[Table]:
        """What is drawn, without empty tables."""
        found = [*([self.external] if self.joint else []), *self._kilograms.values(), self.year]
        return [table for table in found if len(table)]

    @cached_property
    def year(self) -> Table:
        """Ticks of each year: every cell before ceilings, then what is counted."""
        table, d = Table("Arston", self.t("workbook.live.by_year")), self.d
        known = {(name, cell) for name, cell in self._spans if cell is not None}
        own = sorted({cell for name, cell in known if name in ("reduction", "removal")}, key=_key)
        both = sorted({cell for name, cell in known if not name.startswith("loss")}, key=_key) if self.joint else []
        table.column("year", self.t("workbook.column.year"), "year", 8)
        for side, cells in (("own", own), ("joint", both)):
            for cell in cells:
                table.column((side, cell), self.t(f"workbook.live.column.{side}", cell=self._name(cell)), "count", 16)
        for key in ("reductions", "removals", "objective", *(("joint_reductions",) if self.joint else ())):
            table.column(key, self.o.head(key), "count", 16)
        ceilings = (
            {g: kg * 100 for g, kg in d.group_ceiling.items()},
            {k: kg * 100 for k, kg in d.destination_ceiling.items()},
        )
        for t in self.years:
            row: dict[object, BookCell] = {"year": t}
            own_now, joint_now = self._own_now[t], self._joint_now[t]
            for cell in own:
                row["own", cell] = Formula(self._raw(cell, t, ""), _ticks(own_now, cell))
            for cell in both:
                mine = f"{table.here(('own', cell))}+" if cell in own else ""
                row["joint", cell] = Formula(mine + self._raw(cell, t, ".external"), _ticks(joint_now, cell))
            adverse = {side: self._sum("adverse", "adverse" + side, None, t) for side in ("", ".external")}
            flows = {side: {c: table.here((side, c)) for c in cells} for side, cells in (("own", own), ("joint", both))}
            sectors = {side: {c: ref for c, ref in cells.items() if c[1] != REMOVAL} for side, cells in flows.items()}
            reductions = counted(sectors["own"], *ceilings)
            row["reductions"] = Formula(_plus(reductions, adverse[""]), own_now.reductions)
            whole = counted(flows["own"], *ceilings)
            removals = f"{whole}-({reductions})" if len(sectors["own"]) < len(own) else "0"
            row["removals"] = Formula(removals, own_now.removals)
            row["objective"] = self._objective(t, table, flows["own"], ceilings, adverse[""])
            if self.joint:
                text = _plus(_plus(counted(sectors["joint"], *ceilings), adverse[""]), adverse[".external"])
                row["joint_reductions"] = Formula(text, joint_now.reductions)
            table.add(row)
        return table

    def _objective(
        self, t: int, table: Table, cells: Mapping[Cell, str], ceilings: tuple[Mapping[str, int], Mapping[str, int]], adverse: str
    ) -> Formula:
        """What the objective counts of a year: only the kinds that it asks for flow at all."""
        kinds = self.d.planning.objective.counts
        now = Tonnage(self.d, self.o.picks).year(t, kinds)
        value = now.reductions + now.removals
        if t not in self.d.count_years:
            return Formula("0", 0)
        if "reduction" in kinds:
            both = f"+{table.here('removals')}" if "removal" in kinds else ""
            return Formula(table.here("reductions") + both, value)
        alone = counted({c: ref for c, ref in cells.items() if c[1] == REMOVAL}, *ceilings)
        return Formula(_plus(alone, adverse), value)

    @property
    def now(self) -> Decimal:
        """Tonnes of the objective's quantity in the recommended plan."""
        return tonnes_from_ticks(measure(self.d, self.o.picks).ticks)

    def objective(self) -> str:
        """Tonnes of the objective's quantity."""
        return f"SUM({self.year.ref('objective')})/{TICKS_PER_TONNE}"

    def of(self, key: str, t: int) -> str:
        """Tonnes of a column of `year` in year t."""
        return f"{self.year.ref(key, self.years.index(t))}/{TICKS_PER_TONNE}"

    def reduced(self, t: int) -> str:
        """Tonnes by which the city and what external actors deliver lower the emissions of year t."""
        return self.of("joint_reductions" if self.joint else "reductions", t)


def _key(cell: Cell) -> tuple[str, str]:
    return cell[0] or "", cell[1]


def _ticks(year: YearTonnes, cell: Cell) -> int:
    return sum(year.cells.get(cell, {}).values())


def _plus(formula: str, more: str) -> str:
    return f"{formula}+{more}" if more else formula
