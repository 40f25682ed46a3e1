"""Time to a proven optimum, or the gap that is left, as portfolios grow: ours beside the raw solver and other modelling libraries.

    python benchmarks/scale.py [--sizes 300 1000] [--shapes city even] [--seeds 1 2] [--seconds 60] [--peers] [--out FILE]

Every line is one instance of instances.py and one process of its own per way, so that memory is each way's own. All ways maximise tonnes
over the same rows, with HiGHS on one thread (what HiGHS takes by itself on two processors) and gap 0:

- ours: the product's own path (records → instance → PuLP → Session.best, layers free), its build and hand-over included in `build`;
- raw: HiGHS as it comes, given the matrix that ours hands over (passModel);
- linopy, pyomo, ortools (--peers; not installed with the programme): the rows written one by one from the same matrix in the library's own
  expressions, the first two solved by HiGHS, OR-Tools (MathOpt) by the SCIP that its wheel brings: it brings no HiGHS. Their build time is
  the library's, not that of a model thought out for it.

Times are wall and processor seconds; on a busy machine compare the processor's.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from instances import SHAPES, make

WAYS = ("ours", "raw")
PEERS = ("linopy", "pyomo", "ortools")


class Rows(NamedTuple):
    """The programme as arrays: `costs` to be maximised, columns, and rows in compressed form."""

    costs: Any
    lower: Any
    upper: Any
    integer: Any
    row_lower: Any
    row_upper: Any
    starts: Any
    index: Any
    value: Any


class Told(NamedTuple):
    """What a way says: best value, bound (None: the library does not tell), whether it is proven, seconds to state the programme."""

    value: float | None
    bound: float | None
    proven: bool
    build: float


def session_of(size: int, shape: str, seed: int, seconds: float) -> tuple[Any, Any, float]:
    """Programme, session and the seconds that records to solver took."""
    from portfolio.formulation import build
    from portfolio.instance import build_instance
    from portfolio.solve import Clock, Session

    records = make(size, shape, seed)
    began = time.perf_counter()
    programme = build(build_instance(*records))
    session = Session(programme, Clock(seconds))
    spent = time.perf_counter() - began
    session._clock = Clock(seconds)
    return programme, session, spent


def rows_of(size: int, shape: str, seed: int) -> tuple[Any, Rows]:
    """The matrix that ours hands over, as HiGHS takes it and as arrays."""
    import highspy

    programme, session, _ = session_of(size, shape, seed, 60)
    lp = session._matrix(programme.problem)
    lp.col_cost_ = session._costs(programme.tonnes)
    lp.sense_ = highspy.ObjSense.kMaximize
    a = lp.a_matrix_
    integer = np.array([t == highspy.HighsVarType.kInteger for t in lp.integrality_])
    arrays = (lp.col_cost_, lp.col_lower_, lp.col_upper_, integer, lp.row_lower_, lp.row_upper_, a.start_, a.index_, a.value_)
    return lp, Rows(*(np.array(part) for part in arrays))


def ours(size: int, shape: str, seed: int, seconds: float) -> Told:
    """The product's own path."""
    from portfolio.solve import Meaning

    programme, session, spent = session_of(size, shape, seed, seconds)
    session.layers_matter = False
    found = session.best(programme.tonnes, maximise=True)
    return Told(found.value if found.picks is not None else None, found.bound, found.meaning is Meaning.PROVEN, spent)


