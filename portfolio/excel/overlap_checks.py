"""Checks of overlaps: pairs and group ceilings. Pure functions of a portfolio."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from portfolio.errors import Finding, Severity, finding
from portfolio.excel.links import is_fixed, nearest
from portfolio.records import Control, OverlapCeiling, OverlapPair, Portfolio


def check_overlaps(portfolio: Portfolio) -> list[Finding]:
    """Unknown ids and groups, pairs with oneself or said twice, shares above 100 per cent, two scalable sides."""
    known = set(portfolio.by_id())
    found = [f for pair in portfolio.pairs for f in _pair(pair, portfolio, known)]
    return [*found, *_twice(portfolio), *_above_whole(portfolio), *_ceilings(portfolio)]


def _pair(pair: OverlapPair, portfolio: Portfolio, known: set[str]) -> Iterator[Finding]:
    by_id = portfolio.by_id()
    for name, identity in (("loser", pair.loser), ("winner", pair.winner)):
        if identity not in known:
            place = pair.origin.place(name)
            yield finding("overlap_unknown_id", pair.origin.file, place, identity, near=nearest(identity, known))
    if pair.loser == pair.winner:
        yield finding("overlap_with_itself", pair.origin.file, pair.origin.place("winner"), pair.winner)
    sides = [by_id[i] for i in {pair.loser, pair.winner} if i in by_id]
    if len(sides) == 2 and all(s.minimum_share is not None for s in sides):
        parameters = {"loser": pair.loser, "winner": pair.winner, "where": by_id[pair.loser].origin.place("minimum_share")}
        yield finding("overlap_both_scalable", pair.origin.file, pair.origin.place("loser"), pair.loser, Severity.ERROR, **parameters)


def _twice(portfolio: Portfolio) -> Iterator[Finding]:
    seen: dict[tuple[str, str], OverlapPair] = {}
    for pair in portfolio.pairs:
        first = seen.setdefault((pair.loser, pair.winner), pair)
        if first is not pair:
            where = f"{first.origin.file} {first.origin.place('loser')}"
            yield finding("overlap_twice", pair.origin.file, pair.origin.place("loser"), f"{pair.loser} {pair.winner}", first=where)


def _above_whole(portfolio: Portfolio) -> Iterator[Finding]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for pair in portfolio.pairs:
        before = total[pair.loser]
        total[pair.loser] += pair.share
        if before <= 1 < total[pair.loser]:
            percent = format((total[pair.loser] * 100).normalize(), "f")
            place = pair.origin.place("amount")
            yield finding("overlap_above_whole", pair.origin.file, place, pair.share, loser=pair.loser, percent=percent)


def _ceilings(portfolio: Portfolio) -> Iterator[Finding]:
    groups = {i.overlap_group for i in portfolio.investments if i.overlap_group}
    seen: dict[str, str] = {}
    for ceiling in portfolio.ceilings:
        place = ceiling.origin.place("loser")
        if ceiling.group not in groups:
            yield finding("ceiling_unknown_group", ceiling.origin.file, place, ceiling.group, near=nearest(ceiling.group, groups))
        if ceiling.group in seen:
            yield finding("ceiling_twice", ceiling.origin.file, place, ceiling.group, first=seen[ceiling.group])
        yield from _committed_above(ceiling, portfolio)
        seen.setdefault(ceiling.group, f"{ceiling.origin.file} {place}")


def _committed_above(ceiling: OverlapCeiling, portfolio: Portfolio) -> Iterator[Finding]:
    """A ceiling below what is certain to be started takes tonnes away from what is decided; that may be meant, or a slip."""
    certain = [i for i in portfolio.investments if i.overlap_group == ceiling.group and i.control is Control.CITY and is_fixed(i)]
    tonnes = sum((i.tonnes for i in certain), Decimal(0))
    if tonnes > ceiling.tonnes:
        place = ceiling.origin.place("amount")
        named = {"ids": ", ".join(i.id for i in certain), "tonnes": str(tonnes), "lost": str(tonnes - ceiling.tonnes)}
        yield finding("ceiling_below_committed", ceiling.origin.file, place, ceiling.tonnes, Severity.WARNING, **named)
