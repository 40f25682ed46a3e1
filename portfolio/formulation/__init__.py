"""The mixed-integer programme. `build` is its table of contents: what is active follows from the tables of the model file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pulp

from portfolio.external import delivered_share, expected
from portfolio.formulation import constraints, objectives
from portfolio.formulation.choice import Choice, Rows, make_choice
from portfolio.formulation.funding import Stack, make_stack
from portfolio.formulation.tonnes import Count
from portfolio.instance import Instance
from portfolio.units import TICKS_PER_TONNE


@dataclass(frozen=True)
class Constraint:
    """A constraint that is active: its function and its right-hand side."""

    rows: Callable[[Choice, Instance, Any], Rows]
    rhs: object = None

    @property
    def name(self) -> str:
        """Its name in the mathematics, in LP files and in reports."""
        return self.rows.__name__


@dataclass(frozen=True)
class Programme:
    """The programme and the expressions that the stages use.

    Attributes:
        problem: the PuLP model, most tonnes as its objective.
        tonnes: N in t. kronor: K in tkr. gap_outlay in tkr. start_years, id_order: see `objectives`.
        constraints: the active ones, in order.
        row_names: constraint name of every row.
    """

    instance: Instance
    choice: Choice
    problem: pulp.LpProblem
    tonnes: pulp.LpAffineExpression
    kronor: pulp.LpAffineExpression
    gap_outlay: pulp.LpAffineExpression
    start_years: pulp.LpAffineExpression
    id_order: pulp.LpAffineExpression
    constraints: tuple[Constraint, ...]
    row_names: dict[str, str]

    def reduced(self, rate: Fraction) -> pulp.LpAffineExpression:
        """N − λK (t), λ in ticks per krona: 0 for plans with this ratio, more for better ones (Dinkelbach 1967)."""
        return self.less(self.kronor, rate)

    def less(self, money: pulp.LpAffineExpression, rate: Fraction) -> pulp.LpAffineExpression:
        """The tonnes less a price, in ticks per krona, of some money (tkr)."""
        per_tkr = float(rate * 1000 / TICKS_PER_TONNE)
        terms = dict(self.tonnes)
        for variable, coefficient in money.items():
            terms[variable] = terms.get(variable, 0.0) - per_tkr * coefficient
        return pulp.LpAffineExpression(terms, constant=self.tonnes.constant)

    def grants(self, of: Collection[str]) -> pulp.LpAffineExpression:
        """Grants that count (tkr) of the investments named."""
        return objectives.grants(self.choice, self.instance, of)


ALL = (
    constraints.start_at_most_once,
    constraints.scale,
    constraints.alternatives,
    constraints.requires,
    constraints.selection,
    constraints.plan_frame,
    constraints.control_envelope,
    constraints.owner_frame,
    constraints.committee_frame,
    constraints.debt_mandate,
    constraints.operating_charge,
    constraints.bond_backing,
    constraints.funding,
    constraints.delivery_capacity,
    constraints.stability,
    constraints.pair_overlap,
    constraints.tonnes_ceiling,
    constraints.external_delivery,
    constraints.emission_ceiling,
)
"""Every constraint there is; a test holds that each has its golden LP and its recomputation in the audit."""


TABLES = {
    "selection": "selection",
    "plan_frame": "plan_frame",
    "control_envelope": "control_envelope",
    "owner_frame": "owner_frame",
    "committee_frame": "committee_frame",
    "debt_mandate": "debt",
    "operating_charge": "operating_charge",
    "bond_backing": "bond_backing",
    "funding": "funding",
    "delivery_capacity": "delivery_capacity",
    "stability": "stability",
    "external_delivery": "emission_ceiling",
    "emission_ceiling": "emission_ceiling",
}
"""The table of the model file that switches a constraint on; the others follow from the workbooks."""


def build(d: Instance, layers: tuple[str, ...] = ("plan", "gap")) -> Programme:
    """The programme for an instance, with the investments allowed only in `layers`."""
    x = make_choice(d, layers)
    with_emissions = d.planning.emission_ceiling is not None and d.planning.emissions is not None
    if with_emissions:
        _add_delivery(x, d)
    x.both = {n: pulp.LpVariable(f"both_{n:04d}", 0, 1) for n, loss in enumerate(d.losses) if _possible(x, d, loss.loser, loss.winner)}
    objective = Count("objective", x, d, d.count_years, d.planning.objective.counts, d.city)
    counts = [objective]
    if with_emissions:
        counts.append(Count("emissions", x, d, (d.planning.horizon.target_year.value,), ("reduction",), (*d.city, *_delivering(x))))
    for count in counts:
        count.make_pools()

    stack = make_stack(x, d)
    active = _active(d, x, stack, tuple(counts))
    problem = pulp.LpProblem("portfolio", pulp.LpMaximize)
    tonnes = objective.expression()
    problem.setObjective(tonnes)
    row_names: dict[str, str] = {}
    for constraint in active:
        for label, row in constraint.rows(x, d, constraint.rhs):
            row_name = f"{constraint.name}_{label}"
            problem.addConstraint(row, row_name)
            row_names[row_name] = constraint.name
    return Programme(
        instance=d,
        choice=x,
        problem=problem,
        tonnes=tonnes,
        kronor=objectives.kronor(x, d),
        gap_outlay=objectives.gap_outlay(x, d),
        start_years=objectives.start_years(x, d),
        id_order=objectives.id_order(x, d),
        constraints=tuple(active),
        row_names=row_names,
    )


def _active(d: Instance, x: Choice, stack: Stack, counts: tuple[Count, ...]) -> list[Constraint]:
    """The constraints that the model's tables and the records call for."""
    p = d.planning
    wanted: list[tuple[Callable[[Choice, Instance, Any], Rows], object, object]] = [
        (constraints.start_at_most_once, True, None),
        (constraints.scale, x.percent, None),
        (constraints.alternatives, d.alternatives, None),
        (constraints.requires, any(d.investments[i].requires for i in d.city), None),
        (constraints.selection, p.selection, p.selection),
        (constraints.plan_frame, p.plan_frame, p.plan_frame),
        (constraints.control_envelope, p.control_envelope, p.control_envelope),
        (constraints.owner_frame, p.owner_frame, p.owner_frame),
        (constraints.committee_frame, p.committee_frame, p.committee_frame),
        (constraints.debt_mandate, p.debt, p.debt),
        (constraints.operating_charge, p.operating_charge and (p.operating_charge.limit or p.operating_charge.limits), p.operating_charge),
        (constraints.bond_backing, p.bond_backing and p.debt, p.bond_backing),
        (constraints.funding, stack.needs, stack),
        (constraints.delivery_capacity, p.delivery_capacity, p.delivery_capacity),
        (constraints.stability, p.stability, p.stability),
        (constraints.pair_overlap, x.both, None),
        (constraints.tonnes_ceiling, any(c.pooled for c in counts), counts),
        (constraints.external_delivery, x.delivered_by, None),
        (constraints.emission_ceiling, len(counts) > 1, (p.emission_ceiling, counts[-1])),
    ]
    return [Constraint(rows, rhs) for rows, switch, rhs in wanted if switch]


def _add_delivery(x: Choice, d: Instance) -> None:
    """Variables for external actors that deliver something: those and what they need among themselves."""
    candidates = frozenset(expected(d))
    wanted = {i for i in candidates if delivered_share(d, i)}
    pending = list(wanted)
    while pending:
        for need in d.investments[pending.pop()].requires:
            if need.id in candidates and need.id not in wanted:
                wanted.add(need.id)
                pending.append(need.id)
    for n, i in enumerate(sorted(wanted), start=1):
        record = d.investments[i]
        for s in range(record.earliest_start, record.latest_start + 1):
            x.delivered_by[i, s] = pulp.LpVariable(f"delivered_{n:04d}_{s}", 0, 1, pulp.LpBinary)


def _delivering(x: Choice) -> tuple[str, ...]:
    return tuple(sorted({i for i, _ in x.delivered_by}))


def _possible(x: Choice, d: Instance, loser: str, winner: str) -> bool:
    """Both sides can happen in this programme: in the city, or delivered from outside."""
    inside = {i for i, _ in x.delivered_by}
    return all(i in inside if i in d.external else bool(d.starts[i]) for i in (loser, winner))
