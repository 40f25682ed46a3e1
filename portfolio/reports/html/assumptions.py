"""What was assumed: every value of the model with its unit and source, in the words of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import Element

from portfolio.reports.figures import rate
from portfolio.reports.html.elements import Content, add, el
from portfolio.reports.html.story import Story, section
from portfolio.reports.html.tables import Head, table
from portfolio.reports.model_value import quantity
from portfolio.reports.sectors import sector_names
from portfolio.text import Text, catalogue

SECTORS: Final = "emissions.sectors"
EACH: Final = "each"
"""The last part of the label of what stands under a name."""
NAMED: Final = frozenset(
    {
        *("owner_frame.frames", "operating_charge.limits", "funding.sources", SECTORS),
        *("external.by_id", "delivery_capacity.starts", "delivery_capacity.outlay"),
    }
)
"""Tables whose keys are names, not words of ours."""
APART: Final = ("investments", "selection")
"""What a scenario changes in single investments, and selections: they have a source, but are not quantities."""
NOT_ASSUMED: Final = ("bonds.views", "uncertainty")
"""Other frameworks with which the plan is looked at, and what sampled worlds are made of; they decide nothing here."""


class Assumed(NamedTuple):
    """A value: its label in the catalogue, the name of what it is the value of, what it is in which unit, and where it comes from."""

    label: str
    name: str
    value: str
    unit: str
    source: str
    illustrative: bool


def assumptions(story: Story) -> Element:
    """One row a kind of value, with its unit and source."""
    text = story.text
    found = [*_all(story), *_changes(story)]
    together = _together(found)
    rows = [_row(same, text) for same in together]
    heads = [Head(text(f"html.assumptions.{name}"), "text") for name in ("what", "value", "source")]
    illustrative = sum(1 for same in together if same[0].illustrative)
    how = text("html.assumptions.how", file=str(story.run.model.get("file", "")), count=len(found), rows=len(rows))
    if illustrative:
        how += " " + text("html.assumptions.illustrative", count=illustrative)
    return section("assumptions", story, el("p", how), table(text("html.assumptions.table"), heads, rows, text))


def _all(story: Story) -> Iterator[Assumed]:
    """Every quantity of the model, in the order of the catalogue."""
    model, names = story.run.model, sector_names(story.run, story.text)
    found = [a for name, part in model.items() if name not in APART for a in _values(part, name, "", story.text)]
    found = [a._replace(name=names.get(a.name, a.name)) if a.label == f"{SECTORS}.{EACH}" else a for a in found]
    order = list(catalogue(story.lang))
    yield from sorted(found, key=lambda a: (order.index(f"html.assumed.{a.label}"), a.name))


def _values(value: Any, label: str, name: str, text: Text) -> Iterator[Assumed]:
    """Every quantity of a part of the model."""
    if isinstance(value, Mapping) and "source" in value and "unit" in value:
        yield Assumed(label, name, *quantity(value, text), str(value["source"]), bool(value.get("illustrative")))
    elif isinstance(value, Mapping) and label not in NOT_ASSUMED:
        for key, part in value.items():
            if label in NAMED:
                yield from _values(part, f"{label}.{EACH}", f"{name} {key}".lstrip(), text)
            else:
                yield from _values(part, f"{label}.{key}", name, text)
    elif isinstance(value, list | tuple) and label == "bonds.issues":
        for issue in value:
            yield from _values({k: v for k, v in issue.items() if k != "year"}, f"{label}.{EACH}", str(issue["name"]), text)


def _changes(story: Story) -> Iterator[Assumed]:
    """What a scenario changes in single investments, and how many of some investments must or may be chosen."""
    model, text = story.run.model, story.text
    for i, change in sorted((model.get("investments") or {}).items()):
        parts = []
        if change.get("delay"):
            parts.append(text("html.assumptions.delay", count=int(change["delay"]["value"])))
        for factor in ("outlay_factor", "tonnes_factor"):
            if change.get(factor) is not None:
                parts.append(text(f"html.assumptions.{factor}", factor=rate(Decimal(str(change[factor])), text.lang)))
        if change.get("lock"):
            parts.append(text(f"html.assumptions.lock_{change['lock']['kind']}", year=change["lock"].get("year") or ""))
        yield Assumed(f"investments.{EACH}", str(i), ", ".join(parts), "", str(change["source"]), illustrative=False)
    for limit in model.get("selection") or ():
        ends = [text(f"html.assumptions.{end}", count=int(limit[end])) for end in ("at_least", "at_most") if limit.get(end) is not None]
        ids = ", ".join(map(str, limit["members"]))
        yield Assumed(f"selection.{EACH}", str(limit["name"]), f"{', '.join(ends)}: {ids}", "", str(limit["source"]), illustrative=False)


def _together(found: list[Assumed]) -> list[list[Assumed]]:
    """Values of the same kind that have a name each, as one."""
    groups: dict[tuple[str, bool], list[Assumed]] = {}
    for a in found:
        groups.setdefault((a.label, a.illustrative), []).append(a)
    return list(groups.values())


def _row(same: list[Assumed], text: Text) -> tuple[str, str, Element]:
    """Each value with its name, and each source with the name that it belongs to when there are several."""
    sources = dict.fromkeys(a.source for a in same)
    told = [("", next(iter(sources)))] if len(sources) == 1 else [(f"{a.name}: ", a.source) for a in same]
    source = el("span")
    for n, (name, said) in enumerate(told):
        add(source, "; " if n else "", name, *(_marked(said, text) if same[0].illustrative else [said]))
    return text(f"html.assumed.{same[0].label}"), _values_of(same), source


def _values_of(same: list[Assumed]) -> str:
    """The values with their names, and the unit once when it is the same for all."""
    shared = len({a.unit for a in same}) == 1
    between = " " if same[0].label.startswith(APART) else ": "
    values = [f"{a.name}{between if a.name else ''}{a.value}{'' if shared else f' {a.unit}'.rstrip()}" for a in same]
    return f"{'; '.join(values)} {same[0].unit if shared else ''}".rstrip()


def _marked(source: str, text: Text) -> list[Content]:
    """The source of an example, with the mark before it; a source that begins with the word has that word as its mark."""
    word = text("workbook.assumptions.illustrative")
    own = re.match(rf"{re.escape(word)}\b:?", source, re.IGNORECASE)
    mark, rest = (own[0], source[own.end() :]) if own else (f"{word}:", f" {source}")
    return [el("span", mark, class_="tag"), rest]
