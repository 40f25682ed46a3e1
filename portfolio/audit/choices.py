"""Checks of the choices themselves: who is decided, when, in which layer, how much, and together with whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from portfolio.audit.facts import Facts
from portfolio.audit.ledger import Started
from portfolio.audit.sheet import Sheet, Tally
from portfolio.outcome import Decision, Layer
from portfolio.planning import Planning
from portfolio.records import LockKind, RequirementKind

FULL = 100  # per cent


def check_choices(
    sheet: Sheet, facts: Mapping[str, Facts], planning: Planning, decisions: Sequence[Decision], layers_allowed: Sequence[str]
) -> dict[str, Started]:
    """Write the checks of the choices and return the started city investments by id, the first decision of each counting."""
    _decided_once(sheet, facts, decisions)
    first: dict[str, Decision] = {}
    for x in decisions:
        if x.id in facts:
            first.setdefault(x.id, x)
    city = {i: x for i, x in first.items() if facts[i].city}
    started = {i: Started(facts[i], x.layer, x.start, x.percent) for i, x in sorted(city.items()) if x.start is not None}
    _layers(sheet, facts, first, layers_allowed)
    _scale(sheet, facts, city)
    _windows(sheet, started)
    _committed(sheet, facts, started)
    _locks(sheet, facts, started)
    _requires(sheet, started)
    _groups(sheet, facts, planning, started)
    return started


def _decided_once(sheet: Sheet, facts: Mapping[str, Facts], decisions: Sequence[Decision]) -> None:
    tally = Tally(sheet, "start_at_most_once")
    times = Counter(x.id for x in decisions)
    for i in sorted(facts.keys() | times.keys()):
        tally.check(i, None, times[i], "=", 1 if i in facts else 0, "investments")
    tally.close()


def _layers(sheet: Sheet, facts: Mapping[str, Facts], first: Mapping[str, Decision], allowed: Sequence[str]) -> None:
    """A started city investment is in an allowed layer, an unstarted one is not recommended, an external one is external."""
    tally = Tally(sheet, "layers")
    for i, x in first.items():
        if not facts[i].city:
            tally.demand(i, None, x.layer is Layer.EXTERNAL)
        elif x.start is None:
            tally.demand(i, None, x.layer is Layer.NOT_RECOMMENDED)
        else:
            tally.demand(i, None, x.layer in (Layer.PLAN, Layer.GAP) and x.layer.value in allowed)
    tally.close()


def _scale(sheet: Sheet, facts: Mapping[str, Facts], city: Mapping[str, Decision]) -> None:
    tally = Tally(sheet, "scale")
    for i, x in city.items():
        if x.start is None:
            tally.check(i, None, x.percent, "=", 0, "percent")
            continue
        least = facts[i].minimum_share
        if x.percent > FULL:
            tally.check(i, None, x.percent, "≤", FULL, "percent")
        else:
            tally.check(i, None, x.percent, "≥", FULL if least is None else least, "percent")
    tally.close()


def _windows(sheet: Sheet, started: Mapping[str, Started]) -> None:
    tally = Tally(sheet, "start_window")
    for i, x in started.items():
        starts = x.facts.starts
        if not starts:
            tally.demand(i, x.start, False)
        elif x.start < starts[0]:
            tally.check(i, x.start, x.start, "≥", starts[0], "year")
        else:
            tally.check(i, x.start, x.start, "≤", starts[-1], "year")
    tally.close()


def _committed(sheet: Sheet, facts: Mapping[str, Facts], started: Mapping[str, Started]) -> None:
    tally = Tally(sheet, "committed")
    for i, f in facts.items():
        if f.city and f.keeps is not None:
            tally.demand(i, None, i in started and started[i].layer is f.keeps)
    tally.close()


def _locks(sheet: Sheet, facts: Mapping[str, Facts], started: Mapping[str, Started]) -> None:
    tally = Tally(sheet, "lock")
    for i, f in facts.items():
        if not f.city or f.lock.kind is LockKind.FREE:
            continue
        match f.lock.kind:
            case LockKind.MUST:
                tally.demand(i, None, i in started)
            case LockKind.NEVER:
                tally.demand(i, None, i not in started)
            case LockKind.START:
                tally.demand(i, f.lock.year, i in started and started[i].start == f.lock.year)
    tally.close()


def _requires(sheet: Sheet, started: Mapping[str, Started]) -> None:
    """Start-to-start: the other starts no later. Finish-to-start: the other's last outlay year is before this start."""
    tally = Tally(sheet, "requires")
    for i, x in started.items():
        for needed in x.facts.requires:
            other = started.get(needed.id)
            subject = f"{i} → {needed.id}"
            if other is None:
                tally.demand(subject, x.start, False)
            elif needed.kind is RequirementKind.START_TO_START:
                tally.check(subject, x.start, other.start, "≤", x.start, "year")
            else:
                tally.check(subject, x.start, other.running_from, "≤", x.start, "year")
    tally.close()


def _groups(sheet: Sheet, facts: Mapping[str, Facts], planning: Planning, started: Mapping[str, Started]) -> None:
    members: defaultdict[str, list[str]] = defaultdict(list)
    for i, f in facts.items():
        if f.city and f.alternatives:
            members[f.alternatives].append(i)
    for name in sorted(members):
        sheet.compare("alternatives", name, None, sum(i in started for i in members[name]), "≤", 1, "investments")
    for limit in planning.selection:
        count = sum(i in started for i in sorted(set(limit.members)))
        if limit.at_least is not None:
            sheet.compare("selection", limit.name, None, count, "≥", limit.at_least, "investments")
        if limit.at_most is not None:
            sheet.compare("selection", limit.name, None, count, "≤", limit.at_most, "investments")
    if planning.stability is not None:
        adopted = {i: f.proposed_start for i, f in facts.items() if f.city and f.adopted}
        now = {i: x.start for i, x in started.items()}
        changed = sum(adopted.get(i) != now.get(i) for i in adopted.keys() | now.keys())
        sheet.compare("stability", "", None, changed, "≤", planning.stability.changes.value, "changes")
