"""One row of the sheet `Investeringar` to one investment, with the documented defaults, and every fault of the row as a finding.

Blank cells: status is `planerad` in the plan and otherwise `föreslagen`; grant, operating effect and tonnes are 0; the uncertainty,
price level and lock are absent. What would change the plan unseen (ramp-up and target of an investment with tonnes, status of a grant,
type of a city owner, plan or not) must be filled in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from portfolio.errors import Severity
from portfolio.excel.cells import FIRST_YEAR, LAST_YEAR, CellReader, clean
from portfolio.excel.columns import INVESTMENTS, normal
from portfolio.excel.headers import LATER
from portfolio.excel.numbers import Reading, parse_number
from portfolio.records import (
    Control,
    GrantStatus,
    Investment,
    Lock,
    LockKind,
    Origin,
    OwnerType,
    Requirement,
    RequirementKind,
    Status,
    Taxonomy,
)

_FINISHED: Final = re.compile(r"\s+(?:klar|färdig|finished|done)$", re.IGNORECASE)
_LOCKS: Final = {"måste": LockKind.MUST, "must": LockKind.MUST, "aldrig": LockKind.NEVER, "never": LockKind.NEVER}
_FREE: Final = {"fri", "nej", "free", "no"}
MOST_EXACT: Final = 10**15
"""Excel keeps 15 digits of a number and writes zeros for the others."""
LONGEST_RAMP: Final = 100
"""Steps of a ramp-up, one a year."""
_NO_CATEGORY: Final = {"none", "ingen", "inget", "nej", "no"}


FILLED: Final = tuple(c.field for c in INVESTMENTS if c.filled and c.field != "id")
"""What every investment has; a row without an id that has most of it is one."""


@dataclass(frozen=True)
class Draft:
    """An investment as far as its row could be read.

    Attributes:
        broken: the fields that already have a finding.
        nameless: the row has no id that could be read, and is called by its name.
    """

    investment: Investment
    broken: frozenset[str] = field(default_factory=frozenset)
    nameless: bool = False


def read_row(reader: CellReader, years: range) -> Draft | None:
    """The investment of a row; None when nothing but the want of an id can be said of it. Years are the model's plan years."""
    identity = reader.text("id")
    nameless = not identity
    if nameless:
        reader.missing("id")
        if 2 * sum(reader.found(name) is not None for name in FILLED) <= len(FILLED):
            return None
    number = reader.found("id")
    if number is not None and isinstance(number.value, int | float) and abs(number.value) >= MOST_EXACT:
        reader.fault("id_digits_lost", "id", number)
    name = reader.text("name")
    if not name:
        reader.missing("name")
    identity = identity or name or "–"
    earliest, outlay, proposed = _window_and_outlay(reader, years)
    values: dict[str, object] = {
        "id": identity,
        "name": name,
        "outlay": outlay,
        "proposed_start": proposed,
        **earliest,
        **_ownership(reader),
        **_money(reader),
        **_effect(reader),
        **_choice(reader),
        "price_level": reader.year("price_level"),
        "source": reader.text("source"),
        "comment": reader.text("comment"),
        "origin": Origin(file=reader.file, sheet=reader.layout.grid.name, row=reader.row, cells=_addresses(reader, years)),
    }
    return Draft(Investment.model_validate(values), frozenset(reader.broken) | reader.layout.doubtful, nameless)


def _addresses(reader: CellReader, years: range) -> dict[str, str]:
    # Därefter is the year after the last plan year
    found = {f"outlay.{years[-1] + 1}" if name == LATER else name: address for name, address in reader.cells.items()}
    spent = [y for y in (*years, years[-1] + 1) if f"outlay.{y}" in found]
    blank = [f"outlay.{y}" for y in years if spent and spent[0] < y < spent[-1] and f"outlay.{y}" not in found]
    # a year that is blank among the others may be a figure that was forgotten
    return found | {name: reader.blank_place(name).rpartition("!")[2] for name in blank if reader.layout.has(name)}


