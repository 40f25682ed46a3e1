"""The choice of one plan a city within the pool, exactly, in integers and fractions: the multiple-choice knapsack (Kellerer, Pferschy and
Pisinger 2004, chapter 11), and the price of the pool in its linear relaxation (Sinha and Zoltners 1979)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from portfolio.analysis.region.city import Column

Columns = Sequence[Sequence[Column]]
"""Plans by city."""


def relaxation(columns: Columns, pool: int) -> tuple[Fraction, list[Column]]:
    """The price (ticks a krona) that the pool has when plans may be mixed, and a choice that fits it: what is bought whole, best first.

    The price is 0 when everything fits. The least that can be drawn must fit.
    """
    ladders = [_ladder(plans) for plans in columns]
    chosen = [ladder[0] for ladder in ladders]
    left = pool - sum(c.drawn for c in chosen)
    steps = [
        (Fraction(b.ticks - a.ticks, b.drawn - a.drawn), city, n)
        for city, ladder in enumerate(ladders)
        for n, (a, b) in enumerate(pairwise(ladder), start=1)
    ]
    price = Fraction(0)
    stuck: set[int] = set()
    for slope, city, n in sorted(steps, key=lambda step: (-step[0], step[1], step[2])):
        more = ladders[city][n].drawn - chosen[city].drawn
        if city not in stuck and more <= left:
            chosen[city] = ladders[city][n]
            left -= more
        else:
            stuck.add(city)
            price = max(price, slope)
    return price, chosen


def _ladder(plans: Sequence[Column]) -> list[Column]:
    """The plans on the upper hull of ticks over kronor drawn, from the one that draws least."""
    hull: list[Column] = []
    for plan in sorted(plans, key=lambda c: (c.drawn, -c.ticks)):
        if hull and plan.ticks <= hull[-1].ticks:
            continue
        while len(hull) > 1 and not _bends(hull[-2], hull[-1], plan):
            hull.pop()
        hull.append(plan)
    return hull


def _bends(a: Column, b: Column, c: Column) -> bool:
    """b lies above the line from a to c."""
    return (b.ticks - a.ticks) * (c.drawn - a.drawn) > (c.ticks - a.ticks) * (b.drawn - a.drawn)


class _State(NamedTuple):
    """Plans of the first cities: what they draw, their ticks, the last plan and the state before it."""

    drawn: int
    ticks: int
    plan: Column | None
    before: _State | None


def better_choice(columns: Columns, pool: int, price: Fraction, known: Sequence[Column]) -> list[Column]:
    """The choice with the most ticks within the pool, the first that is found of equal ones; `known`, which fits, when none is better.

    Choices of the first cities are kept when nothing draws as little for as many ticks, and when the relaxation at `price` allows that
    they become better than `known`.
    """
    best, least = sum(c.ticks for c in known), [min(c.drawn for c in plans) for plans in columns]
    p, q = price.numerator, price.denominator  # in whole numbers: there are many states
    top = [max(q * c.ticks - p * c.drawn for c in plans) for plans in columns]
    states = [_State(0, 0, None, None)]
    for n, plans in enumerate(columns):
        room = pool - sum(least[n + 1 :])
        needed = q * (best + 1) - sum(top[n + 1 :]) - p * pool
        grown = [_State(s.drawn + c.drawn, s.ticks + c.ticks, c, s) for s in states for c in plans if s.drawn + c.drawn <= room]
        grown = [s for s in grown if q * s.ticks - p * s.drawn >= needed]
        grown.sort(key=lambda s: (s.drawn, -s.ticks))
        states, most = [], -1
        for state in grown:
            if state.ticks > most or not states:
                states.append(state)
                most = state.ticks
    if not states or states[-1].ticks <= best:
        return list(known)
    chosen: list[Column] = []
    last: _State | None = states[-1]
    while last is not None and last.plan is not None:
        chosen.append(last.plan)
        last = last.before
    return chosen[::-1]
