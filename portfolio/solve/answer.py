"""What a status of the solver allows us to say, and what one solve says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from portfolio.evaluate import Pick


class Meaning(Enum):
    """What a status of the solver allows us to say."""

    PROVEN = "proven"
    INFEASIBLE = "infeasible"
    TIME_LIMIT = "time limit"
    MEMORY_LIMIT = "memory limit"
    INTERRUPTED = "interrupted"
    FAULT = "fault"


MEANING: Mapping[str, Meaning] = {
    "kOptimal": Meaning.PROVEN,
    "kInfeasible": Meaning.INFEASIBLE,
    "kTimeLimit": Meaning.TIME_LIMIT,
    "kIterationLimit": Meaning.TIME_LIMIT,
    "kSolutionLimit": Meaning.TIME_LIMIT,
    "kMemoryLimit": Meaning.MEMORY_LIMIT,
    "kInterrupt": Meaning.INTERRUPTED,
    "kHighsInterrupt": Meaning.INTERRUPTED,
    # every variable of ours is bounded where it matters: unbounded, or "one of the two", is a fault and never a plan
    "kUnbounded": Meaning.FAULT,
    "kUnboundedOrInfeasible": Meaning.FAULT,
    "kObjectiveBound": Meaning.FAULT,
    "kObjectiveTarget": Meaning.FAULT,
    "kNotset": Meaning.FAULT,
    "kLoadError": Meaning.FAULT,
    "kModelError": Meaning.FAULT,
    "kPresolveError": Meaning.FAULT,
    "kSolveError": Meaning.FAULT,
    "kPostsolveError": Meaning.FAULT,
    "kModelEmpty": Meaning.FAULT,
    "kUnknown": Meaning.FAULT,
}
"""Every model status of HiGHS; a test holds the table complete."""


@dataclass(frozen=True)
class Answer:
    """What one solve says. `picks` is None without a plan; `value` and `bound` are in the objective's unit; nothing beats `bound`."""

    meaning: Meaning
    picks: dict[str, Pick] | None
    value: float
    bound: float


def kept(answer: Answer, found: Answer | None, *, maximise: bool) -> Answer:
    """The answer, with the plan found before it when that is the better one, and with the sharper of the two bounds; a proof stands."""
    if found is None or answer.meaning in (Meaning.PROVEN, Meaning.INFEASIBLE):
        return answer
    bound = (min if maximise else max)(answer.bound, found.bound)
    better = answer.value > found.value if maximise else answer.value < found.value
    if found.picks is None or (answer.picks is not None and better):
        return replace(answer, bound=bound)
    return replace(answer, picks=found.picks, value=found.value, bound=bound)
