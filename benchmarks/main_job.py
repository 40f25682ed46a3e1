"""Speed and memory of the main job on the shipped sample, beside the raw solver. Writes nothing that stays.

    python benchmarks/main_job.py [--runs 5] [--most-seconds 3] [--most-megabytes 300]

Every run is a process of its own, so that imports are cold and memory starts from nothing. The raw solver is HiGHS as it comes, gap 0, on
the LP of the first stage (most tonnes); the main job solves some ten to twenty programmes, so the ratio is far from 1 also at best.
Exit code 1 when a limit is given and the median is above it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
MODEL = TOP / "models" / "helsingborg-2025.toml"
WORKBOOK = TOP / "inputs" / "helsingborg-2025.xlsx"
PARTS = ("import", "read", "solve, audit, accounts", "reports", "raw HiGHS, most tonnes")


def whole_process(folder: Path) -> tuple[float, float]:
    """Wall time (s) and peak memory (MB; nan where the system does not tell) of one main job as a user starts it."""
    command = [sys.executable, "-m", "portfolio", "optimise", str(WORKBOOK), "--model", str(MODEL), "--out", str(folder)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=TOP)
    if not hasattr(os, "wait4"):
        code = process.wait()
        spent, peak = time.perf_counter() - start, float("nan")
    else:
        _, status, usage = os.wait4(process.pid, 0)
        spent = time.perf_counter() - start
        code = process.returncode = os.waitstatus_to_exitcode(status)
        # Linux counts kilobytes, macOS bytes
        peak = usage.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000)
    if code != 0:
        raise SystemExit(f"the main job ended with exit code {code}")
    return spent, peak


def parts(folder: str) -> dict[str, float]:
    """Seconds of each part, measured inside one fresh process; and the number of programmes solved."""
    marks = [time.perf_counter()]

    from portfolio.analysis.optimise import Request, optimise
    from portfolio.excel.read import read_portfolio
    from portfolio.formulation import build
    from portfolio.instance import build_instance
    from portfolio.planning_load import load_planning
    from portfolio.reports import run_json, workbook
    from portfolio.text import Text

    marks.append(time.perf_counter())
    planning, _ = load_planning(MODEL)
    portfolio, _ = read_portfolio([WORKBOOK], planning.horizon.years)
    marks.append(time.perf_counter())
    run = optimise(portfolio, planning, Request())
    marks.append(time.perf_counter())
    Path(folder, "run.json").write_text(run_json.to_json(run), "utf-8")
    Path(folder, "beslutsunderlag.xlsx").write_bytes(workbook.render(run, Text("sv")))
    marks.append(time.perf_counter())
    spent = [after - before for before, after in pairwise(marks)]
    if run.objective is None or run.objective.most_tonnes is None:
        raise SystemExit("the main job found no plan")
    plain, most = raw(build(build_instance(portfolio, planning)).problem, Path(folder, "programme.mps"))
    if abs(most - float(run.objective.most_tonnes)) > 1e-3:
        raise SystemExit(f"the raw solver finds {most} t, the main job {run.objective.most_tonnes} t")
    return {**dict(zip(PARTS, [*spent, plain], strict=True)), "solves": run.objective.solves}


def raw(problem: Any, path: Path) -> tuple[float, float]:
    """One plain HiGHS run to gap 0 on the programme as PuLP writes it: seconds, and the most tonnes (t)."""
    import highspy
    import pulp

    problem.writeMPS(str(path), mpsSense=pulp.LpMinimize)
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", 0.0)
    highs.readModel(str(path))
    start = time.perf_counter()
    highs.run()
    spent = time.perf_counter() - start
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise SystemExit("the raw solver did not finish")
    return spent, -highs.getInfo().objective_function_value


def row(name: str, values: list[float], unit: str = "s") -> str:
    """One line of the table: least, median and largest."""
    return f"{name:28} {min(values):9.2f} {statistics.median(values):9.2f} {max(values):9.2f}  {unit}"


def main() -> int:
    """Measure, print, compare with the limits."""
    parser = argparse.ArgumentParser(description="Speed and memory of the main job on the sample")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--most-seconds", type=float, default=float("inf"))
    parser.add_argument("--most-megabytes", type=float, default=float("inf"))
    parser.add_argument("--parts", metavar="FOLDER", help="measure one process from the inside (used by this script itself)")
    options = parser.parse_args()
    if options.parts:
        print(json.dumps(parts(options.parts)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        wholes = [whole_process(Path(folder)) for _ in range(options.runs)]
        command = [sys.executable, __file__, "--parts", folder]
        insides = [json.loads(subprocess.run(command, stdout=subprocess.PIPE, cwd=TOP, check=True).stdout) for _ in range(options.runs)]
    seconds, megabytes = [s for s, _ in wholes], [m for _, m in wholes]
    print(f"{'main job on the sample':28} {'least':>9} {'median':>9} {'largest':>9}   ({options.runs} runs, {os.cpu_count()} processors)")
    print(row("whole process", seconds))
    print(row("peak memory", megabytes, "MB"))
    for name in PARTS:
        print(row(f"  {name}", [i[name] for i in insides]))
    solving, plain = (statistics.median(i[name] for i in insides) for name in (PARTS[2], PARTS[4]))
    print(f"solve, audit and accounts take {solving / plain:.1f} times one raw solve, for {insides[0]['solves']} programmes")
    over = statistics.median(seconds) > options.most_seconds or statistics.median(megabytes) > options.most_megabytes
    if over:
        print(f"above the limit of {options.most_seconds:g} s or {options.most_megabytes:g} MB", file=sys.stderr)
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
