"""Counted tonnes as a largest flow, found by augmenting paths (Edmonds & Karp 1972); the plan's own audit finds it as a smallest cut."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

Stream = tuple[str | None, str, int]
"""Overlap group with a ceiling or None, destination, ticks (> 0)."""
_SOURCE, _SINK = ("source", ""), ("sink", "")
_Node = tuple[str, str]


def largest_flow(streams: Iterable[Stream], groups: Mapping[str, int], destinations: Mapping[str, int]) -> int:
    """Ticks that pass the ceilings of groups and destinations; a name without a ceiling lets everything through."""
    room: dict[_Node, dict[_Node, int]] = {_SOURCE: {}, _SINK: {}}
    free = 0
    for group, destination, ticks in streams:
        end: _Node = ("destination", destination)
        if group is None or group not in groups:
            if destination not in destinations:
                free += ticks
                continue
            _widen(room, _SOURCE, end, ticks)
        else:
            middle: _Node = ("group", group)
            room.setdefault(_SOURCE, {})[middle] = groups[group]
            _widen(room, middle, end, ticks)
            if destination not in destinations:
                _widen(room, end, _SINK, ticks)
        if destination in destinations:
            room.setdefault(end, {})[_SINK] = destinations[destination]
    for node, following in list(room.items()):
        for other in following:
            room.setdefault(other, {}).setdefault(node, 0)
    while path := _path(room):
        moved = min(room[a][b] for a, b in path)
        for a, b in path:
            room[a][b] -= moved
            room[b][a] += moved
        free += moved
    return free


def _widen(room: dict[_Node, dict[_Node, int]], a: _Node, b: _Node, ticks: int) -> None:
    following = room.setdefault(a, {})
    following[b] = following.get(b, 0) + ticks


def _path(room: Mapping[_Node, Mapping[_Node, int]]) -> list[tuple[_Node, _Node]]:
    """The shortest way with room from source to sink; empty when there is none."""
    came: dict[_Node, _Node] = {_SOURCE: _SOURCE}
    waiting = deque([_SOURCE])
    while waiting and _SINK not in came:
        node = waiting.popleft()
        for other, left in room[node].items():
            if left > 0 and other not in came:
                came[other] = node
                waiting.append(other)
    if _SINK not in came:
        return []
    path, node = [], _SINK
    while node != _SOURCE:
        path.append((came[node], node))
        node = came[node]
    return path
