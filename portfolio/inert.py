"""Text from outside that does nothing but be read."""

from __future__ import annotations

import re
from typing import Final

_ACTS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def inert(text: str) -> str:
    """The text without what a terminal or an editor obeys: escapes (C0, C1), marks of direction, blanks without width, lone surrogates.

    Line breaks and tabs stay, and so do soft hyphens and what joins the parts of an emoji.
    """
    return _ACTS.sub("", text)
