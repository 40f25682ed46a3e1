"""Read a planning model and its scenarios: TOML to `Planning`, exactly, with every fault in one pass.

The file says a value in the unit people use (`value = 6_600`, `unit = "mnkr"`); `Planning` keeps it in the canonical one (kr, t, share).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from portfolio.errors import Finding, InputError, finding, has_errors
from portfolio.planning import (
    BondFramework,
    Count,
    CountByYear,
    Money,
    MoneyByYear,
    Planning,
    Rate,
    ShareValue,
    Sourced,
    Tonnes,
    TonnesByYear,
)
from portfolio.planning_checks import check_model
from portfolio.units import KRONOR_PER

SHARES: Final[Mapping[str, Decimal]] = {"share": Decimal(1), "%": Decimal("0.01"), "procent": Decimal("0.01")}
TONNES: Final[Mapping[str, Decimal]] = {"t": Decimal(1), "ton": Decimal(1), "kt": Decimal(1000)}
MONEY: Final[Mapping[str, Decimal]] = {unit: Decimal(kr) for unit, kr in KRONOR_PER.items()}
COUNTS: Final[tuple[str, ...]] = ("year", "years", "starts", "changes", "months")
UNITS: Final[Mapping[type[Sourced], tuple[str, Mapping[str, Decimal]]]] = {
    Money: ("kr", MONEY),
    MoneyByYear: ("kr", MONEY),
    Tonnes: ("t", TONNES),
    TonnesByYear: ("t", TONNES),
    ShareValue: ("share", SHARES),
    Rate: ("share", SHARES),
    Count: ("", dict.fromkeys(COUNTS, Decimal(1))),
    CountByYear: ("", dict.fromkeys(COUNTS, Decimal(1))),
}
"""Canonical unit and accepted units of each kind of value; counts keep their own unit."""
BY_YEAR: Final = (MoneyByYear, TonnesByYear, CountByYear)

Table = dict[str, Any]


def load_planning(path: Path, scenarios: Sequence[Path] = ()) -> tuple[Planning, list[Finding]]:
    """Read `path` and lay `scenarios` over it, in order.

    Returns:
        The model and the warnings and notes about it.

    Raises:
        InputError: with all findings of all files.
    """
    findings: list[Finding] = []
    data, digest = _read(path, findings)
    titles: list[str] = []
    hashes = [digest]
    for scenario in scenarios:
        overlay, its_hash = _read(scenario, findings)
        hashes.append(its_hash)
        titles.append(str(overlay.pop("title", scenario.stem)))
        overlay.pop("description", None)
        _overlay(data, overlay, scenario.as_posix(), "", findings)
    if has_errors(findings):
        raise InputError(findings)
    file = path.as_posix()
    framework = _framework(data, path, findings)
    years = _plan_years(data)
    plain = _canonical(Planning, data, file, "", years, findings)
    if framework is not None:
        plain["bonds"]["framework"] = framework
    combined = hashlib.sha256("".join(hashes).encode()).hexdigest() if scenarios else digest
    plain |= {"file": file, "sha256": combined, "scenarios": tuple(titles)}
    planning = _validated(plain, file, findings)
    if planning is None or has_errors(findings):
        raise InputError(findings)
    findings += check_model(planning)
    if has_errors(findings):
        raise InputError(findings)
    return planning, findings


def find_models(folder: Path) -> list[Path]:
    """The model files directly in `folder`."""
    return sorted(folder.glob("*.toml"))


def find_scenarios(folder: Path) -> list[Path]:
    """The scenario overlays of a models folder."""
    return sorted((folder / "scenarios").glob("*.toml"))


def _read(path: Path, findings: list[Finding]) -> tuple[Table, str]:
    file = path.as_posix()
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        findings.append(finding("model_missing", file))
        return {}, ""
    except OSError as fault:
        findings.append(finding("model_unreadable", file, value=fault.strerror or ""))
        return {}, ""
    try:
        return tomllib.loads(raw.decode("utf-8"), parse_float=Decimal), hashlib.sha256(raw).hexdigest()
    except UnicodeDecodeError:
        findings.append(finding("model_not_utf8", file))
    except tomllib.TOMLDecodeError as fault:
        at = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(fault))
        place = ", ".join(re.findall(r"\d+", at.group(1))) if at else ""
        findings.append(finding("model_syntax", file, place.replace(", ", ":"), str(fault).split(" (at")[0]))
    return {}, ""


def _overlay(base: Table, overlay: Table, file: str, place: str, findings: list[Finding]) -> None:
    """Lay a scenario over the model: tables are merged, values replaced; a quantity is replaced whole."""
    known = _known_keys(place)
    for key, value in overlay.items():
        here = f"{place}.{key}" if place else key
        if known is not None and key not in known:
            findings.append(finding("scenario_key_unknown", file, here, value if not isinstance(value, dict) else ""))
        elif isinstance(value, dict) and not {"value", "values"} & value.keys() and isinstance(base.get(key, {}), dict):
            _overlay(base.setdefault(key, {}), value, file, here, findings)
        else:
            base[key] = value


def _known_keys(place: str) -> frozenset[str] | None:
    """Keys that the schema has at a place; None where any key may stand (ids, owners, sectors, years)."""
    model: type[BaseModel] | None = Planning
    for key in place.split(".") if place else ():
        if model is None or key not in model.model_fields:
            return None
        model = _model_of(model.model_fields[key].annotation)
        if model is None:
            return None
    return frozenset(model.model_fields) if model is not None else None


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """The model class of an annotation `X` or `X | None`; None for anything else."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [a for a in get_args(annotation) if isinstance(a, type) and issubclass(a, BaseModel)]
    is_container = getattr(annotation, "__origin__", None) in (dict, tuple, list)
    return found[0] if found and not is_container else None


