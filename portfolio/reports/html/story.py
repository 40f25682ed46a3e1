"""What every section is written from: a run that has a plan, the catalogue for tables, and the same catalogue as prose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from portfolio.explored.robust import Robust
from portfolio.explored.stress import Stress
from portfolio.outcome import Layer, Run, Totals
from portfolio.reports.answer import Said
from portfolio.reports.figures import mnkr
from portfolio.reports.html.elements import Content, el
from portfolio.text import LANGUAGES, Lang, Text, catalogue


class Prose(Text):
    """The catalogue with amounts as they are written in running text: `miljoner kronor`, not `mnkr`."""

    def __init__(self, lang: Lang) -> None:
        super().__init__(lang)
        self._messages = _in_prose(lang)


@cache
def _in_prose(lang: Lang) -> dict[str, str]:
    """Only the catalogue's own words: a name that holds `mnkr` comes into a sentence later and stays as it is."""
    messages = catalogue(lang)
    one, many = messages["html.unit.one"], messages["html.unit.many"]

    def prose(said: str) -> str:
        return re.sub(r"(?<!\{)\bmnkr\b", many, re.sub(r"\bper mnkr\b", f"per {one}", said))

    return {name: prose(said) if "mnkr" in said else said for name, said in messages.items()}


class Tried(NamedTuple):
    """What the plan has been tried against, beside the run itself."""

    robust: Robust | None = None
    stress: Stress | None = None


NOT_TRIED: Final = Tried()


class Story(NamedTuple):
    """A run with a plan, and its words."""

    run: Run
    text: Text
    prose: Prose
    tried: Tried = NOT_TRIED

    @property
    def totals(self) -> Totals:
        """Of the recommended plan."""
        assert self.run.totals is not None
        return self.run.totals

    @property
    def lang(self) -> Lang:
        return self.text.lang

    @property
    def files(self) -> Text:
        """The words of the run's workbooks, which are in the language of the run, whatever the report's is."""
        return Text(next((lang for lang in LANGUAGES if lang == self.run.lang), self.lang))

    def mnkr(self, kronor: int) -> str:
        """An amount in mnkr, without its unit."""
        return mnkr(kronor, self.lang)

    def layer(self, *layers: Layer) -> list[str]:
        """Ids of the investments in these layers."""
        return [d.id for d in self.run.decisions if d.layer in layers]

    def rounded(self) -> Element:
        """The line below tables whose figures are rounded."""
        return el("p", self.text("html.rounded"), class_="note rounded")


def section(name: str, story: Story, *content: Content) -> Element:
    """A part of the report under its heading, which the list of contents leads to."""
    title = el("h2", story.text(f"html.{name}.heading"), id=f"{name}-heading")
    return el("section", title, *content, id=name, aria_labelledby=f"{name}-heading")


def paragraphs(lines: Iterable[Said | str]) -> list[Element]:
    """A paragraph for each sentence, as heavy as it is."""
    said = (line if isinstance(line, Said) else Said(line) for line in lines)
    return [el("p", *unbroken(line.sentence), **({} if line.weight == "plain" else {"class_": line.weight})) for line in said]


def unbroken(said: str) -> list[Content]:
    """A sentence in which no id is broken at its hyphen: `A-03`."""
    parts = re.split(r"((?<!\S)\(?\w{1,4}-\d\S*)", said)
    return [el("span", part, class_="id") if n % 2 else part for n, part in enumerate(parts) if part]
