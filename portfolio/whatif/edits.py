"""Which changes have been made: locks of investments, the plan's frame, the debt mandate; said as a scenario file says it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from portfolio.records import Lock, LockKind

THOUSAND: Final = 1_000
Amounts = Mapping[int, int]
"""Kronor by plan year."""


@dataclass(frozen=True)
class Edits:
    """What differs from the model and the workbooks that were begun with.

    Attributes:
        locks: by the investment's id; `FREE` where a lock has been taken away.
        frames: the plan's frame of every plan year (kr); None: as it was.
        mandate: the debt mandate of every plan year (kr); None: as it was.
        has_total: the model states the sum of the frames too, which then must follow them.
    """

    locks: Mapping[str, Lock] = field(default_factory=dict)
    frames: Amounts | None = None
    mandate: Amounts | None = None
    has_total: bool = False

    @property
    def count(self) -> int:
        """How many things have been changed: investments, the frame, the mandate."""
        return len(self.locks) + (self.frames is not None) + (self.mandate is not None)

    def locked(self, id: str, lock: Lock, before: Lock) -> Edits:
        """With the lock of one investment; what it was `before` is no change."""
        rest = {i: kept for i, kept in self.locks.items() if i != id}
        return replace(self, locks=rest if lock == before else {**rest, id: lock})

    def framed(self, frames: Amounts, before: Amounts, *, has_total: bool) -> Edits:
        """With the frames of all plan years (kr)."""
        changed = dict(frames) != dict(before)
        return replace(self, frames=dict(frames) if changed else None, has_total=has_total and changed)

    def mandated(self, mandate: Amounts, before: Amounts) -> Edits:
        """With the debt mandate of all plan years (kr)."""
        return replace(self, mandate=dict(mandate) if dict(mandate) != dict(before) else None)


class History:
    """The changes now and before, so that the last step can be taken back."""

    def __init__(self) -> None:
        self._steps: list[Edits] = [Edits()]

    @property
    def now(self) -> Edits:
        """The changes as they stand."""
        return self._steps[-1]

    def make(self, edits: Edits) -> None:
        """One step further; a step that changes nothing is none."""
        if edits != self.now:
            self._steps.append(edits)

    def undo(self) -> bool:
        """One step back; False when there is none."""
        if len(self._steps) == 1:
            return False
        del self._steps[-1]
        return True


@dataclass(frozen=True)
class Said:
    """What a scenario file says beside its values.

    Attributes:
        head: comment of the first line. source: where the changed values come from.
    """

    title: str
    description: str
    source: str
    head: str


def to_toml(edits: Edits, said: Said) -> str:
    """The changes as a scenario file, exact to the krona."""
    lines = [f"# {line}" for line in said.head.splitlines()]
    lines += [f"title = {_quoted(said.title)}", f"description = {_quoted(said.description)}"]
    if edits.frames is not None:
        lines += ["", "[plan_frame]", f"frame = {_by_year(edits.frames, said.source)}"]
        if edits.has_total:
            lines.append(f"total = {_single(sum(edits.frames.values()), said.source)}")
    if edits.mandate is not None:
        lines += ["", "[debt]", f"mandate = {_by_year(edits.mandate, said.source)}"]
    for id, lock in sorted(edits.locks.items()):
        year = f", year = {lock.year}" if lock.kind is LockKind.START else ""
        lines += ["", f"[investments.{_quoted(id)}]", f"lock = {{ kind = {_quoted(lock.kind.value)}{year} }}"]
        lines.append(f"source = {_quoted(said.source)}")
    return "\n".join(lines) + "\n"


def _by_year(amounts: Amounts, source: str) -> str:
    unit, step = _unit(amounts.values())
    values = ", ".join(f"{year} = {kr // step:_}" for year, kr in sorted(amounts.items()))
    return f'{{ unit = "{unit}", source = {_quoted(source)}, illustrative = true, values = {{ {values} }} }}'


def _single(kronor: int, source: str) -> str:
    unit, step = _unit((kronor,))
    return f'{{ value = {kronor // step:_}, unit = "{unit}", source = {_quoted(source)}, illustrative = true }}'


def _unit(amounts: Iterable[int]) -> tuple[str, int]:
    """Whole tkr where every amount is, otherwise kr."""
    whole = all(kr % THOUSAND == 0 for kr in amounts)
    return ("tkr", THOUSAND) if whole else ("kr", 1)


def _quoted(text: str) -> str:
    """A TOML basic string; the escapes of JSON are escapes of TOML too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
