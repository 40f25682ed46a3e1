"""The boxes: what holds for an investment, amounts by year, the name of a scenario, yes or no; and what is read."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from rich.text import Text as Line
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from portfolio.records import Lock, LockKind
from portfolio.reports.answer import Said
from portfolio.text import Text
from portfolio.whatif.edits import Amounts
from portfolio.whatif.words import lock_word, read_amount, typed

Taken = TypeVar("Taken")
WEIGHTS = {"strong": "bold", "alarm": "bold red"}
"""How a sentence is shown; without colour the words alone say it."""


class Sentences(Widget):
    """Sentences below each other, broken at plain blanks only: never inside an amount. Nothing in them is read as markup."""

    DEFAULT_CSS = "Sentences { height: auto; width: 1fr; }"

    def __init__(self, said: Iterable[Said] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self.said = tuple(said)

    def tell(self, said: Iterable[Said]) -> None:
        """Other sentences."""
        self.said = tuple(said)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual asks
        """Lines that the sentences take."""
        return len(self._lines(width))

    def render(self) -> Line:
        """The lines."""
        return Line("\n", no_wrap=True).join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Line]:
        return [
            Line(part, style=WEIGHTS.get(said.weight, ""))
            for said in self.said
            for part in (wrap(said.sentence, max(width, 20), subsequent_indent=" " * indent(said.sentence)) or [""])
        ]


def wrap(sentence: str, width: int, *, subsequent_indent: str) -> list[str]:
    """The lines of a sentence; what fits is left as it stands, columns and all."""
    return [sentence] if len(sentence) <= width else textwrap.wrap(sentence, width, subsequent_indent=subsequent_indent)


def indent(sentence: str) -> int:
    """What the further lines of a sentence are moved in by: what it is moved in by, and a little more."""
    blanks = len(sentence) - len(sentence.lstrip(" "))
    return blanks + 2 if blanks else 0


class Details(ModalScreen[None]):
    """Everything there is to read."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,i,enter", "dismiss", show=False)]

    def __init__(self, said: Iterable[Said], text: Text) -> None:
        super().__init__()
        self._said, self._text = tuple(said), text

    def compose(self) -> ComposeResult:
        """The text, which scrolls, and how it is left."""
        with Vertical(classes="box wide-box"):
            with VerticalScroll():
                yield Sentences(self._said)
            yield Static(self._text("whatif.dialog.read"), classes="hint", markup=False)


class ChooseLock(ModalScreen[Lock | None]):
    """What is to hold for one investment."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", show=False)]

    def __init__(self, title: str, now: Lock, years: Sequence[int], text: Text) -> None:
        super().__init__()
        self._title, self._text = title, text
        kinds = (LockKind.FREE, LockKind.MUST, LockKind.NEVER) if years else (LockKind.FREE, LockKind.NEVER)
        self.locks = [*(Lock(kind=kind) for kind in kinds), *(Lock(kind=LockKind.START, year=year) for year in years)]
        self._now = now

    def compose(self) -> ComposeResult:
        """One line a choice."""
        with Vertical(classes="box"):
            yield Static(self._title, classes="title", markup=False)
            yield OptionList(*(Option(Line(lock_word(lock, self._text))) for lock in self.locks), compact=True)
            yield Static(self._text("whatif.dialog.choose"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Begin at what holds now."""
        choices = self.query_one(OptionList)
        choices.highlighted = self.locks.index(self._now) if self._now in self.locks else 0

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.locks[event.option_index])


class Form(ModalScreen[Taken | None], Generic[Taken]):
    """Lines to be filled in; Enter takes all of them, when they can be taken."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, title: str, fields: Sequence[tuple[str, str, str]], hint: str) -> None:
        super().__init__()
        self._title, self._fields, self._hint = title, fields, hint

    def compose(self) -> ComposeResult:
        """One line a field: (name, label, what stands there)."""
        with Vertical(classes="box"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(can_focus=False):
                for name, label, value in self._fields:
                    with Horizontal(classes="field"):
                        yield Static(label, classes="label", markup=False)
                        yield Input(value, id=f"field-{name}", compact=True)
            yield Static("", id="wrong", markup=False)
            yield Static(self._hint, classes="hint", markup=False)

    def said(self, name: str) -> str:
        """What stands in a field."""
        return self.query_one(f"#field-{name}", Input).value.strip()

    def wrong(self, sentence: str, name: str) -> None:
        """Say what cannot be taken, and go there."""
        self.query_one("#wrong", Static).update(Line(sentence))
        self.query_one(f"#field-{name}", Input).focus()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.take()

    def take(self) -> None:
        """Enter was pressed."""


class AskAmounts(Form[Amounts]):
    """An amount for each plan year, or the same for all of them."""

    def __init__(self, title: str, amounts: Amounts, text: Text) -> None:
        self.amounts, self._text = dict(sorted(amounts.items())), text
        every = ("all", text("whatif.dialog.every_year"), "")
        fields = [every, *((str(year), str(year), typed(kr, text)) for year, kr in self.amounts.items())]
        super().__init__(title, fields, text("whatif.dialog.amounts"))

    def take(self) -> None:
        """All years, in kronor."""
        found: dict[int, int] = {}
        for year in self.amounts:
            name = "all" if self.said("all") else str(year)
            kronor = read_amount(self.said(name), self._text)
            if kronor is None:
                self.wrong(self._text("whatif.dialog.no_amount", said=self.said(name)), name)
                return
            found[year] = kronor
        self.dismiss(found)


class Saved(NamedTuple):
    """A scenario as it is to be saved: the name of its file without `.toml`, its title, where its values come from."""

    name: str
    title: str
    source: str


class AskName(Form[Saved]):
    """What the scenario is called."""

    def __init__(self, kept: Saved, text: Text) -> None:
        fields = [(name, text(f"whatif.dialog.{name}"), value) for name, value in kept._asdict().items()]
        super().__init__(text("whatif.dialog.save"), [fields[1], fields[0], fields[2]], text("whatif.dialog.saving"))
        self._text = text

    @on(Input.Changed, "#field-title")
    def _named(self, event: Input.Changed) -> None:
        """The file is called what the title says until somebody says otherwise."""
        self.query_one("#field-name", Input).placeholder = file_name(event.value)

    def take(self) -> None:
        """A title, a name that a file can have, a source."""
        title, source = self.said("title"), self.said("source")
        name = file_name(self.said("name").removesuffix(".toml") or title)
        if not title:
            self.wrong(self._text("whatif.dialog.no_title"), "title")
        elif not name or name in RESERVED:
            self.wrong(self._text("whatif.dialog.no_name"), "name")
        elif not source:
            self.wrong(self._text("whatif.dialog.no_source"), "source")
        else:
            self.dismiss(Saved(name, title, source))


RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that no file can have in Windows."""


def file_name(title: str) -> str:
    """A title as the name of a scenario file, like those that are shipped: `CCS ett år sent` is `ccs-ett-ar-sent`."""
    plain = "".join(c for c in unicodedata.normalize("NFD", title.casefold()) if not unicodedata.combining(c))
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")


class Confirm(ModalScreen[bool]):
    """Yes or no; Escape is no."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", show=False)]

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._answers = question, (no, yes)

    def compose(self) -> ComposeResult:
        """No stands first: Enter alone overwrites nothing."""
        with Vertical(classes="box"):
            yield Static(self._question, classes="title", markup=False)
            yield OptionList(*(Option(Line(answer)) for answer in self._answers), compact=True)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index == 1)
