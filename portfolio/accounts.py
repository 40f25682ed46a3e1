"""From picks to the figures that are shown: decisions, years, emissions and totals, to the krona and to 10 g."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property

from portfolio.evaluate import (
    Outside,
    Pick,
    Picks,
    Tonnage,
    YearTonnes,
    debt_path,
    measure,
    outside_of,
    total_grant,
    total_outlay,
    total_partner,
)
from portfolio.instance import Instance
from portfolio.outcome import Decision, EmissionLine, Layer, Totals, YearLine
from portfolio.planning import TonnesQuantity
from portfolio.units import TICKS_PER_TONNE, tonnes_from_ticks

TWELVE_DIGITS = Context(prec=12)


def ratio_of(ticks_per_krona: Fraction) -> Decimal:
    """Ticks per krona to tonnes per krona, 12 significant digits."""
    value = ticks_per_krona / TICKS_PER_TONNE
    return TWELVE_DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


class Accounts:
    """All figures of one set of picks."""

    def __init__(self, d: Instance, picks: Picks) -> None:
        self.d = d
        self.picks = picks
        self.tonnage = Tonnage(d, picks)
        self._outside: Outside = outside_of(d, picks)
        self._joint: dict[int, YearTonnes] = {}
        self._years: dict[int, YearTonnes] = {t: self.tonnage.year(t) for t in d.all_years}
        self._attributed: dict[int, Mapping[str, tuple[int, int]]] = {t: y.attributed() for t, y in self._years.items()}

    def _with_outside(self, t: int) -> YearTonnes:
        """Year t with what external actors deliver; counted once, asked for each of them."""
        if t not in self._joint:
            self._joint[t] = self._outside.tonnage.year(t)
        return self._joint[t]

    def attributed(self, i: str, t: int) -> tuple[int, int]:
        """Reduction and removal (ticks) attributed to i in year t."""
        return self._attributed[t].get(i, (0, 0))

    def objective_ticks(self, i: str) -> int:
        """Attributed ticks of i in the objective's quantity."""
        counts = self.d.planning.objective.counts
        wanted = [n for n, kind in enumerate(("reduction", "removal")) if kind in counts]
        if wanted == [1]:
            # only removals flow: what reductions would take of a shared ceiling is theirs (docs/method.md), adverse effects count in full
            return sum(sum(self._removals_alone[t].get(i, (0, 0))) for t in self.d.count_years)
        return sum(self.attributed(i, t)[n] for t in self.d.count_years for n in wanted)

    @cached_property
    def _removals_alone(self) -> dict[int, Mapping[str, tuple[int, int]]]:
        return {t: self.tonnage.year(t, ("removal",)).attributed() for t in self.d.count_years}

    def decisions(self, reasons: Mapping[str, tuple[str, dict[str, str | int]]]) -> tuple[Decision, ...]:
        """One decision for every investment, in order of id; `reasons` gives a catalogue name and its values."""
        made = {i: self._city(i, *reasons[i]) for i in self.d.city}
        made |= {i: self._external(i, *reasons[i]) for i in self.d.external}
        return tuple(made[i] for i in sorted(made))

    def _city(self, i: str, reason: str, values: dict[str, str | int]) -> Decision:
        d, investment = self.d, self.d.investments[i]
        category = investment.bond_category if d.is_bond_eligible(i) else None
        pick = self.picks.get(i)
        if pick is None:
            return Decision(
                id=i,
                name=investment.name,
                owner=investment.owner,
                layer=Layer.NOT_RECOMMENDED,
                bond_category=category,
                reason=reason,
                reason_values=values,
                cell=_cell(d, i),
            )
        outlay = {t: kr * pick.percent // 100 for t, kr in d.outlay[i, pick.start].items()}
        grant = {t: kr * pick.percent // 100 for t, kr in d.grant[i, pick.start].items()}
        partner = {t: kr * pick.percent // 100 for t, kr in d.partner[i, pick.start].items()}
        years = self.d.planning.horizon.effect_years
        ticks = self.objective_ticks(i)
        gross = sum(outlay.values())
        return Decision(
            id=i,
            name=investment.name,
            owner=investment.owner,
            layer=Layer(pick.layer),
            start=pick.start,
            percent=pick.percent,
            outlay=outlay,
            grant=grant,
            partner=partner,
            operating=investment.operating * pick.percent // 100,
            tonnes={t: tonnes_from_ticks(sum(self.attributed(i, t))) for t in years if sum(self.attributed(i, t))},
            raw_tonnes={t: tonnes_from_ticks(self.tonnage.raw(i, t)) for t in years if self.tonnage.raw(i, t)},
            tonnes_objective=tonnes_from_ticks(ticks),
            tonnes_target_year=tonnes_from_ticks(self.attributed(i, d.planning.horizon.target_year.value)[0]),
            tonnes_per_krona=ratio_of(Fraction(ticks, gross)) if gross else None,
            bond_category=category,
            bond_eligible=self.bond_eligible(i, pick),
            reason=reason,
            reason_values=values,
            cell=_cell(d, i),
        )

    def bond_eligible(self, i: str, pick: Pick) -> int:
        """Net outlay (kr) within the plan years that sustainable bonds can finance."""
        return sum(self.d.eligible[i, pick.start].values()) * pick.percent // 100

    def _external(self, i: str, reason: str, values: dict[str, str | int]) -> Decision:
        d, investment = self.d, self.d.investments[i]
        start = self._outside.starts.get(i)
        delivered = self._outside.tonnage if start is not None and i in self._outside.tonnage.started else None
        years = d.planning.horizon.effect_years
        shown = {t: sum(ticks) for t in years if delivered is not None and (ticks := self._with_outside(t).before_ceilings(i))}
        return Decision(
            id=i,
            name=investment.name,
            owner=investment.owner,
            layer=Layer.EXTERNAL,
            start=start,
            outlay={investment.proposed_start + k: kr for k, kr in enumerate(investment.outlay) if kr},
            operating=investment.operating,
            tonnes={t: tonnes_from_ticks(ticks) for t, ticks in shown.items() if ticks},
            reason=reason,
            reason_values=values,
            cell=_cell(d, i),
        )

    def years(self) -> tuple[YearLine, ...]:
        """The plan years with their money and emissions."""
        d, debt, frame = self.d, self.d.planning.debt, self.d.planning.plan_frame
        path = debt_path(d, self.picks)
        emissions = {line.year: line for line in self.emissions()}
        lines = []
        carried = 0
        opening = debt.opening.value if debt is not None else 0
        for t in d.years:
            by_layer = {layer: self._spent(t, layer) for layer in ("plan", "gap")}
            stated = frame.frame.values[t] if frame is not None else None
            available = None if stated is None else stated + carried
            if frame is not None and frame.carry_forward and available is not None:
                carried = available - by_layer["plan"]
            moved: dict[str, int | None] = {"other_net_investment": None, "self_financing": None, "interest": None, "net_debt": None}
            if debt is not None:
                other, own, closing = debt.other_net_investment.values[t], debt.self_financing.values[t], round(path[t])
                borrowed = sum(d.borrowed(i, p.start, t) * p.percent // 100 for i, p in self.picks.items())
                # what rounding takes is in the interest, so that the closing debts roll forward to the krona
                interest = closing - opening - borrowed - other + own
                moved = {"other_net_investment": other, "self_financing": own, "interest": interest, "net_debt": closing}
                opening = closing
            lines.append(
                YearLine(
                    year=t,
                    frame=stated,
                    frame_available=available,
                    outlay_plan=by_layer["plan"],
                    outlay_gap=by_layer["gap"],
                    grants=sum(d.grant[i, p.start].get(t, 0) * p.percent // 100 for i, p in self.picks.items()),
                    partners=sum(d.partner[i, p.start].get(t, 0) * p.percent // 100 for i, p in self.picks.items()),
                    operating=sum(d.operating_in(i, p.start, t) * p.percent // 100 for i, p in self.picks.items()),
                    mandate=debt.mandate.values[t] if debt is not None else None,
                    emissions=emissions[t].emissions if t in emissions else None,
                    removals=tonnes_from_ticks(self._years[t].removals),
                    **moved,
                )
            )
        return tuple(lines)

    def _spent(self, t: int, layer: str) -> int:
        return sum(self.d.outlay[i, p.start].get(t, 0) * p.percent // 100 for i, p in self.picks.items() if p.layer == layer)

    def emissions(self) -> tuple[EmissionLine, ...]:
        """The emission path over the effect years; empty without an emission table."""
        table = self.d.planning.emissions
        if table is None:
            return ()
        lines = []
        for t in self.d.planning.horizon.effect_years:
            own = self._years[t].reductions
            joint = self._with_outside(t).reductions if self._outside.tonnage.started.keys() - self.picks.keys() else own
            lines.append(
                EmissionLine(
                    year=t,
                    reference=table.reference(t),
                    reductions=tonnes_from_ticks(own),
                    external_reductions=tonnes_from_ticks(joint - own),
                    emissions=table.reference(t) - tonnes_from_ticks(joint),
                    removals=tonnes_from_ticks(self._years[t].removals),
                )
            )
        return tuple(lines)

    def totals(self) -> Totals:
        """The totals that are shown for every plan."""
        d = self.d
        value = measure(d, self.picks)
        target = d.planning.horizon.target_year.value
        in_target = self._years[target]
        emissions = {line.year: line.emissions for line in self.emissions()}
        path = debt_path(d, self.picks)
        return Totals(
            chosen=len(self.picks),
            tonnes=tonnes_from_ticks(value.ticks),
            kronor=value.kronor,
            tonnes_per_krona=ratio_of(value.ratio) if value.kronor > 0 else None,
            outlay_plan=sum(total_outlay(d, i, p) for i, p in self.picks.items() if p.layer == "plan"),
            outlay_gap=value.gap_outlay,
            grants=sum(total_grant(d, i, p) for i, p in self.picks.items()),
            partners=sum(total_partner(d, i, p) for i, p in self.picks.items()),
            tonnes_target_year=tonnes_from_ticks(in_target.reductions),
            removals_target_year=tonnes_from_ticks(in_target.removals),
            tonnes_cumulative=self._sum(TonnesQuantity.CUMULATIVE),
            tonnes_lifetime=self._sum(TonnesQuantity.LIFETIME),
            emissions_target_year=emissions.get(target),
            highest_net_debt=max((round(closing) for closing in path.values()), default=None),
            bond_eligible=sum(self.bond_eligible(i, p) for i, p in self.picks.items()),
        )

    def _sum(self, quantity: TonnesQuantity) -> Decimal:
        years = self.d.planning.horizon.effect_years if quantity is TonnesQuantity.CUMULATIVE else self.d.all_years
        return tonnes_from_ticks(sum(self._years[t].reductions + self._years[t].removals for t in years))


def _cell(d: Instance, i: str) -> str:
    origin = d.investments[i].origin
    return f"{origin.file} {origin.place('id')}"