def _window_and_outlay(reader: CellReader, years: range) -> tuple[dict[str, object], tuple[int, ...], int]:
    window = {name: reader.year(name) for name in ("earliest_start", "latest_start")}
    for name, year in window.items():
        if year is None:
            reader.missing(name)
    columns = {y: f"outlay.{y}" for y in years} | {years[-1] + 1: LATER}
    amounts = {y: reader.money(name) or 0 for y, name in columns.items() if reader.layout.has(name)}
    for name in columns.values():
        cell = reader.found(name)
        if (
            cell is not None
            and isinstance(cell.value, str)
            and clean(cell.value)
            and parse_number(clean(cell.value)).reading is Reading.EMPTY
        ):
            reader.fault("outlay_not_given", name, cell, Severity.WARNING)
    spent = sorted(y for y, kr in amounts.items() if kr)
    earliest = window["earliest_start"] if window["earliest_start"] is not None else years[0]
    latest = window["latest_start"] if window["latest_start"] is not None else earliest
    limits: dict[str, object] = {"earliest_start": earliest, "latest_start": latest}
    if not spent:
        return limits, (0,), earliest
    return limits, tuple(amounts.get(y, 0) for y in range(spent[0], spent[-1] + 1)), spent[0]


def _ownership(reader: CellReader) -> dict[str, object]:
    control = reader.word("control", Control)
    if control is None:
        reader.missing("control")
    owner_type = reader.word("owner_type", OwnerType)
    if owner_type is None and control is Control.EXTERNAL:
        owner_type = OwnerType.EXTERNAL
    if owner_type is None:
        reader.missing("owner_type")
    in_plan = reader.yes_no("in_plan")
    if in_plan is None and control is Control.CITY:
        reader.missing("in_plan")
    status = reader.word("status", Status) or (Status.PLANNED if in_plan else Status.PROPOSED)
    return {
        "owner": reader.text("owner"),
        "owner_type": owner_type or OwnerType.COMMITTEE,
        "control": control or Control.CITY,
        "in_plan": bool(in_plan),
        "status": status,
        "sector": reader.text("sector"),
        "emission_sector": reader.text("emission_sector"),
    }


def _money(reader: CellReader) -> dict[str, object]:
    grant = reader.money("grant")
    grant_status = reader.word("grant_status", GrantStatus)
    if grant and grant_status in (None, GrantStatus.NONE) and "grant_status" not in reader.broken:
        cell = reader.found("grant")
        reader.fault("grant_without_status", "grant", cell)
    life = reader.whole("life", 1, 200, "life_outside")
    if life is None:
        reader.missing("life")
    return {
        "grant": grant or 0,
        "grant_status": grant_status or GrantStatus.NONE,
        "partner": reader.money("partner") or 0,
        "operating": reader.money("operating", negative=True) or 0,
        "life": life or 1,
        "capitalised": reader.yes_no("capitalised") is not False,
    }


def _effect(reader: CellReader) -> dict[str, object]:
    tonnes = reader.tonnes("tonnes", negative=True)
    ramp = _ramp(reader)
    counts = reader.yes_no("counts_to_target")
    if tonnes:
        if ramp is None:
            reader.missing("ramp")
        if counts is None:
            reader.missing("counts_to_target")
    category = reader.text("bond_category")
    share = reader.share("eligible_share", percent=True)
    return {
        "tonnes": tonnes or Decimal(0),
        "removal_tonnes": reader.tonnes("removal_tonnes") or Decimal(0),
        "counts_to_target": True if counts is None else counts,
        "bond_tonnes": reader.tonnes("bond_tonnes", negative=True) or Decimal(0),
        "ramp": ramp or (Decimal(1),),
        "scope": reader.text("scope"),
        "bond_category": category if category and normal(category) not in _NO_CATEGORY else None,
        "eligible_share": Decimal(1) if share is None else share,
        "taxonomy": reader.word("taxonomy", Taxonomy) or Taxonomy.UNKNOWN,
        "outlay_uncertainty": reader.share("outlay_uncertainty", percent=True),
        "tonnes_uncertainty": reader.share("tonnes_uncertainty", percent=True),
    }


