"""The state of a what-if: which changes stand, which plan holds for them, what is to be solved next. Nothing here knows of a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from portfolio.errors import Finding, InputError, Severity
from portfolio.outcome import FindingLine, Run
from portfolio.planning import Planning
from portfolio.reports.findings import finding_line
from portfolio.text import Text
from portfolio.whatif.edits import Edits, History
from portfolio.whatif.question import Basis


class Next(NamedTuple):
    """What is to be solved: the question, its name, and what was remarked about it."""

    key: str
    planning: Planning
    findings: tuple[FindingLine, ...]


class Session:
    """One what-if.

    Attributes:
        run: the last plan that was made and audited (or that there is none); it holds for the changes as they stand only while `settled`.
        fault: why the last question has no answer, in a sentence; empty when it has one.
        refused: the findings that refused the last change.
    """

    def __init__(self, basis: Basis, text: Text) -> None:
        self.basis, self.text = basis, text
        self.history = History()
        self.run: Run | None = basis.run
        self.fault = ""
        self.refused: Sequence[FindingLine] = ()
        self._answers: dict[str, Run] = {"": basis.run} if basis.run is not None else {}
        self._failed: set[str] = set()

    @property
    def edits(self) -> Edits:
        """The changes as they stand."""
        return self.history.now

    @property
    def key(self) -> str:
        """What the changes as they stand are known by: the scenario that they are."""
        return self._key(self.edits)

    def _key(self, edits: Edits) -> str:
        return self.basis.scenario(edits, self.text) if edits.count else ""

    @property
    def settled(self) -> bool:
        """What is shown is the answer to the changes as they stand."""
        return self.key in self._answers

    def change(self, edits: Edits) -> bool:
        """Make a change; one that cannot hold together is not made, and `refused` says why."""
        try:
            self.basis.ask(edits, self.text)
        except InputError as fault:
            self._refuse(fault.findings)
            return False
        self.refused = ()
        self.history.make(edits)
        self._show()
        return True

    def undo(self) -> bool:
        """Take the last step back; False when there is none."""
        done = self.history.undo()
        self._show()
        return done

    def reset(self) -> None:
        """All changes taken back, as one step that can itself be undone."""
        self.history.make(Edits())
        self._show()

    def next(self) -> Next | None:
        """What is to be solved now: first the plan to compare with, then the changes as they stand; None when nothing is.

        A question that had no answer is not asked again before the changes are others.
        """
        waiting = [edits for edits in (Edits(), self.edits) if not {self._key(edits)} & (self._answers.keys() | self._failed)]
        if not waiting:
            return None
        try:
            asked = self.basis.ask(waiting[0], self.text)
        except InputError as fault:  # a file has changed on the disk
            self._refuse(fault.findings)
            self.failed(self._key(waiting[0]), " ".join(line.message for line in self.refused))
            return None
        return Next(self._key(waiting[0]), asked.planning, tuple(finding_line(f, self.text) for f in asked.findings))

    def answered(self, key: str, run: Run) -> None:
        """A question has its answer."""
        self._answers[key] = run
        if not key:
            self.basis.run = run
        self._show()

    def failed(self, key: str, fault: str) -> None:
        """A question ended in a fault, which is said."""
        self._failed.add(key)
        self.fault = fault

    def _show(self) -> None:
        """What is known of the changes as they stand; a question that failed is asked again after another step."""
        self._failed.discard(self.key)
        self.fault = ""
        self.run = self._answers.get(self.key, self.run)

    def _refuse(self, findings: Sequence[Finding]) -> None:
        self.refused = [finding_line(f, self.text) for f in findings if f.severity is Severity.ERROR]
