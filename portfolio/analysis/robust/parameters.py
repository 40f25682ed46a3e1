"""The uncertain figures one by one, as numbers that a plan's value can be compared with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from portfolio.matrix import Array
from portfolio.worlds.draws import MILLIONTHS, Draws
from portfolio.worlds.ranges import FIGURES


class Parameter(NamedTuple):
    """An uncertain figure of an investment (`outlay`, `tonnes`, `delay`, `grant`), or `external`, with its value in every world."""

    figure: str
    id: str
    values: Array


def parameters(draws: Draws) -> list[Parameter]:
    """Every uncertain figure, by kind and id: factors of the estimate, years late, whether the grant comes, share delivered."""
    found = [Parameter(figure, i, values / MILLIONTHS) for figure in FIGURES for i, values in sorted(draws.factors[figure].items())]
    found += [Parameter("delay", i, years.astype(np.float64)) for i, years in sorted(draws.delays.items())]
    found += [Parameter("grant", i, comes.astype(np.float64)) for i, comes in sorted(draws.grants.items())]
    if draws.external is not None:
        found.append(Parameter("external", "", draws.external / MILLIONTHS))
    return found
