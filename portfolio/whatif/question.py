"""What is asked after each change: the model with its scenarios and the changes laid over it, as a saved scenario would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from portfolio.errors import Finding, InputError, cannot_write, finding, has_errors
from portfolio.excel.safe_write import write_atomically
from portfolio.inert import inert
from portfolio.instance import adjusted, allowed_starts
from portfolio.outcome import Run
from portfolio.planning import Planning
from portfolio.planning_against import check_against
from portfolio.planning_load import load_planning
from portfolio.records import Control, Investment, Lock, LockKind, Portfolio
from portfolio.text import Text
from portfolio.whatif.edits import Amounts, Edits, Said, to_toml
from portfolio.whatif.words import change_lines


@dataclass(frozen=True)
class Asked:
    """A question to be solved: the model with the changes in it, and the warnings and notes about it."""

    planning: Planning
    findings: Sequence[Finding]


class Basis:
    """What is begun with.

    Args:
        model, scenarios: the files.
        portfolio: the records of the workbooks.
        run: the finished run that is begun with; None: the first plan is still to be made.

    Raises:
        InputError: the files cannot be read.
    """

    def __init__(self, model: Path, scenarios: Sequence[Path], portfolio: Portfolio, run: Run | None = None) -> None:
        self.model, self.scenarios = model, tuple(scenarios)
        self.portfolio = portfolio
        self.run = run
        self.planning, _ = load_planning(model, self.scenarios)
        self._read = self._on_disk()
        own = self.planning.investments
        city = (i for i in portfolio.investments if i.control is Control.CITY)
        self.investments: dict[str, Investment] = {i.id: adjusted(i, own.get(i.id)) for i in sorted(city, key=lambda i: i.id)}
        """The city's investments as they are begun with, in the order of their ids."""

    @property
    def frames(self) -> Amounts | None:
        """The plan's frame of each plan year (kr) that is begun with; None without one."""
        return self.planning.plan_frame.frame.values if self.planning.plan_frame is not None else None

    @property
    def mandate(self) -> Amounts | None:
        """The debt mandate of each plan year (kr) that is begun with; None without one."""
        return self.planning.debt.mandate.values if self.planning.debt is not None else None

    @property
    def folder(self) -> Path:
        """Where scenarios of this model lie."""
        return self.model.parent / "scenarios"

    def lock(self, id: str, edits: Edits) -> Lock:
        """What holds for one investment, with the changes."""
        return edits.locks.get(id, self.investments[id].lock)

    def with_lock(self, edits: Edits, id: str, lock: Lock) -> Edits:
        """The changes with a lock of one investment."""
        return edits.locked(id, lock, self.investments[id].lock)

    def with_frames(self, edits: Edits, frames: Amounts) -> Edits:
        """The changes with other frames (kr)."""
        table = self.planning.plan_frame
        assert table is not None
        return edits.framed(frames, table.frame.values, has_total=table.total is not None)

    def with_mandate(self, edits: Edits, mandate: Amounts) -> Edits:
        """The changes with another mandate (kr)."""
        assert self.mandate is not None
        return edits.mandated(mandate, self.mandate)

    def starts(self, id: str) -> tuple[int, ...]:
        """Years in which an investment may start when nothing locks it."""
        return allowed_starts(self.investments[id].model_copy(update={"lock": Lock(kind=LockKind.FREE)}), self.planning)

    def scenario(self, edits: Edits, text: Text, title: str = "", name: str = "", source: str = "") -> str:
        """The changes as a scenario file.

        Args:
            title, name, source: what the file is called and where its values come from; without them it is only to be solved.
        """
        others = "".join(f" --scenario {path.stem}" for path in self.scenarios)
        return to_toml(
            edits,
            Said(
                title=inert(title).strip() or text("whatif.unsaved"),
                description="; ".join(change_lines(edits, self, text)),
                source=inert(source).strip() or text("whatif.source"),
                head=text("whatif.file_head", others=others, name=name),
            ),
        )

    def ask(self, edits: Edits, text: Text) -> Asked:
        """The question with the changes.

        Raises:
            InputError: the changes cannot hold together, or a file has changed on the disk since it was read.
        """
        if self._on_disk() != self._read:
            raise InputError([finding("whatif_model_changed", self.model.as_posix())])
        unsaved = (text("whatif.unsaved_file"), self.scenario(edits, text)) if edits.count else None
        planning, findings = load_planning(self.model, self.scenarios, unsaved)
        findings = [*findings, *check_against(planning, self.portfolio)]
        if has_errors(findings):
            raise InputError(findings)
        return Asked(planning, findings)

    def _on_disk(self) -> list[str]:
        return [sha256(path.read_bytes()).hexdigest() if path.is_file() else "" for path in (self.model, *self.scenarios)]


def write_scenario(path: Path, content: str, *, over: bool) -> None:
    """A scenario file, whole or not at all; its folder is made when there is none.

    Args:
        over: a file that has the name may be replaced.

    Raises:
        CannotWrite: the file exists, with the reason `exists`, or cannot be written.
    """
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as fault:
        raise cannot_write(path, fault) from fault
    write_atomically(path, content.encode("utf-8"), fresh=not over)
