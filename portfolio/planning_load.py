"""Read a planning model and its scenarios: TOML to `Planning`, exactly, with every fault in one pass.

The file says a value in the unit people use (`value = 6_600`, `unit = "mnkr"`); `Planning` keeps it in the canonical one (kr, t, share).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from portfolio.errors import Finding, InputError, finding, has_errors, os_reason
from portfolio.inert import inert
from portfolio.planning import BondFramework, Planning, Sourced
from portfolio.planning_checks import check_model
from portfolio.planning_quantities import Reading, Table, read_quantity

MOST_YEARS: Final = 200
"""Plan years a single value is spread over; a longer horizon is a finding of `planning_checks`."""
OURS: Final = ("file", "sha256", "scenarios", "overlaid")
"""Fields of `Planning` that say what was read; no model file may set them."""
LEANS: Final[Mapping[str, tuple[str, ...]]] = {
    "debt": ("bond_backing",),
    "bonds": ("bond_backing", "funding"),
    "emissions": ("emission_ceiling", "objective"),
    "emission_ceiling": ("objective",),
}
"""Tables that cannot be checked while another one is wrong."""
M = TypeVar("M", bound=BaseModel)


def load_planning(path: Path, scenarios: Sequence[Path] = (), unsaved: tuple[str, str] | None = None) -> tuple[Planning, list[Finding]]:
    """Read `path` and lay `scenarios` over it, in order.

    Args:
        unsaved: a further scenario that is in no file yet: what findings call it, and its text.

    Returns:
        The model and the warnings and notes about it.

    Raises:
        InputError: with all findings of all files.
    """
    findings: list[Finding] = []
    data, digest = read_toml(path, findings)
    titles: list[str] = []
    hashes = [digest]
    overlaid: dict[str, str] = {}
    laid = [(scenario.stem, scenario.as_posix(), read_toml(scenario, findings)) for scenario in scenarios]
    if unsaved is not None:
        laid.append((unsaved[0], unsaved[0], toml_of(unsaved[1].encode("utf-8"), unsaved[0], findings)))
    for name, file, (overlay, its_hash) in laid:
        hashes.append(its_hash)
        titles.append(str(overlay.pop("title", name)))
        overlay.pop("description", None)
        _overlay(data, overlay, file, "", findings, overlaid)
    if has_errors(findings):
        raise InputError(findings)
    planning = _planning(data, path, findings)
    findings = [_where_stated(f, path.as_posix(), overlaid) for f in findings]
    if planning is None or has_errors(findings):
        raise InputError(findings)
    combined = hashlib.sha256("".join(hashes).encode()).hexdigest() if laid else digest
    return planning.model_copy(update={"sha256": combined, "scenarios": tuple(titles), "overlaid": overlaid or None}), findings


def _planning(data: Table, path: Path, findings: list[Finding]) -> Planning | None:
    """The model that the table means, checked; None when it cannot be read, and then the tables that can be read are checked."""
    reading = Reading(path.as_posix(), _plan_years(data), findings, _effect_years(data))
    for key in OURS:
        if key in data:
            findings.append(finding("key_unknown", reading.file, key, data.pop(key)))
    bonds = data.get("bonds")
    named = isinstance(bonds, dict) and isinstance(bonds.get("framework"), str)
    frameworks = _frameworks(data, path, findings)
    plain = canonical(Planning, data, "", reading)
    if frameworks:
        plain["bonds"] |= frameworks
    plain |= {"file": reading.file, "sha256": "", "scenarios": ()}
    # a framework that is named but faulty has findings of its own
    planning = validated(Planning, plain, reading, {"bonds.framework"} if named else ())
    if planning is None or has_errors(findings):
        wrong = {f.place.split(".")[0] for f in findings if f.file == reading.file}
        wrong |= {"bonds"} if any(f.file != reading.file for f in findings) else set()
        wrong |= {dependent for table in wrong for dependent in LEANS.get(table, ())}
        rest = {key: value for key, value in plain.items() if key not in wrong}
        sound = validated(Planning, rest, Reading(reading.file, reading.years))
        findings += check_model(sound) if sound is not None else []
        return None
    findings += check_model(planning)
    return planning


def _where_stated(f: Finding, model: str, overlaid: Mapping[str, str]) -> Finding:
    """The finding with the name of the scenario that stated the value, when it is not the model itself."""
    if f.file != model:
        return f
    files = [file for place, file in overlaid.items() if f.place == place or f.place.startswith(f"{place}.")]
    return replace(f, file=files[-1]) if files else f


def where_stated(findings: Sequence[Finding], model: Path, scenarios: Sequence[Path]) -> list[Finding]:
    """Findings about the model and the workbooks together, each with the file that stated the value: a scenario when it is one."""
    overlaid: dict[str, str] = {}
    ignored: list[Finding] = []
    base, _ = read_toml(model, ignored)
    for scenario in scenarios:
        overlay, _ = read_toml(scenario, ignored)
        _overlay(base, overlay, scenario.as_posix(), "", ignored, overlaid)
    return [_where_stated(f, model.as_posix(), overlaid) for f in findings]


def find_models(folder: Path) -> list[Path]:
    """The model files directly in `folder`."""
    return sorted(folder.glob("*.toml"))


def find_scenarios(folder: Path) -> list[Path]:
    """The scenario overlays of a models folder."""
    return sorted((folder / "scenarios").glob("*.toml"))


def read_toml(path: Path, findings: list[Finding]) -> tuple[Table, str]:
    """The table of a TOML file and its SHA-256; empty, both, after a finding."""
    file = path.as_posix()
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        findings.append(finding("model_missing", file))
        return {}, ""
    except OSError as fault:
        findings.append(finding("model_unreadable", file, reason=os_reason(fault)))
        return {}, ""
    return toml_of(raw, file, findings)


def toml_of(raw: bytes, file: str, findings: list[Finding]) -> tuple[Table, str]:
    """The table that the bytes of a TOML file mean, and their SHA-256; empty, both, after a finding."""
    try:
        return _inert(tomllib.loads(raw.decode("utf-8-sig"), parse_float=Decimal)), hashlib.sha256(raw).hexdigest()
    except UnicodeDecodeError:
        findings.append(finding("model_not_utf8", file))
    except (ValueError, RecursionError) as fault:  # not TOML, or a number or a nesting beyond what Python reads
        at = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(fault))
        place = ", ".join(re.findall(r"\d+", at.group(1))) if at else ""
        findings.append(finding("model_syntax", file, place.replace(", ", ":"), str(fault).split(" (at")[0]))
    return {}, ""


def _inert(value: Any) -> Any:
    """Names and texts without what a terminal obeys: TOML can say any character by its number."""
    if isinstance(value, dict):
        return {inert(key): _inert(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_inert(v) for v in value]
    return inert(value) if isinstance(value, str) else value


def _overlay(base: Table, overlay: Table, file: str, place: str, findings: list[Finding], overlaid: dict[str, str]) -> None:
    """Lay a scenario over the model: tables are merged, a quantity or a lock is replaced whole; `overlaid` notes the file of each."""
    known = _known_keys(place)
    for key, value in overlay.items():
        here = f"{place}.{key}" if place else key
        if known is not None and key not in known:
            findings.append(finding("scenario_key_unknown", file, here, value if not isinstance(value, dict) else ""))
        elif isinstance(value, dict) and not _whole(here, value) and isinstance(base.get(key, {}), dict):
            if key not in base:
                overlaid[here] = file
            _overlay(base.setdefault(key, {}), value, file, here, findings, overlaid)
        else:
            base[key] = value
            overlaid.pop(here, None)  # the last scenario that states it is the one to mend
            overlaid[here] = file


def _whole(place: str, value: Table) -> bool:
    """What is said in one piece: a quantity, or the lock of an investment, whose year belongs to its kind."""
    return bool({"value", "values"} & value.keys()) or (place.startswith("investments.") and place.endswith(".lock"))


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


def _frameworks(data: Table, path: Path, findings: list[Finding]) -> Table:
    """The frameworks that `bonds.framework` and `bonds.views` name, from `frameworks/` beside the model; faults name their file.

    What is no name is left where it stands, for the schema to find.
    """
    bonds = data.get("bonds")
    if not isinstance(bonds, dict):
        return {}
    found: Table = {}
    if isinstance(bonds.get("framework"), str):
        found["framework"] = _framework(bonds.pop("framework"), "bonds.framework", path, findings)
    named = bonds.get("views")
    if isinstance(named, list) and all(isinstance(name, str) for name in named):
        del bonds["views"]
        views = [_framework(name, f"bonds.views.{n}", path, findings) for n, name in enumerate(named, start=1)]
        found["views"] = tuple(view for view in views if view is not None)
    return {key: value for key, value in found.items() if value is not None}


def _framework(name: str, place: str, path: Path, findings: list[Finding]) -> BondFramework | None:
    """One bond framework by its name."""
    file = path.parent / "frameworks" / f"{name}.toml"
    if not re.fullmatch(r"[\w.-]+", name) or not file.is_file():
        findings.append(finding("framework_missing", path.as_posix(), place, name))
        return None
    reading = Reading(file.as_posix(), range(0))
    raw, digest = read_toml(file, reading.findings)
    framework = validated(BondFramework, canonical(BondFramework, raw, "", reading), reading) if digest else None
    findings += reading.findings
    return framework


def _plan_years(data: Table) -> range:
    """The plan years as the file states them; empty when it does not, which is a finding of its own."""
    horizon = data.get("horizon")
    stated = [horizon.get(key) for key in ("first_year", "last_year")] if isinstance(horizon, dict) else []
    years = [s["value"] for s in stated if isinstance(s, dict) and isinstance(s.get("value"), int)]
    return range(years[0], years[1] + 1) if len(years) == 2 and 0 <= years[1] - years[0] < MOST_YEARS else range(0)


def _effect_years(data: Table) -> range:
    """The effect years as the file states them; empty when it does not."""
    years, horizon = _plan_years(data), data.get("horizon")
    until = horizon.get("effects_until") if isinstance(horizon, dict) else None
    last = until.get("value") if isinstance(until, dict) else None
    return range(years[0], last + 1) if years and isinstance(last, int) and 0 <= last - years[0] < MOST_YEARS else range(0)


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
    child = _model_of(annotation)
    if child is not None and issubclass(child, Sourced):
        return read_quantity(child, value, place, reading)
    if child is not None and isinstance(value, dict):
        return canonical(child, value, place, reading)
    members = [m for m in get_args(annotation) if _model_of(m) is not None]
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
