"""The sv/en catalogue: every string that a person sees comes from here.

`portfolio/text/<lang>/*.toml` hold nested tables; a message is named by its dotted path, `terminal.headline.proven`. Placeholders are
`{name}`. A missing message or placeholder is a fault of ours and raises; a test holds the languages to the same names.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any, Final, Literal, get_args

from portfolio.units import MoneyUnit

Lang = Literal["sv", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = get_args(Lang)


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """All messages of a language: dotted name to text.

    Raises:
        ValueError: two files of the language define the same name.
    """
    messages: dict[str, str] = {}
    folder = resources.files(__package__) / lang
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            for name, message in _flatten(tomllib.loads(entry.read_text("utf-8"))):
                if name in messages:
                    raise ValueError(f"{lang}/{entry.name}: {name} is defined twice")
                messages[name] = message
    return messages


def _flatten(table: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            rows += _flatten(value, f"{prefix}{key}.")
        else:
            rows.append((prefix + key, str(value)))
    return rows


class Counted(int):
    """A number that brings the right form of its noun: `{count:investering|investeringar}` is `1 investering` or `3 investeringar`."""

    def __format__(self, spec: str) -> str:
        one, bar, many = spec.partition("|")
        return f"{int(self)} {one if self == 1 else many}" if bar else format(int(self), spec)


MONEY_WORD: Final = re.compile(r"(?<!per )(?<!/)(?<!\d )\b([Mm])nkr\b(?![^{}]*\})")
"""The unit of an amount in a message: not of a ratio (`ton per mnkr`), not of a stated step (`100 mnkr`), not the name of a placeholder."""


@cache
def _in_unit(lang: Lang, unit: MoneyUnit) -> dict[str, str]:
    """The messages with the word of another unit of money."""

    def word(found: re.Match[str]) -> str:
        return unit.capitalize() if found[1] == "M" else unit

    return {name: MONEY_WORD.sub(word, message) for name, message in catalogue(lang).items()}


class Text:
    """Messages and figures in one language. `t = Text("sv"); t("cli.done", folder="x")`.

    The catalogue states money in mnkr; in another `unit` its messages say that word instead, and `reports.figures.amount` counts in it.
    Ratios stay in tonnes per mnkr.
    """

    def __init__(self, lang: Lang = "sv", unit: MoneyUnit = "mnkr") -> None:
        self.lang: Lang = lang
        self.unit: MoneyUnit = unit
        self._messages = catalogue(lang) if unit == "mnkr" else _in_unit(lang, unit)

    def __call__(self, name: str, /, **values: object) -> str:
        """The message called `name`, with its placeholders filled.

        Raises:
            KeyError: no such message, or a placeholder without a value.
        """
        message = self._messages[name]
        counted = {key: Counted(value) if type(value) is int else value for key, value in values.items()}
        return message.format_map(counted) if values or "{" in message else message

    def has(self, name: str) -> bool:
        """True when the catalogue defines `name`."""
        return name in self._messages
