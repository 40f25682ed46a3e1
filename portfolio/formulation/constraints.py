"""One constraint is one function, one formula, one line. `portfolio formulas` prints the docstrings of those that are active.

The first line of a docstring is the constraint, the second paragraph says what it means. Money in tkr, tonnes in t (see `choice.py`).
Formulas: docs/method.md.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import pulp

from portfolio.formulation.choice import Choice, Rows, Terms, spent, started, tkr, total, within
from portfolio.formulation.funding import Stack
from portfolio.formulation.tonnes import Count
from portfolio.instance import Instance, must_start
from portfolio.planning import (
    BondBacking,
    CommitteeFrame,
    ControlEnvelope,
    Debt,
    DeliveryCapacity,
    EmissionCeiling,
    OperatingCharge,
    OwnerFrame,
    PlanFrame,
    SelectionLimit,
    Stability,
)
from portfolio.records import RequirementKind
from portfolio.units import TICKS_PER_TONNE


def start_at_most_once(x: Choice, d: Instance, _: None) -> Rows:
    """Σ_{s,l} start[i,s,l] ≤ 1    ∀ i    (= 1 for committed, must and locked_start)

    An investment is started at most once, in one layer; what is committed or locked as must is started.
    """
    for i in d.city:
        chosen = started(x, x.keys_of([i]))
        yield f"{d.index[i]:04d}", chosen == 1 if must_start(d.investments[i]) else chosen <= 1


def scale(x: Choice, d: Instance, _: None) -> Rows:
    """minimum_share[i] · start[i,s,l] ≤ percent[i,s,l] ≤ 100 · start[i,s,l]    ∀ i scalable, s, l    (per cent)

    A scalable investment is bought to at least its minimum share, or not at all.
    """
    for key, percent in x.percent.items():
        label = f"{d.index[key[0]]:04d}_{key[1]}_{key[2]}"
        yield f"low_{label}", percent - (d.investments[key[0]].minimum_share or 0) * x.start[key] >= 0
        yield f"high_{label}", percent - 100 * x.start[key] <= 0


def alternatives(x: Choice, d: Instance, _: None) -> Rows:
    """Σ_{i∈g, s, l} start[i,s,l] ≤ 1    ∀ exclusive group g

    At most one of the alternatives is chosen.
    """
    for n, members in enumerate(d.alternatives.values(), start=1):
        yield f"{n:02d}", started(x, x.keys_of(members)) <= 1


def requires(x: Choice, d: Instance, _: None) -> Rows:
    """Σ_{s≤t, l} start[i,s,l] ≤ Σ_{s≤t−lag, l} start[j,s,l]    ∀ i needs j, t ∈ T    (lag 0, or d[j] when j must be finished)

    What an investment needs has started (or is finished) by then.
    """
    for i in d.city:
        for need in d.investments[i].requires:
            lag = d.duration(need.id) if need.kind is RequirementKind.FINISH_TO_START else 0
            for t in d.years:
                mine = started(x, (k for k in x.keys_of([i]) if k[1] <= t))
                theirs = started(x, (k for k in x.keys_of([need.id]) if k[1] <= t - lag))
                if mine:
                    yield f"{d.index[i]:04d}_{d.index[need.id]:04d}_{t}", mine - theirs <= 0


def selection(x: Choice, d: Instance, rhs: tuple[SelectionLimit, ...]) -> Rows:
    """at_least[n] ≤ Σ_{i∈members[n], s, l} start[i,s,l] ≤ at_most[n]    ∀ n

    Of the named investments at least and at most so many are started.
    """
    for n, limit in enumerate(rhs, start=1):
        members = tuple(x.keys_of(sorted(set(limit.members))))
        # an expression for each row: PuLP's rows keep the expression that they are made of, and what one gives the other would give too
        if limit.at_least is not None:
            yield f"low_{n:02d}", started(x, members) >= limit.at_least
        if limit.at_most is not None:
            yield f"high_{n:02d}", started(x, members) <= limit.at_most


def plan_frame(x: Choice, d: Instance, rhs: PlanFrame) -> Rows:
    """Σ_{i,s,τ∈W(t)} outlay[i,τ−s] · start[i,s,plan] ≤ Σ_{τ∈W(t)} frame[τ]    ∀ t ∈ T    (tkr)

    W(t) is the year t, with carry_forward all plan years to t. Outlays in the plan stay inside each year's frame; unspent money moves
    on when the model says so, there is no borrowing ahead.
    """
    for t in d.years:
        window = range(d.years[0], t + 1) if rhs.carry_forward else range(t, t + 1)
        paid = ((k, tkr(sum(d.outlay[k[:2]].get(tau, 0) for tau in window))) for k in x.keys if k[2] == "plan")
        yield f"{t}", spent(x, paid) <= tkr(sum(rhs.frame.values[tau] for tau in window))


def control_envelope(x: Choice, d: Instance, rhs: ControlEnvelope) -> Rows:
    """Σ_{i,s,l,k} outlay[i,k] · start[i,s,l] ≤ total    (tkr)

    All outlays, both layers and the tail, stay inside the identified need in the city's control.
    """
    yield "total", spent(x, ((k, tkr(sum(d.outlay[k[:2]].values()))) for k in x.keys)) <= tkr(rhs.total.value)


def owner_frame(x: Choice, d: Instance, rhs: OwnerFrame) -> Rows:
    """Σ_{i∈o,s,l,τ∈W(t)} outlay[i,τ−s] · start[i,s,l] ≤ Σ_{τ∈W(t)} frame[o,τ]    ∀ owner o, t ∈ T    (tkr)

    Each committee or company stays inside its own frame: committee money and company money are two different things.
    """
    for n, (owner, frame) in enumerate(sorted(rhs.frames.items()), start=1):
        for t in d.years:
            window = range(d.years[0], t + 1) if rhs.carry_forward else range(t, t + 1)
            mine = (k for k in x.keys if d.investments[k[0]].owner == owner)
            paid = ((k, tkr(sum(d.outlay[k[:2]].get(tau, 0) for tau in window))) for k in mine)
            yield f"{n:02d}_{t}", spent(x, paid) <= tkr(sum(frame.values[tau] for tau in window))


def committee_frame(x: Choice, d: Instance, rhs: CommitteeFrame) -> Rows:
    """Σ_{i committee's,s,l,τ∈W(t)} outlay[i,τ−s] · start[i,s,l] ≤ Σ_{τ∈W(t)} frame[τ]    ∀ t ∈ T    (tkr)

    All committees together stay inside the tax-funded frame; companies are outside it.
    """
    mine = [k for k in x.keys if d.is_committee(k[0])]
    for t in d.years:
        window = range(d.years[0], t + 1) if rhs.carry_forward else range(t, t + 1)
        paid = ((k, tkr(sum(d.outlay[k[:2]].get(tau, 0) for tau in window))) for k in mine)
        yield f"{t}", spent(x, paid) <= tkr(sum(rhs.frame.values[tau] for tau in window))


def debt_mandate(x: Choice, d: Instance, rhs: Debt) -> Rows:
    """Σ_{i,s,l,τ≤t} (1+r)^(t−τ) · borrowed[i,s,τ] · start[i,s,l] ≤ mandate[t] − debt_without[t]    ∀ t ∈ T    (tkr)

    Net debt stays under the mandate every year. borrowed is outlay − grant − partners' money + operating effect; debt_without is the
    path with no investment started: opening debt, other net investment, self-financing and interest r beyond the reference path.
    Written out in full, with no recursion variables.
    """
    for t in d.years:
        added = ((k, d.debt_added[k[:2]][t]) for k in x.keys)
        yield f"{t}", within(x, added, rhs.mandate.values[t] - d.debt_without[t])


def operating_charge(x: Choice, d: Instance, rhs: OperatingCharge) -> Rows:
    """Σ_{i∈o,s,l} charge[i,s,t] · start[i,s,l] ≤ limit[o,t]    ∀ t with a limit, all owners together and each owner o    (tkr)

    Depreciation, internal rate on the opening book value, what is expensed and operating effects fit the operating budget.
    """
    limited = [("", rhs.limit, list(x.keys))] if rhs.limit is not None else []
    for n, (owner, limit) in enumerate(sorted(rhs.limits.items()), start=1):
        limited.append((f"{n:02d}_", limit, [k for k in x.keys if d.investments[k[0]].owner == owner]))
    for label, limit, keys in limited:
        for t, kronor in sorted(limit.values.items()):
            yield f"{label}{t}", spent(x, ((k, tkr(d.charge(k[0], k[1], t).total)) for k in keys)) <= tkr(kronor)


def bond_backing(x: Choice, d: Instance, rhs: BondBacking) -> Rows:
    """share · (net_debt[t] − opening) ≤ Σ_{τ≤t} (eligible[τ] + other_eligible[τ])    ∀ t ∈ T    (tkr)

    New borrowing is backed by outlays, net of grants and partners' money, that sustainable bonds can finance.
    """
    debt = d.planning.debt
    if debt is None:
        return
    share = Fraction(rhs.share.value)
    for t in d.years:
        past = range(d.years[0], t + 1)
        amounts = []
        for k in x.keys:
            backed = sum(d.eligible[k[:2]].get(tau, 0) for tau in past)
            amounts.append((k, share * d.debt_added[k[:2]][t] - backed))
        other = sum(rhs.other_eligible.values[tau] for tau in past) if rhs.other_eligible is not None else 0
        yield f"{t}", within(x, amounts, other - share * (d.debt_without[t] - debt.opening.value))


def funding(x: Choice, d: Instance, rhs: Stack) -> Rows:
    """Σ_k paid[k,c,t] = Σ_{i,s,l} net[i,c,t−s] · start[i,s,l];  Σ_{c,τ∈W(k,t)} paid[k,c,τ] ≤ Σ_{τ∈W(k,t)} limit[k,τ]    ∀ c, k, t    (tkr)

    Every outlay is paid in full, net of grants and partners' money, by sources that may pay for it and have the money. A kind c is what
    the same sources may pay for; one that a source without limit may pay for can always be paid, and has no rows.
    """
    for (c, t), amounts in rhs.needs.items():
        terms: Terms = {x.paid[k, c, t]: -1.0 for k in rhs.kinds[c]}
        for key, kr in amounts.items():
            x.add_bought(terms, key, tkr(kr))
        yield f"need_{c:02d}_{t}", total(terms) == 0
    for n, (name, limit) in enumerate(rhs.limits.items(), start=1):
        for t in d.years:
            window = range(d.years[0], t + 1) if limit.carry_forward else range(t, t + 1)
            payments = {v: 1.0 for (k, _, tau), v in x.paid.items() if k == name and tau in window}
            if payments:
                yield f"limit_{n:02d}_{t}", total(payments) <= tkr(sum(limit.values[tau] for tau in window))


def delivery_capacity(x: Choice, d: Instance, rhs: DeliveryCapacity) -> Rows:
    """Σ_{i∈o,l} start[i,t,l] ≤ starts[o,t];  Σ_{i∈o,s,l} outlay[i,t−s] · start[i,s,l] ≤ outlay[o,t]    ∀ owner o, t    (starts; tkr)

    An owner can only manage so many starts, or so much outlay under way, in a year.
    """
    for n, (owner, starts) in enumerate(sorted(rhs.starts.items()), start=1):
        mine = [k for k in x.keys if owner in ("*", d.investments[k[0]].owner)]
        for t, limit in sorted(starts.values.items()):
            yield f"starts_{n:02d}_{t}", started(x, (k for k in mine if k[1] == t)) <= limit
    for n, (owner, outlay) in enumerate(sorted(rhs.outlay.items()), start=1):
        mine = [k for k in x.keys if owner in ("*", d.investments[k[0]].owner)]
        for t, kronor in sorted(outlay.values.items()):
            yield f"outlay_{n:02d}_{t}", spent(x, ((k, tkr(d.outlay[k[:2]].get(t, 0))) for k in mine)) <= tkr(kronor)


def stability(x: Choice, d: Instance, rhs: Stability) -> Rows:
    """Σ_{i∈A} (1 − start[i,proposed,·]) + Σ_{i∉A,s,l} start[i,s,l] ≤ changes    (A the adopted plan; investments)

    At most so many investments may differ from the adopted plan: in, out, or another start year.
    """
    adopted = frozenset(d.adopted)
    kept = {x.start[k]: -1.0 for k in x.keys if k[0] in adopted and k[1] == d.investments[k[0]].proposed_start}
    added = {x.start[k]: 1.0 for k in x.keys if k[0] not in adopted}
    yield "changes", total({**kept, **added}) <= rhs.changes.value - len(d.adopted)


def pair_overlap(x: Choice, d: Instance, _: None) -> Rows:
    """both[i,s,j,s'] ≥ start[i,s] + start[j,s'] − 1    ∀ pair (i, j) and start pair (s, s')    (share)

    The exact product of two choices: what the loser loses while the winner is in effect, subtracted once.
    """
    for n, variable in x.both.items():
        loss = d.losses[n]
        terms = {variable: 1.0}
        for i, s in ((loss.loser, loss.loser_start), (loss.winner, loss.winner_start)):
            if i in d.external:
                terms[x.delivered_by[i, s]] = -1.0
                if (i, s - 1) in x.delivered_by:
                    terms[x.delivered_by[i, s - 1]] = 1.0
            else:
                for l in d.layers[i]:
                    if (i, s, l) in x.start:
                        x.add_bought(terms, (i, s, l), -1.0)
        yield f"{n:04d}", total(terms) >= -1


def tonnes_ceiling(x: Choice, d: Instance, rhs: tuple[Count, ...]) -> Rows:
    """counted[g,t] ≤ Σ raw[g,t] − overlaps;  Σ_g counted[g,t] ≤ ceiling[t]    ∀ group, sector, removal allowance, t    (t)

    No more can be counted than there is: a sector's emissions, an overlap group's ceiling, the removal allowance.
    """
    for count in rhs:
        yield from count.raw_rows()
        yield from count.ceiling_rows()


def external_delivery(x: Choice, d: Instance, _: None) -> Rows:
    """delivered_by[i,s] = ∏_{i needs j} started_by[j,s−lag] · ∏_{city alternatives j} (1 − started[j])    ∀ expected external i, s

    An external actor delivers from the first year in which what it needs is there; the city does not decide it.
    """
    for (i, s), delivered in x.delivered_by.items():
        terms: list[tuple[dict[pulp.LpVariable, float], int]] = []
        for need in d.investments[i].requires:
            lag = d.duration(need.id) if need.kind is RequirementKind.FINISH_TO_START else 0
            terms.append((_by(x, d, need.id, s - lag), 0))
        for j in (j for j in d.city if d.investments[i].alternatives and d.investments[j].alternatives == d.investments[i].alternatives):
            terms.append(({x.start[k]: -1.0 for k in x.keys_of([j])}, 1))
        label = f"{delivered.name.removeprefix('delivered_')}"
        both = {delivered: 1.0}
        for n, (condition, constant) in enumerate(terms, start=1):
            yield f"{label}_{n:02d}", total({delivered: 1.0, **{v: -c for v, c in condition.items()}}) <= constant
            for v, c in condition.items():
                both[v] = both.get(v, 0.0) - c
        yield f"{label}_all", total(both) >= 1 - len(terms) + sum(constant for _, constant in terms)


def _by(x: Choice, d: Instance, j: str, t: int) -> dict[pulp.LpVariable, float]:
    """started_by[j,t] of a city investment, delivered_by[j,t] of an external one (0 before its window, its last value after it)."""
    if j in d.external:
        years = [s for i, s in x.delivered_by if i == j and s <= t]
        return {x.delivered_by[j, max(years)]: 1.0} if years else {}
    return {x.start[k]: 1.0 for k in x.keys_of([j]) if k[1] <= t}


def emission_ceiling(x: Choice, d: Instance, rhs: tuple[EmissionCeiling, Count]) -> Rows:
    """Σ_g counted[g,target_year] ≥ reference − ceiling    (t; the city's and the delivered external reductions together)

    Emissions in the target year are at most the target.
    """
    ceiling, count = rhs
    emissions = d.planning.emissions
    if emissions is None:
        return
    allowed = ceiling.tonnes.value if ceiling.tonnes is not None else emissions.target
    year = d.planning.horizon.target_year.value
    # counted tonnes are whole ticks; half a tick more is asked for as a whole one, which the solver does not overlook
    wanted = ceil(Fraction(emissions.reference(year) - allowed) * TICKS_PER_TONNE)
    yield f"{year}", count.expression() >= wanted / TICKS_PER_TONNE
