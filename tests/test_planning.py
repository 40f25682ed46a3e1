"""Planning models: the shipped ones are right, and every fault of a broken one is named with its key, in one pass."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from portfolio.errors import InputError
from portfolio.planning_load import find_scenarios, load_planning
from portfolio.reports.findings import finding_line
from portfolio.text import Text

TOP = Path(__file__).parent.parent
MODEL = TOP / "models" / "helsingborg-2025.toml"


def test_the_shipped_model() -> None:
    planning, findings = load_planning(MODEL)
    assert findings == []
    assert planning.plan_frame is not None
    assert sum(planning.plan_frame.frame.values.values()) == 4_500_000_000
    assert planning.emissions is not None
    assert planning.emissions.target == Decimal("169388.70")
    assert sum(t.value for t in planning.emissions.sectors.values()) == 472_000
    assert planning.debt is not None
    assert planning.debt.opening.value == 7_000_000_000
    assert set(planning.debt.mandate.values.values()) == {14_000_000_000}
    assert planning.bonds is not None
    assert set(planning.bonds.framework.categories) == {"RE", "EE", "GB", "CT", "PPC", "SWW", "LNR", "AES"}


def test_every_scenario_loads() -> None:
    scenarios = find_scenarios(TOP / "models")
    assert len(scenarios) >= 4
    for path in scenarios:
        planning, findings = load_planning(MODEL, [path])
        assert findings == []
        assert len(planning.scenarios) == 1


FAULTS = [
    ('opening = { value = 7_000, unit = "mnkr"', 'opening = { value = 7_000, unit = "ton"', "unit_wrong", "debt.opening.unit"),
    ('opening = { value = 7_000, unit = "mnkr"', "opening = { value = 7_000", "model_unit_missing", "debt.opening.unit"),
    ("opening = { value = 7_000", 'opening = { value = "7 000"', "number_expected", "debt.opening.value"),
    ("opening = { value = 7_000", "opening = { value = 2025-01-01", "number_expected", "debt.opening.value"),
    ("opening = { value = 7_000,", "opening = { value = 15_000,", "debt_above_mandate", "debt.opening.value"),
    ("opening = { value = 7_000,", "opening = { value = 0.0000001,", "not_whole", "debt.opening.value"),
    ("opening = { value = 7_000,", "opening = { value = nan,", "number_expected", "debt.opening.value"),
    ("2027 = 1_232_270, ", "", "year_missing", "plan_frame.frame.values.2027"),
    ("2031 = 0 }", "2031 = 0, 2032 = 1 }", "year_foreign", "plan_frame.frame.values.2032"),
    ("2025 = 503_070", "2025 = 503_071", "frame_total", "plan_frame.total.value"),
    ("2025 = 503_070", "2025 = -503_070", "amount_negative", "plan_frame.frame.values.2025"),
    ("[control_envelope]", "[control_envelop]", "key_unknown", "control_envelop"),
    ("schema_version = 1", "", "key_missing", "schema_version"),
    ('name = "tonnes_per_krona"', 'name = "flest_ton"', "word_unknown", "objective.name"),
    ('framework = "helsingborg-2022"', 'framework = "finns-inte"', "framework_missing", "bonds.framework"),
    ("target_year = { value = 2030", "target_year = { value = 2060", "target_outside", "horizon.target_year.value"),
    ("[emissions]", "[emissions", "model_syntax", ""),
]


@pytest.mark.parametrize(("old", "new", "code", "place"), FAULTS, ids=[f"{c} {n}" for n, (_, _, c, _) in enumerate(FAULTS)])
def test_a_fault_is_named_with_its_key(tmp_path: Path, old: str, new: str, code: str, place: str) -> None:
    text = MODEL.read_text("utf-8")
    assert old in text
    broken = tmp_path / "broken.toml"
    broken.write_text(text.replace(old, new, 1), "utf-8")
    (tmp_path / "frameworks").symlink_to(TOP / "models" / "frameworks")
    with pytest.raises(InputError) as fault:
        load_planning(broken)
    found = {(f.code, f.place) for f in fault.value.findings}
    assert any(c == code and (p == place or not place) for c, p in found), found
    for lang in ("sv", "en"):
        for f in fault.value.findings:
            line = finding_line(f, Text(lang))
            assert line.message
            assert line.remedy


def test_all_faults_in_one_pass(tmp_path: Path) -> None:
    text = MODEL.read_text("utf-8").replace("2027 = 1_232_270, ", "").replace("opening = { value = 7_000,", "opening = { value = 15_000,")
    broken = tmp_path / "broken.toml"
    broken.write_text(text, "utf-8")
    (tmp_path / "frameworks").symlink_to(TOP / "models" / "frameworks")
    with pytest.raises(InputError) as fault:
        load_planning(broken)
    assert {"year_missing", "debt_above_mandate"} <= {f.code for f in fault.value.findings}


def test_a_scenario_that_names_an_unknown_key(tmp_path: Path) -> None:
    overlay = tmp_path / "fel.toml"
    overlay.write_text('title = "fel"\n[debt]\nmandat = { value = 1, unit = "mnkr", source = "x" }\n', "utf-8")
    with pytest.raises(InputError) as fault:
        load_planning(MODEL, [overlay])
    assert [(f.code, f.place) for f in fault.value.findings] == [("scenario_key_unknown", "debt.mandat")]
