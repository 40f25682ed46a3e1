"""Finished worlds in a file, so that an interrupted study can go on: written whole or not at all, and only for the question it is about."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from portfolio import __version__
from portfolio.analysis.robust.outcome import Held, Outcome, Started
from portfolio.errors import InputError, finding
from portfolio.evaluate import Picks
from portfolio.excel.safe_write import write_atomically
from portfolio.planning import Planning
from portfolio.records import Portfolio

NAME = "varldar.json"
"""The file in the output folder."""
OFTEN = 10.0
"""Least seconds between two writings."""


def key_of(portfolio: Portfolio, planning: Planning, picks: Picks, number: int, seed: int) -> dict[str, str | int]:
    """What the worlds of a study depend on; a file with another key is about another question."""
    asked = planning.model_dump(mode="json", exclude={"file": True, "sha256": True, "overlaid": True, "uncertainty": {"stress": True}})
    plan = sorted((i, *pick) for i, pick in picks.items())
    return {
        "portfolio": __version__,
        "inputs": _digest(portfolio.model_dump(mode="json", exclude={"inputs"})),
        "model": _digest(asked),
        "plan": _digest(plan),
        "worlds": number,
        "seed": seed,
    }


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


class Store:
    """The file of one study; None as `path` keeps nothing."""

    def __init__(self, path: Path | None, key: Mapping[str, str | int]) -> None:
        self.path, self.key = path, key
        self._written = time.monotonic()

    def load(self) -> dict[int, Outcome]:
        """The finished worlds by number.

        Raises:
            InputError: there is no such file, it is no file of ours, or it is about another question.
        """
        assert self.path is not None, "there is a folder to continue from"
        file = self.path.as_posix()
        try:
            stored = json.loads(self.path.read_bytes())
        except FileNotFoundError as fault:
            raise InputError([finding("resume_missing", file)]) from fault
        except (OSError, ValueError) as fault:
            raise InputError([finding("resume_unreadable", file)]) from fault
        if not isinstance(stored, dict) or not isinstance(stored.get("key"), dict) or not isinstance(stored.get("worlds"), list):
            raise InputError([finding("resume_unreadable", file)])
        other = sorted(name for name in self.key if stored["key"].get(name) != self.key[name])
        if other:
            raise InputError([finding("resume_differs", file, value=", ".join(other))])
        try:
            outcomes = [_outcome(line) for line in stored["worlds"]]
        except (TypeError, ValueError) as fault:
            raise InputError([finding("resume_unreadable", file)]) from fault
        return {outcome.number: outcome for outcome in outcomes}

    def keep(self, outcomes: Iterable[Outcome], *, now: bool = False) -> None:
        """Write all finished worlds, if it is time.

        Raises:
            CannotWrite: the folder or the disk refuses.
        """
        if self.path is None or not (now or time.monotonic() - self._written >= OFTEN):
            return
        stored = {"key": dict(self.key), "worlds": sorted(outcomes)}
        write_atomically(self.path, json.dumps(stored, ensure_ascii=False).encode())
        self._written = time.monotonic()


def _outcome(line: Any) -> Outcome:
    """A line of the file, back to what it was."""
    outcome = Outcome(*line)
    worth = Held(*outcome.held)
    broken = tuple((str(name), str(subject), year) for name, subject, year in worth.broken)
    return outcome._replace(plan=tuple(Started(*one) for one in outcome.plan), held=worth._replace(broken=broken))
