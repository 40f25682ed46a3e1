"""What is asked beside the programme itself, each in a HiGHS of its own: the relaxation, and what is left when the integers are whole."""

from __future__ import annotations

import highspy
import numpy as np

from portfolio.solve.answer import MEANING, Meaning
from portfolio.standing import Entries, WholeRows


class Relaxed:
    """The linear relaxation in a HiGHS of its own, so that its basis is never lost; always maximised."""

    def __init__(self, lp: highspy.HighsLp) -> None:
        self._columns = lp.num_col_
        self._every = np.arange(self._columns, dtype=np.int32)
        self._highs = highspy.Highs()
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("solve_relaxation", True)
        self._highs.setOptionValue("presolve", "off")
        self._highs.passModel(lp)
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def add_row(self, low: float, high: float, index: np.ndarray, value: np.ndarray) -> None:
        """Add the row that the programme was given."""
        self._highs.addRow(low, high, len(index), index, value)

    def delete_rows(self, rows: np.ndarray) -> None:
        """Take rows back."""
        self._highs.deleteRows(len(rows), rows)

    def objective(self, costs: np.ndarray, constant: float) -> None:
        """What to maximise."""
        self._highs.changeColsCost(self._columns, self._every, costs)
        self._highs.changeObjectiveOffset(constant)

    def bound(self, lower: np.ndarray, upper: np.ndarray) -> tuple[float, np.ndarray, np.ndarray] | None:
        """Best value, solution and reduced costs inside the bounds; None when infeasible.

        An answer that is neither optimal nor infeasible proves nothing: the bound is then infinite and fixes nothing.
        """
        self._highs.changeColsBounds(self._columns, self._every, lower, upper)
        self._highs.run()
        status = MEANING[self._highs.getModelStatus().name]
        if status is Meaning.INFEASIBLE:
            return None
        if status is not Meaning.PROVEN:
            return float("inf"), np.zeros(self._columns), np.zeros(self._columns)
        solution = self._highs.getSolution()
        value = float(self._highs.getInfo().objective_function_value)
        return value, np.array(solution.col_value), np.array(solution.col_dual)


class Standing:
    """What is left to decide when the integers of a plan are whole, in a HiGHS of its own."""

    def __init__(self, lp: highspy.HighsLp) -> None:
        matrix = lp.a_matrix_
        places = (np.array(matrix.start_, dtype=np.int32), np.array(matrix.index_, dtype=np.int32))
        entries = Entries(*places, np.array(matrix.value_, dtype=float))
        whole = np.array([kind == highspy.HighsVarType.kInteger for kind in lp.integrality_], dtype=bool)
        self._rows = WholeRows(entries, np.array(lp.row_lower_), np.array(lp.row_upper_), whole)
        columns, rows, rest = self._rows.columns, self._rows.open, self._rows.rest
        self._part = part = highspy.HighsLp()
        part.num_col_, part.num_row_ = len(columns), len(rows)
        part.col_cost_ = np.zeros(len(columns))
        part.col_lower_, part.col_upper_ = np.array(lp.col_lower_)[columns], np.array(lp.col_upper_)[columns]
        part.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        part.a_matrix_.start_, part.a_matrix_.index_, part.a_matrix_.value_ = rest
        self._highs = highspy.Highs()
        self._highs.setOptionValue("output_flag", False)

    def holds(self, values: np.ndarray) -> bool:
        """Whether the rows can be kept with these whole values of the integers; a status that proves nothing breaks nothing."""
        left = self._rows.left(values)
        if left is None:
            return False
        if not self._part.num_row_:
            return True
        self._part.row_lower_, self._part.row_upper_ = left
        self._highs.passModel(self._part)
        self._highs.run()
        return MEANING[self._highs.getModelStatus().name] is not Meaning.INFEASIBLE
