"""The screen of a what-if: the table of investments, the key figures, the years, and the keys."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from rich.text import Text as Line
from textual import on
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from portfolio.errors import CannotWrite
from portfolio.records import Lock, LockKind
from portfolio.reports.answer import Said
from portfolio.reports.fault import fault_line
from portfolio.reports.findings import clean
from portfolio.reports.limits import headroom
from portfolio.text import Text
from portfolio.whatif import shown
from portfolio.whatif.background import Solver, what_happened
from portfolio.whatif.dialogs import AskAmounts, AskName, ChooseLock, Confirm, Details, Saved, Sentences
from portfolio.whatif.edits import Amounts, Edits
from portfolio.whatif.lines import details, status
from portfolio.whatif.look import ALSO, KEYS, STYLES, WIDE, keys_line
from portfolio.whatif.question import write_scenario
from portfolio.whatif.session import Next, Session
from portfolio.whatif.table import Investments


class WhatIf(App[None]):
    """The what-if.

    Args:
        session: what is begun with. solver: where questions are answered. text: the words of files, whose money is in mnkr.

    Attributes:
        saved: the scenario files that have been written.
    """

    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    CSS = STYLES

    def __init__(self, session: Session, solver: Solver, text: Text) -> None:
        super().__init__()
        self.session, self.solver, self.text = session, solver, text
        self.t = session.text
        self.saved: list[Path] = []
        self.kept = Saved("", "", self.t("whatif.source"))
        self.title = self.t("whatif.title", title=clean(session.basis.planning.title))
        self._solving: str | None = None
        self._since = 0.0
        for action, key in KEYS.items():
            self.bind(",".join(k for k in (key, ALSO.get(action, "")) if k), action, description=self.t(f"whatif.key.{action}"))

    def compose(self) -> ComposeResult:
        """The table; below it, or beside it where there is room, how it stands and the figures."""
        yield Static(id="head", markup=False)
        with Horizontal():
            with Vertical(id="left"):
                yield Investments(id="table")
                with Vertical(id="below"):
                    yield Sentences(id="status")
                    with Horizontal(id="numbers"):
                        yield Static(id="figures", markup=False)
                        yield Static(id="years", markup=False)
            with VerticalScroll(id="beside", can_focus=False):
                yield Sentences(id="status-beside")
                yield Static(id="figures-beside", markup=False)
                yield Sentences(id="years-beside")
                yield Sentences(id="details-beside")
        yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Show what there is, and solve what is not known."""
        self.query_one("#table").focus()
        self.set_interval(1.0, self._tick)
        self.go_on()

    def on_unmount(self) -> None:
        """Nobody waits for an answer that nobody reads."""
        self._drop()

    # solving

    def go_on(self) -> None:
        """Begin with what is to be solved next, and show how it stands."""
        asked = self.session.next()
        if asked is None:
            if self._solving is not None:  # what is known needs no answer
                self._drop()
        elif asked.key != self._solving:
            self._solving, self._since = asked.key, time.monotonic()
            self.run_worker(self._answer(asked), group="solve", exclusive=True, exit_on_error=False)
        self.show()

    def _drop(self) -> None:
        self._solving = None
        self.workers.cancel_group(self, "solve")
        self.solver.end()

    async def _answer(self, asked: Next) -> None:
        """One question; its answer counts only while nobody has asked another one."""
        given = self.solver.begin(asked)
        done, loop = asyncio.Event(), asyncio.get_running_loop()
        given.add_done_callback(lambda _: None if loop.is_closed() else loop.call_soon_threadsafe(done.set))
        await done.wait()
        if self._solving != asked.key or given.cancelled():
            return
        self._solving = None
        fault = given.exception()
        if fault is not None:
            self.session.failed(asked.key, fault_line(what_happened(fault), self.t))
        else:
            self.session.answered(asked.key, given.result())
        self.go_on()

    def _tick(self) -> None:
        if self._solving is not None:
            self._show_status()

    # what is shown

    def show(self) -> None:
        """Everything, as it now stands."""
        session, t = self.session, self.t
        count = session.edits.count
        scenarios = "".join(f" · {path.stem}" for path in session.basis.scenarios)
        self.query_one("#keys", Static).update(keys_line(t, self.size.width - 2))
        changes = t("whatif.changes", count=count) if count else t("whatif.no_changes")
        self.query_one("#head", Static).update(Line(f" {self.title}{scenarios} · {changes}"))
        self.query_one(Investments).show(shown.headings(t), shown.rows(session.basis, session.edits, session.run, t))
        self._show_status()
        # without a plan there is room for why there is none
        self.screen.set_class(session.run is None or session.run.totals is None, "no-plan")
        figures = shown.figures(session.basis, session.run, t)
        years = shown.years(session.run, t, wide=False)
        self.query_one("#figures", Static).update(Line("\n".join(figures)))
        self.query_one("#years", Static).update(Line("\n".join(years)))
        # amounts are never cut: where both have no room the years are only among the details
        self.query_one("#years", Static).display = max(map(len, figures)) + max(map(len, years)) + 5 <= self.size.width
        self.query_one("#figures-beside", Static).update(Line("\n".join(figures)))
        below = headroom(session.run, t) if session.run is not None else []
        self.query_one("#years-beside", Sentences).tell(Said(line) for line in (*shown.years(session.run, t, wide=True), *below))
        self.query_one("#details-beside", Sentences).tell(details(session, t, beside=True))

    def _show_status(self) -> None:
        seconds = int(time.monotonic() - self._since) if self._solving is not None else None
        said = status(self.session, self.t, seconds)
        for place in ("#status", "#status-beside"):
            self.query_one(place, Sentences).tell(said)

    @on(Investments.Resized)
    def _resized(self) -> None:
        self.show()

    # keys

    @property
    def selected(self) -> str:
        """The investment that the cursor is on."""
        return self.query_one(Investments).selected

    def _make(self, edits: Edits) -> None:
        """A change, or why it is none."""
        if not self.session.change(edits):
            said = [Said(self.t("whatif.refused"), "strong"), *(Said(f"{f.message} {f.remedy}") for f in self.session.refused)]
            self.push_screen(Details(said, self.t))
        self.go_on()

    def _lock(self, lock: Lock) -> None:
        self._make(self.session.basis.with_lock(self.session.edits, self.selected, lock))

    def action_must(self) -> None:
        """The selected investment is made, in whatever year is best."""
        self._lock(Lock(kind=LockKind.MUST))

    def action_never(self) -> None:
        """The selected investment is not made."""
        self._lock(Lock(kind=LockKind.NEVER))

    def action_free(self) -> None:
        """Nothing is decided beforehand of the selected investment."""
        self._lock(Lock(kind=LockKind.FREE))

    @on(Investments.RowSelected)
    def action_start(self) -> None:
        """Choose what holds for the selected investment, among it the years in which it may start."""
        id, basis = self.selected, self.session.basis

        def taken(lock: Lock | None) -> None:
            if lock is not None:
                self._make(basis.with_lock(self.session.edits, id, lock))

        title = f"{clean(id)} {clean(basis.investments[id].name)}"
        self.push_screen(ChooseLock(title, basis.lock(id, self.session.edits), basis.starts(id), self.t), taken)

    def action_frame(self) -> None:
        """The plan's frame of each year."""
        basis = self.session.basis
        self._ask_amounts("frame", self.session.edits.frames or basis.frames, basis.with_frames)

    def action_mandate(self) -> None:
        """The debt mandate of each year."""
        basis = self.session.basis
        self._ask_amounts("mandate", self.session.edits.mandate or basis.mandate, basis.with_mandate)

    def _ask_amounts(self, what: str, now: Amounts | None, changed: Callable[[Edits, Amounts], Edits]) -> None:
        """Amounts by year (kr) of what the model has; a sentence when it has none."""
        if now is None:
            self._tell(self.t(f"whatif.no_{what}"))
            return

        def taken(amounts: Amounts | None) -> None:
            if amounts is not None:
                self._make(changed(self.session.edits, amounts))

        self.push_screen(AskAmounts(self.t(f"whatif.dialog.{what}"), now, self.t), taken)

    def action_undo(self) -> None:
        """The last step back."""
        if not self.session.undo():
            self._tell(self.t("whatif.nothing_to_undo"))
        self.go_on()

    def action_reset(self) -> None:
        """As it was begun with; that, too, can be undone."""
        self.session.reset()
        self.go_on()

    def action_details(self) -> None:
        """Everything about the plan that is shown."""
        self.push_screen(Details(details(self.session, self.t), self.t))

    def action_leave(self) -> None:
        """At once."""
        self._drop()
        self.exit()

    def action_help_quit(self) -> None:
        """Ctrl+C leaves, too; Textual's own would explain itself in English."""
        self.action_leave()

    def _tell(self, sentence: str, *, wrong: bool = False) -> None:
        """In passing; names of files may hold what would be markup."""
        self.notify(sentence, severity="error" if wrong else "information", markup=False)

    # saving

    def action_save(self) -> None:
        """The changes as a scenario file."""
        if not self.session.edits.count:
            self._tell(self.t("whatif.nothing_to_save"))
            return
        self.push_screen(AskName(self.kept, self.t), self._save)

    def _save(self, said: Saved | None, *, over: bool = False) -> None:
        if said is None:
            return
        self.kept = said
        basis = self.session.basis
        path = basis.folder / f"{said.name}.toml"
        if any(path.resolve() == scenario.resolve() for scenario in basis.scenarios):
            self._tell(self.t("whatif.begun_with_it", name=said.name), wrong=True)
            return
        content = basis.scenario(self.session.edits, self.text, said.title, said.name, said.source)
        try:
            write_scenario(path, content, over=over)
        except CannotWrite as fault:
            if fault.reason != "exists":
                self._tell(fault_line(fault, self.t), wrong=True)
                return
            question = Confirm(self.t("whatif.dialog.over", file=path.as_posix()), self.t("whatif.dialog.yes"), self.t("whatif.dialog.no"))
            self.push_screen(question, lambda yes: self._save(said, over=True) if yes else None)
            return
        self.saved = [*(p for p in self.saved if p != path), path]
        self._tell(self.t("whatif.saved", file=path.as_posix()))
