"""Every decision that can be made, as data: an investment and a start year a row, with its kronor at 100 per cent.

Three tables: `Lage` reads what the sheet of decisions says of each investment, `Alternativ` has the kronor of each start and the per cent
of it that is decided, `Drift` the parts of its operating charge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from portfolio.evaluate import Pick
from portfolio.excel.decision_workbook import Cell, Formula
from portfolio.finance.charge_statement import PARTS
from portfolio.instance import Instance
from portfolio.reports.findings import clean
from portfolio.reports.live.table import Table, quoted
from portfolio.text import Text


class Options:
    """The tables of starts and their kronor.

    Args:
        d: the instance of the run. picks: the recommended plan, whose figures are stored with the formulas.
        order: ids as they stand on the sheet of decisions.
    """

    def __init__(self, d: Instance, picks: Mapping[str, Pick], order: Sequence[str], text: Text) -> None:
        self.d, self.picks, self.t = d, picks, text
        self._order = {i: n for n, i in enumerate(order, start=1)}
        self.rows: dict[tuple[str, int], int] = {}
        for i in d.city:
            for s in d.starts[i]:
                self.rows[i, s] = len(self.rows)
        self.lines = {i: n for n, i in enumerate(d.city)}

    def span(self, i: str) -> tuple[int, int] | None:
        """First and last row of an investment's starts; None when it has none."""
        own = [self.rows[i, s] for s in self.d.starts[i]]
        return (own[0], own[-1]) if own else None

    def head(self, name: str) -> str:
        """A heading of the calculation sheets."""
        return self.t(f"workbook.live.column.{name}")

    @cached_property
    def state(self) -> Table:
        """What is decided for each investment, as the sheet of decisions now says."""
        table, t = Table("Lage", self.t("workbook.live.state")), self.t
        table.column("id", t("workbook.column.id"), width=10)
        table.column("start", t("workbook.column.start"), "year", 9)
        for key, kind, width in (("row", "count", 11), ("decision", "text", 18), ("percent", "count", 9)):
            table.column(key, self.head(key), kind, width)
        for key in ("started", "plan", "gap", "adopted"):
            table.column(key, self.head(key), "year" if key in ("started", "adopted") else "count", 11)
        plan, gap = (quoted(t(f"workbook.layer.{layer}")) for layer in ("plan", "gap"))
        names = {key: t(f"workbook.names.{key}") for key in ("id", "decision", "start", "percent")}
        row, decision, start, percent, started = (f"[[@{n}]]" for n in (2, 3, 1, 4, 5))
        for i in self.d.city:
            pick, span = self.picks.get(i), self.span(i)
            word = t(f"workbook.layer.{pick.layer if pick else 'not_recommended'}")
            allowed = f"COUNTIF({self._starts(span)},{start})>0" if span else "FALSE"
            year, bought = (pick.start, pick.percent) if pick else (0, 100)
            table.add(
                {
                    "id": clean(i),
                    "row": Formula(f"IFERROR(MATCH({_searched('[[@0]]', clean(i))},{names['id']},0),0)", self._order[i]),
                    "decision": Formula(f'IF({row}=0,"",INDEX({names["decision"]},{row})&"")', word),
                    "start": Formula(f"IF({row}=0,0,N(INDEX({names['start']},{row})))", year),
                    "percent": Formula(
                        f'IF({row}=0,0,IF(INDEX({names["percent"]},{row})="",100,N(INDEX({names["percent"]},{row}))))', bought
                    ),
                    "started": Formula(f"IF(AND(OR({decision}={plan},{decision}={gap}),{allowed}),{start},0)", year),
                    "plan": Formula(f"IF(AND({started}>0,{decision}={plan}),{percent},0)", bought if pick and pick.layer == "plan" else 0),
                    "gap": Formula(f"IF(AND({started}>0,{decision}={gap}),{percent},0)", bought if pick and pick.layer == "gap" else 0),
                    "adopted": self.d.investments[i].proposed_start if i in self.d.adopted else 0,
                }
            )
        return table

    @staticmethod
    def _starts(span: tuple[int, int]) -> str:
        return f"[[Alternativ.1.{span[0]}:{span[1]}]]"

    @cached_property
    def kronor(self) -> Table:
        """Kronor of every start, by year: outlay, grants, partners, what bonds can finance, operating effect; and what is decided."""
        table, d = Table("Alternativ", self.t("workbook.live.options")), self.d
        table.column("id", self.t("workbook.column.id"), width=10)
        table.column("start", self.t("workbook.column.start"), "year", 8)
        table.column("owner", self.t("workbook.column.owner"), width=22)
        table.column("committee", self.head("committee"), "count", 9)
        for key in ("plan", "gap", "share"):
            table.column(key, self.head(key), "count", 9)
        money = {key: self._money(*key) for key in self.rows}
        for name in ("outlay", "grant", "partner", "eligible", "operating"):
            for t in d.years:
                if any((name, t) in row for row in money.values()):
                    table.column((name, t), f"{self.head(name)} {t} (mnkr)", "mnkr", 12)
        for name in ("later", "total", "grant_total", "net"):
            if any(name in row for row in money.values()):
                table.column(name, f"{self.head(name)} (mnkr)", "mnkr", 12)
        for (i, s), n in self.rows.items():
            pick, line = self.picks.get(i), self.lines[i]
            bought = pick.percent if pick and pick.start == s else 0
            decided: dict[object, Cell] = {
                layer: Formula(
                    f"IF({self.state.ref('started', line)}=[[@1]],{self.state.ref(layer, line)},0)",
                    bought if pick and pick.layer == layer else 0,
                )
                for layer in ("plan", "gap")
            }
            assert n == len(table)
            table.add(
                {
                    "id": clean(i),
                    "start": s,
                    "owner": clean(d.investments[i].owner),
                    "committee": int(d.is_committee(i)),
                    **decided,
                    "share": Formula("[[@4]]+[[@5]]", bought),
                    **money[i, s],
                }
            )
        return table

    def _money(self, i: str, s: int) -> dict[object, Cell]:
        """Kronor of one start that are not 0."""
        d, key = self.d, (i, s)
        found: dict[object, int] = {}
        for name, amounts in (
            ("outlay", d.outlay[key]),
            ("grant", d.grant[key]),
            ("partner", d.partner[key]),
            ("eligible", d.eligible[key]),
        ):
            found |= {(name, t): amounts.get(t, 0) for t in d.years}
        found |= {("operating", t): d.operating_in(i, s, t) for t in d.years}
        found["total"] = sum(d.outlay[key].values())
        found["later"] = sum(kr for t, kr in d.outlay[key].items() if t > d.years[-1])
        found["grant_total"] = sum(d.grant[key].values())
        found["net"] = d.net_total(i, s)
        return {name: kr for name, kr in found.items() if kr}

    @cached_property
    def charges(self) -> Table:
        """The operating charge of every start, part by part, in every effect year; one row for each row of `kronor`."""
        table, d = Table("Drift", self.t("workbook.live.charges")), self.d
        table.column("id", self.t("workbook.column.id"), width=10)
        table.column("start", self.t("workbook.column.start"), "year", 8)
        found = {key: self._charges(*key) for key in self.rows}
        for part in PARTS:
            for t in d.planning.horizon.effect_years:
                if any((part, t) in row for row in found.values()):
                    table.column((part, t), f"{self.t(f'workbook.live.part.{part}')} {t} (mnkr)", "mnkr", 11)
        for (i, s), row in found.items():
            table.add({"id": clean(i), "start": s, **row})
        return table

    def _charges(self, i: str, s: int) -> dict[object, Cell]:
        years = self.d.planning.horizon.effect_years
        charges = {t: self.d.charge(i, s, t) for t in years}
        return {(part, t): kr for t, charge in charges.items() for part in PARTS if (kr := getattr(charge, part))}

    def summed(self, key: object, weight: str = "share", *, rows: tuple[int, int] | None = None, only: str = "") -> str:
        """Kronor of what is decided: the weighted sum of a column, of some rows or of those a condition chooses; 0 without the column."""
        table = self.charges if key in self.charges else self.kronor
        if key not in table or not self.rows:
            return "0"
        decided, column = self.kronor.ref(weight, rows), table.ref(key, rows)
        return f"SUMPRODUCT({only}*{decided}*{column})/100" if only else f"SUMPRODUCT({decided},{column})/100"

    def owned(self, owner: str) -> str:
        """The condition that an investment is an owner's, whose name is taken from the first of its rows."""
        row = next((n for (i, _), n in self.rows.items() if self.d.investments[i].owner == owner), None)
        return f"EXACT({self.kronor.ref('owner')},{self.kronor.ref('owner', row)})" if row is not None else "0"

    def start_of(self, i: str) -> str:
        """The start year that is decided for an investment; 0 when it is not started."""
        return self.state.ref("started", self.lines[i])


def _searched(cell: str, value: str) -> str:
    """What MATCH is to look for: `?`, `*` and `~` stand for themselves."""
    if not re.search(r"[*?~]", value):
        return cell
    return f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({cell},"~","~~"),"*","~*"),"?","~?")'
