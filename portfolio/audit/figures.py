"""Every figure a plan states against the same figure recomputed: to the krona and to 10 g (docs/method.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from portfolio.audit.effects import BOTH
from portfolio.audit.ledger import Ledger, Started
from portfolio.audit.limits import frames_available
from portfolio.audit.sheet import Exact, Sheet, Tally, Unit, ticks
from portfolio.audit.tonnes import REDUCTION, Tonnes
from portfolio.outcome import Decision, EmissionLine, Layer, Totals, YearLine
from portfolio.planning import KronaKind, TonnesQuantity

RATIO_TOLERANCE = Fraction(1, 10**11)
"""A ratio is stated to 12 significant digits: it may differ by one part in 10^11."""


class Figures:
    """Compares stated with recomputed figures; every difference is a row, what agrees is counted in one.

    Args:
        sheet: where the rows go.
        ledger, tonnes: the recomputation.
    """

    def __init__(self, sheet: Sheet, ledger: Ledger, tonnes: Tonnes) -> None:
        self.tally = Tally(sheet, "stated_figures", "figures")
        self.ledger, self.tonnes = ledger, tonnes
        self.horizon = ledger.planning.horizon

    def kronor(self, subject: str, year: int | None, stated: int | None, own: Exact | None) -> None:
        """A sum of money. A figure that should not be there, or is missing, counts as 0 against 1."""
        if stated is None or own is None:
            self.tally.demand(subject, year, stated is None and own is None)
        else:
            self.tally.check(subject, year, stated, "=", own, "kr")

    def amount(self, subject: str, year: int | None, stated: Decimal | None, own: Exact | None) -> None:
        """Tonnes; `own` in ticks of 10 g."""
        if stated is None or own is None:
            self.tally.demand(subject, year, stated is None and own is None)
        else:
            self.tally.check(subject, year, ticks(stated), "=", own, "t")

    def by_year(self, subject: str, stated: Mapping[int, Exact], own: Mapping[int, Exact], unit: Unit) -> None:
        """A figure by year; a year that is left out is 0."""
        for t in sorted(stated.keys() | own.keys()):
            self.tally.check(subject, t, stated.get(t, 0), "=", own.get(t, 0), unit)

    def ratio(self, subject: str, stated: Decimal | None, tonnes: Exact, kronor: Exact) -> None:
        """Tonnes per krona; none without kronor, nor when grants exceed the outlay. `tonnes` in ticks."""
        if stated is None or kronor <= 0:
            self.tally.demand(subject, None, stated is None and kronor <= 0)
            return
        own = Fraction(tonnes) / 100_000 / Fraction(kronor)
        self.tally.demand(subject, None, abs(Fraction(stated) - own) <= abs(own) * RATIO_TOLERANCE)

    def decision(self, x: Decision, started: Started | None) -> None:
        """The figures of one city decision; everything is nothing when it is not started."""
        outlays, grants = (started.outlays(), started.grants()) if started is not None else ({}, {})
        self.by_year(f"{x.id} outlay", x.outlay, outlays, "kr")
        self.by_year(f"{x.id} grant", x.grant, grants, "kr")
        self.by_year(f"{x.id} partner", x.partner, started.partners() if started is not None else {}, "kr")
        own = started.part(started.facts.operating) if started is not None else 0
        self.kronor(f"{x.id} operating", None, x.operating, own)
        raw = {t: e[x.id].of(BOTH) for t, e in self.tonnes.city.raw.items() if x.id in e and t in self._shown(x)}
        self.by_year(f"{x.id} raw_tonnes", {t: ticks(v) for t, v in x.raw_tonnes.items()}, raw, "t")
        if started is None:
            self.by_year(f"{x.id} tonnes", {t: ticks(v) for t, v in x.tonnes.items()}, {}, "t")
            self.amount(f"{x.id} tonnes_objective", None, x.tonnes_objective, 0)
            self.amount(f"{x.id} tonnes_target_year", None, x.tonnes_target_year, 0)
            self.kronor(f"{x.id} bond_eligible", None, x.bond_eligible, 0)
            self.tally.demand(f"{x.id} tonnes_per_krona", None, x.tonnes_per_krona is None or x.tonnes_per_krona == 0)
            return
        self._attributed(x)
        self.ratio(f"{x.id} tonnes_per_krona", x.tonnes_per_krona, ticks(x.tonnes_objective), started.total_outlay())
        self.kronor(f"{x.id} bond_eligible", None, x.bond_eligible, started.bond_eligible(self.horizon.years[-1]))
        self.tally.demand(f"{x.id} bond_category", None, x.bond_category == started.facts.bond_category)

    def _shown(self, x: Decision) -> frozenset[int]:
        """Effect years, and any later year that the decision states itself."""
        return frozenset(self.horizon.effect_years) | x.raw_tonnes.keys()

    def _attributed(self, x: Decision) -> None:
        """The target year and the objective of one decision lie within its own effect; the sums are checked over all decisions."""
        target, objective = ticks(x.tonnes_target_year), ticks(x.tonnes_objective)
        effect = self.tonnes.adjusted(x.id, self.horizon.target_year.value)
        self.tally.check(f"{x.id} tonnes_target_year", None, target, "≤", effect.of(REDUCTION), "t")
        self.tally.check(f"{x.id} tonnes_target_year", None, target, "≥", effect.negative, "t")
        effects = [self.tonnes.adjusted(x.id, t) for t in self.tonnes.objective_years]
        kinds = self.tonnes.kinds
        self.tally.check(f"{x.id} tonnes_objective", None, objective, "≤", sum(e.of(kinds) for e in effects), "t")
        self.tally.check(f"{x.id} tonnes_objective", None, objective, "≥", sum(e.negative for e in effects), "t")
        if set(kinds) == set(BOTH) and self.ledger.planning.objective.quantity is not TonnesQuantity.LIFETIME:
            said = sum((ticks(x.tonnes.get(t, Decimal(0))) for t in self.tonnes.objective_years), 0)
            self.tally.check(f"{x.id} tonnes_objective", None, objective, "=", said, "t")

    def sums(self, decisions: Sequence[Decision]) -> None:
        """Attributed tonnes of all city decisions sum to what is counted, in the target year and in the objective."""
        city = [x for x in decisions if x.layer is not Layer.EXTERNAL]
        reductions = self.tonnes.flow[self.horizon.target_year.value][0]
        self.amount("tonnes_target_year", None, sum((x.tonnes_target_year for x in city), Decimal(0)), reductions)
        self.amount("tonnes_objective", None, sum((x.tonnes_objective for x in city), Decimal(0)), self.tonnes.objective)

    def external(self, x: Decision) -> None:
        """Delivered tonnes of an external investment, overlaps removed, before ceilings."""
        own = {t: e[x.id].of(BOTH) for t, e in self.tonnes.joint.adjusted.items() if x.id in e}
        self.by_year(f"{x.id} tonnes", {t: ticks(v) for t, v in x.tonnes.items()}, own, "t")

    def years(self, lines: Sequence[YearLine]) -> None:
        """The lines of the plan years, each plan year once."""
        self.tally.demand("years", None, [x.year for x in lines] == list(self.horizon.years))
        planning, ledger = self.ledger.planning, self.ledger
        available = frames_available(ledger)
        for x in lines:
            t = x.year
            if t not in self.horizon.years:
                continue
            frame = planning.plan_frame.frame.values[t] if planning.plan_frame is not None else None
            self.kronor("years frame", t, x.frame, frame)
            self.kronor("years frame_available", t, x.frame_available, available.get(t))
            self.kronor("years outlay_plan", t, x.outlay_plan, ledger.outlay_plan[t])
            self.kronor("years outlay_gap", t, x.outlay_gap, ledger.outlay_gap[t])
            self.kronor("years grants", t, x.grants, ledger.grants[t])
            self.kronor("years partners", t, x.partners, ledger.partners[t])
            self.kronor("years operating", t, x.operating, ledger.operating[t])
            self._debt(x)
            counted = self.tonnes.years[t]
            self.amount("years emissions", t, x.emissions, counted.emissions)
            self.amount("years removals", t, x.removals, counted.removals)

    def _debt(self, x: YearLine) -> None:
        debt, t = self.ledger.planning.debt, x.year
        other = debt.other_net_investment.values[t] if debt is not None else None
        self.kronor("years other_net_investment", t, x.other_net_investment, other)
        self.kronor("years self_financing", t, x.self_financing, debt.self_financing.values[t] if debt is not None else None)
        self.kronor("years mandate", t, x.mandate, debt.mandate.values[t] if debt is not None else None)
        net_debt = self.ledger.net_debt.get(t)
        self.kronor("years net_debt", t, x.net_debt, round(net_debt) if net_debt is not None else None)
        self.kronor("years interest", t, x.interest, self.ledger.shown_interest(t))

    def emissions(self, lines: Sequence[EmissionLine]) -> None:
        """The lines of the effect years, each effect year once."""
        self.tally.demand("emissions", None, [x.year for x in lines] == list(self.horizon.effect_years))
        table = self.ledger.planning.emissions
        for x in lines:
            counted = self.tonnes.years.get(x.year)
            if counted is None or table is None:
                continue
            self.amount("emissions reference", x.year, x.reference, ticks(table.reference(x.year)))
            self.amount("emissions reductions", x.year, x.reductions, counted.reductions)
            self.amount("emissions external_reductions", x.year, x.external_reductions, counted.joint_reductions - counted.reductions)
            self.amount("emissions emissions", x.year, x.emissions, counted.emissions)
            self.amount("emissions removals", x.year, x.removals, counted.removals)

    def totals(self, x: Totals) -> None:
        """The totals of the plan."""
        ledger, target = self.ledger, self.tonnes.years[self.horizon.target_year.value]
        layers: dict[Layer, Exact] = {Layer.PLAN: 0, Layer.GAP: 0}
        grants: Exact = 0
        for s in ledger.started:
            layers[s.layer] = layers.get(s.layer, 0) + s.total_outlay()
            grants += s.total_grant()
        gross = sum(layers.values(), 0)
        net = sum((s.total_net() for s in ledger.started), 0)
        kronor = net if ledger.planning.objective.krona is KronaKind.NET else gross
        self.tally.check("totals chosen", None, x.chosen, "=", len(ledger.started), "investments")
        self.kronor("totals kronor", None, x.kronor, kronor)
        self.kronor("totals outlay_plan", None, x.outlay_plan, layers[Layer.PLAN])
        self.kronor("totals outlay_gap", None, x.outlay_gap, layers[Layer.GAP])
        self.kronor("totals grants", None, x.grants, grants)
        self.kronor("totals partners", None, x.partners, sum((sum(s.partners().values()) for s in ledger.started), 0))
        highest = max(round(debt) for debt in ledger.net_debt.values()) if ledger.net_debt else None
        self.kronor("totals highest_net_debt", None, x.highest_net_debt, highest)
        self.kronor("totals bond_eligible", None, x.bond_eligible, ledger.bond_eligible[self.horizon.years[-1]])
        self.amount("totals tonnes", None, x.tonnes, self.tonnes.objective)
        self.ratio("totals tonnes_per_krona", x.tonnes_per_krona, self.tonnes.objective, kronor)
        self.amount("totals tonnes_target_year", None, x.tonnes_target_year, target.reductions)
        self.amount("totals removals_target_year", None, x.removals_target_year, target.removals)
        cumulative = sum(self.tonnes.flow[t][1] for t in self.horizon.effect_years)
        self.amount("totals tonnes_cumulative", None, x.tonnes_cumulative, cumulative)
        self.amount("totals tonnes_lifetime", None, x.tonnes_lifetime, sum(every for _, every in self.tonnes.flow.values()))
        self.amount("totals emissions_target_year", None, x.emissions_target_year, target.emissions)