def _ramp(reader: CellReader) -> tuple[Decimal, ...] | None:
    """Shares separated by `|` or `;`; None when blank or faulty."""
    cell = reader.cell("ramp")
    if cell is None:
        return None
    if not isinstance(cell.value, str):
        value = reader.share("ramp", percent=False)
        return (value,) if value is not None else None
    shares: list[Decimal] = []
    for part in re.split(r"[|;]", cell.value):
        number = parse_number(part)
        # in a list of shares 0,125 and 1,000 can only be decimals
        value = number.value if number.reading in (Reading.VALUE, Reading.AMBIGUOUS) else None
        if value is None:
            reader.fault("ramp_not_shares", "ramp", cell, part=part.strip())
            return None
        if not 0 <= value <= 1:
            reader.fault("ramp_outside", "ramp", cell, part=part.strip())
            return None
        shares.append(value)
    if len(shares) > LONGEST_RAMP:
        reader.fault("ramp_too_long", "ramp", cell, most=LONGEST_RAMP)
        return None
    return tuple(shares)


def _choice(reader: CellReader) -> dict[str, object]:
    minimum = reader.share("minimum_share", percent=True)
    percent = minimum * 100 if minimum is not None else None
    if percent is not None and (percent != percent.to_integral_value() or percent < 1):
        cell = reader.found("minimum_share")
        reader.fault("minimum_share_not_whole", "minimum_share", cell)
        percent = None
    return {
        "requires": _requirements(reader.text("requires")),
        "alternatives": reader.text("alternatives") or None,
        "overlap_group": reader.text("overlap_group") or None,
        "lock": _lock(reader),
        "minimum_share": int(percent) if percent is not None else None,
    }


def _requirements(text: str) -> tuple[Requirement, ...]:
    """`T-02 | H-01 klar`: ids separated by | , or ; and `klar` (`finished`) for those that must be finished first."""
    found: dict[str, Requirement] = {}
    for part in (p.strip() for p in re.split(r"[|,;\n]", text)):
        if part:
            finished = _FINISHED.search(part) is not None
            kind = RequirementKind.FINISH_TO_START if finished else RequirementKind.START_TO_START
            identity = _FINISHED.sub("", part).strip()
            found.setdefault(f"{identity} {kind}", Requirement(id=identity, kind=kind))
    return tuple(sorted(found.values(), key=lambda r: (r.id, r.kind)))


def _lock(reader: CellReader) -> Lock:
    cell = reader.cell("lock")
    text = reader.text("lock") if cell is not None else ""
    if cell is None or not text or normal(text) in _FREE:
        return Lock()
    kind = _LOCKS.get(normal(text))
    if kind is not None:
        return Lock(kind=kind)
    year = parse_number(text)
    if year.reading is Reading.VALUE and year.value == year.value.to_integral_value() and FIRST_YEAR <= year.value <= LAST_YEAR:
        return Lock(kind=LockKind.START, year=int(year.value))
    reader.fault("unknown_lock", "lock", cell)
    return Lock()


def check_stated_total(reader: CellReader, draft: Draft) -> None:
    """Compare the stated total of the row, when there is one, with the sum of its years."""
    stated = reader.money("stated_total") if reader.layout.has("stated_total") else None
    if stated is None or any(name in ("outlay", "unit") or name.startswith("outlay.") for name in draft.broken):
        return
    summed = draft.investment.total_outlay
    if stated != summed:
        cell = reader.found("stated_total")
        cells = span([reader.cells[f] for f in reader.layout.year_fields if f in reader.cells])
        difference = stated - summed
        reader.fault(
            "row_total_differs", "stated_total", cell, Severity.WARNING, stated=stated, summed=summed, difference=difference, cells=cells
        )


def span(addresses: list[str]) -> str:
    """`J5:P5` of a run of cells, or `–`."""
    return f"{addresses[0]}:{addresses[-1]}" if addresses else "–"
