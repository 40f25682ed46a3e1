"""Counted tonnes, and money that can be paid, as a largest flow by augmenting paths (Edmonds & Karp 1972); the audit looks for a cut."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from portfolio.verify.result import Exact

Stream = tuple[str | None, str, int]
"""Overlap group with a ceiling or None, destination, ticks (> 0)."""
SOURCE, SINK = ("source", ""), ("sink", "")
Node = tuple[str, str]


def largest_flow(streams: Iterable[Stream], groups: Mapping[str, int], destinations: Mapping[str, int]) -> int:
    """Ticks that pass the ceilings of groups and destinations; a name without a ceiling lets everything through."""
    room: dict[Node, dict[Node, Exact]] = {SOURCE: {}, SINK: {}}
    free = 0
    for group, destination, ticks in streams:
        end: Node = ("destination", destination)
        if group is None or group not in groups:
            if destination not in destinations:
                free += ticks
                continue
            _widen(room, SOURCE, end, ticks)
        else:
            middle: Node = ("group", group)
            room.setdefault(SOURCE, {})[middle] = groups[group]
            _widen(room, middle, end, ticks)
            if destination not in destinations:
                _widen(room, end, SINK, ticks)
        if destination in destinations:
            room.setdefault(end, {})[SINK] = destinations[destination]
    return free + int(pushed(room))


def pushed(room: dict[Node, dict[Node, Exact]]) -> Exact:
    """The largest flow from `SOURCE` to `SINK` through what `room` lets through; `room` is what is left afterwards."""
    flow: Exact = 0
    for node, following in list(room.items()):
        for other in following:
            room.setdefault(other, {}).setdefault(node, 0)
    while path := _path(room):
        moved = min(room[a][b] for a, b in path)
        for a, b in path:
            room[a][b] -= moved
            room[b][a] += moved
        flow += moved
    return flow


def _widen(room: dict[Node, dict[Node, Exact]], a: Node, b: Node, amount: Exact) -> None:
    following = room.setdefault(a, {})
    following[b] = following.get(b, 0) + amount


def _path(room: Mapping[Node, Mapping[Node, Exact]]) -> list[tuple[Node, Node]]:
    """The shortest way with room from source to sink; empty when there is none."""
    came: dict[Node, Node] = {SOURCE: SOURCE}
    waiting = deque([SOURCE])
    while waiting and SINK not in came:
        node = waiting.popleft()
        for other, left in room[node].items():
            if left > 0 and other not in came:
                came[other] = node
                waiting.append(other)
    if SINK not in came:
        return []
    path, node = [], SINK
    while node != SOURCE:
        path.append((came[node], node))
        node = came[node]
    return path
