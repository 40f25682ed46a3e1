"""The parts of a planning model that have no fault, so that they are checked in the same pass as the faults of the others are told.

What cannot be read is left out, as narrowly as the schema allows: a field that may be absent, one investment's change, otherwise its
table. A missing source takes nothing away, for the value can be read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from typing import Any, Final

from pydantic import BaseModel

from portfolio.errors import Finding, Severity
from portfolio.planning import Planning, Sourced
from portfolio.planning_quantities import BY_YEAR, NO_SOURCE, Reading, Table
from portfolio.planning_schema import model_of

LEANS: Final[Mapping[str, tuple[str, ...]]] = {
    "debt": ("bond_backing",),
    "bonds": ("bond_backing", "funding"),
    "emissions": ("emission_ceiling", "objective"),
    "emission_ceiling": ("objective",),
}
"""Tables that cannot be checked while another one is wrong."""
NAMED: Final[Mapping[str, object]] = {"title": NO_SOURCE, "schema_version": 1}
"""What every model has and no check looks at."""
WHOLE: Final = frozenset({"objective", "horizon"})
"""Tables whose fields are not checked one without the other."""
ENTRIES: Final = (
    "investments",
    "uncertainty.investments",
    "owner_frame.frames",
    "delivery_capacity.starts",
    "delivery_capacity.outlay",
    "operating_charge.limits",
    "external.by_id",
)
"""Tables by id or owner, each entry of which stands alone."""
SUMMED: Final = ("plan_frame", "control_envelope", "debt")
"""Tables whose amounts are compared with those of the workbooks, which says nothing while they contradict themselves.

An amount of theirs that cannot be read is no amount (0, or no year), which no check of the others minds.
"""


def faulty_places(findings: Iterable[Finding], file: str) -> set[str]:
    """Where the errors of a model file stand, but for those that leave the value readable."""
    errors = (f for f in findings if f.severity is Severity.ERROR)
    return {f.place if f.file == file else "bonds" for f in errors if f.code != "source_missing"}


def sound_parts(plain: Table, findings: Iterable[Finding], file: str) -> tuple[Table, frozenset[str]]:
    """The table without what is faulty, and the places that were left out; errors of other files are those of bond frameworks."""
    findings = list(findings)
    rest = deepcopy(plain)
    for f in findings:
        if f.code == "source_missing" and f.file == file:
            _give_source(rest, f.place)
    out = {_left_out(place, plain) for place in faulty_places(findings, file)}
    # what a key that is not known may have been meant for is not missing
    named = [place.split(".") for place in faulty_places(findings, file)]
    out |= {f"{keys[0]}.{name}" for keys in named if _is_misspelt(keys) for name in _optional(keys[0]) if name not in plain[keys[0]]}
    out |= {dependent for table in list(out) for dependent in LEANS.get(table, ())}
    for place in out:
        amount = _amount_at(place)
        _drop(rest, place)
        if amount is not None:
            table, _, name = place.partition(".")
            nothing: Table = {"values": {}} if amount in BY_YEAR else {"value": 0}
            rest[table][name] = {"unit": "kr", "stated": "", "source": NO_SOURCE, **nothing}
    for name, value in NAMED.items():
        if name in out or name not in rest:
            rest[name] = value
    return rest, frozenset(out)


def with_stand_in_years(rest: Table, reading: Reading) -> tuple[Table, frozenset[str]]:
    """The table with a horizon that can be read where the model's own cannot, and the places that cannot be judged by it."""
    years = reading.years or range(2000, 2001)
    ends = {"first_year": years[0], "last_year": years[-1], "effects_until": years[-1], "target_year": years[-1]}
    if reading.effect_years:
        ends["effects_until"] = reading.effect_years[-1]
    horizon = {key: {"value": year, "unit": "year", "stated": "", "source": NO_SOURCE} for key, year in ends.items()}
    until = () if reading.effect_years else ("operating_charge", "emissions.reference_path")
    return {**rest, "horizon": horizon}, frozenset(("horizon", *until))


def under(place: str, places: Collection[str]) -> bool:
    """The place is one of these, or inside one of them."""
    return any(place == p or place.startswith((f"{p}.", f"{p} ")) for p in places)


def _left_out(place: str, plain: Table) -> str:
    """The narrowest part around a place that the model can do without."""
    keys = place.split(".")
    narrowest = keys[0]
    if narrowest in WHOLE:
        return narrowest
    if _is_misspelt(keys):
        return ".".join(keys[:2])
    model: type[BaseModel] | None = Planning
    for n, key in enumerate(keys, start=1):
        if model is None or key not in model.model_fields:
            break
        here = ".".join(keys[:n])
        field = model.model_fields[key]
        if not field.is_required():
            narrowest = here
        model = model_of(field.annotation)
        if model is not None and issubclass(model, Sourced):
            if _amount_at(here) is not None and isinstance(plain[keys[0]], dict):
                narrowest = here
            break
        if here in ENTRIES:
            # a name may have full stops of its own
            names = [f"{here}.{name}" for name in _at(plain, here) or ()]
            return max((name for name in names if under(place, [name])), key=len, default=narrowest)
    return narrowest


def _is_misspelt(keys: list[str]) -> bool:
    """A key that there is not, in a table of `SUMMED`: the table can be checked without it."""
    model = model_of(Planning.model_fields[keys[0]].annotation) if keys[0] in SUMMED else None
    return model is not None and len(keys) > 1 and keys[1] not in model.model_fields


def _optional(table: str) -> list[str]:
    model = model_of(Planning.model_fields[table].annotation)
    return [name for name, field in model.model_fields.items() if not field.is_required()] if model is not None else []


def _amount_at(place: str) -> type[BaseModel] | None:
    """The kind of an amount that a table of `SUMMED` must have; None at any other place."""
    table, _, name = place.partition(".")
    model = model_of(Planning.model_fields[table].annotation) if table in SUMMED else None
    field = model.model_fields.get(name) if model is not None else None
    return model_of(field.annotation) if field is not None and field.is_required() else None


def _at(table: Any, place: str) -> Any:
    for key in place.split("."):
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


def _drop(table: Table, place: str) -> None:
    entry = next((e for e in ENTRIES if place.startswith(f"{e}.")), None)
    above, _, name = (entry, "", place[len(entry) + 1 :]) if entry is not None else place.rpartition(".")
    holder = _at(table, above) if above else table
    if holder is not None:
        holder.pop(name, None)


def _give_source(table: Any, place: str) -> None:
    """A stand-in for a source that is not given; the names on the way to it may have full stops of their own."""
    if place == "source" and isinstance(table, dict):
        table["source"] = NO_SOURCE
    elif isinstance(table, dict):
        for name, inner in table.items():
            if place.startswith(f"{name}."):
                _give_source(inner, place[len(str(name)) + 1 :])
    elif isinstance(table, list | tuple):
        number, _, rest = place.partition(".")
        if number.isdigit() and 0 < int(number) <= len(table):
            _give_source(table[int(number) - 1], rest)
