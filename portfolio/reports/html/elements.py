"""HTML as elements of the standard library: whoever wrote a text or an attribute, it is escaped where it is written out."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, tostring

from portfolio.reports.findings import clean

Content = Element | str | None
"""What stands inside an element; nothing for None."""

LINES: Final = frozenset({"head", "meta", "title", "style", "body", "header", "main", "nav", "section", "footer", "figure", "table", "tr"})
LINES_TOO: Final = LINES | {"h1", "h2", "h3", "p", "li", "ul", "dl", "div", "svg", "rect", "line", "path", "g"}
"""Elements that are followed by a line break, so that the file can be read and compared."""


def el(tag: str, *content: Content, **attributes: str | int) -> Element:
    """An element. `class_` is `class`, `aria_label` is `aria-label`; control characters in text and attributes are dropped."""
    found = Element(tag, {name.rstrip("_").replace("_", "-"): clean(str(value)) for name, value in attributes.items()})
    return add(found, *content)


def add(parent: Element, *content: Content) -> Element:
    """The parent with more inside it."""
    for part in content:
        if isinstance(part, str):
            _say(parent, clean(part))
        elif part is not None:
            parent.append(part)
    return parent


def _say(parent: Element, said: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + said
    else:
        parent.text = (parent.text or "") + said


def style(css: str) -> Element:
    """Our own style sheet; the only text that is written as it stands."""
    if "<" in css:
        raise ValueError("a style sheet cannot hold an element")
    found = Element("style")
    found.text = css
    return found


def script(source: str) -> Element:
    """Our own script, which the policy knows by its digest."""
    if "<" in source:
        raise ValueError("a script cannot hold an element")
    found = Element("script")
    found.text = source
    return found


def written(root: Element) -> bytes:
    """The document in UTF-8, the same bytes for the same elements."""
    for found in root.iter():
        if found.tag in LINES_TOO:
            found.tail = (found.tail or "") + "\n"
    return ("<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html")).encode("utf-8")
