"""All faults in one pass: several of them in one round are said as each of them alone, and mending some leaves exactly the rest."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import pytest

import making
from combining import ALL, Atom, Told, alone, combined, told, touched
from example import Example
from hostile_round import sound
from portfolio.excel.links import check_links
from portfolio.excel.overlap_checks import check_overlaps
from portfolio.records import OverlapPair, Requirement
from portfolio.unread import ALL_READ

APART: Final[Mapping[str, str]] = {
    "the model cannot be read": "model_syntax model_not_utf8",
    "it is about the years, by which everything else is judged": """horizon_long horizon_short years_reversed year_unreasonable
        year_foreign target_outside effects_too_short year_missing missing_year extra_year year_expected inventory_to_come""",
    "it is a sum or an order of everything": """must_above_frame must_above_envelope sum_differs row_total_differs frame_zero
        formula_overwritten sectors_joined envelope_below_frame price_levels_mixed sectors_total frame_total ceiling_below_committed""",
    "it leaves open what stands in a column": """unknown_column unknown_column_near column_twice missing_column unit_conflict
        unit_missing column_without_header negative_amount signs_not_stated""",
    "it leaves open which row has an id": "duplicate_id duplicate_id_spelling id_digits_lost lookalike_id",
    "it takes away a table that others lean on": """targets_without_emissions backing_without_debt bond_source_without_bonds
        ceiling_without_emissions framework_missing""",
    "it is about which model is meant": "model_ambiguous",
}
"""Codes whose examples hide or change what else can be said, with the reason."""
TOGETHER: Final = frozenset(" ".join(APART.values()).split())
LOOKS: Final[Mapping[str, str]] = {
    "requirement_too_late": "outlay lock latest_start earliest_start control status",
    "requirement_never": "outlay lock latest_start earliest_start control status",
    "requirement_never_must": "outlay lock latest_start earliest_start control status",
    "requirement_cycle": "requires outlay earliest_start latest_start lock control",
    "funding_owner_unknown": "owner",
    "owner_without_investments": "owner",
    "city_requires_external": "control requires",
    "window_empty": "outlay lock status control earliest_start",
    "start_after_end": "latest_start lock outlay",
    "start_outside_window": "latest_start outlay",
    "lock_outside_window": "earliest_start latest_start control",
    "grant_above_outlay": "outlay partner grant_status",
    "partner_above_outlay": "outlay grant",
    "support_above_outlay": "outlay grant grant_status partner control",
    "bond_pays_ineligible": "control owner sector bond_category taxonomy eligible_share",
    "external_id_unknown": "control",
    "removal_above_tonnes": "tonnes",
    "alternatives_both_fixed": "lock status control",
    "external_owner_in_control": "control owner owner_type",
    "external_in_plan": "control in_plan",
    "external_decided": "control lock status in_plan",
    "owner_type_differs": "owner control owner_type",
    "committed_but_never": "lock status control in_plan outlay",
    "category_unknown": "control",
    "share_without_category": "bond_category eligible_share",
    "grant_without_status": "grant",
    "unit_slip_in_row": "outlay",
    "outlay_hole": "outlay",
    "outlay_not_given": "outlay",
    "not_whole_hundreds": "outlay minimum_share",
    "overlap_both_scalable": "minimum_share",
    "sector_unknown": "tonnes counts_to_target scope",
    "missing_value": "life",
    "selection_reversed": "control",
    "lock_year": "lock",
    "ceiling_twice": "lock status control tonnes overlap_group",
    "minimum_share_not_whole": "outlay",
}
"""Fields, in any row, that what is said looks at beside what the example changes."""
IN_MODEL: Final[Mapping[str, str]] = {
    "debt_above_mandate": "mandate opening",
    "mandate_below_debt": "mandate opening other_net_investment self_financing debt",
    "unit_slip": "mandate opening",
    "own_above_self_financing": "self_financing",
    "reference_missing": "debt",
}
"""Keys of the model that a check looks at together."""


def looks(example: Example, touches: frozenset[Atom]) -> frozenset[str]:
    """What the example is about: fields of the workbook, keys and tables of the model."""
    fields = {atom[2] for atom in touches if atom[0] == "cell"} | {atom[1] for atom in touches if atom[0] in ("column", "heading")}
    named = {name.partition(".")[0] for name in fields} | set(LOOKS.get(example.code, "").split())
    lines = {atom[1].split("=")[0].strip() for atom in touches if atom[0] == "line"}
    return frozenset(named | {f"model.{key}" for key in lines | set(IN_MODEL.get(example.code, "").split())})


POOL: Final[Mapping[Example, frozenset[Atom]]] = {
    example: atoms for example in ALL if example.code not in TOGETHER and (atoms := touched(example)) is not None
}
CELLS: Final = [e for e, atoms in POOL.items() if all(atom[0] == "cell" for atom in atoms) and e.code not in ("requirement_cycle",)]
"""Faults of cells alone, which can stand in a second workbook too."""


def independent(chosen: Sequence[Example]) -> bool:
    """No two of them change the same thing, and none looks at what another changes."""
    for a, b in itertools.combinations(chosen, 2):
        beyond = any(e.code in LOOKS or e.code in IN_MODEL for e in (a, b))
        if POOL[a] & POOL[b] or (beyond and looks(a, POOL[a]) & looks(b, POOL[b])):
            return False
    return True


def drawn(seed: int) -> tuple[list[Example], list[Example]]:
    """Two to six independent faults: those of the round, at least one of them in a cell, and those of a second workbook, perhaps none."""
    dice = random.Random(seed)
    wanted = dice.randint(2, 6)
    chosen = [dice.choice(CELLS)]
    while len(chosen) < wanted:
        one = dice.choice([*POOL])
        if independent([*chosen, one]):
            chosen.append(one)
    beside = [e for e in chosen[1:] if e in CELLS][: dice.randint(0, 2)]
    return [e for e in chosen if e not in beside], beside


def expected(here: Sequence[Example], there: Sequence[Example]) -> frozenset[Told]:
    """What is said of each of them alone."""
    return frozenset().union(*map(alone, here), *(alone(e, second=True) for e in there))


@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param(range(3), id="some"),
        pytest.param(range(3, 40), id="many", marks=pytest.mark.long),
        pytest.param(range(40, 2_000), id="thousands", marks=pytest.mark.soak),
    ],
)
def test_all_are_said_in_one_pass_and_mending_some_leaves_the_rest(seeds: range) -> None:
    for seed in seeds:
        here, there = drawn(seed)
        assert all(e.severity == "note" or e.code in {code for code, *_ in expected([e], ())} for e in here)
        order = [(e, False) for e in here] + [(e, True) for e in there]
        random.Random(seed).shuffle(order)
        while order:
            left = [e for e, second in order if not second], [e for e, second in order if second]
            assert told(combined(*left)) == expected(*left), (seed, [e.code for e, _ in order])
            order.pop()


def test_a_row_with_faults_in_many_fields_has_them_all_said() -> None:
    """What a stranger's first workbook had: the faults of one field hid those of others, of the model, and of what ties them together."""
    made = sound("sv")
    made.put("EX-1", "life", None)
    made.put("EX-1", "outlay.2025", "ca 100")
    made.put("EX-1", "earliest_start", 2027)
    made.put("EX-1", "latest_start", 2026)
    made.put("EX-1", "emission_sector", "el")
    made.put("EX-2", "owner", "Nämnden")
    made.put("EX-2", "requires", "EX-9")
    made.model = made.model.replace("opening = { value = 500", 'opening = { value = "500"', 1)
    made.model = made.model.replace("2025 = 8,", "2025 = -8,", 1)
    said = {(code, place) for code, _, place, *_ in told(made)}
    assert said >= {
        ("missing_value", "EX-1.life"),
        ("text_for_number", "EX-1.outlay.2025"),
        ("start_after_end", "EX-1.earliest_start"),
        ("sector_unknown", "EX-1.emission_sector"),
        ("owner_unknown", "EX-2.owner"),
        ("unknown_requirement", "EX-2.requires"),
        ("number_expected", "debt.opening.value"),
        ("amount_negative", "plan_frame.frame.values.2025"),
    }


