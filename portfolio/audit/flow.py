"""Counted tonnes: the largest flow through group ceilings and destination ceilings, found as the smallest cut (docs/method.md, Tonnes).

By the max-flow min-cut theorem the largest flow equals the smallest cut. With the destinations A cut off at their ceilings, each group
passes the lesser of its own ceiling and what its members send to the other destinations; the smallest sum over all A is the answer. Only
destinations joined by a capped group must be tried together, so each set of joined destinations is enumerated on its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

MOST_JOINED: Final = 12
"""Most destinations with a ceiling that capped groups may join: 2^12 cuts a year is what the audit has time for."""

REMOVALS: Final = "removals"
"""Destination of every removal."""

SECTOR: Final = "sector:"
"""What stands before the name of an emission sector, so that no sector can be taken for `REMOVALS`."""


class TooManyJoined(ValueError):
    """Overlap groups join more destinations with a ceiling than the audit enumerates."""

    def __init__(self, destinations: Iterable[str]) -> None:
        self.destinations = tuple(sorted(destinations))
        super().__init__(f"overlap groups join more than {MOST_JOINED} destinations with a ceiling: {', '.join(self.destinations)}")


@dataclass(frozen=True, slots=True)
class Stream:
    """Tonnes (ticks of 10 g, > 0) of one investment to one destination, through its overlap group when that has a ceiling."""

    group: str | None
    destination: str
    ticks: int


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Most that may be counted in each group and each destination (ticks a year); a name that is absent has no ceiling."""

    groups: Mapping[str, int]
    destinations: Mapping[str, int]

    def largest_flow(self, streams: Iterable[Stream]) -> int:
        """Ticks that can be counted.

        Raises:
            TooManyJoined: see `MOST_JOINED`.
        """
        grouped: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        loose: defaultdict[str, int] = defaultdict(int)
        for s in streams:
            if s.group in self.groups and s.group is not None:
                grouped[s.group][s.destination] += s.ticks
            else:
                loose[s.destination] += s.ticks
        free = sum(ticks for d, ticks in loose.items() if d not in self.destinations)
        return free + sum(self._smallest_cut(part, names, loose) for part, names in self._joined(grouped, loose))

    def _joined(
        self, grouped: Mapping[str, Mapping[str, int]], loose: Mapping[str, int]
    ) -> Iterator[tuple[set[str], list[tuple[str, Mapping[str, int]]]]]:
        """Sets of capped destinations joined by groups, each with its groups."""
        parts: list[tuple[set[str], list[tuple[str, Mapping[str, int]]]]] = [({d}, []) for d in loose if d in self.destinations]
        for group, sends in grouped.items():
            mine, groups = {d for d in sends if d in self.destinations}, [(group, sends)]
            apart = []
            for part in parts:
                if part[0] & mine:
                    mine |= part[0]
                    groups += part[1]
                else:
                    apart.append(part)
            parts = [*apart, (mine, groups)]
        yield from parts

    def _smallest_cut(self, joined: set[str], groups: list[tuple[str, Mapping[str, int]]], loose: Mapping[str, int]) -> int:
        if len(joined) > MOST_JOINED:
            raise TooManyJoined(joined)
        return min(self._cut(set(a), joined, groups, loose) for size in range(len(joined) + 1) for a in combinations(sorted(joined), size))

    def _cut(self, a: set[str], joined: set[str], groups: list[tuple[str, Mapping[str, int]]], loose: Mapping[str, int]) -> int:
        ended = sum(self.destinations[d] for d in a)
        uncut = sum(loose.get(d, 0) for d in joined - a)
        return ended + uncut + sum(min(self.groups[g], sum(ticks for d, ticks in sends.items() if d not in a)) for g, sends in groups)
