"""The variables: what is started when and in which layer, and how much of it.

Names are generated (`start_0017_2028_plan`): PuLP would fold å, spaces and hyphens together. Inside the programme money is in tkr and
tonnes in t: one krona is 1e-3 tkr and one kilogram 1e-3 t, a thousand times the solver's tolerance of 1e-6, and the largest
coefficients stay below 1e7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, gcd, lcm

import pulp

from portfolio.instance import Instance

Key = tuple[str, int, str]
"""Investment, start year, layer."""
Rows = Iterator[tuple[str, pulp.LpConstraint]]
"""A label that is unique within the constraint (`2027`, `0012_0003_2026`) and the row itself."""

Terms = dict[pulp.LpVariable, float]


def tkr(kronor: int | Fraction) -> float:
    """Kronor to the programme's unit of money."""
    return float(kronor / 1000)


def tonnes(kilograms: int) -> float:
    """Kilograms to the programme's unit of emissions."""
    return kilograms / 1000


@dataclass
class Choice:
    """Every variable of the programme.

    Attributes:
        start: 1 when i starts in year s in layer l.
        percent: share bought (0–100) of scalable investments.
        both: share product of a pair overlap, by number of `Instance.losses`.
        counted: t counted of a pool (see `tonnes.py`), by purpose, cell and year.
        paid: tkr that a source pays of a kind of need in a plan year (only with a funding table whose limits can bind).
        delivered_by: 1 when an external investment is delivered by year s (only with an emission ceiling).
    """

    keys: tuple[Key, ...]
    start: Mapping[Key, pulp.LpVariable]
    percent: Mapping[Key, pulp.LpVariable]
    both: dict[int, pulp.LpVariable] = field(default_factory=dict)
    counted: dict[tuple[str, str | None, str, int], pulp.LpVariable] = field(default_factory=dict)
    paid: dict[tuple[str, int, int], pulp.LpVariable] = field(default_factory=dict)
    delivered_by: dict[tuple[str, int], pulp.LpVariable] = field(default_factory=dict)

    @cached_property
    def of(self) -> Mapping[str, tuple[Key, ...]]:
        """The keys of each investment that has any."""
        found: dict[str, list[Key]] = {}
        for key in self.keys:
            found.setdefault(key[0], []).append(key)
        return {i: tuple(keys) for i, keys in found.items()}

    def keys_of(self, ids: Iterable[str]) -> Iterator[Key]:
        """The keys of some investments."""
        return (key for i in ids for key in self.of.get(i, ()))

    def bought(self, key: Key) -> tuple[pulp.LpVariable, float]:
        """The variable and factor whose product is the share bought (0–1)."""
        return (self.percent[key], 0.01) if key in self.percent else (self.start[key], 1.0)

    def add_bought(self, terms: Terms, key: Key, coefficient: float) -> None:
        """terms += coefficient · share bought of `key`."""
        if coefficient:
            variable, factor = self.bought(key)
            terms[variable] = terms.get(variable, 0.0) + coefficient * factor


def make_choice(d: Instance, layers: tuple[str, ...]) -> Choice:
    """Variables for every allowed start in every allowed layer."""
    keys = tuple((i, s, l) for i in d.city for s in d.starts[i] for l in d.layers[i] if l in layers)
    start = {k: pulp.LpVariable(name("start", d, k), 0, 1, pulp.LpBinary) for k in keys}
    percent = {k: pulp.LpVariable(name("percent", d, k), 0, 100, pulp.LpInteger) for k in keys if d.is_scalable(k[0])}
    return Choice(keys, start, percent)


def name(prefix: str, d: Instance, key: Key) -> str:
    """`start_0017_2028_plan`."""
    i, s, l = key
    return f"{prefix}_{d.index[i]:04d}_{s}_{l}"


def total(terms: Terms) -> pulp.LpAffineExpression:
    """A sum from its terms, built at once (adding products one by one is 4–7 times slower)."""
    return pulp.LpAffineExpression(terms)


def spent(x: Choice, amounts: Iterable[tuple[Key, float]]) -> pulp.LpAffineExpression:
    """Σ amount · share bought."""
    terms: Terms = {}
    for key, amount in amounts:
        x.add_bought(terms, key, amount)
    return total(terms)


FINEST = 100
"""Parts of a krona that the solver tells apart: one öre is 1e-5 tkr, ten times its tolerance."""


def within(x: Choice, amounts: Iterable[tuple[Key, Fraction | int]], limit: Fraction | int) -> pulp.LpConstraint:
    """Σ amount · share bought ≤ limit, given in kr, in tkr.

    The solver may overstep a row by a tenth of an öre. Where all amounts are whole parts of a krona, no finer than an öre, the limit is
    rounded down to such parts, and the row says exactly the same. Finer amounts (interest on interest) are rounded up to whole öre: what
    keeps the row then keeps the limit, and a plan that starts nothing is refused nothing.
    """
    sizes = [(key, kr, 100 if key in x.percent else 1) for key, kr in amounts]
    parts = min(FINEST, lcm(*{size // gcd(kr, size) if isinstance(kr, int) else (kr / size).denominator for _, kr, size in sizes}))
    terms: Terms = {}
    for key, kr, size in sizes:
        whole = -(-kr * parts // size) if isinstance(kr, int) else ceil(kr * parts / size)
        x.add_bought(terms, key, whole * size / (1000 * parts))
    return total(terms) <= floor(limit * parts) / (1000 * parts)


def started(x: Choice, keys: Iterable[Key]) -> pulp.LpAffineExpression:
    """Σ start over the keys."""
    return total({x.start[k]: 1.0 for k in keys})