def test_what_follows_from_another_fault_is_not_said() -> None:
    made = sound("sv")
    made.put("EX-2", "requires", "EX-3")
    made.put("EX-3", "id", None)  # what EX-2 needs is there
    made.put("EX-3", "owner", "Nämnden")
    made.below = {(2, "id"): "Summa", **{(2, f"outlay.{year}"): 1 for year in (2026,)}}
    made.put("EX-1", "outlay.2026", "ca 100")  # a sum of it is not compared
    assert {(code, place) for code, _, place, *_ in told(made)} == {
        ("missing_value", "EX-3.id"),
        ("owner_unknown", "EX-3.owner"),
        ("text_for_number", "EX-1.outlay.2026"),
    }


@pytest.mark.parametrize(
    ("identity", "needed", "near"),
    [("EX-2", "EX-9", "EX-1"), ("EX-2", "EX-22", "EX-1"), ("EX-2", "ex-2", "")],
)
def test_an_investment_is_never_proposed_as_its_own_requirement(identity: str, needed: str, near: str) -> None:
    one = making.investment(identity, requires=(Requirement(id=needed),))
    found = check_links(making.portfolio_of(making.investment("EX-1"), one), ALL_READ)
    if not near:
        assert [f.code for f in found] == ["requires_itself"]
    else:
        assert [(f.code, dict(f.parameters)["near"]) for f in found] == [("unknown_requirement", near)]
    alone_there = check_links(making.portfolio_of(one), ALL_READ)
    assert all(dict(f.parameters).get("near", "–") == "–" for f in alone_there)


def test_an_investment_is_never_proposed_as_its_own_overlap() -> None:
    pair = OverlapPair(loser="EX-2", winner="EX-22", share=Decimal("0.5"), origin=making.ORIGIN)
    portfolio = making.portfolio_of(making.investment("EX-2")).model_copy(update={"pairs": (pair,)})
    assert [dict(f.parameters)["near"] for f in check_overlaps(portfolio, ALL_READ)] == ["–"]


def test_amounts_that_cannot_be_read_say_nothing_of_the_plan_years() -> None:
    """Two tables without a year that can be read would otherwise agree that the horizon is wrong."""
    made = combined([example for example in POOL if example.code in ("quantity_expected", "value_twice")])
    assert {code for code, *_ in told(made)} == {"quantity_expected", "value_twice"}
