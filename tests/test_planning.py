"""Planning models: the shipped ones are right, and every fault of a broken one is named with its key, in one pass."""

from __future__ import annotations

import shutil
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

import making as m
from portfolio.errors import InputError
from portfolio.planning import BondCategory, BondFramework, Bonds, Funding, FundingSource, OperatingCharge, OwnerFrame, Rate
from portfolio.planning_against import check_against
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
    ("2027 = 1_232_270, ", "", "year_missing", "plan_frame.frame.values.2027"),
    ("2031 = 0 }", "2031 = 0, 2032 = 1 }", "year_foreign", "plan_frame.frame.values.2032"),
    ("2030 = 500, 2031 = 0 }", "2030 = 500 }", "year_missing", "bonds.new_issues.values.2031"),
    ("2025 = 0, 2026 = 500,", "2025 = -1, 2026 = 500,", "amount_negative", "bonds.new_issues.values.2025"),
    ('name = "Hållbarhetsobligation 2024"', 'name = "Hållbarhetsobligation 2023"', "issue_twice", "bonds.issues.4.name"),
    ('name = "Hållbarhetsobligation 2024"', 'name = "2026"', "issue_twice", "bonds.issues.4.name"),
    ("allocated = { value = 380", "allocated = { value = -1", "issue_allocated", "bonds.issues.4.allocated.value"),
    ("penalty = { value = 0.05,", "penalty = { value = 101,", "rate_outside", "bonds.issues.1.penalty.value"),
    ('kind = "use_of_proceeds"', 'kind = "grön"', "word_unknown", "bonds.issues.3.kind"),
    ("limit = { value = 60,", "limit = { value = -60,", "amount_negative", "funding.sources.Egna medel.limit.values.2025"),
    ('views = ["icma-gbp-2021", "eu-green-bond"]', 'views = ["finns-inte"]', "framework_missing", "bonds.views.1"),
    ('views = ["icma-gbp-2021", "eu-green-bond"]', "views = 7", "value_invalid", "bonds.views"),
    ("internal_rate = { value = 2.5,", "internal_rate = { value = 250,", "rate_outside", "operating_charge.internal_rate.value"),
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


FRAMEWORK_FAULTS = [
    ('source = "Förordning (EU) 2023/2631, artikel 4', '# source = "', "source_missing", "source"),
    ('source = "Förordning (EU) 2023/2631, artikel 5"', 'source = ""', "source_missing", "pocket.share.source"),
    ("share = { value = 15,", "share = { value = 115,", "rate_outside", "pocket.share.value"),
    ('taxonomy = ["aligned"]', 'taxonomy = ["grön"]', "word_unknown", "taxonomy.1"),
    ("net_of_grants = true", "net_of_grants = false", "word_unknown", "net_of_grants"),
]


@pytest.mark.parametrize(("old", "new", "code", "place"), FRAMEWORK_FAULTS, ids=[f"{f[2]} {n}" for n, f in enumerate(FRAMEWORK_FAULTS)])
def test_a_fault_of_a_framework_names_its_own_file(tmp_path: Path, old: str, new: str, code: str, place: str) -> None:
    shutil.copytree(TOP / "models", tmp_path / "models")
    file = tmp_path / "models" / "frameworks" / "eu-green-bond.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError) as fault:
        load_planning(tmp_path / "models" / MODEL.name)
    found = {(f.code, f.place, Path(f.file).name) for f in fault.value.findings}
    assert any(c == code and (not place or (p, name) == (place, file.name)) for c, p, name in found), found


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


def test_a_limit_of_charges_for_an_owner_without_investments_is_an_error() -> None:
    """It would limit nothing; a frame may be waiting for investments and is only warned of."""
    rate = Rate(unit="share", stated="2,5 %", source="test", value=Decimal("0.025"))
    limit = m.money_by_year(dict.fromkeys(range(2025, 2030), 1))
    model = m.planning(
        operating_charge=OperatingCharge(internal_rate=rate, limits={"Nämden": limit}),
        owner_frame=OwnerFrame(frames={"Nämden": limit}),
    )
    found = [f for f in check_against(model, m.portfolio_of(m.investment("A"))) if f.code == "owner_without_investments"]
    assert {(f.place, f.severity.value) for f in found} == {
        ("operating_charge.limits.Nämden", "error"),
        ("owner_frame.frames.Nämden", "warning"),
    }


def test_a_mandate_that_is_passed_before_anything_is_invested() -> None:
    """1,000 + 50 a year: 1,150 in the third year; a mandate of 1,150 holds, one of 1,149 is passed then."""
    found = {mandate: check_against(m.planning(debt=m.debt(1000, mandate, other=80, own=30)), m.portfolio_of()) for mandate in (1150, 1149)}
    assert [f.code for f in found[1150]] == []
    assert [(f.code, f.place, f.value, dict(f.parameters)) for f in found[1149]] == [
        ("mandate_below_debt", "debt.mandate", "1149 kr", {"year": "2027", "debt_kr": 1150})
    ]


def test_bonds_that_are_to_pay_for_what_they_cannot_finance_are_an_error() -> None:
    """A is green and capitalised, B has no category, C may not be capitalised: the source names all three."""
    framework = BondFramework(
        schema_version=1, name="f", title="F", source="test", categories={"RE": BondCategory(name_sv="förnybart", name_en="renewable")}
    )
    rate = Rate(unit="share", stated="3 %", source="test", value=Decimal("0.03"))
    source = FundingSource(kind="bond", price=rate, investments=("A", "B", "C"), source="test")
    model = m.planning(bonds=Bonds(framework=framework), funding=Funding(sources={"obl": source}))
    records = (
        m.investment("A", bond_category="RE"),
        m.investment("B"),
        m.investment("C", bond_category="RE", capitalised=False),
    )
    found = [f for f in check_against(model, m.portfolio_of(*records)) if f.code == "bond_pays_ineligible"]
    assert [(f.value, f.severity.value, f.place) for f in found] == [(i, "error", "funding.sources.obl.investments") for i in "BC"]


def test_sectors_have_names_for_people() -> None:
    """Of the sample and of both starter rounds, in both languages; a sector without a name has none."""
    files = [TOP / "models" / "helsingborg-2025.toml", *(TOP / "portfolio" / "starter" / f"model.{lang}.toml" for lang in ("sv", "en"))]
    for file in files:
        text = file.read_text("utf-8").split("[emissions.sectors]")[1].split("\n[")[0]
        rows = tomllib.loads(text)
        assert len(rows) >= 2
        assert all(row["name_sv"] and row["name_en"] for row in rows.values()), file.name
    planning, findings = load_planning(files[0])
    assert planning.emissions is not None
    assert planning.emissions.sectors["el_fjarrvarme"].name_sv == "el och fjärrvärme"
    assert not findings
