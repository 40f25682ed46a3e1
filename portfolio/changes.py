"""What differs between two rounds: cell by cell in the workbooks, value by value in the model, investment by investment in the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from portfolio.outcome import Decision, Layer, Tonnes
from portfolio.records import Frozen, Investment, OverlapCeiling, OverlapPair, Portfolio

Plain = str | int | Decimal | bool | None
"""A value as it is compared: text, kronor, tonnes, yes or no, nothing."""
Overlap = OverlapPair | OverlapCeiling
MONEY_FIELDS = frozenset(("grant", "partner", "operating"))
"""Kronor; so is every `outlay.<year>`."""


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class RecordChange(Frozen):
    """One field of one investment or overlap, in the old and the new workbook, each with its cell.

    Attributes:
        subject: the investment's id, or what an overlap is between.
        field: a field of `Investment` (`outlay.2027` for a year), or of an overlap; empty for a whole row.
    """

    subject: str
    name: str
    kind: ChangeKind
    field: str = ""
    old: Plain = None
    new: Plain = None
    old_place: str = ""
    new_place: str = ""


class ModelChange(Frozen):
    """One value of the planning model, by its dotted key."""

    key: str
    old: str
    new: str


class PlanChange(Frozen):
    """What happens to one investment: layer, start, kronor (gross), tonnes of the objective's quantity, in the old and the new plan."""

    id: str
    name: str
    owner: str
    old_layer: Layer | None
    new_layer: Layer | None
    old_start: int | None
    new_start: int | None
    old_outlay: int
    new_outlay: int
    old_tonnes: Tonnes
    new_tonnes: Tonnes

    @property
    def same(self) -> bool:
        """Nothing differs; when an external actor starts is not the plan's to say."""
        starts = self.old_start == self.new_start or self.old_layer is self.new_layer is Layer.EXTERNAL
        return starts and (self.old_layer, self.old_outlay, self.old_tonnes) == (self.new_layer, self.new_outlay, self.new_tonnes)

    @property
    def what(self) -> str:
        """`in`, `out`, `moved`, `layer` or `figures`: the weightiest of what changed."""
        was, now = (layer in (Layer.PLAN, Layer.GAP) for layer in (self.old_layer, self.new_layer))
        if was != now:
            return "in" if now else "out"
        if was and self.old_start != self.new_start:
            return "moved"
        return "layer" if self.old_layer is not self.new_layer else "figures"


def record_changes(old: Portfolio, new: Portfolio) -> list[RecordChange]:
    """Every field that differs, by id and field; rows and files may stand in any order."""
    found = list(_investments(old, new))
    found += _overlaps(_by_key(old), _by_key(new))
    return found


def _investments(old: Portfolio, new: Portfolio) -> Iterator[RecordChange]:
    was, now = ({i.id: i for i in p.investments} for p in (old, new))
    for id in sorted(was.keys() | now.keys()):
        before, after = was.get(id), now.get(id)
        if before is None and after is not None:
            yield RecordChange(subject=id, name=after.name, kind=ChangeKind.ADDED, new_place=_place(after, "id"))
        elif after is None and before is not None:
            yield RecordChange(subject=id, name=before.name, kind=ChangeKind.REMOVED, old_place=_place(before, "id"))
        elif before is not None and after is not None:
            yield from _fields(before, after)


def _fields(before: Investment, after: Investment) -> Iterator[RecordChange]:
    was, now = plain_fields(before), plain_fields(after)
    for field in [*was, *(f for f in now if f not in was)]:
        empty = 0 if field.startswith("outlay.") else None
        if was.get(field, empty) != now.get(field, empty):
            yield RecordChange(
                subject=after.id,
                name=after.name,
                kind=ChangeKind.CHANGED,
                field=field,
                old=was.get(field, empty),
                new=now.get(field, empty),
                old_place=_place(before, field),
                new_place=_place(after, field),
            )


def plain_fields(i: Investment) -> dict[str, Plain]:
    """The fields of an investment as plain values, outlays by calendar year of the officer's own phasing; `id` and origin left out."""
    made: dict[str, Plain] = {}
    for name in type(i).model_fields:
        value: Any = getattr(i, name)
        if name == "outlay":
            made |= {f"outlay.{i.proposed_start + k}": kr for k, kr in enumerate(value) if kr}
        elif name == "ramp":
            made[name] = "|".join(format(share.normalize(), "f") for share in value)
        elif name == "requires":
            made[name] = "|".join(f"{r.id} {r.kind.value}" for r in value)
        elif name == "lock":
            made[name] = f"{value.kind.value} {value.year or ''}".strip()
        elif name not in ("id", "origin", "proposed_start"):
            made[name] = value.value if isinstance(value, StrEnum) else value
    return made


def _place(i: Investment, field: str) -> str:
    return f"{i.origin.file}  {i.origin.place(field)}"


def _by_key(p: Portfolio) -> dict[str, Overlap]:
    pairs: dict[str, Overlap] = {f"{o.loser} / {o.winner}": o for o in p.pairs}
    return pairs | {o.group: o for o in p.ceilings}


def _overlaps(was: Mapping[str, Overlap], now: Mapping[str, Overlap]) -> Iterator[RecordChange]:
    for key in sorted(was.keys() | now.keys()):
        before, after = was.get(key), now.get(key)
        amounts = [None if o is None else o.tonnes if isinstance(o, OverlapCeiling) else o.share for o in (before, after)]
        if before is not None and after is not None and amounts[0] == amounts[1]:
            continue
        kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED if after is None else ChangeKind.CHANGED
        places = ["" if o is None else f"{o.origin.file}  {o.origin.place('amount')}" for o in (before, after)]
        yield RecordChange(
            subject=key, name="", kind=kind, field="overlap", old=amounts[0], new=amounts[1], old_place=places[0], new_place=places[1]
        )


def model_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[ModelChange]:
    """Every value of the resolved model that differs; what only says where it was read from is left out."""
    was, now = (dict(_flat(m)) for m in (old, new))
    return [
        ModelChange(key=key, old=was.get(key, ""), new=now.get(key, ""))
        for key in sorted(was.keys() | now.keys())
        if was.get(key) != now.get(key) and key.split(".")[-1] not in ("file", "sha256", "stated")
    ]


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for n, inner in enumerate(value, start=1):
            yield from _flat(inner, f"{key}.{n}")
    else:
        yield key, "" if value is None else str(value)


def plan_changes(old: Sequence[Decision], new: Sequence[Decision]) -> list[PlanChange]:
    """Every investment whose decision or figures differ."""
    was, now = ({d.id: d for d in side} for side in (old, new))
    found = []
    for id in sorted(was.keys() | now.keys()):
        a, b = was.get(id), now.get(id)
        shown = b or a
        assert shown is not None
        change = PlanChange(
            id=id,
            name=shown.name,
            owner=shown.owner,
            old_layer=a.layer if a is not None else None,
            new_layer=b.layer if b is not None else None,
            old_start=a.start if a is not None else None,
            new_start=b.start if b is not None else None,
            old_outlay=a.total_outlay if a is not None else 0,
            new_outlay=b.total_outlay if b is not None else 0,
            old_tonnes=a.tonnes_objective if a is not None else Decimal(0),
            new_tonnes=b.tonnes_objective if b is not None else Decimal(0),
        )
        if not change.same:
            found.append(change)
    return found
