"""`portfolio diff` in words: what changed in the workbooks and the model, cell by cell, and what it does to the plan."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from portfolio.analysis.sides import Difference
from portfolio.changes import MONEY_FIELDS, ChangeKind, ModelChange, Plain, PlanChange, RecordChange
from portfolio.records import LockKind, RequirementKind
from portfolio.reports.figures import DECIMALS, MINUS, MNKR, in_unit, kronor, number, rounded, tonnes
from portfolio.reports.findings import clean, shortened
from portfolio.text import Text
from portfolio.units import KRONOR_PER

WORDS = ("owner_type", "control", "status", "grant_status", "taxonomy")
"""Fields whose values are words of a closed list."""


def render(difference: Difference, text: Text) -> list[str]:
    """The difference as lines; those that begin with a capital and no blank are headings or sentences."""
    d = difference
    lines = [text("difference.title", old=clean(d.old), new=clean(d.new)), ""]
    if d.same:
        kept = [text("difference.kept", sides=", ".join(clean(side) for side in d.kept))] if d.kept else []
        return [*lines, *kept, text("difference.same")]
    if d.records is None:
        lines += [text("difference.unread"), ""]
    elif d.kept:
        lines += [text("difference.kept", sides=", ".join(clean(side) for side in d.kept)), ""]
    if d.records:
        lines += [text("difference.records", count=len(d.records)), *(f"  {record_line(c, text)}" for c in d.records), ""]
    if d.model:
        lines += [text("difference.model", count=len(d.model)), *(f"  {_model_line(c, text)}" for c in d.model), ""]
    if d.old_totals is not None and d.new_totals is not None:
        lines += _plan(d, text)
    else:
        lines.append(text("difference.no_plan"))
    return lines


def record_line(change: RecordChange, text: Text) -> str:
    """One change of a workbook in words, with its cells."""
    subject = clean(f"{change.subject} {change.name}".strip())
    if change.field == "":
        place = change.new_place if change.kind is ChangeKind.ADDED else change.old_place
        return text(f"difference.row_{change.kind.value}", subject=subject, place=clean(place))
    if change.old_place and _row(change.old_place) == _row(change.new_place):
        place = max(change.old_place, change.new_place, key=len)  # the records of a run know the row of what its workbook knew the cell of
    else:
        place = f"{change.old_place} → {change.new_place}".strip(" →")
    return text(
        "difference.field",
        subject=subject,
        field=field_name(change.field, text),
        old=shown(change.field, change.old, text),
        new=shown(change.field, change.new, text),
        place=clean(place),
    )


def _row(place: str) -> str:
    """File, sheet and row of a place, without the column."""
    return re.sub(r"![A-Z]*(\d+)$", r"!\1", place)


def field_name(field: str, text: Text) -> str:
    """The heading of a field in the workbook."""
    if field.startswith("outlay."):
        return text("difference.outlay", year=field.removeprefix("outlay."))
    name = f"excel.column.{field}"
    return text(name) if text.has(name) else text(f"difference.name.{field}")


def shown(field: str, value: Plain, text: Text) -> str:
    """A value with its unit, as the reader writes it."""
    if value is None or value == "":
        return text("difference.blank")
    if isinstance(value, bool):
        return text("excel.word.yes" if value else "excel.word.no")
    if isinstance(value, int) and (field in MONEY_FIELDS or field.startswith("outlay.")):
        return text("difference.kronor", value=kronor(value, text.lang))
    if isinstance(value, Decimal):
        exponent = value.normalize().as_tuple().exponent
        return number(value, max(0, -exponent if isinstance(exponent, int) else 0), text.lang)
    if field in ("lock", "requires"):
        return _lock(str(value), text) if field == "lock" else _requires(str(value), text)
    if field in WORDS:
        return text(f"excel.word.{field}.{value}")
    return shortened(str(value))


def _lock(value: str, text: Text) -> str:
    """A lock as the officer writes it: a word or a year."""
    kind, _, year = value.partition(" ")
    return year or (text("difference.blank") if kind == LockKind.FREE else text(f"excel.word.lock.{kind}"))


def _requires(value: str, text: Text) -> str:
    """Prerequisites as the officer writes them: `T-13 | F-05 klar`."""
    parts = (part.rsplit(" ", 1) for part in value.split("|"))
    finished = text("excel.word.lock.finished")
    return " | ".join(clean(id) if kind == RequirementKind.START_TO_START else f"{clean(id)} {finished}" for id, kind in parts)


def _model_line(change: ModelChange, text: Text) -> str:
    blank = text("difference.blank")
    return text("difference.value", key=clean(change.key), old=shortened(change.old) or blank, new=shortened(change.new) or blank)


def change_lines(changes: Sequence[PlanChange], text: Text) -> list[str]:
    """What happens to each investment, the weightiest first."""
    lines = []
    for what in ("in", "out", "moved", "layer", "figures"):
        for c in (c for c in changes if c.what == what):
            lines.append(
                "  "
                + text(
                    f"difference.{what}",
                    subject=clean(f"{c.id} {c.name}"),
                    old_layer=_layer(c.old_layer, text),
                    new_layer=_layer(c.new_layer, text),
                    old_start=c.old_start or "–",
                    new_start=c.new_start or "–",
                    mnkr=signed(in_unit(c.new_outlay - c.old_outlay, text)),
                    tonnes=signed(tonnes(c.new_tonnes - c.old_tonnes, text.lang)),
                )
            )
    return lines


def _plan(d: Difference, text: Text) -> list[str]:
    lines = [text("difference.plan")]
    lines += change_lines(d.plan, text)
    if not d.plan:
        lines.append("  " + text("difference.plan_same"))
    old, new = d.old_totals, d.new_totals
    assert old is not None
    assert new is not None
    lines += ["", text("difference.totals")]
    per = KRONOR_PER[text.unit]
    rows = [
        _total("count", Decimal(old.chosen), Decimal(new.chosen), 0, text),
        _total("mnkr", Decimal(old.kronor) / per, Decimal(new.kronor) / per, DECIMALS[text.unit], text),
        _total("tonnes", old.tonnes, new.tonnes, 0, text),
    ]
    if old.tonnes_per_krona is not None and new.tonnes_per_krona is not None:
        rows.append(_total("ratio", old.tonnes_per_krona * MNKR, new.tonnes_per_krona * MNKR, 1, text))
    if old.emissions_target_year is not None and new.emissions_target_year is not None:
        rows.append(_total("emissions", old.emissions_target_year, new.emissions_target_year, 0, text))
    width = max(len(text(f"difference.total.{name}")) for name, *_ in rows)
    columns = [max(len(row[n]) for row in rows) for n in (1, 2, 3)]
    for name, *values in rows:
        cells = "  ".join(v.rjust(w) for v, w in zip(values, columns, strict=True))
        lines.append(f"  {text(f'difference.total.{name}').ljust(width)}  {cells}")
    return lines


def _total(name: str, old: Decimal, new: Decimal, decimals: int, text: Text) -> tuple[str, str, str, str]:
    """A row of totals; the difference is that of the figures as they are shown, so that the row adds up."""
    before, after = (rounded(v, decimals) for v in (old, new))
    said = [number(v, decimals, text.lang) for v in (before, after, after - before)]
    return name, said[0], said[1], signed(said[2])


def signed(figure: str) -> str:
    """A difference with its sign."""
    return figure if figure.startswith(MINUS) or not figure.strip("0,.\u00a0") else f"+{figure}"


def _layer(layer: Any, text: Text) -> str:
    return text(f"workbook.layer.{layer.value}") if layer is not None else text("difference.absent")


def to_json(difference: Difference) -> str:
    """The difference for machines; money in kronor, tonnes in t."""
    d = difference
    made = {
        "status": "same" if d.same else "different",
        "old": d.old,
        "new": d.new,
        "kept": list(d.kept),
        "records": None if d.records is None else [c.model_dump(mode="json") for c in d.records],
        "model": [c.model_dump(mode="json") for c in d.model],
        "plan": [{"what": c.what, **c.model_dump(mode="json")} for c in d.plan],
        "old_totals": d.old_totals.model_dump(mode="json") if d.old_totals is not None else None,
        "new_totals": d.new_totals.model_dump(mode="json") if d.new_totals is not None else None,
    }
    return json.dumps(made, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
