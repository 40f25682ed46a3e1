"""What the run says is proven: value, bound and gap held against each other and against the plans."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from portfolio.verify.figures import Figures
from portfolio.verify.result import RUN, TICKS, Raw, exact

DEFAULT_FLOOR = Fraction(95, 100)
"""docs/method.md: `floor_share` when the model does not state one."""


HEADING = {
    "schema_version": ("1.0",),
    "lang": ("sv", "en"),
    "status": ("proven_best", "feasible_not_proven", "infeasible", "stopped_without_plan"),
    "stop_reason": ("none", "time_limit", "memory_limit", "interrupted", "solver_fault"),
}
"""Words that the heading of a run may have."""


def floor_ticks(raw: Raw) -> int | None:
    """Ticks that the plan says it must reach: the share of N* rounded up; None when it says nothing of the kind."""
    report = raw["objective"]
    if report is None or report["floor_tonnes"] is None:
        return None
    return ceil((exact(report["floor_tonnes"]) or Fraction(0)) * TICKS)


def check_proof(figures: Figures, raw: Raw) -> None:
    """The objective's report, and the heading of the run."""
    model, plan, report = figures.basis.model, figures.plan, raw["objective"]
    objective = model["objective"]
    for name in ("name", "quantity", "krona"):
        figures.figure(f"objective.{name}", report[name], objective[name])
    figures.figure("objective.tonnes", report["tonnes"], plan.tonnes.objective, TICKS)
    figures.figure("objective.kronor", report["kronor"], plan.kronor)
    ratio = Fraction(plan.tonnes.objective, TICKS) / Fraction(plan.kronor) if plan.kronor > 0 else None
    figures.found.ratio("objective.tonnes_per_krona", report["tonnes_per_krona"], ratio)
    most = exact(report["most_tonnes"])
    if raw["most_tonnes_plan"] is not None:
        figures.figure("objective.most_tonnes", report["most_tonnes"], exact(raw["most_tonnes_plan"]["tonnes"]))
    elif most is not None:
        figures.figure("most_tonnes_plan", None, "")
    for name in ("floor_share", "floor_tonnes", "hurdle") if objective["name"] != "tonnes_per_krona" else ():
        figures.figure(f"objective.{name}", report[name], None)
    if (totals := raw["most_tonnes_plan"]) is not None:
        outlay = totals["outlay_plan"] + totals["outlay_gap"]
        if objective["krona"] == "gross":
            figures.figure("most_tonnes_plan.kronor", totals["kronor"], outlay)
        tonnes = exact(totals["tonnes"]) or Fraction(0)
        most_ratio = tonnes / totals["kronor"] if totals["kronor"] > 0 else None
        figures.found.ratio("most_tonnes_plan.tonnes_per_krona", totals["tonnes_per_krona"], most_ratio)
    if objective["name"] == "tonnes_per_krona":
        stated = objective.get("floor_share")
        share = Fraction(str(stated["value"])) if stated else DEFAULT_FLOOR
        figures.figure("objective.floor_share", report["floor_share"], share)
        if report["floor_tonnes"] is not None and most is not None:
            floor = ceil(share * most * TICKS)
            figures.figure("objective.floor_tonnes", report["floor_tonnes"], max(1, floor) if most > 0 else floor, TICKS)
    _bound(figures, raw, ratio)


def _bound(figures: Figures, raw: Raw, ratio: Fraction | None) -> None:
    """Proven means no gap and a bound that is the value; not proven, a bound that nothing in hand beats."""
    report, proven = raw["objective"], raw["status"] == "proven_best"
    more, saved = exact(report["gap_tonnes"]) or Fraction(0), exact(report["gap_kronor"]) or Fraction(0)
    bound, found = exact(report["bound"]), figures.found
    found.figures += 3
    if (proven and (more or saved)) or more < 0 or saved < 0 or (proven and raw["stop_reason"] != "none" and raw["plan_only"] is None):
        found.differ("proof", RUN, "objective.gap_tonnes", report["gap_tonnes"], report["gap_kronor"])
    value = {
        "tonnes_per_krona": ratio,
        "most_tonnes": Fraction(figures.plan.tonnes.objective, TICKS),
        "least_cost": Fraction(figures.plan.kronor),
    }[report["name"]]
    if report["name"] == "tonnes_per_krona" and report["hurdle"] is not None:
        found.ratio("objective.hurdle", report["hurdle"], ratio)
    if bound is None or value is None:
        return
    if proven and report["name"] == "tonnes_per_krona":
        found.ratio("objective.bound", report["bound"], value)
    elif proven:
        figures.figure("objective.bound", report["bound"], value)
    elif (bound > value) if report["name"] == "least_cost" else (bound < value * (1 - Fraction(1, 10**11))):
        found.differ("proof", RUN, "objective.bound", report["bound"], value)


def check_heading(figures: Figures, raw: Raw) -> None:
    """Title, scenarios, target and files are those of the model and the records."""
    model, target = figures.basis.model, figures.plan.tonnes.target
    for name, words in HEADING.items():
        if raw[name] not in words:
            figures.figure(name, raw[name], " | ".join(words))
    figures.figure("title", raw["title"], model["title"])
    figures.figure("scenarios", ", ".join(raw["scenarios"]), ", ".join(model.get("scenarios", ())))
    figures.figure("target_year", raw["target_year"], figures.basis.target_year)
    figures.figure("target_tonnes", raw["target_tonnes"], target, TICKS)


def check_limits_shown(figures: Figures, raw: Raw) -> None:
    """The tightest check of each constraint, as the audit has them."""
    rows = raw["audit"]["checks"]
    chosen = {x["id"] for x in raw["decisions"] if x["start"] is not None}
    outlays: list[int] = [sum(r.outlay) for i, r in figures.basis.records.items() if r.city and i not in chosen]
    least = min((kr for kr in outlays if kr), default=1)
    for line in raw["limits"]:
        name = line["constraint"]
        mine = [c for c in rows if c["constraint"] == name]
        tightest = min(mine, key=lambda c: (exact(c["slack"]) or 0, c["year"] or 0, c["subject"]), default=None)
        if tightest is None:
            figures.figure(f"limits.{name}", name, "")
            continue
        for key in ("subject", "year", "unit"):
            figures.figure(f"limits.{name}.{key}", line[key], tightest[key])
        for key in ("left", "right", "slack"):
            figures.figure(f"limits.{name}.{key}", line[key], exact(tightest[key]))
        binds = any((exact(c["slack"]) or 0) < least if c["unit"] == "kr" else (exact(c["slack"]) or 0) <= 0 for c in mine)
        figures.figure(f"limits.{name}.binds", line["binds"], binds)
