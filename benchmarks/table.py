"""The figures of scale.py as tables for benchmarks/README.md: one line a size and shape, the seeds taken together.

    python benchmarks/table.py FILE [FILE ...]

Times are geometric means over the seeds, of the wall time from records to the last word of the solver, at most the time limit; the ratio is
the geometric mean of ours to raw's on the same instance, where both prove. What is left is the largest gap of any seed.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import groupby
from math import exp, log
from pathlib import Path
from statistics import fmean
from typing import Any

Line = dict[str, Any]
ORDER = ("ours", "raw", "linopy", "pyomo", "ortools")


def mean(values: list[float]) -> float:
    """The geometric mean."""
    return exp(fmean(log(v) for v in values))


def left(lines: list[Line]) -> str:
    """How many seeds are proven, and the largest gap of the others in per cent of the plan."""
    open_ones = [line for line in lines if not line["proven"]]
    if not open_ones:
        return "proven"
    if not all(line["value"] for line in open_ones):
        return f"no plan, or the empty one, at {sum(not line['value'] for line in open_ones)} of {len(lines)}"
    if any(line["bound"] is None for line in open_ones):
        return "not proven"
    worst = max(line["bound"] / line["value"] - 1 for line in open_ones)
    return f"{100 * worst:.3f} %" if len(open_ones) == len(lines) else f"{100 * worst:.3f} % ({len(lines) - len(open_ones)} proven)"


def ratio(lines: list[Line]) -> str:
    """Ours to raw: wall time where both prove, otherwise the plan and the bound, in per cent of raw's plan."""
    by = {(line["way"], line["seed"]): line for line in lines}
    seeds = sorted({line["seed"] for line in lines})
    both = [s for s in seeds if by["ours", s]["proven"] and by["raw", s]["proven"]]
    if both:
        times = mean([by["ours", s]["wall"] / by["raw", s]["wall"] for s in both])
        return f"{times:.2f} in time" + (f" (of {len(both)})" if len(both) < len(seeds) else "")
    better = [100 * (by["ours", s]["value"] / by["raw", s]["value"] - 1) for s in seeds if by["raw", s]["value"] and by["ours", s]["value"]]
    return f"plan {fmean(better):+.3f} %" if better else "raw has no plan"


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    lines = [line for path in parser.parse_args().files for line in json.loads(path.read_text("utf-8"))]
    lines.sort(key=lambda line: (line["size"], line["shape"], ORDER.index(line["way"]), line["seed"]))
    print("| Investments | Shape | Seeds | Way | Build s | All s | MB | Left after the time limit | Ours to raw |")
    print("| ---: | --- | --- | --- | ---: | ---: | ---: | --- | --- |")
    for (size, shape), of_shape in groupby(lines, key=lambda line: (line["size"], line["shape"])):
        group = list(of_shape)
        for way, of_way in groupby(group, key=lambda line: line["way"]):
            mine = list(of_way)
            build, wall = (mean([max(line[name], 0.01) for line in mine]) for name in ("build", "wall"))
            said = ratio([line for line in group if line["way"] in ("ours", "raw")]) if way == "ours" else ""
            seeds = ", ".join(str(line["seed"]) for line in mine)
            memory = max(line["megabytes"] for line in mine)
            print(f"| {size} | {shape} | {seeds} | {way} | {build:.2f} | {wall:.1f} | {memory:.0f} | {left(mine)} | {said} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
