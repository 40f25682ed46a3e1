"""All examples of findings, by code: the one place that says what makes the programme say each of them."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import example_books
import example_commands
import example_hostile
import example_models
from example import Example

TEXT: Final = Path(__file__).parents[1] / "portfolio" / "text" / "en"
ALL: Final[tuple[Example, ...]] = (*example_hostile.OWN, *example_books.OWN, *example_models.OWN, *example_commands.OWN)
EXAMPLES: Final[Mapping[str, Example]] = {example.code: example for example in ALL}
TWICE: Final = sorted(code for code, times in Counter(example.code for example in ALL).items() if times > 1)
"""Codes with more than one example; there are to be none."""


def groups() -> dict[str, list[str]]:
    """The codes of each file of findings of the catalogue, in its order."""
    found = {}
    for file in sorted(TEXT.glob("findings_*.toml")):
        names = tomllib.loads(file.read_text("utf-8"))["finding"]
        found[file.stem] = [name for name in names if not name.endswith("_remedy")]
    return found
