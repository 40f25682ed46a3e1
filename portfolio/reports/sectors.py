"""What emission sectors are called: the name that the model gives them in the reader's language, otherwise their key."""

from __future__ import annotations

from collections.abc import Mapping

from portfolio.outcome import Run
from portfolio.planning import Planning
from portfolio.reports.findings import clean
from portfolio.text import Text


def sector_names(run: Run, text: Text) -> dict[str, str]:
    """Names by key of the sectors in the model of a run."""
    sectors = (run.model.get("emissions") or {}).get("sectors") or {}
    return _distinct({key: stated.get(f"name_{text.lang}") for key, stated in sectors.items()})


def names_of(planning: Planning, text: Text) -> dict[str, str]:
    """The same of a model that has been read."""
    sectors = planning.emissions.sectors if planning.emissions is not None else {}
    return _distinct({key: stated.name_sv if text.lang == "sv" else stated.name_en for key, stated in sectors.items()})


def subject_name(run: Run, constraint: str, subject: str, text: Text) -> str:
    """What a limit is about: a sector's ceiling by the sector's name, everything else as the input has it."""
    groups = {c.group for c in run.records.ceilings} if run.records is not None else set()
    named = sector_names(run, text) if constraint == "tonnes_ceiling" and subject not in groups else {}
    return named.get(subject, clean(subject))


def _distinct(stated: Mapping[str, str | None]) -> dict[str, str]:
    """The keys themselves where two sectors would be called the same."""
    names = {key: clean(name or key) for key, name in stated.items()}
    called = [name.casefold() for name in names.values()]
    return names if len(set(called)) == len(called) else {key: clean(key) for key in stated}
