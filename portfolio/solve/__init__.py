"""The only place that names a solver: the PuLP model is handed to HiGHS once, and the stages are solved on it.

Every status of HiGHS is mapped once, in `answer.MEANING`.
"""

from portfolio.solve.answer import MEANING, Answer, Meaning
from portfolio.solve.clock import Clock
from portfolio.solve.engine import STRICTLY, SUB_MIP_HEURISTICS, TOLERANCES, versions
from portfolio.solve.session import Session

__all__ = ["MEANING", "STRICTLY", "SUB_MIP_HEURISTICS", "TOLERANCES", "Answer", "Clock", "Meaning", "Session", "versions"]
