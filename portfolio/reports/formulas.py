"""The formula book: every constraint that a model makes active, its formula, its meaning, and its right-hand side with source."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

from portfolio.formulation import ALL, TABLES, objectives
from portfolio.planning import MoneyByYear, Planning, Sourced
from portfolio.reports.figures import kronor, share
from portfolio.reports.run_json import dump
from portfolio.stages import DEFAULT_FLOOR
from portfolio.text import Text

STAGES = (objectives.kronor, objectives.gap_outlay, objectives.start_years, objectives.id_order)
"""What decides between plans that are equally good, in order."""


def _goal(planning: Planning, text: Text) -> str:
    floor = planning.objective.floor_share.value if planning.objective.floor_share is not None else DEFAULT_FLOOR
    return text(f"formulas.objective.{planning.objective.name.value}", floor=share(floor, text.lang))


def _active(planning: Planning) -> Iterator[tuple[str, object, Any]]:
    """Every constraint that the model makes active: its name, its function, and its table of the model if it has one."""
    for function in ALL:
        table = TABLES.get(function.__name__)
        value = getattr(planning, table) if table is not None else None
        if table is None or value:
            yield function.__name__, function, value


def to_json(planning: Planning, text: Text) -> str:
    """The same as JSON: the objective's stages and every active constraint, with formula, meaning and sources."""
    constraints = [
        {
            "name": name,
            "title": text(f"constraint.{name}.name"),
            "formula": formula_of(function),
            "meaning": text(f"constraint.{name}.meaning"),
            "sources": [line.strip() for line in sources(value, text)],
        }
        for name, function, value in _active(planning)
    ]
    stages = [{"name": stage.__name__, "formula": formula_of(stage)} for stage in STAGES]
    about = {"status": "done", "title": planning.title, "objective": _goal(planning, text)}
    return dump({**about, "stages": stages, "constraints": constraints})


def render(planning: Planning, text: Text) -> str:
    """The formula book of `planning` as plain text."""
    goal = _goal(planning, text)
    lines = [text("formulas.title", title=planning.title), text("formulas.units"), "", goal, ""]
    for stage in STAGES:
        lines += [f"  {stage.__name__}", *(f"    {line}" for line in formula_of(stage)), ""]
    lines += [text("formulas.constraints"), ""]
    for name, function, value in _active(planning):
        lines.append(f"  {name} – {text(f'constraint.{name}.name')}")
        lines += [f"    {line}" for line in formula_of(function)]
        lines.append(f"    {text(f'constraint.{name}.meaning')}")
        lines += [f"      {line}" for line in sources(value, text)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def formula_of(function: object) -> list[str]:
    """The first paragraph of a docstring: the formula."""
    first = (inspect.getdoc(function) or "").split("\n\n", 1)[0]
    return [re.sub(r" {2,}", "   ", line) for line in first.splitlines()]


def sources(value: Any, text: Text, place: str = "") -> Iterator[str]:
    """`name = value unit (source)` for every sourced value below `value`."""
    if isinstance(value, Sourced):
        amount = getattr(value, "value", None)
        shown = value.stated if amount is not None else _by_year(value, text)
        mark = text("formulas.illustrative") if value.illustrative else ""
        yield text("formulas.source", place=place, shown=shown, source=value.source, mark=mark).rstrip()
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from sources(part, text, f"{place}.{key}" if place else str(key))
    elif hasattr(value, "model_fields_set"):
        for key in type(value).model_fields:
            yield from sources(getattr(value, key), text, f"{place}.{key}" if place else key)


def _by_year(value: Sourced, text: Text) -> str:
    """`2025: 503 070 000 kr, …`; one figure when every year has the same. Money in kronor, other quantities in their own unit."""
    values: dict[int, Any] = getattr(value, "values", {})
    written = {y: f"{kronor(v, text.lang)} kr" if isinstance(value, MoneyByYear) else f"{v} {value.unit}" for y, v in values.items()}
    if len(set(values.values())) == 1:
        return f"{next(iter(written.values()))} ({min(values)}–{max(values)})"
    return ", ".join(f"{year}: {amount}" for year, amount in sorted(written.items()))
