"""A PuLP model as the arrays of `matrix.py`: for the questions that are not made there, and what these are tested against."""

from __future__ import annotations

import numpy as np

from portfolio.formulation import Programme
from portfolio.matrix import Array, Matrix


def written_out(programme: Programme) -> Matrix:
    """The matrix of a PuLP model, for the questions that `matrix.matrix_of` does not make; and what it is tested against."""
    variables = list(programme.problem.variables())
    column = {v.name: n for n, v in enumerate(variables)}
    x = programme.choice
    first = [column[v.name] for v in x.start.values()]
    order = [*first, *sorted(set(range(len(variables))) - set(first))]
    place = {variables[n].name: k for k, n in enumerate(order)}
    ordered = [variables[n] for n in order]
    starts, index, value, low, high, rows = [0], [], [], [], [], []
    for row in programme.problem.constraints():
        right = -row.constant
        terms = [(place[v.name], c) for v, c in row.items() if c]
        index += [n for n, _ in terms]
        value += [c for _, c in terms]
        starts.append(len(index))
        low.append(right if row.sense >= 0 else -np.inf)
        high.append(right if row.sense <= 0 else np.inf)
        rows.append(row.name)

    def vector(expression: object) -> Array:
        made = np.zeros(len(ordered))
        for variable, coefficient in expression.items():  # type: ignore[attr-defined]
            made[place[variable.name]] = coefficient
        return made

    return Matrix(
        keys=tuple(x.start),
        percent={key: place[v.name] for key, v in x.percent.items()},
        both={n: place[v.name] for n, v in x.both.items()},
        tonnes=vector(programme.tonnes),
        kronor=vector(programme.kronor),
        start_years=vector(programme.start_years),
        id_order=vector(programme.id_order),
        lower=np.array([-np.inf if v.lowBound is None else v.lowBound for v in ordered], dtype=float),
        upper=np.array([np.inf if v.upBound is None else v.upBound for v in ordered], dtype=float),
        whole=np.array([v.cat == "Integer" for v in ordered]),
        starts=np.array(starts, dtype=np.int32),
        index=np.array(index, dtype=np.int32),
        value=np.array(value, dtype=float),
        low=np.array(low, dtype=float),
        high=np.array(high, dtype=float),
        rows=tuple(rows),
        columns=tuple(v.name for v in ordered),
    )