def raw(size: int, shape: str, seed: int, seconds: float) -> Told:
    """HiGHS alone."""
    import highspy

    lp, _ = rows_of(size, shape, seed)
    began = time.perf_counter()
    highs = highspy.Highs()
    for option, value in (("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0), ("time_limit", seconds)):
        highs.setOptionValue(option, value)
    highs.passModel(lp)
    spent = time.perf_counter() - began
    highs.run()
    info = highs.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    proven = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return Told(info.objective_function_value if found else None, info.mip_dual_bound, proven, spent)


def linopy(size: int, shape: str, seed: int, seconds: float) -> Told:
    """Rows as linopy expressions over arrays, its natural form; HiGHS through its direct interface."""
    import linopy as peer
    import xarray

    _, rows = rows_of(size, shape, seed)
    began = time.perf_counter()
    model = peer.Model()
    binary = rows.integer & (rows.upper == 1)
    kinds = {"b": binary, "i": rows.integer & ~binary, "c": ~rows.integer}
    place, made = {}, {}
    for name, mask in kinds.items():
        columns = np.nonzero(mask)[0]
        if len(columns):
            kind: dict[str, Any] = {"binary": True} if name == "b" else {"lower": rows.lower[columns], "upper": rows.upper[columns]}
            kind |= {"integer": True} if name == "i" else {}
            made[name] = model.add_variables(coords=[("n" + name, np.arange(len(columns)))], name=name, **kind)
            place |= {int(column): (name, k) for k, column in enumerate(columns)}
    labels = np.empty(len(rows.costs), dtype=int)
    for column, (name, k) in place.items():
        labels[column] = made[name].labels.values[k]

    def row(index: Any, value: Any) -> Any:
        data = xarray.Dataset({"coeffs": ("_term", value), "vars": ("_term", labels[index]), "const": 0.0})
        return peer.LinearExpression(data, model)

    for r, (low, high) in enumerate(zip(rows.row_lower, rows.row_upper, strict=True)):
        part = slice(rows.starts[r], rows.starts[r + 1])
        left = row(rows.index[part], rows.value[part])
        if low == high:
            model.add_constraints(left == low)
        else:
            model.add_constraints(left <= high if np.isfinite(high) else left >= low)
    used = np.nonzero(rows.costs)[0]
    model.add_objective(row(used, rows.costs[used]), sense="max")
    spent = time.perf_counter() - began
    model.solve("highs", io_api="direct", time_limit=seconds, mip_rel_gap=0.0, mip_abs_gap=0.0, output_flag=False)
    value = float(model.objective.value) if model.objective.value is not None else None
    report = getattr(model.solver_model, "getInfo", lambda: None)()
    return Told(value, float(report.mip_dual_bound) if report is not None else None, model.termination_condition == "optimal", spent)


def pyomo(size: int, shape: str, seed: int, seconds: float) -> Told:
    """A ConcreteModel with a LinearExpression a row; HiGHS through APPSI."""
    import pyomo.environ as peer
    from pyomo.contrib.appsi.solvers import Highs
    from pyomo.core.expr.numeric_expr import LinearExpression

    _, rows = rows_of(size, shape, seed)
    began = time.perf_counter()
    model = peer.ConcreteModel()
    within = [peer.Integers if whole else peer.Reals for whole in rows.integer]
    bounds = [(low, high if np.isfinite(high) else None) for low, high in zip(rows.lower.tolist(), rows.upper.tolist(), strict=True)]
    model.x = peer.Var(range(len(rows.costs)), within=lambda _, n: within[n], bounds=lambda _, n: bounds[n])
    model.rows = peer.ConstraintList()
    x = [model.x[n] for n in range(len(rows.costs))]
    for r, (low, high) in enumerate(zip(rows.row_lower.tolist(), rows.row_upper.tolist(), strict=True)):
        part = slice(rows.starts[r], rows.starts[r + 1])
        left = LinearExpression(linear_coefs=rows.value[part].tolist(), linear_vars=[x[n] for n in rows.index[part].tolist()])
        model.rows.add(left == low if low == high else (low if np.isfinite(low) else None, left, high if np.isfinite(high) else None))
    used = np.nonzero(rows.costs)[0].tolist()
    model.goal = peer.Objective(
        expr=LinearExpression(linear_coefs=[rows.costs[n] for n in used], linear_vars=[x[n] for n in used]), sense=peer.maximize
    )
    spent = time.perf_counter() - began
    solver = Highs()
    solver.config.time_limit = seconds
    solver.config.load_solution = False
    solver.highs_options = {"mip_rel_gap": 0.0, "mip_abs_gap": 0.0}
    found = solver.solve(model)
    return Told(found.best_feasible_objective, found.best_objective_bound, found.termination_condition.name == "optimal", spent)


def ortools(size: int, shape: str, seed: int, seconds: float) -> Told:
    """A MathOpt model. The matrix comes from a process of its own: OR-Tools and highspy do not bear being loaded together."""
    from ortools.math_opt.python import mathopt

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.npz"
        subprocess.run([sys.executable, __file__, "--rows", str(file), str(size), shape, str(seed)], check=True)
        with np.load(file) as kept:
            rows = Rows(*(kept[name] for name in Rows._fields))
    began = time.perf_counter()
    model = mathopt.Model()
    bounds = zip(rows.lower.tolist(), rows.upper.tolist(), rows.integer.tolist(), strict=True)
    x = [model.add_variable(lb=low, ub=high, is_integer=whole) for low, high, whole in bounds]
    for r, (low, high) in enumerate(zip(rows.row_lower.tolist(), rows.row_upper.tolist(), strict=True)):
        made = model.add_linear_constraint(lb=low, ub=high)
        for k in range(rows.starts[r], rows.starts[r + 1]):
            made.set_coefficient(x[rows.index[k]], float(rows.value[k]))
    for n in np.nonzero(rows.costs)[0]:
        model.objective.set_linear_coefficient(x[n], float(rows.costs[n]))
    model.objective.is_maximize = True
    spent = time.perf_counter() - began
    limit = mathopt.SolveParameters(
        time_limit=timedelta(seconds=seconds), threads=1, relative_gap_tolerance=0.0, absolute_gap_tolerance=0.0
    )
    found = mathopt.solve(model, mathopt.SolverType.GSCIP, params=limit)
    bound = found.termination.objective_bounds.dual_bound
    proven = found.termination.reason is mathopt.TerminationReason.OPTIMAL
    return Told(found.objective_value() if found.has_primal_feasible_solution() else None, bound, proven, spent)


def measured(way: str, size: int, shape: str, seed: int, seconds: float) -> dict[str, Any]:
    """One way in this process, with its seconds and peak memory."""
    began, busy = time.perf_counter(), time.process_time()
    told: Told = {"ours": ours, "raw": raw, "linopy": linopy, "pyomo": pyomo, "ortools": ortools}[way](size, shape, seed, seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {**told._asdict(), "wall": time.perf_counter() - began, "busy": time.process_time() - busy, "megabytes": peak}


def gap(found: dict[str, Any]) -> str:
    """`proven`, or the part in per cent by which something better is not ruled out."""
    if found["proven"]:
        return "proven"
    if not found["value"] or found["bound"] is None:
        return "no plan"  # or the empty one
    return f"{100 * (found['bound'] / found['value'] - 1):.4f} %"


def main() -> int:
    """Measure every instance in every way, print the table and write it where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[66, 300])
    parser.add_argument("--shapes", nargs="+", default=["city", "even"], choices=list(SHAPES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    parser.add_argument(
        "--one", nargs=4, metavar=("WAY", "SIZE", "SHAPE", "SEED"), help="one way in this process (used by this script itself)"
    )
    parser.add_argument("--rows", nargs=4, metavar=("FILE", "SIZE", "SHAPE", "SEED"), help="keep the matrix (used by this script itself)")
    asked = parser.parse_args()
    if asked.rows:
        file, size, shape, seed = asked.rows
        np.savez(file, **rows_of(int(size), shape, int(seed))[1]._asdict())
        return 0
    if asked.one:
        way, size, shape, seed = asked.one
        print(json.dumps(measured(way, int(size), shape, int(seed), asked.seconds)))
        return 0
    print(f"{'size':>6} {'shape':8} {'seed':>4} {'way':8} {'build s':>8} {'all s':>7} {'busy s':>7} {'MB':>6}  {'left':>10}")
    lines = []
    for size in asked.sizes:
        for shape in asked.shapes:
            for seed in asked.seeds:
                values = []
                for way in (*WAYS, *(PEERS if asked.peers else ())):
                    command = [sys.executable, __file__, "--one", way, str(size), shape, str(seed), "--seconds", str(asked.seconds)]
                    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
                    found = json.loads(done.stdout.splitlines()[-1])
                    lines.append({"size": size, "shape": shape, "seed": seed, "way": way, **found})
                    values += [found["value"]] if found["proven"] else []
                    times = f"{found['build']:8.2f} {found['wall']:7.1f} {found['busy']:7.1f} {found['megabytes']:6.0f}"
                    print(f"{size:6} {shape:8} {seed:4} {way:8} {times}  {gap(found):>10}", flush=True)
                if values and max(values) - min(values) > 1e-6 * abs(max(values)):
                    raise SystemExit(f"two ways prove different optima: {values}")
    if asked.out:
        asked.out.write_text(json.dumps(lines, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
