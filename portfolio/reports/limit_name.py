"""What a limit is called where worlds and stress tests are told about."""

from __future__ import annotations

from portfolio.text import Text

OWN_NAMES = ("all", "target", "start_window", "requires")
"""What is not a limit of the programme, or is another one in a world than in it."""


def limit_name(constraint: str, text: Text) -> str:
    """What a limit is called; a few are called otherwise, since a delayed world moves the windows too."""
    return text(f"robust.limit.{constraint}" if constraint in OWN_NAMES else f"constraint.{constraint}.name")
