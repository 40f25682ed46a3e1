"""The schema of a planning model: tables of TOML to its classes, every quantity in its canonical unit, and what is wrong as findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from portfolio.errors import Finding, finding
from portfolio.planning import Sourced
from portfolio.planning_quantities import Reading, Table, read_quantity

M = TypeVar("M", bound=BaseModel)


def model_of(annotation: Any) -> type[BaseModel] | None:
    """The model class of an annotation `X` or `X | None`; None for anything else."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [a for a in get_args(annotation) if isinstance(a, type) and issubclass(a, BaseModel)]
    is_container = getattr(annotation, "__origin__", None) in (dict, tuple, list)
    return found[0] if found and not is_container else None


def canonical(model: type[BaseModel], table: Table, place: str, reading: Reading) -> Table:
    """The table with every quantity in its canonical unit; what is not a quantity is passed on as it stands."""
    made: Table = {}
    for key, value in table.items():
        here = f"{place}.{key}" if place else key
        annotation = model.model_fields[key].annotation if key in model.model_fields else None
        made[key] = _canonical_value(annotation, value, here, reading)
    return made


def _canonical_value(annotation: Any, value: Any, place: str, reading: Reading) -> Any:
    if annotation is bool and not isinstance(value, bool):
        reading.findings.append(finding("true_or_false", reading.file, place, value))
        return False
    child = model_of(annotation)
    if child is not None and issubclass(child, Sourced):
        return read_quantity(child, value, place, reading)
    if child is not None and isinstance(value, dict):
        return canonical(child, value, place, reading)
    members = [m for m in get_args(annotation) if model_of(m) is not None]
    if members and isinstance(value, dict):
        return {k: _canonical_value(members[0], v, f"{place}.{k}", reading) for k, v in value.items()}
    if members and isinstance(value, list):
        return [_canonical_value(members[0], v, f"{place}.{n}", reading) for n, v in enumerate(value, start=1)]
    return value


def validated(model: type[M], plain: Table, reading: Reading, told: Collection[str] = ()) -> M | None:
    """Let pydantic check names and types, and turn what it says into findings (not again for what already has one, or is in `told`)."""
    try:
        return model.model_validate(plain)
    except ValidationError as faults:
        said = {f.place for f in reading.findings if f.file == reading.file}
        for fault in faults.errors():
            place = ".".join(str(p + 1) if isinstance(p, int) and p < FIRST_CENTURY else str(p) for p in fault["loc"])
            if place not in told and not any(place == s or s.startswith(f"{place}.") for s in said):
                reading.findings.append(_from_pydantic(fault["type"], place, fault.get("input"), reading.file))
    return None


FIRST_CENTURY: Final = 100
"""Whole numbers in a place below this are positions in a list, shown from 1; the others are years."""
CODES: Final[Mapping[str, str]] = {
    "missing": "key_missing",
    "extra_forbidden": "key_unknown",
    "enum": "word_unknown",
    "literal_error": "word_unknown",
}


def _from_pydantic(kind: str, place: str, value: object, file: str) -> Finding:
    shown = value if isinstance(value, str | int | Decimal) and kind != "missing" else ""
    code = "source_missing" if place.endswith("source") and kind != "extra_forbidden" else CODES.get(kind, "value_invalid")
    return finding(code, file, place, shown)