def _framework(data: Table, path: Path, findings: list[Finding]) -> Table | None:
    """The bond framework named in `bonds.framework`, from `frameworks/` beside the model file."""
    bonds = data.get("bonds")
    if not isinstance(bonds, dict) or not isinstance(bonds.get("framework"), str):
        return None
    name = bonds["framework"]
    file = path.parent / "frameworks" / f"{name}.toml"
    if not re.fullmatch(r"[\w.-]+", name) or not file.is_file():
        findings.append(finding("framework_missing", path.as_posix(), "bonds.framework", name))
        bonds.pop("framework")
        return None
    raw, _ = _read(file, findings)
    bonds["framework"] = {}
    return _canonical(BondFramework, raw, file.as_posix(), "", range(0), findings)


def _plan_years(data: Table) -> range:
    """The plan years as the file states them; empty when it does not, which is a finding of its own."""
    horizon = data.get("horizon", {})
    stated = [horizon.get(key, {}).get("value") if isinstance(horizon.get(key), dict) else None for key in ("first_year", "last_year")]
    first, last = stated
    return range(first, last + 1) if isinstance(first, int) and isinstance(last, int) and 0 < last - first < 200 else range(0)


def _canonical(model: type[BaseModel], table: Table, file: str, place: str, years: range, findings: list[Finding]) -> Table:
    """The table with every quantity in its canonical unit; what is not a quantity is passed on as it stands."""
    made: Table = {}
    for key, value in table.items():
        here = f"{place}.{key}" if place else key
        annotation = model.model_fields[key].annotation if key in model.model_fields else None
        made[key] = _canonical_value(annotation, value, file, here, years, findings)
    return made


def _canonical_value(annotation: Any, value: Any, file: str, place: str, years: range, findings: list[Finding]) -> Any:
    child = _model_of(annotation)
    if child is not None and issubclass(child, Sourced):
        return _quantity(child, value, file, place, years, findings)
    if child is not None and isinstance(value, dict):
        return _canonical(child, value, file, place, years, findings)
    members = [m for m in get_args(annotation) if _model_of(m) is not None]
    if members and isinstance(value, dict):
        return {k: _canonical_value(members[0], v, file, f"{place}.{k}", years, findings) for k, v in value.items()}
    if members and isinstance(value, list):
        return [_canonical_value(members[0], v, file, f"{place}.{n}", years, findings) for n, v in enumerate(value, start=1)]
    return value


