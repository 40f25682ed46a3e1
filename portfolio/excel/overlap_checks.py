"""Checks of overlaps: pairs and group ceilings. Pure functions of a portfolio."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from portfolio.errors import Finding, Severity, finding
from portfolio.excel.links import is_fixed, is_unknown, nearest
from portfolio.records import Control, Investment, OverlapCeiling, OverlapPair, Portfolio
from portfolio.unread import Unread


def check_overlaps(portfolio: Portfolio, unread: Unread, nameless: Sequence[Investment] = ()) -> list[Finding]:
    """Unknown ids and groups, pairs with oneself or said twice, shares above 100 per cent, two scalable sides."""
    by_id = portfolio.by_id()
    found = [f for pair in portfolio.pairs for f in _pair(pair, by_id, unread)]
    return [*found, *_twice(portfolio, unread), *_above_whole(portfolio, unread), *_ceilings(portfolio, unread, nameless)]


def _pair(pair: OverlapPair, by_id: Mapping[str, Investment], unread: Unread) -> Iterator[Finding]:
    for name, identity, other in (("loser", pair.loser, pair.winner), ("winner", pair.winner, pair.loser)):
        if not unread.has(pair.origin, name) and is_unknown(identity, by_id, unread):
            place = pair.origin.place(name)
            yield finding("overlap_unknown_id", pair.origin.file, place, identity, near=nearest(identity, by_id, other))
    if pair.loser == pair.winner:
        yield finding("overlap_with_itself", pair.origin.file, pair.origin.place("winner"), pair.winner)
    sides = [by_id[i] for i in {pair.loser, pair.winner} if i in by_id]
    if len(sides) == 2 and all(s.minimum_share is not None for s in sides):
        parameters = {"loser": pair.loser, "winner": pair.winner, "where": by_id[pair.loser].origin.place("minimum_share")}
        yield finding("overlap_both_scalable", pair.origin.file, pair.origin.place("loser"), pair.loser, Severity.ERROR, **parameters)


def _twice(portfolio: Portfolio, unread: Unread) -> Iterator[Finding]:
    seen: dict[tuple[str, str], OverlapPair] = {}
    for pair in portfolio.pairs:
        if unread.has(pair.origin, "loser", "winner"):
            continue
        first = seen.setdefault((pair.loser, pair.winner), pair)
        if first is not pair:
            where = f"{first.origin.file} {first.origin.place('loser')}"
            yield finding("overlap_twice", pair.origin.file, pair.origin.place("loser"), f"{pair.loser} {pair.winner}", first=where)


def _above_whole(portfolio: Portfolio, unread: Unread) -> Iterator[Finding]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    partly = {pair.loser for pair in portfolio.pairs if unread.has(pair.origin, "amount")}
    for pair in portfolio.pairs:
        if pair.loser in partly:
            continue  # a sum of which a part could not be read
        before = total[pair.loser]
        total[pair.loser] += pair.share
        if before <= 1 < total[pair.loser]:
            percent = format((total[pair.loser] * 100).normalize(), "f")
            place = pair.origin.place("amount")
            yield finding("overlap_above_whole", pair.origin.file, place, pair.share, loser=pair.loser, percent=percent)


def _ceilings(portfolio: Portfolio, unread: Unread, nameless: Sequence[Investment]) -> Iterator[Finding]:
    groups = {i.overlap_group for i in (*portfolio.investments, *nameless) if i.overlap_group}
    seen: dict[str, str] = {}
    for ceiling in portfolio.ceilings:
        place = ceiling.origin.place("loser")
        if ceiling.group not in groups and not unread.anywhere("overlap_group"):
            yield finding("ceiling_unknown_group", ceiling.origin.file, place, ceiling.group, near=nearest(ceiling.group, groups))
        if ceiling.group in seen:
            yield finding("ceiling_twice", ceiling.origin.file, place, ceiling.group, first=seen[ceiling.group])
        if not unread.has(ceiling.origin, "amount"):
            yield from _committed_above(ceiling, portfolio, unread)
        seen.setdefault(ceiling.group, f"{ceiling.origin.file} {place}")


def _committed_above(ceiling: OverlapCeiling, portfolio: Portfolio, unread: Unread) -> Iterator[Finding]:
    """A ceiling below what is certain to be started takes tonnes away from what is decided; that may be meant, or a slip."""
    certain = [i for i in portfolio.investments if i.overlap_group == ceiling.group and i.control is Control.CITY and is_fixed(i)]
    tonnes = sum((i.tonnes for i in certain), Decimal(0))
    members = (i for i in portfolio.investments if i.overlap_group == ceiling.group)
    if tonnes > ceiling.tonnes and not any(unread.has(i.origin, "tonnes", "control", "status", "lock") for i in members):
        place = ceiling.origin.place("amount")
        named = {"ids": ", ".join(i.id for i in certain), "tonnes": str(tonnes), "lost": str(tonnes - ceiling.tonnes)}
        yield finding("ceiling_below_committed", ceiling.origin.file, place, ceiling.tonnes, Severity.WARNING, **named)
