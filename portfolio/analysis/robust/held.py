"""A plan decided now, in a world that turns out otherwise: what is late starts later, and what needs it waits."""

from __future__ import annotations

from collections.abc import Mapping

from portfolio.evaluate import Pick, Picks
from portfolio.records import Investment, RequirementKind


def held(investments: Mapping[str, Investment], picks: Picks, late: Mapping[str, int]) -> dict[str, Pick]:
    """The same picks with the starts that they get: so many years late, and never before what they need.

    Args:
        investments: by id; only prerequisites and lengths are read.
        late: years by id.
    """
    found: dict[str, int] = {}

    def start(i: str) -> int:
        if i not in found:
            found[i] = picks[i].start + late.get(i, 0)  # a circle was refused with the input
            for need in investments[i].requires:
                if need.id in picks:
                    lag = len(investments[need.id].outlay) if need.kind is RequirementKind.FINISH_TO_START else 0
                    found[i] = max(found[i], start(need.id) + lag)
        return found[i]

    return {i: pick if start(i) == pick.start else pick._replace(start=start(i)) for i, pick in picks.items()}
