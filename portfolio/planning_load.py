"""Read a planning model and its scenarios: TOML to `Planning`, exactly, with every fault in one pass.

The file says a value in the unit people use (`value = 6_600`, `unit = "mnkr"`); `Planning` keeps it in the canonical one (kr, t, share).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from portfolio.errors import Finding, InputError, Severity, finding, has_errors, os_reason
from portfolio.inert import inert
from portfolio.planning import BondFramework, Planning
from portfolio.planning_checks import check_model
from portfolio.planning_quantities import Reading, Table
from portfolio.planning_schema import canonical, model_of, validated
from portfolio.planning_sound import SUMMED, sound_parts, under, with_stand_in_years

MOST_YEARS: Final = 200
"""Plan years a single value is spread over; a longer horizon is a finding of `planning_checks`."""
OURS: Final = ("file", "sha256", "scenarios", "overlaid")
"""Fields of `Planning` that say what was read; no model file may set them."""


@dataclass(frozen=True)
class PlanningRead:
    """A planning model as far as it can be read.

    Attributes:
        planning: the model; None when it has an error.
        sound: what of it can be checked together with the workbooks; None when it is no table at all.
        findings: about the model and its scenarios.
        years_known: the plan years can be relied on, but for `years_in_doubt`, about which the horizon and a table disagree.
        changes_known: so can the changes of investments, but for those of `unsure`, by id.
    """

    planning: Planning | None
    sound: Planning | None
    findings: list[Finding]
    years_known: bool = True
    years_in_doubt: frozenset[str] = frozenset()
    changes_known: bool = True
    unsure: frozenset[str] = frozenset()


def load_planning(path: Path, scenarios: Sequence[Path] = (), unsaved: tuple[str, str] | None = None) -> tuple[Planning, list[Finding]]:
    """Read `path` and lay `scenarios` over it, in order.

    Args:
        unsaved: a further scenario that is in no file yet: what findings call it, and its text.

    Returns:
        The model and the warnings and notes about it.

    Raises:
        InputError: with all findings of all files.
    """
    read = survey_planning(path, scenarios, unsaved)
    if read.planning is None:
        raise InputError(read.findings)
    return read.planning, read.findings


def survey_planning(path: Path, scenarios: Sequence[Path] = (), unsaved: tuple[str, str] | None = None) -> PlanningRead:
    """As `load_planning`, with errors among the findings and what can be checked in spite of them."""
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
    if not digest:
        return PlanningRead(None, None, findings)
    whole = not has_errors(findings)
    misspelt = {f.place for f in findings if f.code == "scenario_key_unknown"}
    about: list[Finding] = []
    read = _planning(data, path, about, misspelt)
    findings += [_where_stated(f, path.as_posix(), overlaid) for f in about]
    combined = hashlib.sha256("".join(hashes).encode()).hexdigest() if laid else digest
    update = {"sha256": combined, "scenarios": tuple(titles), "overlaid": overlaid or None}
    planning = read.planning.model_copy(update=update) if read.planning is not None and whole else None
    sound = planning or (read.sound.model_copy(update=update) if read.sound is not None else None)
    doubt = frozenset(f.place.rpartition(".")[2] for f in about if f.code in ("year_foreign", "year_missing"))
    return replace(
        read, planning=planning, sound=sound, findings=findings, years_in_doubt=doubt, changes_known=read.changes_known and whole
    )


def _planning(data: Table, path: Path, findings: list[Finding], misspelt: Collection[str]) -> PlanningRead:
    """The model that the table means, checked; when it has errors, the parts that have none are checked all the same.

    Args:
        misspelt: keys of scenarios that there are not, and whose tables may therefore lack something.
    """
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
    around = {place.rpartition(".")[0] for place in misspelt}
    findings[:] = [f for f in findings if f.code != "key_missing" or f.place.rpartition(".")[0] not in around]
    if planning is None or has_errors(findings):
        return _in_parts(plain, reading, misspelt)
    findings += check_model(planning)
    if not has_errors(findings):
        return PlanningRead(planning, planning, findings)
    return PlanningRead(None, _consistent(planning, findings), findings, years_known=not _years_doubtful(findings))


def _in_parts(plain: Table, reading: Reading, misspelt: Collection[str]) -> PlanningRead:
    """What can be said of a model of which some part cannot be read."""
    findings = reading.findings
    unread = [*findings, *(finding("scenario_key_unknown", reading.file, place) for place in misspelt)]
    rest, out = sound_parts(plain, unread, reading.file)
    if "horizon" in out or "horizon" not in rest:
        rest, beyond = with_stand_in_years(rest, reading)
        out |= beyond
    sound = validated(Planning, rest, Reading(reading.file, reading.years))
    if sound is not None and (reading.years or "horizon" not in out):
        findings += [f for f in check_model(sound, lambda place: under(place, out)) if not under(f.place, out)]
    unsure = frozenset(place.removeprefix("investments.") for place in out if place.startswith("investments."))
    known = not _years_doubtful(findings) and ("horizon" not in out or bool(reading.years))
    return PlanningRead(
        None, _consistent(sound, findings), findings, years_known=known, changes_known="investments" not in out, unsure=unsure
    )


def _consistent(planning: Planning | None, findings: Sequence[Finding]) -> Planning | None:
    """The model without the amounts that contradict themselves."""
    wrong = {f.place.split(".")[0] for f in findings if f.severity is Severity.ERROR and f.code != "source_missing"}
    # without plan years nothing is said about the tables, and so they may contradict themselves
    lost = wrong & {*SUMMED} if not _years_doubtful(findings) else {*SUMMED}
    return planning.model_copy(update=dict.fromkeys(lost)) if planning is not None else None


def _years_doubtful(findings: Sequence[Finding]) -> bool:
    return any(f.severity is Severity.ERROR and f.place.startswith(("horizon.first_year", "horizon.last_year")) for f in findings)


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
        model = model_of(model.model_fields[key].annotation)
        if model is None:
            return None
    return frozenset(model.model_fields) if model is not None else None


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
