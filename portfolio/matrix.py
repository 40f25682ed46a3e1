"""The programme as arrays, straight from an instance: for questions that are asked a thousand times over with other figures.

The PuLP model (`formulation.build`) is the readable truth; a test holds every entry of this matrix to it. Money in tkr, tonnes in t, as
there. Not here: the emission ceiling, whose external deliveries are left to PuLP (`written_out.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, inf, lcm

import numpy as np
import numpy.typing as npt

from portfolio.amounts.sources import limits
from portfolio.evaluate import kronor_of
from portfolio.finance.funding import Kind, needs
from portfolio.flows import Cell
from portfolio.instance import REMOVAL, Instance, must_start
from portfolio.records import RequirementKind

Array = npt.NDArray[np.float64]
Key = tuple[str, int, str]
"""Investment, start year, layer."""
Terms = dict[int, float]
"""Coefficients by column."""
FINEST = 100
"""Parts of a krona that the solver tells apart, as in `formulation.choice`."""


@dataclass(frozen=True)
class Matrix:
    """Rows lower ≤ A x ≤ upper, row by row; columns are starts, per cents, overlaps, counted tonnes and payments.

    Attributes:
        keys: of the start columns, which come first. percent: column of the per cent of a scalable start. both: column of the overlap of
            a loss, by its number in `Instance.losses`.
        tonnes, kronor, start_years, id_order: the objectives, a coefficient a column.
        starts, index, value: the rows, compressed. low, high: their sides. rows, columns: names, as PuLP has them.
        lower, upper, whole: bounds of the columns and which of them are integers.
    """

    keys: tuple[Key, ...]
    percent: Mapping[Key, int]
    both: Mapping[int, int]
    tonnes: Array
    kronor: Array
    start_years: Array
    id_order: Array
    lower: Array
    upper: Array
    whole: npt.NDArray[np.bool_]
    starts: npt.NDArray[np.int32]
    index: npt.NDArray[np.int32]
    value: Array
    low: Array
    high: Array
    rows: tuple[str, ...]
    columns: tuple[str, ...]


def can_be_made(d: Instance) -> bool:
    """Every constraint of the question is one of those below."""
    return d.planning.emission_ceiling is None or d.planning.emissions is None


def matrix_of(d: Instance, *, years_of_money: bool = True) -> Matrix:
    """The whole matrix of a question for which `can_be_made` is true; investments may be in both layers.

    Args:
        years_of_money: without them the rows about the money of a year or an owner, which `shorter` leaves out, are not made at all.
    """
    return _Maker(d).made(years_of_money=years_of_money)


class _Maker:
    """Rows on their way into the matrix."""

    def __init__(self, d: Instance) -> None:
        self.d = d
        self.keys = tuple((i, s, l) for i in d.city for s in d.starts[i] for l in d.layers[i])
        self.of: dict[str, list[int]] = {i: [] for i in d.city}
        for n, key in enumerate(self.keys):
            self.of[key[0]].append(n)
        self.columns = [f"start_{d.index[i]:04d}_{s}_{l}" for i, s, l in self.keys]
        self.upper = [1.0] * len(self.keys)
        self.whole = [True] * len(self.keys)
        self.percent = {key: self._column(f"percent_{self._label(key)}", 100.0, whole=True) for key in self.keys if d.is_scalable(key[0])}
        self.bought = [(self.percent[key], 0.01) if key in self.percent else (n, 1.0) for n, key in enumerate(self.keys)]
        possible = {i for i in d.city if d.starts[i]}
        self.both = {
            n: self._column(f"both_{n:04d}", 1.0, whole=False)
            for n, loss in enumerate(d.losses)
            if loss.loser in possible and loss.winner in possible
        }
        self.counted: dict[tuple[Cell, int], int] = {}
        self.paid: dict[tuple[str, int, int], int] = {}
        self.rows: list[tuple[str, Terms, float, float]] = []

    def _label(self, key: Key) -> str:
        return f"{self.d.index[key[0]]:04d}_{key[1]}_{key[2]}"

    def _column(self, name: str, upper: float, *, whole: bool) -> int:
        self.columns.append(name)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.columns) - 1

    def _at_most(self, name: str, terms: Terms, high: float) -> None:
        self.rows.append((name, terms, -inf, high))

    def made(self, *, years_of_money: bool) -> Matrix:
        """Everything, in arrays."""
        tonnes = self._tonnes()
        by_year = (self._frames, self._debt, self._funding, self._delivery) if years_of_money else ()
        for constraint in (self._choice, self._requires, self._selection, self._envelope, *by_year):
            constraint()
        self._overlaps()
        starts = np.cumsum([0, *(len(terms) for _, terms, _, _ in self.rows)], dtype=np.int32)
        number = len(self.columns)
        return Matrix(
            keys=self.keys,
            percent=self.percent,
            both=self.both,
            tonnes=_vector(tonnes, number),
            kronor=_vector(self._spent(range(len(self.keys)), self._kronor()), number),
            start_years=_vector({n: 1.0 * key[1] - self.d.years[0] + 1 for n, key in enumerate(self.keys)}, number),
            id_order=_vector(self._id_order(), number),
            lower=np.zeros(number),
            upper=np.array(self.upper),
            whole=np.array(self.whole),
            starts=starts,
            index=np.array([n for _, terms, _, _ in self.rows for n in terms], dtype=np.int32),
            value=np.array([c for _, terms, _, _ in self.rows for c in terms.values()]),
            low=np.array([low for _, _, low, _ in self.rows]),
            high=np.array([high for _, _, _, high in self.rows]),
            rows=tuple(name for name, _, _, _ in self.rows),
            columns=tuple(self.columns),
        )

    def _kronor(self) -> list[float]:
        """K of every start (tkr)."""
        return [kronor_of(self.d, i, s) / 1000 for i, s, _ in self.keys]

    def _id_order(self) -> Terms:
        """As `objectives.id_order`."""
        terms: Terms = {}
        for n, key in enumerate(self.keys):
            spread = (n * 0x9E3779B1 & 0xFFFF) / 0x10000
            terms[n] = self.d.index[key[0]] + round(0.9 * spread, 4)
            if key in self.percent:
                terms[self.percent[key]] = round(0.001 * (1 + spread), 6)
        return terms

    def _spent(self, keys: Iterable[int], amounts: Sequence[float]) -> Terms:
        """Σ amount · share bought, an amount for each of all keys."""
        terms: Terms = {}
        for n in keys:
            if amounts[n]:
                column, factor = self.bought[n]
                terms[column] = terms.get(column, 0.0) + amounts[n] * factor
        return terms

    def _choice(self) -> None:
        """start_at_most_once, scale, alternatives."""
        d = self.d
        for i in d.city:
            least = 1.0 if must_start(d.investments[i]) else -inf
            self.rows.append((f"start_at_most_once_{d.index[i]:04d}", dict.fromkeys(self.of[i], 1.0), least, 1.0))
        for key, column in self.percent.items():
            start, label = self.keys.index(key), self._label(key)
            share = d.investments[key[0]].minimum_share or 0
            self.rows.append((f"scale_low_{label}", {column: 1.0, start: -1.0 * share}, 0.0, inf))
            self._at_most(f"scale_high_{label}", {column: 1.0, start: -100.0}, 0.0)
        for n, members in enumerate(d.alternatives.values(), start=1):
            self._at_most(f"alternatives_{n:02d}", dict.fromkeys((c for i in members for c in self.of[i]), 1.0), 1.0)

    def _requires(self) -> None:
        d = self.d
        for i in d.city:
            for need in d.investments[i].requires:
                lag = d.duration(need.id) if need.kind is RequirementKind.FINISH_TO_START else 0
                for t in d.years:
                    terms = dict.fromkeys((n for n in self.of[i] if self.keys[n][1] <= t), 1.0)
                    if terms:
                        for n in self.of.get(need.id, ()):
                            if self.keys[n][1] <= t - lag:
                                terms[n] = terms.get(n, 0.0) - 1.0
                        self._at_most(f"requires_{d.index[i]:04d}_{d.index[need.id]:04d}_{t}", terms, 0.0)

    def _selection(self) -> None:
        """selection, stability."""
        d = self.d
        for number, limit in enumerate(d.planning.selection, start=1):
            terms = dict.fromkeys((n for i in d.city if i in limit.members for n in self.of[i]), 1.0)
            if limit.at_least is not None:
                self.rows.append((f"selection_low_{number:02d}", terms, limit.at_least * 1.0, inf))
            if limit.at_most is not None:
                self._at_most(f"selection_high_{number:02d}", terms, limit.at_most * 1.0)
        if d.planning.stability is not None:
            adopted = frozenset(d.adopted)
            changed: Terms = {}
            for n, (i, s, _) in enumerate(self.keys):
                if i not in adopted:
                    changed[n] = 1.0
                elif s == d.investments[i].proposed_start:
                    changed[n] = -1.0
            self._at_most("stability_changes", changed, d.planning.stability.changes.value * 1.0 - len(adopted))

    def _envelope(self) -> None:
        """control_envelope."""
        d, envelope = self.d, self.d.planning.control_envelope
        if envelope is not None:
            totals = [sum(d.outlay[i, s].values()) / 1000 for i, s, _ in self.keys]
            self._at_most("control_envelope_total", self._spent(range(len(self.keys)), totals), envelope.total.value / 1000)

    def _frames(self) -> None:
        """The frames, and the charges."""
        d, p = self.d, self.d.planning
        every = range(len(self.keys))
        if p.plan_frame is not None:
            self._frame(
                "plan_frame", [n for n in every if self.keys[n][2] == "plan"], p.plan_frame.frame.values, p.plan_frame.carry_forward
            )
        for number, (owner, frame) in enumerate(sorted(p.owner_frame.frames.items()) if p.owner_frame is not None else (), start=1):
            mine = [n for n in every if d.investments[self.keys[n][0]].owner == owner]
            self._frame(f"owner_frame_{number:02d}", mine, frame.values, p.owner_frame is not None and p.owner_frame.carry_forward)
        if p.committee_frame is not None:
            mine = [n for n in every if d.is_committee(self.keys[n][0])]
            self._frame("committee_frame", mine, p.committee_frame.frame.values, p.committee_frame.carry_forward)
        charge = p.operating_charge
        limited = [("", charge.limit, list(every))] if charge is not None and charge.limit is not None else []
        for number, (owner, limit) in enumerate(sorted(charge.limits.items()) if charge is not None else (), start=1):
            limited.append((f"{number:02d}_", limit, [n for n in every if d.investments[self.keys[n][0]].owner == owner]))
        for label, limit, keys in limited:
            for t, kronor in sorted(limit.values.items()):
                amounts = [d.charge(i, s, t).total / 1000 for i, s, _ in self.keys]
                self._at_most(f"operating_charge_{label}{t}", self._spent(keys, amounts), kronor / 1000)

    def _frame(self, name: str, keys: Sequence[int], frame: Mapping[int, int], carry_forward: bool) -> None:
        """Outlays of these starts inside a frame of each year, or of all years to each."""
        d = self.d
        amounts, most = [0] * len(self.keys), 0
        for t in d.years:
            most = most + frame[t] if carry_forward else frame[t]
            for n in keys:
                kronor = d.outlay[self.keys[n][:2]].get(t, 0)
                amounts[n] = amounts[n] + kronor if carry_forward else kronor
            self._at_most(f"{name}_{t}", self._spent(keys, [kr / 1000 for kr in amounts]), most / 1000)

    def _debt(self) -> None:
        """debt_mandate, bond_backing."""
        d, debt, backing = self.d, self.d.planning.debt, self.d.planning.bond_backing
        if debt is None:
            return
        for t in d.years:
            added = [d.debt_added[i, s][t] for i, s, _ in self.keys]
            self._within(f"debt_mandate_{t}", added, debt.mandate.values[t] - d.debt_without[t])
        if backing is None:
            return
        for t in d.years:
            past = range(d.years[0], t + 1)
            share = Fraction(backing.share.value)
            amounts = [share * d.debt_added[i, s][t] - sum(d.eligible[i, s].get(tau, 0) for tau in past) for i, s, _ in self.keys]
            other = sum(backing.other_eligible.values[tau] for tau in past) if backing.other_eligible is not None else 0
            self._within(f"bond_backing_{t}", amounts, other - share * (d.debt_without[t] - debt.opening.value))

    def _within(self, name: str, amounts: Sequence[Fraction | int], limit: Fraction | int) -> None:
        """As `choice.within`: exact where amounts are whole parts of a krona, otherwise on the safe side by less than an öre."""
        sizes = [100 if key in self.percent else 1 for key in self.keys]
        parts = 1
        for kr, size in zip(amounts, sizes, strict=True):
            if not isinstance(kr, int) or kr % size:
                parts = lcm(parts, Fraction(kr, size).denominator)
                if parts >= FINEST:
                    break
        parts = min(FINEST, parts)
        fine = [
            kr / 1000 if parts == 1 and isinstance(kr, int) else ceil(kr * parts / Fraction(size)) * size / (1000 * parts)
            for kr, size in zip(amounts, sizes, strict=True)
        ]
        self._at_most(name, self._spent(range(len(self.keys)), fine), floor(limit * parts) / (1000 * parts))

    def _funding(self) -> None:
        """As `formulation.funding` and the constraint: only what sources with a limit alone may pay for."""
        d = self.d
        if d.planning.funding is None:
            return
        limited = {name: limit for name, limit in limits(d.planning).items() if limit is not None}
        known = {(i, s): needs(d, i, s) for i in d.city for s in d.starts[i]} if limited else {}
        amounts: dict[tuple[Kind, int], dict[int, int]] = {}
        for n, key in enumerate(self.keys):
            for (kind, t), kr in known[key[:2]].items() if known else ():
                if all(name in limited for name in kind):
                    amounts.setdefault((kind, t), {})[n] = kr
        numbers = {kind: n for n, kind in enumerate(sorted({kind for kind, _ in amounts}), start=1)}
        sources = {name: n for n, name in enumerate(limited, start=1)}
        for c, t, kind in sorted((numbers[kind], t, kind) for kind, t in amounts):
            terms: Terms = {}
            for name in kind:
                self.paid[name, c, t] = self._column(f"paid_{sources[name]:02d}_{c:02d}_{t}", inf, whole=False)
                terms[self.paid[name, c, t]] = -1.0
            given = amounts[kind, t]
            spent = self._spent(given, [given.get(n, 0) / 1000 for n in range(len(self.keys))])
            self.rows.append((f"funding_need_{c:02d}_{t}", {**terms, **spent}, 0.0, 0.0))
        for number, (name, limit) in enumerate(limited.items(), start=1):
            for t in d.years:
                window = range(d.years[0], t + 1) if limit.carry_forward else range(t, t + 1)
                payments = {column: 1.0 for (k, _, tau), column in self.paid.items() if k == name and tau in window}
                if payments:
                    self._at_most(f"funding_limit_{number:02d}_{t}", payments, sum(limit.values[tau] for tau in window) / 1000)

    def _delivery(self) -> None:
        d, rhs = self.d, self.d.planning.delivery_capacity
        if rhs is None:
            return
        for number, (owner, starts) in enumerate(sorted(rhs.starts.items()), start=1):
            mine = self._owned(owner)
            for t, limit in sorted(starts.values.items()):
                begun = dict.fromkeys((n for n in mine if self.keys[n][1] == t), 1.0)
                self._at_most(f"delivery_capacity_starts_{number:02d}_{t}", begun, limit * 1.0)
        for number, (owner, outlay) in enumerate(sorted(rhs.outlay.items()), start=1):
            mine = self._owned(owner)
            for t, kronor in sorted(outlay.values.items()):
                amounts = [d.outlay[key[:2]].get(t, 0) / 1000 for key in self.keys]
                self._at_most(f"delivery_capacity_outlay_{number:02d}_{t}", self._spent(mine, amounts), kronor / 1000)

    def _owned(self, owner: str) -> list[int]:
        return [n for n, key in enumerate(self.keys) if owner in ("*", self.d.investments[key[0]].owner)]

    def _overlaps(self) -> None:
        for number, column in self.both.items():
            loss = self.d.losses[number]
            terms: Terms = {column: 1.0}
            for i, s in ((loss.loser, loss.loser_start), (loss.winner, loss.winner_start)):
                for n in self.of[i]:
                    if self.keys[n][1] == s:
                        bought, factor = self.bought[n]
                        terms[bought] = terms.get(bought, 0.0) - factor
            self.rows.append((f"pair_overlap_{number:04d}", terms, -1.0, inf))

    @cached_property
    def _flows(self) -> Mapping[tuple[str, int], Sequence[tuple[Cell, Mapping[int, int]]]]:
        """Cells, and kilograms by year, of every start, of the kinds that count."""
        d, kinds = self.d, self.d.planning.objective.counts
        found: dict[tuple[str, int], list[tuple[Cell, Mapping[int, int]]]] = {}
        for i in d.city:
            group, sector = d.group_of(i), d.investments[i].emission_sector
            for s in d.starts[i]:
                effect = d.effect[i, s]
                cells = found[i, s] = []
                if effect.reduction and "reduction" in kinds:
                    cells.append(((group, sector), effect.reduction))
                if effect.removal and "removal" in kinds:
                    cells.append(((group, REMOVAL), effect.removal))
        return found

    def _suspects(self) -> set[Cell]:
        """Cells that some ceiling would cut if every investment had its largest year at once."""
        peaks: dict[Cell, int] = {}
        for i in self.d.city:
            best: dict[Cell, int] = {}
            for s in self.d.starts[i]:
                for cell, kilograms in self._flows[i, s]:
                    best[cell] = max(best.get(cell, 0), *kilograms.values())
            for cell, kg in best.items():
                peaks[cell] = peaks.get(cell, 0) + kg
        groups, destinations = _cut(self.d, peaks)
        return {cell for cell in peaks if cell[0] in groups or cell[1] in destinations}

    def _pooled(self) -> set[tuple[Cell, int]]:
        """As `Count.pooled`: cells and years that some ceiling could cut."""
        d, years, suspects = self.d, frozenset(self.d.count_years), self._suspects()
        most: dict[int, dict[Cell, int]] = {}
        for i in d.city:
            by_year: dict[Cell, dict[int, int]] = {}
            for s in d.starts[i]:
                for cell, kilograms in self._flows[i, s]:
                    if cell in suspects:  # a ceiling that cuts no peaks cuts no year
                        here = by_year.setdefault(cell, {})
                        for t, kg in kilograms.items():
                            if kg > here.get(t, 0):
                                here[t] = kg
            for cell, amounts in by_year.items():
                for t, kg in amounts.items():
                    of_year = most.setdefault(t, {})
                    of_year[cell] = of_year.get(cell, 0) + kg
        found: set[tuple[Cell, int]] = set()
        for t in years & most.keys():
            groups, destinations = _cut(d, most[t])
            found |= {(cell, t) for cell, kg in most[t].items() if kg and (cell[0] in groups or cell[1] in destinations)}
        return found

    def _tonnes(self) -> Terms:
        """Counted tonnes; what a ceiling could cut gets columns and rows (tonnes_ceiling)."""
        d, years = self.d, frozenset(self.d.count_years)
        pools = sorted(self._pooled(), key=lambda p: (p[1], p[0][0] or "", p[0][1]))
        for n, pool in enumerate(pools, start=1):
            self.counted[pool] = self._column(f"counted_objective_{n:04d}_{pool[1]}", inf, whole=False)
        raw: dict[Cell, dict[int, Terms]] = {}
        for cell, t in pools:
            raw.setdefault(cell, {})[t] = {}
        direct: Terms = {}
        for i in d.city:
            for s in d.starts[i]:
                mine = [n for n in self.of[i] if self.keys[n][1] == s]
                whole = sum(kg for t, kg in d.effect[i, s].adverse.items() if t in years)
                for cell, kilograms in self._flows[i, s]:
                    here = raw.get(cell, {})
                    for t, kg in kilograms.items():
                        if t in here:
                            self._add(here[t], mine, kg)
                        elif t in years:
                            whole += kg
                self._add(direct, mine, whole)
        self._lost(raw, direct)
        for (cell, t), column in self.counted.items():
            terms = {column: 1.0, **{n: -c for n, c in raw[cell][t].items()}}
            self._at_most(f"tonnes_ceiling_raw_{self.columns[column]}", terms, 0.0)
        self._ceilings()
        return {**direct, **dict.fromkeys(self.counted.values(), 1.0)}

    def _lost(self, raw: Mapping[Cell, Mapping[int, Terms]], direct: Terms) -> None:
        """What overlaps take, from the pools and from what is counted directly."""
        d, years = self.d, frozenset(self.d.count_years)
        for n, column in self.both.items():
            loss = d.losses[n]
            group, sector = d.group_of(loss.loser), d.investments[loss.loser].emission_sector
            for kind, lost, destination in (("reduction", loss.reduction, sector), ("removal", loss.removal, REMOVAL)):
                for t, kg in lost.items() if kind in d.planning.objective.counts else ():
                    if t in years:
                        terms = raw.get((group, destination), {}).get(t, direct)
                        terms[column] = terms.get(column, 0.0) - kg / 1000

    def _add(self, terms: Terms, keys: Iterable[int], kg: int) -> None:
        if kg:
            for n in keys:
                column, factor = self.bought[n]
                terms[column] = terms.get(column, 0.0) + kg / 1000 * factor

    def _ceilings(self) -> None:
        d = self.d
        by_group: dict[tuple[str, int], Terms] = {}
        by_destination: dict[tuple[str, int], Terms] = {}
        for ((group, destination), t), column in self.counted.items():
            by_destination.setdefault((destination, t), {})[column] = 1.0
            if group is not None:
                by_group.setdefault((group, t), {})[column] = 1.0
        for kind, sums, ceilings in (("group", by_group, d.group_ceiling), ("sector", by_destination, d.destination_ceiling)):
            names = {g: n for n, g in enumerate(sorted(ceilings), start=1)}
            for (g, t), terms in sorted(sums.items()):
                if g in ceilings:
                    self._at_most(f"tonnes_ceiling_objective_{kind}_{names[g]:02d}_{t}", terms, ceilings[g] / 1000)


def _cut(d: Instance, cells: Mapping[Cell, int]) -> tuple[set[str], set[str]]:
    """Groups and destinations whose ceilings are below what the cells hold (kg)."""
    groups: dict[str, int] = {}
    destinations: dict[str, int] = {}
    for (group, destination), kg in cells.items():
        destinations[destination] = destinations.get(destination, 0) + kg
        if group is not None:
            groups[group] = groups.get(group, 0) + kg
    cut = {g for g, kg in groups.items() if kg > d.group_ceiling[g]}
    return cut, {k for k, kg in destinations.items() if kg > d.destination_ceiling.get(k, kg)}


def _vector(terms: Mapping[int, float], number: int) -> Array:
    vector = np.zeros(number)
    vector[list(terms)] = list(terms.values())
    return vector
