"""External actors: what share of their effect counts, and from when. Never decided, always derived from the city's own starts."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor

from portfolio.amounts.support import half_even
from portfolio.instance import Effect, Instance, PairLoss
from portfolio.records import RequirementKind


def delivered_share(d: Instance, i: str) -> Fraction:
    """Share (0–1) of external investment i that the model lets count."""
    rules = d.planning.external
    stated = rules.by_id.get(i, rules.delivery_share)
    return Fraction(stated.value) if stated is not None else Fraction(0)


def delivered_kilograms(d: Instance, i: str, s: int, share: Fraction | None = None) -> Effect:
    """Effect (kg by year) of external i delivered from year s, at its share."""
    part = delivered_share(d, i) if share is None else share
    effect = d.effect[i, s]
    shared = {kg: half_even(part * kg) for kg in {*effect.reduction.values(), *effect.removal.values(), *effect.adverse.values()}}
    reduction, removal, adverse = (
        {t: shared[kg] for t, kg in years.items() if shared[kg]} for years in (effect.reduction, effect.removal, effect.adverse)
    )
    return Effect(reduction, removal, adverse)


def scaled_loss(d: Instance, loss: PairLoss, lost: Mapping[int, int], share: Fraction | None = None) -> Mapping[int, int]:
    """Kilograms of a pair overlap, times the delivered share of each external side, rounded down."""
    part = Fraction(1)
    for i in (loss.loser, loss.winner):
        if i in d.external:
            part *= delivered_share(d, i) if share is None else share
    return lost if part == 1 else {t: floor(part * kg) for t, kg in lost.items() if floor(part * kg)}


def expected(d: Instance) -> tuple[str, ...]:
    """External investments that are expected: of several alternatives in one group only the one with the most tonnes, then the first id."""
    best: dict[str, str] = {}
    for i in d.external:
        group = d.investments[i].alternatives
        if group and (group not in best or d.investments[i].tonnes > d.investments[best[group]].tonnes):
            best[group] = i
    return tuple(i for i in d.external if best.get(d.investments[i].alternatives or "", i) == i)


def city_alternatives(d: Instance, i: str) -> tuple[str, ...]:
    """City investments in the same exclusive group as external i."""
    group = d.investments[i].alternatives
    return tuple(j for j in d.city if group and d.investments[j].alternatives == group)


def delivered_starts(d: Instance, city_starts: Mapping[str, int]) -> dict[str, int]:
    """First year in which each expected external investment can be delivered, given the city's starts; others are left out.

    Prerequisites among externals are followed to the end; a cycle was refused with the input.
    """
    found: dict[str, int | None] = {}

    def fulfilled_from(j: str, kind: RequirementKind) -> int | None:
        start = city_starts.get(j) if j in d.starts else delivered(j)
        if start is None:
            return None
        return start + (d.duration(j) if kind is RequirementKind.FINISH_TO_START else 0)

    def delivered(i: str) -> int | None:
        if i not in found:
            found[i] = None
            record = d.investments[i]
            if i in candidates and not any(j in city_starts for j in city_alternatives(d, i)):
                needs = [fulfilled_from(r.id, r.kind) for r in record.requires]
                known = [year for year in needs if year is not None]
                first = max([record.earliest_start, *known])
                if len(known) == len(needs) and first <= record.latest_start:
                    found[i] = first
        return found[i]

    candidates = frozenset(expected(d))
    return {i: start for i in d.external if (start := delivered(i)) is not None}
