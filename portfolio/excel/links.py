"""Checks of what ties investments together: prerequisites and alternatives. Pure functions of a portfolio."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from portfolio.errors import Finding, finding
from portfolio.excel.columns import normal_id
from portfolio.records import Control, Investment, LockKind, Portfolio, Status
from portfolio.unread import Unread

_FOREIGN: Final = "АВЕЗКМНОРСТУХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
_LATIN: Final = "ABE3KMHOPCTYXIJSaeopcyxijsABEZHIKMNOPTYXo"
_ALIKE: Final = str.maketrans(_FOREIGN, _LATIN)
"""Cyrillic and Greek letters and what they look like."""


def check_links(portfolio: Portfolio, unread: Unread) -> list[Finding]:
    """Unknown prerequisites, prerequisites of oneself, cycles, city investments that need external ones, impossible alternatives."""
    by_id = portfolio.by_id()
    found = [f for i in portfolio.investments for f in _requirements(i, by_id, unread)]
    return [*found, *_cycles(by_id), *_alternatives(portfolio, unread)]


def nearest(name: str, known: Iterable[str], but: str = "") -> str:
    """The known id that looks most like `name`, or a dash; never `but`, the one that refers to it."""
    others = sorted(k for k in known if k != but)
    same = [k for k in others if normal_id(k) == normal_id(name)]
    return (same or get_close_matches(name, others, 1, 0.6) or ["–"])[0]


def is_unknown(name: str, known: Collection[str], unread: Unread) -> bool:
    """No row has this id, and none of which the id is what must be mended can be meant."""
    if name in known or unread.lost or (unread.ids_lost and nearest(name, known) != "–"):
        return False  # the id that is not known looks like its neighbours, and so does this one
    return name not in {k.translate(_ALIKE) for k in known if not k.isascii()}


def _requirements(i: Investment, by_id: Mapping[str, Investment], unread: Unread) -> Iterator[Finding]:
    place = i.origin.place("requires")
    for required in (r.id for r in i.requires):
        other = by_id.get(required)
        if required == i.id or (other is None and normal_id(required) == normal_id(i.id)):
            yield finding("requires_itself", i.origin.file, place, required, id=i.id)
        elif other is None:
            if is_unknown(required, by_id, unread):
                yield finding("unknown_requirement", i.origin.file, place, required, id=i.id, near=nearest(required, by_id, i.id))
        elif other.control is Control.EXTERNAL and i.control is Control.CITY and not unread.has(i.origin, "control"):
            where = other.origin.place("control")
            yield finding("city_requires_external", i.origin.file, place, required, id=i.id, other=required, where=where)


def _cycles(by_id: Mapping[str, Investment]) -> Iterator[Finding]:
    """Each cycle of prerequisites once, told from its first id. Kahn's order leaves exactly the ids in or behind cycles."""
    needs = {i: sorted({r.id for r in v.requires if r.id in by_id and r.id != i}) for i, v in by_id.items()}
    told: set[str] = set()
    for start in sorted(needs):
        path = _path_back(start, needs)
        if path and not told & set(path):
            told |= set(path)
            i = by_id[start]
            yield finding("requirement_cycle", i.origin.file, i.origin.place("requires"), start, path=" → ".join([*path, start]))


def _path_back(start: str, needs: Mapping[str, list[str]]) -> list[str]:
    """The shortest way from `start` through prerequisites back to itself, or nothing."""
    ways: dict[str, list[str]] = {start: [start]}
    queue = [start]
    for here in queue:
        for there in needs[here]:
            if there == start:
                return ways[here]
            if there not in ways:
                ways[there] = [*ways[here], there]
                queue.append(there)
    return []


def is_fixed(i: Investment) -> bool:
    """True when the investment must be started."""
    return i.lock.kind in (LockKind.MUST, LockKind.START) or (i.status is Status.COMMITTED and i.lock.kind is not LockKind.NEVER)


def _alternatives(portfolio: Portfolio, unread: Unread) -> Iterator[Finding]:
    """At most one of a group can be started, so at most one can be committed or locked to start."""
    fixed: dict[str, Investment] = {}
    for i in portfolio.investments:
        if i.alternatives and i.control is Control.CITY and is_fixed(i) and not unread.has(i.origin, "control", "status", "lock"):
            first = fixed.setdefault(i.alternatives, i)
            if first.id != i.id:
                place = i.origin.place("alternatives")
                where = first.origin.place("alternatives")
                yield finding("alternatives_both_fixed", i.origin.file, place, i.alternatives, id=i.id, other=first.id, where=where)