def _quantity(kind: type[Sourced], value: Any, file: str, place: str, years: range, findings: list[Finding]) -> Any:
    """One quantity: unit known, source there, numbers numbers."""
    if not isinstance(value, dict):
        findings.append(finding("quantity_expected", file, place, value))
        return None
    canonical, units = UNITS[kind]
    unit, source = value.get("unit"), value.get("source")
    if not isinstance(unit, str):
        findings.append(finding("model_unit_missing", file, f"{place}.unit", "" if unit is None else unit, units=", ".join(units)))
        return None
    if unit not in units:
        findings.append(finding("unit_wrong", file, f"{place}.unit", unit, units=", ".join(units)))
        return None
    if not isinstance(source, str) or not source.strip():
        findings.append(finding("source_missing", file, f"{place}.source", "" if source is None else source))
        return None
    made = {k: v for k, v in value.items() if k not in ("value", "values")} | {"unit": canonical or unit}
    whole = kind in (Money, MoneyByYear, Count, CountByYear)
    if kind in BY_YEAR:
        stated = value.get("values", dict.fromkeys(map(str, years), value["value"]) if "value" in value else None)
        if not isinstance(stated, dict):
            findings.append(finding("key_missing", file, f"{place}.values"))
            return None
        made["values"] = {}
        for year, amount in stated.items():
            if not re.fullmatch(r"\d{4}", year):
                findings.append(finding("year_expected", file, f"{place}.values.{year}", year))
            elif (number := _number(amount, units[unit], file, f"{place}.values.{year}", findings, whole=whole)) is not None:
                made["values"][int(year)] = number
        made["stated"] = f"{value['value']} {unit}" if "value" in value else unit
    elif "value" not in value:
        findings.append(finding("key_missing", file, f"{place}.value"))
        return None
    else:
        number = _number(value["value"], units[unit], file, f"{place}.value", findings, whole=whole)
        if number is None:
            return None
        made |= {"value": number, "stated": f"{value['value']} {unit}"}
    return made


def _number(value: Any, factor: Decimal, file: str, place: str, findings: list[Finding], *, whole: bool) -> int | Decimal | None:
    """A number times the unit's factor; whole kronor and whole counts only."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        findings.append(finding("number_expected", file, place, value))
        return None
    exact = Decimal(value)
    if not exact.is_finite() or abs(exact) > Decimal(10) ** 15:
        findings.append(finding("number_expected", file, place, value))
        return None
    exact *= factor
    if not whole:
        return exact
    if exact != exact.to_integral_value():
        findings.append(finding("not_whole", file, place, value))
        return None
    return int(exact)


def _validated(plain: Table, file: str, findings: list[Finding]) -> Planning | None:
    """Let pydantic check names and types, and turn what it says into findings (not again for what already has one)."""
    try:
        return Planning.model_validate(plain)
    except ValidationError as faults:
        said = {f.place for f in findings}
        for fault in faults.errors():
            place = ".".join(str(p) for p in fault["loc"])
            if not any(place == s or s.startswith(f"{place}.") for s in said):
                findings.append(_from_pydantic(fault["type"], place, fault.get("input"), file))
    return None


CODES: Final[Mapping[str, str]] = {
    "missing": "key_missing",
    "extra_forbidden": "key_unknown",
    "enum": "word_unknown",
    "literal_error": "word_unknown",
}


def _from_pydantic(kind: str, place: str, value: object, file: str) -> Finding:
    shown = value if isinstance(value, str | int | Decimal) and kind != "missing" else ""
    return finding(CODES.get(kind, "value_invalid"), file, place, shown)
